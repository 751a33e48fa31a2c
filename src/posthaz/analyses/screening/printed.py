"""What stands beside a number printed for a candidate of a screening."""

from posthaz.analyses.screening.answer import Screening
from posthaz.arms.survival_rows import (
    KAPLAN_MEIER,
    POSTERIOR,
)
from posthaz.design import quoted
from posthaz.report.counterpart import (
    Counterpart,
    Number,
    curve_number,
    only,
)
from posthaz.report.results import Results
from posthaz.spec import Published, Within
from posthaz.spec.sample import ALL, MATCHED

_PATIENTS = {ALL: Within(), MATCHED: Within(sample="matched")}


def printed_of_candidate(results: Results, answer: Screening, one: Published) -> Counterpart | None:
    """What a screening gives for a candidate, in the patients it is about.

    Hazard ratio or its Wald P value, one by one or with those kept; medians and rates by level.
    """
    if not one.covariate or one.within != _PATIENTS[answer.sample]:
        return None
    if one.quantity in ("median", "survival"):
        return _of_level(answer, one)
    if one.quantity not in ("hazard_ratio", "p_value"):
        return None
    table = answer.estimates[
        answer.estimates["candidate"].isin((one.covariate, quoted(one.covariate)))
    ]
    if one.level:
        term = table["term"].astype(str)
        table = table[term == f"{one.covariate}[{one.level}]"]
    model = one.model or "multivariable"
    ours = only(table, analysis=model)
    if ours is None:
        return None
    if one.quantity == "p_value":
        return Counterpart(Number(float(ours["p"])))
    bayes = only(table, analysis=f"bayes_{model}")
    return Counterpart(Number.of(ours, "hr"), Number.of(bayes, "hr"))


def _of_level(answer: Screening, one: Published) -> Counterpart:
    named = answer.survival["candidate"].isin((one.covariate, quoted(one.covariate)))
    wanted: dict[str, object] = {"level": one.level, "quantity": one.quantity}
    wanted |= {} if one.time is None else {"time": one.time}
    ours, bayes = (
        only(answer.survival[named], source=source, **wanted)
        for source in (KAPLAN_MEIER, POSTERIOR)
    )
    return Counterpart(curve_number(ours, one), Number.of(bayes))
