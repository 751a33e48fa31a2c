"""A table names every problem by its place."""

from posthaz.spec.fields import number, table, text, unavailable
from posthaz.spec.toml_table import shown
from tests.unit.spec.reading import problems, toml_table

FIELDS = {"time": text(required=True), "zero_time": number(above=0), "landmark": unavailable("x")}


def test_good_values_come_back_parsed():
    table = toml_table('[cohort]\ntime = "t"\nzero_time = 1', "cohort")
    assert table.read(FIELDS) == {"time": "t", "zero_time": 1.0}
    assert not problems(table)


def test_every_problem_is_recorded_at_its_place():
    table = toml_table("[cohort]\ntme = 't'\nzero_time = 0\nlandmark = 3", "cohort")
    assert table.read(FIELDS) == {}
    assert problems(table) == [
        "x.toml [cohort.tme]: unknown key 'tme' (did you mean 'time'?). "
        "Fix: correct the key or remove it.",
        "x.toml [cohort.time]: it is missing. Fix: give text in quotes.",
        "x.toml [cohort.zero_time]: found 0 (not above 0). Fix: give a number above 0.",
        "x.toml [cohort.landmark]: not available in this version. Fix: remove it; x.",
    ]


def test_a_table_below_that_is_not_one_is_empty():
    assert toml_table("cohort = 3", "cohort").values == {}


def test_each_refuses_what_is_no_table():
    table = toml_table("[models]\na = 1\nb = {}", "models")
    assert [name for name, _ in table.each()] == ["b"]
    assert problems(table) == ["x.toml [models.a]: found 1. Fix: give a table."]


def test_keys_that_need_quotes_get_them():
    assert toml_table("").where("priors", "log(age)") == 'x.toml [priors."log(age)"]'


def test_values_are_shown_as_written():
    assert shown([1, "a", True]) == '[1, "a", true]'
    assert shown({}) == "an empty table"
    assert len(shown("a" * 500)) <= 60


def test_a_key_beside_its_table_is_sent_into_it():
    inner = table({"title": text()})
    read = toml_table('title = "a"')
    read.read({"analysis": inner, "models": table({"formula": text()})})
    (said,) = problems(read)
    assert said.endswith("Fix: move it into [analysis], correct the key or remove it.")
