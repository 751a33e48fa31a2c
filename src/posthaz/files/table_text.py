"""A table as CSV text that a spreadsheet shows and never computes."""

import re
from typing import TYPE_CHECKING, Any

from posthaz.errors import plain_line

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""What makes a spreadsheet compute a cell, in ordinary and in full width."""
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?%?")


def csv_text(frame: "pd.DataFrame") -> str:
    r"""A table as CSV.

    Text that a spreadsheet would take for a formula is given an apostrophe in front, as
    spreadsheets themselves write it; control characters and marks of direction are left out.

    Parameters
    ----------
    frame : DataFrame
        The table; its index is not written.

    Returns
    -------
    str
        Lines that end in ``\n``, a header first.

    Examples
    --------
    >>> import pandas as pd
    >>> csv_text(pd.DataFrame({"arm": ["=1+1", "PCI"], "hr": [-0.5, 1.0]}))
    "arm,hr\n'=1+1,-0.5\nPCI,1.0\n"
    """
    import pandas as pd  # here, because commands that write no table start without it

    columns = {at: _shown(frame.iloc[:, at]) for at in range(frame.shape[1])}
    shown = pd.DataFrame(columns, index=frame.index)
    header = [_cell(str(name)) for name in frame.columns]
    return shown.to_csv(index=False, header=header, lineterminator="\n")


def _shown(column: "pd.Series") -> "pd.Series":
    import pandas as pd

    types = pd.api.types
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    if not (types.is_object_dtype(column) or types.is_string_dtype(column)):
        return column
    return column.astype(object).map(_cell)


def _cell(value: Any) -> Any:
    """A cell; text without what a spreadsheet or a terminal would act on."""
    if isinstance(value, tuple | list):
        value = str(value)
    if not isinstance(value, str):
        return value
    text = plain_line(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
