"""What a paper printed about its cohort, as frozen values: enough to draw a twin of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Group:
    """Patients with a survival curve of their own: an arm, or an arm in one stratum.

    Parameters
    ----------
    name : str
        Its name in the file.
    size : int
        Number of patients.
    values : mapping of str to str
        Columns that are constant in the group, such as the arm.
    follow_up : tuple of (float, float)
        (probability, time) points of the quantile function of potential follow-up: the time to
        the cut-off, were nobody to die.
    where : str
        Place of the numbers in the paper.
    """

    name: str
    size: int
    values: Mapping[str, str]
    follow_up: tuple[tuple[float, float], ...] = ()
    where: str = ""


@dataclass(frozen=True)
class Margin:
    """Distribution of one column in some groups, to be met exactly.

    Parameters
    ----------
    groups : tuple of str
        Groups it holds for, taken together.
    shares : mapping of str to float
        Share of each level; a count divided by the size gives the count back. Without shares,
        quartiles and `below` the column is empty in these groups.
    quartiles : tuple of three float, or empty
        Lower quartile, median and upper quartile.
    below : float or None
        Share below the column's cut-off.
    """

    groups: tuple[str, ...]
    shares: Mapping[str, float] = field(default_factory=dict)
    quartiles: tuple[float, ...] = ()
    below: float | None = None

    @property
    def empty(self) -> bool:
        """Whether the column has no values in these groups."""
        return not self.shares and not self.quartiles and self.below is None


@dataclass(frozen=True)
class CovariateMargins:
    """A covariate or toxicity: its margin in every group.

    Parameters
    ----------
    name : str
        Column.
    margins : tuple of Margin
        Together they cover each group once.
    number : bool
        Whether the levels of `shares` are numbers.
    shape : {"lognormal", "normal"}
        Shape between and beyond the printed quartiles or cut-off.
    limits : tuple of (float, float)
        Smallest and largest value.
    decimals : int
        Decimals kept.
    cut : float or None
        Cut-off of `below` and of the grouped column.
    spread : float
        Standard deviation (of the log, for "lognormal") where only a cut-off is printed.
    grouped : tuple of (str, str, str), or empty
        Name and two levels of a factor column made by the cut-off.
    where : str
        Place of the numbers in the paper.
    """

    name: str
    margins: tuple[Margin, ...]
    number: bool = False
    shape: str = "lognormal"
    limits: tuple[float, float] = (-float("inf"), float("inf"))
    decimals: int = 1
    cut: float | None = None
    spread: float = 1.0
    grouped: tuple[str, ...] = ()
    where: str = ""

    @property
    def numeric(self) -> bool:
        """Whether the column holds numbers."""
        return self.number or not any(margin.shares for margin in self.margins)

    @property
    def factor(self) -> str:
        """Name of the factor: the column, or what is made of it by the cut-off; or empty."""
        if self.grouped:
            return self.grouped[0]
        return "" if self.numeric else self.name


@dataclass(frozen=True)
class MatchedGroups:
    """Groups that the paper matched to one another, patient to patient.

    Parameters
    ----------
    groups : tuple of str
        Groups of the same size; patients at the same place are a matched set.
    on : tuple of str
        Factors that are the same within a set.
    left_out : tuple of str
        Groups of those who found no partner: nobody is alike to one of another such group.
    where : str
        Place in the paper.
    """

    groups: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True)
class Printed:
    """One printed number that calibration reproduces.

    Parameters
    ----------
    quantity : str
        ``"survival"``, ``"median"``, ``"hazard_ratio"``, ``"chi_square"`` or ``"events"``.
    value : float
        The number; infinite for a median that was not reached.
    time : float or None
        Time of a survival share.
    among : mapping of str to tuple of str
        Columns and the levels they may have; empty for everybody.
    column, level, reference : str
        What a hazard ratio or test compares; no levels for a number.
    step : float
        Step of a number to which the hazard ratio belongs.
    adjusted_for : tuple of str
        Further columns of the Cox model.
    direction : int
        Sign of the log hazard ratio behind a chi-square.
    tolerance : float or None
        How near it is to be met, on the scale of its residual; None for the default.
    where : str
        Place in the paper.
    """

    quantity: str
    value: float
    time: float | None = None
    among: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    column: str = ""
    level: str = ""
    reference: str = ""
    step: float = 1.0
    adjusted_for: tuple[str, ...] = ()
    direction: int = 1
    tolerance: float | None = None
    where: str = ""


@dataclass(frozen=True)
class Endpoint:
    """An end point: the columns it is written to, and the printed numbers it has to meet.

    Parameters
    ----------
    name : str
        Its name in the file.
    time, event, cause : str
        Columns written; `cause` may be empty.
    knots : tuple of float
        Cuts of the piecewise exponential hazard of every group.
    effects : tuple of str
        Columns, or ``a:b``, that act on the hazard within groups.
    proportional : tuple of str
        Columns of the groups whose levels have proportional hazards, as nearly as the printed
        numbers allow: groups that differ in nothing else share the shape of their hazard.
    roughness : float
        How much the log hazard may change from one interval to the next, as a standard deviation;
        half of it for what is peculiar to a group.
    after : str
        End point that comes before this one; death after progression.
    deaths : float
        Share of this end point's events that are deaths, where another comes after it.
    part_of : str
        End point whose times this one shares, with one cause of it.
    printed : tuple of Printed
        What calibration reproduces.
    """

    name: str
    time: str
    event: str
    cause: str = ""
    knots: tuple[float, ...] = ()
    effects: tuple[str, ...] = ()
    proportional: tuple[str, ...] = ()
    roughness: float = 0.7
    after: str = ""
    deaths: float = 0.1
    part_of: str = ""
    printed: tuple[Printed, ...] = ()


@dataclass(frozen=True)
class PrintedCohort:
    """A cohort as a paper printed it.

    Parameters
    ----------
    name : str
        Name of its file, without ending.
    groups : tuple of Group
        Every patient is in one.
    covariates : tuple of CovariateMargins
        Columns that vary within groups.
    endpoints : tuple of Endpoint
        Each after those that it refers to.
    correlations : mapping of (str, str) to float
        Correlation of the normal scores of two covariates.
    matched : MatchedGroups
        Groups of matched patients; without groups there are none.
    resolution : float
        Times are rounded to multiples of it.
    earliest : float
        Time before which nobody's follow-up ends.
    unit : str
        Unit of time.
    title, source : str
        Whom the simulated patients stand for; the paper.
    path : Path or None
        The file.
    """

    name: str
    groups: tuple[Group, ...]
    covariates: tuple[CovariateMargins, ...]
    endpoints: tuple[Endpoint, ...]
    correlations: Mapping[tuple[str, str], float] = field(default_factory=dict)
    matched: MatchedGroups = MatchedGroups()
    resolution: float = 0.1
    earliest: float = 0.0
    unit: str = "months"
    title: str = ""
    source: str = ""
    path: Path | None = None

    @property
    def size(self) -> int:
        """Number of patients."""
        return sum(group.size for group in self.groups)

    @property
    def horizon(self) -> float:
        """Longest potential follow-up."""
        return max(group.follow_up[-1][1] for group in self.groups)
