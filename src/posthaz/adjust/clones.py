"""Clone, censor, weight: a trial of "treat within a grace period" against "don't" emulated."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from warnings import catch_warnings, simplefilter

import numpy as np
import pandas as pd
from scipy.special import expit

from posthaz.adjust.episodes import treatment_starts
from posthaz.adjust.logistic import logistic_fit
from posthaz.adjust.patients import written_out
from posthaz.adjust.weighting import effective_size
from posthaz.cohort import Cohort, at_time, cut_follow_up
from posthaz.cohort.argument import checks_arguments
from posthaz.cohort.patients import patients_as_clusters, stacked, without
from posthaz.cohort.ties import at_times_of
from posthaz.design import learn_design, quoted
from posthaz.errors import AdjustmentError


def censored_at(cohort: Cohort, times: np.ndarray) -> Cohort:
    """Follow-up of each row ended at a time of its own; rows that begin by then are left out.

    Parameters
    ----------
    cohort : Cohort
        Exact or right-censored follow-up.
    times : ndarray of float, shape (row,)
        Times; infinite where follow-up stays as it is. An event at the time itself is kept.

    Returns
    -------
    Cohort
        The rows that are left.
    """
    ended = times < cohort.exit
    return replace(
        cohort,
        lower=np.where(ended, times, cohort.lower),
        upper=np.where(ended, np.inf, cohort.upper),
        cause=np.where(ended, 0, cohort.cause),
    ).where(times > cohort.entry)


ENDLESS = 15.0
"""A coefficient of standardised covariates this large is on its way to infinity."""


def hazard_of_beginning(
    entry: np.ndarray, end: np.ndarray, own: np.ndarray, matrix: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Cox's model of beginning treatment, with its baseline hazard and that without covariates.

    Parameters
    ----------
    entry, end : ndarray of float, shape (patient,)
        First and last time under observation.
    own : ndarray of float, shape (patient,)
        Time at which treatment began; infinite where it didn't.
    matrix : ndarray of float, shape (patient, column)
        Covariates.
    weight : ndarray of float, shape (patient,)
        Case weights.

    Returns
    -------
    times : ndarray of float, shape (time,)
        Distinct times at which treatment began.
    base, common : ndarray of float, shape (time,)
        Breslow's jumps of the baseline hazard, and those without covariates.
    predictor : ndarray of float, shape (patient,)
        Log hazard ratio of each patient.

    Raises
    ------
    AdjustmentError
        When the coefficients have no finite estimate.
    """
    event = np.isfinite(own)
    last = np.where(event, own, end)
    # who begins at the very start is at risk of it
    first = np.where(event & (own <= entry), np.nextafter(own, -np.inf), entry)
    first = np.where(entry <= 0, -1.0, first)
    predictor = matrix @ _coefficients(first, last, event, matrix, weight)
    times = np.unique(own[event])
    base, common = np.zeros(len(times)), np.zeros(len(times))
    for place, time in enumerate(times):
        at_risk = (first < time) & (last >= time)
        begins = float(weight[event & (own == time)].sum())
        base[place] = begins / float(weight[at_risk] @ np.exp(predictor[at_risk]))
        common[place] = begins / float(weight[at_risk].sum())
    return times, base, common, predictor


def _coefficients(
    first: np.ndarray, last: np.ndarray, event: np.ndarray, matrix: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """Log hazard ratios of beginning treatment, of Cox's model."""
    import greenwood as gw  # loads SciPy's statistics, which reading a file does without

    scale = matrix.std(axis=0)
    standardised = (matrix - matrix.mean(axis=0)) / scale
    try:
        with np.errstate(all="ignore"), catch_warnings():
            simplefilter("ignore")
            fitted = gw.CoxPH(ties="breslow").fit(
                gw.Surv(first + 1.0, last + 1.0, event), standardised, weights=weight
            )
        found = np.asarray(fitted.coef_, dtype=float)
    except np.linalg.LinAlgError:
        found = np.full(matrix.shape[1], np.inf)
    if not (np.isfinite(found).all() and np.abs(found).max() < ENDLESS):
        raise AdjustmentError(
            "The weights can't be estimated: a covariate tells (nearly) exactly who begins "
            "treatment, or copies another",
            fix="give fewer covariates of the weights",
        )
    return found / scale


_MOST_STEPS = 40
_COLUMNS = ["arm", "clones", "censored", "events", "mean", "sd", "lowest", "highest",
            "effective_size"]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Clones:
    """A trial emulated by cloning, censoring and weighting; made by `clone_censor_weight`.

    Parameters
    ----------
    cohort : Cohort
        Two clones of each patient, one an arm, each followed while it keeps to its arm. Rows are
        weighted; ``subject`` is the clone and ``cluster`` the patient, so that a robust variance
        counts patients.
    grace : float
        Time by which treatment has to have begun in the treated arm, in ``cohort.unit``.
    weights : DataFrame
        Columns ``arm, clones, censored, events, mean, sd, lowest, highest, effective_size``, one
        row an arm: clones, those among them censored for leaving their arm, events seen, and the
        censoring weights by time at risk, with the number of equally weighted clones that would
        know as much.
    covariates : tuple of str
        Covariates of the weights; with none, every weight is 1.
    """

    cohort: Cohort
    grace: float
    weights: pd.DataFrame
    covariates: tuple[str, ...]


@checks_arguments
def clone_censor_weight(
    cohort: Cohort, starts: str, grace: float, covariates: Sequence[str] = ()
) -> Clones:
    """Emulate a trial of treatment that begins within a grace period against no treatment.

    Every patient is put in both arms. A clone is censored when it leaves its arm: at the end of
    the grace period if treatment hasn't begun by then, or, in the arm without treatment, when
    treatment begins. Nobody is thus assigned by what came later (Hernán and Robins 2016, Maringe
    et al. 2020). That censoring is not by chance, so clones that stay stand for those that leave:
    stabilised inverse-probability weights, of a logistic regression at the end of the grace
    period and of a Cox model of beginning treatment.

    Parameters
    ----------
    cohort : Cohort
        A cohort with a treatment of two arms; its arm is the one that a patient came to be in.
    starts : str
        Covariate with the time at which treatment began, missing in the reference arm.
    grace : float
        Length of the grace period, in ``cohort.unit``.
    covariates : sequence of str, optional
        Covariates, as they were at the start, of the weights.

    Returns
    -------
    Clones
        The clones, with their weights.

    Raises
    ------
    AdjustmentError
        When nobody begins treatment within the grace period, a covariate is unknown or missing
        in a patient, or the cohort can't be cloned.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [9.0, 5.0, 8.0], "event": [1, 1, 0], "arm": ["T", "C", "T"],
    ...                       "start": [4.0, None, 1.0]})
    >>> cohort = read_cohort(table, time="time", event="event", treatment="arm")
    >>> clones = clone_censor_weight(cohort, "start", 2.0).cohort
    >>> [(a, float(b)) for a, b in zip(clones.arm, clones.exit)]
    [('C', 4.0), ('C', 5.0), ('C', 1.0), ('T', 2.0), ('T', 2.0), ('T', 2.0), ('T', 8.0)]
    """
    cohort = written_out(cohort)
    begin = begun(cohort, starts)
    grace = float(at_times_of(cohort, grace))
    _check(cohort, begin, grace, covariates)
    bare = patients_as_clusters(without(cohort, starts))
    matrix = _matrix(bare, covariates)
    never, factor_never = _untreated(bare, begin, matrix)
    treated, factor_treated = _treated(bare, begin, grace, matrix)
    parts = ((never, factor_never), (treated, factor_treated))
    arms = [in_arms(part, np.full(len(part), place)) for place, (part, _) in enumerate(parts)]
    joined = _weighted(stacked(arms), np.concatenate([factor for _, factor in parts]))
    leaves = (np.isfinite(begin), (begin > grace) & (bare.exit > grace))
    rows = [
        _described(bare, arm, part, factor, len(np.unique(bare.subject[left])))
        for arm, part, factor, left in zip(
            cohort.arms, arms, (factor_never, factor_treated), leaves, strict=True
        )
    ]
    return Clones(joined, grace, pd.DataFrame(rows, columns=_COLUMNS), tuple(covariates))


def begun(cohort: Cohort, starts: str) -> np.ndarray:
    """Time at which each row's patient began treatment; infinite where follow-up ended before."""
    begin = treatment_starts(cohort, starts)
    end = pd.Series(cohort.exit).groupby(cohort.subject).transform("max").to_numpy()
    return np.where(begin < end, begin, np.inf)


def _check(cohort: Cohort, begin: np.ndarray, grace: float, covariates: Sequence[str]) -> None:
    name = cohort.source.name
    why, fix = "", ""
    if len(cohort.arms) != 2:
        why, fix = f"there are {len(cohort.arms)} arms, not two", "compare two of them"
    elif cohort.recurrent or cohort.interval_censored.any():
        why = "events are recurrent, or only known to lie between two times"
        fix = "clone follow-up with one exact event a patient"
    elif not (np.isfinite(grace) and grace > 0):
        why, fix = (
            f"a grace period of {at_time(grace, cohort.unit)} is not above 0",
            "give a time above 0",
        )
    elif not ((begin <= grace) & (cohort.exit > grace)).any():
        why = f"nobody who began treatment within {at_time(grace, cohort.unit)} was followed longer"
        fix = "give a longer grace period"
    elif lost := [one for one in covariates if one not in cohort.covariates]:
        why, fix = f"there is no covariate '{lost[0]}'", "name covariates of the cohort"
    else:
        first = cohort.covariates.loc[cohort.first, list(covariates)]
        if lost := [str(one) for one in first if first[one].isna().any()]:
            why = f"'{lost[0]}' is missing in some patients, who then have no weight"
            fix = "leave the covariate out, or those patients (cohort.complete)"
    if why:
        raise AdjustmentError(f"{name}: the cohort can't be cloned: {why}", fix=fix)


def _matrix(cohort: Cohort, covariates: Sequence[str]) -> np.ndarray:
    """Covariates at the start of each patient as columns, shape (patient, column)."""
    order = np.argsort(cohort.subject[cohort.first])
    frame = cohort.covariates.loc[cohort.first].iloc[order].reset_index(drop=True)
    formula = " + ".join(quoted(name) for name in covariates) or "1"
    design = learn_design(frame, formula)
    return np.asarray(design.matrix(frame), dtype=float).reshape(len(frame), -1)


def _of_patients(cohort: Cohort, values: np.ndarray, how: str) -> np.ndarray:
    return pd.Series(values).groupby(cohort.subject).agg(how).to_numpy(dtype=float)


def _untreated(cohort: Cohort, begin: np.ndarray, matrix: np.ndarray) -> tuple[Cohort, np.ndarray]:
    """Clones until treatment begins, and the weight of each row for those who had begun before."""
    clones = censored_at(cohort, begin)
    if not matrix.shape[1]:
        return clones, np.ones(len(clones))
    entry, end, own = (
        _of_patients(cohort, values, how)
        for values, how in ((cohort.entry, "min"), (cohort.exit, "max"), (begin, "min"))
    )
    weight = _of_patients(cohort, cohort.weight, "first")
    times, base, common, predictor = hazard_of_beginning(entry, end, own, matrix, weight)
    steps = times if len(times) <= _MOST_STEPS else np.quantile(
        times, np.linspace(0, 1, _MOST_STEPS), method="closest_observation")  # fmt: skip
    clones = cut_follow_up(clones, steps)[0]
    place = np.searchsorted(times, clones.entry, side="right")
    late = np.searchsorted(times, entry, side="right")[clones.subject]
    jumps = np.append(0.0, np.cumsum(base))
    shared = np.append(0.0, np.cumsum(common))
    own_hazard = (jumps[place] - jumps[late]) * np.exp(predictor[clones.subject])
    return clones, np.exp(own_hazard - (shared[place] - shared[late]))


def _treated(
    cohort: Cohort, begin: np.ndarray, grace: float, matrix: np.ndarray
) -> tuple[Cohort, np.ndarray]:
    """Clones that begin by the end of the grace period, and the weight of each row."""
    started = _of_patients(cohort, begin, "min") <= grace
    clones = cut_follow_up(cohort, [grace])[0]
    clones = censored_at(clones, np.where(started[clones.subject], np.inf, grace))
    end, entry = _of_patients(cohort, cohort.exit, "max"), _of_patients(cohort, cohort.entry, "min")
    weight = _of_patients(cohort, cohort.weight, "first")
    there = (end > grace) & (entry <= grace)
    if not matrix.shape[1] or started[there].all():
        return clones, np.ones(len(clones))
    ones = np.column_stack([np.ones(len(matrix)), matrix])
    fitted = logistic_fit(ones[there], started[there], weight[there])
    if not fitted.converged or np.abs(fitted.coefficients).max() > ENDLESS:
        fitted = logistic_fit(ones[there], started[there], weight[there], firth=True)
    likely = expit(ones @ fitted.coefficients)
    share = float(np.average(started[there], weights=weight[there]))
    return clones, np.where(clones.entry >= grace, share / likely[clones.subject], 1.0)


def in_arms(part: Cohort, codes: np.ndarray) -> Cohort:
    """The cohort with the arm of each row as a number from 0, the reference."""
    arm = part.covariates[part.treatment].cat
    given = pd.Categorical.from_codes(
        codes.tolist(), categories=arm.categories, ordered=arm.ordered
    )
    return replace(part, covariates=part.covariates.assign(**{part.treatment: given}))


def _weighted(joined: Cohort, factor: np.ndarray) -> Cohort:
    """Rows of both arms under probability weights, where they differ."""
    kind = joined.weight_kind if np.all(factor == 1) else "probability"
    return replace(joined, weight=joined.weight * factor, weight_kind=kind)


def _described(
    cohort: Cohort, arm: str, part: Cohort, factor: np.ndarray, left: int
) -> dict[str, object]:
    time = part.exit - part.entry
    mean = float(np.average(factor, weights=time))
    each = pd.Series(factor * time).groupby(part.subject).sum() / pd.Series(time).groupby(
        part.subject).sum()  # fmt: skip
    return {
        "arm": arm,
        "clones": len(np.unique(cohort.subject)),
        "censored": left,
        "events": int(part.event.sum()),
        "mean": mean,
        "sd": float(np.sqrt(np.average((factor - mean) ** 2, weights=time))),
        "lowest": float(factor.min()),
        "highest": float(factor.max()),
        "effective_size": effective_size(each.to_numpy()),
    }
