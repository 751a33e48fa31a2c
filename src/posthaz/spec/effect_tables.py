"""The cured share, strata, background hazard and frailty of a model's table."""

from collections.abc import Callable

from posthaz.design import formula_terms
from posthaz.effects import Background, Cure, Frailty
from posthaz.effects.cure import INTERCEPT, KINDS
from posthaz.effects.frailty import DISTRIBUTIONS
from posthaz.errors import nearest
from posthaz.priors import Prior
from posthaz.spec.fields import choice, table, text
from posthaz.spec.prior_table import PRIOR, read_prior
from posthaz.spec.prior_targets import ALL_EFFECTS, Target
from posthaz.spec.toml_table import TomlTable

Covariates = Callable[[TomlTable, str, str], tuple[str, ...] | None]
CURE = {"formula": text(), "kind": choice(KINDS), "priors": table(each=PRIOR)}
POOLING = ("none", "partial")
STRATA = {"column": text(required=True), "pooling": choice(POOLING)}
BACKGROUND = {"rate": text(required=True)}
FRAILTY = {"distribution": choice(DISTRIBUTIONS)}


def read_cure(toml: TomlTable, covariates: Covariates) -> Cure | None:
    """The cured share of ``[models.NAME.cure]``; `None` after recording what is wrong.

    Parameters
    ----------
    toml : TomlTable
        The table.
    covariates : callable
        Covariates of the formula under a key; None after recording why it can't be used.

    Returns
    -------
    Cure or None
        The cured share.
    """
    before, parsed = len(toml.findings), toml.read(CURE)
    formula = " ".join(parsed.get("formula", "1").splitlines())
    if covariates(toml, "formula", formula) is None:
        return None
    if "|" in formula:
        toml.refuse("formula", "a cured share can't have a frailty", "leave the frailty out")
        return None
    priors: dict[str, Prior] = {}
    inner, known = toml.below("priors"), [INTERCEPT, *formula_terms(formula), ALL_EFFECTS]
    for key, stated in inner.each():
        if key.split("[")[0] not in known:
            what = f"the cured share has nothing called '{key}' ({nearest(key, known)})"
            inner.refuse(key, what, f"put the prior on one of {', '.join(known)}")
            continue
        prior = read_prior(stated, Target("real"), "")
        if prior is not None:
            priors[key] = prior
    if len(toml.findings) > before:
        return None
    return Cure(formula, parsed.get("kind", "mixture"), priors)


def read_background(toml: TomlTable) -> Background | None:
    """The expected hazard of ``[models.NAME.background]``; `None` after recording what is wrong."""
    parsed = toml.read(BACKGROUND)
    return Background(parsed["rate"]) if "rate" in parsed else None


def read_strata(toml: TomlTable) -> tuple[str, bool]:
    """Column of ``[models.NAME.strata]``, empty after recording what is wrong; if it is pooled."""
    parsed = toml.read(STRATA)
    return parsed.get("column", ""), parsed.get("pooling") == "partial"


def read_frailty(toml: TomlTable) -> Frailty:
    """The distribution of ``[models.NAME.frailty]``; the normal after recording what is wrong."""
    return Frailty(toml.read(FRAILTY).get("distribution", "normal"))
