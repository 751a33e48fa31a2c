"""What a covariate column means: its label, unit, role, levels and clinical step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from posthaz.cohort.derivation import Cut, Derivation
from posthaz.cohort.levels import level_text
from posthaz.cohort.units import conversion, same_unit
from posthaz.errors import CohortError, Finding, nearest

ROLES = (
    "treatment", "prognostic", "gtv", "ptv", "dose", "age", "performance_status", "grade",
    "response",
)  # fmt: skip
_LATER_ROLES = ("grade", "response")


@dataclass(frozen=True)
class Column:
    """Meaning of one covariate column.

    Parameters
    ----------
    name : str
        Column name in the table.
    label : str, optional
        Name to show; the column name when empty.
    unit : str, optional
        Unit of a measurement, such as ``"cm3"`` or ``"Gy"``.
    role : str, optional
        One of `ROLES`; plausibility rules hang on it.
    levels : tuple of str, optional
        Order of the levels of a factor. A column with levels is a factor even when its
        codes are numbers.
    level_labels : tuple of str, optional
        Names to show for `levels`, in the same order.
    reference : str, optional
        Reference level of a factor; the first level when empty.
    step : float or str, optional
        Clinically named step in which a hazard ratio is also reported: a number
        (``10`` for per 10 Gy) or ``"doubling"``.
    derived : FractionatedDose or Cut, optional
        How the column is computed from others, when it isn't in the table.
    measured_after : bool
        Whether it is known only some time after time 0, as grades of toxicity and responses are.
    taken_from : str, optional
        Column of the table that holds it, where that has another name.
    convert : str, optional
        Unit of the table and the one wanted, as ``"mm3 to cm3"``.

    Raises
    ------
    CohortError
        For fields that an analysis file refuses.

    Examples
    --------
    >>> Column("gtv_cc", label="Gross tumour volume", unit="cm3", role="gtv").shown
    'Gross tumour volume (cm3)'
    """

    name: str
    label: str = ""
    unit: str = ""
    role: str = ""
    levels: tuple[str, ...] = ()
    level_labels: tuple[str, ...] = ()
    reference: str = ""
    step: float | str | None = None
    derived: Derivation | None = None
    measured_after: bool = False
    taken_from: str = ""
    convert: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.levels, list | tuple):
            object.__setattr__(self, "levels", tuple(map(level_text, self.levels)))
        if isinstance(self.level_labels, list):
            object.__setattr__(self, "level_labels", tuple(self.level_labels))
        if isinstance(self.reference, int | float | np.generic):
            object.__setattr__(self, "reference", level_text(self.reference))
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        found = tuple(
            Finding(f"Column {self.name!r}, {key}", what, fix)
            for key, what, fix in column_faults(said)
        )
        if found:
            raise CohortError.from_findings("A column can't have this meaning:", found)

    @property
    def measured_later(self) -> bool:
        """Whether it is measured after time 0, as its role or the user says."""
        return self.measured_after or self.role in _LATER_ROLES

    @property
    def shown(self) -> str:
        """Label with its unit, for tables and figures."""
        label = self.label or self.name
        return f"{label} ({self.unit})" if self.unit else label

    def level_label(self, level: object) -> str:
        """Name to show for one level."""
        for known, label in zip(self.levels, self.level_labels, strict=False):
            if known == str(level):
                return label
        return str(level)


_TEXTS = ("name", "label", "unit", "reference", "taken_from", "convert")


def column_faults(said: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with the fields of a `Column`.

    Parameters
    ----------
    said : mapping of str to object
        Every field.

    Yields
    ------
    (str, str, str)
        The field, what was found, and the fix.

    Examples
    --------
    >>> from dataclasses import asdict
    >>> list(column_faults(asdict(Column("arm")) | {"levels": ("A", "A")}))
    [('levels', 'a level is named twice', 'name each level once')]
    """
    ill = list(_ill_typed(said))
    yield from ill
    if ill:
        return
    derived, convert, reference = said["derived"], said["convert"], said["reference"]
    made = derived.levels if isinstance(derived, Cut) else ()
    levels, labels = said["levels"] or made, said["level_labels"]
    if len(set(levels)) < len(levels):
        yield "levels", "a level is named twice", "name each level once"
    if labels and len(labels) != len(levels):
        what = f"{len(labels)} label(s) for {len(levels)} level(s)"
        yield "level_labels", what, "give one label for each level, in the same order"
    if reference and levels and level_text(reference) not in map(level_text, levels):
        what = f"'{reference}' is not one of the levels ({nearest(reference, levels)})"
        yield "reference", what, f"give one of {', '.join(levels)}"
    if levels and said["step"] is not None:
        yield "step", "a factor has levels, not steps", "remove step or levels"
    if made and levels != made:
        yield "levels", "a cut makes its own levels", "remove levels, or the cut"
    for key in ("taken_from", "convert"):
        if derived is not None and said[key]:
            yield key, "the column is derived from others", "remove it, or derived"
    read = conversion(convert) if convert else ("", "")
    if isinstance(read, str):
        yield "convert", read, 'give units, as "mm3 to cm3"'
    elif convert and said["unit"] and not same_unit(read[1], said["unit"]):
        what = f"it makes {read[1]}, and unit is {said['unit']}"
        yield "convert", what, "give the same unit"


def _ill_typed(said: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Fields of a type or value that none of their kind has."""
    for key in _TEXTS:
        if not isinstance(said[key], str):
            yield key, f"found {said[key]!r}", "give text"
    for key in ("levels", "level_labels"):
        texts = said[key]
        if not (isinstance(texts, tuple) and all(isinstance(one, str) for one in texts)):
            yield key, f"found {texts!r}", 'give texts, as ("A", "B")'
    if said["role"] not in ("", *ROLES):
        what = f"unknown role {said['role']!r} ({nearest(str(said['role']), ROLES)})"
        yield "role", what, f"give one of {', '.join(ROLES)}"
    step = said["step"]
    number = isinstance(step, int | float | np.number) and not isinstance(step, bool)
    if not (step is None or step == "doubling" or (number and 0 < step < np.inf)):
        yield "step", f"found {step!r}", 'give a number above 0, or "doubling"'
    if not isinstance(said["derived"], Derivation | None):
        yield "derived", f"found {said['derived']!r}", "give a FractionatedDose or a Cut"
    if not isinstance(said["measured_after"], bool | np.bool_):
        yield "measured_after", f"found {said['measured_after']!r}", "give True or False"
