"""Effects on which the likelihood sets no limit, so that their posterior is their prior's."""

import numpy as np
import pandas as pd

from posthaz.baselines.partial_likelihood import maximise_partial_likelihood
from posthaz.checks.prior_influence import prior_influence
from posthaz.cohort import Cohort
from posthaz.inference import Fit
from posthaz.spec.patients_lost import own_patients

UNLIMITED_COLUMNS = ("parameter", "direction", "prior_left")


def unlimited_effects(
    fit: Fit, cohort: Cohort, influence: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Columns of a model in which the partial likelihood is monotone, and how much prior is left.

    Where a level has no event, or every event has the largest value of a number among those at
    risk, the likelihood rises for ever in that direction (Bryson and Johnson 1981): there is no
    Cox estimate, and how far the posterior goes is up to its prior.

    Parameters
    ----------
    fit : Fit
        A fit.
    cohort : Cohort
        The cohort that it is of.
    influence : DataFrame, optional
        Result of `prior_influence` for the fit, where it is known already.

    Returns
    -------
    DataFrame
        Columns ``parameter``; ``direction``, -1 where the hazard would go to 0 and 1 where it
        would rise without limit; ``prior_left``, the share of the prior's variance that is still
        there, missing for coefficients that shrink together. No row where all effects have a
        limit, events lie between visits, the cohort is very large, or time ratios are modelled.

    References
    ----------
    Bryson MC, Johnson ME (1981), Technometrics 23:381-383, doi:10.1080/00401706.1981.10487681.
    Heinze G, Schemper M (2001), Biometrics 57:114-119, doi:10.1111/j.0006-341X.2001.00114.x.

    Examples
    --------
    >>> import posthaz as ph
    >>> from posthaz.checks import unlimited_effects
    >>> cohort = ph.simulated_example()
    >>> fit = ph.fit(ph.ModelSpec("m", ph.Exponential(), "arm"), cohort, method="laplace")
    >>> len(unlimited_effects(fit, cohort))
    0
    """
    nothing = pd.DataFrame(columns=list(UNLIMITED_COLUMNS))
    own = own_patients(fit.spec, cohort)
    names = list(fit.design.columns)
    if "subjects" in fit.draws.children.get("constant_data", ()):
        return nothing
    if not names or fit.spec.effect.acts_on != "hazard" or own.interval_censored.any():
        return nothing
    columns = pd.DataFrame(fit.design.matrix(own.covariates), columns=names)
    found = maximise_partial_likelihood(own, columns, "efron", None)
    if found.model is None or found.settled.all():
        return nothing
    table = prior_influence(fit) if influence is None else influence
    learnt = table[table["model"] == fit.spec.name].set_index("parameter")["learnt"]
    kept = [name for name, keep in zip(names, found.kept, strict=True) if keep]
    rows = [
        (name, float(np.sign(slope)), float(np.clip(1.0 - learnt.get(name, np.nan), 0.0, 1.0)))
        for name, done, slope in zip(kept, found.settled, found.model.coef_, strict=True)
        if not done
    ]
    return pd.DataFrame(rows, columns=list(UNLIMITED_COLUMNS))
