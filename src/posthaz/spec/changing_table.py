"""The effects that change with time of a model's table."""

from collections.abc import Sequence
from typing import Any

from posthaz.effects import ChangingEffect, YangPrentice
from posthaz.errors import SpecError, nearest
from posthaz.hazards import Baseline
from posthaz.hazards.pieces import SMOOTHING
from posthaz.hazards.piecewise_exponential import MOST_INTERVALS
from posthaz.spec.fields import choice, either, number, several
from posthaz.spec.toml_table import TomlTable

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
