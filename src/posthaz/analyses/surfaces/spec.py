"""Surfaces over two numbers: the tables ``[surfaces.NAME]``."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from posthaz.cohort import Cohort, CohortSpec, Column
from posthaz.design import formula_terms, written_terms
from posthaz.errors import Finding
from posthaz.spec.along import (
    SCALES,
    Along,
    along_model_faults,
    number_faults,
    scale_faults,
    usual_scale,
)
from posthaz.spec.analysis import check_values
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.covariate_checks import check_number, check_terms
from posthaz.spec.fields import choice, distinct, number, several, table, text
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.shrinkage import Shrinkage
from posthaz.spec.toml_table import TomlTable

BENDS = 4


@dataclass(frozen=True)
class SurfaceSpec:
    """The hazard and survival over two numbers.

    Parameters
    ----------
    name : str
        Name of the table.
    x, y : str
        The numbers, such as a volume and a dose. The question is what more of `y` does at each
        value of `x`.
    x_scale, y_scale : {"linear", "log"} or ""
        Scale of each. When not given, the logarithm for volumes and for a column whose step is a
        doubling.
    step : float or None
        How much more of `y` is asked about; the step of its column, or 10, when not given.
    df : int
        Columns of each number's bends; their products make the surface.
    sd : float
        Scale of the half-normal priors of the standard deviation, over patients, of what each part
        of the surface adds to the log hazard.
    survival_at : float or None
        Time of the contours of survival; the last of ``[estimands]`` when not given.
    probability : float
        From which probability more of `y` is said to go with a lower hazard.
    instead_of : tuple of str
        Further terms of the primary formula that the surface replaces, such as factors cut from
        the same numbers. Terms that hold one of the numbers, or levels derived from them, are
        replaced unasked.

    Examples
    --------
    >>> SurfaceSpec("s", "gtv_cc", "dose_gy").terms({"gtv_cc": Column("gtv_cc", role="gtv")})[:2]
    ('log(gtv_cc)', 'dose_gy')
    """

    name: str
    x: str
    y: str
    x_scale: str = ""
    y_scale: str = ""
    step: float | None = None
    df: int = BENDS
    sd: float = 0.5
    survival_at: float | None = None
    probability: float = 0.9
    instead_of: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_values(self, _FIELDS, optional=("step", "survival_at"))

    def axes(self, columns: Any) -> tuple[Along, Along]:
        """Both numbers on their scales, given what the columns mean."""
        made = []
        for name, scale in ((self.x, self.x_scale), (self.y, self.y_scale)):
            used: Any = scale or usual_scale(columns.get(name, Column(name)))
            made.append(Along(name, "spline", used, self.df, self.sd))
        return made[0], made[1]

    def terms(self, columns: Any) -> tuple[str, ...]:
        """Two lines and their bends, and the products of all these, as a formula takes them."""
        return written_terms(self._formula(columns))

    def _formula(self, columns: Any) -> str:
        """The terms, added up."""
        first, second = (one.number for one in self.axes(columns))
        # formulae can't tell a function of a plain column from one of a logarithm
        inner = [one if one.startswith("log(") else f"I({one})" for one in (first, second)]
        bends = [f"bend({one}, df={self.df})" for one in inner]
        lines = [f"scale({one})" for one in inner]
        products = [f"{a}:{b}" for a in (lines[0], bends[0]) for b in (lines[1], bends[1])]
        return " + ".join((first, second, *bends, *products))

    def shrinkage(self, columns: Any) -> Shrinkage:
        """The prior that keeps bends and products small: a spread for each."""
        names = formula_terms(self._formula(columns))  # a design's names have no backquotes
        return Shrinkage("exchangeable", names[2:], (self.sd,))


_FIELDS = {
    "x": text(required=True),
    "y": text(required=True),
    "x_scale": choice(SCALES),
    "y_scale": choice(SCALES),
    "step": number(above=0),
    "df": number(at_least=3, at_most=8, whole=True),
    "sd": number(above=0),
    "survival_at": number(above=0),
    "probability": number(above=0.5, below=1),
    "instead_of": distinct(several(text(), "terms of the formula")),
}


class Surfaces(tuple[SurfaceSpec, ...]):
    """Every surface that a file asks for."""

    __slots__ = ()

    @property
    def needed(self) -> tuple[str, ...]:
        """Covariates that may not be missing."""
        return tuple(dict.fromkeys(name for one in self for name in (one.x, one.y)))


def read_surfaces(toml: TomlTable, cohort: CohortSpec) -> Surfaces:
    """Every surface that is asked for.

    Parameters
    ----------
    toml : TomlTable
        The table ``[surfaces]``.
    cohort : CohortSpec
        How the cohort is read.

    Returns
    -------
    Surfaces
        Those that could be read; the rest is recorded.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> values = {"dose": {"x": "gtv_cc", "y": "dose_gy", "step": 10}}
    >>> toml = TomlTable(values, "x.toml", ("surfaces",), Findings())
    >>> columns = {name: Column(name) for name in ("gtv_cc", "dose_gy")}
    >>> read_surfaces(toml, CohortSpec(columns=columns))[0].step
    10.0
    """
    return Surfaces(toml.named(partial(_read, cohort), "surfaces.volume_and_dose"))


def _read(cohort: CohortSpec, name: str, toml: TomlTable) -> SurfaceSpec | None:
    before = len(toml.findings)
    parsed = toml.read(_FIELDS)
    for key in ("x", "y"):
        if key in parsed:
            check_number(toml, key, parsed[key], cohort)
    if "y" in parsed and parsed.get("x") == parsed["y"]:
        toml.refuse("y", "it is x itself", "name another number, or ask for [curves.NAME]")
    check_terms(toml, "instead_of", parsed.get("instead_of", ()), cohort)
    return None if len(toml.findings) > before else SurfaceSpec(name=name, **parsed)


def surface_faults(asked: Surfaces, cohort: Cohort) -> Iterator[Finding]:
    """What keeps surfaces from being drawn in a cohort.

    Parameters
    ----------
    asked : Surfaces
        The surfaces.
    cohort : Cohort
        The cohort.

    Yields
    ------
    Finding
        One a problem.
    """
    for one in asked:
        place = f"{cohort.source.name}, surface {one.name}"
        fit = True
        for along in one.axes(cohort.columns):
            found = list(number_faults(place, along.column, cohort))
            if not found:
                values = cohort.covariates[along.column].dropna().to_numpy(float)
                found = list(scale_faults(place, along.column, along.scale, values))
            yield from found
            fit = fit and not found
        if not fit:
            continue
        doses = cohort.covariates[one.y].dropna().to_numpy(float)
        step = one.step or usual_step(cohort.columns.get(one.y, Column(one.y)))
        if step >= doses.max() - doses.min():
            what = f"step: {step:g} more of '{one.y}' is beyond the patients' range of it"
            wide = doses.max() - doses.min()
            yield Finding(place, what, f"give a step below {wide:g}")


def usual_step(column: Column) -> float:
    """The step of a column where it is a number, else 10.

    Examples
    --------
    >>> usual_step(Column("dose_gy", step=5.0)), usual_step(Column("dose_gy"))
    (5.0, 10.0)
    """
    return float(column.step) if isinstance(column.step, int | float) else 10.0


def surface_model_faults(
    asked: Surfaces, model: ModelSpec, treatment: str = ""
) -> Iterator[Finding]:
    """What keeps surfaces from being put into a model.

    Parameters
    ----------
    asked : Surfaces
        The surfaces.
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
        place = f"surface {one.name}, model '{model.name}'"
        yield from along_model_faults(place, (one.x, one.y), model, one.instead_of)


TABLE = ClinicalTable(
    read_surfaces,
    surface_faults,
    fields=table(each=table(_FIELDS, about=SurfaceSpec)),
    model_faults=surface_model_faults,
)
