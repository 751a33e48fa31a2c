"""The page on calibration, its table and its figure, from ranks that `calibration` kept."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from arviz_stats.ecdf_utils import ecdf_pit
from matplotlib.figure import Figure

from posthaz.figures.style import INK, MUTED, SERIES
from posthaz.inference import installed_versions
from tests.recovery.calibration import (
    COMBINATIONS,
    DRAWN,
    HORIZON,
    LEVELS,
    RANKS,
    TIMES,
    VISITS,
    uniformity,
)

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "explanation" / "calibration.md"
FOUND = 0.01


def kept_ranks(folder: Path) -> dict[tuple[str, str], pd.DataFrame]:
    """Ranks by combination and method, parts joined, in the order of the combinations."""
    found: dict[tuple[str, str], list[pd.DataFrame]] = {}
    for name in COMBINATIONS:
        for method in ("laplace", "nuts"):
            for path in sorted(folder.glob(f"{name}; {method}; *.csv")):
                found.setdefault((name, method), []).append(pd.read_csv(path))
    return {key: pd.concat(parts, ignore_index=True) for key, parts in found.items()}


def summary(kept: dict[tuple[str, str], pd.DataFrame]) -> pd.DataFrame:
    """One row a combination, method and quantity."""
    rows = []
    for (name, method), ranks in kept.items():
        for quantity in ranks.columns[2:]:
            own = ranks[quantity].to_numpy()
            rows.append(
                {
                    "combination": name,
                    "method": method,
                    "quantity": quantity,
                    "fits": len(own),
                    "by_chains": ranks["chains"].mean(),
                    "p": uniformity(own) if name in DRAWN else np.nan,
                    "mean_rank": own.mean(),
                    **{f"covered_{level * 100:.0f}": covered(own, level) for level in LEVELS},
                }
            )
    return pd.DataFrame(rows)


def covered(ranks: np.ndarray, level: float) -> float:
    """How often the central interval of a probability holds the truth."""
    return float(np.mean(np.abs(ranks - 0.5) <= level / 2.0))


def limit(table: pd.DataFrame) -> float:
    """P below which a quantity leaves its band, corrected for their number."""
    return FOUND / max(int(table["p"].notna().sum()), 1)


def draw(kept: dict[tuple[str, str], pd.DataFrame]) -> Figure:
    """Rank ECDF less the uniform one of every quantity, a panel a combination and method."""
    shown = [key for key in kept if key[0] in DRAWN]
    columns, rows = 4, -(-len(shown) // 4)
    figure = Figure(figsize=(11.0, 2.3 * rows), layout="constrained")
    panels = np.atleast_1d(figure.subplots(rows, columns, sharex=True, sharey=True)).ravel()
    random = np.random.default_rng(0)
    for axes, key in zip(panels, shown, strict=False):
        ranks = kept[key]
        points, _, low, high = ecdf_pit(random.uniform(size=len(ranks)), 0.99, 2000, rng=random)
        axes.fill_between(points, low - points, high - points, color=MUTED, alpha=0.2, lw=0)
        grid = np.arange(RANKS + 2) / (RANKS + 1)
        for place, quantity in enumerate(ranks.columns[2:]):
            reached = np.searchsorted(np.sort(ranks[quantity]), grid, side="right") / len(ranks)
            colour = SERIES[place % len(SERIES)].colour if place else INK
            axes.plot(grid, reached - grid, lw=0.9, color=colour)
        by = "NUTS" if key[1] == "nuts" else "Laplace"
        axes.set_title(f"{key[0]}\n{by}, {len(ranks):,} fits", size=8)
        axes.tick_params(labelsize=7)
    for axes in panels[len(shown) :]:
        axes.set_visible(False)
    figure.supxlabel("Share of posterior draws below the truth", size=9)
    figure.supylabel("Observed minus uniform", size=9)
    return figure


def page(table: pd.DataFrame) -> str:
    """The page, in Markdown."""
    versions, least = dict(installed_versions()), limit(table)
    told = table.dropna(subset=["p"])
    outside = told[told["p"] < least]
    many = told.groupby(["combination", "method"]).ngroups
    lines = [
        "# Calibration by simulation",
        "",
        "Are 95 % intervals 95 % intervals? Parameters are drawn from the prior, a cohort of 100 "
        "(simulated) patients at them, its posterior is fitted, and the rank of the truth among "
        "its draws is kept. Where model, density and sampler agree, all ranks are equally likely "
        "(Cook, Gelman and Rubin 2006, doi:10.1198/106186006X136976; Talts et al. 2018, "
        "arXiv:1804.06788). What is ranked is what a report gives: hazard ratios, survival at "
        f"{TIMES[1]:.0f} months, the difference in restricted mean to {HORIZON:.0f} months, cured "
        "shares, the spread of frailties. The band of the figure is simultaneous (Säilynoja et "
        "al. 2022, doi:10.1007/s11222-022-10090-6).",
        "",
        f"**{len(told) - len(outside)} of {len(told)} quantities of {many} combinations stay "
        f"within the 99 % band**, corrected for their number (P at least {least:.1g}); the least "
        f"P is {told['p'].min():.2g}.",
        *_outside(outside),
        "",
        f"posthaz {versions.get('posthaz')}, {datetime.now(UTC):%d %B %Y}. Made by "
        "`python -m tests.recovery.calibration NAME --fits 1000 --keep DIR` (fewer fits where "
        "they are dear, as the tables say), then `--page`; all numbers are in "
        "`docs/explanation/calibration.csv`. A part of it runs with the slow tests "
        "(`uv run pytest -m slow`), where a model whose times are stretched has to be found.",
        "",
        "![Rank ECDF of every quantity](../images/calibration.png)",
        "",
        "## Ranks",
        "",
        "| combination | by | fits | least P | of | covered by 50, 80, 95 % intervals, over all "
        "quantities |",
        "|---|---|---:|---:|---|---|",
        *_rank_rows(told),
        "",
        "*By* says which method was asked for, and in how many fits chains had to take the place "
        "of Laplace weights that could not be trusted.",
        "",
        *_fixed(table[table["p"].isna()]),
        *_LIMITS,
        *_not_run(table),
    ]
    return "\n".join(lines) + "\n"


def _fixed(table: pd.DataFrame) -> Iterator[str]:
    """Coverage where nothing is drawn from the prior."""
    if len(table):
        yield from (
            "## Coverage at fixed truths, by size",
            "",
            "Here nothing is drawn from the prior: the hazard ratio of the arm is 0.6 (in the "
            "accelerated model its time ratio), priors are the defaults, and intervals of a "
            "Bayesian model need not cover exactly: with few patients the prior draws the effect "
            "to 1.",
            "",
            "| truth | patients | by | fits | quantity | 50 % | 80 % | 95 % |",
            "|---|---:|---|---:|---|---:|---:|---:|",
            *_coverage_rows(table),
            "",
        )


_LIMITS = (
    "## What this doesn't show",
    "",
    "- Truths come from the prior and models are true: misfit is the matter of the "
    "[checks](checks_and_what_they_mean.md).",
    f"- Patients are 100, censored between 8 and 24 months; visits come every {VISITS:.0f} months.",
    "- One seed serves all combinations, so that the ranks of a quantity in two of them correlate "
    "by about a half: what strays alike in several may be the same chance.",
    "- Cohorts that posthaz refuses (without an event, or without one in an interval of a changing "
    "effect) are left out, which leaves the ranks of the others uniform.",
    "- The prior of an effect that changes by a random walk stands on its average over the events, "
    "and these differ between cohorts: ranks are uniform there up to that difference.",
)


def _not_run(table: pd.DataFrame) -> Iterator[str]:
    """What of all combinations nobody has run, by method."""
    for method, name in (("laplace", "Laplace"), ("nuts", "NUTS")):
        run = set(table.loc[table["method"] == method, "combination"])
        left = [one for one in COMBINATIONS if one not in run]
        if left:
            yield f"- Not run by {name}, {len(left)} of {len(COMBINATIONS)}: {'; '.join(left)}."


def _outside(table: pd.DataFrame) -> Iterator[str]:
    """What leaves its band, one sentence each."""
    for row in table.to_dict("records"):
        yield (
            f"Outside: {row['quantity']} of “{row['combination']}” by {row['method']} "
            f"(P {row['p']:.1g}, mean rank {row['mean_rank']:.3f}, 95 % intervals cover "
            f"{100 * row['covered_95']:.1f} %)."
        )


def _rank_rows(table: pd.DataFrame) -> Iterator[str]:
    for (name, method), own in table.groupby(["combination", "method"], sort=False):
        worst: Any = own.sort_values("p").iloc[0]
        by = "NUTS" if method == "nuts" else f"Laplace ({100 * worst['by_chains']:.0f} % chains)"
        spans = ", ".join(
            f"{100 * own[key].min():.1f} to {100 * own[key].max():.1f}"
            for key in ("covered_50", "covered_80", "covered_95")
        )
        head = f"| {name} | {by} | {worst['fits']:,} | {worst['p']:.2g}"
        yield f"{head} | {worst['quantity']} | {spans} |"


def _coverage_rows(table: pd.DataFrame) -> Iterator[str]:
    rows: Any = table.to_dict("records")
    for row in rows:
        name, _, size = row["combination"].partition(", at n = ")
        cells = (f"{100 * row[f'covered_{level * 100:.0f}']:.1f}" for level in LEVELS)
        by = "NUTS" if row["method"] == "nuts" else "Laplace"
        head = f"| {name} | {size} | {by} | {row['fits']:,} | {row['quantity']}"
        yield f"{head} | {' | '.join(cells)} |"


def write_page(folder: Path) -> None:
    """Write page, table and figure from what is kept in a folder."""
    kept = kept_ranks(folder)
    table = summary(kept)
    table.round(5).to_csv(PAGE.with_suffix(".csv"), index=False)
    draw(kept).savefig(DOCS / "images" / "calibration.png", dpi=72, metadata={"Software": None})
    PAGE.write_text(page(table), encoding="utf-8")
    print(table.dropna(subset=["p"]).sort_values("p").head(12).to_string())
