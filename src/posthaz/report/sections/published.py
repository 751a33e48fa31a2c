"""Numbers that a paper printed, beside those of this cohort."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from posthaz.report.blocks import Block, Note, Paragraph, Section, Table
from posthaz.report.cells import MISSING
from posthaz.report.results import Results
from posthaz.report.sections.beside import beside, grouped
from posthaz.report.sections.naming import arm_labels, contrasts, linked
from posthaz.report.sections.rows import (
    answer_row,
    cox_row,
    estimand_row,
    follow_up_row,
    hazard_ratio_row,
)
from posthaz.report.sections.wording import (
    SPACE,
    duration,
    interval_name,
    listed,
    ratio,
    share,
    with_interval,
)
from posthaz.spec import Published


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
    rows = [_row(results, one) for one in results.analysis.published]
    frame = pd.DataFrame(rows)
    level = interval_name(results.analysis.estimands.interval)
    heads = {"what": "Quantity", "paper": "Printed"}
    heads |= {"ours": f"Frequentist here ({level}{SPACE}CI)", "agrees": "Within tolerance"}
    heads["bayes"] = f"Bayes ({level}{SPACE}CrI)"
    table = Table(
        frame,
        "Printed numbers, and the same on this cohort",
        heads,
        group="where",
        source="baselines.csv",
        notes=(
            "The tolerance is the largest difference at which the analysis file counts the "
            "frequentist number as the printed one. Bayesian numbers are in `estimands.csv` and "
            "`coefficients.csv`.",
        ),
    )
    source = f"Source: {linked(results.analysis.source)}." if results.analysis.source else ""
    text = (
        "This cohort was drawn from the printed numbers and differs from them by chance, as "
        f"another cohort of its size would. It confirms nothing about them. {source}"
        if results.simulated
        else "A frequentist re-analysis that meets the printed numbers shows that cohort and "
        f"endpoint are the paper’s. {source}"
    )
    blocks: list[Block] = [Paragraph(text.strip()), table]
    apart = [row["what"] for row in rows if row["agrees"].startswith("no (")]
    if apart:
        verb = "does" if len(apart) == 1 else "do"
        blocks.append(Note("warning", f"{listed(apart)} {verb} not meet the printed number."))
    return Section("Published numbers", "published", tuple(blocks))


def _row(results: Results, one: Published) -> dict[str, str]:
    unit = results.cohort.unit
    write = {
        "hazard_ratio": ratio,
        "survival": share,
        "events": lambda value: f"{value:g}",
        "logrank": lambda value: f"{value:.3g}",
    }.get(one.quantity, lambda value: duration(value, unit))
    what, ours, bayes = _ours(results, one)
    paper = write(one.value)
    if one.lower is not None and one.upper is not None:
        paper = with_interval(one.value, one.lower, one.upper, write)
    return {
        "what": what,
        "paper": paper,
        "ours": _estimate(ours, "value", write),
        "agrees": _agrees(one, float(ours["value"])),
        "bayes": _estimate(bayes, "median", write),
        "where": one.where or "Place not stated",
    }


def _estimate(row: pd.Series, name: str, write: Callable[[float], str]) -> str:
    if np.isnan(row[name]):
        return MISSING
    if np.isnan(row["lower"]) and np.isnan(row["upper"]):
        return write(row[name])
    return with_interval(row[name], row["lower"], row["upper"], write)


def _agrees(one: Published, ours: float) -> str:
    if one.tolerance is None:
        return "not stated"
    if np.isnan(ours):
        return MISSING
    # printed numbers carry rounding: the last bit of a float must not decide
    within = abs(ours - one.value) <= one.tolerance * (1 + 1e-9)
    return f"{'yes' if within else 'no'} (±{SPACE}{one.tolerance:g})"


def _ours(results: Results, one: Published) -> tuple[str, pd.Series, pd.Series]:
    """Name of the quantity, our frequentist row and our posterior row."""
    unit, names = results.cohort.unit, beside(results.cohort)
    labels = arm_labels(results)
    arm = one.arm if one.arm in labels else next(iter(labels))
    at = f" at {one.time:g} {unit}" if one.time is not None else ""
    whom = f", {labels[arm]}" if one.arm else ""
    empty = pd.Series({"value": np.nan, "lower": np.nan, "upper": np.nan, "median": np.nan})
    fit = results.posterior.primary
    profile = arm if fit.treatment else "all"
    match one.quantity:
        case "hazard_ratio":
            pairs = contrasts(results, fit)
            arm = one.arm if one.arm in pairs else next(iter(pairs), "")
            if not arm:
                return "Hazard ratio", empty, empty
            name = f"Hazard ratio, {pairs[arm][0]} v {pairs[arm][1]}"
            return name, cox_row(results, fit, arm)[0], hazard_ratio_row(results, fit, arm)[0]
        case "median":
            ours = answer_row(results, names.curve_analysis, "median", arm)
            return f"Median{whom} ({unit})", ours, estimand_row(results, "median", profile)
        case "survival":
            ours = answer_row(results, names.curve_analysis, "survival", arm, time=one.time)
            bayes = estimand_row(results, "survival", profile, one.time)
            return f"Survival{at}{whom}", ours, bayes
        case "rmst":
            ours = answer_row(results, "rmst", "rmst", arm, time=one.time)
            bayes = estimand_row(results, "rmst", profile, one.time)
            return f"Restricted mean{at}{whom} ({unit})", ours, bayes
        case "logrank":
            return _chi_square(results, empty)
        case _:
            return f"Events{whom}", _events(results, one.arm), empty


def _chi_square(results: Results, empty: pd.Series) -> tuple[str, pd.Series, pd.Series]:
    """Log-rank chi-square; for grouped times the likelihood ratio of the grouped model."""
    if not grouped(results.cohort):
        test = answer_row(results, "logrank", "test")
        return "Log-rank chi-square", pd.Series({**empty, "value": test["statistic"]}), empty
    univariable, term = beside(results.cohort).univariable, results.cohort.treatment
    test = answer_row(results, univariable, "likelihood_ratio", term=term)
    name = "Log-rank chi-square; here the likelihood ratio of grouped times"
    return name, pd.Series({**empty, "value": test["statistic"]}), empty


def _events(results: Results, arm: str) -> pd.Series:
    table = results.frequentist.follow_up
    mine = table[table["arm"].astype(str) == arm]
    row = mine.iloc[0] if len(mine) else follow_up_row(results)
    return pd.Series({"value": float(row["events"]), "lower": np.nan, "upper": np.nan})
