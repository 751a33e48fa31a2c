"""A cohort with missing covariates to several complete ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from posthaz.analyses.missing.faults import imputation_faults, incomplete, kind_of
from posthaz.baselines import nelson_aalen
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.cohort.patients import last_rows
from posthaz.errors import CohortError, Findings
from posthaz.spec import ModelSpec

if TYPE_CHECKING:
    from posthaz.analyses.missing.chained import ColumnPlan

IMPUTATIONS, ITERATIONS = 20, 10


@dataclass(frozen=True, eq=False)
class Imputed:
    """A cohort whose missing covariates were drawn several times.

    Parameters
    ----------
    cohorts : tuple of Cohort
        The cohort, completed; they differ in imputed values alone.
    kinds : mapping of str to str
        By incomplete column, how it was imputed.
    lacking : mapping of str to int
        By incomplete column, how many patients lack it.
    predictors : tuple of str
        Columns that the imputation models hold, besides the outcome.
    trace : DataFrame
        Columns ``imputation, iteration, column, mean``: the mean of the values imputed in each
        cycle, factors by the number of their level.
    seed : int
        Seed.
    model : str
        Model with which the values were drawn jointly; empty for chained equations.
    """

    cohorts: tuple[Cohort, ...]
    kinds: Mapping[str, str]
    lacking: Mapping[str, int]
    predictors: tuple[str, ...]
    trace: pd.DataFrame
    seed: int
    model: str = ""


@checks_arguments
def impute(
    cohort: Cohort,
    covariates: Sequence[str],
    *,
    auxiliary: Sequence[str] = (),
    imputations: int = IMPUTATIONS,
    iterations: int = ITERATIONS,
    kinds: Mapping[str, str] | None = None,
    deltas: Mapping[str, float] | None = None,
    formulas: Sequence[str] = (),
    model: ModelSpec | None = None,
    seed: int = 20261121,
) -> Imputed:
    """Impute missing covariates several times, by chained equations or jointly with a model.

    Each incomplete column is modelled by all others, by whether the event was seen and by the
    Nelson-Aalen estimate of the cumulative hazard over the patient's follow-up (White and Royston
    2009, doi:10.1002/sim.3618), for each cause where there are several. Patients are imputed, not
    rows. Missing at random is assumed: given what is seen, that a value is missing says nothing
    of it; `deltas` depart from this.

    With `model`, its parameters and the missing values are drawn in turn: each value from the
    product of its column's model by the other columns (linear, on the logarithm where that is
    less skewed, within the range seen; or logistic) and the likelihood of the patient's follow-up.
    So the imputations agree with the model whatever its terms (Bartlett et al. 2015,
    doi:10.1177/0962280214521348); they are for this model alone.

    Parameters
    ----------
    cohort : Cohort
        A cohort read with ``missing = "drop"``, so that patients who lack a value are in it.
    covariates : sequence of str
        Covariates of the models that will be fitted, complete ones among them.
    auxiliary : sequence of str, optional
        Other covariates that help to impute.
    imputations : int, optional
        How many complete cohorts to make.
    iterations : int, optional
        Cycles through the incomplete columns before each is taken.
    kinds : mapping of str to str, optional
        By column, ``"continuous"`` (predictive mean matching), ``"binary"``, ``"ordered"`` or
        ``"unordered"`` (logistic regressions); told from its values without it.
    deltas : mapping of str to float, optional
        Added to a column's imputed values, in its unit, or to the log odds of its higher levels.
    formulas : sequence of str, optional
        Formulas that will be fitted, to refuse those whose terms differ between imputations.
    model : ModelSpec, optional
        The model that will be fitted, to impute jointly with it.
    seed : int, optional
        The same seed gives the same values.

    Returns
    -------
    Imputed
        The completed cohorts.

    Raises
    ------
    CohortError
        With everything that keeps the cohort from being imputed.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import posthaz as ph
    >>> rng = np.random.default_rng(1)
    >>> age = rng.normal(60, 8, 80).round()
    >>> table = pd.DataFrame({"months": rng.exponential(12, 80), "dead": 1, "age": age})
    >>> table.loc[::4, "age"] = np.nan
    >>> cohort = ph.read_cohort(
    ...     table, time="months", event="dead", missing="drop", columns={"age": ph.Column("age")}
    ... )
    >>> imputed = ph.impute(cohort, ["age"], imputations=3, iterations=2)
    >>> len(imputed.cohorts), imputed.lacking, imputed.kinds
    (3, {'age': 20}, {'age': 'continuous'})
    """
    found = Findings()
    shifts = {name: (delta,) for name, delta in (deltas or {}).items()}
    models = (model,) if model is not None else ()
    formulas = (*formulas, *(one.formula for one in models))
    found.extend(imputation_faults(cohort, covariates, auxiliary, kinds, shifts, formulas, models))
    _check_counts(found, imputations, iterations)
    found.raise_if_any(CohortError, f"{cohort.source.name} can't be imputed:")
    arm = (cohort.treatment,) if cohort.treatment else ()
    names = tuple(dict.fromkeys((*arm, *covariates, *auxiliary)))
    lacking = incomplete(cohort, names)
    chosen = {name: (kinds or {}).get(name, kind_of(cohort, name)) for name in lacking}
    frame, coding = _numbers(cohort, names)
    complete = partial(_completed, cohort, names=names, lacking=lacking, coding=coding)
    seeds = np.random.SeedSequence(seed).spawn(imputations)
    cycles = iterations if model is None else 1
    made = [_one(frame, names, chosen, coding, deltas or {}, cycles, child) for child in seeds]
    if model is not None:
        made = _jointly(model, made, frame, _plans(names, chosen, coding, {}), coding, complete,
                        iterations, seeds)  # fmt: skip
    trace = pd.concat(
        [one[1].assign(imputation=k) for k, one in enumerate(made)], ignore_index=True
    )
    return Imputed(
        tuple(complete(one[0]) for one in made),
        chosen,
        lacking,
        names,
        trace[["imputation", "iteration", "column", "mean"]],
        seed,
        model.name if model is not None else "",
    )


def _check_counts(found: Findings, imputations: int, iterations: int) -> None:
    for name, count, least in (("imputations", imputations, 2), ("iterations", iterations, 1)):
        if isinstance(count, bool) or not isinstance(count, int) or count < least:
            found.add(f"impute, {name}", f"found {count!r}", f"give a whole number from {least}")


def _numbers(
    cohort: Cohort, names: Sequence[str]
) -> tuple[pd.DataFrame, dict[str, tuple[object, ...]]]:
    """One row a patient: covariates as numbers, the outcome; and what the numbers of levels mean.

    A number of two values is coded like a factor of two levels.
    """
    first, last = np.flatnonzero(cohort.first), last_rows(cohort)
    columns: dict[str, np.ndarray] = {}
    coding: dict[str, tuple[object, ...]] = {}
    for name in names:
        rows = last if name == cohort.treatment else first
        values = cohort.covariates[name].iloc[rows]
        if hasattr(values, "cat"):
            levels = [level for level in values.cat.categories if (values == level).any()]
            coding[name] = tuple(levels)
        elif values.nunique() == 2:
            coding[name] = tuple(sorted(values.dropna().unique()))
        if name in coding:
            place = {level: float(k) for k, level in enumerate(coding[name])}
            columns[name] = values.astype(object).map(place).to_numpy(dtype=float)
        else:
            columns[name] = values.to_numpy(dtype=float)
    for cause in np.unique(cohort.cause[cohort.cause > 0]):
        columns[f"event {cause}"] = (cohort.cause[last] == cause).astype(float)
        columns[f"hazard {cause}"] = _cumulative_hazard(cohort, int(cause), first, last)
    return pd.DataFrame(columns), coding


def _cumulative_hazard(
    cohort: Cohort, cause: int, first: np.ndarray, last: np.ndarray
) -> np.ndarray:
    """Nelson-Aalen cumulative hazard of a cause over each patient's follow-up."""
    of_all = replace(cohort, treatment="", cause=(cohort.cause == cause).astype(int))
    curve = nelson_aalen(of_all)
    times = curve["time"].to_numpy(dtype=float)
    values = np.append(0.0, curve["cumulative_hazard"].to_numpy(dtype=float))

    def at(time: np.ndarray) -> np.ndarray:
        return values[np.searchsorted(times, time, side="right")]

    return at(cohort.exit[last]) - at(cohort.entry[first])


def _one(
    frame: pd.DataFrame,
    names: Sequence[str],
    kinds: Mapping[str, str],
    coding: Mapping[str, Sequence[object]],
    deltas: Mapping[str, float],
    iterations: int,
    seed: np.random.SeedSequence,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One completed table, and how its chain went."""
    # statsmodels takes seconds to load, and is needed only here
    from posthaz.analyses.missing.chained import Chain

    safe = {name: f"x{k}" for k, name in enumerate(frame.columns)}  # no name reaches a formula
    kept = [str(name) for name in frame if frame[name].dropna().unique().size > 1]
    plans = {safe[name]: plan for name, plan in _plans(names, kinds, coding, deltas).items()}
    chain = Chain(frame[kept].rename(columns=safe), plans, np.random.default_rng(seed))
    rows = []
    for iteration in range(iterations):
        chain.update_all()
        rows += [
            {
                "iteration": iteration,
                "column": name,
                "mean": float(chain.data[safe[name]].to_numpy()[chain.ix_miss[safe[name]]].mean()),
            }
            for name in kinds
            if name in kept
        ]
    done = frame.copy()
    done = done.assign(**{name: chain.data[safe[name]].to_numpy() for name in kept})
    for name in set(kinds) - set(kept):  # the one value that is known
        done[name] = done[name].fillna(done[name].dropna().iloc[0])
    return done, pd.DataFrame(rows, columns=["iteration", "column", "mean"])


def _plans(
    names: Sequence[str],
    kinds: Mapping[str, str],
    coding: Mapping[str, Sequence[object]],
    deltas: Mapping[str, float],
) -> "dict[str, ColumnPlan]":
    """How each column is modelled."""
    from posthaz.analyses.missing.chained import ColumnPlan

    return {
        name: ColumnPlan(
            kinds.get(name, "unordered" if name in coding else "continuous"),
            float(deltas.get(name, 0.0)),
        )
        for name in names
    }


def _jointly(
    model: ModelSpec,
    begun: Sequence[tuple[pd.DataFrame, pd.DataFrame]],
    frame: pd.DataFrame,
    plans: "Mapping[str, ColumnPlan]",
    coding: Mapping[str, Sequence[object]],
    complete: Callable[[pd.DataFrame], Cohort],
    iterations: int,
    seeds: Sequence[np.random.SeedSequence],
) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """Imputations drawn jointly with a model, begun at those of chained equations."""
    from posthaz.analyses.missing.joint import Completion, JointChain, joint_imputations
    from posthaz.spec.model_design import with_priors_of

    kept = [name for name in plans if frame[name].dropna().unique().size > 1]
    absent = {name: np.flatnonzero(frame[name].isna()) for name in kept}
    absent = {name: gone for name, gone in absent.items() if len(gone)}
    chains = [
        JointChain(done[kept], absent, plans, np.random.default_rng(child.spawn(1)[0]))
        for (done, _), child in zip(begun, seeds, strict=True)
    ]
    first = complete(begun[0][0])
    rest = begun[0][0]  # columns with one known value are in no chain, and the same in all

    def whole(numbers: pd.DataFrame) -> Cohort:
        return complete(rest.assign(**{str(name): numbers[name] for name in numbers}))

    completion = Completion(first.subject[first.first], coding, whole)
    stated = with_priors_of(model, first)
    made = joint_imputations(stated, chains, completion, iterations, seeds[0].spawn(1)[0])
    return [
        (done.assign(**{str(name): one[0][name] for name in one[0]}), one[1])
        for (done, _), one in zip(begun, made, strict=True)
    ]


def _completed(
    cohort: Cohort,
    done: pd.DataFrame,
    names: Sequence[str],
    lacking: Mapping[str, int],
    coding: Mapping[str, Sequence[object]],
) -> Cohort:
    """The cohort with one set of imputed values, the same in every row of a patient."""
    subjects = cohort.subject[cohort.first]
    place = pd.Series(np.arange(len(subjects)), index=subjects)
    patient = place.loc[cohort.subject].to_numpy()
    covariates = cohort.covariates.copy()
    for name in names:
        if name not in lacking:
            continue
        numbers = done[name].to_numpy()[patient]
        absent = covariates[name].isna().to_numpy(dtype=bool)
        if name not in coding:
            covariates[name] = np.where(absent, numbers, covariates[name])
            continue
        values = covariates[name].copy()
        filled = [coding[name][int(k)] for k in numbers[absent]]
        values[absent] = filled
        covariates[name] = values
    return replace(cohort, covariates=covariates)
