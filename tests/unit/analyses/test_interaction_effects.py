"""Effects within levels and along numbers."""

from dataclasses import replace

import numpy as np
import pytest

import posthaz as ph
from posthaz.analyses.interactions.smooth_section import interaction_steps
from posthaz.baselines import cox_model
from posthaz.errors import CohortError
from tests.unit.analyses.subgroup_cohorts import subgroup_cohort

SAMPLING = ph.Sampling(chains=2, draws=500, seed=4)
MODEL = ph.ModelSpec("m", ph.Exponential(), "arm")
ASKED = ph.InteractionSpec(
    "dose", "dose_gy", "gtv_cc", (63.0,), (146.0,), ("sex",), continuous=True
)


@pytest.fixture(scope="module")
def found():
    return ph.interaction_effects(subgroup_cohort(), MODEL, ASKED, SAMPLING)


def test_effects_within_levels(found):
    levels = found.levels
    assert levels["by_level"].tolist() == ["all", "<146", ">=146"]
    assert levels["by_label"].tolist() == ["All patients", "<146 cm3", "≥146 cm3"]
    apart = np.log(levels["hr"].to_numpy(float) / levels["cox_hr"].to_numpy(float))
    assert np.abs(apart).max() < 0.12
    small, large = levels.iloc[1], levels.iloc[2]
    assert small["logrank_p"] > 0.05 > large["logrank_p"]
    assert large["p_below_1"] > 0.99
    assert levels[["patients_reference", "patients"]].to_numpy()[1:].sum() == 240


def test_the_ratio_of_ratios_is_that_of_the_levels(found):
    row = found.ratios[found.ratios["model"] == "levels"].iloc[0]
    assert row["contrast"] == "≥146 cm3 v <146 cm3"
    assert row["ratio"] == pytest.approx(found.levels["hr"][2] / found.levels["hr"][1], rel=0.05)
    assert row["lower"] < row["ratio"] < row["upper"]
    assert np.log(row["ratio"]) == pytest.approx(np.log(row["cox_ratio"]), abs=0.15)
    assert row["p_above_1"] < 0.05
    assert row["df"] == 1
    assert row["p"] < 0.05


def test_the_continuous_model_beside_the_cut_offs(found):
    smooth = found.smooth
    assert smooth.formula == "center(dose_gy) * center(log(gtv_cc)) + sex"
    assert (smooth.start, smooth.end) == (55.0, 66.0)
    along = smooth.curves[smooth.curves["along"] == "by"]
    # the dose matters in large tumours: its hazard ratio falls along the volume
    assert along["median"].is_monotonic_decreasing
    curves = smooth.curves[smooth.curves["along"] == "effect"]
    assert set(curves["panel"]) == {"<146 cm3", "≥146 cm3"}
    at_start = curves.loc[(curves["x"] - 55.0).abs().groupby(curves["panel"]).idxmin()]
    assert at_start["median"].to_numpy() == pytest.approx(1.0, abs=0.02)
    assert set(found.comparison["model"]) == {"levels", "continuous"}


def test_the_cox_ratio_of_numbers_is_a_step_of_the_product_term(found):
    cohort = subgroup_cohort()
    row = found.ratios[found.ratios["model"] == "continuous"].iloc[0]
    columns = cohort.covariates[["dose_gy", "sex"]].assign(
        log_gtv=np.log(cohort.covariates["gtv_cc"]), sex=cohort.covariates["sex"].cat.codes
    )
    columns = (columns - columns.mean()).astype(float)
    columns["product"] = columns["dose_gy"] * columns["log_gtv"]
    term = cox_model(cohort, columns).table.set_index("term").loc["product"]
    first, last = np.log(cohort.covariates["gtv_cc"]).quantile([0.25, 0.75])
    step = (found.smooth.end - found.smooth.start) * (last - first)
    assert row["cox_ratio"] == pytest.approx(np.exp(step * term["log_hr"]), rel=1e-3)
    assert row["cox_p"] == pytest.approx(term["p"], rel=1e-2)
    assert row["cox_lower"] < row["cox_ratio"] < row["cox_upper"]
    assert np.log(row["ratio"]) == pytest.approx(np.log(row["cox_ratio"]), abs=0.15)


def test_steps_stand_where_the_cuts_are(found):
    steps = interaction_steps(found)
    by = steps[steps["along"] == "by"]
    assert by["start"].tolist() == [-np.inf, 146.0]
    assert by["median"].tolist() == found.levels["hr"].tolist()[1:]
    effect = steps[(steps["along"] == "effect") & (steps["panel"] == "≥146 cm3")]
    assert effect["median"].tolist() == [1.0, found.levels["hr"][2]]


def test_a_factor_along_a_number_and_a_spline_within_levels():
    cohort = subgroup_cohort()
    treatment = ph.InteractionSpec("t", "arm", "gtv_cc", by_cut=(146.0,), continuous=True)
    first = ph.interaction_effects(cohort, MODEL, treatment, SAMPLING)
    assert set(first.smooth.curves["along"]) == {"by"}
    assert first.smooth.curves["panel"].iloc[0] == "RT v Chemo"
    assert len(interaction_steps(first)) == 2
    spline = ph.InteractionSpec(
        "s", "dose_gy", "sex", (63.0,), continuous=True, effect_term="spline(dose_gy, df=3)"
    )
    second = ph.interaction_effects(cohort, MODEL, spline, SAMPLING)
    assert set(second.smooth.curves["panel"]) == {"Male", "Female"}
    assert second.smooth.test.df == 3


def test_levels_that_can_not_be_compared_are_said():
    cohort = subgroup_cohort()
    asked = ph.InteractionSpec("x", "arm", "site")
    found = ph.interaction_effects(cohort, MODEL, asked, SAMPLING)
    notes = dict(zip(found.levels["by_level"], found.levels["note"], strict=True))
    assert notes["quiet"] == "no events"
    assert notes["one-armed"] == "no patients in arm Chemo"
    assert np.isfinite(found.levels["hr"][1])
    assert any("leave out 4 of 240 rows" in note for note in found.notes)
    only = cohort.where((cohort.covariates["site"] == "one-armed").to_numpy() | cohort.event)
    only = replace(only, covariates=only.covariates.assign(site=only.covariates["site"]))
    part = only.where((only.covariates["site"] != "quiet").to_numpy())
    lonely = ph.interaction_effects(part, MODEL, asked, SAMPLING)
    assert lonely.ratios.empty
    assert any("no interaction to estimate" in note for note in lonely.notes)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (ph.InteractionSpec("x", "dose_gy", "sex"), "'dose_gy' is a number"),
        (ph.InteractionSpec("x", "arm", "sex", by_cut=(1.0,)), "'sex' is a factor"),
        (ph.InteractionSpec("x", "arm", "sxe"), "did you mean 'sex'?"),
    ],
)
def test_what_can_not_interact_is_refused(asked, message):
    with pytest.raises(CohortError) as caught:
        ph.interaction_effects(subgroup_cohort(40), MODEL, asked, SAMPLING)
    assert message in str(caught.value)


def test_survival_and_time_gained_within_levels():
    """A model of the levels alone gains what Kaplan-Meier does, and the difference is theirs."""
    cohort = subgroup_cohort()
    asked = ph.InteractionSpec("dose", "dose_gy", "gtv_cc", (63.0,), (146.0,))
    found = ph.interaction_effects(cohort, MODEL, asked, SAMPLING, horizon=24.0)
    levels = found.gained.set_index("by_level")
    assert list(levels.index) == ["<146", ">=146"]
    inside = (levels["km_lower"] < levels["gain"]) & (levels["gain"] < levels["km_upper"])
    assert inside.all()
    (difference,) = found.gain_differences.to_dict("records")
    assert (difference["by_level"], difference["against"]) == (">=146", "<146")
    apart = difference["gain"]
    assert apart == pytest.approx(levels["gain"].diff().iloc[1], abs=0.2)
    assert levels["p_above_0"][">=146"] > 0.95
    assert [part.label for part in found.curves] == ["<146 cm3", "≥146 cm3"]
    small = found.curves[0]
    assert small.steps["at_risk"].max() <= len(small.part.patients)
    last = small.curves.groupby("arm")["median"].last()
    assert ((last > 0) & (last < 1)).all() and len(last) == 2
