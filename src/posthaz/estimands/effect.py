"""Log hazard ratios between covariate values, of each patient or averaged over some."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.errors import PosthazError
from posthaz.inference import Fit
from posthaz.spec import coefficient_name


def effect_between(fit: Fit, to: pd.DataFrame, reference: pd.DataFrame) -> xr.DataArray:
    """Log hazard ratio of each row of covariates against its row of the reference.

    Parameters
    ----------
    fit : Fit
        A fit.
    to, reference : DataFrame
        The covariates of the formula, one row each.

    Returns
    -------
    DataArray
        Dimensions ``chain, draw, row``; log time ratios under the accelerated form.
    """
    change = fit.design.matrix(to) - fit.design.matrix(reference)
    return _times_coefficients(fit, xr.DataArray(change, dims=("row", "covariate")))


def effect_of_values(
    fit: Fit,
    values: Mapping[str, np.ndarray | float],
    reference: Mapping[str, np.ndarray | float],
) -> xr.DataArray:
    """Log hazard ratio of patients who differ from others in some numbers alone.

    Parameters
    ----------
    fit : Fit
        A fit.
    values, reference : mapping of str to float or ndarray of float, shape (row,)
        The numbers of both; everything else is at its reference.

    Returns
    -------
    DataArray
        Dimensions ``chain, draw, row``; log time ratios under the accelerated form.
    """
    rows = max(np.size(one) for given in (values, reference) for one in given.values())
    base = pd.concat([fit.design.reference()] * rows, ignore_index=True)
    return effect_between(fit, base.assign(**values), base.assign(**reference))


def effect_in_patients(
    fit: Fit,
    patients: pd.DataFrame,
    arm: str,
    reference: str,
    weight: np.ndarray | None = None,
) -> xr.DataArray:
    """Log hazard ratio of an arm against another, averaged over patients.

    With interactions in the formula every patient has an effect of their own; their mean over
    the patients of a subgroup is the effect in that subgroup.

    Parameters
    ----------
    fit : Fit
        A fit whose formula has the treatment.
    patients : DataFrame
        Covariates of the patients to average over, those of the formula among them.
    arm, reference : str
        Arms compared.
    weight : ndarray of float, shape (row,), optional
        Their weights; 1 each when not given.

    Returns
    -------
    DataArray
        Dimensions ``chain, draw``; a log time ratio under the accelerated form.

    Raises
    ------
    PosthazError
        When the formula has no treatment, or there is no patient.
    """
    contrast = contrast_in_patients(fit, patients, arm, reference, weight)
    return _times_coefficients(fit, xr.DataArray(contrast, dims="covariate"))


def contrast_in_patients(
    fit: Fit,
    patients: pd.DataFrame,
    arm: str,
    reference: str,
    weight: np.ndarray | None = None,
) -> np.ndarray:
    """What `effect_in_patients` is of the coefficients, shape (covariate,).

    Parameters
    ----------
    fit, patients, arm, reference, weight
        As of `effect_in_patients`.

    Returns
    -------
    ndarray of float, shape (covariate,)
        Weights of the coefficients.

    Raises
    ------
    PosthazError
        When the formula has no treatment, or there is no patient.
    """
    if not fit.treatment or not len(patients):
        what = "there is no patient" if fit.treatment else "its formula has no treatment"
        raise PosthazError(f"model '{fit.spec.name}': no effect to average; {what}")
    frame = patients.loc[:, list(fit.design.variables)].reset_index(drop=True)
    change = _given(fit, frame, arm) - _given(fit, frame, reference)
    return np.average(change, axis=0, weights=weight)


def _given(fit: Fit, frame: pd.DataFrame, arm: str) -> np.ndarray:
    categories = fit.design.frame[fit.treatment].cat.categories
    everybody = pd.Categorical([arm] * len(frame), categories=categories, ordered=True)
    return fit.design.matrix(frame.assign(**{fit.treatment: everybody}))


def _times_coefficients(fit: Fit, change: xr.DataArray) -> xr.DataArray:
    draws = fit.draws["posterior"].to_dataset()[coefficient_name(fit.spec)]
    return (draws.drop_vars("covariate") * change).sum("covariate")
