"""[adjust] of an analysis file."""

import pytest

from posthaz.analyses.adjust.spec import AdjustSpec, adjust_faults, read_adjust
from posthaz.cohort import CohortSpec, Column
from tests.unit.adjust.cohorts import chosen_cohort
from tests.unit.spec.reading import problems, toml_table

COHORT = CohortSpec(
    treatment="arm", columns={name: Column(name) for name in ("arm", "age", "stage", "site")}
)


def read(text, cohort=COHORT):
    table = toml_table("[adjust]\n" + text, "adjust")
    return read_adjust(table, cohort), problems(table)


def test_everything():
    spec, found = read(
        'formula = "age + stage"\nmethod = ["match", "weight"]\nscore = "bayesian"\ndraws = 5\n'
        'ratio = 2\ncaliper = "none"\ncaliper_scale = "all"\ndistance = "nearest"\n'
        'order = "data"\nreplace = true\nexact = ["site"]\ntarget = "ATT"\ntrim = 0.05'
    )
    assert not found
    assert spec == AdjustSpec(
        formula="age + stage", method=("match", "weight"), score="bayesian", draws=5, ratio=2,
        caliper=None, caliper_scale="all", order="data", replace=True, exact=("site",),
        target="ATT", trim=0.05,
    )  # fmt: skip
    assert spec.needed == ("age", "stage", "site")
    assert (spec.match_target, spec.weight_target) == ("ATT", "ATT")


def test_defaults():
    spec, found = read('formula = "age"')
    assert not found
    assert (spec.method, spec.caliper, spec.match_target, spec.weight_target) == (
        ("match",), 0.2, "ATT", "ATE",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "[adjust.formula]: it is missing"),
        ('formula = "arm + age"', "[adjust.formula]: the score predicts 'arm'"),
        ('formula = "1"', "it names no covariate"),
        ('formula = "age + (1 | site)"', "a score has no frailty"),
        ('formula = "agee"', "'agee' is not described in [cohort.columns]"),
        ('formula = "age +"', "can't be read"),
        ('formula = "age"\nmethod = "matching"', 'found "matching"'),
        ('formula = "age"\nmethod = ["match", "match"]', "a method is named twice"),
        ('formula = "age"\nmethod = "weight"\nratio = 2', "[adjust.ratio]: it is of no use"),
        ('formula = "age"\nstabilised = true', "[adjust.stabilised]: it is of no use"),
        ('formula = "age"\nmethod = "overlap"\ntarget = "ATT"', "have their own (ATO)"),
        ('formula = "age"\ntarget = "ATE"', "matching doesn't answer the ATE"),
        ('formula = "age"\ntrim = 0.1', "matching has a caliper instead"),
        ('formula = "age"\ndraws = 5', "only a Bayesian score is drawn"),
        ('formula = "age"\nreplace = true\ndistance = "optimal"', "nearest ones are optimal"),
        (
            'formula = "age"\nmethod = "weight"\nstabilised = true\ntarget = "ATT"',
            "no meaning for ATT",
        ),
        ('formula = "age"\ncaliper = 0', 'a number above 0, or "none"'),
        ('formula = "age"\nexact = ["hospital"]', "'hospital' is not described"),
    ],
)
def test_problems(text, message):
    _, found = read(text)
    assert len(found) == 1, found
    assert message in found[0]


def test_a_cohort_without_arms():
    _, found = read('formula = "age"', CohortSpec(columns=COHORT.columns))
    assert "there are no arms to make comparable" in found[0]
    assert not list(adjust_faults(AdjustSpec("x"), chosen_cohort()))
