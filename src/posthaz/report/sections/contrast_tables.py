"""How the arms differ: differences and ratios, their probabilities, and the same over models."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from posthaz.report.blocks import Table
from posthaz.report.cells import MISSING
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.answer_tables import curve_name, frequentist_text, posterior_text
from posthaz.report.sections.beside import beside
from posthaz.report.sections.naming import arm_labels, contrasts, model_labels, reference_arm
from posthaz.report.sections.question import asks_for_reference
from posthaz.report.sections.rows import (
    answer_row,
    estimand_row,
    hazard_ratio_row,
    ratio_marks,
    restriction,
    treatment_term,
)
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    change,
    interval_name,
    p_sentence,
    percent,
    points,
    ratio,
    significant,
    with_interval,
)

_SOURCE = "estimands.csv"


@guarded_block
def contrast_table(results: Results) -> Table:
    """Differences and ratios of survival and restricted means, each arm against the reference."""
    fit, notes = results.posterior.primary, []
    rows = []
    for arm, (name, against) in contrasts(results, fit).items():
        versus = f"{name} v {against}"
        rows += [row | {"of": f"Survival, {versus}"} for row in _survival_rows(results, arm)]
        horizon = at_time(round(restriction(results), 1), results.cohort.unit)
        rows += [
            row | {"of": f"Restricted mean to {horizon}, {versus}"}
            for row in _mean_rows(results, arm)
        ]
        reference = f"against {reference_arm(results)}"
        test = answer_row(results, "rmst", "difference", arm, reference, restriction(results))
        if np.isfinite(test["p"]):
            notes.append(
                f"A test of the Kaplan–Meier restricted means gives {p_sentence(test['p'])} "
                f"({versus})."
            )
    level = interval_name(results.analysis.estimands.interval)
    heads = {"what": "Contrast", "bayes": f"Bayes ({level}{SPACE}CrI)"}
    curve = beside(results.cohort).curve
    heads["km"] = f"{curve_name(results)} ({level}{SPACE}CI)"
    heads |= {"better": "P(better)", "mcse": "MCSE"}
    lead = (
        f"Points are percentage points. P(better): {_better_words(results)}. "
        f"{curve} numbers are in `baselines.csv`; differences of survival follow from the "
        "arms’ survival and standard errors there."
    )
    return Table(
        pd.DataFrame(rows),
        "Differences and ratios between arms",
        heads,
        group="of",
        source=_SOURCE,
        notes=(" ".join([lead, *notes]),),
    )


def _better_words(results: Results) -> str:
    """What P(better) is the probability of."""
    if asks_for_reference(results):
        name = arm_labels(results)[reference_arm(results)]
        return f"posterior probability that {name} does better (a difference below 0)"
    return "posterior probability that the difference is above 0 (the ratio above 1)"


def _better(results: Results, chance: pd.Series) -> float:
    """Probability that the arm asked about does better, from that of a difference above 0."""
    return float(1 - chance["mean"] if asks_for_reference(results) else chance["mean"])


def _survival_rows(results: Results, arm: str) -> Iterator[dict[str, str]]:
    reference, unit = reference_arm(results), results.cohort.unit
    for time in results.analysis.estimands.survival_at:
        gain = estimand_row(results, "survival difference", f"{arm} - {reference}", time)
        chance = estimand_row(results, "P(survival difference > 0)", f"{arm} - {reference}", time)
        yield {
            "what": f"{at_time(time, unit)}, points".replace(" ", SPACE, 1),
            "bayes": posterior_text(gain, points),
            "mcse": significant(100 * gain["mcse"]),
            "better": percent(_better(results, chance)),
            "km": frequentist_text(kaplan_meier_gain(results, arm, time), points),
        }
        relative = estimand_row(results, "survival ratio", f"{arm} / {reference}", time)
        yield {
            "what": f"{at_time(time, unit)}, ratio".replace(" ", SPACE, 1),
            "bayes": posterior_text(relative, ratio),
            "mcse": significant(relative["mcse"]),
            "better": percent(_better(results, chance)),
            "km": MISSING,
        }


def kaplan_meier_gain(results: Results, arm: str, time: float) -> pd.Series:
    """Difference of Kaplan-Meier survival to the reference arm, with normal limits."""
    ours, theirs = (
        answer_row(results, beside(results.cohort).curve_analysis, "survival", one, time=time)
        for one in (arm, reference_arm(results))
    )
    value = ours["value"] - theirs["value"]
    width = float(stats.norm.ppf(0.5 + results.analysis.estimands.interval / 2))
    half = width * float(np.hypot(ours["std_error"], theirs["std_error"]))
    return pd.Series({"value": value, "lower": value - half, "upper": value + half})


def _mean_rows(results: Results, arm: str) -> Iterator[dict[str, str]]:
    reference, unit = reference_arm(results), results.cohort.unit
    horizon = restriction(results)
    chance = estimand_row(results, "P(rmst difference > 0)", f"{arm} - {reference}")
    kinds = (
        ("difference", " - ", f"Difference, {unit}", lambda value: change(value, unit)),
        ("ratio", " / ", "Ratio", ratio),
    )
    for kind, sign, words, write in kinds:
        ours = estimand_row(results, f"rmst {kind}", f"{arm}{sign}{reference}")
        theirs = answer_row(results, "rmst", kind, arm, f"against {reference}", horizon)
        yield {
            "what": words,
            "bayes": posterior_text(ours, write),
            "mcse": significant(ours["mcse"]),
            "better": percent(_better(results, chance)),
            "km": frequentist_text(theirs, write),
        }


@guarded_block
def probability_table(results: Results) -> Table | None:
    """Posterior probabilities of the thresholds that the analysis names."""
    fit, asked, unit = results.posterior.primary, results.analysis.estimands, results.cohort.unit
    reference = reference_arm(results)
    rows = []
    for arm, (name, against) in contrasts(results, fit).items():
        found = []
        for threshold in (1.0, *asked.thresholds):
            times = [time for time in asked.survival_at if time > 0]
            below = [
                estimand_row(
                    results, f"P(marginal hazard ratio < {threshold:g})", f"{arm} / {reference}", t
                )
                for t in times
            ]
            same = len({row["mean"] for row in below}) == 1
            for time, row in list(zip(times, below, strict=True))[: 1 if same else None]:
                where = "" if same else f" at {at_time(time, unit)}"
                side, shown = _beyond(results, row)
                found.append((f"Marginal hazard ratio{where} {side} {threshold:g}", shown))
        for threshold in (0.0, *asked.rmst_thresholds):
            event = f"P(rmst difference > {threshold:g})"
            row = estimand_row(results, event, f"{arm} - {reference}")
            what = f"Gain in restricted mean above {at_time(threshold, unit)}"
            if asks_for_reference(results) and threshold == 0:
                what, row = "Restricted mean shorter", row.copy()
                row["mean"] = 1 - row["mean"]
            found.append((what, row))
        rows += [
            {
                "arm": f"{name} v {against}",
                "what": what,
                "p": percent(row["mean"]),
                "mcse": f"{100 * row['mcse']:.1f}",
            }
            for what, row in found
            if np.isfinite(row["mean"])
        ]
    if not rows:
        return None
    heads = {"what": "Statement", "p": "Posterior probability", "mcse": "MCSE (points)"}
    caption = "Posterior probabilities of an effect, and of an effect as large as the analysis asks"
    return Table(pd.DataFrame(rows), caption, heads, group="arm", source=_SOURCE)


def _beyond(results: Results, below: pd.Series) -> tuple[str, pd.Series]:
    """The side of a threshold that is asked about, and its probability."""
    if not asks_for_reference(results):
        return "below", below
    above = below.copy()
    above["mean"] = 1 - below["mean"]
    return "above", above


@guarded_block
def models_table(results: Results) -> Table | None:
    """Hazard ratio and gain in restricted mean under every model that compares the arms."""
    unit, reference = results.cohort.unit, reference_arm(results)
    labels, rows = model_labels(results), []
    for model, fit in results.posterior.fits.items():
        for arm, (name, against) in contrasts(results, fit).items():
            effect, kind = hazard_ratio_row(results, fit, arm)
            gain = estimand_row(results, "rmst difference", f"{arm} - {reference}", model=model)
            chance = estimand_row(
                results, "P(rmst difference > 0)", f"{arm} - {reference}", model=model
            )
            marginal = "*" if kind.startswith("marginal") else ""
            which = ", ".join(ratio_marks(fit, treatment_term(fit, arm)))
            rows.append(
                {
                    "arm": f"{name} v {against}",
                    "model": labels[model] + (f" ({which})" if which else ""),
                    "hr": with_interval(effect["median"], effect["lower"], effect["upper"])
                    + marginal,
                    "gain": posterior_text(gain, lambda value: change(value, unit)),
                    "p": percent(_better(results, chance)),
                }
            )
    if len({row["model"] for row in rows}) < 2:
        return None
    frame = pd.DataFrame(rows).sort_values("arm", kind="stable")
    level = interval_name(results.analysis.estimands.interval)
    heads = {"model": "Model", "hr": f"Hazard ratio ({level}{SPACE}CrI)"}
    side = "<" if asks_for_reference(results) else ">"
    heads |= {"gain": f"Restricted-mean gain, {unit}", "p": f"P(gain{SPACE}{side}{SPACE}0)"}
    note = "Hazard ratios are in `coefficients.csv`."
    if frame["hr"].str.endswith("*").any():
        note += " * Marginal hazard ratio at the last asked time; the model has no constant one."
    caption = "The treatment effect under every model of the analysis"
    return Table(frame, caption, heads, group="arm", source=_SOURCE, notes=(note,))
