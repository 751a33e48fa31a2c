"""What a trial of some size could show: the table ``[assurance]``."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from posthaz.cohort import Cohort, CohortSpec
from posthaz.errors import Finding, SpecError
from posthaz.priors import Prior, hazard_ratio
from posthaz.spec.analysis import check_values
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.fields import Field, choice, distinct, number, several, table
from posthaz.spec.prior_table import PRIOR, read_prior
from posthaz.spec.prior_targets import Target
from posthaz.spec.toml_table import TomlTable

RULES = ("posterior", "p_value")
MOST_PATIENTS = 20_000


@dataclass(frozen=True)
class AssuranceSpec:
    """A design, and what counts as having shown a benefit.

    Parameters
    ----------
    design : Prior
        Normal prior of the true log hazard ratio, over which the chance of success is averaged.
    hr : tuple of float
        True hazard ratios at which it is given too; 1 is always among them.
    arms : tuple of int
        Patients of the reference and of the treated arm; the cohort's own when empty.
    patients : tuple of int
        Further sizes of the whole trial, shared between the arms as `arms` are.
    median : float or None
        Median survival of the reference arm; from its events and person-time when None.
    accrual : float
        Time over which patients are entered, evenly.
    follow_up : float or None
        Time from the last entry to the analysis; the cohort's median follow-up when None.
    rule : {"posterior", "p_value"}
        A posterior probability of a hazard ratio below 1 above `level`; or a log-rank test in
        favour of the treated arm with a two-sided P value below ``2 (1 - level)``.
    level : float
        That probability.
    prior : Prior
        Normal prior of the log hazard ratio in the analysis, under the posterior rule.
    target : float
        Chance of success whose number of patients is sought.
    trials : int
        Simulated trials for each number.
    seed : int
        Seed of them.
    """

    design: Prior
    hr: tuple[float, ...] = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    arms: tuple[int, ...] = ()
    patients: tuple[int, ...] = ()
    median: float | None = None
    accrual: float = 0.0
    follow_up: float | None = None
    rule: Literal["posterior", "p_value"] = "posterior"
    level: float = 0.975
    prior: Prior = field(default_factory=lambda: hazard_ratio(median=1.0, upper=10.0))
    target: float = 0.8
    trials: int = 2000
    seed: int = 1

    def __post_init__(self) -> None:
        told = {key: one for key, one in _FIELDS.items() if key not in ("design", "prior")}
        check_values(self, told, optional=("median", "follow_up"))
        if len(self.arms) not in (0, 2):
            what = f"AssuranceSpec, arms: found {self.arms}"
            raise SpecError(what, fix="give the patients of both arms")
        for name in ("design", "prior"):
            found = getattr(self, name)
            if found.family != "normal":
                raise SpecError(
                    f"assurance: the {name} prior is {found.family}, and a normal one on the log "
                    "hazard ratio is needed",
                    fix="state it as a median and an upper limit of the hazard ratio",
                )
        ones = tuple(sorted({*self.hr, 1.0}))
        object.__setattr__(self, "hr", ones)


_POSITIVE = number(above=0)
_SIZE = number(at_least=2, at_most=MOST_PATIENTS, whole=True)
_NORMAL = "give a prior of the hazard ratio, as { hazard_ratio = { median = 0.8, upper = 1.3 } }"


def _required(one: Field) -> Field:
    return Field(one.expects, one.parse, required=True, schema=one.schema)


_FIELDS = {
    "design": _required(PRIOR),
    "hr": distinct(several(_POSITIVE, "hazard ratios", most=50)),
    "arms": several(_SIZE, "two numbers of patients", most=2),
    "patients": distinct(several(_SIZE, "numbers of patients", most=50)),
    "median": _POSITIVE,
    "accrual": number(at_least=0),
    "follow_up": _POSITIVE,
    "rule": choice(RULES),
    "level": number(at_least=0.5, below=1),
    "prior": PRIOR,
    "target": number(above=0, below=1),
    "trials": number(at_least=200, at_most=100_000, whole=True),
    "seed": number(at_least=0, whole=True),
}


def read_assurance(toml: TomlTable, cohort: CohortSpec) -> AssuranceSpec | None:
    """What the table ``[assurance]`` asks for; None after recording what is wrong with it.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> design = {"hazard_ratio": {"median": 0.8, "upper": 1.3}}
    >>> toml = TomlTable({"design": design}, "x.toml", ("assurance",), Findings())
    >>> read_assurance(toml, CohortSpec(treatment="arm")).level
    0.975
    """
    before = len(toml.findings)
    parsed = toml.read(_FIELDS)
    if not cohort.treatment:
        toml.refuse((), "the file names no treatment", "name it in [treatment]")
    if len(parsed.get("arms", (1, 1))) != 2:
        toml.refuse("arms", "one number is given", "give the patients of both arms")
    if parsed.get("rule") == "p_value" and toml.has("prior"):
        toml.refuse("prior", "a log-rank test has no prior", 'remove it, or rule = "posterior"')
    for key in ("design", "prior"):
        if not toml.has(key):
            continue
        target = Target("real", effect=True)
        found = read_prior(toml.below(key), target, "proportional_hazards")
        if found is not None and found.family != "normal":
            toml.refuse(key, f"it is {found.family}, and a normal one is needed", _NORMAL)
        parsed[key] = found
    return None if len(toml.findings) > before else AssuranceSpec(**parsed)


def assurance_faults(spec: AssuranceSpec, cohort: Cohort) -> Iterator[Finding]:
    """Yield what keeps a design from being built on a cohort."""
    place = f"{cohort.source.name} [assurance]"
    if len(cohort.arms) != 2:
        arms = ", ".join(f"'{arm}'" for arm in cohort.arms)
        yield Finding(
            place,
            f"two arms are compared, and there are {arms}",
            f"keep two of them, as {cohort.treatment} = [...] in [cohort.where]",
        )
        return
    own = cohort.arm == cohort.arms[0]
    seen = (cohort.event | cohort.interval_censored) & own
    if spec.median is None and not seen.any():
        yield Finding(
            place,
            f"the reference arm '{cohort.arms[0]}' has no event to tell its survival by",
            "give its median survival as median",
        )


TABLE = ClinicalTable(read_assurance, assurance_faults, fields=table(_FIELDS, about=AssuranceSpec))
