"""A value as a small table of HTML, which notebooks show."""

from collections.abc import Iterable
from html import escape

from posthaz.errors import plain_text


def small_table(heading: str, rows: Iterable[tuple[str, object]], *, simulated: bool) -> str:
    """A heading and what there is to know, every text escaped.

    Parameters
    ----------
    heading : str
        What it is.
    rows : iterable of (str, object)
        Terms and what they are; rows without a text are left out.
    simulated : bool
        Whether the cohort is simulated, which is then said first.

    Returns
    -------
    str
        HTML without script or style sheet.

    Examples
    --------
    >>> small_table("<m>", [("Rows", 120)], simulated=False)
    '<table><caption><b>&lt;m&gt;</b></caption><tr><th>Rows</th><td>120</td></tr></table>'
    """
    shown = [("Cohort", "SIMULATED")] if simulated else []
    shown += [(term, str(text)) for term, text in rows if str(text)]
    cells = [f"<th>{_safe(term)}</th><td>{_safe(text)}</td>" for term, text in shown]
    lines = "".join(f"<tr>{row}</tr>" for row in cells)
    return f"<table><caption><b>{_safe(heading)}</b></caption>{lines}</table>"


def _safe(text: str) -> str:
    return escape(plain_text(text))
