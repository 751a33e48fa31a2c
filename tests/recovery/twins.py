"""How well the twins meet the printed numbers: ``uv run python -m tests.recovery.twins``.

For every analysis file with ``[simulate]``, twenty simulated cohorts: the Cox hazard ratio against
the printed one, how often its confidence interval holds the printed one, and Kaplan-Meier medians
against the printed ones. Frequentist only.
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from posthaz.adjust import Matched, landmark
from posthaz.baselines import CoxFit, cox_model, median_survival
from posthaz.clinical.adjusted_samples import adjusted_samples
from posthaz.cohort import Cohort, read_cohort
from posthaz.design import learn_design
from posthaz.simulate import calibrated_hazards, simulate_twin
from posthaz.spec import Analysis, catalogue, load_analysis, needed_covariates

SEEDS = tuple(range(1, 21))
HAZARD_RATIO = ("file", "printed", "geometric_mean", "off", "mean", "mean_off", "covered", "of")
MEDIANS = ("file", "arm", "printed", "mean", "off", "reached", "of")


@cache
def twins() -> dict[str, Analysis]:
    """Analyses of the catalogue that a twin can be drawn for."""
    loaded = {entry.name: load_analysis(entry.path) for entry in catalogue()}
    return {name: one for name, one in loaded.items() if one.simulate is not None}


def hazard_ratios(analyses: Mapping[str, Analysis], seeds: tuple[int, ...] = SEEDS) -> pd.DataFrame:
    """One row a file with a printed hazard ratio, columns `HAZARD_RATIO`."""
    return pd.DataFrame(_hazard_ratio_rows(analyses, seeds), columns=list(HAZARD_RATIO))


def medians(analyses: Mapping[str, Analysis], seeds: tuple[int, ...] = SEEDS) -> pd.DataFrame:
    """One row a printed median of an arm, columns `MEDIANS`."""
    return pd.DataFrame(_median_rows(analyses, seeds), columns=list(MEDIANS))


def cohort_of(analysis: Analysis, seed: int) -> Cohort:
    """The twin of one seed, as the analysis reads it."""
    table = _table(str(analysis.simulate.cohort.path), seed)
    cohort = read_cohort(table, analysis.cohort, covariates=needed_covariates(analysis))
    return cohort if analysis.landmark is None else landmark(cohort, analysis.landmark).cohort


@cache
def _hazards(path: str):
    return calibrated_hazards(_described(path))


@cache
def _described(path: str):
    return next(a.simulate.cohort for a in twins().values() if str(a.simulate.cohort.path) == path)


@cache
def _table(path: str, seed: int) -> pd.DataFrame:
    return simulate_twin(_described(path), seed, _hazards(path))


def _cox(analysis: Analysis, cohort: Cohort) -> tuple[CoxFit, str]:
    """Cox model of the primary formula, in the matched cohort where there is one."""
    asked = analysis.clinical.get("adjust")
    if asked is not None and "match" in asked.method:
        only = replace(asked, method=("match",))
        matched = adjusted_samples(cohort, only).samples["matched"]
        assert isinstance(matched, Matched)
        cohort = matched.cohort
    design = learn_design(cohort.covariates, analysis.primary.formula)
    columns = pd.DataFrame(design.matrix(design.frame), columns=list(design.columns))
    arm = f"{cohort.treatment}[{cohort.arms[1]}]"
    return cox_model(cohort, columns, robust=False), arm


def _hazard_ratio_rows(
    analyses: Mapping[str, Analysis], seeds: tuple[int, ...]
) -> Iterator[tuple[object, ...]]:
    for name, analysis in analyses.items():
        for one in (p for p in analysis.published if p.quantity == "hazard_ratio"):
            rows = []
            for seed in seeds:
                fit, arm = _cox(analysis, cohort_of(analysis, seed))
                rows.append(fit.table.set_index("term").loc[arm])
            found = pd.DataFrame(rows)
            middle, mean = float(np.exp(found["log_hr"].mean())), float(found["hr"].mean())
            held = (found["hr_lower"] <= one.value) & (found["hr_upper"] >= one.value)
            yield (
                name, one.value, middle, middle / one.value - 1, mean, mean / one.value - 1,
                int(held.sum()), len(seeds),
            )  # fmt: skip


def _median_rows(
    analyses: Mapping[str, Analysis], seeds: tuple[int, ...]
) -> Iterator[tuple[object, ...]]:
    for name, analysis in analyses.items():
        for one in (p for p in analysis.published if p.quantity == "median"):
            found = []
            for seed in seeds:
                table = median_survival(cohort_of(analysis, seed))
                found.append(float(table.set_index("arm").loc[one.arm, "time"]))
            reached = np.array(found)[np.isfinite(found)]
            mean = float(reached.mean()) if len(reached) else float("nan")
            yield (name, one.arm, one.value, mean, mean / one.value - 1, len(reached), len(seeds))


def main() -> None:
    """Print both tables."""
    options = argparse.ArgumentParser(prog="python -m tests.recovery.twins")
    options.add_argument("--seeds", type=int, default=len(SEEDS))
    options.add_argument("--only", default="", help="beginning of the names of files")
    asked = options.parse_args()
    seeds = tuple(range(1, asked.seeds + 1))
    chosen = {name: one for name, one in twins().items() if name.startswith(asked.only)}
    with pd.option_context("display.width", 160, "display.max_columns", 20):
        for table in (hazard_ratios(chosen, seeds), medians(chosen, seeds)):
            print(table.round(3).to_string(index=False))


if __name__ == "__main__":
    main()
