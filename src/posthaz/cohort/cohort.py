"""The cohort: one representation for every kind of follow-up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from posthaz.answers import small_table
from posthaz.cohort.columns import Column
from posthaz.cohort.quantities import at_time
from posthaz.errors import Finding


@dataclass(frozen=True)
class Source:
    """Where a cohort came from.

    Parameters
    ----------
    name : str
        File name, or ``"DataFrame"``.
    sha256 : str
        Hash of the bytes read.
    rows : int
        Rows in the table, before any was dropped.
    simulated : bool
        True for cohorts drawn by a program; said wherever the cohort is shown.
    origin : str
        What the rows were made from when they are not patients' records, such as
        ``"a printed life table"``; said wherever the cohort is shown.
    """

    name: str
    sha256: str
    rows: int
    simulated: bool = False
    origin: str = ""


@dataclass(frozen=True)
class Dropped:
    """Rows left out on reading, and why.

    Parameters
    ----------
    reason : str
        Why the rows were left out.
    rows : tuple of int
        Row numbers in the table, the first data row being 1; none for a registry, whose rows
        are read in groups.
    count : int, optional
        How many rows they are; the length of `rows` when not given.
    """

    reason: str
    rows: tuple[int, ...]
    count: int = -1

    def __post_init__(self) -> None:
        if self.count < 0:
            object.__setattr__(self, "count", len(self.rows))


@dataclass(frozen=True, eq=False)
class Cohort:
    """Valid time-to-event data; everything downstream takes one and re-checks nothing.

    Made by `read_cohort`. An event seen exactly has ``lower == upper``; a right-censored row
    has ``upper == inf``; an interval-censored one lies between; delayed entry is
    ``entry > 0``; a changing covariate is several rows a subject. Rows of a subject that a model
    can't tell apart are joined where it is fitted (`joined`), so that cutting follow-up changes
    nothing.

    Parameters
    ----------
    entry, lower, upper : ndarray of float, shape (row,)
        Times in `unit`.
    cause : ndarray of int, shape (row,)
        0 censored, 1 the event of interest, 2 and above other causes.
    subject : ndarray of int, shape (row,)
        Number of the subject, from 0.
    cluster : ndarray of int, shape (row,) or None
        Number of the cluster, where one was named.
    weight : ndarray of float, shape (row,)
        Case weights; 1 where none were given.
    covariates : DataFrame
        One row each, index 0 ... row-1; factors are ordered by their levels, reference first.
    columns : mapping of str to Column
        Meaning of each covariate.
    row_number : ndarray of int, shape (row,)
        Row in the table read, the first data row being 1; of a registry, in the table of its
        distinct rows.
    unit : str
        Unit of time.
    source : Source
        Where the rows came from.
    treatment : str
        Covariate that holds the arm; empty for a single-arm cohort.
    dropped : tuple of Dropped
        Rows left out on reading.
    notices : tuple of Finding
        Doubts that do not stop the analysis.
    event_coding : str
        How the event codes were read, as a sentence.
    weight_kind : {"", "frequency", "probability", "importance"}
        What the weights are said to be; probability weights sum to the number of patients.
    resolution : float
        Step in `unit` in which times were recorded; models then take an event to lie in the step
        that ends at its time. 0 for exact times.
    origin : float
        Time from which curves are told: survival is that of those event-free then. 0 unless
        nobody is under observation from 0, or another was stated.
    recurrent : bool
        Whether every event of a subject counts: there is a mean number of events then, and no
        survival.
    uncut : Cohort or None
        The cohort before its follow-up was cut where treatment began, or at a landmark; its
        covariates hold the times at which treatment began.
    drop_missing : bool
        Whether a model leaves out the rows that lack one of its own covariates, as
        ``missing = "drop"`` says; otherwise they are refused.
    landmark : float
        Time, counted from the table's own time 0, from which this cohort's times count; 0 where
        they do from the start.
    standing : ndarray of float, shape (row,) or None
        What each row counts among the patients of whom answers are told, where that is not its
        weight: 0 for borrowed patients, who only inform.
    """

    entry: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    cause: np.ndarray
    subject: np.ndarray
    weight: np.ndarray
    covariates: pd.DataFrame
    columns: Mapping[str, Column]
    row_number: np.ndarray
    unit: str
    source: Source
    cluster: np.ndarray | None = None
    treatment: str = ""
    dropped: tuple[Dropped, ...] = ()
    notices: tuple[Finding, ...] = field(default=())
    event_coding: str = ""
    weight_kind: str = ""
    resolution: float = 0.0
    origin: float = 0.0
    recurrent: bool = False
    drop_missing: bool = False
    uncut: "Cohort | None" = None
    landmark: float = 0.0
    standing: np.ndarray | None = None

    def _repr_html_(self) -> str:
        rows = [
            ("Patients", f"{self.patient_count:,}"),
            ("Rows", f"{len(self):,}" if len(self) != self.patient_count else ""),
            ("Events", f"{round(float(self.patients_each[self.cause == 1].sum())):,}"),
            ("Arms", ", ".join(self.arm_label(arm) for arm in self.arms)),
            ("Longest follow-up", at_time(round(float(self.exit.max()), 2), self.unit)),
            ("Covariates", ", ".join(str(name) for name in self.covariates.columns)),
            ("Doubts", f"{len(self.notices)}, in its notices" if self.notices else ""),
        ]
        return small_table(f"Cohort {self.source.name}", rows, simulated=self.source.simulated)

    def __len__(self) -> int:
        return len(self.lower)

    @property
    def weights_count(self) -> bool:
        """Whether weights are whole numbers of patients that each row stands for."""
        counts = self.weight_kind in ("", "frequency")
        return counts and bool(np.all(self.weight == np.round(self.weight)))

    @property
    def patients_each(self) -> np.ndarray:
        """Patients that each row stands for, shape (row,): its weight where weights count, or 1."""
        return self.weight if self.weights_count else np.ones(len(self))

    @property
    def patient_count(self) -> int:
        """Number of patients, of each row as many as it stands for."""
        return round(float(self.patients_each[self.first].sum()))

    @property
    def event_count(self) -> int:
        """Number of events of interest seen exactly, of each row as many as it stands for."""
        return round(float(self.patients_each[self.event].sum()))

    @property
    def known_events(self) -> float:
        """Number of events of interest, seen exactly or known to lie between two times.

        Of each row as many as it stands for: its weight where weights are frequencies, which in a
        printed life table needn't be whole; otherwise as in `patient_count`.
        """
        each = self.weight if self.weight_kind == "frequency" else self.patients_each
        return float(each[self.event | self.interval_censored].sum())

    @property
    def event(self) -> np.ndarray:
        """Whether the event of interest was seen at `exit`, shape (row,), bool."""
        return (self.cause == 1) & (self.lower == self.upper)

    @property
    def interval_censored(self) -> np.ndarray:
        """Whether the event is only known to lie between two times, shape (row,), bool."""
        return (self.lower < self.upper) & np.isfinite(self.upper)

    @property
    def exit(self) -> np.ndarray:
        """Last time under observation (event or censoring), shape (row,)."""
        return np.where(np.isfinite(self.upper), self.upper, self.lower)

    @property
    def first(self) -> np.ndarray:
        """Whether a row is the first of its subject, shape (row,), bool."""
        order, again = by_subject(self)
        found = np.zeros(len(self), dtype=bool)
        found[order[~again]] = True
        return found

    @property
    def last(self) -> np.ndarray:
        """Whether a row is the last of its subject, shape (row,), bool."""
        order, again = by_subject(self)
        found = np.zeros(len(self), dtype=bool)
        found[order[~np.append(again[1:], False)]] = True
        return found

    @property
    def several_rows(self) -> bool:
        """Whether a subject has more than one row."""
        return len(np.unique(self.subject)) < len(self)

    @property
    def patients(self) -> "Cohort":
        """The first row of every subject: the patients as they were when follow-up began.

        The population over which answers are averaged, and that tables describe. In the order of
        the rows.
        """
        return self.where(self.first)

    @property
    def patient_weight(self) -> np.ndarray:
        """Weight of each patient in their first row, 0 in later ones, shape (row,).

        By it designs are centred and answers averaged, so that patients without a standing of
        their own have no part in either.
        """
        return np.where(self.first, self.weight if self.standing is None else self.standing, 0.0)

    def complete(self, covariates: Sequence[str]) -> "Cohort":
        """The cohort without the rows that lack one of some covariates, for a model of these.

        Parameters
        ----------
        covariates : sequence of str
            Covariates that may not be missing; names that the cohort doesn't have are passed over.

        Returns
        -------
        Cohort
            A new cohort whose `dropped` says how many rows were left out and what they lack; the
            cohort itself where nothing is missing.
        """
        names = [name for name in covariates if name in self.covariates.columns]
        missing = self.covariates.loc[:, names].isna().to_numpy(dtype=bool)
        lacking = missing.any(axis=1)
        if not lacking.any():
            return self
        counts = zip(names, missing.sum(axis=0), strict=True)
        each = [f"'{n}' in {k} {'row' if k == 1 else 'rows'}" for n, k in counts if k]
        by_column = ", ".join(each)
        rows = tuple(int(row) for row in self.row_number[lacking])
        left_out = Dropped(f"missing a covariate of the model: {by_column}", rows)
        return replace(self.part(~lacking), dropped=(*self.dropped, left_out))

    @property
    def arms(self) -> tuple[str, ...]:
        """Levels of the treatment, reference first; empty for a single-arm cohort."""
        if not self.treatment:
            return ()
        return tuple(str(level) for level in self.covariates[self.treatment].cat.categories)

    @property
    def arm(self) -> np.ndarray:
        """Arm of each row as text, shape (row,)."""
        if not self.treatment:
            return np.full(len(self), "all", dtype=object)
        return self.covariates[self.treatment].astype(str).to_numpy(dtype=object)

    def arm_label(self, arm: str) -> str:
        """Name to show for an arm."""
        if not self.treatment:
            return "All patients"
        return self.columns[self.treatment].level_label(arm)

    def where(self, mask: np.ndarray) -> "Cohort":
        """The rows where `mask` is true, as a new cohort.

        Parameters
        ----------
        mask : ndarray of bool, shape (row,)
            Rows to keep.

        Returns
        -------
        Cohort
            A new cohort; this one is unchanged.
        """
        return self.at(np.flatnonzero(np.asarray(mask, dtype=bool)))

    def part(self, mask: np.ndarray) -> "Cohort":
        """The rows where `mask` is true, for a model of them alone.

        Parameters
        ----------
        mask : ndarray of bool, shape (row,)
            Rows to keep.

        Returns
        -------
        Cohort
            As `where` gives it; probability weights that sum to the number of patients do so in
            the part too, so that its patients count neither more nor less than they are.
        """
        chosen, total = self.where(mask), float(self.patient_weight.sum())
        whole = self.weight_kind == "probability" and np.isclose(total, self.first.sum())
        kept = float(chosen.patient_weight.sum()) if whole else 0.0
        if not kept:
            return chosen
        return replace(chosen, weight=chosen.weight * (chosen.first.sum() / kept))

    def at(self, rows: np.ndarray) -> "Cohort":
        """The rows at positions `rows`, in that order, as a new cohort.

        Parameters
        ----------
        rows : ndarray of int, shape (new row,)
            Positions from 0; one may come several times.

        Returns
        -------
        Cohort
            A new cohort; this one is unchanged.
        """
        return replace(
            self,
            entry=self.entry[rows],
            lower=self.lower[rows],
            upper=self.upper[rows],
            cause=self.cause[rows],
            subject=self.subject[rows],
            cluster=None if self.cluster is None else self.cluster[rows],
            weight=self.weight[rows],
            covariates=self.covariates.iloc[rows].reset_index(drop=True),
            row_number=self.row_number[rows],
            standing=None if self.standing is None else self.standing[rows],
        )


def by_subject(cohort: Cohort) -> tuple[np.ndarray, np.ndarray]:
    """Rows in the order of subject and entry, and whether each is a later row of its subject.

    Parameters
    ----------
    cohort : Cohort
        Valid time-to-event data.

    Returns
    -------
    order : ndarray of int, shape (row,)
        Positions of the rows.
    again : ndarray of bool, shape (row,)
        In that order: whether the row before is of the same subject.
    """
    order = np.lexsort((cohort.entry, cohort.subject))
    subject = cohort.subject[order]
    again = np.zeros(len(order), dtype=bool)
    again[1:] = subject[1:] == subject[:-1]
    return order, again
