"""Table 1, its tests and its standardised differences equal R's, to 1e-6."""

import numpy as np
import pandas as pd
import pytest

from posthaz.adjust import arm_tests, covariate_summary, standardised_difference
from tests.reference.cohorts import reference_cohort
from tests.shared_data import needs_reference, reference

pytestmark = needs_reference
GROUPS = {"lung": "female", "gbsg": "hormon", "colon": "rx", "rotterdam": "hormon"}


def setting(name: str):
    theirs = reference(name)["table1"]
    numeric, factors = list(theirs["continuous"]), list(theirs["categorical"])
    return reference_cohort(name, GROUPS[name], factors=factors), theirs, numeric, factors


@pytest.mark.parametrize("name", list(GROUPS))
def test_summaries(name: str) -> None:
    cohort, theirs, numeric, factors = setting(name)
    ours = covariate_summary(cohort, numeric + factors).set_index(["variable", "kind"])
    for variable in numeric:
        table = ours.loc[(variable, "numeric")].set_index("arm")
        for arm, expected in theirs["continuous"][variable]["summary"].items():
            row, quantiles = table.loc[arm], expected["quantile7"]
            assert (row["n"], row["missing"]) == (expected["n"], expected["missing"])
            np.testing.assert_allclose(
                row[["mean", "sd", "minimum", "q1", "median", "q3", "maximum"]].to_numpy(float),
                [expected["mean"], expected["sd"], *quantiles.values()],
                rtol=1e-6,
            )
    for variable in factors:
        expected = theirs["categorical"][variable]
        table = ours.loc[(variable, "categorical")]
        counts = table[table["arm"] != "overall"].pivot_table("count", "level", "arm")
        assert counts.to_numpy().astype(int).tolist() == expected["counts"]
        assert list(counts.index) == expected["rows"]
        overall = table[table["arm"] == "overall"]
        assert list(overall["count"]) == np.sum(expected["counts"], axis=1).tolist()
        assert set(overall["missing"]) == {expected["missing"]}
        np.testing.assert_allclose(overall["percent"].sum(), 100)


@pytest.mark.parametrize("name", list(GROUPS))
def test_tests_between_arms(name: str) -> None:
    cohort, theirs, numeric, factors = setting(name)
    found = arm_tests(cohort, numeric + factors, always_exact=True)
    ours = found.set_index(["variable", "test"])

    def same(variable: str, test: str, expected: dict, statistic: str) -> None:
        row = ours.loc[(variable, test)]
        assert row["statistic"] == pytest.approx(expected[statistic], rel=1e-6)
        assert row["p"] == pytest.approx(expected["p"], rel=1e-6)
        assert row["df"] == expected["df"]

    for variable in numeric:
        expected = theirs["continuous"][variable]
        same(variable, "kruskal", expected["kruskal"], "chisq")
        if "wilcox" in expected:
            row = ours.loc[(variable, "wilcoxon")]
            assert row["statistic"] == pytest.approx(expected["wilcox"]["W"], rel=1e-6)
            assert row["p"] == pytest.approx(expected["wilcox"]["p_corrected"], rel=1e-6)
    for variable in factors:
        expected = theirs["categorical"][variable]
        same(variable, "chi_square", expected["chisq_uncorrected"], "chisq")
        if len(expected["rows"]) == 2 == len(theirs["levels"]):
            same(variable, "chi_square_corrected", expected["chisq_corrected"], "chisq")
        p = ours.loc[(variable, "fisher"), "p"]
        assert p == pytest.approx(expected["fisher_p"], rel=1e-6)


@pytest.mark.parametrize("name", ["lung", "gbsg", "rotterdam"])
def test_standardised_differences(name: str) -> None:
    cohort, theirs, numeric, factors = setting(name)
    for variable in numeric:
        signed = theirs["continuous"][variable]["smd_pooled_2_minus_1"]
        assert standardised_difference(cohort, variable) == pytest.approx(signed, rel=1e-6)
    ours = pd.Series({v: abs(standardised_difference(cohort, v)) for v in numeric + factors})
    np.testing.assert_allclose(ours, pd.Series(theirs["tableone_smd"])[ours.index], rtol=1e-6)
