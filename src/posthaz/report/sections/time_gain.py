"""Gains of time in words."""

import pandas as pd

from posthaz.report.results import Results
from posthaz.report.sections.question import words
from posthaz.report.sections.rows import restriction
from posthaz.report.sections.time_scale import up_to
from posthaz.report.sections.wording import duration


def longer(value: float, unit: str, named: bool = True) -> str:
    """A gain of time in words, such as "0.9 months longer"."""
    size = duration(abs(value), unit)
    return f"{size}{f' {unit}' if named else ''} {'shorter' if value < 0 else 'longer'}"


def between(row: pd.Series, unit: str) -> str:
    """Interval of a gain of time in words, such as "2.1 shorter to 3.9 longer"."""
    return f"{longer(row['lower'], unit, False)} to {longer(row['upper'], unit, False)}"


def mean_time(results: Results) -> str:
    """The restricted mean in words, such as "survival time up to 36 months (restricted mean)"."""
    return f"{words(results).time} {up_to(results, restriction(results))} (restricted mean)"
