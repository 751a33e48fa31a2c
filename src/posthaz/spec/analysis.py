"""An analysis as a frozen value: what an analysis file says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from posthaz.cohort import CohortSpec
from posthaz.cohort.merge import Merge
from posthaz.cohort.visits import Visits
from posthaz.errors import Findings, SpecError
from posthaz.spec.answer_fields import (
    BASELINE_FIELDS,
    ESTIMAND_FIELDS,
    MOST_KEPT,
    SAMPLING_FIELDS,
)
from posthaz.spec.fields import Field, UnfitError
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.sensitivity import SensitivitySpec
from posthaz.spec.simulate_table import SimulateSpec
from posthaz.spec.toml_table import shown

if TYPE_CHECKING:
    from posthaz.spec.column_map import ColumnMap


@dataclass(frozen=True)
class EstimandSpec:
    """Which answers to give.

    Parameters
    ----------
    survival_at : tuple of float
        Times at which survival is reported.
    rmst_to : float or None
        Horizon of the restricted mean survival time; the largest of `survival_at`, or the
        smaller of the arms' largest times, when not given.
    quantiles : tuple of float
        Fractions failed whose times are reported; 0.5 is the median.
    thresholds : tuple of float
        Hazard ratios whose posterior probability of being undercut is reported besides 1.
    rmst_thresholds : tuple of float
        Gains in restricted mean survival whose posterior probability is reported besides 0.
    profiles : tuple of (str, dict)
        Named covariate values at which conditional curves are reported.
    interval : float
        Probability of the credible and confidence intervals.
    proportionality_margin : float or None
        Change of a difference in restricted means, by an effect that changes with time, that
        matters; the smallest of `rmst_thresholds` when not given, or 1/20 of the horizon.
    profile_labels : mapping of str to str
        Name to show for a profile; its own without an entry.
    """

    survival_at: tuple[float, ...] = ()
    rmst_to: float | None = None
    quantiles: tuple[float, ...] = (0.5,)
    thresholds: tuple[float, ...] = ()
    rmst_thresholds: tuple[float, ...] = ()
    profiles: tuple[tuple[str, dict[str, Any]], ...] = ()
    interval: float = 0.95
    proportionality_margin: float | None = None
    profile_labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_values(self, ESTIMAND_FIELDS, optional=("rmst_to", "proportionality_margin"))
        pairs = isinstance(self.profiles, list | tuple) and all(
            isinstance(one, list | tuple)
            and len(one) == 2
            and isinstance(one[0], str)
            and isinstance(one[1], Mapping)
            for one in self.profiles
        )
        if not pairs:
            raise SpecError(
                "EstimandSpec, profiles: found no pairs of a name and covariate values",
                fix='give them as (("elderly", {"age": 80}),)',
            )


@dataclass(frozen=True)
class BaselineSpec:
    """Which frequentist answers to set beside.

    Parameters
    ----------
    kaplan_meier : bool
        Kaplan-Meier by arm with confidence limits, medians and restricted means.
    logrank : bool
        Log-rank test between arms.
    fleming_harrington : tuple of (float, float)
        (rho, gamma) of further weighted log-rank tests.
    cox : tuple of str
        ``"univariable"``, ``"multivariable"``, or both.
    confidence_transform : {"log-log", "log", "plain"}
        Scale of the Kaplan-Meier confidence limits.
    risk_table : tuple of str
        What stands below the survival curves beside the number at risk: ``"events"`` so far,
        patients ``"censored"`` so far, or both.
    kaplan_meier_band : bool
        Whether the Kaplan-Meier limits are drawn on the survival curves, as dotted steps.
    effect_on_plot : bool
        Whether the primary model's hazard ratio and the log-rank P value stand on the survival
        curves.
    """

    kaplan_meier: bool = True
    logrank: bool = True
    fleming_harrington: tuple[tuple[float, float], ...] = ()
    cox: tuple[str, ...] = ("univariable", "multivariable")
    confidence_transform: str = "log-log"
    risk_table: tuple[str, ...] = ()
    kaplan_meier_band: bool = False
    effect_on_plot: bool = False

    def __post_init__(self) -> None:
        check_values(self, BASELINE_FIELDS)


@dataclass(frozen=True)
class Sampling:
    """How to sample.

    Parameters
    ----------
    seed : int
        Seed; the same seed, data and versions give the same draws.
    chains, draws, tune : int
        Number of chains, kept draws a chain, warm-up draws a chain.
    target_accept : float
        Acceptance the step size is tuned to.
    method : {"nuts", "laplace", "auto", "pymc"}
        NUTS by BlackJAX; the Laplace approximation with importance weights, redone by NUTS where
        the weights can't be trusted; Laplace for models without random walk or frailty and NUTS
        for those; or NUTS by PyMC's own sampler. The primary model of a report is sampled by
        chains whatever is asked.
    """

    seed: int = 20261121
    chains: int = 4
    draws: int = 1000
    tune: int = 400
    target_accept: float = 0.9
    method: str = "nuts"

    def __post_init__(self) -> None:
        check_values(self, SAMPLING_FIELDS)
        if self.chains * self.draws > MOST_KEPT:
            raise SpecError(
                f"{self.chains} chains of {self.draws:,} draws are "
                f"{self.chains * self.draws:,} draws, and at most {MOST_KEPT:,} are kept",
                fix=f"give draws = {MOST_KEPT // self.chains:,} or fewer",
            )


@dataclass(frozen=True)
class Within:
    """Patients that a printed number is about; nothing named means the whole cohort.

    Parameters
    ----------
    subset : str
        Subset of ``[subsets]``.
    sample : str
        Sample of ``[adjust]``: ``"matched"``, ``"weighted"`` or ``"overlap"``.
    column, level : str
        Level of a column of ``[subgroups]`` or ``[interactions]``.
    """

    subset: str = ""
    sample: str = ""
    column: str = ""
    level: str = ""


@dataclass(frozen=True)
class Published:
    """A number that a paper printed, shown beside ours.

    Parameters
    ----------
    quantity : str
        ``"hazard_ratio"``, ``"median"``, ``"survival"``, ``"rmst"``, ``"events"``,
        ``"logrank"`` (the chi-square), ``"p_value"`` (of the log-rank test, or of a covariate in
        a Cox model) or ``"share"`` (of patients with a toxicity).
    value : float
        The number; infinite for a median that was not reached.
    lower, upper : float or None
        Its printed interval.
    arm : str
        Arm the number belongs to, empty for a contrast or the whole cohort.
    time : float or None
        Time the number belongs to.
    tolerance : float or None
        Largest difference at which our frequentist number counts as the same.
    where : str
        Place in the paper.
    covariate, level : str
        Covariate, and its level, that it is about; empty for the treatment. The toxicity of a
        share.
    grade : int
        Lowest grade counted in a share, or in the test of a toxicity.
    model : {"", "univariable", "multivariable"}
        Which Cox model stands beside it: of one covariate, or of the primary formula, which is
        taken where there is one when empty.
    below : bool
        Whether the paper printed only that the number is below `value`.
    within : Within
        Patients it is about.
    """

    quantity: str
    value: float
    lower: float | None = None
    upper: float | None = None
    arm: str = ""
    time: float | None = None
    tolerance: float | None = None
    where: str = ""
    covariate: str = ""
    level: str = ""
    grade: int = 1
    model: str = ""
    below: bool = False
    within: Within = Within()


@dataclass(frozen=True)
class Analysis:
    """What an analysis file says.

    Parameters
    ----------
    name : str
        File name without ending.
    title, question, source, population : str
        What is asked, of whom, and where the data come from.
    table : Path or None
        Cohort table; relative paths are from the analysis file's folder.
    cohort : CohortSpec
        How to read it.
    models : tuple of ModelSpec
        The first is the primary one.
    estimands : EstimandSpec
        Which answers to give.
    baselines : BaselineSpec
        Which frequentist answers to set beside.
    sampling : Sampling
        How to sample.
    published : tuple of Published
        Numbers that a paper printed.
    table_one : tuple of str
        Covariates of Table 1; every covariate named in the file when empty.
    endpoint : str
        What the event is, in words: ``"overall survival"``.
    simulated : bool
        True when the cohort is simulated; said wherever it is shown.
    language : {"en", "zh"}
        Language of the report: English or Simplified Chinese. The user's own labels stay as they
        are, and CSV files are English.
    landmark : float or None
        Time at which patients must be at risk, and from which times count.
    starts : str
        Column with the time at which treatment began; empty when the arm doesn't change.
    favours : str
        Arm whose benefit is asked, in which direction probabilities of benefit are given; each
        arm but the reference when empty.
    kind : {"", "treatment", "exposure", "prognostic"}
        What the arms are, which decides the words; told by the column's role when empty.
    clinical : mapping of str to object
        Specifications of the clinical analyses asked for, by the name of their table.
    sensitivity : SensitivitySpec or None
        What a sensitivity analysis varies.
    merge : Merge or None
        A second table with one row a patient, whose columns are taken too.
    visits : Visits or None
        Visits at which covariates were measured again.
    simulate : SimulateSpec or None
        From what a twin of the cohort is drawn.
    outside : Path or None
        The table that the file names, when it lies outside the file's folder and that was not
        allowed: it is not read.
    column_map : ColumnMap or None
        Where its columns stand in a table of the user's own, and whose patients these are.
    path : Path or None
        The file.
    text : str
        The file's text.
    """

    name: str
    models: tuple[ModelSpec, ...]
    cohort: CohortSpec
    title: str = ""
    question: str = ""
    source: str = ""
    population: str = ""
    endpoint: str = "survival"
    table: Path | None = None
    estimands: EstimandSpec = field(default_factory=EstimandSpec)
    baselines: BaselineSpec = field(default_factory=BaselineSpec)
    sampling: Sampling = field(default_factory=Sampling)
    published: tuple[Published, ...] = ()
    table_one: tuple[str, ...] = ()
    simulated: bool = False
    language: str = "en"
    landmark: float | None = None
    starts: str = ""
    favours: str = ""
    kind: str = ""
    clinical: Mapping[str, Any] = field(default_factory=dict)
    sensitivity: SensitivitySpec | None = None
    merge: Merge | None = None
    visits: Visits | None = None
    simulate: SimulateSpec | None = None
    outside: Path | None = None
    column_map: "ColumnMap | None" = None
    path: Path | None = None
    text: str = ""

    @property
    def primary(self) -> ModelSpec:
        """The first model."""
        return self.models[0]

    @property
    def place(self) -> str:
        """Where it stands, for messages: its file's name, or its own where it has no file."""
        return self.path.name if self.path else self.name


def check_values(value: Any, rules: Mapping[str, Field], optional: tuple[str, ...] = ()) -> None:
    """Refuse fields of a specification that an analysis file would refuse, and tidy the others.

    Parameters
    ----------
    value : frozen dataclass
        A specification being made.
    rules : mapping of str to Field
        The rules of its table in an analysis file.
    optional : tuple of str
        Fields that may be None.

    Raises
    ------
    SpecError
        With everything found, in the words of the file.
    """
    name = type(value).__name__
    findings = Findings()
    defaults = {field.name: field.default for field in fields_of(value)}
    for key, rule in rules.items():
        given = getattr(value, key)
        if given is defaults.get(key) or (given is None and key in optional):
            continue
        raw = as_in_a_file(given)
        if raw != []:
            fit = _parsed(rule, raw, f"{name}, {key}", findings)
            object.__setattr__(value, key, fit)
    findings.raise_if_any(SpecError, f"{name} can't be used:")


def _parsed(rule: Field, raw: Any, where: str, findings: Findings) -> Any:
    """A value as its rule reads it; as it was, with a finding, where it can't be."""
    try:
        return rule.parse(raw)
    except (UnfitError, TypeError) as error:
        reason = f" ({error})" if isinstance(error, UnfitError) and str(error) else ""
        findings.add(where, f"found {shown(raw)}{reason}", f"give {rule.expects}")
        return raw


def check_mapped(value: Any, key: str, rule: Field) -> None:
    """Refuse entries of a mapping of a specification that an analysis file would refuse.

    Parameters
    ----------
    value : frozen dataclass
        A specification being made.
    key : str
        Its field that is a mapping.
    rule : Field
        The rule of each entry.

    Raises
    ------
    SpecError
        With everything found, in the words of the file.
    """
    name, findings = type(value).__name__, Findings()
    given = getattr(value, key)
    if not isinstance(given, Mapping):
        raise SpecError(f"{name}, {key}: found {shown(given)}", fix="give a dictionary")
    made: dict[str, Any] = {}
    for entry, raw in given.items():
        made[entry] = _parsed(rule, as_in_a_file(raw), f"{name}, {key} of '{entry}'", findings)
    findings.raise_if_any(SpecError, f"{name} can't be used:")
    object.__setattr__(value, key, made)


def as_in_a_file(value: Any) -> Any:
    """A Python value as TOML would hold it: lists for tuples and arrays, plain numbers."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [as_in_a_file(element) for element in value]
    return value
