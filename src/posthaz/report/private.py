"""Results without what could tell of single patients: one place, through which all files go."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from posthaz.report.horizon import told_until
from posthaz.report.missing import MissingPart
from posthaz.report.results import Frequentist, Posterior, Results
from posthaz.report.small_counts import WITHHELD, coarse, told_table, withholds

TOLD_FILES = (
    *("answers", "coefficients", "estimands", "baselines", "kaplan_meier", "survival_curves"),
    *("table_one", "follow_up", "model_comparison", "priors", "prior_influence", "power_scaling"),
    *("model_averaging", "model_averaging_weights", "assurance_by_hr", "assurance_by_size"),
)
"""Files that hold no row a patient and no count that isn't withheld here; others aren't written."""
TOLD_PARTS = ("privacy", "model_averaging", "assurance")
TOLD_SECTIONS = (
    *("cohort", "priors", "survival", "hazard-ratios", "answers", "diagnostics"),
    *("methods", "checklist"),
)
_LONGEST = "max_follow_up"
_FOLLOW_UP = ("median", "lower_quartile", "upper_quartile", "median_lower", "median_upper")
_TIMES = ("median", "quantile", "lower_quartile", "upper_quartile", _LONGEST)
_COUNTS = re.compile(r" in [\d,]+ rows?\b|: [\d,]+ patients?, .*$|(?<! for) \([^()]*\)$")
"""How many, by column or arm, in reasons for leaving rows out; not whom the file asks for."""


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
            dropped=tuple(
                replace(one, reason=_COUNTS.sub("", one.reason), rows=(), count=one.count)
                for one in cohort.dropped
            ),
            notices=(),
        ),
        frequentist=_told_frequentist(results, asked.minimum_cell),
        posterior=_told_posterior(results.posterior),
        clinical={name: one for name, one in results.clinical.items() if name in TOLD_PARTS},
        clinical_failures=tuple(dict.fromkeys(_FIT_FAILED for _ in results.clinical_failures)),
        published=results.published.iloc[:0],
        missing=tuple(MissingPart(one.name, _REASON, one.section) for one in results.missing),
        withheld=(*left, *_SECTIONS_LEFT),
    )


_REASON = "the reason is withheld by `[privacy]`, since it may name rows"
_FIT_FAILED = "a fit of a clinical analysis, which is withheld by `[privacy]`"


def _told_frequentist(results: Results, least: int) -> Frequentist:
    """Tables and curves without small counts and exact times."""
    whole, cohort = results.frequentist, results.cohort
    times = results.analysis.estimands.survival_at
    curve = coarse_curve(whole.kaplan_meier, least, told_until(results.analysis, cohort), times)
    follow_up = _coarse_times(whole.follow_up, _FOLLOW_UP)
    longest = [coarse(time, np.floor) for time in follow_up[_LONGEST]]
    return replace(
        whole,
        answers=told_answers(whole.answers, whole.kaplan_meier, curve, len(cohort), least),
        kaplan_meier=curve,
        table_one=told_table(whole.table_one, cohort, least),
        follow_up=follow_up.assign(**{_LONGEST: longest}),
    )


def _told_posterior(whole: Posterior) -> Posterior:
    """Tables of the models without influence, observed curves and exact times."""
    proportionality = whole.proportionality
    if "elpd_bad_k" in proportionality:
        proportionality = proportionality.assign(elpd_bad_k=0)
    return replace(
        whole,
        comparison=whole.comparison.assign(bad_k=np.nan, refitted=np.nan),
        proportionality=proportionality,
        replicated=whole.replicated.iloc[:0],
        agreement=whole.agreement.iloc[:0],
        contrast_agreement=whole.contrast_agreement.iloc[:0],
        within_levels=whole.within_levels.iloc[:0],
    )


_SECTIONS_LEFT = (
    "events by interval of a changing effect, residuals and clusters",
    "the last event beside a cured share, and hazard ratios within levels",
    "the predictive check",
    "Pareto k and whom the answer hangs on",
    "doubts about rows of the table",
)


def _coarse_times(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    known = [name for name in columns if name in frame]
    return frame.assign(**{name: frame[name].map(coarse) for name in known})


def coarse_curve(
    steps: pd.DataFrame, least: int, end: float, times: Sequence[float] = ()
) -> pd.DataFrame:
    """A Kaplan-Meier curve whose steps each hold several events, while enough are at risk.

    Parameters
    ----------
    steps : DataFrame
        Columns ``arm, time, at_risk, events, censored, survival, std_error, lower, upper``.
    least : int
        Fewest events of a step, and fewest at risk of whom it is told.
    end : float
        Last time told.
    times : sequence of float, optional
        Times at which survival is asked: steps end there where as many events lie between them.

    Returns
    -------
    DataFrame
        The same columns, without numbers at risk, events and censored patients, times to two
        digits; what stands before the first of several events is survival 1 at the start.

    Examples
    --------
    >>> import posthaz as ph
    >>> steps = ph.kaplan_meier(ph.simulated_example())
    >>> told = coarse_curve(steps, 5, 60.0)
    >>> len(told) < len(steps) / 4, bool(told["at_risk"].isna().all())
    (True, True)
    """
    parts = []
    for _, curve in steps.groupby("arm", sort=False):
        events = curve["events"].to_numpy(dtype=float)
        told, first = np.zeros(len(curve), dtype=bool), 0
        for stop in (*np.searchsorted(curve["time"], sorted(times), side="right"), len(curve)):
            if least <= events[first:stop].sum() and not 0 < events[stop:].sum() < least:
                told[first:stop] = _closes(events[first:stop], least)
                first = stop
        told &= ((_left(curve) >= least) & (curve["time"] <= end)).to_numpy()
        told[0] = True
        parts.append(_coarse_times(curve[told], ("time",)).drop_duplicates("time", keep="last"))
    joined = pd.concat(parts, ignore_index=True) if parts else steps
    return joined.assign(at_risk=np.nan, events=np.nan, censored=np.nan)


def _left(steps: pd.DataFrame) -> pd.Series:
    """How many are still at risk after each step."""
    return steps["at_risk"] - steps["events"] - steps["censored"]


def _closes(events: np.ndarray, least: int) -> np.ndarray:
    """Where several events came since the last such place, and as many or none come after it."""
    closes, held, ahead = np.zeros(len(events), dtype=bool), 0.0, events.sum() - events.cumsum()
    for place, count in enumerate(events):
        held += count
        if held >= least and (ahead[place] >= least or ahead[place] == 0):
            closes[place], held = True, 0.0
    return closes


def told_answers(
    table: pd.DataFrame, steps: pd.DataFrame, curve: pd.DataFrame, patients: int, least: int
) -> pd.DataFrame:
    """Frequentist answers without small counts, and survival only where the told curve has it.

    Parameters
    ----------
    table : DataFrame
        As in ``baselines.csv``.
    steps, curve : DataFrame
        Result of `kaplan_meier`, and of `coarse_curve`, which has what may be told of it.
    patients : int
        How many the cohort has.
    least : int
        Smallest count that is told.

    Returns
    -------
    DataFrame
        The same columns, without rows of curves. Survival is withheld where somebody had the event
        since the last step that is told, or few are left. Where patients lack a covariate, events
        among the others are withheld, since the arms' events would give those of the few.
    """
    told = table[~table["analysis"].astype(str).str.endswith("_curve")].reset_index(drop=True)
    for name in ("n", "events"):
        told[name] = told[name].where(~told[name].between(1, least - 1))
    told["events"] = told["events"].mask((told["arm"].astype(str) == "") & (told["n"] < patients))
    of_curve = (told["analysis"] == "kaplan_meier") & (told["quantity"] == "survival")
    told.loc[of_curve, ["n", "events"]] = np.nan
    for row, (arm, time) in told.loc[of_curve, ["arm", "time"]].iterrows():
        last = steps[(steps["arm"] == arm) & (steps["time"] <= time)].iloc[[-1]]
        known = last["survival"].isin(curve.loc[curve["arm"] == arm, "survival"])
        if not (known & (_left(last) >= least)).item():
            told.loc[row, ["value", "std_error", "lower", "upper"]] = np.nan
            told.loc[row, "note"] = WITHHELD
    of_time = told["quantity"].astype(str).str.startswith(_TIMES)
    longest = told["quantity"] == _LONGEST
    for name in ("value", "lower", "upper"):
        down = told[name].where(~longest, told[name].map(partial(coarse, rounded=np.floor)))
        told[name] = down.where(~of_time | longest, told[name].map(coarse))
    return told


def told_at_risk(at_risk: pd.DataFrame, results: Results) -> pd.DataFrame:
    """Numbers at risk as they may be told: others as text, and so those of too few lost since."""
    asked = withholds(results.analysis)
    if asked is None:
        return at_risk
    least, parts = asked.minimum_cell, []
    for _, own in at_risk.groupby("arm", sort=False):
        last, told = np.inf, list[object]()
        for number in own["at_risk"].astype(float):
            small, lost = 0 < number < least, 0 < last - number < least
            told.append(f"<{least}" if small else "–" if lost else number)
            last = last if small or lost else number
        parts.append(own.assign(at_risk=pd.Series(told, own.index, dtype=object)))
    return pd.concat(parts) if parts else at_risk
