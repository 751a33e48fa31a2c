"""Cox where the data bear it, Firth's penalised Cox where they don't, and which it was."""

import pandas as pd

from posthaz.baselines.cox_fit import CoxFit
from posthaz.baselines.firth import firth_model
from posthaz.baselines.proportional_hazards import cox_model
from posthaz.cohort import Cohort

EVENTS_A_COEFFICIENT = 10


def cox_or_firth(
    cohort: Cohort, columns: pd.DataFrame, *, firth: str | bool = "auto", level: float = 0.95
) -> tuple[CoxFit, str]:
    """Cox model, penalised where it has to be.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    columns : DataFrame, shape (row, term)
        Numeric columns of the design, without intercept.
    firth : {"auto", True, False}
        Whether to penalise: ``"auto"`` where events are fewer than 10 a coefficient (Peduzzi et
        al. 1995), or an estimate of the plain model isn't finite.
    level : float
        Confidence level.

    Returns
    -------
    CoxFit
        The fit.
    str
        Why it is penalised; empty for a plain Cox model.

    Raises
    ------
    CohortError
        When rows are interval-censored.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4], "event": [1, 0, 1, 1],
    ...                       "age": [50, 61, 70, 55]})
    >>> cohort = read_cohort(table, time="time", event="event")
    >>> cox_or_firth(cohort, cohort.covariates[["age"]])[1]
    '3 events for 1 coefficient'
    """
    plain = cox_model(cohort, columns, level=level)
    coefficients = int(plain.table["log_hr"].notna().sum())
    why = "as asked for" if firth is True else ""
    if firth == "auto" and plain.events and coefficients:
        plural = "" if coefficients == 1 else "s"
        if not plain.converged:
            why = "an estimate isn’t finite without it"
        elif plain.events < EVENTS_A_COEFFICIENT * coefficients:
            why = f"{plain.events} events for {coefficients} coefficient{plural}"
    if not why or not plain.events:
        return plain, ""
    penalised = firth_model(cohort, columns, level=level)
    return (penalised, why) if penalised.converged else (plain, "")
