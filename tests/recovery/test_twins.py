"""Twins meet the printed numbers over twenty seeds. The table: python -m tests.recovery.twins."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from posthaz.cohort import Condition, Where
from tests.recovery.twins import SEEDS, _cox, cohort_of, hazard_ratios, medians, twins

pytestmark = pytest.mark.slow

# The paper's matched hazard ratio, 1.656, and its adjusted one in all patients, 1.481, ask for the
# same effect of dose; random matching in a twin finds the second. See decision 0017.
MATCHED = "su2016_dose_os_psm"


@pytest.fixture(scope="module")
def ratios() -> pd.DataFrame:
    table = hazard_ratios(twins())
    print(table.round(3).to_string(index=False))
    return table.set_index("file")


def test_mean_hazard_ratios_are_the_printed_ones(ratios: pd.DataFrame) -> None:
    assert len(ratios) >= 12
    off = ratios.drop(index=MATCHED)["mean_off"]
    assert (off.abs() <= 0.03).all(), off


def test_intervals_hold_the_printed_ratio_about_as_often_as_they_should(
    ratios: pd.DataFrame,
) -> None:
    table = ratios.drop(index=MATCHED)
    # what 19 in 20 intervals gives with probability 99.9 %
    fewest = int(binom.ppf(0.001, len(SEEDS), 0.95))
    assert (table["covered"] >= fewest).all(), table["covered"]
    assert table["covered"].sum() / table["of"].sum() == pytest.approx(0.95, abs=0.04)


def test_the_patients_that_the_paper_matched_have_its_hazard_ratio(ratios: pd.DataFrame) -> None:
    analysis = twins()[MATCHED]
    chosen = Where((*analysis.cohort.where.conditions, Condition("psm", ("matched",))))
    cohort = replace(analysis.cohort, where=chosen)
    paper = replace(analysis, cohort=cohort, clinical={})
    found = []
    for seed in SEEDS:
        fit, arm = _cox(paper, cohort_of(paper, seed))
        found.append(fit.table.set_index("term").loc[arm, "hr"])
    assert len(cohort_of(paper, 1)) == 118
    assert np.mean(found) == pytest.approx(1.656, rel=0.03)
    # and the ratio in a twin's own matched cohorts is one that the printed interval allows
    assert 1.125 < ratios.loc[MATCHED, "mean"] < 2.438


def test_mean_medians_are_the_printed_ones() -> None:
    table = medians(twins())
    print(table.round(3).to_string(index=False))
    assert len(table) >= 20
    assert (table["reached"] == table["of"]).all()
    assert (table["off"].abs() <= 0.05).all(), table
