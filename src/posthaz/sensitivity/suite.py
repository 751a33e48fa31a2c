"""A sensitivity analysis: its variants fitted on any scheduler, its table, its failures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort
from posthaz.errors import PosthazError, SpecError
from posthaz.schedule import InProcess, Progress, Scheduler, Task
from posthaz.sensitivity.cells import cells
from posthaz.sensitivity.compare import compare_variants
from posthaz.sensitivity.kept import Answers, Keeping, kept_cells
from posthaz.sensitivity.summarise import ANSWERS, summarise_fit, summarise_variants
from posthaz.sensitivity.variance import VARIANCE_COLUMNS, choices, split_variance
from posthaz.sensitivity.variants import Variant, variants
from posthaz.spec import Analysis, EstimandSpec, Sampling

if TYPE_CHECKING:
    from posthaz.inference import Fit

COLUMNS = ("variant", "model", "axis", "primary", *ANSWERS, "difference_sd", "problem")


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What a sensitivity analysis gives.

    Parameters
    ----------
    table : DataFrame
        As in ``sensitivity.csv``: one row a variant and coefficient of the treatment.
    comparison : DataFrame
        As in ``sensitivity_axes.csv``: how far each axis moves the answer.
    chosen : DataFrame
        What each variant has of each axis; index ``model, variant``.
    variance : DataFrame
        As in ``sensitivity_variance.csv``: the variance of the answer split by axis; without rows
        where not every combination was tried and answered.
    """

    table: pd.DataFrame
    comparison: pd.DataFrame
    chosen: pd.DataFrame = field(default_factory=pd.DataFrame)
    variance: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=VARIANCE_COLUMNS))

    @property
    def failures(self) -> tuple[str, ...]:
        """Failed convergence checks and variants without an answer, in words."""
        wrong = self.table[(self.table["failures"] != "") | (self.table["problem"] != "")]
        rows = wrong.drop_duplicates(["model", "variant"]).to_dict("records")
        return tuple(
            f"{row['model']}, {row['variant']}: {row['problem'] or row['failures']}" for row in rows
        )


def answer_sensitivity(
    analysis: Analysis,
    cohort: Cohort,
    scheduler: Scheduler | None = None,
    progress: Progress | None = None,
    *,
    fits: "Mapping[str, Fit] | None" = None,
    horizon: float | None = None,
    kept: Path | None = None,
) -> Sensitivity:
    """Fit everything that the ``[sensitivity]`` table of an analysis asks for.

    Parameters
    ----------
    analysis : Analysis
        The analysis.
    cohort : Cohort
        Its cohort.
    scheduler : Scheduler, optional
        Where the fits are made; this process by default.
    progress : callable, optional
        Takes cells (variants fitted together) done and cells in all.
    fits : mapping of str to Fit, optional
        Fits of the analysis's own models, which then are not made again.
    horizon : float, optional
        Horizon of the restricted means; that of the analysis by default.
    kept : Path, optional
        Folder in which cells are kept as they are done; those that it has are not fitted again.

    Returns
    -------
    Sensitivity
        The variants and what each axis does.

    Raises
    ------
    SpecError
        When nothing is varied, or no variant could be fitted.
    """
    listed = variants(analysis, cohort=cohort)
    assert analysis.sensitivity is not None
    sampling = replace(analysis.sampling, method=analysis.sensitivity.method)
    asked = replace(analysis.estimands, rmst_to=horizon or analysis.estimands.rmst_to)
    stated = {
        position: fits[model.name]
        for position, one in enumerate(listed)
        for model in analysis.models
        if fits
        and model.name in fits
        and not one.patients
        and replace(one.spec, name=model.name) == model
    }
    table = fit_variants(
        listed, cohort, sampling, asked, scheduler, progress, fits=stated, kept=kept
    )
    if (table["problem"] != "").all():
        raise SpecError(f"no variant could be fitted: {table['problem'].iloc[0]}")
    chosen = choices(listed)
    split = split_variance(table, chosen)
    return Sensitivity(table, compare_variants(table), chosen, split)


def _shared_patients(listed: Sequence[Variant], cohort: Cohort) -> tuple[Cohort, int]:
    """Those who lack no covariate of any variant, so that only what was changed differs."""
    names = {name for one in listed for name in one.spec.needed}
    kept = cohort.complete(sorted(names)) if cohort.drop_missing else cohort
    return kept, kept.patient_count


def fit_variants(
    listed: Sequence[Variant],
    cohort: Cohort,
    sampling: Sampling,
    asked: EstimandSpec | None = None,
    scheduler: Scheduler | None = None,
    progress: Progress | None = None,
    *,
    fits: "Mapping[int, Fit] | None" = None,
    kept: Path | None = None,
) -> pd.DataFrame:
    """Answers of every variant.

    All variants share the seed of `sampling`, on purpose: the primary one is then the fit that a
    report gives, and differences between variants carry less Monte Carlo error.

    Parameters
    ----------
    listed : sequence of Variant
        Result of `variants`.
    cohort : Cohort
        The cohort.
    sampling : Sampling
        How to sample; the primary variant gets chains whatever the method.
    asked : EstimandSpec, optional
        Probability of the intervals, and horizon of the restricted means.
    scheduler : Scheduler, optional
        Where the fits are made; this process by default. The numbers are the same.
    progress : callable, optional
        Takes cells (variants fitted together) done and cells in all.
    fits : mapping of int to Fit, optional
        Fits that are there already, by position in `listed`.
    kept : Path, optional
        Folder in which each cell is kept, written whole, when it is done. A cell's file is named
        by a hash of specification, data, settings and versions, so that a run that was stopped
        goes on with what is missing, and gives the same table; a file that is not as it was
        written is made again. Workers on other machines need to share the folder.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`. Means, sd and limits are of the log hazard ratio (log time ratio under
        the accelerated form); ``difference_sd`` is the difference of its mean from the primary
        variant's, in posterior standard deviations of that one. A variant that could not be
        fitted has its reason in ``problem`` and no numbers.
    """
    asked = asked or EstimandSpec()
    shared = _shared_patients(listed, cohort)
    # a fit to more patients than all variants share is made anew
    fits = {k: fit for k, fit in (fits or {}).items() if fit.provenance.patients == shared[1]}
    whole, cohort = cohort, shared[0]
    made: dict[int, pd.DataFrame | PosthazError] = {
        position: summarise_fit(fit, asked) for position, fit in fits.items()
    }
    work = cells(listed, set(made))
    function: Callable[[Sequence[Variant]], Answers]
    function = partial(
        summarise_variants, cohort=cohort, sampling=sampling, asked=asked, whole=whole
    )
    if kept is not None:
        cells_kept = kept_cells(kept, cohort, sampling, asked, whole)
        function = Keeping(function, cells_kept)
        for cell in work:
            answers = cells_kept.found(cells_kept.key([listed[k] for k in cell])) or []
            made |= dict(zip(cell, answers, strict=False))
        work = [cell for cell in work if not made.keys() >= set(cell)]
    tasks = [
        Task(f"{listed[cell[0]].spec.name}, {listed[cell[0]].label}", [listed[k] for k in cell])
        for cell in work
    ]
    outcomes = (scheduler or InProcess()).map(function, tasks, progress)
    for cell, outcome in zip(work, outcomes, strict=True):
        lost = [outcome.error] * len(cell) if outcome.error is not None else []
        made |= dict(zip(cell, lost or outcome.value, strict=True))
    parts = [_rows(one, made[position]) for position, one in enumerate(listed)]
    return _with_difference(pd.concat(parts, ignore_index=True), listed)


def _rows(variant: Variant, answer: pd.DataFrame | PosthazError) -> pd.DataFrame:
    if isinstance(answer, PosthazError):
        words = {"term": "", "prior": "", "baseline": "", "method": "", "failures": ""}
        empty = {name: [words.get(name, np.nan)] for name in ANSWERS}
        table = pd.DataFrame(empty).assign(
            formula=variant.spec.formula, problem=" ".join(str(answer).split())
        )
    else:
        table = answer.assign(problem="")
    return table.assign(
        variant=variant.label,
        model=variant.spec.name,
        axis=variant.axis,
        primary=variant.primary,
    )


def _with_difference(table: pd.DataFrame, listed: Sequence[Variant]) -> pd.DataFrame:
    """The table with ``difference_sd``; missing where the form differs from the primary's."""
    forms = {(one.spec.name, one.label): one.spec.form for one in listed}
    reference = next((one.spec.form for one in listed if one.primary), None)
    keys = zip(table["model"], table["variant"], strict=True)
    alike = np.array([forms[key] == reference for key in keys])
    primary = table[table["primary"]].set_index("term")
    difference = table["mean"] - table["term"].map(primary["mean"])
    shift = (difference / table["term"].map(primary["sd"])).astype(float).where(alike)
    whole = {name: table[name].astype("Int64") for name in ("patients", "events")}
    return table.assign(difference_sd=shift, **whole)[list(COLUMNS)]
