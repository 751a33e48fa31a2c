"""Missing covariates in the report."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from posthaz.analyses.missing.answer import MissingAnswer, missing_answers
from posthaz.analyses.missing.fits import (
    COMPLETE,
    COX_COMPLETE,
    COX_IMPUTED,
    IMPUTED,
)
from posthaz.analyses.missing.words import (
    answer_words,
    assumption_words,
    complete_words,
    information_words,
    missing_lead,
    missing_methods,
    mixing_words,
)
from posthaz.answers import answer_frame
from posthaz.figures import draw_hazard_ratios, draw_missing_patterns
from posthaz.report.blocks import Block, Bullets, FigureBlock, Note, Paragraph, Section, Table
from posthaz.report.cells import MISSING
from posthaz.report.clinical import ClinicalPart, Given
from posthaz.report.horizon import restriction
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels, term_label, variable_label
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import (
    SPACE,
    interval_name,
    percent,
    significant,
    with_interval,
)

_NAME = "missing"
_SOURCES = {
    IMPUTED: "Bayesian, imputed", COMPLETE: "Bayesian, complete cases",
    COX_IMPUTED: "Cox, imputed", COX_COMPLETE: "Cox, complete cases",
}  # fmt: skip
_IN_FOREST = {IMPUTED: "Bayesian, imputed", COMPLETE: "Complete cases"}


def _answer(given: Given) -> MissingAnswer:
    analysis, cohort = given.analysis, given.everyone or given.cohort
    return missing_answers(
        cohort,
        analysis.clinical[_NAME],
        analysis.sampling,
        survival_at=analysis.estimands.survival_at,
        horizon=restriction(analysis, cohort),
        interval=analysis.estimands.interval,
        progress=given.progress,
    )


def _tables(answer: MissingAnswer) -> dict[str, pd.DataFrame]:
    found = {
        "imputed_coefficients": answer.coefficients,
        "imputed_answers": answer.answers,
        "missing_patterns": answer.patterns,
        "missing_by_group": answer.groups,
        "imputation_trace": answer.imputed.trace,
    }
    return found | ({} if answer.deltas.empty else {"imputed_shifts": answer.deltas})


def _section(results: Results, answer: MissingAnswer) -> Section:
    texts = (missing_lead(results, answer), answer_words(results, answer), complete_words(results))
    blocks: list[Block] = [Paragraph(text) for text in texts if text]
    blocks += [_coefficients(results, answer), _forest(results, answer)]
    blocks += [_patterns(results, answer), _groups(results, answer)]
    blocks.append(Paragraph(assumption_words(answer)))
    if not answer.deltas.empty:
        blocks += _shift_figures(results, answer)
    text = mixing_words(answer)
    blocks.append(Note("warning", text) if "**" in text else Paragraph(text))
    if text := information_words(answer):
        blocks.append(Paragraph(text))
    if answer.notes:
        blocks += [Paragraph("What can’t be given:"), Bullets(answer.notes)]
    return Section("Missing covariates", "missing", tuple(blocks))


def _labelled(results: Results, answer: MissingAnswer) -> pd.DataFrame:
    """Coefficients with the words of their terms and methods; named steps in place of units."""
    table = answer.coefficients
    table = table[~table["term"].isin(set(table["step_of"]))]
    labels = [term_label(results.cohort, str(term)) for term in table["term"]]
    if len(set(table["model"])) > 1:
        labels = [f"{a} ({b})" for a, b in zip(labels, table["model"], strict=True)]
    return table.assign(label=labels, source=table["method"].map(_SOURCES))


@guarded_block
def _coefficients(results: Results, answer: MissingAnswer) -> Table:
    level = interval_name(results.analysis.estimands.interval)
    rows = []
    for label, part in _labelled(results, answer).groupby("label", sort=False):
        by = {str(row["method"]): row for _, row in part.iterrows()}
        rows.append(
            {
                "label": label,
                **{method: _ratio(by.get(method)) for method in _SOURCES},
                "missing": percent(float(by[IMPUTED]["missing_information"]))
                if IMPUTED in by else MISSING,
                "mcse": significant(float(by[IMPUTED]["mcse"])) if IMPUTED in by else MISSING,
            }
        )  # fmt: skip
    heads = {
        "label": "Hazard ratio",
        **{method: f"{words} ({level})" for method, words in _SOURCES.items()},
        "missing": "Missing information", "mcse": f"MCSE of log{SPACE}HR",
    }  # fmt: skip
    sizes = answer.coefficients.drop_duplicates("method").set_index("method")["patients"]
    notes = (
        f"Imputed: {sizes[IMPUTED]:.0f} patients, {len(answer.imputed.cohorts)} imputations; "
        "complete cases: those who lack no covariate of the model.",
    )
    return Table(pd.DataFrame(rows), "Hazard ratios with missing covariates imputed, and of "
                 "complete cases", heads, source="imputed_coefficients.csv", notes=notes,
                 wraps=True)  # fmt: skip


def _ratio(row: pd.Series | None) -> str:
    if row is None or not np.isfinite(float(row["hr"])):
        return MISSING
    return with_interval(row["hr"], row["lower"], row["upper"])


@guarded_block
def _forest(results: Results, answer: MissingAnswer) -> FigureBlock:
    table = _labelled(results, answer)
    table = table[table["method"].isin(_IN_FOREST)]
    table = table.assign(term=table["label"], source=table["method"].map(_IN_FOREST))
    figure = draw_hazard_ratios(
        table, interval=results.analysis.estimands.interval, treatment=False,
        simulated=results.simulated,
    )  # fmt: skip
    alt = f"Forest of hazard ratios, imputed and of complete cases. {_told(table)}."
    caption = "Bayesian hazard ratios with missing covariates imputed, and of complete cases"
    return picture(results, figure, "imputed_coefficients", alt, caption,
                   "imputed_coefficients.csv")  # fmt: skip


def _told(table: pd.DataFrame) -> str:
    """The rows of a forest as text."""
    return "; ".join(
        f"{row['label']}, {row['source']}: {with_interval(row['hr'], row['lower'], row['upper'])}"
        for row in table.to_dict("records")
    )


@guarded_block
def _patterns(results: Results, answer: MissingAnswer) -> FigureBlock:
    names = [name for name in answer.patterns if name in results.cohort.covariates]
    labels = {str(name): variable_label(results.cohort, str(name)) for name in names}
    arms = arm_labels(results) if results.cohort.treatment else {}
    figure = draw_missing_patterns(
        answer.patterns, covariates=labels, arms=arms, simulated=results.simulated
    )
    said = []
    for row in answer.patterns.to_dict("records"):
        lacks = [labels[name] for name in labels if row[name]]
        said.append(f"{row['patients']} lack {' and '.join(lacks) or 'nothing'}")
    alt = f"Tiles of what is missing together. {'; '.join(said)}."
    caption = "Which covariates are missing together, and in how many patients"
    if len(answer.patterns) > 12:
        caption += " (the twelve commonest patterns)"
    return picture(results, figure, "missing_patterns", alt, caption, "missing_patterns.csv")


@guarded_block
def _groups(results: Results, answer: MissingAnswer) -> Table:
    labels = arm_labels(results) if results.cohort.treatment else {}
    rows = []
    for name, part in answer.groups.groupby("covariate", sort=False):
        row = {"label": variable_label(results.cohort, str(name))}
        for one in part.to_dict("records"):
            row[f"{one['group']}:{one['level']}"] = (
                f"{one['lacking']}/{one['patients']} ({percent(one['share'])})"
                if one["patients"] else MISSING
            )  # fmt: skip
        rows.append(row)
    heads = {"label": "Missing", "all:": "All"}
    heads |= {f"arm:{arm}": label for arm, label in labels.items()}
    heads |= {"event:yes": "With event", "event:no": "Censored"}
    return Table(pd.DataFrame(rows), "Patients who lack each covariate", heads,
                 source="missing_by_group.csv", wraps=True)  # fmt: skip


def _shift_figures(results: Results, answer: MissingAnswer) -> list[Block]:
    """A forest for each column whose imputed values are shifted."""
    return [_shifts(results, answer, str(name)) for name in answer.deltas["column"].unique()]


@guarded_block
def _shifts(results: Results, answer: MissingAnswer, column: str) -> FigureBlock:
    shifted = answer.deltas[answer.deltas["column"] == column]
    plain = answer.coefficients
    plain = plain[
        (plain["method"] == IMPUTED)
        & plain["model"].isin(shifted["model"])
        & plain["term"].isin(shifted["term"])
    ].assign(delta=0.0)
    both = pd.concat([shifted[shifted["delta"] != 0.0], plain]).sort_values("delta", kind="stable")
    own = both[[_is_about(results, str(term), column) for term in both["term"]]]
    several = len(set(own["model"])) > 1
    words = [term_label(results.cohort, str(term)) for term in own["term"]]
    own = own.assign(
        label=[f"{a} ({b})" if several else a for a, b in zip(words, own["model"], strict=True)],
        source=[f"shifted by {delta:+g}" if delta else "as imputed" for delta in own["delta"]],
    )
    own = own.assign(term=own["label"]).sort_values("term", kind="stable")
    figure = draw_hazard_ratios(
        own, interval=results.analysis.estimands.interval, treatment=False,
        simulated=results.simulated,
    )  # fmt: skip
    label, unit = variable_label(results.cohort, column), results.cohort.columns[column].unit
    scale = f"in {unit}" if unit else "in its unit"
    scale = "on the log odds" if hasattr(results.cohort.covariates[column], "cat") else scale
    alt = f"Hazard ratios when imputed values of {label} are shifted. {_told(own)}."
    caption = (
        f"Were they not missing at random: Bayesian hazard ratios when the imputed values of "
        f"{label} are shifted ({scale})"
    )
    return picture(results, figure, f"imputed_shifts_{column}", alt, caption, "imputed_shifts.csv")


def _is_about(results: Results, term: str, column: str) -> bool:
    """Whether a coefficient is the treatment's or the shifted column's."""
    treatment = results.cohort.treatment
    names = tuple(name for name in (treatment, column) if name)
    return any(term == name or term.startswith((f"{name}[", f"{name},")) for name in names)


def _rows(answer: MissingAnswer) -> pd.DataFrame:
    return answer_frame(_answer_rows(answer))


def _answer_rows(answer: MissingAnswer) -> Iterator[dict[str, object]]:
    """Pooled and complete-case answers as rows of ``answers.csv``."""
    for row in answer.coefficients.to_dict("records"):
        method, population = str(row["method"]).split(", ")
        bayes = {"statement": "< 1", "probability": row["p_below_1"]}
        yield {
            "analysis": _NAME, "population": population, "model": row["model"],
            "term": row["term"], "method": method, "quantity": "hazard_ratio", "value": row["hr"],
            "lower": row["lower"], "upper": row["upper"], "n": row["patients"],
            **({"p": row["p"]} if method == "cox" else bayes),
        }  # fmt: skip
    for row in answer.answers.to_dict("records"):
        method, population = str(row["method"]).split(", ")
        told: dict[str, object] = {str(key): value for key, value in row.items()}
        yield {**told, "analysis": _NAME, "population": population, "method": method}


PART = ClinicalPart(
    _NAME,
    _answer,
    _tables,
    _section,
    failures=lambda answer: answer.failures,
    methods=missing_methods,
    lead=missing_lead,
    is_question=True,
    rows=_rows,
)
