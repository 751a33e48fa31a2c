"""Pooled estimates and tests of interaction that disagree: the page says which to read."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from posthaz.analyses.subgroups.answer import SubgroupEffects
from posthaz.analyses.subgroups.words import contradicted, smallest_test, subgroups_lead
from posthaz.effects import ChangingEffect
from posthaz.hazards import Exponential
from posthaz.spec import ModelSpec

RESULTS = SimpleNamespace(
    posterior=SimpleNamespace(primary=SimpleNamespace(spec=ModelSpec("m", Exponential(), "arm")))
)

COLUMNS = 11


def effects(p: float, differs: float) -> SubgroupEffects:
    """Eleven tests, of which that with histology has P value `p`."""
    levels = [
        {
            "column": "histology",
            "label": "Histology",
            "level_label": name,
            "interaction_hr": alone,
            "pooled_hr": pooled,
            "cox_hr": alone,
            "separate_hr": alone,
            "p_differs": differs,
        }
        for name, alone, pooled in (("Adenocarcinoma", 0.7, 0.72), ("Other", 0.98, 0.9))
    ]
    tests = [{"column": f"c{k}", "label": f"C{k}", "p": 0.5} for k in range(COLUMNS - 1)]
    tests.append({"column": "histology", "label": "Histology", "p": p})
    whole = {"column": "all", "label": "All", "p_differs": np.nan}
    table = pd.DataFrame([whole, *levels])
    return SubgroupEffects(table, pd.DataFrame(tests), None, "B", "A", 1.25, ())


def test_columns_that_differ_by_their_test_are_not_read_by_pooled_estimates_alone() -> None:
    answer = effects(0.004, 0.2)
    assert "but for histology" in contradicted(answer)
    words = smallest_test(answer)
    assert "Adenocarcinoma 0.70 (0.72) and Other 0.98 (0.90)" in words
    assert "ask different questions" in words
    assert "Other 0.98 (pooled 0.90)" in subgroups_lead(RESULTS, answer)  # type: ignore[arg-type]


def test_pooled_estimates_that_say_the_same_need_no_warning() -> None:
    assert "ask different questions" not in smallest_test(effects(0.004, 0.9))


@pytest.mark.parametrize("p", [0.0046, 0.02])
def test_a_small_p_value_among_many_is_no_contradiction(p: float) -> None:
    answer = effects(p, 0.2)
    assert contradicted(answer) == ""
    assert "ask different questions" in smallest_test(answer)
    assert "by whose model" not in subgroups_lead(RESULTS, answer)  # type: ignore[arg-type]


def test_a_large_p_value_adds_nothing() -> None:
    assert "brackets" not in smallest_test(effects(0.3, 0.1))


def test_the_lead_says_which_ratio_it_gives() -> None:
    changing = replace(
        RESULTS.posterior.primary.spec, changing=(ChangingEffect("arm", cuts=(6.0,)),)
    )
    results = SimpleNamespace(posterior=SimpleNamespace(primary=SimpleNamespace(spec=changing)))
    said = subgroups_lead(results, effects(0.5, 0.2))  # type: ignore[arg-type]
    assert "hazard ratio (taken as constant over time) runs from" in said
