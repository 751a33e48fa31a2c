"""Crude rates in the report."""

import pandas as pd

from posthaz.answers import View
from posthaz.report.blocks import Paragraph, Section, Table
from posthaz.report.clinical import ClinicalPart, Given
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from tests.house.crude_rates.answer import crude_rates


def _answer(given: Given) -> pd.DataFrame:
    return crude_rates(given.cohort, given.analysis.clinical["crude_rates"])


def _lead(results: Results, answer: pd.DataFrame) -> str:
    per = results.analysis.clinical["crude_rates"].per
    parts = [f"{row['rate']:.1f} with {row['arm']}" for _, row in answer.iterrows()]
    return f"Events per {per:g} {results.cohort.unit} of follow-up are {' and '.join(parts)}."


@guarded_block
def _table(answer: pd.DataFrame) -> Table:
    return Table(answer, "Crude rates", {"arm": "Arm", "rate": "Rate"}, source="crude_rates.csv")


def _section(results: Results, answer: pd.DataFrame) -> Section:
    return Section(
        "Crude rates", "crude-rates", (Paragraph(_lead(results, answer)), _table(answer))
    )


PART = ClinicalPart(
    "crude_rates",
    _answer,
    lambda answer: {"crude_rates": answer},
    _section,
    lead=_lead,
    views=(View("crude_rates", "arm value=rate", {"quantity": "event_rate", "method": "counts"}),),
)
