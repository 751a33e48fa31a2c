"""What is imported is declared, what is declared is imported, and starting stays light."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import posthaz

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# declared without an import statement, and what asks for each
ASKED_BY_NAME = {
    "arviz": "draws are its trees: README and tutorials plot them with it",
    "h5netcdf": "xarray's engine for the archive of a fit",
    "h5py": "what h5netcdf writes with",
    "pyarrow": "pandas' engine for Parquet files",
}


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements):
    return {normal(re.split(r"[\[<>=!~; ]", one)[0]) for one in requirements}


def imported():
    """Distributions that the package imports, by the file that does."""
    owners, found = packages_distributions(), {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module or ""]
            for module in modules:
                top = module.split(".")[0]
                if top != "posthaz" and top not in sys.stdlib_module_names:
                    for owner in owners.get(top, [top]):
                        found.setdefault(normal(owner), path)
    return found


def test_every_import_is_declared():
    optional = [one for extra in PROJECT["optional-dependencies"].values() for one in extra]
    declared = names(PROJECT["dependencies"]) | names(optional)
    undeclared = {name: str(path) for name, path in imported().items() if name not in declared}
    assert undeclared == {}


def test_every_dependency_is_imported():
    unused = names(PROJECT["dependencies"]) - set(imported()) - set(ASKED_BY_NAME)
    assert unused == set()


def test_the_parser_of_formulas_has_an_upper_bound():
    (bound,) = [one for one in PROJECT["dependencies"] if one.startswith("formulae")]
    assert "<" in bound


def test_type_checkers_are_told_that_the_package_is_typed():
    assert (Path(posthaz.__file__).parent / "py.typed").is_file()


@pytest.mark.parametrize(
    ("command", "unneeded"),
    [
        ("models", ("numpy", "pandas", "scipy", "xarray")),
        ("check", ("scipy.stats", "matplotlib", "pymc", "jax", "duckdb", "greenwood", "xarray")),
    ],
)
def test_a_command_loads_only_what_it_needs(command, unneeded):
    arguments = ["posthaz", command, *(["nvalt11_pci_os"] if command == "check" else [])]
    code = (
        "import sys; from posthaz.cli import main\n"
        f"sys.argv = {arguments!r}\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    assert not ended.code\n"
        f"print('loaded', [m for m in {unneeded!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "loaded []"


def test_what_fits_models_loads_no_graph_and_no_statistics() -> None:
    unneeded = ["pymc", "pytensor", "arviz_stats", "arviz", "scipy.stats", "scipy.signal", "numba"]
    code = (
        "import sys, posthaz.inference, posthaz.model\n"
        f"print([name for name in {unneeded!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
