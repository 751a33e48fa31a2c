"""``posthaz sensitivity``: the same question under other priors, baselines and covariates."""

import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posthaz.cli.options import (
    Chains,
    Data,
    Draws,
    Map,
    Method,
    Out,
    Outside,
    Quiet,
    Seed,
    Spec,
    with_options,
)
from posthaz.cli.say import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from posthaz.report.page import Written
    from posthaz.spec import Analysis, SensitivitySpec

Workers = Annotated[
    str,
    typer.Option("--workers", help="Who fits: here, processes:N on this machine, or dask:ADDRESS."),
]

SchedulerAddress = Annotated[
    str,
    typer.Option("--scheduler", help="Address of a Dask scheduler, as tcp://127.0.0.1:8786."),
]

Resume = Annotated[
    bool,
    typer.Option(
        "--resume/--fresh",
        help="Fit only the variants that no earlier run kept in OUT, or all of them anew.",
    ),
]
_CELLS = "sensitivity_cells"


def sensitivity(
    spec: Spec,
    data: Data = None,
    column_map: Map = None,
    out: Out = Path("out"),
    seed: Seed = None,
    draws: Draws = None,
    chains: Chains = None,
    method: Method = None,
    workers: Workers = "here",
    scheduler: SchedulerAddress = "",
    resume: Resume = True,
    allow_outside: Outside = False,
    quiet: Quiet = False,
) -> None:
    """Fit every variant that [sensitivity] asks for and compare their answers."""
    from posthaz.cli.run import shown_progress
    from posthaz.errors import SpecError
    from posthaz.files import prepare_folder, staged_folder
    from posthaz.run import read_inputs
    from posthaz.schedule import read_scheduler
    from posthaz.spec import load_analysis

    if scheduler and workers != "here":
        raise SpecError("--workers and --scheduler both say who fits", fix="give one of them")
    fitted_by = read_scheduler(f"dask:{scheduler}" if scheduler else workers)
    analysis = load_analysis(spec, allow_outside=allow_outside)
    analysis = with_options(analysis, data, seed, draws, chains, method, column_map)
    analysis = _varied(analysis, spec, method)
    cohort = read_inputs(analysis)
    prepare_folder(out)
    from posthaz.report.horizon import restriction
    from posthaz.report.sensitivity_page import SensitivityResults, write_sensitivity
    from posthaz.sensitivity import answer_sensitivity

    with shown_progress(quiet) as progress:
        answer = answer_sensitivity(
            analysis,
            cohort,
            fitted_by,
            lambda done, total: progress("the variants", done, total),
            horizon=restriction(analysis, cohort),
            kept=_cells(out, resume),
        )
    results = SensitivityResults(analysis, cohort, answer, shlex.join(["posthaz", *sys.argv[1:]]))
    with staged_folder(out) as stage:
        written = write_sensitivity(results, stage)
    raise typer.Exit(_finish(answer.failures, written, out, quiet))


def _varied(analysis: "Analysis", spec: str, method: str | None) -> "Analysis":
    """The analysis with its variants by the method asked for; refused where nothing is varied."""
    from posthaz.errors import SpecError

    if analysis.sensitivity is None:
        raise SpecError(
            f"{spec}: nothing is varied", fix="add a table [sensitivity] that says what is"
        )
    if "privacy" in analysis.clinical:
        what = f"{spec}: [privacy] would be broken, for every variant is told with its counts"
        raise SpecError(what, fix="take the table [privacy] out, and keep the folder in the house")
    if method is None:
        return analysis
    return replace(analysis, sensitivity=with_method(analysis.sensitivity, method))


def _cells(out: Path, resume: bool) -> Path:
    """Where cells are kept; those of earlier runs are removed where nothing is resumed."""
    if not resume:
        shutil.rmtree(out / _CELLS, ignore_errors=True)
    return out / _CELLS


def _finish(failures: "Sequence[str]", written: "Written", out: Path, quiet: bool) -> int:
    """Say what was written, which variants failed and what is missing; the exit code."""
    if not quiet:
        say(f"wrote {len(written.files)} files to {out}")
    for failure in failures:
        say(f"posthaz: variant without a reliable answer: {failure}", err=True)
    for part in written.missing:
        say(f"posthaz: missing from the results: {part.name}: {part.reason}", err=True)
    return 3 if failures or written.missing else 0


def with_method(asked: "SensitivitySpec", method: str) -> "SensitivitySpec":
    """The sensitivity analysis with another way of sampling its variants."""
    from posthaz.errors import SpecError

    if method not in ("auto", "nuts", "laplace"):
        raise SpecError(
            f"--method: {method} fits one model at a time, not many variants",
            fix="choose among auto, nuts, laplace",
        )
    return replace(asked, method=method)
