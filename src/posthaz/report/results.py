"""Everything an analysis gives, before it is written down: fits, tables, checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import xarray as xr

from posthaz.analyses.registry import part_of
from posthaz.answers import joined, small_table
from posthaz.baselines.answers import baseline_answers
from posthaz.baselines.shared_frailty import SharedFrailty
from posthaz.checks import Convergence
from posthaz.cohort import Cohort
from posthaz.design import named_steps
from posthaz.estimands.answer_rows import coefficient_answers, estimand_answers
from posthaz.inference import Fit
from posthaz.report.horizon import told_until
from posthaz.report.missing import MissingPart
from posthaz.report.printed_rows import printed_answers
from posthaz.spec import Analysis, coefficient_name

if TYPE_CHECKING:
    from posthaz.report.page import Written


@dataclass(frozen=True, eq=False)
class Posterior:
    """Bayesian half of the results.

    Parameters
    ----------
    fits : mapping of str to Fit
        By model; the first is the primary one.
    coefficients, estimands : DataFrame
        As in ``coefficients.csv`` and ``estimands.csv``.
    convergence : tuple of Convergence
        One a model.
    comparison : DataFrame
        Result of `compare_models`.
    pareto : DataFrame
        Result of `pareto_table`.
    replicated : DataFrame
        Kaplan-Meier curves of cohorts drawn from the primary model.
    agreement : DataFrame
        Result of `predictive_agreement`.
    contrast_agreement : DataFrame
        Result of `contrast_agreement`.
    curves : DataFrame
        Posterior survival bands by model and arm: ``model, arm, time, median, lower, upper``.
    prior_curves : DataArray or None
        Prior survival curves of the primary model.
    prior_influence : DataFrame
        Result of `prior_influence` for every model, stacked.
    power_scaling : DataFrame
        Result of `power_scaling` for every model, stacked: the treatment's effect and the answers
        that compare arms.
    changing : DataFrame
        Result of `change_table` for every model, stacked, with the piecewise Cox model beside.
    proportionality : DataFrame
        Result of `proportionality` for every model, stacked.
    schoenfeld : DataFrame
        Result of `smoothed_schoenfeld` for the formula of every model with effects that change.
    ratio_curves : DataFrame
        Result of `ratio_curves` for every model, stacked.
    net_and_crude : DataFrame
        Result of `net_and_crude` for every model, stacked.
    clusters : DataFrame
        Result of `cluster_table` for every model, stacked.
    cox_frailty : mapping of str to SharedFrailty or str
        By model with one frailty: Cox's with the same, or why there is none.
    within_levels : DataFrame
        Result of `ratios_within_levels` for every model, stacked, Cox beside.
    """

    fits: Mapping[str, Fit]
    coefficients: pd.DataFrame
    estimands: pd.DataFrame
    convergence: tuple[Convergence, ...]
    comparison: pd.DataFrame
    pareto: pd.DataFrame
    replicated: pd.DataFrame
    agreement: pd.DataFrame
    contrast_agreement: pd.DataFrame
    curves: pd.DataFrame
    prior_curves: xr.DataArray | None
    prior_influence: pd.DataFrame = field(default_factory=pd.DataFrame)
    power_scaling: pd.DataFrame = field(default_factory=pd.DataFrame)
    changing: pd.DataFrame = field(default_factory=pd.DataFrame)
    proportionality: pd.DataFrame = field(default_factory=pd.DataFrame)
    schoenfeld: pd.DataFrame = field(default_factory=pd.DataFrame)
    ratio_curves: pd.DataFrame = field(default_factory=pd.DataFrame)
    net_and_crude: pd.DataFrame = field(default_factory=pd.DataFrame)
    clusters: pd.DataFrame = field(default_factory=pd.DataFrame)
    cox_frailty: Mapping[str, SharedFrailty | str] = field(default_factory=dict)
    within_levels: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def primary(self) -> Fit:
        """Fit of the first model."""
        return next(iter(self.fits.values()))

    @property
    def failures(self) -> tuple[str, ...]:
        """Failed convergence checks, in words."""
        return tuple(f"{c.model}: {text}" for c in self.convergence for text in c.failures)


@dataclass(frozen=True, eq=False)
class Frequentist:
    """Frequentist half of the results, and the description of the cohort.

    Parameters
    ----------
    answers : DataFrame
        As in ``baselines.csv``.
    kaplan_meier : DataFrame
        Curves by arm.
    table_one : DataFrame
        Baseline characteristics by arm.
    follow_up : DataFrame
        Reverse Kaplan-Meier follow-up by arm.
    """

    answers: pd.DataFrame
    kaplan_meier: pd.DataFrame
    table_one: pd.DataFrame
    follow_up: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Results:
    """Everything an analysis gives.

    Parameters
    ----------
    analysis : Analysis
        What was asked.
    cohort : Cohort
        Of whom.
    frequentist : Frequentist
        The frequentist answers.
    posterior : Posterior
        The Bayesian answers.
    command : str
        Command line that makes them again.
    clinical : mapping of str to object
        Answers of the clinical analyses asked for, by the name of their table.
    clinical_failures : tuple of str
        Failed convergence checks of fits that clinical analyses made, in words.
    published : DataFrame
        As in ``published.csv``: printed numbers beside those of this cohort.
    missing : tuple of MissingPart
        What was asked for and could not be made.
    withheld : tuple of str
        What ``[privacy]`` keeps out of files and report, in words.
    """

    analysis: Analysis
    cohort: Cohort
    frequentist: Frequentist
    posterior: Posterior
    command: str
    clinical: Mapping[str, Any] = field(default_factory=dict)
    clinical_failures: tuple[str, ...] = ()
    published: pd.DataFrame = field(default_factory=pd.DataFrame)
    missing: tuple[MissingPart, ...] = ()
    withheld: tuple[str, ...] = ()

    @cached_property
    def answers(self) -> pd.DataFrame:
        """Answers of models, baselines and print about the whole cohort, one tidy row each.

        Columns `posthaz.answers.COLUMNS`, as in ``answers.csv``.
        """
        fits = self.posterior.fits
        effects = {name: coefficient_name(one.spec) for name, one in fits.items()}
        columns = {name: self._coefficients(one) for name, one in fits.items()}
        return joined(
            [
                estimand_answers(self.posterior.estimands, self.cohort.arms),
                coefficient_answers(self.posterior.coefficients, effects, columns),
                baseline_answers(self.frequentist.answers),
                printed_answers(self.analysis.published),
                *(part_of(name).answers(answer) for name, answer in self.clinical.items()),
            ]
        )

    @property
    def fits(self) -> Mapping[str, Fit]:
        """Fits by model, the primary one first."""
        return self.posterior.fits

    @property
    def checks(self) -> Mapping[str, Convergence]:
        """Convergence of each model."""
        return {check.model: check for check in self.posterior.convergence}

    def _repr_html_(self) -> str:
        analysis, failures = self.analysis, self.failures
        rows = [
            ("Question", analysis.question or analysis.population),
            ("Patients", f"{self.cohort.patient_count:,}"),
            ("Endpoint", analysis.endpoint),
            ("Models", ", ".join(self.fits)),
            ("Clinical analyses", ", ".join(self.clinical)),
            ("Answers", f"{len(self.answers):,} rows in .answers"),
            ("Failed checks", "; ".join(failures) or "none"),
            ("Missing", "; ".join(part.name for part in self.missing)),
        ]
        heading = f"Results of {analysis.title or analysis.name}"
        return small_table(heading, rows, simulated=self.simulated)

    def table(self, which: str = "effects") -> Any:
        """The hazard ratios, or all answers, as a table to go on styling.

        Parameters
        ----------
        which : {"effects", "answers"}
            The hazard ratio of every term in every model, Cox beside; or every answer.

        Returns
        -------
        great_tables.GT
            The table; its frame has the numbers unrounded.

        Raises
        ------
        PosthazError
            Without the package great_tables, or for a table that there isn't.

        Examples
        --------
        >>> import posthaz as ph
        >>> results = ph.run_analysis("nvalt11_pci_os")  # doctest: +SKIP
        >>> results.table("effects").tab_header("Overall survival")  # doctest: +SKIP
        """
        from posthaz.report.styled_tables import styled_table

        return styled_table(self, which)

    def report(self, folder: str | Path = "out", formats: Sequence[str] = ("html",)) -> "Written":
        """Write tables, posteriors and the report, whole or not at all.

        Parameters
        ----------
        folder : str or Path
            Folder to write to.
        formats : sequence of str
            Among ``html``, ``md``, ``docx``, ``pdf``, ``summary``.

        Returns
        -------
        Written
            ``files``, and the parts that are ``missing`` with the reasons.
        """
        from posthaz.report.write import write_whole

        return write_whole(self, Path(folder), formats)

    def _coefficients(self, one: Fit) -> tuple[str, ...]:
        """Columns of a fit's design, and steps of them that are reported."""
        steps = (step.label for step in named_steps(one.design, self.cohort.columns))
        return (*one.design.columns, *steps)

    @property
    def failures(self) -> tuple[str, ...]:
        """Failed convergence checks of every fit, in words."""
        return (*self.posterior.failures, *self.clinical_failures)

    @property
    def simulated(self) -> bool:
        """Whether the cohort is simulated, which is said wherever it is shown."""
        return self.cohort.source.simulated or self.analysis.simulated

    @property
    def horizon(self) -> float:
        """Longest follow-up, in the cohort's unit."""
        return told_until(self.analysis, self.cohort)
