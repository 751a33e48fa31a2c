"""Recurrent events fitted from Python: what a file's notice says is a warning."""

import warnings

import pandas as pd
import pytest

import posthaz as ph


def test_a_missing_frailty_is_a_warning() -> None:
    rows = [(i, s, s + 2.0 + i % 3, int((i + s) % 2 < 1)) for i in range(12) for s in (0.0, 5.0)]
    table = pd.DataFrame(rows, columns=["id", "start", "stop", "d"])
    roles = {"time": "stop", "event": "d", "entry": "start", "subject": "id"}
    cohort = ph.read_cohort(table, **roles, recurrent="all", covariates=["id"], columns={
        "id": ph.Column("id", levels=tuple(str(i) for i in range(12)))})  # fmt: skip
    quick = {"draws": 100, "method": "laplace"}
    with pytest.warns(UserWarning, match=r"credible intervals are too narrow\. Fix: .*\(1 \| id\)"):
        ph.fit(ph.ModelSpec("plain", ph.Exponential()), cohort, **quick)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        ph.fit(ph.ModelSpec("frailty", ph.Exponential(), "(1 | id)"), cohort, **quick)
