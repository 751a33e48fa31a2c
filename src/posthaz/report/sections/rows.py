"""Rows of the results' tables, found by name; a row that isn't there holds no numbers."""

import numpy as np
import pandas as pd

from posthaz.cohort import names_patients_by_word
from posthaz.inference import Fit
from posthaz.report.results import Results
from posthaz.report.sections.beside import beside
from posthaz.report.sections.naming import reference_arm
from posthaz.report.sections.wording import at_time, counted
from posthaz.spec import term_positions

_CLOSE = 1e-9
_TEXT = ("analysis", "arm", "term", "quantity", "note", "model", "estimand", "profile")


def estimand_row(
    results: Results, estimand: str, profile: str, time: float | None = None, model: str = ""
) -> pd.Series:
    """Row of ``estimands.csv``, of the primary model unless another is named."""
    table = results.posterior.estimands
    chosen = (
        (table["model"] == (model or results.posterior.primary.spec.name))
        & (table["estimand"] == estimand)
        & (table["profile"].astype(str) == profile)
    )
    return _only(table, chosen, time)


def answer_row(
    results: Results,
    analysis: str,
    quantity: str,
    arm: str = "",
    term: str = "",
    time: float | None = None,
) -> pd.Series:
    """Row of ``baselines.csv``."""
    table = results.frequentist.answers
    chosen = (
        (table["analysis"] == analysis)
        & (table["quantity"] == quantity)
        & (table["arm"].astype(str) == arm)
        & (table["term"].astype(str) == term)
    )
    return _only(table, chosen, time)


def coefficient_row(results: Results, model: str, term: str) -> pd.Series:
    """Row of ``coefficients.csv``."""
    table = results.posterior.coefficients
    return _only(table, (table["model"] == model) & (table["term"] == term), None)


def follow_up_row(results: Results) -> pd.Series:
    """Row of ``follow_up.csv`` for the whole cohort."""
    return results.frequentist.follow_up.iloc[-1]


def others_failed(results: Results) -> float:
    """Patients who failed from another cause than the endpoint's."""
    cohort = results.cohort
    return float(cohort.weight[cohort.cause > 1].sum())


def _only(table: pd.DataFrame, chosen: pd.Series, time: float | None) -> pd.Series:
    if time is not None:
        chosen = chosen & np.isclose(table["time"].astype(float), time, rtol=_CLOSE)
    found = table[chosen]
    if len(found):
        return found.iloc[0]
    return pd.Series({name: "" if name in _TEXT else np.nan for name in table.columns})


def treatment_term(fit: Fit, arm: str) -> str:
    """Coefficient that is the effect of an arm by itself; empty when there is none.

    There is none when the arm takes part in an interaction: its effect then depends on the
    other covariate.
    """
    term = f"{fit.treatment}[{arm}]"
    if not fit.treatment or term not in fit.design.columns:
        return ""
    return "" if fit.design.in_product(fit.treatment) else term


def hazard_ratio_row(results: Results, fit: Fit, arm: str) -> tuple[pd.Series, str]:
    """Hazard ratio of an arm against the reference under one model, and which ratio it is.

    Returns
    -------
    row : Series
        With ``median, lower, upper, mcse, below_1`` (the probability of a ratio below 1).
    kind : str
        `ratio_kind`; ``"marginal hazard ratio at 36 months"`` where the model has no constant one;
        empty where it has none at all.
    """
    model, term = fit.spec.name, treatment_term(fit, arm)
    row = coefficient_row(results, model, term) if term else None
    if row is not None and np.isfinite(row["hr_median"]):
        numbers = {key: row[f"hr_{key}"] for key in ("median", "lower", "upper")}
        numbers |= {"below_1": row["p_hr_below_1"], "mcse": row["mcse_mean"]}
        return pd.Series(numbers), ratio_kind(fit, term)
    profile = f"{arm} / {reference_arm(results)}"
    times = [time for time in results.analysis.estimands.survival_at if time > 0]
    if not times or not fit.treatment:
        return pd.Series(dict.fromkeys(("median", "lower", "upper", "below_1", "mcse"), np.nan)), ""
    found = estimand_row(results, "marginal hazard ratio", profile, times[-1], model)
    below = estimand_row(results, "P(marginal hazard ratio < 1)", profile, times[-1], model)
    numbers = {key: found[key] for key in ("median", "lower", "upper", "mcse")}
    where = f"marginal hazard ratio at {at_time(times[-1], results.cohort.unit)}"
    return pd.Series(numbers | {"below_1": below["mean"]}), where


def ratio_marks(fit: Fit, term: str) -> tuple[str, ...]:
    """What a hazard ratio of a coefficient is beyond a ratio of hazards at any time.

    Parameters
    ----------
    fit : Fit
        A fit.
    term : str
        A column of its design.

    Returns
    -------
    tuple of str
        Some of ``"average"`` (over the events, of an effect that changes with time), ``"excess"``
        (of hazards beyond an expected one) and ``"not cured"`` (among those who are not).
    """
    spec, design = fit.spec, fit.design
    changing = [j for one in spec.changed_terms for j in term_positions(one, design)]
    mixture = spec.cure is not None and spec.cure.kind == "mixture"
    found = {
        "average": term in {design.columns[j] for j in changing},
        "excess": spec.background is not None,
        "not cured": mixture,
    }
    return tuple(mark for mark, holds in found.items() if holds)


def ratio_kind(fit: Fit, term: str) -> str:
    """Which hazard ratio a coefficient gives, such as ``"average excess hazard ratio"``."""
    marks = ratio_marks(fit, term)
    before = "".join(f"{mark} " for mark in marks if mark != "not cured")
    after = " among those not cured" if "not cured" in marks else ""
    return f"{before}hazard ratio{after}"


def cox_row(results: Results, fit: Fit, arm: str) -> tuple[pd.Series, str]:
    """Cox hazard ratio of an arm: of the same formula where there is one, else by itself.

    Returns
    -------
    row : Series
        Row of ``baselines.csv``.
    analysis : str
        Name of the Cox model in it.
    """
    term = f"{results.cohort.treatment}[{arm}]"
    names = beside(results.cohort)
    own = f"{names.formula}{fit.spec.formula}"
    for analysis in (own, names.univariable):
        interacting = analysis == own and not treatment_term(fit, arm)
        row = answer_row(results, analysis, "hazard_ratio", term=term)
        if np.isfinite(row["value"]) and not interacting:
            return row, analysis
    return answer_row(results, own, "hazard_ratio", term=term), own


def patients_and_rows(results: Results, units: float) -> tuple[float, str]:
    """How many patients there are, and what they have where each has several observations.

    Parameters
    ----------
    results : Results
        The results.
    units : float
        Units of observation, which are patients unless clusters are (two eyes of one).

    Returns
    -------
    tuple of (float, str)
        Patients, and words that follow, such as ``" with 394 observations"``; empty where each
        patient is one unit and no clusters were named.
    """
    name, cluster = results.analysis.cohort.cluster, results.cohort.cluster
    clusters = 0 if cluster is None else len(np.unique(cluster))
    if not 0 < clusters < units:
        return units, ""
    if names_patients_by_word(name):
        return clusters, f" with {counted(units, 'observation')}"
    return units, f" in {counted(clusters, 'cluster')} of `{name}`"


def restriction(results: Results) -> float:
    """Horizon of the restricted mean; not a number where there is none."""
    table = results.posterior.estimands
    times = table.loc[table["estimand"] == "rmst", "time"]
    return float(times.iloc[0]) if len(times) else float("nan")
