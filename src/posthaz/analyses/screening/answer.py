"""Screening and multivariable models, and all candidates at once beside them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from posthaz.adjust import effective_weights
from posthaz.analyses.adjust.matched_sample import NO_SAMPLE, check_sample, sample_note
from posthaz.analyses.screening.candidate_fits import COLUMNS as LEVEL_COLUMNS
from posthaz.analyses.screening.candidate_fits import (
    MULTIVARIABLE,
    SHRUNKEN,
    CandidateSampler,
    candidate_relevance,
    independent_members,
    level_survival,
)
from posthaz.analyses.screening.spec import ScreeningSpec
from posthaz.arms.departures import departures
from posthaz.baselines import Candidate, CoxFit, cox_or_firth, screen_candidates
from posthaz.checks import convergence
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.design import formula_terms
from posthaz.errors.lost import Lost
from posthaz.estimands import coefficient_table
from posthaz.inference import Fit
from posthaz.spec import ModelSpec, Sampling
from posthaz.spec.sample import ALL, MATCHED

VERDICTS = (
    *("candidate", "p", "logrank", "logrank_p", "kept", "n", "events", "penalised", "note"),
)
_AS_INDEPENDENT = (
    "Likelihood-ratio and log-rank P values take the members of a set as independent too."
)
_ANALYSES = {MULTIVARIABLE: "bayes_multivariable", SHRUNKEN: "bayes_shrunken"}
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Screening:
    """Candidates one by one, those kept together, and all of them at once.

    Parameters
    ----------
    candidates : DataFrame
        Columns `VERDICTS`, one row a candidate: P of the likelihood-ratio test and, of a factor,
        the log-rank test.
    survival : DataFrame
        Result of `level_survival`: medians, rates and log-rank tests of the factors.
    estimates : DataFrame
        Columns ``analysis, candidate, term, hr, lower, upper, p, p_below_1, sd, n, events,
        note``, hazard ratios per unit and `sd` that of a column of numbers;
        ``analysis`` is ``univariable``, ``multivariable``, ``bayes_univariable``,
        ``bayes_multivariable`` or ``bayes_shrunken``.
    relevance : DataFrame
        Result of `candidate_relevance`; empty without a shrunken model.
    fits : dict of str to Fit
        ``screened`` and ``shrunken``, those that could be made.
    sample : {"all", "matched"}
        Patients who were analysed.
    sample_note : str
        What a reader must know of a matched sample.
    penalised : str
        Why the multivariable Cox model is penalised; empty when it isn't.
    failures : tuple of str
        Failed convergence checks, in words.
    notes : tuple of str
        What could not be given, and why.
    """

    candidates: pd.DataFrame
    survival: pd.DataFrame
    estimates: pd.DataFrame
    relevance: pd.DataFrame
    fits: dict[str, Fit] = field(default_factory=dict)
    sample: str = ALL
    sample_note: str = ""
    penalised: str = ""
    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@checks_arguments
def screen_covariates(
    cohort: Cohort,
    model: ModelSpec,
    asked: ScreeningSpec,
    sampling: Sampling | None = None,
    *,
    times: Sequence[float] = (),
    transform: str = "log-log",
    interval: float = 0.95,
    progress: Progress = lambda label, done, total: None,
) -> Screening:
    """Univariable models, a rule, the multivariable model, and what needs no rule.

    Parameters
    ----------
    cohort : Cohort
        A cohort; that of `match_patients` where the matched sample is asked for.
    model : ModelSpec
        Baseline hazard and priors of the Bayesian models.
    asked : ScreeningSpec
        Candidates, rule and shrinkage.
    sampling : Sampling, optional
        How to sample.
    times : sequence of float, optional
        Times of survival by level.
    transform : {"log-log", "log", "plain"}
        Scale of the Kaplan-Meier confidence limits.
    interval : float, optional
        Probability of the intervals.
    progress : callable, optional
        Takes a label, draws done and draws in all.

    Returns
    -------
    Screening
        The answer. A candidate that can't be analysed is left out, and said; each multivariable
        model uses the rows complete in its covariates.

    Raises
    ------
    CohortError
        When the matched sample is asked for and the cohort has no matched sets.
    """
    check_sample(asked.sample, cohort, "screening")
    notes = departures(model, keeps_form=True)
    screened = screen_candidates(
        cohort, asked.candidates, p_below=asked.p_below, firth=asked.firth, level=interval
    )
    always = _usable(
        screen_candidates(cohort, asked.keep, firth=asked.firth, level=interval), notes
    )
    usable = _usable(screened, notes)
    kept = [candidate for candidate in usable if candidate.kept]
    weighed = effective_weights(cohort) if asked.sample == MATCHED else cohort
    sampler = CandidateSampler(weighed, model, sampling or Sampling(), progress, notes)
    everyone = [*always, *usable]
    alone = sampler.alone(everyone)
    by_level = level_survival(cohort, everyone, alone, times, transform, interval)
    together = independent_members([*always, *kept], notes)
    cox, penalised = _together(cohort, together, asked, interval)
    everything = independent_members(everyone, notes)
    shrunken = [one for one in everything if one not in always]
    members = {MULTIVARIABLE: together, SHRUNKEN: everything}
    fits = _sampled(sampler, members, shrunken, asked)
    estimates = [candidate_rows(everyone), *_alone(alone, everyone, interval), cox]
    estimates += [
        posterior_rows(one, members[name], _ANALYSES[name], interval) for name, one in fits.items()
    ]
    return Screening(
        candidates=_verdicts(screened, by_level),
        survival=by_level[by_level["quantity"] != "test"],
        estimates=pd.concat(estimates, ignore_index=True).reindex(columns=COLUMNS),
        relevance=_relevance(fits.get(SHRUNKEN), shrunken),
        fits=fits,
        sample=asked.sample,
        sample_note=_note(asked.sample, cohort),
        penalised=penalised,
        failures=_failures(fits),
        notes=tuple(dict.fromkeys(notes)),
    )


def _sampled(
    sampler: CandidateSampler,
    members: Mapping[str, Sequence[Candidate]],
    shrunken: Sequence[Candidate],
    asked: ScreeningSpec,
) -> dict[str, Fit]:
    """Bayesian models of the candidates kept and of all of them."""
    fits: dict[str, Fit] = {}
    if members[MULTIVARIABLE]:
        sampler.add(fits, MULTIVARIABLE, members[MULTIVARIABLE], None)
    else:
        sampler.notes.append("The rule keeps no candidate, so there is no multivariable model.")
    shared = asked.shared_prior(tuple(formula_terms(one.term)[0] for one in shrunken))
    if shared is not None:
        sampler.add(fits, SHRUNKEN, members[SHRUNKEN], shared)
    return fits


def _alone(
    fits: Mapping[str, Fit], members: Sequence[Candidate], interval: float
) -> list[pd.DataFrame]:
    """Posterior estimates of candidates by themselves."""
    return [
        posterior_rows(fits[one.term], [one], "bayes_univariable", interval)
        for one in members
        if one.term in fits
    ]


def _together(
    cohort: Cohort, members: Sequence[Candidate], asked: ScreeningSpec, interval: float
) -> tuple[pd.DataFrame, str]:
    """Cox estimates of candidates in one model, and why it is penalised."""
    if not members:
        return pd.DataFrame(columns=COLUMNS), ""
    columns = pd.concat([one.columns for one in members if one.columns is not None], axis=1)
    cox, penalised = cox_or_firth(cohort, columns, firth=asked.firth, level=interval)
    return cox_rows_of(cox, members, "multivariable"), penalised


def _failures(fits: Mapping[str, Fit]) -> tuple[str, ...]:
    checked = {name: convergence(one).failures for name, one in fits.items()}
    return tuple(f"{name}: {text}" for name, failed in checked.items() for text in failed)


def _usable(found: Sequence[Candidate], notes: list[str]) -> list[Candidate]:
    for one in found:
        if one.columns is None:
            notes.append(Lost(f"estimate of `{one.term}`", one.note))
    return [one for one in found if one.columns is not None]


def no_screening(cohort: Cohort, asked: ScreeningSpec) -> Screening:
    """A screening of a matched sample that could not be made: empty tables that say so."""
    curves = pd.DataFrame(columns=list(LEVEL_COLUMNS))
    return Screening(
        *(_verdicts((), curves), curves, pd.DataFrame(columns=COLUMNS), pd.DataFrame()),
        sample=asked.sample,
        notes=(Lost("screening of the matched sample", NO_SAMPLE),),
    )


def _note(sample: str, cohort: Cohort) -> str:
    note = sample_note(sample, cohort)
    return f"{note} {_AS_INDEPENDENT}" if note else ""


def _verdicts(screened: Sequence[Candidate], by_level: pd.DataFrame) -> pd.DataFrame:
    tests = by_level[by_level["quantity"] == "test"]
    logranks = dict(zip(tests["candidate"], tests[["value", "p"]].to_numpy(float), strict=True))
    none = (float("nan"), float("nan"))
    rows = [
        {
            "candidate": one.term,
            "p": one.p,
            **dict(zip(("logrank", "logrank_p"), logranks.get(one.term, none), strict=True)),
            "kept": one.kept,
            "n": one.fit.n if one.fit else 0,
            "events": one.fit.events if one.fit else 0,
            "penalised": one.penalised,
            "note": one.note,
        }
        for one in screened
    ]
    return pd.DataFrame(rows, columns=list(VERDICTS))


def _relevance(shrunken: Fit | None, members: Sequence[Candidate]) -> pd.DataFrame:
    if shrunken is None:
        return pd.DataFrame()
    own = {
        one.term: [str(c) for c in one.columns.columns]
        for one in members
        if one.columns is not None
    }
    return candidate_relevance(shrunken, own)


COLUMNS = [
    *("analysis", "candidate", "term", "hr", "lower", "upper", "p", "p_below_1"),
    *("sd", "n", "events", "note"),
]


def candidate_rows(candidates: Sequence[Candidate]) -> pd.DataFrame:
    """Univariable estimates of all candidates."""
    parts = [
        cox_rows_of(candidate.fit, [candidate], "univariable")
        for candidate in candidates
        if candidate.fit is not None
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)


def cox_rows_of(cox: CoxFit, members: Sequence[Candidate], analysis: str) -> pd.DataFrame:
    """Estimates of a Cox model, each with the candidate it belongs to."""
    table = cox.table
    bounded = table["hr_lower"].notna()
    return pd.DataFrame(
        {
            "analysis": analysis,
            "candidate": [_owner(term, members) for term in table["term"]],
            "term": table["term"],
            # a coefficient on its way to infinity has no estimate
            "hr": table["hr"].where(bounded),
            "lower": table["hr_lower"],
            "upper": table["hr_upper"],
            "p": table["p"],
            "p_below_1": np.nan,
            "sd": [_spread(term, members) for term in table["term"]],
            "n": cox.n,
            "events": cox.events,
            "note": table["note"],
        }
    )


def posterior_rows(
    fit: Fit, members: Sequence[Candidate], analysis: str, interval: float
) -> pd.DataFrame:
    """Estimates of a Bayesian model, each with the candidate it belongs to."""
    table = coefficient_table(fit, interval=interval)
    table = table[table["term"].isin(fit.design.columns)]
    return pd.DataFrame(
        {
            "analysis": analysis,
            "candidate": [_owner(term, members) for term in table["term"]],
            "term": table["term"],
            "hr": table["hr_median"],
            "lower": table["hr_lower"],
            "upper": table["hr_upper"],
            "p": np.nan,
            "p_below_1": table["p_hr_below_1"],
            "sd": [_spread(term, members) for term in table["term"]],
            "n": fit.provenance.patients,
            "events": fit.provenance.events,
            "note": "",
        }
    )


def _owner(term: str, members: Sequence[Candidate]) -> str:
    for one in members:
        if one.columns is not None and term in one.columns.columns:
            return one.term
    return ""


def _spread(term: str, members: Sequence[Candidate]) -> float:
    """Standard deviation of a column of numbers; NaN for an indicator."""
    for one in members:
        if one.columns is not None and term in one.columns.columns:
            values = one.columns[term].dropna()
            return float("nan") if values.isin((0.0, 1.0)).all() else float(values.std(ddof=0))
    return float("nan")
