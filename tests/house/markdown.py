"""What the documentation tests need of a Markdown file."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]\[]*\]\(([^)\s]+)\)")
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_LABEL = re.compile(r"^\(([\w-]+)\)=$", re.MULTILINE)


def pages() -> list[Path]:
    """Every page of the documentation, and the README."""
    built = DOCS / "_build"
    found = [path for path in DOCS.rglob("*.md") if built not in path.parents]
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(found)]


def code_blocks(path: Path, language: str) -> list[str]:
    """Fenced blocks of one language, in order."""
    found = _FENCE.findall(path.read_text(encoding="utf-8"))
    return [code for written, code in found if written == language]


def prose(path: Path) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def links(path: Path) -> list[str]:
    """Targets of all links."""
    return _LINK.findall(prose(path))


def pictures(path: Path) -> list[tuple[str, str]]:
    """Alternative text and target of all pictures."""
    return _PICTURE.findall(prose(path))


def anchors(path: Path) -> set[str]:
    """Places on a page that a link may point to."""
    text = prose(path)
    return {_slug(heading) for heading in _HEADING.findall(text)} | set(_LABEL.findall(text))


def _slug(heading: str) -> str:
    """Anchor of a heading, as docutils makes it: every run of other signs is one hyphen."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
