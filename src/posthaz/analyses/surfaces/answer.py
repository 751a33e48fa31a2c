"""The hazard and survival over two numbers, inside the convex hull of the patients."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr
from scipy.spatial import Delaunay, QhullError

from posthaz.analyses.surfaces.spec import (
    TABLE,
    Surfaces,
    SurfaceSpec,
    usual_step,
)
from posthaz.answers import median_and_limits
from posthaz.arms.along_model import along_model
from posthaz.checks import convergence
from posthaz.cohort import Cohort, Column
from posthaz.cohort.argument import checks_arguments
from posthaz.errors import SpecError
from posthaz.errors.lost import Lost
from posthaz.estimands import (
    effect_of_values,
    marginal_fault,
    observed_population,
    survival,
)
from posthaz.inference import Fit, fit
from posthaz.spec import ModelSpec, Sampling
from posthaz.spec.along import terms_of
from posthaz.spec.patients_lost import own_patients

COLUMNS = (
    *("surface", "x", "y", "survival_time", "survival", "survival_lower", "survival_upper"),
    *("hr", "hr_lower", "hr_upper", "p_below_1"),
)
LINE_COLUMNS = ("surface", "x", "from_y", "to_y", "hr", "hr_lower", "hr_upper", "p_below_1")
_POINTS = 31
_MOST_DRAWS = 500
_CENTRAL = (0.025, 0.975)
_SUPPORTED = (0.05, 0.95)


@dataclass(frozen=True, eq=False)
class Surface:
    """What one surface says.

    Parameters
    ----------
    asked : SurfaceSpec
        What was asked.
    formula : str
        Formula of its model.
    replaced : tuple of str
        Terms of the primary formula that it stands in place of.
    fit : Fit
        Its fit.
    step : float
        How much more of ``y`` is asked about.
    rows : DataFrame
        Columns `COLUMNS`, one row a place inside the hull: standardised survival; hazard ratio of
        `step` more of ``y``, missing where that leads out of the hull.
    line : DataFrame
        Columns `LINE_COLUMNS`, one row a value of ``x``: the hazard ratio of `step` more of ``y``,
        averaged over the values of ``y`` inside the hull.
    above : float or None
        Least ``x`` from which on, as far as the line goes, more of ``y`` goes with a lower hazard
        with the probability asked for; None for nowhere.
    below : float or None
        Largest ``x`` up to which it does so from the lowest ``x`` on, where `above` is None.
    patients : DataFrame
        Columns ``x, y, weight``.
    scales : tuple of (str, str)
        Scales of both axes.
    survival_at : float or None
        Time of the contours of survival.
    notes : tuple of Lost
        What can't be given.
    """

    asked: SurfaceSpec
    formula: str
    replaced: tuple[str, ...]
    fit: Fit
    step: float
    rows: pd.DataFrame
    line: pd.DataFrame
    above: float | None
    below: float | None
    patients: pd.DataFrame
    scales: tuple[str, str]
    survival_at: float | None
    notes: tuple[Lost, ...] = ()

    @property
    def failures(self) -> tuple[str, ...]:
        """Failed convergence checks of its fit."""
        return tuple(f"surface {self.asked.name}: {one}" for one in convergence(self.fit).failures)


@checks_arguments
def surface(
    cohort: Cohort,
    model: ModelSpec,
    asked: SurfaceSpec,
    sampling: Sampling | None = None,
    *,
    interval: float = 0.95,
    progress: Callable[[str, int, int], None] | None = None,
) -> Surface:
    """Fit a model with two numbers as a surface, and read hazard and survival over them.

    The log hazard is a line in each number, the bends of each, and the products of all these: a
    tensor product of two low-rank splines, each part of which has a spread of its own to shrink by.

    Parameters
    ----------
    cohort : Cohort
        The cohort.
    model : ModelSpec
        A model under proportional hazards. Terms of its formula that hold one of the numbers are
        replaced.
    asked : SurfaceSpec
        The surface.
    sampling : Sampling, optional
        Draws and seed. Laplace with importance weights, which NUTS replaces where the weights
        can't be trusted.
    interval : float, optional
        Probability of the intervals.
    progress : callable, optional
        Takes a label, steps done and steps in all.

    Returns
    -------
    Surface
        Nothing is said outside the convex hull of the patients.

    Raises
    ------
    PosthazError
        When there is no such surface in this cohort or model.

    Examples
    --------
    >>> from dataclasses import replace
    >>> import posthaz as ph
    >>> cohort = ph.simulated_example()
    >>> aged = cohort.covariates.assign(age=[50.0 + 7 * n % 31 for n in range(len(cohort))])
    >>> spec = ph.ModelSpec("m", ph.Weibull(), "arm")
    >>> asked = ph.SurfaceSpec("both", "gtv_cc", "age", step=10.0, df=3)
    >>> found = ph.surface(
    ...     replace(cohort, covariates=aged), spec, asked, ph.Sampling(draws=100)
    ... )
    >>> found.line.columns[-1]
    'p_below_1'
    """
    _refuse(asked, cohort, model)
    say = progress or (lambda *_: None)
    sampling = replace(sampling or Sampling(), method="laplace")
    axes = asked.axes(cohort.columns)
    held = (*terms_of(model.formula, (asked.x, asked.y), cohort.columns), *asked.instead_of)
    replaced = tuple(dict.fromkeys(held))
    spec = along_model(
        model, cohort, asked.terms(cohort.columns), asked.shrinkage(cohort.columns), replaced,
        asked.name,
    )  # fmt: skip
    own = own_patients(spec, cohort)
    say(asked.name, 0, 2)
    fitted = fit(spec, own, sampling)
    say(asked.name, 1, 2)
    step = asked.step or usual_step(cohort.columns.get(asked.y, Column(asked.y)))
    scales = (axes[0].scale, axes[1].scale)
    patients = pd.DataFrame({
        "x": own.patients.covariates[asked.x].to_numpy(float),
        "y": own.patients.covariates[asked.y].to_numpy(float),
        "weight": np.asarray(own.patients.weight, dtype=float),
    })  # fmt: skip
    hull = Hull(patients, scales)
    light = _thinned(fitted)
    places = hull.grid(_POINTS)
    rows = places.assign(**_more(light, asked, places, step, hull, interval))
    notes: list[Lost] = []
    survived = _survived(light, asked, places, interval, notes)
    rows = rows.assign(surface=asked.name, **survived).reindex(columns=list(COLUMNS))
    line = effect_line(light, asked, patients, step, scales, interval)
    above, below = reached(line, asked.probability)
    say(asked.name, 2, 2)
    at = asked.survival_at if survived else None
    return Surface(
        asked, spec.formula, replaced, fitted, step, rows, line.assign(surface=asked.name)[
            list(LINE_COLUMNS)], above, below, patients, scales, at, tuple(notes),
    )  # fmt: skip


def _refuse(asked: SurfaceSpec, cohort: Cohort, model: ModelSpec) -> None:
    title = f"There is no surface {asked.name}:"
    TABLE.refuse(title, Surfaces((asked,)), cohort, model, SpecError)


class Hull:
    """The convex hull of the patients, on the scales of the axes."""

    def __init__(self, patients: pd.DataFrame, scales: tuple[str, str]) -> None:
        self.scales = scales
        points = self._scaled(patients["x"].to_numpy(), patients["y"].to_numpy())
        self._low, self._high = points.min(axis=0), points.max(axis=0)
        try:
            self._inside = Delaunay((points - self._low) / (self._high - self._low))
        except QhullError as error:
            raise SpecError(
                "the two numbers lie on one line, so that there is no surface",
                fix="ask for a curve of one of them",
            ) from error

    def _scaled(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        both = (np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        each = [np.log(v) if s == "log" else v for v, s in zip(both, self.scales, strict=True)]
        return np.column_stack(each)

    def holds(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Whether places lie inside, shape (place,)."""
        points = (self._scaled(x, y) - self._low) / (self._high - self._low)
        return self._inside.find_simplex(points, tol=1e-9) >= 0

    def even(self, axis: int, count: int) -> np.ndarray:
        """Even places along one axis, in its own unit."""
        places = np.linspace(self._low[axis], self._high[axis], count)
        return np.exp(places) if self.scales[axis] == "log" else places

    def grid(self, count: int) -> pd.DataFrame:
        """Even places inside."""
        x, y = np.meshgrid(self.even(0, count), self.even(1, count), indexing="ij")
        inside = self.holds(x.ravel(), y.ravel())
        return pd.DataFrame({"x": x.ravel()[inside], "y": y.ravel()[inside]})


def _thinned(fitted: Fit) -> Fit:
    posterior = fitted.draws["posterior"].to_dataset()
    thin = max(posterior.sizes["draw"] * posterior.sizes["chain"] // (4 * _MOST_DRAWS), 1)
    few = posterior.isel(draw=slice(None, None, thin))
    return replace(fitted, draws=xr.DataTree.from_dict({"/posterior": few}))


def _effect(
    fitted: Fit, asked: SurfaceSpec, to: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Draws of log hazard ratios between two lists of places, shape (draw, place)."""
    named = [{asked.x: one["x"], asked.y: one["y"]} for one in (to, other)]
    found = effect_of_values(fitted, *named).transpose("chain", "draw", "row").to_numpy()
    return found.reshape(-1, found.shape[-1])


def _summed(draws: np.ndarray, interval: float) -> dict[str, np.ndarray]:
    middle, lower, upper = np.exp(median_and_limits(draws, interval, axis=0))
    below = np.mean(draws < 0, axis=0)
    return {"hr": middle, "hr_lower": lower, "hr_upper": upper, "p_below_1": below}


def _more(
    fitted: Fit, asked: SurfaceSpec, places: pd.DataFrame, step: float, hull: Hull, interval: float
) -> dict[str, np.ndarray]:
    """What `step` more of y does at each place, where that leads to no place outside."""
    x, y = places["x"].to_numpy(), places["y"].to_numpy()
    inside = hull.holds(x, y + step)
    found = {name: np.full(len(x), np.nan) for name in ("hr", "hr_lower", "hr_upper", "p_below_1")}
    if not inside.any():
        return found
    x, y = x[inside], y[inside]
    effect = _effect(fitted, asked, {"x": x, "y": y + step}, {"x": x, "y": y})
    for name, values in _summed(effect, interval).items():
        found[name][inside] = values
    return found


def effect_line(
    fitted: Fit,
    asked: SurfaceSpec,
    patients: pd.DataFrame,
    step: float,
    scales: tuple[str, str],
    interval: float,
) -> pd.DataFrame:
    """The average effect of `step` more of y at each x, over the y that the hull has there."""
    hull = Hull(patients, scales)
    low, high = np.quantile(
        patients["x"], _SUPPORTED, weights=patients["weight"], method="inverted_cdf"
    )
    x = hull.even(0, 4 * _POINTS)
    x = x[(x >= low) & (x <= high)]
    y = hull.even(1, 8 * _POINTS)
    ends = []
    for value in x:
        inside = y[hull.holds(np.full(len(y), value), y)]
        ends.append((inside.min(), inside.max()) if len(inside) else (np.nan, np.nan))
    start, end = np.array(ends).T
    known = end - start >= step
    if not known.any():
        return pd.DataFrame(columns=list(LINE_COLUMNS[1:]))
    x, start, end = x[known], start[known], end[known]
    effect = _effect(fitted, asked, {"x": x, "y": end}, {"x": x, "y": start})
    per_step = effect * step / (end - start)
    return pd.DataFrame({"x": x, "from_y": start, "to_y": end, **_summed(per_step, interval)})


def reached(line: pd.DataFrame, probability: float) -> tuple[float | None, float | None]:
    """From which x on, or up to which, the probability is reached."""
    if line.empty:
        return None, None
    enough = line["p_below_1"].to_numpy(float) >= probability
    x = line["x"].to_numpy(float)
    if enough[-1]:
        missed = np.flatnonzero(~enough)
        return float(x[missed[-1] + 1] if len(missed) else x[0]), None
    if enough[0]:
        return None, float(x[np.flatnonzero(~enough)[0] - 1])
    return None, None


def _survived(
    fitted: Fit, asked: SurfaceSpec, places: pd.DataFrame, interval: float, notes: list[Lost]
) -> dict[str, np.ndarray]:
    """Standardised survival at each place."""
    if asked.survival_at is None:
        return {}
    if fitted.recurrent or fitted.changing:
        reason = marginal_fault(fitted)
        why = "every event counts" if fitted.recurrent else "a covariate changes in follow-up"
        notes.append(Lost("survival over the surface", reason.what if reason else why))
        return {}
    whom = [
        observed_population(fitted, {asked.x: x, asked.y: y}, f"{k}")
        for k, (x, y) in enumerate(places[["x", "y"]].to_numpy())
    ]
    curves = survival(fitted, [asked.survival_at], whom).isel(time=0)
    tail = (1.0 - interval) / 2.0
    bounds = curves.quantile([0.5, tail, 1.0 - tail], dim=("chain", "draw")).to_numpy()
    named = zip(("survival", "survival_lower", "survival_upper"), bounds, strict=True)
    times = np.full(len(places), asked.survival_at, dtype=float)
    return {"survival_time": times, **dict(named)}
