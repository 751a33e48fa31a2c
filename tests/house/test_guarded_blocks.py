"""Every function that makes a table or a figure of a report is made under guard."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "posthaz"
MODULES = [*sorted(SOURCE.glob("report/sections/*.py")), *sorted(SOURCE.glob("analyses/*/*.py"))]
# made inside guarded functions, or of what can't fail
INNER = {("picture.py", "picture"), ("answer_tables.py", "_table")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_tables_and_figures_are_guarded(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.FunctionDef) or node.returns is None:
            continue
        if ast.unparse(node.returns) not in ("Table", "FigureBlock", "Table | None"):
            continue
        if (path.name, node.name) not in INNER:
            marks = [ast.unparse(mark) for mark in node.decorator_list]
            assert "guarded_block" in marks, f"{path.name}: {node.name}"
