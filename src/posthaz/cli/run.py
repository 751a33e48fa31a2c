"""Inputs to results, with the output folder tried first and progress shown."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from posthaz.cli.progress import shown_progress
from posthaz.files import check_empty, prepare_folder
from posthaz.run import read_inputs
from posthaz.spec import Analysis

if TYPE_CHECKING:
    from posthaz.report import Results


def run(analysis: Analysis, out: Path, quiet: bool) -> "Results":
    """Read, check, fit and gather.

    Parameters
    ----------
    analysis : Analysis
        The analysis.
    out : Path
        Folder that will be written to; tried before anything long is done.
    quiet : bool
        Show no progress.

    Returns
    -------
    Results
        Everything the analysis gives.
    """
    cohort = read_inputs(analysis)
    if "privacy" in analysis.clinical:
        check_empty(out)
    prepare_folder(out)
    # what samples takes seconds to import: whatever can be refused is refused before
    from posthaz.inference.chain_statistics import load_arviz

    load_arviz()
    from posthaz.report import gather_results

    command = shlex.join(["posthaz", *sys.argv[1:]])
    with shown_progress(quiet) as progress:
        return gather_results(analysis, cohort, command, progress)
