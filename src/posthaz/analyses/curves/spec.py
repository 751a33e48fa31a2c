"""Curves along a number: the tables ``[curves.NAME]``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from posthaz.cohort import Cohort, CohortSpec, Column
from posthaz.errors import Finding
from posthaz.spec.along import (
    BENDS,
    DIRECTIONS,
    SCALES,
    SHAPES,
    STEPS,
    Along,
    along_model_faults,
    number_faults,
    outside_faults,
    scale_faults,
    usual_scale,
)
from posthaz.spec.analysis import check_values
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.covariate_checks import check_number, check_terms
from posthaz.spec.fields import choice, distinct, flag, number, several, table, text
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.toml_table import TomlTable


@dataclass(frozen=True)
class CurveSpec:
    """The hazard and survival along one number.

    Parameters
    ----------
    name : str
        Name of the table.
    column : str
        The number.
    shape : {"linear", "log", "spline", "monotone"}
        Straight in the number or in its logarithm, a spline whose bends are penalised by a random
        walk, or a curve that never turns; ``"spline"`` when not given.
    scale : {"linear", "log"} or ""
        Scale on which a spline or monotone curve has its evenly spaced knots. When not given, the
        logarithm for volumes and for a column whose step is a doubling.
    reference : float or None
        Value with hazard ratio 1; the median of the patients when not given.
    df : int or None
        Columns of the spline beside its line (8 when not given), or steps of the monotone curve
        (6).
    sd : float
        Scale of the half-normal prior of a spline's departure from its line: the standard
        deviation, over patients, of what it adds to the log hazard.
    direction : {"rising", "falling"} or ""
        Which way a monotone curve goes, as a belief held before the data were seen.
    at : tuple of float
        Values at which answers are tabled; the 5th, 25th, 50th, 75th and 95th percentiles when
        empty.
    compare : tuple of (float, float)
        Pairs of values whose hazards are compared; the 90th against the 10th percentile when
        empty.
    survival_at : tuple of float
        Times at which survival along the number is given; those of ``[estimands]`` when empty.
    rmst_to : float or None
        Horizon of the restricted mean; that of ``[estimands]`` when not given.
    instead_of : tuple of str
        Further terms of the primary formula that the curve replaces, such as a factor cut from
        the same number. Terms that hold the number itself, or levels derived from it, are replaced
        unasked.
    threshold : bool
        Whether a change-point model is set beside the curve.
    cut : float or None
        A published cut, set beside the change-point model.

    Examples
    --------
    >>> CurveSpec("volume", "gtv_cc", "log").along(Column("gtv_cc")).terms
    ('log(gtv_cc)',)
    """

    name: str
    column: str
    shape: str = "spline"
    scale: str = ""
    reference: float | None = None
    df: int | None = None
    sd: float = 0.5
    direction: str = ""
    at: tuple[float, ...] = ()
    compare: tuple[tuple[float, float], ...] = ()
    survival_at: tuple[float, ...] = ()
    rmst_to: float | None = None
    instead_of: tuple[str, ...] = ()
    threshold: bool = False
    cut: float | None = None

    def __post_init__(self) -> None:
        check_values(self, _FIELDS, optional=("reference", "df", "rmst_to", "cut"))

    def along(self, column: Column) -> Along:
        """The curve as terms of a formula, given what its column means."""
        usual = STEPS if self.shape == "monotone" else BENDS
        scale: Any = self.scale or usual_scale(column)
        if self.shape in ("linear", "log"):
            scale = self.shape
        shape: Any = self.shape
        direction: Any = self.direction or "rising"
        return Along(self.column, shape, scale, self.df or usual, self.sd, direction)

    @property
    def stated(self) -> Mapping[str, tuple[float, ...]]:
        """Values of the number that the table names, by key."""
        one = {"reference": self.reference, "cut": self.cut}
        single = {key: (value,) for key, value in one.items() if value is not None}
        return {**single, "at": self.at, "compare": tuple(x for pair in self.compare for x in pair)}


_FIELDS = {
    "column": text(required=True),
    "shape": choice(SHAPES),
    "scale": choice(SCALES),
    "reference": number(),
    "df": number(at_least=3, at_most=20, whole=True),
    "sd": number(above=0),
    "direction": choice(DIRECTIONS),
    "at": distinct(several(number(), "values of the column")),
    "compare": several(several(number(), "two values"), "pairs of values, such as [[300, 100]]"),
    "survival_at": distinct(several(number(above=0), "times above 0")),
    "rmst_to": number(above=0),
    "instead_of": distinct(several(text(), "terms of the formula")),
    "threshold": flag(),
    "cut": number(),
}


class Curves(tuple[CurveSpec, ...]):
    """Every curve that a file asks for."""

    __slots__ = ()

    @property
    def needed(self) -> tuple[str, ...]:
        """Covariates that may not be missing."""
        return tuple(dict.fromkeys(one.column for one in self))


def read_curves(toml: TomlTable, cohort: CohortSpec) -> Curves:
    """Every curve that is asked for.

    Parameters
    ----------
    toml : TomlTable
        The table ``[curves]``.
    cohort : CohortSpec
        How the cohort is read.

    Returns
    -------
    Curves
        Those that could be read; the rest is recorded.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> values = {"volume": {"column": "gtv_cc", "compare": [[300, 100]]}}
    >>> toml = TomlTable(values, "x.toml", ("curves",), Findings())
    >>> read_curves(toml, CohortSpec(columns={"gtv_cc": Column("gtv_cc")}))[0].compare
    ((300.0, 100.0),)
    """
    return Curves(toml.named(partial(_read, cohort), "curves.volume"))


def _read(cohort: CohortSpec, name: str, toml: TomlTable) -> CurveSpec | None:
    before = len(toml.findings)
    parsed = toml.read(_FIELDS)
    column = parsed.get("column")
    if column is not None:
        check_number(toml, "column", column, cohort)
    for pair in parsed.get("compare", ()):
        if len(pair) != 2 or pair[0] == pair[1]:
            toml.refuse("compare", f"{list(pair)} is no pair of different values",
                        "give pairs, such as [[300, 100]]")  # fmt: skip
    check_terms(toml, "instead_of", parsed.get("instead_of", ()), cohort)
    _check_shape(toml, parsed)
    if "cut" in parsed and not parsed.get("threshold"):
        toml.refuse("cut", "it stands beside a change-point model", "say threshold = true")
    return None if len(toml.findings) > before else CurveSpec(name=name, **parsed)


def _check_shape(toml: TomlTable, parsed: Mapping[str, Any]) -> None:
    """Record keys that the shape has no use for, and a monotone curve without a direction."""
    shape = parsed.get("shape", "spline")
    if shape == "monotone" and "direction" not in parsed:
        fix = 'give direction = "rising" or "falling", as believed before the data were seen'
        toml.refuse("direction", "a monotone curve has a direction, and none is stated", fix)
    uses = {
        "scale": ("spline", "monotone"),
        "df": ("spline", "monotone"),
        "sd": ("spline",),
        "direction": ("monotone",),
    }
    for key, shapes in uses.items():
        if key in parsed and shape not in shapes:
            what = f'shape = "{shape}" has no use for it'
            toml.refuse(key, what, f'remove it, or choose shape = "{shapes[0]}"')


def curve_faults(asked: Curves, cohort: Cohort) -> Iterator[Finding]:
    """What keeps curves from being drawn in a cohort.

    Parameters
    ----------
    asked : Curves
        The curves.
    cohort : Cohort
        The cohort.

    Yields
    ------
    Finding
        One a problem.
    """
    for one in asked:
        place = f"{cohort.source.name}, curve {one.name}"
        found = list(number_faults(place, one.column, cohort))
        yield from found
        if found:
            continue
        values = cohort.covariates[one.column].dropna().to_numpy(float)
        along = one.along(cohort.columns.get(one.column, Column(one.column)))
        yield from scale_faults(place, one.column, along.scale, values)
        yield from outside_faults(place, one.column, one.stated, values)
        if one.threshold and not cohort.first.all():
            what = "the change-point model needs one row a patient"
            yield Finding(place, what, "remove threshold, or keep the first row of each patient")


def curve_model_faults(asked: Curves, model: ModelSpec, treatment: str = "") -> Iterator[Finding]:
    """What keeps curves from being put into a model.

    Parameters
    ----------
    asked : Curves
        The curves.
    model : ModelSpec
        The primary model.
    treatment : str
        The column of the treatment; of no matter here.

    Yields
    ------
    Finding
        One a problem.
    """
    del treatment
    for one in asked:
        place = f"curve {one.name}, model '{model.name}'"
        yield from along_model_faults(place, (one.column,), model, one.instead_of)


TABLE = ClinicalTable(
    read_curves,
    curve_faults,
    fields=table(each=table(_FIELDS, about=CurveSpec)),
    model_faults=curve_model_faults,
)
