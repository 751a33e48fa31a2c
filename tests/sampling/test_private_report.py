"""A report with [privacy]: no patient's row, identifier, exact time or small count in any file."""

import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import posthaz as ph
from posthaz.cli.report import shared
from posthaz.cli.sensitivity import _varied
from posthaz.errors import PosthazError
from posthaz.run import read_inputs

pytestmark = pytest.mark.slow

FILE = """
[analysis]
title = "Private"
endpoint = "overall survival"
table_one = ["stage", "age"]
[cohort]
table = "table.csv"
time = "months"
event = "dead"
unit = "months"
subject = "patient"
[cohort.columns.stage]
levels = { I = "I", II = "II", III = "III", IV = "IV" }
[cohort.columns.age]
unit = "years"
[treatment]
column = "arm"
reference = "none"
[models.pwe]
baseline = "piecewise_exponential"
cuts = [6.0, 12.0]
formula = "arm + stage + age"
[estimands]
survival_at = [1, 12, 24]
[subsets.old]
where = { stage = ["II", "III"] }
[sampling]
draws = 150
chains = 2
[privacy]
share = true
"""


def patients() -> pd.DataFrame:
    """160 simulated patients, three of them in stage IV."""
    random = np.random.default_rng(3)
    stage = np.array(["I"] * 60 + ["II"] * 57 + ["III"] * 40 + ["IV"] * 3)
    arm = np.where(np.arange(160) % 2, "RT", "none")
    life = random.exponential(np.where(arm == "RT", 18.0, 14.0))
    end = random.uniform(6.0, 40.0, 160)
    return pd.DataFrame(
        {
            "patient": [f"HOSP-{number:05d}" for number in random.permutation(90_000)[:160]],
            "months": np.round(np.minimum(life, end) + 0.0123, 4),
            "dead": (life <= end).astype(int),
            "arm": arm,
            "stage": random.permutation(stage),
            "age": np.round(random.normal(64.0, 9.0, 160), 3),
        }
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    folder, table = tmp_path_factory.mktemp("private"), patients()
    table.to_csv(folder / "table.csv", index=False)
    (folder / "a.toml").write_text(FILE)
    results = ph.run_analysis(folder / "a.toml")
    written = results.report(folder / "out", ("html", "md", "docx", "summary"))
    assert not written.missing
    return folder / "out", table


def texts(folder: Path) -> dict[str, str]:
    """Text of every file, of archives and documents too."""
    found = {}
    for path in folder.rglob("*"):
        if path.suffix == ".docx":
            with zipfile.ZipFile(path) as opened:
                for name in opened.namelist():
                    found[f"{path.name}/{name}"] = opened.read(name).decode("utf-8", "replace")
        elif path.is_file():
            found[path.name] = path.read_bytes().decode("utf-8", "replace")
    return found


def test_no_file_holds_an_identifier_or_an_exact_time_or_age(made) -> None:
    folder, table = made
    numbers = [f"{value:.4f}".rstrip("0") for value in table["months"]]
    numbers += [f"{value:.3f}".rstrip("0") for value in table["age"]]
    long = [number for number in numbers if len(number.replace(".", "")) > 4]
    exact = re.compile(rf"(?<![\d.])(?:{'|'.join(map(re.escape, long))})(?!\d)")
    pages = texts(folder)
    assert {"report.html", "summary.html", "answers.csv", "kaplan_meier.csv"} <= set(pages)
    for name, text in pages.items():
        assert "HOSP-" not in text, name
        assert not (found := exact.search(text)), (name, found)


def test_archives_hold_draws_and_no_rows(made) -> None:
    folder, _ = made
    (path,) = (folder / "posterior").iterdir()
    with xr.open_datatree(path, engine="h5netcdf") as tree:
        assert {"posterior", "prior", "sample_stats"} <= set(tree.children)
        for node in tree.subtree:
            assert not {"row", "subject"} & set(node.dims), node.path
            for variable in node.variables.values():
                assert 160 not in variable.shape
    with pytest.raises(PosthazError, match="without the rows of patients"):
        ph.load_fit(path)


def test_the_level_of_three_is_told_nowhere(made) -> None:
    folder, _ = made
    one = pd.read_csv(folder / "table_one.csv", dtype=str)
    stage = one[one["variable"] == "stage"].set_index("level")
    assert stage.loc["IV", "overall"] in ("<5", "withheld")
    assert stage["overall"].isin(["<5", "withheld"]).sum() >= 2
    assert (stage["overall"] == "withheld").any()
    for name, text in texts(folder).items():
        assert "1.9%" not in text and "1.9 %" not in text, name  # 3 of 160
    for name in ("answers", "baselines", "follow_up"):
        frame = pd.read_csv(folder / f"{name}.csv")
        counts = frame[[column for column in ("n", "events") if column in frame]]
        assert not ((counts > 0) & (counts < 5)).any(axis=None), name
    curve = pd.read_csv(folder / "kaplan_meier.csv")
    assert not (curve["at_risk"] < 5).any() and curve["events"].isna().all()


def test_what_is_left_out_is_said(made) -> None:
    folder, _ = made
    page = (folder / "report.md").read_text()
    assert "below 5 are withheld" in page and "[subsets]" in page
    for name in ("pareto_k.csv", "subsets.csv", "smoothed_schoenfeld.csv"):
        assert not (folder / name).exists()
    early = pd.read_csv(folder / "baselines.csv")
    early = early[(early["analysis"] == "kaplan_meier") & (early["time"] == 1.0)]
    table = patients()
    for arm, row in early[early["quantity"] == "survival"].set_index("arm").iterrows():
        own = table[(table["arm"] == arm) & (table["dead"] == 1) & (table["months"] <= 1.0)]
        assert np.isnan(row["value"]) == (0 < len(own) < 5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("cuts = [6.0, 12.0]", "cuts = 4"), "single patients had their events"),
        (("minimum_cell", "minimum_cell"), "number of events of arm"),
        (('baseline = "piecewise_exponential"\ncuts = [6.0, 12.0]', 'baseline = "m_spline"'),
         "single patients had their events"),
    ],
)  # fmt: skip
def test_what_would_tell_is_refused_before_anything_is_fitted(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    patients().to_csv(tmp_path / "table.csv", index=False)
    text = FILE.replace(*change)
    if "events of arm" in said:
        text = text.replace("share = true", "minimum_cell = 60")
    (tmp_path / "a.toml").write_text(text)
    analysis = ph.load_analysis(tmp_path / "a.toml")
    with pytest.raises(PosthazError, match=said):
        read_inputs(analysis)


def test_the_option_keeps_what_the_file_says_and_shares(tmp_path: Path) -> None:
    patients().to_csv(tmp_path / "table.csv", index=False)
    for text, least in ((FILE.replace("share = true", "minimum_cell = 8"), 8),
                        (FILE.replace("[privacy]\nshare = true", ""), 5)):  # fmt: skip
        (tmp_path / "a.toml").write_text(text)
        asked = shared(ph.load_analysis(tmp_path / "a.toml")).clinical["privacy"]
        assert (asked.share, asked.minimum_cell, len(asked.models)) == (True, least, 1)


def test_variants_are_not_told_by_their_command(tmp_path: Path) -> None:
    patients().to_csv(tmp_path / "table.csv", index=False)
    (tmp_path / "a.toml").write_text(f"{FILE}[sensitivity.baselines.w]\nbaseline = 'weibull'\n")
    with pytest.raises(PosthazError, match="told with its counts"):
        _varied(ph.load_analysis(tmp_path / "a.toml"), "a.toml", None)


@pytest.mark.parametrize("value", ["1", "2.5", "'few'", "true"])
def test_a_least_count_is_a_whole_number_from_2(tmp_path: Path, value: str) -> None:
    (tmp_path / "a.toml").write_text(FILE.replace("share = true", f"minimum_cell = {value}"))
    with pytest.raises(PosthazError, match="minimum_cell"):
        ph.load_analysis(tmp_path / "a.toml")
