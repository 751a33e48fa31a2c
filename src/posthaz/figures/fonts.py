"""Fonts that hold the letters of a figure, whatever their script."""

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from re import compile as pattern
from unicodedata import category, east_asian_width

from matplotlib.font_manager import (
    FontEntry,
    FontProperties,
    findfont,
    findSystemFonts,
    fontManager,
    get_font,
)

_BASE = "DejaVu Sans"
_BOXES = "Last Resort"
"""A font that matplotlib brings, with a box for every letter that there is."""
_PREFERRED = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN"),
    *("Noto Sans CJK JP", "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "SimHei"),
    *("WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback", "Noto Sans Arabic"),
)
_CHINESE = ((0x2E80, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF),
            (0x20000, 0x3FFFF))  # fmt: skip
_UNBROKEN = pattern(
    r"(?:[\u2e80-\u9fff]|[^\s\u2e80-\u9fff\uff00-\uffef]+)[\u3000-\u303f\uff00-\uffef]*\s*|\S\s*"
)


def families(names: Iterable[str]) -> list[str]:
    """Those of some families that are installed, and the one that matplotlib brings.

    Examples
    --------
    >>> families(["No Such Type"])
    ['DejaVu Sans']
    """
    known = _installed()
    return [*(name for name in names if name in known and name != _BASE), _BASE]


@cache
def _installed() -> dict[str, FontEntry]:
    """A regular font of each family."""
    fonts = sorted(fontManager.ttflist, key=lambda one: (one.style != "normal", one.weight != 400))
    return {one.name: one for one in reversed(fonts) if not one.name.startswith(_BOXES)}


@cache
def _newly_installed() -> None:
    """Have matplotlib know the fonts that came to this machine after it made its list of them."""
    known = {one.fname for one in fontManager.ttflist}
    for path in findSystemFonts():
        if path not in known:
            with suppress(OSError, RuntimeError):  # a font that FreeType can't read
                fontManager.addfont(path)
    _installed.cache_clear()


@cache
def _letters(path: str) -> frozenset[int]:
    return frozenset(get_font(path).get_charmap())


def missing_letters(text: str, names: Iterable[str] = ()) -> frozenset[str]:
    """Letters that none of some families has.

    Examples
    --------
    >>> missing_letters("Überleben, επιβίωση, ≥ 60 Gy")
    frozenset()
    """
    asked = {one for one in text if ord(one) > 126 and category(one)[0] not in "CZM"}
    if not asked:
        return frozenset()
    paths = [findfont(FontProperties(family=name)) for name in families(names)]
    known = frozenset().union(*(_letters(path) for path in paths))
    return frozenset(one for one in asked if ord(one) not in known)


def holding(letters: frozenset[str]) -> tuple[list[str], frozenset[str]]:
    """Installed families that hold letters, as few as will do, and letters that none holds."""
    found, left = _held(letters)
    if left:
        _newly_installed()
        found, left = _held(letters)
    return found, frozenset(chr(one) for one in left)


def _held(letters: frozenset[str]) -> tuple[list[str], set[int]]:
    installed, found, left = _installed(), [], {ord(one) for one in letters}
    preferred = [name for name in _PREFERRED if name in installed]
    others = sorted((name for name in installed if name not in preferred), key=_plainness)
    for name in (*preferred, *others):
        if not left:
            break
        try:
            held = left & _letters(installed[name].fname)
        except (OSError, RuntimeError):  # a font that matplotlib lists and FreeType can't read
            continue
        if held:
            found.append(name)
            left -= held
    return found, left


def _plainness(name: str) -> tuple[bool, str]:
    return ("Sans" not in name, name)


def in_lines(text: str, width: int) -> str:
    """Text in lines of a width in Latin letters; between Chinese ones, two wide, it may break.

    Examples
    --------
    >>> in_lines("风险比 HR 0.90，受限平均生存时间", 20).splitlines()
    ['风险比 HR 0.90，受限', '平均生存时间']
    """
    lines = []
    for line in text.split("\n"):
        lines.append("")
        for part in _UNBROKEN.findall(line):
            if lines[-1] and _width(lines[-1] + part.rstrip()) > width:
                lines[-1] = lines[-1].rstrip()
                lines.append("")
            lines[-1] += part
    return "\n".join(lines)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def font_notice(text: str) -> str:
    """Which font to install for a text; empty where the fonts that there are will do.

    Parameters
    ----------
    text : str
        Whatever is to be written.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> font_notice("Chemoradiotherapy, Χημειοθεραπεία")
    ''
    """
    missing = missing_letters(text)
    _, lost = holding(missing) if missing else ([], missing)
    if not lost:
        return ""
    chinese = any(low <= ord(one) <= high for one in lost for low, high in _CHINESE)
    package = "fonts-noto-cjk" if chinese else "fonts-noto-core"
    family = "Noto Sans CJK" if chinese else "Noto Sans of that script"
    shown = "".join(sorted(lost)[:8])
    return (
        f"No font on this machine has {len(lost)} of the letters in the figures ({shown}), which "
        f"are drawn as boxes: install the package {package} (Debian, Ubuntu) or the font "
        f"{family}, and draw them again."
    )
