"""Rules on the specification against the table: what is named must be there."""

from collections.abc import Iterator, Sequence

from posthaz.cohort.draft import NAMING_ROLES
from posthaz.cohort.recurrent import RECURRENT
from posthaz.cohort.spec import CohortSpec
from posthaz.errors import Finding, nearest

OUTCOME_FIX = (
    "leave it out: what is known only at the end of follow-up explains nothing before it; an "
    "effect that changes with time is asked for by [models.NAME.changing.TERM] (ChangingEffect "
    "in Python)"
)
_MEANINGS = {
    "time": "the follow-up time",
    "event": "the event",
    "duration": "the length of follow-up",
    "entry": "the time at which follow-up begins",
    "lower": "a bound of the event's time",
    "upper": "a bound of the event's time",
    "cause": "the cause of the event",
    "weight": "the case weight",
}
WEIGHT_KINDS = ("frequency", "probability", "importance")
UNITS = ("days", "weeks", "months", "years")


def check_spec(
    spec: CohortSpec, name: str, header: Sequence[str], kept: Sequence[str]
) -> Iterator[Finding]:
    """Yield what is wrong with the specification, by itself and against the table.

    Parameters
    ----------
    spec : CohortSpec
        Which column means what.
    name : str
        Name of the table.
    header : sequence of str
        Its columns.
    kept : sequence of str
        Covariates asked for.

    Yields
    ------
    Finding
        One a problem.

    Examples
    --------
    >>> spec = CohortSpec(time="tiem", event="dead")
    >>> [finding.what for finding in check_spec(spec, "x.csv", ["time", "dead"], [])]
    ["there is no column 'tiem' (did you mean 'time'?)"]
    """
    yield from _follow_up_named(spec)
    yield from _choices_known(spec)
    yield from _numbers_usable(spec)
    yield from _columns_there(spec, name, header, kept)


def outcome_meaning(spec: CohortSpec, column: str) -> str:
    """What a column means for follow-up, in words; empty for one that may be a covariate.

    Subject and cluster may, as the clusters of a frailty.

    Examples
    --------
    >>> outcome_meaning(CohortSpec(time="t", event="d"), "t")
    'the follow-up time'
    """
    if not column:
        return ""
    return next((words for role, words in _MEANINGS.items() if getattr(spec, role) == column), "")


def _follow_up_named(spec: CohortSpec) -> Iterator[Finding]:
    exact = [role for role in ("time", "event") if getattr(spec, role)]
    interval = [role for role in ("lower", "upper") if getattr(spec, role)]
    if exact and interval:
        yield Finding(
            "cohort",
            f"both {' and '.join(exact)} and {' and '.join(interval)} are named",
            "name time and event, or lower and upper",
        )
    elif not exact and not interval:
        yield Finding("cohort", "no follow-up is named", "name time and event, or lower and upper")
    elif exact and not spec.time:
        yield Finding("cohort", "no column of times is named", "give time beside event")
    elif exact and not spec.event and not spec.cause:
        yield Finding(
            "cohort",
            "no column of event codes is named",
            "give event beside time; where every time is an event, add a column of ones",
        )
    elif len(interval) == 1:
        (there,) = interval
        other = "upper" if there == "lower" else "lower"
        yield Finding("cohort", f"{there} is named without {other}", f"give {other} too")


def _choices_known(spec: CohortSpec) -> Iterator[Finding]:
    if spec.unit not in UNITS:
        yield Finding("cohort, unit", f"unknown unit '{spec.unit}'", f"use {', '.join(UNITS)}")
    if spec.missing not in ("refuse", "drop"):
        yield Finding(
            "cohort, missing", f"unknown choice '{spec.missing}'", 'use "refuse" or "drop"'
        )
    values = spec.missing_values
    if not isinstance(values, list | tuple) or not all(
        isinstance(v, str | int | float) for v in values
    ):
        yield Finding(
            "cohort, missing_values",
            f"{values!r} is not a list of texts and numbers",
            'give one, as ["?", "unknown", 999]',
        )
    if spec.weight_kind not in ("", *WEIGHT_KINDS):
        yield Finding(
            "cohort, weight_kind",
            f"unknown kind '{spec.weight_kind}'",
            f"use one of {', '.join(WEIGHT_KINDS)}",
        )
    elif spec.weight_kind and not spec.weight:
        what = "no column of weights is named"
        yield Finding("cohort, weight_kind", what, "give weight beside it, or leave it out")
    if spec.decimal not in ("", ".", ","):
        yield Finding("cohort, decimal", f"unknown mark '{spec.decimal}'", 'use "." or ","')
    if spec.recurrent not in ("", *RECURRENT):
        yield Finding(
            "cohort, recurrent", f"unknown choice '{spec.recurrent}'", 'use "first" or "all"'
        )


def _numbers_usable(spec: CohortSpec) -> Iterator[Finding]:
    """Times and codes of the specification are such."""
    stands = spec.zero_time
    if stands is not None and not (isinstance(stands, int | float) and 0 < stands < float("inf")):
        yield Finding("cohort, zero_time", f"{stands!r} is not a time above 0", "give one above 0")
    step = spec.resolution
    if not (isinstance(step, int | float) and 0 <= step < float("inf")):
        yield Finding("cohort, resolution", f"{step!r} is not a step", "give a time above 0")
    elif step and spec.upper:
        yield Finding(
            "cohort, resolution",
            "the bounds of events are given, so there is no step to take them from",
            "leave it out",
        )
    origin = spec.origin
    if origin is not None and not (isinstance(origin, int | float) and 0 <= origin < float("inf")):
        yield Finding("cohort, origin", f"{origin!r} is not a time", "give one from 0 on")
    elif origin and spec.upper:
        yield Finding(
            "cohort, origin",
            "the bounds of events are given, and who is event-free at a time is not known then",
            "leave it out, or give exact times",
        )
    for code, cause in spec.event_codes.items():
        if not isinstance(cause, int) or cause < 0:
            yield Finding(
                f"cohort, event_codes, '{code}'",
                f"{cause!r} has no meaning",
                "use 1 for an event, 0 for censored, 2, 3, ... for other causes",
            )


def _sources(spec: CohortSpec, covariate: str) -> set[str]:
    """Columns that a covariate is derived from, at any remove."""
    found, ahead = set(), [covariate]
    while ahead:
        column = spec.columns.get(ahead.pop())
        new = set(column.derived.sources) - found if column and column.derived else set()
        found |= new
        ahead.extend(new)
    return found


def _columns_there(
    spec: CohortSpec, name: str, header: Sequence[str], kept: Sequence[str]
) -> Iterator[Finding]:
    roles: dict[str, list[str]] = {}
    for role in NAMING_ROLES:
        if getattr(spec, role):
            roles.setdefault(getattr(spec, role), []).append(role)
    for covariate in kept:
        role = "treatment" if covariate == spec.treatment else "covariate"
        roles.setdefault(covariate, []).append(role)
    for covariate in kept:
        meaning = outcome_meaning(spec, covariate)
        if meaning:
            place = "treatment" if covariate == spec.treatment else "covariate"
            yield Finding(f"{name}, {place} '{covariate}'", f"it is {meaning}", OUTCOME_FIX)
        for source in _sources(spec, covariate):
            meaning = outcome_meaning(spec, source)
            if meaning and source != spec.entry:
                what = f"it is derived from '{source}', which is {meaning}"
                yield Finding(f"{name}, derived column '{covariate}'", what, OUTCOME_FIX)
    for column, uses in roles.items():
        if column not in header:
            yield Finding(
                f"{name}, {' and '.join(uses)}",
                f"there is no column '{column}' ({nearest(column, header)})",
                "correct the name, or add the column to the table",
            )
