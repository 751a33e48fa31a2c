"""What an analysis file would refuse in a model that is made in Python."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from posthaz.design import formula_bars, formula_terms, formula_variables
from posthaz.effects import FORMS, Background, ChangingEffect, Cure, Frailty, YangPrentice
from posthaz.errors import Finding, FormulaError, nearest
from posthaz.hazards import BASELINES, Baseline
from posthaz.priors import FAMILIES, Prior
from posthaz.spec.shrinkage import Shrinkage

if TYPE_CHECKING:
    from posthaz.spec.model_spec import ModelSpec

CENTRES = ("mean", "all", "none")


def model_faults(spec: "ModelSpec") -> Iterator[Finding]:
    """What an analysis file would refuse in a model, in its words."""
    if not isinstance(spec.name, str) or not spec.name:
        yield Finding("ModelSpec, name", f"found {spec.name!r}", "give text in quotes")
    if not isinstance(spec.baseline, Baseline):
        yield Finding("ModelSpec, baseline", *_no_baseline(spec.baseline))
    try:
        formula_variables(spec.formula)
    except FormulaError as error:
        yield Finding("ModelSpec, formula", error.what, error.fix or "correct the formula")
    for key, words in (("form", tuple(FORMS)), ("centre", CENTRES)):
        found = getattr(spec, key)
        if found not in words:
            known = ", ".join(f'"{word}"' for word in words)
            near = f" ({nearest(found, words)})" if isinstance(found, str) else ""
            yield Finding(f"ModelSpec, {key}", f"found {found!r}{near}", f"give one of {known}")
    if not isinstance(spec.priors, Mapping):
        found = f"found a {type(spec.priors).__name__}"
        yield Finding("ModelSpec, priors", found, 'give a mapping, as {"arm": Prior(...)}')
    else:
        for key, prior in spec.priors.items():
            if not isinstance(prior, Prior):
                yield Finding(f"ModelSpec, priors[{key!r}]", *_no_prior(prior))
    if not isinstance(spec.shrinkage, Shrinkage | None):
        found = f"found a {type(spec.shrinkage).__name__}"
        yield Finding("ModelSpec, shrinkage", found, "give a Shrinkage or None")
    yield from _changing_faults(spec)
    yield from _crossing_faults(spec)
    if not isinstance(spec.cure, Cure | None):
        yield Finding("ModelSpec, cure", f"found {spec.cure!r}", 'give Cure("arm") or None')
    if not isinstance(spec.background, Background | None):
        found = f"found {spec.background!r}"
        yield Finding("ModelSpec, background", found, 'give Background("column") or None')
    if not isinstance(spec.frailty, Frailty):
        found = f"found {spec.frailty!r}"
        yield Finding("ModelSpec, frailty", found, 'give Frailty("gamma") or Frailty("normal")')
    else:
        for what, fix in frailty_faults(spec.frailty, _readable(spec.formula), spec.form):
            yield Finding("ModelSpec, frailty", what, fix)
    if not isinstance(spec.strata, str):
        yield Finding("ModelSpec, strata", f"found {spec.strata!r}", "give the name of a covariate")
    elif spec.strata and spec.strata in _variables(spec.formula):
        what = f"'{spec.strata}' is in the formula too, and its strata say all about it"
        yield Finding("ModelSpec, strata", what, "take it out of the formula")


def frailty_faults(
    frailty: Frailty, formula: str, form: str, *, stated: bool = False
) -> Iterator[tuple[str, str]]:
    """Why frailties can't be distributed as asked for, each with the fix."""
    bars = formula_bars(formula)
    if stated and not bars:
        yield "the formula has no clusters", "add (1 | column) to the formula, or remove the table"
    if not frailty.is_gamma:
        return
    if any(bar.terms for bar in bars):
        yield (
            "a gamma frailty multiplies the whole hazard of a cluster, and the effects that differ "
            "between clusters are normal",
            'write (1 | column) alone, or use distribution = "normal"',
        )
    if form == "accelerated_failure_time":
        yield (
            "a gamma frailty multiplies the hazard, and the accelerated form acts on time",
            'use form = "proportional_hazards", or distribution = "normal"',
        )


def _terms(formula: str) -> tuple[str, ...]:
    """Terms of a formula; none of one that can't be read, which is said elsewhere."""
    try:
        return formula_terms(formula)
    except FormulaError:
        return ()


def _readable(formula: str) -> str:
    """The formula; an empty one where it can't be read, which is said elsewhere."""
    try:
        formula_variables(formula)
    except FormulaError:
        return "1"
    return formula


def _variables(formula: str) -> tuple[str, ...]:
    """Covariates of a formula; none of one that can't be read, which is said elsewhere."""
    try:
        return formula_variables(formula)
    except FormulaError:
        return ()


def _changing_faults(spec: "ModelSpec") -> Iterator[Finding]:
    """What is wrong with effects that change with time."""
    place = "ModelSpec, changing"
    if not isinstance(spec.changing, tuple) or not all(
        isinstance(effect, ChangingEffect) for effect in spec.changing
    ):
        yield Finding(place, f"found {spec.changing!r}", 'give (ChangingEffect("arm"),)')
        return
    terms = [effect.term for effect in spec.changing]
    known = _terms(spec.formula)
    for term in terms:
        if term not in known:
            what = f"the formula has no term '{term}' ({nearest(term, known)})"
            yield Finding(place, what, "name a term of the formula")
    if len(set(terms)) < len(terms):
        yield Finding(place, f"a term stands twice among {', '.join(terms)}", "keep it once")
    if spec.changing and spec.effect.acts_on == "time":
        yield Finding(
            place,
            "effects that change with time act on the hazard, and the accelerated form on time",
            'use form = "proportional_hazards", or leave the changing effects out',
        )
    if spec.changing and spec.shrinkage is not None:
        yield Finding(place, "coefficients that shrink together don't change", "keep one of both")


def _crossing_faults(spec: "ModelSpec") -> Iterator[Finding]:
    """What is wrong with a short-term and a long-term hazard ratio."""
    place = "ModelSpec, crossing"
    if spec.crossing is None:
        return
    if not isinstance(spec.crossing, YangPrentice):
        yield Finding(place, f"found {spec.crossing!r}", 'give YangPrentice("arm") or None')
        return
    term, known = spec.crossing.term, _terms(spec.formula)
    if fault := crossing_fault(term, known, [effect.term for effect in spec.changing], spec.form):
        yield Finding(place, *fault)
    if spec.shrinkage is not None:
        yield Finding(place, "coefficients that shrink together don't change", "keep one of both")


def crossing_fault(
    term: str, terms: Sequence[str], changing: Sequence[str], form: str
) -> tuple[str, str] | None:
    """What keeps a term from having a short-term and a long-term ratio, and the fix."""
    if term not in terms:
        return f"the formula has no term '{term}' ({nearest(term, terms)})", "name one of its terms"
    if any(term != other and term in other.split(":") for other in terms) or ":" in term:
        return (
            f"'{term}' is in a product, whose effect would change in some other way",
            "leave the product out, or let the effects change within intervals",
        )
    if term in changing:
        return f"the effect of '{term}' changes within intervals too", "keep one of both"
    if form == "accelerated_failure_time":
        return (
            "short-term and long-term ratios are of hazards, and the accelerated form acts on time",
            'use form = "proportional_hazards", or remove it',
        )
    return None


def _no_baseline(found: object) -> tuple[str, str]:
    """What stands in place of a baseline, and the fix."""
    classes = {kind: cls.__name__ for kind, cls in BASELINES.items()}
    every = ", ".join(f"{name}()" for name in classes.values())
    if isinstance(found, type) and issubclass(found, Baseline):
        return f"found the class {found.__name__}", f"give a value of it, {found.__name__}()"
    if isinstance(found, str):
        near = nearest(found, list(classes))
        return f"found the text {found!r} ({near})", f"give a baseline hazard, one of {every}"
    return f"found a {type(found).__name__}", f"give a baseline hazard, one of {every}"


def _no_prior(found: object) -> tuple[str, str]:
    """What stands in place of a prior, and the fix."""
    example = 'Prior("normal", (0.0, 1.0))'
    if isinstance(found, Mapping):
        return "found a dict, as an analysis file has it", f"give a Prior, such as {example}"
    family, values = _family_and_values(found)
    source = type(found).__module__.partition(".")[0]
    if family and values:
        inner = ", ".join(f"{float(value):g}" for value in values)
        return (
            f"found a distribution of {source}",
            f'give Prior("{family}", ({inner}{"," * (len(values) == 1)}))',
        )
    if source in ("scipy", "preliz", "pymc", "pytensor"):
        known = ", ".join(FAMILIES)
        fix = f"give a Prior, such as {example}; its families are {known}"
        return f"found a distribution of {source}", fix
    return f"found a {type(found).__name__}", f"give a Prior, such as {example}"


def _family_and_values(found: object) -> tuple[str, tuple[float, ...]]:
    """A normal or half-normal distribution of SciPy or PreliZ as a family and its values."""
    inner = getattr(found, "dist", None)
    name = getattr(inner, "name", "") or type(found).__name__
    try:
        if name == "norm":
            return "normal", (found.mean(), found.std())  # type: ignore[attr-defined]
        if name == "halfnorm" and found.support()[0] == 0:  # type: ignore[attr-defined]
            return "half_normal", (found.kwds.get("scale", 1.0),)  # type: ignore[attr-defined]
        if name == "Normal":
            return "normal", (found.mu, found.sigma)  # type: ignore[attr-defined]
        if name == "HalfNormal":
            return "half_normal", (found.sigma,)  # type: ignore[attr-defined]
    except (AttributeError, TypeError, ValueError):
        return "", ()
    return "", ()
