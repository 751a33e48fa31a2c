"""Worst grades of all toxicities in one model: fit, risks and its agreement with the counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import expit, logit

from posthaz.adjust import GradeCounts
from posthaz.analyses.toxicity.risk import RISK_COLUMNS, contrast_rows
from posthaz.checks import Convergence, draws_convergence
from posthaz.inference import posterior_draws
from posthaz.model import build_toxicity_model
from posthaz.priors import Prior
from posthaz.spec import Sampling

_REPLICATES = 1000


@dataclass(frozen=True, eq=False)
class GradeModel:
    """Posterior of the cumulative-logit model of worst grades.

    Parameters
    ----------
    toxicities : tuple of GradeCounts
        Those in the model.
    arms : tuple of tuple of int
        Number of the arm of each row of a toxicity's counts, reference first.
    lowest : tuple of tuple of int
        Lowest grade of each category of a toxicity; grades that nobody had are joined to one
        that somebody had.
    draws : DataTree
        Groups ``posterior`` and ``sample_stats``, among others.
    convergence : Convergence
        Its convergence.
    """

    toxicities: tuple[GradeCounts, ...]
    arms: tuple[tuple[int, ...], ...]
    lowest: tuple[tuple[int, ...], ...]
    draws: xr.DataTree
    convergence: Convergence


def fit_grades(
    toxicities: Sequence[GradeCounts],
    priors: Mapping[str, Prior],
    sampling: Sampling | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> GradeModel | None:
    """Fit one model to the worst grades of several toxicities.

    Parameters
    ----------
    toxicities : sequence of GradeCounts
        Counts. A toxicity that has no patients in the reference arm, in one arm only, or one
        grade only, is left out.
    priors : mapping of str to Prior
        ``log_odds_ratio`` and ``spread``, as `posthaz.model.build_toxicity_model` takes them.
    sampling : Sampling, optional
        How to sample.
    progress : callable, optional
        Called with (draws done, draws in all).

    Returns
    -------
    GradeModel or None
        None when no toxicity is left.
    """
    kept = [(counts, *found) for counts in toxicities if (found := _categories(counts))]
    if not kept:
        return None
    arms = tuple(tuple(rows) for _, rows, _ in kept)
    lowest = tuple(tuple(grades) for _, _, grades in kept)
    tables = [counts.patients[np.ix_(rows, grades)] for counts, rows, grades in kept]
    model = build_toxicity_model(tables, arms, priors)
    families = tuple((name, prior.family) for name, prior in priors.items())
    shape = ("toxicity", arms, tuple(table.shape for table in tables), families)
    draws = posterior_draws(model, shape, sampling or Sampling(), progress)
    checked = draws_convergence("toxicity by grade", draws)
    return GradeModel(tuple(counts for counts, *_ in kept), arms, lowest, draws, checked)


def _categories(counts: GradeCounts) -> tuple[list[int], list[int]] | None:
    """Arms with patients and grades that somebody had; None where there is nothing to model."""
    arms = [a for a, total in enumerate(counts.totals) if total]
    grades = [int(k) for k in np.flatnonzero(counts.patients.sum(axis=0))]
    return (arms, grades) if len(arms) > 1 and arms[0] == 0 and len(grades) > 1 else None


def modelled_survivors(model: GradeModel, number: int) -> np.ndarray:
    """Probability of each category or worse, by arm, for one toxicity of the model.

    Parameters
    ----------
    model : GradeModel
        The model.
    number : int
        Position of the toxicity in ``model.toxicities``.

    Returns
    -------
    ndarray of float, shape (draw, arm, category)
        The first category's is 1.
    """
    posterior = model.draws["posterior"]
    cuts = np.cumsum([0, *(len(grades) - 1 for grades in model.lowest)])
    effects = np.cumsum([0, *(len(arms) - 1 for arms in model.arms)])
    step = posterior["step"].to_numpy()[..., cuts[number] : cuts[number + 1]]
    effect = posterior["log_odds_ratio"].to_numpy()[..., effects[number] : effects[number + 1]]
    step, effect = (array.reshape(-1, array.shape[-1]) for array in (step, effect))
    shift = np.concatenate([np.zeros((len(effect), 1)), effect], axis=1)
    worse = expit(logit(np.cumprod(step, axis=1))[:, None, :] + shift[:, :, None])
    return np.concatenate([np.ones((*worse.shape[:2], 1)), worse], axis=2)


def pooled_risks(
    model: GradeModel, grades: Sequence[int], *, interval: float = 0.95, acceptable: float = 0.1
) -> pd.DataFrame:
    """Risks of a grade or worse by arm, pooled over grades and toxicities.

    Parameters
    ----------
    model : GradeModel
        The model.
    grades : sequence of int
        Grades from which patients are counted.
    interval : float
        Probability of the intervals.
    acceptable : float
        Largest acceptable difference.

    Returns
    -------
    DataFrame
        Columns of `risk.RISK_COLUMNS`; no row for a grade above those seen.
    """
    rows = []
    for number, counts in enumerate(model.toxicities):
        survivors, lowest = modelled_survivors(model, number), np.array(model.lowest[number])
        for grade in grades:
            place = int(np.searchsorted(lowest, grade))
            if counts.at_least(grade) is None or not 0 < place < len(lowest):
                continue
            draws = {arm: survivors[:, row, place] for row, arm in enumerate(model.arms[number])}
            rows += contrast_rows(counts, grade, draws, "pooled", interval, acceptable)
    return pd.DataFrame(rows).reindex(columns=list(RISK_COLUMNS))


def grade_odds_ratios(model: GradeModel, *, interval: float = 0.95, seed: int = 1) -> pd.DataFrame:
    """Odds ratio of a worse grade by toxicity and arm, their mean, and whether the model fits.

    Parameters
    ----------
    model : GradeModel
        The model.
    interval : float
        Probability of the intervals.
    seed : int
        Seed of the replicated counts.

    Returns
    -------
    DataFrame
        Columns ``toxicity, label, arm, odds_ratio, lower, upper, probability_more,
        predictive_p``. The last is the probability that counts drawn from the model lie as far
        from it as those seen (Pearson's chi-square, posterior predictive); small where odds are
        not proportional. A mean over toxicities has ``toxicity`` ``"mean"``, and the spread of
        log odds ratios is a row ``"spread"`` on its own scale.
    """
    posterior = model.draws["posterior"]
    arms = model.toxicities[0].arms
    rows, first = [], 0
    effect = posterior["log_odds_ratio"].to_numpy().reshape(-1, posterior.sizes["effect"])
    for number, counts in enumerate(model.toxicities):
        agreement = _predictive_p(model, number, seed)
        for arm in model.arms[number][1:]:
            ratio = np.exp(effect[:, first])
            rows.append((counts.name, counts.label, counts.arms[arm], *_row(ratio, 1, interval),
                         agreement))  # fmt: skip
            first += 1
    for arm in posterior["arm"].to_numpy():
        mean = posterior["mean_log_odds_ratio"].sel(arm=arm).to_numpy().ravel()
        name = arms[int(arm)] if int(arm) < len(arms) else str(arm)
        rows.append(("mean", "All toxicities", name, *_row(np.exp(mean), 1, interval), np.nan))
    if "spread" in posterior:
        spread = posterior["spread"].to_numpy().ravel()
        rows.append(("spread", "Spread of log odds ratios", "", *_row(spread, np.inf, interval)[:3],
                     np.nan, np.nan))  # fmt: skip
    columns = ["toxicity", "label", "arm", "odds_ratio", "lower", "upper", "probability_more"]
    return pd.DataFrame(rows, columns=[*columns, "predictive_p"])


def _row(draws: np.ndarray, above: float, interval: float) -> tuple[float, float, float, float]:
    tail = (1.0 - interval) / 2.0
    lower, median, upper = (float(q) for q in np.quantile(draws, [tail, 0.5, 1.0 - tail]))
    return median, lower, upper, float((draws > above).mean())


def _predictive_p(model: GradeModel, number: int, seed: int) -> float:
    """Probability that replicated counts lie as far from the model as those seen."""
    counts = model.toxicities[number]
    seen = counts.patients[np.ix_(model.arms[number], model.lowest[number])]
    survivors = modelled_survivors(model, number)
    chosen = np.linspace(0, len(survivors) - 1, min(_REPLICATES, len(survivors))).astype(int)
    ends = np.zeros((*survivors.shape[:2], 1))
    share = -np.diff(np.concatenate([survivors, ends], axis=2), axis=2)[chosen]
    random = np.random.default_rng((seed, number))
    totals = seen.sum(axis=1)
    expected = share * totals[:, None]
    replicated = random.multinomial(totals, share / share.sum(axis=2, keepdims=True))

    def distance(table: np.ndarray) -> np.ndarray:
        return ((table - expected) ** 2 / np.maximum(expected, 1e-12)).sum(axis=(1, 2))

    return float((distance(replicated) >= distance(seen)).mean())
