"""The treatment's hazard ratio within the levels of what it interacts with in a formula."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.design import term_variables
from posthaz.estimands.effect import contrast_in_patients
from posthaz.estimands.population import patients_each
from posthaz.estimands.summary import summary
from posthaz.inference import Fit
from posthaz.spec import coefficient_name

WITHIN_COLUMNS = (
    *("model", "arm", "reference", "covariate", "level", "patients"),
    *("hr", "lower", "upper", "p_below_1", "cox_hr", "cox_lower", "cox_upper"),
)
_QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, eq=False)
class Within:
    """One arm against the reference at one level of a covariate.

    Parameters
    ----------
    arm, reference, covariate, level : str
        Which; the value of a number as text.
    patients : int
        Patients at the level; 0 for a value of a number.
    contrast : ndarray of float, shape (covariate,)
        What the log hazard ratio is of the coefficients.
    """

    arm: str
    reference: str
    covariate: str
    level: str
    patients: int
    contrast: np.ndarray


def contrasts_within_levels(fit: Fit) -> Iterator[Within]:
    """Yield the treatment's contrasts at each level of the covariates it interacts with.

    Parameters
    ----------
    fit : Fit
        A fit.

    Yields
    ------
    Within
        None where the formula has no such interaction. Levels of a factor are averaged over the
        patients who have them; a number stands at its quartiles.
    """
    if not fit.treatment:
        return
    frame, weight = fit.design.frame, np.asarray(fit.design.weight, dtype=float)
    each = patients_each(fit)
    arms = [str(one) for one in frame[fit.treatment].cat.categories]
    for name in _partners(fit):
        values = frame[name]
        if hasattr(values, "cat"):
            found = [
                (str(level), (values == level).to_numpy() & (weight > 0), frame)
                for level in values.cat.categories
            ]
        else:
            at = np.unique(np.quantile(np.repeat(values.to_numpy(dtype=float), each), _QUARTILES))
            found = [(f"{value:.4g}", weight > 0, frame.assign(**{name: value})) for value in at]
        for level, rows, patients in found:
            if not rows.any():
                continue
            counted = int(each[rows].sum()) if hasattr(values, "cat") else 0
            for arm in arms[1:]:
                contrast = contrast_in_patients(fit, patients[rows], arm, arms[0], weight[rows])
                yield Within(arm, arms[0], name, level, counted, contrast)


def _partners(fit: Fit) -> list[str]:
    """Covariates that stand in a term with the treatment, in the order of the formula."""
    found: dict[str, None] = {}
    for term in fit.design.terms:
        names = term_variables(fit.design.formula, term) if ":" in term else ()
        if fit.treatment in names:
            found.update(dict.fromkeys(n for n in names if n != fit.treatment))
    return list(found)


def ratios_within_levels(fit: Fit, interval: float = 0.95) -> pd.DataFrame:
    """Hazard ratios of the treatment within the levels of what it interacts with.

    Parameters
    ----------
    fit : Fit
        A fit.
    interval : float
        Probability of the intervals.

    Returns
    -------
    DataFrame
        Columns ``model, arm, reference, covariate, level, patients, hr, lower, upper, p_below_1``
        and ``cox_hr, cox_lower, cox_upper``, which are missing here. Empty where the formula has
        no interaction of the treatment, or ratios aren't those of everybody at all times.
    """
    rows = []
    spec = fit.spec
    held = spec.effect.acts_on == "hazard" and not (spec.changed_terms or spec.cure)
    if held and fit.design.columns:
        draws = fit.draws["posterior"].to_dataset()[coefficient_name(spec)].drop_vars("covariate")
        for one in contrasts_within_levels(fit):
            log_ratio = (draws * xr.DataArray(one.contrast, dims="covariate")).sum("covariate")
            numbers = summary(xr.DataArray(np.exp(log_ratio)), interval)
            rows.append(
                {
                    "model": spec.name,
                    **{key: getattr(one, key) for key in WITHIN_COLUMNS[1:6]},
                    "hr": numbers["median"],
                    "lower": numbers["lower"],
                    "upper": numbers["upper"],
                    "p_below_1": float((log_ratio < 0).mean()),
                }
            )
    return pd.DataFrame(rows).reindex(columns=list(WITHIN_COLUMNS))
