"""Whether the effect of an arm changes between the intervals of a life table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import stats

from posthaz.baselines import (
    Maximum,
    covariate_columns,
    grouped_cox,
    grouped_follow_up,
    maximise,
)
from posthaz.cohort import Cohort
from posthaz.design import quoted
from posthaz.hazards import PiecewiseExponential
from posthaz.inference import Fit, fit, flat_draws
from posthaz.priors import Prior, hazard_ratio
from posthaz.spec import ModelSpec, Sampling, coefficient_name
from posthaz.spec.prior_targets import baseline_targets

NAME = "changing_effect"


@dataclass(frozen=True, eq=False)
class EffectChange:
    """Hazard ratios interval by interval, and tests of their being one.

    Parameters
    ----------
    intervals : DataFrame
        Columns ``arm, start, end, hr, lower, upper`` (maximum likelihood; NaN where everybody
        left in an arm had the event, or nobody) and ``median, credible_lower,
        credible_upper, p_above`` (posterior; `p_above` is the probability of a hazard ratio
        above that of the first interval).
    statistic, df, p : float
        Likelihood-ratio test of proportional hazards, saturated against grouped model.
    changing : Fit
        Fit of the model whose effect changes between the intervals.
    """

    intervals: pd.DataFrame
    statistic: float
    df: int
    p: float
    changing: Fit


def common_times(cohort: Cohort) -> tuple[float, ...]:
    """Times between which every arm's events are known to lie."""
    event = np.isfinite(cohort.upper)
    times = [
        {*cohort.lower[rows & event], *cohort.upper[rows & event], *_last(cohort, rows)}
        for rows in (cohort.arm == arm for arm in cohort.arms)
    ]
    return tuple(sorted(float(t) for t in set.intersection(*times) if t > 0))


def _last(cohort: Cohort, rows: np.ndarray) -> list[float]:
    """End of an arm's follow-up, where nobody may have had an event."""
    return [float(cohort.lower[rows & np.isinf(cohort.upper)].max(initial=0.0))]


def effect_change(
    cohort: Cohort, primary: Fit, upper: float, sampling: Sampling, level: float = 0.95
) -> EffectChange | None:
    """Hazard ratio of each arm in each interval, and whether they differ.

    Parameters
    ----------
    cohort : Cohort
        A life table with a treatment.
    primary : Fit
        Fit whose prior of the treatment is used for the first interval.
    upper : float
        Ratio of a later hazard ratio to the first that the prior lets it exceed with
        probability 2.5 %.
    sampling : Sampling
        How to sample.
    level : float
        Probability of the intervals.

    Returns
    -------
    EffectChange or None
        None when there is no treatment in the model, or a single interval.

    Notes
    -----
    Rows are cut at the times known of every arm, and a later piece has covariates of its own
    for the arm: one more log hazard ratio an interval, with the prior centred on no change.
    """
    times = common_times(cohort)
    if primary.treatment != cohort.treatment or not cohort.arms or len(times) < 2:
        return None
    coarse = _coarse(cohort, times)
    columns = covariate_columns(pd.Series(coarse.covariates[cohort.treatment]))
    together = grouped_cox(coarse, columns, level=level).loglik
    maxima = {arm: _alone(coarse.where(coarse.arm == arm)) for arm in cohort.arms}
    statistic = max(2.0 * (sum(m.loglik for _, m in maxima.values()) - together), 0.0)
    df = (len(times) - 1) * (len(cohort.arms) - 1)
    pieces = cut_rows(coarse, times)
    names = [str(n) for n in pieces.covariates if n != cohort.treatment]
    spec = _changing(primary, names, times, upper)
    changing = fit(spec, pieces, replace(sampling, method="auto"))
    return EffectChange(
        intervals=_intervals(cohort, times, maxima, changing, level),
        statistic=statistic,
        df=df,
        p=float(stats.chi2.sf(statistic, df)),
        changing=changing,
    )


def _coarse(cohort: Cohort, times: Sequence[float]) -> Cohort:
    """Events known between the common times only; nothing else changes."""
    grid = np.array([0.0, *times])
    event = np.isfinite(cohort.upper)
    lower = grid[np.searchsorted(grid, cohort.lower * (1 + 1e-12), side="right") - 1]
    top = grid[np.minimum(np.searchsorted(grid, cohort.upper * (1 - 1e-12)), len(grid) - 1)]
    kept = replace(
        cohort,
        lower=np.where(event, np.maximum(lower, cohort.entry), cohort.lower),
        upper=np.where(event, top, np.inf),
        covariates=cohort.covariates[[cohort.treatment]],
    )
    return kept.where(kept.weight > 0)


def _alone(part: Cohort) -> tuple[np.ndarray, Maximum]:
    """Ends of the intervals, and the maximum without covariates."""
    data = grouped_follow_up(part)
    return data.end, maximise(data, np.zeros((len(part), 0)))


def cut_rows(cohort: Cohort, times: Sequence[float]) -> Cohort:
    """Rows cut at `times`, with an indicator of each arm in each interval after the first.

    Parameters
    ----------
    cohort : Cohort
        A cohort whose events lie between neighbouring times.
    times : sequence of float
        Times, increasing.

    Returns
    -------
    Cohort
        One row a row and interval it has follow-up in; covariates are the treatment and
        ``later_<interval>_<arm>``, numbered from 2 and 1.
    """
    edges = [0.0, *times[:-1], np.inf]
    rows, entry, lower, upper, interval = [], [], [], [], []
    for k, (start, end) in enumerate(pairwise(edges)):
        inside = (cohort.exit > start) & (cohort.entry < end)
        goes_on = cohort.lower >= end
        rows.append(np.flatnonzero(inside))
        entry.append(np.maximum(cohort.entry, start)[inside])
        lower.append(np.where(goes_on, end, np.maximum(cohort.lower, start))[inside])
        upper.append(np.where(goes_on, np.inf, cohort.upper)[inside])
        interval.append(np.full(int(inside.sum()), k))
    row, number = np.concatenate(rows), np.concatenate(interval)
    covariates = cohort.covariates.iloc[row].reset_index(drop=True)
    arm = cohort.arm[row]
    for k in range(1, len(times)):
        for place, name in enumerate(cohort.arms[1:], start=1):
            covariates[f"later_{k + 1}_{place}"] = ((number == k) & (arm == name)).astype(float)
    ends = np.concatenate(upper)
    return replace(
        cohort,
        entry=np.concatenate(entry),
        lower=np.concatenate(lower),
        upper=ends,
        cause=np.isfinite(ends).astype(int),
        subject=cohort.subject[row],
        weight=cohort.weight[row],
        covariates=covariates,
        row_number=cohort.row_number[row],
    )


def _changing(
    primary: Fit, names: Sequence[str], times: Sequence[float], upper: float
) -> ModelSpec:
    treatment = primary.treatment
    effects: dict[str, Prior] = {name: hazard_ratio(1.0, upper) for name in names}
    for term, prior in zip(primary.design.columns, primary.priors.coefficients, strict=True):
        if term.startswith(f"{treatment}["):
            effects[term] = prior
    cuts = tuple(times[:-1])
    baseline = PiecewiseExponential(cuts=cuts, intervals=len(cuts) + 1)
    both = set(baseline_targets(baseline)) & set(baseline_targets(primary.spec.baseline))
    rates = {name: prior for name, prior in primary.spec.priors.items() if name in both}
    return ModelSpec(
        NAME,
        baseline,
        " + ".join([quoted(treatment), *names]),
        priors={**effects, **rates},
        centre="none",
    )


def _intervals(
    cohort: Cohort,
    times: Sequence[float],
    maxima: dict[str, tuple[np.ndarray, Maximum]],
    changing: Fit,
    level: float,
) -> pd.DataFrame:
    draws = flat_draws(changing.draws["posterior"].to_dataset())[coefficient_name(changing.spec)]
    effects = dict(zip(changing.design.columns, draws.T, strict=True))
    tails = ((1.0 - level) / 2.0, 0.5, (1.0 + level) / 2.0)
    reference, *arms = cohort.arms
    rows = []
    for place, arm in enumerate(arms, start=1):
        first = effects[f"{cohort.treatment}[{arm}]"]
        for k, (start, end) in enumerate(zip((0.0, *times[:-1]), times, strict=True)):
            own = first + (effects[f"later_{k + 1}_{place}"] if k else 0.0)
            lower, median, upper = np.exp(np.quantile(own, tails))
            rows.append(
                {
                    "arm": arm,
                    "start": start,
                    "end": end,
                    **_maximum_ratio(maxima[arm], maxima[reference], end, level),
                    "median": median,
                    "credible_lower": lower,
                    "credible_upper": upper,
                    "p_above": float(np.mean(own > first)) if k else np.nan,
                }
            )
    return pd.DataFrame(rows)


def _maximum_ratio(
    arm: tuple[np.ndarray, Maximum],
    reference: tuple[np.ndarray, Maximum],
    end: float,
    level: float,
) -> dict[str, float]:
    logs, variance = [], 0.0
    for ends, best in (arm, reference):
        place = np.flatnonzero(np.isclose(ends, end))
        if not len(place) or not best.free[place[0]]:
            return dict.fromkeys(("hr", "lower", "upper"), float("nan"))
        rise = best.rises[place[0]]
        logs.append(np.log(rise))
        variance += best.covariance[place[0], place[0]] / rise**2
    value, half = logs[0] - logs[1], stats.norm.ppf(0.5 + level / 2) * np.sqrt(variance)
    return {
        "hr": float(np.exp(value)),
        "lower": float(np.exp(value - half)),
        "upper": float(np.exp(value + half)),
    }
