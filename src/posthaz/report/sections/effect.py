"""What the treatment did, in sentences: as the posterior says and as Cox regression says."""

import numpy as np
import pandas as pd

from posthaz.inference import Fit
from posthaz.report.results import Results
from posthaz.report.sections.beside import beside
from posthaz.report.sections.naming import (
    contrasts,
    model_labels,
    profile_labels,
    reference_arm,
)
from posthaz.report.sections.rows import (
    answer_row,
    cox_row,
    estimand_row,
    hazard_ratio_row,
    restriction,
)
from posthaz.report.sections.time_scale import up_to
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
    unit, beyond = results.cohort.unit, restriction(results) > results.horizon
    if np.isfinite(gain["median"]):
        parts.append(
            f"event-free time {up_to(results, restriction(results))} (restricted mean) is on "
            f"average **{longer(gain['median'], unit)}** with {name} ({interval} "
            f"{between(gain, unit)}; probability that it is longer **{percent(chance)}**)"
            f"{', which extrapolates beyond follow-up' if beyond else ''}"
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
    parts = [text] if (text := _cox_text(results, fit)) else []
    test = answer_row(results, "logrank", "test")
    if np.isfinite(test["p"]):
        parts.append(f"the log-rank test gives {p_sentence(test['p'])}")
    text = "; ".join([", and ".join(parts)] * bool(parts) + [_limits(results, fit)])
    return text[:1].upper() + text[1:]


def _cox_text(results: Results, fit: Fit) -> str:
    pairs, regression = contrasts(results, fit), beside(results.cohort).regression
    found = {arm: cox_row(results, fit, arm)[0] for arm in pairs}
    found = {arm: row for arm, row in found.items() if np.isfinite(row["value"])}
    interval = f"{interval_name(results.analysis.estimands.interval)} confidence interval"
    if len(pairs) > 1 and found:
        texts = [f"{_cox_numbers(row, interval)} for {pairs[arm][0]}" for arm, row in found.items()]
        return f"{regression} gives {listed(texts)}"
    for arm, cox in found.items():
        name, against = pairs[arm]
        own, kind = hazard_ratio_row(results, fit, arm)
        if np.isnan(cox["lower"]):
            return f"{regression} has no finite hazard ratio of {name} v {against}"
        numbers = _cox_numbers(cox, interval, _otherwise(own, cox, kind))
        if not kind:
            return f"{regression} gives {numbers}"
        return f"{regression} {agreement(own, cox)}, with {numbers}"
    return ""


def _cox_numbers(cox: pd.Series, interval: str, comment: str = "") -> str:
    if np.isnan(cox["lower"]):
        return "no finite hazard ratio"
    limits = f"{ratio(cox['lower'])} to {ratio(cox['upper'])}"
    return f"a hazard ratio of {ratio(cox['value'])} ({interval} {limits}{comment})"


def _otherwise(own: pd.Series, cox: pd.Series, kind: str) -> str:
    """Said when only one of the two intervals holds 1."""
    ours, theirs = (row["lower"] <= 1 <= row["upper"] for row in (own, cox))
    if not kind or ours == theirs:
        return ""
    return ", which includes 1" if theirs else ", which excludes 1"


def agreement(own: pd.Series, cox: pd.Series) -> str:
    """How far the Cox hazard ratio lies from the posterior median, in words."""
    spread = (np.log(own["upper"]) - np.log(own["lower"])) / _NORMAL_WIDTH
    apart = abs(np.log(cox["value"]) - np.log(own["median"])) / spread
    if apart < _CLOSE:
        return "gives much the same answer"
    same = (cox["value"] < 1) == (own["median"] < 1)
    return "points the same way but differs in size" if same else "points the other way"


def _limits(results: Results, fit: Fit) -> str:
    """What the data can't say, from where the credible intervals lie."""
    open_, settled = [], []
    for arm, (name, _) in contrasts(results, fit).items():
        row, kind = hazard_ratio_row(results, fit, arm)
        if not kind:
            row = _time_ratio(results, arm)
        (open_ if row["lower"] <= 1 <= row["upper"] else settled).append(name)
    start = _without_events(results, fit)
    if open_:
        one = len(open_) == 1
        text = (
            f"{start}the credible interval{'' if one else 's'} of {listed(open_)} "
            f"include{'s' if one else ''} a ratio of 1, so the data are compatible with both "
            "benefit and harm, which is not proof that there is no difference"
        )
        if settled:
            which = "that" if len(settled) == 1 else "those"
            verb = "does" if len(settled) == 1 else "do"
            text += f"; {which} of {listed(settled)} {verb} not"
        return f"{text}."
    one = len(settled) == 1
    longest = duration(results.horizon, results.cohort.unit)
    return (
        f"{start}the credible interval{'' if one else 's'} of {listed(settled)} "
        f"exclude{'s' if one else ''} a ratio of 1, but the data say nothing about what happens "
        f"after {longest} {results.cohort.unit} nor, unless the arms were assigned at random, "
        "whether the treatment is the cause."
    )


def _without_events(results: Results, fit: Fit) -> str:
    """Said where an arm had no event: the size of its effect is then the prior's."""
    table = results.frequentist.follow_up
    events = dict(zip(table["arm"].astype(str), table["events"], strict=True))
    labels = profile_labels(results, fit)
    none = [label for arm, label in labels.items() if events.get(arm) == 0]
    if not none:
        return ""
    return f"no event was seen with {listed(none)}, so the size of the effect rests on the prior; "


def _time_ratio(results: Results, arm: str) -> pd.Series:
    """Ratio of restricted means, for a model that has no hazard ratio to speak of."""
    return estimand_row(results, "rmst ratio", f"{arm} / {reference_arm(results)}")
