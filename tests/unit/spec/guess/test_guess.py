"""What is guessed of tables whose meaning is known."""

import tomllib

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.errors import PosthazError, SpecError
from posthaz.run import read_inputs
from tests.shared_data import DATA, needs_data

NVALT11 = "examples/data/nvalt11.csv"


def said(table, **options):
    guessed = ph.guess_analysis(table, **options)
    return {guess.place: guess.value for guess in guessed.guesses}, guessed


def cohort_of(guessed, folder, table=None):
    if table is not None:
        table.to_csv(folder / "cohort.csv", index=False)
    path = folder / "analysis.toml"
    path.write_text(guessed.text, encoding="utf-8")
    return read_inputs(ph.load_analysis(path, allow_outside=True))


def small(rows=40, seed=0, **columns):
    random = np.random.default_rng(seed)
    time = np.round(random.exponential(20, rows) + 0.1, 1)
    return pd.DataFrame({"time": time, "status": np.arange(rows) % 2, **columns})


def test_a_trial_with_two_end_points_that_trials_name():
    values, guessed = said(NVALT11)
    assert (values["cohort.time"], values["cohort.event"]) == ("os_mth", "os_event")
    assert values["cohort.unit"] == "months"
    assert values["cohort.event_codes"] == {"0": "censored", "1": "event"}
    assert (values["treatment.column"], values["treatment.reference"]) == ("arm", "0")
    assert values["cohort.columns.performance_status.role"] == "performance_status"
    assert guessed.known_others == ("pfs",)
    assert "Patient ID" not in guessed.text  # nobody's number is a covariate


def test_what_would_change_the_answer_is_told_apart():
    _, guessed = said(NVALT11)
    places = {guess.place for guess in guessed.decisive}
    assert {"cohort.event_codes", "cohort.unit", "treatment.reference"} <= places
    assert all(guess.why for guess in guessed.decisive)
    assert "treatment.reference" not in {guess.place for guess in guessed.doubtful}


def test_what_is_stated_goes_before_and_what_hangs_on_it_follows():
    values, guessed = said(NVALT11, endpoint="pfs", stated={"treatment.column": "stage"})
    assert values["cohort.time"] == "pfs_mth"
    assert values["models.primary.formula"] == "stage"
    assert "treatment.column" not in {guess.place for guess in guessed.doubtful}


@pytest.mark.parametrize(
    ("name", "codes", "expected"),
    [
        ("status", [1, 2] * 20, {"1": "censored", "2": "event"}),
        ("CNSR", [0, 1] * 20, {"0": "event", "1": "censored"}),
        ("vital_status", ["Dead", "Alive"] * 20, {"Alive": "censored", "Dead": "event"}),
        ("status", [0, 1, 2, 1] * 10, {"0": "censored", "1": "event", "2": 2}),
        ("status", [0, 2, 2, 1, 2, 2, 0, 2] * 5, {"0": "censored", "1": 2, "2": "event"}),
    ],
)
def test_event_codes(name, codes, expected):
    values, _ = said(small().drop(columns="status").assign(**{name: codes}))
    assert values["cohort.event_codes"] == expected


@pytest.mark.parametrize("event_is", [0, 1])
def test_a_name_used_either_way_is_told_by_who_was_followed_longer(event_is):
    table = small().drop(columns="status").sort_values("time")
    table["cens"] = np.where(np.arange(40) < 25, event_is, 1 - event_is)
    values, guessed = said(table)
    assert values["cohort.event_codes"][str(event_is)] == "event"
    assert ("cohort", "event_codes") in {guess.key for guess in guessed.doubtful}


@pytest.mark.parametrize(
    ("names", "factor", "unit"),
    [
        (("time", "years"), 12.0, "months"), (("time", "t_years"), 365.25, "days"),
        (("time", "months"), 1 / 12, "years"),
    ],
)  # fmt: skip
def test_the_same_time_in_two_units_tells_the_unit(names, factor, unit):
    table = small()
    table[names[1]] = table["time"] / factor
    values, _ = said(table, stated={"cohort.time": "time"})
    assert values["cohort.unit"] == unit


def test_roles_units_and_marks_of_missing_values(tmp_path):
    random = np.random.default_rng(1)
    table = small(
        rows=60,
        arm=["RT", "none"] * 30,
        age=random.integers(40, 80, 60),
        gtv_cc=np.round(random.lognormal(4, 1, 60), 1),
        dose_gy=random.choice([50, 56, 60, 60.5, 63, 66, 70], 60),
        kps=random.choice([70, 80, 90, 100], 60),
        stage=["I", "II", "?"] * 20,
    )
    values, guessed = said(table, written="cohort.csv")
    column = "cohort.columns."
    assert [values[f"{column}{name}.role"] for name in ("age", "gtv_cc", "dose_gy", "kps")] == [
        "age", "gtv", "dose", "performance_status",
    ]  # fmt: skip
    assert (values[f"{column}gtv_cc.unit"], values[f"{column}dose_gy.unit"]) == ("cm3", "Gy")
    assert values["cohort.missing_values"] == ["?"]
    assert values["treatment.reference"] == "none"
    cohort = cohort_of(guessed, tmp_path, table)
    assert len(cohort.patients) == 60
    assert cohort.covariates["stage"].isna().sum() == 20


def test_columns_of_odd_names_make_a_file_that_reads(tmp_path):
    table = small(**{"Arm [A]": ['x "y"', "none"] * 20, "tumour size\n": range(7, 47)})
    table = table.rename(columns={"Arm [A]": 'arm "1" é'})
    _, guessed = said(table, written="cohort.csv")
    assert tomllib.loads(guessed.text)["cohort"]["time"] == "time"
    assert guessed.text.startswith("#:schema ")


def test_episodes_and_recurrent_events(tmp_path):
    table = pd.DataFrame(
        {
            "id": np.repeat(np.arange(30), 2), "start": [0, 5] * 30, "stop": [5, 9.5] * 30,
            "event": [1, 1] * 15 + [0, 1] * 15, "rx": np.repeat([1, 2], 30),
        }
    )  # fmt: skip
    table["stop"] += np.repeat(np.arange(30), 2) * 0.1 * (table["start"] > 0)
    values, guessed = said(table, written="cohort.csv")
    assert (values["cohort.entry"], values["cohort.subject"]) == ("start", "id")
    assert values["cohort.recurrent"] == "first"
    assert int(cohort_of(guessed, tmp_path, table).event.sum()) == 30
    # 45 events, of which the 30 first ones count
    assert "# 30 events: the hazard may change shape" in guessed.text


def test_a_code_that_is_a_word_for_death_is_the_event():
    table = small(outcome=["censored", "ltx", "ltx", "ltx", "ltx", "death"] * 6 + ["ltx"] * 4)
    values, guessed = said(table.drop(columns="status"), stated={"cohort.event": "outcome"} |
                           {"cohort.time": "time"})  # fmt: skip
    assert values["cohort.event_codes"] == {"censored": "censored", "death": "event", "ltx": 2}
    (why,) = (one.why for one in guessed.decisive if one.place == "cohort.event_codes")
    assert "coding: 'censored' is taken as censored; several are events" in why


def test_a_code_that_says_alive_is_censored_wherever_it_stands_in_the_alphabet():
    # timereg's TRACE, whose column of causes holds the living too
    cause = ["acute infarction", "alive", "acute infarction", "alive", "other"] * 8
    values, _ = said(small(cause=cause).drop(columns="status"))
    assert values["cohort.event"] == "cause"
    codes = {"acute infarction": "event", "alive": "censored", "other": 2}
    assert values["cohort.event_codes"] == codes


def test_an_interval_is_no_time_and_event():
    low = np.arange(30.0)
    table = pd.DataFrame({"lower": low, "upper": low + 4, "arm": [0, 1] * 15})
    table.loc[::3, "upper"] = np.nan
    values, _ = said(table)
    assert (values["cohort.lower"], values["cohort.upper"]) == ("lower", "upper")
    assert "cohort.event" not in values


def test_tables_without_follow_up_are_refused():
    with pytest.raises(SpecError, match="no column looks like a time of follow-up"):
        ph.guess_analysis(pd.DataFrame({"age": [61, 70], "sex": ["f", "m"]}))
    with pytest.raises(SpecError, match="no end point 'dfs' was found"):
        ph.guess_analysis(NVALT11, endpoint="dfs")
    with pytest.raises(SpecError, match=r"there is no column 'os_mht' \(did you mean 'os_mth'"):
        ph.guess_analysis(NVALT11, stated={"cohort.time": "os_mht", "cohort.event": "os_event"})


# What the README of the data says of time and event, and of the arm; "" where there is none.
KNOWN = {
    "esophagus_sakk7508": ("OS.time", 156, "arm"),
    "cetux": ("years", 232, "treat"),
    "lung_ncctg": ("time", 165, ""),
    "gbsg": ("rfstime", 299, "hormon"),
    "rotterdam": ("dtime", 1272, "hormon"),
    "colon": ("time", 452, "rx"),
    "gehan_6mp": ("time", 30, "treat"),
    "leukemia_aml": ("time", 18, "x"),
    "mgus2": ("futime", 963, ""),
    "leuksurv_spatial": ("time", 879, ""),
    "lung1_gtv": ("Survival.time", 373, ""),
    "nwtco": ("edrel", 571, ""),
    "ta174_cll": ("death_t", 93, "treat"),
    "larynx": ("time", 50, ""),
    "tongue": ("time", 53, "type"),
}


@needs_data
@pytest.mark.parametrize("name", KNOWN)
def test_published_tables(name, tmp_path):
    values, guessed = said(DATA / f"{name}.csv", written=str(DATA / f"{name}.csv"))
    time, events, arm = KNOWN[name]
    assert (values["cohort.time"], values["treatment.column"] or "") == (time, arm)
    assert int(cohort_of(guessed, tmp_path).event.sum()) == events


@needs_data
def test_tables_of_something_else_are_refused():
    for name in ("cetux_bh", "ipdfromkm_bonner_nrisk", "pbc_long", "cetux_seer"):
        with pytest.raises(PosthazError, match="no column looks like"):
            ph.guess_analysis(DATA / f"{name}.csv")


def test_an_age_is_no_entry_and_a_stated_entry_is():
    frame = small(age_entry=np.arange(40) + 40.0, since=0.05 * (np.arange(40) % 3))
    values, _ = said(frame)
    assert "cohort.entry" not in values
    values, _ = said(frame, stated={"cohort.entry": "since"})
    assert values["cohort.entry"] == "since"


@pytest.mark.parametrize(
    ("stated", "words"),
    [({"cohort.unit": "hours"}, "no unit of time"),
     ({"cohort.time": "arm", "cohort.event": "status"}, "no time of follow-up")],
)  # fmt: skip
def test_what_cannot_be_stated_is_refused(stated, words):
    with pytest.raises(SpecError, match=words):
        ph.guess_analysis(small(arm=["a", "b"] * 20), stated=stated)


@pytest.mark.parametrize(
    ("event", "censored"),
    [("ja", "nein"), ("oui", "non"), ("muerto", "vivo"), ("décédé", "vivant"), ("死亡", "存活")],
)
def test_words_of_other_languages(event, censored):
    table = small()
    table["status"] = np.where(table["status"] == 1, event, censored)
    values, guessed = said(table)
    assert values["cohort.event_codes"] == {event: "event", censored: "censored"}
    assert "cohort.event_codes" not in {guess.place for guess in guessed.doubtful}


def test_words_of_no_coding_are_told_by_follow_up_not_by_the_alphabet():
    table = small().sort_values("time", ignore_index=True)
    table["status"] = np.where(np.arange(40) < 20, "alpha", "omega")
    values, guessed = said(table)
    assert values["cohort.event_codes"] == {"alpha": "event", "omega": "censored"}
    assert "cohort.event_codes" in {guess.place for guess in guessed.doubtful}


def test_columns_of_dates_are_named_where_there_is_no_time():
    days = np.arange(40) * 3
    table = small().drop(columns="time").assign(begin=42000 + days, seen=["2015-03-01"] * 40)
    with pytest.raises(SpecError, match=r"'begin', 'seen' hold dates.*time between the dates"):
        ph.guess_analysis(table)


def test_a_number_of_patients_a_row_is_a_guess_that_is_shown():
    values, guessed = said(small(freq=1 + np.arange(40) % 3))
    assert (values["cohort.weight"], values["cohort.weight_kind"]) == ("freq", "frequency")
    assert "cohort.weight" in {guess.place for guess in guessed.doubtful}
    _, heavy = said(small(weight=60.0 + np.arange(40)))
    assert "cohort.weight" not in {guess.place for guess in heavy.guesses}
    weighted, shown = said(small(iptw=0.5 + np.arange(40) / 20))
    assert weighted["cohort.weight"] is None
    assert "cohort.weight" in {guess.place for guess in shown.doubtful}
