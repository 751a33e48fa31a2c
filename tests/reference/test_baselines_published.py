"""Frequentist numbers that others printed."""

import pandas as pd
import pytest

from posthaz.baselines import (
    covariate_columns,
    cox_model,
    frequentist_answers,
    median_survival,
    rmst,
)
from tests.reference.cohorts import cohort_from, nvalt_cohort, reference_cohort
from tests.shared_data import DATA, needs_data, needs_reference


@needs_data
def test_nvalt11_hazard_ratio_and_medians() -> None:
    cohort = nvalt_cohort()
    fit = cox_model(cohort, covariate_columns(cohort.covariates["arm"]))
    row = fit.table.iloc[0]
    assert [round(row[k], 2) for k in ("hr", "hr_lower", "hr_upper")] == [0.90, 0.62, 1.29]
    medians = median_survival(cohort).set_index("arm")
    assert round(medians.loc["1", "time"], 2) == 24.25
    assert round(medians.loc["0", "time"], 2) == 21.88
    assert list(medians["n"]) == [88, 86]
    assert list(medians["events"]) == [63, 55]


@needs_data
def test_v18_primary_biliary_cholangitis_restricted_mean() -> None:
    frame = pd.read_csv(DATA / "pbc.csv").dropna(subset=["trt"])
    frame["years"], frame["dead"] = frame["time"] / 365.25, (frame["status"] == 2).astype(int)
    # survRM2's example has D-penicillamine (trt 1) as arm 1 and placebo (trt 2) as arm 0
    frame["arm"] = (frame["trt"] == 1).astype(int)
    ours = rmst(cohort_from(frame, "years", "dead", treatment="arm"), 10)
    areas = ours[ours["quantity"] == "rmst"].set_index("arm")
    assert areas.loc["1", ["value", "std_error"]].tolist() == pytest.approx(
        [7.146, 0.283], abs=6e-4
    )
    assert areas.loc["0", ["value", "std_error"]].tolist() == pytest.approx(
        [7.283, 0.295], abs=6e-4
    )
    gain = ours[ours["quantity"] == "difference"].iloc[0]
    assert gain[["value", "lower", "upper", "p"]].tolist() == pytest.approx(
        [-0.137, -0.939, 0.665, 0.738], abs=6e-4
    )
    assert ours[ours["quantity"] == "ratio"]["value"].item() == pytest.approx(0.981, abs=6e-4)


@needs_reference
def test_v18_lung_restricted_mean() -> None:
    ours = rmst(reference_cohort("lung", "female"), 965).set_index(["quantity", "arm"])
    male, female = ours.loc[("rmst", "0")], ours.loc[("rmst", "1")]
    assert [round(male["value"], 2), round(male["std_error"], 2)] == [324.05, 22.30]
    assert [round(female["value"], 2), round(female["std_error"], 2)] == [455.90, 32.92]
    gain = ours.loc[("difference", "1")]
    assert gain[["value", "lower", "upper"]].tolist() == pytest.approx(
        [131.86, 53.93, 209.78], abs=0.01
    )


@needs_reference
@pytest.mark.parametrize(
    ("name", "treatment", "covariates", "columns", "horizon"),
    [
        ("lung", "female", ["female"], ["female", "age", "ph_ecog"], 365),
        ("gbsg", "hormon", ["hormon"], ["hormon", "age", "meno", "size"], 1095),
        ("colon", "rx", ["rx"], ["lev", "lev5fu", "male"], 1095),
    ],
)
def test_the_long_table_holds_the_answers_of_the_parts(
    name: str, treatment: str, covariates: list[str], columns: list[str], horizon: float
) -> None:
    from tests.shared_data import reference

    theirs = reference(name)
    cohort = reference_cohort(name, treatment)
    frame = pd.read_csv(DATA.parent / "reference" / f"{name}.csv")
    table = frequentist_answers(
        cohort,
        covariates=covariates,
        columns=frame[columns].astype(float),
        times=[365],
        horizon=horizon,
        fleming_harrington=[(1, 0)],
    )

    def value(column: str, **keys: object) -> float:
        rows = table
        for key, wanted in keys.items():
            rows = rows[rows[key] == wanted]
        assert len(rows) == 1, (keys, len(rows))
        return float(rows[column].iloc[0])

    tests = theirs["group_tests"]
    assert value("statistic", analysis="logrank", quantity="test") == pytest.approx(
        tests["logrank"]["chisq"], rel=1e-6
    )
    early = value("p", analysis="fleming_harrington(1, 0)", quantity="test")
    assert early == pytest.approx(tests["peto_peto_rho1"]["p"], rel=1e-6)
    uni = theirs["cox"]["uni_efron"]
    for level, log_hr in zip(("1", "2"), uni["coef"].values(), strict=False):
        keys = {"analysis": "cox_univariable", "term": f"{treatment}[{level}]"}
        found = value("value", quantity="log_hazard_ratio", **keys)
        assert found == pytest.approx(log_hr, rel=1e-6)
    assert value(
        "statistic", analysis="cox_univariable", term=treatment, quantity="wald"
    ) == pytest.approx(uni["wald_test"]["chisq"], rel=1e-6)
    for arm, curve in theirs["km_by_group"].items():
        level = arm.split("=")[1]
        at = next(row for row in curve["at"] if row["time"] == 365)
        keys = {"analysis": "kaplan_meier", "arm": level, "quantity": "survival"}
        for column, key in (
            ("value", "surv"),
            ("std_error", "greenwood_se"),
            ("lower", "loglog_lower"),
            ("upper", "loglog_upper"),
            ("n", "n_risk"),
        ):
            assert value(column, **keys) == pytest.approx(at[key], rel=1e-6)
        area = theirs["rmst"][f"tau_{horizon}"]["by_group"].get(arm)
        assert value("value", analysis="rmst", arm=level, quantity="rmst") == pytest.approx(
            area["rmst"], rel=1e-6
        )
