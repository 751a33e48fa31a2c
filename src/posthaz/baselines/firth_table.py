"""The table of Firth's penalised Cox model, and the fit that says why there is none."""

import numpy as np
import pandas as pd
from scipy.stats import chi2

from posthaz.baselines.cox_fit import CoxFit
from posthaz.baselines.response import subjects
from posthaz.cohort import Cohort

_OUT = "left out: constant or determined by other columns"
_OPEN = "the profile likelihood doesn't fall far enough on one side"


def firth_table(
    terms: list[str],
    kept: np.ndarray,
    scale: np.ndarray,
    estimate: np.ndarray,
    error: np.ndarray,
    profiles: list[tuple[float, float, float]],
) -> pd.DataFrame:
    """Rows of every column of the design, those left out without numbers."""
    columns = ("log_hr", "se", "z", "p", "lower", "upper")
    numbers = {name: np.full(len(terms), np.nan) for name in columns}
    lower, upper, chisq = (np.array(part) for part in zip(*profiles, strict=True))
    numbers["log_hr"][kept] = estimate / scale
    numbers["se"][kept] = error / scale
    numbers["z"][kept] = np.sign(estimate) * np.sqrt(chisq)
    numbers["p"][kept] = chi2.sf(chisq, 1)
    numbers["lower"][kept], numbers["upper"][kept] = lower / scale, upper / scale
    note = np.where(kept, "", _OUT).astype(object)
    note[np.flatnonzero(kept)[~np.isfinite(lower) | ~np.isfinite(upper)]] = _OPEN
    with np.errstate(over="ignore"):
        return pd.DataFrame(
            {
                "term": terms,
                "log_hr": numbers["log_hr"],
                "se": numbers["se"],
                "robust_se": np.nan,
                "z": numbers["z"],
                "p": numbers["p"],
                "hr": np.exp(numbers["log_hr"]),
                "hr_lower": np.exp(numbers["lower"]),
                "hr_upper": np.exp(numbers["upper"]),
                "note": note,
            }
        )


def no_firth(used: Cohort, terms: list[str], kept: np.ndarray) -> CoxFit:
    """A fit that says why there is none."""
    why = "no column varies among the rows used"
    if not used.event.any():
        why = "no event among the rows used"
    nothing, nan = np.full(len(terms), np.nan), float("nan")
    table = pd.DataFrame({"term": terms})
    for name in ("log_hr", "se", "robust_se", "z", "p", "hr", "hr_lower", "hr_upper"):
        table[name] = nothing
    table["note"] = np.where(kept, why, _OUT)
    tests = [("likelihood_ratio", nan, int(kept.sum()), nan)]
    return CoxFit(
        table=table,
        tests=pd.DataFrame(tests, columns=["test", "chisq", "df", "p"]),
        loglik=nan,
        loglik_null=nan,
        concordance=nan,
        concordance_se=nan,
        n=subjects(used),
        rows=len(used),
        events=int(used.event.sum()),
        ties="breslow",
        robust=False,
        converged=False,
        notes=(why,),
    )
