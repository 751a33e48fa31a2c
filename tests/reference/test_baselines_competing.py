"""Competing risks equal R's survfit, cmprsk and finegray on mgus2, to 1e-6.

Standard errors of the Fine-Gray model are known to 1e-3 only: R's robust ones take Efron's ties
and cmprsk's add the estimation of the censoring distribution.
"""

import numpy as np
import pandas as pd
import pytest

from posthaz.baselines import (
    cox_model,
    cumulative_incidence,
    gray_test,
    subdistribution_model,
)
from posthaz.cohort import cause_of
from tests.reference.cohorts import reference_cohort
from tests.shared_data import needs_reference, reference

pytestmark = needs_reference
TIMES = [12.0, 60.0, 120.0, 240.0, 360.0]


@pytest.fixture(scope="module")
def cohort():
    return reference_cohort("mgus2", treatment="male", unit="months")


@pytest.fixture(scope="module")
def theirs():
    return reference("mgus2")


def close(ours, expected, tolerance=1e-6):
    np.testing.assert_allclose(
        np.asarray(ours, float), np.asarray(expected, float), rtol=tolerance, atol=1e-12
    )


@pytest.mark.parametrize("cause", [1, 2])
@pytest.mark.parametrize("male", ["0", "1"])
def test_incidence_and_grays_variance_are_those_of_cuminc(cohort, theirs, cause, male):
    found = cumulative_incidence(cohort, TIMES, variance="gray")
    ours = found[(found["arm"] == male) & (found["cause"] == cause)]
    expected = pd.DataFrame(theirs["cuminc"][f"male_{male}.event_{cause}"])
    close(ours["incidence"], expected["cif"])
    close(ours["std_error"] ** 2, expected["var"])


@pytest.mark.parametrize("cause", [1, 2])
def test_delta_method_errors_and_numbers_at_risk_are_those_of_survfit(cohort, theirs, cause):
    found = cumulative_incidence(cohort, TIMES)
    ours = found[found["cause"] == cause].reset_index(drop=True)
    expected = pd.DataFrame(theirs["aalen_johansen_survfit"])
    assert ours["arm"].astype(int).tolist() == expected["male"].tolist()
    close(ours["incidence"], expected[f"cif{cause}"])
    close(ours["std_error"], expected[f"cif{cause}_se"])
    assert ours["at_risk"].tolist() == expected["n_risk"].tolist()


@pytest.mark.parametrize("cause", [1, 2])
def test_grays_test_is_cmprsks(cohort, theirs, cause):
    test = gray_test(cohort, cause).iloc[0]
    expected = theirs["gray_test"][f"event_{cause}"]
    close([test["chisq"], test["df"], test["p"]], [expected[k] for k in ("stat", "df", "pv")])


@pytest.mark.parametrize("cause", [1, 2])
def test_fine_gray_coefficients_are_finegrays(cohort, theirs, cause):
    columns = cohort.covariates[["male", "age"]].astype(float)
    ours = subdistribution_model(cohort, columns, cause).set_index("term")
    expected = theirs["fine_gray_survival"][f"event{cause}"]
    other = theirs["fine_gray_crr"][f"age_male_event{cause}"]
    for term in ("male", "age"):
        close(ours.loc[term, "log_hr"], expected["coef_breslow"][term])
        close(ours.loc[term, "se"], expected["robust_se"][term], 1e-2)
        # cmprsk takes the limits of the censoring estimate at ties another way
        close(ours.loc[term, "log_hr"], other["coef"][term], 5e-3)
        close(ours.loc[term, "se"], other["se"][term], 1e-2)


@pytest.mark.parametrize("cause", [1, 2])
def test_fine_gray_with_missing_covariates_uses_the_complete_rows(cohort, theirs, cause):
    names = ["male", "age", "hgb", "creat", "mspike"]
    ours = subdistribution_model(cohort, cohort.covariates[names].astype(float), cause)
    expected = theirs["fine_gray_crr"][f"five_cov_event{cause}"]
    assert ours["n"].unique().tolist() == [expected["n"]]
    close(ours["log_hr"], [expected["coef"][name] for name in names], 2e-2)


@pytest.mark.parametrize("cause", [1, 2])
def test_cause_specific_cox_is_coxph_on_the_cause(cohort, theirs, cause):
    columns = cohort.covariates[["male", "age"]].astype(float)
    fit = cox_model(cause_of(cohort, cause), columns)
    expected = theirs["cause_specific_cox"][f"event{cause}"]
    close(fit.table["log_hr"], list(expected["coef"].values()))
    close(fit.table["se"], list(expected["se"].values()))
    assert fit.events == expected["events"]
