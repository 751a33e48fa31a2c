"""Names of the parameters that pictures show."""

import pandas as pd

import posthaz as ph
from posthaz.report.sections.parameters import main_parameters


def test_parameters_of_strata_are_named_by_the_levels() -> None:
    # "Shape 1" to "Shape 4" told nobody which cell type is which
    table = pd.DataFrame({"t": range(1, 61), "d": [1, 1, 0] * 20, "cell": ["1", "2"] * 30})
    cell = ph.Column("cell", label="Cell type", levels=("1", "2"), level_labels=("small", "large"))
    cohort = ph.read_cohort(table, time="t", event="d", unit="months", columns={"cell": cell})
    spec = ph.ModelSpec("m", ph.Weibull(), "1", strata="cell")
    fit = ph.fit(spec, cohort, method="laplace", draws=100)
    shown = [one.label for one in main_parameters(fit, cohort)]
    assert "Shape, Cell type: small" in shown and "Shape, Cell type: large" in shown
