"""Adjustment by the propensity score: the table ``[adjust]``."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from posthaz.adjust.weighting import counted_rows
from posthaz.cohort import Cohort, CohortSpec
from posthaz.design import formula_variables
from posthaz.errors import Finding, FormulaError
from posthaz.hazards import option
from posthaz.spec.clinical_tables import ClinicalTable, two_arms_faults
from posthaz.spec.covariate_checks import check_covariate, check_terms
from posthaz.spec.derived import keys_of
from posthaz.spec.fields import (
    Field,
    UnfitError,
    choice,
    either,
    number,
    several,
    table,
    text,
)
from posthaz.spec.toml_table import TomlTable

METHODS = ("match", "weight", "overlap")
SCORES = ("logistic", "firth", "bayesian")


def _methods() -> Field:
    one = choice(METHODS)

    def parse(raw: Any) -> tuple[str, ...]:
        return (one.parse(raw),)

    return either(Field(one.expects, parse, schema=one.schema), several(one, "them"))


def _caliper() -> Field:
    width = number(above=0)

    def parse(raw: Any) -> float | None:
        if raw == "none":
            return None
        try:
            return float(width.parse(raw))
        except UnfitError:
            raise UnfitError from None

    schema = {"anyOf": [width.schema, {"const": "none"}]}
    return Field('a number above 0, or "none"', parse, schema=schema)


@dataclass(frozen=True)
class AdjustSpec:
    """How the arms are made comparable.

    Parameters
    ----------
    formula : str
        Covariates of the propensity score.
    method : tuple of {"match", "weight", "overlap"}
        Matching, weights for `target`, overlap weights.
    score : {"logistic", "firth", "bayesian"}
        How the score is estimated.
    draws : int
        Draws of a Bayesian score over which the answers are repeated.
    ratio : int
        Most matches for one patient.
    caliper : float or None
        Largest distance of a pair in units of `caliper_scale`; None for no limit.
    caliper_scale : {"pooled", "all", "logit"}
        Unit of the caliper.
    distance : {"nearest", "optimal"}
        How pairs are chosen.
    order : {"largest", "smallest", "data"}
        Whose turn is first, under ``"nearest"``.
    replace : bool
        Whether a patient may be matched with several.
    exact : tuple of str
        Covariates equal within a pair.
    target : str
        Whose average effect is asked: ATE, ATT, ATC or ATM for weights, ATT or ATC for matches;
        empty for the usual one of each method (ATE, ATT).
    stabilised : bool
        Whether weights are stabilised.
    trim : float or None
        Scores below it and above one minus it are left out of the weights.
    adjusted : tuple of str
        Terms that a second model of the treatment in each sample is adjusted for; none without.
    """

    formula: str = ""
    method: tuple[str, ...] = option(("match",), key=_methods())
    score: str = option("logistic", key=choice(SCORES))
    draws: int = option(20, at_least=2)
    ratio: int = option(1, at_least=1)
    caliper: float | None = option(0.2, key=_caliper())
    caliper_scale: Literal["pooled", "all", "logit"] = "pooled"
    distance: Literal["nearest", "optimal"] = "nearest"
    order: Literal["largest", "smallest", "data"] = "largest"
    replace: bool = False
    exact: tuple[str, ...] = option((), many="column names")
    target: str = option("", key=choice(["ATE", "ATT", "ATC", "ATM"]))
    stabilised: bool = False
    trim: float | None = option(None, above=0, below=0.5)
    adjusted: tuple[str, ...] = option((), many="terms of a formula")

    @property
    def needed(self) -> tuple[str, ...]:
        """Covariates that may not be missing."""
        terms = (self.formula, *self.adjusted)
        used = (name for term in terms if term for name in formula_variables(term))
        return tuple(dict.fromkeys((*used, *self.exact)))

    @property
    def match_target(self) -> str:
        """Whose average effect the matched cohort answers."""
        return "ATC" if self.target == "ATC" else "ATT"

    @property
    def weight_target(self) -> str:
        """Whose average effect the weights answer."""
        return self.target or "ATE"


_FIELDS = keys_of(AdjustSpec) | {"formula": text(required=True)}
_ONLY_MATCH = ("ratio", "caliper", "caliper_scale", "distance", "order", "replace", "exact")
_ONLY_WEIGHT = ("stabilised",)


def read_adjust(toml: TomlTable, cohort: CohortSpec) -> AdjustSpec:
    """How the arms are made comparable: the table ``[adjust]``.

    Parameters
    ----------
    toml : TomlTable
        The table.
    cohort : CohortSpec
        How the cohort is read.

    Returns
    -------
    AdjustSpec
        What could be read; the rest is recorded.

    Examples
    --------
    >>> from posthaz.cohort import Column
    >>> from posthaz.errors import Findings
    >>> columns = {name: Column(name) for name in ("age", "stage")}
    >>> values = {"method": ["match", "overlap"], "formula": "age + stage"}
    >>> toml = TomlTable(values, "x.toml", ("adjust",), Findings())
    >>> spec = read_adjust(toml, CohortSpec(treatment="arm", columns=columns))
    >>> spec.method, spec.needed
    (('match', 'overlap'), ('age', 'stage'))
    """
    parsed = toml.read(_FIELDS)
    before = len(toml.findings)
    if not cohort.treatment:
        toml.refuse((), "there are no arms to make comparable", "name [treatment]")
    if "formula" in parsed:
        check_terms(toml, "formula", (parsed["formula"],), cohort)
        _check_formula(toml, parsed["formula"], cohort.treatment)
    check_terms(toml, "adjusted", parsed.get("adjusted", ()), cohort)
    for name in parsed.get("exact", ()):
        check_covariate(toml, "exact", name, cohort)
    methods = parsed.get("method", AdjustSpec().method)
    if len(set(methods)) < len(methods):
        toml.refuse("method", "a method is named twice", "name each once")
    _check_uses(toml, methods)
    _check_target(toml, parsed, methods)
    if toml.has("draws") and parsed.get("score") != "bayesian":
        toml.refuse("draws", "only a Bayesian score is drawn", 'remove it, or score = "bayesian"')
    return AdjustSpec() if len(toml.findings) > before else AdjustSpec(**parsed)


def adjust_faults(spec: AdjustSpec, cohort: Cohort) -> Iterator[Finding]:
    """What keeps a propensity score from being asked of a cohort.

    Parameters
    ----------
    spec : AdjustSpec
        How the arms are made comparable.
    cohort : Cohort
        The cohort.

    Yields
    ------
    Finding
        One a problem.
    """
    yield from two_arms_faults("[adjust]", cohort, "a propensity score tells apart")
    yield from counted_rows(cohort, "[adjust]")


def _check_formula(toml: TomlTable, formula: str, treatment: str) -> None:
    try:
        variables = formula_variables(formula)
    except FormulaError:
        return  # recorded with its place by `check_terms`
    if not variables:
        toml.refuse("formula", "it names no covariate", "name those that decided on treatment")
    if treatment and treatment in variables:
        toml.refuse("formula", f"the score predicts '{treatment}'", "leave the treatment out")
    if "|" in formula:
        toml.refuse("formula", "a score has no frailty", "name the cluster as a covariate")


def _check_uses(toml: TomlTable, methods: tuple[str, ...]) -> None:
    """Options of a method that isn't asked for."""
    for method, keys in (("match", _ONLY_MATCH), ("weight", _ONLY_WEIGHT)):
        for key in keys:
            if toml.has(key) and method not in methods:
                toml.refuse(
                    key,
                    f'it is of no use without method "{method}"',
                    "remove it, or add the method",
                )
    if toml.has("trim") and set(methods) == {"match"}:
        toml.refuse("trim", "matching has a caliper instead", "remove it, or add a method")
    if toml.has("target") and set(methods) == {"overlap"}:
        toml.refuse("target", "overlap weights have their own (ATO)", "remove it")


def _check_target(toml: TomlTable, parsed: dict[str, Any], methods: tuple[str, ...]) -> None:
    target = parsed.get("target", "")
    if target in ("ATE", "ATM") and "weight" not in methods and "match" in methods:
        toml.refuse(
            "target", f"matching doesn't answer the {target}", 'give "ATT" or "ATC", or weight'
        )
    if parsed.get("stabilised") and target not in ("", "ATE"):
        toml.refuse("stabilised", f"it has no meaning for {target}", 'remove it, or target = "ATE"')
    if parsed.get("replace") and parsed.get("distance") == "optimal":
        toml.refuse(
            "replace", "with replacement the nearest ones are optimal", 'distance = "nearest"'
        )


TABLE = ClinicalTable(read_adjust, adjust_faults, fields=table(_FIELDS, about=AdjustSpec))
