"""Who says a report in the reader's language, and which words are the user's own."""

import tomllib
from collections.abc import Iterator
from typing import Any

from posthaz.cohort import Cohort
from posthaz.errors import plain_text
from posthaz.languages import ENGLISH, Speaker, speaker_of
from posthaz.report.sections.naming import linked
from posthaz.spec import Analysis


def speaker_for(analysis: Analysis, cohort: Cohort) -> Speaker:
    """The speaker of an analysis's language, who leaves the user's own words as they are.

    Parameters
    ----------
    analysis : Analysis
        What was asked; it names the language.
    cohort : Cohort
        Whose columns and levels have labels.

    Returns
    -------
    Speaker
    """
    if analysis.language == "en":
        return ENGLISH
    labels = [analysis.title, analysis.question, analysis.source, analysis.population]
    labels.append(linked(analysis.source))
    for column in cohort.columns.values():
        labels += [column.label, *column.level_labels, *column.levels]
    names = [
        analysis.name,
        *(model.name for model in analysis.models),
        *cohort.covariates,
        *_strings(tomllib.loads(analysis.text)),
    ]
    for parameter in (p for model in analysis.models for p in model.baseline.parameters()):
        names += [parameter.name, parameter.positive_name]
    names += [one.unit for one in cohort.columns.values()]
    names += [one.where for one in analysis.published]
    for name in cohort.covariates.select_dtypes(["category", "object", "str"]):
        names += [str(level) for level in cohort.covariates[name].unique()]
    return speaker_of(
        analysis.language, *(filter(None, map(plain_text, w)) for w in (labels, names))
    )


def _strings(value: Any) -> Iterator[str]:
    """Every text in a file, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (str(key) for key in value)
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
