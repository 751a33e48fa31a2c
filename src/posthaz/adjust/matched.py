"""Matched sets as a value: who is matched with whom, and what each patient then weighs."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as replaced
from typing import Any

import numpy as np
import pandas as pd

from posthaz.adjust.score import PropensityScore
from posthaz.cohort import Cohort, Column

MATCHED_SET = "matched_set"
"""Covariate of a matched cohort that holds the number of the set."""


@dataclass(frozen=True, eq=False)
class Matched:
    """Who is matched with whom; made by `match_patients`.

    Parameters
    ----------
    score : PropensityScore
        The score matched on.
    pairs : DataFrame
        Columns ``treated, control`` (rows of ``score.cohort``) and ``distance`` (of the logits),
        one row a pair.
    weight : ndarray of float, shape (row,)
        Weight of each patient of ``score.cohort``: 1 in the arm whose patients were matched; in
        the other its share of the sets, adding up to the number of its patients used (as
        MatchIt); 0 where not matched.
    matched_set : ndarray of int, shape (row,)
        Number of the set, from 0; -1 where not matched, and everywhere after matching with
        replacement, where a patient can stand in many sets.
    target : {"ATT", "ATC"}
        Whose average effect the cohort answers: the treated arm's, or the reference arm's.
    width : float
        Caliper on the logit of the score; infinite when there is none.
    ratio : int
        Most matches for one patient.
    replace : bool
        Whether a patient could be matched more than once.
    method : {"nearest", "optimal"}
        How pairs were chosen.
    exact : tuple of str
        Covariates equal within a pair.
    """

    score: PropensityScore
    pairs: pd.DataFrame
    weight: np.ndarray
    matched_set: np.ndarray
    target: str
    width: float
    ratio: int
    replace: bool
    method: str
    exact: tuple[str, ...]

    @property
    def cohort(self) -> Cohort:
        """The matched patients, weighted; sets are its clusters and its covariate ``matched_set``.

        Matched with replacement, every patient is a cluster of its own and there are no sets.
        """
        whole = self.score.cohort
        used = self.weight > 0
        kept = replaced(whole, weight=self.weight).where(used)
        if self.replace:
            return replaced(kept, cluster=np.arange(len(kept)))
        number = self.matched_set[used]
        covariates = kept.covariates.assign(**{MATCHED_SET: _set_levels(number)})
        columns = {**kept.columns, MATCHED_SET: Column(MATCHED_SET, label="Matched set")}
        return replaced(kept, cluster=number, covariates=covariates, columns=columns)

    @property
    def sets(self) -> int:
        """Number of patients of the target's arm who were matched."""
        arm = "treated" if self.target == "ATT" else "control"
        return int(self.pairs[arm].nunique())


def matched_sets(
    score: PropensityScore, pairs: Sequence[tuple[int, int]], *, target: str = "ATT", **how: Any
) -> Matched:
    """Matched sets from pairs, with their weights.

    Parameters
    ----------
    score : PropensityScore
        The score matched on.
    pairs : sequence of (int, int)
        Rows of each pair, that of the target's arm first.
    target : {"ATT", "ATC"}
        Whose patients were matched.
    **how
        The other fields of `Matched`: ``width``, ``ratio``, ``replace``, ``method``, ``exact``.

    Returns
    -------
    Matched
        The sets, numbered in the order of the target's patients.
    """
    rows = np.array(sorted(pairs))
    weight, number = _weights(rows, len(score.logit), how["replace"])
    treated, control = rows.T if target == "ATT" else rows.T[::-1]
    distance = np.abs(score.logit[treated] - score.logit[control])
    frame = pd.DataFrame({"treated": treated, "control": control, "distance": distance})
    return Matched(score, frame, weight, number, target, **how)


def _set_levels(number: np.ndarray) -> pd.Series:
    texts = [f"{one + 1}" for one in number]
    levels = [f"{one + 1}" for one in np.unique(number)]
    return pd.Series(pd.Categorical(texts, categories=levels, ordered=True))


def _weights(pairs: np.ndarray, rows: int, replace: bool) -> tuple[np.ndarray, np.ndarray]:
    """Weights, and set numbers in the order of the target's patients; `pairs` sorted."""
    weight, number = np.zeros(rows), np.full(rows, -1)
    focal, place, uses = np.unique(pairs[:, 0], return_inverse=True, return_counts=True)
    np.add.at(weight, pairs[:, 1], 1.0 / uses[place])
    used = np.unique(pairs[:, 1])
    weight[used] *= len(used) / weight[used].sum()
    weight[focal] = 1.0
    if not replace:
        number[focal] = np.arange(len(focal))
        number[pairs[:, 1]] = place
    return weight, number
