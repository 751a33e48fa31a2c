"""Tests between the arms that the analysis asked for, in words."""

from posthaz.report.results import Results
from posthaz.report.sections.wording import listed, p_sentence

_FLEMING = "fleming_harrington"


def asked_tests_sentence(results: Results) -> str:
    """Every log-rank and Fleming-Harrington test of the arms; empty where there is none.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    str
        One sentence.
    """
    table = results.frequentist.answers
    named = table["analysis"].astype(str)
    chosen = (table["quantity"] == "test") & (named.eq("logrank") | named.str.startswith(_FLEMING))
    chosen &= (table["term"].astype(str) == "") & table["p"].notna()
    parts = [
        f"{_name(row['analysis'])} gives χ² = {row['statistic']:.2f} on {row['df']:g} "
        f"{'degree' if row['df'] == 1 else 'degrees'} of freedom, {p_sentence(row['p'])}"
        for row in table[chosen].to_dict("records")
    ]
    text = listed(parts) if len(parts) < 3 else "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if parts else ""


def _name(analysis: str) -> str:
    """A test in words, a weighted one with what its weights look at.

    Examples
    --------
    >>> _name("fleming_harrington(0, 1)")
    'the Fleming–Harrington test with weights (0, 1), which looks at late differences,'
    """
    if not analysis.startswith(_FLEMING):
        return "the log-rank test"
    weights = analysis.removeprefix(_FLEMING)
    rho, gamma = (float(one) for one in weights.strip("()").split(","))
    looks = "at differences in the middle" if rho and gamma else "at early differences"
    looks = "at late differences" if gamma and not rho else looks
    looks = "at all times alike" if not (rho or gamma) else looks
    return f"the Fleming–Harrington test with weights {weights}, which looks {looks},"
