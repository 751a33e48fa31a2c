"""What no data can tell of a hazard is refused at `check`, with its place and fix."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from posthaz.errors import PosthazError
from posthaz.run import read_inputs
from posthaz.spec import load_analysis

FILE = """
[cohort]
table = "cohort.csv"
time = "months"
event = "dead"
unit = "months"
[cohort.columns.site]
levels = ["a", "b", "c"]
[treatment]
column = "arm"
reference = "none"
[models.m]
baseline = "{baseline}"
formula = "arm"
{options}
"""


def written(folder: Path, baseline: str, options: str) -> Path:
    """Sixty simulated patients, followed to 30 months; the arm has no event before 2 months."""
    random = np.random.default_rng(8)
    arm = np.arange(60) % 2
    time = np.minimum(random.exponential(12.0, 60) + 2.0 * arm + 0.2, 30.0).round(2)
    site = np.where(np.arange(60) % 3 == 2, "c", np.where(np.arange(60) % 3 == 1, "b", "a"))
    dead = (time < 30.0) & (site != "c")
    dead[np.argmax(time)] = True
    site[np.argmax(time)] = "a"
    table = pd.DataFrame({"months": time, "dead": dead.astype(int), "site": site})
    table["arm"] = np.where(arm == 1, "RT", "none")
    table["none"], table["per_thousand"] = 0.0, 12.0
    table.to_csv(folder / "cohort.csv", index=False)
    path = folder / "analysis.toml"
    path.write_text(FILE.format(baseline=baseline, options=options))
    return path


@pytest.mark.parametrize(
    ("baseline", "options", "said"),
    [
        ("weibull", "[models.m.changing.arm]\ncuts = [6, 40]", "nobody has an event after 40"),
        (
            "weibull",
            '[models.m.changing.arm]\ncuts = [2, 10]\nsmoothing = "independent"',
            "no patient with arm[RT] has an event from 0 to 2",
        ),
        ("m_spline", "knots = [5, 60]", "knot 60 is not before the last event"),
        ("piecewise_exponential", "cuts = [5, 60]", "60"),
        ("weibull", '[models.m.background]\nrate = "none"', "is 0 throughout"),
        ("weibull", '[models.m.background]\nrate = "per_thousand"', "rates per 1,000"),
        ("weibull", '[models.m.background]\ntable = "life.csv"', "age in years"),
        ("weibull", "[models.m.cure]", "survival still falls"),
        ("weibull", '[models.m.strata]\ncolumn = "site"', "nobody in c has an event"),
    ],
)
def test_one_sentence_names_the_place_and_the_fix(
    tmp_path: Path, baseline: str, options: str, said: str
) -> None:
    path = written(tmp_path, baseline, options)
    with pytest.raises(PosthazError) as caught:
        read_inputs(load_analysis(path))
    error = caught.value
    assert len(error.findings) == 1, str(error)
    text = str(error)
    assert said in text
    assert "models.m" in text
    assert text.count("Fix:") == 1
