"""A life table by age, sex and calendar year, and the hazard it expects of patients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from posthaz.cohort.levels import level_texts
from posthaz.cohort.quantities import number_text
from posthaz.cohort.table import read_table
from posthaz.errors import CohortError, Findings

YEARS: Mapping[str, float] = {"years": 1.0, "months": 12.0, "weeks": 365.25 / 7, "days": 365.25}
"""How many of each unit of time are a year."""
OLDEST = 130.0
_MOST_OF_THE_YOUNG = 0.5
_YOUNG = 60.0
_WIDEST = 10.0


@dataclass(frozen=True, eq=False)
class ExpectedMortality:
    """Expected hazards of a population, constant within cells of age and calendar year.

    Parameters
    ----------
    name : str
        File it is from.
    sexes : tuple of str
        As the table names them; one empty name where it has no sex.
    ages : ndarray of float, shape (age,)
        Age at which each cell begins, in years; the last one has no end.
    years : ndarray of float, shape (year,)
        When each cell begins; the last one is as long as the one before it. Empty where the table
        has no year, and holds for all.
    rate : ndarray of float, shape (sex, age, year)
        Deaths a person and year; not a number where the table has no cell.
    """

    name: str
    sexes: tuple[str, ...]
    ages: np.ndarray
    years: np.ndarray
    rate: np.ndarray

    @property
    def by_sex(self) -> bool:
        """Whether the table tells the sexes apart."""
        return self.sexes != ("",)

    @property
    def end(self) -> float:
        """When the last calendar year ends; infinite where the table has no year."""
        if not len(self.years):
            return np.inf
        last = self.years[-1] - self.years[-2] if len(self.years) > 1 else 1.0
        return float(self.years[-1] + last)


def read_expected_mortality(
    table: pd.DataFrame | str | Path, per: float = 1.0
) -> ExpectedMortality:
    """Read a life table in tidy form, one row a cell.

    Parameters
    ----------
    table : DataFrame, str or Path
        Columns ``age`` (where the cell begins), perhaps ``sex`` and ``year``, and either ``rate``
        (deaths per `per` persons and year) or ``survival`` (probability to survive one year).
    per : float
        Persons that the rates are per: 1, 1,000 or 100,000.

    Returns
    -------
    ExpectedMortality
        The table.

    Raises
    ------
    CohortError
        When a column is missing, a cell stands twice, or numbers can't be rates.

    Examples
    --------
    >>> rates = pd.DataFrame({"age": [60, 70], "sex": "male", "rate": [10.0, 25.0]})
    >>> read_expected_mortality(rates, per=1000).rate.ravel().tolist()
    [0.01, 0.025]
    """
    read = read_table(table)
    frame, findings = read.frame, Findings()
    given = [name for name in ("rate", "survival") if name in frame]
    if "age" not in frame or len(given) != 1:
        findings.add(
            f"{read.name}, life table",
            f"its columns are {', '.join(map(str, frame.columns))}",
            "give 'age', perhaps 'sex' and 'year', and one of 'rate' and 'survival'",
        )
        findings.raise_if_any(CohortError, f"{read.name} can't be used as a life table:")
    numbers = {name: _numbers(frame, name) for name in ("age", "year", *given) if name in frame}
    for name, values in numbers.items():
        if not np.isfinite(values).all():
            row = int(np.flatnonzero(~np.isfinite(values))[0]) + 2
            findings.add(
                f"{read.name}, line {row}, {name}", "no number", "give one, or leave it out"
            )
    findings.raise_if_any(CohortError, f"{read.name} can't be used as a life table:")
    rate = numbers[given[0]] / per if given == ["rate"] else _rate(numbers["survival"], read.name)
    _check_rates(read.name, numbers["age"], rate, findings)
    for name in ("age", "year"):
        _check_gaps(read.name, name, np.unique(numbers.get(name, ())), findings)
    if "sex" in frame and frame["sex"].isna().any():
        findings.add(f"{read.name}, sex", "it is missing in a row", "complete it")
    findings.raise_if_any(CohortError, f"{read.name} can't be used as a life table:")
    sex = level_texts(frame["sex"]) if "sex" in frame else pd.Series([""] * len(frame))
    sexes, ages = tuple(sorted(set(sex))), np.unique(numbers["age"])
    years = np.unique(numbers["year"]) if "year" in numbers else np.zeros(0)
    cells = np.full((len(sexes), len(ages), max(len(years), 1)), np.nan)
    place = (
        np.array([sexes.index(one) for one in sex]),
        np.searchsorted(ages, numbers["age"]),
        np.searchsorted(years, numbers["year"]) if len(years) else np.zeros(len(frame), dtype=int),
    )
    if len(np.unique(np.ravel_multi_index(place, cells.shape))) < len(frame):
        findings.add(f"{read.name}, life table", "a cell stands twice", "keep one row a cell")
    findings.raise_if_any(CohortError, f"{read.name} can't be used as a life table:")
    cells[place] = rate
    return ExpectedMortality(read.name, sexes, ages, years, cells)


def _numbers(frame: pd.DataFrame, name: str) -> np.ndarray:
    return pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=float)


def _rate(survival: np.ndarray, name: str) -> np.ndarray:
    if (survival <= 0).any() or (survival > 1).any():
        found = number_text(float(survival[(survival <= 0) | (survival > 1)][0]))
        raise CohortError(
            f"{name}, survival: found {found}, which is no probability to survive a year",
            fix="give shares above 0 up to 1; a column of deaths is called 'rate'",
        )
    return -np.log(survival)


def _check_rates(name: str, age: np.ndarray, rate: np.ndarray, findings: Findings) -> None:
    where = f"{name}, rate"
    if (rate < 0).any():
        findings.add(where, "a rate is below 0", "give deaths a person and year")
    elif not rate.any():
        findings.add(where, "it is 0 throughout", "give deaths a person and year")
    elif rate[age < _YOUNG].size and rate[age < _YOUNG].max() > _MOST_OF_THE_YOUNG:
        most = number_text(float(rate[age < _YOUNG].max()))
        findings.add(
            where,
            f"it expects {most} deaths a year of a person below {_YOUNG:g}",
            "say per = 1000 (or 100000) if these are rates per so many persons; ages are in years",
        )


def _check_gaps(name: str, key: str, cells: np.ndarray, findings: Findings) -> None:
    """Refuse a table by single years that leaves some out, which the cell before would fill."""
    widths = np.diff(cells)
    if len(widths) and np.median(widths) <= 1 and widths.max() > _WIDEST:
        place = int(widths.argmax())
        what = f"its rows go from {cells[place]:.0f} to {cells[place + 1]:.0f}, else year by year"
        findings.add(f"{name}, {key}", what, "add the rows between them")


def expected_hazard(
    mortality: ExpectedMortality,
    patients: pd.DataFrame,
    times: np.ndarray,
    unit: str,
) -> tuple[np.ndarray, np.ndarray]:
    """Expected hazard of patients at times, and what it has accrued to by then.

    Parameters
    ----------
    mortality : ExpectedMortality
        A life table.
    patients : DataFrame, shape (row, ...)
        Columns ``age`` in years at time 0, and ``sex`` and ``year`` (calendar time at time 0,
        1987.5 for the middle of a year) where the table has them.
    times : ndarray of float, shape (row, time)
        Times from 0 on.
    unit : str
        Their unit: years, months, weeks or days.

    Returns
    -------
    rate, accrued : ndarray of float, shape (row, time)
        Per unit of time, exact over the cells that a patient passes through; at the end of a cell
        the rate is that cell's.

    Raises
    ------
    CohortError
        When the table has no cell for a patient, or columns can't be used.

    Examples
    --------
    >>> rates = pd.DataFrame({"age": [60, 61], "rate": [0.01, 0.02]})
    >>> mortality = read_expected_mortality(rates)
    >>> one = pd.DataFrame({"age": [60.5]})
    >>> rate, accrued = expected_hazard(mortality, one, np.array([[0.25, 1.5]]), "years")
    >>> rate.tolist(), accrued.round(6).tolist()
    ([[0.01, 0.02]], [[0.0025, 0.025]])
    """
    year, rows = _checked(mortality, patients, unit), []
    sex = (
        level_texts(patients["sex"]).to_numpy() if mortality.by_sex else np.full(len(patients), "")
    )
    began = patients["year"].to_numpy(dtype=float) if len(mortality.years) else None
    for i, (age, asked) in enumerate(
        zip(
            patients["age"].to_numpy(dtype=float),
            np.asarray(times, dtype=float) / year,
            strict=True,
        )
    ):
        cells = mortality.rate[mortality.sexes.index(sex[i])]
        longest = float(asked.max(initial=0.0))
        when = 0.0 if began is None else float(began[i])
        edges = [mortality.ages - age, *([mortality.years - when] if began is not None else [])]
        inner = np.unique(np.concatenate(edges))
        starts = np.concatenate([[0.0], inner[(inner > 0) & (inner < longest)]])
        middle = (starts + np.append(starts[1:], max(longest, starts[-1] + 1e-9))) / 2.0
        by_age = np.searchsorted(mortality.ages, age + middle, side="right") - 1
        by_year = (
            np.searchsorted(mortality.years, when + middle, side="right") - 1
            if began is not None
            else np.zeros(len(middle), dtype=int)
        )
        beyond = began is not None and when + longest > mortality.end + 1e-9
        rate = np.where((by_age < 0) | (by_year < 0), np.nan, cells[by_age, by_year])
        if not np.isfinite(rate).all() or beyond:
            enters = starts + 1e-9  # into the stretch, not at its edge
            _no_cell(mortality, i, age + enters, when + enters, rate, longest, when)
        accrued = np.concatenate([[0.0], np.cumsum(rate * np.diff([*starts, starts[-1]]))])
        place = np.maximum(np.searchsorted(starts, asked, side="left") - 1, 0)
        rows.append((rate[place], accrued[place] + rate[place] * (asked - starts[place])))
    rate, accrued = (np.stack(part) for part in zip(*rows, strict=True))
    return rate / year, accrued


def _checked(mortality: ExpectedMortality, patients: pd.DataFrame, unit: str) -> float:
    """Units of time in a year, after what can't be of the patients' columns is refused."""
    findings = Findings()
    wanted = ["age", *(["sex"] if mortality.by_sex else []),
              *(["year"] if len(mortality.years) else [])]  # fmt: skip
    for name in (name for name in wanted if name not in patients):
        findings.add(f"{name} of a patient", f"there is no column '{name}'", "give it")
    findings.raise_if_any(CohortError, "expected deaths can't be given:")
    if unit not in YEARS:
        known = ", ".join(YEARS)
        findings.add("unit", f"a life table needs to know how long '{unit}' are", f"use {known}")
    age = _numbers(patients, "age")
    if not np.isfinite(age).all() or (age < 0).any() or (age > OLDEST).any():
        odd = age[~np.isfinite(age) | (age < 0) | (age > OLDEST)][0]
        hint = "; these may be months" if odd > OLDEST else ""
        findings.add("age of a patient", f"found {odd:g}{hint}", "give ages at the start in years")
    if len(mortality.years):
        year = _numbers(patients, "year")
        if not np.isfinite(year).all():
            findings.add("year of a patient", "no number", "give the calendar year, as 1987.5")
    if mortality.by_sex:
        unknown = sorted({str(sex) for sex in level_texts(patients["sex"])} - set(mortality.sexes))
        if unknown:
            findings.add(
                "sex of a patient",
                f"{mortality.name} has no {', '.join(unknown)}",
                f"name the levels as the life table does: {', '.join(mortality.sexes)}",
            )
    findings.raise_if_any(CohortError, "expected deaths can't be given:")
    return YEARS[unit]


def _no_cell(
    mortality: ExpectedMortality,
    row: int,
    ages: np.ndarray,
    years: np.ndarray,
    rate: np.ndarray,
    longest: float,
    when: float,
) -> None:
    """Refuse a patient for whom the table has no cell."""
    missing = np.flatnonzero(~np.isfinite(rate))
    if len(missing):
        place = missing[0]
        in_year = f" in {int(years[place])}" if len(mortality.years) else ""
        what = (
            f"it has no cell for age {int(ages[place])}{in_year}, through which row {row + 1} goes"
        )
    else:
        what = (
            f"it ends in {mortality.end:.0f}, and row {row + 1} is followed to {when + longest:.1f}"
        )
    raise CohortError(
        f"{mortality.name}: {what}",
        fix="add the cells to the life table, or leave these patients out ([cohort.where])",
    )


def with_expected_rate(
    frame: pd.DataFrame,
    mortality: ExpectedMortality,
    columns: Sequence[str],
    exits: np.ndarray,
    unit: str,
) -> np.ndarray:
    """Expected hazard of each row at the end of its follow-up, by its columns age, sex and year."""
    rate, _ = expected_hazard(mortality, patients_of(frame, columns), exits[:, None], unit)
    return rate[:, 0]


def patients_of(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Age, sex and year of rows under these names; those not named are left out."""
    names = dict(zip(("age", "sex", "year"), columns, strict=True))
    return pd.DataFrame({name: frame[column] for name, column in names.items() if column})
