"""Expected numbers are those of large cohorts, and calibration makes them the printed ones."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from posthaz.baselines import cox_model, median_survival, survival_at
from posthaz.cohort import read_cohort
from posthaz.simulate import (
    Endpoint,
    Group,
    Printed,
    PrintedCohort,
    build_targets,
    calibrated_hazards,
    expected_cohort,
    simulate_twin,
)
from posthaz.simulate.expected import cox_limit, cumulative_hazard_at, mean_median
from tests.unit.simulate.printed import COHORT


@pytest.fixture(scope="module")
def hazards():
    return calibrated_hazards(COHORT)


def drawn(cohort, hazards, time, event, size=40):
    """A large cohort: the same one scaled."""
    groups = tuple(replace(group, size=group.size * size) for group in cohort.groups)
    twin = simulate_twin(replace(cohort, groups=groups), 1, hazards)
    return read_cohort(
        twin, time=time, event=event, treatment="arm", covariates=["sex"], missing="drop"
    )


def test_printed_numbers_are_met(hazards):
    patients, expected = expected_cohort(COHORT, hazards)
    for endpoint in COHORT.endpoints:
        targets = build_targets(endpoint.printed, patients.frame, patients.weight, 0.1)
        # medians in steps of 0.5 %, hazard ratios of 0.2 %
        assert np.abs(targets.distances(expected[endpoint.name])).max() < 4, endpoint.name


@pytest.mark.parametrize(
    ("name", "time", "event"),
    [("pfs", "pfs", "pfs_event"), ("os", "os", "dead"), ("css", "os", "cancer_death")],
)
def test_expected_curves_are_those_of_a_large_cohort(hazards, name, time, event):
    patients, expected = expected_cohort(COHORT, hazards)
    cohort = drawn(COHORT, hazards, time, event)
    table = survival_at(cohort, [6.0, 18.0, 36.0])
    for place, arm in enumerate(cohort.arms):
        rows = patients.weight * (patients.group == place)
        (sums,) = expected[name].sums(rows[None])
        limit = [
            np.exp(-cumulative_hazard_at(sums, expected[name].edges, t + 0.05))
            for t in (6.0, 18.0, 36.0)
        ]
        found = table.loc[table["arm"] == arm, "survival"].to_numpy()
        assert found == pytest.approx(limit, abs=0.03)


def test_cox_limit_is_the_cox_estimate_of_a_large_cohort(hazards):
    patients, expected = expected_cohort(COHORT, hazards)
    columns = np.column_stack([
        (patients.frame["arm"] == "b").to_numpy(float),
        (patients.frame["sex"] == "m").to_numpy(float),
    ])  # fmt: skip
    limit, information = cox_limit(expected["os"], patients.weight, columns, np.zeros(2))
    cohort = drawn(COHORT, hazards, "os", "dead")
    design = pd.DataFrame({
        "arm": (cohort.covariates["arm"] == "b").astype(float),
        "sex": (cohort.covariates["sex"] == "m").astype(float),
    })  # fmt: skip
    fitted = cox_model(cohort, design).table
    assert fitted["log_hr"].to_numpy() == pytest.approx(limit, abs=0.06)
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    assert fitted["se"].to_numpy() * np.sqrt(40) == pytest.approx(errors, rel=0.05)


def test_medians_and_hazard_ratio_that_contradict_proportional_hazards_are_both_met():
    """Medians in a ratio of 0.5, and a hazard ratio of 0.8: the effect has to fade."""
    printed = (
        Printed("median", 10.0, among={"arm": ("a",)}),
        Printed("median", 20.0, among={"arm": ("b",)}),
        Printed("hazard_ratio", 0.8, column="arm", level="b", reference="a"),
    )
    cohort = replace(
        COHORT, endpoints=(Endpoint("os", "os", "dead", knots=(6.0, 12.0, 24.0), printed=printed),)
    )
    hazards = calibrated_hazards(cohort)
    patients, expected = expected_cohort(cohort, hazards)
    targets = build_targets(printed, patients.frame, patients.weight, 0.1)
    assert np.abs(targets.distances(expected["os"])).max() < 4
    ratio = hazards["os"].level[1] - hazards["os"].level[0]
    assert ratio[-1] > ratio[0] + 0.3


def test_hazards_are_proportional_where_the_description_says_so():
    """Medians of strata and arms that no proportional hazards meet exactly."""
    strata = [("a", "x", 100), ("b", "x", 80), ("a", "y", 60), ("b", "y", 40)]
    groups = tuple(
        Group(f"{arm}{site}", size, {"arm": arm, "site": site}, ((0.0, 12.0), (1.0, 60.0)))
        for arm, site, size in strata
    )
    printed = tuple(
        Printed("median", value, among=among)
        for value, among in (
            (8.0, {"arm": ("a",), "site": ("x",)}),
            (16.0, {"arm": ("b",), "site": ("x",)}),
            (10.0, {"arm": ("a",), "site": ("y",)}),
            (12.0, {"arm": ("b",), "site": ("y",)}),
            (7.6, {"arm": ("a",)}),
        )
    )
    free = Endpoint("os", "os", "dead", knots=(6.0, 12.0, 24.0), printed=printed)
    steps = {}
    for proportional in ((), ("arm",)):
        endpoint = replace(free, proportional=proportional, roughness=0.3)
        cohort = PrintedCohort("two", groups, (), (endpoint,))
        level = calibrated_hazards(cohort)["os"].level
        ratio = np.stack([level[1] - level[0], level[3] - level[2]])
        steps[proportional] = np.abs(np.diff(ratio, axis=1)).max()
    assert steps["arm",] < 0.02 < 0.05 < steps[()]


def test_mean_median_is_the_mean_of_medians_of_cohorts_of_that_size(hazards):
    patients, expected = expected_cohort(COHORT, hazards)
    found = {arm: [] for arm in "ab"}
    for seed in range(1, 41):
        twin = simulate_twin(COHORT, seed, hazards)
        table = median_survival(read_cohort(twin, time="pfs", event="pfs_event", treatment="arm"))
        for arm in "ab":
            found[arm].append(float(table.set_index("arm").loc[arm, "time"]))
    for place, arm in enumerate("ab"):
        rows = patients.weight * (patients.group == place)
        (sums,) = expected["pfs"].sums(rows[None])
        limit = mean_median(sums, expected["pfs"].edges)
        assert np.mean(found[arm]) == pytest.approx(limit, rel=0.05)


def test_other_printed_numbers_pull_at_the_hazards():
    printed = (
        Printed("survival", 0.7, time=12.0, among={"arm": ("a",)}),
        Printed("survival", 0.3, time=36.0, among={"arm": ("a",)}),
        Printed("chi_square", 6.0, column="arm", level="b", reference="a", direction=-1),
        Printed("events", 90.0),
        Printed("median", float("inf"), among={"sex": ("f",), "arm": ("b",)}),
    )
    endpoint = Endpoint("os", "os", "dead", knots=(12.0, 24.0), effects=("sex",), printed=printed)
    cohort = replace(COHORT, endpoints=(endpoint,))
    patients, expected = expected_cohort(cohort, calibrated_hazards(cohort))
    targets = build_targets(printed, patients.frame, patients.weight, 0.1)
    assert np.abs(targets.distances(expected["os"])).max() < 1.5
