"""Every axis of a sensitivity analysis: from the file to patients and models, and what is wrong."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.errors import AdjustmentError, CohortError, SpecError
from posthaz.sensitivity import variants
from posthaz.spec import Analysis
from posthaz.spec.model_table import read_models
from posthaz.spec.sensitivity_table import read_sensitivity
from tests.unit.spec.reading import problems, toml_table

MODELS = """
[models.pwe]
baseline = "piecewise_exponential"
cuts = 5
smoothing = "random_walk"
formula = "arm + age + stage"
[models.weibull]
baseline = "weibull"
formula = "arm + age"
"""
COLUMNS = {name: ph.Column(name) for name in ("arm", "age", "bmi")}
COLUMNS["stage"] = ph.Column("stage", levels=("II", "III"))
SPEC = ph.CohortSpec(time="t", event="d", treatment="arm", columns=COLUMNS, missing="drop")


def cohort(size=60, **changes):
    random = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "t": np.round(random.exponential(12.0, size), 2) + 0.01,
            "d": (random.random(size) < 0.7).astype(int),
            "arm": np.where(np.arange(size) % 2 == 0, "A", "B"),
            "age": np.round(random.normal(62.0, 9.0, size)),
            "bmi": np.round(random.normal(25.0, 4.0, size), 1),
            "stage": random.choice(["II", "III"], size),
        }
    )
    return ph.read_cohort(table.assign(**changes), SPEC)


def read(text, cohort_spec=SPEC, landmark=0.0):
    file = toml_table(MODELS + "[sensitivity]\n" + text)
    models = read_models(file.below("models"))
    spec = read_sensitivity(file, models, cohort_spec, landmark=landmark)
    return spec, models, problems(file)


def listed(text, patients=None):
    spec, models, wrong = read(text)
    assert wrong == []
    analysis = Analysis("x", models, SPEC, sensitivity=spec)
    return variants(analysis, cohort=patients if patients is not None else cohort())


def labels(text, patients=None):
    return [one.label for one in listed(text, patients)][1:]


def only(text, patients=None):
    """The one variant besides the primary, and its patients."""
    _, one = listed(text, patients)
    return one, one.of_patients(cohort() if patients is None else patients)


def test_options_of_the_baseline_are_an_axis_each():
    found = listed('[sensitivity.options]\ncuts = [3, [6, 12]]\nsmoothing = ["independent"]\n')
    assert [one.label for one in found][1:] == ["cuts: 3", "cuts: 6 and 12",
                                                "smoothing: independent"]  # fmt: skip
    baselines = [one.spec.baseline for one in found[1:]]
    assert baselines[0].intervals == 3 and baselines[0].smoothing == "random_walk"
    assert baselines[1].cuts == (6.0, 12.0) and baselines[2].smoothing == "independent"


def test_a_combination_that_is_no_model_makes_no_variant():
    text = 'combine = "full"\n[sensitivity.options]\norder = [2]\nsmoothing = ["independent"]\n'
    assert labels(text) == ["smoothing: independent", "order: 2"] or labels(text) == [
        "order: 2",
        "smoothing: independent",
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[sensitivity.options]\nknots = [3]\n", "no model that is varied has a baseline"),
        ("[sensitivity.options]\ncuts = [0]\n", "cuts"),
        ("[sensitivity.options]\ncuts = [[12, 6]]\n", "12 and 6"),
        ("[sensitivity.changing]\nbmi = [2]\n", "no model that is varied has a term 'bmi'"),
        ("[sensitivity.covariates]\ncandidates = ['arm', 'age']\n", "the treatment is among them"),
        ("[sensitivity.covariates]\ncandidates = ['weight']\n", "'weight' is not described"),
        ("[sensitivity.codings.bmi]\nas = ['log']\n", "no model that is varied has a term of"),
        ("[sensitivity.codings.age]\nas = ['cubic']\n", "as"),
        ("landmarks = [0]\n", "landmarks"),
        ("horizons = 12\n", "horizons"),
        ("censored = ['middle']\n", "censored"),
        ("censored = [0]\n", "censored"),
        ("missing = ['multiple', 'multiple']\n", "stands twice"),
        ("missing = [{ weight = 3 }]\n", "'weight' is not described"),
        ("missing = [{ age = 'old' }]\n", "missing"),
        ("missing = [{ }]\n", "it is empty"),
        ("leave_one_out = ['cluster']\n", "there are no clusters"),
        ("leave_one_out = ['patient', 'patient']\n", "stands twice"),
        ("[sensitivity.exclusions.old]\n", "it has no condition"),
        ("[sensitivity.exclusions.old]\nweight = {above = 3}\n", "'weight' is not described"),
        ("[sensitivity.matching]\nratio = [1, 2]\n", "formula"),
        ("[sensitivity.matching]\nformula = 'arm + age'\n", "the score predicts 'arm'"),
        ("[sensitivity.matching]\nformula = 'age'\nexact = [['x']]\n", "'x' is not described"),
        ("[sensitivity.weights]\nformula = 'age'\ntarget = 'ATO'\nstabilised = true\n",
         "no combination of its values is possible"),
        ("[sensitivity.priors.arm]\ndiscounts = { hr = 0.8, lower = 0.9, upper = 1, at = [1] }\n",
         "hazard ratio"),
    ],
)  # fmt: skip
def test_what_is_wrong_has_its_place_and_its_fix(text, what):
    _, _, wrong = read(text)
    assert len(wrong) == 1, wrong
    assert "sensitivity" in wrong[0] and what in wrong[0] and "Fix: " in wrong[0]


def test_every_subset_of_the_candidates_and_not_twice_what_is_stated():
    text = "[sensitivity.covariates]\ncandidates = ['age', 'stage']\n"
    found = listed(text)
    formulas = [one.spec.formula for one in found]
    assert formulas == ["arm + age + stage", "arm", "arm + age", "arm + stage"]


def test_codings_replace_the_term_where_it_stands():
    text = "[sensitivity.codings.age]\nas = ['log', 'doubling', 'spline']\ncuts = [65]\n"
    formulas = [one.spec.formula for one in listed(text)]
    assert formulas[1:] == [
        f"arm + {term} + stage"
        for term in ("log(age)", "log2(age)", "spline(age, df=3)", "I(age >= 65)")
    ]


def test_every_cut_leaves_enough_patients_on_either_side():
    text = "[sensitivity.codings.age]\nevery_cut = { least = 0.2, most = 5 }\n"
    found = listed(text)[1:]
    assert len(found) == 5
    ages = cohort().covariates["age"].to_numpy()
    cuts = [float(one.label.removeprefix("coding of age: cut at ")) for one in found]
    shares = [float(np.mean(ages < cut)) for cut in cuts]
    assert min(shares) >= 0.2 and max(shares) <= 0.8 and cuts == sorted(cuts)


def test_an_effect_that_changes_or_does_not():
    found = listed("[sensitivity.changing]\narm = [2, [6.0], 'proportional']\n")
    assert [one.label for one in found][1:] == ["effect of arm: changes, 2 intervals",
                                                "effect of arm: changes at 6"]  # fmt: skip
    assert found[2].spec.changing[0].cuts == (6.0,)


def test_the_landmark_asks_no_restricted_mean():
    one, some = only("landmarks = [6]\n")
    whole = cohort()
    assert len(some) == int((whole.exit > 6).sum())
    assert np.allclose(np.sort(some.exit), np.sort(whole.exit[whole.exit > 6] - 6))
    asked = one.of_estimands(ph.EstimandSpec(survival_at=(12.0,), rmst_to=24.0))
    assert asked.rmst_to is None and asked.survival_at == ()


def test_a_horizon_ends_follow_up_and_asks_nothing_beyond():
    one, some = only("horizons = [10]\n")
    whole = cohort()
    assert some.exit.max() == 10.0
    assert some.event.sum() == (whole.event & (whole.exit <= 10)).sum()
    asked = one.of_estimands(ph.EstimandSpec(survival_at=(6.0, 12.0), rmst_to=9.0))
    assert (asked.survival_at, asked.rmst_to) == ((6.0,), 9.0)


def test_a_horizon_after_a_landmark_ends_answers_that_count_from_it():
    spec, _, wrong = read("horizons = [10]\n", landmark=6.0)
    ((ending,),) = ([one.change for one in axis.alternatives] for axis in spec.axes)
    asked = ending.of_estimands(ph.EstimandSpec(survival_at=(3.0, 9.0), rmst_to=9.0))
    assert wrong == [] and (asked.survival_at, asked.rmst_to) == ((), None)
    kept = ending.of_estimands(ph.EstimandSpec(survival_at=(3.0, 9.0), rmst_to=4.0))
    assert (kept.survival_at, kept.rmst_to) == ((3.0,), 4.0)


@pytest.mark.parametrize(
    ("how", "fails"), [("worst", "B"), ("best", "A"), ("all_fail", "AB"), ("none_fails", "")]
)
def test_extremes_of_what_censoring_hides(how, fails):
    _, some = only(f"censored = ['{how}']\n")
    whole = cohort()
    out = ~whole.event
    for arm in "AB":
        own = out & (whole.arm == arm)
        assert some.event[own].all() == (arm in fails)
        end = whole.exit[own] if arm in fails else whole.exit.max()
        assert np.all(some.exit[own] == end)
    assert np.array_equal(some.exit[~out], whole.exit[~out])


def test_exclusions_are_an_axis_each_and_keep_the_unknown():
    text = (
        "combine = 'full'\n[sensitivity.exclusions.old]\nage = { at_least = 70 }\n"
        "[sensitivity.exclusions.early]\nstage = ['II']\n"
    )
    whole = cohort()
    found = listed(text)
    assert len(found) == 4
    sizes = [len(one.of_patients(whole)) for one in found]
    old, early = (whole.covariates["age"] >= 70), (whole.covariates["stage"] == "II")
    assert sizes == [60, (~early).sum(), (~old).sum(), (~old & ~early).sum()]


def test_no_single_patient_of_a_row_that_stands_for_several_is_left_out():
    spec, models, _ = read("leave_one_out = ['patient']\n")
    several = replace(cohort(), weight=np.full(60, 2.0), weight_kind="frequency")
    with pytest.raises(CohortError, match="stand for several patients"):
        variants(Analysis("x", models, SPEC, sensitivity=spec), cohort=several)


def test_one_patient_and_one_event_at_a_time():
    whole = cohort()
    patients = listed("leave_one_out = ['patient']\n")[1:]
    assert len(patients) == 60
    left = [set(whole.subject) - set(one.of_patients(whole).subject) for one in patients]
    assert all(len(one) == 1 for one in left) and len(set.union(*left)) == 60
    events = listed("leave_one_out = ['event']\n")[1:]
    assert len(events) == int(whole.event.sum())
    assert {int(one.of_patients(whole).event.sum()) for one in events} == {len(events) - 1}
    assert "1 of 60" in patients[0].label  # in the order of follow-up, nobody named


def test_matched_patients_by_every_combination_and_seed():
    text = (
        "[sensitivity.matching]\nformula = 'age'\nratio = [1, 2]\ncaliper = [0.2, 'none']\n"
        "seeds = [1, 2]\n"
    )
    found = listed(text)[1:]
    assert len(found) == 8
    assert found[0].label == "matching: ratio 1, caliper 0.2, seed 1"
    one = found[0].of_patients(cohort())
    assert one.cluster is not None and np.all(np.bincount(one.cluster) == 2)
    assert np.all(one.weight == 1.0)


def test_weights_add_up_to_the_effective_size_of_each_arm():
    _, some = only("[sensitivity.weights]\nformula = 'age + bmi'\ntarget = 'ATE'\n")
    score = ph.propensity_score(cohort(), "age + bmi")
    weight = ph.balancing_weights(score, "ATE").weight
    for arm in "AB":
        own = weight[cohort().arm == arm]
        assert some.weight[some.arm == arm].sum() == pytest.approx(own.sum() ** 2 / (own**2).sum())


def test_missing_values_as_a_level_and_a_mark():
    lacking = cohort(age=[np.nan, np.nan, *range(50, 108)], stage=["II", None, "III"] * 20)
    found = listed("missing = ['own', 'indicator']\n", lacking)
    assert found[1].label == "missing values: missing-indicator" or len(found) == 3
    marked = found[-1]
    some = marked.of_patients(lacking)
    assert len(some) == 60 and not some.covariates[["age", "stage"]].isna().any().any()
    assert some.covariates["age_missing"].sum() == 2
    assert some.covariates["age"].iloc[0] == np.median(range(50, 108))
    assert (some.covariates["stage"] == "missing").sum() == 20
    assert marked.spec.formula == "arm + age + stage + age_missing"


def test_imputed_covariates_and_their_shifts_are_drawn_several_times():
    lacking = cohort(bmi=[np.nan, np.nan, *range(20, 78)])
    found = listed("missing = ['multiple', { bmi = 5, age = -2.5 }]\n", lacking)[1:]
    shifted = "missing values: imputed, bmi +5, age -2.5"
    assert [one.label for one in found] == ["missing values: imputed", shifted]
    assert all(one.draws == ("covariates",) and one.takes_incomplete for one in found)
    assert found[1].patients[0].needed == ("bmi", "age")
    assert "shifted by bmi +5, age -2.5" in found[1].patients[0].words
    assert "shifted" not in found[0].patients[0].words


def test_a_hazard_after_censoring_needs_one_exact_time_a_patient():
    one, some = only("censored = [2]\n")
    assert one.label == "the censored: hazard x 2 after censoring"
    assert one.draws == ("censored times",) and len(some) == 60
    whole = cohort()
    late = replace(whole, entry=np.where(whole.exit > 2, 1.0, 0.0))
    with pytest.raises(CohortError, match="one exact time a patient from the start"):
        one.of_patients(late)


def test_nothing_missing_nothing_to_vary():
    complete = ph.CohortSpec(time="t", event="d", treatment="arm", columns=COLUMNS)
    _, _, wrong = read("missing = ['own']\n", complete)
    assert "nobody who lacks a covariate" in wrong[0]


def test_an_earlier_study_discounted():
    text = (
        "[sensitivity.priors.arm]\n"
        "discounts = { hr = 0.8, lower = 0.6, upper = 1.0667, at = [0.25, 1.0] }\n"
    )
    found = listed(text)
    sds = [one.spec.priors["arm"].values[1] for one in found[1:]]
    assert sds[0] == pytest.approx(2 * sds[1]) and sds[1] == pytest.approx(0.1468, abs=1e-4)


def test_what_the_patients_decide_needs_them():
    spec, models, _ = read("leave_one_out = ['patient']\n")
    with pytest.raises(SpecError, match="depends on the patients"):
        variants(Analysis("x", models, SPEC, sensitivity=spec))


def test_too_many_variants_are_refused_with_the_count():
    text = (
        "combine = 'full'\nleave_one_out = ['patient', 'event']\n"
        "[sensitivity.options]\ncuts = [2, 3, 4, 6, 7, 8, 9, 10]\n"
    )
    with pytest.raises(SpecError, match=r"variants, .* at most 20,000") as error:
        listed(text)
    assert "one_at_a_time" in error.value.fix


def test_patients_that_cannot_be_made_say_so():
    with pytest.raises(AdjustmentError, match="no event comes after"):
        only("landmarks = [1000]\n")
    with pytest.raises(CohortError, match="none is left"):
        only("[sensitivity.exclusions.b]\narm = ['B']\n")
