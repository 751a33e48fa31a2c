"""Broken inputs give an answer or one error that posthaz words itself, and write nothing elsewhere.

About a minute of processor time by default; ``uv run pytest tests/fuzz -m slow`` takes hundreds of
times as many inputs.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posthaz.evidence import read_curves
from posthaz.spec import load_analysis
from tests.fuzz.analyses import WHOLE, small_table
from tests.fuzz.fits import small_analyses
from tests.fuzz.inputs import FORMULAS, cells, formulas, mutated, texts, toml_text
from tests.fuzz.runs import checked, outcome, written

TABLE = small_table()
SHORT = {key: WHOLE[key] for key in ("analysis", "cohort", "treatment", "models", "sampling")}
PLAIN = {"baseline": "weibull", "formula": "arm"}
CLICKS = "arm,time,survival\n" + "".join(
    f"{arm},{time},{1 - time / 20}\n" for arm in "AB" for time in range(0, 16, 3)
)
RISK = "time,A,B\n0,20,20\n6,14,14\n12,8,8\n"


def bounded(test: Callable, examples: int) -> Callable:
    """A test of so many inputs, the same ones every time."""
    own = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    return own(test)


def fuzzed(short: int, long: int) -> Callable[[Callable], Callable]:
    """Parameters of one test run short by default and long on demand."""
    runs = [pytest.param(short, id="short"), pytest.param(long, id="long", marks=pytest.mark.slow)]
    return pytest.mark.parametrize("examples", runs)


def test_the_whole_analysis_is_usable() -> None:
    assert checked(WHOLE, TABLE) == "answer"


@fuzzed(120, 20_000)
def test_fields_of_an_analysis_file(examples: int) -> None:
    @given(mutated(WHOLE))
    def one(values: dict) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "x.toml"
            path.write_text(toml_text(values), encoding="utf-8")
            outcome(lambda: load_analysis(path))

    bounded(one, examples)()


@fuzzed(60, 5_000)
def test_an_analysis_file_with_its_table(examples: int) -> None:
    @given(mutated(SHORT, most=2))
    def one(values: dict) -> None:
        checked(values, TABLE)

    bounded(one, examples)()


@fuzzed(60, 20_000)
def test_cells_and_names_of_a_table(examples: int) -> None:
    places = st.tuples(st.integers(0, len(TABLE) - 1), st.sampled_from(list(TABLE)), cells)

    @given(st.lists(places, max_size=2), texts)
    def one(changes: list[tuple[int, str, str]], name: str) -> None:
        table = TABLE.astype(object)
        for row, column, cell in changes:
            table.loc[row, column] = cell
        table = table.assign(spare=range(len(table))).rename(columns={"spare": name})
        model = {"baseline": "weibull", "formula": f"arm + `{name}`"}
        checked({**SHORT, "models": {"m": model}}, table)

    bounded(one, examples)()


@fuzzed(40, 20_000)
def test_bytes_of_a_table(examples: int) -> None:
    letters = st.text(alphabet=st.sampled_from("abAB12019.,,,;\n\n\n\t\r\"'=-é#\x00"), max_size=60)
    heads = st.sampled_from(("", "time,event,arm\n", "time;event;arm\n", "time\tevent\tarm\r\n"))
    values = {**SHORT, "cohort": {**SHORT["cohort"], "columns": {}}, "models": {"m": PLAIN}}

    @given(heads, letters)
    def one(head: str, text: str) -> None:
        checked(values, head + text)

    bounded(one, examples)()


@fuzzed(100, 20_000)
def test_formulas(examples: int) -> None:
    found = set()

    @given(st.one_of(st.sampled_from(FORMULAS), texts, formulas, formulas, formulas))
    def one(formula: str) -> None:
        model = {"baseline": "weibull", "formula": formula}
        found.add(checked({**SHORT, "models": {"m": model}}, TABLE))

    bounded(one, examples)()
    assert "answer" in found
    assert len(found) > examples // 5


@fuzzed(60, 20_000)
def test_digitised_curves(examples: int) -> None:
    @given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 200), cells), max_size=3))
    def one(changes: list[tuple[int, int, str]]) -> None:
        texts = [CLICKS, RISK]
        for which, at, cell in changes:
            lines = [line.split(",") for line in texts[which].splitlines()]
            line = lines[at % len(lines)]
            line[at % len(line)] = cell
            texts[which] = "\n".join(map(",".join, lines))
        with TemporaryDirectory() as folder:
            paths = [Path(folder) / "clicks.csv", Path(folder) / "risk.csv"]
            for path, text in zip(paths, texts, strict=True):
                path.write_bytes(text.encode("utf-8", "replace"))
            outcome(lambda: read_curves(*paths))

    bounded(one, examples)()


@fuzzed(3, 300)
def test_whole_small_fits(examples: int) -> None:
    ended = set()

    @given(small_analyses(clinical=False))
    def one(analysis: tuple[dict, pd.DataFrame]) -> None:
        ended.add(written(*analysis, "fit"))

    bounded(one, examples)()
    assert ended & {0, 3}


@pytest.mark.slow
def test_whole_small_reports(examples: int = 100) -> None:
    ended = set()

    @given(small_analyses())
    def one(analysis: tuple[dict, pd.DataFrame]) -> None:
        ended.add(written(*analysis, "report", "--format", "md,docx"))

    bounded(one, examples)()
    assert ended & {0, 3}
