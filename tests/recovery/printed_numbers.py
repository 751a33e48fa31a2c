"""Every number that the three papers print beside the same on their twins.

``python -m tests.recovery.printed_numbers FOLDER`` reads ``FOLDER/NAME/published.csv``, written by
``posthaz report NAME --out FOLDER/NAME``, of every file of the three papers, and writes the page
``docs/printed_numbers.md``.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from posthaz.catalogue import catalogue
from posthaz.spec import load_analysis

PAPERS = {
    "Xue 2026": ("xue2026_",),
    "Cai 2025": ("cai2025_", "xinqiao_"),
    "Su 2016": ("su2016_",),
}
CLOSE = {"survival": 0.015, "share": 0.015}
CLOSE_SHARE = {"hazard_ratio": 0.05, "median": 0.05, "events": 0.02, "rmst": 0.05}
NAMES = {
    "hazard_ratio": "hazard ratio", "median": "median", "survival": "survival",
    "events": "events", "rmst": "restricted mean", "logrank": "log-rank chi-squared",
    "p_value": "P", "share": "share",
}  # fmt: skip
CANNOT = (
    (
        "Xue 2026",
        "Figure 1; drugs of first-line treatment",
        "no survival in them, or not given",
    ),
    ("Xue 2026", "Tables 1 to 4", "they are in a supplement that we have not seen"),
    (
        "Cai 2025",
        "Figure 1",
        "a flow chart of patients whom no cohort holds",
    ),
    ("Su 2016", "causes of death", "not given by dose, so that the twin has none"),
    ("Su 2016", "images, dose distributions, plans", "none are printed"),
)
_HEAD = "| file | number | printed | ours | posterior | |"
PAGE = Path(__file__).parents[2] / "docs" / "printed_numbers.md"


def verdict(row: "pd.Series[float]") -> str:
    """Whether a printed number is met, within what a twin owes it.

    Parameters
    ----------
    row : Series
        A row of ``published.csv``.

    Returns
    -------
    str
        ``reproduced`` where ours is as near as `CLOSE` (absolute) and `CLOSE_SHARE` (relative)
        ask, or, for tests, lies on the same side of 0.05; ``near`` where the printed number lies
        in our interval; else ``differs``; ``cannot`` where there is no number of ours.
    """
    printed, ours, quantity = row["printed"], row["value"], row["quantity"]
    if np.isnan(ours) and not np.isnan(printed):
        return "cannot"
    if _close(quantity, printed, ours, bool(row["below"])):
        return "reproduced"
    return "near" if row["lower"] <= printed <= row["upper"] else "differs"


def _close(quantity: str, printed: float, ours: float, below: bool) -> bool:
    if np.isinf(printed):
        return bool(np.isinf(ours))
    if quantity == "p_value":
        return (ours < 0.05) == (printed < 0.05 or (below and printed <= 0.05))
    if quantity == "logrank":
        return (ours > 3.841) == (printed > 3.841)
    if quantity in CLOSE:
        return abs(ours - printed) <= CLOSE[quantity] + 1e-12
    return abs(ours / printed - 1.0) <= CLOSE_SHARE[quantity]


def printed_numbers(folder: Path) -> pd.DataFrame:
    """All printed numbers with ours.

    Parameters
    ----------
    folder : Path
        Where the reports' folders are.

    Returns
    -------
    DataFrame
        ``published.csv`` of every file, with ``paper``, ``file`` and ``verdict``.
    """
    found: list[pd.DataFrame] = []
    for entry in catalogue():
        name = entry.name
        papers = [paper for paper, starts in PAPERS.items() if name.startswith(starts)]
        if papers and load_analysis(entry.path).published:
            table = pd.read_csv(folder / name / "published.csv")
            found.append(table.assign(paper=papers[0], file=name))
    every = pd.concat(found, ignore_index=True)
    return every.assign(verdict=every.apply(verdict, axis=1))


def page(numbers: pd.DataFrame, version: str) -> str:
    """The page, in Markdown."""
    counts = pd.crosstab(numbers["paper"], numbers["verdict"])
    lines = [
        "# Every printed number of the three papers", "",
        "Made by `python -m tests.recovery.printed_numbers FOLDER` from the reports of all",
        f"files of [the three papers](papers.md) (posthaz {version}).", "",
        "**The patients are simulated** (twins, seed 1) where the file doesn't take the printed",
        "rates themselves: a twin was given what the paper printed, so that agreement shows that",
        "the analysis finds what was put in, and says nothing new about patients. *Reproduced* is",
        "within 1.5 points for rates, 5 % for medians and hazard ratios, and the same side of",
        "P = 0.05 for tests; *near* is a printed number within our interval, which a cohort of",
        "this size owes it; *differs* is neither. The frequentist number is ours (Kaplan–Meier,",
        "Cox, log-rank), with its 95 % interval; the posterior median is beside it.", "",
        "| paper | " + " | ".join(counts.columns) + " |",
        "|---|" + "---:|" * len(counts.columns),
        *(f"| {paper} | " + " | ".join(str(n) for n in row) + " |" for paper, row in
          zip(counts.index, counts.to_numpy(), strict=True)), "",
    ]  # fmt: skip
    for paper in PAPERS:
        lines += [
            f"## {paper}",
            "",
            "| file | number | printed | ours | posterior | |",
            "|---" * 6 + "|",
        ]
        lines += [_row(row) for _, row in numbers[numbers["paper"] == paper].iterrows()]
        lines += [
            f"| – | {what} | | | | cannot: {why} |" for own, what, why in CANNOT if own == paper
        ]
        lines.append("")
    return "\n".join(lines)


def _row(row: "pd.Series[float]") -> str:
    quantity = str(row["quantity"])
    of = [row[key] for key in ("arm", "covariate", "level") if isinstance(row[key], str)]
    at = [] if np.isnan(row["time"]) else [f"at {row['time']:g}"]
    what = " ".join([NAMES[quantity], *(f"`{one}`" for one in of), *at])
    less = "< " if row["below"] else ""
    printed = f"{less}{_number(row['printed'])}"
    ours = _number(row["value"])
    if not np.isnan(row["lower"]):
        upper = "not reached" if np.isnan(row["upper"]) else _number(row["upper"])
        ours += f" ({_number(row['lower'])} to {upper})"
    posterior = _number(row["median"])
    where = str(row["where"]).replace("|", "/").replace("<", "&lt;")
    cells = (f"`{row['file']}`", f"{what}; {where}", printed, ours, posterior, row["verdict"])
    return f"| {' | '.join(cells)} |"


def _number(value: float) -> str:
    """Three digits; nothing where there is none, and words where a time is not reached."""
    if np.isnan(value):
        return ""
    return "not reached" if np.isinf(value) else f"{value:.3g}"


def main() -> None:
    """Write the page from the folder named on the command line."""
    folder = Path(sys.argv[1])
    numbers = printed_numbers(folder)
    kept = json.loads((folder / numbers["file"].iloc[0] / "provenance.json").read_text())
    versions = kept.get("versions", {})
    PAGE.write_text(page(numbers, versions.get("posthaz", "0.1.0")))
    print(pd.crosstab(numbers["paper"], numbers["verdict"]).to_string())


if __name__ == "__main__":
    main()
