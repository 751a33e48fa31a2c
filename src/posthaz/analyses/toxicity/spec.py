"""Toxicity by grade: the table ``[toxicity]``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from posthaz.adjust import WORST_GRADE, grade_faults
from posthaz.cohort import Cohort, CohortSpec
from posthaz.errors import Finding, nearest
from posthaz.priors import Prior
from posthaz.spec.analysis import as_in_a_file, check_mapped, check_values
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.fields import Field, UnfitError, flag, label, number, several, table, text
from posthaz.spec.prior_table import PRIOR, read_prior
from posthaz.spec.prior_targets import Target
from posthaz.spec.toml_table import TomlTable

Counts = Mapping[str, Mapping[str, tuple[int, ...]]]


@dataclass(frozen=True)
class ToxicitySpec:
    """Which toxicities, and what is asked of them.

    Parameters
    ----------
    columns : mapping of str to str
        Columns of worst grades and their labels.
    counts : mapping of str to (mapping of str to tuple of int)
        Printed counts by worst grade 0, 1, 2, ... of each arm, by toxicity.
    labels : mapping of str to str
        Labels of toxicities with printed counts.
    or_higher : tuple of str
        Toxicities whose last count, or highest grade in the column, holds all above too.
    grades : tuple of int
        Grades from which patients are counted; 1 is any grade.
    prior : (float, float)
        Beta prior of each arm's probability of a grade or worse; Jeffreys' by default.
    pooled : bool
        Whether to fit the model across grades and toxicities.
    priors : mapping of str to Prior
        Priors of that model: ``log_odds_ratio`` (the mean over toxicities) and ``spread``.
    benefit_risk : str
        Toxicity that the gain in survival is set against; the first one when empty.
    benefit_risk_grade : int
        Grade of it, and worse.
    acceptable : float
        Largest acceptable increase of its probability.
    where : str
        Place of printed counts in the paper.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    counts: Counts = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    or_higher: tuple[str, ...] = ()
    grades: tuple[int, ...] = (1, 2, 3)
    prior: tuple[float, float] = (0.5, 0.5)
    pooled: bool = True
    priors: Mapping[str, Prior] = field(
        default_factory=lambda: {
            "log_odds_ratio": Prior("normal", (0.0, 1.5)),
            "spread": Prior("half_normal", (1.0,)),
        }
    )
    benefit_risk: str = ""
    benefit_risk_grade: int = 2
    acceptable: float = 0.1
    where: str = ""

    def __post_init__(self) -> None:
        elsewhere = ("counts", "priors")
        check_values(self, {key: one for key, one in _FIELDS.items() if key not in elsewhere})
        check_mapped(self, "counts", _BY_ARM)

    @property
    def names(self) -> tuple[str, ...]:
        """Toxicities, those with columns first."""
        return (*self.columns, *self.counts)


def _labels() -> Field:
    def parse(raw: Any) -> Mapping[str, str]:
        if not isinstance(raw, dict) or not all(isinstance(v, str) for v in raw.values()):
            raise UnfitError
        return raw

    expects = 'a table of name and label, such as { pneumonitis = "Pneumonitis" }'
    schema = {"type": "object", "additionalProperties": {"type": "string"}}
    return Field(expects, parse, schema=schema)


def _counts_by_arm() -> Field:
    def parse(raw: Any) -> Mapping[str, tuple[int, ...]]:
        if not isinstance(raw, Mapping):
            raise UnfitError
        made = {arm: _COUNTS.parse(as_in_a_file(counts)) for arm, counts in raw.items()}
        sizes = {len(counts) for counts in made.values()}
        if len(sizes) > 1 or any(not 2 <= size <= WORST_GRADE + 1 for size in sizes):
            raise UnfitError("of other numbers of grades")
        return made

    return Field("each arm two to six counts of grade 0, 1, 2, ..., as many as the others", parse)


def _pair() -> Field:
    numbers = several(number(above=0), "two numbers above 0")

    def parse(raw: Any) -> tuple[float, ...]:
        pair = numbers.parse(raw)
        if len(pair) != 2:
            raise UnfitError(f"{len(pair)} numbers")
        return pair

    schema = {**numbers.schema, "minItems": 2, "maxItems": 2}
    return Field("two numbers above 0, such as [0.5, 0.5]", parse, schema=schema)


_GRADE = number(at_least=1, at_most=WORST_GRADE, whole=True)
_COUNTS = several(number(at_least=0, whole=True), "whole numbers from 0")
_BY_ARM = _counts_by_arm()
_TARGETS = {"log_odds_ratio": Target("real"), "spread": Target("positive")}
_FIELDS = {
    "columns": _labels(),
    "counts": table(each=table(each=_COUNTS)),
    "labels": _labels(),
    "or_higher": several(text(), "names of toxicities", empty=True),
    "grades": several(_GRADE, f"grades from 1 to {WORST_GRADE}"),
    "prior": _pair(),
    "pooled": flag(),
    "priors": table(dict.fromkeys(_TARGETS, PRIOR)),
    "benefit_risk": label(),
    "benefit_risk_grade": _GRADE,
    "acceptable": number(above=0, below=1),
    "where": text(),
}


def read_toxicity(toml: TomlTable, cohort: CohortSpec) -> ToxicitySpec:
    """Which toxicities, and what is asked of them.

    Parameters
    ----------
    toml : TomlTable
        The table ``[toxicity]``.
    cohort : CohortSpec
        How the cohort is read.

    Returns
    -------
    ToxicitySpec
        What could be read; the rest is recorded.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> values = {"counts": {"rash": {"a": [5, 3, 1], "b": [4, 2, 2]}}, "or_higher": ["rash"]}
    >>> spec = read_toxicity(TomlTable(values, "x.toml", ("toxicity",), Findings()), CohortSpec())
    >>> spec.counts["rash"]["b"], spec.names
    ((4, 2, 2), ('rash',))
    """
    parsed = toml.read(_FIELDS)
    parsed["counts"] = {
        name: _read_counts(inner, cohort) for name, inner in toml.below("counts").each()
    }
    defaults = ToxicitySpec()
    parsed["priors"] = {**defaults.priors, **_read_priors(toml.below("priors"))}
    spec = ToxicitySpec(**parsed)
    _check_names(toml, spec, cohort)
    return spec


def toxicity_faults(spec: ToxicitySpec, cohort: Cohort) -> Iterator[Finding]:
    """What keeps toxicities from being counted in a cohort.

    Parameters
    ----------
    spec : ToxicitySpec
        What is asked.
    cohort : Cohort
        The cohort.

    Yields
    ------
    Finding
        One a column that holds no grades, or an arm with printed counts that isn't there.
    """
    yield from grade_faults(cohort, spec.columns)
    for name, arms in spec.counts.items():
        for arm in arms:
            if arm not in cohort.arms:
                yield Finding(
                    f"[toxicity.counts.{name}]",
                    f"'{arm}' is no arm of {cohort.source.name}",
                    f"give one of {', '.join(cohort.arms) or 'none: name a treatment'}",
                )


def _read_counts(toml: TomlTable, cohort: CohortSpec) -> Mapping[str, tuple[int, ...]]:
    arms = dict(toml.read(dict.fromkeys(toml.values, _COUNTS)))
    treatment = cohort.columns.get(cohort.treatment)
    for arm in arms:
        if treatment and treatment.levels and arm not in treatment.levels:
            toml.refuse(
                arm,
                f"'{arm}' is not a level of the treatment ({nearest(arm, treatment.levels)})",
                f"give one of {', '.join(treatment.levels)}",
            )
    if not toml.values:
        toml.refuse((), "it is empty", "give each arm its counts of grade 0, 1, 2, ...")
    lengths = {len(counts) for counts in arms.values()}
    alike, few = len(lengths) <= 1, all(2 <= length <= WORST_GRADE + 1 for length in lengths)
    if not alike:
        toml.refuse((), "the arms have different numbers of grades", "give every arm the same")
    if not few:
        toml.refuse((), "the counts are of no grades 0 to 5", "give two to six counts an arm")
    return arms if alike and few else {}


def _read_priors(toml: TomlTable) -> dict[str, Prior]:
    found = {}
    for name, inner in toml.each():
        if name not in _TARGETS:
            toml.refuse(name, f"unknown prior ({nearest(name, list(_TARGETS))})", "correct it")
            continue
        prior = read_prior(inner, _TARGETS[name], "proportional_hazards")
        if prior is None:
            continue
        if name == "log_odds_ratio" and prior.family != "normal":
            inner.refuse((), f"family '{prior.family}' is not normal", "state a normal prior")
        else:
            found[name] = prior
    return found


def _check_names(toml: TomlTable, spec: ToxicitySpec, cohort: CohortSpec) -> None:
    if not spec.names:
        toml.refuse((), "names no toxicity", "give columns, or counts below [toxicity.counts.NAME]")
    for name in spec.columns:
        if name not in cohort.columns:
            toml.refuse(
                ("columns", name),
                f"'{name}' is not described in [cohort.columns] "
                f"({nearest(name, list(cohort.columns))})",
                f"add [cohort.columns.{name}] or correct the name",
            )
        if name in spec.counts:
            toml.refuse(("counts", name), "columns has it too", "keep one of them")
    for name in spec.or_higher:
        if name not in spec.names:
            toml.refuse("or_higher", f"'{name}' is no toxicity here", "name one of them")
    for name in spec.labels:
        if name not in spec.counts:
            toml.refuse("labels", f"'{name}' has no counts", "name one of [toxicity.counts]")
    if spec.benefit_risk and spec.benefit_risk not in spec.names:
        toml.refuse(
            "benefit_risk",
            f"'{spec.benefit_risk}' is no toxicity here "
            f"({nearest(spec.benefit_risk, list(spec.names))})",
            "name one of columns or counts",
        )


TABLE = ClinicalTable(read_toxicity, toxicity_faults, fields=table(_FIELDS, about=ToxicitySpec))
