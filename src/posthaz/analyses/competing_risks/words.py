"""What the analysis of competing causes found and did, in sentences."""

import numpy as np
import pandas as pd

from posthaz.analyses.competing_risks.answer import CompetingRisks
from posthaz.analyses.competing_risks.incidence_tables import AALEN_JOHANSEN, POSTERIOR
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels, lowered
from posthaz.report.sections.wording import (
    at_time,
    listed,
    percent,
    share,
    share_interval,
)


def competing_lead(results: Results, answer: CompetingRisks) -> str:
    """Cumulative incidence of each cause at the last asked time, by arm."""
    table = answer.at_times
    mine = table[table["source"] == AALEN_JOHANSEN] if len(table) else table
    mine = mine[np.isfinite(mine["incidence"].astype(float))] if len(mine) else mine
    mine = mine if len(mine) else table
    if mine.empty:
        return ""
    last = float(mine["time"].max())
    at_last = table[table["time"] == last]
    parts = [
        _of_cause(results, answer, rows, last) for _, rows in at_last.groupby("label", sort=False)
    ]
    return (
        f"By {at_time(last, results.cohort.unit)}, other causes allowed for, the cumulative "
        f"incidence is: {'; '.join(parts)}."
    )


def _of_cause(results: Results, answer: CompetingRisks, rows: pd.DataFrame, time: float) -> str:
    """Incidence of one cause by arm, by the model and without one, and which arm has less."""
    labels = arm_labels(results)
    by = {(row["source"], str(row["arm"])): row for row in rows.to_dict("records")}
    arms = dict.fromkeys(arm for _, arm in by)
    said, plain = [], []
    for arm in arms:
        whom = f" with {labels[arm]}" if arm in labels and len(labels) > 1 else ""
        model, without = by.get((POSTERIOR, arm)), by.get((AALEN_JOHANSEN, arm))
        if model is not None:
            numbers = (float(model[key]) for key in ("incidence", "lower", "upper"))
            said.append(f"**{share_interval(*numbers)}**{whom}")
        if without is not None and np.isfinite(without["incidence"]):
            plain.append(f"{share(float(without['incidence']))}{'' if said else whom}")
    if not said:
        return f"{lowered(str(rows['label'].iloc[0]))} {listed(plain)} (Aalen–Johansen)"
    beside = [f"Aalen–Johansen {listed(plain)}"] if plain else []
    less = answer.subdistribution
    if len(less):
        less = less[(less["cause"] == rows["cause"].iloc[0]) & (less["time"] == time)]
    beside += [
        f"lower with {labels.get(str(row['arm']), row['arm'])} with probability "
        f"{percent(row['p_below_1'])}"
        for row in less.to_dict("records")
    ]
    end = f" ({'; '.join(beside)})" if beside else ""
    return f"{lowered(str(rows['label'].iloc[0]))} {listed(said)}{end}"


def competing_methods(results: Results, answer: object) -> str:
    """How competing causes were analysed."""
    return (
        "Cumulative incidences were estimated by Aalen–Johansen [@competing] and compared by "
        "Gray’s test [@gray] and Fine–Gray regression [@finegray]; the posterior ones follow from "
        "a model of each cause’s hazard. Cause-specific hazard ratios count deaths from other "
        "causes as censored."
    )
