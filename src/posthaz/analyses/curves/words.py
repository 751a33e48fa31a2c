"""What a curve says, in sentences."""

import numpy as np
import pandas as pd

from posthaz.analyses.curves.answer import CURVE, LINE, WITHOUT, Curve
from posthaz.analyses.curves.threshold import ONE_CUT, PUBLISHED_CUT, Threshold
from posthaz.cohort import Column
from posthaz.report.results import Results
from posthaz.report.sections.naming import amount, capitalised, column_name, column_of
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    duration,
    interval_name,
    listed,
    number_text,
    p_sentence,
    percent,
    ratio,
    share,
    signed,
    with_interval,
)

_SURE = 0.9
_EVEN = 0.05


def curve_lead(results: Results, one: Curve) -> str:
    """How the hazard, and survival, differ between two values."""
    column = column_of(results, one.asked.column)
    row = one.statements.iloc[0]
    level = interval_name(results.analysis.estimands.interval)
    high, low = amount(row["value"], column), amount(row["against"], column)
    above = float(row["p_above_1"])
    side = "higher" if above >= 0.5 else "lower"
    numbers = with_interval(row["median"], row["lower"], row["upper"])
    text = (
        f"At a {column_name(column)} of {high} the hazard is {numbers} times that at {low} "
        f"({level} credible interval), and {side} with probability "
        f"{percent(max(above, 1.0 - above))}"
    )
    ends = _survival_between(results, one, float(row["against"]), float(row["value"]))
    return f"{text}{'; ' + ends if ends else ''}."


def _survival_between(results: Results, one: Curve, start: float, end: float) -> str:
    """Survival at the last asked time at two values, where both are in the table."""
    rows = one.rows[one.rows["quantity"] == "survival"]
    if rows.empty:
        return ""
    time = float(rows["time"].max())
    rows = rows[rows["time"] == time]
    column = column_of(results, one.asked.column)
    low, high = (
        rows.iloc[int(np.abs(rows["x"].to_numpy(float) - x).argmin())] for x in (start, end)
    )
    when = at_time(time, results.cohort.unit)
    return (
        f"standardised over the patients, {share(float(low['median']))} are event-free at {when} "
        f"at {amount(low['x'], column)} and {share(float(high['median']))} at "
        f"{amount(high['x'], column)}"
    )


def statement_sentences(results: Results, one: Curve) -> str:
    """What is said of the other pairs of values."""
    column = column_of(results, one.asked.column)
    said = [
        f"the hazard at {amount(row['value'], column)} exceeds that at "
        f"{amount(row['against'], column)} with probability {percent(float(row['p_above_1']))} "
        f"(hazard ratio {with_interval(row['median'], row['lower'], row['upper'])})"
        for _, row in one.statements.iloc[1:].iterrows()
    ]
    return f"{capitalised(listed(said))}." if said else ""


def turn_sentence(results: Results, one: Curve) -> str:
    """Where the hazard is lowest or highest, if that is inside the data."""
    column, said = column_of(results, one.asked.column), []
    for word, place in one.turns.items():
        if place["p_inside"] >= _SURE:
            said.append(
                f"the hazard is {word} at about {amount(place['median'], column)} "
                f"({amount(place['lower'], column)} to {amount(place['upper'], column)}), inside "
                f"the data with probability {percent(place['p_inside'])}"
            )
    return f"The curve turns: {listed(said)}." if said else ""


def shape_words(one: Curve) -> str:
    """The curve in words."""
    along = one.along
    on = "the logarithm of the number" if along.scale == "log" else "the number"
    if along.shape == "spline":
        return (
            f"a cubic spline of {on} on evenly spaced knots, {along.df} columns beside its line, "
            "whose coefficients walk at random with second differences (a penalised spline); the "
            "standard deviation over patients of its departure from the line is half-normal with "
            f"scale {along.sd:g}"
        )
    if along.shape == "monotone":
        return (
            f"a {along.direction} curve, {along.df} integrated splines of {on} with coefficients "
            "of 0 or more; the change of the log hazard over the data is half-normal with scale "
            "1.5, shared out evenly but for a standard deviation of 1 of the log shares"
        )
    return f"a straight line in {on}"


def model_sentence(one: Curve) -> str:
    """Which model it is, and what the curve replaces."""
    new = listed([f"`{term}`" for term in one.along.terms])
    if one.replaced:
        old = listed([f"`{term}`" for term in one.replaced])
        did = f"with {new} in place of {old}"
    else:
        did = f"with {new} added"
    return f"The model is the primary one {did}: `{one.formula}`. It holds {shape_words(one)}."


def comparison_sentence(one: Curve) -> str:
    """What the bends, and the number itself, add to prediction."""
    if one.comparison.empty:
        return ""
    names = [str(name) for name in one.comparison["model"]]
    elpd = dict(zip(names, one.comparison["elpd"].to_numpy(float), strict=True))
    errors = dict(zip(names, one.comparison["difference_se"].to_numpy(float), strict=True))
    said = []
    for name, label in ((LINE, "a straight line"), (WITHOUT, "the formula without it")):
        if name not in elpd:
            continue
        # errors are of differences from the best model, so that others have none
        known = names[0] in (CURVE, name)
        spread = f" (standard error {max(errors[CURVE], errors[name]):.1f})" if known else ""
        said.append(f"{signed(f'{elpd[CURVE] - elpd[name]:.1f}')} against {label}{spread}")
    return (
        "Expected log predictive density of the curve, leaving one patient out: "
        f"{listed(said)}; above 0 the curve predicts better."
    )


def cut_sentences(results: Results, one: Curve, found: Threshold) -> list[str]:
    """Where a cut would lie, and what it costs."""
    column = column_of(results, one.asked.column)
    name, level = column_name(column), interval_name(results.analysis.estimands.interval)
    return [
        _where(column, found, level),
        _fits(found),
        _searched(column, found),
        _costs(column, name, found),
    ]


def _where(column: Column, found: Threshold, level: str) -> str:
    cut, hr = found.cut, found.hr
    text = (
        f"If the hazard did step at one value, it would be at {amount(cut['median'], column)} "
        f"({level} credible interval {amount(cut['lower'], column)} to "
        f"{amount(cut['upper'], column)}; most probable {amount(cut['mode'], column)}), with a "
        f"hazard ratio of {with_interval(hr['median'], hr['lower'], hr['upper'])} above it."
    )
    edges = found.cuts
    inside = (edges["previous"] < found.judged) & (found.judged <= edges["cut"])
    if found.published and inside.any():
        row = edges[inside].iloc[0]
        times = float(row["posterior"] / row["prior"])
        text += (
            f" The published cut, {amount(found.judged, column)}, has a posterior "
            f"{number_text(times, 2)} times its prior."
        )
    return text


def _fits(found: Threshold) -> str:
    """Whether any cut predicts better than the curve."""
    names = {ONE_CUT: "one cut, averaged over where it may lie", PUBLISHED_CUT: "the published cut"}
    said = [
        f"{names[row['model']]} {signed(f'{row["elpd_difference"]:.1f}')} (standard error "
        f"{row['difference_se']:.1f})"
        for _, row in found.elpd.iterrows()
    ]
    head = (
        "A cut fits better than the curve" if found.better else "No cut fits better than the curve"
    )
    return (
        f"{head}: expected log predictive density minus the curve’s, {listed(said)}; better means "
        "more than two standard errors above 0."
    )


def _searched(column: Column, found: Threshold) -> str:
    parts = []
    if found.selected is not None:
        one = found.selected
        parts.append(
            f"The cut with the largest log-rank statistic is {amount(one.cut, column)} "
            f"(standardised statistic {one.statistic:.2f}): {p_sentence(one.p_nominal)} as if it "
            f"had been known, {p_sentence(one.p_permutation)} once the search is accounted for, "
            f"by 9,999 permutations ({p_sentence(one.p_lausen)} by Lausen and Schumacher’s "
            "approximation)."
        )
    one = found.optimism
    if not one["cohorts"] > 0:
        return " ".join(parts)
    parts.append(
        f"In {one['cohorts']:.0f} cohorts simulated from the curve, which has no step, the best "
        f"cut had a hazard ratio of {ratio(one['apparent'])} in the patients it was chosen in and "
        f"{ratio(one['fresh'])} in new ones (geometric means), and lay anywhere from "
        f"{amount(one['lower'], column)} to {amount(one['upper'], column)} (middle 90{SPACE}%)."
    )
    return " ".join(parts)


def _costs(column: Column, name: str, found: Threshold) -> str:
    far, at, within = found.within
    upper, lower, across = found.across
    return (
        f"What a cut at {amount(found.judged, column)} costs: it keeps "
        f"{share(found.kept)} of the variance of the log hazard along the curve. It holds "
        f"patients at {amount(far, column)} and at {amount(at, column)} alike, whose hazards the "
        f"curve sets {ratio(within)} apart, and parts those at {amount(lower, column)} from those "
        f"at {amount(upper, column)}, whose hazards differ by a factor of {ratio(across)}."
    )


def rmst_sentence(results: Results, one: Curve) -> str:
    """Restricted means at the ends of the tabled values."""
    rows = one.rows[(one.rows["quantity"] == "rmst") & one.rows["x"].isin(one.at)]
    if rows.empty:
        return ""
    column, unit = column_of(results, one.asked.column), results.cohort.unit
    ends = rows.sort_values("x").iloc[[0, -1]]
    said = [
        f"{duration(row['median'], unit)} ({duration(row['lower'], unit)} to "
        f"{duration(row['upper'], unit)}) at {amount(row['x'], column)}"
        for _, row in ends.iterrows()
    ]
    when = at_time(float(rows["time"].iloc[0]), unit)
    return f"Restricted mean time to {when}, in {unit}: {listed(said)}."


def curve_methods(results: Results, answer: tuple[Curve, ...]) -> str:
    """How the curves were made."""
    names = listed([column_name(column_of(results, one.asked.column)) for one in answer])
    text = (
        f"The hazard along {names} is read off the primary model with the number as a curve, "
        "fitted by a Laplace approximation with importance weights (NUTS where these can’t be "
        "trusted). Survival and restricted means are standardised: averaged over the patients as "
        "they are, each given the value. Nothing is said outside the patients’ values. The curve "
        "beside it is Cox regression with a natural cubic spline of 3 degrees of freedom, or with "
        "the same straight line."
    )
    if any(one.threshold for one in answer):
        text += (
            " The change-point model puts one step where the curve is: each cut that leaves a "
            "tenth of the patients on either side is a model, as probable beforehand as the "
            "patients it stands for; their marginal likelihoods give the posterior of the cut."
        )
    return text


def published_marks(found: Threshold, column: Column) -> list[tuple[str, float]]:
    """Cuts to be marked in the picture of the posterior."""
    marks = [("Published", found.judged)] if found.published else []
    if found.selected is not None:
        marks.append(("Largest log-rank", found.selected.cut))
    return marks


def tabled(one: Curve, quantity: str) -> pd.DataFrame:
    """Rows of a quantity at the tabled values."""
    return one.rows[(one.rows["quantity"] == quantity) & one.rows["x"].isin(one.at)]
