"""What names of columns say: times, events, end points, treatments."""

import re
from collections.abc import Sequence

from posthaz.spec.guess.facts import name_words

_TIME = re.compile(r"(.*?)(time|months?|mths?|days?|weeks?|wks?|years?|yrs?|duration|aval)")
_TIME_WORDS = {"t", "ty", "mo", "mos", "fu", "followup", "dur"}
_EVENT = re.compile(r"(.*?)(status|stat|events?|evt|censored|censoring|censor|cens|cnsr|indicator)")
_EVENT_WORDS = {
    "dead", "death", "died", "deceased", "fail", "failed", "failure", "relapse", "relapsed",
    "recur", "recurrence", "recurred", "prog", "progression", "progressed", "delta", "d", "vital",
    "alive", "rel", "e",
}  # fmt: skip
_EMPTY = {"fu", "follow", "up", "followup", "to", "of", "the", "last", "in", "is", "since", "from"}
_NO_TIME = {"age", "birth", "wait", "date", "dx", "diag", "school", "enrol", "random"}
_NO_EVENT = ("perform", "smok", "meno", "her2", "egfr", "marital", "hpv", "mutation", "kras", "nod",
             "ecog", "who", "ps", "hormone", "receptor", "margin", "insur", "pd")  # fmt: skip
_WHOLE_TIME = ("os", "pfs", "dfs", "rfs", "efs", "css", "survival", "surv", "ttp", "futime")

_OVERALL = ("os", "overall", "death", "dead", "died", "deceased", "d", "surv", "survival", "vital",
            "alive", "deceas")  # fmt: skip
_ENDPOINTS = {
    "os": "overall survival",
    "pfs": "progression-free survival",
    "prog": "progression",
    "progression": "progression",
    "dfs": "disease-free survival",
    "rfs": "relapse-free survival",
    "efs": "event-free survival",
    "css": "cancer-specific survival",
    "dss": "disease-specific survival",
    "ttp": "time to progression",
    "ffs": "failure-free survival",
    "lrfs": "local-recurrence-free survival",
    "dmfs": "distant-metastasis-free survival",
    "mfs": "metastasis-free survival",
    "fail": "failure",
    "recur": "recurrence",
    "recurrence": "recurrence",
    "relapse": "relapse",
    "rel": "relapse",
}


def time_stem(name: str) -> str | None:
    """What a name that looks like one of a time is about; None for other names.

    Examples
    --------
    >>> [time_stem(n) for n in ("os_mth", "Survival.time", "rfstime", "futime", "sex", "agemth")]
    ['os', 'os', 'rfs', '', None, None]
    """
    words = name_words(name)
    if "".join(words) in _WHOLE_TIME:
        return _canonical([word for word in words if word != "futime"])
    stem, found = [], False
    for place, word in enumerate(words):
        if (matched := _TIME.fullmatch(word)) and not found:
            stem, found = [*stem, matched[1]], True
        elif word in _TIME_WORDS and (place or len(words) == 1):
            found = True
        else:
            stem.append(word)
    if not found or any(part.startswith(tuple(_NO_TIME)) for part in stem):
        return None
    return _canonical(stem)


def event_stem(name: str) -> str | None:
    """What a name that looks like one of an event is about; None for other names.

    Examples
    --------
    >>> [event_stem(n) for n in ("os_event", "rfsstat", "death", "status", "recur", "CNSR", "age")]
    ['os', 'rfs', 'os', '', 'recur', '', None]
    """
    words = name_words(name)
    stem, found = [], False
    for word in words:
        if matched := _EVENT.fullmatch(word):
            stem, found = [*stem, matched[1]], True
        elif word in _EVENT_WORDS:
            stem, found = [*stem, "" if word in ("delta", "e") else word], True
        else:
            stem.append(word)
    if not found or any(part.startswith(_NO_EVENT) for part in stem if part):
        return None
    return _canonical(stem)


def endpoint_name(stem: str) -> str:
    """What an end point is called in words; its stem where that is not known.

    Examples
    --------
    >>> endpoint_name("pfs"), endpoint_name("bmet"), endpoint_name("")
    ('progression-free survival', 'bmet', 'survival')
    """
    return _ENDPOINTS.get(stem, stem or "survival")


def endpoint_order(stem: str) -> int:
    """Place of an end point among those that trials name; later ones are not known."""
    known = list(_ENDPOINTS)
    return known.index(stem) if stem in known else len(known) + (stem != "")


def known_endpoint(stem: str) -> bool:
    """Whether an end point is one that trials name."""
    return stem in _ENDPOINTS


def likeness(time: str, event: str) -> int:
    """How well the stems of a time and of an event agree: 0 for not at all, up to 3.

    Examples
    --------
    >>> likeness("rfs", "rfs"), likeness("r", "recur"), likeness("", "os"), likeness("r", "os")
    (3, 2, 1, 0)
    """
    if time == event:
        return 3
    if time and event and (event.startswith(time) or time.startswith(event)):
        return 2
    return int(not time or not event)


def _canonical(parts: Sequence[str]) -> str:
    words = [part for part in parts if part and part not in _EMPTY]
    kept = [word for word in words if word not in _OVERALL] or (["os"] if words else [])
    return "_".join(kept)


_TREATMENTS = (
    re.compile(r"(.*_)?(arm|trt|treat(ment|ed)?|rx|trt0[12]p|trtp|therapy|regimen)(_.*)?"),
    re.compile(r"(.*_)?(trta|trt0[12]a|actarm|allocation|randomi[sz](ed|ation)|group)(_.*)?"),
    re.compile(r"hormon(e|al)?(_therapy)?|transplant|rt|radiotherapy|drug|intervention"),
    re.compile(r"chemo(therapy)?|surgery|radiation|exposure|immunotherapy|pci"),
)
_CONTROL = re.compile(
    r"(non|no|un|not|without)([\W_]|$).*|(un|non)[a-z]{4,}|.*(control|placebo|obs(ervation)?|standard"
    r"|usual|none|sham|soc)\b.*|0|n|false|no",
    re.IGNORECASE,
)


def treatment_rank(name: str) -> int | None:
    """How surely a name is one of a treatment, 0 the most; None for other names.

    Examples
    --------
    >>> [treatment_rank(name) for name in ("arm", "TRT01P", "hormon", "chemo", "stage")]
    [0, 0, 2, 3, None]
    """
    joined = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    found = [rank for rank, known in enumerate(_TREATMENTS) if known.fullmatch(joined)]
    return found[0] if found else None


def control_levels(levels: Sequence[str]) -> list[str]:
    """Levels whose name says that they are the control.

    Examples
    --------
    >>> control_levels(["Maintained", "Nonmaintained"]), control_levels(["Lev", "Obs"])
    (['Nonmaintained'], ['Obs'])
    """
    return [level for level in levels if _CONTROL.fullmatch(level.strip())]
