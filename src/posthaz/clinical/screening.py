"""Screening and multivariable models, and all candidates at once beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from posthaz.baselines import Candidate, cox_or_firth, screen_candidates
from posthaz.checks import convergence
from posthaz.clinical.candidate_fits import (
    MULTIVARIABLE,
    SHRUNKEN,
    CandidateSampler,
    independent_members,
)
from posthaz.clinical.relevance import candidate_relevance
from posthaz.clinical.screening_rows import COLUMNS, candidate_rows, cox_rows_of, posterior_rows
from posthaz.cohort import Cohort
from posthaz.design import formula_terms
from posthaz.inference import Fit
from posthaz.spec import ModelSpec, Sampling
from posthaz.spec.clinical.screening import ScreeningSpec

_ANALYSES = {MULTIVARIABLE: "bayes_multivariable", SHRUNKEN: "bayes_shrunken"}
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Screening:
    """Candidates one by one, those kept together, and all of them at once.

    Parameters
    ----------
    candidates : DataFrame
        Columns ``candidate, p, kept, n, events, penalised, note``, one row a candidate.
    estimates : DataFrame
        Columns ``analysis, candidate, term, hr, lower, upper, p, p_below_1, sd, n, events,
        note``, hazard ratios per unit and `sd` that of a column of numbers;
        ``analysis`` is ``univariable``, ``multivariable``, ``bayes_multivariable`` or
        ``bayes_shrunken``.
    relevance : DataFrame
        Result of `candidate_relevance`; empty without a shrunken model.
    fits : dict of str to Fit
        ``screened`` and ``shrunken``, those that could be made.
    penalised : str
        Why the multivariable Cox model is penalised; empty when it isn't.
    failures : tuple of str
        Failed convergence checks, in words.
    notes : tuple of str
        What could not be given, and why.
    """

    candidates: pd.DataFrame
    estimates: pd.DataFrame
    relevance: pd.DataFrame
    fits: dict[str, Fit] = field(default_factory=dict)
    penalised: str = ""
    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def screen_covariates(
    cohort: Cohort,
    model: ModelSpec,
    asked: ScreeningSpec,
    sampling: Sampling | None = None,
    *,
    interval: float = 0.95,
    progress: Progress = lambda label, done, total: None,
) -> Screening:
    """Univariable models, a rule, the multivariable model, and what needs no rule.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    model : ModelSpec
        Baseline hazard and priors of the Bayesian models.
    asked : ScreeningSpec
        Candidates, rule and shrinkage.
    sampling : Sampling, optional
        How to sample.
    interval : float, optional
        Probability of the intervals.
    progress : callable, optional
        Takes a label, draws done and draws in all.

    Returns
    -------
    Screening
        The answer. A candidate that can't be analysed is left out, and said; each multivariable
        model uses the rows complete in its covariates.
    """
    notes: list[str] = []
    screened = screen_candidates(
        cohort, asked.candidates, p_below=asked.p_below, firth=asked.firth, level=interval
    )
    always = _usable(
        screen_candidates(cohort, asked.keep, firth=asked.firth, level=interval), notes
    )
    usable = _usable(screened, notes)
    kept = [candidate for candidate in usable if candidate.kept]
    estimates = [candidate_rows([*always, *usable])]
    together, penalised = independent_members([*always, *kept], notes), ""
    fits: dict[str, Fit] = {}
    sampler = CandidateSampler(cohort, model, sampling or Sampling(), progress, notes)
    if together:
        columns = pd.concat([one.columns for one in together if one.columns is not None], axis=1)
        cox, penalised = cox_or_firth(cohort, columns, firth=asked.firth, level=interval)
        estimates.append(cox_rows_of(cox, together, "multivariable"))
        sampler.add(fits, MULTIVARIABLE, together, None)
    else:
        notes.append("The rule keeps no candidate, so there is no multivariable model.")
    everything = independent_members([*always, *usable], notes)
    shrunken = [one for one in everything if one not in always]
    shared = asked.shared_prior(tuple(formula_terms(one.term)[0] for one in shrunken))
    if shared is not None:
        sampler.add(fits, SHRUNKEN, everything, shared)
    members = {MULTIVARIABLE: together, SHRUNKEN: everything}
    for name, one in fits.items():
        estimates.append(posterior_rows(one, members[name], _ANALYSES[name], interval))
    return Screening(
        candidates=_verdicts(screened),
        estimates=pd.concat(estimates, ignore_index=True).reindex(columns=COLUMNS),
        relevance=_relevance(fits.get(SHRUNKEN), shrunken),
        fits=fits,
        penalised=penalised,
        failures=tuple(
            f"{name}: {text}" for name, one in fits.items() for text in convergence(one).failures
        ),
        notes=tuple(dict.fromkeys(notes)),
    )


def _usable(found: Sequence[Candidate], notes: list[str]) -> list[Candidate]:
    for one in found:
        if one.columns is None:
            notes.append(f"{one.term} is left out: {one.note}.")
    return [one for one in found if one.columns is not None]


def _verdicts(screened: Sequence[Candidate]) -> pd.DataFrame:
    rows = [
        {
            "candidate": one.term,
            "p": one.p,
            "kept": one.kept,
            "n": one.fit.n if one.fit else 0,
            "events": one.fit.events if one.fit else 0,
            "penalised": one.penalised,
            "note": one.note,
        }
        for one in screened
    ]
    columns = ["candidate", "p", "kept", "n", "events", "penalised", "note"]
    return pd.DataFrame(rows, columns=columns)


def _relevance(shrunken: Fit | None, members: Sequence[Candidate]) -> pd.DataFrame:
    if shrunken is None:
        return pd.DataFrame()
    own = {
        one.term: [str(c) for c in one.columns.columns]
        for one in members
        if one.columns is not None
    }
    return candidate_relevance(shrunken, own)
