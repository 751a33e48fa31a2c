"""Tables and sentences about printed hazard ratios."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from posthaz.evidence import (
    PrintedRatio,
    credibility,
    events_needed,
    least_probability,
    printed_doubts,
    wald_p_range,
)
from posthaz.report.blocks import Table
from posthaz.report.missing import guarded_block
from posthaz.report.sections.wording import (
    SPACE,
    interval_name,
    listed,
    p_value,
    percent,
    ratio,
    with_interval,
)
from posthaz.spec.evidence_file import EvidenceSpec

_TITLES = {
    "reference": "Reference",
    "sceptical": "Sceptical",
    "enthusiastic": "Enthusiastic",
    "historical": "Historical",
}


def prior_title(name: str) -> str:
    """Name of a prior as shown."""
    return _TITLES.get(name, name.replace("_", " ").capitalize())


@guarded_block
def printed_table(ratios: pd.DataFrame) -> Table:
    """What was printed, what it implies and what doesn't fit."""
    shown = pd.DataFrame(
        {
            "label": [row["label"] or row["name"] for _, row in ratios.iterrows()],
            "hr": [with_interval(row["hr"], row["lower"], row["upper"])
                   for _, row in ratios.iterrows()],
            "p": [p or "–" for p in ratios["p"]],
            "wald": [p_value(p) for p in ratios["wald_p"]],
            "limit": [
                f"sceptical {ratio(row['sceptical_limit'])}" if row["significant"]
                else f"advocacy {ratio(row['advocacy_limit'])}"
                for _, row in ratios.iterrows()
            ],
            "replication": [percent(p) for p in ratios["significant_replication"]],
            "bound": [ratio(b) for b in ratios["bound_p"]],
            "doubts": [text.replace("_", " ") or "none" for text in ratios["doubts"]],
        }
    )  # fmt: skip
    heads = {
        "label": "Hazard ratio of",
        "hr": "Printed",
        "p": f"P{SPACE}printed",
        "wald": f"P{SPACE}Wald",
        "limit": "Limit",
        "replication": "Significant again",
        "bound": "Least Bayes factor",
        "doubts": "Doubts",
    }
    note = (
        "Limit: the sceptical prior interval that would undo significance, or the advocate’s that "
        "would bring it. Significant again: probability for an identical study. Least Bayes "
        "factor for no effect, by the P value."
    )
    return Table(shown, "Printed hazard ratios", heads, source="evidence_ratios.csv", notes=(note,))


@guarded_block
def posterior_table(table: pd.DataFrame, spec: EvidenceSpec) -> Table:
    """Posterior of one ratio under each prior."""
    shown = pd.DataFrame(
        {
            "prior": [prior_title(name) for name in table["prior"]],
            "words": table["prior_words"],
            "hr": [with_interval(row["hr"], row["lower"], row["upper"])
                   for _, row in table.iterrows()],
            "benefit": [percent(p) for p in table["benefit"]],
            "relevant": [
                share_range(row["relevant"], row["relevant_least"], row["relevant_most"])
                for _, row in table.iterrows()
            ],
            "assurance": [percent(p) for p in table["assurance"]],
        }
    )  # fmt: skip
    heads = {
        "prior": "Prior",
        "words": "What it says",
        "hr": f"Posterior HR ({interval_name(spec.interval)}{SPACE}CrI)",
        "benefit": "P(benefit)",
        "relevant": "P(relevant benefit)",
        "assurance": "Assurance",
    }
    note = (
        f"Relevant: beyond HR {spec.relevant:g} (or its inverse where a benefit is above 1), with "
        "what the rounding of the printed numbers leaves open. Assurance: probability that a "
        "study of the same size is significant in favour."
    )
    return Table(shown, "Posterior under each prior", heads, source="evidence.csv", notes=(note,))


def share_range(value: float, least: float, most: float) -> str:
    """A probability, with its range where rounding moves it by a percent.

    Examples
    --------
    >>> share_range(0.917, 0.901, 0.932).replace(SPACE, " ")
    '92 % (90 to 93)'
    """
    text = percent(value)
    low, high = (f"{100 * end:.0f}" for end in (least, most))
    return text if low == high else f"{text} ({low} to {high})"


def credibility_items(printed: PrintedRatio) -> Iterator[tuple[str, str]]:
    """The analysis of credibility as terms and sentences."""
    found = credibility(printed)
    if found.significant:
        limit = sorted((found.sceptical_limit, 1.0 / found.sceptical_limit))
        yield (
            "Critical prior",
            f"A sceptic whose prior interval for the hazard ratio is {ratio(limit[0])} to "
            f"{ratio(limit[1])} or narrower (SD {found.critical_sd:.3f} of the log hazard ratio) "
            "is not convinced: the posterior interval reaches 1.",
        )
    elif np.isfinite(found.advocacy_limit):
        yield (
            "Critical prior",
            "Not significant. An advocate whose prior interval runs from 1 to "
            f"{ratio(found.advocacy_limit)} or nearer would find the posterior interval clear of "
            "1.",
        )
    verdict = "credible" if found.intrinsically_credible else "not credible"
    yield (
        "Intrinsic credibility",
        f"P for intrinsic credibility {p_value(found.intrinsic_p)}: {verdict} on its own at "
        f"{100 * (1 - printed.level):g}{SPACE}%.",
    )
    yield (
        "Replication",
        f"An identical study would find the same direction with probability "
        f"{percent(found.replication)} and significance with "
        f"{percent(found.significant_replication)}.",
    )
    yield (
        "Least Bayes factor for no effect",
        f"{ratio(found.bound_p)} by the P value, {ratio(found.bound_local)} over normal priors, "
        f"{ratio(found.bound_z)} over all: from even odds, the probability of no effect stays "
        f"above {percent(least_probability(found.bound_p))}.",
    )
    yield "P value", _p_words(printed)
    needed = events_needed(printed)
    if np.isfinite(needed):
        yield (
            "Events",
            f"Two equal arms need {needed:,.0f} events to find this ratio with 80{SPACE}% power"
            + (f"; the study had {printed.events}." if printed.events else "."),
        )
    if printed.where:
        yield "Place in the paper", printed.where


def _p_words(printed: PrintedRatio) -> str:
    low, high = wald_p_range(printed)
    text = f"Wald, from the interval: {p_value(credibility(printed).p)}"
    if p_value(low) != p_value(high):
        text += f" (rounding allows {p_value(low)} to {p_value(high)})"
    return f"{text}; printed: {printed.p}." if printed.p else f"{text}; none printed."


def evidence_words(table: pd.DataFrame, printed: PrintedRatio, spec: EvidenceSpec) -> str:
    """The answer for one ratio in sentences."""
    mine = table[table["ratio"] == printed.name]
    benefit = dict(zip(mine["prior"], mine["benefit"].to_numpy(dtype=float), strict=True))
    worthwhile = dict(zip(mine["prior"], mine["relevant"].to_numpy(dtype=float), strict=True))
    words = [
        f"{percent(share)} under the {prior_title(name).lower()} prior"
        for name, share in benefit.items()
        if name != "reference"
    ]
    start = (
        f"**{printed.shown}: HR {with_interval(printed.hr, printed.lower, printed.upper)}** as "
        f"printed. The probability of a benefit is {percent(benefit['reference'])} "
        f"without prior knowledge, {listed(words)}; that of a relevant one (beyond HR "
        f"{spec.relevant:g}) is {percent(worthwhile['reference'])} without and "
        f"{percent(worthwhile['sceptical'])} under the sceptical prior."
    )
    return start + ("" if printed_doubts(printed) else " The printed numbers fit each other.")
