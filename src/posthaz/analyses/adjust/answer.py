"""The treatment's effect before and after adjustment by the propensity score."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.adjust import (
    BEFORE,
    Matched,
    PropensityScore,
    Weighted,
    balance_table,
    overlap_table,
    sample_sizes,
    table_one,
    table_one_by_sample,
)
from posthaz.analyses.adjust.effects import (
    CRUDE,
    Asked,
    frequentist_effects,
    score_spread,
)
from posthaz.analyses.adjust.models import posterior_effects
from posthaz.analyses.adjust.plan import STANDARDISED
from posthaz.analyses.adjust.samples import AdjustedSamples, adjusted_samples
from posthaz.analyses.adjust.spec import AdjustSpec
from posthaz.arms.arm_model import shared_baseline
from posthaz.arms.departures import departures
from posthaz.baselines import at_risk_rows, kaplan_meier
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.inference import Fit
from posthaz.spec import Sampling


@dataclass(frozen=True, eq=False)
class AdjustedAnswers:
    """What adjustment by the propensity score gives.

    Parameters
    ----------
    score : PropensityScore or None
        The score; None where there can't be one.
    samples : mapping of str to Matched or Weighted
        Matched and weighted cohorts.
    effects : DataFrame
        Columns `EFFECT_COLUMNS`: the effect in all patients, in each sample, and standardised.
    balance : DataFrame
        Result of `balance_table`.
    sizes : DataFrame
        Result of `sample_sizes`.
    overlap : DataFrame
        Result of `overlap_table`.
    table_one : DataFrame
        Table 1 of all patients and of each sample, with a column ``sample``; see
        `table_one_by_sample`.
    curves : DataFrame
        Kaplan-Meier curves of all patients and of each sample, with a column ``sample``.
    at_risk : DataFrame
        Columns ``arm, time, at_risk, sample``.
    remarks : tuple of str
        What a reader must know.
    failures : tuple of str
        Failed convergence checks, in words.
    """

    score: PropensityScore | None
    samples: Mapping[str, Matched | Weighted]
    effects: pd.DataFrame
    balance: pd.DataFrame
    sizes: pd.DataFrame
    overlap: pd.DataFrame
    table_one: pd.DataFrame
    curves: pd.DataFrame
    at_risk: pd.DataFrame
    remarks: tuple[str, ...]
    failures: tuple[str, ...]


@checks_arguments
def adjusted_answers(
    primary: Fit,
    cohort: Cohort,
    spec: AdjustSpec,
    *,
    times: Sequence[float] = (),
    horizon: float | None = None,
    interval: float = 0.95,
    described: Sequence[str] = (),
    sampling: Sampling | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    made: AdjustedSamples | None = None,
    ticks: Sequence[float] = (),
) -> AdjustedAnswers:
    """Compare the arms before and after matching and weighting, and standardised.

    Parameters
    ----------
    primary : Fit
        Fit of the primary model: its baseline hazard and priors are used, with the treatment
        alone in each sample, and with the score's covariates for the standardised answers.
    cohort : Cohort
        Its cohort, one row a patient, two arms.
    spec : AdjustSpec
        How the arms are made comparable.
    times : sequence of float, optional
        Times at which survival is compared.
    horizon : float, optional
        Horizon of the restricted means; the shorter arm's follow-up when not given.
    interval : float, optional
        Probability of the intervals.
    described : sequence of str, optional
        Covariates of Table 1 and of the balance; those of the score when empty.
    sampling : Sampling, optional
        How to sample.
    progress : callable, optional
        Takes a label, steps done and steps in all.
    made : AdjustedSamples, optional
        What `adjusted_samples` gave for the cohort and `spec`; made here when not given.
    ticks : sequence of float, optional
        Times at which those at risk are counted.

    Returns
    -------
    AdjustedAnswers
        The answers. Nothing is raised for arms that can't be made comparable: ``remarks`` says
        so, and what can still be given is given.

    Examples
    --------
    >>> import posthaz as ph
    >>> from posthaz.analyses.adjust.spec import AdjustSpec
    >>> cohort = ph.simulated_example()
    >>> fit = ph.fit(ph.ModelSpec("m", ph.Weibull(), "arm"), cohort, draws=200, chains=2)
    >>> spec = AdjustSpec("log(gtv_cc) + dose_gy", ("overlap",))
    >>> answers = ph.adjusted_answers(fit, cohort, spec, times=[24.0])
    >>> sorted(answers.effects["sample"].unique())
    ['all patients', 'overlap']
    """
    made = made or adjusted_samples(cohort, spec)
    asked = Asked(tuple(times), horizon or _shortest(cohort), interval, spec.adjusted)
    sampling = sampling or Sampling()
    effects, failures, remarks = pd.DataFrame(), (), made.remarks
    if len(cohort.arms) == 2:
        told = posterior_effects(
            cohort,
            made.score,
            made.samples,
            asked,
            (shared_baseline(primary.spec, cohort), sampling),
            progress or (lambda *_: None),
        )
        parts = [frequentist_effects(cohort, made.samples, asked), told.table]
        if made.score is not None and spec.score == "bayesian":
            parts.append(score_spread(made.score, spec, asked, sampling.seed))
        effects = _in_order(pd.concat([part for part in parts if len(part)]), made)
        failures, remarks = told.failures, (*remarks, *told.remarks, *departures(primary.spec))
    names = tuple(described)
    return AdjustedAnswers(
        score=made.score,
        samples=made.samples,
        effects=effects,
        balance=_of_score(made, lambda score: balance_table(score, made.samples, names)),
        sizes=_of_score(made, lambda score: sample_sizes(score, made.samples)),
        overlap=_of_score(made, overlap_table),
        table_one=_tables_one(cohort, made, names),
        curves=_curves(cohort, made, interval),
        at_risk=_at_risk(cohort, made, ticks),
        remarks=remarks,
        failures=failures,
    )


def _in_order(effects: pd.DataFrame, made: AdjustedSamples) -> pd.DataFrame:
    """Rows of one sample together; standardised answers, which are of all patients, last."""
    place = {name: number for number, name in enumerate((CRUDE, *made.samples))}
    order = effects["sample"].map(place) + len(place) * (effects["analysis"] == STANDARDISED)
    return effects.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)


def _of_score(
    made: AdjustedSamples, table: Callable[[PropensityScore], pd.DataFrame]
) -> pd.DataFrame:
    return pd.DataFrame() if made.score is None else table(made.score)


def _tables_one(cohort: Cohort, made: AdjustedSamples, names: tuple[str, ...]) -> pd.DataFrame:
    """Table 1 of all patients, and of each sample."""
    if not names:
        return pd.DataFrame()
    if made.score is None:
        return table_one(cohort, names).assign(sample=BEFORE)
    return table_one_by_sample(made.score, made.samples, names)


def _curves(cohort: Cohort, made: AdjustedSamples, interval: float) -> pd.DataFrame:
    frames = [
        kaplan_meier(part, level=interval).assign(sample=name)
        for name, part in _parts(cohort, made).items()
    ]
    return pd.concat(frames, ignore_index=True)


def _at_risk(cohort: Cohort, made: AdjustedSamples, ticks: Sequence[float]) -> pd.DataFrame:
    """Those at risk in each sample; of weighted patients the sum of their weights."""
    parts = _parts(cohort, made).items()
    frames = [at_risk_rows(part, ticks).assign(sample=name) for name, part in parts]
    return pd.concat(frames, ignore_index=True)


def _parts(cohort: Cohort, made: AdjustedSamples) -> dict[str, Cohort]:
    return {BEFORE: cohort} | {name: sample.cohort for name, sample in made.samples.items()}


def _shortest(cohort: Cohort) -> float:
    return min(float(cohort.exit[cohort.arm == arm].max()) for arm in np.unique(cohort.arm))
