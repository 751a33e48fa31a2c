"""Cox regression with hazard ratios of their own in each interval of time."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from posthaz.baselines.proportional_hazards import cox_model
from posthaz.baselines.response import whole_weights
from posthaz.cohort import Cohort, cut_follow_up

COLUMNS = ("term", "period", "hr", "lower", "upper", "p", "events")


def piecewise_cox(
    cohort: Cohort,
    columns: pd.DataFrame,
    changing: Mapping[str, Sequence[float]],
    level: float = 0.95,
    strata: np.ndarray | None = None,
) -> pd.DataFrame:
    """Cox model in which the effects of some columns change at cuts.

    The follow-up is cut, and each changing column stands once for each interval, as in R's
    ``coxph(Surv(start, stop, event) ~ arm:strata(interval))`` on a table from ``survSplit``.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    columns : DataFrame, shape (row, term)
        Numeric columns of the design.
    changing : mapping of str to sequence of float
        Columns whose effect changes, with the times at which it does.
    level : float
        Confidence level.
    strata : ndarray, shape (row,), optional
        Stratum of each row, with a baseline hazard of its own.

    Returns
    -------
    DataFrame
        Columns ``term, period`` (number of the interval), ``hr, lower, upper, p`` and ``events``
        in the interval; not a number where the partial likelihood has no maximum.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"t": range(1, 9), "d": 1, "x": [0.0, 0, 1, 0, 1, 1, 0, 1]})
    >>> cohort = read_cohort(table, time="t", event="d")
    >>> piecewise_cox(cohort, table[["x"]], {"x": [4.5]})["events"].tolist()
    [4, 4]
    """
    every = sorted({float(cut) for cuts in changing.values() for cut in cuts})
    pieces, row, piece = cut_follow_up(cohort, every)
    began, made = np.array([0.0, *every])[piece], {}
    period = {
        name: np.searchsorted(np.asarray(cuts, dtype=float), began, side="right")
        for name, cuts in changing.items()
    }
    for name in columns.columns:
        values = columns[name].to_numpy(dtype=float)[row]
        if name not in changing:
            made[name] = values
            continue
        made |= {
            f"{name} @ {k}": values * (period[name] == k) for k in range(len(changing[name]) + 1)
        }
    # pieces of one patient are no cluster: at each time there is one of them
    alone = cohort.cluster is None and not cohort.several_rows
    robust = False if alone and whole_weights(cohort) else None
    fit = cox_model(pieces, pd.DataFrame(made), robust=robust, level=level,
                    strata=None if strata is None else strata[row])  # fmt: skip
    table = fit.table.set_index("term")
    rows = [
        {
            "term": name,
            "period": k,
            "hr": table.loc[f"{name} @ {k}", "hr"],
            "lower": table.loc[f"{name} @ {k}", "hr_lower"],
            "upper": table.loc[f"{name} @ {k}", "hr_upper"],
            "p": table.loc[f"{name} @ {k}", "p"],
            "events": round(pieces.patients_each[pieces.event & (period[name] == k)].sum()),
        }
        for name, cuts in changing.items()
        for k in range(len(cuts) + 1)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
