"""Contrasts between arms and probabilities of thresholds."""

import xarray as xr

from posthaz.cohort.argument import checks_arguments
from posthaz.errors import SpecError, nearest


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

    Raises
    ------
    SpecError
        When no profile has the label.
    """
    apart = _of(answers, profile) - _of(answers, reference)
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

    Raises
    ------
    SpecError
        When no profile has the label.
    """
    times = _of(answers, profile) / _of(answers, reference)
    return _called(times, answers, "ratio", "1")


@checks_arguments
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


@checks_arguments
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


def _of(answers: xr.DataArray, label: str) -> xr.DataArray:
    """The answer of one profile, which must be there."""
    known = [str(name) for name in answers["profile"].to_numpy()]
    if label not in known:
        what = f"no answer is about {label!r} ({nearest(str(label), known)})"
        raise SpecError(what, fix=f"name one of {', '.join(known)}")
    return answers.sel(profile=label, drop=True)


def _called(draws: xr.DataArray, of: xr.DataArray, what: str, units: str) -> xr.DataArray:
    """A contrast named after what it is a contrast of, where that has a name."""
    if of.name is None:
        return draws
    words = f"{what} of {of.attrs.get('long_name', of.name)}"
    made = draws.rename(f"{of.name}_{what}")
    made.attrs = {"long_name": words, "units": units}
    return made
