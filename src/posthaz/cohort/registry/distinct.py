"""Distinct rows as the table that a cohort is read from."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from posthaz.cohort.cohort import Cohort
from posthaz.cohort.collapse import collapse
from posthaz.cohort.levels import level_text, level_texts, sorted_levels
from posthaz.cohort.marks import marks_of, settled
from posthaz.cohort.read import checked_cohort
from posthaz.cohort.registry.parts import Part
from posthaz.cohort.registry.plan import Plan
from posthaz.cohort.table import Table, says_simulated
from posthaz.errors import Finding


def file_hash(path: str) -> str:
    """SHA-256 of a file, read in pieces."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def joint_hash(parts: Sequence[Part], hashes: Sequence[str]) -> str:
    """The hash of one file; for several, that of their list as ``sha256sum`` writes it."""
    if len(parts) == 1:
        return hashes[0]
    lines = (f"{digest}  {part.name}\n" for part, digest in zip(parts, hashes, strict=True))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


_DIGITS = 13


def distinct_cohort(
    grouped: pa.Table, plan: Plan, sha256: str, found: Sequence[Finding] = ()
) -> Cohort:
    """The cohort of a registry's distinct rows, checked by the rules of every cohort.

    Parameters
    ----------
    grouped : pyarrow.Table
        From `grouped_rows` or `combined_rows`.
    plan : Plan
        What was read.
    sha256 : str
        Hash of the registry.
    found : sequence of Finding
        What is known to be wrong with it.

    Returns
    -------
    Cohort
        One row for each distinct row, the weight being the number of the registry's rows.

    Raises
    ------
    CohortError
        When the registry breaks a rule of cohorts; places are numbers of its rows.
    """
    separator = plan.parts[0].separator
    frame = pd.DataFrame(
        {
            column: _values(grouped.column(f"k{at}"), separator)
            for at, column in enumerate(plan.columns)
        }
    )
    count = grouped.column("rows").to_numpy()
    if plan.spec.weight:
        frame[plan.spec.weight] = _weights(grouped, count)
    simulated = any(part.simulated for part in plan.parts) or says_simulated(frame)
    table = Table(frame, plan.name, sha256, count, simulated, separator=separator or ",")
    cohort = checked_cohort(table, plan.spec, plan.kept, found)
    return collapse(cohort, plan.kept).cohort


def _values(column: pa.ChunkedArray, separator: str) -> pd.Series:
    """A column as pandas; text that isn't all numbers as categories, in the order of levels."""
    if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
        return column.to_pandas()
    coded = column.combine_chunks().dictionary_encode()
    texts = pd.Series(coded.dictionary.to_pylist(), dtype=object)
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    numbers = _numbers(texts, separator)
    if numbers is not None:
        return numbers.reindex(codes).reset_index(drop=True)
    ordered = dict.fromkeys(sorted_levels(texts, level_texts(texts)))
    rank = {level: at for at, level in enumerate(ordered)}
    order = sorted(range(len(texts)), key=lambda at: (rank[level_text(texts[at])], texts[at]))
    place = np.append(np.argsort(order), -1)
    categories = pd.Index([texts[at] for at in order], dtype=object)
    return pd.Series(pd.Categorical.from_codes(place[codes], categories))


def _numbers(texts: pd.Series, separator: str) -> pd.Series | None:
    """Texts as numbers, when all of them are in one reading only, as in `read_csv_text`."""
    texts = settled(texts, separator or ",")
    if pd.api.types.is_numeric_dtype(texts):
        return texts
    if separator not in ("", ",") and marks_of(texts).open:
        return None
    try:
        numbers = pd.Series(pd.to_numeric(texts))
    except (ValueError, TypeError):
        return None
    # the nearest number to the digits, as everywhere else
    whole = pd.api.types.is_integer_dtype(numbers)
    return numbers if whole else pd.Series([float(text) for text in texts], dtype=float)


def _weights(grouped: pa.Table, count: np.ndarray) -> np.ndarray:
    """Mean weight of the rows behind each; what is no weight stays for the rules to find."""
    bad = grouped.column("bad").to_pandas().to_numpy(dtype=object)
    total = grouped.column("weight").to_numpy()
    # sums in another order differ in the last digits
    size = 10.0 ** np.floor(np.log10(np.where(total > 0, total, 1.0)))
    mean = np.round(total / size, _DIGITS - 1) * size / count
    if (bad == "").all():
        return mean
    texts = [np.nan if word == "NA" else word for word in bad]
    return np.array([m if w == "" else w for m, w in zip(mean, texts, strict=True)], dtype=object)
