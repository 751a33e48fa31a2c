"""When the treated of a twin began."""

import numpy as np
import pandas as pd
import pytest

from posthaz.errors import SpecError
from posthaz.simulate import TwinStarts, with_starts
from posthaz.spec import load_analysis

STARTS = TwinStarts("start", ("rt", "yes"), "os", 4.0)


def test_starts_are_exponential_given_that_they_lie_within_follow_up():
    twin = pd.DataFrame({"rt": ["yes"] * 20_000 + ["no"] * 10, "os": 6.0})
    made = with_starts(twin, STARTS, 3)["start"].to_numpy()
    assert np.isnan(made[20_000:]).all()
    own = made[:20_000]
    assert own.min() >= 0.0 and own.max() < 6.0
    rate = np.log(2.0) / 4.0
    for time in (1.0, 3.0, 5.0):
        wanted = np.expm1(-rate * time) / np.expm1(-rate * 6.0)
        assert abs((own < time).mean() - wanted) < 0.015
    again = with_starts(twin, STARTS, 3)["start"].to_numpy()
    np.testing.assert_array_equal(again, made)


def test_the_file_of_the_paper_states_them():
    starts = load_analysis("xue2026_trt_immortal").simulate.starts
    assert starts == TwinStarts("trt_start", ("trt", "yes"), "os_months", 6.0)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("trt = yes", "trtt = yes", "no group has a column 'trtt'"),
        ("trt = yes", "trt = maybe", "no group has trt = 'maybe'"),
        ('within = "os_months"', 'within = "age"', "no end point has the times 'age'"),
        ("median = 6", "median = 0", "above 0"),
        (", median = 6", "", "median"),
    ],
)
def test_starts_that_cannot_be_are_refused(tmp_path, old, new, words):
    path = load_analysis("xue2026_trt_immortal").path
    text = path.read_text(encoding="utf-8").replace(old, new)
    (tmp_path / "cohorts").mkdir()
    cohort = path.parent / "cohorts" / "xue2026.toml"
    (tmp_path / "cohorts" / "xue2026.toml").write_text(cohort.read_text(encoding="utf-8"))
    (tmp_path / "x.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load_analysis(tmp_path / "x.toml")
    assert words in str(caught.value)
