"""A cohort with competing causes as the response that greenwood takes."""

import greenwood as gw
import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, causes_of
from posthaz.errors import CohortError, Findings

_CENSORED = "censored"


def competing_response(cohort: Cohort, causes: tuple[int, ...] = ()) -> gw.Surv:
    """Follow-up to the first of several causes; states are named by the number of the cause.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    causes : tuple of int, optional
        Causes to make room for; those of the cohort are there in any case.

    Returns
    -------
    greenwood.Surv
        One element a row.

    Raises
    ------
    CohortError
        For follow-up that the estimators of competing risks can't use: interval-censored, with
        delayed entry, several rows a subject, or weights.
    """
    findings = Findings()
    where = cohort.source.name
    wanted = "the frequentist answers on competing risks need"
    if cohort.interval_censored.any():
        findings.add(where, "rows are interval-censored", f"{wanted} exact times")
    if (cohort.entry > 0).any():
        findings.add(where, "rows enter late", f"{wanted} follow-up from time 0")
    if len(np.unique(cohort.subject)) < len(cohort):
        findings.add(where, "subjects have several rows", f"{wanted} one row a subject")
    if (cohort.weight != 1).any():
        findings.add(where, "rows have weights", f"{wanted} unweighted rows")
    findings.raise_if_any(CohortError, "Competing risks can't be described without a model:")
    known = sorted({*causes, *causes_of(cohort)})
    states = [_CENSORED, *(str(cause) for cause in known)]
    labels = np.where(cohort.cause > 0, cohort.cause.astype(str), _CENSORED)
    return gw.Surv(cohort.exit, pd.Categorical(labels, categories=states))
