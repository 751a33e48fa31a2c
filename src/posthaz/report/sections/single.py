"""The answer where no arms are compared: the effect of a covariate, median survival, survival."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from posthaz.design import formula_variables, named_steps, written_terms
from posthaz.inference import Fit
from posthaz.report.blocks import Paragraph
from posthaz.report.results import Results
from posthaz.report.sections.beside import beside
from posthaz.report.sections.naming import (
    WHOLE,
    arm_labels,
    capitalised,
    cox_labels,
    lowered,
    model_labels,
    term_label,
    variable_label,
    without_curves,
)
from posthaz.report.sections.question import effect_noun, which_ratio, words
from posthaz.report.sections.ratio_rows import BAYESIAN, ratio_rows
from posthaz.report.sections.rows import answer_row, estimand_row
from posthaz.report.sections.time_scale import end_of_follow_up, few_at_risk, given_event_free
from posthaz.report.sections.wording import (
    at_time,
    duration,
    interval_name,
    lasting,
    listed,
    p_sentence,
    percent,
    ratio,
    share,
)


def single_blocks(results: Results) -> tuple[Paragraph, ...]:
    """What was found, and how it compares with the frequentist answers.

    Parameters
    ----------
    results : Results
        The results, whose primary model compares no arms.

    Returns
    -------
    tuple of Paragraph
        The effect of the first covariate of the formula where it has one, then survival.
    """
    return tuple(Paragraph(text) for text in _texts(results))


def _texts(results: Results) -> Iterator[str]:
    covariate = first_covariate(results)
    if covariate:
        yield covariate_sentence(results, covariate)
    yield _survival_sentence(results, bool(covariate))
    beside_text = _beside(results)
    if beside_text:
        yield beside_text
    if covariate:
        yield left_open_sentence(results, covariate)


def _survival_sentence(results: Results, told: bool) -> str:
    if fault := without_curves(results):
        return capitalised(fault)
    unit = results.cohort.unit
    interval = f"{interval_name(results.analysis.estimands.interval)} credible interval"
    model = model_labels(results)[results.posterior.primary.spec.name]
    parts = [_median_part(results, interval)]
    for time in results.analysis.estimands.survival_at:
        row = estimand_row(results, "survival", WHOLE, time)
        limits = f"({100 * row['lower']:.0f} to {100 * row['upper']:.0f})"
        state = words(results).state
        parts.append(f"**{share(row['median'])}** {limits} are {state} at {at_time(time, unit)}")
    found, whom = listed([part for part in parts if part]), given_event_free(results)
    if results.posterior.primary.spec.background is not None:
        whom += " and as if nobody died of anything else"
    if told:
        return f"Over all patients{whom}, {found}."
    return f"Under the primary model ({model}),{f'{whom},' if whom else ''} {found}."


def _median_part(results: Results, interval: str) -> str:
    unit, median = results.cohort.unit, words(results).median
    row = estimand_row(results, "median", WHOLE)
    if np.isnan(row["median"]):
        return ""
    if row["median"] > results.horizon:
        later = estimand_row(results, f"P(median > {results.horizon:g})", WHOLE)["mean"]
        return (
            f"{median} lies beyond {end_of_follow_up(results)}, with a "
            f"probability of **{percent(later)}**"
        )
    lower, upper = duration(row["lower"], unit), duration(row["upper"], unit)
    return f"{median} is **{lasting(row['median'], unit)}** ({interval} {lower} to {upper})"


def _beside(results: Results) -> str:
    unit = results.cohort.unit
    arms = list(arm_labels(results))
    if len(arms) > 1:
        test = answer_row(results, "logrank", "test")
        known = f" (log-rank test {p_sentence(test['p'])})" if np.isfinite(test["p"]) else ""
        return (
            "The primary model does not tell the arms apart, so it says nothing about the effect "
            f"of {effect_noun(results)}{known}."
        )
    parts = []
    names = beside(results.cohort)
    median = answer_row(results, names.curve_analysis, "median", arms[0])
    if np.isfinite(median["value"]):
        parts.append(f"a median of {lasting(median['value'], unit)}")
    elif median["note"]:
        parts.append("a median that is not reached")
    for time in results.analysis.estimands.survival_at:
        row = answer_row(results, names.curve_analysis, "survival", arms[0], time=time)
        if np.isfinite(row["value"]):
            state = words(results).state
            parts.append(f"{share(row['value'])} {state} at {at_time(time, unit)}")
    background = results.posterior.primary.spec.background is not None
    every = ", which counts every death," if background else ""
    start = f"{names.curve}{every} gives {listed(parts)}" if parts else ""
    few = few_at_risk(results, float(median["value"]))
    if results.posterior.primary.design.columns:
        return f"{start}.{few}" if start else ""
    end = "without a comparison group, no effect can be told from these patients."
    return f"{start}; {end}{few}" if start else capitalised(end)


def first_covariate(results: Results) -> str:
    """The variable that the primary model's formula names first; empty for none."""
    fit = results.posterior.primary
    if not fit.design.columns:
        return ""
    # the design has factors before numbers, whatever the formula says
    written = [name for term in written_terms(fit.spec.formula) for name in formula_variables(term)]
    return next((name for name in written if name in fit.design.variables), "")


def covariate_sentence(results: Results, name: str) -> str:
    """Hazard ratio of a covariate, in its step or level by level, and what Cox gives for it.

    Parameters
    ----------
    results : Results
        The results.
    name : str
        A variable of the primary model's formula.

    Returns
    -------
    str
        Sentences.
    """
    fit = results.posterior.primary
    label = model_labels(results)[fit.spec.name]
    level = interval_name(results.analysis.estimands.interval)
    rows = list(_rows(results, name))
    if not rows:
        shown = lowered(variable_label(results.cohort, name))
        return (
            f"Under the primary model ({label}), the effect of {shown} is no single ratio: see the "
            "curves and profiles."
        )
    others = [lowered(variable_label(results.cohort, v)) for v in _of_formula(fit) if v != name]
    given = f", given {listed(others)}," if others else ""
    parts = []
    for shown, row in rows:
        higher = 1 - row["below_1"]
        likelier, chance = ("higher", higher) if higher >= 0.5 else ("lower", row["below_1"])
        parts.append(
            f"**{ratio(row['hr'])}** for {shown} ({level} credible interval {ratio(row['lower'])} "
            f"to {ratio(row['upper'])}; probability of a {likelier} hazard "
            f"**{percent(chance)}**)"
        )
    which = which_ratio(results)
    text = f"Under the primary model ({label}), the hazard ratio{which}{given} is {listed(parts)}."
    cox = _cox(results, name)
    return f"{text} {cox}" if cox else text


def _of_formula(fit: Fit) -> list[str]:
    """Covariates of a fit's formula, without those that a life table looks up."""
    named = formula_variables(fit.spec.formula)
    return [name for name in fit.design.variables if name in named]


def left_open_sentence(results: Results, name: str) -> str:
    """What an association in these patients doesn't say."""
    shown = lowered(variable_label(results.cohort, name))
    longest = lasting(results.horizon, results.cohort.unit)
    return (
        f"This is an association among the patients at hand: they say nothing about what happens "
        f"after {longest} nor whether changing {shown} would change survival."
    )


def _terms(results: Results, name: str) -> list[str]:
    """Terms of `coefficients.csv` that are the effect of a variable: its step, else its columns."""
    design = results.posterior.primary.design
    if design.in_product(name):
        return []
    steps = [
        one.label
        for one in named_steps(design, results.cohort.columns)
        if one.label.startswith(f"{name}, per ")
    ]
    if steps:
        return steps
    if isinstance(design.frame[name].dtype, pd.CategoricalDtype):
        return [term for term in design.columns if term.startswith(f"{name}[")]
    return [term for term in design.columns if term == name]


def _rows(results: Results, name: str) -> Iterator[tuple[str, pd.Series]]:
    table = ratio_rows(results)
    label = model_labels(results)[results.posterior.primary.spec.name]
    mine = table[(table["model"] == label) & (table["kind"] == BAYESIAN)]
    for term in _terms(results, name):
        found = mine[mine["term"] == term]
        if len(found):
            yield lowered(term_label(results.cohort, term)), found.iloc[0]


def _cox(results: Results, name: str) -> str:
    """Cox's ratio of the same formula, or of the covariate by itself, which is then said."""
    names, fit = beside(results.cohort), results.posterior.primary
    table = ratio_rows(results)
    table = table[(table["kind"] == names.model) & np.isfinite(table["hr"].astype(float))]
    several = len(_of_formula(fit)) > 1
    terms = _terms(results, name)
    mine = table[table["term"].isin(terms)]
    label = cox_labels(results).get(f"{names.formula}{fit.spec.formula}")
    own = mine[mine["model"] == label] if several else mine
    alone = own.empty
    mine = (mine if alone else own).drop_duplicates("term")
    if mine.empty:
        return ""
    level = interval_name(results.analysis.estimands.interval)
    parts = [
        f"{ratio(row['hr'])} ({level} confidence interval {ratio(row['lower'])} to "
        f"{ratio(row['upper'])}; {p_sentence(row['p'])})"
        for _, row in mine.iterrows()
    ]
    how = " by itself" if several and alone else " with the same covariates" if several else ""
    of_all = ", of every death," if fit.spec.background is not None else ""
    return f"{names.regression}{how}{of_all} gives {listed(parts)}."
