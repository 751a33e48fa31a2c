"""An analysis, from Python, in one call: everything that its file asks for."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from posthaz.cohort import Cohort
from posthaz.languages import speaker_of
from posthaz.report.gather import Edit, gather_results
from posthaz.report.results import Results
from posthaz.run import read_inputs
from posthaz.spec import Analysis, load_analysis

_LOG = logging.getLogger(__name__)


def run_analysis(
    analysis: Analysis | str | Path,
    cohort: Cohort | pd.DataFrame | str | Path | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    *,
    edits: Mapping[str, Edit] | None = None,
) -> Results:
    """Read, check, fit and answer everything that an analysis asks for.

    Parameters
    ----------
    analysis : Analysis, str or Path
        An analysis, its file, or its name in the catalogue.
    cohort : Cohort, DataFrame, str or Path, optional
        Whom to study in place of the analysis's own table: a cohort, or a table to read as the
        analysis says.
    progress : callable, optional
        Called with the name of what is worked on, steps done and steps in all; without it they go
        to the logger ``posthaz``, as do the ends of all fits.
    edits : mapping of str to callable, optional
        By name of a model: a function that is given its PyMC model, in whose context it runs, and
        adds to it, as `fit_model` takes it. The report says which models were edited.

    Returns
    -------
    Results
        With ``answers`` (one tidy frame), ``fits`` by model, ``checks`` by model, and
        ``report(folder)``, which writes what ``posthaz report`` writes.

    Raises
    ------
    PosthazError
        When analysis and cohort don't fit each other, with everything that is wrong.

    Examples
    --------
    >>> import posthaz as ph
    >>> results = ph.run_analysis("nvalt11_pci_os")  # doctest: +SKIP
    >>> results.answers, results.report("out")  # doctest: +SKIP
    """
    loaded = analysis if isinstance(analysis, Analysis) else load_analysis(analysis)
    if cohort is not None and not isinstance(cohort, Cohort):
        loaded = replace(loaded, table=None, simulated=False)
    speaker_of(loaded.language)  # a language that there isn't is refused before anything is fitted
    checked = read_inputs(loaded, cohort)
    command = f"posthaz.run_analysis({loaded.name!r})"
    return gather_results(loaded, checked, command, progress or _logged, edits or {})


def _logged(name: str, done: int, total: int) -> None:
    """Progress for those who listen to the logger."""
    _LOG.info("%s: %d of %d", name, done, total)
