"""Small frames in the form the figures take."""

import numpy as np
import pandas as pd

LABELS = {"0": "Observation", "1": "Prophylactic cranial irradiation"}
TIME_AXIS = {"labels": LABELS, "unit": "months", "horizon": 48.0}


def kaplan_meier() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "arm": ["0", "0", "0", "1", "1"],
            "time": [6.0, 18.0, 40.0, 12.0, 30.0],
            "survival": [0.8, 0.5, 0.5, 0.7, 0.6],
            "censored": [0, 0, 2, 0, 1],
        }
    )


def curves() -> pd.DataFrame:
    time = np.linspace(0.0, 48.0, 9)
    frames = []
    for arm, rate in (("0", 0.03), ("1", 0.025)):
        middle = np.exp(-rate * time)
        band = {"median": middle, "lower": middle**1.3, "upper": middle**0.7}
        frames.append(pd.DataFrame({"arm": arm, "time": time} | band))
    return pd.concat(frames, ignore_index=True)


def at_risk() -> pd.DataFrame:
    times = [0.0, 12.0, 24.0, 36.0, 48.0]
    return pd.concat(
        [
            pd.DataFrame({"arm": "0", "time": times, "at_risk": [87, 60, 41, 20, 7]}),
            pd.DataFrame({"arm": "1", "time": times, "at_risk": [88, 66, 45, 25, 9]}),
        ]
    )
