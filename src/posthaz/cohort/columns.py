"""What a covariate column means: its label, unit, role, levels and clinical step."""

from dataclasses import dataclass

from posthaz.cohort.derivation import Derivation

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
