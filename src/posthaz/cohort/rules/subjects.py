"""Rules on subjects, clusters and weights."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from posthaz.cohort.draft import Draft
from posthaz.cohort.rows import shown_values
from posthaz.errors import Finding

_TOLERANCE = 1e-9


def everyone_named(draft: Draft) -> Iterator[Finding]:
    """Every row names its subject and cluster."""
    for role in ("subject", "cluster"):
        column = draft.named(role)
        if draft.has(column) and (missing := draft.frame[column].isna().to_numpy()).any():
            yield Finding(
                draft.where(missing, column), f"the {role} is missing", f"name the {role}"
            )


def no_overlap(draft: Draft) -> Iterator[Finding]:
    """Rows of one subject do not cover the same time twice."""
    if not draft.has(draft.spec.subject):
        return
    subject = draft.frame[draft.spec.subject]
    order = pd.DataFrame({"subject": pd.factorize(subject)[0], "entry": draft.entry})
    order["exit"] = draft.exit
    order = order[(order["subject"] >= 0) & np.isfinite(order[["entry", "exit"]]).all(axis=1)]
    order = order.sort_values(["subject", "entry", "exit"], kind="stable")
    covered = order.groupby("subject")["exit"].cummax().groupby(order["subject"]).shift()
    late = order["entry"] < covered - _TOLERANCE * covered.abs().clip(lower=1)
    rows = order.index[late.to_numpy()]
    if not len(rows):
        return
    mask = np.zeros(len(draft.frame), dtype=bool)
    mask[rows] = True
    mend = "let each row of a subject begin where the one before it ends"
    if not draft.spec.entry:
        mend = (
            "name the column of entry times; or name the column as cluster instead of subject "
            "when the rows are separate follow-ups"
        )
    yield Finding(
        draft.where(mask, draft.spec.subject),
        f"follow-up overlaps an earlier row of the same subject ({shown_values(subject[mask])})",
        mend,
    )


def weights_positive(draft: Draft) -> Iterator[Finding]:
    """A weight counts a row at least in part."""
    weight = draft.numbers["weight"].values
    low = weight <= 0
    if (low & np.isfinite(weight)).any():
        yield Finding(
            draft.where(low, draft.spec.weight),
            f"weight is not above 0 ({shown_values(weight[low].tolist())})",
            "remove rows that count nothing, and correct the others",
        )


SUBJECT_RULES = (everyone_named, no_overlap, weights_positive)
