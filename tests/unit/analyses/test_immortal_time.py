"""The audit of immortal time: its Cox numbers, its bound, when it is made, and its words."""

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.analyses.immortal_time import answer as answer_module
from posthaz.analyses.immortal_time.answer import POSTERIOR, answer_rows, immortal_time
from posthaz.analyses.immortal_time.bound import delay_to_explain
from posthaz.analyses.immortal_time.spec import ImmortalTimeSpec
from posthaz.analyses.immortal_time.words import share_words
from posthaz.cohort import Cohort, read_cohort
from posthaz.errors import SpecError
from posthaz.figures import draw_person_time
from posthaz.spec import load_analysis, read_analysis_cohort
from tests.shared_data import DATA, needs_data

MODEL = ph.ModelSpec("exponential", ph.Exponential(), "transplant")
FILE = """
[analysis]
title = "Heart"
[cohort]
table = "heart.csv"
time = "days"
event = "dead"
unit = "days"
[cohort.columns.transplant]
levels = {{ no = "No", yes = "Yes" }}
[treatment]
column = "transplant"
reference = "no"
{starts}
[models.exponential]
baseline = "exponential"
formula = "transplant"
{more}
"""


def heart_table() -> pd.DataFrame:
    rows = pd.read_csv(DATA / "heart_tv.csv")
    first = rows.groupby("id").agg(
        days=("stop", "max"), dead=("event", "max"), transplant=("transplant", "max")
    )
    first["wait"] = rows[rows["transplant"] == 1].groupby("id")["start"].min()
    first["transplant"] = first["transplant"].map({0: "no", 1: "yes"})
    return first.reset_index(drop=True)


def heart() -> Cohort:
    return read_cohort(
        heart_table(), time="days", event="dead", treatment="transplant",
        treatment_reference="no", unit="days",
    )  # fmt: skip


@pytest.fixture
def without_sampling(monkeypatch):
    monkeypatch.setattr(answer_module, "_posterior", lambda *_: {"method": POSTERIOR})


@needs_data
def test_the_heart_patients_by_cox(without_sampling):
    found = immortal_time(heart(), "wait", MODEL, ImmortalTimeSpec((30.0, 60.0, 90.0)))
    cox = found.effects[found.effects["method"] == "cox"]
    assert cox["comparison"].tolist() == [
        "naive", "late_excluded", *["landmark"] * 3, "time_dependent", "clones", "trials",
    ]  # fmt: skip
    rows = cox.set_index(["comparison", cox["time"].fillna(0.0)])
    expected = {
        ("naive", 0.0): (0.266, 0.165, 0.429),
        ("time_dependent", 0.0): (1.136, 0.629, 2.049),
    }
    for key, numbers in expected.items():
        assert rows.loc[key, ["hr", "lower", "upper"]].tolist() == pytest.approx(
            list(numbers), abs=6e-4
        )
    for time, ratio, patients in ((30.0, 1.054, 79), (60.0, 0.808, 64), (90.0, 0.573, 51)):
        assert rows.loc[("landmark", time), "hr"] == pytest.approx(ratio, abs=6e-4)
        assert rows.loc[("landmark", time), "patients"] == patients
    # clones and trials agree with treatment as it changes, and not with the naive answer
    assert rows.loc[["clones", "trials"], "hr"].between(0.95, 1.2).all()
    assert found.person_time["start"].notna().sum() == 69


@needs_data
def test_the_bound_of_the_heart_patients_is_near_their_wait():
    table = heart_table()
    cohort = read_cohort(
        table.drop(columns="wait"), time="days", event="dead", treatment="transplant",
        treatment_reference="no",
    )  # fmt: skip
    found = delay_to_explain(cohort)
    assert found.mean == pytest.approx(table["wait"].mean(), rel=0.2)
    turned = read_cohort(
        table.drop(columns="wait"), time="days", event="dead", treatment="transplant",
        treatment_reference="yes",
    )  # fmt: skip
    assert delay_to_explain(turned, "yes") == found and delay_to_explain(turned).mean == 0.0


def test_no_delay_is_needed_where_nothing_looks_good():
    table = pd.DataFrame(
        {"time": [1.0, 2.0, 3.0, 8.0, 9.0], "event": [1, 1, 1, 1, 0], "arm": list("bbaab")}
    )
    table = pd.concat([table.assign(arm=list("bbbaa"))] * 3, ignore_index=True)
    cohort = read_cohort(table, time="time", event="event", treatment="arm")
    assert delay_to_explain(cohort).mean == 0.0


def _analysis(tmp_path, more="", starts='starts = "wait"'):
    path = tmp_path / "heart.toml"
    path.write_text(FILE.format(starts=starts, more=more), encoding="utf-8")
    return load_analysis(path)


def test_the_audit_is_on_where_starts_are_named(tmp_path):
    assert _analysis(tmp_path).clinical["immortal_time"].stated is False
    assert "immortal_time" not in _analysis(tmp_path, starts="").clinical
    off = _analysis(tmp_path, "[immortal_time]\nreport = false")
    assert "immortal_time" not in off.clinical
    asked = _analysis(tmp_path, "[immortal_time]\nlandmarks = [90, 30]\ngrace = 40")
    assert asked.clinical["immortal_time"] == ImmortalTimeSpec((30.0, 90.0), 40.0)


def test_a_covariate_that_is_not_described_is_refused(tmp_path):
    with pytest.raises(SpecError, match="'size' is not described"):
        _analysis(tmp_path, '[immortal_time]\ncovariates = ["size"]')


@needs_data
def test_the_cohort_before_the_cut_is_kept(tmp_path):
    heart_table().to_csv(tmp_path / "heart.csv", index=False)
    cohort = read_analysis_cohort(_analysis(tmp_path))
    assert "wait" not in cohort.covariates
    assert cohort.uncut is not None
    assert len(cohort.uncut) == 103
    assert cohort.uncut.covariates["wait"].notna().sum() == 69


@pytest.mark.parametrize(
    ("naive", "proper", "said"),
    [(0.27, 1.14, "All of the effect"), (0.5, 0.7, "About 49"), (0.5, 0.5, "Little or none"),
     (0.6, 0.4, "Little or none")],
)  # fmt: skip
def test_how_much_of_the_effect_it_is(naive, proper, said):
    assert share_words(naive, proper).startswith(said)


@needs_data
def test_rows_of_the_answers(without_sampling):
    found = immortal_time(heart(), "wait", MODEL)
    rows = answer_rows(found)
    naive = rows[(rows["population"] == "naive") & (rows["method"] == "cox")].iloc[0]
    assert (naive["analysis"], naive["arm"], naive["reference"]) == ("immortal_time", "yes", "no")
    assert naive["value"] == pytest.approx(0.266, abs=6e-4)
    assert answer_rows(None).empty


def test_many_patients_are_thinned_and_counted():
    rows = pd.DataFrame(
        {"arm": "no", "entry": 0.0, "start": np.nan, "exit": np.linspace(1, 9, 500), "event": True}
    )
    figure = draw_person_time(rows, labels={"no": "None", "yes": "RT"}, unit="months")
    assert figure.axes[0].get_ylabel() == "120 of 500 patients"


@pytest.mark.slow
@needs_data
def test_posteriors_of_the_heart_patients_agree_with_cox():
    prior = ph.Prior("normal", (0.0, 2.0))
    model = ph.ModelSpec(
        "pwe", ph.PiecewiseExponential(intervals=8), "transplant", priors={"transplant": prior}
    )
    found = immortal_time(heart(), "wait", model, ImmortalTimeSpec((30.0, 60.0, 90.0)))
    pairs = found.effects.groupby(["comparison", found.effects["time"].fillna(0.0)])["hr"]
    apart = pairs.apply(lambda pair: abs(float(np.log(pair.iloc[0] / pair.iloc[1]))))
    wanted = apart.loc[["naive", "landmark", "time_dependent"]]
    assert (wanted < 0.05).all(), apart
