"""What to do about a problem is a part of the error, and no end of its sentence."""

import ast

from tests.house.markdown import ROOT


def test_no_message_has_its_fix_written_into_it():
    found = [
        f"{path.relative_to(ROOT)}:{one.lineno}"
        for path in sorted((ROOT / "src").rglob("*.py"))
        if path.parent.name != "errors"
        for one in _texts(ast.parse(path.read_text(encoding="utf-8")))
        if "Fix: " in str(one.value)
    ]
    assert found == []


def _texts(tree: ast.Module) -> list[ast.Constant]:
    """Strings that aren't docstrings."""
    alone = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    return [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in alone
    ]
