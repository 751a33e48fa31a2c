"""The effects that change with time of a model's table."""

from collections.abc import Sequence
from typing import Any

from posthaz.effects import ChangingEffect
from posthaz.errors import SpecError, nearest
from posthaz.hazards.piecewise_exponential import MOST_INTERVALS, SMOOTHING
from posthaz.spec.fields import choice, either, number, several
from posthaz.spec.toml_table import TomlTable

FIELDS = {
    "cuts": either(
        number(at_least=2, at_most=MOST_INTERVALS, whole=True),
        several(number(above=0), "increasing times above 0", most=MOST_INTERVALS - 1),
    ),
    "smoothing": choice(SMOOTHING),
    "order": number(at_least=1, at_most=2, whole=True),
}


def read_changing(toml: TomlTable, terms: Sequence[str]) -> tuple[ChangingEffect, ...]:
    """Effects of ``[models.NAME.changing]``, one table a term.

    Parameters
    ----------
    toml : TomlTable
        The table ``[models.NAME.changing]``.
    terms : sequence of str
        Terms of the model's formula.

    Returns
    -------
    tuple of ChangingEffect
        Those that could be read; what is wrong with the others is recorded.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> toml = TomlTable({"arm": {"cuts": [6, 12]}}, "x.toml", ("changing",), Findings())
    >>> read_changing(toml, ["arm"])[0].cuts
    (6.0, 12.0)
    """
    effects = []
    for term, inner in toml.each():
        parsed: dict[str, Any] = inner.read(FIELDS)
        if term not in terms:
            what = f"the formula has no term '{term}' ({nearest(term, terms)})"
            toml.refuse(term, what, "name a term of the formula, such as arm")
            continue
        if isinstance(parsed.get("cuts"), int):
            parsed["intervals"] = parsed.pop("cuts")
        try:
            effects.append(ChangingEffect(term, **parsed))
        except SpecError as error:
            for finding in error.findings:
                inner.refuse(finding.where, finding.what, finding.fix)
    return tuple(effects)
