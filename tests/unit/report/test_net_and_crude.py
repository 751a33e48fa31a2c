"""Net survival without a model stands beside that of the model, of the same patients."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.report.net_and_crude import _without_model
from tests.shared_data import plain_cohort


def test_with_late_entry_it_is_of_those_event_free_at_the_origin(tmp_path: Path) -> None:
    random, size = np.random.default_rng(1), 400
    pd.DataFrame({"age": range(50, 110), "rate": 0.05}).to_csv(tmp_path / "life.csv", index=False)
    time, entry = random.exponential(8.0, size), random.uniform(0.0, 3.0, size)
    seen = time > entry
    frame = pd.DataFrame({"age": np.full(size, 60.0)})
    cohort = plain_cohort(np.minimum(time, 12.0)[seen], (time < 12.0)[seen], frame[seen], "years")
    cohort = replace(cohort, entry=entry[seen])
    background = ph.Background(table=str(tmp_path / "life.csv"), age="age")
    spec = ph.ModelSpec("m", ph.Weibull(), background=background)
    fit: Any = SimpleNamespace(spec=spec, treatment="")
    at = np.array([3.0, 9.0])
    whole = _without_model(fit, cohort, at, 0.95)
    late = _without_model(fit, replace(cohort, origin=3.0), at, 0.95)
    for method in ("Pohar Perme", "Ederer II"):
        by_3, by_9 = (row[5] for row in whole if row[3] == method)
        given = [row[5] for row in late if row[3] == method]
        # one rate for everybody, so that weights cancel; steps end at the last time before 3
        assert given == pytest.approx([1.0, by_9 / by_3], rel=2e-3)
        assert by_3 < 0.9
