"""How well the twins meet the printed numbers: ``uv run python -m tests.recovery.twins``.

For every analysis file with ``[simulate]``, twenty simulated cohorts: Cox hazard ratios against
the printed ones, how often their confidence intervals hold these, and Kaplan-Meier medians and
survival against the printed ones, each in the patients that the number is about: everybody, an
arm, a subset, the matched sample, or a subgroup. Frequentist only.
"""

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache, lru_cache

import numpy as np
import pandas as pd

from posthaz.adjust import landmark
from posthaz.analyses.adjust.samples import adjusted_samples
from posthaz.analyses.subgroups.pooled import with_groups
from posthaz.baselines import cox_model, median_survival, survival_at
from posthaz.catalogue import catalogue
from posthaz.cohort import Cohort, read_cohort, restricted, rows_where
from posthaz.design import formula_variables, learn_design
from posthaz.simulate import calibrated_hazards, simulate_twin
from posthaz.spec import Analysis, Published, Within, load_analysis, needed_covariates

SEEDS = tuple(range(1, 21))
NAMED = ("file", "whom", "what", "printed")
HAZARD_RATIO = (
    *NAMED, "covariate", "geometric_mean", "off", "error", "mean", "mean_off", "covered", "of",
)  # fmt: skip
CURVES = (*NAMED, "mean", "off", "reached", "of")


@cache
def twins() -> dict[str, Analysis]:
    """Analyses of the catalogue that a twin can be drawn for."""
    loaded = {entry.name: load_analysis(entry.path) for entry in catalogue()}
    return {name: one for name, one in loaded.items() if one.simulate is not None}


def hazard_ratios(analyses: Mapping[str, Analysis], seeds: Iterable[int] = SEEDS) -> pd.DataFrame:
    """One row a printed hazard ratio, columns `HAZARD_RATIO`; `error` is of the mean's log."""
    rows = []
    for analysis, one in _printed(analyses, "hazard_ratio"):
        parts = (part_of(analysis, one, seed) for seed in seeds)
        found = pd.DataFrame([cox_row(analysis, part, one) for part in parts])
        middle, mean = float(np.exp(found["log_hr"].mean())), float(found["hr"].mean())
        error = float(found["log_hr"].std() / np.sqrt(len(found)))
        held = (found["hr_lower"] <= one.value) & (found["hr_upper"] >= one.value)
        offs = (middle, middle / one.value - 1, error, mean, mean / one.value - 1)
        told = (*_named(analysis, one), bool(one.covariate), *offs)
        rows.append((*told, int(held.sum()), len(found)))
    return pd.DataFrame(rows, columns=list(HAZARD_RATIO))


def medians(analyses: Mapping[str, Analysis], seeds: Iterable[int] = SEEDS) -> pd.DataFrame:
    """One row a printed median, columns `CURVES`; `off` is a share of the printed one."""
    rows = []
    for analysis, one in _printed(analyses, "median"):
        found = np.array([_median(part_of(analysis, one, seed), one.arm) for seed in seeds])
        reached = found[np.isfinite(found)]
        mean = float(reached.mean()) if len(reached) else np.inf
        off = mean / one.value - 1 if np.isfinite(one.value) else np.nan
        rows.append((*_named(analysis, one), mean, off, len(reached), len(found)))
    return pd.DataFrame(rows, columns=list(CURVES))


def survivals(analyses: Mapping[str, Analysis], seeds: Iterable[int] = SEEDS) -> pd.DataFrame:
    """One row a printed survival rate, columns `CURVES`; `off` is a difference of shares."""
    rows = []
    for analysis, one in _printed(analyses, "survival"):
        time = one.time or 0.0
        parts = (part_of(analysis, one, seed) for seed in seeds)
        found = np.array([_survival(part, one.arm, time) for part in parts])
        mean = float(np.nanmean(found))
        counts = (int(np.isfinite(found).sum()), len(found))
        rows.append((*_named(analysis, one), mean, mean - one.value, *counts))
    return pd.DataFrame(rows, columns=list(CURVES))


def cox_row(analysis: Analysis, part: Cohort, one: Published) -> pd.Series:
    """Row of the Cox model of some patients that answers a printed hazard ratio."""
    covariate = one.covariate or part.treatment
    level = one.level or (one.arm or part.arms[1] if not one.covariate else "")
    design = learn_design(part.covariates, _formula(analysis, one, covariate, part.treatment))
    columns = pd.DataFrame(design.matrix(design.frame), columns=list(design.columns))
    table = cox_model(part, columns, robust=False).table.set_index("term")
    return table.loc[f"{covariate}[{level}]" if level else covariate]


def _formula(analysis: Analysis, one: Published, covariate: str, treatment: str) -> str:
    """What the paper's Cox model had beside the covariate, as far as the file says."""
    alone = one.model == "univariable" or one.within.column
    if one.within.sample and one.model != "multivariable":
        alone = True
    if alone:
        return covariate
    if one.within.sample:
        adjusted = analysis.clinical["adjust"].adjusted
        return " + ".join(dict.fromkeys((covariate, treatment, *adjusted)))
    if set(formula_variables(covariate)) <= set(formula_variables(analysis.primary.formula)):
        return analysis.primary.formula
    return f"{covariate} + {analysis.primary.formula}"


def part_of(analysis: Analysis, one: Published, seed: int) -> Cohort:
    """The patients of a printed number in the twin of one seed."""
    within, cohort = one.within, cohort_of(analysis, seed)
    subgroups = analysis.clinical.get("subgroups")
    if within.subset:
        where = {s.name: s.where for s in analysis.clinical["subsets"].subsets}
        return restricted(cohort, rows_where(cohort, where[within.subset]))
    if within.sample or (within.column and subgroups.sample == "matched"):
        cohort = matched_of(analysis.name, seed)
    if not within.column:
        return cohort
    groups = with_groups(cohort, subgroups)
    name = f"{within.column}_group" if within.column in subgroups.cuts else within.column
    return restricted(groups, (groups.covariates[name] == within.level).to_numpy(bool))


def cohort_of(analysis: Analysis, seed: int) -> Cohort:
    """The twin of one seed, as the analysis reads it."""
    table = _table(str(analysis.simulate.cohort.path), seed)
    cohort = read_cohort(table, analysis.cohort, covariates=needed_covariates(analysis))
    return cohort if analysis.landmark is None else landmark(cohort, analysis.landmark).cohort


@lru_cache(maxsize=64)
def matched_of(name: str, seed: int) -> Cohort:
    """The matched sample of the twin of one seed."""
    analysis = twins()[name]
    asked = replace(analysis.clinical["adjust"], method=("match",))
    return adjusted_samples(cohort_of(analysis, seed), asked).samples["matched"].cohort


@cache
def _hazards(path: str):
    return calibrated_hazards(_described(path))


@cache
def _described(path: str):
    return next(a.simulate.cohort for a in twins().values() if str(a.simulate.cohort.path) == path)


@cache
def _table(path: str, seed: int) -> pd.DataFrame:
    return simulate_twin(_described(path), seed, _hazards(path))


def _printed(
    analyses: Mapping[str, Analysis], quantity: str
) -> Iterable[tuple[Analysis, Published]]:
    return (
        (analysis, one)
        for analysis in analyses.values()
        for one in analysis.published
        if one.quantity == quantity and not _of_level(one, analysis)
    )


def _of_level(one: Published, analysis: Analysis) -> bool:
    """Whether a number is about a level of an interaction, which these tables leave out."""
    return bool(one.within.column) and "subgroups" not in analysis.clinical


def _named(analysis: Analysis, one: Published) -> tuple[str, str, str, float]:
    whom = "all" if one.within == Within() else " ".join(
        filter(None, (one.within.subset, one.within.sample, one.within.column, one.within.level))
    )  # fmt: skip
    about = (one.arm, one.covariate, one.level, f"{one.time:g}" if one.time else "")
    return analysis.name, whom, " ".join(filter(None, about)), one.value


def _median(part: Cohort, arm: str) -> float:
    return float(median_survival(_one_arm(part, arm))["time"].iloc[0])


def _survival(part: Cohort, arm: str, time: float) -> float:
    return float(survival_at(_one_arm(part, arm), [time])["survival"].iloc[0])


def _one_arm(part: Cohort, arm: str) -> Cohort:
    return replace(part.where(part.arm == arm) if arm else part, treatment="")


def main() -> None:
    """Print the three tables."""
    options = argparse.ArgumentParser(prog="python -m tests.recovery.twins")
    options.add_argument("--seeds", type=int, default=len(SEEDS))
    options.add_argument("--only", default="", help="beginning of the names of files")
    asked = options.parse_args()
    seeds = tuple(range(1, asked.seeds + 1))
    chosen = {name: one for name, one in twins().items() if name.startswith(asked.only)}
    with pd.option_context("display.width", 180, "display.max_columns", 20):
        for made in (hazard_ratios, medians, survivals):
            print(made(chosen, seeds).round(3).to_string(index=False), end="\n\n")


if __name__ == "__main__":
    main()
