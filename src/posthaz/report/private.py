"""Results without what could tell of single patients: one place, through which all files go."""

from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.adjust.balance import OVERALL, arm_head
from posthaz.cohort import Cohort
from posthaz.report.horizon import told_until, withholds
from posthaz.report.results import Frequentist, Posterior, Results

WITHHELD = "withheld"
TOLD_FILES = (
    *("answers", "coefficients", "estimands", "baselines", "kaplan_meier", "survival_curves"),
    *("table_one", "follow_up", "model_comparison", "priors", "prior_influence", "power_scaling"),
    *("model_averaging", "model_averaging_weights", "assurance_by_hr", "assurance_by_size"),
    "tipping_points_prior",
)
"""Files that hold no row a patient and no count that isn't withheld here; others aren't written."""
TOLD_PARTS = ("privacy", "model_averaging", "assurance")
TOLD_SECTIONS = (
    *("cohort", "priors", "survival", "hazard-ratios", "answers", "diagnostics"),
    *("methods", "checklist"),
)
_FOLLOW_UP = (
    *("max_follow_up", "median", "lower_quartile", "upper_quartile"),
    *("median_lower", "median_upper"),
)
_TIMES = ("median", "quantile", "lower_quartile", "upper_quartile", "max_follow_up", "rmst")


def private_results(results: Results) -> Results:
    """Results as they may be told, where the analysis has ``[privacy]``; otherwise as they are.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Results
        Small counts and what they could be computed from are gone, curves and times are coarse,
        and analyses that could tell of single patients are left out; ``withheld`` names them.
    """
    asked = withholds(results.analysis)
    if asked is None:
        return results
    analysis, cohort = results.analysis, results.cohort
    left = [f"`[{name}]`" for name in analysis.clinical if name not in TOLD_PARTS]
    left += ["`[sensitivity]`"] if analysis.sensitivity is not None else []
    left += ["`[[published]]`"] if len(results.published) else []
    return replace(
        results,
        analysis=replace(
            analysis,
            clinical={k: one for k, one in analysis.clinical.items() if k in TOLD_PARTS},
            sensitivity=None,
            published=(),
            baselines=replace(analysis.baselines, risk_table=()),
        ),
        cohort=replace(
            cohort,
            dropped=tuple(replace(one, rows=(), count=one.count) for one in cohort.dropped),
            notices=(),
        ),
        frequentist=_told_frequentist(results, asked.minimum_cell),
        posterior=_told_posterior(results.posterior),
        clinical={name: one for name, one in results.clinical.items() if name in TOLD_PARTS},
        published=results.published.iloc[:0],
        withheld=(*left, *_SECTIONS_LEFT),
    )


def _told_frequentist(results: Results, least: int) -> Frequentist:
    """Tables and curves without small counts and exact times."""
    whole, cohort = results.frequentist, results.cohort
    end = told_until(results.analysis, cohort)
    return replace(
        whole,
        answers=_told_answers(whole.answers, whole.kaplan_meier, least),
        kaplan_meier=coarse_curve(whole.kaplan_meier, least, end),
        table_one=told_table(whole.table_one, cohort, least),
        follow_up=_coarse_times(whole.follow_up, _FOLLOW_UP),
    )


def _told_posterior(whole: Posterior) -> Posterior:
    """Tables of the models without influence, observed curves and exact times."""
    proportionality = whole.proportionality
    if "elpd_bad_k" in proportionality:
        proportionality = proportionality.assign(elpd_bad_k=0)
    return replace(
        whole,
        comparison=whole.comparison.assign(bad_k=np.nan),
        proportionality=proportionality,
        replicated=whole.replicated.iloc[:0],
        agreement=whole.agreement.iloc[:0],
        contrast_agreement=whole.contrast_agreement.iloc[:0],
        curves=_coarse_times(whole.curves, ("time",)),
        within_levels=whole.within_levels.iloc[:0],
    )


_SECTIONS_LEFT = (
    "events by interval of a changing effect, residuals and clusters",
    "the last event beside a cured share, and hazard ratios within levels",
    "the predictive check",
    "Pareto k and whom the answer hangs on",
    "doubts about rows of the table",
)


def coarse(value: float) -> float:
    """A time to three digits.

    Examples
    --------
    >>> coarse(13.4827), coarse(1042.0), coarse(float("inf"))
    (13.5, 1040.0, inf)
    """
    if not np.isfinite(value) or value == 0:
        return value
    digits = 2 - int(np.floor(np.log10(abs(value))))
    return float(np.round(value, digits))


def _coarse_times(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    known = [name for name in columns if name in frame]
    return frame.assign(**{name: frame[name].map(coarse) for name in known})


def coarse_curve(steps: pd.DataFrame, least: int, end: float) -> pd.DataFrame:
    """A Kaplan-Meier curve whose steps each hold several events, while enough are at risk.

    Parameters
    ----------
    steps : DataFrame
        Columns ``arm, time, at_risk, events, censored, survival, std_error, lower, upper``.
    least : int
        Fewest events of a step, and fewest at risk of whom it is told.
    end : float
        Last time told.

    Returns
    -------
    DataFrame
        The same columns, without events and censored patients, times to three digits.

    Examples
    --------
    >>> import posthaz as ph
    >>> steps = ph.kaplan_meier(ph.simulated_example())
    >>> told = coarse_curve(steps, 5, 60.0)
    >>> len(told) < len(steps) / 4, bool(told["at_risk"].min() >= 5)
    (True, True)
    """
    parts = []
    for _, curve in steps.groupby("arm", sort=False):
        left = curve["at_risk"] - curve["events"] - curve["censored"]
        group = curve["events"].cumsum() // least
        closes = group.diff().fillna(1.0).gt(0)
        told = curve.assign(at_risk=left.where(curve["time"] > curve["time"].iloc[0],
                                               curve["at_risk"]))  # fmt: skip
        parts.append(told[closes & (told["at_risk"] >= least) & (told["time"] <= end)])
    joined = pd.concat(parts, ignore_index=True) if parts else steps
    hidden = joined.assign(events=np.nan, censored=np.nan)
    return _coarse_times(hidden, ("time",))


def _told_answers(table: pd.DataFrame, steps: pd.DataFrame, least: int) -> pd.DataFrame:
    """Frequentist answers without small counts, and without survival after too few events."""
    told = table[~table["analysis"].astype(str).str.endswith("_curve")].reset_index(drop=True)
    for name in ("n", "events"):
        told[name] = told[name].where(~told[name].between(1, least - 1))
    of_curve = (told["analysis"] == "kaplan_meier") & (told["quantity"] == "survival")
    told.loc[of_curve, "events"] = np.nan
    for arm, own in told[of_curve].groupby("arm", sort=False):
        curve, before = steps[steps["arm"] == arm], 0.0
        for row, time in own["time"].astype(float).sort_values().items():
            seen = float(curve.loc[curve["time"] <= time, "events"].sum())
            if 0 < seen - before < least:
                numbers = ["value", "std_error", "lower", "upper", "n"]
                told.loc[row, numbers] = np.nan
                told.loc[row, "note"] = WITHHELD
            else:
                before = seen
    of_time = told["quantity"].astype(str).str.startswith(_TIMES) & (told["analysis"] != "rmst")
    for name in ("value", "lower", "upper"):
        told[name] = told[name].where(~of_time, told[name].map(coarse))
    return told


def told_table(table: pd.DataFrame, cohort: Cohort, least: int) -> pd.DataFrame:
    """Table 1 without small counts and what they could be computed from.

    A line of counts, of a level over arms or of an arm over levels, adds up to a number that is
    known. More is withheld until no small count follows from these sums, and what a line withholds
    is at least `least` patients. Shares, tests and differences of a covariate
    with withheld counts are withheld too: each would give them away.

    Parameters
    ----------
    table : DataFrame
        Result of `table_one`.
    cohort : Cohort
        Its cohort.
    least : int
        Smallest count that is told.

    Returns
    -------
    DataFrame
        The same columns.
    """
    if table.empty:
        return table
    arms = [arm_head(arm) for arm in cohort.arms]
    parts = [
        _told_variable(part.copy(), arms, least)
        for _, part in table.groupby("variable", sort=False)
    ]
    return pd.concat(parts, ignore_index=True)


def _told_variable(part: pd.DataFrame, arms: list[str], least: int) -> pd.DataFrame:
    counted = (part["kind"] != "numeric").to_numpy()
    if not counted.any():
        return part
    columns = [*arms, OVERALL]
    texts = part.loc[counted, columns].astype(str)
    counts = texts.map(lambda text: int(text.split()[0]) if text else 0).to_numpy()
    numeric = not counted.all()  # the others of a number are those whose value is known
    hidden = hidden_cells(counts, least, open_columns=numeric)
    if not hidden.any():
        return part
    shown = np.where(
        hidden, np.where((counts < least) & (counts > 0), f"<{least}", WITHHELD), counts.astype(str)
    )
    part.loc[counted, columns] = shown
    return part.assign(smd=np.nan, test="", p=np.nan)


def hidden_cells(counts: np.ndarray, least: int, *, open_columns: bool = False) -> np.ndarray:
    """Which counts are withheld: small ones, and those by which they could be computed.

    Parameters
    ----------
    counts : ndarray of int, shape (level, arm + 1)
        Patients; the last column is the sum of the others where there are any.
    least : int
        Smallest count that is told.
    open_columns : bool
        Whether columns don't add up to the arm's patients, since others are not counted here.

    Returns
    -------
    ndarray of bool
        True where a count is withheld.

    Examples
    --------
    >>> hidden_cells(np.array([[3, 20, 23], [30, 31, 61], [9, 8, 17]]), 5).astype(int).tolist()
    [[1, 1, 0], [0, 0, 0], [1, 1, 1]]
    """
    hidden = (counts > 0) & (counts < least)
    small = hidden.copy()
    for _ in range(counts.size):
        known = _computable(counts, hidden, least, open_columns)
        free = ~hidden & _in_line(known, open_columns)
        if not ((small & known).any() and free.any()):
            break
        sizes = np.where(free, np.where(counts > 0, counts, counts.max() + 1), np.inf)
        hidden[np.unravel_index(np.argmin(sizes), counts.shape)] = True
    return hidden


def _computable(
    counts: np.ndarray, hidden: np.ndarray, least: int, open_columns: bool
) -> np.ndarray:
    """Which withheld counts follow from the others, or are left so few values that they may."""
    from scipy.linalg import null_space

    found, places = np.zeros(counts.shape, dtype=bool), np.argwhere(hidden)
    if not len(places):
        return found
    sums, lines = [], []
    if counts.shape[1] > 1:
        lines += [places[:, 0] == row for row in range(counts.shape[0])]
        sums += [np.where(places[:, 1] == counts.shape[1] - 1, -1.0, 1.0) * on for on in lines]
    if not open_columns:
        by_column = [places[:, 1] == column for column in range(counts.shape[1])]
        lines, sums = lines + by_column, sums + [on.astype(float) for on in by_column]
    if not sums:
        return found
    free = null_space(np.array(sums))
    known = np.abs(free).max(axis=1, initial=0.0) < 1e-9
    for on in lines:
        known |= on & (counts[hidden][on].sum() < least)
    found[hidden] = known
    return found


def _in_line(cells: np.ndarray, open_columns: bool) -> np.ndarray:
    """Cells whose line, over arms or over levels, holds one of some cells."""
    along = cells.any(axis=1, keepdims=True) & np.ones_like(cells)
    return along if open_columns else along | cells.any(axis=0, keepdims=True)


def told_at_risk(at_risk: pd.DataFrame, results: Results) -> pd.DataFrame:
    """Numbers at risk as they may be told, small ones as text."""
    asked = withholds(results.analysis)
    if asked is None:
        return at_risk
    least = asked.minimum_cell
    numbers = at_risk["at_risk"]
    small = numbers.between(1, least - 1)
    return at_risk.assign(at_risk=numbers.astype(object).mask(small, f"<{least}"))
