"""The same patients told otherwise have the same posterior: one program over effects and baselines.

``python -m tests.recovery.invariances`` fits each model by Laplace's approximation to a simulated
cohort, and again with time in days, with rows and levels in another order, with follow-up cut into
several rows a patient, and with rows that count twice or stand twice. It prints the largest
difference of the treatment's log hazard ratio, of survival and of the restricted mean, in Monte
Carlo standard errors, and ends with 1 where one is above `MOST`.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

import posthaz as ph
from posthaz.errors import PosthazError
from posthaz.hazards import BASELINES, Baseline

DAYS = 30.4375
MOST = 4.0
"""Monte Carlo standard errors, of the greater of two fits, by which the same answers may differ."""
TIMES = np.array([6.0, 12.0, 24.0])
CUTS = (6.0, 12.0)
KINDS = ["weibull", "piecewise_exponential"]
ANSWERS = ("survival", "survival difference", "rmst", "rmst difference", "marginal hazard ratio")
SETTINGS = ph.Sampling(method="laplace", chains=2, draws=1000, seed=3)

EFFECTS: Mapping[str, dict] = {
    "plain": {"formula": "arm + age + stage"},
    "spline": {"formula": "arm + spline(age, df=3)"},
    "strata": {"formula": "arm + age", "strata": "centre"},
    "frailty": {"formula": "arm + age + (1 | centre)"},
    "gamma frailty": {
        "formula": "arm + age + (1 | centre)",
        "frailty": ph.Frailty("gamma"),
    },
    "slopes": {"formula": "arm + age + (1 + age | centre)"},
    "changing": {"formula": "arm + age", "changing": (ph.ChangingEffect("arm", cuts=CUTS),)},
    "cure": {"formula": "arm + age", "cure": ph.Cure("arm")},
    "Yang and Prentice": {"formula": "arm", "crossing": ph.YangPrentice("arm")},
    "accelerated": {"formula": "arm + age", "form": "accelerated_failure_time"},
}


def table(patients: int = 160, seed: int = 4) -> pd.DataFrame:
    """Simulated patients of two arms in eight centres; a fifth is cured."""
    random = np.random.default_rng(seed)
    arm = random.choice(["A", "B"], patients)
    age = random.normal(62, 8, patients).round()
    centre = random.integers(0, 8, patients)
    rate = 0.06 * np.exp(-0.5 * (arm == "B") + 0.02 * (age - 62) + 0.1 * (centre - 4))
    time = np.where(random.random(patients) < 0.2, np.inf, random.exponential(1 / rate))
    left = random.uniform(20, 60, patients)
    return pd.DataFrame(
        {
            "id": np.arange(patients),
            "entry": 0.0,
            "time": np.minimum(time, left).round(2) + 0.01,
            "event": (time <= left).astype(int),
            "arm": arm,
            "age": age,
            "stage": random.choice(["I", "II", "III"], patients),
            "centre": [f"c{number}" for number in centre],
            "count": random.integers(1, 3, patients),
        }
    )


def ways(frame: pd.DataFrame) -> Iterator[tuple[str, dict, dict]]:
    """Pairs of readings that say the same: name, the one, the other."""
    plain = {"table": frame}
    times = frame.assign(time=frame["time"] * DAYS, entry=frame["entry"] * DAYS)
    yield "days", plain, {"table": times, "unit": "days"}
    yield "order of rows", plain, {"table": frame.sample(frac=1.0, random_state=1)}
    levels = {
        "stage": ("I", "III", "II"),
        "centre": tuple(f"c{k}" for k in (3, 1, 0, 2, 7, 5, 6, 4)),
    }
    turned = {name: ph.Column(name, levels=kept) for name, kept in levels.items()}
    yield "order of levels", plain, {"table": frame, "columns": turned}
    yield "rows cut", plain, {"table": _cut(frame), "subject": "id"}
    twice = frame.loc[frame.index.repeat(frame["count"])].assign(id=lambda x: np.arange(len(x)))
    counts = {"table": frame, "weight": "count", "weight_kind": "frequency"}
    yield "counts", {"table": twice}, counts


def _cut(frame: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for begin, end in ((0.0, 0.3), (0.3, 0.7), (0.7, 1.0)):
        event = frame["event"] if end == 1.0 else 0
        parts.append(
            frame.assign(entry=begin * frame["time"], time=end * frame["time"], event=event)
        )
    return pd.concat(parts).sort_values(["id", "time"])


def answers(
    baseline: Baseline, effect: str, table: pd.DataFrame, unit: str = "months", **fields: Any
) -> pd.DataFrame:
    """Posterior mean, sd and Monte Carlo error of what a report gives, times in months."""
    stated = {"columns": {}, "weight": "", "weight_kind": "", "subject": ""} | fields
    cohort = ph.read_cohort(
        table, time="time", event="event", entry="entry", treatment="arm", unit=unit,
        covariates=["age", "stage", "centre"], **{k: v for k, v in stated.items() if v},
    )  # fmt: skip
    scale = DAYS if unit == "days" else 1.0
    asked = dict(EFFECTS[effect])
    asked["changing"] = tuple(
        replace(one, cuts=tuple(cut * scale for cut in one.cuts))
        for one in asked.get("changing", ())
    )
    fit = ph.fit(ph.ModelSpec("m", baseline, **asked), cohort, SETTINGS)
    spec = ph.EstimandSpec(survival_at=tuple(TIMES * scale), rmst_to=24.0 * scale)
    found = ph.estimand_table(fit, spec, 24.0 * scale)
    found = found[found["estimand"].isin(ANSWERS)]
    found = found.assign(time=(found["time"].astype(float) / scale).round(6))
    long = found["estimand"].str.startswith("rmst")
    values = ["mean", "sd", "mcse"]
    found.loc[long, values] = found.loc[long, values] / scale
    return found.set_index(["estimand", "profile", "time"])[values]


def difference(one: pd.DataFrame, other: pd.DataFrame) -> tuple[float, float]:
    """The largest difference of two tables of answers, in Monte Carlo errors and posterior sds."""
    if not one.index.sort_values().equals(other.index.sort_values()):
        raise ValueError("the answers are not the same ones")
    other = other.loc[one.index]
    apart = (one["mean"] - other["mean"]).abs()
    error = np.maximum(one["mcse"], other["mcse"]) + 1e-9
    return float((apart / error).max()), float((apart / (one["sd"] + 1e-9)).max())


def compared(effect: str, baseline: Baseline) -> Iterator[tuple[str, float, float]]:
    """Each way, with the largest difference that it makes."""
    kept: dict[int, pd.DataFrame] = {}
    frame = table()
    for name, one, other in ways(frame):
        key = len(one["table"])
        if key not in kept:
            kept[key] = answers(baseline, effect, **one)
        yield name, *difference(kept[key], answers(baseline, effect, **other))


def main(effects: list[str], kinds: list[str]) -> int:
    """Print every comparison; how many differ by more than `MOST`."""
    off = 0
    for effect in effects:
        for kind in kinds:
            try:
                for name, errors, spreads in compared(effect, BASELINES[kind]()):
                    off += errors > MOST
                    mark = "  <--" if errors > MOST else ""
                    numbers = f"{errors:6.2f} MCSE {spreads:8.4f} sd{mark}"
                    print(f"{effect:20} {kind:22} {name:18} {numbers}")
            except PosthazError as error:
                print(f"{effect:20} {kind:22} refused: {str(error)[:150]}")
    return off


if __name__ == "__main__":
    asked = [word for word in sys.argv[1:] if word in EFFECTS] or [*EFFECTS]
    of = [word for word in sys.argv[1:] if word in BASELINES]
    sys.exit(1 if main(asked, of or KINDS) else 0)
