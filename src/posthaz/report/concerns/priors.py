"""Concerns about priors: those that move an estimate, or that the data contradict."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from posthaz.checks import prior_conflicts, unlimited_effects
from posthaz.design import entangled_numbers
from posthaz.report.concerns.concern import Concern
from posthaz.report.results import Results
from posthaz.report.sections.naming import scale_words, term_label
from posthaz.report.sections.prior_words import believed
from posthaz.report.sections.wording import SPACE, listed, percent

_MOST_NAMED = 4


def conflicting_priors(results: Results) -> Iterator[Concern]:
    """Effects and spreads of the primary model that its priors, as much as the data, decide."""
    table = results.posterior.prior_influence
    if table.empty:
        return
    mine = table[table["model"] == results.posterior.primary.spec.name]
    told = np.array([_told(results, str(name)) for name in mine["parameter"]], dtype=bool)
    found = prior_conflicts(mine[told])
    if found.empty:
        return
    parts = [_part(results, row) for _, row in found.head(_MOST_NAMED).iterrows()]
    more = len(found) - len(parts)
    others = [f"{more} more in `prior_influence.csv`"] if more else []
    far = found["reason"].str.contains("tail").any()
    what = "Prior and data disagree" if far else "The prior moves an estimate"
    text = (
        f"**{what}** in the primary model: {listed([*parts, *others])}. Report "
        "the answer under a wider prior beside this one ([sensitivity])."
    )
    yield Concern("prior_conflict", "warning", text, "priors")


def entangled_effects(results: Results) -> Iterator[Concern]:
    """How much prior there is in the effects of numbers that are nearly the same."""
    fit, table = results.posterior.primary, results.posterior.prior_influence
    if table.empty:
        return
    mine = table[table["model"] == fit.spec.name].set_index("parameter")["learnt"]
    for one in entangled_numbers(fit.design):
        known = [name for name in (one.first, one.second) if name in mine.index]
        parts = [
            f"{percent(float(np.clip(1.0 - mine[name], 0.0, 1.0)))} of the prior variance of "
            f"{term_label(results.cohort, name)} is still there"
            for name in known
        ]
        if not parts:
            continue
        text = (
            f"**Two numbers of the primary model are nearly the same** (`{one.first}` and "
            f"`{one.second}`, correlation {one.correlation:.2f}): {listed(parts)}. Read their "
            f"sum, not either; `{one.apart}` in place of `{one.second}` tells them apart."
        )
        yield Concern("prior_conflict", "warning", text, "priors")


def effects_without_limit(results: Results) -> Iterator[Concern]:
    """Effects of the primary model on which the likelihood sets no limit."""
    fit = results.posterior.primary
    found = unlimited_effects(fit, results.cohort, results.posterior.prior_influence)
    if found.empty:
        return
    parts = [
        f"{term_label(results.cohort, str(row['parameter']))} ({_share_left(row['prior_left'])})"
        for row in found.head(_MOST_NAMED).to_dict("records")
    ]
    more = len(found) - len(parts)
    named = listed([*parts, *([f"{more} more"] if more else [])])
    text = (
        f"**The likelihood sets no limit** to {named} in the primary model: a level has no event, "
        "or events and others don’t overlap, so that there is no Cox estimate and one end of the "
        "interval is the prior’s. Say on which side of 1 the ratio is, not how far; report it "
        "under several priors ([sensitivity]), or absolute risks."
    )
    yield Concern("prior_conflict", "warning", text, "priors")


def _share_left(share: float) -> str:
    if np.isnan(share):
        return "shrunken with others"
    return f"{percent(share)} of the prior variance is still there"


def _told(results: Results, name: str) -> bool:
    """Whether a parameter is an effect or the spread of a frailty, which readers read."""
    columns = results.posterior.primary.design.columns
    return name in columns or name.startswith(("frailty", "slope", "correlation"))


def _part(results: Results, row: pd.Series) -> str:
    fit = results.posterior.primary
    name = str(row["parameter"])
    default = "default" if bool(row["default"]) else "stated"
    prior = believed(fit, name, results.analysis.estimands.interval)
    prior = f"{default} prior: {prior}" if prior else f"{default} prior"
    label = (
        term_label(results.cohort, name)
        if name in fit.design.columns
        else scale_words(results.cohort, name)
    )
    return f"{label} ({prior}; {conflict_words(row)})"


def conflict_words(row: pd.Series) -> str:
    """How prior and data disagree about a parameter, from a row of `prior_conflicts`."""
    said = []
    if "moved" in row["reason"]:
        way = "down" if row["moved"] < 0 else "up"
        said.append(f"the prior moves it {way} by {abs(row['moved']):.1f}{SPACE}posterior SD")
    if "tail" in row["reason"]:
        said.append(f"so far out that the prior gave it {percent(float(row['prior_tail']))}")
    return ", ".join(said)
