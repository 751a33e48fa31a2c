"""Follow-up cut into rows: the same patients, told in more of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort


def cut_rows(cohort: Cohort, cuts: Sequence[Sequence[float]]) -> Cohort:
    """The cohort with each row cut at its own times, given as fractions of its follow-up.

    An event known to lie in an interval stays whole: the last piece holds it.
    """
    rows, entry, lower, upper, cause = [], [], [], [], []
    for row, fractions in enumerate(cuts):
        begin, end = float(cohort.entry[row]), float(cohort.lower[row])
        inside = sorted({begin + f * (end - begin) for f in fractions})
        edges = [begin, *(t for t in inside if begin < t < end)]
        for number, start in enumerate(edges):
            last = number == len(edges) - 1
            rows.append(row)
            entry.append(start)
            lower.append(end if last else edges[number + 1])
            upper.append(cohort.upper[row] if last else np.inf)
            cause.append(cohort.cause[row] if last else 0)
    return replace(
        cohort.at(np.array(rows)),
        entry=np.array(entry),
        lower=np.array(lower),
        upper=np.array(upper),
        cause=np.array(cause),
    )


def shuffled(cohort: Cohort, seed: int) -> Cohort:
    """The rows in another order, first rows staying in the order of the patients."""
    random = np.random.default_rng(seed)
    key = np.where(
        cohort.first, np.arange(len(cohort)), random.uniform(0, len(cohort), len(cohort))
    )
    return cohort.at(np.argsort(key))


def with_noise(cohort: Cohort, name: str, seed: int) -> Cohort:
    """The cohort with a number that changes from row to row, which no formula names."""
    noise = pd.Series(np.random.default_rng(seed).normal(size=len(cohort)))
    return replace(cohort, covariates=cohort.covariates.assign(**{name: noise}))
