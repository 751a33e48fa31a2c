"""A sensitivity analysis in words: what was varied, what the variants say together."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, Condition
from posthaz.report.blocks import Paragraph
from posthaz.report.sections.naming import capitalised, lowered, term_label, variable_label
from posthaz.report.sections.prior_words import prior_words
from posthaz.report.sections.wording import (
    SPACE,
    counted,
    interval_name,
    listed,
    percent,
    ratio,
    signed,
    with_interval,
)
from posthaz.sensitivity import AS_STATED
from posthaz.sensitivity.e_value import e_value, e_value_of_interval, has_common_outcome
from posthaz.spec import (
    Analysis,
    BaselineChange,
    Change,
    FormulaChange,
    PriorChange,
    SensitivitySpec,
    SubsetChange,
)

_PRIOR = "prior on "
_SURE = 0.95


class Study(Protocol):
    """What was asked, and of whom."""

    @property
    def analysis(self) -> Analysis: ...  # noqa: D102

    @property
    def cohort(self) -> Cohort: ...  # noqa: D102

    @property
    def simulated(self) -> bool: ...  # noqa: D102


def compared_terms(table: pd.DataFrame) -> list[str]:
    """Coefficients of the treatment; a variant without an answer has none."""
    return [term for term in dict.fromkeys(table["term"]) if term]


def range_paragraphs(study: Study, table: pd.DataFrame) -> tuple[Paragraph, ...]:
    """What the variants say together about each comparison of arms."""
    return tuple(
        Paragraph(range_sentence(study, table[table["term"] == term], term))
        for term in compared_terms(table)
    )


def five_answers(
    study: Study,
    comparison: pd.DataFrame,
    beside: Mapping[str, str],
    table: pd.DataFrame | None = None,
) -> tuple[str, ...]:
    """What a reviewer asks first, a line each: prior, baseline, adjustment, patients, confounder.

    Parameters
    ----------
    study : Study
        What was asked, and of whom.
    comparison : DataFrame
        Result of `compare_variants`.
    beside : mapping of str to str
        Sentences on a few ``patients`` and on a ``confounder``, where another analysis has them.
    table : DataFrame, optional
        The variants, of which the primary tells how strong a confounder would have to be.

    Returns
    -------
    tuple of str
        Five lines; a question that nothing was tried for says so.
    """
    axes = comparison[np.isfinite(comparison["hr_lowest"].astype(float))]
    axes = axes[~axes["axis"].str.contains(", ")]  # one choice at a time
    kinds = axes["axis"].map(_question)
    tipping = "tipping_points" in study.analysis.clinical
    unasked = "not tried; a table `[tipping_points]` in the analysis file answers it."
    unasked = "`posthaz report` answers it, by `[tipping_points]`." if tipping else unasked
    lines = []
    for about, key in _TRIED.items():
        rows = axes[kinds == about]
        said = [beside[key]] if key in beside else []
        if len(rows) or not said:
            said.append(_axis_answer(study, rows, key))
        lines.append((about, " ".join(capitalised(one) for one in said)))
    known = beside.get("confounder") or _confounder(study, table, asked=tipping)
    lines.append(("a confounder nobody measured", known or unasked))
    hidden = axes[kinds == _HIDDEN]
    if len(hidden):
        lines.append((_HIDDEN, _axis_answer(study, hidden, "censored")))
    return tuple(f"Does it hang on **{about}**? {capitalised(text)}" for about, text in lines)


def _confounder(study: Study, table: pd.DataFrame | None, *, asked: bool) -> str:
    """How strong a confounder would have to be, by the primary variant's weakest ratio."""
    if table is None:
        return ""
    rows = table[table["primary"] & np.isfinite(table["hr_median"].astype(float))]
    if rows.empty:
        return ""
    common = has_common_outcome(study.cohort)
    ratios = rows[["hr_median", "hr_lower", "hr_upper"]].to_numpy(float)
    values = [e_value(middle, common=common) for middle, _, _ in ratios]
    _, lower, upper = ratios[int(np.argmin(values))]
    limit = e_value_of_interval(lower, upper, common=common)
    text = explained_away(min(values), limit, "common" if common else "rare")
    where = "`posthaz report`" if asked else "`[tipping_points]` in the analysis file"
    return f"{text} {where} says what a known one would leave."


def explained_away(estimate: float, interval: float, outcome: str) -> str:
    """How strong a confounder would have to be for a ratio of 1, and an interval that holds 1."""
    return (
        "To explain the hazard ratio away, an unmeasured confounder would need a risk ratio of "
        f"**{estimate:.2f}** with treatment and outcome both (E-value for a {outcome} outcome; "
        f"**{interval:.2f}** to bring the interval to 1)."
    )


_HIDDEN = "what censoring may hide"
_TRIED = {
    "the prior": "priors",
    "the baseline hazard": "baselines",
    "adjustment": "formulas",
    "a few patients": "patients",
}
"""What may be asked of choices that were tried, and which key of the file tries it."""
_KEYS = {"patients": "`[sensitivity.exclusions.NAME]` or `[tipping_points]`"}
_ADJUSTMENT = ("covariate", "coding of ", "matching", "weights", "missing values")
_PATIENTS = ("patients", "exclusion of ", "without one ", "landmark", "horizon")


def _question(axis: str) -> str:
    """Which of a reviewer's questions an axis answers."""
    if axis.startswith(_PRIOR):
        return "the prior"
    if axis == "the censored":
        return _HIDDEN
    if axis.startswith(_ADJUSTMENT):
        return "adjustment"
    return "a few patients" if axis.startswith(_PATIENTS) else "the baseline hazard"


def _axis_answer(study: Study, rows: pd.DataFrame, key: str) -> str:
    """How far a kind of change moves the answer, its worst axis and coefficient."""
    if rows.empty:
        where = _KEYS.get(key, f"`[sensitivity.{key}]`")
        return f"not tried; {where} in the analysis file answers it."
    worst = rows.iloc[int(np.argmax(rows["largest_difference_sd"].abs().fillna(0.0)))]
    several = f" of {term_label(study.cohort, worst['term'])}" if len(set(rows["term"])) > 1 else ""
    moved = abs(float(worst["largest_difference_sd"]))
    by = ""
    if np.isfinite(moved):
        furthest = readable_changes(study.cohort, str(worst["largest"]))
        by = f", at most {moved:.2f} posterior standard deviations from the primary ({furthest})"
    return (
        f"the hazard ratio{several} lies between **{ratio(rows['hr_lowest'].min())}** and "
        f"**{ratio(rows['hr_highest'].max())}**, P(HR < 1) between "
        f"{percent(rows['p_lowest'].min())} and {percent(rows['p_highest'].max())}, over "
        f"{counted(int(rows['variants'].sum()), 'alternative')}{by}."
    )


def range_sentence(study: Study, rows: pd.DataFrame, term: str) -> str:
    """What the variants say together about one comparison of arms."""
    compared = term_label(study.cohort, term)
    finite = rows[np.isfinite(rows["hr_median"].astype(float))]
    primary, others = finite[finite["primary"]], finite[~finite["primary"]]
    if primary.empty or others.empty:
        return f"No hazard ratio of {compared} could be compared between variants."
    interval = interval_name(study.analysis.estimands.interval)
    one = primary.iloc[0]
    ordered = others.sort_values("hr_median", kind="stable")
    low, high = ordered.iloc[0], ordered.iloc[-1]
    text = (
        f"The hazard ratio of {compared} is **"
        f"{with_interval(one['hr_median'], one['hr_lower'], one['hr_upper'])}** in the primary "
        f"model as stated. In the {counted(len(others), 'other variant')} it lies between "
        f"**{ratio(low['hr_median'])}** ({variant_label(study, low)}) and "
        f"**{ratio(high['hr_median'])}** ({variant_label(study, high)}), and the "
        f"probability that it is below 1 between {percent(others['p_hr_below_1'].min())} and "
        f"{percent(others['p_hr_below_1'].max())} (primary: {percent(one['p_hr_below_1'])})."
    )
    sure = int((finite["p_hr_below_1"] > _SURE).sum())
    text += f" P(HR < 1) passes {percent(_SURE)} in {sure} of {len(finite)} variants."
    apart = _excludes_one(others)
    if bool(_excludes_one(primary).iloc[0]):
        left = int((~apart).sum())
        which = (
            "Every variant’s does too"
            if not left
            else f"That of {counted(left, 'variant')} doesn’t"
        )
        return f"{text} The primary {interval} interval excludes 1. {which}."
    found = int(apart.sum())
    which = (
        "nor does that of any variant" if not found else f"that of {counted(found, 'variant')} does"
    )
    return f"{text} The primary {interval} interval doesn’t exclude 1; {which}."


def _excludes_one(rows: pd.DataFrame) -> pd.Series:
    return (rows["hr_lower"] > 1) | (rows["hr_upper"] < 1)


def how_sentences(study: Study, table: pd.DataFrame) -> str:
    """What was varied, and how the variants were sampled."""
    asked = study.analysis.sensitivity
    assert asked is not None
    rows = table.drop_duplicates(["model", "variant"])
    weighted = int(rows["method"].str.startswith("Laplace").sum())
    fitted = rows[rows["problem"] == ""]
    redone = int(fitted["method"].str.contains("can't be trusted").sum())
    texts = [
        f"{counted(len(rows), 'variant')} of the analysis, {_combined(asked)}; all were fitted "
        "with the same seed."
    ]
    if weighted:
        worst = float(fitted.loc[fitted["method"].str.startswith("Laplace"), "khat"].max())
        texts.append(
            f"{weighted} of them were drawn from a Laplace approximation with importance weights "
            f"(largest k-hat {signed(f'{worst:.2f}')}), the others by chains"
            + (f", {redone} of these since their weights could not be trusted." if redone else ".")
        )
    return " ".join(texts)


def _combined(asked: SensitivitySpec) -> str:
    if asked.combine == "full":
        return "every combination of the alternatives and of what is stated"
    return "each with one thing changed"


def axis_label(cohort: Cohort, axis: str) -> str:
    """Name of an axis to show, such as "Prior on randomised arm"."""
    if axis == AS_STATED:
        return "Primary model"
    return capitalised(", ".join(_readable(cohort, part) for part in axis.split(", ")))


def variant_label(study: Study, row: pd.Series) -> str:
    """Name of a variant in a sentence, such as "prior on randomised arm: sceptical"."""
    name = readable_changes(study.cohort, str(row["variant"]))
    several = len(study.analysis.sensitivity.models) > 1 if study.analysis.sensitivity else False
    return f"{row['model']}, {name}" if several else name


def readable_changes(cohort: Cohort, variant: str) -> str:
    """The changes of a variant, their axes as a reader knows them."""
    return "; ".join(_readable(cohort, part) for part in variant.split("; "))


def _readable(cohort: Cohort, part: str) -> str:
    """``prior on arm: wide`` with the label of the covariate in place of its column."""
    if not part.startswith(_PRIOR):
        return part
    key, colon, name = part.removeprefix(_PRIOR).partition(": ")
    return f"{_PRIOR}{lowered(variable_label(cohort, key))}{colon}{name}"


def alternative_label(row: dict, several: bool = False) -> str:
    """A variant's name within its axis, with its model where there are several."""
    name = str(row["variant"]).removeprefix(f"{row['axis']}: ")
    return f"{row['model']}, {name}" if several else name


def change_words(change: Change) -> str:
    """What an alternative puts in place of what the model states."""
    if isinstance(change, PriorChange):
        origin = f" ({change.prior.origin})" if change.prior.origin else ""
        return f"{prior_words(change.prior)}{origin}".replace(" %", SPACE + "%")
    if isinstance(change, SubsetChange):
        return "; ".join(_condition_words(one) for one in change.where.conditions)
    if not isinstance(change, BaselineChange | FormulaChange):
        return change.words
    start = change.baseline.label() if isinstance(change, BaselineChange) else f"`{change.formula}`"
    priors = [f"`{key}` {prior_words(prior)}" for key, prior in change.priors.items()]
    return f"{start}; priors: {'; '.join(priors)}" if priors else start


def _condition_words(condition: Condition) -> str:
    limits = [f"{name.replace('_', ' ')} {limit:g}" for name, limit in condition.limits.items()]
    return f"`{condition.column}` {' and '.join(limits) or 'in ' + listed(condition.levels)}"
