"""Sections under guard, and the parts that a composed report lacks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from posthaz.report.blocks import Block, Note, Section
from posthaz.report.missing import MissingPart, guarded

_MOST_NAMED = 4


def guarded_section(title: str, anchor: str, make: Callable[[], Section | None]) -> Section | None:
    """A section, or one of the same place that says why it could not be made.

    Parameters
    ----------
    title : str
        Its heading where it can't be made.
    anchor : str
        Its anchor.
    make : callable
        Makes it.

    Returns
    -------
    Section or None
        None where there is nothing to say.

    Examples
    --------
    >>> section = guarded_section("Survival", "survival", lambda: {}["survival"])
    >>> section.anchor, section.blocks[0].name
    ('survival', 'section “Survival”')
    """
    made = guarded(f"section “{title}”", make)
    return Section(title, anchor, (made,)) if isinstance(made, MissingPart) else made


def guarded_blocks(name: str, make: Callable[[], tuple[Block, ...]]) -> tuple[Block, ...]:
    """Blocks outside any section, or the reason why there are none."""
    made = guarded(name, make)
    return (made,) if isinstance(made, MissingPart) else made


def placed(sections: Sequence[Section], missing: Iterable[MissingPart]) -> tuple[Section, ...]:
    """The sections, each opened by the parts that belong to it and could not be made."""
    waiting = list(missing)
    return tuple(
        replace(
            one, blocks=(*(part for part in waiting if part.section == one.anchor), *one.blocks)
        )
        for one in sections
    )


def missing_in(sections: Iterable[Section]) -> list[MissingPart]:
    """Parts that sections lack, in the order of the page."""
    found: list[MissingPart] = []
    for section in sections:
        found += [block for block in section.blocks if isinstance(block, MissingPart)]
        found += missing_in(section.subsections)
    return found


def missing_notes(missing: Sequence[MissingPart]) -> tuple[Note, ...]:
    """What the lead says of the parts that could not be made.

    Examples
    --------
    >>> missing_notes([MissingPart("table of medians", "no event")])[0].text
    'Missing from this report: table of medians (no event).'
    """
    if not missing:
        return ()
    named = [f"{part.name} ({part.reason.rstrip('.')})" for part in missing[:_MOST_NAMED]]
    named += [part.name for part in missing[_MOST_NAMED:]]
    return (Note("error", f"Missing from this report: {'; '.join(named)}."),)


def with_missing(lead: Sequence[Block], missing: Sequence[MissingPart]) -> tuple[Block, ...]:
    """The lead with what is missing, after the errors and before everything else."""
    errors = [block for block in lead if isinstance(block, Note) and block.kind == "error"]
    rest = [one for one in lead if one not in errors and not isinstance(one, MissingPart)]
    return (*errors, *missing_notes(missing), *rest)
