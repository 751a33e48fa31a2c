"""What the name of an event column says of its codes, where tables are known to differ."""

import re
from collections.abc import Mapping, Sequence

CDISC, CENSORED, CENSORING, ALIVE, VITAL, EVENT = (
    "cdisc", "censored", "censoring", "alive", "vital", "event"
)  # fmt: skip
_DENIED = r"(?<![a-z])(?:un|non|not)[\W_]*"
_HAPPENED = r"(?:dea[dt]|died|deceas|event|relaps|recur|progress|fail)"
_KINDS = (
    (EVENT, re.compile(_DENIED + r"(?:cens|alive|living)")),
    (ALIVE, re.compile(r"(?<![a-z])(?:un|non?|not|without|never)[\W_]*" + _HAPPENED)),
    (CDISC, re.compile(r"cnsr")),
    (CENSORED, re.compile(r"censored")),
    (CENSORED, re.compile(r"(?<![a-z])(?:lost|ltfu|lfu|withdr|drop(?:ped)?[\W_]*out)")),
    (CENSORING, re.compile(r"cens")),
    (VITAL, re.compile(r"vital|vit[\W_]*stat|alive.*dea[dt]|dea[dt].*alive")),
    (ALIVE, re.compile(r"(?<![a-z])(?:alive|living|survivors?|survived)(?![a-z])")),
    (ALIVE, re.compile(r"(?:event|disease|relapse|recurrence|progression)[\W_]*free$")),
    (EVENT, re.compile(_HAPPENED)),
)
_YES = ("1", "true", "yes", "y", "t", "ja", "oui", "si", "sí", "sì", "sim", "tak", "是")
_NO = ("0", "false", "no", "n", "f", "nein", "non", "nee", "não", "nao", "nie", "否")
_WORDS = {
    CDISC: "CNSR in CDISC is 0 for an event and above 0 for censoring",
    CENSORED: "the name says that it marks the censored rows",
    ALIVE: "the name says that it marks those without the event",
    EVENT: "the name says that it marks the events",
}


def kind_of_name(name: str) -> str:
    """What the name of an event column says that a code of 1, or yes, means; empty for nothing.

    Examples
    --------
    >>> [kind_of_name(name) for name in ("CNSR_OS", "cens", "is.censored", "uncensored", "alive")]
    ['cdisc', 'censoring', 'censored', 'event', 'alive']
    >>> kind_of_name("vital_status"), kind_of_name("overall_survival"), kind_of_name("status")
    ('vital', '', '')
    """
    lowered = name.lower()
    return next((kind for kind, pattern in _KINDS if pattern.search(lowered)), "")


def cdisc_meaning(name: str, codes: Sequence[str]) -> dict[str, int]:
    """Meaning of the codes of a column named as CDISC's CNSR; empty where it is none.

    Examples
    --------
    >>> cdisc_meaning("CNSR", ["0", "1", "2"]), cdisc_meaning("CNSR", ["alive", "dead"])
    ({'0': 1, '1': 0, '2': 0}, {})
    """
    if kind_of_name(name) != CDISC:
        return {}
    if all(code.isdigit() for code in codes):
        return {code: int(int(code) == 0) for code in codes}
    if all(code.casefold() in (*_YES, *_NO) for code in codes):
        return {code: int(code.casefold() in _NO) for code in codes}
    return {}


def opposite_readings(name: str, codes: Sequence[str]) -> tuple[str, ...]:
    """The two readings of codes whose column has a name that tables use either way.

    Parameters
    ----------
    name : str
        Name of the column.
    codes : sequence of str
        Its codes.

    Returns
    -------
    tuple of str
        Two mappings as an analysis file writes them, the one that the name suggests first; none
        where name or codes leave no doubt.

    Examples
    --------
    >>> opposite_readings("cens", ["0", "1"])
    ('{ "0" = 1, "1" = 0 }', '{ "0" = 0, "1" = 1 }')
    >>> opposite_readings("cens", ["alive", "dead"]), opposite_readings("dead", ["0", "1"])
    ((), ())
    """
    kind, folded = kind_of_name(name), {code.casefold() for code in codes}
    numbers = all(code.isdigit() for code in codes)
    if kind not in (CENSORED, CENSORING, ALIVE, VITAL) or not codes:
        return ()
    if not numbers and not folded <= {*_YES, *_NO}:
        return ()
    if kind == VITAL and folded <= {"1", "2"} and "2" in folded:
        return ()
    ordered = sorted(codes, key=lambda code: int(code) if numbers else code.casefold() in _YES)
    low = [code for code in ordered if code.casefold() in _NO] or ordered[:1]
    ones = {code: int(code in low) for code in ordered}
    high = [code for code in ordered if code not in low]
    events = dict.fromkeys(low, 0) | {code: at for at, code in enumerate(high, start=1)}
    if kind == ALIVE and numbers and folded == {"1", "2"}:  # 1 yes, 2 no
        return _written(events), _written(ones)
    return (_written(events), _written(ones)) if kind == VITAL else \
        (_written(ones), _written(events))  # fmt: skip


def contradicted(name: str, meaning: Mapping[str, int]) -> str:
    """What the name says against the codes as stated; empty where it says nothing against them.

    Examples
    --------
    >>> contradicted("CNSR", {"0": 0, "1": 1})
    'CNSR in CDISC is 0 for an event and above 0 for censoring'
    >>> contradicted("cens", {"0": 0, "1": 1})
    ''
    """
    kind = kind_of_name(name)
    if kind not in _WORDS:
        return ""
    folded = {code.casefold(): cause for code, cause in meaning.items()}
    yes = [folded[code] for code in _YES if code in folded]
    no = [folded[code] for code in _NO if code in folded]
    if not yes or not no:
        return ""
    marks_events = min(yes) > 0 and max(no) == 0
    marks_others = max(yes) == 0 and min(no) > 0
    against = marks_others if kind == EVENT else marks_events
    return _WORDS[kind] if against else ""


def _written(meaning: Mapping[str, int]) -> str:
    inside = ", ".join(f'"{code}" = {cause}' for code, cause in meaning.items())
    return f"{{ {inside} }}"
