"""Named subsets of the cohort in which survival is reported again: ``[subsets.NAME]``."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from posthaz.cohort import Cohort, CohortSpec, Where, rows_where
from posthaz.errors import CohortError, Finding
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.fields import table, text
from posthaz.spec.toml_table import TomlTable
from posthaz.spec.where_table import WHERE, read_where


@dataclass(frozen=True)
class Subset:
    """One named subset.

    Parameters
    ----------
    name : str
        Name in the analysis file.
    where : Where
        Who belongs to it.
    label : str
        Name to show.
    """

    name: str
    where: Where
    label: str = ""

    @property
    def shown(self) -> str:
        """Label, or the name where there is none."""
        return self.label or self.name


@dataclass(frozen=True)
class SubsetsSpec:
    """The named subsets of an analysis.

    Parameters
    ----------
    subsets : tuple of Subset
        In the file's order.
    """

    subsets: tuple[Subset, ...] = ()


_FIELDS = {"label": text(), "where": replace(WHERE, required=True)}


def read_subsets(toml: TomlTable, cohort: CohortSpec) -> SubsetsSpec:
    """Subsets as the tables ``[subsets.NAME]`` state them.

    Parameters
    ----------
    toml : TomlTable
        The table ``[subsets]``.
    cohort : CohortSpec
        How the cohort is read; names the covariates.

    Returns
    -------
    SubsetsSpec
        The subsets that could be read; what is wrong with the others is recorded.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> values = {"bulky": {"label": "GTV 146 cm3 or more", "where": {"gtv": {"at_least": 146}}}}
    >>> toml = TomlTable(values, "x.toml", ("subsets",), Findings())
    >>> read_subsets(toml, CohortSpec()).subsets[0].shown
    'GTV 146 cm3 or more'
    """
    if not toml.values:
        toml.refuse((), "there is no subset", "give at least one, as [subsets.NAME]")
    found = []
    fix = "use letters, digits, '_' and '-' in the name, and put what is shown in its 'label'"
    toml.refuse_file_names(toml.values, fix)
    for name, inner in toml.each():
        parsed = inner.read(_FIELDS)
        where = read_where(inner.below("where"), cohort.columns)
        if "where" in parsed and not inner.below("where").values:
            inner.refuse("where", "it is empty", 'name a covariate, as { stage = ["III"] }')
        found.append(Subset(name, where, parsed.get("label", "")))
    return SubsetsSpec(tuple(found))


def subset_faults(asked: SubsetsSpec, cohort: Cohort) -> Iterator[Finding]:
    """What keeps subsets from being made in a cohort.

    Parameters
    ----------
    asked : SubsetsSpec
        Which subsets.
    cohort : Cohort
        The cohort.

    Yields
    ------
    Finding
        One a problem; a subset without patients isn't one.
    """
    if cohort.interval_censored.any():
        yield Finding(
            f"{cohort.source.name}, subsets",
            "events are only known to lie between two times, and Kaplan-Meier needs exact ones",
            "remove [subsets]",
        )
    for subset in asked.subsets:
        try:
            rows_where(cohort, subset.where)
        except CohortError as error:
            for finding in error.findings:
                yield replace(finding, where=f"[subsets.{subset.name}] {finding.where}")


TABLE = ClinicalTable(read_subsets, subset_faults, fields=table(each=table(_FIELDS, about=Subset)))
