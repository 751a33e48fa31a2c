"""``posthaz sensitivity``: what it refuses, and that it starts no sampler to do so."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import posthaz as ph
from posthaz.cli import main

ANALYSIS = """
[analysis]
simulated = true
[cohort]
table = "cohort.csv"
time = "time"
event = "event"
[cohort.columns.arm]
levels = ["A", "B"]
[cohort.columns.centre]
[treatment]
column = "arm"
[models.exponential]
baseline = "exponential"
formula = "arm"
"""
VARIED = """
[sensitivity.priors.arm]
sceptical = { sceptical = 0.7 }
[sensitivity.baselines]
weibull = { baseline = "weibull" }
"""


def write_analysis(folder: Path, more: str) -> Path:
    """The simulated example as a CSV file, and an analysis of it."""
    cohort = ph.simulated_example()
    table = cohort.covariates.assign(time=cohort.exit, event=cohort.event.astype(int))
    table.to_csv(folder / "cohort.csv", index=False)
    path = folder / "x.toml"
    path.write_text(ANALYSIS + more)
    return path


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> Callable[..., tuple[int, str]]:
    def call(more: str, *arguments: str, command: str = "sensitivity") -> tuple[int, str]:
        path = write_analysis(tmp_path, more)
        where = [] if command == "check" else ["--out", str(tmp_path / "out")]
        monkeypatch.setattr(sys, "argv", ["posthaz", command, str(path), *where, *arguments])
        try:
            main()
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        else:
            code = 0
        assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())
        return code, capsys.readouterr().err

    return call


@pytest.mark.parametrize(
    ("more", "arguments", "message"),
    [
        ("", (), "nothing is varied. Fix: add a table [sensitivity]"),
        (VARIED, ("--workers", "process:2"), "did you mean 'processes'"),
        (VARIED, ("--method", "pymc"), "choose among auto, nuts, laplace"),
        ("[sensitivity.priors.amr]\nx = { sceptical = 0.7 }", (), "[sensitivity.priors.amr]"),
        (
            "[sensitivity.formulas]\nx = 'arm + agee'",
            (),
            "agee",
        ),
        (
            "[sensitivity.formulas]\nx = 'arm + C(arm)'",
            (),
            "[sensitivity, exponential, covariates: x]",
        ),
    ],
)
def test_refusals_exit_with_2_and_write_nothing(
    run: Callable[..., tuple[int, str]], more: str, arguments: tuple[str, ...], message: str
) -> None:
    code, said = run(more, *arguments)
    assert code == 2
    assert message in said


def test_check_refuses_what_a_variant_would(run: Callable[..., tuple[int, str]]) -> None:
    assert run(VARIED, command="check")[0] == 0
    code, said = run("[sensitivity.formulas]\nx = 'arm + C(arm)'", command="check")
    assert code == 2
    assert "collinear" in said


def test_variants_are_checked_without_starting_a_sampler(tmp_path: Path) -> None:
    path = write_analysis(tmp_path, VARIED)
    code = (
        "import sys; sys.argv = ['posthaz', 'check', sys.argv[1]]\n"
        "from posthaz.cli import main\n"
        "try: main()\n"
        "except SystemExit as stopped: assert not stopped.code\n"
        "print([m for m in ('pymc', 'jax', 'nutpie', 'matplotlib', 'distributed')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
