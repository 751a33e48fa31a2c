"""Cox models, their tests and the tests of proportional hazards equal R's, to 1e-6.

"Equal to 1e-6" is |ours - R's| <= 1e-6 * max(1, |R's|); p values also to 1e-6 relative.
"""

import re

import numpy as np
import pandas as pd
import pytest

from posthaz.baselines import CoxFit, cox_model, schoenfeld_test
from posthaz.cohort import Cohort
from tests.reference.cohorts import reference_cohort
from tests.shared_data import needs_reference, reference

pytestmark = needs_reference
CASES = [
    (name, key)
    for name, keys in {
        "lung": ["uni", "multi"],
        "gbsg": ["uni", "multi"],
        "colon": ["uni", "multi"],
        "heart": ["uni", "multi", "interaction"],
        "rotterdam": ["uni", "multi"],
    }.items()
    for key in [f"{k}_{ties}" for k in keys for ties in ("efron", "breslow")]
]
STRATIFIED = [(name, "uni_stratified_efron") for name in ("lung", "gbsg", "colon", "rotterdam")]
CLUSTERED = [("heart", "multi_cluster_robust")]


def cohort_of(name: str, key: str) -> Cohort:
    if name == "heart":
        cluster = "id" if "cluster" in key else ""
        return reference_cohort(name, entry="start", subject="id", cluster=cluster)
    return reference_cohort(name)


def design_of(cohort: Cohort, theirs: dict) -> tuple[pd.DataFrame, pd.Series | None]:
    """Columns and stratum of a reference's formula, products written as R writes them."""
    columns = {}
    for term in theirs["coef"]:
        parts = [cohort.covariates[name].astype(float) for name in term.split(":")]
        columns[term] = np.prod(parts, axis=0)
    stratum = re.search(r"strata\((\w+)\)", theirs["formula"])
    return pd.DataFrame(columns), cohort.covariates[stratum[1]] if stratum else None


def check(fit: CoxFit, theirs: dict) -> None:
    def close(ours: object, expected: object) -> None:
        np.testing.assert_allclose(
            np.asarray(ours, dtype=float), np.asarray(expected, dtype=float), rtol=1e-6, atol=1e-6
        )

    table = fit.table.set_index("term")
    terms = list(theirs["coef"])
    used = "robust_se" if fit.robust else "se"
    for column, key in (
        ("log_hr", "coef"),
        (used, "se"),
        ("z", "z"),
        ("hr", "hr"),
        ("hr_lower", "hr_lower"),
        ("hr_upper", "hr_upper"),
    ):
        close(table.loc[terms, column], [theirs[key][term] for term in terms])
    np.testing.assert_allclose(table.loc[terms, "p"], [theirs["p"][t] for t in terms], rtol=1e-5)
    if fit.robust:
        close(table.loc[terms, "se"], [theirs["naive_se"][term] for term in terms])
    close([fit.loglik, fit.loglik_null], [theirs["loglik"], theirs["loglik_null"]])
    assert (fit.rows, fit.events) == (theirs["n"], theirs["events"])
    tests = fit.tests.set_index("test")
    for test, key in (
        ("likelihood_ratio", "lr_test"),
        ("wald", "wald_test"),
        ("score", "score_test"),
    ):
        close(tests.loc[test, ["chisq", "df"]], [theirs[key]["chisq"], theirs[key]["df"]])
        assert tests.loc[test, "p"] == pytest.approx(theirs[key]["p"], rel=1e-5)
    assert fit.converged
    assert fit.notes == ()


@pytest.mark.parametrize(("name", "key"), CASES + STRATIFIED + CLUSTERED)
def test_cox(name: str, key: str) -> None:
    theirs = reference(name)["cox"][key]
    cohort = cohort_of(name, key)
    columns, strata = design_of(cohort, theirs)
    robust = None if "cluster" in key else False
    fit = cox_model(cohort, columns, ties=theirs["ties"], robust=robust, strata=strata)
    check(fit, theirs)
    concordance = theirs["concordance"]
    tolerance = 1e-6
    if (name, key) == ("colon", "multi_breslow"):
        # R breaks one pair of patients with the same covariates by rounding
        tolerance = 0.51 / sum(concordance["counts"][k] for k in ("concordant", "discordant"))
    assert fit.concordance == pytest.approx(concordance["c"], abs=tolerance)
    assert fit.concordance_se == pytest.approx(concordance["se"], abs=1e-6)


@pytest.mark.parametrize(("name", "key"), CASES + STRATIFIED + CLUSTERED)
@pytest.mark.parametrize("transform", ["km", "identity", "rank", "log"])
def test_proportional_hazards(name: str, key: str, transform: str) -> None:
    theirs = reference(name)["cox"][key]
    cohort = cohort_of(name, key)
    columns, strata = design_of(cohort, theirs)
    ours = schoenfeld_test(
        cohort, columns, ties=theirs["ties"], transform=transform, strata=strata
    ).set_index("term")
    for term, test in theirs["cox_zph"][transform].items():
        row = ours.loc[term]
        assert row["chisq"] == pytest.approx(test["chisq"], rel=1e-6, abs=1e-6)
        assert row["df"] == test["df"]
        assert row["p"] == pytest.approx(test["p"], rel=1e-5, abs=1e-6)
