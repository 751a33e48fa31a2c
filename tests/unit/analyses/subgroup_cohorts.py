"""A small cohort with subgroups of every kind, sparse ones among them."""

import numpy as np
import pandas as pd

import posthaz as ph
from posthaz.cohort import Cohort, Column

COLUMNS = {
    "arm": Column("arm", "Treatment", levels=("chemo", "rt"), level_labels=("Chemo", "RT")),
    "sex": Column("sex", "Sex", levels=("m", "f"), level_labels=("Male", "Female")),
    "stage": Column("stage", "Stage", levels=("I", "II", "III")),
    "site": Column("site", "Site", levels=("common", "quiet", "one-armed")),
    "age": Column("age", "Age", unit="years"),
    "dose_gy": Column("dose_gy", "Dose", unit="Gy"),
    "gtv_cc": Column("gtv_cc", "Gross tumour volume", unit="cm3"),
}


def subgroup_cohort(size: int = 240, seed: int = 7) -> Cohort:
    """Simulated: radiotherapy helps women more; the dose matters in large tumours only.

    Site "quiet" has six patients without events, "one-armed" four patients of one arm.
    """
    random = np.random.default_rng(seed)
    arm = random.choice(["chemo", "rt"], size)
    sex = random.choice(["m", "f"], size)
    site = np.array(["common"] * (size - 10) + ["quiet"] * 6 + ["one-armed"] * 4)
    arm[-10:] = ["chemo", "rt"] * 3 + ["rt"] * 4
    dose = random.choice([50.0, 55.0, 60.0, 66.0, 70.0], size)
    volume = np.exp(random.normal(np.log(140.0), 0.6, size)).round(1)
    predictor = np.where(arm == "rt", np.where(sex == "f", -0.9, -0.1), 0.0)
    predictor = predictor - 0.06 * (dose - 60.0) * (volume >= 146.0)
    times = random.exponential(12.0 / np.exp(predictor)).round(2) + 0.01
    censored = random.uniform(12.0, 40.0, size).round(2)
    event = (times <= censored) & (site != "quiet")
    frame = pd.DataFrame(
        {
            "time": np.minimum(times, censored),
            "event": event.astype(int),
            "arm": arm,
            "sex": sex,
            "stage": random.choice(["I", "II", "III"], size),
            "site": site,
            "age": random.normal(62.0, 8.0, size).round(),
            "dose_gy": dose,
            "gtv_cc": volume,
        }
    )
    return ph.read_cohort(frame, time="time", event="event", columns=COLUMNS, treatment="arm")
