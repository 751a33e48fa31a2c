"""Weights that make the arms alike: inverse probability, and weights for other targets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from posthaz.adjust.score import PropensityScore, require_score
from posthaz.cohort import Cohort
from posthaz.errors import AdjustmentError, Finding, Findings

TARGETS = ("ATE", "ATT", "ATC", "ATO", "ATM")

# How much a patient with a given score counts in the population that a target means; the weight
# is this over the probability of the arm that the patient had (Li, Morgan and Zaslavsky 2018).
_TILTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "ATE": np.ones_like,
    "ATT": lambda probability: probability,
    "ATC": lambda probability: 1.0 - probability,
    "ATO": lambda probability: probability * (1.0 - probability),
    "ATM": lambda probability: np.minimum(probability, 1.0 - probability),
}


@dataclass(frozen=True, eq=False)
class Weighted:
    """Balancing weights of every patient; made by `balancing_weights`.

    Parameters
    ----------
    score : PropensityScore
        The score they were made from.
    weight : ndarray of float, shape (row,)
        Weight of each patient of ``score.cohort``; 0 where trimmed.
    target : {"ATE", "ATT", "ATC", "ATO", "ATM"}
        Whose average effect the weighted cohort answers.
    stabilised : bool
        Whether weights were multiplied by the share of the patient's own arm.
    trim : float or None
        Scores below it and above one minus it were left out.
    """

    score: PropensityScore
    weight: np.ndarray
    target: str
    stabilised: bool
    trim: float | None

    @property
    def cohort(self) -> Cohort:
        """The patients with a weight, weighted."""
        return replace(self.score.cohort, weight=self.weight).where(self.weight > 0)

    @property
    def trimmed(self) -> np.ndarray:
        """Whether each patient was left out, shape (row,), bool."""
        return self.weight == 0


def balancing_weights(
    score: PropensityScore,
    target: str = "ATE",
    *,
    stabilised: bool = False,
    trim: float | None = None,
) -> Weighted:
    """Weights under which the arms have the same covariates, if the score is right.

    Parameters
    ----------
    score : PropensityScore
        The score.
    target : {"ATE", "ATT", "ATC", "ATO", "ATM"}
        Whose average effect is asked: all patients (inverse probability weights), those of the
        treated arm, those of the reference arm, those who could have had either arm (overlap
        weights), or those a 1:1 match would find (matching weights).
    stabilised : bool, optional
        Multiply by the share of the patient's own arm, which makes inverse probability weights
        less variable; only for ``"ATE"``.
    trim : float, optional
        Leave out scores below it and above one minus it (Crump 2009: 0.1); the target is then
        the average over the patients left.

    Returns
    -------
    Weighted
        The weights, times the case weights of the cohort, which may be no counts of patients.

    Raises
    ------
    AdjustmentError
        For an option that is not known, or when trimming leaves an arm empty.

    Examples
    --------
    >>> import posthaz as ph
    >>> score = ph.propensity_score(ph.simulated_example(), ["gtv_cc", "dose_gy"])
    >>> weighted = balancing_weights(score, "ATO")
    >>> bool(weighted.weight.max() < 1)
    True
    """
    require_score(score, "balancing_weights")
    _check_options(score, target, stabilised, trim)
    probability, treated = score.probability, score.treated
    own = np.where(treated, probability, 1.0 - probability)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = _TILTS[target](probability) / own
    if stabilised:
        share = float(np.average(treated, weights=score.cohort.weight))
        weight = weight * np.where(treated, share, 1.0 - share)
    weight = np.where(np.isfinite(weight), weight, 0.0) * score.cohort.weight
    if trim is not None:
        weight = np.where((probability < trim) | (probability > 1.0 - trim), 0.0, weight)
    for arm, group in zip(score.cohort.arms[::-1], (treated, ~treated), strict=True):
        if not (weight[group] > 0).any():
            raise AdjustmentError(
                f"{score.cohort.source.name}: no patient of arm '{arm}' has a weight "
                f"{'after trimming ' if trim else ''}(scores {probability[group].min():.3g} to "
                f"{probability[group].max():.3g})",
                fix="trim less, or accept that the arms hold different patients",
            )
    return Weighted(score, weight, target, stabilised, trim)


def counted_rows(cohort: Cohort, place: str) -> Iterator[Finding]:
    """Rows that stand for several patients, of whom each would be weighted alike but apart."""
    if cohort.weights_count and np.any(cohort.weight != 1):
        yield Finding(
            place,
            "rows stand for several patients, and effective sizes and robust errors would be those "
            "of rows",
            "give one row a patient, or put the covariates of the score into the formula",
        )


def target_weight(score: PropensityScore, target: str) -> np.ndarray:
    """How much each patient counts in the population that a target means, shape (row,).

    For ``"ATT"`` and ``"ATC"`` these are the patients of the arm themselves.
    """
    if target in ("ATT", "ATC"):
        inside = score.treated if target == "ATT" else ~score.treated
        return inside * score.cohort.weight
    return _TILTS[target](score.probability) * score.cohort.weight


def effective_size(weight: np.ndarray) -> float:
    """Number of equally weighted patients that would know as much (Kish 1965).

    Examples
    --------
    >>> effective_size(np.array([1.0, 1.0, 1.0])), effective_size(np.array([4.0, 1.0]))
    (3.0, 1.4705882352941178)
    """
    total = float(np.sum(weight**2))
    return float(np.sum(weight)) ** 2 / total if total > 0 else 0.0


def effective_weights(cohort: Cohort) -> Cohort:
    """A cohort with balancing weights for a likelihood: each arm weighs its effective size.

    Weights that are all 1 stay so.
    """
    if np.all(cohort.weight == 1):
        return cohort
    weight, first = cohort.weight.copy(), cohort.first
    for arm in cohort.arms:
        own = cohort.arm == arm
        each = cohort.weight[own & first]
        if each.sum() > 0:
            weight[own] *= effective_size(each) / each.sum()
    return replace(cohort, weight=weight)


def _check_options(
    score: PropensityScore, target: str, stabilised: bool, trim: float | None
) -> None:
    findings = Findings()
    if target not in TARGETS:
        findings.add("target", f"'{target}' is not known", f"choose among {', '.join(TARGETS)}")
    elif stabilised and target != "ATE":
        findings.add("stabilised", f"has no meaning for {target}", 'leave it out, or use "ATE"')
    if trim is not None and not 0 < trim < 0.5:
        findings.add("trim", f"{trim:g} is not between 0 and 0.5", "give such as 0.05")
    findings.extend(counted_rows(score.cohort, "balancing_weights"))
    findings.raise_if_any(AdjustmentError, f"{score.cohort.source.name} can't be weighted:")
