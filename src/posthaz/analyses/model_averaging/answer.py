"""Answers averaged over models, by their posterior probabilities and by stacking."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from posthaz.analyses.model_averaging.evidence import (
    inclusion_bayes_factor,
    model_has,
    model_probabilities,
    on_the_side,
)
from posthaz.analyses.model_averaging.spec import ANY, EVIDENCE, STACKING, ModelAveragingSpec
from posthaz.arms.departures import ratio_fault
from posthaz.checks import compare_models, leave_one_out, same_patients
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.errors import PosthazError, SpecError, nearest
from posthaz.estimands import answer_draws, between_arms
from posthaz.inference import Fit
from posthaz.inference.patients import fitted_rows
from posthaz.spec import EstimandSpec, Sampling, coefficient_name

WEIGHT_COLUMNS = ("model", "way", "weight", "log_evidence", "mcse", "khat", "prior", "problem")
ANSWER_COLUMNS = ("answer", "profile", "time", "way", "model", "mean", "sd", "median", "lower",
                  "upper", "p_benefit", "between")  # fmt: skip
_SINGLE = "one model"
_ALWAYS = -1.0


@dataclass(frozen=True, eq=False)
class ModelAverage:
    """Answers over several models.

    Parameters
    ----------
    weights : DataFrame
        As in ``model_averaging_weights.csv``: weight of each model by each way.
    answers : DataFrame
        As in ``model_averaging.csv``: each answer under each model and averaged by each way.
    inclusion : float
        Bayes factor of the models with the treatment against those without; not a number where
        all have it.
    lost : tuple of (str, str)
        What could not be made, and why.
    """

    weights: pd.DataFrame
    answers: pd.DataFrame
    inclusion: float = np.nan
    lost: tuple[tuple[str, str], ...] = ()


@checks_arguments
def average_models(
    fits: Mapping[str, Fit],
    cohort: Cohort,
    asked: ModelAveragingSpec | None = None,
    estimands: EstimandSpec | None = None,
    *,
    horizon: float | None = None,
    sampling: Sampling | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ModelAverage:
    """One answer over several models, so that it carries the uncertainty about the model.

    Parameters
    ----------
    fits : mapping of str to Fit
        Fits by `posthaz.fit`, by name of the model; the primary one first.
    cohort : Cohort
        Their cohort.
    asked : ModelAveragingSpec, optional
        Which models, and by which weights.
    estimands : EstimandSpec, optional
        Which answers: differences in survival and restricted mean are averaged, and the hazard
        ratio over the models in which it is constant.
    horizon : float, optional
        Horizon of the restricted mean; the longest follow-up by default.
    sampling : Sampling, optional
        Seed and draws of the evidence.
    progress : callable, optional
        Takes parts done and parts in all.

    Returns
    -------
    ModelAverage
        Weights, answers and what could not be made.

    Raises
    ------
    SpecError
        For a model that isn't there, or fewer than two.

    References
    ----------
    Hoeting JA et al. (1999), Statistical Science 14:382-417, doi:10.1214/ss/1009212519. Yao Y et
    al. (2018), Bayesian Analysis 13:917-1007, doi:10.1214/17-BA1091.

    Examples
    --------
    >>> import posthaz as ph
    >>> cohort = ph.simulated_example()
    >>> specs = [ph.ModelSpec(n, b, "arm") for n, b in
    ...          (("weibull", ph.Weibull()), ("exponential", ph.Exponential()))]
    >>> fits = {s.name: ph.fit(s, cohort, method="laplace", draws=500) for s in specs}
    >>> found = ph.average_models(fits, cohort)
    >>> sorted(set(found.answers["way"]))
    ['evidence', 'one model', 'stacking']
    """
    asked, estimands = asked or ModelAveragingSpec(), estimands or EstimandSpec()
    names = asked.models or tuple(fits)
    for name in (*names, *asked.prior):
        if name not in fits:
            raise SpecError(
                f"there is no model '{name}' ({nearest(name, list(fits))})",
                fix=f"name some of {', '.join(fits)}",
            )
    if len(names) < 2:
        raise SpecError("one model has nothing to be averaged with", fix="fit two or more")
    own = {name: fits[name] for name in names}
    for one in own.values():  # before anything is fitted
        fitted_rows(one, cohort)
        _side(one, asked.direction)
    weights, lost = [], []
    makers = {EVIDENCE: _by_evidence, STACKING: _by_stacking}
    for done, way in enumerate(asked.by, start=1):
        try:
            weights.append(makers[way](own, cohort, asked, sampling).assign(way=way))
        except PosthazError as error:
            lost.append((f"average by {way}", str(error)))
        if progress is not None:
            progress(done, len(asked.by) + 1)
    table = pd.concat(weights, ignore_index=True) if weights else pd.DataFrame()
    table = table.reindex(columns=list(WEIGHT_COLUMNS))
    asked_until = horizon or float(np.max(cohort.exit))
    answers = _answers(own, table, estimands, asked_until, asked.direction)
    if progress is not None:
        progress(len(asked.by) + 1, len(asked.by) + 1)
    return ModelAverage(table, answers, _inclusion(own, table, cohort.treatment), tuple(lost))


def _by_evidence(
    fits: Mapping[str, Fit],
    cohort: Cohort,
    asked: ModelAveragingSpec,
    sampling: Sampling | None,
) -> pd.DataFrame:
    specs = [replace(fit.spec, name=name) for name, fit in fits.items()]
    found = model_probabilities(cohort, specs, asked.prior, sampling, direction=asked.direction)
    return found.rename(columns={"probability": "weight"})


def _by_stacking(
    fits: Mapping[str, Fit],
    cohort: Cohort,
    asked: ModelAveragingSpec,
    sampling: Sampling | None,
) -> pd.DataFrame:
    alike = same_patients(fits)
    compared = compare_models({k: leave_one_out(f, cohort=cohort) for k, f in alike.items()})
    return compared[["model", "weight"]].assign(problem="")


def _inclusion(fits: Mapping[str, Fit], table: pd.DataFrame, treatment: str) -> float:
    own = table[table["way"] == EVIDENCE].rename(columns={"weight": "probability"})
    if own.empty:
        return float("nan")
    having = [name for name, fit in fits.items() if model_has(fit.spec, treatment)]
    return inclusion_bayes_factor(own, having)


Drawn = dict[tuple[str, str, float], np.ndarray]


def _side(fit: Fit, direction: str) -> np.ndarray | slice:
    """Draws on the side that is asked for; all of them where none is, or without the treatment."""
    return on_the_side(fit, direction) if direction != ANY and fit.treatment else slice(None)


def _draws(fit: Fit, estimands: EstimandSpec, horizon: float, direction: str) -> Drawn:
    """Draws of the answers of one model that mean the same in all of them."""
    found: Drawn = {}
    kept = _side(fit, direction)
    coefficients = fit.draws["posterior"].to_dataset().get(coefficient_name(fit.spec))
    if fit.spec.proportional and fit.treatment and not ratio_fault(fit.spec, fit.treatment):
        for place, term in enumerate(fit.design.terms):
            if term == fit.treatment and coefficients is not None:
                column = coefficients.isel(covariate=place)
                label = fit.design.columns[place]
                found[("log hazard ratio", label, _ALWAYS)] = column.to_numpy().ravel()
    asked = replace(estimands, profiles=())
    for name, label, time, draws in between_arms(answer_draws(fit, asked, horizon)):
        if name in ("survival difference", "rmst difference"):
            found[(name, label, time)] = draws.transpose("chain", "draw").to_numpy().ravel()
    return {key: draws[kept] for key, draws in found.items() if len(draws[kept])}


def _answers(
    fits: Mapping[str, Fit],
    table: pd.DataFrame,
    estimands: EstimandSpec,
    horizon: float,
    direction: str,
) -> pd.DataFrame:
    drawn = {name: _draws(fit, estimands, horizon, direction) for name, fit in fits.items()}
    rows = []
    for key in dict.fromkeys(key for own in drawn.values() for key in own):
        answer, label, time = key
        # a model without the treatment says that the arms don't differ
        own = {
            name: found.get(key, None if fits[name].treatment else np.zeros(1))
            for name, found in drawn.items()
        }
        known = {name: draws for name, draws in own.items() if draws is not None}
        at = np.nan if time == _ALWAYS else time
        benefit = -1.0 if answer.startswith("log") else 1.0
        for name, draws in known.items():
            even = np.full(len(draws), 1.0 / len(draws))
            numbers = _numbers(draws, even, benefit, estimands)
            rows.append((answer, label, at, _SINGLE, name, *numbers, np.nan))
        for way, weights in table.groupby("way", sort=False):
            shares = dict(zip(weights["model"], weights["weight"].fillna(0.0), strict=True))
            averaged = _mixed(known, shares)
            if averaged is not None:
                draws, weight, between = averaged
                numbers = _numbers(draws, weight, benefit, estimands)
                rows.append((answer, label, at, str(way), "", *numbers, between))
    return pd.DataFrame(rows, columns=list(ANSWER_COLUMNS))


def _mixed(
    known: Mapping[str, np.ndarray], shares: Mapping[str, float]
) -> tuple[np.ndarray, np.ndarray, float] | None:
    """Draws of all models with the weight of each, and the share of variance between models.

    None where a model with weight doesn't give the answer: an average over the others would be
    of other models than the weights are of.
    """
    if any(share > 0 and name not in known for name, share in shares.items()):
        return None
    used = [(known[name], share) for name, share in shares.items() if share > 0]
    draws = np.concatenate([own for own, _ in used])
    weight = np.concatenate([np.full(len(own), share / len(own)) for own, share in used])
    middle = float(weight @ draws)
    total = float(weight @ (draws - middle) ** 2)
    between = sum(share * (float(own.mean()) - middle) ** 2 for own, share in used)
    return draws, weight, between / total if total > 0 else 0.0


def _numbers(
    draws: np.ndarray, weight: np.ndarray, benefit: float, estimands: EstimandSpec
) -> tuple[float, ...]:
    tail = (1.0 - estimands.interval) / 2.0
    order = np.argsort(draws, kind="stable")
    reached = np.cumsum(weight[order]) - weight[order] / 2.0
    middle, low, high = np.interp([0.5, tail, 1.0 - tail], reached, draws[order])
    mean = float(weight @ draws)
    sd = float(np.sqrt(weight @ (draws - mean) ** 2))
    # half of what says that the arms are equal
    better = float(weight[benefit * draws > 0].sum() + 0.5 * weight[draws == 0].sum())
    return mean, sd, float(middle), float(low), float(high), better
