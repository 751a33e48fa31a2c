"""Effects in subgroups in the report."""

from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.analyses.adjust.matched_sample import cohort_of, given_samples
from posthaz.analyses.subgroups.answer import SubgroupEffects, no_subgroups, subgroup_effects
from posthaz.analyses.subgroups.words import (
    contradicted,
    printed_in_subgroup,
    smallest_test,
    subgroup_methods,
    subgroups_lead,
)
from posthaz.answers import View, median_and_limits
from posthaz.arms.groups import group_name
from posthaz.arms.interaction_test import ROBUST_WALD
from posthaz.checks import convergence
from posthaz.estimands import coefficient_table
from posthaz.figures import draw_subgroups
from posthaz.report.blocks import Block, FigureBlock, Note, Paragraph, Section, Table
from posthaz.report.cells import MISSING
from posthaz.report.clinical import ClinicalPart, Given, convergence_notes, remark_blocks
from posthaz.report.missing import guarded_block, lost_parts
from posthaz.report.results import Results
from posthaz.report.sections.naming import lowered
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import (
    interval_name,
    p_value,
    percent,
    ratio,
    with_interval,
)
from posthaz.spec import EXCHANGEABLE_SD, SHRUNKEN_TERM
from posthaz.spec.sample import MATCHED

_NAME = "subgroups"
_KINDS = {
    "cox": "Alone, Cox",
    "separate": "Alone, Bayesian",
    "interaction": "Interaction model",
    "pooled": "Partially pooled",
}


def _answer(given: Given) -> SubgroupEffects:
    analysis = given.analysis
    sampling, asked = analysis.sampling, analysis.clinical[_NAME]
    if sampling.method != "pymc":
        sampling = replace(sampling, method="nuts")
    cohort = cohort_of(asked.sample, given.cohort, given_samples(given))
    if cohort is None:
        return no_subgroups(given.cohort, asked)
    return subgroup_effects(
        cohort,
        analysis.primary,
        asked,
        sampling,
        interval=analysis.estimands.interval,
        progress=given.progress,
    )


def _tables(answer: SubgroupEffects) -> dict[str, pd.DataFrame]:
    if answer.table.empty:
        return {}
    tables = {"subgroups": answer.table, "subgroup_tests": answer.tests}
    if answer.pooled is not None:
        tables["subgroup_model"] = coefficient_table(answer.pooled)
    return tables


def _failures(answer: SubgroupEffects) -> tuple[str, ...]:
    if answer.pooled is None:
        return ()
    checked = convergence(answer.pooled)
    return tuple(f"{checked.model}: {text}" for text in checked.failures)


def _section(results: Results, answer: SubgroupEffects) -> Section:
    if answer.table.empty:
        return Section(_title(answer), _NAME, tuple(Note("warning", n) for n in answer.notes))
    about = [Note("info", answer.sample_note)] if answer.sample_note else []
    blocks: list[Block] = [
        *about,
        Paragraph(_reading(results, answer)),
        _forest(results, answer),
        _effects(results, answer),
        _tests(answer),
        Paragraph(_methods(results, answer)),
    ]
    blocks += convergence_notes(_failures(answer))
    blocks += remark_blocks([*answer.notes, *_remarks(answer)])
    return Section(_title(answer), _NAME, tuple(blocks))


def _title(answer: SubgroupEffects) -> str:
    return "Subgroups of the matched patients" if answer.sample == MATCHED else "Subgroups"


def _arms(results: Results, answer: SubgroupEffects) -> tuple[str, str]:
    return results.cohort.arm_label(answer.reference), results.cohort.arm_label(answer.arm)


def _levels(answer: SubgroupEffects) -> pd.DataFrame:
    return answer.table[answer.table["column"] != "all"]


def _reading(results: Results, answer: SubgroupEffects) -> str:
    reference, arm = _arms(results, answer)
    levels = _levels(answer)
    pooled = levels.dropna(subset=["pooled_hr"])
    text = (
        f"Hazard ratio of {arm} v {reference} in {len(levels)} subgroups. Each of them alone "
        "has fewer events than the whole, and the most extreme of many is extreme by chance as well"
    )
    if pooled.empty:
        return f"{text}; there are no partially pooled estimates, which would allow for that."
    text += (
        "; the **partially pooled** estimates draw subgroups together as far as they agree: read "
        f"those first{contradicted(answer)}. "
    )
    low, high = pooled["pooled_hr"].min(), pooled["pooled_hr"].max()
    text += f"They run from {ratio(low)} to {ratio(high)}"
    cox = levels["cox_hr"].dropna()
    if len(cox):
        text += f", where subgroups alone run from {ratio(cox.min())} to {ratio(cox.max())} (Cox)"
    alone = pooled["separate_hr"].notna()  # a subgroup without events differs by its prior alone
    pooled = pooled[alone] if alone.any() else pooled
    top = pooled.iloc[int(np.argmax(pooled["p_differs"].to_numpy(dtype=float)))]
    text += (
        f". The subgroup likeliest to differ from the whole by a factor of {answer.differs_by:g} "
        f"or more is {top['label']}: {top['level_label']}, with probability "
        f"{percent(float(top['p_differs']))}."
    )
    return text + smallest_test(answer)


def _methods(results: Results, answer: SubgroupEffects) -> str:
    spec = results.analysis.clinical[_NAME]
    adjusted = f", adjusted for {', '.join(f'`{t}`' for t in spec.adjusted)}" * bool(spec.adjusted)
    text = (
        f"Alone: the treatment in the subgroup’s own patients{adjusted}. Interaction model: the "
        "treatment, one column and their product in all patients. Partially pooled: one model "
        "with all columns, in which the log hazard ratio of a patient is a mean plus a deviation "
        "for each level the patient has; deviations sum to zero within a column and are normal "
        f"with a standard deviation of the column’s own, which is half-normal({spec.sd:g}) before "
        "the data (after Dixon and Simon, Biometrics 1991;47:871–881; Jones et al. 2011, "
        "https://doi.org/10.1177/1740774510396933). A subgroup’s effect is the mean over its "
        "patients. It is conditional on all columns, so that it tends to lie farther from 1 "
        "than ratios that are not adjusted for them. All Bayesian models share the baseline hazard "
        f"of the primary model. Test of interaction: {_test_words(answer)}."
    )
    return text + _spread(results, answer)


def _robust(answer: SubgroupEffects) -> bool:
    return bool((answer.tests["test"] == ROBUST_WALD).any())


def _test_words(answer: SubgroupEffects) -> str:
    if not _robust(answer):
        return "likelihood ratio between Cox models"
    return "Wald, with the sandwich variance of the Cox model by cluster"


def _spread(results: Results, answer: SubgroupEffects) -> str:
    if answer.pooled is None:
        return ""
    draws = answer.pooled.draws["posterior"][EXCHANGEABLE_SD]
    medians = draws.median(("chain", "draw"))
    widest = int(medians.to_numpy().argmax())
    interval = results.analysis.estimands.interval
    quantiles = median_and_limits(draws.isel({SHRUNKEN_TERM: widest}).to_numpy(), interval)
    middle, lower, upper = (ratio(float(q)) for q in quantiles)
    level = interval_name(interval)
    term = str(medians[SHRUNKEN_TERM].to_numpy()[widest])
    return (
        f" The standard deviation of the deviations, on the log scale, is largest for "
        f"{_column_of(answer, term)}: {middle} ({level} interval {lower} to {upper})."
    )


def _column_of(answer: SubgroupEffects, term: str) -> str:
    """Name to show for the column whose deviations are a term of the model."""
    for _, row in answer.tests.iterrows():
        if any(f"zero_sum({name})" in term for name in (row["column"], group_name(row["column"]))):
            return lowered(row["label"])
    return term


@guarded_block
def _forest(results: Results, answer: SubgroupEffects) -> FigureBlock:
    figure = draw_subgroups(
        answer.table,
        answer.tests,
        arms=_arms(results, answer),
        differs_by=answer.differs_by,
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
    )
    parts = [
        f"{row['label']}, {row['level_label']}: {ratio(row['pooled_hr'])} "
        f"({ratio(row['pooled_lower'])} to {ratio(row['pooled_upper'])})"
        for _, row in _levels(answer).dropna(subset=["pooled_hr"]).iterrows()
    ]
    alt = f"Forest plot of subgroups, partially pooled hazard ratios. {'; '.join(parts)}."
    who = "matched " if answer.sample == MATCHED else ""
    caption = (
        f"Hazard ratio in subgroups of all {who}patients: each alone (Cox) and partially pooled "
        f"(Bayesian; dotted line: the average of all {who}patients), with events and patients by "
        "arm"
    )
    return picture(results, figure, "subgroups", alt, caption, "subgroups.csv")


@guarded_block
def _effects(results: Results, answer: SubgroupEffects) -> Table:
    rows = []
    for _, row in answer.table.iterrows():
        rows.append(
            {
                "label": row["label"],
                "level": row["level_label"],
                **{
                    kind: with_interval(
                        row[f"{kind}_hr"], row[f"{kind}_lower"], row[f"{kind}_upper"]
                    )
                    for kind in _KINDS
                },
                "below": percent(float(row["pooled_p_below_1"])),
                "differs": percent(float(row["p_differs"])),
            }
        )
    level = interval_name(results.analysis.estimands.interval)
    heads = {"level": "Subgroup", **_KINDS, "below": "P(HR < 1), pooled"}
    heads |= {"differs": f"P(differs by {answer.differs_by:g} or more)"}
    return Table(
        pd.DataFrame(rows),
        f"Hazard ratios ({level} intervals) in subgroups, four ways",
        heads,
        group="label",
        source="subgroups.csv",
        notes=(
            f"P(differs by {answer.differs_by:g} or more): posterior probability that the pooled "
            f"hazard ratio is at least {answer.differs_by:g} times that of all patients, or at "
            f"most 1/{answer.differs_by:g} of it.",
        ),
    )


@guarded_block
def _tests(answer: SubgroupEffects) -> Table:
    frame = pd.DataFrame(
        {
            "label": answer.tests["label"],
            "chisq": [MISSING if np.isnan(v) else f"{v:.2f}" for v in answer.tests["chisq"]],
            "df": [
                MISSING if np.isnan(v) else f"{v:.0f}" for v in answer.tests["df"].astype(float)
            ],
            "p": [p_value(p) for p in answer.tests["p"].astype(float)],
        }
    )
    heads = {"label": "Interaction with", "chisq": "Chi-square", "df": "df", "p": "P"}
    caption = f"{'Robust Wald' if _robust(answer) else 'Likelihood-ratio'} tests of interaction"
    return Table(frame, caption, heads, source="subgroup_tests.csv")


def _remarks(answer: SubgroupEffects) -> list[str]:
    levels = [
        f"{row['label']}, {row['level_label']}: {row['note']}."
        for _, row in _levels(answer).iterrows()
        if row["note"]
    ]
    tests = [
        f"Interaction with {lowered(row['label'])}: {row['note']}."
        for _, row in answer.tests.iterrows()
        if row["note"]
    ]
    return [*levels, *tests]


PART = ClinicalPart(
    _NAME,
    _answer,
    _tables,
    _section,
    failures=_failures,
    printed=printed_in_subgroup,
    methods=subgroup_methods,
    missing=lambda answer: lost_parts(answer.notes),
    lead=subgroups_lead,
    views=(
        View(
            "subgroups",
            "population=column+level value=cox_hr lower=cox_lower upper=cox_upper p=cox_p note",
            {"quantity": "hazard_ratio", "method": "cox"},
        ),
        *(
            View(
                "subgroups",
                f"population=column+level value={how}_hr lower={how}_lower upper={how}_upper",
                {"quantity": "hazard_ratio", "method": "posterior", "model": how},
                (f"{how}_p_below_1", "< 1"),
            )
            for how in ("separate", "interaction", "pooled")
        ),
        View(
            "subgroup_tests",
            "term=column model=test statistic=chisq df p note",
            {"quantity": "interaction_test", "method": "cox"},
        ),
    ),
)
