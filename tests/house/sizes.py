"""Modules and lines of code by room; docstrings, comments and blank lines are not counted.

Run it with ``uv run python -m tests.house.sizes``.
"""

import ast
import io
import tokenize
from collections import Counter
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "posthaz"
_NO_CODE = (
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
)


def code_lines_of(path: Path) -> int:
    """Lines of code of a module."""
    text = path.read_text(encoding="utf-8")
    said: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        alone = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if alone and isinstance(node.value.value, str):
            said |= set(range(node.lineno, node.end_lineno + 1))
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE:
            code |= set(range(token.start[0], token.end[0] + 1))
    return len(code - said)


def main() -> None:
    """Print a row a room, largest first, and their sum."""
    modules, lines = Counter(), Counter()
    for path in SOURCE.rglob("*.py"):
        room = path.relative_to(SOURCE).parts[0]
        modules[room] += 1
        lines[room] += code_lines_of(path)
    for room, number in lines.most_common():
        print(f"{room:<14}{modules[room]:>5} modules {number:>7,} lines")
    print(f"{'all':<14}{modules.total():>5} modules {lines.total():>7,} lines")


if __name__ == "__main__":
    main()
