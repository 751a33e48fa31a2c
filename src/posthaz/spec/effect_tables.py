"""Changing effects, the cured share, strata, background hazard and frailty of a model's table."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from posthaz.design import formula_terms
from posthaz.effects import Background, ChangingEffect, Cure, Frailty, YangPrentice
from posthaz.effects.cure import INTERCEPT, KINDS
from posthaz.effects.frailty import DISTRIBUTIONS
from posthaz.errors import SpecError, nearest
from posthaz.hazards import Baseline
from posthaz.hazards.pieces import SMOOTHING
from posthaz.hazards.piecewise_exponential import MOST_INTERVALS
from posthaz.priors import Prior
from posthaz.spec.fields import choice, either, number, several, table, text
from posthaz.spec.prior_table import PRIOR, read_prior
from posthaz.spec.prior_targets import ALL_EFFECTS, Target
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
        path = toml.file_below("table", parsed["table"], folder or Path(), root)
        if path is None:
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


BASELINE = "baseline"
INTERVALS, YANG_PRENTICE = "intervals", "yang_prentice"
FIELDS = {
    "cuts": either(
        number(at_least=2, at_most=MOST_INTERVALS, whole=True),
        several(number(above=0), "increasing times above 0", most=MOST_INTERVALS - 1),
        choice((BASELINE,)),
    ),
    "smoothing": choice(SMOOTHING),
    "order": number(at_least=1, at_most=2, whole=True),
    "form": choice((INTERVALS, YANG_PRENTICE)),
}


def read_changing(
    toml: TomlTable, terms: Sequence[str], baseline: Baseline | None = None
) -> tuple[tuple[ChangingEffect, ...], YangPrentice | None]:
    """Effects of ``[models.NAME.changing]``, one table a term.

    Parameters
    ----------
    toml : TomlTable
        The table ``[models.NAME.changing]``.
    terms : sequence of str
        Terms of the model's formula.
    baseline : Baseline, optional
        The model's baseline hazard, whose cuts ``cuts = "baseline"`` takes.

    Returns
    -------
    changing : tuple of ChangingEffect
        Those that could be read; what is wrong with the others is recorded.
    crossing : YangPrentice or None
        The term of ``form = "yang_prentice"``.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> toml = TomlTable({"arm": {"cuts": [6, 12]}}, "x.toml", ("changing",), Findings())
    >>> read_changing(toml, ["arm"])[0][0].cuts
    (6.0, 12.0)
    """
    effects: list[ChangingEffect] = []
    crossing: YangPrentice | None = None
    for term, inner in toml.each():
        parsed: dict[str, Any] = inner.read(FIELDS)
        if term not in terms:
            what = f"the formula has no term '{term}' ({nearest(term, terms)})"
            toml.refuse(term, what, "name a term of the formula, such as arm")
            continue
        if parsed.pop("form", INTERVALS) == YANG_PRENTICE:
            if parsed:
                what = "a short-term and a long-term hazard ratio have no intervals"
                inner.refuse(next(iter(parsed)), what, "leave it out, or the form")
            elif crossing is not None:
                what = f"'{crossing.term}' has a short-term and a long-term hazard ratio already"
                toml.refuse(term, what, "let one of both change within intervals")
            else:
                crossing = YangPrentice(term)
            continue
        if isinstance(parsed.get("cuts"), int):
            parsed["intervals"] = parsed.pop("cuts")
        if parsed.get("cuts") == BASELINE:
            del parsed["cuts"]
            if baseline is not None and not hasattr(baseline, "cuts"):
                what = f"the baseline hazard is {baseline.label()}, which has no cuts"
                inner.refuse("cuts", what, "give cuts = [6, 12], or a number of intervals")
                continue
        try:
            effects.append(ChangingEffect(term, **parsed))
        except SpecError as error:
            for finding in error.findings:
                inner.refuse(finding.where, finding.what, finding.fix)
    return tuple(effects), crossing
