"""Odd but valid small analyses, to be fitted whole: few patients, few events, odd names."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

LEVELS = (
    "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "x/../../../f", "../a", "CON", "a/b", "a_b",
    "\u202eB\u200f", "{{7*7}}", "$x_{$", "\\input{/etc/passwd}", "\x1b[31mred", "B", "b",
)  # fmt: skip
BASELINES = (
    {"baseline": "weibull"},
    {"baseline": "exponential"},
    {"baseline": "log_logistic"},
    {"baseline": "weibull", "form": "accelerated_failure_time"},
    {"baseline": "piecewise_exponential", "cuts": 3},
)
PARTS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "adjust": {"formula": "age + sex", "method": ["overlap"]},
    "subgroups": {"columns": ["sex"]},
    "screening": {"candidates": ["age", "sex"]},
    "toxicity": {"columns": {"rash": "Rash"}},
    "subsets": {"a/b": {"label": "x/../../f", "where": {"age": {"at_least": 60}}}},
    "interactions": {"arm_by_sex": {"effect": "arm", "by": "sex"}},
}
SCALES = (1.0, 1.0, 1.0, 1e-6, 1e6)


@st.composite
def small_analyses(draw: Callable, *, clinical: bool = True) -> tuple[dict[str, Any], pd.DataFrame]:
    """An analysis of two arms by Laplace or few draws, and its table."""
    rows = draw(st.sampled_from((24, 24, 24, 8, 3, 2)))
    table = _table(draw, rows)
    scale = draw(st.sampled_from(SCALES))
    table["time"] *= scale
    part = draw(st.sampled_from(sorted(PARTS))) if clinical else "nothing"
    values: dict[str, Any] = {
        "cohort": {
            **{"table": "cohort.csv", "time": "time", "event": "event", "unit": "months"},
            "columns": {name: {} for name in ("arm", "age", "sex", "rash")},
        },
        "treatment": {"column": "arm"},
        "models": {"m": draw(st.sampled_from(BASELINES)) | {"formula": draw(_formulas)}},
        "estimands": draw(_estimands(scale)),
        "sampling": {"method": "laplace", "chains": draw(st.integers(1, 2)), "draws": 100},
    }
    if part != "nothing":
        values[part] = PARTS[part]
    if draw(st.integers(0, 3)) == 0:
        table["entry"] = table["time"].min() * 0.2
        values["cohort"]["entry"] = "entry"
    return values, table


def _table(draw: Callable, rows: int) -> pd.DataFrame:
    random = np.random.default_rng(draw(st.integers(0, 99)))
    arm = np.array(draw(st.lists(st.sampled_from(LEVELS), min_size=2, max_size=3, unique=True)))
    arm = arm[np.arange(rows) % len(arm)]
    event = {
        "some": random.integers(0, 2, rows),
        "all": np.ones(rows, dtype=int),
        "one": (np.arange(rows) == 1).astype(int),
        "one arm": (arm == arm[0]).astype(int),
    }[draw(st.sampled_from(("some", "some", "all", "one", "one arm")))]
    time = random.exponential(10.0, rows).round(draw(st.integers(-1, 2))) + 0.5
    return pd.DataFrame(
        {
            "time": time,
            "event": event,
            "arm": arm,
            "age": random.normal(62.0, 8.0, rows).round(),
            "sex": random.choice(["m", "f"], rows),
            "rash": random.integers(0, 4, rows),
        }
    )


_formulas = st.sampled_from(
    ("arm", "arm", "arm + age", "arm * sex", "1", "arm + spline(age, df=2)")
)


def _estimands(scale: float) -> st.SearchStrategy[dict[str, Any]]:
    times = st.lists(st.sampled_from((0.1, 3.0, 30.0, 500.0)), min_size=1, max_size=2, unique=True)
    return st.fixed_dictionaries(
        {"survival_at": times.map(lambda found: [time * scale for time in sorted(found)])},
        optional={"quantiles": st.sampled_from(([0.5], [0.01, 0.99])),
                  "rmst_to": st.sampled_from((2.0 * scale, 400.0 * scale))},
    )  # fmt: skip
