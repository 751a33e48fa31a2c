"""Numbers that a paper printed, beside those of this cohort."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from posthaz.report.blocks import Block, Note, Paragraph, Section, Table
from posthaz.report.cells import MISSING
from posthaz.report.results import Results
from posthaz.report.sections.beside import grouped
from posthaz.report.sections.naming import (
    arm_labels,
    contrasts,
    linked,
    lowered,
    model_labels,
    term_label,
    variable_label,
)
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    count_text,
    counted,
    duration,
    extrapolated,
    general,
    interval_name,
    listed,
    number_text,
    p_value,
    ratio,
    share,
    with_interval,
)
from posthaz.spec import Published, Within
from posthaz.spec.patients_lost import patients_of

_SAMPLES = {"matched": "matched", "weighted": "weighted", "overlap": "overlap weights"}


def published_section(results: Results) -> Section | None:
    """Printed numbers beside ours; none where the analysis names no printed number.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Section or None
        Anchor ``published``.
    """
    if not results.analysis.published:
        return None
    numbers = (row for _, row in results.published.iterrows())
    pairs = zip(results.analysis.published, numbers, strict=True)
    rows = [_row(results, one, found) for one, found in pairs]
    level = interval_name(results.analysis.estimands.interval)
    heads = {"what": "Quantity", "paper": "Printed"}
    heads |= {"ours": f"Frequentist here ({level}{SPACE}CI)", "agrees": "Within tolerance"}
    heads["bayes"] = f"Bayes ({level}{SPACE}CrI)"
    frame = pd.DataFrame(rows)
    if not (frame["agrees"] != "").any():
        frame, _ = frame.drop(columns="agrees"), heads.pop("agrees")
    table = Table(
        frame,
        "Printed numbers, and the same on this cohort",
        heads,
        group="where",
        source="published.csv",
        notes=_notes(results),
    )
    source = f"Source: {linked(results.analysis.source)}." if results.analysis.source else ""
    own = results.analysis.column_map is not None
    text = (
        "The printed numbers are the paper’s, of its own patients; those beside them are of the "
        f"patients here. Nothing says that they should agree. {source}"
        if own
        else "This cohort was drawn from the printed numbers and differs from them by chance, as "
        f"another cohort of its size would. It confirms nothing about them. {source}"
        if results.simulated
        else "A frequentist re-analysis that meets the printed numbers shows that cohort and "
        f"endpoint are the paper’s. {source}"
    )
    blocks: list[Block] = [Paragraph(text.strip()), table]
    apart = [row["what"] for row in rows if row["agrees"].startswith("no (")]
    if apart:
        verb = "does" if len(apart) == 1 else "do"
        text = f"{listed(apart)} {verb} not meet the printed number.{_lost(results)}"
        blocks.append(Note("warning", text))
    return Section("Published numbers", "published", tuple(blocks))


def _lost(results: Results) -> str:
    """Who of the table is not in the answers, which by itself makes a printed number be missed."""
    lost = [one for one in results.cohort.dropped if one.reason.startswith("missing ")]
    parts = [f"{counted(one.count, 'row')} left out, {one.reason}" for one in lost]
    names = model_labels(results)
    for model in results.analysis.models:
        patients, lacking = patients_of(model, results.cohort)
        if lacking:
            parts.append(
                f"“{names[model.name]}” is about {counted(patients, 'patient')}, the others "
                f"missing {lacking}"
            )
    if not parts:
        return ""
    return (
        f" Patients were lost ({'; '.join(parts)}): a number printed for all of them can be missed "
        "for that alone."
    )


def _notes(results: Results) -> tuple[str, ...]:
    published = results.analysis.published
    notes = []
    if any(one.tolerance is not None for one in published):
        notes.append(
            "The tolerance is the largest difference at which the analysis file counts the "
            "frequentist number as the printed one."
        )
    ratios = [one for one in published if one.quantity == "hazard_ratio" and not one.covariate]
    if any(one.within.column in _subgroup_columns(results) for one in ratios):
        notes.append("Bayesian ratios of subgroups are the partially pooled ones.")
    if any(one.within.sample and one.model != "multivariable" for one in ratios):
        notes.append(
            "Of matched and weighted samples, the ratios are those of the treatment alone."
        )
    return tuple(notes)


def _subgroup_columns(results: Results) -> tuple[str, ...]:
    asked = results.analysis.clinical.get("subgroups")
    return asked.columns if asked else ()


def _row(results: Results, one: Published, found: pd.Series) -> dict[str, str]:
    write = _writer(results, one)
    ours = (found["value"], found["lower"], found["upper"])
    bayes = (found["median"], found["credible_lower"], found["credible_upper"])
    return {
        "what": f"{_quantity(results, one)}{_whom(results, one)}",
        "paper": _printed(one, write),
        "ours": _estimate(*ours, write),
        "agrees": _agrees(one, str(found["agrees"])),
        "bayes": _estimate(*bayes, write)
        + (extrapolated(bayes[0], results.horizon) if one.quantity == "median" else ""),
        "where": one.where or "Place not stated",
    }


def _quantity(results: Results, one: Published) -> str:
    """Name of a printed quantity, with its arm, covariate and time."""
    unit, labels = results.cohort.unit, arm_labels(results)
    at = f" at {at_time(one.time, unit)}" if one.time is not None else ""
    everybody = ", all patients" if len(labels) > 1 and not one.within.column else ""
    whom = f", {labels.get(one.arm, one.arm)}" if one.arm else everybody
    covariate = _covariate(results, one)
    alone = f" ({one.model})" if one.model else ""
    match one.quantity:
        case "hazard_ratio" if one.covariate:
            return f"Hazard ratio{covariate}{alone}"
        case "hazard_ratio":
            pairs = contrasts(results, results.posterior.primary)
            arm = one.arm if one.arm in pairs else next(iter(pairs), "")
            pair = f", {pairs[arm][0]} v {pairs[arm][1]}" if arm else ""
            return f"Hazard ratio{pair}{alone}"
        case "p_value" if one.covariate in _toxicities(results):
            return f"Chi-square P, {_toxicity(results, one)}"
        case "p_value" if one.covariate:
            return f"Wald P{covariate}{alone}"
        case "p_value":
            return "Log-rank P"
        case "logrank" if grouped(results.cohort) and not one.covariate:
            return "Log-rank chi-square; here the likelihood ratio of grouped times"
        case "logrank":
            return f"Log-rank chi-square{covariate}"
        case "share":
            return f"Share with {_toxicity(results, one)}{whom}"
        case "median":
            return f"Median{whom} ({unit})"
        case "survival":
            return f"Survival{at}{whom}"
        case "rmst":
            return f"Restricted mean{at}{whom} ({unit})"
        case _:
            return f"Events{whom}"


def _toxicities(results: Results) -> Mapping[str, str]:
    """Labels of the toxicities that the analysis is about."""
    asked = results.analysis.clinical.get("toxicity")
    return asked.columns if asked else {}


def _toxicity(results: Results, one: Published) -> str:
    label = _toxicities(results).get(one.covariate) or one.covariate
    return f"{lowered(label)}, grade {one.grade} or higher"


def _covariate(results: Results, one: Published) -> str:
    if not one.covariate:
        return ""
    if one.level:
        return f", {term_label(results.cohort, f'{one.covariate}[{one.level}]')}"
    return f", {variable_label(results.cohort, one.covariate)}"


def _whom(results: Results, one: Published) -> str:
    """Patients of a number that is not of the whole cohort."""
    within = one.within
    if within.subset:
        shown = {s.name: s.shown for s in results.analysis.clinical["subsets"].subsets}
        return f" ({lowered(shown[within.subset])})"
    if within.sample:
        return f" ({_SAMPLES[within.sample]})"
    if within == Within():
        return ""
    column = results.cohort.columns.get(within.column)
    level = column.level_label(within.level) if column else within.level
    return f" ({variable_label(results.cohort, within.column)}: {level})"


def _writer(results: Results, one: Published) -> Callable[[float], str]:
    return {
        "hazard_ratio": ratio,
        "survival": share,
        "share": share,
        "events": count_text,
        "logrank": lambda value: general(value) if value >= 0.01 else "<0.01",
        "p_value": p_value,
    }.get(one.quantity, lambda value: duration(value, results.cohort.unit))


def _printed(one: Published, write: Callable[[float], str]) -> str:
    if one.lower is not None and one.upper is not None:
        return with_interval(one.value, one.lower, one.upper, write)
    return f"<{SPACE}{number_text(one.value)}" if one.below else write(one.value)


def _estimate(value: float, lower: float, upper: float, write: Callable[[float], str]) -> str:
    if np.isnan(value):
        return MISSING
    if np.isnan(lower) and np.isnan(upper):
        return write(value)
    return with_interval(value, lower, upper, write)


def _agrees(one: Published, found: str) -> str:
    if one.tolerance is None and not one.below:
        return ""
    limit = (
        "below it"
        if one.below or one.tolerance is None
        else f"±{SPACE}{number_text(one.tolerance)}"
    )
    return f"{found} ({limit})" if found else MISSING
