"""How far an observed curve stays within replicated ones."""

import numpy as np
import pandas as pd

from posthaz.checks import predictive_agreement


def _curves(levels: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"arm": "A", "replicate": k, "time": time, "survival": level ** (time / 10.0)}
            for k, level in enumerate(levels)
            for time in (0.0, 5.0, 10.0)
        ]
    )


def test_a_curve_among_the_replicates_is_inside() -> None:
    replicated = _curves(list(np.linspace(0.3, 0.7, 41)))
    observed = _curves([0.5]).drop(columns="replicate")
    table = predictive_agreement(observed, replicated)
    assert table["inside"].tolist() == [1.0]
    assert table["largest"].item() < 1e-9


def test_a_curve_below_all_replicates_is_outside() -> None:
    replicated = _curves(list(np.linspace(0.6, 0.7, 41)))
    observed = _curves([0.2]).drop(columns="replicate")
    table = predictive_agreement(observed, replicated)
    assert table["inside"].item() == 1 / 3  # only time 0 agrees
    assert table["largest"].item() > 0.4
