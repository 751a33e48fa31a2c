"""Populations and profiles are checked when they are made."""

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.design import learn_design
from posthaz.errors import SpecError
from posthaz.inference import Fit

FRAME = pd.DataFrame({"age": [50.0, 60.0, 70.0]})


@pytest.mark.parametrize(
    ("frame", "weight", "said"),
    [
        (FRAME, np.ones(3), "its weights sum to 3"),
        (FRAME, np.array([0.7, 0.7, -0.4]), "a weight is below 0"),
        (FRAME, np.array([np.nan, 0.5, 0.5]), "no finite number"),
        (FRAME, np.array([0.5, 0.5]), "3 rows have 2 weights"),
        (FRAME, 1.0, "3 rows have 1 weights"),
        (FRAME.iloc[:0], np.array([]), "it has no row"),
        ({"age": [50.0]}, np.ones(1), "its covariates are a dict"),
    ],
)
def test_populations(frame: object, weight: object, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        ph.Population("all", frame, weight)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "said"),
    [({"AGE": 90}, "did you mean 'age'"), ({"age": "old"}, "the text 'old'")],
)
def test_profiles(values: dict[str, object], said: str) -> None:
    spec, nothing = ph.ModelSpec("m", ph.Exponential(), "age"), None
    fit = Fit(spec, learn_design(FRAME, "age"), nothing, nothing, "", "", nothing)  # type: ignore[arg-type]
    with pytest.raises(SpecError, match=said):
        ph.profile(fit, "elderly", **values)  # type: ignore[arg-type]
    assert ph.profile(fit, "x", age=65).frame["age"].tolist() == [65]
