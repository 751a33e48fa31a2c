"""The hazard and survival along a number, from the primary model with the number as a curve."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import norm

from posthaz.analyses.curves.spec import TABLE, Curves, CurveSpec
from posthaz.analyses.curves.threshold import Threshold, change_point
from posthaz.answers import median_and_limits
from posthaz.arms.along_model import along_model
from posthaz.baselines import cox_model
from posthaz.checks import compare_models, convergence, leave_one_out
from posthaz.cohort import Cohort, Column
from posthaz.cohort.argument import checks_arguments
from posthaz.design import learn_design
from posthaz.errors import PosthazError, SpecError
from posthaz.errors.lost import Lost
from posthaz.estimands import (
    effect_of_values,
    marginal_fault,
    observed_population,
    restricted_mean,
    survival,
)
from posthaz.inference import Fit, fit
from posthaz.spec import ModelSpec, Sampling
from posthaz.spec.along import Along, formula_with, terms_of
from posthaz.spec.patients_lost import own_patients

COLUMNS = (
    *("curve", "quantity", "x", "time", "median", "lower", "upper", "p_above_1"),
    *("cox", "cox_lower", "cox_upper"),
)
STATEMENT_COLUMNS = ("curve", "value", "against", "median", "lower", "upper", "p_above_1")
_POINTS, _PLACES = 81, 25
_MOST_DRAWS = 2000
_CENTRAL = (0.025, 0.975)
_TABLED = (0.05, 0.25, 0.5, 0.75, 0.95)
_OUTER = (0.9, 0.1)
_INNER = (0.05, 0.95)
_COX_DF = 3
_FEWEST_INSIDE = 5
CURVE, LINE, WITHOUT = "curve", "straight line", "without it"


@dataclass(frozen=True, eq=False)
class Curve:
    """What one curve says.

    Parameters
    ----------
    asked : CurveSpec
        What was asked.
    along : Along
        The curve as terms of the formula.
    formula : str
        Formula of its model.
    replaced : tuple of str
        Terms of the primary formula that it stands in place of.
    fit : Fit
        Its fit.
    reference : float
        Value with hazard ratio 1.
    rows : DataFrame
        Columns `COLUMNS`; quantities ``hazard_ratio``, ``survival`` and ``rmst``.
    statements : DataFrame
        Columns `STATEMENT_COLUMNS`: hazard ratios between two values.
    turns : dict of str to dict
        ``lowest`` and ``highest``: where the curve is so within the middle 90 % of the patients
        (``median, lower, upper``), and the probability that this is inside them (``p_inside``).
    at : tuple of float
        Values at which answers are tabled.
    values, weight : ndarray of float, shape (patient,)
        The patients' values, and how much each counts.
    comparison : DataFrame
        `compare_models` of the curve, the straight line and the formula without the number; no
        rows where they can't be compared.
    threshold : Threshold or None
        The change-point model, where it was asked for.
    notes : tuple of Lost
        What can't be given.
    """

    asked: CurveSpec
    along: Along
    formula: str
    replaced: tuple[str, ...]
    fit: Fit
    reference: float
    rows: pd.DataFrame
    statements: pd.DataFrame
    turns: dict[str, dict[str, float]]
    at: tuple[float, ...]
    values: np.ndarray
    weight: np.ndarray
    comparison: pd.DataFrame
    threshold: Threshold | None = None
    notes: tuple[Lost, ...] = ()

    @property
    def failures(self) -> tuple[str, ...]:
        """Failed convergence checks of its fit."""
        failed = convergence(self.fit).failures
        return tuple(f"curve {self.asked.name}: {one}" for one in failed)


@checks_arguments
def curve(
    cohort: Cohort,
    model: ModelSpec,
    asked: CurveSpec,
    sampling: Sampling | None = None,
    *,
    interval: float = 0.95,
    progress: Callable[[str, int, int], None] | None = None,
) -> Curve:
    """Fit a model with a number as a curve, and read the hazard and survival along it.

    Parameters
    ----------
    cohort : Cohort
        The cohort.
    model : ModelSpec
        A model under proportional hazards. Terms of its formula that hold the number are replaced;
        the curve is added to the others.
    asked : CurveSpec
        The curve; ``survival_at`` and ``rmst_to`` say at which times.
    sampling : Sampling, optional
        Draws and seed. Laplace with importance weights, which NUTS replaces where the weights
        can't be trusted.
    interval : float, optional
        Probability of the bands.
    progress : callable, optional
        Takes a label, steps done and steps in all.

    Returns
    -------
    Curve
        Hazard ratios in `rows`, against the reference, per value of the number; survival and
        restricted means standardised over the patients as they are.

    Raises
    ------
    PosthazError
        When the number has no curve in this cohort or model, or a value that is asked about lies
        outside the patients'.

    Examples
    --------
    >>> import posthaz as ph
    >>> spec = ph.ModelSpec("m", ph.Weibull(), "arm")
    >>> asked = ph.CurveSpec("volume", "gtv_cc", "log", reference=100.0)
    >>> found = ph.curve(ph.simulated_example(), spec, asked, ph.Sampling(draws=100))
    >>> found.formula
    'arm + log(gtv_cc)'
    """
    _refuse(asked, cohort, model)
    say = progress or (lambda *_: None)
    sampling = replace(sampling or Sampling(), method="laplace")
    column = cohort.columns.get(asked.column, Column(asked.column))
    along = asked.along(column)
    replaced = (*terms_of(model.formula, (asked.column,), cohort.columns), *asked.instead_of)
    replaced = tuple(dict.fromkeys(replaced))
    spec = along_model(model, cohort, along.terms, along.shrinkage, replaced, asked.name)
    own = own_patients(spec, cohort)
    say(asked.name, 0, 3)
    fitted = fit(spec, own, sampling)
    values = own.patients.covariates[asked.column].to_numpy(float)
    counts = np.asarray(own.patients.weight, dtype=float)
    middle = asked.reference
    reference = _quantiles(values, counts, (0.5,))[0] if middle is None else middle
    at = asked.at or tuple(_quantiles(values, counts, _TABLED))
    pairs = asked.compare or (tuple(_quantiles(values, counts, _OUTER)),)
    notes: list[Lost] = []
    named = (reference, *at, *(x for pair in pairs for x in pair))
    grid = _grid(values, counts, named, along)
    cox = _cox(own, spec, along, replaced, model, grid, reference, interval, notes)
    parts = [_ratios(fitted, asked, grid, reference, interval).assign(**cox)]
    places = np.unique([*grid[:: max(len(grid) // _PLACES, 1)], *named])
    parts += _standardised(fitted, asked, places, interval, notes)
    say(asked.name, 1, 3)
    compared = _compared(model, own, along, replaced, fitted, sampling, notes)
    say(asked.name, 2, 3)
    found = _change_point(own, model, asked, replaced, fitted, sampling, interval, notes)
    say(asked.name, 3, 3)
    rows = pd.concat(parts, ignore_index=True).assign(curve=asked.name)
    return Curve(
        asked, along, spec.formula, replaced, fitted, float(reference),
        rows.reindex(columns=list(COLUMNS)), _statements(fitted, asked, pairs, interval),
        _turns(fitted, asked, grid, _quantiles(values, counts, _INNER), interval),
        tuple(float(x) for x in at), values, counts, compared, found, tuple(notes),
    )  # fmt: skip


def _change_point(
    cohort: Cohort,
    model: ModelSpec,
    asked: CurveSpec,
    replaced: tuple[str, ...],
    fitted: Fit,
    sampling: Sampling,
    interval: float,
    notes: list[Lost],
) -> Threshold | None:
    """The posterior of the cut where it was asked for; what it lacks goes to the notes."""
    if not asked.threshold:
        return None
    try:
        found = change_point(cohort, model, asked, replaced, fitted, sampling, interval)
    except PosthazError as error:
        notes.append(Lost("change-point model", error.reason))
        return None
    notes += found.notes
    return found


def _refuse(asked: CurveSpec, cohort: Cohort, model: ModelSpec) -> None:
    TABLE.refuse(f"There is no curve {asked.name}:", Curves((asked,)), cohort, model, SpecError)


def _quantiles(values: np.ndarray, weight: np.ndarray, shares: Sequence[float]) -> list[float]:
    """Quantiles of the patients' values, each counted by its weight."""
    found = np.quantile(values, shares, weights=weight, method="inverted_cdf")
    return [float(x) for x in found]


def _grid(
    values: np.ndarray, weight: np.ndarray, asked: Sequence[float], along: Along
) -> np.ndarray:
    """Even places over the middle 95 % of patients, and as far as is asked."""
    low, high = _quantiles(values, weight, _CENTRAL)
    low, high = min(low, *asked), max(high, *asked)
    if along.scale == "log":
        return np.unique([*np.geomspace(low, high, _POINTS), *asked])
    return np.unique([*np.linspace(low, high, _POINTS), *asked])


def _banded(draws: xr.DataArray, interval: float) -> dict[str, np.ndarray]:
    tail = (1.0 - interval) / 2.0
    bounds = draws.quantile([0.5, tail, 1.0 - tail], dim=("chain", "draw")).to_numpy()
    return dict(zip(("median", "lower", "upper"), bounds, strict=True))


def _ratios(
    fitted: Fit, asked: CurveSpec, grid: np.ndarray, reference: float, interval: float
) -> pd.DataFrame:
    effect = effect_of_values(fitted, {asked.column: grid}, {asked.column: reference})
    bands = {name: np.exp(one) for name, one in _banded(effect, interval).items()}
    above = (effect > 0).mean(("chain", "draw")).to_numpy()
    return pd.DataFrame({"quantity": "hazard_ratio", "x": grid, **bands, "p_above_1": above})


def _turns(
    fitted: Fit, asked: CurveSpec, grid: np.ndarray, ends: Sequence[float], interval: float
) -> dict[str, dict[str, float]]:
    """Where the curve is lowest and highest, draw by draw; nothing for a straight line."""
    inside = grid[(grid >= ends[0]) & (grid <= ends[1])]
    if asked.shape != "spline" or len(inside) < _FEWEST_INSIDE:
        return {}
    effect = effect_of_values(fitted, {asked.column: inside}, {asked.column: inside[0]})
    draws = effect.transpose("chain", "draw", "row").to_numpy().reshape(-1, len(inside))
    found = {}
    for word, place in (("lowest", draws.argmin(axis=1)), ("highest", draws.argmax(axis=1))):
        within = (place > 0) & (place < len(inside) - 1)
        middle, lower, upper = median_and_limits(inside[place], interval)
        found[word] = {
            "median": float(middle), "lower": float(lower), "upper": float(upper),
            "p_inside": float(within.mean()),
        }  # fmt: skip
    return found


def _statements(
    fitted: Fit, asked: CurveSpec, pairs: Sequence[tuple[float, ...]], interval: float
) -> pd.DataFrame:
    first, second = np.array(pairs, dtype=float).T
    effect = effect_of_values(fitted, {asked.column: first}, {asked.column: second})
    bands = {name: np.exp(one) for name, one in _banded(effect, interval).items()}
    above = (effect > 0).mean(("chain", "draw")).to_numpy()
    frame = {"curve": asked.name, "value": first, "against": second, **bands, "p_above_1": above}
    return pd.DataFrame(frame)[list(STATEMENT_COLUMNS)]


def _cox(
    cohort: Cohort,
    spec: ModelSpec,
    along: Along,
    replaced: Sequence[str],
    model: ModelSpec,
    grid: np.ndarray,
    reference: float,
    interval: float,
    notes: list[Lost],
) -> dict[str, np.ndarray]:
    """Cox's hazard ratios along the grid: a natural spline, or the same straight line."""
    bent = along.shape in ("spline", "monotone")
    terms = (f"spline({along.number}, df={_COX_DF})",) if bent else along.terms
    name = "Cox regression beside the curve"
    try:
        design = learn_design(cohort.covariates, formula_with(model.formula, replaced, terms))
        columns = pd.DataFrame(design.matrix(design.frame), columns=list(design.columns))
        strata = cohort.covariates[spec.strata] if spec.strata else None
        cox = cox_model(cohort, columns, level=interval, strata=strata)
    except PosthazError as error:
        notes.append(Lost(name, error.reason))
        return {}
    base = pd.concat([design.reference()] * len(grid), ignore_index=True)
    change = design.matrix(base.assign(**{along.column: grid}))
    change = change - design.matrix(base.assign(**{along.column: reference}))
    used = np.abs(change).max(axis=0) > 0
    log_hr = cox.table["log_hr"].to_numpy(float)[used]
    if cox.covariance is None or not np.isfinite(log_hr).all():
        notes.append(Lost(name, "; ".join(cox.notes) or "a coefficient has no finite estimate"))
        return {}
    change, covariance = change[:, used], cox.covariance[np.ix_(used, used)]
    error = np.sqrt(np.einsum("rj,jk,rk->r", change, covariance, change))
    middle, half = change @ log_hr, norm.ppf(0.5 + interval / 2.0) * error
    ends = {"cox_lower": np.exp(middle - half), "cox_upper": np.exp(middle + half)}
    return {"cox": np.exp(middle), **ends}


def _standardised(
    fitted: Fit, asked: CurveSpec, places: np.ndarray, interval: float, notes: list[Lost]
) -> Iterator[pd.DataFrame]:
    """Survival and restricted means were everybody to have a value, the rest as they are."""
    horizons = () if asked.rmst_to is None else (asked.rmst_to,)
    if not asked.survival_at and not horizons:
        return
    reason = marginal_fault(fitted)
    if fitted.recurrent or fitted.changing:
        why = "every event counts" if fitted.recurrent else "a covariate changes in follow-up"
        notes.append(Lost("survival along the number", reason.what if reason else why))
        return
    thin = max(fitted.draws["posterior"].sizes["draw"] * fitted.draws["posterior"].sizes["chain"]
               // _MOST_DRAWS, 1)  # fmt: skip
    few = fitted.draws["posterior"].to_dataset().isel(draw=slice(None, None, thin))
    light = replace(fitted, draws=xr.DataTree.from_dict({"/posterior": few}))
    whom = [observed_population(light, {asked.column: x}, f"{x:.12g}") for x in places]
    wanted = (("survival", survival, asked.survival_at), ("rmst", restricted_mean, horizons))
    for quantity, answer, times in wanted:
        if not times:
            continue
        found = answer(light, list(times), whom)
        for k, time in enumerate(times):
            bands = _banded(found.isel(time=k), interval)
            yield pd.DataFrame({"quantity": quantity, "x": places, "time": time, **bands})


def _compared(
    model: ModelSpec,
    cohort: Cohort,
    along: Along,
    replaced: Sequence[str],
    fitted: Fit,
    sampling: Sampling,
    notes: list[Lost],
) -> pd.DataFrame:
    """Leave-one-out of the curve, of a straight line and of the formula without the number."""
    straight = replace(along, shape="log" if along.scale == "log" else "linear")
    others = {WITHOUT: None} if along.shape in ("linear", "log") else {LINE: straight,
                                                                       WITHOUT: None}  # fmt: skip
    fits = {CURVE: fitted}
    try:
        for name, one in others.items():
            terms, prior = (one.terms, one.shrinkage) if one else ((), None)
            spec = along_model(model, cohort, terms, prior, replaced, name)
            fits[name] = fit(spec, cohort, sampling)
        left_out = {name: leave_one_out(one, cohort=cohort) for name, one in fits.items()}
        return compare_models(left_out)
    except PosthazError as error:
        notes.append(Lost("comparison with simpler models", error.reason))
        return compare_models({})
