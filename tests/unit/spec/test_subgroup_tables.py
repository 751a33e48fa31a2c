"""The tables [subgroups] and [interactions.NAME]."""

import pytest

from posthaz.analyses.interactions.spec import InteractionSpec, read_interactions
from posthaz.analyses.subgroups.spec import SubgroupSpec, read_subgroups
from posthaz.cohort import CohortSpec, Column, Cut
from posthaz.spec.clinical_tables import read_clinical
from tests.unit.spec.reading import problems, toml_table

COHORT = CohortSpec(
    treatment="arm",
    columns={
        "arm": Column("arm", levels=("a", "b", "c")),
        "sex": Column("sex", levels=("m", "f")),
        "age": Column("age", unit="years"),
        "dose_gy": Column("dose_gy", unit="Gy"),
        "gtv_cc": Column("gtv_cc", unit="cm3"),
        "large": Column("large", derived=Cut("gtv_cc", (146.0,))),
    },
)


def subgroups(text, cohort=COHORT):
    table = toml_table(text)
    return read_subgroups(table, cohort), problems(table)


def interactions(text, cohort=COHORT):
    table = toml_table(text)
    return read_interactions(table, cohort), problems(table)


def test_subgroups_in_order_with_cuts():
    text = (
        'columns = ["sex", { age = [60, 70] }, "large"]\nadjusted = ["log(gtv_cc)"]\n'
        'arm = "c"\nsd = 0.5\ndiffers_by = 1.5'
    )
    wanted = SubgroupSpec(
        ("sex", "age", "large"), {"age": (60.0, 70.0)}, ("log(gtv_cc)",), "c", 0.5, 1.5
    )
    assert subgroups(text) == (wanted, [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "[columns]: it is missing"),
        ('columns = ["sxe"]', "did you mean 'sex'?"),
        ('columns = ["age"]', "'age' is a number, and has no levels. Fix: cut it"),
        ("columns = [{ sex = 1 }]", "'sex' is a factor, and can't be cut"),
        ("columns = [{ large = 1 }]", "'large' is a factor, and can't be cut"),
        ("columns = [{ age = [70, 60] }]", "cuts of 'age': they don't increase"),
        ('columns = ["sex", "sex"]', "named twice"),
        ('columns = ["arm"]', "'arm' is the treatment"),
        ('columns = ["sex"]\nadjusted = ["log(gtv"]', "the term can't be read"),
        ('columns = ["sex"]\nadjusted = ["log(gvt_cc)"]', "did you mean 'gtv_cc'?"),
        ('columns = ["sex"]\nadjusted = ["lgo(age)"]', "which is not allowed"),
        ('columns = ["sex"]\narm = "d"', "'d' is not an arm"),
        ('columns = ["sex"]\ndiffers_by = 0.8', "not above 1"),
        ('columns = ["sex"]\nsd = 0', "not above 0"),
        ('columns = ["sex"]\nshrink = 1', "unknown key 'shrink'"),
        ('columns = ["sex"]\nsample = "macthed"', "did you mean 'matched'?"),
    ],
)
def test_problems_of_subgroups(text, message):
    _, found = subgroups(text)
    assert any(message in problem for problem in found), found


def test_subgroups_need_a_treatment():
    cohort = CohortSpec(columns=COHORT.columns)
    _, found = subgroups('columns = ["sex"]', cohort)
    assert any("no treatment to compare" in problem for problem in found)


def test_interactions():
    text = (
        "[dose]\neffect = { dose_gy = 63 }\nby = { gtv_cc = 146 }\ncontinuous = true\n"
        'effect_term = "spline(dose_gy, df=3)"\n[arm]\neffect = "arm"\nby = "sex"'
    )
    found, wrong = interactions(text)
    assert wrong == []
    assert found[0].smooth_terms == ("spline(dose_gy, df=3)", "center(log(gtv_cc))")
    assert found == (
        InteractionSpec(
            "dose", "dose_gy", "gtv_cc", (63.0,), (146.0,), (), True, "spline(dose_gy, df=3)"
        ),
        InteractionSpec("arm", "arm", "sex"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is empty"),
        ("x = 1", "give a table"),
        ('[x]\neffect = "sex"', "[x.by]: it is missing"),
        ('[x]\neffect = "dose_gy"\nby = "sex"', "'dose_gy' is a number"),
        ('[x]\neffect = "sex"\nby = "sex"', "it is the effect itself"),
        ('[x]\neffect = "arm"\nby = "sex"\ncontinuous = true', "neither covariate is a number"),
        (
            '[x]\neffect = { dose_gy = 63 }\nby = "sex"\ncontinuous = true\neffect_term = "age"',
            "the term is of age, not of 'dose_gy'",
        ),
        (
            '[x]\neffect = { dose_gy = 63 }\nby = "sex"\neffect_term = "dose_gy"',
            "it is for the continuous model",
        ),
        ('[x]\neffect = "arm"\nby = "sxe"', "did you mean 'sex'?"),
    ],
)
def test_problems_of_interactions(text, message):
    _, found = interactions(text)
    assert any(message in problem for problem in found), found


MATCHED = (
    '[subgroups]\ncolumns = ["large"]\nsample = "matched"\n'
    '[interactions.x]\neffect = "arm"\nby = "large"\nsample = "matched"\n'
    '[interactions.y]\neffect = "arm"\nby = "large"\n'
)


def test_the_matched_sample_is_that_of_the_same_file():
    table = toml_table(MATCHED + '[adjust]\nformula = "age"\nmethod = ["match", "overlap"]')
    found = read_clinical(table, COHORT)
    assert problems(table) == []
    assert found["subgroups"].sample == "matched"
    assert [one.sample for one in found["interactions"]] == ["matched", "all"]


@pytest.mark.parametrize(
    ("adjust", "what"),
    [
        ("", "there is no [adjust]"),
        ('[adjust]\nformula = "age"\nmethod = "overlap"', 'method of [adjust] is not "match"'),
    ],
)
def test_a_matched_sample_that_nobody_makes_is_refused(adjust, what):
    table = toml_table(MATCHED + adjust)
    read_clinical(table, COHORT)
    found = problems(table)
    assert len(found) == 2
    assert "[subgroups.sample]" in found[0]
    assert "[interactions.x.sample]" in found[1]
    assert all(what in problem for problem in found)
    assert all('Fix: add [adjust] with method "match"' in problem for problem in found)


def test_terms_of_the_continuous_model_quote_names_that_need_it():
    asked = InteractionSpec("x", "Arm + RT", "GTV/cc", by_cut=(60.0,), continuous=True)
    assert asked.smooth_terms == ("`Arm + RT`", "center(log(`GTV/cc`))")
