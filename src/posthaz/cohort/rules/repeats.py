"""Patients who stand in several rows although nothing says so: endpoints, ids, doubled rows."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.special import bdtrc

from posthaz.cohort.collapse import numbered_groups
from posthaz.cohort.draft import NAMING_ROLES, Draft
from posthaz.cohort.levels import level_texts, sorted_levels
from posthaz.cohort.numbers import read_numbers
from posthaz.cohort.quantities import counted
from posthaz.cohort.rows import listed, shown_values
from posthaz.cohort.table import RECONSTRUCTED
from posthaz.errors import Finding

_PARAMETER = re.compile(r"param(eter)?[\W_]*(cd|code)?")
_ENDPOINT = re.compile(r"end[\W_]*points?|e(vent)?[\W_]*type|outcome([\W_]*type)?|measure")
_PATIENT = re.compile(
    r"(u?subj(ect)?|pat(ient)?|pt|participant|person|case|record)?[\W_]*(id|nr|no|num(ber)?|key)"
    r"|u?subj(ect)?|patient|participant|mrn|pid|ptid"
)
_TEXT_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z]{1,8}[-_ .]?\d[\d-]*")
_FEWEST, _MOST_ROWS_EACH, _SHARE_OF_IDS = 5, 25, 0.9
_LEVELS_SHOWN = 6
_CHANCE, _DEPENDENCE, _FEW_ROWS = 0.05, 3.0, 20
_BOUNDS = ("entry", "lower", "upper")
_GROUPED = re.compile(r"pair|match|set|strat|block|famil|litter|cluster|group")


def one_endpoint(draft: Draft) -> Iterator[Finding]:
    """A table in long form has one endpoint left."""
    for name in _unused(draft):
        parameter = _PARAMETER.fullmatch(name.lower())
        if not parameter and not _ENDPOINT.fullmatch(name.lower()):
            continue
        texts = level_texts(draft.values(name)).dropna()
        levels = sorted_levels(draft.values(name), texts)
        patients = _repeated_once_each(draft, name)
        if len(levels) < 2 or not (patients or parameter):
            continue
        sizes = texts.value_counts()
        shown = [f"'{level}' in {counted(int(sizes[level]), 'row')}" for level in levels]
        more = len(levels) - _LEVELS_SHOWN
        shown = [*shown[:_LEVELS_SHOWN], f"{more} more"] if more > 0 else shown
        whose = f", each of the {patients}" if patients else ""
        yield Finding(
            draft.where(column=name),
            f"the table holds several endpoints{whose}: {listed(shown)}",
            f'choose one: [cohort.where] {_key(name)} = "{levels[0]}"',
        )


def repeated_patients(draft: Draft) -> Iterator[Finding]:
    """Ids that stand in several rows, and no column of subjects is named."""
    if draft.spec.subject or draft.count is not None:
        return
    for name in _patient_columns(draft):
        if name == draft.spec.cluster:
            continue
        values = draft.values(name).dropna()
        sizes = values.groupby(level_texts(values), sort=False).size()
        several = sizes[sizes > 1]
        if several.empty:
            continue
        yield Finding(
            draft.where(column=name),
            f"{counted(len(several), 'value')} stand in more than one row "
            f"({shown_values(several.index.tolist())}): {counted(len(values), 'row')}, "
            f"{len(sizes)} different, and each row counts as a patient",
            f'say subject = "{name}" when the rows of one value are one patient\'s follow-up, '
            f'cluster = "{name}" when they are patients or organs that belong together, or '
            "choose rows by [cohort.where]",
        )
        return


def doubled_rows(draft: Draft) -> Iterator[Finding]:
    """Rows that are equal in every column, more of them than chance gives."""
    if draft.spec.subject or draft.count is not None or RECONSTRUCTED in draft.frame.columns:
        return
    every = [_codes(draft.values(str(name))) for name in draft.frame.columns]
    number, first = numbered_groups(every)
    again = np.ones(len(number), dtype=bool)
    again[first] = False
    if not again.any() or not _beyond_chance(draft, number, first):
        return
    rows = int(again.sum())
    stands = "stands" if rows == 1 else "stand"
    often = "twice" if np.bincount(number).max() == 2 else "there again"
    yield Finding(
        draft.where(again),
        f"{counted(rows, 'row')} {stands} {often}, equal to another row in every column, "
        "which hardly happens between different patients",
        "remove them, or give the table a column that tells the patients apart",
    )


def _beyond_chance(draft: Draft, number: np.ndarray, first: np.ndarray) -> bool:
    """Whether patients with the same follow-up are alike in all else more often than patients are.

    Parameters
    ----------
    draft : Draft
        The table.
    number : ndarray of int, shape (row,)
        Which rows are equal.
    first : ndarray of int, shape (distinct row,)
        The first of each.
    """
    if np.bincount(number).min() > 1 and len(number) >= _FEW_ROWS:
        return True
    named = {getattr(draft.spec, role) for role in ("time", "event", "cause", *_BOUNDS)} - {""}
    codes = {str(name): _codes(draft.values(str(name))) for name in draft.frame.columns}
    times, _ = numbered_groups([codes[name] for name in codes if name in named])
    pairs, share = _pairs(np.ones(len(first), dtype=bool)) or 1.0, 1.0
    for name, (column, _) in codes.items():
        if name not in named and not _same_time(draft, name):
            share *= (_pairs(column[first]) + 1.0) / (pairs + 1.0)
    tied, equal = _pairs(times), _pairs(number)
    chance = min(_DEPENDENCE * share, 1.0)
    return bool(bdtrc(equal - 1, tied, chance) < _CHANCE)


def _same_time(draft: Draft, name: str) -> bool:
    """Whether a column says nothing that follow-up doesn't, such as the same time in years."""
    values = read_numbers(draft.values(name)).values
    order = np.lexsort((values, draft.exit))
    steps = np.diff(values[order])
    return bool(np.isfinite(values).all() and (steps >= 0).all() and (steps > 0).any())


def _pairs(numbers: np.ndarray) -> float:
    """How many pairs of rows have the same number."""
    sizes = np.unique(numbers, return_counts=True)[1].astype(float)
    return float((sizes * (sizes - 1.0)).sum() / 2.0)


def _codes(values: pd.Series) -> tuple[np.ndarray, int]:
    codes, different = pd.factorize(values, use_na_sentinel=False)
    return codes.astype(np.int64), max(len(different), 1)


def _repeated_once_each(draft: Draft, endpoint: str) -> str:
    """Patients who have a row for each endpoint, in words; empty where none do."""
    names = [draft.spec.subject] if draft.has(draft.spec.subject) else _patient_columns(draft)
    for name in names:
        if name == endpoint:
            continue
        pairs = draft.frame.loc[:, [name, endpoint]].dropna().astype(str)
        sizes = pairs.groupby(name).size()
        if not pairs.duplicated().any() and (sizes > 1).sum() > len(sizes) / 2:
            return f"{len(sizes)} values of '{name}'"
    return ""


def _patient_columns(draft: Draft) -> list[str]:
    """Columns that look as if they named patients, by their name or by what is in them."""
    return [name for name in _unused(draft) if _names_patients(name, draft.values(name))]


def names_patients_by_word(name: str) -> bool:
    """Whether a column's name by itself says that it names patients, such as ``id``."""
    return bool(_PATIENT.fullmatch(name.strip().lower()))


def _names_patients(name: str, values: pd.Series) -> bool:
    found = values.dropna()
    different = found.nunique()
    if different < max(_FEWEST, len(found) / _MOST_ROWS_EACH):
        return False
    if pd.api.types.is_float_dtype(found) and (found % 1 != 0).any():
        return False
    if names_patients_by_word(name):
        return True
    if different < len(found) / 3:
        return False
    if pd.api.types.is_integer_dtype(found):
        if _GROUPED.search(name.lower()):
            return False
        steps = np.diff(found.to_numpy())
        return bool(found.iloc[0] in (0, 1) and np.isin(steps, (0, 1)).all())
    if pd.api.types.is_numeric_dtype(found) or pd.api.types.is_datetime64_any_dtype(found):
        return False
    texts = found.astype(str)
    return bool(texts.map(lambda text: bool(_TEXT_ID.fullmatch(str(text)))).mean() >= _SHARE_OF_IDS)


def _unused(draft: Draft) -> list[str]:
    """Columns without a part in follow-up, and no covariates of the analysis."""
    used = {getattr(draft.spec, role) for role in NAMING_ROLES if role != "cluster"}
    return [str(name) for name in draft.frame.columns if name not in {*used, *draft.needed}]


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else f'"{name}"'


def ended_by_events(draft: Draft) -> Iterator[Finding]:
    """Follow-up that ends with a patient's k-th event: who has most events leaves."""
    if draft.spec.recurrent != "all" or not draft.has(draft.spec.subject):
        return
    subject = pd.factorize(draft.values(draft.spec.subject))[0]
    table = pd.DataFrame({"subject": subject, "exit": draft.exit, "event": draft.cause == 1})
    by = table.sort_values("exit", kind="stable").groupby("subject")["event"]
    events, ended = by.sum(), by.last()
    most = int(events.max())
    if most < 2 or (events == most).sum() < _FEWEST or not ended[events == most].all():
        return
    yield Finding(
        draft.where(column=draft.spec.event),
        f"follow-up of all {counted((events == most).sum(), 'patient')} with {most} events, more "
        "than which nobody has, ends with the last of them: who has most events leaves, so that "
        "the mean cumulative count and an intensity without a frailty are too low later on",
        "give a frailty of the patient to the formula, as (1 | id), whose answers allow for it, or "
        "go on with follow-up",
    )


REPEAT_RULES = (one_endpoint,)
REPEAT_DOUBTS = (repeated_patients, doubled_rows, ended_by_events)


_TOLERANCE = 1e-9


def everyone_named(draft: Draft) -> Iterator[Finding]:
    """Every row names its subject and cluster."""
    for role in ("subject", "cluster"):
        column = draft.named(role)
        if draft.has(column) and (missing := draft.values(column).isna().to_numpy()).any():
            yield Finding(
                draft.where(missing, column), f"the {role} is missing", f"name the {role}"
            )


def no_overlap(draft: Draft) -> Iterator[Finding]:
    """Rows of one subject do not cover the same time twice."""
    if not draft.has(draft.spec.subject):
        return
    names = draft.values(draft.spec.subject)
    subject = np.asarray(pd.factorize(names)[0])
    entry, exit_ = draft.entry, draft.exit
    usable = np.flatnonzero((subject >= 0) & np.isfinite(entry) & np.isfinite(exit_))
    order = usable[np.lexsort((exit_[usable], entry[usable], subject[usable]))]
    earlier, later = order[:-1], order[1:]
    slack = _TOLERANCE * np.maximum(np.abs(exit_[earlier]), 1)
    overlaps = (subject[earlier] == subject[later]) & (entry[later] < exit_[earlier] - slack)
    if not overlaps.any():
        return
    mask = np.zeros(len(draft.frame), dtype=bool)
    mask[later[overlaps]] = True
    fix = "let each row of a subject begin where the one before it ends"
    if not draft.spec.entry:
        fix = (
            "name the column of entry times; or name the column as cluster instead of subject "
            "when the rows are separate follow-ups"
        )
    yield Finding(
        draft.where(mask, draft.spec.subject),
        f"follow-up overlaps an earlier row of the same subject ({shown_values(names[mask])})",
        fix,
    )


SUBJECT_RULES = (everyone_named, no_overlap)
