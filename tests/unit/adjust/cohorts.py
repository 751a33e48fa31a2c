"""Small cohorts of two arms, chosen on a covariate or not."""

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, read_cohort


def chosen_cohort(size: int = 200, seed: int = 4, pull: float = 1.0) -> Cohort:
    """Treatment likelier the higher `x` and at site b; `pull` says by how much."""
    random = np.random.default_rng(seed)
    x, site = random.normal(size=size), random.choice(["a", "b"], size)
    treated = random.random(size) < 1 / (1 + np.exp(-pull * (x + (site == "b") - 0.5)))
    time = random.exponential(np.exp(-0.3 * x + 0.2 * treated) * 10)
    return cohort_of(time, random.random(size) < 0.7, treated, x=x, site=site)


def cohort_of(time, event, treated, **covariates) -> Cohort:
    """A cohort with arms C and T."""
    frame = pd.DataFrame({"time": np.asarray(time) + 0.01, "event": np.asarray(event, dtype=int)})
    frame["arm"] = np.where(treated, "T", "C")
    frame = frame.assign(**covariates)
    return read_cohort(frame, time="time", event="event", treatment="arm", treatment_reference="C")
