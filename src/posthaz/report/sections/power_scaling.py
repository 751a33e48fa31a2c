"""Which prior matters for which answer, in words and as a table."""

import numpy as np
import pandas as pd

from posthaz.checks import mattering
from posthaz.checks.power_scaling import DECIDES, LIKELIHOOD, MUCH
from posthaz.report.blocks import Block, Paragraph, Table
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import term_label
from posthaz.report.sections.wording import at_time, counted, listed, signed

_SOURCE = "https://doi.org/10.1007/s11222-023-10366-5"
_MOST_ANSWERS = 6


def scaling_blocks(results: Results) -> list[Block]:
    """A sentence and a table for the primary model; nothing where no answer was scaled."""
    table = results.posterior.power_scaling
    if table.empty:
        return []
    own = table[table["model"] == results.posterior.primary.spec.name]
    if own.empty:
        return []
    return [Paragraph(scaling_sentence(results, own)), _table(results, own)]


def scaling_sentence(results: Results, own: pd.DataFrame) -> str:
    """Which priors matter for which answers of one model."""
    found = mattering(own)
    priors = own[own["scaled"] != LIKELIHOOD]
    if priors.empty:
        return "Every prior of the primary model is flat, so that none can weigh more or less."
    if not found:
        worst = priors.iloc[int(priors["sensitivity"].to_numpy().argmax())]
        count = counted(len(priors.drop_duplicates(["answer", "profile", "time"])), "answer")
        return (
            f"**No prior matters for the answers**: weighed a little more or less, none "
            f"changes any of the {count} that compare the arms by {MUCH:g} or more (power scaling, "
            f"{_SOURCE}; most, {worst['sensitivity']:.2f}, the prior on `{worst['scaled']}` "
            f"for the {_answer(results, worst)})."
        )
    parts = []
    for name, rows in found.items():
        answers = listed([_answer(results, row) for row in rows.to_dict("records")[:3]])
        most = rows.iloc[0]
        how = "alone decides" if most["verdict"] == DECIDES else "disagrees with the data"
        how = f", and {how}" if most["verdict"] else ""
        parts.append(
            f"the prior on **`{name}`** for the {answers} (sensitivity "
            f"{most['sensitivity']:.2f}{how}; doubled in weight it would move that by "
            f"{signed(f'{most["per_doubling"]:.2f}')} posterior standard deviations)"
        )
    return f"**A prior matters for the answers**: {'; '.join(parts)} (power scaling, {_SOURCE})."


def _answer(results: Results, row: pd.Series | dict) -> str:
    name = str(row["answer"]).replace("rmst", "restricted mean")
    time = row["time"]
    if np.isnan(time):
        return f"{name} of {term_label(results.cohort, str(row['profile']))}"
    return f"{name} at {at_time(round(float(time), 1), results.cohort.unit)}"


@guarded_block
def _table(results: Results, own: pd.DataFrame) -> Table:
    keyed = own.assign(column=[_answer(results, row) for row in own.to_dict("records")])
    columns = list(dict.fromkeys(keyed["column"]))[:_MOST_ANSWERS]
    wide = keyed.pivot_table("sensitivity", "scaled", "column", sort=False)
    shown = pd.DataFrame({"scaled": [f"prior on {name}" if name != LIKELIHOOD else name
                                     for name in wide.index]})  # fmt: skip
    heads = {"scaled": "Weighed more or less"}
    for place, column in enumerate(columns):
        shown[f"a{place}"] = [_shown(value) for value in wide[column]]
        heads[f"a{place}"] = f"{column[:1].upper()}{column[1:]}"
    return Table(
        shown,
        "Which prior matters for which answer of the primary model",
        heads,
        source="power_scaling.csv",
        notes=(f"Change of the posterior under powers near 1; {MUCH:g} is much.",),
    )


def _shown(value: float) -> str:
    """A change with two decimals, never as a nought that it is not."""
    return "< 0.01" if value < 0.005 else f"{value:.2f}"
