"""Rules on subjects and clusters."""

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
        if draft.has(column) and (missing := draft.values(column).isna().to_numpy()).any():
            yield Finding(
                draft.where(missing, column), f"the {role} is missing", f"name the {role}"
            )


def no_overlap(draft: Draft) -> Iterator[Finding]:
    """Rows of one subject do not cover the same time twice."""
    if not draft.has(draft.spec.subject):
        return
    names = draft.values(draft.spec.subject)
    subject = np.asarray(pd.factorize(names)[0])
    entry, exit_ = draft.entry, draft.exit
    usable = np.flatnonzero((subject >= 0) & np.isfinite(entry) & np.isfinite(exit_))
    order = usable[np.lexsort((exit_[usable], entry[usable], subject[usable]))]
    earlier, later = order[:-1], order[1:]
    slack = _TOLERANCE * np.maximum(np.abs(exit_[earlier]), 1)
    overlaps = (subject[earlier] == subject[later]) & (entry[later] < exit_[earlier] - slack)
    if not overlaps.any():
        return
    mask = np.zeros(len(draft.frame), dtype=bool)
    mask[later[overlaps]] = True
    fix = "let each row of a subject begin where the one before it ends"
    if not draft.spec.entry:
        fix = (
            "name the column of entry times; or name the column as cluster instead of subject "
            "when the rows are separate follow-ups"
        )
    yield Finding(
        draft.where(mask, draft.spec.subject),
        f"follow-up overlaps an earlier row of the same subject ({shown_values(names[mask])})",
        fix,
    )


SUBJECT_RULES = (everyone_named, no_overlap)
