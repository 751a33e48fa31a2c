"""Subgroups: their rows and counts, and all in one model with exchangeable deviations."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from posthaz.adjust import effective_weights
from posthaz.analyses.subgroups.spec import SubgroupSpec, subgroup_faults
from posthaz.arms.arm_model import (
    ArmTask,
    arm_model,
    complete_in,
    joined,
    varying_terms,
)
from posthaz.arms.groups import compared_rows, group_name, two_arms, with_cuts
from posthaz.cohort import Cohort, restricted
from posthaz.design import formula_terms, quoted
from posthaz.errors import CohortError
from posthaz.inference import Fit, fit, fit_many
from posthaz.priors import Prior
from posthaz.spec import ModelSpec, Sampling, Shrinkage
from posthaz.spec.sample import MATCHED


@dataclass(frozen=True, eq=False)
class Subgroup:
    """One level of one covariate.

    Parameters
    ----------
    column : str
        Covariate that is asked for.
    factor : str
        Covariate that holds its groups: itself, or its cut.
    level : str
        The level.
    rows : ndarray of bool, shape (row,)
        Its rows.
    """

    column: str
    factor: str
    level: str
    rows: np.ndarray


def with_groups(cohort: Cohort, asked: SubgroupSpec) -> Cohort:
    """The cohort of two arms, numbers among the subgroups' columns cut into factors.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    asked : SubgroupSpec
        Which subgroups.

    Returns
    -------
    Cohort
        Rows of the two arms compared; a cut of ``age`` is the covariate ``age_group``.

    Raises
    ------
    CohortError
        When a column, or the arm, isn't there, or a column is neither a factor nor cut.
    """
    faults = tuple(subgroup_faults(asked, cohort))
    if faults:
        raise CohortError.from_findings("The subgroups can't be made:", faults)
    return with_cuts(two_arms(cohort, asked.arm), asked.cuts)


def subgroups_of(cohort: Cohort, asked: SubgroupSpec) -> tuple[Subgroup, ...]:
    """Every level of every column, in order; rows that lack the column are in none."""
    found = []
    for name in asked.columns:
        factor = group_name(name) if name in asked.cuts else name
        values = cohort.covariates[factor]
        found += [
            Subgroup(name, factor, str(level), (values == level).to_numpy(dtype=bool))
            for level in values.cat.categories
        ]
    return tuple(found)


_LEVELS = Prior(
    "normal", (0.0, float(np.sqrt(0.5))), "default: log ratio between two levels normal(0, 1)"
)


@dataclass(frozen=True, eq=False)
class PooledSubgroups:
    """The model of all subgroups, and what it says of each.

    Parameters
    ----------
    fit : Fit
        Its fit.
    overall : DataArray
        Log hazard ratio averaged over everybody, dimensions ``chain, draw``.
    effects : dict of (str, str) to DataArray
        By column and level, averaged over the patients of the level.
    rows : int
        Rows used.
    """

    fit: Fit
    overall: xr.DataArray
    effects: dict[tuple[str, str], xr.DataArray]
    rows: int


def pooled_subgroups(
    cohort: Cohort,
    groups: tuple[Subgroup, ...],
    asked: SubgroupSpec,
    base: ModelSpec,
    sampling: Sampling,
) -> PooledSubgroups | None:
    """Fit the model of all subgroups.

    The log hazard ratio of a patient is a mean plus one deviation for the level of each
    column. Deviations of a column sum to zero and are normal with the column's own standard
    deviation, half-normal a priori (after Dixon and Simon 1991; Jones et al. 2011): one standard
    deviation for all columns draws the one that differs to the many that don't. The levels
    themselves act on the hazard too, as they are.

    Parameters
    ----------
    cohort : Cohort
        A cohort of two arms, with its groups as factors.
    groups : tuple of Subgroup
        The subgroups.
    asked : SubgroupSpec
        Adjustment and prior.
    base : ModelSpec
        Baseline hazard and priors.
    sampling : Sampling
        How to sample.

    Returns
    -------
    PooledSubgroups or None
        None when fewer than two levels of any column can be compared.
    """
    factors = list(dict.fromkeys(group.factor for group in groups))
    rows = complete_in(cohort, asked.adjusted) & compared_rows(cohort, factors)
    part = restricted(cohort, rows)
    varying = [name for name in factors if len(part.covariates[name].cat.categories) > 1]
    if not varying or not part.event.any():
        return None
    arm = quoted(part.treatment)
    levels = [f"zero_sum({quoted(name)})" for name in varying]
    others = varying_terms(part, [t for t in asked.adjusted if t not in varying])
    formula = joined((f"{arm} * ({joined(levels)})", *others))
    base = replace(base, priors={**base.priors, **dict.fromkeys(_named(levels), _LEVELS)})
    products = _named(f"{arm}:{term}" for term in levels)
    shrinkage = Shrinkage("exchangeable", products, (asked.sd,))
    spec = arm_model(base, part, formula, "subgroups", shrinkage)
    weighed = effective_weights(part) if asked.sample == MATCHED else part
    fitted = _fitted(spec, weighed, sampling)
    task = ArmTask(part, formula)
    return PooledSubgroups(
        fit=fitted,
        overall=task.effect(fitted),
        effects={
            (group.column, group.level): task.effect(fitted, group.rows[rows])
            for group in groups
            if group.factor in varying and group.rows[rows].any()
        },
        rows=len(part),
    )


def _named(terms: Iterable[str]) -> tuple[str, ...]:
    """Names that a design gives to terms, which have no backquotes."""
    return tuple(formula_terms(term)[0] for term in terms)


def _fitted(spec: ModelSpec, cohort: Cohort, sampling: Sampling) -> Fit:
    if sampling.method == "pymc":
        return fit(spec, cohort, sampling)
    (fitted,) = fit_many([(spec, cohort)], sampling)
    return fitted
