"""Tables of a file that ask for an analysis, each read by the `spec` of its own folder."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from posthaz.analyses.registry import table_names, table_of
from posthaz.cohort import Cohort, CohortSpec
from posthaz.errors import CohortError, Finding, PosthazError
from posthaz.spec.fields import Field, table
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.sample import check_samples
from posthaz.spec.toml_table import TomlTable


@dataclass(frozen=True)
class ClinicalTable:
    """How the table of an analysis is read, and what keeps it from a cohort.

    Parameters
    ----------
    read : callable
        Reads the table, given how the cohort is read; problems go to the table's findings.
        Returns a frozen value.
    faults : callable
        Yields a `Finding` for whatever keeps that value from being used with a cohort.
    model_faults : callable
        Yields a `Finding` for whatever keeps that value from being used with the primary model,
        given that and the column of the treatment.
    fields : Field
        What the table may hold, for the schema that editors read.
    by_default : callable
        Takes the whole file, and gives the value for one without the table; None where such a
        file doesn't ask for the analysis.
    of_everyone : bool
        Whether `faults` is about every patient, also those who lack a covariate and whom other
        analyses leave out.
    """

    read: Callable[[TomlTable, CohortSpec], Any]
    faults: Callable[[Any, Cohort], Iterator[Finding]] = lambda asked, cohort: iter(())
    model_faults: Callable[[Any, ModelSpec, str], Iterator[Finding]] = lambda asked, model, arm: (
        iter(())
    )
    fields: Field = field(default_factory=table)
    by_default: Callable[[TomlTable], Any] = lambda file: None
    of_everyone: bool = False

    def refuse(
        self,
        title: str,
        asked: Any,
        cohort: Cohort,
        model: ModelSpec,
        error: type[PosthazError] = CohortError,
    ) -> None:
        """Raise one error with all that keeps a value from a cohort and the primary model.

        Parameters
        ----------
        title : str
            What can't be given.
        asked : object
            The value.
        cohort : Cohort
            The cohort.
        model : ModelSpec
            The primary model.
        error : type of PosthazError, optional
            What is raised.
        """
        found = (*self.faults(asked, cohort), *self.model_faults(asked, model, cohort.treatment))
        if found:
            raise error.from_findings(title, found)


def two_arms_faults(place: str, cohort: Cohort, what: str) -> Iterator[Finding]:
    """Yield that an analysis is of two arms, where the cohort has another number of them.

    Parameters
    ----------
    place : str
        The table.
    cohort : Cohort
        The cohort.
    what : str
        What is about two arms, up to the verb, such as ``"a propensity score tells apart"``.

    Yields
    ------
    Finding
        At most one.
    """
    if len(cohort.arms) != 2:
        arms = ", ".join(f"'{arm}'" for arm in cohort.arms)
        fix = f"keep two of them, as {cohort.treatment} = [...] in [cohort.where]"
        yield Finding(
            f"{cohort.source.name} {place}",
            f"{what} two arms, and there are {arms or 'none'}",
            fix if arms else "name a treatment with two arms in [treatment]",
        )


def clinical_faults(
    clinical: Mapping[str, Any], cohort: Cohort, everyone: Cohort, primary: ModelSpec | None
) -> Iterator[Finding]:
    """Yield what keeps the analyses of a file from being made, before anything is fitted.

    `everyone` is the cohort with those who lack a covariate, whom `cohort` leaves out.
    """
    for name in table_names():
        if name in clinical:
            one, asked = table_of(name), clinical[name]
            yield from one.faults(asked, everyone if one.of_everyone else cohort)
            if primary is not None:
                yield from one.model_faults(asked, primary, cohort.treatment)


def read_clinical(file: TomlTable, cohort: CohortSpec) -> Mapping[str, Any]:
    """Analyses that the file asks for, by the name of their table.

    Parameters
    ----------
    file : TomlTable
        The whole file.
    cohort : CohortSpec
        How the cohort is read; names the columns an analysis may use.

    Returns
    -------
    mapping of str to object
        A frozen specification each; problems are recorded.
    """
    found = {
        name: table_of(name).read(file.below(name), cohort)
        if file.has(name)
        else table_of(name).by_default(file)
        for name in table_names()
    }
    clinical = {name: asked for name, asked in found.items() if asked is not None}
    check_samples(file, clinical)
    return clinical
