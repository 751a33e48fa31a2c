"""Bayesian models of candidates, alone and together, and survival by the levels of factors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from posthaz.arms.arm_model import (
    ArmTask,
    Quick,
    arm_model,
    complete_in,
    joined,
    without_empty_arms,
)
from posthaz.arms.survival_rows import LOGRANK, frequentist_rows, posterior_curves
from posthaz.baselines import Candidate, independent_columns
from posthaz.checks import LEAST_ESS_A_CHAIN, MOST_RHAT, convergence
from posthaz.cohort import Cohort, restricted
from posthaz.design import quoted
from posthaz.errors import PosthazError
from posthaz.errors.lost import Lost
from posthaz.inference import Fit, fit
from posthaz.spec import ModelSpec, Sampling, Shrinkage

COLUMNS = (
    *("candidate", "level", "quantity", "time", "source", "value", "lower", "upper"),
    *("p", "n", "events", "note"),
)


def level_survival(
    cohort: Cohort,
    members: Sequence[Candidate],
    fits: Mapping[str, Fit],
    times: Sequence[float],
    transform: str,
    interval: float,
) -> pd.DataFrame:
    """Medians and rates by the levels of each factor, and its log-rank test.

    Parameters
    ----------
    cohort : Cohort
        The cohort.
    members : sequence of Candidate
        Candidates that can be analysed; those that are numbers have no rows.
    fits : mapping of str to Fit
        Model of each candidate alone, by term.
    times : sequence of float
        Times of survival.
    transform : {"log-log", "log", "plain"}
        Scale of the Kaplan-Meier confidence limits.
    interval : float
        Probability of the intervals.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`; ``quantity`` is ``"median"``, ``"survival"`` or ``"test"``.
    """
    parts = []
    for one in members:
        part = by_levels(cohort, one.term)
        if not part.treatment:
            continue
        rows = frequentist_rows(part, times, transform, interval)
        if not np.all(part.weight == 1):
            rows = rows[rows["source"] != LOGRANK]
        if one.term in fits:
            rows = pd.concat([rows, posterior_curves(fits[one.term], times, interval)])
        parts.append(rows.rename(columns={"arm": "level"}).assign(candidate=one.term))
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return frame.reindex(columns=list(COLUMNS))


def by_levels(cohort: Cohort, term: str) -> Cohort:
    """Rows complete in a term; where it is a factor, its levels take the place of the arms."""
    part = restricted(cohort, complete_in(cohort, [term]))
    names = (str(name) for name in part.covariates)
    name = next((name for name in names if term in (name, quoted(name))), "")
    if not name or not hasattr(part.covariates[name], "cat"):
        return replace(part, treatment="")
    return without_empty_arms(replace(part, treatment=name))


_MORE = 4
MULTIVARIABLE, SHRUNKEN = "screened", "shrunken"
_WORDS = {
    MULTIVARIABLE: "Bayesian model of the candidates kept",
    SHRUNKEN: "model of all candidates at once",
}
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class CandidateSampler:
    """Fits models of candidates.

    Parameters
    ----------
    cohort : Cohort
        The cohort.
    model : ModelSpec
        Baseline hazard and priors.
    sampling : Sampling
        How to sample.
    progress : callable
        Takes a label, draws done and draws in all.
    notes : list of str
        Where it is said what could not be given.
    """

    cohort: Cohort
    model: ModelSpec
    sampling: Sampling
    progress: Progress
    notes: list[str]

    def alone(self, members: Sequence[Candidate]) -> dict[str, Fit]:
        """Fit each candidate by itself, on the rows complete in it; by term."""
        if not self.cohort.event.any():
            return {}
        tasks = [ArmTask(by_levels(self.cohort, one.term), one.term) for one in members]
        quick = Quick(self._base(self.cohort), self.sampling)
        found: dict[str, Fit] = {}
        for one, made in zip(members, quick.fit_all(tasks), strict=True):
            if isinstance(made, Fit):
                found[one.term] = made
            else:
                self.notes.append(Lost(f"Bayesian model of {one.term} alone", made))
        return found

    def add(
        self,
        fits: dict[str, Fit],
        name: str,
        members: Sequence[Candidate],
        shared: Shrinkage | None,
    ) -> None:
        """Fit a model and keep it, or say why there is none."""
        terms = [one.term for one in members]
        rows = complete_in(self.cohort, terms)
        part = restricted(self.cohort, rows)
        if not part.event.any():
            self.notes.append(Lost(_WORDS[name], "no event among the complete rows"))
            return
        if not rows.all():
            complete = f"{int(rows.sum()):,} of {len(rows):,} rows, which are complete"
            self.notes.append(f"The {_WORDS[name]} uses {complete} in its covariates.")
        # the weights of the Laplace approximation say little about priors with such tails
        forced = shared is not None and self.sampling.method != "pymc"
        sampling = replace(self.sampling, method="nuts") if forced else self.sampling
        try:
            spec = arm_model(self._base(part), part, joined(terms), name, shared)
            fits[name] = self._sampled(spec, part, sampling, shared is not None)
            self._say_unused(spec, arm_model(self._base(part), part, joined(terms), name))
        except PosthazError as error:
            self.notes.append(Lost(_WORDS[name], str(error)))

    def _say_unused(self, shrunken: ModelSpec, free: ModelSpec) -> None:
        """Say which priors of the primary model the shared prior takes the place of."""
        unused = [key for key in free.priors if key not in shrunken.priors]
        if unused:
            self.notes.append(
                f"The {_WORDS[shrunken.name]} doesn't use the primary model's "
                f"{'prior' if len(unused) == 1 else 'priors'} on `{'`, `'.join(unused)}`: the "
                "prior that shrinks all candidates together takes the place."
            )

    def _base(self, part: Cohort) -> ModelSpec:
        """Baseline hazard and priors, with as many intervals as the events bear."""
        fewer = self.model.baseline.sparser(part.exit[part.event])
        return replace(self.model, baseline=fewer, shrinkage=None)

    def _sampled(self, spec: ModelSpec, part: Cohort, sampling: Sampling, wide: bool) -> Fit:
        """A fit; under a prior with wide tails with more draws, where they are too few."""
        made = fit(spec, part, sampling, lambda *done: self.progress(spec.name, *done))
        found = convergence(made)
        few = min(found.ess_bulk, found.ess_tail) < LEAST_ESS_A_CHAIN * sampling.chains
        if not (wide and (few or found.rhat > MOST_RHAT)):
            return made
        more = replace(sampling, draws=_MORE * sampling.draws)
        self.notes.append(
            f"The {_WORDS[spec.name]} took {more.draws:,} draws a chain, since of "
            f"{sampling.draws:,} too few were effective, or the chains did not yet agree."
        )
        return fit(spec, part, more, lambda *done: self.progress(spec.name, *done))


def independent_members(members: Sequence[Candidate], notes: list[str]) -> list[Candidate]:
    """Members whose columns the earlier ones don't determine, on the rows complete in all."""
    if not members:
        return []
    frames = [one.columns for one in members if one.columns is not None]
    matrix = pd.concat(frames, axis=1).to_numpy(dtype=float)
    free = independent_columns(matrix[np.isfinite(matrix).all(axis=1)])
    found, start = [], 0
    for one, frame in zip(members, frames, strict=True):
        if free[start : start + frame.shape[1]].all():
            found.append(one)
        else:
            notes.append(
                f"`{one.term}` is left out of models with others: on the rows complete in all of "
                "them it is constant or determined by them."
            )
        start += frame.shape[1]
    return found
