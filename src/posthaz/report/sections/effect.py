"""What the treatment did, in sentences: as the posterior says and as Cox regression says."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from posthaz.inference import Fit
from posthaz.report.results import Results
from posthaz.report.sections.beside import beside
from posthaz.report.sections.naming import (
    capitalised,
    contrasts,
    model_labels,
    profile_labels,
    reference_arm,
)
from posthaz.report.sections.question import (
    adjusted,
    asks_for_reference,
    chance_words,
    effect_noun,
    of_treatment,
)
from posthaz.report.sections.rows import (
    answer_row,
    cox_row,
    estimand_row,
    hazard_ratio_row,
    others_failed,
    restriction,
)
from posthaz.report.sections.time_gain import between, longer, mean_time, turned
from posthaz.report.sections.wording import (
    interval_name,
    lasting,
    listed,
    p_sentence,
    percent,
    ratio,
)

_CLOSE = 0.5
"""Distance between log hazard ratios, in posterior standard deviations, that counts as close."""
_NORMAL_WIDTH = 3.92


def effect_sentence(results: Results, fit: Fit, arm: str) -> str:
    """Hazard ratio and gain in restricted mean of an arm, with their probabilities.

    Where patients fail from other causes too, the ratio is cause-specific, and a restricted mean
    that takes these for censored is no answer about patients: incidences are.
    """
    others = others_failed(results)
    name, against = contrasts(results, fit)[arm]
    interval = f"{interval_name(results.analysis.estimands.interval)} credible interval"
    row, kind = hazard_ratio_row(results, fit, arm)
    chance = chance_words(results, row["below_1"])
    if fit.spec.cure is not None:  # who benefits by being cured is not in it
        chance = f"a posterior probability of a ratio below 1 of **{percent(row['below_1'])}**"
    parts = []
    if kind:
        parts.append(
            f"the {'cause-specific ' if others else ''}{kind} of {name} v {against} is "
            f"**{ratio(row['median'])}** ({interval} {ratio(row['lower'])} to "
            f"{ratio(row['upper'])}), with {chance}"
        )
    gain = "" if others and kind else gain_text(results, arm, name, against, interval)
    if gain:
        parts.append(gain)
    model = model_labels(results)[fit.spec.name]
    given = "standardised over the covariates" if adjusted(fit) and gain else ""
    whose = f"{model}; {given}" if given else model
    return f"Under the primary model ({whose}), {', and '.join(parts)}."


def gain_text(results: Results, arm: str, name: str, against: str, interval: str) -> str:
    """Gain in restricted mean of the arm that is asked about."""
    profile, unit = f"{arm} - {reference_arm(results)}", results.cohort.unit
    gain = estimand_row(results, "rmst difference", profile)
    chance = estimand_row(results, "P(rmst difference > 0)", profile)["mean"]
    if not np.isfinite(gain["median"]):
        return ""
    shown = f"with {name}"
    if asks_for_reference(results):
        gain = turned(gain)
        chance, shown = 1 - chance, f"with {against} than with {name}"
    beyond = restriction(results) > results.horizon
    return (
        f"{mean_time(results)} is on average **{longer(gain['median'], unit)}** {shown} "
        f"({interval} {between(gain, unit)}; probability that it is longer **{percent(chance)}**)"
        f"{', which extrapolates beyond follow-up' if beyond else ''}"
    )


def frequentist_sentence(results: Results, fit: Fit, arms: Sequence[str] | None = None) -> str:
    """How the answer compares with Cox regression and the log-rank test, and what is left open.

    Parameters
    ----------
    results : Results
        The results.
    fit : Fit
        The primary model's.
    arms : sequence of str, optional
        Arms it is about; all that are compared when not given.

    Returns
    -------
    str
        Sentences; what is not adjusted is not joined with what is.
    """
    wanted = list(contrasts(results, fit)) if arms is None else list(arms)
    cox, test = _cox_text(results, fit, wanted), _logrank_text(results, fit)
    if adjusted(fit):
        texts = [f"{one}." for one in (cox, test) if one]
    else:
        texts = [f"{', and '.join(one for one in (cox, test) if one)}."] if cox or test else []
    return " ".join([*map(capitalised, texts), capitalised(_limits(results, fit, wanted))])


def _logrank_text(results: Results, fit: Fit) -> str:
    test = answer_row(results, "logrank", "test")
    if not np.isfinite(test["p"]):
        return ""
    if adjusted(fit):
        return f"without any adjustment, the log-rank test gives {p_sentence(test['p'])}"
    return f"the log-rank test gives {p_sentence(test['p'])}"


def _cox_text(results: Results, fit: Fit, arms: Sequence[str]) -> str:
    pairs = {arm: pair for arm, pair in contrasts(results, fit).items() if arm in arms}
    names = beside(results.cohort)
    rows = {arm: cox_row(results, fit, arm) for arm in pairs}
    found = {arm: row for arm, (row, _) in rows.items() if np.isfinite(row["value"])}
    alone = any(rows[arm][1] == names.univariable for arm in found)
    regression = names.regression
    if adjusted(fit) and found:
        regression += " without adjustment" if alone else " with the same covariates"
    if fit.spec.strata:
        regression += ", without strata," if "with" in regression else " without strata"
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
        if kind != "hazard ratio" or (adjusted(fit) and alone) or fit.spec.cure or fit.spec.strata:
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


def _limits(results: Results, fit: Fit, arms: Sequence[str]) -> str:
    """What the data can't say, from where the credible intervals lie."""
    open_, settled, of = [], [], "a ratio of 1"
    for arm in arms:
        name = contrasts(results, fit)[arm][0]
        row, kind = hazard_ratio_row(results, fit, arm)
        if not kind or fit.spec.cure is not None:
            row, of = _time_ratio(results, arm), "a ratio of restricted means of 1"
        (open_ if row["lower"] <= 1 <= row["upper"] else settled).append(name)
    start = _without_events(results, fit)
    if open_:
        one = len(open_) == 1
        text = (
            f"{start}the credible interval{'' if one else 's'} of {listed(open_)} "
            f"include{'s' if one else ''} {of}, so the data are compatible with both "
            f"{_either_way(results)}, which is not proof that there is no difference"
        )
        if settled:
            which = "that" if len(settled) == 1 else "those"
            verb = "does" if len(settled) == 1 else "do"
            text += f"; {which} of {listed(settled)} {verb} not"
        return f"{text}."
    one = len(settled) == 1
    if results.analysis.kind == "prognostic":
        return (
            f"{start}the credible interval{'' if one else 's'} of {listed(settled)} "
            f"exclude{'s' if one else ''} {of}: {effect_noun(results)} tells prognosis, "
            "which is not what would happen if it were changed."
        )
    longest = lasting(results.horizon, results.cohort.unit)
    return (
        f"{start}the credible interval{'' if one else 's'} of {listed(settled)} "
        f"exclude{'s' if one else ''} {of}, but the data say nothing about what happens "
        f"after {longest} nor{unless_random(results)} whether "
        f"{effect_noun(results)} is the cause."
    )


def _either_way(results: Results) -> str:
    return "benefit and harm" if of_treatment(results) else "a lower and a higher hazard"


def unless_random(results: Results) -> str:
    """Only what is given to patients can be assigned at random."""
    return ", unless the arms were assigned at random," if of_treatment(results) else ""


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
