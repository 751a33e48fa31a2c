"""The whole of a first analysis file, guessed from a table."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from posthaz.cohort.merge import Merge, merge_patients
from posthaz.cohort.quantities import counted
from posthaz.cohort.table import Table, read_table
from posthaz.errors import SpecError, nearest
from posthaz.hazards.default_cuts import most_intervals
from posthaz.spec.guess.characteristics import (
    Described,
    covariates,
    formula_terms,
    guess_missing,
    guess_treatment,
    same_groups,
    volume_doubts,
)
from posthaz.spec.guess.end_points import EndPoint, end_points, looks_like_identifier
from posthaz.spec.guess.facts import Facts, Guess, Guesses, facts_of
from posthaz.spec.guess.follow_up import guess_follow_up, stated_of, time_like
from posthaz.spec.guess.names import endpoint_name, known_endpoint
from posthaz.spec.guess.write import toml_text

_TIMES = {
    "days": (91, 182, 365, 730, 1095, 1825, 3650), "weeks": (4, 13, 26, 52, 104, 156, 260, 520),
    "months": (3, 6, 12, 24, 36, 60, 120), "years": (0.5, 1, 2, 3, 5, 10, 20),
}  # fmt: skip
_FEWEST_AT_RISK, _FEW_EVENTS = 0.1, 40


@dataclass(frozen=True)
class GuessedAnalysis:
    """A first analysis of a table.

    Parameters
    ----------
    guesses : tuple of Guess
        What each key of the file says and why, in the order of the file.
    endpoint : str
        Short name of the end point, as names of columns have it; empty where they don't say.
    others : tuple of str
        Short names of the table's other end points.
    text : str
        The analysis file.
    """

    guesses: tuple[Guess, ...]
    endpoint: str
    others: tuple[str, ...]
    text: str

    @property
    def decisive(self) -> tuple[Guess, ...]:
        """Guesses of which another value would change the answer."""
        return tuple(guess for guess in self.guesses if guess.decisive)

    @property
    def doubtful(self) -> tuple[Guess, ...]:
        """Guesses that the table leaves open."""
        return tuple(guess for guess in self.guesses if guess.doubtful)

    @property
    def known_others(self) -> tuple[str, ...]:
        """Other end points that trials name, such as ``"pfs"``."""
        return tuple(other for other in self.others if known_endpoint(other))


def guess_analysis(
    table: Any,
    *,
    endpoint: str = "",
    stated: Mapping[Any, Any] | None = None,
    merge: Any = None,
    written: str = "",
    merge_written: str = "",
) -> GuessedAnalysis:
    """Guess a first analysis file from a table.

    Parameters
    ----------
    table : str, Path, frame or Table
        The table.
    endpoint : str, optional
        Short name of the end point, such as ``"pfs"``; the most important without it.
    stated : mapping, optional
        What is known, by key: ``{"cohort.unit": "days"}``. It goes before any guess, and what
        hangs on it is guessed from it.
    merge : str, Path, frame or Table, optional
        A second table with one row a patient, such as ADSL.
    written, merge_written : str, optional
        How the file is to name the two tables; their own names without it.

    Returns
    -------
    GuessedAnalysis
        Every guess with its reason, and the text of the file.

    Raises
    ------
    CohortError
        When a table can't be read or merged.
    SpecError
        When it has no follow-up, or not the end point asked for.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"os_months": [3.5, 8, 12, 30, 41], "dead": [1, 0, 1, 1, 0],
    ...                       "arm": ["RT", "none", "RT", "none", "RT"]})
    >>> guessed = guess_analysis(frame)
    >>> {guess.place: guess.value for guess in guessed.decisive}["treatment.reference"]
    'none'
    """
    guesses = Guesses(stated)
    read = table if isinstance(table, Table) else read_table(table)
    read, second = _merged(read, merge)
    first = table.name if isinstance(table, Table) else read.name
    point, others = _chosen(read, endpoint, guesses)
    name = written or first
    shown = endpoint_name(point.stem)
    guesses.take("analysis.title", f"{Path(name).stem}: {shown}")
    guesses.take("analysis.endpoint", shown)
    guesses.take("cohort.table", name)
    if second is not None:
        guesses.take("cohort.merge.table", merge_written or second.name)
        guesses.take("cohort.merge.by", _common(read, second), "both tables have it")
    frame = guess_follow_up(read.frame, point, guesses)
    known, facts = stated_of(guesses), facts_of(frame)
    subject = known.get("subject") or known.get("cluster")
    patients = len(frame) if not subject else int(frame[subject].nunique())
    points = (point,) if not others else end_points(read.frame, read.name)
    taken = time_like(facts, points) | {str(v) for v in known.values() if isinstance(v, str)}
    taken |= _sums(facts, known)
    taken |= {name for name, one in facts.items() if looks_like_identifier(one, patients)}
    arm, arms = guess_treatment(facts, taken, guesses)
    starts = {g.value for g in guesses.made if g.key == ("treatment", "starts")}
    taken |= {n for n, f in facts.items() if arm and n != arm and same_groups(facts[arm], f)}
    free = [name for name in facts if name not in taken | starts | {arm}]
    marks = guess_missing(facts, free, guesses)
    described = covariates(facts, taken | starts | {arm}, patients, marks)
    described = volume_doubts(described, guesses)
    _rest(facts, described, known, (arm, arms), guesses)
    made = _in_order(guesses.made)
    return GuessedAnalysis(
        tuple(made), point.stem, others, toml_text(made, _head(read, made, others))
    )


def _merged(read: Table, merge: Any) -> tuple[Table, Table | None]:
    if merge is None:
        return read, None
    second = merge if isinstance(merge, Table) else read_table(merge)
    by = _common(read, second)
    merged, _ = merge_patients(read, second, Merge(None, by))
    return replace(merged, name=read.name), second


def _common(read: Table, second: Table) -> str:
    """The column that says which rows of two tables are of one patient."""
    both = [str(name) for name in second.frame.columns if name in read.frame.columns]
    named = [name for name in both if name.upper() == "USUBJID"]
    single = [name for name in both if not second.frame[name].duplicated().any()]
    if not (named or single):
        raise SpecError(
            f"{second.name}: no column of {read.name} has one row a patient in it",
            fix="give one with one row a patient and the patients' column in both, as USUBJID",
        )
    return (named or single)[0]


def _chosen(read: Table, endpoint: str, guesses: Guesses) -> tuple[EndPoint, tuple[str, ...]]:
    """The end point asked for, or the most important one, and the names of the others."""
    time, event = (guesses.stated.get(("cohort", key)) for key in ("time", "event"))
    header = [str(name) for name in read.frame.columns]
    for name in (time, event):
        if name is not None and name not in header:
            what = f"{read.name}: there is no column '{name}' ({nearest(name, header)})"
            raise SpecError(what, fix="correct the name")
    if time and event and not endpoint:
        return EndPoint("", time, event), ()
    points = end_points(read.frame, read.name)
    stems = [point.stem for point in points]
    if endpoint and endpoint.lower() not in stems:
        known = ", ".join(stem or "survival" for stem in stems)
        raise SpecError(
            f"{read.name}: no end point '{endpoint}' was found in it", fix=f"choose among {known}"
        )
    point = points[stems.index(endpoint.lower())] if endpoint else points[0]
    return point, tuple(stem for stem in stems if stem and stem != point.stem)


def _sums(facts: Mapping[str, Facts], known: Mapping[str, Any]) -> set[str]:
    """Columns that are the end of follow-up once more, as entry and duration added up."""
    entry, time = known.get("entry"), known.get("duration") or known.get("time")
    if not entry or not time:
        return set()
    end = facts[entry].numbers + facts[time].numbers
    return {
        name for name, one in facts.items()
        if one.numeric and np.isclose(one.numbers, end, atol=1e-6).mean() > 0.95
    }  # fmt: skip


def _rest(
    facts: Mapping[str, Facts],
    described: Mapping[str, Described],
    known: Mapping[str, Any],
    arms: tuple[str, Sequence[str]],
    guesses: Guesses,
) -> None:
    """Columns, models and what is reported."""
    arm, levels = arms
    if arm:
        guesses.take(("cohort", "columns", arm, "role"), "treatment")
        guesses.take(("cohort", "columns", arm, "levels"), list(levels),
                     "in this order; labels may be given: { code = \"label\" }")  # fmt: skip
    units = {g.key[2] for g in guesses.made if g.key[1] == "columns" and g.key[3:] == ("unit",)}
    for name, one in described.items():
        for key, value in one.keys.items():
            if not (key == "unit" and name in units):
                guesses.take(("cohort", "columns", name, key), value)
    count = _events(facts, known)
    terms = formula_terms(described, facts, count, len(levels))
    first = _term(arm) if arm else " + ".join(terms) or "1"
    cluster = known.get("cluster")
    group = f" + (1 | {_term(cluster)})" if cluster else ""
    baseline = {"baseline": "piecewise_exponential", "cuts": _cuts(facts, known, count),
                "smoothing": "random_walk"}  # fmt: skip
    why = f"{counted(count, 'event')}: the hazard may change shape, neighbouring intervals tied"
    _model(guesses, "primary", baseline, first + group, why)
    if arm and terms:
        why = "adjusted for what is known to be prognostic, as far as the events allow"
        _model(guesses, "adjusted", baseline, " + ".join([first, *terms]) + group, why)
    used = [name for name, one in described.items() if one.term in terms] + ([arm] if arm else [])
    lacking = [name for name in used if facts[name].lacking or _marked(facts[name], guesses)]
    if lacking:
        why = f"missing in some rows: {', '.join(lacking)}; those are left out"
        guesses.take("cohort.missing", "drop", why, choices=("drop", "refuse"), decisive=True)
    _estimands(facts, known, arms, guesses)


def _marked(column: Facts, guesses: Guesses) -> bool:
    marks = next((g.value for g in guesses.made if g.key == ("cohort", "missing_values")), ())
    return bool({str(mark) for mark in marks} & set(column.levels))


def _term(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*(\.\w+)*", name) else f"`{name}`"


def _model(
    guesses: Guesses, name: str, baseline: Mapping[str, Any], formula: str, why: str
) -> None:
    for key, value in baseline.items():
        guesses.take(("models", name, key), value, why if key == "baseline" else "")
    guesses.take(("models", name, "formula"), formula)


def _events(facts: Mapping[str, Facts], known: Mapping[str, Any]) -> int:
    if "upper" in known:
        return int(np.isfinite(facts[known["upper"]].numbers).sum())
    codes = [code for code, word in known["event_codes"].items() if word in ("event", 1)]
    seen = facts[known["event"]].texts.isin(codes)
    if known.get("recurrent") == "first":
        return int(facts[known["subject"]].texts[seen].nunique())
    return int(seen.sum())


def _cuts(facts: Mapping[str, Facts], known: Mapping[str, Any], count: int) -> int:
    """Intervals of the hazard, no more than different event times give."""
    wanted = 6 if count > _FEW_EVENTS else 4
    times = pd.Series(facts[known.get("duration") or known.get("time") or known["lower"]].numbers)
    if "event" in known:
        codes = [code for code, word in known["event_codes"].items() if word in ("event", 1)]
        seen = facts[known["event"]].texts.isin(codes).to_numpy()
        times = times[seen]
        if known.get("recurrent") == "first":
            times = times.groupby(facts[known["subject"]].texts.to_numpy()[seen]).min()
    times = times.to_numpy()
    times = times[np.isfinite(times)]
    return most_intervals(times, wanted + 1) if len(times) else wanted


def _estimands(
    facts: Mapping[str, Facts],
    known: Mapping[str, Any],
    arms: tuple[str, Sequence[str]],
    guesses: Guesses,
) -> None:
    """Times at which a tenth of every arm is still under observation."""
    times = facts[known.get("duration") or known.get("time") or known["lower"]].numbers
    entry = facts[known["entry"]].numbers if "entry" in known else np.zeros(len(times))
    if "duration" in known:
        return  # from an age or a calendar on: which times are sensible is not to be guessed
    arm, levels = arms
    groups = [(facts[arm].texts == level).to_numpy() for level in levels] if arm else [
        np.ones(len(times), dtype=bool)]  # fmt: skip
    subject = known.get("subject")
    patients = facts[subject].values if subject else None
    asked = []
    for time in _TIMES[known["unit"]]:
        left = [
            float(((times > time) & (entry <= time) & rows).sum())
            / max(1, len(rows[rows]) if patients is None else patients[rows].nunique())
            for rows in groups
        ]
        if min(left) >= _FEWEST_AT_RISK:
            asked.append(time)
    if asked:
        why = "a tenth of the patients are still followed then"
        guesses.take("estimands.survival_at", asked[-3:], why)
        guesses.take("estimands.rmst_to", asked[-1])


_TABLES = ("analysis", "cohort", "treatment", "models", "estimands")


def _in_order(made: Sequence[Guess]) -> list[Guess]:
    """Guesses in the order of a file: keys of a table before its tables."""
    places = {guess.key: at for at, guess in enumerate(made)}

    def order(guess: Guess) -> tuple[int, int, int]:
        table, *rest = guess.key
        return _TABLES.index(table), int(table == "cohort" and len(rest) > 1), places[guess.key]

    return sorted({guess.key: guess for guess in made}.values(), key=order)


def _head(read: Table, made: Sequence[Guess], others: Sequence[str]) -> list[str]:
    doubts = sum(guess.doubtful for guess in made)
    rows = counted(read.rows, "row")
    head = [f"First analysis of {read.name}, guessed by posthaz init from its {rows}."]
    if doubts:
        head.append(f"The table leaves {counted(doubts, 'key')} open: see PLEASE CHECK.")
    if others:
        head.append(f"Other end points in it: {', '.join(others)} (posthaz init --endpoint NAME).")
    return head
