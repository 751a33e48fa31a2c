"""Posterior survival curves over Kaplan-Meier, with numbers at risk."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from posthaz.baselines import at_risk_rows
from posthaz.figures import (
    draw_survival,
    draw_survival_points,
    names_survival,
    p_text,
    time_ticks,
)
from posthaz.report.blocks import Block, FigureBlock, Paragraph, Section
from posthaz.report.concerns.proportionality import holds_proportional
from posthaz.report.missing import guarded_block
from posthaz.report.private import told_at_risk
from posthaz.report.results import Results
from posthaz.report.sections.answer_tables import curve_name
from posthaz.report.sections.beside import beside, grouped
from posthaz.report.sections.contrast_tables import kaplan_meier_gain
from posthaz.report.sections.naming import (
    WHOLE,
    arm_labels,
    capitalised,
    contrasts,
    model_labels,
    profile_label,
    reference_arm,
    without_curves,
)
from posthaz.report.sections.picture import picture
from posthaz.report.sections.question import adjusted
from posthaz.report.sections.readout import survival_readout
from posthaz.report.sections.rows import answer_row, estimand_row, hazard_ratio_row
from posthaz.report.sections.time_scale import given_event_free
from posthaz.report.sections.wording import (
    at_time,
    interval_name,
    listed,
    p_sentence,
    recorded_in_steps,
    share,
    with_interval,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_FLEMING = "fleming_harrington"


def asked_tests_sentence(results: Results) -> str:
    """Every log-rank and Fleming-Harrington test of the arms; empty where there is none.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    str
        One sentence.
    """
    table = results.frequentist.answers
    named = table["analysis"].astype(str)
    chosen = (table["quantity"] == "test") & (named.eq("logrank") | named.str.startswith(_FLEMING))
    chosen &= (table["term"].astype(str) == "") & table["p"].notna()
    parts = [
        f"{_name(row['analysis'])} gives χ² = {row['statistic']:.2f} on {row['df']:g} "
        f"{'degree' if row['df'] == 1 else 'degrees'} of freedom, {p_sentence(row['p'])}"
        for row in table[chosen].to_dict("records")
    ]
    text = listed(parts) if len(parts) < 3 else "; ".join(parts)
    return f"{capitalised(text)}." if parts else ""


def _name(analysis: str) -> str:
    """A test in words, a weighted one with what its weights look at.

    Examples
    --------
    >>> _name("fleming_harrington(0, 1)")
    'the Fleming–Harrington test with weights (0, 1), which looks at late differences,'
    """
    if not analysis.startswith(_FLEMING):
        return "the log-rank test"
    weights = analysis.removeprefix(_FLEMING)
    rho, gamma = (float(one) for one in weights.strip("()").split(","))
    looks = "at differences in the middle" if rho and gamma else "at early differences"
    looks = "at late differences" if gamma and not rho else looks
    looks = "at all times alike" if not (rho or gamma) else looks
    return f"the Fleming–Harrington test with weights {weights}, which looks {looks},"


_VISIBLE = 0.01
_MOST_TIMES = 8
_COUNTED = {"events": "events", "censored": "censored patients"}


def survival_section(results: Results) -> Section:
    """Survival of each arm, by the primary model and by Kaplan-Meier.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Section
        Anchor ``survival``.
    """
    text = (
        f"The smooth curves are the posterior medians of the primary model with pointwise "
        f"{interval_name(results.analysis.estimands.interval)} credible bands; the steps are "
        f"Kaplan–Meier estimates, which assume no shape. {_reading(results)} Bands of all models "
        "are in `survival_curves.csv`, the steps in `kaplan_meier.csv`."
    )
    if results.cohort.origin:
        text += f" Both are survival{given_event_free(results)}."
    if results.cohort.resolution:
        steps = recorded_in_steps(results.cohort.resolution, results.cohort.unit)
        text += f" {steps}: compare curve and steps at the foot of each step."
    if grouped(results.cohort):
        text = _grouped_text(results)
    if fault := without_curves(results):
        text = (
            f"{capitalised(fault)} The figure shows Kaplan–Meier estimates"
            f"{_stated_courses(results)}."
        )
    blocks: list[Block] = [Paragraph(text), _figure(results)]
    apart = _disagreement(results)
    if apart:
        blocks.append(Paragraph(apart))
    tests = asked_tests_sentence(results)
    if tests:
        blocks.append(Paragraph(tests))
    return Section("Survival", "survival", tuple(blocks))


_COMPARED = ": whether it does is shown under “Predictive check”, which compares like with like"


def _reading(results: Results) -> str:
    """What it means that the steps leave the band."""
    if results.posterior.primary.spec.background is not None:
        return (
            "The model’s survival is **net**, as if nobody died of anything else, while the steps "
            "count every death: they lie below it however well the model fits."
        )
    if adjusted(results.posterior.primary):
        return (
            "The curves are **standardised** over the covariates of all patients, the steps "
            "**unadjusted**, so that the two may lie apart though the model fits"
            + _COMPARED * (not results.withheld)
            + "."
        )
    steps = "feet of the steps" if results.withheld else "steps"
    return f"Where the {steps} leave the band, the model’s shape doesn’t fit there."


def _stated_courses(results: Results) -> str:
    names = [profile_label(results, label) for label, _ in results.analysis.estimands.profiles]
    if not names:
        return " alone"
    return f", and the curves of stated courses are in `survival_curves.csv` ({listed(names)})"


def _grouped_text(results: Results) -> str:
    return (
        f"The curves are the posterior medians of the primary model with pointwise "
        f"{interval_name(results.analysis.estimands.interval)} credible bands; the points are "
        "Turnbull’s estimate, which assumes no shape, at the times where the data tell survival "
        "(for a life table the printed rates, with Greenwood’s limits). Between points it may run "
        "anywhere between them. Bands of all models are in `survival_curves.csv`, the points in "
        "`kaplan_meier.csv`."
    )


def _disagreement(results: Results) -> str:
    """Times at which Kaplan-Meier puts the arms in the other order than the model."""
    fit, unit = results.posterior.primary, results.cohort.unit
    if adjusted(fit):
        return ""  # a standardised difference may have another sign than an unadjusted one
    parts = []
    for arm, (name, against) in contrasts(results, fit).items():
        for time in results.analysis.estimands.survival_at:
            profile = f"{arm} - {reference_arm(results)}"
            ours = estimand_row(results, "survival difference", profile, time)["median"]
            theirs = kaplan_meier_gain(results, arm, time)["value"]
            if abs(theirs) >= _VISIBLE and ours * theirs < 0:
                side = "below" if theirs < 0 else "above"
                parts.append(
                    f"{name} {100 * abs(theirs):.0f} points {side} {against} at "
                    f"{at_time(time, unit)}"
                )
    if not parts:
        return ""
    curve = beside(results.cohort).curve
    return (
        f"{curve} puts {listed(parts)}, where the primary model has the opposite order. A "
        "model whose hazards are proportional can’t show curves that cross."
        if holds_proportional(fit)
        else f"{curve} puts {listed(parts)}, where the primary model has the opposite order."
    )


def _with_counts(results: Results, at_risk: pd.DataFrame) -> pd.DataFrame:
    """Numbers at risk with the events and censored patients so far that the file asks for."""
    steps, counts = results.frequentist.kaplan_meier, {}
    for name in results.analysis.baselines.risk_table:
        counts[name] = [
            steps.loc[(steps["arm"] == arm) & (steps["time"] <= time * (1 + 1e-9)), name].sum()
            for arm, time in zip(at_risk["arm"], at_risk["time"].astype(float), strict=True)
        ]
    return at_risk.assign(**counts)


def survival_figure(
    results: Results,
    *,
    numbers: bool = True,
    band: bool | None = None,
    effect: bool | None = None,
) -> "Figure":
    """Posterior survival of the primary model over Kaplan-Meier, as the file asks or is told."""
    asked = results.analysis.baselines
    band = asked.kaplan_meier_band if band is None else band
    effect = asked.effect_on_plot if effect is None else effect
    cohort = results.cohort
    curves, labels = _drawn(results)
    at_risk = pd.DataFrame()
    if numbers:
        at_risk = _with_counts(results, at_risk_rows(cohort, _risk_times(results)))
        at_risk = told_at_risk(at_risk, results)
    draw = partial(draw_survival, limits=band, note=_effect_note(results) if effect else "")
    if grouped(cohort):
        draw = draw_survival_points
    return draw(
        results.frequentist.kaplan_meier,
        curves,
        at_risk,
        labels=labels,
        unit=cohort.unit,
        horizon=results.horizon,
        start=results.cohort.origin,
        endpoint=results.analysis.endpoint,
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
    )


def _drawn(results: Results) -> tuple[pd.DataFrame, dict[str, str]]:
    """The primary model's bands, none where it has no curves, and the labels of all curves."""
    fit, curves = results.posterior.primary, results.posterior.curves
    labels = dict(arm_labels(results))
    if not fit.treatment and results.cohort.arms:
        labels |= {WHOLE: "All patients (model)"}
    return curves[(curves["model"] == fit.spec.name) & (not without_curves(results))], labels


def _effect_note(results: Results) -> str:
    """The hazard ratio of the primary model and the log-rank test, to stand on the plot."""
    fit, lines = results.posterior.primary, []
    for arm, (name, against) in (contrasts(results, fit) if fit.treatment else {}).items():
        row, which = hazard_ratio_row(results, fit, arm)
        if row is None or not np.isfinite(row["median"]):
            continue
        whose = f" {name} v {against}" if len(arm_labels(results)) > 2 else ""
        level = f"{interval_name(results.analysis.estimands.interval)} CrI"
        shown = with_interval(row["median"], row["lower"], row["upper"])
        kind = "HR" if which in ("", "hazard ratio") else capitalised(which)
        lines.append(f"{kind}{whose} {shown.replace(' (', f' ({level} ', 1)}")
    table = results.frequentist.answers
    test = table[(table["analysis"] == "logrank") & (table["quantity"] == "test")]
    test = test[(test["term"].astype(str) == "") & test["p"].notna()]
    if len(test):
        lines.append(f"Log-rank {p_text(float(test['p'].iloc[0]))}")
    return "\n".join(lines)


_TOLD = (
    " (–: too few left since to be told). A step is drawn where the last of several events came, "
    "so that the curve is right at the foot of each step and too high before it"
)


@guarded_block
def _figure(results: Results) -> FigureBlock:
    cohort, fit = results.cohort, results.posterior.primary
    counted = [f"the number {'known to be event-free' if grouped(cohort) else 'at risk'}"]
    counted += [f"of {_COUNTED[name]} so far" for name in results.analysis.baselines.risk_table]
    below = f", with {listed(counted)} below"
    below += _TOLD * bool(results.withheld)
    endpoint = results.analysis.endpoint
    curve = endpoint if names_survival(endpoint) else "event-free probability"
    curve = curve if fit.spec.background is None else "net survival"
    caption = (
        f"{model_labels(results)[fit.spec.name]}: posterior {curve} over "
        f"{curve_name(results)}{given_event_free(results)}{below}"
    )
    source = "survival_curves.csv"
    if without_curves(results):
        caption = f"{beside(cohort).curve}{given_event_free(results)}{below}"
        source = "kaplan_meier.csv"
    read = None
    if not grouped(cohort):
        read = survival_readout(results, *_drawn(results), steps=not results.withheld)
    figure = survival_figure(results)
    return picture(results, figure, "survival", _alt(results), caption, source, read)


def _risk_times(results: Results) -> list[float]:
    """Times below the axis: whole steps, or those at which a life table says how many are left."""
    cohort = results.cohort
    known = sorted(set(results.frequentist.kaplan_meier["time"].astype(float)))
    if grouped(cohort) and len(known) <= _MOST_TIMES:
        return known
    return time_ticks(results.horizon, cohort.unit, start=cohort.origin).tolist()


def _alt(results: Results) -> str:
    fit, unit = results.posterior.primary, results.cohort.unit
    if without_curves(results):
        return f"Kaplan–Meier curves of {listed(list(arm_labels(results).values()))} over time."
    parts = []
    for arm, label in arm_labels(results).items():
        profile = arm if fit.treatment else WHOLE
        for time in results.analysis.estimands.survival_at:
            ours = estimand_row(results, "survival", profile, time)["median"]
            names = beside(results.cohort)
            theirs = answer_row(results, names.curve_analysis, "survival", arm, time=time)["value"]
            parts.append(
                f"{label} at {at_time(time, unit)}, model {share(ours)}, "
                f"{names.curve} {share(theirs)}"
            )
    numbers = f" {'; '.join(parts)}." if parts else ""
    return f"Survival curves of {listed(list(arm_labels(results).values()))} over time.{numbers}"
