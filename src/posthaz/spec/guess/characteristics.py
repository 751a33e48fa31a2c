"""Treatment and covariates: which columns, and what each is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from posthaz.cohort.missing_markers import marking_codes, marking_levels
from posthaz.spec.guess.end_points import looks_like_identifier
from posthaz.spec.guess.facts import Facts, Guesses
from posthaz.spec.guess.names import control_levels, treatment_rank

_MOST_ARMS, _MOST_LEVELS, _FEW_CODES, _MOST_LACKING, _SURE_CODE = 4, 12, 5, 0.4, 77
_FEW_FREE, _FEWEST_IN_LEVEL = 2, 5
_DATE_NAMES = re.compile(r".*(DT|DTM|DTC|DY|TM)|.*[\W_]?(date|dt)|.*(fl|seq)", re.IGNORECASE)
_ADMINISTRATIVE = re.compile(
    r"studyid|domain|param.*|avalu?|.*dsc|.*desc|year|yr|.*yr|ybirth|simulated|reconstructed_from"
    r"|.*coord|weights?|pair|set|match(ed)?|inst(it)?.*|cent(re|er).*|site.*|hospital.*|district"
    r"|region|.*(voxel|pixel).*|source.*|srcdom|srcvar|srcseq|evnt.*|dataset|units?",
    re.IGNORECASE,
)
_DOSE = re.compile(r"(.*_)?(dose|eqd2|bed)(_.*)?|.*_gy", re.IGNORECASE)
_STATUS = re.compile(r"(.*[\W_])?(ecog|kps|karno(fsky)?|zubrod|performance|ps|who)(bl|[\W_].*)?",
                     re.IGNORECASE)  # fmt: skip
_CHARACTERISTIC = re.compile(r".*(sex|gender|age|stage|grade|hist|race|ethnic|site|status).*",
                             re.IGNORECASE)  # fmt: skip
_VOLUMES = {"mm3": "mm3", "cm3": "cm3", "cc": "cm3", "ml": "ml"}
_PROGNOSTIC = ("age", "performance_status", "stage", "gtv", "ptv", "dose", "grade", "nodes", "sex")


@dataclass(frozen=True)
class Described:
    """What a covariate is guessed to be.

    Parameters
    ----------
    keys : mapping of str to object
        Keys of its table in ``[cohort.columns]``.
    term : str
        Its term in a formula.
    order : int
        Its place among those that a model should have first.
    parameters : int
        Coefficients that it takes.
    """

    keys: Mapping[str, Any]
    term: str
    order: int
    parameters: int


def guess_treatment(
    facts: Mapping[str, Facts], taken: set[str], guesses: Guesses
) -> tuple[str, tuple[str, ...]]:
    """Guess the treatment and its reference.

    Parameters
    ----------
    facts : mapping of str to Facts
        The columns.
    taken : set of str
        Columns of follow-up and of patients' numbers.
    guesses : Guesses
        Where guesses go.

    Returns
    -------
    str
        Its column; empty for a single arm.
    tuple of str
        Its levels, the reference first.
    """
    arms = [
        name for name, column in facts.items()
        if name not in taken and 2 <= len(column.levels) <= _MOST_ARMS
        and column.lacking <= _MOST_LACKING
    ]  # fmt: skip
    ranked = sorted(
        (rank, list(facts).index(name), name)
        for name in arms
        if (rank := treatment_rank(name)) is not None
    )
    unnamed = [name for name in arms if not _CHARACTERISTIC.fullmatch(name)]
    worded = [n for n in unnamed if not facts[n].numeric and control_levels(facts[n].levels)]
    free = [name for name in facts if name not in taken]
    if ranked:
        _, _, column = ranked[0]
        rival = any(
            rank == ranked[0][0] and not same_groups(facts[column], facts[other])
            for rank, _, other in ranked[1:]
        )
        why, doubtful = f"'{column}' is named like one", rival or ranked[0][0] > 1
    elif unnamed and (len(free) == 1 or (worded and len(free) <= _FEW_FREE)):
        column, doubtful = (worded or unnamed)[0], True
        why = f"no name says it; '{column}' has {len(facts[column].levels)} groups"
    else:
        column, doubtful = "", bool(arms)
        why = "no column is named like one: one arm"
    place = "treatment.column"
    column = guesses.take(place, column or None, why, choices=(*arms, None), doubtful=doubtful,
                          decisive=True)  # fmt: skip
    if not column:
        return "", ()
    levels = facts[column].levels
    controls = control_levels(levels)
    why = "it is named like a control" if controls else "the first by order: no name says control"
    reference = (controls or levels)[0]
    reference = guesses.take("treatment.reference", reference, why, choices=levels,
                             doubtful=len(controls) != 1, decisive=True)  # fmt: skip
    ordered = (reference, *(level for level in levels if level != reference))
    _starts(facts, column, reference, taken, guesses)
    return column, ordered


def same_groups(one: Facts, other: Facts) -> bool:
    """Whether two columns put the same patients together, by whatever names."""
    pairs = pd.DataFrame({"one": one.texts, "other": other.texts}).dropna().drop_duplicates()
    return not pairs["one"].duplicated().any() and not pairs["other"].duplicated().any()


def _starts(
    facts: Mapping[str, Facts], arm: str, reference: str, taken: set[str], guesses: Guesses
) -> None:
    """A time that all treated have and nobody else: when treatment began."""
    treated = (facts[arm].texts != reference).to_numpy()
    stated = {guess.key: guess.value for guess in guesses.made}
    time = stated.get(("cohort", "time"))
    for name, column in facts.items():
        if name in taken or not column.numeric or name == arm or time is None:
            continue
        if (np.isfinite(column.numbers) == treated).all() and (
            column.known <= facts[time].numbers[np.isfinite(column.numbers)]
        ).all():
            if not re.search(r"wait|start|begin|time", name, re.IGNORECASE):
                continue
            why = f"'{name}' is there for those in another arm than '{reference}' alone"
            guesses.take("treatment.starts", name, why, decisive=True, doubtful=True)
            return


def guess_missing(facts: Mapping[str, Facts], names: Sequence[str], guesses: Guesses) -> list[Any]:
    """Guess what stands for a missing value in every column."""
    found: dict[Any, str] = {}
    for name in names:
        column = facts[name]
        if not column.numeric and len(column.levels) <= 4 * _MOST_LEVELS:
            found |= {mark: name for mark in marking_levels(column.levels) if not mark.isdigit()}
        elif column.numeric and len(column.known):
            codes = [code for code in marking_codes(column.known) if abs(code) >= _SURE_CODE]
            elsewhere = [f for other, f in facts.items() if other != name and f.numeric]
            found |= {
                int(code): name for code in codes
                if not any((other.known == code).any() for other in elsewhere)
            }  # fmt: skip
    if found:
        listed = ", ".join(f"{mark!r} in '{name}'" for mark, name in found.items())
        guesses.take("cohort.missing_values", list(found), f"they look like marks: {listed}",
                     decisive=True)  # fmt: skip
    return list(found)


def covariates(
    facts: Mapping[str, Facts], taken: set[str], patients: int, skipped: Sequence[Any] = ()
) -> dict[str, Described]:
    """Columns that look like characteristics of patients, and what each is.

    Parameters
    ----------
    facts : mapping of str to Facts
        The columns.
    taken : set of str
        Columns of follow-up, treatment and patients' numbers.
    patients : int
        Number of patients.
    skipped : sequence
        What stands for a missing value.

    Returns
    -------
    dict of str to Described
        By column.
    """
    found: dict[str, Described] = {}
    marks = {str(mark) for mark in skipped}
    for name, column in facts.items():
        if name in taken or _DATE_NAMES.fullmatch(name) or _ADMINISTRATIVE.fullmatch(name):
            continue
        if name.upper().endswith("N") and name[:-1] in facts:
            continue  # the numbers of another column's words
        levels = [level for level in column.levels if level not in marks]
        if column.lacking > _MOST_LACKING or len(levels) < 2:
            continue
        if pd.api.types.is_datetime64_any_dtype(column.values):
            continue
        if looks_like_identifier(column, patients):
            continue
        if not column.numeric and len(levels) > _MOST_LEVELS:
            continue
        found[name] = _described(column, levels, marks)
    return found


def _described(column: Facts, levels: Sequence[str], marks: set[str]) -> Described:
    known = column.known[
        ~np.isin(column.known, [float(m) for m in marks if m.lstrip("-").isdigit()])
    ]
    role, keys = _role(column, known, levels)
    named = role or next((word for word in column.words if word in _PROGNOSTIC), "")
    order = _PROGNOSTIC.index(named) if named in _PROGNOSTIC else len(_PROGNOSTIC)
    if role:
        keys = {**({"role": role} if role != "volume" else {}), **keys}
    term = column.name if re.fullmatch(r"[A-Za-z_]\w*(\.\w+)*", column.name) else f"`{column.name}`"
    if "levels" in keys or not column.numeric:
        return Described({"levels": list(levels), **keys}, term, order, len(levels) - 1)
    if keys.get("step") == "doubling" and known.min() > 0:
        term = f"log2({term})"
    return Described(keys, term, order, 1)


def _role(column: Facts, known: np.ndarray, levels: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Role of a column and its other keys."""
    name, words = column.name, column.words
    few = len(levels) <= _FEW_CODES
    if not column.numeric:
        return ("performance_status", {}) if _STATUS.fullmatch(name) else ("", {})
    median = float(np.median(known))
    if "age" in words and not few and known.min() >= 0 and known.max() <= 115 and median >= 5:
        return "age", {"label": "Age", "unit": "years", "step": 10}
    for role in ("gtv", "ptv"):
        if any(word.startswith(role) for word in words) and not few and known.min() >= 0:
            return role, _volume(column, median, role)
    if _STATUS.fullmatch(name):
        if known.max() > 10:
            return "performance_status", {"label": "Karnofsky performance status", "step": 10}
        return "performance_status", {"label": "ECOG performance status", "levels": list(levels)}
    if _DOSE.fullmatch(name) and not few and known.min() >= 0 and 5 <= median <= 15000:
        small = median <= 150
        return "dose", {"unit": "Gy" if small else "cGy", "step": 10 if small else 1000}
    if few and column.whole:
        return "", {"levels": list(levels)}
    return "", {}


def _volume(column: Facts, median: float, role: str) -> dict[str, Any]:
    said = [unit for word, unit in _VOLUMES.items() if word in column.name.lower()]
    label = {"gtv": "Gross tumour volume", "ptv": "Planning target volume"}[role]
    unit = said[0] if said else "mm3" if median > 3000 else "cm3"
    return {"label": label, "unit": unit, "step": "doubling"}


def formula_terms(
    described: Mapping[str, Described], facts: Mapping[str, Facts], events: int, arms: int
) -> list[str]:
    """Terms of an adjusted model: known prognostic factors first, as many as the events allow."""
    room, terms = max(1, events // 15) - max(arms - 1, 0), []
    ordered = sorted(described.items(), key=lambda item: item[1].order)
    for name, one in ordered:
        if one.parameters <= room and facts[name].lacking <= 0.2 and len(terms) < 5:
            if (one.order == len(_PROGNOSTIC) and arms and terms) or _sparse(facts[name], one):
                continue
            terms.append(name)
            room -= one.parameters
    return [described[name].term for name in terms]


def _sparse(column: Facts, one: Described) -> bool:
    """Whether a level of a factor has too few patients for a model."""
    count = column.texts.value_counts()
    return any(count.get(level, 0) < _FEWEST_IN_LEVEL for level in one.keys.get("levels", ()))


def volume_doubts(described: Mapping[str, Described], guesses: Guesses) -> dict[str, Described]:
    """Units of volumes and doses, which would change the answer, shown as guesses."""
    shown = dict(described)
    for name, one in described.items():
        role, unit = one.keys.get("role", ""), one.keys.get("unit")
        if role in ("gtv", "ptv", "dose") and unit:
            choices = ("Gy", "cGy") if role == "dose" else ("cm3", "mm3", "ml")
            unit = guesses.take(
                ("cohort", "columns", name, "unit"),
                unit,
                f"the numbers of '{name}' are of that size",
                choices=choices,
                doubtful=unit.lower() not in name.lower(),
                decisive=True,
            )
            shown[name] = Described({**one.keys, "unit": unit}, one.term, one.order, one.parameters)
    return shown
