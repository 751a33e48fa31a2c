"""What stands beside the posterior: Kaplan-Meier and Cox, or what grouped times allow."""

from dataclasses import dataclass

from posthaz.cohort import Cohort


@dataclass(frozen=True)
class Beside:
    """Names of the frequentist answers, in words and in ``baselines.csv``.

    Parameters
    ----------
    curve : str
        Survival without a model, as a heading.
    curve_analysis : str
        Its `analysis` in ``baselines.csv``.
    regression : str
        The regression, to begin a sentence with.
    model : str
        The same as the name of a model.
    univariable, formula : str
        Its `analysis` with one covariate, and what stands before a formula.
    likelihood : str
        What it maximises.
    """

    curve: str
    curve_analysis: str
    regression: str
    model: str
    univariable: str
    formula: str
    likelihood: str


EXACT = Beside(
    curve="Kaplan–Meier",
    curve_analysis="kaplan_meier",
    regression="Cox regression",
    model="Cox",
    univariable="cox_univariable",
    formula="cox: ",
    likelihood="the partial likelihood",
)
GROUPED = Beside(
    curve="Turnbull",
    curve_analysis="turnbull",
    regression="Grouped Cox regression (maximum likelihood)",
    model="Grouped Cox",
    univariable="grouped_cox_univariable",
    formula="grouped_cox: ",
    likelihood="the likelihood",
)


RECURRENT = Beside(
    curve="Mean cumulative count",
    curve_analysis="mean_cumulative_function",
    regression="Andersen–Gill regression",
    model="Andersen–Gill",
    univariable="andersen_gill_univariable",
    formula="andersen_gill: ",
    likelihood="the partial likelihood",
)


def grouped(cohort: Cohort) -> bool:
    """Whether events are only known to lie between two times."""
    return bool(cohort.interval_censored.any())


def beside(cohort: Cohort) -> Beside:
    """The names for a cohort."""
    if cohort.recurrent:
        return RECURRENT
    return GROUPED if grouped(cohort) else EXACT
