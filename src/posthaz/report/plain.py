"""A report without what a terminal, a browser or a reader's eye would obey in somebody's labels."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from posthaz.errors import plain_text
from posthaz.report.blocks import Report

_KEPT = frozenset({"anchor", "language", "kind"})


def plain_report(report: Report) -> Report:
    r"""The report with every text as `plain_text`; cells become so where they become text.

    Parameters
    ----------
    report : Report
        A report; labels, levels and titles in it may be anybody's.

    Returns
    -------
    Report
        Equal where nothing had to be left out.

    Examples
    --------
    >>> plain_report(Report("PCI\u202e \x1b[31mor none")).title
    'PCI or none'
    """
    return _plain(report, {})


def _plain(value: Any, made: dict[int, Any]) -> Any:
    """A part of a report; a block that stands in two places stays one, as its number does."""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, tuple):
        return tuple(_plain(one, made) for one in value)
    if isinstance(value, dict):
        return {key: _plain(one, made) for key, one in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    if id(value) not in made:
        parts = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        changed = {name: _plain(v, made) for name, v in parts.items() if name not in _KEPT}
        made[id(value)] = replace(value, **changed)
    return made[id(value)]
