"""A whole report of each kind of follow-up: none loses a part, and each is said in its words."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from posthaz.report.compose import compose_report
from posthaz.report.markdown import render_markdown
from posthaz.report.run_analysis import run_analysis

TREATED = '[treatment]\ncolumn = "arm"\n[sampling]\nmethod = "laplace"\ndraws = 200\nchains = 2\n'
ASKED = "[estimands]\nsurvival_at = [6]\nrmst_to = 6\n"
MODEL = '[models.m]\nbaseline = "weibull"\nformula = "{formula}"\n'


def patients() -> pd.DataFrame:
    """80 patients, most of whom have an event within 12 months."""
    random = np.random.default_rng(5)
    life = random.weibull(1.2, 80) * 8.0
    frame = pd.DataFrame({"id": np.arange(80), "arm": np.where(np.arange(80) % 2, "a", "b")})
    frame["time"] = np.round(np.minimum(life, 12.0) + 0.01, 2)
    frame["event"] = (life < 12.0).astype(int)
    frame["age"] = random.normal(60.0, 8.0, 80).round(1)
    return frame


def twice_seen() -> pd.DataFrame:
    """The same in two rows each, with a marker that changes at half of follow-up."""
    whole = patients()
    half = (whole["time"] / 2).round(3)
    early = whole.assign(start=0.0, stop=half, event=0, marker=1.0)
    late = whole.assign(start=half, stop=whole["time"], marker=1.0 + whole["age"] / 60.0)
    return pd.concat([early, late]).sort_values(["id", "start"])


def some() -> dict[str, tuple[pd.DataFrame, str, str, str, str]]:
    """For each kind: table, columns of the cohort, formula, what is asked, and what is said."""
    one, two = patients(), twice_seen()
    ends = 'time = "time"\nevent = "event"\n'
    episodes = 'time = "stop"\nentry = "start"\nevent = "event"\nsubject = "id"\n'
    late = one.assign(entry=one["time"] * (np.arange(80) % 3) / 4)
    bounds = one.assign(
        lower=np.floor(one["time"]), upper=np.where(one["event"], np.ceil(one["time"]), np.inf)
    )
    return {
        "two rows a patient": (two, episodes, "arm + age", ASKED, "80 patients"),
        "a covariate that changes": (two, episodes, "arm + marker", "", "hazard ratio"),
        "late entry": (late, f'{ends}entry = "entry"\n', "arm", ASKED, "80 patients"),
        "whole months": (one.assign(time=np.ceil(one["time"])), f"{ends}resolution = 1\n",
                         "arm", ASKED, "80 patients"),
        "intervals": (bounds, 'lower = "lower"\nupper = "upper"\n', "arm", ASKED, "80 patients"),
        "probability weights": (one.assign(w=1.0 + np.arange(80) % 3 / 2),
                                f'{ends}weight = "w"\nweight_kind = "probability"\n',
                                "arm", ASKED, "80 patients"),
        "nothing asked": (one, ends, "arm", "", "80 patients"),
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(some()))
def test_no_part_is_lost(kind: str, tmp_path: Path) -> None:
    table, columns, formula, asked, said = some()[kind]
    table.to_csv(tmp_path / "rows.csv", index=False)
    text = f'[cohort]\ntable = "rows.csv"\nunit = "months"\n{columns}'
    (tmp_path / "x.toml").write_text(text + MODEL.format(formula=formula) + TREATED + asked)
    results = run_analysis(tmp_path / "x.toml")
    report, _ = compose_report(results)
    written = results.report(tmp_path / "out", ("html",))
    assert not written.missing
    assert said in render_markdown(report).replace("\u00a0", " ")
