"""Toxicity by grade: patients of each arm by their worst grade, and tests between the arms."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.adjust.comparison import table_tests
from posthaz.adjust.patients import first_rows
from posthaz.cohort import Cohort
from posthaz.cohort.levels import level_text
from posthaz.cohort.patients import changing
from posthaz.errors import CohortError, Finding, Findings

WORST_GRADE = 5
_CHANGES = "it changes during follow-up, and a patient is counted once, by the first row"
_SHOWN = 5


@dataclass(frozen=True, eq=False)
class GradeCounts:
    """Patients by arm and worst grade of one toxicity.

    Parameters
    ----------
    name : str
        Name in the analysis file.
    label : str
        Name to show.
    arms : tuple of str
        Arms, reference first.
    patients : ndarray of int, shape (arm, grade)
        Patients whose worst grade is 0, 1, 2, ...
    or_higher : bool
        Whether the last count holds that grade and all above it, as papers print them.
    unknown : tuple of int
        Patients of each arm without a grade; they are in no count.
    """

    name: str
    label: str
    arms: tuple[str, ...]
    patients: np.ndarray
    or_higher: bool = False
    unknown: tuple[int, ...] = ()

    @property
    def totals(self) -> np.ndarray:
        """Patients of each arm with a grade, shape (arm,)."""
        return self.patients.sum(axis=1)

    @property
    def grades(self) -> tuple[str, ...]:
        """Each count's grade as text; ``"2+"`` holds all grades from 2."""
        last = self.patients.shape[1] - 1
        return tuple(f"{k}+" if self.or_higher and k == last else str(k) for k in range(last + 1))

    def at_least(self, grade: int) -> np.ndarray | None:
        """Patients of each arm with `grade` or worse; None where the counts don't tell.

        Examples
        --------
        >>> counts = GradeCounts("p", "P", ("a", "b"), np.array([[6, 3, 1], [5, 2, 4]]), True)
        >>> counts.at_least(2).tolist(), counts.at_least(3)
        ([1, 4], None)
        """
        last = self.patients.shape[1] - 1
        if self.or_higher and grade > last:
            return None
        return self.patients[:, grade:].sum(axis=1)


def count_grades(cohort: Cohort, columns: Mapping[str, str]) -> tuple[GradeCounts, ...]:
    """Patients by arm and worst grade, from columns of grades.

    Parameters
    ----------
    cohort : Cohort
        A cohort; the first row of each subject is used.
    columns : mapping of str to str
        Columns that hold the worst grade (0 to 5, missing where not assessed) and their labels.

    Returns
    -------
    tuple of GradeCounts
        One a column.

    Raises
    ------
    CohortError
        When a column isn't there or holds something else than whole grades from 0 to 5; lists
        every finding with its rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4], "event": [1, 0, 1, 1], "arm": list("abab"),
    ...                       "rash": [0, 2, 1, None]})
    >>> cohort = read_cohort(table, time="time", event="event", treatment="arm")
    >>> counts, = count_grades(cohort, {"rash": "Rash"})
    >>> counts.patients.tolist(), counts.unknown
    ([[1, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0]], (0, 1))
    """
    findings = Findings(list(grade_faults(cohort, columns)))
    findings.raise_if_any(CohortError, f"{cohort.source.name} can't be used for toxicity:")
    patients = first_rows(cohort)
    return tuple(_counted(patients, name, label) for name, label in columns.items())


def grade_faults(cohort: Cohort, columns: Iterable[str]) -> Iterator[Finding]:
    """What keeps columns from being read as worst grades.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    columns : iterable of str
        Columns of worst grades.

    Yields
    ------
    Finding
        One a column that isn't there or holds something else than whole grades from 0 to 5.
    """
    if cohort.treatment and changing(cohort, [cohort.treatment]):
        yield Finding(
            f"{cohort.source.name}, column '{cohort.treatment}'",
            _CHANGES,
            "set a landmark: whom a toxicity belongs to is not told by the arm at first",
        )
    for name in columns:
        where = f"{cohort.source.name}, column '{name}'"
        if name not in cohort.covariates:
            yield Finding(where, "it is not there", "correct the name in [toxicity]")
            continue
        if changing(cohort, [name]):
            yield Finding(where, _CHANGES, "give the worst grade in every row of a patient")
        values = cohort.covariates[name]
        grades = _grades(values)
        fits = (grades >= 0) & (grades <= WORST_GRADE) & (grades == np.round(grades))
        wrong = np.flatnonzero(~values.isna().to_numpy() & ~fits)
        if len(wrong):
            shown = [(level_text(values.iloc[i]), cohort.row_number[i]) for i in wrong[:_SHOWN]]
            first = [f"{value} in row {row}" for value, row in shown]
            more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
            yield Finding(
                where,
                f"{len(wrong)} value(s) are no grade: {', '.join(first)}{more}",
                "give whole grades from 0 to 5, and leave a grade that wasn't assessed empty",
            )


def _grades(values: pd.Series) -> np.ndarray:
    numbers = pd.to_numeric(values.astype(object), errors="coerce")
    return numbers.to_numpy(dtype=float)


def _counted(patients: Cohort, name: str, label: str) -> GradeCounts:
    grades = _grades(patients.covariates[name])
    missing, arms = np.isnan(grades), patients.arms or ("all",)
    counts = [
        np.bincount(grades[~missing & (patients.arm == arm)].astype(int), minlength=WORST_GRADE + 1)
        for arm in arms
    ]
    unknown = tuple(int((missing & (patients.arm == arm)).sum()) for arm in arms)
    return GradeCounts(name, label or name, arms, np.array(counts), unknown=unknown)


def grade_table(toxicities: Iterable[GradeCounts]) -> pd.DataFrame:
    """Patients by toxicity, arm and worst grade.

    Parameters
    ----------
    toxicities : iterable of GradeCounts
        Counts.

    Returns
    -------
    DataFrame
        Columns ``toxicity, label, arm, grade, patients, share``; `grade` is text, such as
        ``"2"``, ``"2+"`` for 2 and above, or ``"unknown"``, which has no share.
    """
    rows = []
    for counts in toxicities:
        for a, arm in enumerate(counts.arms):
            total = counts.totals[a]
            for grade, patients in zip(counts.grades, counts.patients[a], strict=True):
                share = patients / total if total else np.nan
                rows.append((counts.name, counts.label, arm, grade, int(patients), share))
            if any(counts.unknown):
                rows.append((counts.name, counts.label, arm, "unknown", counts.unknown[a], np.nan))
    return pd.DataFrame(rows, columns=["toxicity", "label", "arm", "grade", "patients", "share"])


def grade_tests(toxicities: Iterable[GradeCounts], thresholds: Sequence[int]) -> pd.DataFrame:
    """Tests between all arms that a grade or worse is equally frequent.

    Parameters
    ----------
    toxicities : iterable of GradeCounts
        Counts.
    thresholds : sequence of int
        Grades from which patients are counted; 1 is any grade.

    Returns
    -------
    DataFrame
        Columns ``toxicity, label, grade, test, statistic, df, p, remark``: Pearson's chi-square
        test without and with Yates' correction, and Fisher's exact test; or one row whose
        `remark` says why there is none. A `remark` beside tests says that an arm had none.
    """
    rows = []
    for counts in toxicities:
        for grade in thresholds:
            row = {"toxicity": counts.name, "label": counts.label, "grade": grade}
            remark = threshold_remark(counts, grade)
            if not comparable(counts, grade):
                rows.append({**row, "test": "", "remark": remark})
                continue
            events = np.asarray(counts.at_least(grade))
            tests = table_tests(np.array([events, counts.totals - events]), always_exact=True)
            rows += [{**row, **test, "remark": remark} for test in tests.to_dict(orient="records")]
    columns = ["toxicity", "label", "grade", "test", "statistic", "df", "p", "remark"]
    return pd.DataFrame(rows).reindex(columns=columns)


def comparable(counts: GradeCounts, grade: int) -> bool:
    """Whether the arms' shares of a grade or worse can be tested against each other."""
    events = counts.at_least(grade)
    if events is None or len(counts.arms) < 2 or not counts.totals.all():
        return False
    return 0 < events.sum() < counts.totals.sum()


def threshold_remark(
    counts: GradeCounts, grade: int, names: Mapping[str, str] | None = None
) -> str:
    """What a reader should know of a grade or worse: not printed, nobody, everybody, an arm bare.

    Parameters
    ----------
    counts : GradeCounts
        Counts.
    grade : int
        The grade.
    names : mapping of str to str, optional
        Name to show for each arm.

    Returns
    -------
    str
        Empty when there is nothing to say.

    Examples
    --------
    >>> counts = GradeCounts("p", "P", ("a", "b"), np.array([[6, 0, 0], [5, 2, 4]]))
    >>> threshold_remark(counts, 2)
    'no patient of arm a had it'
    """
    events, totals = counts.at_least(grade), counts.totals
    shown = [(names or {}).get(arm, f"arm {arm}") for arm in counts.arms]
    if events is None:
        return f"not told apart in the counts, which end at grade {counts.grades[-1]}"
    empty = [name for name, total in zip(shown, totals, strict=True) if not total]
    if empty:
        return f"no patient of {' or '.join(empty)} has a grade"
    if not events.sum():
        return "no patient had it"
    if events.sum() == totals.sum():
        return "every patient had it"
    bare = [name for name, number in zip(shown, events, strict=True) if not number]
    return f"no patient of {' or '.join(bare)} had it" if bare else ""
