"""Printed numbers in an analysis file."""

import math

import pytest

from posthaz.analyses.adjust.spec import AdjustSpec
from posthaz.analyses.subgroups.spec import SubgroupSpec
from posthaz.analyses.subsets.spec import Subset, SubsetsSpec
from posthaz.cohort import CohortSpec, Column, Where
from posthaz.spec import Published, Within
from posthaz.spec.published_table import read_published
from tests.unit.spec.reading import problems, toml_table

COHORT = CohortSpec(
    treatment="arm",
    columns={"arm": Column("arm", levels=("0", "1")), "sex": Column("sex", levels=("f", "m"))},
)
CLINICAL = {
    "adjust": AdjustSpec("sex", ("match",)),
    "subsets": SubsetsSpec((Subset("bulky", Where()),)),
    "subgroups": SubgroupSpec(("sex",)),
}


def test_array_of_tables():
    table = toml_table(
        '[[published]]\nquantity = "hazard_ratio"\nvalue = 0.89\nlower = 0.62\nupper = 1.29\n'
        '[[published]]\nquantity = "survival"\nvalue = 0.5\ntime = 24\narm = 1\ntolerance = 0.01'
    )
    assert read_published(table, COHORT, {}) == (
        Published("hazard_ratio", 0.89, 0.62, 1.29),
        Published("survival", 0.5, arm="1", time=24.0, tolerance=0.01),
    )
    assert not problems(table)


def test_sub_tables_may_be_named_after_the_quantity():
    table = toml_table(
        "[published.hazard_ratio]\nvalue = 0.9\n"
        '[published.observation]\nquantity = "median"\nvalue = 21.9\narm = "0"'
    )
    assert read_published(table, CohortSpec(), {}) == (
        Published("hazard_ratio", 0.9),
        Published("median", 21.9, arm="0"),
    )
    assert not problems(table)


def test_none():
    assert read_published(toml_table(""), CohortSpec(), {}) == ()


def test_numbers_of_part_of_the_patients_and_of_covariates():
    table = toml_table(
        '[[published]]\nquantity = "median"\nvalue = "not reached"\n'
        'within = { subset = "bulky" }\n'
        '[[published]]\nquantity = "hazard_ratio"\nvalue = 0.7\nwithin = { sample = "matched" }\n'
        '[[published]]\nquantity = "hazard_ratio"\nvalue = 0.7\n'
        'within = { column = "sex", level = "m" }\n'
        '[[published]]\nquantity = "p_value"\nvalue = 0.001\nbelow = true\n'
        'covariate = "sex"\nlevel = "m"\nmodel = "univariable"\n'
        '[[published]]\nquantity = "share"\nvalue = 0.2\ncovariate = "sex"\ngrade = 2'
    )
    assert read_published(table, COHORT, CLINICAL) == (
        Published("median", math.inf, within=Within(subset="bulky")),
        Published("hazard_ratio", 0.7, within=Within(sample="matched")),
        Published("hazard_ratio", 0.7, within=Within(column="sex", level="m")),
        Published("p_value", 0.001, below=True, covariate="sex", level="m", model="univariable"),
        Published("share", 0.2, covariate="sex", grade=2),
    )
    assert not problems(table)


RATIO = '[[published]]\nquantity = "hazard_ratio"\nvalue = 1\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("published = 3", "[published]"),
        ("published = [3]", "[published]"),
        ('[[published]]\nquantity = "median"', "[published.1.value]: it is missing"),
        ('[[published]]\nquantity = "hr"\nvalue = 1', "[published.1.quantity]"),
        ('[[published]]\nquantity = "rmst"\nvalue = 1', "[published.1.time]: it is missing"),
        ('[[published]]\nquantity = "survival"\nvalue = 40\ntime = 1', "between 0 and 1"),
        ('[[published]]\nquantity = "p_value"\nvalue = 40', "between 0 and 1"),
        ('[[published]]\nquantity = "median"\nvalue = 1\nlower = 2', "outside lower and upper"),
        ('[[published]]\nquantity = "median"\nvalue = 1\narm = 2', "'2' is not a level"),
        ('[[published]]\nquantity = "rmst"\ntime = 1\nvalue = "not reached"', "only a median"),
        ('[[published]]\nquantity = "median"\nvalue = 1\ncovariate = "sex"', "the level of 'sex'"),
        ('[[published]]\nquantity = "median"\nvalue = 1\nmodel = "univariable"', "has none"),
        ('[[published]]\nquantity = "events"\nvalue = 1\ncovariate = "sex"', "has none"),
        ('[[published]]\nquantity = "share"\nvalue = 0.1', "name the toxicity"),
        (RATIO + "grade = 2", "only the share of a toxicity"),
        (RATIO + 'covariate = "sx"', "not described in [cohort.columns] (did you mean 'sex'?)"),
        (RATIO + 'covariate = "sex"\nlevel = "x"', "'x' is not a level of 'sex'"),
        (RATIO + 'level = "m"', "name the covariate"),
        (RATIO + "within = {}", "doesn't name one group of patients"),
        (RATIO + 'within = { column = "sex" }', "doesn't name one group of patients"),
        (RATIO + 'within = { subset = "all", sample = "matched" }', "one group of patients"),
        (RATIO + 'within = { subset = "bulk" }', "'bulk' is not in [subsets] of this file"),
        (RATIO + 'within = { sample = "overlap" }', "'overlap' is not in [adjust] of this file"),
        (RATIO + 'within = { column = "arm", level = 1 }', "'arm' is not in [subgroups]"),
    ],
)
def test_problems(text, message):
    table = toml_table(text)
    assert read_published(table, COHORT, CLINICAL) == ()
    found = problems(table)
    assert len(found) == 1
    assert message in found[0]


def test_a_group_of_an_analysis_that_the_file_does_not_ask_for():
    table = toml_table(RATIO + 'within = { subset = "bulky" }')
    assert read_published(table, COHORT, {}) == ()
    assert "there is no [subsets]" in problems(table)[0]
