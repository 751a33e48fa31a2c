"""Expected hazards from a life table: exact over its cells, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort.expected_mortality import expected_hazard, read_expected_mortality
from posthaz.errors import CohortError


def life_table(**changed: object) -> pd.DataFrame:
    """Ages 50 to 89, years 1980 to 1999, both sexes; rates rise with age and fall by year."""
    cells = [
        (age, sex, year, 0.001 * (1 + (sex == "male")) * 1.1 ** (age - 50) * 0.98 ** (year - 1980))
        for age in range(50, 90)
        for sex in ("female", "male")
        for year in range(1980, 2000)
    ]
    return pd.DataFrame(cells, columns=["age", "sex", "year", "rate"]).assign(**changed)


def test_rates_follow_a_patient_through_age_and_calendar_year():
    mortality = read_expected_mortality(life_table())
    table = life_table().set_index(["age", "sex", "year"])["rate"]
    patient = pd.DataFrame({"age": [60.75], "sex": ["male"], "year": [1985.5]})
    months = np.array([[2.0, 3.0, 6.0, 12.0, 24.0]])
    rate, accrued = expected_hazard(mortality, patient, months, "months")
    # birthday after 3 months, new year after 6, and so on; a cell holds its end
    pieces = [
        (3, table[60, "male", 1985]),
        (3, table[61, "male", 1985]),
        (9, table[61, "male", 1986]),
        (3, table[62, "male", 1986]),
        (6, table[62, "male", 1987]),
    ]
    ends = np.cumsum([months for months, _ in pieces])
    whole = np.concatenate([[0.0], np.cumsum([m * r / 12 for m, r in pieces])])
    expected = np.interp(months[0], [0.0, *ends], whole)
    np.testing.assert_allclose(accrued[0], expected, rtol=1e-12)
    by_hand = [pieces[k][1] / 12 for k in (0, 0, 1, 2, 4)]
    np.testing.assert_allclose(rate[0], by_hand, rtol=1e-12)


def test_the_accrued_hazard_is_the_integral_of_the_rate():
    mortality = read_expected_mortality(life_table())
    patients = pd.DataFrame(
        {"age": [52.3, 71.9], "sex": ["female", "male"], "year": [1981.2, 1984.9]}
    )
    grid = np.linspace(0.0, 10.0, 200_001)
    middle = np.broadcast_to((grid[1:] + grid[:-1]) / 2.0, (2, len(grid) - 1))
    rate, _ = expected_hazard(mortality, patients, middle, "years")
    _, accrued = expected_hazard(mortality, patients, np.full((2, 1), 10.0), "years")
    np.testing.assert_allclose(rate.sum(axis=1) * (grid[1] - grid[0]), accrued[:, 0], rtol=1e-6)


def test_survival_of_a_year_and_rates_per_thousand_are_the_same():
    one = pd.DataFrame({"age": [60.2]})
    when = np.array([[0.5]])
    plain = read_expected_mortality(pd.DataFrame({"age": [60, 61], "rate": [0.02, 0.03]}))
    per = read_expected_mortality(pd.DataFrame({"age": [60, 61], "rate": [20.0, 30.0]}), per=1000)
    lived = pd.DataFrame({"age": [60, 61], "survival": np.exp([-0.02, -0.03])})
    found = [
        expected_hazard(one_table, one, when, "years")[1][0, 0]
        for one_table in (plain, per, read_expected_mortality(lived))
    ]
    np.testing.assert_allclose(found, 0.01, rtol=1e-12)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (life_table().drop(columns="rate"), "one of 'rate' and 'survival'"),
        (life_table(rate=0.0), "it is 0 throughout"),
        (life_table(rate=-0.1), "below 0"),
        (life_table(rate=life_table()["rate"] * 1000), "say per = 1000"),
        (life_table().drop(columns="rate").assign(survival=1.2), "no probability to survive"),
        (pd.concat([life_table(), life_table()]), "a cell stands twice"),
        (life_table(age="x"), "no number"),
    ],
)
def test_life_tables_that_cannot_be(table: pd.DataFrame, said: str):
    with pytest.raises(CohortError, match=said) as caught:
        read_expected_mortality(table)
    assert "Fix:" in str(caught.value)


@pytest.mark.parametrize(
    ("patient", "unit", "followed", "said"),
    [
        ({"age": 720.0}, "years", 1.0, "these may be months"),
        ({"sex": "m"}, "years", 1.0, "has no m"),
        ({"age": 40.0}, "years", 1.0, "no cell for age 40"),
        ({"year": 1975.0}, "years", 1.0, "no cell for age 60 in 1975"),
        ({"year": 1995.0}, "years", 9.0, "it ends in 2000, and row 1 is followed to 2004.0"),
        ({}, "visits", 1.0, "how long 'visits' are"),
    ],
)
def test_patients_whom_the_table_does_not_know(
    patient: dict[str, object], unit: str, followed: float, said: str
):
    mortality = read_expected_mortality(life_table())
    row = pd.DataFrame([{"age": 60.0, "sex": "male", "year": 1985.0} | patient])
    with pytest.raises(CohortError, match=said):
        expected_hazard(mortality, row, np.array([[followed]]), unit)


def test_the_last_age_has_no_end_and_a_hole_is_named():
    mortality = read_expected_mortality(life_table())
    old = pd.DataFrame({"age": [95.0], "sex": ["male"], "year": [1990.0]})
    rate, _ = expected_hazard(mortality, old, np.array([[1.0]]), "years")
    table = life_table().set_index(["age", "sex", "year"])["rate"]
    assert rate[0, 0] == pytest.approx(table[89, "male", 1990])
    whole = life_table()
    hole = read_expected_mortality(whole[(whole["age"] != 61) | (whole["year"] != 1990)])
    with pytest.raises(CohortError, match="no cell for age 61 in 1990, through which row 1 goes"):
        expected_hazard(hole, old.assign(age=60.5), np.array([[0.9]]), "years")


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        (lambda t: t["age"].between(56, 75), "age: its rows go from 55 to 76, else year by year"),
        (lambda t: t["year"].between(1983, 1995), "year: its rows go from 1982 to 1996"),
    ],
)
def test_a_stretch_left_out_is_not_filled_by_the_cell_before(left_out, said):
    table = life_table()
    with pytest.raises(CohortError, match=said):
        read_expected_mortality(table[~left_out(table)])
    by_five = table[table["age"] % 5 == 0]
    assert len(read_expected_mortality(by_five).ages) == 8


def test_codes_of_sex_are_the_same_however_they_are_written():
    table = life_table()
    coded = table.assign(sex=np.where(table["sex"] == "male", 1, 2))
    patient = pd.DataFrame({"age": [60.0], "sex": [1.0], "year": [1985.0]})
    named = patient.assign(sex="male")
    one = expected_hazard(read_expected_mortality(coded), patient, np.array([[2.0]]), "years")
    other = expected_hazard(read_expected_mortality(table), named, np.array([[2.0]]), "years")
    assert one[1].tolist() == other[1].tolist()
    with pytest.raises(CohortError, match="there is no column 'year'"):
        expected_hazard(
            read_expected_mortality(table), named[["age", "sex"]], np.array([[2.0]]), "years"
        )
    with pytest.raises(CohortError, match="sex: it is missing in a row"):
        read_expected_mortality(table.assign(sex=[None, *table["sex"][1:]]))
