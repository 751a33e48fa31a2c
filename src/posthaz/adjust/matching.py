"""Matched cohorts: nearest neighbours or optimal pairs with nearly the same propensity score."""

from bisect import bisect_left
from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from posthaz.adjust.matched import Matched, matched_sets
from posthaz.adjust.score import PropensityScore, require_score
from posthaz.cohort import Cohort
from posthaz.errors import AdjustmentError, Findings

METHODS = ("nearest", "optimal")
SCALES = ("pooled", "all", "logit")


def match_patients(
    score: PropensityScore,
    *,
    ratio: int = 1,
    caliper: float | None = 0.2,
    caliper_scale: str = "pooled",
    order: str = "largest",
    replace: bool = False,
    method: str = "nearest",
    exact: Sequence[str] = (),
    target: str = "ATT",
) -> Matched:
    """Match each patient of one arm with the nearest of the other, on the logit of the score.

    Parameters
    ----------
    score : PropensityScore
        The score.
    ratio : int
        Most matches for one patient.
    caliper : float or None
        Largest distance of a pair, in units of `caliper_scale`; None for no limit.
    caliper_scale : {"pooled", "all", "logit"}
        Unit of the caliper: the standard deviation of the logit pooled over the arms (Austin
        2011), or over all patients (as MatchIt), or the logit itself.
    order : {"largest", "smallest", "data"}
        Whose turn is first, under ``"nearest"`` without replacement.
    replace : bool
        Whether a patient may be matched with several.
    method : {"nearest", "optimal"}
        Greedy nearest neighbours, or as many pairs as possible with the smallest sum of
        distances.
    exact : sequence of str
        Covariates that must be equal within a pair.
    target : {"ATT", "ATC"}
        Whose patients are matched: those of the treated arm, or of the reference arm.

    Returns
    -------
    Matched
        The matched sets.

    Raises
    ------
    AdjustmentError
        For an option that is not known, case weights, or when nobody can be matched.

    Examples
    --------
    >>> import posthaz as ph
    >>> score = ph.propensity_score(ph.simulated_example(), ["gtv_cc", "dose_gy"])
    >>> matched = match_patients(score, exact=["centre"])
    >>> matched.sets, len(matched.cohort)
    (42, 84)
    """
    require_score(score, "match_patients")
    _check_options(score, ratio, caliper, caliper_scale, order, method, exact, target)
    width = caliper_width(score, caliper, caliper_scale)
    treated = score.treated
    focal, others = (treated, ~treated) if target == "ATT" else (~treated, treated)
    pairs: list[tuple[int, int]] = []
    strata = _strata(score.cohort, exact)
    for stratum in strata:
        groups = np.flatnonzero(focal & stratum), np.flatnonzero(others & stratum)
        if not len(groups[0]) or not len(groups[1]):
            continue
        if replace:
            pairs += repeated_pairs(score.logit, groups, width, ratio)
        elif method == "optimal":
            pairs += optimal_pairs(score.logit, groups, width, ratio)
        else:
            pairs += nearest_pairs(score.logit, groups, width, ratio, order)
    if not pairs:
        raise _nobody(score, width, exact, strata)
    return matched_sets(
        score, pairs, target=target, width=width, ratio=ratio, replace=replace, method=method,
        exact=tuple(exact),
    )  # fmt: skip


def _strata(cohort: Cohort, exact: Sequence[str]) -> list[np.ndarray]:
    if not exact:
        return [np.ones(len(cohort), dtype=bool)]
    values = cohort.covariates[list(exact)].astype(str)
    code = values.groupby(list(exact), sort=False).ngroup().to_numpy()
    return [code == one for one in range(code.max() + 1)]


def _nobody(
    score: PropensityScore, width: float, exact: Sequence[str], strata: list[np.ndarray]
) -> AdjustmentError:
    """Why no two patients match."""
    logit, treated = score.logit, score.treated
    ranges = [
        f"{logit[group].min():.2f} to {logit[group].max():.2f}" for group in (treated, ~treated)
    ]
    name, accept = score.cohort.source.name, "accept that these arms hold different patients"
    alike = f" who are equal in {', '.join(exact)}" if exact else ""
    if not any((treated & one).any() and (~treated & one).any() for one in strata):
        return AdjustmentError(
            f"{name}: nobody can be matched. No two patients of different arms are equal in "
            f"{', '.join(exact)}",
            fix=f"match exactly on fewer covariates, or {accept}",
        )
    fewer = ", match exactly on fewer covariates" if exact else ""
    return AdjustmentError(
        f"{name}: the caliper leaves nobody. No two patients of different arms{alike} are within "
        f"{width:.3g} on the logit of the score ({ranges[0]} in arm '{score.cohort.arms[1]}', "
        f"{ranges[1]} in arm '{score.cohort.arms[0]}')",
        fix=f"widen the caliper{fewer}, or {accept}",
    )


def _check_options(
    score: PropensityScore,
    ratio: int,
    caliper: float | None,
    caliper_scale: str,
    order: str,
    method: str,
    exact: Sequence[str],
    target: str,
) -> None:
    findings = Findings()
    options = (
        ("caliper_scale", caliper_scale, SCALES),
        ("order", order, ORDERS),
        ("method", method, METHODS),
        ("target", target, ("ATT", "ATC")),
    )
    for name, value, known in options:
        if value not in known:
            findings.add(name, f"'{value}' is not known", f"choose among {', '.join(known)}")
    if ratio < 1:
        findings.add("ratio", f"{ratio} matches", "give 1 or more")
    if caliper is not None and not caliper > 0:
        findings.add("caliper", f"{caliper:g} is not above 0", "give one above 0, or none")
    for name in exact:
        if name not in score.cohort.covariates:
            findings.add("exact", f"there is no covariate '{name}'", "correct the name")
        elif lacking := int(score.cohort.covariates[name].isna().sum()):
            findings.add(
                "exact",
                f"'{name}' is missing in {lacking:,} of {len(score.cohort):,} rows, who are equal "
                "to nobody in it",
                f"complete it, leave those rows out, or don't match exactly on '{name}'",
            )
    if np.any(score.cohort.weight != 1):
        findings.add("cohort", "patients have case weights", "match patients who count once each")
    findings.raise_if_any(AdjustmentError, f"{score.cohort.source.name} can't be matched:")


def caliper_width(score: PropensityScore, caliper: float | None, scale: str = "pooled") -> float:
    """Largest distance of a pair on the logit of the score.

    Parameters
    ----------
    score : PropensityScore
        The score.
    caliper : float or None
        Caliper in units of `scale`; None for no limit.
    scale : {"pooled", "all", "logit"}
        See `match_patients`.

    Returns
    -------
    float
        The width; infinite for no limit.
    """
    if caliper is None:
        return float("inf")
    logit, treated = score.logit, score.treated
    if scale == "logit":
        return float(caliper)
    if scale == "all":
        return float(caliper * logit.std(ddof=1))
    groups = [logit[group] for group in (treated, ~treated)]
    variances = [group.var(ddof=1) if len(group) > 1 else 0.0 for group in groups]
    return float(caliper * np.sqrt(np.mean(variances)))


ORDERS = ("largest", "smallest", "data")
Pairs = list[tuple[int, int]]


def nearest_pairs(
    score: np.ndarray,
    groups: tuple[np.ndarray, np.ndarray],
    width: float,
    ratio: int,
    order: str,
    gap: Callable[[float], float] = abs,
) -> Pairs:
    """Greedy pairs without replacement: each in turn takes the nearest one left.

    Everyone gets a first match before anyone gets a second. Of two equally near the lower score
    is taken, and of equal scores the one next in the data: MatchIt's rules.

    Parameters
    ----------
    score : ndarray of float, shape (row,)
        Score of every patient.
    groups : (ndarray of int, ndarray of int)
        Rows for whom matches are sought, and rows among whom they are sought.
    width : float
        Largest distance of a pair.
    ratio : int
        Most matches for one.
    order : {"largest", "smallest", "data"}
        Whose turn is first.
    gap : callable, optional
        Distance of two scores, from their difference.

    Returns
    -------
    list of (int, int)
        Rows of each pair.

    Examples
    --------
    >>> score = np.array([0.5, 0.4, 0.45, 0.9])
    >>> nearest_pairs(score, (np.array([0, 1]), np.array([2, 3])), 1.0, 1, "largest")
    [(0, 2), (1, 3)]
    """
    row_at = np.argsort(score, kind="stable")
    place = np.argsort(row_at)
    free = sorted(place[groups[1]].tolist())
    pairs: Pairs = []
    for _ in range(ratio):
        for i in _turns(score, groups[0], order):
            middle = bisect_left(free, place[i])
            beside = [k for k in (middle - 1, middle) if 0 <= k < len(free)]
            near = [(gap(float(score[row_at[free[k]]] - score[i])), k) for k in beside]
            near = [(distance, k) for distance, k in near if distance <= width]
            if near:
                j = free.pop(min(near)[1])
                pairs.append((int(i), int(row_at[j])))
    return pairs


def repeated_pairs(
    score: np.ndarray, groups: tuple[np.ndarray, np.ndarray], width: float, ratio: int
) -> Pairs:
    """The nearest ones for each, whoever else has them too (matching with replacement)."""
    mine, others = groups
    pairs: Pairs = []
    for i in mine:
        distance = np.abs(score[others] - score[i])
        for j in np.argsort(distance, kind="stable")[:ratio]:
            if distance[j] <= width:
                pairs.append((int(i), int(others[j])))
    return pairs


def optimal_pairs(
    score: np.ndarray, groups: tuple[np.ndarray, np.ndarray], width: float, ratio: int
) -> Pairs:
    """As many pairs as the caliper allows, and of those ways the smallest sum of distances.

    Pairs are spread over as many patients as can be before distances count.

    Parameters
    ----------
    score : ndarray of float, shape (row,)
        Score of every patient.
    groups : (ndarray of int, ndarray of int)
        Rows for whom matches are sought, and rows among whom they are sought.
    width : float
        Largest distance of a pair.
    ratio : int
        Most matches for one.

    Returns
    -------
    list of (int, int)
        Rows of each pair.

    Examples
    --------
    >>> score = np.array([0.5, 0.4, 0.45, 0.9])
    >>> optimal_pairs(score, (np.array([0, 1]), np.array([2, 3])), 1.0, 1)
    [(0, 3), (1, 2)]
    """
    mine, others = groups
    distance = np.abs(score[mine][:, None] - score[others][None, :])
    feasible = distance <= width
    if not feasible.any():
        return []
    pairs = min(len(mine) * ratio, len(others))
    # spreading them outweighs any sum of distances, and one pair more outweighs spreading
    spread = 1.0 + float(distance[feasible].max()) * pairs
    worth = spread * pairs * ratio
    rounds = [np.where(feasible, distance + spread * k - worth, 0.0) for k in range(ratio)]
    rows, columns = linear_sum_assignment(np.vstack(rounds))
    found = zip(rows % len(mine), columns, strict=True)
    return sorted((int(mine[i]), int(others[j])) for i, j in found if feasible[i, j])


def _turns(score: np.ndarray, mine: np.ndarray, order: str) -> np.ndarray:
    if order == "largest":
        return mine[np.argsort(-score[mine], kind="stable")]
    if order == "smallest":
        return mine[np.argsort(score[mine], kind="stable")]
    return mine
