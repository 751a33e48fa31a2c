import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import Column, LifeTableSpec, read_life_table, unrounded_life_tables
from posthaz.errors import CohortError

DOSE = pd.DataFrame(
    {
        "dose": ["high", "low"],
        "number": [90, 93],
        "y1": [51.1, 41.9],
        "y2": [21.1, 6.6],
        "y3": [11.2, 0.0],
    }
)
RATES = LifeTableSpec(
    times=(12, 24, 36), survival=("y1", "y2", "y3"), percent=True, treatment="dose"
)
COUNTS = pd.DataFrame(
    {
        "arm": ["a", "a", "b", "b"],
        "start": [0, 12, 0, 12],
        "end": [12, 24, 12, 24],
        "at_risk": [90, 50, 80, 60],
        "events": [30, 10, 20, 20],
        "lost": [10, 0, 0, 15],
    }
)
BY_ARM = LifeTableSpec(treatment="arm")


def message(frame, spec):
    with pytest.raises(CohortError) as raised:
        read_life_table(frame, spec)
    return str(raised.value)


def test_rates_become_weighted_rows():
    cohort = read_life_table(DOSE, RATES)
    assert cohort.lower.tolist() == [0, 12, 24, 36, 0, 12, 24]
    assert cohort.upper.tolist() == [12, 24, 36, np.inf, 12, 24, 36]
    np.testing.assert_allclose(cohort.weight[:4], 90 * np.array([0.489, 0.3, 0.099, 0.112]))
    np.testing.assert_allclose(cohort.weight.sum(), 183)
    assert cohort.row_number.tolist() == [1, 1, 1, 1, 2, 2, 2]
    assert cohort.arms == ("high", "low")
    assert cohort.source.origin == "a printed life table"


def test_a_rate_that_is_not_known_joins_two_intervals():
    cohort = read_life_table(DOSE.assign(y2=[np.nan, 6.6]), RATES)
    assert cohort.upper.tolist()[:3] == [12, 36, np.inf]
    np.testing.assert_allclose(cohort.weight[1], 90 * (0.511 - 0.112))


def test_counts_become_rows_with_losses_at_the_middle():
    cohort = read_life_table(COUNTS, BY_ARM)
    first = cohort.arm == "a"
    assert cohort.lower[first].tolist() == [0, 6, 12, 24]
    assert cohort.weight[first].tolist() == [30, 10, 10, 40]
    assert cohort.weight.sum() == 170


def test_losses_follow_from_the_numbers_at_risk():
    printed = COUNTS.assign(lost=[10, np.nan, np.nan, np.nan])
    with_losses = read_life_table(printed, BY_ARM)
    without = read_life_table(COUNTS.drop(columns="lost"), BY_ARM)
    np.testing.assert_array_equal(with_losses.weight, without.weight)
    assert without.weight[without.arm == "a"].tolist() == [30, 10, 10, 40]


def test_rates_that_rise_are_refused_with_their_row():
    # the two misprints of Table 2 of the paper that the catalogue's life tables are from
    text = message(pd.DataFrame({"number": [88], "y1": [55.7], "y2": [1.7], "y3": [8.3]}),
                   LifeTableSpec((12, 24, 36), ("y1", "y2", "y3"), percent=True))  # fmt: skip
    assert "row 1: survival rises from 1.7 at 24 to 8.3 at 36" in text
    text = message(DOSE.assign(y1=[51.1, 5.6]), RATES)
    assert "row 2: survival rises from 5.6 at 12 to 6.6 at 24" in text


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"events": [100, 10, 20, 20]}, "row 1: 100 events and 10 lost exceed the 90 at risk"),
        ({"at_risk": [90, 70, 80, 60]}, "row 2: 70 are at risk, but only 50 are left by row 1"),
        ({"at_risk": [90, 40, 80, 60]}, "row 2: 40 are at risk, but 50 are left by row 1"),
        ({"start": [0, 13, 0, 12]}, "row 2: the interval starts at 13"),
        ({"end": [12, 24, 0, 24]}, "row 3: the interval ends at 0"),
        ({"events": [-1, 10, 20, 20]}, "row 1: start, end, numbers at risk"),
    ],
)
def test_impossible_counts_are_refused_with_their_row(change, expected):
    assert expected in message(COUNTS.assign(**change), BY_ARM)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"number": [0, 93]}, "row 1: the number of patients"),
        ({"y1": ["most", 41.9]}, "row 1, column 'y1': 'most' is not a rate"),
        ({"y1": [151.1, 41.9]}, "row 1: survival at 12 is 151.1"),
        ({"y1": np.nan, "y2": np.nan, "y3": np.nan}, "row 1: no survival rate is given"),
        ({"dose": ["high", None]}, "row 2, column 'dose'"),
    ],
)
def test_impossible_rates_are_refused_with_their_row(change, expected):
    assert expected in message(DOSE.assign(**change), RATES)


def test_percentages_without_the_word_are_refused():
    spec = LifeTableSpec((12,), ("y1",), treatment="dose")
    assert "say percent = true" in message(DOSE[["dose", "number", "y1"]], spec)


def test_missing_columns_and_disordered_times_are_refused():
    spec = LifeTableSpec((24, 12), ("y1", "y9"), percent=True)
    text = message(DOSE, spec)
    assert "there is no column 'y9'" in text
    assert "don't increase" in text


def test_covariates_keep_the_rules_of_cohorts():
    columns = {"dose": Column("dose", levels=("high", "medium"))}
    spec = LifeTableSpec(
        RATES.times, RATES.survival, percent=True, columns=columns, treatment="dose"
    )
    assert "value outside the levels named: 'low'" in message(DOSE, spec)


def test_unrounded_rates_round_to_the_printed_ones():
    cohorts = unrounded_life_tables(DOSE, RATES, 50, seed=3)
    assert len(cohorts) == 50
    weights = np.stack([cohort.weight for cohort in cohorts])
    assert weights.shape == (50, 8)  # with a row for those of the low arm who may be left
    assert (weights >= 0).all()
    size = np.repeat([90.0, 93.0], 4)
    left = 1 - (weights / size).reshape(50, 2, 4).cumsum(axis=2)[:, :, :3]
    printed = DOSE[["y1", "y2", "y3"]].to_numpy() / 100
    assert np.abs(left - printed).max() <= 0.0005 + 1e-12
    assert np.abs(left - printed).max() > 0.0004
    assert left.std(axis=0)[0, 0] == pytest.approx(0.001 / np.sqrt(12), rel=0.3)


def test_rounding_goes_by_the_stated_decimals():
    spec = LifeTableSpec((12,), ("y1",), percent=True, decimals=0, treatment="dose")
    frame = DOSE[["dose", "number"]].assign(y1=[51.0, 42.0])
    shares = [cohort.weight[1] / 90 for cohort in unrounded_life_tables(frame, spec, 100, seed=1)]
    assert 0.505 <= min(shares) < 0.507
    assert 0.513 < max(shares) <= 0.515


def test_counts_have_nothing_to_round():
    assert unrounded_life_tables(COUNTS, BY_ARM, 5, seed=1) == ()
