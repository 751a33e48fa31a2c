"""Section with the checks of fit that respect censoring."""

import numpy as np
import pandas as pd

from posthaz.analyses.checks.answer import Checks, check_fits
from posthaz.answers.view import View
from posthaz.checks import FitChecks
from posthaz.figures import (
    draw_calibration,
    draw_expected_events,
    draw_predictive_check,
    draw_transformed,
)
from posthaz.files import file_name
from posthaz.report.blocks import Block, Bullets, FigureBlock, Paragraph, Section, Table
from posthaz.report.cells import MISSING
from posthaz.report.clinical import ClinicalPart, Given, remark_blocks
from posthaz.report.missing import MissingPart, guarded_block, lost_parts
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels, model_labels
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import at_time, counted, moment, p_value, percent

_NAME = "checks"
_MOST_OVERLAYS = 2
_MOST_GROUPS = 24
_CHECKS = {
    "time": "Events over time",
    "arm over time": "Events of an arm over time",
    "covariate": "Events along a covariate",
    "calibration": "Predicted survival",
    "PIT": "Times in their predictive distribution",
    "LOO-PIT": "The same without the patient",
}


def _answer(given: Given) -> Checks:
    return check_fits(
        given.cohort,
        given.fits,
        given.analysis.clinical[_NAME],
        given.analysis.estimands.survival_at,
        lambda done, total: given.progress("checks of fit", done, total),
    )


def _tables(answer: Checks) -> dict[str, pd.DataFrame]:
    return {
        "checks": answer.table("found"),
        "checks_expected": answer.table("expected"),
        "checks_pit": answer.table("transformed"),
        "checks_calibration": answer.table("calibration"),
        "checks_scores": answer.table("scores"),
    }


def checks_sentence(results: Results, one: FitChecks) -> str:
    """How many checks found something in a model."""
    label = model_labels(results).get(one.model, one.model)
    made, hits = len(one.found), int(one.found["found"].sum())
    level = percent(results.analysis.clinical[_NAME].threshold)
    if not hits:
        return (
            f"None of {counted(made, 'check')} of the model “{label}” finds anything that it gets "
            "wrong. With few events most misfit goes unseen: what the checks can find is under "
            "“Checks of fit” in the documentation."
        )
    return (
        f"**{hits} of {counted(made, 'check')}** of the model “{label}” "
        f"{'find' if hits > 1 else 'finds'} what it gets wrong. Each finds something in about "
        f"{level} of cohorts that come from the model itself."
    )


def _misfit(one: FitChecks) -> list[Block]:
    """What is wrong, and what to try; checks with the same advice stand together."""
    said: dict[str, list[str]] = {}
    for finding in one.misfit:
        said.setdefault(finding.fix, []).append(finding.what)
    items = tuple(
        f"{'. '.join(whats[:3])}{f' (and {len(whats) - 3} more)' if len(whats) > 3 else ''}. "
        f"**What to try:** {fix}."
        for fix, whats in said.items()
    )
    return [Bullets(items)] if items else []


def _of(results: Results, row: dict) -> str:
    """What a check is of, in words."""
    of = str(row["of"])
    if row["check"] == "calibration":
        return at_time(round(float(of), 1), results.cohort.unit)
    if not of:
        return "everybody"
    labels = arm_labels(results)
    column = results.cohort.columns.get(of)
    return labels.get(of) or (column.label if column and column.label else of)


@guarded_block
def _table(results: Results, answer: Checks) -> Table:
    labels, several = model_labels(results), len(answer.models) > 1
    rows = [
        {
            "model": labels.get(one.model, one.model),
            "check": _CHECKS[str(row["check"])],
            "of": _of(results, row),
            "test": f"{row['statistic']:.1f} ({row['df']:.0f})" if row["df"] > 0 else MISSING,
            "p": p_value(row["p"])
            if np.isfinite(row["p"])
            else f"outside in {percent(row['outside'])}",
            "found": "yes" if row["found"] else "no",
        }
        for one in answer.models
        for row in one.found.to_dict("records")
    ]
    heads = {"model": "Model"} if several else {}
    heads |= {"check": "Check", "of": "Of", "test": "Chi-square (df)", "p": "P, or band"}
    return Table(
        pd.DataFrame(rows),
        "Checks of fit",
        heads | {"found": "Found something"},
        source="checks.csv",
        notes=(
            "Events: score tests of events seen against those expected, over time and along "
            "covariates, whose variance is less what fitting took up. Distributions: censored "
            "times are imputed 50 times; given is the share of imputations whose curve leaves "
            "its simultaneous 99 % band.",
        ),
    )


@guarded_block
def _transformed(results: Results, one: FitChecks) -> FigureBlock:
    labels = {"": "Everybody", **arm_labels(results)}
    figure = draw_transformed(one.transformed, labels=labels, simulated=results.simulated)
    found = one.found[one.found["check"].isin(["PIT", "LOO-PIT"])]
    outside = [_of(results, row) for row in found[found["found"]].to_dict("records")]
    where = f"leaves it for {', '.join(dict.fromkeys(outside))}" if outside else "stays within it"
    caption = (
        "Share of patients whose time came before a predicted probability, minus that probability, "
        "censored times imputed, in the simultaneous 99 % band of a true model"
    )
    alt = f"Distribution of transformed times in its band: the curve {where}."
    return picture(results, figure, "checks_pit", alt, caption, "checks_pit.csv")


@guarded_block
def _calibration(results: Results, one: FitChecks) -> FigureBlock:
    tests = one.found[one.found["check"] == "calibration"]
    icis = {float(row["of"]): float(row["ici"]) for row in tests.to_dict("records")}
    labels = {
        time: f"At {at_time(round(time, 1), results.cohort.unit)}"
        for time in map(float, dict.fromkeys(one.calibration["time"]))
    }
    figure = draw_calibration(one.calibration, labels=labels, simulated=results.simulated)
    said = [
        f"at {at_time(round(time, 1), results.cohort.unit)} {100 * value:.1f} percentage points"
        for time, value in icis.items()
    ]
    alt = f"Predicted against Kaplan–Meier survival. Mean distance: {'; '.join(said)}."
    caption = (
        "Predicted survival of groups of patients against their Kaplan–Meier estimate, with 95 % "
        f"intervals; mean distance from the prediction (ICI) {'; '.join(said)}"
    )
    return picture(results, figure, "checks_calibration", alt, caption, "checks_calibration.csv")


@guarded_block
def _expected(results: Results, one: FitChecks) -> FigureBlock:
    shown = one.expected.head(_MOST_GROUPS)
    named = [
        {"label": _group(results, row), **{k: row[k] for k in ("observed", "expected")},
         "lower": row["lower"], "upper": row["upper"]}
        for row in shown.to_dict("records")
    ]  # fmt: skip
    figure = draw_expected_events(pd.DataFrame(named), simulated=results.simulated)
    off = sum(not row["lower"] <= row["observed"] <= row["upper"] for row in named)
    alt = f"Events seen and expected in {len(named)} groups; {off} outside their interval."
    caption = "Events seen in groups of patients and time, and what the model expects there"
    more = len(one.expected) - len(shown)
    caption += f"; {more} more are in the file" if more else ""
    return picture(results, figure, "checks_expected", alt, caption, "checks_expected.csv")


def _group(results: Results, row: dict) -> str:
    unit = results.cohort.unit
    since, until = float(row["since"]), float(row["until"])
    if np.isfinite(until):
        when = f"{moment(since)} to {at_time(round(until, 1), unit)}"
    else:
        when = f"after {at_time(round(since, 1), unit).removeprefix('at ')}" if since else ""
    whose = str(row["group"])
    if row["check"] == "covariate":
        whose = f"{_of(results, row)} {arm_labels(results).get(whose, whose)}"
    else:
        whose = arm_labels(results).get(whose, whose)
    return ", ".join(part for part in (whose, when) if part)


@guarded_block
def _overlay(results: Results, one: FitChecks, name: str) -> FigureBlock:
    own = one.overlay[one.overlay["of"] == name].rename(columns={"group": "arm"})
    column = results.cohort.columns.get(name)
    unit = f" {column.unit}" if column and column.unit else ""
    label = (column.label if column else "") or name
    groups = [str(group) for group in dict.fromkeys(own["arm"])]
    order = [group for group in groups if group.startswith("up to")]
    order += [group for group in groups if "," in group]
    order += [group for group in groups if group not in order]
    figure = draw_predictive_check(
        own[own["replicate"] < 0].drop(columns="replicate"),
        own[own["replicate"] >= 0],
        labels={group: f"{label} {group}{unit}" for group in order},
        unit=results.cohort.unit,
        horizon=results.horizon,
        start=results.cohort.origin,
        endpoint=results.analysis.endpoint,
        simulated=results.simulated,
    )
    test = one.found[(one.found["check"] == "covariate") & (one.found["of"] == name)]
    said = str(test["what"].iloc[0]) if len(test) else ""
    caption = f"Kaplan–Meier by thirds of {label}, over that of cohorts drawn from the model"
    alt = f"{caption}. {said}"
    return picture(results, figure, f"checks_overlay_{file_name(name)}", alt, caption)


@guarded_block
def _scores(results: Results, one: FitChecks) -> Table:
    words = {"brier": "Brier score (lower is better)", "concordance": "Concordance (higher)"}
    shown = {"in_sample": "In sample", "left_out": "Without the patient"}
    rows = [
        {
            "score": words[str(row["score"])],
            "time": at_time(round(float(row["time"]), 1), results.cohort.unit),
            **{
                key: f"{row[key]:.3f}" if pd.notna(row[key]) else MISSING
                for key in (*shown, "without_model")
            },
        }
        for row in one.scores.to_dict("records")
    ]
    heads = {"score": "Score", "time": "When", **shown, "without_model": "Without covariates"}
    return Table(pd.DataFrame(rows), "How well survival is predicted", heads,
                 source="checks_scores.csv")  # fmt: skip


def scores_sentence(one: FitChecks) -> str:
    """Whether the predictions beat the Kaplan-Meier estimate."""
    own = one.scores[one.scores["score"] == "brier"].dropna(subset=["left_out"])
    text = ""
    if len(own):
        better = int((own["left_out"] < own["without_model"]).sum())
        times = counted(len(own), "time")
        text = f"For patients left out the model predicts better than Kaplan–Meier at {better} of "
        text += f"{times}; "
        text += (
            "where it doesn’t, its covariates don’t help to predict, which says nothing against "
            "the effect of the treatment."
            if better < len(own)
            else "its covariates help to predict."
        )
    if one.influential:
        text += (
            f" Predictions without {counted(one.influential, 'patient')} can’t be trusted "
            "(Pareto k above 0.7)."
        )
    return text.strip()


def _section(results: Results, answer: Checks) -> Section:
    blocks: list[Block] = []
    for one in answer.models:
        blocks += [Paragraph(checks_sentence(results, one)), *_misfit(one)]
    if answer.models:
        primary = answer.models[0]
        blocks.append(_table(results, answer))
        blocks.append(_transformed(results, primary))
        if len(primary.expected):
            blocks.append(_expected(results, primary))
        for name in list(dict.fromkeys(primary.overlay["of"]))[:_MOST_OVERLAYS]:
            blocks.append(_overlay(results, primary, str(name)))
        if len(primary.calibration):
            blocks.append(_calibration(results, primary))
        if len(primary.scores):
            blocks += [_scores(results, primary), Paragraph(scores_sentence(primary))]
    blocks += remark_blocks(answer.lost)
    return Section("Checks of fit", _NAME, tuple(blocks))


def _lead(results: Results, answer: Checks) -> str:
    """What the primary model gets wrong, where it does."""
    if not answer.models or not answer.models[0].misfit:
        return ""
    return checks_sentence(results, answer.models[0]) + " See “Checks of fit”."


def _missing(answer: Checks) -> tuple[MissingPart, ...]:
    return lost_parts(answer.lost)


def _methods(results: Results, answer: Checks) -> str:
    if not answer.models:
        return ""
    return (
        "Fit was checked against censored data: events seen against the cumulative hazard passed "
        "under observation, by score tests over time, by arm over time and along covariates "
        "(doi:10.1214/aos/1176347748); the distribution of probability-transformed times with "
        "censored ones imputed, in sample and left out (arXiv:2601.01662), in simultaneous bands "
        "(doi:10.1007/s11222-022-10090-6); calibration, Brier score and concordance at stated "
        "times (doi:10.1002/sim.8570)."
    )


PART = ClinicalPart(
    _NAME,
    _answer,
    _tables,
    _section,
    methods=_methods,
    missing=_missing,
    lead=_lead,
    views=(
        View(
            "checks",
            "model term=check level=of statistic df p",
            {"quantity": "fit_check", "method": "posterior"},
        ),
        View(
            "checks_scores",
            "model term=score time value=left_out",
            {"quantity": "prediction_score", "method": "posterior"},
        ),
    ),
)
