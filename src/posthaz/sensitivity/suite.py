"""A sensitivity analysis: variants in cells, fitted on any scheduler, kept as they are done."""

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
from posthaz.sensitivity.compare import VARIANCE_COLUMNS, choices, compare_variants, split_variance
from posthaz.sensitivity.summarise import ANSWERS, summarise_fit, summarise_variants
from posthaz.sensitivity.variants import Variant, variants
from posthaz.spec import Analysis, EstimandSpec, Sampling

if TYPE_CHECKING:
    from posthaz.inference import Fit
import hashlib
import json
from collections.abc import Collection
from dataclasses import fields
from itertools import batched
from typing import Any

from posthaz.errors import exceptions
from posthaz.files import write_bytes

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


_BATCH = 16  # as many posteriors as inference takes in one compiled call
_FEW = 6  # a compiled call for many takes longer to compile than so few fits take


def cells(listed: Sequence[Variant], done: Collection[int] = ()) -> list[tuple[int, ...]]:
    """Positions of the variants that are fitted together.

    The grouping depends on nothing but the list, so that numbers don't depend on who fits them.
    The primary variant is alone: its numbers are then those of a report to the last digit.

    Parameters
    ----------
    listed : sequence of Variant
        The variants.
    done : collection of int
        Positions that need no fit.

    Returns
    -------
    list of tuple of int
        Cells of one baseline, formula and choice of patients.

    Examples
    --------
    >>> from posthaz.hazards import Weibull
    >>> from posthaz.spec import ModelSpec
    >>> spec = ModelSpec("m", Weibull(), "arm")
    >>> listed = [Variant(str(k), (), spec, primary=not k) for k in range(20)]
    >>> [len(cell) for cell in cells(listed)]
    [1, 16, 3]
    """
    groups: dict[object, list[int]] = {}
    for position, one in enumerate(listed):
        if position not in done:
            spec = one.spec
            alike = tuple(change.alike for change in one.patients)
            shape = (spec.name, repr(spec.baseline), spec.formula, spec.form, alike)
            shape += (spec.changing, spec.crossing)
            groups.setdefault((one.primary, *shape), []).append(position)
    return [
        cell
        for group in groups.values()
        for cell in batched(group, _BATCH if len(group) >= _FEW else 1)
    ]


Answers = list[pd.DataFrame | PosthazError]
_ARRAYS = ("entry", "lower", "upper", "cause", "subject", "cluster", "weight")


@dataclass(frozen=True)
class KeptCells:
    """A folder with a file a cell.

    Parameters
    ----------
    folder : Path
        The folder; it is made when the first cell is done.
    fingerprint : str
        Hash of the data, of the settings and of the versions, the same for all cells.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     cells = KeptCells(Path(place), "0")
    ...     cells.keep("k", [pd.DataFrame({"mean": [0.1]})])
    ...     cells.found("k")[0]["mean"].tolist()
    [0.1]
    """

    folder: Path
    fingerprint: str

    def key(self, cell: Sequence[Variant]) -> str:
        """Name of a cell's file: the hash of everything that its numbers depend on."""
        stated = [(one.label, _written(one.spec), repr(one.patients), one.primary) for one in cell]
        return hashlib.sha256(f"{self.fingerprint}{stated!r}".encode()).hexdigest()[:32]

    def found(self, key: str) -> Answers | None:
        """The answers of a cell; None where there is no file, or not as it was written."""
        try:
            seal, _, body = self._path(key).read_bytes().partition(b"\n")
            if seal.decode() != hashlib.sha256(body).hexdigest():
                return None
            return [_read(one) for one in json.loads(body)]
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, key: str, answers: Answers) -> None:
        """Write the answers of a cell, whole or not at all."""
        body = json.dumps([_plain(one) for one in answers]).encode()
        self.folder.mkdir(parents=True, exist_ok=True)
        seal = hashlib.sha256(body).hexdigest().encode()
        write_bytes(self._path(key), seal + b"\n" + body)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"


@dataclass(frozen=True)
class Keeping:
    """A function of a cell that keeps what it gives, where it is done.

    Parameters
    ----------
    function : callable
        Takes the cell's variants and gives their answers.
    cells : KeptCells
        Where they are kept.
    """

    function: Callable[[Sequence[Variant]], Answers]
    cells: KeptCells

    def __call__(self, cell: Sequence[Variant]) -> Answers:
        """The answers, kept before they are given."""
        answers = self.function(cell)
        self.cells.keep(self.cells.key(cell), answers)
        return answers


def kept_cells(
    folder: Path,
    cohort: Cohort,
    sampling: Sampling,
    asked: EstimandSpec,
    whole: Cohort | None = None,
) -> KeptCells:
    """The cells of a sensitivity analysis in a folder.

    Parameters
    ----------
    folder : Path
        The folder.
    cohort : Cohort
        Whom the variants are fitted to.
    sampling : Sampling
        How they are sampled.
    asked : EstimandSpec
        What is asked of them.
    whole : Cohort, optional
        All patients, where the variants don't share all.

    Returns
    -------
    KeptCells
        Cells of other data, settings or versions have other names there.
    """
    # imported here, so that variants are listed without PyMC
    from posthaz.inference.provenance import installed_versions

    digest = hashlib.sha256()
    _add(digest, cohort)
    if whole is not None and len(whole) != len(cohort):
        _add(digest, whole)
    others = (cohort.treatment, cohort.unit, cohort.origin, cohort.resolution, cohort.recurrent)
    settings = (others, repr(sampling), repr(asked), sorted(dict(installed_versions()).items()))
    digest.update(repr(settings).encode())
    return KeptCells(folder, digest.hexdigest())


def _add(digest: Any, cohort: Cohort) -> None:
    for name in _ARRAYS:
        array = getattr(cohort, name)
        digest.update(b"none" if array is None else np.ascontiguousarray(array).tobytes())
    for name, column in cohort.covariates.items():
        digest.update(f"{name} {column.dtype!r}".encode())
        digest.update(json.dumps([str(value) for value in column]).encode())


def _written(spec: Any) -> str:
    """A model as text, its priors in the order of their names."""
    parts = {one.name: getattr(spec, one.name) for one in fields(spec)}
    priors: Mapping[str, Any] = parts.pop("priors")
    return repr((parts, sorted((key, repr(prior)) for key, prior in priors.items())))


def _plain(answer: pd.DataFrame | PosthazError) -> dict[str, Any]:
    if isinstance(answer, PosthazError):
        return {"error": type(answer).__name__, "reason": str(answer)}
    # Python writes a number with as many digits as give the same number back
    return {"columns": {str(name): column.tolist() for name, column in answer.items()}}


def _read(plain: Mapping[str, Any]) -> pd.DataFrame | PosthazError:
    if "error" in plain:
        return getattr(exceptions, plain["error"], PosthazError)(plain["reason"])
    return pd.DataFrame(plain["columns"])
