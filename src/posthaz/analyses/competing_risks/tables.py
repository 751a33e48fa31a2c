"""Tables of competing risks."""

import pandas as pd

from posthaz.analyses.competing_risks.answer import CompetingRisks
from posthaz.analyses.competing_risks.incidence import AALEN_JOHANSEN, NAIVE, POSTERIOR
from posthaz.report.blocks import Table
from posthaz.report.cells import MISSING
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.answer_tables import mean_times
from posthaz.report.sections.naming import arm_labels, capitalised, term_label
from posthaz.report.sections.ratio_rows import single_steps
from posthaz.report.sections.time_scale import given_event_free
from posthaz.report.sections.wording import (
    at_time,
    counted,
    interval_name,
    p_value,
    percent,
    share_interval,
    with_interval,
)

_ANALYSES = {"naive": NAIVE, "aalen_johansen": AALEN_JOHANSEN, "posterior": POSTERIOR}


@guarded_block
def incidence_table(results: Results, answer: CompetingRisks) -> Table:
    """Incidence of each cause at the times asked for, by every method."""
    labels = arm_labels(results)
    rows = []
    for (cause, arm, time), found in answer.at_times.groupby(["label", "arm", "time"], sort=False):
        row: dict[str, str] = {
            "group": f"{capitalised(str(cause))}, {labels.get(str(arm), str(arm))}",
            "time": at_time(round(float(str(time)), 1), results.cohort.unit),
        }
        for key, source in _ANALYSES.items():
            one = found[found["source"] == source]
            numbers = one[["incidence", "lower", "upper"]].to_numpy(dtype=float)
            row[key] = share_interval(*numbers[0]) if len(one) else MISSING
        rows.append(row)
    level = interval_name(results.analysis.estimands.interval)
    return Table(
        pd.DataFrame(rows),
        "Probability of having failed from each cause, by time"
        f"{given_event_free(results)} ({level} intervals)",
        {
            "time": "At",
            "posterior": "Bayes",
            "aalen_johansen": "Aalen–Johansen",
            "naive": "1 − Kaplan–Meier",
        },
        group="group",
        source="competing_risks.csv",
        notes=(
            "Bayes: standardised over the cohort. 1 − Kaplan–Meier is shown because papers print "
            "it; it overstates.",
        ),
    )


@guarded_block
def time_lost_table(results: Results, answer: CompetingRisks) -> Table:
    """Mean time lost to each cause by arm, and the differences."""
    unit, table = results.cohort.unit, answer.time_lost
    level = interval_name(results.analysis.estimands.interval)
    horizon = at_time(round(float(table["horizon"].iloc[0]), 1), unit)
    return Table(
        mean_times(results, table),
        f"Mean time lost to each cause before {horizon}{given_event_free(results)}: the area under "
        "its cumulative incidence",
        {"arm": "Arm", "mean": f"{capitalised(unit)} ({level} CrI)", "above": "P(more)"},
        group="group",
        source="competing_risks_time.csv",
    )


@guarded_block
def ratio_table(results: Results, answer: CompetingRisks) -> Table:
    """Hazard ratios of each cause, by every model."""
    rows, steps = [], {}
    for fit in answer.fits.values():
        named = single_steps(fit.design, results.cohort.columns)
        steps |= {column: (label, size) for label, (column, size) in named.items()}
    for _, row in answer.ratios.iterrows():
        label, size = steps.get(str(row["term"]), (str(row["term"]), 1.0))
        middle, *ends = (float(row[key]) ** size for key in ("hr", "lower", "upper"))
        rows.append(
            {
                "group": f"{capitalised(row['label'])} ({counted(int(row['events']), 'event')})",
                "term": term_label(results.cohort, label),
                "source": capitalised(row["source"]),
                "hr": row["note"] or with_interval(middle, *sorted(ends)),
                "p": p_value(row["p"]),
                "below": percent(row["p_below_1"]),
            }
        )
    level = interval_name(results.analysis.estimands.interval)
    return Table(
        pd.DataFrame(rows),
        "Hazard ratios of each cause, and of its subdistribution",
        {
            "term": "Term",
            "source": "Model",
            "hr": f"Hazard ratio ({level})",
            "p": "P",
            "below": "P(HR < 1)",
        },
        group="group",
        source="competing_risks_ratios.csv",
        notes=(
            "P: Wald test. Confidence intervals for Cox and Fine-Gray, credible ones for the "
            "posterior.",
        ),
    )


@guarded_block
def subdistribution_table(results: Results, answer: CompetingRisks) -> Table:
    """Subdistribution hazard ratios that the models of all causes imply, by time."""
    labels, table = arm_labels(results), answer.subdistribution
    shown = pd.DataFrame(
        {
            "group": [
                f"{capitalised(str(row['label']))}, {labels.get(row['arm'], row['arm'])} v "
                f"{labels.get(row['reference'], row['reference'])}"
                for _, row in table.iterrows()
            ],
            "time": [at_time(round(t, 1), results.cohort.unit) for t in table["time"]],
            "hr": [with_interval(*row) for row in table[["hr", "lower", "upper"]].to_numpy()],
            "below": [percent(p) for p in table["p_below_1"]],
        }
    )
    level = interval_name(results.analysis.estimands.interval)
    return Table(
        shown,
        "Subdistribution hazard ratios that the posterior of all causes implies",
        {"time": "Up to", "hr": f"Ratio ({level} credible interval)", "below": "P(ratio < 1)"},
        group="group",
        source="competing_risks_subdistribution.csv",
        notes=(
            "Ratio of cumulative subdistribution hazards, standardised over the cohort: what "
            "Fine–Gray estimates where its ratio is constant over time.",
        ),
    )
