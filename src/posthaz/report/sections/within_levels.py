"""The treatment's hazard ratio within levels, where a formula holds an interaction."""

import numpy as np
import pandas as pd

from posthaz.figures import draw_hazard_ratios
from posthaz.report.blocks import Block, FigureBlock, Paragraph, Table
from posthaz.report.cells import MISSING
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels, model_labels, variable_label
from posthaz.report.sections.picture import picture
from posthaz.report.sections.question import of_treatment
from posthaz.report.sections.wording import SPACE, interval_name, percent, with_interval


def within_level_blocks(results: Results) -> list[Block]:
    """A sentence, a table and a forest; nothing where no formula holds an interaction.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    list of block
        For the section of hazard ratios.
    """
    rows = results.posterior.within_levels
    if rows.empty:
        return []
    text = (
        "A formula lets the effect differ between levels, so that no single ratio is the effect: a "
        "row with × above is a ratio of two ratios. The ratio within each level is below."
    )
    shown = _labelled(results, rows)
    return [Paragraph(text), _table(results, shown), _forest(results, shown)]


def _labelled(results: Results, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with what they are in words."""
    arms, several = arm_labels(results), len(results.cohort.arms) > 2
    models = model_labels(results) if len(set(rows["model"])) > 1 else {}
    labels = []
    for row in rows.to_dict("records"):
        column = results.cohort.columns.get(row["covariate"])
        number = not row["patients"]
        unit = f" {column.unit}" if number and column is not None and column.unit else ""
        level = row["level"] if number or column is None else column.level_label(row["level"])
        text = f"{variable_label(results.cohort, row['covariate'])}: {level}{unit}"
        text += f", {arms[row['arm']]}" if several else ""
        text += f" ({models[row['model']]})" if models else ""
        labels.append(text)
    return rows.assign(label=labels)


@guarded_block
def _table(results: Results, rows: pd.DataFrame) -> Table:
    level = interval_name(results.analysis.estimands.interval)
    frame = pd.DataFrame(
        {
            "label": rows["label"],
            "n": [str(n) if n else MISSING for n in rows["patients"]],
            "hr": [with_interval(*row) for row in rows[["hr", "lower", "upper"]].to_numpy()],
            "below": [percent(p) for p in rows["p_below_1"]],
            "cox": [
                with_interval(*row) if np.isfinite(row[0]) else MISSING
                for row in rows[["cox_hr", "cox_lower", "cox_upper"]].to_numpy(dtype=float)
            ],
        }
    )
    heads = {
        "label": "Within", "n": "Patients", "hr": f"HR ({level}{SPACE}CrI)",
        "below": f"P(HR{SPACE}<{SPACE}1)", "cox": f"Cox HR ({level}{SPACE}CI)",
    }  # fmt: skip
    names = list(arm_labels(results).values())
    against = f"v {names[0]}" if len(names) > 2 else f"{names[1]} v {names[0]}"
    note = "Numbers stand at their quartiles; levels are averaged over the patients who have them."
    return Table(frame, f"Hazard ratio within levels, {against}", heads,
                 source="hazard_ratios_within_levels.csv", notes=(note,))  # fmt: skip


@guarded_block
def _forest(results: Results, rows: pd.DataFrame) -> FigureBlock:
    bayes = rows.assign(term=rows["label"], source="Bayesian")
    cox = bayes.assign(source="Cox", hr=rows["cox_hr"], lower=rows["cox_lower"],
                       upper=rows["cox_upper"])  # fmt: skip
    both = pd.concat([bayes, cox[np.isfinite(cox["hr"].astype(float))]]).sort_index(kind="stable")
    names = list(arm_labels(results).values())
    figure = draw_hazard_ratios(
        both,
        favours=(names[1], names[0]) if len(names) == 2 else None,
        treatment=of_treatment(results),
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
    )
    told = "; ".join(
        f"{row['label']}: {with_interval(row['hr'], row['lower'], row['upper'])}"
        for row in bayes.to_dict("records")
    )
    return picture(results, figure, "hazard_ratios_within_levels",
                   f"Forest of hazard ratios within levels. {told}.",
                   "Hazard ratios within levels of what the formula lets interact",
                   "hazard_ratios_within_levels.csv")  # fmt: skip
