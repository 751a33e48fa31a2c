"""Effects in subgroups: the table ``[subgroups]``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from posthaz.cohort import Cohort, CohortSpec
from posthaz.errors import Finding, SpecError, nearest
from posthaz.spec.analysis import check_mapped, check_values
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.covariate_checks import (
    check_covariate,
    check_cut,
    check_terms,
    cut_faults,
)
from posthaz.spec.derivation_table import column_or_cut, increasing
from posthaz.spec.fields import (
    choice,
    distinct,
    label,
    number,
    several,
    table,
    text,
)
from posthaz.spec.sample import ALL, SAMPLES
from posthaz.spec.shrinkage import SHRINKAGE_KINDS
from posthaz.spec.toml_table import TomlTable

_DEFAULT_SD = SHRINKAGE_KINDS["exchangeable"].values["sd"]


@dataclass(frozen=True)
class SubgroupSpec:
    """Which subgroups, and what is asked of them.

    Parameters
    ----------
    columns : tuple of str
        Covariates whose levels are the subgroups, in the order shown.
    cuts : mapping of str to tuple of float
        Where numbers among them are cut; a value equal to a cut is in the upper group.
    adjusted : tuple of str
        Terms that every model is adjusted for; one that is constant in a subgroup is left out
        there.
    arm : str
        Arm compared with the reference; the first other one when empty.
    sd : float
        Scale of the half-normal prior of the standard deviation between the levels of a column,
        on the log hazard ratio.
    differs_by : float
        Ratio of hazard ratios from which a subgroup counts as different from the whole.
    sample : {"all", "matched"}
        Whether the patients are all of them or those that ``[adjust]`` matched.

    Examples
    --------
    >>> SubgroupSpec(("sex", "age"), {"age": (60.0,)}).differs_by
    1.25
    """

    columns: tuple[str, ...]
    cuts: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    adjusted: tuple[str, ...] = ()
    arm: str = ""
    sd: float = _DEFAULT_SD
    differs_by: float = 1.25
    sample: str = ALL

    def __post_init__(self) -> None:
        plain = ("adjusted", "arm", "sd", "differs_by", "sample")
        check_values(self, {"columns": _COLUMNS} | {key: _FIELDS[key] for key in plain})
        check_mapped(self, "cuts", increasing())
        for name in self.cuts:
            if name not in self.columns:
                raise SpecError(
                    f"SubgroupSpec, cuts: '{name}' is none of its columns "
                    f"({nearest(name, list(self.columns))})",
                    fix="name it in columns too",
                )


_COLUMNS = distinct(several(text(), "columns"))
_FIELDS = {
    "columns": several(column_or_cut(), "columns, or cuts such as { age = [60] }", required=True),
    "adjusted": several(text(), "terms of a formula", empty=True),
    "arm": label(),
    "sd": number(above=0),
    "differs_by": number(above=1),
    "sample": choice(SAMPLES),
}


def read_subgroups(toml: TomlTable, cohort: CohortSpec) -> SubgroupSpec:
    """Which subgroups, and what is asked of them.

    Parameters
    ----------
    toml : TomlTable
        The table ``[subgroups]``.
    cohort : CohortSpec
        How the cohort is read.

    Returns
    -------
    SubgroupSpec
        What could be read; the rest is recorded.

    Examples
    --------
    >>> from posthaz.cohort import Column
    >>> from posthaz.errors import Findings
    >>> values = {"columns": ["sex", {"age": [60]}]}
    >>> toml = TomlTable(values, "x.toml", ("subgroups",), Findings())
    >>> columns = {name: Column(name) for name in ("sex", "age")}
    >>> read_subgroups(toml, CohortSpec(treatment="arm", columns=columns)).cuts
    {'age': (60.0,)}
    """
    parsed = toml.read(_FIELDS)
    pairs = parsed.pop("columns", ())
    names = tuple(name for name, _ in pairs)
    for name in {name for name in names if names.count(name) > 1}:
        toml.refuse("columns", f"'{name}' is named twice", "name each column once")
    for name, at in pairs:
        check_covariate(toml, "columns", name, cohort)
        check_cut(toml, "columns", name, at, cohort)
        if cohort.treatment and name == cohort.treatment:
            toml.refuse("columns", f"'{name}' is the treatment", "name covariates")
    _check_treatment(toml, cohort, parsed.get("arm", ""))
    check_terms(toml, "adjusted", parsed.get("adjusted", ()), cohort)
    once = tuple(dict.fromkeys(names))
    return SubgroupSpec(columns=once, cuts={name: at for name, at in pairs if at}, **parsed)


def subgroup_faults(asked: SubgroupSpec, cohort: Cohort) -> Iterator[Finding]:
    """What keeps the subgroups from being made in a cohort.

    Parameters
    ----------
    asked : SubgroupSpec
        Which subgroups.
    cohort : Cohort
        The cohort.

    Yields
    ------
    Finding
        One a problem.
    """
    place = f"{cohort.source.name}, subgroups"
    if len(cohort.arms) < 2:
        yield Finding(place, "the cohort has no two arms to compare", "name a treatment")
    elif asked.arm and asked.arm not in cohort.arms[1:]:
        what = f"'{asked.arm}' is no arm to compare ({nearest(asked.arm, cohort.arms[1:])})"
        yield Finding(place, what, f"give one of {', '.join(cohort.arms[1:])}")
    for name in asked.columns:
        yield from cut_faults(place, name, name in asked.cuts, cohort)


def _check_treatment(toml: TomlTable, cohort: CohortSpec, arm: str) -> None:
    """Record that there is no treatment to compare, or no such arm."""
    if not cohort.treatment:
        toml.refuse((), "there is no treatment to compare", "name one in [treatment]")
    column = cohort.columns.get(cohort.treatment)
    if arm and column and column.levels and arm not in column.levels:
        what = f"'{arm}' is not an arm ({nearest(arm, column.levels)})"
        toml.refuse("arm", what, f"give one of {', '.join(column.levels)}")


TABLE = ClinicalTable(read_subgroups, subgroup_faults, fields=table(_FIELDS, about=SubgroupSpec))
