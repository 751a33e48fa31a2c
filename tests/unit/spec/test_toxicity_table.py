import pandas as pd
import pytest

from posthaz.analyses.toxicity.spec import read_toxicity, toxicity_faults
from posthaz.cohort import CohortSpec, Column, read_cohort
from posthaz.errors import Findings
from posthaz.spec.toml_table import TomlTable

COHORT = CohortSpec(
    columns={"arm": Column("arm", levels=("0", "1")), "rash": Column("rash")}, treatment="arm"
)


def read(values, cohort=COHORT):
    findings = Findings()
    spec = read_toxicity(TomlTable(values, "x.toml", ("toxicity",), findings), cohort)
    return spec, [str(finding) for finding in findings.found]


def test_columns_counts_and_defaults():
    values = {
        "columns": {"rash": "Rash"},
        "counts": {"fever": {"0": [9, 1], "1": [7, 3]}},
        "or_higher": ["fever"],
        "priors": {"spread": {"family": "half_normal", "values": [0.5]}},
    }
    spec, found = read(values)
    assert found == []
    assert spec.names == ("rash", "fever")
    assert spec.priors["spread"].values == (0.5,)
    assert spec.priors["log_odds_ratio"].values == (0.0, 1.5)
    assert spec.grades == (1, 2, 3)


def test_every_problem_is_named():
    values = {
        "columns": {"rsh": "Rash"},
        "counts": {
            "fever": {"0": [9, 1], "2": [7, 3, 1]},
            "cough": {"0": [9], "1": [-1, 2]},
            "pain": {},
        },
        "or_higher": ["rash"],
        "labels": {"rash": "Rash"},
        "grades": [0, 2],
        "prior": [0.5],
        "priors": {"effect": {"family": "normal", "values": [0, 1]}},
        "benefit_risk": "pan",
        "acceptable": 2,
    }
    _, found = read(values)
    for part in (
        "[toxicity.columns.rsh]: 'rsh' is not described",
        "[toxicity.counts.fever.2]: '2' is not a level",
        "[toxicity.counts.fever]: the arms have different numbers",
        "[toxicity.counts.cough.1]: found [-1, 2]",
        "[toxicity.counts.cough]: the counts are of no grades",
        "[toxicity.counts.pain]: it is empty",
        "'rash' is no toxicity here",
        "'rash' has no counts",
        "[toxicity.grades]",
        "[toxicity.prior]",
        "unknown prior (known: log_odds_ratio, spread)",
        "'pan' is no toxicity here (did you mean 'pain'?)",
        "[toxicity.acceptable]",
    ):
        assert any(part in text for text in found), (part, found)


def test_a_mean_that_is_not_normal_is_refused():
    values = {"columns": {"rash": "Rash"}, "priors": {"log_odds_ratio": {"family": "cauchy",
              "values": [0, 1]}}}  # fmt: skip
    _, found = read(values)
    assert any("normal" in text for text in found)


def test_nothing_named():
    _, found = read({})
    assert found == ["x.toml [toxicity]: names no toxicity. Fix: give columns, or counts below "
                     "[toxicity.counts.NAME]."]  # fmt: skip


def test_faults_of_a_cohort_are_found_before_anything_is_fitted():
    table = pd.DataFrame({"t": [1, 2], "d": [1, 0], "arm": ["a", "b"], "rash": [2, 9]})
    cohort = read_cohort(table, time="t", event="d", treatment="arm")
    spec, _ = read(
        {"columns": {"rash": "Rash"}, "counts": {"fever": {"a": [1, 1], "c": [1, 1]}}},
        CohortSpec(columns={"rash": Column("rash")}),
    )
    found = [str(finding) for finding in toxicity_faults(spec, cohort)]
    assert "9 in row 2" in found[0]
    assert "'c' is no arm" in found[1]


@pytest.mark.parametrize("key", ["columns", "labels"])
def test_labels_are_text(key):
    _, found = read({key: {"rash": 1}})
    assert any(f"[toxicity.{key}]" in text for text in found)
