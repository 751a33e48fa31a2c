"""All checks of one fit against its censored patients: what it gets wrong, and what to try."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.baselines import kaplan_meier
from posthaz.checks.calibration import (
    CALIBRATION_COLUMNS,
    SCORE_COLUMNS,
    calibration_table,
    calibration_tests,
    prediction_scores,
)
from posthaz.checks.expected_events import (
    EXPECTED_COLUMNS,
    TEST_COLUMNS,
    expected_events_of,
    expected_tests,
    thirds,
)
from posthaz.checks.predicted import Predicted, predicted
from posthaz.checks.predictive import regrouped, replicated_kaplan_meier
from posthaz.checks.transform import BAND_COLUMNS, pit_limits, pit_table
from posthaz.cohort import Cohort, at_time, counted, number_text
from posthaz.cohort.argument import asked_numbers, checks_arguments
from posthaz.design import formula_variables
from posthaz.errors import Finding, PosthazError
from posthaz.errors.lost import Lost
from posthaz.inference import Fit

THRESHOLD = 0.01
FOUND_COLUMNS = (
    "check",
    "of",
    "statistic",
    "df",
    "p",
    "outside",
    "mean",
    "ici",
    "found",
    "what",
    "fix",
)
_REPLICATES = 50
_GOOD_K = 0.7


@dataclass(frozen=True, eq=False)
class FitChecks:
    """Checks of one fit.

    Parameters
    ----------
    model : str
        Name of the model.
    found : DataFrame
        As in ``checks.csv``: columns ``check, of, statistic, df, p, outside, mean, ici, found,
        what, fix``, one row a check.
    expected : DataFrame
        As in ``checks_expected.csv``: events seen and expected in the groups behind the checks.
    transformed : DataFrame
        As in ``checks_pit.csv``: distribution of the transformed times, with bands.
    calibration : DataFrame
        As in ``checks_calibration.csv``.
    scores : DataFrame
        As in ``checks_scores.csv``.
    overlay : DataFrame
        Kaplan-Meier by groups of covariates: ``of, group, replicate, time, survival``, the
        observed curve under replicate -1.
    influential : int
        Patients whose left-out prediction can't be trusted (Pareto k above 0.7).
    lost : tuple of Lost
        Checks that can't be made, and why.
    """

    model: str
    found: pd.DataFrame
    expected: pd.DataFrame
    transformed: pd.DataFrame
    calibration: pd.DataFrame
    scores: pd.DataFrame
    overlay: pd.DataFrame
    influential: int = 0
    lost: tuple[Lost, ...] = ()

    @property
    def misfit(self) -> tuple[Finding, ...]:
        """What the model gets wrong, and what to try."""
        own = self.found[self.found["found"]]
        return tuple(
            Finding(f"model '{self.model}'", str(row["what"]), str(row["fix"]))
            for row in own.to_dict("records")
        )


@checks_arguments
def check_fit(
    cohort: Cohort,
    fit: Fit,
    *,
    along: str | Sequence[str] = (),
    times: float | Sequence[float] = (),
    threshold: float = THRESHOLD,
) -> FitChecks:
    """Hold a fit against the patients it was fitted to, respecting censoring and late entry.

    Parameters
    ----------
    cohort : Cohort
        The cohort that the fit is of.
    fit : Fit
        The fit.
    along : str or sequence of str, optional
        Covariates along which to look, in the model or not; the numeric ones and those of the
        formula by default.
    times : float or sequence of float, optional
        Times at which predictions are calibrated and scored; by default those by which a quarter
        and half of the events had come.
    threshold : float
        P value below which a check has found something.

    Returns
    -------
    FitChecks
        One row a check, each with what the model gets wrong and what to try.

    Raises
    ------
    PosthazError
        For recurrent events, weights, a background of expected deaths, very large cohorts, an
        unknown covariate, times after follow-up, or another cohort.

    Examples
    --------
    >>> import posthaz as ph
    >>> cohort = ph.simulated_example()
    >>> spec = ph.ModelSpec("weibull", ph.Weibull(), "arm")
    >>> checks = ph.check_fit(cohort, ph.fit(spec, cohort, draws=500, method="laplace"))
    >>> checks.found["check"].tolist()[:2]
    ['time', 'arm over time']
    """
    own = predicted(fit, cohort)
    rows, lost = own.rows, list[Lost]()
    asked = asked_numbers(times) if np.size(times) else np.empty(0)
    if (asked >= rows.exit.max()).any():
        raise PosthazError(
            f"times: {at_time(asked.max(), rows.unit)} nobody is under observation any more",
            fix=f"give times before {at_time(float(rows.exit.max()), rows.unit)}",
        )
    along = [along] if isinstance(along, str) else list(along)
    for name in along:
        if name not in rows.covariates:
            raise PosthazError(
                f"along: the cohort has no covariate '{name}'",
                fix=f"name some of {', '.join(map(str, rows.covariates.columns))}",
            )
    chosen = along or covariates_looked_at(rows, fit)
    found, expected, calibration, scores = _counted(own, chosen, tuple(asked.tolist()), lost)
    curves, outside = _transformed(own, fit)
    overlay = _overlays(own, fit, chosen, lost)
    parts = [one for one in (found, outside) if len(one)]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    found = found.reindex(columns=list(FOUND_COLUMNS))
    found["found"] = (found["p"].astype(float) < threshold) | (found["outside"].astype(float) > 0.5)
    which = set(found["check"][found["found"]])
    said = [_said(row, expected, rows, fit, which) for row in found.to_dict("records")]
    found["what"], found["fix"] = ([one[place] for one in said] for place in (0, 1))
    if not parts:
        lost.append(Lost("check of fit", "there are too few patients to hold against the model"))
    pareto = own.left_out[1] if own.left_out is not None else np.array([])
    return FitChecks(
        fit.spec.name,
        found,
        expected,
        curves,
        calibration,
        scores,
        overlay,
        int((pareto > _GOOD_K).sum()),
        tuple(lost),
    )


def _counted(
    own: Predicted, along: Sequence[str], times: tuple[float, ...], lost: list[Lost]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Tests and counts of expected events, calibration and scores, those that can be made."""
    rows = own.rows
    found, expected, calibration, scores = (
        pd.DataFrame(columns=list(names))
        for names in (TEST_COLUMNS, EXPECTED_COLUMNS, CALIBRATION_COLUMNS, SCORE_COLUMNS)
    )
    if rows.interval_censored.any():
        reason = "events are only known to lie between two visits"
        lost.append(Lost("count of expected events, calibration or score", reason))
        return found, expected, calibration, scores
    events = expected_events_of(own)
    found, expected = expected_tests(events, along)
    if len(np.unique(own.patient)) < len(rows):
        reason = "covariates change, and predictions at a time would need their later course"
        lost.append(Lost("calibration or score", reason))
        return found, expected, calibration, scores
    asked = times or _usual_times(rows)
    tests = calibration_tests(own, events, asked).assign(check="calibration")
    # a key, which is read back as a number: without the comma of a thousand
    tests["of"] = [np.format_float_positional(time, trim="-") for time in tests["time"]]
    found = pd.concat([found, tests], ignore_index=True) if len(tests) else found
    return found, expected, calibration_table(own, asked), prediction_scores(own, asked)


def covariates_looked_at(cohort: Cohort, fit: Fit) -> list[str]:
    """Numeric covariates of a cohort that vary, and those of the formula.

    Parameters
    ----------
    cohort : Cohort
        The cohort.
    fit : Fit
        The fit.

    Returns
    -------
    list of str
        In the order of the cohort's covariates.
    """
    named = set(formula_variables(fit.spec.formula))
    return [
        str(name)
        for name in cohort.covariates.columns
        if len(cohort.covariates[name].dropna().unique()) > 1
        and (name in named or pd.api.types.is_numeric_dtype(cohort.covariates[name]))
    ]


def _usual_times(rows: Cohort) -> tuple[float, ...]:
    """Times by which a quarter and half of the events had come."""
    events = rows.exit[rows.event]
    return tuple(np.unique(np.quantile(events, (0.25, 0.5), method="inverted_cdf")).tolist())


def _patients(own: Predicted, by_row: np.ndarray) -> np.ndarray:
    """A value of each patient's first row."""
    found = np.empty(int(own.patient.max()) + 1, dtype=by_row.dtype)
    first = own.rows.first
    found[own.patient[first]] = by_row[first]
    return found


def _transformed(own: Predicted, fit: Fit) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Distribution of transformed times of everybody and by arm, in sample and left out."""
    arm = _patients(own, own.rows.arm)
    groups = {"": np.ones(len(arm), dtype=bool)}
    if len(own.rows.arms) > 1:
        groups |= {one: arm == one for one in own.rows.arms}
    parts = []
    for left_out in (False, True):
        if left_out and own.left_out is None:
            continue
        limits = pit_limits(own, left_out)
        parts.append(pit_table(limits, groups, left_out=left_out, seed=fit.provenance.seed))
    curves = pd.concat([one for one, _ in parts], ignore_index=True)
    found = pd.concat([one for _, one in parts], ignore_index=True)
    found["check"] = np.where(found["left_out"].astype(bool), "LOO-PIT", "PIT")
    return curves[list(BAND_COLUMNS)], found.drop(columns=["left_out", "patients"])


def _overlays(own: Predicted, fit: Fit, along: Sequence[str], lost: list[Lost]) -> pd.DataFrame:
    """Observed and replicated Kaplan-Meier curves by thirds of each number."""
    columns = ["of", "group", "replicate", "time", "survival"]
    rows, parts = own.rows, []
    visits = rows.interval_censored.any()
    if visits or "posterior_predictive" not in fit.draws.children:
        reason = "events lie between two visits" if visits else "the fit has no predicted times"
        lost.append(Lost("overlay of replicated Kaplan-Meier curves", reason))
        return pd.DataFrame(columns=columns)
    for name in along:
        values = rows.covariates[name]
        if not pd.api.types.is_numeric_dtype(values) or values.nunique() < 3:
            continue
        groups = thirds(values.to_numpy(dtype=float))
        label = np.full(len(rows), "", dtype=object)
        for one, inside in groups.items():
            label[inside] = one
        known = label != ""
        replicated = replicated_kaplan_meier(fit, rows, _REPLICATES, groups=label)
        replicated = replicated[replicated["arm"] != ""]
        observed = kaplan_meier(regrouped(rows, label).where(known))
        both = pd.concat([observed.assign(replicate=-1), replicated], ignore_index=True)
        parts.append(both.rename(columns={"arm": "group"}).assign(of=name)[columns])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _said(
    row: dict, expected: pd.DataFrame, rows: Cohort, fit: Fit, which: set[str]
) -> tuple[str, str]:
    """What a check says of the model, and what to try; without a fix where nothing was found."""
    check, of = str(row["check"]), str(row["of"])
    own = expected[(expected["check"] == check) & (expected["of"] == of)]
    label = number_text(float(of)) if check == "calibration" else _label(rows, of)
    words = _WORDS[check].format(of=label, arm=rows.arm_label(of) if of in rows.arms else label)
    if not row["found"]:
        return f"{words}: nothing found", ""
    worst = "; ".join(_worst(own, rows))
    what = f"{words}: {worst}" if worst else f"{words}: {_direction(row, rows)}"
    return what, _fix(check, of, rows, fit, which)


_WORDS = {
    "time": "Events over time",
    "arm over time": "Events of {arm} over time",
    "covariate": "Events along {of}",
    "calibration": "Predicted survival at {of}",
    "PIT": "Times in their predictive distribution ({arm})",
    "LOO-PIT": "Times in the predictive distribution without the patient ({arm})",
}


def _label(rows: Cohort, name: str) -> str:
    if not name:
        return "everybody"
    return rows.columns[name].label or name if name in rows.columns else name


def _direction(row: dict, rows: Cohort) -> str:
    """In which way a distribution departs."""
    if row["check"] == "calibration":
        return f"it is off by {100 * float(row['ici']):.0f} percentage points on average"
    mean = float(row["mean"])
    if abs(mean - 0.5) < 0.02:
        return "they are as late as predicted on average, but spread otherwise"
    return f"they are {'earlier' if mean < 0.5 else 'later'} than predicted"


def _worst(own: pd.DataFrame, rows: Cohort) -> Iterator[str]:
    """The two groups that are farthest off, in words."""
    if own.empty:
        return
    off = (own["observed"] - own["expected"]) / np.sqrt(np.maximum(own["expected"], 0.5))
    for place in np.argsort(-np.abs(off.to_numpy(dtype=float)), kind="stable")[:2]:
        row = own.iloc[int(place)]
        parts = [] if not row["group"] else [_group(str(row["group"]), rows)]
        if np.isfinite(row["until"]):
            parts.append(f"up to {at_time(round(float(row['until']), 1), rows.unit)}")
        elif row["since"] > 0:
            parts.append(f"after {at_time(round(float(row['since']), 1), rows.unit)}")
        if np.isfinite(row["until"]) and row["since"] > 0:
            parts[-1] = f"from {number_text(round(float(row['since']), 1))} " + parts[-1]
        seen = counted(round(row["observed"]), "event")
        yield f"{seen} {', '.join(parts)}, where {row['expected']:.1f} were expected"


def _group(name: str, rows: Cohort) -> str:
    return f"with {rows.arm_label(name)}" if name in rows.arms else f"at {name}"


def _fix(check: str, of: str, rows: Cohort, fit: Fit, which: set[str]) -> str:
    """What to try."""
    spec = fit.spec
    named = formula_variables(spec.formula)
    if check == "covariate" and of not in named:
        return f"add '{of}' to the formula, unless it is a consequence of the treatment"
    if check == "covariate":
        if not pd.api.types.is_numeric_dtype(rows.covariates[of]):
            return f"let the effect of '{of}' change with time, or stratify by it"
        if rows.covariates[of].nunique() <= 2:
            return f"let the effect of '{of}' change with time, or depend on another covariate"
        return f"let the effect of '{of}' bend, as bend({of}, df=4) or log({of}) in the formula"
    at_fault = "arm over time" in which or "time" not in which
    by_arm = check == "arm over time" or (check.endswith("PIT") and of in rows.arms and at_fault)
    if by_arm and rows.treatment in named:
        if rows.treatment in [one.term for one in spec.changing]:
            return f"give [models.{spec.name}.changing.{rows.treatment}] more cuts"
        if rows.treatment in spec.changed_terms:
            return (
                "take cuts in place of a short-term and a long-term ratio: "
                f"[models.{spec.name}.changing.{rows.treatment}]"
            )
        return (
            f"let the effect change with time ([models.{spec.name}.changing.{rows.treatment}]), "
            "and read differences in survival and restricted mean"
        )
    if by_arm:
        return f"put '{rows.treatment}' into the formula"
    if check == "calibration":
        return "read the other checks, which say whether time, arm or a covariate is at fault"
    if spec.baseline.__class__.__name__ in ("PiecewiseExponential", "MSpline"):
        return "give the baseline more cuts or knots where events are many"
    return 'take a freer baseline, such as "piecewise_exponential" or "m_spline"'
