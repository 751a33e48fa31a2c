"""Averages over models: RoBSA's published numbers, mixtures by hand, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from greenwood import load_dataset

import posthaz as ph
from posthaz.analyses.model_averaging.answer import _mixed
from posthaz.analyses.model_averaging.spec import model_averaging_faults
from posthaz.errors import SpecError
from posthaz.run import read_inputs
from tests.fuzz.inputs import toml_text
from tests.unit.spec.reading import problems, toml_table

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def veteran():
    """137 veterans with lung cancer; times in units of 12 days, as the published analysis has."""
    table = load_dataset("veteran", backend="pandas")
    table = table.assign(time=table["time"] / 12.0, karno=table["karno"] / 100.0,
                         trt=table["trt"].map({1: "standard", 2: "test"}))  # fmt: skip
    columns = {"trt": ph.Column("trt", levels=("standard", "test")), "karno": ph.Column("karno")}
    spec = ph.CohortSpec(time="time", event="status", treatment="trt", columns=columns)
    return ph.read_cohort(table, spec)


def normal(mean, sd):
    return ph.Prior("normal", (mean, sd))


def robsa(slope, formula="trt + karno"):
    """The five families of RoBSA with its priors, in posthaz's parameters."""
    slopes = {"trt": slope, "karno": normal(0.0, 1.0)} if "trt" in formula else {
        "karno": normal(0.0, 1.0)}  # fmt: skip
    families = {
        "exponential": (ph.Exponential(), {"log_rate": normal(-1.98, 0.5)}),
        "weibull": (ph.Weibull(), {"log_scale": normal(2.06, 0.5),
                                   "log_shape": normal(-0.36, 0.57)}),
        "lognormal": (ph.LogNormal(), {"mu": normal(1.61, 0.5), "log_sd": normal(0.20, 0.37)}),
        "loglogistic": (ph.LogLogistic(), {"log_scale": normal(1.61, 0.5),
                                           "log_shape": normal(0.15, 0.39)}),
        "gamma": (ph.Gamma(), {"log_scale": normal(2.46, 0.5),
                               "log_shape": normal(-0.53, 0.63)}),
    }  # fmt: skip
    return [
        ph.ModelSpec(name, baseline, formula, form="accelerated_failure_time",
                     priors={**priors, **slopes}, centre="none")
        for name, (baseline, priors) in families.items()
    ]  # fmt: skip


@pytest.mark.slow
def test_probabilities_of_five_families_as_robsa_gives_them(veteran):
    found = ph.model_probabilities(veteran, robsa(normal(0.0, 1.0)))
    assert found["probability"].to_numpy() == pytest.approx(
        [0.254, 0.021, 0.206, 0.515, 0.004], abs=0.02
    )
    assert (found["mcse"] < 0.02).all() and (found["khat"] < 0.7).all()


FAMILIES = {
    "exponential": ("exponential", {"log_rate": (-1.98, 0.5)}),
    "weibull": ("weibull", {"log_scale": (2.06, 0.5), "log_shape": (-0.36, 0.57)}),
    "lognormal": ("log_normal", {"mu": (1.61, 0.5), "log_sd": (0.20, 0.37)}),
    "loglogistic": ("log_logistic", {"log_scale": (1.61, 0.5), "log_shape": (0.15, 0.39)}),
    "gamma": ("gamma", {"log_scale": (2.46, 0.5), "log_shape": (-0.53, 0.63)}),
}


def robsa_file(folder):
    """RoBSA's test of the treatment as an analysis file: five families, with and without it."""
    table = load_dataset("veteran", backend="pandas")
    table = table.assign(time=table["time"] / 12.0, karno=table["karno"] / 100.0)
    table.to_csv(folder / "veteran.csv", index=False)
    models = {}
    for null in (False, True):
        slopes = {"karno": (0.0, 1.0)} if null else {"trt": (0.30, 0.15), "karno": (0.0, 1.0)}
        for name, (baseline, priors) in FAMILIES.items():
            models[f"{name}_null" if null else name] = {
                "baseline": baseline, "form": "accelerated_failure_time", "centre": "none",
                "formula": "karno" if null else "trt + karno",
                "priors": {key: {"family": "normal", "values": list(one)}
                           for key, one in (priors | slopes).items()},
            }  # fmt: skip
    asked = {
        "cohort": {"table": "veteran.csv", "time": "time", "event": "status", "unit": "months",
                   "columns": {"trt": {"levels": {"1": "standard", "2": "test"}}, "karno": {}}},
        "treatment": {"column": "trt", "reference": "1"},
        "models": models,
        "model_averaging": {"direction": "benefit"},
        "sampling": {"method": "laplace", "draws": 4000, "chains": 4, "seed": 1},
    }  # fmt: skip
    path = folder / "robsa.toml"
    path.write_text(toml_text(asked), encoding="utf-8")
    return path


@pytest.mark.slow
def test_inclusion_bayes_factor_of_a_file_as_robsa_gives_it(tmp_path):
    """The slab is normal(0.30, 0.15) above 0: a time ratio above 1, a benefit."""
    analysis = ph.load_analysis(robsa_file(tmp_path))
    cohort = read_inputs(analysis)
    fits = {one.name: ph.fit(one, cohort, analysis.sampling) for one in analysis.models}
    asked = analysis.clinical["model_averaging"]
    found = ph.average_models(fits, cohort, asked, sampling=analysis.sampling)
    assert asked.by == ("evidence",)
    assert found.inclusion == pytest.approx(0.148, abs=0.01)
    families = found.weights["weight"].to_numpy(float).reshape(2, 5).sum(axis=0)
    assert families == pytest.approx([0.321, 0.026, 0.149, 0.499, 0.005], abs=0.02)


def test_a_prior_cut_at_no_effect_by_hand():
    """Exponential times of two arms: evidence and averages are integrals over half a plane."""
    cohort = ph.simulated_example()
    priors = {"log_rate": normal(-3.0, 1.0), "arm": normal(0.0, 1.0)}
    model = ph.ModelSpec("e", ph.Exponential(), "arm", priors=priors, centre="none")
    null = ph.ModelSpec("null", ph.Exponential(), "1", priors={"log_rate": normal(-3.0, 1.0)})
    fits = {one.name: ph.fit(one, cohort, method="laplace", draws=2000) for one in (model, null)}
    asked = ph.ModelAveragingSpec(by=("evidence",), direction="harm")
    found = ph.average_models(fits, cohort, asked)
    treated = (cohort.arm == cohort.arms[1]).astype(float)
    events, time = cohort.event, cohort.exit - cohort.entry
    rate, effect = np.meshgrid(np.linspace(-6, 0, 601), np.linspace(0, 4, 401), indexing="ij")
    log_joint = -0.5 * ((rate + 3.0) ** 2 + effect**2) - np.log(np.pi)  # twice the normal's density
    for arm in (0.0, 1.0):
        own = treated == arm
        level = rate + arm * effect
        log_joint += events[own].sum() * level - time[own].sum() * np.exp(level)
    weight = np.exp(log_joint - log_joint.max())
    weight[:, 0] /= 2.0  # the trapezoid rule, at the cut
    by_hand = np.log(weight.sum() * 0.01 * 0.01) + log_joint.max()
    table = found.weights.set_index("model")
    assert table.loc["e", "log_evidence"] == pytest.approx(by_hand, abs=0.05)
    odds = table.loc["e", "weight"] / table.loc["null", "weight"]
    assert found.inclusion == pytest.approx(odds)
    own = found.answers[found.answers["model"] == "e"].set_index("answer")
    mean = float((weight * effect).sum() / weight.sum())
    assert own.loc["log hazard ratio", "mean"] == pytest.approx(mean, abs=0.02)
    assert own.loc["log hazard ratio", "p_benefit"] == 0.0


def test_a_cut_needs_one_effect_of_the_treatment_and_no_stacking():
    with pytest.raises(SpecError, match="stacking weights are of models as they were fitted"):
        ph.ModelAveragingSpec(by=("stacking",), direction="benefit")
    assert ph.ModelAveragingSpec(direction="benefit").by == ("evidence",)
    with pytest.raises(SpecError, match="did you mean 'benefit'"):
        ph.ModelAveragingSpec(direction="benefits")
    crossed = [ph.ModelSpec("x", ph.Exponential(), "arm * dose_gy"),
               ph.ModelSpec("n", ph.Exponential(), "1")]  # fmt: skip
    asked = ph.ModelAveragingSpec(direction="benefit").about(crossed)
    (found,) = model_averaging_faults(asked, ph.simulated_example())
    assert "model 'x'" in found.where and "interacts with a covariate" in found.what
    with pytest.raises(SpecError, match="interacts with a covariate"):
        ph.model_probabilities(ph.simulated_example(), crossed, direction="benefit")


def test_evidence_of_a_normal_mean_by_hand():
    """Exponential times: the evidence of a rate is a one-dimensional integral."""
    cohort = ph.simulated_example()
    model = ph.ModelSpec("e", ph.Exponential(), "1", priors={"log_rate": normal(-3.0, 1.0)})
    found = ph.model_probabilities(cohort, [model, replace(model, name="again")])
    events, time = float(cohort.event.sum()), float((cohort.exit - cohort.entry).sum())
    grid = np.linspace(-8.0, 2.0, 200_001)
    log_joint = events * grid - time * np.exp(grid) - 0.5 * (grid + 3.0) ** 2
    log_joint -= 0.5 * np.log(2 * np.pi)
    by_hand = np.log(np.trapezoid(np.exp(log_joint - log_joint.max()), grid)) + log_joint.max()
    assert found["log_evidence"].to_numpy() == pytest.approx(by_hand, abs=0.01)
    assert found["probability"].to_numpy() == pytest.approx([0.5, 0.5], abs=1e-6)


@pytest.fixture(scope="module")
def fits():
    cohort = ph.simulated_example()
    specs = [ph.ModelSpec("weibull", ph.Weibull(), "arm"),
             ph.ModelSpec("exponential", ph.Exponential(), "arm"),
             ph.ModelSpec("null", ph.Exponential(), "1")]  # fmt: skip
    return {one.name: ph.fit(one, cohort, method="laplace", draws=500) for one in specs}


def test_averages_are_mixtures_and_lie_between_the_models(fits):
    cohort = ph.simulated_example()
    found = ph.average_models(fits, cohort, estimands=ph.EstimandSpec(survival_at=(12.0,)))
    weights = found.weights.pivot_table("weight", "model", "way")
    assert weights.sum().to_numpy() == pytest.approx([1.0, 1.0])
    table = found.answers[found.answers["answer"] == "rmst difference"].set_index("way")
    models = found.answers[(found.answers["answer"] == "rmst difference")
                           & (found.answers["model"] != "")].set_index("model")  # fmt: skip
    for way in ("evidence", "stacking"):
        mixed = sum(weights.loc[name, way] * models.loc[name, "mean"] for name in models.index)
        assert table.loc[way, "mean"] == pytest.approx(mixed, abs=1e-9)
    assert models.loc["null", "mean"] == 0.0 and models.loc["null", "p_benefit"] == 0.5
    own = weights["evidence"]
    odds = (own["weibull"] + own["exponential"]) / own["null"] / 2.0
    assert found.inclusion == pytest.approx(odds)


def test_a_mixture_by_hand_and_none_where_a_model_lacks_the_answer():
    draws, weight, between = _mixed(
        {"a": np.array([0.0, 2.0]), "b": np.array([3.0, 5.0])}, {"a": 0.25, "b": 0.75}
    )
    assert float(weight @ draws) == pytest.approx(3.25)
    assert between == pytest.approx(1.6875 / 2.6875)
    assert _mixed({"a": np.zeros(2)}, {"a": 0.5, "b": 0.5}) is None
    assert _mixed({"a": np.zeros(2)}, {"a": 1.0, "b": 0.0}) is not None


def test_a_flat_prior_has_no_evidence(fits):
    cohort = ph.simulated_example()
    flat = ph.ModelSpec("flat", ph.Exponential(), "arm", priors={"arm": ph.Prior("flat", ())})
    proper = ph.ModelSpec("proper", ph.Exponential(), "arm")
    found = ph.model_probabilities(cohort, [flat, proper]).set_index("model")
    assert "flat" in found.loc["flat", "problem"]
    assert found["probability"].to_dict() == {"flat": 0.0, "proper": 1.0}
    with pytest.raises(SpecError, match="no model has an evidence"):
        ph.model_probabilities(cohort, [flat])


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        (ph.ModelAveragingSpec(models=("weibull", "gamma")), "there is no model 'gamma'"),
        (ph.ModelAveragingSpec(models=("weibull",)), "nothing to be averaged with"),
    ],
)
def test_models_that_are_not_there_are_refused(fits, asked, what):
    with pytest.raises(SpecError, match=what):
        ph.average_models(fits, ph.simulated_example(), asked)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("models = ['a']", "one model is named"),
        ("by = ['votes']", "by"),
        ("models = ['a', 'b']\nprior = { c = 1 }", "not among the models"),
        ("prior = { a = 0 }", "above 0"),
        ("direction = 'up'", "direction"),
        ("direction = 'harm'\nby = ['stacking']", "without a cut at no effect"),
    ],
)
def test_bad_tables_are_refused_with_their_place(text, what):
    from posthaz.analyses.model_averaging.spec import read_model_averaging

    file = toml_table(f"[model_averaging]\n{text}\n")
    spec = read_model_averaging(file.below("model_averaging"), ph.CohortSpec(treatment="arm"))
    assert spec is None and any(what in one for one in problems(file)), problems(file)
