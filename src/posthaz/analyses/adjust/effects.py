"""The effect of treatment in each sample, by Cox, log-rank and Kaplan-Meier."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import norm

from posthaz.adjust import Matched, PropensityScore, Weighted, score_draws
from posthaz.analyses.adjust.samples import samples_of
from posthaz.analyses.adjust.spec import AdjustSpec
from posthaz.arms.arm_model import (
    cox_of,
    cox_summary,
    joined,
    varying_terms,
)
from posthaz.baselines import (
    CoxFit,
    cox_model,
    logrank,
    median_survival,
    rmst,
    survival_at,
    survival_difference,
)
from posthaz.cohort import Cohort
from posthaz.design import quoted
from posthaz.errors import PosthazError

CRUDE = "all patients"
COX_ADJUSTED = "Cox, adjusted"
OF_COVARIATE = "covariate_hazard_ratio"
"""Quantity of the rows of an adjusted model that are not about the treatment."""
EFFECT_COLUMNS = (
    *("sample", "target", "analysis", "quantity", "arm", "term", "time", "n", "events"),
    *("value", "lower", "upper", "p", "p_below_1", "note"),
)
Sample = Matched | Weighted


@dataclass(frozen=True)
class Asked:
    """Which answers are wanted of every sample.

    Parameters
    ----------
    times : tuple of float
        Times of the differences in survival.
    horizon : float
        Horizon of the difference in restricted means.
    interval : float
        Probability of the intervals.
    adjusted : tuple of str
        Terms of a second model in each sample.
    """

    times: tuple[float, ...]
    horizon: float
    interval: float
    adjusted: tuple[str, ...] = ()


def arm_column(cohort: Cohort) -> pd.DataFrame:
    """Indicator of the second arm, under the name of its coefficient."""
    arm = cohort.arms[1]
    name = f"{cohort.treatment}[{arm}]"
    return pd.DataFrame({name: (cohort.arm == arm).astype(float)})


def frequentist_effects(
    cohort: Cohort, samples: Mapping[str, Sample], asked: Asked
) -> pd.DataFrame:
    """Rows of Cox, log-rank and Kaplan-Meier: before, and in each sample.

    Parameters
    ----------
    cohort : Cohort
        All patients.
    samples : mapping of str to Matched or Weighted
        Samples.
    asked : Asked
        Which answers.

    Returns
    -------
    DataFrame
        Columns `EFFECT_COLUMNS`.
    """
    rows = list(_sample_rows(CRUDE, "", cohort, asked))
    for name, sample in samples.items():
        part = sample.cohort
        rows += _sample_rows(name, sample.target, part, asked)
        if isinstance(sample, Matched) and not sample.replace:
            rows.append(_stratified(name, sample, asked))
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def score_spread(score: PropensityScore, spec: AdjustSpec, asked: Asked, seed: int) -> pd.DataFrame:
    """Cox hazard ratios with the uncertainty of the score in them.

    The samples are made anew under each of several draws of the score; the log hazard ratios are
    put together by Rubin's rules (Kaplan and Chen 2012).

    Parameters
    ----------
    score : PropensityScore
        A Bayesian score.
    spec : AdjustSpec
        How samples are made.
    asked : Asked
        Which answers; its interval is used.
    seed : int
        Seed of the draws.

    Returns
    -------
    DataFrame
        Columns `EFFECT_COLUMNS`, one row a sample; `note` says how far the draws spread.
    """
    found: dict[str, list[tuple[float, float]]] = {}
    targets: dict[str, str] = {}
    for draw in score_draws(score, spec.draws, seed):
        for name, sample in samples_of(draw, spec)[0].items():
            cox = _cox(sample.cohort, asked)
            row = cox.table.iloc[0]
            if np.isfinite(row["robust_se"]):
                found.setdefault(name, []).append((row["log_hr"], row["robust_se"]))
                targets[name] = sample.target
    rows = []
    for name, pairs in found.items():
        logs, errors = np.array(pairs).T
        if len(logs) < 2:
            continue
        within, between = float(np.mean(errors**2)), float(logs.var(ddof=1))
        error = np.sqrt(within + between * (1 + 1 / len(logs)))
        half = float(norm.ppf(0.5 + asked.interval / 2) * error)
        middle = float(logs.mean())
        note = (
            f"{len(logs)} draws of the score; standard deviation of the log hazard ratio "
            f"{np.sqrt(between):.3f} between them, {np.sqrt(within):.3f} within"
        )
        row = {"sample": name, "target": targets[name], "analysis": "Cox, score drawn"}
        row |= {"quantity": "hazard_ratio", "value": np.exp(middle), "note": note}
        row |= {"lower": np.exp(middle - half), "upper": np.exp(middle + half)}
        rows.append(row | {"p": 2 * float(norm.sf(abs(middle / error)))})
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def _cox(part: Cohort, asked: Asked) -> CoxFit:
    return cox_model(part, arm_column(part), level=asked.interval)


def _sample_rows(name: str, target: str, part: Cohort, asked: Asked) -> Iterator[dict[str, object]]:
    about = {"sample": name, "target": target, "n": len(part), "events": int(part.event.sum())}
    cox = _cox(part, asked)
    row = cox.table.iloc[0]
    yield about | {
        "analysis": "Cox, robust" if cox.robust else "Cox",
        "quantity": "hazard_ratio",
        **{"value": row["hr"], "lower": row["hr_lower"], "upper": row["hr_upper"]},
        **{"p": row["p"], "note": "; ".join(cox.notes)},
    }
    if np.all(part.weight == 1):
        test = logrank(part)
        if len(test):
            yield about | {
                "analysis": "log-rank",
                "quantity": "chisq",
                **{"value": test["chisq"].iloc[0], "p": test["p"].iloc[0]},
                "note": test["note"].iloc[0],
            }
    if asked.adjusted:
        yield from (about | row for row in _adjusted_cox(part, asked))
    yield from _kaplan_meier(about, part, asked)
    yield from _by_arm(about, part, asked)


def _adjusted_cox(part: Cohort, asked: Asked) -> Iterator[dict[str, object]]:
    """Cox model of the treatment and the terms that were asked for."""
    terms = varying_terms(part, asked.adjusted)
    row: dict[str, object] = {"analysis": COX_ADJUSTED, "quantity": "hazard_ratio"}
    try:
        cox = cox_of(part, joined((quoted(part.treatment), *terms)), asked.interval)
    except PosthazError as error:
        yield row | {"note": error.reason}
        return
    arm = f"{part.treatment}[{part.arms[1]}]"
    for term in cox.table["term"]:
        numbers, note = cox_summary(cox, term)
        limits = {"value": numbers["hr"], "lower": numbers["lower"], "upper": numbers["upper"]}
        about = {} if term == arm else {"quantity": OF_COVARIATE, "term": term}
        yield row | about | limits | {"p": numbers["p"], "note": note}


def _by_arm(about: dict[str, object], part: Cohort, asked: Asked) -> Iterator[dict[str, object]]:
    """Kaplan-Meier medians and rates of each arm."""
    medians = median_survival(part, level=asked.interval).drop(columns="quantile")
    rates = survival_at(part, asked.times, level=asked.interval)
    for quantity, table, name in (("median", medians, "time"), ("survival", rates, "survival")):
        for row in table.to_dict("records"):
            kept = {"arm": row["arm"], "value": row[name]}
            kept |= {"lower": row["lower"], "upper": row["upper"]}
            kept |= {} if quantity == "median" else {"time": row["time"]}
            yield about | {"analysis": "Kaplan-Meier", "quantity": quantity} | kept


def _kaplan_meier(
    about: dict[str, object], part: Cohort, asked: Asked
) -> Iterator[dict[str, object]]:
    robust = None if about["sample"] == CRUDE else True  # matched sets covary
    how = {"level": asked.interval, "robust": robust}
    rates = survival_difference(part, asked.times, **how).assign(note="")
    means = rmst(part, asked.horizon, **how).query("quantity == 'difference'")
    means = means.rename(columns={"horizon": "time"})
    for quantity, table in (("survival_difference", rates), ("rmst_difference", means)):
        for row in table.to_dict("records"):
            kept = {key: row[key] for key in ("time", "value", "lower", "upper", "note")}
            yield about | {"analysis": "Kaplan-Meier", "quantity": quantity} | kept


def _stratified(name: str, sample: Matched, asked: Asked) -> dict[str, object]:
    part = sample.cohort
    unweighted = replace(part, weight=np.ones(len(part)))
    cox = cox_model(
        unweighted, arm_column(part), strata=part.cluster, robust=False, level=asked.interval
    )
    row = cox.table.iloc[0]
    return {
        **{"sample": name, "target": sample.target, "analysis": "Cox, stratified by set"},
        **{"quantity": "hazard_ratio", "n": len(part), "events": int(part.event.sum())},
        **{"value": row["hr"], "lower": row["hr_lower"], "upper": row["hr_upper"]},
        **{"p": row["p"], "note": "; ".join(cox.notes)},
    }
