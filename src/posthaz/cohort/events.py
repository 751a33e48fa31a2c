"""Event codes: which are events, which are censored, and how that was decided."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.cohort.event_names import cdisc_meaning, opposite_readings
from posthaz.cohort.levels import level_text, level_texts
from posthaz.cohort.numbers import read_numbers
from posthaz.cohort.rows import listed

_EVENT_WORDS = (
    "event", "dead", "death", "died", "deceased", "yes", "y", "true", "t", "failure", "failed",
    "relapse", "relapsed", "recurrence", "recurred", "progression", "progressed",
    "recurred/progressed", "1:deceased", "1:event", "1:progression", "1:recurred/progressed",
    "1:recurred", "ja", "oui", "si", "sí", "sì", "sim", "tak", "是", "tot", "gestorben",
    "verstorben", "décédé", "décédée", "decede", "muerto", "fallecido", "deceduto", "morto",
    "overleden", "死亡",
)  # fmt: skip
_CENSORED_WORDS = (
    "censored", "censor", "cens", "alive", "living", "no", "n", "false", "f", "no event",
    "event-free", "event free", "none", "lost to follow-up", "diseasefree", "disease-free",
    "0:living", "0:censored", "0:diseasefree", "0:alive", "nein", "non", "nee", "não", "nao",
    "nie", "否", "lebt", "lebend", "am leben", "zensiert", "vivant", "vivante", "censuré", "vivo",
    "vivente", "censurado", "levend", "存活", "生存", "删失",
)  # fmt: skip
_VOCABULARIES: tuple[tuple[dict[str, int], str], ...] = (
    ({"0": 0, "1": 1}, "0/1 coding"),
    ({"1": 0, "2": 1}, "1/2 coding, as in R's survival"),
    ({**dict.fromkeys(_EVENT_WORDS, 1), **dict.fromkeys(_CENSORED_WORDS, 0)}, "words"),
)
_STANDARD = "0/1, true/false, 1/2, or words such as dead/alive, event/censored, yes/no"
UNKNOWN = -1
_MOST_CAUSES = 100


@dataclass(frozen=True, eq=False)
class Coding:
    """What the codes of a column mean.

    Parameters
    ----------
    cause : ndarray of int, shape (row,)
        0 censored, 1 the event of interest, 2 and above other causes, -1 unknown.
    missing, unknown : ndarray of bool, shape (row,)
        Rows without a code, and with one that has no meaning.
    accepted : str
        The codes that have one.
    sentence : str
        How the codes were read, for the report.
    ambiguous : bool
        Whether the codes are numbers that no standard coding has.
    readings : tuple of str
        Two opposite mappings, where the name of the column leaves open which is meant.
    """

    cause: np.ndarray
    missing: np.ndarray
    unknown: np.ndarray
    accepted: str
    sentence: str = ""
    ambiguous: bool = False
    readings: tuple[str, ...] = ()


def read_coding(
    column: pd.Series,
    event_codes: Mapping[str, int],
    count: np.ndarray | None = None,
    table: Counter[str] | None = None,
) -> Coding:
    """Read event codes, by the given mapping or else by the standard codings.

    Parameters
    ----------
    column : Series
        Codes; its name is used in the sentence.
    event_codes : mapping of str to int
        Meaning of each code; empty for the standard codings.
    count : ndarray of int, shape (row,), optional
        Rows of a registry that each row stands for.
    table : Counter, optional
        Rows of the whole table with each code, where `column` is a part of it: the only code 1
        of a part means what it means in the table.

    Returns
    -------
    Coding
        Causes, and the rows where there is none.

    Examples
    --------
    >>> import pandas as pd
    >>> coding = read_coding(pd.Series([1, 2, 2], name="status"), {})
    >>> coding.cause.tolist()
    [0, 1, 1]
    >>> coding.sentence
    "In column 'status', 2 is an event and 1 is censored (1/2 coding, as in R's survival)."
    """
    codes = level_texts(column).dropna()
    counts = code_counts(codes, count)
    name, accepted, ambiguous = str(column.name), _STANDARD, False
    readings: tuple[str, ...] = ()
    if event_codes:
        meaning, basis = _by_mapping(counts, event_codes), "stated in event_codes"
        accepted = listed([f"'{code}'" for code in event_codes])
    elif meaning := cdisc_meaning(name, list(counts)):
        basis = "the name is CDISC's CNSR"
    else:
        told = _told_by(counts, table or counts)
        meaning, basis = _by_standard(told)
        readings = opposite_readings(name, list(told))
        ambiguous = all(code.isdigit() for code in told) and len(meaning) < len(told)
        # of a part of a table that has codes without a meaning, none is known
        meaning = {} if ambiguous and told is not counts else meaning
        meaning = {code: means for code, means in meaning.items() if code in counts}
    causes = codes.map(meaning).reindex(column.index)
    missing = column.isna().to_numpy(dtype=bool)
    unknown = causes.isna().to_numpy(dtype=bool) & ~missing
    return Coding(
        cause=causes.fillna(UNKNOWN).to_numpy(dtype=int),
        missing=missing,
        unknown=unknown,
        accepted=accepted,
        sentence=_sentence(name, meaning, basis),
        ambiguous=ambiguous,
        readings=readings,
    )


def read_causes(column: pd.Series, seen: np.ndarray) -> Coding:
    """Read a column of causes beside follow-up that already says which rows are events.

    Parameters
    ----------
    column : Series
        Numbers of causes; read where `seen`, elsewhere of no account.
    seen : ndarray of bool, shape (row,)
        Rows that are events.

    Returns
    -------
    Coding
        Causes of the events, 0 in the other rows.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> read_causes(pd.Series([2, 1, None]), np.array([True, True, False])).cause.tolist()
    [2, 1, 0]
    """
    numbers = read_numbers(column)
    values = np.where(np.isfinite(numbers.values), numbers.values, 0.0)
    whole = (values >= 1) & (values <= _MOST_CAUSES) & (values % 1 == 0)
    cause = np.where(seen, UNKNOWN, 0)
    cause[seen & whole] = values[seen & whole].astype(int)
    return Coding(
        cause=cause,
        missing=seen & numbers.missing,
        unknown=seen & ~numbers.missing & ~whole,
        accepted="1 for the event of interest, 2, 3, ... for other causes",
        sentence=f"Column '{column.name}' gives the cause: 1 is the event of interest.",
    )


def code_counts(codes: pd.Series, count: np.ndarray | None = None) -> Counter[str]:
    """How many rows, of the table or of the registry behind it, have each code.

    Parameters
    ----------
    codes : Series of str
        Codes; its index is the position in the table.
    count : ndarray of int, shape (row of the table,), optional
        Rows of the registry that each row stands for.

    Returns
    -------
    Counter
        By code, in order of appearance.
    """
    ones = pd.Series(1 if count is None else count[codes.index], index=codes.index)
    return Counter({str(code): int(n) for code, n in ones.groupby(codes, sort=False).sum().items()})


def _by_mapping(codes: Iterable[str], event_codes: Mapping[str, int]) -> dict[str, int]:
    exact = {level_text(code): cause for code, cause in event_codes.items()}
    folded = {code.casefold(): cause for code, cause in exact.items()}
    found = {code: exact.get(code, folded.get(code.casefold())) for code in codes}
    return {code: cause for code, cause in found.items() if cause is not None}


def _told_by(counts: Counter[str], table: Counter[str]) -> Counter[str]:
    """The codes to read a coding by: the table's, where a part of it alone would say another."""
    own, whole = _by_standard(counts)[0], _by_standard(table)[0]
    same = all(whole.get(code, means) == means for code, means in own.items())
    return counts if same else table


def _by_standard(counts: Counter[str]) -> tuple[dict[str, int], str]:
    """Meaning of the codes by the vocabulary that covers most rows, the first among equals."""
    readings = []
    for vocabulary, basis in _VOCABULARIES:
        meaning = {
            code: vocabulary[code.casefold()] for code in counts if code.casefold() in vocabulary
        }
        readings.append((sum(counts[code] for code in meaning), meaning, basis))
    _, meaning, basis = max(readings, key=lambda reading: reading[0])
    return meaning, basis


def _sentence(name: str, meaning: Mapping[str, int], basis: str) -> str:
    parts = []
    several = len([cause for cause in set(meaning.values()) if cause > 1]) > 1
    for cause in sorted(set(meaning.values()), key=lambda cause: (cause == 0, cause)):
        codes = [code for code, means in meaning.items() if means == cause]
        other = f"another cause (cause {cause})" if several else "another cause"
        said = {0: "censored", 1: "an event"}.get(cause, other)
        parts.append(f"{listed(codes)} {'is' if len(codes) == 1 else 'are'} {said}")
    return f"In column '{name}', {listed(parts)} ({basis})." if parts else ""
