"""The documentation says what is there, and what it shows runs."""

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

import posthaz as ph
from posthaz.analyses.registry import table_names, table_of
from posthaz.analyses.tipping_points.answer import COLUMNS as TIPPING_COLUMNS
from posthaz.analyses.toxicity.risk import RISK_COLUMNS
from posthaz.answers import COLUMNS as ANSWER_COLUMNS
from posthaz.baselines import COLUMNS as BASELINE_COLUMNS
from posthaz.design import ALLOWED_FUNCTIONS
from posthaz.errors import exceptions
from posthaz.estimands.coefficients import COLUMNS as COEFFICIENT_COLUMNS
from posthaz.estimands.table import COLUMNS as ESTIMAND_COLUMNS
from posthaz.evidence.update import COLUMNS as EVIDENCE_COLUMNS
from posthaz.hazards import BASELINES
from posthaz.priors import FAMILIES
from posthaz.sensitivity import AXIS_COLUMNS
from posthaz.sensitivity import COLUMNS as SENSITIVITY_COLUMNS
from posthaz.spec import (
    answer_fields,
    cohort_table,
    column_table,
    evidence_file,
    load,
    load_analysis,
    model_table,
    printed_cohort,
    printed_endpoints,
    printed_margins,
    published_table,
    sensitivity_table,
    simulate_table,
)
from posthaz.spec.prior_table import STATEMENTS
from tests.house.markdown import DOCS, ROOT, anchors, code_blocks, links, pages, pictures

REFERENCE = DOCS / "reference"
SHELL = (
    *("check", "fit", "report", "rerun", "models", "sensitivity", "evidence", "simulate", "curves"),
    "init",
)

# Keys that an analysis file may have, by the heading of the reference under which they stand.
DECLARED = {
    "[analysis]": load._ANALYSIS_FIELDS,
    "[cohort]": cohort_table._FIELDS,
    "[cohort.merge]": cohort_table._MERGE_FIELDS,
    "[cohort.visits]": cohort_table._VISITS_FIELDS,
    "[cohort.columns.NAME]": column_table._FIELDS,
    "[treatment]": cohort_table._TREATMENT_FIELDS,
    "[models.NAME]": model_table.model_fields(),
    "[estimands]": {**answer_fields.ESTIMAND_FIELDS, **load._ONLY_IN_FILES},
    "[baselines]": answer_fields.BASELINE_FIELDS,
    "[sampling]": answer_fields.SAMPLING_FIELDS,
    "[sensitivity]": sensitivity_table._FIELDS,
    "[[published]]": published_table._FIELDS,
    "[simulate]": simulate_table._FIELDS,
}
for _name in table_names():
    _schema = table_of(_name).fields.schema
    _keys = _schema.get("properties") or _schema["additionalProperties"]["properties"]
    DECLARED[f"[{_name}]" if "properties" in _schema else f"[{_name}.NAME]"] = _keys


@pytest.fixture(scope="module")
def analysis_reference():
    return (REFERENCE / "analysis_file.md").read_text(encoding="utf-8")


def section(text, heading):
    """What stands between a heading and the next of any level that names a table."""
    found = re.search(rf"^#+ `{re.escape(heading)}`$(.*?)(?=^#+ `\[|\Z)", text, re.M | re.S)
    assert found, f"the reference has no heading `{heading}`"
    return found[1]


def run(code, folder=ROOT):
    environment = {**os.environ, "MPLBACKEND": "agg"}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_public_name_has_its_reference():
    text = "\n".join(path.read_text(encoding="utf-8") for path in REFERENCE.rglob("*.md"))
    documented = set(re.findall(r"auto(?:function|class):: (\w+)", text))
    assert set(ph.__all__) - documented == set()


def test_every_public_name_is_in_the_summary():
    text = (REFERENCE / "python" / "index.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^   (\w+)$", text, re.M)) - {"toctree"} == set(ph.__all__)


@pytest.mark.parametrize("heading", DECLARED)
def test_every_key_of_an_analysis_file_has_its_row(heading, analysis_reference):
    rows = re.findall(r"^\| (`[^|]+) \|", section(analysis_reference, heading), re.M)
    documented = {name for row in rows for name in re.findall(r"`([\w.]+)`", row)}
    assert documented >= set(DECLARED[heading])


def test_no_key_is_documented_that_does_not_exist(analysis_reference):
    for heading, declared in DECLARED.items():
        if heading == "[models.NAME]":
            continue  # formulas and priors stand under it too
        rows = re.findall(r"^\| `(\w+)`", section(analysis_reference, heading), re.M)
        assert set(rows) - set(declared) == set(), heading


@pytest.mark.parametrize(
    ("heading", "declared"),
    [
        ("[about]", printed_cohort._ABOUT_FIELDS),
        ("[groups.NAME]", printed_cohort._GROUP_FIELDS),
        ("[follow_up]", printed_cohort._FOLLOW_UP_FIELDS),
        ("[columns.NAME]", printed_margins._FIELDS),
        ("[endpoints.NAME]", printed_endpoints._ENDPOINT_FIELDS),
        ("[[endpoints.NAME.printed]]", printed_endpoints._PRINTED_FIELDS),
    ],
)
def test_every_key_of_a_cohort_description_has_its_row(heading, declared):
    text = (REFERENCE / "cohort_description.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+) \|", section(text, heading), re.M)
    assert {name for row in rows for name in re.findall(r"`([\w.]+)`", row)} == set(declared)


def test_every_table_of_an_analysis_file_is_named(analysis_reference):
    assert all(f"[{name}" in analysis_reference for name in load.file_fields())


def test_defaults_in_the_reference_are_those_of_the_code(analysis_reference):
    written = {"[sampling]": ph.Sampling(), "[estimands]": ph.EstimandSpec()}
    for heading, defaults in written.items():
        rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| `([^|`]+)` \|", section(
            analysis_reference, heading), re.M))  # fmt: skip
        for name, shown in rows.items():
            held = getattr(defaults, name)
            parsed = tomllib.loads(f"x = {shown}")["x"]
            assert parsed == (list(held) if isinstance(held, tuple) else held), name


def test_families_statements_baselines_and_functions_are_named(analysis_reference):
    for name in (*FAMILIES, *STATEMENTS, *BASELINES, *ALLOWED_FUNCTIONS):
        assert re.search(rf"`\"?{name}\b", analysis_reference), name
    for family in FAMILIES.values():
        assert f"| `{family.name}` | {', '.join(family.values) or 'none'} |" in analysis_reference


def test_columns_of_the_tables_are_described():
    text = (REFERENCE / "outputs.md").read_text(encoding="utf-8")
    for name in (
        *ANSWER_COLUMNS,
        *COEFFICIENT_COLUMNS,
        *ESTIMAND_COLUMNS,
        *BASELINE_COLUMNS,
        *SENSITIVITY_COLUMNS,
        *AXIS_COLUMNS,
        *TIPPING_COLUMNS,
        *RISK_COLUMNS,
        *EVIDENCE_COLUMNS,
    ):
        assert f"`{name}`" in text, name


def test_every_error_is_described():
    text = (REFERENCE / "errors.md").read_text(encoding="utf-8")
    names = [name for name in vars(exceptions) if name.endswith("Error")]
    assert names
    assert all(f"`{name}`" in text for name in names)


def test_options_of_the_command_line_are_described():
    text = (REFERENCE / "command_line.md").read_text(encoding="utf-8")
    asked = f"""
import sys
from posthaz.cli import main
for command in {SHELL!r}:
    sys.argv = ["posthaz", command, "--help"]
    try:
        main()
    except SystemExit:
        pass
    print("=" * 9)
"""
    said = run(asked).stdout.split("=" * 9)
    for command, shown in zip(SHELL, said, strict=False):
        options = set(re.findall(r"(--[a-z]+)", shown)) - {"--help"}
        assert command == "models" or options
        assert all(f"`{option}" in text for option in options), command


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_internal_links_and_pictures_resolve(page):
    for target in [*links(page), *(picture for _, picture in pictures(page))]:
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        if anchor:
            assert anchor in anchors(path), target


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_pictures_have_alternative_texts_and_are_small(page):
    for text, target in pictures(page):
        assert len(text) > 20, target
        assert (page.parent / target).stat().st_size < 300_000, target


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_show_toml_that_parses(page):
    for block in code_blocks(page, "toml"):
        # a block may offer several priors for one key; each of its lines is one then
        try:
            tomllib.loads(block)
        except tomllib.TOMLDecodeError as error:
            assert "overwrite" in str(error).lower(), block


def test_the_whole_analysis_file_of_the_guide_loads(tmp_path):
    block = max(code_blocks(DOCS / "how-to" / "own_cohort.md", "toml"), key=len)
    path = tmp_path / "analysis.toml"
    path.write_text(block, encoding="utf-8")
    (tmp_path / "cohort.csv").write_text(
        code_blocks(DOCS / "how-to" / "own_cohort.md", "text")[0], encoding="utf-8"
    )
    analysis = load_analysis(path)
    cohort = ph.read_cohort(analysis.table, analysis.cohort)
    assert [model.name for model in analysis.models] == ["weibull", "flexible"]
    assert cohort.arms == ("RT", "RT+C")


# the one call of the README asks for everything; two of its models and few draws say as well
# whether the page's lines run
QUICKLY = """
from dataclasses import replace
import posthaz as ph
whole = ph.load_analysis("nvalt11_pci_os")
quick = replace(
    whole,
    models=tuple(model for model in whole.models if model.name in ("weibull", "pwe")),
    sensitivity=None,
    sampling=replace(whole.sampling, draws=200, tune=200, chains=2),
)
run_whole = ph.run_analysis
ph.run_analysis = lambda name: run_whole({"nvalt11_pci_os": quick}[name])
"""


@pytest.mark.parametrize(
    ("page", "before"),
    [
        pytest.param(ROOT / "README.md", QUICKLY, id="README.md"),
        pytest.param(ROOT / "README.md", "", id="README.md whole", marks=pytest.mark.slow),
        pytest.param(DOCS / "tutorials" / "python.md", "", id="python.md"),
        pytest.param(DOCS / "how-to" / "coming_from", "", id="coming_from", marks=pytest.mark.slow),
        pytest.param(DOCS / "how-to" / "edit_the_model.md", "", id="edit_the_model.md"),
    ],
)
def test_python_of_a_page_runs(page, before, tmp_path):
    pages = sorted(page.glob("*.md")) if page.is_dir() else [page]
    blocks = [block for one in pages for block in code_blocks(one, "python")]
    assert blocks
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    done = run("\n".join([before, *blocks]), tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("script", sorted((ROOT / "examples").glob("*.py")), ids=lambda p: p.stem)
def test_examples_run(script):
    done = run(f"import runpy; runpy.run_path({str(script)!r}, run_name='__main__')")
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_readme_has_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "pip install uv && uv run posthaz report nvalt11_pci_os --out out" in text
    assert "pip install uv && uv run pytest" in text


def test_every_room_stands_in_the_architecture():
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    source = ROOT / "src" / "posthaz"
    rooms = [path.name for path in source.iterdir() if (path / "__init__.py").exists()]
    assert rooms
    assert all(f"| `{room}` |" in text for room in rooms)


def test_decisions_have_their_parts():
    records = sorted((DOCS / "decisions").glob("0*.md"))
    assert [path.name[:4] for path in records] == [f"{i:04d}" for i in range(1, len(records) + 1)]
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]}: ")
        headings = re.findall(r"^## (.+)$", text, re.M)
        assert headings == ["Context", "Decision", "Numbers", "Consequences"], path.name


@pytest.mark.slow
def test_the_site_builds_without_warnings(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", DOCS, tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (Path(tmp_path) / "index.html").exists()


def test_the_reference_of_the_cohort_names_every_field(analysis_reference):
    text = section(analysis_reference, "[cohort]")
    elsewhere = {"treatment", "treatment_reference"}
    assert all(f"`{f.name}`" in text for f in fields(ph.CohortSpec) if f.name not in elsewhere)


def test_every_key_of_an_evidence_file_has_its_row():
    text = (REFERENCE / "evidence_file.md").read_text(encoding="utf-8")
    for heading, declared in (
        ("[evidence]", evidence_file._FIELDS),
        ("[[ratio]]", {**evidence_file._RATIO_FIELDS}),
    ):
        rows = set(re.findall(r"^\| `(\w+)`", section(text, heading), re.M))
        shared = set(evidence_file._SHARED) if heading == "[[ratio]]" else set()
        assert rows == set(declared) - shared, heading
