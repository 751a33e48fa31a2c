"""Twins meet the printed numbers over twenty seeds. The table: python -m tests.recovery.twins."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from posthaz.cohort import Condition, Where
from tests.recovery.twins import (
    SEEDS,
    cohort_of,
    cox_row,
    hazard_ratios,
    medians,
    survivals,
    twins,
)

pytestmark = pytest.mark.slow

# The paper's matched hazard ratio, 1.656, and its adjusted one in all patients, 1.481, ask for the
# same effect of dose; random matching in a twin finds the second. See decision 0017.
MATCHED = "su2016_dose_os_psm"
# 32 subgroups of the same patients, matched anew in each twin, and a cause of death without effects
# of its own; covariates with few patients at a level, whose estimated ratios lie above the ratio.
NEAR = 0.1


@pytest.fixture(scope="module")
def ratios() -> pd.DataFrame:
    table = hazard_ratios(twins())
    print(table.round(3).to_string(index=False))
    return table


@pytest.fixture(scope="module")
def treatment(ratios: pd.DataFrame) -> pd.DataFrame:
    """Ratios of the treatment in all, subset or matched patients."""
    whole = ~ratios["whom"].str.contains(" ") & ~ratios["covariate"]
    return ratios[whole & (ratios["file"] != MATCHED)].set_index("file")


def test_mean_hazard_ratios_are_the_printed_ones(treatment: pd.DataFrame) -> None:
    assert len(treatment) >= 12
    assert (treatment["mean_off"].abs() <= 0.03).all(), treatment["mean_off"]


def test_mean_ratios_of_subgroups_and_covariates_are_near_the_printed_ones(
    ratios: pd.DataFrame,
) -> None:
    others = ratios[ratios["whom"].str.contains(" ") | ratios["covariate"]]
    assert len(others) >= 4
    assert (others["mean_off"].abs() <= NEAR).all(), others


def test_intervals_hold_the_printed_ratio_about_as_often_as_they_should(
    treatment: pd.DataFrame,
) -> None:
    # what 19 in 20 intervals gives with probability 99.9 %
    fewest = int(binom.ppf(0.001, len(SEEDS), 0.95))
    assert (treatment["covered"] >= fewest).all(), treatment["covered"]
    assert treatment["covered"].sum() / treatment["of"].sum() == pytest.approx(0.95, abs=0.04)


def test_the_patients_that_the_paper_matched_have_its_hazard_ratio(ratios: pd.DataFrame) -> None:
    analysis = twins()[MATCHED]
    chosen = Where((*analysis.cohort.where.conditions, Condition("psm", ("matched",))))
    paper = replace(analysis, cohort=replace(analysis.cohort, where=chosen))
    one = next(p for p in analysis.published if p.quantity == "hazard_ratio")
    found = [cox_row(paper, cohort_of(paper, seed), one)["hr"] for seed in SEEDS]
    assert len(cohort_of(paper, 1)) == 118
    assert np.mean(found) == pytest.approx(1.656, rel=0.03)
    # and the ratio in a twin's own matched cohorts is one that the printed interval allows
    own = ratios[(ratios["file"] == MATCHED) & ~ratios["covariate"]]["mean"]
    assert len(own) == 1
    assert own.between(1.125, 2.438).all()


@pytest.fixture(scope="module")
def middles() -> pd.DataFrame:
    table = medians(twins())
    print(table.round(3).to_string(index=False))
    return table


def test_mean_medians_are_the_printed_ones(middles: pd.DataFrame) -> None:
    table = middles[np.isfinite(middles["printed"])]
    assert len(table) >= 20
    # an arm of 80 with half alive after four years may miss its median once in twenty
    assert (table["reached"] >= table["of"] - 1).all(), table
    assert (table["off"].abs() <= 0.05).all(), table


def test_medians_printed_as_not_reached_mostly_are_not(middles: pd.DataFrame) -> None:
    table = middles[np.isinf(middles["printed"])]
    assert len(table) >= 3
    assert (table["reached"] <= table["of"] / 2).all(), table


def test_mean_survival_rates_are_the_printed_ones() -> None:
    table = survivals(twins())
    print(table.round(3).to_string(index=False))
    assert len(table) >= 20
    assert (table.loc[table["file"] != MATCHED, "off"].abs() <= 0.05).all(), table
