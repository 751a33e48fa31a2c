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
    apart = answers.sel(profile=profile, drop=True) - answers.sel(profile=reference, drop=True)
    return _called(apart, answers, "difference", str(answers.attrs.get("units", "")))


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
    times = answers.sel(profile=profile, drop=True) / answers.sel(profile=reference, drop=True)
    return _called(times, answers, "ratio", "1")


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


def _called(draws: xr.DataArray, of: xr.DataArray, what: str, units: str) -> xr.DataArray:
    """A contrast named after what it is a contrast of, where that has a name."""
    if of.name is None:
        return draws
    words = f"{what} of {of.attrs.get('long_name', of.name)}"
    made = draws.rename(f"{of.name}_{what}")
    made.attrs = {"long_name": words, "units": units}
    return made
