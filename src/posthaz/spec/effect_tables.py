"""The cured share, strata, background hazard and frailty of a model's table."""

from collections.abc import Callable
from pathlib import Path

from posthaz.design import formula_terms
from posthaz.effects import Background, Cure, Frailty
from posthaz.effects.cure import INTERCEPT, KINDS
from posthaz.effects.frailty import DISTRIBUTIONS
from posthaz.errors import nearest
from posthaz.files import place_below
from posthaz.priors import Prior
from posthaz.spec.fields import choice, number, table, text
from posthaz.spec.prior_table import PRIOR, read_prior
from posthaz.spec.prior_targets import ALL_EFFECTS, Target
from posthaz.spec.toml_file import outside_finding
from posthaz.spec.toml_table import TomlTable

Covariates = Callable[[TomlTable, str, str], tuple[str, ...] | None]
CURE = {"formula": text(), "kind": choice(KINDS), "priors": table(each=PRIOR)}
POOLING = ("none", "partial")
STRATA = {"column": text(required=True), "pooling": choice(POOLING)}
PER = (1, 1_000, 100_000)
BACKGROUND = {
    "rate": text(),
    "table": text(),
    "age": text(),
    "sex": text(),
    "year": text(),
    "per": number(at_least=1, whole=True),
}
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


def read_background(
    toml: TomlTable, folder: Path | None = None, root: Path | None = None
) -> Background | None:
    """The expected hazard of ``[models.NAME.background]``; `None` after recording what is wrong.

    Parameters
    ----------
    toml : TomlTable
        The table.
    folder, root : Path, optional
        Folder of the analysis file, and that below which a life table must lie.

    Returns
    -------
    Background or None
        The background.
    """
    before, parsed = len(toml.findings), toml.read(BACKGROUND)
    if len(toml.findings) > before:
        return None
    if ("rate" in parsed) == ("table" in parsed):
        what = "it has both a column 'rate' and a life table" if "rate" in parsed else "it is empty"
        toml.refuse((), what, "give rate, a column of the cohort, or table with age, sex and year")
    elif "rate" in parsed and len(parsed) > 1:
        key = next(key for key in parsed if key != "rate")
        toml.refuse(key, "a column of expected rates is not looked up", "leave it out")
    elif "table" in parsed and "age" not in parsed:
        toml.refuse("age", "it is missing", "name the column with each patient's age in years")
    elif parsed.get("per", 1) not in PER:
        toml.refuse("per", f"found {parsed['per']}", "give 1, 1000 or 100000")
    if len(toml.findings) > before:
        return None
    if "table" in parsed:
        path, inside = place_below(parsed["table"], folder or Path(), root)
        if not inside and root is not None:
            toml.findings.extend([outside_finding(toml.where("table"), path)])
            return None
        parsed["table"] = str(path)
    return Background(**parsed)


def read_strata(toml: TomlTable) -> tuple[str, bool]:
    """Column of ``[models.NAME.strata]``, empty after recording what is wrong; if it is pooled."""
    parsed = toml.read(STRATA)
    return parsed.get("column", ""), parsed.get("pooling") == "partial"


def read_frailty(toml: TomlTable) -> Frailty:
    """The distribution of ``[models.NAME.frailty]``; the normal after recording what is wrong."""
    return Frailty(toml.read(FRAILTY).get("distribution", "normal"))
