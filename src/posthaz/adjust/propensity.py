"""The propensity score: the probability of the treated arm, given covariates."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from posthaz.adjust.logistic import LogisticFit, logistic_fit, rowwise
from posthaz.adjust.score import PropensityScore, Separation, separation
from posthaz.cohort import Cohort, joined
from posthaz.cohort.argument import checks_arguments
from posthaz.design import formula_variables, learn_design
from posthaz.errors import AdjustmentError

ESTIMATES = ("logistic", "firth", "bayesian")
PRIOR_SD = 2.5
"""Standard deviation of the normal priors of a Bayesian score, for a column of unit spread."""


class SeparationError(AdjustmentError):
    """The arms are separated by covariates of the score, which has no finite estimate."""


@checks_arguments
def propensity_score(
    cohort: Cohort, covariates: str | Sequence[str], *, estimate: str = "logistic"
) -> PropensityScore:
    """Estimate the probability of the treated arm, given covariates.

    Parameters
    ----------
    cohort : Cohort
        Two arms, one row a patient; the arm that is not the reference is the treated one.
    covariates : str or sequence of str
        Right-hand side of a formula, or names of covariates.
    estimate : {"logistic", "firth", "bayesian"}, optional
        Maximum likelihood; Firth's penalised likelihood, which is finite also where covariates
        separate the arms; or the mode under normal priors with standard deviation 2.5 on
        coefficients of columns scaled to unit spread, from whose Laplace approximation
        `score_draws` draws.

    Returns
    -------
    PropensityScore
        The score of every patient.

    Raises
    ------
    AdjustmentError
        For a cohort without two arms, with several rows a patient or missing covariates; and,
        under ``"logistic"``, when covariates separate the arms.
    FormulaError
        When the formula can't be used.

    Examples
    --------
    >>> import posthaz as ph
    >>> score = propensity_score(ph.simulated_example(), "log(gtv_cc) + dose_gy")
    >>> score.table["term"].tolist()
    ['(Intercept)', 'log(gtv_cc)', 'dose_gy']
    >>> [round(float(value), 2) for value in (score.probability.min(), score.probability.max())]
    [0.45, 0.57]
    """
    if estimate not in ESTIMATES:
        raise AdjustmentError(
            f"estimate = '{estimate}' is not known", fix=f"choose among {', '.join(ESTIMATES)}"
        )
    formula = covariates if isinstance(covariates, str) else " + ".join(covariates)
    cohort = joined(cohort)
    _check_cohort(cohort, formula)
    design = learn_design(cohort.covariates, formula)  # a row a patient
    columns = design.matrix(design.frame)
    treated = cohort.arm == cohort.arms[1]
    found = separation(columns, treated, design.columns)
    if found is not None and estimate == "logistic":
        raise _separated(found, cohort)
    scale = np.where(design.scale > 0, design.scale, 1.0)
    standard = np.column_stack([np.ones(len(columns)), (columns - columns.mean(axis=0)) / scale])
    precision = np.full(standard.shape[1], PRIOR_SD**-2.0)
    precision[0] = 0.0  # the share of the treated arm is a matter of the study, not of a prior
    fit = logistic_fit(
        standard,
        treated,
        cohort.weight,
        firth=estimate == "firth",
        precision=precision if estimate == "bayesian" else None,
    )
    return _score(cohort, formula, design.columns, (columns, scale), fit, estimate, found)


def _score(
    cohort: Cohort,
    formula: str,
    names: tuple[str, ...],
    unscaled: tuple[np.ndarray, np.ndarray],
    fit: LogisticFit,
    estimate: str,
    found: Separation | None,
) -> PropensityScore:
    """The fit on standardised columns, told on the scale of the covariates."""
    columns, scale = unscaled
    back = np.diag(np.append(1.0, 1.0 / scale))
    back[0, 1:] = -columns.mean(axis=0) / scale
    coefficients, covariance = back @ fit.coefficients, back @ fit.covariance @ back.T
    matrix = np.column_stack([np.ones(len(columns)), columns])
    table = pd.DataFrame(
        {
            "term": ["(Intercept)", *names],
            "estimate": coefficients,
            "std_error": np.sqrt(np.diag(covariance)),
        }
    )
    logit = rowwise(matrix, coefficients)
    return PropensityScore(
        cohort, formula, logit, table, matrix, covariance, fit.loglik, estimate, found
    )


def _check_cohort(cohort: Cohort, formula: str) -> None:
    name = cohort.source.name
    if len(cohort.arms) != 2:
        raise AdjustmentError(
            f"{name}: a propensity score needs two arms, and there are "
            f"{len(cohort.arms) or 'none'}",
            fix="name the treatment, and keep two of its levels with [cohort.where]",
        )
    empty = [arm for arm in cohort.arms if not (cohort.arm == arm).any()]
    if empty:
        raise AdjustmentError(
            f"{name}: no patient is in arm '{empty[0]}'", fix="keep patients of both arms"
        )
    if cohort.several_rows:
        raise AdjustmentError(
            f"{name}: some patients have several rows, and a score belongs to a patient",
            fix="give each patient one row (a landmark makes one of a changing treatment)",
        )
    variables = formula_variables(formula)
    if cohort.treatment in variables:
        raise AdjustmentError(
            f"formula '{formula}': the score predicts '{cohort.treatment}', which can't be "
            "among its covariates",
            fix="leave it out",
        )
    present = [variable for variable in variables if variable in cohort.covariates]
    lacking = cohort.covariates[present].isna().sum()
    if lacking.any():
        counts = ", ".join(f"'{key}' in {count}" for key, count in lacking.items() if count)
        raise AdjustmentError(
            f"{name}: covariates of the score are missing ({counts} patients)",
            fix='leave the covariate out, complete it, or read with missing = "drop"',
        )


def _separated(found: Separation, cohort: Cohort) -> SeparationError:
    """Which covariates tell the arms apart."""
    names = " and ".join(f"'{column}'" for column in found.columns)
    rest = (
        "every patient" if found.complete else f"{found.told_apart:,} of {len(cohort):,} patients"
    )
    return SeparationError(
        f"{cohort.source.name}: {names} separate{'s' * (len(found.columns) == 1)} the arms "
        f"(tell the arm of {rest} for certain), so that the propensity score has no finite "
        "maximum likelihood estimate",
        fix="leave the covariate out, keep patients who could have had either arm, or use Firth's "
        'penalised score (estimate "firth", in a file score = "firth"), which is finite but can\'t '
        "make patients comparable who are not",
    )
