"""Bayesian models of candidates: survival by level, and how much each matters among all."""

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
from posthaz.spec import ModelSpec, Sampling, Shrinkage, coefficient_name

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


SMALLEST = float(np.log(1.1))
_DRAWS = 200
_COLUMNS = ["candidate", "p_relevant", "p_sign", "relevance", "rank", "reached"]


def candidate_relevance(
    fit: Fit, candidates: Mapping[str, Sequence[str]], smallest: float = SMALLEST
) -> pd.DataFrame:
    """Probability that each candidate matters, and what the prediction loses without it.

    Parameters
    ----------
    fit : Fit
        Fit of a model with all candidates.
    candidates : mapping of str to sequence of str
        Columns of the design of each candidate.
    smallest : float, optional
        Smallest standard deviation, over patients, of a candidate's part of the log hazard that
        matters; for one column it is the log hazard ratio per standard deviation.

    Returns
    -------
    DataFrame
        Columns ``candidate, p_relevant, p_sign, relevance, rank, reached``. `p_relevant` is the
        posterior probability that the candidate matters. `p_sign` is that of the likelier sign,
        NaN for several columns. `relevance` is the share of the variance of the linear predictor
        that the other columns can't take over when it is projected on them. `rank` is the order
        in which projection on ever more candidates picks them, and `reached` the share of the
        variance explained by then (projection as by Goutis and Robert 1998; Piironen, Paasiniemi
        and Vehtari 2020, on the linear predictor).
    """
    columns = list(fit.design.columns)
    matrix = fit.design.matrix(fit.design.frame.loc[fit.design.weight > 0])
    matrix = matrix - matrix.mean(axis=0)
    posterior = fit.draws["posterior"][coefficient_name(fit.spec)].to_numpy()
    draws = posterior.reshape(-1, len(columns))
    places = {name: [columns.index(c) for c in own] for name, own in candidates.items()}
    kept = [j for j in range(len(columns)) if not any(j in own for own in places.values())]
    thinned = draws[np.linspace(0, len(draws) - 1, min(_DRAWS, len(draws))).astype(int)]
    predictor = matrix @ thinned.T
    path = _path(matrix, predictor, kept, places)
    rows = []
    for name, own in places.items():
        spread = np.std(matrix[:, own] @ draws[:, own].T, axis=0)
        others = [j for j in range(len(columns)) if j not in own]
        positive = float((draws[:, own[0]] > 0).mean())
        rank, reached = path[name]
        rows.append(
            {
                "candidate": name,
                "p_relevant": float((spread > smallest).mean()),
                "p_sign": max(positive, 1 - positive) if len(own) == 1 else float("nan"),
                "relevance": 1.0 - _explained(matrix[:, others], predictor),
                "rank": rank,
                "reached": reached,
            }
        )
    return pd.DataFrame(rows, columns=_COLUMNS)


def _explained(matrix: np.ndarray, predictor: np.ndarray) -> float:
    """Mean over draws of the share of the predictor's variance that columns reproduce."""
    if not matrix.shape[1]:
        return 0.0
    weights = np.linalg.lstsq(matrix, predictor, rcond=None)[0]
    left = np.sum((predictor - matrix @ weights) ** 2, axis=0)
    return float(np.mean(1.0 - left / np.sum(predictor**2, axis=0)))


def _path(
    matrix: np.ndarray,
    predictor: np.ndarray,
    kept: list[int],
    places: Mapping[str, list[int]],
) -> dict[str, tuple[int, float]]:
    """Rank of each candidate in a forward search, and the share explained by then."""
    found: dict[str, tuple[int, float]] = {}
    inside, left = list(kept), dict(places)
    while left:
        shares = {
            name: _explained(matrix[:, [*inside, *own]], predictor) for name, own in left.items()
        }
        best = max(shares, key=lambda name: shares[name])
        inside += left.pop(best)
        found[best] = (len(found) + 1, shares[best])
    return found
