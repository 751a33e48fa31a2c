"""The likelihood-ratio test of an interaction between Cox models."""

from dataclasses import dataclass

from scipy.stats import chi2

from posthaz.clinical.arm_model import cox_of, first_line, joined
from posthaz.cohort import Cohort
from posthaz.errors import PosthazError

_PSEUDO = "the rows are weighted or clustered, which this test doesn't take into account"


@dataclass(frozen=True)
class InteractionTest:
    """A likelihood-ratio test of an interaction.

    Parameters
    ----------
    chisq, p : float
        Statistic and P value; not a number where it can't be given.
    df : int
        Degrees of freedom.
    note : str
        What must be said of it.
    """

    chisq: float
    df: int
    p: float
    note: str = ""


def interaction_test(
    cohort: Cohort, apart: tuple[str, str], adjusted: tuple[str, ...] = ()
) -> InteractionTest:
    """Likelihood-ratio test of ``a * b`` against ``a + b`` in Cox models.

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
        return InteractionTest(float("nan"), 0, float("nan"), first_line(error))
    df = int(full.tests["df"].iloc[0]) - int(without.tests["df"].iloc[0])
    chisq = max(2.0 * (full.loglik - without.loglik), 0.0)
    if df < 1:
        return InteractionTest(float("nan"), 0, float("nan"), "there is no interaction to test")
    note = _PSEUDO if full.robust else ""
    return InteractionTest(chisq, df, float(chi2.sf(chisq, df)), note)
