"""Small counts, and those by which they could be computed, are withheld; so are exact times."""

from dataclasses import replace
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import null_space

import posthaz as ph
from posthaz.adjust import table_one
from posthaz.analyses.privacy.spec import PrivacySpec, privacy_faults
from posthaz.analyses.registry import part_of
from posthaz.baselines import frequentist_answers
from posthaz.cohort import Dropped
from posthaz.errors import OutputError, PosthazError
from posthaz.hazards import MSpline, Weibull
from posthaz.report import Results, write_results
from posthaz.report.missing import MissingPart
from posthaz.report.private import (
    TOLD_FILES,
    TOLD_PARTS,
    coarse_curve,
    private_results,
    told_answers,
    told_at_risk,
)
from posthaz.report.sections.predictive import inside_sentence
from posthaz.report.small_counts import coarse, hidden_cells, told_table
from posthaz.spec import ModelSpec


def undetermined(hidden: np.ndarray) -> np.ndarray:
    """Which hidden counts the sums of all lines leave open, in the order of `argwhere`."""
    places = np.argwhere(hidden)
    rows, columns = hidden.shape
    # what arms add up to the last column is known, and so is what levels add up to
    sums = [
        np.where(places[:, 0] == k, np.where(places[:, 1] == columns - 1, -1.0, 1.0), 0.0)
        for k in range(rows)
    ]
    sums += [(places[:, 1] == k).astype(float) for k in range(columns)]
    free = null_space(np.array(sums))
    return np.abs(free).max(axis=1, initial=0.0) > 1e-9


@pytest.mark.parametrize(
    "arms",
    [
        [[3, 20], [30, 31], [9, 8]],
        [[1, 2], [30, 31], [20, 25]],
        [[3, 0], [28, 31]],
        [[12, 11], [4, 14], [30, 2]],
    ],
)
def test_no_small_count_can_be_computed_from_what_is_told(arms: list[list[int]]) -> None:
    counts = np.array(arms)
    counts = np.column_stack([counts, counts.sum(axis=1)])
    hidden = hidden_cells(counts, 5)
    small = counts[hidden] < 5
    assert small.any() and undetermined(hidden)[small].all()
    assert not undetermined((counts > 0) & (counts < 5))[0]  # without the others it could be


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=6))
def test_what_is_small_is_hidden_and_can_not_be_computed(
    rows: list[tuple[int, int]],
) -> None:
    counts = np.array([[a, b, a + b] for a, b in rows])
    hidden = hidden_cells(counts, 5)
    assert hidden[(counts > 0) & (counts < 5)].all()
    assert undetermined(hidden)[counts[hidden] < 5].all()
    if (counts[counts > 0] >= 5).all():
        assert not hidden.any()


def test_table_one_tells_no_small_level() -> None:
    cohort = ph.simulated_example()
    centre = cohort.covariates["centre"].astype(str).to_numpy(copy=True)
    inside = np.flatnonzero(centre == "east")
    centre[inside[3:]] = "south"
    levels = ["east", "north", "south", "west"]
    frame = cohort.covariates.assign(centre=pd.Categorical(centre, levels, ordered=True))
    cohort = replace(cohort, covariates=frame)
    told = told_table(table_one(cohort, ["centre", "dose_gy"]), cohort, 5)
    row = told[told["level"] == "east"].iloc[0]
    # which of the hidden are the small ones would say, with their sums, how small
    assert row["overall"] == "withheld" and not told.astype(str).eq("<5").any(axis=None)
    hidden = told[(told["variable"] == "centre") & (told["overall"] == "withheld")]
    assert len(hidden) >= 2
    own = told[told["variable"] == "centre"]
    assert own[["smd", "p"]].isna().all(axis=None)
    assert (
        not own[["A", "B", "overall"]]
        .astype(str)
        .apply(lambda s: s.str.contains("%"))
        .any(axis=None)
    )
    assert told[told["variable"] == "dose_gy"]["smd"].notna().all()


def test_a_curve_is_told_in_steps_of_several_events() -> None:
    steps = ph.kaplan_meier(ph.simulated_example())
    told = coarse_curve(steps, 5, 60.0)
    assert told[["at_risk", "events", "censored"]].isna().all(axis=None)
    for arm, own in told.groupby("arm"):
        whole = steps[steps["arm"] == arm]
        gone = [
            whole.loc[whole["survival"] >= survival - 1e-12, "events"].sum()
            for survival in own["survival"]
        ]
        assert (np.diff(gone) >= 5).all()
    assert all(time == coarse(time) for time in told["time"])


@pytest.mark.parametrize("times", [[4, 5, 1, 9, 6], [5, 1, 3, 2, 4, 5], [6, 4]])
def test_tied_events_never_leave_a_step_of_few(times: list[int]) -> None:
    """Counts of events by time: the old steps closed wherever a multiple of 5 was passed."""
    events = np.array([0, *times])
    left = 30 + events.sum() - events.cumsum()
    survival = (left / left[0]).round(12)
    steps = pd.DataFrame({"arm": "A", "time": np.arange(len(events)) * 1.0, "events": events})
    steps = steps.assign(at_risk=left + events, censored=0, survival=survival, std_error=0.1)
    told = coarse_curve(steps, 5, 60.0)["survival"]
    gone = steps.set_index("survival")["events"].cumsum()[told.to_numpy()]
    assert (np.diff(gone) >= 5).all() and len(told) > 1
    assert events.sum() - gone.iloc[-1] not in range(1, 5)


@pytest.mark.parametrize("times", [(12.0, 24.0), tuple(np.arange(0.5, 60.0, 0.5))])
def test_survival_at_a_time_is_right_or_withheld_and_never_a_few_events_off_a_step(times) -> None:
    cohort = ph.simulated_example()
    steps = ph.kaplan_meier(cohort)
    table = frequentist_answers(cohort, times=times, horizon=24.0)
    curve = coarse_curve(steps, 5, 60.0, times)
    told = told_answers(table, steps, curve, len(cohort), 5)
    told = told[(told["analysis"] == "kaplan_meier") & (told["quantity"] == "survival")]
    assert told[["n", "events"]].isna().all(axis=None)
    exact = table[(table["analysis"] == "kaplan_meier") & (table["quantity"] == "survival")]
    for arm, own in told.groupby("arm"):
        right = exact[exact["arm"] == arm].set_index("time")
        shown = own.set_index("time")["value"].dropna()
        assert len(shown) >= 2 and (shown == right["value"][shown.index]).all()
        assert (own.loc[own["value"].isna(), "note"] == "withheld").all()
        few = right["n"] < 5
        assert not few[few].index.isin(shown.index).any()
        whole = steps[steps["arm"] == arm]
        known = {*shown, *curve.loc[curve["arm"] == arm, "survival"]}
        gone = sorted(whole.loc[whole["survival"] >= one, "events"].sum() for one in known)
        assert (np.diff(gone) >= 5).all()


def test_numbers_at_risk_differ_by_none_or_several(two_arms: Results) -> None:
    numbers = [40, 38, 36, 35, 30, 6, 3, 0]
    table = pd.DataFrame({"arm": "A", "time": np.arange(8.0), "at_risk": numbers})
    told = told_at_risk(table, withholding(two_arms))["at_risk"].tolist()
    assert told == [40, "–", "–", 35, 30, 6, "<5", 0]


def withholding(results: Results, **fields: object) -> Results:
    analysis = replace(results.analysis, clinical={"privacy": PrivacySpec()})
    return replace(results, analysis=analysis, **fields)  # type: ignore[arg-type]


def test_reasons_and_errors_name_no_rows_and_no_counts(two_arms: Results) -> None:
    reasons = (
        "missing a covariate of the analysis: 'age' in 2 rows, 'stage' in 1,007 rows",
        "censored by the landmark at 6 months (Control 3, Drug 41)",
        'after the first event of a patient (recurrent = "first"): 31 patients, 33 further events',
        "outside the patients asked for (age ≥ 65)",
    )
    cohort = replace(two_arms.cohort, dropped=tuple(Dropped(one, (7,), 40) for one in reasons))
    lost = MissingPart("table of medians", "row 7 of arm B has 3 events", "answers")
    told = private_results(
        withholding(two_arms, cohort=cohort, missing=(lost,), clinical_failures=("row 7: 3 of 9",))
    )
    assert [(one.reason, one.rows, one.count) for one in told.cohort.dropped] == [
        ("missing a covariate of the analysis: 'age', 'stage'", (), 40),
        ("censored by the landmark at 6 months", (), 40),
        ('after the first event of a patient (recurrent = "first")', (), 40),
        (reasons[3], (), 40),
    ]
    assert "row 7" not in str((told.missing, told.clinical_failures, told.cohort.dropped))
    assert told.missing[0].name == "table of medians" and len(told.clinical_failures) == 1
    assert inside_sentence(told).startswith("Withheld by `[privacy]`")


def test_times_are_told_to_two_digits_and_the_longest_down(two_arms: Results) -> None:
    told, whole = private_results(withholding(two_arms)).frequentist, two_arms.frequentist
    longest = told.answers[told.answers["quantity"] == "max_follow_up"]["value"]
    assert (told.follow_up["max_follow_up"] <= whole.follow_up["max_follow_up"]).all()
    assert longest.tolist() == told.follow_up["max_follow_up"].tolist()
    medians = told.answers[told.answers["quantity"] == "median"]["value"].dropna()
    assert len(medians) and all(float(f"{one:.1e}") == one for one in [*medians, *longest])


def test_whoever_lacks_a_covariate_is_several_or_refused() -> None:
    cohort = replace(ph.simulated_example(), drop_missing=True)
    model = ModelSpec("m", Weibull(), "arm + dose_gy + gtv_cc")
    asked = PrivacySpec(models=(model,))
    for dose, volume, said in (
        (range(2), range(2, 9), "who lack 'dose_gy' would"),
        (range(6), range(4, 10), "who lack 'dose_gy' and 'gtv_cc'"),
        (range(6), range(9), "who lack 'gtv_cc' and not 'dose_gy'"),
        (range(6), range(6, 12), ""),
    ):
        frame = cohort.covariates.copy()
        for name, rows in (("dose_gy", dose), ("gtv_cc", volume)):
            frame[name] = frame[name].mask(np.isin(np.arange(len(frame)), rows))
        found = " ".join(
            one.what for one in privacy_faults(asked, replace(cohort, covariates=frame))
        )
        assert said in found if said else not found


def test_events_of_those_who_lack_a_covariate_do_not_follow() -> None:
    cohort = ph.simulated_example()
    frame = cohort.covariates.assign(dose_gy=cohort.covariates["dose_gy"].mask(np.arange(120) < 6))
    table = frequentist_answers(
        replace(cohort, covariates=frame),
        covariates=["dose_gy", "gtv_cc"],
        columns=frame[["dose_gy", "gtv_cc"]],
    )
    steps = ph.kaplan_meier(cohort)
    told = told_answers(table, steps, coarse_curve(steps, 5, 60.0), len(cohort), 5)
    own = told[told["analysis"] == "cox_univariable"].groupby("term")
    events = own["events"].first()
    assert np.isnan(events["dose_gy"]) and events["gtv_cc"] == cohort.event.sum()
    several = told[told["analysis"] == "cox_multivariable"]
    assert len(several) and several["events"].isna().all()
    assert told.loc[told["arm"] != "", "events"].notna().any()


def test_every_file_that_may_be_told_is_one_that_is_written(
    two_arms: Results, tmp_path: Path
) -> None:
    made = {path.stem for path in write_results(two_arms, tmp_path).files}
    made |= {name for part in TOLD_PARTS for name in part_of(part).tables(MagicMock())}
    assert set(TOLD_FILES) <= made


def test_nothing_is_shared_into_a_folder_that_holds_anything(
    two_arms: Results, tmp_path: Path
) -> None:
    (tmp_path / "pareto_k.csv").write_text("subject\nHOSP-1\n")
    with pytest.raises(OutputError, match=r"pareto_k\.csv") as error:
        withholding(two_arms).report(tmp_path)
    assert "--out" in error.value.fix and len(list(tmp_path.iterdir())) == 1


def test_draws_without_rows_name_no_cluster_and_no_last_event(
    two_arms: Results, tmp_path: Path
) -> None:
    fit = two_arms.posterior.primary
    for spec, said in (
        (replace(fit.spec, formula="arm + (1 | centre)"), "name every centre"),
        (replace(fit.spec, baseline=MSpline()), "last knot"),
    ):
        with pytest.raises(PosthazError, match=said):
            ph.write_fit(replace(fit, spec=spec), tmp_path / "fit.nc", rows=False)
    assert not list(tmp_path.iterdir())
    with xr.open_datatree(ph.write_fit(fit, tmp_path / "fit.nc", rows=False)) as tree:
        assert "posterior" in tree.children
        assert not {"design_frame", "design_weight", "log_likelihood"} & set(tree.children)
