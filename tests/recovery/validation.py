"""The page of published numbers beside ours: ``python -m tests.recovery.validation``.

Runs every case of `published` whose data are there, and the tests that compare with R's references,
keeps each as it is done in ``--keep`` and writes ``docs/explanation/validation.md``. ``--only V5``
runs the cases whose key begins so, and writes no page.
"""

import argparse
import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from posthaz.inference import installed_versions
from tests.recovery.published import CASES, Case
from tests.recovery.theirs import Number

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "validation.md"
MOST_ROWS = 24
REFERENCES = (
    ("test_baselines_curves.py", "Kaplan-Meier, Nelson-Aalen, weighted log-rank, restricted mean",
     "survival 3.5-3, survRM2", "1e-6"),
    ("test_baselines_cox.py", "Cox models with every test, proportional hazards, concordance",
     "survival 3.5-3", "1e-6"),
    ("test_baselines_competing.py", "cumulative incidence, Gray's test, Fine-Gray models",
     "survival 3.5-3, cmprsk", "1e-6; robust errors 1e-2"),
    ("test_baselines_table_one.py", "characteristics by arm, standardised differences, tests",
     "tableone", "1e-6"),
    ("test_adjust_rotterdam.py", "propensity scores, matching, weights, balance", "MatchIt 4.5.1",
     "1e-6"),
    ("test_adjust_heart.py", "late entry and changing covariates", "survival 3.5-3", "1e-6"),
    ("test_stan_density.py", "log-likelihood and log prior at fixed points", "Stan programs",
     "1e-10"),
)  # fmt: skip
CANNOT = (
    (
        "V18, miR-137",
        "the data come with lifelines alone. The printed standard error of 0.719 is wrong (it is "
        "that of the truncated time); 0.123 is right.",
    ),
    (
        "V24, table of the paper",
        "spatial frailties, which posthaz has not; the table (JSS 2020) could not be had. Cox's "
        "numbers of the same data are met above.",
    ),
    (
        "`brms_weibull` of the Stan references",
        "its prior is on log time ratios, and ours on log hazard ratios: another model.",
    ),
)


def kept_path(case: Case, folder: Path) -> Path:
    """Where the numbers of a case are kept."""
    return folder / f"{case.key.replace(', ', '_')}.json"


def kept_numbers(case: Case, folder: Path) -> list[Number]:
    """The numbers of a case, from what was kept or made now."""
    path = kept_path(case, folder)
    if not path.exists():
        path.write_text(json.dumps([asdict(number) for number in case.numbers()], default=float))
    return [Number(**one) for one in json.loads(path.read_text())]


class _Passed:
    """Counts, by file, of tests that passed, failed or were skipped."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome == "skipped":
            self.counts[Path(report.location[0]).name, report.outcome] += 1


def reference_rows() -> list[str]:
    """The comparisons with R and Stan without sampling, run now and counted."""
    seen = _Passed()
    names = [str(ROOT / "tests" / "reference" / name) for name, *_ in REFERENCES]
    pytest.main(["-q", "-n", "0", "-p", "no:cacheprovider", *names], plugins=[seen])
    rows = []
    for name, what, source, tolerance in REFERENCES:
        passed, failed, skipped = (seen.counts[name, o] for o in ("passed", "failed", "skipped"))
        found = "not run: data absent" if skipped else f"{passed} of {passed + failed}"
        rows.append(f"| {what} | {source} | {tolerance} | {found} |")
    return rows


def case_lines(case: Case, numbers: list[Number]) -> list[str]:
    """Section of one case: its numbers where they are few, the farthest where they are many."""
    few = len(numbers) <= MOST_ROWS
    differ = [number for number in numbers if not number.agrees]
    lines = [f"### {case.key}: {case.title}", "", f"{case.source}. {case.note}".strip(), ""]
    shown = numbers if few else sorted(numbers, key=_strain, reverse=True)[:6]
    if not few:
        lines += [
            f"{len(numbers) - len(differ)} of {len(numbers)} numbers agree; the six farthest:",
            "",
        ]
    lines += ["| number | theirs | ours | difference | in Monte Carlo errors | tolerance | |",
              "|---|---:|---:|---:|---:|---:|---|"]  # fmt: skip
    for one in shown:
        errors = f"{one.difference / one.error:.1f}" if one.error > 0 else ""
        cells = (one.what, _digits(one.theirs), _digits(one.ours), f"{one.difference:+.2g}", errors,
                 f"{one.within:.2g}", "agrees" if one.agrees else "**differs**")  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def _strain(number: Number) -> float:
    return abs(number.difference) / number.within


def _digits(value: float) -> str:
    return f"{value:.4f}" if abs(value) < 10 else f"{value:.6g}"


def page(cases: dict[str, list[Number]], references: list[str]) -> str:
    """The page, in Markdown."""
    versions = dict(installed_versions())
    every = [number for numbers in cases.values() for number in numbers]
    met = sum(number.agrees for number in every)
    errors = np.array(
        [n.difference / n.error for n in every if n.error > 0 and n.within < 6 * n.error]
    )
    spread = f"{errors.std():.2f}" if len(errors) else "no"
    lines = [
        "# Published numbers, ours beside theirs",
        "",
        "Made by `python -m tests.recovery.validation` from the cases of",
        "`tests/recovery/published.py`, which the slow tests read too: data, model, printed number",
        f"and tolerance stand there once. posthaz {versions.get('posthaz')}, PyMC",
        f"{versions.get('pymc')}, {datetime.now(UTC):%d %B %Y}.",
        "",
        f"**{met} of {len(every)} numbers of {len(cases)} cases agree within tolerance:**",
        "0.02 on a log hazard ratio where the model is the same, and what the case says where",
        "priors or smoothing differ, such as a share of the printed standard deviation. Tolerances",
        "of differing models show that answers are alike, not that the programs compute the same.",
        "Monte Carlo errors are those of our draws, and of theirs where known.",
        f"Of {len(errors)} numbers of the same models by Stan the differences have a standard",
        f"deviation of {spread} Monte Carlo errors.",
        "",
        "## Posteriors and estimates that others printed",
        "",
    ]
    for case in CASES:
        if case.key in cases:
            lines += case_lines(case, cases[case.key])
    lines += ["## Estimates of R without sampling", "",
              "Each comparison is a test of the default run (`pytest tests/reference`).", "",
              "| what | by | tolerance | comparisons that agree |", "|---|---|---|---:|",
              *references, "", "## What cannot be compared", ""]  # fmt: skip
    lines += [f"- **{what}**: {why}" for what, why in CANNOT]
    left = [case.key for case in CASES if case.key not in cases]
    lines += [f"- Not run this time: {', '.join(left)}."] if left else []
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run the cases and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, default=Path("validation"))
    parser.add_argument("--only", default="", help="cases whose key begins so; writes no page")
    parser.add_argument("--page", action="store_true", help="write the page from what is kept")
    asked = parser.parse_args()
    asked.keep.mkdir(parents=True, exist_ok=True)
    found = {}
    for case in CASES:
        made = not asked.page or kept_path(case, asked.keep).exists()
        if case.there and case.key.startswith(asked.only) and made:
            found[case.key] = kept_numbers(case, asked.keep)
            differ = [number for number in found[case.key] if not number.agrees]
            print(
                f"{case.key}: {len(found[case.key])} numbers, {len(differ)} differ",
                differ,
                flush=True,
            )
    if not asked.only:
        PAGE.write_text(page(found, reference_rows()), encoding="utf-8")


if __name__ == "__main__":
    main()
