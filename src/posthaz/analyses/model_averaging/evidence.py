"""Posterior probabilities of models, from marginal likelihoods by importance weights."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from posthaz.analyses.model_averaging.spec import ANY, BENEFIT
from posthaz.arms.arm_model import effect_draws
from posthaz.checks.model_comparison import background_fault
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.errors import SpecError
from posthaz.inference import Fit, fit_many
from posthaz.priors import Prior, prior_probability_below
from posthaz.spec import ModelSpec, Sampling

PROBABILITY_COLUMNS = ("model", "log_evidence", "mcse", "khat", "prior", "probability", "problem")
MOST_KHAT = 0.7
_REPEATS = 4


@checks_arguments
def model_probabilities(
    cohort: Cohort,
    models: Sequence[ModelSpec],
    prior: Mapping[str, float] | None = None,
    sampling: Sampling | None = None,
    *,
    direction: str = ANY,
) -> pd.DataFrame:
    """Posterior probability of each of some models of the same patients.

    Parameters
    ----------
    cohort : Cohort
        The patients; those who lack a covariate of any model are left out of all.
    models : sequence of ModelSpec
        Models of different names, all with proper priors.
    prior : mapping of str to float, optional
        Prior weights by name; 1 where not named.
    sampling : Sampling, optional
        Seed and number of draws; four such samples are made of each model.
    direction : {"any", "benefit", "harm"}, optional
        Whether the prior on the treatment's effect is cut at no effect in the models that have it.

    Returns
    -------
    DataFrame
        Columns ``model, log_evidence, mcse, khat, prior, probability, problem``: the log marginal
        likelihood of the times by weighted draws from the Laplace approximation, the mean of
        four; the standard error of that mean; the worst Pareto k-hat. A model whose weights can't
        be trusted, or whose prior is improper, has no evidence and its reason in ``problem``; the
        probabilities are then of the others.

    Raises
    ------
    SpecError
        For two models of one name, or none with an evidence.

    Examples
    --------
    >>> import posthaz as ph
    >>> models = [ph.ModelSpec("weibull", ph.Weibull(), "arm"),
    ...           ph.ModelSpec("exponential", ph.Exponential(), "arm")]
    >>> found = ph.model_probabilities(ph.simulated_example(), models)
    >>> bool(abs(found["probability"].sum() - 1) < 1e-9)
    True
    """
    names = [model.name for model in models]
    if len(set(names)) < len(names):
        raise SpecError("two of the models have one name", fix="give each its own")
    if fault := background_fault(models):
        raise fault
    sampling = replace(sampling or Sampling(), method="laplace")
    needed = sorted({name for model in models for name in model.needed})
    cohort = cohort.complete(needed) if cohort.drop_missing else cohort
    rows = [(model.name, *_evidence(model, cohort, sampling, direction)) for model in models]
    table = pd.DataFrame(rows, columns=["model", "log_evidence", "mcse", "khat", "problem"])
    weights = np.array([float((prior or {}).get(name, 1.0)) for name in names])
    known = np.isfinite(table["log_evidence"].to_numpy(dtype=float))
    if not known.any():
        raise SpecError(f"no model has an evidence: {table['problem'].iloc[0]}")
    log_weight = np.where(known, np.log(weights) + table["log_evidence"].fillna(0.0), -np.inf)
    table["prior"] = weights / weights.sum()
    table["probability"] = np.exp(log_weight - logsumexp(log_weight))
    return table[list(PROBABILITY_COLUMNS)]


def _evidence(
    model: ModelSpec, cohort: Cohort, sampling: Sampling, direction: str
) -> tuple[float, float, float, str]:
    """Log evidence, its Monte Carlo error, the worst k-hat, and why there is none."""
    seeds = [sampling.seed + k for k in range(_REPEATS)]
    fits = fit_many([(model, cohort)] * _REPEATS, sampling, seeds)
    flat = [*fits[0].priors.coefficients, *fits[0].priors.baseline.values()]
    if any(prior.family == "flat" for prior in flat):
        return np.nan, np.nan, np.nan, "a prior of it is flat, so that it has no evidence"
    found = [(one.provenance.log_evidence, one.provenance.khat) for one in fits]
    worst = max((khat for _, khat in found if khat is not None), default=np.nan)
    values = np.array([np.nan if one is None else one for one, _ in found])
    if not np.isfinite(values).all() or not worst < MOST_KHAT:
        return np.nan, np.nan, worst, f"its weights can't be trusted (k-hat {worst:.2f})"
    if direction != ANY and model_has(model, cohort.treatment):
        cut = [_log_cut(one, direction) for one in fits]
        if not np.isfinite(cut).all():
            return np.nan, np.nan, worst, f"no draw of its posterior says {direction}"
        values = values + np.array(cut)
    error = float(values.std(ddof=1) / np.sqrt(_REPEATS))
    return float(values.mean()), error, float(worst), ""


def model_has(model: ModelSpec, treatment: str) -> bool:
    """Whether the arms may differ in a model: in its hazard, its cured share or its strata."""
    return treatment in model.variables


def on_the_side(fit: Fit, direction: str) -> np.ndarray:
    """Which draws of a fit say benefit, or harm; shape (draw,), chains joined.

    Raises
    ------
    SpecError
        When the treatment has no single effect in the model, whose prior could be cut.
    """
    return _effect(fit, direction)[0] > 0


def _effect(fit: Fit, direction: str) -> tuple[np.ndarray, Prior, float]:
    """Draws of the treatment's effect, positive on the side asked for; its prior and that sign."""
    column, draws = effect_draws(fit, of_time_too=True)
    sign = -1.0 if fit.spec.effect.acts_on == "hazard" else 1.0
    sign = sign if direction == BENEFIT else -sign
    return sign * draws, fit.priors.coefficients[column], sign


def _log_cut(fit: Fit, direction: str) -> float:
    """What cutting the treatment's prior at no effect adds to the log evidence.

    The posterior over the prior probability of that side: the same likelihood is averaged over a
    prior that is larger there by one over its own probability.
    """
    draws, prior, sign = _effect(fit, direction)
    below = prior_probability_below(prior, 0.0)
    share = float(np.mean(draws > 0))
    return float(np.log(share) - np.log(1.0 - below if sign > 0 else below)) if share else -np.inf


def inclusion_bayes_factor(table: pd.DataFrame, having: Sequence[str]) -> float:
    """Bayes factor of the models that have something against those that don't.

    Parameters
    ----------
    table : DataFrame
        Result of `model_probabilities`.
    having : sequence of str
        Names of the models that have it.

    Returns
    -------
    float
        Posterior odds over prior odds, over the models with an evidence; not a number where all
        of them have it, or none does.

    Examples
    --------
    >>> rows = pd.DataFrame({"model": ["a", "b"], "prior": [0.5, 0.5],
    ...                      "probability": [0.2, 0.8], "log_evidence": [0.0, 1.0]})
    >>> inclusion_bayes_factor(rows, ["a"])
    0.25
    """
    known = table[np.isfinite(table["log_evidence"].astype(float))]
    inside = known["model"].isin(having)
    if inside.all() or not inside.any():
        return float("nan")
    posterior, prior = (float(known.loc[inside, key].sum() / known.loc[~inside, key].sum())
                        for key in ("probability", "prior"))  # fmt: skip
    return posterior / prior
