"""A cohort and an analysis that ask for everything, to be broken."""

from typing import Any

import numpy as np
import pandas as pd


def small_table(rows: int = 48, seed: int = 1) -> pd.DataFrame:
    """Patients in two arms, with covariates of every kind."""
    random = np.random.default_rng(seed)
    arm = np.tile(["A", "B"], rows // 2)
    time = random.exponential(np.where(arm == "B", 24.0, 12.0)).round(1) + 0.1
    return pd.DataFrame(
        {
            "time": np.minimum(time, 40.0),
            "event": (time < 40).astype(int) * random.choice([1, 1, 1, 2], rows),
            "arm": arm,
            "age": random.normal(62.0, 8.0, rows).round(),
            "stage": random.choice(["II", "III"], rows),
            "gtv": random.lognormal(4.0, 0.6, rows).round(1),
            "site": random.choice(["a", "b", "c"], rows),
            "rash": random.integers(0, 4, rows),
        }
    )


WHOLE: dict[str, Any] = {
    "analysis": {"title": "T", "question": "Q", "population": "P", "endpoint": "survival"},
    "cohort": {
        "table": "cohort.csv",
        "time": "time",
        "event": "event",
        "event_codes": {"0": 0, "1": 1, "2": 2},
        "unit": "months",
        "missing": "drop",
        "columns": {
            "age": {"label": "Age", "unit": "years", "role": "age", "step": 10},
            "stage": {"label": "Stage", "levels": ["II", "III"], "reference": "II"},
            "gtv": {"label": "GTV", "unit": "cm3", "role": "gtv", "step": "doubling"},
            "rash": {"label": "Rash"},
            "site": {"label": "Site"},
        },
        "where": {"age": {"at_least": 18}},
    },
    "treatment": {"column": "arm", "reference": "A"},
    "models": {
        "weibull": {
            "baseline": "weibull",
            "formula": "arm + age",
            "priors": {"arm": {"family": "normal", "values": [0, 1]}},
        },
        "pwe": {"baseline": "piecewise_exponential", "cuts": 3, "formula": "arm"},
    },
    "estimands": {
        "survival_at": [6, 12],
        "rmst_to": 24,
        "quantiles": [0.5],
        "interval": 0.95,
        "profiles": {"young": {"age": 50}},
    },
    "baselines": {"fleming_harrington": [[0, 1]]},
    "sampling": {"chains": 2, "draws": 100, "seed": 1, "method": "laplace"},
    "published": [{"quantity": "hazard_ratio", "arm": "B", "value": 0.6, "where": "Table 2"}],
    "table_one": {"columns": ["age", "stage"]},
    "adjust": {"formula": "age + stage", "method": ["overlap"]},
    "subsets": {"old": {"label": "Older", "where": {"age": {"at_least": 60}}}},
    "subgroups": {"columns": ["stage"]},
    "interactions": {"arm_by_stage": {"effect": "arm", "by": "stage"}},
    "screening": {"candidates": ["age", "gtv"]},
    "competing_risks": {"causes": {"1": "cancer", "2": "other"}, "times": [12]},
    "toxicity": {"columns": {"rash": "Rash"}},
    "sensitivity": {"formulas": {"alone": "arm"}, "report": False},
}
