"""Missing covariates: imputation, Rubin's rules, what is refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.analyses.missing.faults import imputation_faults
from posthaz.analyses.missing.fits import COX_IMPUTED, IMPUTED, pooled_estimate
from posthaz.errors import CohortError, SpecError


def table(patients=160, seed=5):
    random = np.random.default_rng(seed)
    age = random.normal(62.0, 8.0, patients)
    lean = 27.0 - 0.15 * (age - 62.0) + random.normal(0.0, 3.0, patients)
    sex = np.where(random.random(patients) < 0.4, "f", "m")
    grade = np.where(age > 66, "III", np.where(age > 58, "II", "I"))
    arm = np.where(random.random(patients) < 0.5, "rt", "none")
    rate = 0.05 * np.exp(0.05 * (age - 62.0) - 0.4 * (arm == "rt"))
    time, cut = random.exponential(1.0 / rate), random.uniform(6.0, 40.0, patients)
    return pd.DataFrame(
        {
            "months": np.minimum(time, cut), "dead": (time <= cut).astype(int), "arm": arm,
            "age": age, "bmi": lean, "sex": sex, "grade": grade,
        }
    )  # fmt: skip


COLUMNS = {
    "age": ph.Column("age"), "bmi": ph.Column("bmi", unit="kg/m2"), "sex": ph.Column("sex"),
    "grade": ph.Column("grade", levels=("I", "II", "III")),
}  # fmt: skip


def read(frame, **more):
    columns = {name: column for name, column in COLUMNS.items() if name in frame} | {
        name: ph.Column(name) for name in more.pop("also", ())
    }
    settings = {"time": "months", "event": "dead", "treatment": "arm", "missing": "drop"} | more
    return ph.read_cohort(frame, columns=columns, treatment_reference="none", **settings)


def holed(share=0.3, seed=1):
    frame = table()
    random = np.random.default_rng(seed)
    for name in ("bmi", "sex", "grade"):
        frame.loc[random.random(len(frame)) < share, name] = np.nan
    return frame


@pytest.fixture(scope="module")
def imputed():
    return ph.impute(
        read(holed()), ["arm", "age", "bmi", "sex", "grade"], imputations=6, iterations=5,
        kinds={"grade": "ordered"}, seed=3,
    )  # fmt: skip


def test_what_is_known_stays_and_the_rest_is_filled_with_values_that_can_be(imputed):
    known = read(holed()).covariates
    assert imputed.kinds == {"bmi": "continuous", "sex": "binary", "grade": "ordered"}
    for cohort in imputed.cohorts:
        assert not cohort.covariates.isna().any().any()
        for name in ("bmi", "sex", "grade"):
            there = known[name].notna()
            assert (cohort.covariates[name][there] == known[name][there]).all()
            assert set(cohort.covariates[name]) <= set(known[name].dropna())
    first, second = imputed.cohorts[:2]
    assert (first.covariates["bmi"] != second.covariates["bmi"]).sum() > 20


def test_the_same_seed_gives_the_same_values_and_another_gives_others(imputed):
    cohort, names = read(holed()), ["arm", "age", "bmi", "sex", "grade"]
    settings = {"imputations": 2, "iterations": 2, "kinds": {"grade": "ordered"}}
    made = [
        ph.impute(cohort, names, seed=seed, **settings).cohorts[1].covariates for seed in (3, 3, 4)
    ]
    pd.testing.assert_frame_equal(made[0], made[1])
    assert not made[0].equals(made[2])


def test_imputed_values_follow_what_predicts_them():
    """Grade follows age without exception, so that imputed grades must follow it nearly always."""
    whole, frame = table(), table()
    gone = np.random.default_rng(2).random(len(frame)) < 0.3
    frame.loc[gone, "grade"] = np.nan
    made = ph.impute(
        read(frame), ["age", "grade"], imputations=10, iterations=2, kinds={"grade": "ordered"}
    )
    right = np.mean(
        [(one.covariates["grade"].astype(str)[gone] == whole["grade"][gone]).mean()
         for one in made.cohorts]
    )  # fmt: skip
    shares = whole["grade"].value_counts(normalize=True)
    assert right > 0.8 > float((shares**2).sum()) + 0.3  # by chance: about 0.35


def test_the_outcome_stands_in_the_imputation_models():
    """A covariate that decides the event is imputed as who had it and who hadn't."""
    random = np.random.default_rng(8)
    sick = random.random(300) < 0.5
    time = random.exponential(np.where(sick, 3.0, 300.0))
    frame = pd.DataFrame(
        {"months": np.minimum(time, 24.0), "dead": (time < 24).astype(int),
         "arm": np.where(random.random(300) < 0.5, "rt", "none"),
         "marker": np.where(sick, "high", "low")}
    )  # fmt: skip
    gone = random.random(300) < 0.4
    frame.loc[gone, "marker"] = None
    made = ph.impute(read(frame, also=["marker"]), ["arm", "marker"], imputations=5)
    high = np.stack([(one.covariates["marker"] == "high").to_numpy() for one in made.cohorts])
    dead = frame["dead"].to_numpy() == 1
    assert high[:, gone & dead].mean() > 0.8
    assert high[:, gone & ~dead].mean() < 0.3


@pytest.mark.parametrize(("name", "delta", "sign"), [("bmi", 3.0, 1), ("sex", -2.0, -1)])
def test_a_delta_shifts_imputed_values_and_nothing_else(name, delta, sign):
    cohort, names = read(holed()), ["arm", "age", "bmi", "sex"]
    settings = {"imputations": 4, "iterations": 3}
    plain = ph.impute(cohort, names, **settings)
    moved = ph.impute(cohort, names, deltas={name: delta}, **settings)
    absent = cohort.covariates[name].isna()

    def mean(made):
        parts = [one.covariates[name][absent] for one in made.cohorts]
        if name == "sex":
            return np.mean([(part == "m").mean() for part in parts])
        return np.mean([part.mean() for part in parts])

    assert sign * (mean(moved) - mean(plain)) > (2.0 if name == "bmi" else 0.2)
    for one in moved.cohorts:
        assert (one.covariates[name][~absent] == cohort.covariates[name][~absent]).all()


def test_patients_are_imputed_and_not_rows():
    """Follow-up cut into two rows gives the patient one value, and the same one as uncut."""
    frame = holed()[["months", "dead", "arm", "age", "bmi"]].reset_index(names="id")
    early = frame.assign(entry=0.0, months=frame["months"] / 2, dead=0)
    late = frame.assign(entry=frame["months"] / 2)
    both = pd.concat([early, late]).sort_values(["id", "entry"])
    settings = {"imputations": 2, "iterations": 2}
    names = ["arm", "age", "bmi"]
    whole = ph.impute(read(frame, subject="id"), names, **settings)
    cut = ph.impute(read(both, subject="id", entry="entry"), names, **settings)
    first = cut.cohorts[0]
    values = first.covariates["bmi"].to_numpy()
    assert (values[::2] == values[1::2]).all()
    np.testing.assert_allclose(values[::2], whole.cohorts[0].covariates["bmi"].to_numpy())


def test_rubins_rules_by_hand():
    estimates, variances = np.array([1.0, 1.4, 1.2, 0.8]), np.array([0.04, 0.05, 0.04, 0.03])
    one = pooled_estimate(estimates, variances)
    between = estimates.var(ddof=1)
    total = 0.04 + 1.25 * between
    assert one.estimate == pytest.approx(1.1)
    assert one.se == pytest.approx(np.sqrt(total))
    increase = 1.25 * between / 0.04
    freedom = 3 * (1 + 1 / increase) ** 2
    assert one.missing_information == pytest.approx((increase + 2 / (freedom + 3)) / (increase + 1))
    same = pooled_estimate(np.full(5, 0.3), np.full(5, 0.04))
    assert (same.missing_information, same.se) == (0.0, pytest.approx(0.2))


def test_patterns_count_patients_by_arm():
    frame = holed()
    found = ph.missing_patterns(read(frame), ["bmi", "sex"])
    both = (frame["bmi"].isna() & frame["sex"].isna()).sum()
    row = found[found["bmi"] & found["sex"]].iloc[0]
    assert row["patients"] == both == row["arm: rt"] + row["arm: none"]
    assert found["patients"].sum() == len(frame)


def test_patterns_count_the_patients_that_a_row_stands_for():
    frame = holed().assign(count=3)
    weighted = read(frame, weight="count", weight_kind="frequency")
    found, plain = (ph.missing_patterns(one, ["bmi", "sex"]) for one in (weighted, read(frame)))
    for name in ("patients", "events", "arm: rt"):
        assert (found[name] == 3 * plain[name]).all()


def said(frame, covariates, **options):
    cohort = read(frame, **options.pop("read", {}))
    return " ".join(
        f"{found.where}: {found.what}. {found.fix}."
        for found in imputation_faults(cohort, covariates, **options)
    )


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        (lambda f: f.assign(empty=np.nan), {"covariates": ["age", "empty"]},
         "no value at all"),
        (lambda f: f.assign(again=f["bmi"] * 2.0), {"covariates": ["bmi", "again"]},
         "a copy of 'again'"),
        (lambda f: f.assign(again=np.where(f.index % 2 == 0, f["bmi"], np.nan)),
         {"covariates": ["bmi"], "auxiliary": ["again"]}, "a copy of"),
        (lambda f: f.assign(bmi=f["bmi"].where(f.index < 5)), {"covariates": ["bmi"]},
         "too few to learn"),
        (lambda f: f[["months", "dead", "arm", "age"]], {"covariates": ["age"]},
         "no covariate of the models is missing"),
        (lambda f: f, {"covariates": ["bmi"], "kinds": {"bmi": "ordered"}}, "has no levels"),
        (lambda f: f, {"covariates": ["sex"], "kinds": {"sex": "continuous"}}, "is no number"),
        (lambda f: f, {"covariates": ["grade"], "kinds": {"grade": "binary"}}, "3 values, not two"),
        (lambda f: f, {"covariates": ["grade"], "deltas": {"grade": (1.0,)}}, "have no order"),
        (lambda f: f, {"covariates": ["bmi"], "deltas": {"age": (1.0,)}}, "missing in nobody"),
        (lambda f: f, {"covariates": ["bmi"], "formulas": ["arm + bs(bmi, df=4)"]},
         "differ between imputations"),
        (lambda f: f, {"covariates": ["bmi"], "formulas": ["spline(bmi, df=3)"]},
         "differ between imputations"),
        (lambda f: f, {"covariates": ["bmi"], "formulas": ["bend(bmi, df=4)"]},
         "differ between imputations"),
        (lambda f: f, {"covariates": ["bmi"], "kinds": {"bmi": "numeric"}}, "no kind 'numeric'"),
        (lambda f: f.assign(bmi=(f["bmi"] > 25).astype(float).where(f["bmi"].notna())),
         {"covariates": ["bmi"], "kinds": {"bmi": "continuous"}}, "two values"),
        (lambda f: f, {"covariates": ["bmy"]}, "did you mean 'bmi'"),
    ],
)  # fmt: skip
def test_what_cannot_be_imputed_is_said(change, options, words):
    frame = change(holed())
    also = [name for name in ("empty", "again") if name in frame]
    assert words in said(frame, **options, read={"also": also})


def test_follow_up_that_gives_no_hazard_is_refused():
    frame = holed().assign(low=lambda f: f["months"] / 2)
    frame["high"] = frame["months"].where(frame["dead"] == 1)
    cohort = ph.read_cohort(
        frame, lower="low", upper="high", missing="drop", columns={"bmi": ph.Column("bmi")}
    )
    assert "interval-censored" in " ".join(f.what for f in imputation_faults(cohort, ["bmi"]))
    several = replace(read(holed()), weight=np.full(160, 3.0))
    assert "several patients" in " ".join(f.what for f in imputation_faults(several, ["bmi"]))


@pytest.mark.parametrize("settings", [{"imputations": 1}, {"iterations": 0}, {"imputations": 2.5}])
def test_counts_that_cannot_be_are_refused(settings):
    with pytest.raises((CohortError, SpecError), match="give a whole number"):
        ph.impute(read(holed()), ["bmi"], **settings)


def test_python_values_follow_the_rules_of_the_file():
    with pytest.raises(SpecError, match="at least 2"):
        ph.MissingSpec(imputations=1)
    with pytest.raises(SpecError, match="kind of 'bmi'"):
        ph.MissingSpec(kinds={"bmi": "numeric"})
    with pytest.raises(SpecError, match="delta of 'bmi'"):
        ph.MissingSpec(deltas={"bmi": 5.0})  # type: ignore[dict-item]
    with pytest.raises(SpecError, match="impute"):
        ph.fit_imputed(ph.ModelSpec("w", ph.Weibull(), "arm"), "a cohort")


def test_answers_of_a_model_imputed_beside_complete_cases():
    """Posterior and Cox, imputed and complete, agree with each other on the same patients."""
    cohort = read(holed(0.2))
    spec = ph.ModelSpec("exponential", ph.Exponential(), "arm + age + bmi + sex")
    asked = ph.MissingSpec(imputations=5, iterations=5, models=(spec,), deltas={"bmi": (0.0, 5.0)})
    found = ph.missing_answers(
        cohort, asked, ph.Sampling(draws=200, chains=2), survival_at=[12.0], horizon=24.0
    )
    table = found.coefficients.set_index(["term", "method"])
    for term in ("arm[rt]", "age", "bmi", "sex[m]"):
        bayes, cox = (table.loc[(term, f"{kind}, imputed")] for kind in ("posterior", "cox"))
        assert abs(bayes["mean"] - cox["mean"]) < 0.4 * cox["sd"]
        assert 0.0 <= bayes["missing_information"] < 1.0
    assert set(table["patients"]) == {160, len(cohort.complete(spec.needed).patients)}
    assert (
        table.loc[("bmi", "posterior, imputed"), "missing_information"]
        > table.loc[("age", "posterior, imputed"), "missing_information"]
    )
    assert set(found.answers["quantity"]) == {
        "survival", "survival_difference", "rmst", "rmst_difference",
    }  # fmt: skip
    shifts = found.deltas.set_index(["term", "delta"])["hr"]
    assert shifts["bmi", 0.0] == pytest.approx(table.loc[("bmi", "posterior, imputed"), "hr"])
    assert shifts["bmi", 5.0] != pytest.approx(shifts["bmi", 0.0], abs=1e-5)
    assert not found.failures


def test_a_plain_function_of_a_missing_number_may_be_fitted():
    assert not said(holed(), ["bmi"], formulas=["abs(bmi) + log(bmi)"])


def test_answers_without_a_model_to_impute_for_say_so():
    with pytest.raises(CohortError, match="missing"):
        ph.missing_answers(read(table()), ph.MissingSpec())


def test_nobody_complete_leaves_the_imputed_answer():
    frame = table()
    half = np.arange(len(frame)) % 2 == 0
    frame["bmi"], frame["age"] = frame["bmi"].where(half), frame["age"].where(~half)
    spec = ph.ModelSpec("exponential", ph.Exponential(), "bmi + age")
    asked = ph.MissingSpec(imputations=2, iterations=2, models=(spec,))
    found = ph.missing_answers(read(frame), asked, ph.Sampling(draws=100, chains=2))
    assert set(found.coefficients["method"]) == {IMPUTED, COX_IMPUTED}
    assert any("complete cases" in note for note in found.notes)


def crossed(patients=400, seed=3):
    """A marker that doubles the hazard in one arm only, missing in four of ten."""
    random = np.random.default_rng(seed)
    arm = np.where(random.random(patients) < 0.5, "rt", "none")
    marker = random.random(patients) < 0.5
    dose = np.exp(random.normal(3.0, 0.8, patients))
    rate = 0.05 * np.exp(1.5 * marker * (arm == "rt") + 0.5 * (np.log(dose) - 3.0))
    time, cut = random.exponential(1.0 / rate), random.uniform(10.0, 60.0, patients)
    frame = pd.DataFrame(
        {"months": np.minimum(time, cut), "dead": (time <= cut).astype(int), "arm": arm,
         "marker": np.where(marker, "high", "low"), "dose": dose}
    )  # fmt: skip
    whole = frame.copy()
    frame.loc[random.random(patients) < 0.4, "marker"] = None
    frame.loc[random.random(patients) < 0.3, "dose"] = np.nan
    return whole, frame


def test_joint_imputation_keeps_an_interaction_that_chained_equations_weaken():
    whole, frame = crossed()
    model = ph.ModelSpec("m", ph.Exponential(), "arm * marker + log(dose)")
    columns = {"also": ["marker", "dose"]}
    cohort, sampling = read(frame, **columns), ph.Sampling(method="laplace", draws=200, chains=2)
    names, settings = ["arm", "marker", "dose"], {"imputations": 8, "iterations": 6, "seed": 2}

    def interaction(fits):
        return np.mean([
            float(one.draws["posterior"]["log_hazard_ratio"].sel(covariate=label).mean())
            for one in fits for label in one.design.columns if ":" in label
        ])  # fmt: skip

    truth = interaction([ph.fit(model, read(whole, **columns), sampling)])
    jointly = ph.impute(cohort, names, model=model, **settings)
    chained = ph.impute(cohort, names, **settings)
    near, far = (
        abs(interaction(ph.fit_imputed(model, one, sampling).fits) - truth)
        for one in (jointly, chained)
    )
    assert near < 0.3 < far
    assert jointly.model == "m" and not chained.model
    gone = cohort.covariates["dose"].isna()
    for one in jointly.cohorts:
        assert (one.covariates["dose"][~gone] == cohort.covariates["dose"][~gone]).all()
        drawn = one.covariates["dose"][gone]
        assert drawn.between(frame["dose"].min(), frame["dose"].max()).all()
        assert not one.covariates.isna().any().any()
    again = ph.impute(cohort, names, model=model, **settings)
    pd.testing.assert_frame_equal(again.cohorts[3].covariates, jointly.cohorts[3].covariates)


def test_what_cannot_be_imputed_jointly_is_said():
    plain = ph.ModelSpec("m", ph.Exponential(), "arm + bmi")
    jointly = {"covariates": ["bmi"], "jointly": (plain,)}
    assert "shifted (delta)" in said(holed(), **jointly, deltas={"bmi": (2.0,)})
    frame = holed().assign(dead=lambda f: f["dead"] * (1 + (f.index % 3 == 0)))
    codes = {"0": 0, "1": 1, "2": 2}
    assert "every cause" in said(frame, **jointly, read={"event_codes": codes})
    excess = replace(plain, background=ph.Background("rate"))
    assert "excess hazards" in said(holed(), covariates=["bmi"], jointly=(excess,))


def test_columns_whose_names_need_backquotes_are_imputed():
    frame = holed().rename(columns={"bmi": "BMI (kg/m2)"})
    columns = {"BMI (kg/m2)": ph.Column("BMI (kg/m2)"), "age": ph.Column("age")}
    cohort = ph.read_cohort(
        frame, time="months", event="dead", treatment="arm", columns=columns, missing="drop"
    )
    formula = "arm + age + log(`BMI (kg/m2)`)"
    assert not list(imputation_faults(cohort, ["arm", "age", "BMI (kg/m2)"], formulas=[formula]))
    (fault,) = imputation_faults(
        cohort, ["arm", "age", "BMI (kg/m2)"], formulas=["bs(`BMI (kg/m2)`, df=4)"]
    )
    assert "takes its meaning from the values of 'BMI (kg/m2)'" in fault.what
