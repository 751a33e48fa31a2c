"""The fewest patients without whom the conclusion is another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import logsumexp, ndtri

from posthaz.analyses.tipping_points.pool import treatment_effect
from posthaz.cohort import Cohort
from posthaz.errors import PosthazError
from posthaz.inference import Fit, fit_many
from posthaz.spec import Sampling

REMOVAL_COLUMNS = (
    "conclusion", "patients", "exact", "events", "treated", "hr", "lower", "upper", "share",
)  # fmt: skip
MOST_EXACT = 60
_NEAR = 0.35
_BATCH = 16
_AHEAD = 3

Refit = Callable[[Sequence[Sequence[int]]], "list[np.ndarray | None]"]
"""Draws of the treatment's log hazard ratio without each of some sets of patients."""


@dataclass(frozen=True)
class Conclusion:
    """What is concluded from a posterior of a log hazard ratio, as a number that changes sign.

    Parameters
    ----------
    kind : {"sign", "interval"}
        On which side of 1 the median lies, or whether the interval holds 1.
    side : float
        -1 where the effect is a benefit, 1 where it is harm.
    sure : float
        Probability below the upper limit of the interval.
    """

    kind: str
    side: float
    sure: float

    def margin(self, draws: np.ndarray) -> float:
        """Distance of the median, or the interval's nearer limit, from 0 on the effect's side."""
        if self.kind == "sign":
            return self.side * float(np.median(draws))
        return self.side * float(np.quantile(draws, self.sure if self.side < 0 else 1 - self.sure))

    def normal_margin(self, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
        """The same of normal posteriors."""
        reach = 0.0 if self.kind == "sign" else float(ndtri(self.sure))
        return self.side * mean - reach * sd


def smallest_sets(
    fit: Fit,
    cohort: Cohort,
    sampling: Sampling,
    level: float = 0.95,
    most: int = 10,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """The smallest sets of patients whose removal flips the sign, and the interval.

    Sets are ranked by importance weights and refitted. Of a cohort of up to 60, every set of one
    or two that the weights don't clear by 0.35 posterior standard deviations is refitted, so that
    a larger set is only named where no smaller one exists. Larger sets are grown one patient at a
    time, the most influential first: a set as small may then exist that wasn't found.

    Parameters
    ----------
    fit : Fit
        A fit with the pointwise log-likelihood.
    cohort : Cohort
        Its cohort.
    sampling : Sampling
        How to refit.
    level : float
        Probability of the interval.
    most : int
        Largest set that is tried.
    progress : callable, optional
        Takes conclusions done and in all.

    Returns
    -------
    DataFrame
        Columns `REMOVAL_COLUMNS`, one row a conclusion: ``patients`` removed (missing where no set
        up to `most` flips it), whether no smaller set exists (``exact``), their ``events``, how
        many of them were ``treated``, the hazard ratio without them and their ``share`` of the
        cohort. Nobody is named.
    """
    effect = treatment_effect(fit)
    sure = (1 + level) / 2
    side = -1.0 if np.median(effect.draws) < 0 else 1.0
    pointwise, members = patient_likelihoods(fit)
    refit = Refits(fit, cohort, sampling, members)
    rows = []
    kinds = ("sign", "interval")
    for number, kind in enumerate(kinds):
        conclusion = Conclusion(kind, side, sure)
        search = _Search(conclusion, effect.draws, pointwise, refit)
        found, exact = search.smallest(most)
        rows.append(_row(conclusion, found, exact, fit, cohort, members, search))
        if progress is not None:
            progress(number + 1, len(kinds))
    return pd.DataFrame(rows, columns=list(REMOVAL_COLUMNS))


def patient_likelihoods(fit: Fit) -> tuple[np.ndarray, np.ndarray]:
    """Log-likelihood of each patient by draw, shape (draw, patient), and the patients' numbers."""
    if "subjects" in fit.draws["constant_data"] or "log_likelihood" not in fit.draws.children:
        raise PosthazError(
            f"model '{fit.spec.name}': the cohort is so large that patients of one kind are kept "
            "together, and no single one carries the answer",
            fix="say removed = 0 and influence = false in [tipping_points]",
        )
    pointwise = fit.draws["log_likelihood"]["time"].transpose("chain", "draw", "subject")
    array = pointwise.to_numpy()
    return array.reshape(-1, array.shape[-1]), pointwise["subject"].to_numpy()


class Refits:
    """Refits without some patients; baselines keep the cuts of the whole cohort."""

    def __init__(self, fit: Fit, cohort: Cohort, sampling: Sampling, members: np.ndarray) -> None:
        if cohort.weights_count and np.any(cohort.weight != 1):
            raise PosthazError(
                f"model '{fit.spec.name}': rows stand for several patients, of whom no single one "
                "can be left out",
                fix="give one row a patient, or say removed = 0 and influence = false in "
                "[tipping_points]",
            )
        self.spec, self.members = fit.spec, members
        own = np.isin(cohort.subject, members)
        self.cohort = cohort if own.all() else cohort.where(own)
        method = "auto" if sampling.method in ("nuts", "pymc") else sampling.method
        self.sampling = replace(sampling, method=method)
        self.made: dict[frozenset[int], np.ndarray | None] = {}

    def __call__(self, sets: Sequence[Sequence[int]]) -> list[np.ndarray | None]:
        """Draws of the treatment's effect without each set, each fitted once."""
        wanted = [one for one in dict.fromkeys(map(frozenset, sets)) if one not in self.made]
        for one, fit in zip(wanted, self.fits([sorted(one) for one in wanted]), strict=True):
            self.made[one] = None if fit is None else treatment_effect(fit).draws
        return [self.made[frozenset(one)] for one in sets]

    def fits(self, sets: Sequence[Sequence[int]]) -> list[Fit | None]:
        """A fit without each set of patients; None where an arm or every event is gone."""
        parts = [
            self.cohort.where(~np.isin(self.cohort.subject, self.members[list(one)]))
            for one in sets
        ]
        arms = set(self.cohort.arms)
        whole = [k for k, one in enumerate(parts) if set(one.arm.tolist()) == arms]
        whole = [k for k in whole if (parts[k].event | parts[k].interval_censored).any()]
        made = fit_many([(self.spec, parts[k]) for k in whole], self.sampling)
        found: list[Fit | None] = [None] * len(sets)
        for k, one in zip(whole, made, strict=True):
            found[k] = one
        return found


class _Search:
    """The search for the smallest set that changes one conclusion."""

    def __init__(
        self, conclusion: Conclusion, draws: np.ndarray, pointwise: np.ndarray, refit: Refit
    ) -> None:
        self.conclusion, self.draws, self.pointwise, self.refit = (
            conclusion, draws, pointwise, refit,
        )  # fmt: skip
        self.now = conclusion.margin(draws) > 0
        self.sd = float(np.std(draws))

    def flipped(self, draws: np.ndarray | None) -> bool:
        """Whether a refit gives another conclusion."""
        return draws is not None and (self.conclusion.margin(draws) > 0) != self.now

    def smallest(self, most: int) -> tuple[tuple[int, ...] | None, bool]:
        """The smallest set, and whether there is none smaller."""
        patients = self.pointwise.shape[1]
        exact = 0
        if patients <= MOST_EXACT:
            for size in range(1, min(2, most) + 1):
                found = self._of_size(size)
                if found is not None:
                    return found, True
                exact = size
        found = self._grown(most)
        return found, found is not None and len(found) == exact + 1

    def _of_size(self, size: int) -> tuple[int, ...] | None:
        """A set of a size that flips the conclusion, by refits of all that come near it."""
        sets = np.array(list(combinations(range(self.pointwise.shape[1]), size)))
        margins = np.concatenate(
            [self._margins(part) for part in np.array_split(sets, 1 + len(sets) // 200)]
        )
        margins = margins if self.now else -margins
        near = np.flatnonzero(margins < _NEAR * self.sd)
        near = near[np.argsort(margins[near], kind="stable")]
        for start in range(0, len(near), _BATCH):
            chosen = [tuple(map(int, sets[k])) for k in near[start : start + _BATCH]]
            refits = self.refit(chosen)
            hits = [one for one, draws in zip(chosen, refits, strict=True) if self.flipped(draws)]
            if hits:
                return hits[0]
        return None

    def _margins(self, sets: np.ndarray) -> np.ndarray:
        """Margins without each of some sets, by importance weights and a normal shape."""
        removed = -self.pointwise[:, sets].sum(axis=2)
        weights = np.exp(removed - logsumexp(removed, axis=0))
        mean = self.draws @ weights
        sd = np.sqrt(np.maximum((self.draws**2) @ weights - mean**2, 1e-12))
        return self.conclusion.normal_margin(mean, sd)

    def _grown(self, most: int) -> tuple[int, ...] | None:
        """A set grown by the patient whose removal helps most, of the few that the weights name."""
        chosen: tuple[int, ...] = ()
        for _ in range(most):
            left = [k for k in range(self.pointwise.shape[1]) if k not in chosen]
            sets = np.array([(*chosen, k) for k in left])
            margins = self._margins(sets)
            order = np.argsort(margins if self.now else -margins, kind="stable")[:_AHEAD]
            tried = [tuple(map(int, sets[k])) for k in order]
            refits = self.refit(tried)
            known = [
                (one, draws) for one, draws in zip(tried, refits, strict=True) if draws is not None
            ]
            if not known:
                return None
            values = [self.conclusion.margin(draws) * (1 if self.now else -1) for _, draws in known]
            chosen, draws = known[int(np.argmin(values))]
            if self.flipped(draws):
                return chosen
        return None


def _row(
    conclusion: Conclusion,
    found: tuple[int, ...] | None,
    exact: bool,
    fit: Fit,
    cohort: Cohort,
    members: np.ndarray,
    search: _Search,
) -> tuple[object, ...]:
    if found is None:
        return (conclusion.kind, np.nan, False, *([np.nan] * 6))
    patients = cohort.where(np.isin(cohort.subject, members[list(found)]))
    firsts = patients.where(patients.first)
    (draws,) = search.refit([found])
    assert draws is not None
    numbers = np.exp(np.quantile(draws, [0.5, 1 - conclusion.sure, conclusion.sure]))
    return (
        *(conclusion.kind, len(found), exact, int(patients.event.sum())),
        *(int((firsts.arm == cohort.arms[1]).sum()), *map(float, numbers)),
        len(found) / len(members),
    )
