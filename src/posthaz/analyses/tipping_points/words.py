"""Tipping points in words: what each choice would take to change the conclusion."""

from typing import Any

import numpy as np
import pandas as pd

from posthaz.analyses.tipping_points.answer import TippingPoints
from posthaz.report.sections.sensitivity_words import explained_away
from posthaz.report.sections.wording import (
    SPACE,
    counted,
    interval_name,
    moment,
    percent,
    ratio,
)


def prior_sentence(found: TippingPoints) -> str:
    """What prior it would take to be sure, or to be unsure."""
    own = found.named.iloc[0]
    share = float(own["probability"])
    start = f"Under the prior of the primary model P(HR < 1) is **{percent(share)}**"
    rows = found.critical[(found.critical["threshold"] == 1.0) & found.critical["prior_hr"].notna()]
    level = _level(found, share)
    rows = rows[rows["level"] == level]
    if rows.empty:
        return f"{start}, and no prior on the map moves it across {percent(level)}."
    near = rows.iloc[int(np.argmin(np.abs(np.log(rows["prior_sd"] / _spread(own)))))]
    verb = "reach" if share < level else "fall to"
    return (
        f"{start}. For it to {verb} {percent(level)}, a prior with a standard deviation of "
        f"{near['prior_sd']:.2f} on the log hazard ratio would have to be centred at a hazard "
        f"ratio of **{ratio(near['prior_hr'])}** (closed form {ratio(near['closed_form'])})."
    )


def _level(found: TippingPoints, share: float) -> float:
    """The least level on the other side of what would be concluded."""
    levels = sorted(set(found.critical["level"]))
    return min(levels, key=lambda one: abs(one - share)) if levels else 0.95


def _spread(own: pd.Series) -> float:
    return float(own["prior_sd"]) if np.isfinite(own["prior_sd"]) else 0.5


def sceptic_sentence(found: TippingPoints, level: float) -> str:
    """The sceptic whom the data just don't convince, or the advocate that they need."""
    rows = found.scepticism.set_index("method")
    own: Any = rows.loc["posterior"]
    closed: Any = rows.loc["closed form"]
    row, by = (own, "the cohort’s own posterior") if np.isfinite(own["limit_hr"]) else (
        closed, "the closed form")  # fmt: skip
    if not np.isfinite(row["limit_hr"]):
        return "No normal prior makes the posterior interval end at 1."
    name = interval_name(level)
    other = f"; {ratio(closed['limit_hr'])} by the closed form" if row is own else ""
    if row["kind"] == "sceptic":
        least, most = sorted((1.0 / row["limit_hr"], row["limit_hr"]))
        return (
            f"A sceptic whose {name} prior interval runs from {ratio(least)} to "
            f"**{ratio(most)}**, centred at no effect, is just not convinced: under that prior the "
            f"posterior interval ends at 1 ({by}: limit {ratio(row['limit_hr'])}{other})."
        )
    least, most = sorted((1.0, row["limit_hr"]))
    return (
        f"The {name} interval holds 1 whatever a vague prior; it would take an advocate whose "
        f"prior interval runs from {ratio(least)} to {ratio(most)} for the posterior interval "
        f"to exclude 1 (limit **{ratio(row['limit_hr'])}** by {by}{other})."
    )


def removal_sentences(found: TippingPoints) -> list[str]:
    """How many patients carry the sign of the effect, and its interval."""
    if found.removal.empty:
        return []
    return [_removal(row) for row in found.removal.to_dict("records")]


def _removal(row: dict) -> str:
    sign = row["conclusion"] == "sign"
    if not np.isfinite(row["patients"]):
        about = "flips the sign of the effect" if sign else "changes what the interval says about 1"
        return f"No set of patients that was tried {about}."
    holds = "hold" if row["lower"] <= 1.0 <= row["upper"] else "exclude"
    what = "The sign of the effect flips" if sign else f"The interval comes to {holds} 1"
    number = counted(row["patients"], "patient")
    how = "and with no fewer" if row["exact"] else "found one at a time; fewer may do"
    whose = f"{counted(row['events'], 'event')}, {row['treated']:g} treated"
    return (
        f"{what} without **{number}** ({percent(row['share'])} of the cohort; {whose}; {how}): HR "
        f"{ratio(row['hr'])} ({ratio(row['lower'])} to {ratio(row['upper'])})."
    )


def patients_sentence(found: TippingPoints) -> str:
    """How much one patient moves the effect, and how many carry the conclusion."""
    said = []
    if len(found.influence):
        row = found.influence.iloc[0]
        status = "an event" if row["event"] else "censored"
        own = float(np.median(found.effect.draws))
        said.append(
            f"No patient moves the log hazard ratio by more than **{abs(row['sd_moved']):.2f}** "
            f"posterior standard deviations (HR {ratio(float(np.exp(own)))} with all, "
            f"{ratio(row['hr_without'])} without the one who moves it most, {status} at "
            f"{moment(row['time'])})."
        )
    return " ".join([*said, *removal_sentences(found)])


def evidence_sentence(found: TippingPoints) -> str:
    """How much the data speak for an effect, whatever the width of the prior."""
    rows = found.evidence
    most = rows.iloc[int(np.argmax(rows["savage_dickey"]))]
    least = rows.iloc[int(np.argmin(rows["savage_dickey"]))]
    return (
        f"The Bayes factor of an effect against none is at most **{ratio(most['savage_dickey'])}** "
        f"(prior standard deviation {most['prior_sd']:.2f}) and at least "
        f"{ratio(least['savage_dickey'])} ({least['prior_sd']:.2f}) over the priors around no "
        f"effect; no prior whatever gives more than {ratio(most['bound'])}."
    )


def confounder_sentence(found: TippingPoints) -> str:
    """How strong an unmeasured confounder would have to be, and what those tried leave."""
    values = found.e_values.set_index("of").to_dict("index")
    estimate, interval = values["estimate"], values["interval"]
    text = explained_away(estimate["e_value"], interval["e_value"], estimate["outcome"])
    known = found.confounders.dropna(subset=["hr"]) if len(found.confounders) else pd.DataFrame()
    if known.empty:
        return text
    low, high = (known.iloc[int(find(known["hr"]))] for find in (np.argmin, np.argmax))
    return (
        f"{text} Were each of {counted(len(known), 'confounder')} known, the hazard ratio would "
        f"lie between {_left(low)} and {_left(high)}."
    )


def censoring_sentence(found: TippingPoints) -> str:
    """How much worse the censored of the arm that fares better must have fared."""
    rows = found.censoring
    if rows.empty:
        return ""
    changed = rows[rows["changes"] != ""]
    whose = f"the {counted(int(rows['censored'].iloc[0]), 'patient')} censored in the better arm"
    if changed.empty:
        worst = rows.iloc[-1]
        return (
            f"Were the hazard of {whose} {worst['delta']:g} times that of those still followed, "
            f"the hazard ratio would be {ratio(worst['hr'])} ({ratio(worst['lower'])} to "
            f"{ratio(worst['upper'])}), and the conclusion the same."
        )
    row = changed.iloc[0]
    what = (
        "the sign of the effect would flip"
        if row["changes"] == "sign"
        else "the interval would say another thing about 1"
    )
    return (
        f"Were the hazard of {whose} **{row['delta']:g} times** that of those still followed, "
        f"{what}: HR {ratio(row['hr'])} ({ratio(row['lower'])} to {ratio(row['upper'])})."
    )


def _left(row: pd.Series) -> str:
    return (
        f"**{ratio(row['hr'])}** (one of HR{SPACE}{row['confounder_hr']:g} in "
        f"{percent(row['prevalence_treated'])} of the treated and "
        f"{percent(row['prevalence_reference'])} of the others)"
    )
