"""Models of the treatment in part of a cohort: formula, priors, fit, and Cox beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.adjust import effective_weights
from posthaz.arms.departures import effect_fault
from posthaz.baselines import CoxFit, cox_model
from posthaz.cohort import Cohort
from posthaz.design import formula_variables, learn_design
from posthaz.errors import PosthazError, SpecError
from posthaz.estimands import effect_in_patients, summary
from posthaz.hazards.baseline import EVENTS_A_PIECE
from posthaz.inference import Fit, fit, fit_many
from posthaz.spec import ModelSpec, Sampling, Shrinkage, coefficient_name, resolve
from posthaz.spec.prior_targets import ALL_EFFECTS, baseline_targets, spread_keys
from posthaz.spec.shrinkage import shrunken_columns


def sparse_model(
    model: ModelSpec, event_times: np.ndarray, events_an_interval: int = EVENTS_A_PIECE
) -> ModelSpec:
    """The model with as many intervals as some events bear, its cuts as numbers.

    Parameters
    ----------
    model : ModelSpec
        A model. Only the number of pieces that its baseline places by the data changes, and effects
        that change between them are left out.
    event_times : ndarray of float, shape (event,)
        Times of the events it will be fitted to.
    events_an_interval : int, optional
        Fewest events an interval.

    Returns
    -------
    ModelSpec
        With at least so many events an interval, where that leaves one.

    Examples
    --------
    >>> import numpy as np
    >>> from posthaz.hazards import PiecewiseExponential
    >>> model = ModelSpec("m", PiecewiseExponential(intervals=6))
    >>> sparse_model(model, np.arange(1.0, 12.0)).baseline.intervals
    2
    """
    fewer = model.baseline.sparser(event_times, events_an_interval)
    placed = fewer.breaks() != model.baseline.breaks()
    changing = () if placed else model.changing
    return resolve(replace(model, baseline=fewer, changing=changing), event_times)


@dataclass(frozen=True, eq=False)
class ArmTask:
    """A formula to be fitted to some patients.

    Parameters
    ----------
    cohort : Cohort
        The patients.
    formula : str
        The formula.
    """

    cohort: Cohort
    formula: str

    def effect(self, fit: Fit, rows: np.ndarray | None = None) -> xr.DataArray:
        """Log hazard ratio of the second arm against the first, averaged over rows (or all)."""
        chosen = np.ones(len(self.cohort), dtype=bool) if rows is None else rows
        reference, arm = self.cohort.arms[0], self.cohort.arms[1]
        return self.effect_of(fit, arm, reference, chosen)

    def effect_of(self, fit: Fit, arm: str, reference: str, rows: np.ndarray) -> xr.DataArray:
        """Log hazard ratio of one arm against another, averaged over rows."""
        patients = self.cohort.where(rows).patients
        return effect_in_patients(fit, patients.covariates, arm, reference, patients.weight)


@dataclass(frozen=True)
class Quick:
    """How the many small models of one analysis are fitted.

    Parameters
    ----------
    base : ModelSpec
        Baseline hazard and priors that they share.
    sampling : Sampling
        Draws and seed; these models are fitted by Laplace with importance weights, which NUTS
        replaces where the weights can't be trusted.
    scaled : bool, optional
        Whether patients have balancing weights, which `effective_weights` then scales.
    """

    base: ModelSpec
    sampling: Sampling
    scaled: bool = False

    def fit_all(self, tasks: Sequence[ArmTask]) -> list[Fit | str]:
        """Posterior of each task, or why there is none; those of one shape together."""
        sampling = replace(self.sampling, method="laplace")
        made: dict[int, Fit | str] = {}
        ready: dict[int, tuple[ModelSpec, Cohort]] = {}
        for number, task in enumerate(tasks):
            try:
                spec = arm_model(self.base, task.cohort, task.formula, "treatment")
                ready[number] = (spec, self._weighed(task.cohort))
            except PosthazError as error:
                made[number] = error.reason
        try:
            fits = fit_many(list(ready.values()), sampling)
            made |= dict(zip(ready, fits, strict=True))
        except PosthazError:
            for number, one in ready.items():
                try:
                    (made[number],) = fit_many([one], sampling)
                except PosthazError as error:
                    made[number] = error.reason
        return [made[number] for number in range(len(tasks))]

    def fit(self, task: ArmTask, name: str) -> Fit:
        """Posterior of one task with everything that comparing models takes."""
        spec = arm_model(self.base, task.cohort, task.formula, name)
        return fit(spec, self._weighed(task.cohort), replace(self.sampling, method="laplace"))

    def _weighed(self, cohort: Cohort) -> Cohort:
        return effective_weights(cohort) if self.scaled else cohort


def shared_baseline(model: ModelSpec, cohort: Cohort) -> ModelSpec:
    """The model with cuts from the whole cohort, acting on the hazard, and nothing shrunken.

    Priors of effects on time say the opposite of hazards, and are left out.
    """
    events = cohort.event | cohort.interval_censored
    resolved = resolve(model, cohort.exit[events], origin=cohort.origin)
    return replace(on_hazard(resolved), shrinkage=None)


def on_hazard(model: ModelSpec) -> ModelSpec:
    """The model with effects on the hazard, and no priors of effects on time."""
    if model.effect.acts_on == "hazard":
        return model
    own = baseline_targets(model.baseline)
    priors = {key: prior for key, prior in model.priors.items() if key in own}
    return replace(model, form="proportional_hazards", priors=priors)


def joined(terms: Iterable[str]) -> str:
    """Terms as a formula."""
    return " + ".join(terms) or "1"


def varying_terms(cohort: Cohort, terms: Sequence[str]) -> tuple[str, ...]:
    """Those terms of which no covariate is constant in the cohort."""
    varying = {
        str(name) for name, values in cohort.covariates.items() if len(values.dropna().unique()) > 1
    }
    return tuple(term for term in terms if set(formula_variables(term)) <= varying)


def without_empty_arms(cohort: Cohort) -> Cohort:
    """The cohort without the arms that have no patients, for a design of its own."""
    if not cohort.treatment:
        return cohort
    arms = cohort.covariates[cohort.treatment].cat.remove_unused_categories()
    return replace(cohort, covariates=cohort.covariates.assign(**{cohort.treatment: arms}))


def complete_in(cohort: Cohort, terms: Sequence[str]) -> np.ndarray:
    """Rows that lack none of the covariates of some terms, shape (row,), bool."""
    used = [name for term in terms for name in formula_variables(term)]
    return cohort.covariates[used].notna().all(axis=1).to_numpy(dtype=bool)


def arm_model(
    base: ModelSpec,
    cohort: Cohort,
    formula: str,
    name: str,
    shrinkage: Shrinkage | None = None,
) -> ModelSpec:
    """A model with the baseline of another, and those of its priors that still have a place."""
    design = learn_design(cohort.covariates, formula, base.centre)
    shrunken = shrunken_columns(shrinkage, design)
    free = [place for place in range(len(design.columns)) if place not in shrunken]
    coefficients = {name[place] for name in (design.columns, design.terms) for place in free}
    known = {*baseline_targets(base.baseline), *coefficients, ALL_EFFECTS}
    priors = {
        key: prior
        for key, prior in base.priors.items()
        if key in known or key.startswith(spread_keys(formula, ()))
    }
    plain = replace(base, changing=(), crossing=None)
    return replace(plain, name=name, formula=formula, priors=priors, shrinkage=shrinkage)


def cox_of(cohort: Cohort, formula: str, level: float, strata: str = "") -> CoxFit:
    """Cox model of a formula, with a baseline hazard a level of `strata`; frailties left out."""
    design = learn_design(cohort.covariates, formula)
    columns = pd.DataFrame(design.matrix(design.frame), columns=list(design.columns))
    apart = cohort.covariates[strata].astype(str) if strata else None
    return cox_model(cohort, columns, level=level, strata=apart)


def cox_columns(fit: Fit, cohort: Cohort) -> tuple[Cohort, pd.DataFrame, np.ndarray | None]:
    """A fit's patients, and the columns of its design and strata for a Cox model beside it.

    Parameters
    ----------
    fit : Fit
        The fit.
    cohort : Cohort
        Its cohort.

    Returns
    -------
    tuple of Cohort, DataFrame and ndarray of str or None
        Who is complete, columns by row, and the stratum of each row.
    """
    own = cohort.complete(fit.design.variables) if cohort.drop_missing else cohort
    matrix = fit.design.matrix(own.covariates)
    name = fit.spec.strata
    strata = own.covariates[name].astype(str).to_numpy() if name else None
    return own, pd.DataFrame(matrix, columns=list(fit.design.columns)), strata


def ratio_summary(effect: xr.DataArray, interval: float) -> dict[str, float]:
    """Hazard ratio of draws of its logarithm: median, limits and the probability below 1."""
    numbers = summary(xr.DataArray(np.exp(effect)), interval)
    return {
        "hr": numbers["median"],
        "lower": numbers["lower"],
        "upper": numbers["upper"],
        "p_below_1": float((effect < 0).mean()),
    }


def cox_summary(cox: CoxFit, term: str) -> tuple[dict[str, float], str]:
    """Hazard ratio of one term of a Cox model, and what is to be said of it."""
    row = cox.table[cox.table["term"] == term].to_dict("records")[0]
    numbers = {
        "hr": float(row["hr"]),
        "lower": float(row["hr_lower"]),
        "upper": float(row["hr_upper"]),
        "p": float(row["p"]),
    }
    if not np.isfinite(numbers["lower"]):
        numbers["hr"] = float("nan")
    return numbers, str(row["note"])


def effect_draws(fit: Fit, *, of_time_too: bool = False) -> tuple[int, np.ndarray]:
    """Column of the treatment's one coefficient in a fit, and its draws, chains joined.

    Raises
    ------
    SpecError
        When there is an `effect_fault`.
    """
    fault = effect_fault(fit.spec, fit.design, fit.treatment, of_time_too=of_time_too)
    if fault is not None:
        raise SpecError(f"{fault.where}: {fault.what}", fix=fault.fix)
    (column,) = (j for j, term in enumerate(fit.design.terms) if term == fit.treatment)
    posterior = fit.draws["posterior"].to_dataset()[coefficient_name(fit.spec)]
    draws = posterior.isel(covariate=column).transpose("chain", "draw").to_numpy().ravel()
    return column, draws
