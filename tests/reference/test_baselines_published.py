"""Frequentist numbers that others printed."""

import pandas as pd
import pytest

from posthaz.baselines import (
    frequentist_answers,
)
from tests.reference.cohorts import reference_cohort
from tests.shared_data import DATA, needs_reference


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
