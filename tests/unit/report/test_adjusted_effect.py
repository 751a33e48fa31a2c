"""The lead of an analysis that adjusts by the propensity score."""

from types import SimpleNamespace
from typing import Any

import pandas as pd

from posthaz.adjust import balancing_weights, propensity_score
from posthaz.analyses.adjust.words import adjusted_sentence
from posthaz.effects import ChangingEffect
from posthaz.hazards import Exponential
from posthaz.spec import ModelSpec
from tests.unit.adjust.cohorts import chosen_cohort


def results(left: float, changing: tuple[ChangingEffect, ...] = (), **clinical: Any) -> Any:
    weighted = balancing_weights(propensity_score(chosen_cohort(200), "x + site"), "ATO")
    effect = {"sample": "overlap", "quantity": "hazard_ratio"}
    effects = pd.DataFrame(
        [
            effect | {"analysis": "Cox, robust", "value": 0.7, "lower": 0.5, "upper": 0.9},
            effect | {"analysis": "posterior", "value": 0.8, "lower": 0.6, "upper": 1.1},
        ]
    )
    balance = pd.DataFrame({"sample": ["overlap"], "smd_pooled_sd": [-left]})
    answers = SimpleNamespace(samples={"overlap": weighted}, effects=effects, balance=balance)
    analysis = SimpleNamespace(estimands=SimpleNamespace(interval=0.95))
    primary = SimpleNamespace(spec=ModelSpec("m", Exponential(), "arm", changing=changing))
    return SimpleNamespace(
        clinical=clinical or {"adjust": answers},
        analysis=analysis,
        cohort=chosen_cohort(200),
        posterior=SimpleNamespace(primary=primary),
    )


def test_the_adjusted_ratio_stands_beside_cox():
    said = adjusted_sentence(results(0.02)).replace("\u00a0", " ")
    assert said.startswith("After adjustment by the propensity score the hazard ratio is **0.80**")
    assert "credible interval 0.60 to 1.10; Cox 0.70, 0.50 to 0.90) in “Overlap weights" in said
    assert "left" not in said


def test_what_is_left_of_imbalance_is_said():
    assert "where a standardised difference of 0.58 is left" in adjusted_sentence(results(0.58))


def test_nothing_is_said_without_adjustment():
    assert adjusted_sentence(results(0.0, screening=None)) == ""


def test_a_ratio_without_change_says_so_where_the_primary_effect_changes():
    said = adjusted_sentence(results(0.02, (ChangingEffect("arm", cuts=(6.0,)),)))
    assert "the hazard ratio (taken as constant over time) is **0.80**" in said
