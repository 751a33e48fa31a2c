"""Which columns of a table mean what, as a frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from posthaz.cohort.columns import Column
from posthaz.cohort.where import Where


@dataclass(frozen=True)
class CohortSpec:
    """How to read a cohort from a table (the ``[cohort]`` table of an analysis file).

    Parameters
    ----------
    time, event : str
        Columns of follow-up time and event code (exact and right-censored follow-up).
    entry : str, optional
        Column of the time at which a row comes under observation (delayed entry).
    duration : str, optional
        Column of the length of follow-up since `entry`, in place of `time`, which is their sum.
    lower, upper : str, optional
        Columns of interval bounds, instead of `time` and `event`; an empty `upper` is
        right-censored.
    cause : str, optional
        Column of the cause of an event, for competing risks.
    subject : str, optional
        Column that tells which rows are one subject.
    cluster : str, optional
        Column of clusters, for robust standard errors.
    weight : str, optional
        Column of case weights.
    weight_kind : {"", "frequency", "probability", "importance"}
        What the weights are: how many patients a row stands for; inverse probabilities of being
        in the sample or the arm, scaled to sum to the number of patients; or factors of a row's
        log-likelihood, taken as they are. Needed where the weights don't sum to about the number
        of patients.
    unit : str, optional
        Unit of time: days, weeks, months or years.
    event_codes : mapping of str to int, optional
        What each code in `event` means: 1 an event, 0 censored (2, 3, ... other causes).
        Keys are compared as text. Standard codings are recognised without it.
    zero_time : float, optional
        Value put in place of times that are exactly zero; without it they are refused.
    resolution : float, optional
        Step in which times were recorded, in `unit`, such as 1 for whole months. Models then take
        an event to lie in the step that ends at its time; Kaplan-Meier and Cox take the times as
        they are. Exact times when 0.
    origin : float, optional
        Time from which curves are told, for delayed entry: survival, medians and restricted means
        are those of patients event-free then. When not given: 0 where somebody is under
        observation from 0, otherwise the first time at which enough are (ten in every arm, or
        half of the most that ever are in a smaller one).
    recurrent : {"first", "all"}, optional
        What is asked where subjects have several events: about their first (rows after it are
        left out), or about all of them (mean cumulative count, rate ratios and expected numbers
        of events in place of survival). Without it a subject with several events is refused.
    missing : {"refuse", "drop"}
        What to do with rows that lack a covariate of the analysis.
    same_patients : bool
        Whether all models of an analysis are about the same patients: with ``missing = "drop"``
        those who lack a covariate of any model are left out of all. Otherwise each model has its
        own complete cases.
    missing_values : tuple of str or number
        What stands for a missing value, in every column, such as ``("?", "-", 999)``; empty cells,
        NA and their like are missing without it.
    decimal : {"", ".", ","}
        Decimal mark of numbers written as text, the other mark then parting thousands; told from
        the numbers without it, and refused where they don't tell.
    columns : mapping of str to Column
        Meaning of the covariate columns.
    treatment : str, optional
        Column that holds the arm.
    treatment_reference : str, optional
        Level of the arm to compare against.
    where : Where, optional
        Which rows are read; the others are left out before anything is asked of them.
    """

    time: str = ""
    event: str = ""
    entry: str = ""
    duration: str = ""
    lower: str = ""
    upper: str = ""
    cause: str = ""
    subject: str = ""
    cluster: str = ""
    weight: str = ""
    weight_kind: str = ""
    unit: str = "months"
    event_codes: Mapping[str, int] = field(default_factory=dict)
    zero_time: float | None = None
    resolution: float = 0.0
    origin: float | None = None
    recurrent: str = ""
    missing: str = "refuse"
    same_patients: bool = False
    missing_values: tuple[str | float, ...] = ()
    decimal: str = ""
    columns: Mapping[str, Column] = field(default_factory=dict)
    treatment: str = ""
    treatment_reference: str = ""
    where: Where = field(default_factory=Where)
