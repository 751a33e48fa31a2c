"""What imputation found, in sentences."""

import numpy as np
import pandas as pd

from posthaz.analyses.missing.answer import MissingAnswer
from posthaz.analyses.missing.fits import COMPLETE, COX_IMPUTED, IMPUTED
from posthaz.design import Design, term_variables
from posthaz.report.results import Results
from posthaz.report.sections.naming import term_label, variable_label
from posthaz.report.sections.wording import (
    at_time,
    change,
    count_text,
    interval_name,
    listed,
    percent,
    points,
    ratio,
)

_MIXED = 1.1
_JOINTLY = "linear regression (of the logarithm where that is less skewed, within the range seen)"
_KINDS = {
    "continuous": "predictive mean matching (five donors)",
    "binary": "logistic regression",
    "ordered": "continuation-ratio logistic regression",
    "unordered": "a sequence of logistic regressions",
}


def first_term(results: Results, answer: MissingAnswer) -> tuple[str, str] | None:
    """Model and term that the answer is told by: the treatment, or the first coefficient.

    A coefficient of a product, or of what takes part in one, is no hazard ratio of all patients.
    """
    table = answer.coefficients
    if table.empty:
        return None
    designs = {name: fit.design for name, fit in results.posterior.fits.items()}
    alone = [
        model not in designs or not in_a_product(designs[model], term)
        for model, term in zip(table["model"], table["term"], strict=True)
    ]
    table = table[alone]
    if table.empty:
        return None
    of_arm = table[table["term"].str.startswith(f"{results.cohort.treatment}[")]
    row = (of_arm if results.cohort.treatment and len(of_arm) else table).iloc[0]
    return str(row["model"]), str(row["term"])


def in_a_product(design: Design, label: str) -> bool:
    """Whether a coefficient is of a product, or of a term that takes part in one."""
    term = dict(zip(design.columns, design.terms, strict=True)).get(label, label)
    return any(design.in_product(name) for name in term_variables(design.formula, term))


def rows_of(answer: MissingAnswer, model: str, term: str) -> dict[str, pd.Series]:
    """Rows of one coefficient by method."""
    table = answer.coefficients
    own = table[(table["model"] == model) & (table["term"] == term)]
    return {str(row["method"]): row for _, row in own.iterrows()}


def who_lacks(results: Results, answer: MissingAnswer, model: str) -> str:
    """Which covariates of a model are missing in how many."""
    needed = next(one.needed for one in results.analysis.models if one.name == model)
    whole = len(answer.imputed.cohorts[0].patients)
    parts = [
        f"{variable_label(results.cohort, name)} in {count}"
        for name, count in answer.imputed.lacking.items()
        if name in needed
    ]
    return f"{listed(parts)} of {whole} patients"


def missing_lead(results: Results, answer: MissingAnswer) -> str:
    """The effect with missing values imputed, and that of complete cases."""
    about = first_term(results, answer)
    if about is None:
        return ""
    rows = rows_of(answer, *about)
    one, alone = rows[IMPUTED], rows.get(COMPLETE)
    level = interval_name(results.analysis.estimands.interval)
    text = (
        f"**With missing covariates imputed** ({who_lacks(results, answer, about[0])}), the hazard "
        f"ratio of {term_label(results.cohort, about[1])} is **{ratio(one['hr'])}** ({level} "
        f"credible interval {ratio(one['lower'])} to {ratio(one['upper'])})"
    )
    if COX_IMPUTED in rows:
        cox = rows[COX_IMPUTED]
        text += (
            f"; Cox by Rubin’s rules: {ratio(cox['hr'])} ({ratio(cox['lower'])} to "
            f"{ratio(cox['upper'])})"
        )
    text += (
        f". The missing values hold {percent(one['missing_information'])} of the information on it."
    )
    if alone is not None:
        text += (
            f" In the {count_text(alone['patients'])} patients who lack none of its covariates it "
            f"is {ratio(alone['hr'])} ({ratio(alone['lower'])} to {ratio(alone['upper'])}); what "
            "else stands here is about them."
        )
    return text


def complete_words(results: Results) -> str:
    """What in the report is about complete cases."""
    return (
        "This section alone uses the imputed values. Everything else in the report (the models’ "
        "own tables and curves, comparison of models, Cox regression, and the screening, "
        "adjustment, subgroups and other analyses where the file asks for them) is about the "
        "patients who lack none of the covariates concerned."
    )


def assumption_words(answer: MissingAnswer) -> str:
    """What imputation takes for granted."""
    text = (
        "Imputation takes values to be missing at random: given the other covariates, the event "
        "and the follow-up, that a value is missing must say nothing of what it is. No data can "
        "tell."
    )
    if answer.imputed.model:
        return f'{text} What a departure would do can be asked with method = "multiple".'
    if answer.deltas.empty:
        return (
            f"{text} What a departure would do can be asked by delta in [missing.columns.NAME], "
            "which shifts imputed values."
        )
    return text


def answer_words(results: Results, answer: MissingAnswer) -> str:
    """Differences of standardised survival and restricted means, imputed beside complete."""
    table, unit = answer.answers, results.cohort.unit
    said = []
    for quantity, name in (
        ("survival_difference", "in survival at"), ("rmst_difference", "in restricted mean to")
    ):  # fmt: skip
        own = table[table["quantity"] == quantity]
        if own.empty:
            continue
        last = own[own["time"] == own["time"].max()]
        by = {
            row["method"]: row for _, row in last[last["model"] == last["model"].iloc[0]].iterrows()
        }
        if IMPUTED not in by or COMPLETE not in by:
            continue
        show = points if quantity.startswith("survival") else (lambda value: change(value, unit))
        one, alone = by[IMPUTED], by[COMPLETE]
        what = "points" if quantity.startswith("survival") else unit
        said.append(
            f"{name} {at_time(float(one['time']), unit)} is {show(one['value'])} {what} "
            f"({show(one['lower'])} to {show(one['upper'])}; complete cases "
            f"{show(alone['value'])})"
        )
    return f"The standardised difference between arms {listed(said)}." if said else ""


def mixing_words(answer: MissingAnswer) -> str:
    """Whether the chained equations came to rest, and how many imputations they are."""
    what = "the draws of missing values" if answer.imputed.model else "the chained equations"
    if np.isnan(answer.mixing):
        return (
            f"Too few cycles were asked for to tell whether {what} came to rest; "
            "ask for 8 or more by iterations in [missing]."
        )
    start = (
        f"R-hat of the means of imputed values, over the later half of the cycles of "
        f"{len(answer.imputed.cohorts)} chains, is at most {answer.mixing:.2f}"
    )
    if answer.mixing > _MIXED:
        return f"{start}: **{what} have not come to rest**; raise iterations in [missing]."
    return f"{start}: {what} have come to rest."


def information_words(answer: MissingAnswer) -> str:
    """Whether there are enough imputations for what is missing."""
    table = answer.coefficients[answer.coefficients["method"] == IMPUTED]
    most = float(table["missing_information"].max()) if len(table) else 0.0
    count = len(answer.imputed.cohorts)
    if 100 * most <= count:
        return ""
    return (
        f"The largest share of missing information is {percent(most)}: as a rule, as many "
        f"imputations as its percentage ({int(np.ceil(100 * most))}, here {count}) make the "
        "results repeatable; more are asked for by imputations in [missing]."
    )


def missing_methods(results: Results, answer: MissingAnswer) -> str:
    """What was done."""
    made = answer.imputed
    kinds = _KINDS | ({"continuous": _JOINTLY} if made.model else {})
    how = [
        f"{variable_label(results.cohort, name)} by {kinds[kind]}"
        for name, kind in made.kinds.items()
    ]
    predictors = listed([variable_label(results.cohort, name) for name in made.predictors])
    start, cycles = (
        f"Missing covariates were imputed {len(made.cohorts)} times",
        f"{made.trace['iteration'].max() + 1} cycles each, seed {made.seed}",
    )
    text = (
        f"{start} by chained equations (statsmodels; {cycles}): {listed(how)}. Imputation models "
        f"held {predictors}, the event and the Nelson-Aalen cumulative hazard over each patient’s "
        "follow-up (White and Royston 2009)."
    )
    if made.model:
        text = (
            f"{start} jointly with each model that is fitted ({cycles}): its parameters and the "
            "missing values were drawn in turn, each value from the product of the likelihood of "
            "the patient’s follow-up and a model of its column by the others "
            f"({listed(how)}; columns {predictors}), so that imputations agree with the model "
            "whatever its terms (Bartlett et al. 2015, doi:10.1177/0962280214521348)."
        )
    return (
        f"{text} Each model was fitted to every completed cohort with the same priors, and the "
        "draws joined to one posterior; convergence was checked within imputations. Cox’s "
        "estimates were pooled by Rubin’s rules. The share of missing information compares the "
        "variance between imputations with the whole."
    )
