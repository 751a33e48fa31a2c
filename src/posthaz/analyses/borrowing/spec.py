"""Historical evidence to borrow from: the table ``[borrowing]``."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from posthaz.arms.departures import ratio_fault
from posthaz.cohort import Cohort, CohortSpec
from posthaz.design import formula_terms
from posthaz.errors import Finding
from posthaz.hazards import option
from posthaz.spec import ModelSpec
from posthaz.spec.analysis import check_values
from posthaz.spec.clinical_tables import ClinicalTable, two_arms_faults
from posthaz.spec.derived import keys_of
from posthaz.spec.fields import table, text
from posthaz.spec.toml_table import TomlTable

# a registry outweighs a small cohort at a few per cent: that is where the answer changes
DISCOUNTS = (0.0, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)


@dataclass(frozen=True)
class HistoricalRatio:
    """A historical hazard ratio of the treatment.

    Parameters
    ----------
    name, label : str
        Name in the file, and name to show.
    hr, lower, upper : float
        Hazard ratio with its interval.
    level : float
        Confidence level of the interval.
    where : str
        Place it was printed in.
    """

    name: str = option(in_files=False)
    label: str = option()
    hr: float = option(above=0)
    lower: float = option(above=0)
    upper: float = option(above=0)
    level: float = option(0.95, above=0, below=1)
    where: str = ""

    def __post_init__(self) -> None:
        told = {key: _HISTORY_FIELDS[key] for key in ("hr", "lower", "upper", "level")}
        check_values(self, told)


@dataclass(frozen=True)
class BorrowingSpec:
    """From what to borrow, and under which priors.

    Parameters
    ----------
    histories : tuple of HistoricalRatio
        The historical effects.
    discount : float
        Discount of the fixed power prior.
    discounts : tuple of float
        Discounts from none (0) to full (1) at which the answer is drawn.
    spike, slab, probability : float
        Commensurate prior: standard deviations of the difference of effects when studies are
        commensurate and when not, and the prior probability that they are.
    heterogeneity, robust : float
        Meta-analytic prior: scale of the between-study standard deviation, weight of the vague
        component.
    """

    histories: tuple[HistoricalRatio, ...] = option((), in_files=False)
    discount: float = option(0.5, at_least=0, at_most=1)
    discounts: tuple[float, ...] = option(
        DISCOUNTS, at_least=0, at_most=1, many="numbers from 0 to 1"
    )
    spike: float = option(0.05, above=0)
    slab: float = option(1.0, above=0)
    probability: float = option(0.5, above=0, below=1)
    heterogeneity: float = option(0.25, above=0)
    robust: float = option(0.2, at_least=0, below=1)

    def __post_init__(self) -> None:
        check_values(self, keys_of(BorrowingSpec))


_HISTORY_FIELDS = keys_of(HistoricalRatio) | {"label": text()}
_FIELDS = {
    "history": table(each=table(_HISTORY_FIELDS, about=HistoricalRatio), required=True),
    **keys_of(BorrowingSpec),
}


def read_borrowing(toml: TomlTable, cohort: CohortSpec) -> BorrowingSpec:
    """Historical evidence as the table ``[borrowing]`` states it.

    Parameters
    ----------
    toml : TomlTable
        The table.
    cohort : CohortSpec
        How the cohort is read: it needs a treatment.

    Returns
    -------
    BorrowingSpec
        What could be read; the rest is recorded.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> values = {"history": {"registry": {"hr": 0.77, "lower": 0.71, "upper": 0.84}}}
    >>> toml = TomlTable(values, "x.toml", ("borrowing",), Findings())
    >>> read_borrowing(toml, CohortSpec(treatment="arm")).histories[0].label
    'registry'
    """
    parsed = toml.read(_FIELDS)
    parsed.pop("history", None)
    if not cohort.treatment:
        toml.refuse((), "the file names no treatment", "name it in [treatment]")
    histories = []
    for name, inner in toml.below("history").each():
        before = len(inner.findings)
        given = inner.read(_HISTORY_FIELDS)
        if len(inner.findings) > before:
            continue
        if not given["lower"] < given["hr"] < given["upper"]:
            inner.refuse(
                "hr", f"{given['hr']:g} lies outside its interval", "correct the three numbers"
            )
            continue
        histories.append(HistoricalRatio(name, **{"label": name, **given}))
    if toml.has("history") and not toml.below("history").values:
        toml.refuse("history", "it is empty", "give [borrowing.history.NAME] with hr, lower, upper")
    spec = BorrowingSpec(histories=tuple(histories), **parsed)
    if len(set(spec.discounts)) < 2:
        toml.refuse("discounts", "one discount makes no curve", "give two or more, such as [0, 1]")
    if spec.spike >= spec.slab:
        toml.refuse("spike", f"{spec.spike:g} is not below slab, {spec.slab:g}", "correct either")
    return spec


def borrowing_faults(asked: BorrowingSpec, cohort: Cohort) -> Iterator[Finding]:
    """What keeps a history from being borrowed from in a cohort.

    Parameters
    ----------
    asked : BorrowingSpec
        What the file asks for.
    cohort : Cohort
        The cohort.

    Yields
    ------
    Finding
        One a fault.
    """
    yield from two_arms_faults("[borrowing]", cohort, "a historical hazard ratio compares")


def _model_faults(asked: object, model: ModelSpec, treatment: str) -> Iterator[Finding]:
    """A printed hazard ratio is of everybody, of all events and at all times."""
    del asked
    if treatment not in formula_terms(model.formula):
        yield Finding(
            f"[borrowing] and model '{model.name}'",
            "its formula has no term for the treatment alone",
            "add the treatment as a term",
        )
    if fault := ratio_fault(model, treatment):
        yield replace(fault, where=f"[borrowing] and {fault.where}")
    if model.background is not None:
        yield Finding(
            f"[borrowing] and model '{model.name}'",
            "its hazard ratio is of the hazard in excess of the expected one, and a printed one is "
            "of all events",
            "make a model without expected deaths the first one",
        )


TABLE = ClinicalTable(
    read_borrowing, borrowing_faults, _model_faults, fields=table(_FIELDS, about=BorrowingSpec)
)
