"""Section with one answer over several models, beside the primary one."""

import numpy as np
import pandas as pd

from posthaz.analyses.model_averaging.answer import ModelAverage, average_models
from posthaz.analyses.model_averaging.spec import ANY, EVIDENCE, STACKING
from posthaz.answers import answer_frame
from posthaz.report.blocks import Block, Paragraph, Section, Table
from posthaz.report.cells import MISSING
from posthaz.report.clinical import ClinicalPart, Given
from posthaz.report.horizon import restriction
from posthaz.report.missing import MissingPart, guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import (
    arm_labels,
    capitalised,
    model_labels,
    reference_arm,
    term_label,
)
from posthaz.report.sections.question import asks_for_reference
from posthaz.report.sections.wording import (
    at_time,
    interval_name,
    listed,
    percent,
    ratio,
    signed,
    with_interval,
)

_NAME = "model_averaging"
_WAYS = {EVIDENCE: "posterior probabilities", STACKING: "stacking weights"}


def _answer(given: Given) -> ModelAverage:
    analysis = given.analysis
    return average_models(
        given.fits,
        given.cohort,
        analysis.clinical[_NAME],
        analysis.estimands,
        horizon=restriction(analysis, given.cohort),
        sampling=analysis.sampling,
        progress=lambda done, total: given.progress("averages over models", done, total),
    )


def _primary(results: Results, answer: ModelAverage) -> pd.DataFrame:
    name = results.posterior.primary.spec.name
    return answer.answers[answer.answers["model"] == name]


def averaged_sentence(results: Results, answer: ModelAverage) -> str:
    """The averaged answers beside the primary model's."""
    parts = []
    primary = _primary(results, answer)
    for way, words in _WAYS.items():
        own = answer.answers[answer.answers["way"] == way]
        chosen = own[own["answer"] == "log hazard ratio"]
        chosen = chosen if len(chosen) else own[own["answer"] == "rmst difference"]
        for row in chosen.to_dict("records")[:1]:
            beside = primary[
                (primary["answer"] == row["answer"]) & (primary["profile"] == row["profile"])
            ]
            said = f"{_name(results, row)} is **{_shown(results, row)}** by {words}"
            if len(beside):
                said += f" ({_shown(results, beside.iloc[0].to_dict())} in the primary model)"
            parts.append(
                f"{said}, a benefit{_of_whom(results)} with a probability of "
                f"{percent(_benefit(results, row['p_benefit']))}"
            )
    text = f"Averaged over the models, the {'; the '.join(parts)}." if parts else ""
    if np.isfinite(answer.inclusion):
        text += (
            f" The Bayes factor of the models with the treatment against those without is "
            f"**{answer.inclusion:.3g}**; it depends on the width of the treatment’s prior"
            f"{_cut_words(results)}."
        )
    return text.strip() or "No answer means the same in all of the models, to be averaged."


def _cut_words(results: Results) -> str:
    direction = results.analysis.clinical[_NAME].direction
    if direction == ANY:
        return ""
    whom = " of the other arm" if asks_for_reference(results) else ""
    return f", which allows of a {direction}{whom} only (cut at no effect)"


def _benefit(results: Results, other_arm: float) -> float:
    """Probability of a benefit for the arm asked about, from that of the other arm."""
    return 1.0 - other_arm if asks_for_reference(results) else other_arm


def _of_whom(results: Results) -> str:
    """Whose benefit it is, where it is the reference's."""
    return (
        f" of {arm_labels(results)[reference_arm(results)]}" if asks_for_reference(results) else ""
    )


def _name(results: Results, row: dict) -> str:
    compared = term_label(results.cohort, str(row["profile"]))
    if row["answer"] == "log hazard ratio":
        return f"hazard ratio of {compared}"
    quantity = "restricted mean" if row["answer"].startswith("rmst") else "survival"
    when = at_time(round(float(row["time"]), 1), results.cohort.unit)
    return f"difference in {quantity} at {when}"


def _shown(results: Results, row: dict) -> str:
    middle, lower, upper = (float(row[key]) for key in ("median", "lower", "upper"))
    if row["answer"] == "log hazard ratio":
        return with_interval(np.exp(middle), np.exp(lower), np.exp(upper), ratio)
    if row["answer"].startswith("survival"):
        points = (100.0 * middle, 100.0 * lower, 100.0 * upper)
        return with_interval(points[0], points[1], points[2], lambda one: signed(f"{one:.1f}"))
    return with_interval(middle, lower, upper, lambda one: signed(f"{one:.2f}"))


@guarded_block
def _weights(results: Results, answer: ModelAverage) -> Table:
    labels = model_labels(results)
    wide = answer.weights.pivot_table("weight", "model", "way", sort=False)
    evidence = answer.weights[answer.weights["way"] == EVIDENCE].set_index("model")
    rows = [
        {
            "model": labels.get(str(name), str(name)),
            **{way: percent(float(wide[way][name])) if way in wide else MISSING for way in _WAYS},
            "evidence": _evidence(evidence, str(name)),
            "note": str(evidence["problem"].get(name, "")) or MISSING,
        }
        for name in dict.fromkeys(answer.weights["model"])
    ]
    heads = {"model": "Model", EVIDENCE: "Posterior probability", STACKING: "Stacking weight"}
    heads |= {"evidence": "Log evidence", "note": "Remark"}
    return Table(
        pd.DataFrame(rows),
        "Weights of the models",
        {key: head for key, head in heads.items() if key not in _WAYS or key in wide},
        source="model_averaging_weights.csv",
        notes=(
            "Posterior probabilities suppose that one of the models is true and depend on the "
            "priors of all parameters; stacking weights suppose nothing of the kind and are those "
            "under which patients left out are predicted best.",
        ),
    )


def _evidence(table: pd.DataFrame, name: str) -> str:
    found, error = (table[key].astype(float).get(name, np.nan) for key in ("log_evidence", "mcse"))
    return f"{found:.2f} ± {error:.2f}" if np.isfinite(found) else MISSING


@guarded_block
def _answers(results: Results, answer: ModelAverage) -> Table:
    labels = model_labels(results)
    name = interval_name(results.analysis.estimands.interval)
    unit = results.cohort.unit
    primary = results.posterior.primary.spec.name
    shown = answer.answers[(answer.answers["model"].isin(["", primary]))]
    rows = [
        {
            "answer": capitalised(_name(results, row)),
            "by": f"average by {_WAYS[row['way']]}" if not row["model"] else labels[primary],
            "value": _shown(results, row),
            "benefit": percent(_benefit(results, row["p_benefit"])),
            "between": percent(row["between"]),
        }
        for row in shown.to_dict("records")
    ]
    heads = {
        "by": "Model",
        "value": f"Median ({name} interval)",
        "benefit": f"P(benefit{_of_whom(results)})",
    }
    heads |= {"between": "Variance between models"}
    note = f"Restricted means in {unit}, survival in percentage points."
    return Table(pd.DataFrame(rows), "Answers averaged over the models", heads, group="answer",
                 source="model_averaging.csv", notes=(note,))  # fmt: skip


def _section(results: Results, answer: ModelAverage) -> Section:
    blocks: tuple[Block, ...] = (Paragraph(averaged_sentence(results, answer)),)
    if len(answer.weights):
        blocks += (_weights(results, answer),)
    if len(answer.answers):
        blocks += (_answers(results, answer),)
    averaged = set(answer.answers["model"])
    left = [name for name in results.posterior.fits if name not in averaged]
    if left:
        blocks += (Paragraph(f"Not averaged: {listed([f'`{one}`' for one in left])}."),)
    return Section("Averages over models", "model-averaging", blocks)


def _rows(answer: ModelAverage) -> pd.DataFrame:
    """The averaged answers; each model's own are those of the models."""
    own = answer.answers[answer.answers["model"] == ""]
    same = ["time", "mean", "sd", "lower", "upper"]
    named = own[same].assign(
        term=own["profile"],
        model="average by " + own["way"].astype(str),
        method="posterior",
        quantity=own["answer"].str.replace(" ", "_"),
        value=own["median"],
    )
    ratio_of = own["answer"] == "log hazard ratio"
    believed = named[["term", "time", "model", "method", "quantity"]].assign(
        statement=np.where(ratio_of, "< 0", "> 0"), probability=own["p_benefit"]
    )
    return answer_frame(pd.concat([named, believed], ignore_index=True))


PART = ClinicalPart(
    _NAME,
    _answer,
    lambda answer: {"model_averaging": answer.answers, "model_averaging_weights": answer.weights},
    _section,
    rows=_rows,
    missing=lambda answer: tuple(MissingPart(name, reason) for name, reason in answer.lost),
)
