"""Whether one hazard ratio for all times can stand for the effect."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.baselines import Crossing, curve_crossing
from posthaz.checks import replicated_median
from posthaz.inference import Fit
from posthaz.report.concerns.concern import Concern
from posthaz.report.concerns.curves import RARE
from posthaz.report.results import Results
from posthaz.report.sections.beside import beside, grouped
from posthaz.report.sections.naming import contrasts, model_labels, reference_arm, term_label
from posthaz.report.sections.question import adjusted
from posthaz.report.sections.rows import estimand_row
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    lasting,
    listed,
    moment,
    p_sentence,
)


@dataclass(frozen=True)
class Contradiction:
    """What speaks against one hazard ratio of an arm.

    Parameters
    ----------
    arm, name, against : str
        The arm, its name and that of the reference.
    schoenfeld : float
        P value of the Schoenfeld test; not a number where there is none.
    predictive : float
        Posterior predictive probability of a difference of curves as far from the primary model's;
        not a number where that model doesn't hold hazards proportional.
    crossing : Crossing or None
        Where the Kaplan-Meier curves cross.
    """

    arm: str
    name: str
    against: str
    schoenfeld: float
    predictive: float
    crossing: Crossing | None


def holds_proportional(fit: Fit) -> bool:
    """Whether a model makes the hazard ratio of equal patients the same at all times."""
    return fit.spec.proportional


def contradictions(results: Results) -> tuple[Contradiction, ...]:
    """Arms of which one hazard ratio can't be the effect.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    tuple of Contradiction
        Those whose Schoenfeld test has a P value below 0.01, or whose curves differ by what the
        primary model would produce with a probability below 0.01.
    """
    if grouped(results.cohort) or results.cohort.recurrent:
        return ()
    fit, found = results.posterior.primary, []
    for arm, (name, against) in () if _lets_change(fit) else contrasts(results, fit).items():
        tested = schoenfeld_p(results, fit, f"{results.cohort.treatment}[{arm}]")
        predicted = _predictive(results, arm) if holds_proportional(fit) else np.nan
        if tested < RARE or predicted < RARE:
            crossing = curve_crossing(results.frequentist.kaplan_meier, arm, reference_arm(results))
            found.append(Contradiction(arm, name, against, tested, predicted, crossing))
    return tuple(found)


def contradicted_hazards(results: Results) -> Iterator[Concern]:
    """A concern for each arm, and one for all covariates together."""
    for one in contradictions(results):
        text = " ".join(
            part
            for part in (
                _evidence(one),
                _crossing_text(results, one),
                apart_text(results, one),
                _advice(results, one),
            )
            if part
        )
        yield Concern("proportional_hazards", "warning", text, "hazard-ratios")
    others = _covariates(results)
    if others:
        text = (
            f"Proportional hazards are contradicted for {listed(others)}: their hazard ratios are "
            "averages over follow-up."
        )
        yield Concern("proportional_hazards", "warning", text, "hazard-ratios")


def _evidence(one: Contradiction) -> str:
    parts = []
    if one.schoenfeld < RARE:
        parts.append(f"Schoenfeld test {p_sentence(one.schoenfeld)}")
    if one.predictive < RARE:
        parts.append(
            f"{p_sentence(one.predictive)} for curves that differ as far from what the model says"
        )
    return (
        f"**Proportional hazards are contradicted** for {one.name} v {one.against} "
        f"({listed(parts)}): no single hazard ratio describes the effect."
    )


def _crossing_text(results: Results, one: Contradiction) -> str:
    found, unit = one.crossing, results.cohort.unit
    if found is None:
        return ""
    return (
        f"**The Kaplan–Meier curves cross** at about {lasting(found.time, unit)}: "
        f"{one.name} lies {_side(found.before)} {one.against} at "
        f"{lasting(found.before_at, unit)} and {_side(found.after)} it at "
        f"{lasting(found.after_at, unit)}."
    )


def _side(gap: float) -> str:
    return f"{100 * abs(gap):.0f}{SPACE}points {'above' if gap > 0 else 'below'}"


def apart_text(results: Results, one: Contradiction) -> str:
    """Differences in survival at the asked times, of Kaplan-Meier and of the model."""
    times = [time for time in results.analysis.estimands.survival_at if time <= results.horizon]
    if not times:
        return ""
    parts, models = [], ""
    for time, seen, said in zip(times, *gaps(results, one, times), strict=True):
        # a model that gives no survival of the whole cohort has nothing to set beside
        against = "" if np.isnan(said) else f" against {_points(said)}"
        models = " against the primary model" if against else models
        parts.append(f"{_points(seen)}{against} at {at_time(time, results.cohort.unit)}")
    return (
        f"Survival with {one.name} minus {one.against}, in points, by Kaplan–Meier{models}: "
        f"{listed(parts)}."
    )


def _points(gap: float) -> str:
    return f"{100 * gap:+.0f}".replace("-", "−")


def gaps(results: Results, one: Contradiction, times: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Difference in survival to the reference, by Kaplan-Meier and by the primary model.

    The model's is that of cohorts with the covariates of this one, so that it is like the
    unadjusted curves beside it; not a number where no such cohorts could be drawn.
    """
    curves, reference, at = (
        results.frequentist.kaplan_meier,
        reference_arm(results),
        np.asarray(times, dtype=float),
    )
    seen = _survival(curves, one.arm, at) - _survival(curves, reference, at)
    if not adjusted(results.posterior.primary):
        profile = f"{one.arm} - {reference}"
        rows = [estimand_row(results, "survival difference", profile, time) for time in times]
        return seen, np.array([row["median"] for row in rows], dtype=float)
    if not len(results.posterior.replicated):
        return seen, np.full(len(at), np.nan)
    ours, theirs = (
        replicated_median(results.posterior.replicated, arm, at) for arm in (one.arm, reference)
    )
    return seen, ours - theirs


def _survival(curves: pd.DataFrame, arm: str, times: np.ndarray) -> np.ndarray:
    own = curves[curves["arm"].astype(str) == arm]
    place = np.searchsorted(own["time"].to_numpy(), times, side="right") - 1
    return own["survival"].to_numpy()[np.maximum(place, 0)]


def _advice(results: Results, one: Contradiction) -> str:
    start = (
        f"To do: {_changing_advice(results, one)}; or report survival differences and "
        "restricted means by Kaplan–Meier (several horizons, `rmst_to` in [estimands]) in place "
        "of a hazard ratio"
    )
    if one.crossing is None or results.analysis.landmark is not None:
        return f"{start}."
    return (
        f"{start}. `landmark = {moment(one.crossing.time)}` in [cohort] compares those still at "
        f"risk then, and `rmst_to = {moment(one.crossing.time)}` what came before."
    )


def _changing_advice(results: Results, one: Contradiction) -> str:
    """How to let the effect change: in a model that the file has, or by a line to add."""
    treatment, spec = results.cohort.treatment, results.posterior.primary.spec
    fits, labels = results.posterior.fits, model_labels(results)
    if names := [labels[name] for name, fit in fits.items() if _lets_change(fit)]:
        return (
            f"read “{names[0]}”, whose effect changes with time (“Effects that change with "
            "time”), and name it first to make it the primary model"
        )
    cut = "" if one.crossing is None else f" and `cuts = [{moment(one.crossing.time)}, …]`"
    where = f"add `[models.{spec.name}.changing.{treatment}]`{cut} to the analysis"
    if spec.effect.acts_on == "time":
        where = (
            f"add a model of proportional hazards with `[models.NAME.changing.{treatment}]`{cut}, "
            "since the effect of this one acts on time"
        )
    return f"let the effect change with time: {where}"


def _lets_change(fit: Fit) -> bool:
    return bool(fit.treatment) and fit.treatment in fit.spec.changed_terms


def schoenfeld_p(results: Results, fit: Fit, term: str) -> float:
    """P value of a column's test: in the Cox model of the same formula, or by itself.

    Parameters
    ----------
    results : Results
        The results.
    fit : Fit
        The fit whose formula it is.
    term : str
        Column of the design.

    Returns
    -------
    float
        Not a number where there is no test.
    """
    tests, names = _tests(results), beside(results.cohort)
    of_arm = tests[tests["term"] == term]
    for analysis in (f"{names.formula}{fit.spec.formula}", names.univariable):
        mine = of_arm[of_arm["analysis"] == analysis]
        if len(mine):
            return float(mine["p"].iloc[0])
    return float("nan")


def _predictive(results: Results, arm: str) -> float:
    table = results.posterior.contrast_agreement
    mine = table[table["arm"].astype(str) == arm]
    return float(mine["p"].iloc[0]) if len(mine) else float("nan")


def _covariates(results: Results) -> list[str]:
    """Other terms of the primary model whose test contradicts them."""
    if grouped(results.cohort) or results.cohort.recurrent:
        return []
    fit, tests = results.posterior.primary, _tests(results)
    own = f"{beside(results.cohort).formula}{fit.spec.formula}"
    tests = tests[(tests["analysis"] == own) & (tests["p"] < RARE)]
    arm = f"{results.cohort.treatment}["
    return [
        f"{term_label(results.cohort, str(row['term']))} ({p_sentence(float(row['p']))})"
        for _, row in tests.iterrows()
        if not (results.cohort.treatment and str(row["term"]).startswith(arm))
        or ":" in str(row["term"])
    ]


def _tests(results: Results) -> pd.DataFrame:
    table = results.frequentist.answers
    tests = table[(table["quantity"] == "schoenfeld_test") & table["p"].notna()]
    return tests[tests["term"] != "GLOBAL"]
