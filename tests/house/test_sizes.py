"""The house stays small: short modules, short functions, no lumber rooms, layers kept."""

import ast
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

from tests.house.sizes import code_lines_of

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "src" / "posthaz").rglob("*.py"))
LUMBER = {"util", "utils", "common", "helper", "helpers", "core", "misc", "base"}


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def code_lines(function):
    """Lines of a function without its docstring, which is as long as it needs to be."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = first.end_lineno - first.lineno + 1 if documented else 0
    return function.end_lineno - function.lineno + 1 - docstring


def test_no_module_is_over_300_lines():
    """Of code: a public name owes its reader as much documentation as it takes."""
    assert MODULES
    sizes = {str(path.relative_to(ROOT)): code_lines_of(path) for path in MODULES}
    assert {name: size for name, size in sizes.items() if size > 300} == {}


def test_the_median_module_is_under_100_lines():
    assert median(code_lines_of(path) for path in MODULES if path.name != "__init__.py") < 100


def test_no_function_is_over_50_lines():
    too_long = {
        f"{path.relative_to(ROOT)}:{function.name}": code_lines(function)
        for path in MODULES
        for function in functions(path)
        if code_lines(function) > 50
    }
    assert too_long == {}


def test_no_lumber_rooms():
    names = {
        part for path in MODULES for part in path.relative_to(ROOT / "src").with_suffix("").parts
    }
    assert names & LUMBER == set()


def test_no_function_has_the_name_of_a_room():
    rooms = {path.name for path in (ROOT / "src" / "posthaz").iterdir() if path.is_dir()}
    clashes = {
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in MODULES
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        # a command is called what its user types
        if isinstance(node, ast.FunctionDef) and node.name in rooms and "cli" not in path.parts
    }
    assert clashes == set()


def test_layers_are_kept():
    command = Path(sys.executable).with_name("lint-imports")
    if not command.exists():
        pytest.fail("import-linter is not installed: uv sync")
    done = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_describing_rooms_load_no_sampler():
    """Reading an analysis and a cohort, and the frequentist side, import nothing heavy."""
    heavy = ("pymc", "pytensor", "jax", "nutpie", "arviz", "matplotlib")
    code = (
        "import sys, posthaz as ph; a = ph.load_analysis('nvalt11_pci_os'); "
        "c = ph.read_cohort(a.table, a.cohort); ph.kaplan_meier(c); "
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
