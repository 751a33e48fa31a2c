"""Death from the disease and from other causes, where a life table says what was expected."""

import pandas as pd

from posthaz.inference import Fit
from posthaz.report.blocks import Block, Paragraph, Section, Table
from posthaz.report.missing import guarded_block
from posthaz.report.net_and_crude import DISEASE, NET, OTHER, POSTERIOR, SOURCES
from posthaz.report.results import Results
from posthaz.report.sections.naming import model_labels, profile_labels
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    interval_name,
    listed,
    share_interval,
)

_NUMBERS = ["value", "lower", "upper"]


def net_section(results: Results) -> Section | None:
    """What patients die of, of every model whose background is a life table.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Section or None
        Anchor ``net-survival``; None where no model has a life table.
    """
    table = results.posterior.net_and_crude
    if table.empty:
        return None
    blocks: list[Block] = []
    for name, rows in table.groupby("model", sort=False):
        fit = results.posterior.fits[str(name)]
        blocks += [Paragraph(_sentence(results, fit, rows)), _table(results, fit, rows)]
    blocks.append(Paragraph(_HOW_TO_READ))
    return Section("Death from the disease and from other causes", "net-survival", tuple(blocks))


def deaths_sentence(results: Results) -> str:
    """Who will have died of what under the primary model; empty where no life table tells."""
    table, fit = results.posterior.net_and_crude, results.posterior.primary
    rows = table[table["model"] == fit.spec.name] if len(table) else table
    return _sentence(results, fit, rows) if len(rows) else ""


_HOW_TO_READ = (
    "Crude probabilities are of patients who may also die of something else, as their age, sex and "
    "calendar year make likely: they and survival add up to 1. Net survival is that of a world in "
    "which the disease alone kills; it compares populations, and tells no patient what to expect. "
    "Pohar Perme’s and Ederer’s second estimate have no model of the excess hazard; the latter "
    "leans on those who live longest. Expected rates follow each patient through the cells of the "
    "life table."
)


def _sentence(results: Results, fit: Fit, rows: pd.DataFrame) -> str:
    """Who will have died of what by the last asked time."""
    last, labels = rows["time"].max(), profile_labels(results, fit)
    own = rows[(rows["time"] == last) & (rows["source"] == POSTERIOR)]
    parts = []
    for arm, label in labels.items():
        mine = own[own["arm"] == arm].set_index("quantity")
        if DISEASE not in mine.index:
            continue
        whom = f" with {label}" if len(labels) > 1 else ""
        ill, other = (
            share_interval(*mine.loc[quantity, _NUMBERS]) for quantity in (DISEASE, OTHER)
        )
        parts.append(f"**{ill}** have died of the disease and {other} of other causes{whom}")
    level = interval_name(results.analysis.estimands.interval)
    return (
        f"By {at_time(last, results.cohort.unit)}, under “{model_labels(results)[fit.spec.name]}”, "
        f"{listed(parts)} ({level} credible intervals)."
    )


@guarded_block
def _table(results: Results, fit: Fit, rows: pd.DataFrame) -> Table:
    labels, unit = profile_labels(results, fit), results.cohort.unit
    shown: list[dict[str, str]] = []
    for (arm, time), own in rows.groupby(["arm", "time"], sort=False):
        cells = {
            (str(row["quantity"]), str(row["source"])): share_interval(
                *(row[key] for key in _NUMBERS)
            )
            for row in own.to_dict("records")
        }
        line = {"arm": labels.get(str(arm), str(arm)), "time": at_time(float(str(time)), unit)}
        line |= {
            "disease": cells.get((DISEASE, POSTERIOR), "–"),
            "other": cells.get((OTHER, POSTERIOR), "–"),
            "net": cells.get((NET, POSTERIOR), "–"),
        }
        shown.append(line | {k: cells.get((NET, word), "–") for k, word in SOURCES.items()})
    heads = {
        "time": "By",
        "disease": "Died of the disease",
        "other": "Died of other causes",
        "net": "Net survival, model",
        **{key: f"{word}" for key, word in SOURCES.items()},
    }
    level = interval_name(results.analysis.estimands.interval)
    caption = (
        f"Crude probabilities of death and net survival, {model_labels(results)[fit.spec.name]} "
        f"({level}{SPACE}intervals)"
    )
    return Table(pd.DataFrame(shown), caption, heads, group="arm", source="net_and_crude.csv")
