"""Numbers that others printed of effects, frailties, families and causes: slow, shared data."""

from dataclasses import replace
from typing import Any

import greenwood
import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.cohort import Cohort
from tests.shared_data import DATA, needs_data, plain_cohort

pytestmark = pytest.mark.slow


def factor(values: pd.Series, levels: list[Any]) -> pd.Categorical:
    """A factor with its reference first."""
    return pd.Categorical(values.astype(str), [str(level) for level in levels], ordered=True)


def cetuximab() -> Cohort:
    table = pd.read_csv(DATA / "cetux.csv")
    arm = pd.DataFrame({"arm": factor(table["treat"], ["Control", "Cetuximab"])})
    cohort = plain_cohort(table["years"].to_numpy(), table["d"].to_numpy() == 1, arm)
    return replace(cohort, treatment="arm", unit="years")


@needs_data
@pytest.mark.parametrize("changing", [False, True])
def test_gain_by_cetuximab_as_survextrap_gives_it(changing: bool) -> None:
    """V12: gain in restricted mean to 5 years 0.31 (-0.03 to 0.62), 0.31 (-0.05 to 0.67)."""
    effect = ph.ChangingEffect("arm", intervals=8, order=2)
    spec = ph.ModelSpec(
        "m",
        ph.MSpline(),
        "arm",
        priors={
            "log_hazard": ph.Prior("normal", (-np.log(25.0), np.log(4.0) / 1.96)),
            "arm": ph.Prior("normal", (0.0, np.log(50.0) / 1.96)),
        },
        changing=(effect,) if changing else (),
    )
    fit = ph.fit(spec, cetuximab(), draws=500, chains=4, seed=1)
    mean = ph.restricted_mean(fit, [5.0])
    gain = ph.difference(mean, "Cetuximab", "Control").to_numpy().ravel()
    print(
        "V12",
        changing,
        np.quantile(gain, (0.5, 0.025, 0.975)).round(3),
        mean.median(("chain", "draw")).to_numpy().ravel(),
    )
    assert np.median(gain) == pytest.approx(0.31, abs=0.05)
    assert float(mean.sel(profile="Control").median()) == pytest.approx(2.885, abs=0.05)


FAMILIES = {
    "exponential": (ph.Exponential(), 1.98, None),
    "weibull": (ph.Weibull(), 2.06, ("log_shape", -0.36, 0.57)),
    "log_normal": (ph.LogNormal(), 1.61, ("log_sd", 0.20, 0.37)),
    "log_logistic": (ph.LogLogistic(), 1.61, ("log_shape", 0.15, 0.39)),
    "gamma": (ph.Gamma(), 2.46, ("log_shape", -0.53, 0.63)),
}


def test_families_of_the_veterans_averaged_as_robsa_gives_them() -> None:
    """V8: posterior probabilities of five families, and the averaged effects."""
    table = greenwood.load_dataset("veteran", backend="pandas")
    frame = pd.DataFrame(
        {"new": (table["trt"] == 2).astype(float), "karno": table["karno"] / 100.0}
    )
    cohort = plain_cohort(
        table["time"].to_numpy(float) / 12.0, table["status"].to_numpy() == 1, frame
    )
    evidence, means = {}, {}
    for name, (baseline, intercept, shape) in FAMILIES.items():
        level = {"exponential": "log_rate", "log_normal": "mu"}.get(name, "log_scale")
        sign = -1.0 if level == "log_rate" else 1.0
        priors = {
            level: ph.Prior("normal", (sign * intercept, 0.5)),
            "covariates": ph.Prior("normal", (0.0, 1.0)),
        }
        priors |= {shape[0]: ph.Prior("normal", shape[1:])} if shape else {}
        spec = ph.ModelSpec(
            "m", baseline, "new + karno", "accelerated_failure_time", priors, centre="none"
        )
        fit = ph.fit(spec, cohort, method="laplace", draws=2000)
        evidence[name] = fit.provenance.log_evidence
        means[name] = ph.coefficient_table(fit).set_index("term")["mean"]
    logs = np.array([evidence[name] for name in FAMILIES], dtype=float)
    share = np.exp(logs - logs.max()) / np.exp(logs - logs.max()).sum()
    print("V8", dict(zip(FAMILIES, share.round(3), strict=True)))
    np.testing.assert_allclose(share, [0.254, 0.021, 0.206, 0.515, 0.004], atol=0.01)
    averaged = {
        term: sum(s * means[name][term] for s, name in zip(share, FAMILIES, strict=True))
        for term in ("new", "karno")
    }
    print("V8", averaged)
    assert averaged["new"] == pytest.approx(-0.179, abs=0.02)
    assert averaged["karno"] == pytest.approx(2.539, abs=0.03)


@needs_data
def test_incidence_of_progression_and_death_without_it_in_mgus() -> None:
    """Incidence at 10 years within 0.01 of Aalen-Johansen, of either cause in either sex."""
    table = pd.read_csv(DATA / "mgus2.csv")
    progressed = table["pstat"] == 1
    time = np.where(progressed, table["ptime"], table["futime"]).astype(float)
    cause = np.where(progressed, 1, np.where(table["death"] == 1, 2, 0))
    frame = pd.DataFrame({"sex": factor(table["sex"], ["F", "M"])})
    cohort = plain_cohort(np.maximum(time, 0.5), cause > 0, frame)
    cohort = replace(cohort, cause=cause, treatment="sex")
    spec = ph.ModelSpec(
        "m", ph.PiecewiseExponential(intervals=8), "sex", changing=(ph.ChangingEffect("sex"),)
    )
    asked = ph.CompetingRisksSpec({1: "progression", 2: "death"}, times=(120.0,))
    found = ph.competing_risks(cohort, spec, asked, ph.Sampling(method="laplace", draws=500))
    rows = found.at_times.set_index(["source", "cause", "arm"])["incidence"]
    print("mgus2", rows.round(4).to_dict())
    sources = found.at_times["source"].unique()
    posterior = next(source for source in sources if "posterior" in source)
    for cause_ in (1, 2):
        for arm in ("F", "M"):
            seen = rows.loc[("Aalen-Johansen", cause_, arm)]
            assert rows.loc[(posterior, cause_, arm)] == pytest.approx(seen, abs=0.01)


@needs_data
def test_log_normal_times_to_infection_of_kidney_patients_as_brms_gives_them() -> None:
    """V14: accelerated log-normal, age by sex, disease, intercept and slope of age by patient.

    brms: 2.73 (0.96), sexfemale 2.42 (1.13), GN -0.40 (0.53), AN -0.52 (0.50), PKD 0.60 (0.74),
    sigma 1.15 (0.13), sd(Intercept) 0.40 (0.28).
    """
    table = pd.read_csv(DATA / "kidney_frailty.csv")
    frame = pd.DataFrame(
        {
            "age": table["age"].astype(float),
            "female": table["sex"] - 1.0,
            "disease": factor(table["disease"], ["Other", "GN", "AN", "PKD"]),
            "id": table["id"].astype(str),
        }
    )
    cohort = plain_cohort(table["time"].to_numpy(), table["status"].to_numpy(), frame, "days")
    spec = ph.ModelSpec(
        "kidney",
        ph.LogNormal(),
        "age * female + disease + (1 + age | id)",
        "accelerated_failure_time",
        centre="none",
        priors={
            "mu": ph.Prior("normal", (3.0, 10.0)),
            "log_sd": ph.Prior("normal", (0.0, 1.0)),
            "covariates": ph.Prior("normal", (0.0, 5.0)),
            "frailty_sd": ph.Prior("half_cauchy", (2.0,)),
            "slope_sd": ph.Prior("half_cauchy", (2.0,)),
            "correlation": ph.Prior("lkj", (2.0,)),
        },
    )
    fit = ph.fit(spec, cohort, draws=2000, chains=4, seed=1, target_accept=0.95)
    found = ph.coefficient_table(fit).set_index("term")
    print("V14", found[["mean", "sd", "mcse_mean", "ess_bulk", "rhat"]].head(14).round(3))
    published = {
        "female": 2.42, "disease[GN]": -0.40, "disease[AN]": -0.52, "disease[PKD]": 0.60,
        "frailty_sd_id": 0.40,
    }  # fmt: skip
    for term, value in published.items():
        row = found.loc[term]
        assert row["mean"] == pytest.approx(value, abs=0.05 + 4.0 * row["mcse_mean"]), term
    posterior = fit.draws["posterior"]
    assert float(posterior["mu"].mean()) == pytest.approx(2.73, abs=0.1)
    assert float(np.exp(posterior["log_sd"]).mean()) == pytest.approx(1.15, abs=0.05)
