"""What a report is asked about the arms: which of them should be better, and better in what."""

from dataclasses import dataclass

from posthaz.inference import Fit
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels, reference_arm
from posthaz.report.sections.wording import percent

_OVERALL = (
    *("overall survival", "death from any cause", "all-cause mortality"),
    *("总生存", "全因死亡"),
)
_SURVIVAL = (
    *("cause-specific survival", "cancer-specific survival", "disease-specific survival"),
    *("疾病特异性生存", "肿瘤特异性生存"),
)


@dataclass(frozen=True)
class EndpointWords:
    """How an endpoint is spoken of.

    Parameters
    ----------
    time : str
        What is lived until the event: ``"survival time"`` or ``"event-free time"``.
    state : str
        What a patient is before it: ``"alive"`` or ``"event-free"``.
    median : str
        What the median is of.
    """

    time: str
    state: str
    median: str


def endpoint_words(endpoint: str) -> EndpointWords:
    """Words for an endpoint.

    Parameters
    ----------
    endpoint : str
        As the analysis file has it.

    Returns
    -------
    EndpointWords
        Survival time only where the event is death.

    Examples
    --------
    >>> endpoint_words("Overall survival").time, endpoint_words("progression-free survival").time
    ('survival time', 'event-free time')
    >>> endpoint_words("总生存期").time
    'survival time'
    """
    plain = endpoint.lower()
    if any(one in plain for one in _OVERALL) or plain in ("os", "survival", "death"):
        state = "event-free" if plain == "survival" else "alive"
        return EndpointWords("survival time", state, "the median survival time")
    if any(one in plain for one in _SURVIVAL):
        return EndpointWords("survival time", "event-free", "the median survival time")
    return EndpointWords("event-free time", "event-free", "the median time to the event")


def words(results: Results) -> EndpointWords:
    """Words for the endpoint of an analysis."""
    return endpoint_words(results.analysis.endpoint)


def asks_for_reference(results: Results) -> bool:
    """Whether the benefit asked about is the reference arm's."""
    asked = results.analysis.favours
    return bool(asked) and bool(results.cohort.arms) and asked == reference_arm(results)


def of_treatment(results: Results) -> bool:
    """Whether the arms are treatments, and not groups by a factor that patients have."""
    cohort, kind = results.cohort, results.analysis.kind
    if not cohort.treatment:
        return False
    if kind:
        return kind == "treatment"
    column = cohort.columns.get(cohort.treatment)
    return column is None or column.role in ("", "treatment")


def effect_noun(results: Results) -> str:
    """What stands behind the arms: the treatment, or a factor by its name."""
    if of_treatment(results):
        return "the treatment"
    name = results.cohort.treatment
    column = results.cohort.columns.get(name)
    label = (column.label if column else "") or name
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def gain_noun(results: Results) -> str:
    """What a ratio below 1 is to the arm asked about: a benefit of a treatment, or less hazard."""
    return "benefit" if of_treatment(results) else "a lower hazard"


def chance_words(results: Results, below_1: float) -> str:
    """Probability that the hazard is lower in the arm asked about, as the end of a sentence.

    Parameters
    ----------
    results : Results
        The results.
    below_1 : float
        Probability that the ratio of an arm to the reference is below 1.
    """
    if asks_for_reference(results):
        name = next(iter(arm_labels(results).values()))
        what = f"benefit of {name}" if of_treatment(results) else f"a lower hazard with {name}"
        return f"a posterior probability of {what} (a ratio above 1) of **{percent(1 - below_1)}**"
    what = gain_noun(results)
    return f"a posterior probability of {what} (a ratio below 1) of **{percent(below_1)}**"


def which_ratio(results: Results) -> str:
    """What must be said of hazard ratios of an analysis's own models, in brackets; mostly empty."""
    spec = results.posterior.primary.spec
    found = {
        "taken as constant over time": bool(spec.changed_terms),
        "of excess hazards": spec.background is not None,
        "among those not cured": spec.cure is not None and spec.cure.kind == "mixture",
    }
    said = [text for text, holds in found.items() if holds]
    return f" ({'; '.join(said)})" if said else ""


def adjusted(fit: Fit) -> bool:
    """Whether a fit's answers by arm are standardised over further covariates."""
    return bool(fit.treatment) and bool(set(fit.design.variables) - {fit.treatment})
