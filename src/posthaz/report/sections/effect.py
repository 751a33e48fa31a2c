"""What the treatment did, in sentences: as the posterior says and as Cox regression says."""

import numpy as np
import pandas as pd

from posthaz.inference import Fit
from posthaz.report.results import Results
from posthaz.report.sections.naming import contrasts, model_labels, reference_arm
from posthaz.report.sections.rows import (
    answer_row,
    cox_row,
    estimand_row,
    hazard_ratio_row,
    restriction,
)
from posthaz.report.sections.wording import (
    duration,
    interval_name,
    listed,
    p_sentence,
    percent,
    ratio,
)

_CLOSE = 0.5
"""Distance between log hazard ratios, in posterior standard deviations, that counts as close."""
_NORMAL_WIDTH = 3.92


def effect_sentence(results: Results, fit: Fit, arm: str) -> str:
    """Hazard ratio and gain in restricted mean of an arm, with their probabilities."""
    name, against = contrasts(results, fit)[arm]
    interval = f"{interval_name(results.analysis.estimands.interval)} credible interval"
    row, kind = hazard_ratio_row(results, fit, arm)
    parts = []
    if kind:
        parts.append(
            f"the {kind} of {name} v {against} is **{ratio(row['median'])}** ({interval} "
            f"{ratio(row['lower'])} to {ratio(row['upper'])}), with a posterior probability of "
            f"benefit (a ratio below 1) of **{percent(row['below_1'])}**"
        )
    profile = f"{arm} - {reference_arm(results)}"
    gain = estimand_row(results, "rmst difference", profile)
    chance = estimand_row(results, "P(rmst difference > 0)", profile)["mean"]
    unit = results.cohort.unit
    if np.isfinite(gain["median"]):
        parts.append(
            f"event-free time up to {restriction(results):g} {unit} (restricted mean) is on "
            f"average **{longer(gain['median'], unit)}** with {name} ({interval} "
            f"{between(gain, unit)}; probability that it is longer **{percent(chance)}**)"
        )
    model = model_labels(results)[fit.spec.name]
    return f"Under the primary model ({model}), {', and '.join(parts)}."


def longer(value: float, unit: str, named: bool = True) -> str:
    """A gain of time in words, such as "0.9 months longer"."""
    size = duration(abs(value), unit)
    return f"{size}{f' {unit}' if named else ''} {'shorter' if value < 0 else 'longer'}"


def between(row: pd.Series, unit: str) -> str:
    """Interval of a gain of time in words, such as "2.1 shorter to 3.9 longer"."""
    return f"{longer(row['lower'], unit, False)} to {longer(row['upper'], unit, False)}"


def frequentist_sentence(results: Results, fit: Fit) -> str:
    """How the answer compares with Cox regression and the log-rank test, and what is left open."""
    parts = [_cox_part(results, fit, arm) for arm in contrasts(results, fit)]
    parts = [part for part in parts if part]
    test = answer_row(results, "logrank", "test")
    if np.isfinite(test["p"]):
        parts.append(f"log-rank {p_sentence(test['p'])}")
    start = f"{listed(parts)}; " if parts else ""
    return start[:1].upper() + start[1:] + _limits(results, fit, capital=not parts)


def _cox_part(results: Results, fit: Fit, arm: str) -> str:
    name, against = contrasts(results, fit)[arm]
    cox, _ = cox_row(results, fit, arm)
    own, kind = hazard_ratio_row(results, fit, arm)
    if np.isnan(cox["value"]):
        return ""
    if np.isnan(cox["lower"]):
        return f"Cox regression has no finite hazard ratio of {name} v {against}"
    several = len(contrasts(results, fit)) > 1
    whom = f" for {name}" if several else ""
    interval = f"{interval_name(results.analysis.estimands.interval)} confidence interval"
    return (
        f"Cox regression{whom} {agreement(own, cox, kind)}, with a hazard ratio of "
        f"{ratio(cox['value'])} ({interval} {ratio(cox['lower'])} to {ratio(cox['upper'])})"
    )


def agreement(own: pd.Series, cox: pd.Series, kind: str) -> str:
    """How far the Cox hazard ratio lies from the posterior median, in words."""
    if not kind:
        return "stands by itself"
    spread = (np.log(own["upper"]) - np.log(own["lower"])) / _NORMAL_WIDTH
    apart = abs(np.log(cox["value"]) - np.log(own["median"])) / spread
    if apart < _CLOSE:
        return "gives much the same answer"
    same = (cox["value"] < 1) == (own["median"] < 1)
    return "points the same way but differs in size" if same else "points the other way"


def _limits(results: Results, fit: Fit, capital: bool) -> str:
    """What the data can't say, from where the credible intervals lie."""
    open_, settled = [], []
    for arm, (name, _) in contrasts(results, fit).items():
        row, kind = hazard_ratio_row(results, fit, arm)
        if not kind:
            row = _time_ratio(results, arm)
        (open_ if row["lower"] <= 1 <= row["upper"] else settled).append(name)
    the = "The" if capital else "the"
    if open_:
        whom = f" of {listed(open_)}"
        text = f"{the} credible interval{'s' if len(open_) > 1 else ''}{whom} "
        text += f"include{'' if len(open_) > 1 else 's'} a ratio of 1, so the data are compatible "
        text += "with both benefit and harm, which is not proof that there is no difference"
        rest = f"; that of {listed(settled)} does not." if len(settled) == 1 else "."
        if len(settled) > 1:
            rest = f"; those of {listed(settled)} do not."
        return text + rest
    longest = duration(results.horizon, results.cohort.unit)
    return (
        f"{the} credible interval{'s' if len(settled) > 1 else ''} of {listed(settled)} "
        f"exclude{'' if len(settled) > 1 else 's'} a ratio of 1, but the data say nothing about "
        f"what happens after {longest} {results.cohort.unit} nor, unless the arms were assigned "
        "at random, whether the treatment is the cause."
    )


def _time_ratio(results: Results, arm: str) -> pd.Series:
    """Ratio of restricted means, for a model that has no hazard ratio to speak of."""
    return estimand_row(results, "rmst ratio", f"{arm} / {reference_arm(results)}")
