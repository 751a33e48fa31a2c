"""Contrasts between arms and probabilities of thresholds."""

import xarray as xr


def difference(answers: xr.DataArray, profile: str, reference: str) -> xr.DataArray:
    """Answer of `profile` minus that of `reference`, draw by draw.

    Parameters
    ----------
    answers : DataArray
        With dimension ``profile``.
    profile, reference : str
        Labels along it.

    Returns
    -------
    DataArray
        Without dimension ``profile``.
    """
    return answers.sel(profile=profile, drop=True) - answers.sel(profile=reference, drop=True)


def ratio(answers: xr.DataArray, profile: str, reference: str) -> xr.DataArray:
    """Answer of `profile` divided by that of `reference`, draw by draw.

    Parameters
    ----------
    answers : DataArray
        With dimension ``profile``.
    profile, reference : str
        Labels along it.

    Returns
    -------
    DataArray
        Without dimension ``profile``.
    """
    return answers.sel(profile=profile, drop=True) / answers.sel(profile=reference, drop=True)


def probability_above(draws: xr.DataArray, threshold: float) -> xr.DataArray:
    """Posterior probability of exceeding `threshold`.

    Parameters
    ----------
    draws : DataArray
        With dimensions ``chain`` and ``draw``.
    threshold : float
        The threshold.

    Returns
    -------
    DataArray
        Without ``chain`` and ``draw``.
    """
    return (draws > threshold).mean(("chain", "draw"))


def probability_below(draws: xr.DataArray, threshold: float) -> xr.DataArray:
    """Posterior probability of falling short of `threshold`.

    Parameters
    ----------
    draws : DataArray
        With dimensions ``chain`` and ``draw``.
    threshold : float
        The threshold.

    Returns
    -------
    DataArray
        Without ``chain`` and ``draw``.
    """
    return (draws < threshold).mean(("chain", "draw"))
