"""How missing covariates are imputed: ``[missing]``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from posthaz.analyses.missing.faults import KINDS, imputation_faults
from posthaz.cohort import Cohort, CohortSpec
from posthaz.errors import Finding, SpecError, nearest
from posthaz.spec import ModelSpec
from posthaz.spec.analysis import as_in_a_file, check_values
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.fields import UnfitError, choice, distinct, number, several, table, text
from posthaz.spec.toml_table import TomlTable


@dataclass(frozen=True)
class MissingSpec:
    """How missing covariates are imputed.

    Parameters
    ----------
    method : {"multiple", "joint"}
        ``"multiple"``: by chained equations that hold the event and the Nelson-Aalen hazard;
        ``"joint"``: values and parameters of each model drawn in turn, which agrees with the model
        whatever its terms.
    imputations : int
        How many times the missing values are drawn.
    iterations : int
        Cycles through the incomplete columns before each is taken.
    auxiliary : tuple of str
        Columns that help to impute and stand in no model.
    seed : int or None
        Seed of the imputations; that of ``[sampling]`` when not given.
    kinds : mapping of str to str
        By column, ``"continuous"``, ``"binary"``, ``"ordered"`` or ``"unordered"``; told from its
        values when not given.
    deltas : mapping of str to tuple of float
        By column, shifts of its imputed values: in its own unit for numbers, on the log odds of
        a higher level for factors.
    models : tuple of ModelSpec
        The models of the file, whose covariates are imputed.
    """

    method: str = "multiple"
    imputations: int = 20
    iterations: int = 10
    auxiliary: tuple[str, ...] = ()
    seed: int | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    deltas: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    models: tuple[ModelSpec, ...] = ()

    def __post_init__(self) -> None:
        plain = ("method", "imputations", "iterations", "auxiliary", "seed")
        check_values(self, {key: _FIELDS[key] for key in plain}, optional=("seed",))
        for values, key in ((self.kinds, "kind"), (self.deltas, "delta")):
            for name, given in values.items():
                try:
                    _COLUMN_FIELDS[key].parse(as_in_a_file(given))
                except (UnfitError, TypeError) as error:
                    raise SpecError(
                        f"MissingSpec, {key} of '{name}': found {given!r}",
                        fix=f"give {_COLUMN_FIELDS[key].expects}",
                    ) from error

    @property
    def kept(self) -> tuple[str, ...]:
        """Columns that are read although no model holds them."""
        return self.auxiliary

    def about(self, models: Sequence[ModelSpec]) -> "MissingSpec":
        """The same for the models of a file."""
        return replace(self, models=tuple(models))

    @property
    def covariates(self) -> tuple[str, ...]:
        """Columns of any of the models, each once."""
        return tuple(dict.fromkeys(name for model in self.models for name in model.needed))


_COLUMN_FIELDS = {
    "kind": choice(KINDS),
    "delta": distinct(several(number(), "shifts of the imputed values")),
}
_FIELDS = {
    "method": choice(["multiple", "joint"]),
    "imputations": number(at_least=2, at_most=200, whole=True),
    "iterations": number(at_least=1, at_most=200, whole=True),
    "auxiliary": distinct(several(text(), "names of columns")),
    "seed": number(at_least=0, at_most=2**32 - 1, whole=True),
    "columns": table(each=table(_COLUMN_FIELDS)),
}


def read_missing(toml: TomlTable, cohort: CohortSpec) -> MissingSpec:
    """The table ``[missing]``.

    Parameters
    ----------
    toml : TomlTable
        The table.
    cohort : CohortSpec
        How the cohort is read; names the covariates.

    Returns
    -------
    MissingSpec
        What could be read; what is wrong with the rest is recorded.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> toml = TomlTable({"imputations": 40}, "x.toml", ("missing",), Findings())
    >>> read_missing(toml, CohortSpec()).imputations
    40
    """
    parsed = toml.read(_FIELDS)
    parsed.pop("columns", None)
    columns = {name: inner.read(_COLUMN_FIELDS) for name, inner in toml.below("columns").each()}
    for name in (*parsed.get("auxiliary", ()), *columns):
        if cohort.columns and name not in cohort.columns:
            toml.refuse(
                "auxiliary" if name in parsed.get("auxiliary", ()) else ("columns", name),
                f"'{name}' is not described in [cohort.columns] "
                f"({nearest(name, list(cohort.columns))})",
                f"add [cohort.columns.{name}] or correct the name",
            )
    if cohort.same_patients:
        toml.refuse(
            (),
            "same_patients = true in [cohort] leaves out everybody who lacks a value, so that "
            "nothing is left to impute",
            "keep one of the two",
        )
    return MissingSpec(
        **parsed,
        kinds={name: one["kind"] for name, one in columns.items() if "kind" in one},
        deltas={name: one["delta"] for name, one in columns.items() if "delta" in one},
    )


def missing_faults(asked: MissingSpec, cohort: Cohort) -> Iterator[Finding]:
    """What keeps a cohort from being imputed as a file asks.

    Parameters
    ----------
    asked : MissingSpec
        What is asked.
    cohort : Cohort
        The cohort, with those who lack a value.

    Yields
    ------
    Finding
        One a problem.
    """
    yield from imputation_faults(
        cohort,
        asked.covariates,
        asked.auxiliary,
        asked.kinds,
        asked.deltas,
        formulas=tuple(model.formula for model in asked.models),
        jointly=asked.models if asked.method == "joint" else (),
    )


TABLE = ClinicalTable(
    read_missing, missing_faults, fields=table(_FIELDS, about=MissingSpec), of_everyone=True
)
