"""Tables of the results for great_tables, for those who go on styling."""

from importlib import import_module
from typing import Any

from posthaz.errors import PosthazError
from posthaz.report.results import Results
from posthaz.report.sections.ratio_rows import ratio_rows
from posthaz.report.sections.wording import p_value

_EFFECTS = {"label": "Effect", "model": "Model", "hr": "HR", "lower": "Lower", "upper": "Upper",
            "below_1": "P(HR < 1)", "p": "Wald P"}  # fmt: skip


def styled_table(results: Results, which: str) -> Any:
    """What `Results.table` gives."""
    if which not in ("effects", "answers"):
        raise PosthazError(f"there is no table '{which}'", fix="ask for effects or answers")
    try:
        tables = import_module("great_tables")
    except ImportError:
        raise PosthazError(
            "this table is one of great_tables, which isn't installed",
            fix="pip install great-tables, or read results.answers",
        ) from None
    note = "Simulated cohort. " * results.simulated
    level = f"{100 * results.analysis.estimands.interval:g} %"
    if which == "answers":
        return tables.GT(results.answers).tab_source_note(f"{note}Intervals: {level}.")
    rows = ratio_rows(results)[list(_EFFECTS)]
    made = tables.GT(rows, rowname_col="model", groupname_col="label").cols_label(**_EFFECTS)
    made = made.fmt_number(["hr", "lower", "upper", "below_1"], decimals=2)
    made = made.fmt(p_value, "p").sub_missing()
    return made.tab_source_note(
        f"{note}Bayesian rows: posterior median, {level} credible interval. Cox: {level} "
        "confidence interval."
    )
