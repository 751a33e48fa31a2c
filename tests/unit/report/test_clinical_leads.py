"""What clinical analyses say in the head of the report."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from posthaz.analyses.borrowing.answer import FULL, NONE
from posthaz.analyses.borrowing.section import ROBUST, borrowing_lead
from posthaz.analyses.interactions.answer import InteractionEffects
from posthaz.analyses.interactions.words import interactions_lead
from posthaz.analyses.registry import analysis_names, part_of
from posthaz.analyses.toxicity.words import toxicity_lead
from posthaz.effects import Cure
from posthaz.hazards import Exponential
from posthaz.report.concerns.priors import conflicting_priors
from posthaz.spec import ModelSpec

RESULTS: Any = SimpleNamespace(
    analysis=SimpleNamespace(estimands=SimpleNamespace(interval=0.95)),
    cohort=SimpleNamespace(arms=("no", "yes"), arm_label={"no": "No TRT", "yes": "TRT"}.get),
    posterior=SimpleNamespace(primary=SimpleNamespace(spec=ModelSpec("m", Exponential(), "arm"))),
)


def interaction(lower: float) -> Any:
    level = {"level_label": "< 63 Gy", "reference_label": "≥ 63 Gy", "lower": 0.8, "upper": 2.0}
    levels = [
        level | {"by_level": "all", "by_label": "all", "hr": 1.5},
        level | {"by_level": "<146", "by_label": "< 146 cm3", "hr": 1.2},
        level | {"by_level": ">=146", "by_label": "≥ 146 cm3", "hr": 1.8},
    ]
    ratio = {"model": "levels", "contrast": "≥ 146 v < 146 cm3", "ratio": 1.5, "lower": lower}
    ratio |= {"upper": 2.4, "p_above_1": 0.93, "test": "likelihood-ratio", "p": 0.12}
    return SimpleNamespace(
        effect="Dose",
        by="Gross tumour volume",
        levels=pd.DataFrame(levels),
        ratios=pd.DataFrame([ratio]),
    )


def test_an_interaction_gives_each_level_and_the_ratio_of_ratios() -> None:
    said = interactions_lead(RESULTS, [interaction(0.9)]).replace("\u00a0", " ")
    assert "hazard ratio of dose, < 63 Gy v ≥ 63 Gy, is **1.20**" in said
    assert "with gross tumour volume < 146 cm3 and **1.80**" in said
    assert "**1.50 (0.90 to 2.40)** (≥ 146 v < 146 cm3; above 1 with probability 93 %)" in said
    assert "P = 0.12" in said
    assert "don’t show that the effect differs, nor that it is the same" in said
    assert "don’t show" not in interactions_lead(RESULTS, [interaction(1.1)])


def test_toxicity_stands_beside_the_time_gained() -> None:
    gain, extra = np.full(100, 4.0), np.full(100, 0.05)
    pair = SimpleNamespace(
        arm="yes", reference="no", label="Pneumonitis", grade=2, gain=gain, extra=extra,
        horizon=60.0, unit="months", acceptable=0.1,
    )  # fmt: skip
    risk = {"grade": 2, "arm": "yes", "source": "separate", "difference": 0.05}
    risk |= {"difference_lower": 0.02, "difference_upper": 0.08}
    risks = pd.DataFrame([risk | {"label": "Pneumonitis"}, risk | {"label": "Lymphopenia"}])
    said = toxicity_lead(RESULTS, SimpleNamespace(benefit=(pair,), risks=risks))
    said = said.replace("\u00a0", " ")
    assert said.startswith("Against **4.0 months** gained up to 60 months")
    assert "**5.0 percentage points (2.0 to 8.0)** of pneumonitis" in said
    assert "with TRT v No TRT" in said
    assert "a probability of **>99 %**" in said
    assert "of lymphopenia" in said


def test_borrowing_says_what_was_borrowed() -> None:
    row = {"lower": 0.3, "upper": 0.9, "prior_hr": 0.77, "prior_lower": 0.71, "prior_upper": 0.84}
    row |= {"borrowed": 0.8, "conflict": 0.01}
    table = pd.DataFrame(
        [
            row | {"prior": prior, "hr": hr}
            for prior, hr in ((NONE, 0.5), (ROBUST, 0.6), (FULL, 0.76))
        ]
    )
    histories = pd.DataFrame({"history": ["SEER registry"]})
    said = borrowing_lead(RESULTS, SimpleNamespace(table=table, histories=histories))
    assert said.startswith("**Borrowed: SEER registry**, hazard ratio 0.77 (0.71 to 0.84)")
    assert "which this cohort contradicts" in said
    assert "Without it the hazard ratio is 0.50" in said


def test_interactions_borrowing_and_missing_covariates_are_the_question_of_their_file() -> None:
    asked = {name for name in analysis_names() if part_of(name).is_question}
    assert asked == {"interactions", "borrowing", "missing", "competing_risks"}


def test_a_prior_that_moves_an_effect_is_named_with_its_values(two_arms: Any) -> None:
    row = {"model": "weibull", "parameter": "arm[B]", "family": "normal", "values": "0 1"}
    row |= {"origin": "default", "default": True, "moved": -0.6, "prior_tail": 0.01}
    frame = pd.DataFrame([row, row | {"parameter": "log_shape"}])
    posterior = replace(two_arms.posterior, prior_influence=frame)
    (one,) = conflicting_priors(replace(two_arms, posterior=posterior))
    assert "normal(0 1)" not in one.text
    said = one.text.replace("\u00a0", " ")
    assert "default prior: HR " in said
    assert " with 95 % probability; the prior moves it down by 0.6" in said
    assert "log_shape" not in one.text
    calm = frame.assign(moved=0.1, prior_tail=0.5)
    assert not list(
        conflicting_priors(replace(two_arms, posterior=replace(posterior, prior_influence=calm)))
    )


def test_what_an_interaction_lacks_can_be_listed() -> None:
    part = part_of("interactions")
    asked = SimpleNamespace(name="dose_by_gtv")
    one: Any = InteractionEffects(
        asked, "Dose", "GTV", pd.DataFrame(), pd.DataFrame(), None, None, ("a note",)
    )  # type: ignore[arg-type]
    assert part.missing((one,)) == ()


def test_an_interaction_says_which_ratio_it_gives() -> None:
    spec = ModelSpec("m", Exponential(), "arm", cure=Cure("arm"))
    results = SimpleNamespace(
        **{**vars(RESULTS), "posterior": SimpleNamespace(primary=SimpleNamespace(spec=spec))}
    )
    said = interactions_lead(results, [interaction(0.9)])
    assert said.startswith("The hazard ratio (among those not cured) of")
