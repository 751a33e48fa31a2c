"""Concerns about who is analysed, and doubts about the table."""

from collections.abc import Iterator

from posthaz.errors import Finding
from posthaz.report.concerns.concern import Concern
from posthaz.report.results import Results
from posthaz.report.sections.wording import counted, percent

_BY_DESIGN = "outside the patients asked for"
_MISSING = "missing "


def patients_lost(results: Results) -> Iterator[Concern]:
    """Rows left out because something of theirs is missing."""
    cohort = results.cohort
    lost = [one for one in cohort.dropped if one.reason.startswith(_MISSING)]
    outside = [one for one in cohort.dropped if one.reason.startswith(_BY_DESIGN)]
    asked = cohort.source.rows - sum(one.count for one in outside)
    for one in lost:
        share = f" of {asked:,} ({percent(one.count / asked)})" if asked > one.count else ""
        text = (
            f"{counted(one.count, 'row')}{share} left out, {one.reason}. Unless they are missing "
            "at random, those who are left differ from those who were asked about."
        )
        yield Concern("patients_lost", "warning", text, "cohort")


def cohort_notices(results: Results) -> Iterator[Concern]:
    """Doubts that came with the cohort, in the order of its rules."""
    for notice in results.cohort.notices:
        yield Concern("cohort", "warning", doubt_text(notice), "cohort")


def doubt_text(notice: Finding) -> str:
    """A doubt about the cohort, with its fix where there is something to do.

    Examples
    --------
    >>> doubt_text(Finding("a.csv", "only 3 events", "keep the model small"))
    'a.csv: only 3 events. To do: keep the model small.'
    """
    if notice.fix.startswith("nothing"):
        return f"{notice.where}: {notice.what}."
    return f"{notice.where}: {notice.what}. To do: {notice.fix}."
