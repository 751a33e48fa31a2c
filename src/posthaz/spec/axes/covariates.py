"""Axes of covariates: every subset of candidates, and how a number enters the formula."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import ClassVar

import numpy as np

from posthaz.cohort import Cohort, number_text
from posthaz.design import formula_variables, quoted, written_terms
from posthaz.errors import FormulaError
from posthaz.spec.axes.given import GivenFile
from posthaz.spec.covariate_checks import check_terms
from posthaz.spec.fields import choice, distinct, number, several, table, text
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.sensitivity import Alternative, Axis, Change, with_terms
from posthaz.spec.toml_table import TomlTable

MOST_CANDIDATES = 12
_CODED = {
    "linear": "{name}",
    "log": "log({name})",
    "doubling": "log2({name})",
    "square root": "sqrt({name})",
    "spline": "spline({name}, df=3)",
}
CODINGS = tuple(_CODED)


@dataclass(frozen=True)
class CovariateSetChange(Change):
    """Some of the candidate covariates, in place of those that the model has.

    Parameters
    ----------
    candidates : tuple of str
        Terms that may be in the formula or not.
    chosen : tuple of str
        Those that are.
    """

    candidates: tuple[str, ...]
    chosen: tuple[str, ...]
    late: ClassVar[int] = 30

    def of_model(self, spec: ModelSpec) -> ModelSpec:
        kept = [term for term in written_terms(spec.formula) if term not in self.candidates]
        return with_terms(spec, (*kept, *self.chosen))

    @property
    def needed(self) -> tuple[str, ...]:
        return tuple(name for term in self.candidates for name in formula_variables(term))

    @property
    def words(self) -> str:
        listed = ", ".join(f"`{term}`" for term in self.chosen)
        return f"adjusted for {listed}" if listed else "adjusted for none of the candidates"


def covariate_axes(toml: TomlTable, given: GivenFile) -> tuple[Axis, ...]:
    """Every subset of some covariates: the table ``[sensitivity.covariates]``.

    Parameters
    ----------
    toml : TomlTable
        The table, with ``candidates``.
    given : GivenFile
        The cohort, which has them.

    Returns
    -------
    tuple of Axis
        What could be read; the rest is recorded.
    """
    terms = toml.read(COVARIATE_FIELDS).get("candidates", ())
    check_terms(toml, "candidates", terms, given.cohort)
    if any(given.treatment in _variables(term) for term in terms):
        toml.refuse("candidates", "the treatment is among them", "leave it out: every set has it")
    sets = [some for size in range(len(terms) + 1) for some in combinations(terms, size)]
    named = tuple(
        Alternative(" + ".join(some) or "none", CovariateSetChange(terms, some)) for some in sets
    )
    return (Axis("covariate set", named),) if terms else ()


def _variables(term: str) -> tuple[str, ...]:
    try:
        return formula_variables(term)
    except FormulaError:
        return ()  # recorded with its place by `check_terms`


@dataclass(frozen=True)
class CodingChange(Change):
    """Another coding of a number.

    Parameters
    ----------
    name : str
        The covariate; a model that has no term of it alone stays as it is.
    term : str
        The term in place of the one that it has.
    """

    name: str
    term: str
    late: ClassVar[int] = 40

    def of_model(self, spec: ModelSpec) -> ModelSpec:
        terms = written_terms(spec.formula)
        alone = [term for term in terms if formula_variables(term) == (self.name,)]
        if not alone:
            return spec
        new = [self.term if term == alone[0] else term for term in terms if term not in alone[1:]]
        return with_terms(spec, tuple(new))

    @property
    def words(self) -> str:
        return f"`{self.term}`"


@dataclass(frozen=True)
class EveryCut:
    """Two groups of a number, cut at every value that leaves enough patients on either side.

    Parameters
    ----------
    name : str
        The covariate.
    least : float
        Smallest share of the patients in a group.
    most : int
        Most cuts, which are then evenly spaced among the patients.
    """

    name: str
    least: float = 0.1
    most: int = 20

    def alternatives(self, cohort: Cohort) -> tuple[Alternative, ...]:
        """One a cut; the upper group holds the cut itself."""
        values = cohort.patients.covariates[self.name].to_numpy(dtype=float)
        values = np.sort(values[np.isfinite(values)])
        cuts = np.unique(values)[1:]
        below = np.searchsorted(values, cuts) / max(len(values), 1)
        cuts = cuts[(below >= self.least) & (below <= 1.0 - self.least)]
        if len(cuts) > self.most:
            cuts = cuts[np.unique(np.linspace(0, len(cuts) - 1, self.most).round().astype(int))]
        return tuple(_cut(self.name, float(cut)) for cut in cuts)


def _cut(name: str, value: float) -> Alternative:
    change = CodingChange(name, f"I({quoted(name)} >= {value:.15g})")
    return Alternative(f"cut at {number_text(value, 4)}", change)


def coding_axes(toml: TomlTable, given: GivenFile) -> tuple[Axis, ...]:
    """How numbers enter the formula: the tables ``[sensitivity.codings.NAME]``.

    Parameters
    ----------
    toml : TomlTable
        The tables, by covariate.
    given : GivenFile
        The models, one of which has to have a term of the covariate alone.

    Returns
    -------
    tuple of Axis
        What could be read; the rest is recorded.
    """
    return tuple(_coding(name, inner, given) for name, inner in toml.each())


def _coding(name: str, toml: TomlTable, given: GivenFile) -> Axis:
    parsed = toml.read(CODING_FIELDS)
    if not any(name in _alone(model) for model in given.met):
        toml.refuse(
            (),
            f"no model that is varied has a term of '{name}' alone",
            "name a number of their formulas, which no product holds",
        )
    if not toml.values:
        toml.refuse((), "it is empty", f"give as = {list(CODINGS)}, cuts or every_cut")
    named = [
        Alternative(how, CodingChange(name, _CODED[how].format(name=quoted(name))))
        for how in parsed.get("as", ())
    ]
    named += [_cut(name, cut) for cut in parsed.get("cuts", ())]
    rule = None
    if "every_cut" in parsed:
        limits = toml.below("every_cut").read(EVERY_CUT_FIELDS)
        rule = replace(EveryCut(name), **limits)
    return Axis(f"coding of {name}", tuple(named), rule)


def _alone(model: ModelSpec) -> Iterator[str]:
    """Covariates that stand alone in a term, and in no other."""
    used = [formula_variables(term) for term in written_terms(model.formula)]
    yield from (one[0] for one in used if len(one) == 1 and _uses(used, one[0]) == 1)


def _uses(used: Sequence[tuple[str, ...]], name: str) -> int:
    return sum(name in one and len(one) > 1 for one in used) + 1


COVARIATE_FIELDS = {
    "candidates": distinct(several(text(), "terms of a formula", most=MOST_CANDIDATES))
}
COVARIATES = table(COVARIATE_FIELDS)
EVERY_CUT_FIELDS = {
    "least": number(above=0, below=0.5),
    "most": number(at_least=1, at_most=200, whole=True),
}
CODING_FIELDS = {
    "as": distinct(several(choice(CODINGS), "codings")),
    "cuts": distinct(several(number(), "numbers")),
    "every_cut": table(EVERY_CUT_FIELDS, about=EveryCut),
}
CODED = table(each=table(CODING_FIELDS))
