"""Answers of fits whose patients enter late, or have several events."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from posthaz.checks import replicated_kaplan_meier
from posthaz.cohort import Cohort, read_cohort
from posthaz.errors import PosthazError
from posthaz.estimands import (
    cumulative_hazard,
    estimand_table,
    expected_events,
    hazard,
    restricted_mean,
    survival,
    survival_quantile,
)
from posthaz.hazards import Exponential, PiecewiseExponential
from posthaz.inference import Fit, fit, load_fit, write_fit
from posthaz.report.compose import compose_report
from posthaz.report.markdown import render_markdown
from posthaz.report.run_analysis import run_analysis
from posthaz.spec import EstimandSpec, ModelSpec, Sampling

QUICK = Sampling(method="laplace", draws=250, chains=2)


def aged() -> Cohort:
    """200 people who enter between 60 and 80 years, half of whom die on average after 7 years."""
    random = np.random.default_rng(3)
    entry = random.uniform(60, 80, 200)
    life, watched = random.exponential(10, 200), random.uniform(2, 12, 200)
    frame = pd.DataFrame({"entry": entry, "age": entry + np.minimum(life, watched)})
    frame["dead"] = (life <= watched).astype(int)
    frame["sex"] = np.where(random.random(200) < 0.5, "men", "women")
    roles = {"time": "age", "event": "dead", "entry": "entry", "treatment": "sex"}
    return read_cohort(frame, unit="years", **roles)


def relapse_rows() -> pd.DataFrame:
    """60 patients with about two events each in 10 months."""
    random = np.random.default_rng(4)
    rows = []
    for subject in range(60):
        events = np.cumsum(random.exponential(5.0, 20))
        ends = [*events[events < 10.0], 10.0]
        for start, stop in zip([0.0, *ends[:-1]], ends, strict=True):
            rows.append((subject, start, stop, int(stop < 10.0), "ab"[subject % 2]))
    return pd.DataFrame(rows, columns=["id", "start", "stop", "relapse", "arm"])


def relapses() -> Cohort:
    roles = {"time": "stop", "event": "relapse", "entry": "start", "subject": "id"}
    return read_cohort(relapse_rows(), **roles, treatment="arm", recurrent="all")


@pytest.fixture(scope="module")
def late() -> Fit:
    spec = ModelSpec("pieces", PiecewiseExponential(cuts=(70.0, 78.0)), "sex")
    return fit(spec, aged(), QUICK)


@pytest.fixture(scope="module")
def counted() -> Fit:
    return fit(ModelSpec("exponential", Exponential(), "arm"), relapses(), QUICK)


def test_curves_are_of_those_event_free_at_the_origin(late: Fit) -> None:
    origin = aged().origin
    assert 60 < origin < 65 and late.origin == origin
    curve = survival(late, [50.0, origin, 75.0]).isel(profile=0)
    assert np.isnan(curve.isel(time=0)).all()
    assert np.allclose(curve.isel(time=1), 1.0)
    # people of 62 live about 10 years more; from age 0 hardly anybody would see 75
    assert 0.2 < float(curve.isel(time=2).mean()) < 0.5
    assert np.isnan(hazard(late, [50.0])).all()


def test_quantiles_and_means_count_from_the_origin(late: Fit) -> None:
    median = survival_quantile(late)
    assert float(median.min()) > late.origin
    at_median = survival(late, [float(median.median())])
    assert float(at_median.median()) == pytest.approx(0.5, abs=0.05)
    mean = restricted_mean(late, [late.origin, 80.0])
    assert np.isnan(mean.isel(time=0)).all()
    grid = np.linspace(late.origin, 80.0, 2001)
    area = survival(late, grid).isel(draw=0, chain=0).to_numpy()
    expected = np.sum((area[:, 1:] + area[:, :-1]) / 2 * np.diff(grid), axis=1)
    assert mean.isel(draw=0, chain=0, time=1).to_numpy() == pytest.approx(expected, rel=1e-3)


def test_replicated_curves_begin_at_the_origin(late: Fit) -> None:
    curves = replicated_kaplan_meier(late, aged(), replicates=5)
    assert curves["time"].min() == aged().origin


def test_a_fit_keeps_its_origin_and_its_kind_of_event(
    late: Fit, counted: Fit, tmp_path: Path
) -> None:
    for one in (late, counted):
        again = load_fit(write_fit(one, tmp_path / "fit.nc"))
        assert again == one
        assert (again.origin, again.recurrent) == (one.origin, one.recurrent)


def test_expected_events_are_the_integrated_intensity(counted: Fit) -> None:
    cohort = relapses()
    found = expected_events(counted, [5.0, 10.0])
    rate = cohort.event.sum() / (cohort.exit - cohort.entry).sum()
    assert float(found.sel(time=10.0).mean()) == pytest.approx(10 * rate, rel=0.05)
    assert float(found.max()) > 1  # a number of events and no probability
    assert np.allclose(found.sel(time=10.0), 2 * found.sel(time=5.0))
    intensity = hazard(counted, [5.0]).isel(time=0)
    assert np.allclose(found.sel(time=10.0), 10 * intensity)


@pytest.mark.parametrize(
    "asked",
    [
        lambda fit: survival(fit, [1.0]),
        lambda fit: cumulative_hazard(fit, [1.0]),
        survival_quantile,
        lambda fit: restricted_mean(fit, [1.0]),
    ],
)
def test_survival_of_recurrent_events_is_refused(asked: object, counted: Fit) -> None:
    with pytest.raises(PosthazError, match="expected_events"):
        asked(counted)  # pyright: ignore[reportCallIssue]


def test_expected_events_of_one_event_are_refused(late: Fit) -> None:
    with pytest.raises(PosthazError, match="survival"):
        expected_events(late, [70.0])


def test_the_estimand_table_names_expected_events(counted: Fit) -> None:
    table = estimand_table(counted, EstimandSpec(survival_at=(5.0,)), 10.0)
    assert set(table["estimand"]) == {
        "expected events",
        "expected events difference",
        "P(expected events difference > 0)",
        "expected events ratio",
    }


def test_a_report_of_every_event_is_whole(tmp_path: Path) -> None:
    relapse_rows().to_csv(tmp_path / "rows.csv", index=False)
    (tmp_path / "counts.toml").write_text(
        """
        [cohort]
        table = "rows.csv"
        time = "stop"
        entry = "start"
        event = "relapse"
        subject = "id"
        recurrent = "all"
        [treatment]
        column = "arm"
        [models.constant]
        baseline = "exponential"
        formula = "arm"
        [estimands]
        survival_at = [5]
        [sampling]
        method = "laplace"
        draws = 250
        chains = 2
        """
    )
    results = run_analysis(tmp_path / "counts.toml")
    assert not results.missing
    report, _ = compose_report(results)
    said = render_markdown(report)
    assert "Andersen–Gill" in said
    assert "is expected to have so many events" in said
