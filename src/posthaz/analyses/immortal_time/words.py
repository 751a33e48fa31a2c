"""What the audit of immortal time found, in sentences."""

import numpy as np
import pandas as pd

from posthaz.analyses.immortal_time.answer import COX, POSTERIOR, ImmortalTime
from posthaz.analyses.immortal_time.bound import Delay
from posthaz.analyses.immortal_time.comparisons import (
    CLONES,
    EARLY,
    LANDMARK,
    NAIVE,
    TIME_DEPENDENT,
    TRIALS,
)
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels
from posthaz.report.sections.question import asks_for_reference
from posthaz.report.sections.wording import (
    at_time,
    change,
    duration,
    interval_name,
    lasting,
    listed,
    percent,
    ratio,
)

_LITTLE = 0.1
_ALL = 0.95


def comparison_label(row: pd.Series, unit: str) -> str:
    """Name of a way of comparing, with its time."""
    time = "" if not np.isfinite(row["time"]) else f"{at_time(round(row['time'], 1), unit)}"
    return {
        NAIVE: "Ever v never treated",
        EARLY: f"Without those treated after {time}",
        LANDMARK: f"Landmark at {time}",
        TIME_DEPENDENT: "Treatment as it changes",
        CLONES: f"Trial by clones, grace {time}",
        TRIALS: "Sequence of trials",
    }[row["comparison"]]


def found(answer: ImmortalTime, comparison: str, method: str) -> pd.Series | None:
    """One row of the effects that has a hazard ratio; None where there is none."""
    rows = answer.effects
    rows = rows[(rows["comparison"] == comparison) & (rows["method"] == method)]
    rows = rows[np.isfinite(rows["hr"].astype(float))]
    return rows.iloc[0] if len(rows) else None


def share_words(naive: float, proper: float) -> str:
    """How much of a naive hazard ratio below 1 is immortal time, as the start of a sentence."""
    part = 1.0 - np.log(proper) / np.log(naive)
    if part >= _ALL:
        return "All of the effect that “ever treated” seems to have is immortal time"
    if part >= _LITTLE:
        return (
            f"About {percent(part)} of the effect that “ever treated” seems to have (of the log "
            "hazard ratio) is immortal time"
        )
    return "Little or none of the effect that “ever treated” seems to have is immortal time"


def immortal_lead(results: Results, answer: ImmortalTime) -> str:
    """How much of the effect is immortal time."""
    for method in (POSTERIOR, COX):
        naive, proper = (found(answer, name, method) for name in (NAIVE, TIME_DEPENDENT))
        if naive is not None and proper is not None:
            break
    else:
        return ""
    level = interval_name(results.analysis.estimands.interval)
    kind = "credible" if method == POSTERIOR else "confidence"
    numbers = (
        f"its hazard ratio is **{ratio(naive['hr'])}** ({level} {kind} interval "
        f"{ratio(naive['lower'])} to {ratio(naive['upper'])}), and "
        f"**{ratio(proper['hr'])}** ({ratio(proper['lower'])} to {ratio(proper['upper'])}) once "
        "time before treatment counts as time without it"
    )
    beside = [found(answer, name, COX) for name in (NAIVE, TIME_DEPENDENT)]
    if method == POSTERIOR and beside[0] is not None and beside[1] is not None:
        numbers += f" (Cox: {ratio(beside[0]['hr'])} and {ratio(beside[1]['hr'])})"
    if naive["hr"] >= 1:
        return f"“Ever treated” shows no lower hazard: {numbers}."
    return f"**{share_words(naive['hr'], proper['hr'])}**: {numbers}."


def gain_words(results: Results, answer: ImmortalTime) -> str:
    """What the naive analysis gains by the error, in the hazard ratio and in time."""
    naive, proper = (found(answer, name, POSTERIOR) for name in (NAIVE, TIME_DEPENDENT))
    if naive is None or proper is None:
        return ""
    unit = results.cohort.unit
    factor = float(proper["hr"] / naive["hr"])
    text = (
        f"The error of the naive analysis divides the hazard ratio by {ratio(factor)}"
        if factor >= 1
        else f"The naive analysis multiplies the hazard ratio by {ratio(1 / factor)}"
    )
    error = float(naive["rmst_difference"]) - float(proper["rmst_difference"])
    if np.isfinite(error):
        text += (
            f", and reports {change(float(naive['rmst_difference']), unit)} {unit} in restricted "
            f"mean to {at_time(round(naive['horizon'], 1), unit)} where treatment as it changes "
            "gives "
            f"{change(float(proper['rmst_difference']), unit)}: {duration(abs(error), unit)} "
            f"{unit} {'too much' if error >= 0 else 'too little'}"
        )
    return f"{text}."


def person_words(results: Results, answer: ImmortalTime) -> str:
    """How long the treated waited, and what part of their follow-up that is."""
    frame, unit = answer.person_time, results.cohort.unit
    own = frame[frame["start"].notna()]
    if own.empty:
        return ""
    wait = own["start"] - own["entry"]
    part = float(wait.sum() / (own["exit"] - own["entry"]).sum())
    label = list(arm_labels(results).values())[1]
    return (
        f"{len(own):,} of {len(frame):,} patients came to “{label}”, after a median wait of "
        f"{lasting(float(wait.median()), unit)} (longest "
        f"{duration(float(wait.max()), unit)}); {percent(part)} of their follow-up lies before "
        "treatment, when they could not die treated."
    )


def weight_words(answer: ImmortalTime) -> str:
    """What the censoring weights were made of, and how far they spread."""
    if answer.weights.empty:
        return ""
    if not answer.covariates:
        return (
            "The formula holds no other covariate, so leaving an arm counts as leaving by chance, "
            "and every clone weighs 1."
        )
    spread = [
        f"{row['lowest']:.2f} to {row['highest']:.2f} (mean {row['mean']:.2f}, effective size "
        f"{row['effective_size']:.0f} of {row['clones']:.0f}) in arm {row['arm']}"
        for _, row in answer.weights.iterrows()
    ]
    return (
        f"Censoring weights of the clones are made from {listed(list(answer.covariates))} as they "
        f"were at the start; they range from {listed(spread)}."
    )


def delay_words(results: Results, delay: Delay) -> str:
    """What a file without start times can't rule out."""
    labels, unit = list(arm_labels(results).values()), results.cohort.unit
    labels = labels[::-1] if asks_for_reference(results) else labels
    start = (
        f"The file doesn't say when {labels[1]} began, so immortal time can't be ruled out: "
        "whoever had it lived until it began."
    )
    if delay.mean == 0:
        return f"{start} Its hazard isn't lower than that with {labels[0]}, so there is nothing " \
               "for such a delay to explain."  # fmt: skip
    if not np.isfinite(delay.mean):
        return (
            f"{start} No delay explains the lower hazard by itself, though: not even if each of "
            f"the {delay.treated} treated began at any time of their follow-up with equal chance "
            f"(on average after {lasting(delay.longest, unit)})."
        )
    return (
        f"**If treatment began on average {lasting(delay.mean, unit)} after follow-up "
        f"did, immortal time alone explains the lower hazard** with {labels[1]}, and a treatment "
        f"without any effect would look as good. {start} The bound takes treatment to begin at "
        "exponential times and makes no adjustment. To settle it, name the column with the start "
        "of treatment as starts in [treatment], or set a landmark."
    )


def immortal_methods(results: Results, answer: object) -> str:
    """What was done."""
    if not isinstance(answer, ImmortalTime):
        return ""
    return (
        "The treatment begins during follow-up. It was compared with none as ever v never treated "
        "(which counts the time before treatment as treated), without late starters, from "
        "landmarks, as it changes, by cloning, censoring and weighting (clones are censored when "
        "they leave their strategy; stabilised inverse-probability weights; Hernán and Robins "
        "2016), and by a sequence of trials stratified by their start (Gran et al. 2010). "
        "Variances of the last two are robust, by patient, and the likelihood of the Bayesian "
        "model is weighted so that it knows as much of the effect as that variance says."
    )
