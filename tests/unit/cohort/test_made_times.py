"""Follow-up in another unit than the table's."""

import pandas as pd

from posthaz.cohort import Column, read_cohort
from posthaz.spec import load_analysis
from posthaz.spec.analysis_cohort import read_analysis_cohort

TABLE = pd.DataFrame({"days": [365.25, 730.5, 1461.0], "dead": [1, 0, 1], "age": [50, 61, 70]})
FILE = """
[cohort]
table = "cohort.csv"
time = "years"
event = "dead"
unit = "years"

[cohort.columns.years]
from = "days"
convert = "days to years"

[cohort.columns.age]

[models.weibull]
baseline = "weibull"
"""


def test_a_converted_column_is_the_time_and_no_covariate():
    columns = {"years": Column("years", taken_from="days", convert="days to years")}
    columns["age"] = Column("age")
    cohort = read_cohort(TABLE, time="years", event="dead", unit="years", columns=columns)
    assert cohort.exit.tolist() == [1.0, 2.0, 4.0]
    assert list(cohort.covariates) == ["age"]


def test_so_it_is_in_a_file(tmp_path):
    TABLE.to_csv(tmp_path / "cohort.csv", index=False)
    (tmp_path / "a.toml").write_text(FILE)
    cohort = read_analysis_cohort(load_analysis(tmp_path / "a.toml"))
    assert cohort.exit.tolist() == [1.0, 2.0, 4.0]
    assert list(cohort.columns) == ["age"]
