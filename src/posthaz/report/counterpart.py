"""What stands beside a printed number: our frequentist answer and our posterior."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf, isnan, nan

import pandas as pd

from posthaz.baselines import logrank, median_survival, rmst, survival_at
from posthaz.cohort import Cohort, restricted
from posthaz.design import formula_variables
from posthaz.estimands import (
    observed_population,
    restricted_mean,
    summary,
    survival,
    survival_quantile,
)
from posthaz.inference import Fit
from posthaz.report.results import Results
from posthaz.report.sections.beside import beside, grouped
from posthaz.report.sections.naming import arm_labels, contrasts
from posthaz.report.sections.rows import (
    answer_row,
    coefficient_row,
    cox_row,
    estimand_row,
    follow_up_row,
    hazard_ratio_row,
)
from posthaz.spec import Analysis, Published

TESTS = ("logrank", "p_value")
"""Quantities of a printed test."""


@dataclass(frozen=True)
class Number:
    """An estimate with its interval; what there isn't is not a number.

    Parameters
    ----------
    value, lower, upper : float
        Estimate and limits.
    """

    value: float = nan
    lower: float = nan
    upper: float = nan

    @classmethod
    def of(cls, row: pd.Series | None, value: str = "value", prefix: str = "") -> "Number":
        """The number in a row of a table; no number where there is no row."""
        if row is None:
            return cls()
        return cls(*(float(row[name]) for name in (value, f"{prefix}lower", f"{prefix}upper")))

    @property
    def missing(self) -> bool:
        """Whether there is no number."""
        return isnan(self.value)


@dataclass(frozen=True)
class Counterpart:
    """What stands beside a printed number.

    Parameters
    ----------
    ours, bayes : Number
        Frequentist answer of this cohort, and posterior.
    """

    ours: Number = Number()
    bayes: Number = Number()


def counterpart(results: Results, one: Published) -> Counterpart:
    """Answer for the whole cohort that a printed number is set against.

    Parameters
    ----------
    results : Results
        The results.
    one : Published
        The printed number.

    Returns
    -------
    Counterpart
        Its numbers are missing where the analysis doesn't give them.
    """
    if one.quantity in ("logrank", "p_value") and not one.covariate:
        return Counterpart(_test(results, one.quantity))
    if one.quantity == "logrank":
        return Counterpart(Number(covariate_logrank(results.cohort, one.covariate)))
    if one.quantity == "events":
        return Counterpart(Number(_events(results, one.arm)))
    if one.quantity == "share" or (one.covariate and one.quantity in ("median", "survival")):
        return Counterpart()
    if one.covariate:
        return _covariate(results, one)
    if one.quantity == "hazard_ratio":
        return _treatment(results, one)
    if not one.arm and results.cohort.treatment and not grouped(results.cohort):
        fit = results.posterior.primary
        return all_arms(results.analysis, results.cohort, fit, one)
    return _of_arm(results, one)


def _of_arm(results: Results, one: Published) -> Counterpart:
    names, arms = beside(results.cohort), arm_labels(results)
    if one.arm and one.arm not in arms:
        return Counterpart()
    arm = one.arm or next(iter(arms))
    profile = arm if results.posterior.primary.treatment else "all"
    analysis = "rmst" if one.quantity == "rmst" else names.curve_analysis
    ours = answer_row(results, analysis, one.quantity, arm, time=one.time)
    bayes = estimand_row(results, one.quantity, profile, one.time)
    return Counterpart(curve_number(ours, one), Number.of(bayes, "median"))


def curve_number(row: pd.Series | None, one: Published, value: str = "value") -> Number:
    """The number in a row of a curve's answers.

    A median that the curve did not fall to is infinite; missing is only what has no row.
    """
    number = Number.of(row, value)
    # a row that `answer_row` did not find has no text either
    there = row is not None and row.get("analysis") != ""
    unreached = one.quantity == "median" and there and number.missing
    return replace(number, value=inf) if unreached else number


def all_arms(analysis: Analysis, cohort: Cohort, fit: Fit, one: Published) -> Counterpart:
    """All arms together: Kaplan-Meier, and the posterior averaged over the patients as treated.

    Parameters
    ----------
    analysis : Analysis
        The analysis.
    cohort : Cohort
        The cohort, or a part of it.
    fit : Fit
        Fit of the primary model to these patients.
    one : Published
        A printed median, survival or restricted mean.

    Returns
    -------
    Counterpart
        Answer of this cohort, and posterior.
    """
    whom = [observed_population(fit)]
    if one.quantity == "median":
        draws = survival_quantile(fit, (0.5,), whom)
    elif one.quantity == "survival":
        draws = survival(fit, [one.time or 0.0], whom)
    else:
        draws = restricted_mean(fit, [one.time or 0.0], whom)
    bayes = pd.Series(summary(draws.isel(profile=0, time=0), analysis.estimands.interval))
    return Counterpart(curve_of_all(analysis, cohort, one), Number.of(bayes, "median"))


def curve_of_all(analysis: Analysis, cohort: Cohort, one: Published) -> Number:
    """A median, survival or restricted mean of all arms together by Kaplan-Meier."""
    cohort = replace(cohort, treatment="")
    interval = analysis.estimands.interval
    limits = {"transform": analysis.baselines.confidence_transform, "level": interval}
    if one.quantity == "median":
        table, name = median_survival(cohort, **limits), "time"
    elif one.quantity == "survival":
        table, name = survival_at(cohort, [one.time or 0.0], **limits), "survival"
    else:
        table, name = rmst(cohort, one.time or 0.0, level=interval), "value"
    return curve_number(table.iloc[0], one, name)


def _treatment(results: Results, one: Published) -> Counterpart:
    pairs = contrasts(results, results.posterior.primary)
    arm = one.arm or next(iter(pairs), "")
    if arm not in pairs:
        return Counterpart()
    term = f"{results.cohort.treatment}[{arm}]"
    ours = _univariable(results, term) if one.model == "univariable" else None
    for fit in _fits(results, one, results.cohort.treatment):
        bayes = Number.of(hazard_ratio_row(results, fit, arm)[0], "median")
        ours = cox_row(results, fit, arm)[0] if ours is None else ours
        return Counterpart(Number.of(ours), bayes)
    return Counterpart(Number.of(ours))


def _covariate(results: Results, one: Published) -> Counterpart:
    """Hazard ratio of a covariate, or its Wald P value."""
    term = f"{one.covariate}[{one.level}]" if one.level else one.covariate
    ours = _univariable(results, term) if one.model == "univariable" else None
    bayes, variables = None, _variables(results, one.covariate)
    for fit in _fits(results, one, one.covariate):
        # beside a product, a coefficient is the effect in the reference patient alone
        product = any(fit.design.in_product(name) for name in variables)
        if term not in fit.design.columns or product:
            continue
        bayes = coefficient_row(results, fit.spec.name, term)
        if ours is None:
            own = f"{beside(results.cohort).formula}{fit.spec.formula}"
            ours = answer_row(results, own, "hazard_ratio", term=term)
        break
    if one.quantity == "p_value":
        return Counterpart(Number() if ours is None else Number(float(ours["p"])))
    return Counterpart(Number.of(ours), Number.of(bayes, "hr_median", "hr_"))


def _fits(results: Results, one: Published, covariate: str) -> Iterator[Fit]:
    """Fits that answer for a covariate, by itself or among others, as the paper did."""
    wanted = _variables(results, covariate)
    for fit in results.posterior.fits.values():
        variables = set(formula_variables(fit.spec.formula))
        model = "univariable" if variables == wanted else "multivariable"
        if wanted <= variables and one.model in ("", model):
            yield fit


def _variables(results: Results, covariate: str) -> set[str]:
    """The covariates of what was printed: one by its name, or those of a term."""
    named = covariate in results.cohort.covariates
    return {covariate} if named else set(formula_variables(covariate))


def _univariable(results: Results, term: str) -> pd.Series:
    names = beside(results.cohort)
    return answer_row(results, names.univariable, "hazard_ratio", term=term)


def _test(results: Results, quantity: str) -> Number:
    """Log-rank test; for grouped times the likelihood ratio of the grouped model."""
    value = "p" if quantity == "p_value" else "statistic"
    if not grouped(results.cohort):
        return Number(float(answer_row(results, "logrank", "test")[value]))
    univariable, term = beside(results.cohort).univariable, results.cohort.treatment
    return Number(float(answer_row(results, univariable, "likelihood_ratio", term=term)[value]))


def covariate_logrank(cohort: Cohort, covariate: str) -> float:
    """Log-rank chi-square between the levels of a covariate; not a number where it has none."""
    values = cohort.covariates.get(covariate)
    if values is None or not hasattr(values, "cat") or grouped(cohort):
        return nan
    known = restricted(cohort, values.notna().to_numpy())
    test = logrank(replace(known, treatment=covariate))
    return float(test["chisq"].iloc[0]) if len(test) else nan


def _events(results: Results, arm: str) -> float:
    table = results.frequentist.follow_up
    mine = table[table["arm"].astype(str) == arm]
    if arm and not len(mine):
        return nan
    return float((mine.iloc[0] if len(mine) else follow_up_row(results))["events"])


def number_of_test(
    row: pd.Series | None, one: Published, statistic: str, p: str = "p"
) -> Counterpart | None:
    """The P value of a test in a row of a table, or its statistic, as `one` asks."""
    if row is None:
        return None
    return Counterpart(Number(float(row[p if one.quantity == "p_value" else statistic])))
