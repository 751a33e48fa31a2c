"""Covariates that change, and patients that lack some: what a fit answers and what it refuses."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.checks import compare_models, leave_one_out, replicated_kaplan_meier, same_patients
from posthaz.cohort import Cohort
from posthaz.errors import PosthazError
from posthaz.estimands import estimand_table
from posthaz.inference import Fit
from posthaz.spec import EstimandSpec
from posthaz.spec.support import accelerated_fault

LAPLACE = {"method": "laplace", "draws": 200, "chains": 2, "seed": 3}
ROLES = {"time": "stop", "event": "dead", "entry": "start", "subject": "id", "treatment": "arm"}


def visits() -> pd.DataFrame:
    """Sixty patients seen every four months, with a value that rises in those who die."""
    random = np.random.default_rng(5)
    rows = []
    for number in range(60):
        end, dead = random.uniform(2, 24), int(random.uniform() < 0.6)
        starts = np.arange(0.0, end, 4.0)
        for k, start in enumerate(starts):
            last = k == len(starts) - 1
            value = random.normal() + 0.1 * start * dead
            stop = end if last else float(starts[k + 1])
            event = dead if last else 0
            rows.append((number, start, stop, event, "ab"[number % 2], value, 50.0 + number % 9))
    return pd.DataFrame(rows, columns=["id", "start", "stop", "dead", "arm", "value", "age"])


@cache
def cohort() -> Cohort:
    return ph.read_cohort(visits(), **ROLES, covariates=["arm", "value", "age"])


@cache
def fitted(formula: str) -> Fit:
    return ph.fit(ph.ModelSpec("m", ph.Weibull(), formula), cohort(), **LAPLACE)


def test_no_value_stands_in_for_a_course() -> None:
    fit = fitted("arm + value")
    assert fit.changing == ("value",)
    for answer in (
        lambda: ph.survival(fit, [6.0]),
        lambda: ph.survival_quantile(fit),
        lambda: ph.restricted_mean(fit, [12.0]),
        lambda: ph.hazard(fit, [6.0]),
        lambda: replicated_kaplan_meier(fit, cohort()),
        lambda: ph.profile(fit, "a", arm="a"),
    ):
        with pytest.raises(PosthazError, match=r"value|predicted times"):
            answer()
    table = estimand_table(fit, EstimandSpec(survival_at=(6.0,)), 24.0)
    assert not len(table)
    assert len(ph.coefficient_table(fit)) >= 2


def test_a_stated_course_has_a_curve(tmp_path: Path) -> None:
    fit = ph.load_fit(ph.write_fit(fitted("arm + value"), tmp_path / "fit.nc"))
    steady = ph.profile(fit, "steady", arm="b", value=0.5)
    same = ph.profile(
        fit, "same", arm="b", path=[{"from": 0, "value": 0.5}, {"from": 7, "value": 0.5}]
    )
    rising = ph.profile(
        fit, "rising", arm="b", path=[{"from": 0, "value": 0.5}, {"from": 7, "value": 2.0}]
    )
    curves = ph.survival(fit, [3.0, 7.0, 12.0], [steady, same, rising]).to_numpy()
    np.testing.assert_allclose(curves[:, :, 1], curves[:, :, 0], rtol=1e-10)
    np.testing.assert_allclose(curves[:, :, 2, :2], curves[:, :, 0, :2], rtol=1e-10)
    after = -np.log(curves[:, :, :, 2]) + np.log(curves[:, :, :, 1])
    effect = fit.draws["posterior"]["log_hazard_ratio"].sel(covariate="value").to_numpy()
    np.testing.assert_allclose(after[:, :, 2] / after[:, :, 0], np.exp(1.5 * effect), rtol=1e-8)
    with pytest.raises(PosthazError, match="begin"):
        ph.profile(fit, "late", path=[{"from": 2, "value": 0.5}])


def test_what_a_model_does_not_name_changes_nothing() -> None:
    fit = fitted("arm + age")
    assert fit.changing == ()
    assert fit.draws["log_likelihood"].sizes["subject"] == 60
    assert ph.survival(fit, [6.0]).sizes["profile"] == 2


def test_the_accelerated_form_is_refused() -> None:
    spec = ph.ModelSpec("m", ph.Weibull(), "arm + value", form="accelerated_failure_time")
    with pytest.raises(PosthazError, match="accelerated form can't take"):
        ph.fit(spec, cohort(), **LAPLACE)


def test_a_cured_share_is_refused_where_it_hangs_on_the_course() -> None:
    for cure in (ph.Cure("arm"), ph.Cure("arm", "promotion_time")):
        with pytest.raises(PosthazError, match="cured share can't be"):
            ph.fit(ph.ModelSpec("m", ph.Weibull(), "value", cure=cure), cohort(), **LAPLACE)
    share = ph.ModelSpec("m", ph.Weibull(), "arm", cure=ph.Cure("value", "promotion_time"))
    assert accelerated_fault(share, ["value"]) is None  # hazards are proportional


def test_each_model_has_its_own_patients() -> None:
    whole = ph.simulated_example(size=80)
    lacking = whole.covariates["dose_gy"].where(np.arange(80) >= 12)
    some = replace(whole, covariates=whole.covariates.assign(dose_gy=lacking), drop_missing=True)
    fits = {
        name: ph.fit(ph.ModelSpec(name, ph.Weibull(), formula), some, **LAPLACE)
        for name, formula in (("plain", "arm"), ("adjusted", "arm + dose_gy"))
    }
    assert [fit.provenance.patients for fit in fits.values()] == [80, 68]
    results = {name: leave_one_out(fit) for name, fit in fits.items()}
    with pytest.raises(PosthazError, match="plain 80, adjusted 68"):
        compare_models(results)
    shared = {name: leave_one_out(fit) for name, fit in same_patients(fits).items()}
    assert {result.n_data_points for result in shared.values()} == {68}
    assert shared["plain"].elpd == pytest.approx(float(results["plain"].elpd_i[12:].sum()))
    assert len(compare_models(shared)) == 2
    with pytest.raises(PosthazError, match="lack"):
        ph.fit(ph.ModelSpec("x", ph.Weibull(), "dose_gy"), replace(some, drop_missing=False))


def test_leave_one_out_is_of_patients_whatever_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    from posthaz.inference import groups

    spec = ph.ModelSpec("m", ph.Weibull(), "arm + value")
    small = leave_one_out(ph.fit(spec, cohort(), **LAPLACE))
    monkeypatch.setattr(groups, "_MOST_POINTWISE", 60 * 400 - 1)
    monkeypatch.setattr(groups, "_MOST_AT_ONCE", 30_000)
    large = leave_one_out(ph.fit(spec, cohort(), **LAPLACE))
    assert small.n_data_points == large.n_data_points == 60
    assert large.elpd == pytest.approx(small.elpd, abs=1.0)
