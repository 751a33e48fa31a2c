"""Every analysis of the papers runs to its end: simulate a cohort, then report it.

Half an hour on two cores: ``uv run pytest tests/recovery/test_papers.py -m slow``.
"""

import sys
from pathlib import Path

import pandas as pd
import pytest

from posthaz.cli import main
from posthaz.spec import Analysis, load_analysis
from tests.recovery.twins import twins

pytestmark = pytest.mark.slow


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    def call(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["posthaz", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            sys.exit(main())
        return int(stopped.value.code or 0)

    return call


@pytest.mark.parametrize("name", sorted(twins()))
def test_simulate_then_report(name: str, run, tmp_path: Path) -> None:
    cohort, out = tmp_path / "cohort.csv", tmp_path / "out"
    assert run("simulate", name, "--seed", 2, "--out", cohort) == 0
    assert run("report", name, "--data", cohort, "--out", out) == 0
    assert "SIMULATED" in (out / "report.html").read_text(encoding="utf-8")
    analysis = load_analysis(name)
    if analysis.published:
        _answered(analysis, pd.read_csv(out / "published.csv"))


def _answered(analysis: Analysis, table: pd.DataFrame) -> None:
    """Nearly every printed number has one of ours beside it, and most have a posterior too."""
    assert len(table) == len(analysis.published)
    missing = table[table["value"].isna()]
    assert len(missing) <= 0.1 * len(table), missing
    modelled = table[~table["quantity"].isin(["logrank", "p_value", "events"])]
    assert modelled["median"].isna().sum() <= 0.1 * len(modelled), modelled
