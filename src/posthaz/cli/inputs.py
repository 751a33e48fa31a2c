"""An analysis and its cohort, read and checked; everything a fit could refuse, refused first."""

from pathlib import Path

import numpy as np

from posthaz.cohort import Cohort, read_cohort
from posthaz.design import formula_variables, learn_design
from posthaz.errors import Findings, PosthazError, SpecError
from posthaz.spec import Analysis, choose_priors, resolve


def read_inputs(analysis: Analysis) -> Cohort:
    """Read the cohort of an analysis and check every model against it, without fitting.

    Parameters
    ----------
    analysis : Analysis
        The analysis.

    Returns
    -------
    Cohort
        Its cohort.

    Raises
    ------
    PosthazError
        With everything found.
    """
    if analysis.table is None:
        raise SpecError(
            f"{_place(analysis)}: no cohort table. "
            "Mend: name one as 'table' in [cohort], or give --data."
        )
    needed = {name for model in analysis.models for name in formula_variables(model.formula)}
    cohort = read_cohort(Path(analysis.table), analysis.cohort, covariates=sorted(needed))
    if cohort.interval_censored.any():
        raise SpecError(
            f"{_place(analysis)}: {int(cohort.interval_censored.sum())} row(s) are "
            "interval-censored, and the commands set every fit beside Kaplan-Meier and Cox, "
            "which need exact times. "
            "Mend: fit this cohort from Python (posthaz.read_cohort, posthaz.fit)."
        )
    findings = Findings()
    for model in analysis.models:
        try:
            _check_model(analysis, cohort, model.name)
        except PosthazError as error:
            where = f"{_place(analysis)} [models.{model.name}]"
            if error.findings:
                findings.extend(error.findings)
            else:
                what, _, mend = str(error).partition(" Mend: ")
                findings.add(where, what.rstrip("."), mend.rstrip(".") or "see above")
    findings.raise_if_any(SpecError, f"{_place(analysis)} can't be fitted to this cohort:")
    return cohort


def _check_model(analysis: Analysis, cohort: Cohort, name: str) -> None:
    spec = next(model for model in analysis.models if model.name == name)
    events = cohort.event | cohort.interval_censored
    resolved = resolve(spec, cohort.exit[events])
    design = learn_design(cohort.covariates, resolved.formula, resolved.centre)
    choose_priors(resolved, design, float(events.mean()) / float(np.mean(cohort.exit)))


def _place(analysis: Analysis) -> str:
    return str(analysis.path.name) if analysis.path else analysis.name
