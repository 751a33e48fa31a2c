"""What a report withholds, and from whom it does so."""

import pandas as pd

from posthaz.analyses.privacy.spec import PrivacySpec
from posthaz.report.blocks import Paragraph, Section
from posthaz.report.clinical import ClinicalPart, Given
from posthaz.report.results import Results

_NAME = "privacy"


def _answer(given: Given) -> PrivacySpec:
    return given.analysis.clinical[_NAME]


def withheld_sentence(asked: PrivacySpec) -> str:
    """What is withheld, in one line.

    Examples
    --------
    >>> withheld_sentence(PrivacySpec()).partition(",")[0]
    'Counts of patients or events below 5 are withheld'
    """
    archives = (
        "the archives hold draws and no patient’s rows"
        if asked.share
        else "**the archives (`posterior/*.nc`) hold every patient’s rows: do not share them**"
    )
    return (
        f"Counts of patients or events below {asked.minimum_cell} are withheld, and those by which "
        f"they could be computed; curves are told in steps of at least {asked.minimum_cell} events "
        f"and times to two digits; {archives}."
    )


def _section(results: Results, answer: PrivacySpec) -> Section:
    left = results.withheld
    blocks = [Paragraph(withheld_sentence(answer))]
    if left:
        names = ", ".join(left)
        text = f"Left out, since they may tell of single patients: {names}."
        blocks.append(Paragraph(text))
    return Section("What is withheld", _NAME, tuple(blocks))


PART = ClinicalPart(
    _NAME,
    _answer,
    lambda answer: dict[str, pd.DataFrame](),
    _section,
    lead=lambda results, answer: withheld_sentence(answer),
)
