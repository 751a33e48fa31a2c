"""What the analysis of competing causes found and did, in sentences."""

import numpy as np

from posthaz.analyses.competing_risks.answer import CompetingRisks
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels, lowered
from posthaz.report.sections.wording import (
    at_time,
    listed,
    share,
)


def competing_lead(results: Results, answer: CompetingRisks) -> str:
    """Cumulative incidence of each cause at the last asked time, by arm."""
    table = answer.at_times
    mine = table[table["source"] == "Aalen-Johansen"] if len(table) else table
    mine = mine[np.isfinite(mine["incidence"].astype(float))] if len(mine) else mine
    if mine.empty:
        return ""
    last, labels, parts = float(mine["time"].max()), arm_labels(results), []
    for name, rows in mine[mine["time"] == last].groupby("label", sort=False):
        arms = [
            f"{share(float(row['incidence']))}"
            + (f" with {labels[str(row['arm'])]}" if str(row["arm"]) in labels else "")
            * (len(labels) > 1)
            for _, row in rows.iterrows()
        ]
        parts.append(f"{lowered(str(name))} {listed(arms)}")
    return (
        f"By {at_time(last, results.cohort.unit)} the cumulative incidence (Aalen–Johansen, other "
        f"causes allowed for) is: {'; '.join(parts)}."
    )


def competing_methods(results: Results, answer: object) -> str:
    """How competing causes were analysed."""
    return (
        "Cumulative incidences were estimated by Aalen–Johansen [@competing] and compared by "
        "Gray’s test [@gray] and Fine–Gray regression [@finegray]; the posterior ones follow from "
        "a model of each cause’s hazard. Cause-specific hazard ratios count deaths from other "
        "causes as censored."
    )
