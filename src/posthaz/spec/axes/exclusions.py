"""Axes of who is left out: rules of exclusion, one patient, event or cluster, the incomplete."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, Where, number_text, rows_where
from posthaz.design import formula_variables, quoted, written_terms
from posthaz.errors import CohortError
from posthaz.spec.axes.given import GivenFile
from posthaz.spec.covariate_checks import check_covariate
from posthaz.spec.fields import choice, distinct, either, number, several, table
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.sensitivity import Alternative, Axis, Change, with_terms
from posthaz.spec.toml_table import TomlTable
from posthaz.spec.where_table import WHERE, read_where


@dataclass(frozen=True)
class ExclusionChange(Change):
    """Patients of some description left out.

    Parameters
    ----------
    where : Where
        Whom the rule leaves out; those who lack a covariate of it stay.
    """

    where: Where
    late: ClassVar[int] = 10
    acts_on_patients: ClassVar[bool] = True

    def of_patients(self, cohort: Cohort) -> Cohort:
        return cohort.part(~rows_where(cohort, self.where))

    @property
    def words(self) -> str:
        return "those whom the rule describes left out"


def exclusion_axes(toml: TomlTable, given: GivenFile) -> tuple[Axis, ...]:
    """Rules of exclusion, each an axis of its own: the tables ``[sensitivity.exclusions.NAME]``."""
    found = []
    for label, inner in toml.each():
        where = read_where(inner, given.cohort.columns)
        if not inner.values:
            inner.refuse((), "it has no condition", "give one, as { age = { above = 80 } }")
        elif where:
            left_out = Alternative("left out", ExclusionChange(where))
            found.append(Axis(f"exclusion of {label}", (left_out,)))
    return tuple(found)


@dataclass(frozen=True)
class OneOutChange(Change):
    """One patient or cluster left out, or one patient's event.

    Parameters
    ----------
    kind : {"patient", "event", "cluster"}
        What is left out; a patient whose event is left out is censored then.
    number : int
        Number of the subject or cluster in the cohort.
    """

    kind: str
    number: int
    late: ClassVar[int] = 15
    acts_on_patients: ClassVar[bool] = True

    def of_patients(self, cohort: Cohort) -> Cohort:
        numbers = cohort.cluster if self.kind == "cluster" else cohort.subject
        own = np.asarray(numbers) == self.number
        if self.kind != "event":
            return cohort.where(~own)
        seen = own & (cohort.cause == 1)
        return replace(
            cohort,
            upper=np.where(seen, np.inf, cohort.upper),
            cause=np.where(seen, 0, cohort.cause),
        )

    @property
    def alike(self) -> object:
        return self.kind

    @property
    def words(self) -> str:
        return f"everybody but one {self.kind}"


@dataclass(frozen=True)
class OneOut:
    """Each patient, event or cluster left out in turn.

    Parameters
    ----------
    kind : {"patient", "event", "cluster"}
        What is left out.
    """

    kind: str

    def alternatives(self, cohort: Cohort) -> tuple[Alternative, ...]:
        """One each, numbered in the order of follow-up, so that nobody is named."""
        if self.kind != "cluster" and cohort.weights_count and np.any(cohort.weight != 1):
            raise CohortError(
                f"{cohort.source.name}: rows stand for several patients, of whom no single one can "
                "be left out",
                fix="give one row a patient, or leave leave_one_out out of [sensitivity]",
            )
        if self.kind == "cluster":
            if cohort.cluster is None:
                raise CohortError(
                    f"{cohort.source.name}: there are no clusters to leave out",
                    fix="name their column as cluster in [cohort]",
                )
            found = np.unique(cohort.cluster)
        else:
            last = pd.Series(cohort.exit).groupby(cohort.subject).max().sort_values(kind="stable")
            found = last.index.to_numpy()
            if self.kind == "event":
                found = found[np.isin(found, cohort.subject[cohort.cause == 1])]
        return tuple(
            Alternative(f"{place} of {len(found)}", OneOutChange(self.kind, int(number)))
            for place, number in enumerate(found, start=1)
        )


def one_out_axes(toml: TomlTable, given: GivenFile) -> tuple[Axis, ...]:
    """Leaving out one at a time: ``leave_one_out``, a list of what."""
    kinds = toml.read({"leave_one_out": ONE_OUT})["leave_one_out"]
    if "cluster" in kinds and not given.cohort.cluster:
        toml.refuse("leave_one_out", "there are no clusters", "name their column as cluster")
    return tuple(Axis(f"without one {kind}", rule=OneOut(kind)) for kind in kinds)


@dataclass(frozen=True)
class MissingChange(Change):
    """Another way with patients who lack a covariate.

    Parameters
    ----------
    how : {"own", "indicator"}
        ``"own"``: each variant has the complete cases of its own model, and not those of all
        variants together. ``"indicator"``: a factor has a level more for the missing, a number the
        median and a covariate that tells where it is missing.
    numbers : tuple of str
        Numbers that are missing in some patients.
    """

    how: str
    numbers: tuple[str, ...] = ()
    late: ClassVar[int] = 60
    acts_on_patients: ClassVar[bool] = True
    checked: ClassVar[bool] = True
    takes_incomplete: ClassVar[bool] = True

    def of_patients(self, cohort: Cohort) -> Cohort:
        return MISSING[self.how](cohort)

    def of_model(self, spec: ModelSpec) -> ModelSpec:
        used = [name for name in self.numbers if name in formula_variables(spec.formula)]
        if self.how != "indicator" or not used:
            return spec
        marks = (quoted(f"{name}{_MARK}") for name in used)
        return with_terms(spec, (*written_terms(spec.formula), *marks))

    @property
    def words(self) -> str:
        return _MISSING_WORDS[self.how]


_MARK = "_missing"
_UNKNOWN = "missing"
_MISSING_WORDS = {
    "own": "each variant has all patients who lack no covariate of its own model",
    "indicator": "all patients: factors have a level for the missing, numbers their median and a "
    "mark where they are missing; unbiased for a randomised treatment only",
}


def _with_marks(cohort: Cohort) -> Cohort:
    """Nothing missing any more, and a mark where it was."""
    made = {}
    for key, values in cohort.covariates.items():
        name, lacking = str(key), values.isna()
        if not lacking.any() or name == cohort.treatment:
            continue
        if isinstance(values.dtype, pd.CategoricalDtype):
            made[name] = values.cat.add_categories(_UNKNOWN).fillna(_UNKNOWN)
        else:
            made[name] = values.fillna(float(values.median()))
            made[f"{name}{_MARK}"] = lacking.astype(float)
    return replace(cohort, covariates=cohort.covariates.assign(**made))


MISSING: Mapping[str, Callable[[Cohort], Cohort]] = {
    "own": lambda cohort: cohort,
    "indicator": _with_marks,
}
"""What each way with missing values makes of a cohort; a new way is a line here."""


@dataclass(frozen=True)
class ImputedChange(Change):
    """Missing covariates imputed several times by chained equations, the posteriors pooled.

    Parameters
    ----------
    deltas : tuple of (str, float)
        Shifts of imputed values: in the unit of a number, on the log odds of a factor's higher
        levels.
    """

    deltas: tuple[tuple[str, float], ...] = ()
    late: ClassVar[int] = 0
    acts_on_patients: ClassVar[bool] = True
    takes_incomplete: ClassVar[bool] = True
    draws: ClassVar[str] = "covariates"

    @property
    def needed(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.deltas)

    @property
    def label(self) -> str:
        """Name among the alternatives."""
        moved = [f"{name} {_signed(delta)}" for name, delta in self.deltas]
        return ", ".join(["imputed", *moved])

    @property
    def words(self) -> str:
        moved = f"; imputed values shifted by {self.label.removeprefix('imputed, ')}"
        return (
            "all patients, missing covariates imputed by chained equations with the outcome among "
            f"the predictors, and the posteriors pooled{moved if self.deltas else ''}"
        )


def _signed(value: float) -> str:
    """A shift with its sign."""
    return f"{'+' if value > 0 else ''}{number_text(value, 4)}"


@dataclass(frozen=True)
class MissingValues:
    """The ways with missing values for a cohort.

    Parameters
    ----------
    ways : tuple of str or ImputedChange
        Names in `MISSING`, or how covariates are imputed.
    """

    ways: tuple[str | ImputedChange, ...]

    def alternatives(self, cohort: Cohort) -> tuple[Alternative, ...]:
        """One a way; numbers that are missing are told from the cohort."""
        numbers = tuple(
            str(name)
            for name, values in cohort.covariates.items()
            if values.isna().any() and pd.api.types.is_numeric_dtype(values)
        )
        labels = {"own": "own complete cases", "indicator": "missing-indicator"}
        return tuple(
            Alternative(labels[how], MissingChange(how, numbers))
            if isinstance(how, str)
            else Alternative(how.label, how)
            for how in self.ways
        )


def missing_axes(toml: TomlTable, given: GivenFile) -> tuple[Axis, ...]:
    """Ways with missing covariates: ``missing``, a list of words and shifts of imputed values."""
    ways = toml.read({"missing": WAYS})["missing"]
    made: list[str | ImputedChange] = []
    for one in ways:
        if isinstance(one, str):
            made.append(ImputedChange() if one == MULTIPLE else one)
            continue
        for name in one:
            check_covariate(toml, "missing", name, given.cohort)
        inner = TomlTable(dict(one), toml.file, (*toml.keys, "missing"), toml.findings)
        if not one:
            inner.refuse((), "it is empty", 'give shifts, as { age = 5 }, or "multiple"')
        made.append(ImputedChange(tuple(inner.read(dict.fromkeys(one, number())).items())))
    if given.cohort.missing != "drop" or given.cohort.same_patients:
        toml.refuse(
            "missing",
            "the cohort holds nobody who lacks a covariate, so that there is nothing to vary",
            'say missing = "drop" in [cohort], without same_patients',
        )
    return (Axis("missing values", rule=MissingValues(tuple(made))),)


EXCLUSIONS = table(each=WHERE)
ONE_OUT = distinct(several(choice(("patient", "event", "cluster")), "what is left out"))
MULTIPLE = "multiple"
WAYS = distinct(
    several(
        either(choice((*MISSING, MULTIPLE)), table(each=number())),
        "ways, or shifts of imputed values such as { age = 5 }",
    )
)
