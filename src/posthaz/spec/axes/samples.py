"""Axes of samples in which the arms are alike: matched and weighted patients."""

from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar

import numpy as np

from posthaz.adjust import TARGETS, balancing_weights, match_patients, propensity_score
from posthaz.adjust.weighting import effective_weights
from posthaz.cohort import Cohort
from posthaz.design import formula_variables
from posthaz.errors import FormulaError
from posthaz.spec.axes.given import GivenFile
from posthaz.spec.covariate_checks import check_covariate, check_terms
from posthaz.spec.fields import Field, choice, either, flag, number, several, table, text
from posthaz.spec.sensitivity import Alternative, Axis, Change
from posthaz.spec.toml_table import TomlTable

NONE = "none"
_ARGUMENTS = {"distance": "method"}


@dataclass(frozen=True)
class SampleChange(Change):
    """Patients matched or weighted by a propensity score, in place of all patients.

    Parameters
    ----------
    kind : {"matched", "weighted"}
        Which.
    formula : str
        Covariates of the score.
    score : {"logistic", "firth", "bayesian"}
        How it is estimated.
    options : tuple of (str, object)
        Arguments of `match_patients` or `balancing_weights`.
    seed : int or None
        Seed of the random order in which patients are matched; None for the order asked for.
    """

    kind: str
    formula: str
    score: str = "logistic"
    options: tuple[tuple[str, Any], ...] = ()
    seed: int | None = None
    late: ClassVar[int] = 40
    acts_on_patients: ClassVar[bool] = True
    checked: ClassVar[bool] = True

    def of_patients(self, cohort: Cohort) -> Cohort:
        options = dict(self.options)
        if self.seed is not None:
            cohort = cohort.at(np.random.default_rng(self.seed).permutation(len(cohort)))
            options["order"] = "data"
        score = propensity_score(cohort.complete(self.needed), self.formula, estimate=self.score)
        make = match_patients if self.kind == "matched" else balancing_weights
        return effective_weights(make(score, **options).cohort)

    @property
    def needed(self) -> tuple[str, ...]:
        return (*formula_variables(self.formula), *dict(self.options).get("exact", ()))

    @property
    def words(self) -> str:
        said = [f"{key.replace('_', ' ')} {_shown(value)}" for key, value in self.options]
        said += [f"in a random order, seed {self.seed}"] if self.seed is not None else []
        how = f"; {', '.join(said)}" if said else ""
        return (
            f"patients {self.kind} by a {self.score} score of `{self.formula}`{how}; weighted "
            "likelihoods give intervals without guaranteed coverage"
        )


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return " and ".join(str(one) for one in value) or NONE
    return NONE if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _sample_axis(
    toml: TomlTable, given: GivenFile, kind: str, fields: dict[str, Field]
) -> tuple[Axis, ...]:
    """Every combination of the values given for each key."""
    before = len(toml.findings)
    parsed = toml.read(fields)
    formula = parsed.pop("formula", "")
    check_terms(toml, "formula", (formula,) if formula else (), given.cohort)
    if formula and given.treatment in _variables(formula):
        toml.refuse("formula", f"the score predicts '{given.treatment}'", "leave it out")
    for name in {one for some in parsed.get("exact", ()) for one in some}:
        check_covariate(toml, "exact", name, given.cohort)
    if len(toml.findings) > before or not formula:
        return ()
    scores = parsed.pop("score", ("logistic",))
    keys = [key for key in parsed if key != "seeds"]
    found: dict[SampleChange, str] = {}
    for score, seed, *values in product(
        scores, parsed.get("seeds", (None,)), *(parsed[key] for key in keys)
    ):
        options = dict(zip(keys, values, strict=True))
        if _clash(options):
            continue
        given_values = {"score": score, **options} | ({} if seed is None else {"seed": seed})
        varied = {key: one for key, one in given_values.items()
                  if len(parsed.get(f"{key}s" if key == "seed" else key, scores)) > 1}  # fmt: skip
        label = ", ".join(f"{key.replace('_', ' ')} {_shown(one)}" for key, one in varied.items())
        arguments = tuple((_ARGUMENTS.get(key, key), one) for key, one in options.items())
        change = SampleChange(kind, formula, score, arguments, seed)
        found.setdefault(change, label or kind)
    if not found:
        toml.refuse((), "no combination of its values is possible", "see [adjust] for which are")
    title = "matching" if kind == "matched" else "weights"
    return (Axis(title, tuple(Alternative(label, change) for change, label in found.items())),)


def _clash(options: dict[str, Any]) -> bool:
    """Whether values exclude each other, as they do in ``[adjust]``."""
    stabilised = options.get("stabilised") and options.get("target", "ATE") != "ATE"
    return bool(stabilised or (options.get("replace") and options.get("distance") == "optimal"))


def _variables(formula: str) -> tuple[str, ...]:
    try:
        return formula_variables(formula)
    except FormulaError:
        return ()  # recorded with its place by `check_terms`


def matching_axes(toml: TomlTable, given: GivenFile) -> tuple[Axis, ...]:
    """Matched patients: the table ``[sensitivity.matching]``."""
    return _sample_axis(toml, given, "matched", MATCHING_FIELDS)


def weights_axes(toml: TomlTable, given: GivenFile) -> tuple[Axis, ...]:
    """Weighted patients: the table ``[sensitivity.weights]``."""
    return _sample_axis(toml, given, "weighted", WEIGHTS_FIELDS)


def _values(one: Field, many: str) -> Field:
    """One value, or a list of values to try."""
    single = Field(one.expects, lambda raw: (one.parse(raw),), schema=one.schema)
    return either(single, several(one, many))


def _or_none(one: Field) -> Field:
    """A number, or ``"none"``."""
    schema = {"anyOf": [one.schema, {"const": NONE}]}
    return Field(
        f'{one.expects}, or "{NONE}"', lambda raw: None if raw == NONE else one.parse(raw),
        schema=schema,
    )  # fmt: skip


_SCORE = {
    "formula": text(required=True),
    "score": _values(choice(["logistic", "firth", "bayesian"]), "ways to estimate the score"),
}
_COLUMNS = several(text(), "column names", empty=True)
MATCHING_FIELDS = {
    **_SCORE,
    "ratio": _values(number(at_least=1, whole=True), "numbers of matches"),
    "caliper": _values(_or_none(number(above=0)), "calipers"),
    "caliper_scale": _values(choice(["pooled", "all", "logit"]), "units of the caliper"),
    "distance": _values(choice(["nearest", "optimal"]), "algorithms"),
    "order": _values(choice(["largest", "smallest", "data"]), "orders"),
    "replace": _values(flag(), "both"),
    "exact": several(_COLUMNS, "lists of column names"),
    "target": _values(choice(["ATT", "ATC"]), "targets"),
    "seeds": several(number(at_least=0, whole=True), "seeds"),
}
MATCHING = table(MATCHING_FIELDS)
WEIGHTS_FIELDS = {
    **_SCORE,
    "target": _values(choice(list(TARGETS)), "targets"),
    "stabilised": _values(flag(), "both"),
    "trim": _values(_or_none(number(above=0, below=0.5)), "limits"),
}
WEIGHTS = table(WEIGHTS_FIELDS)
