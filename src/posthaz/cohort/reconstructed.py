"""Tables whose patients were reconstructed from printed curves, which is said of the cohort."""

from collections.abc import Iterator

import pandas as pd

from posthaz.cohort.table import RECONSTRUCTED, Table
from posthaz.errors import Finding


def origin(frame: pd.DataFrame) -> str:
    """What the rows of a table were made from; empty for patients' records.

    Parameters
    ----------
    frame : DataFrame
        The table; its column ``reconstructed_from`` says which curve.

    Returns
    -------
    str
        In words.

    Examples
    --------
    >>> origin(pd.DataFrame({"reconstructed_from": ["clicks.csv", "clicks.csv"]}))
    'a printed curve (clicks.csv)'
    """
    if RECONSTRUCTED not in frame.columns:
        return ""
    named = [str(name) for name in frame[RECONSTRUCTED].dropna().unique()]
    return f"a printed curve ({', '.join(named)})" if named else ""


def reconstructed(table: Table) -> Iterator[Finding]:
    """Yield the doubt that belongs to reconstructed patients."""
    made_from = origin(table.frame)
    if made_from:
        what = (
            f"the patients were reconstructed from {made_from}: their times are as exact as the "
            "digitising, and nothing but the arm is known of them"
        )
        yield Finding(table.name, what, "nothing, when that is what you mean to analyse")
