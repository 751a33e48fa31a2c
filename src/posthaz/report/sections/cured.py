"""The cured share of each arm, and whether follow-up is long enough to tell it."""

import numpy as np

from posthaz.inference import Fit
from posthaz.priors import Prior
from posthaz.report.blocks import Block, Paragraph, Section, Table
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import contrasts, model_labels, profile_labels, reference_arm
from posthaz.report.sections.rows import estimand_row
from posthaz.report.sections.time_scale import given_event_free
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    interval_name,
    listed,
    percent,
    points,
    share_interval,
    with_interval,
)
from posthaz.spec import SHORT_FOLLOW_UP, follow_up_for_cure

_NUMBERS = ("median", "lower", "upper")


def cured_section(results: Results) -> Section | None:
    """Cured share by arm of every model that has one.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Section or None
        Anchor ``cured``; None where no model has a cured share.
    """
    curing = [fit for fit in results.posterior.fits.values() if fit.spec.cure is not None]
    if not curing:
        return None
    blocks: list[Block] = [Paragraph(cured_sentence(results, fit)) for fit in curing]
    blocks += [Paragraph(_identified(results)), *(_table(results, fit) for fit in curing)]
    return Section("Cured share", "cured", tuple(blocks))


def cured_sentence(results: Results, fit: Fit) -> str:
    """Cured share of each arm under a model, and their difference."""
    labels, level = profile_labels(results, fit), interval_name(results.analysis.estimands.interval)
    name, whom = fit.spec.name, given_event_free(results).removeprefix(" in those")
    shares = []
    for arm, label in labels.items():
        row = estimand_row(results, "cure fraction", arm, model=name)
        with_arm = f" with {label}" if len(labels) > 1 else ""
        shares.append(f"**{share_interval(*(row[key] for key in _NUMBERS))}**{with_arm}")
    text = (
        f"Under “{model_labels(results)[name]}” the share of patients{whom} who never have the "
        f"event is {listed(shares)} ({level} credible intervals)."
    )
    for arm, (label, against) in contrasts(results, fit).items():
        profile = f"{arm} - {reference_arm(results)}"
        gap = estimand_row(results, "cure fraction difference", profile, model=name)
        chance = estimand_row(results, "P(cure fraction difference > 0)", profile, model=name)
        if gap["lower"] == gap["upper"] == 0:
            text += f" The model takes it to be the same with {label} as with {against}."
        elif np.isfinite(gap["median"]):
            median, lower, upper = (gap[key] for key in _NUMBERS)
            larger = median >= 0
            ends = (median, lower, upper) if larger else (-median, -upper, -lower)
            text += (
                f" With {label} it is {with_interval(*ends, points)} points "
                f"{'larger' if larger else 'smaller'} than with {against}; the probability "
                f"that it is larger at all is {percent(chance['mean'])}."
            )
    return text


def cure_priors(fit: Fit) -> tuple[tuple[str, Prior], ...]:
    """Parameters of a cured share with their priors; none where the model has no such share."""
    if fit.design.cure is None:
        return ()
    names = ["cure_intercept", *(f"cure_effect[{column}]" for column in fit.design.cure.columns)]
    return tuple(zip(names, fit.priors.cure, strict=True))


def _identified(results: Results) -> str:
    """Whether follow-up is long enough to tell a cured share, in numbers."""
    cohort = results.cohort
    seen = cohort.event | cohort.interval_censored
    last, chance = float(np.max(cohort.exit[seen])), follow_up_for_cure(cohort)
    text = (
        f"The last event came at {at_time(round(last, 2), cohort.unit)} and the longest follow-up "
        f"is {at_time(round(results.horizon, 2), cohort.unit)}; Maller and Zhou’s measure of "
        f"insufficient follow-up is {chance:.2f}"
    )
    if chance > SHORT_FOLLOW_UP:
        return (
            f"{text}, above 0.05: **the plateau is too short to tell a cured share from a hazard "
            "that falls slowly**, so that the share leans on the baseline and on its prior."
        )
    return f"{text}, below 0.05: long enough, if the curve is flat where few are left."


@guarded_block
def _table(results: Results, fit: Fit) -> Table:
    table = results.posterior.estimands
    rows = table[(table["model"] == fit.spec.name) & (table["estimand"] == "cure fraction")]
    labels = profile_labels(results, fit)
    shown = rows.assign(
        profile=[labels.get(str(one), str(one)) for one in rows["profile"]],
        share=[share_interval(*row) for row in rows[list(_NUMBERS)].to_numpy()],
    )[["profile", "share"]].reset_index(drop=True)
    level = interval_name(results.analysis.estimands.interval)
    heads = {"profile": "Patients", "share": f"Cured ({level}{SPACE}credible interval)"}
    caption = f"Cured share{given_event_free(results)}, {model_labels(results)[fit.spec.name]}"
    return Table(shown, caption, heads, source="estimands.csv")
