"""Variants grouped into cells, each one task of a scheduler."""

from collections.abc import Collection, Sequence
from itertools import batched

from posthaz.sensitivity.variants import Variant

_BATCH = 16  # as many posteriors as inference takes in one compiled call
_FEW = 6  # a compiled call for many takes longer to compile than so few fits take


def cells(listed: Sequence[Variant], done: Collection[int] = ()) -> list[tuple[int, ...]]:
    """Positions of the variants that are fitted together.

    The grouping depends on nothing but the list, so that numbers don't depend on who fits them.
    The primary variant is alone: its numbers are then those of a report to the last digit.

    Parameters
    ----------
    listed : sequence of Variant
        The variants.
    done : collection of int
        Positions that need no fit.

    Returns
    -------
    list of tuple of int
        Cells of one baseline, formula and choice of patients.

    Examples
    --------
    >>> from posthaz.hazards import Weibull
    >>> from posthaz.spec import ModelSpec
    >>> spec = ModelSpec("m", Weibull(), "arm")
    >>> listed = [Variant(str(k), (), spec, primary=not k) for k in range(20)]
    >>> [len(cell) for cell in cells(listed)]
    [1, 16, 3]
    """
    groups: dict[object, list[int]] = {}
    for position, one in enumerate(listed):
        if position not in done:
            spec = one.spec
            alike = tuple(change.alike for change in one.patients)
            shape = (spec.name, repr(spec.baseline), spec.formula, spec.form, alike)
            shape += (spec.changing, spec.crossing)
            groups.setdefault((one.primary, *shape), []).append(position)
    return [
        cell
        for group in groups.values()
        for cell in batched(group, _BATCH if len(group) >= _FEW else 1, strict=False)
    ]
