"""What the screening of candidates found and did, in sentences."""

from posthaz.analyses.screening.answer import Screening
from posthaz.analyses.screening.labels import candidate_label
from posthaz.report.results import Results
from posthaz.report.sections.naming import lowered, variable_label
from posthaz.report.sections.wording import (
    SPACE,
    listed,
)
from posthaz.spec.sample import MATCHED


def screening_lead(results: Results, answer: Screening) -> str:
    """Which candidates the rule kept, and which are relevant when all are in one model."""
    if answer.candidates.empty:
        return ""
    spec = results.analysis.clinical["screening"]
    kept = answer.candidates.loc[answer.candidates["kept"], "candidate"]
    names = [lowered(candidate_label(results.cohort, name)) for name in kept]
    return (
        f"Of {len(answer.candidates)} candidates one by one, {listed(names) or 'none'} "
        f"{'has' if len(names) == 1 else 'have'} P{SPACE}<{SPACE}{spec.p_below:g}."
    )


_SHRINKAGE = {
    "horseshoe": "a regularised horseshoe prior [@horseshoe]",
    "r2d2": "an R2D2 prior [@rtwodtwo]",
}


def screening_methods(results: Results, answer: Screening) -> str:
    """How candidates were screened."""
    spec = results.analysis.clinical["screening"]
    names = listed([lowered(variable_label(results.cohort, name)) for name in spec.candidates])
    whom = "In the matched patients, candidates" if answer.sample == MATCHED else "Candidates"
    text = (
        f"{whom} ({names}) were fitted one by one by Cox regression and with the primary model’s "
        f"hazard, and those with a likelihood-ratio P value below {spec.p_below:g} together"
    )
    penalised = bool(answer.penalised) or bool(answer.candidates["penalised"].any())
    text += (
        ", Cox models with Firth’s penalty where events were few [@firth]." if penalised else "."
    )
    if spec.shrinkage in _SHRINKAGE and "shrunken" in answer.fits:
        text += f" All were also fitted at once under {_SHRINKAGE[spec.shrinkage]}."
    return text
