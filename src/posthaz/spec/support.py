"""Whether the data tell of what a model lets vary: intervals, strata, a cured share, an excess."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, at_time, changing, number_text
from posthaz.design import Design, Group, formula_variables
from posthaz.effects import span_words
from posthaz.errors import Finding, SpecError
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.names import changing_positions

SHORT_FOLLOW_UP = 0.05
"""Maller and Zhou's measure above which follow-up is too short to tell a cured share."""
_FEWEST_CLUSTERS = 3
_SAME = 1e-9


def check_changing(
    spec: ModelSpec, design: Design, event_times: np.ndarray, rows: np.ndarray
) -> None:
    """Refuse independent intervals in which a group has no event.

    Parameters
    ----------
    spec : ModelSpec
        A resolved model.
    design : Design
        Its design.
    event_times : ndarray of float, shape (event,)
        Times of the events.
    rows : ndarray of int, shape (event,)
        Their rows in the design.

    Raises
    ------
    SpecError
        When the formula lacks the term, or an interval has no event of a group: its hazard ratio
        would be its prior's. A random walk borrows from the neighbours instead.
    """
    matrix = design.own_matrix[rows]
    for effect in spec.changing:
        positions = changing_positions(effect, design)
        if effect.smoothing != "independent":
            continue
        for j in positions:
            column = matrix[:, j]
            if not np.isin(column, (0.0, 1.0)).all():
                continue
            for start, end in pairwise((0.0, *effect.cuts, np.inf)):
                inside = column[(event_times > start) & (event_times <= end)]
                if not (inside == 1.0).any():
                    _refuse(effect.term, f"with {design.columns[j]}", start, end)
                if not (inside == 0.0).any() and len(positions) == 1:
                    _refuse(effect.term, f"without {design.columns[j]}", start, end)


def accelerated_fault(spec: ModelSpec, names: Sequence[str]) -> SpecError | None:
    """Why a model whose hazards hang on the past can't take covariates that change, or None."""
    if spec.cure is not None and spec.cure.kind == "promotion_time":
        names = [name for name in names if name in formula_variables(spec.formula)]
    listed = " and ".join(f"'{name}'" for name in names)
    if spec.cure is not None and names:
        return SpecError(
            f"model '{spec.name}': {listed} changed during follow-up, and a cured share can't be "
            "with covariates that change: how many of those left are cured depends on their whole "
            "course",
            fix="use the value at the start of follow-up, or from a landmark on; effects on the "
            "cured share of a promotion-time model may change",
        )
    if spec.crossing and names:
        return SpecError(
            f"model '{spec.name}': {listed} changed during follow-up, and a short-term and "
            "long-term hazard ratio can't be with covariates that change: how far it has gone "
            "depends on their whole course",
            fix="let the effect change within intervals (cuts), or use the value at the start of "
            "follow-up",
        )
    if spec.effect.acts_on == "hazard" or spec.baseline.memoryless or not names:
        return None
    return SpecError(
        f"model '{spec.name}': {listed} changed during follow-up, and the accelerated form can't "
        "take covariates that change: how far time has run depends on their whole course",
        fix='use form = "proportional_hazards", or the value at the start of follow-up',
    )


def check_parts(spec: ModelSpec, design: Design, cohort: Cohort) -> None:
    """Refuse effects that change, strata, cured shares and backgrounds that the data can't tell.

    Parameters
    ----------
    spec : ModelSpec
        A resolved model.
    design : Design
        Its design.
    cohort : Cohort
        The patients it is fitted to.

    Raises
    ------
    SpecError
        With the reason and the fix.
    """
    if fault := accelerated_fault(spec, changing(cohort, spec.variables)):
        raise fault
    seen = cohort.event | cohort.interval_censored
    check_changing(spec, design, cohort.exit[seen], np.flatnonzero(seen))
    if design.strata is not None:
        number = design.cluster(design.strata, design.frame)
        events = np.bincount(number[seen], minlength=len(design.strata.levels))
        empty = [x for x, n in zip(design.strata.levels, events, strict=True) if not n]
        if empty:
            raise SpecError(
                f"strata '{design.strata.name}': nobody in {', '.join(empty)} has an event, so "
                "that the hazard there would be its prior's",
                fix=(
                    "join it with another stratum, or leave it out ([cohort.where]), or put "
                    f"'{design.strata.name}' into the formula"
                ),
            )
    for group in design.groups:
        _check_slopes(group, design)
        _check_selected(group, design, cohort)
    if spec.cure is not None:
        if cohort.recurrent:
            raise SpecError(
                "cure: every event of a patient counts, and who has had one was not cured, so that "
                "a share of patients without any says nothing of the hazard of the next event",
                fix='leave it out, or ask about first events by recurrent = "first" in [cohort]',
            )
        _check_cure(cohort, seen)
    if spec.crossing is not None and cohort.recurrent:
        raise SpecError(
            f"the short-term and long-term hazard ratio of '{spec.crossing.term}': every event of "
            "a patient counts, so that nobody's survival says how far the ratio has gone",
            fix="let the effect change within intervals (cuts)",
        )
    if spec.background is not None:
        _check_background(spec.background.rate, cohort, seen)


def _check_selected(group: Group, design: Design, cohort: Cohort) -> None:
    """Refuse frailties of single patients of whom only those who lived came to be seen."""
    subjects = pd.DataFrame({"subject": cohort.subject, "entry": cohort.entry})
    first = subjects.groupby("subject")["entry"].transform("min").to_numpy()
    late = first > cohort.origin
    subjects["cluster"] = design.cluster(group, design.frame)
    patients = subjects.groupby("cluster")["subject"].nunique()
    if cohort.recurrent or not late.any() or patients.median() > 1:
        return
    raise SpecError(
        f"frailty of '{group.name}': most clusters are one patient, and "
        f"{subjects.loc[late, 'subject'].nunique():,} of {patients.sum():,} patients enter late: "
        "who entered had lived till then, and so is less frail than the frailties' distribution",
        fix=f"leave (1 | {group.name}) out, or follow patients from time 0",
    )


def cuts_beyond(spec: ModelSpec, cohort: Cohort) -> Finding | None:
    """Cuts of a baseline after which nobody is under observation.

    Parameters
    ----------
    spec : ModelSpec
        A resolved model.
    cohort : Cohort
        The patients it is fitted to.

    Returns
    -------
    Finding or None
        Which, where there are any; an analysis file is refused for it.
    """
    last = float(np.max(cohort.exit))
    beyond = [cut for cut in spec.baseline.breaks() if cut > last]
    if not beyond:
        return None
    return Finding(
        f"model '{spec.name}', cuts",
        f"{number_text(beyond[0])} is beyond the last follow-up time, "
        f"{at_time(last, cohort.unit)}, so that nobody tells of the hazard after it",
        f"give cuts below {number_text(last)}",
    )


def _check_slopes(group: Group, design: Design) -> None:
    """Refuse effects that differ between clusters where too few clusters tell of them."""
    if group.slopes is None:
        return
    number = design.cluster(group, design.frame)
    matrix = group.slopes.matrix(design.frame)
    for column, values in zip(group.slopes.columns, matrix.T, strict=True):
        frame = pd.Series(values).groupby(number)
        telling = int((frame.max() - frame.min() > _SAME * np.ptp(values)).sum())
        if telling >= _FEWEST_CLUSTERS:
            continue
        inside = (
            f"in {telling} of {len(group.levels)}" if telling else f"in none of {len(group.levels)}"
        )
        raise SpecError(
            f"the effect of '{column}' can't be allowed to differ between clusters of "
            f"'{group.name}': '{column}' varies {inside} of them, and a spread can't be told from "
            f"fewer than {_FEWEST_CLUSTERS}",
            fix=f"write (1 | {group.name}), or where clusters are few '{group.name}' as a factor",
        )


def _check_cure(cohort: Cohort, seen: np.ndarray) -> None:
    """Refuse a cured share where nobody outlives the last event."""
    last, longest = float(np.max(cohort.exit[seen])), float(np.max(cohort.exit))
    if longest <= last:
        raise SpecError(
            "a cured share can't be told: the longest follow-up ends with an event "
            f"({at_time(last, cohort.unit)}), so that survival still falls and nobody is "
            "known to outlive the disease",
            fix="leave the cure out, or follow patients up for longer",
        )


def follow_up_for_cure(cohort: Cohort) -> float:
    """Chance that longer follow-up would have shown more events (Maller and Zhou 1994).

    It is ``(1 - k/n)^n`` with `k` the events among `n` patients in the last stretch before the
    last event that is as long as the plateau after it; above `SHORT_FOLLOW_UP` follow-up is too
    short.

    Examples
    --------
    >>> import posthaz as ph
    >>> 0 <= follow_up_for_cure(ph.simulated_example()) <= 1
    True
    """
    seen = cohort.event | cohort.interval_censored
    last, longest = float(np.max(cohort.exit[seen])), float(np.max(cohort.exit))
    inside = seen & (cohort.exit > 2.0 * last - longest) & (cohort.exit <= last)
    patients = float(np.sum(cohort.weight[cohort.first]))
    return float((1.0 - np.sum(cohort.weight[inside]) / patients) ** patients)


def _check_background(name: str, cohort: Cohort, seen: np.ndarray) -> None:
    """Refuse expected rates that can't be a background."""
    if cohort.interval_censored.any() or cohort.resolution:
        raise SpecError(
            "background: expected deaths are a rate at the time of each event, and events are only "
            "known to lie between two times, as those of a resolution are",
            fix="give exact times without resolution, or model all deaths without a background",
        )
    rate = pd.to_numeric(cohort.covariates[name], errors="coerce").to_numpy(dtype=float)
    if not np.isfinite(rate).all() or (rate < 0).any() or not rate.any():
        what = "has values that are no rate" if not np.isfinite(rate).all() else "has rates below 0"
        what = what if (rate < 0).any() or not np.isfinite(rate).all() else "is 0 throughout"
        raise SpecError(
            f"background: the column '{name}' {what}",
            fix=(
                f"give each patient's expected deaths "
                f"per {cohort.unit.rstrip('s')} at the end of follow-up, from a life table"
            ),
        )
    expected = float(np.sum(cohort.weight * rate * (cohort.exit - cohort.entry)))
    found = float(np.sum(cohort.weight[seen]))
    if expected > 1.5 * found:
        raise SpecError(
            f"background: '{name}' expects {expected:,.0f} deaths where {found:,.0f} were seen, so "
            "that there is no excess to model",
            fix=(
                "give rates per patient and "
                f"{cohort.unit.rstrip('s')}; rates per 1,000 or per year have to be divided first"
            ),
        )


def _refuse(term: str, who: str, start: float, end: float) -> None:
    """Raise that a group has no event in an interval."""
    raise SpecError(
        f"the changing effect of '{term}': no patient {who} has an event "
        f"{span_words(start, end)}, so that its hazard ratio there would be its prior's",
        fix=(
            "move or leave out a cut, or use "
            'smoothing = "random_walk", which borrows from the neighbouring intervals'
        ),
    )
