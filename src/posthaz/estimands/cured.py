"""The cured share, and survival of those who are not cured."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from posthaz.cohort.argument import checks_arguments
from posthaz.errors import PosthazError
from posthaz.estimands.curves import survival
from posthaz.estimands.population import Population, arm_populations
from posthaz.inference import Fit, cure_predictor, flat_draws, hazard_of


@checks_arguments
def cure_fraction(
    fit: Fit, populations: Sequence[Population] | None = None, group: str = "posterior"
) -> xr.DataArray:
    """Share of patients who never have the event, for every draw.

    With delayed entry it is a share of those event-free at the fit's origin, as survival is; they
    are cured more often than all are at time 0.

    Parameters
    ----------
    fit : Fit
        A fit whose model has a cured share.
    populations : sequence of Population, optional
        Whom it is about; the cohort given each arm by default.
    group : {"posterior", "prior"}
        Which draws.

    Returns
    -------
    DataArray
        Dimensions ``chain, draw, profile``.

    Raises
    ------
    PosthazError
        When the model has no cured share.

    Examples
    --------
    >>> import posthaz as ph
    >>> spec = ph.ModelSpec("m", ph.Weibull(), "arm", cure=ph.Cure("arm"))
    >>> fit = ph.fit(spec, ph.simulated_example(), draws=100, method="laplace")
    >>> ph.cure_fraction(fit).dims
    ('chain', 'draw', 'profile')
    """
    cure = fit.spec.cure
    if cure is None:
        raise PosthazError(
            f"model '{fit.spec.name}' has no cured share",
            fix="give ModelSpec cure=Cure(...), or [models.NAME.cure] in an analysis file",
        )
    dataset = fit.draws[group].to_dataset()
    values, chosen = flat_draws(dataset), populations or arm_populations(fit)
    shares = []
    for one in chosen:
        log_share = cure.log_share(cure_predictor(fit.design, values, one.frame), np)
        if fit.origin:  # survival of those event-free then levels off at this
            own = hazard_of(fit.spec, fit.design, values, one.frame)
            log_share = log_share + own.cumulative_hazard(np.array([fit.origin]))[..., 0]
        shares.append(np.exp(log_share) @ one.weight)
    shape = (dataset.sizes["chain"], dataset.sizes["draw"], len(chosen))
    return xr.DataArray(
        np.stack(shares, axis=-1).reshape(shape),
        dims=("chain", "draw", "profile"),
        coords={
            "chain": dataset["chain"].to_numpy(),
            "draw": dataset["draw"].to_numpy(),
            "profile": [one.label for one in chosen],
        },
    )


@checks_arguments
def uncured_survival(
    fit: Fit,
    times: Sequence[float] | np.ndarray,
    populations: Sequence[Population] | None = None,
) -> xr.DataArray:
    """Survival of the patients who are not cured, for every draw.

    Parameters
    ----------
    fit : Fit
        A fit whose model has a cured share.
    times : float or array-like of float, shape (time,)
        Times, in the fit's unit.
    populations : sequence of Population, optional
        Whom it is about; the cohort given each arm by default.

    Returns
    -------
    DataArray
        ``(S(t) - p) / (1 - p)``; dimensions ``chain, draw, profile, time``.
    """
    share = cure_fraction(fit, populations)
    return (survival(fit, times, populations) - share) / (1.0 - share)
