"""What a clinical analysis gives to a report."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from posthaz.clinical.adjusted_samples import AdjustedSamples, adjusted_samples
from posthaz.cohort import Cohort
from posthaz.inference import Fit
from posthaz.report.blocks import Section
from posthaz.report.counterpart import Counterpart
from posthaz.report.missing import MissingPart
from posthaz.report.results import Results
from posthaz.spec import Analysis, Published


@dataclass(frozen=True, eq=False)
class Given:
    """What a clinical analysis may use.

    Parameters
    ----------
    analysis : Analysis
        The analysis; its own specification is ``analysis.clinical[name]``.
    cohort : Cohort
        The cohort.
    fits : mapping of str to Fit
        Fits of the analysis's models, the primary one first.
    progress : callable
        Takes a label, steps done and steps in all.
    """

    analysis: Analysis
    cohort: Cohort
    fits: Mapping[str, Fit]
    progress: Callable[[str, int, int], None]

    @cached_property
    def samples(self) -> AdjustedSamples | None:
        """Samples of ``[adjust]``, made once for every analysis; None without that table."""
        spec = self.analysis.clinical.get("adjust")
        return None if spec is None else adjusted_samples(self.cohort, spec)


@dataclass(frozen=True)
class ClinicalPart:
    """One clinical analysis, from a table of the analysis file to its section.

    Parameters
    ----------
    name : str
        Name of the table in the analysis file.
    answer : callable
        Computes the answer, a frozen value, from what is given. Data that can't be analysed
        are said in the answer, not raised, wherever something can still be given.
    tables : callable
        Files of the answer: CSV name without ending to DataFrame.
    section : callable
        Section of the report from the results and the answer; None for nothing to say.
    failures : callable
        Failed convergence checks of fits the analysis made itself, in words.
    printed : callable
        What stands beside a printed number in this analysis; None where it doesn't give it.
    methods : callable
        What was done, in the style of a journal; empty where the section says it all.
    missing : callable
        Models and answers that were asked for and that the answer lacks.
    lead : callable
        The answer in a sentence or two, for the head of the report; empty for nothing to say.
    is_question : bool
        Whether a file that asks for the analysis asks it first of all, so that its sentence comes
        before the effect of the treatment.
    """

    name: str
    answer: Callable[[Given], Any]
    tables: Callable[[Any], dict[str, pd.DataFrame]]
    section: Callable[[Results, Any], Section | None]
    failures: Callable[[Any], tuple[str, ...]] = lambda answer: ()
    printed: Callable[[Results, Any, Published], Counterpart | None] = lambda *_: None
    methods: Callable[[Results, Any], str] = lambda *_: ""
    missing: Callable[[Any], tuple[MissingPart, ...]] = lambda answer: ()
    lead: Callable[[Results, Any], str] = lambda *_: ""
    is_question: bool = False
