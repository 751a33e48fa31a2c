"""The test of an interaction in Cox models: likelihood ratio, or robust Wald."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from posthaz.arms.arm_model import cox_of, joined
from posthaz.baselines import CoxFit
from posthaz.cohort import Cohort
from posthaz.errors import PosthazError

LIKELIHOOD_RATIO, ROBUST_WALD = "likelihood-ratio", "robust Wald"
_NOTHING = "there is no interaction to test"
_NO_INFORMATION = (
    "the patients say nothing about the interaction: a level of the effect has no events anywhere"
)
_FLAT = 1e-6
_ENDLESS = "a term of the interaction has no finite estimate, so that there is no Wald test"


@dataclass(frozen=True)
class InteractionTest:
    """A test of an interaction.

    Parameters
    ----------
    chisq, p : float
        Statistic and P value; not a number where it can't be given.
    df : int
        Degrees of freedom.
    note : str
        What must be said of it.
    kind : {"likelihood-ratio", "robust Wald"}
        Which test it is.
    """

    chisq: float
    df: int
    p: float
    note: str = ""
    kind: str = LIKELIHOOD_RATIO


def interaction_test(
    cohort: Cohort, apart: tuple[str, str], adjusted: tuple[str, ...] = ()
) -> InteractionTest:
    """Test of ``a * b`` against ``a + b`` in Cox models.

    The likelihood ratio; where rows are clustered or have weights that are not whole numbers,
    to which it is blind, the Wald test with the sandwich variance.

    Parameters
    ----------
    cohort : Cohort
        A cohort; every row complete in the terms, no cell of the interaction empty.
    apart : (str, str)
        The two terms.
    adjusted : tuple of str
        Terms in both models.

    Returns
    -------
    InteractionTest
        The test; a note where it can't be given.

    Examples
    --------
    >>> import posthaz as ph
    >>> test = interaction_test(ph.simulated_example(), ("arm", "centre"))
    >>> test.df, round(test.p, 3)
    (3, 0.321)
    """
    try:
        without = cox_of(cohort, joined((*apart, *adjusted)), 0.95)
        full = cox_of(cohort, joined((f"{apart[0]} * {apart[1]}", *adjusted)), 0.95)
    except PosthazError as error:
        return InteractionTest(float("nan"), 0, float("nan"), error.reason)
    if full.robust:
        return _robust_wald(full, set(without.table["term"]))
    df = int(full.tests["df"].iloc[0]) - int(without.tests["df"].iloc[0])
    chisq = max(2.0 * (full.loglik - without.loglik), 0.0)
    if df < 1:
        return InteractionTest(float("nan"), 0, float("nan"), _NOTHING)
    added = full.table[~full.table["term"].isin(set(without.table["term"]))]
    if chisq < _FLAT and not np.isfinite(added["p"]).any():
        return InteractionTest(float("nan"), df, float("nan"), _NO_INFORMATION)
    return InteractionTest(chisq, df, float(chi2.sf(chisq, df)))


def _robust_wald(full: CoxFit, others: set[str]) -> InteractionTest:
    table, missing = full.table, float("nan")
    inside = ~table["term"].isin(others).to_numpy() & table["log_hr"].notna().to_numpy()
    df = int(inside.sum())
    if full.covariance is None or df < 1:
        return InteractionTest(missing, 0, missing, _NOTHING, ROBUST_WALD)
    if not np.isfinite(table.loc[inside, "p"]).all():
        return InteractionTest(missing, df, missing, _ENDLESS, ROBUST_WALD)
    estimate = table.loc[inside, "log_hr"].to_numpy(float)
    variance = full.covariance[np.ix_(inside, inside)]
    chisq = float(estimate @ np.linalg.pinv(variance, hermitian=True) @ estimate)
    return InteractionTest(chisq, df, float(chi2.sf(chisq, df)), "", ROBUST_WALD)
