"""The hazard of covariate rows at posterior draws: the bridge from a fit to every estimand."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.design import Design
from posthaz.effects import change_starts, changing
from posthaz.hazards import Hazard
from posthaz.spec import CHANGE, ModelSpec, changing_positions, coefficient_name, frailty_name


def baseline_hazard(spec: ModelSpec, values: Mapping[str, Any]) -> Hazard:
    """Baseline hazard at many draws.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    values : mapping of str to ndarray
        Posterior variables, shape (draw, ...), draws flattened.

    Returns
    -------
    Hazard
        Broadcasts as (draw, row, time): time arguments are of shape (time,) or (row, time).
    """
    arranged: dict[str, Any] = dict(spec.baseline.constants())
    for parameter in spec.baseline.parameters():
        array = np.asarray(values[parameter.name])
        arranged[parameter.name] = array.reshape(len(array), 1, 1, *array.shape[1:])
    return spec.baseline.hazard(arranged, np)


def linear_predictor(
    spec: ModelSpec, design: Design, values: Mapping[str, Any], frame: pd.DataFrame
) -> np.ndarray:
    """Linear predictor of covariate rows at many draws, shape (draw, row).

    A cluster that the model hasn't seen, or a row without one, has frailty 0: the typical
    cluster.
    """
    first = next(iter(values.values()))
    predictor = np.zeros((len(first), len(frame)))
    if design.columns:
        coefficients = np.asarray(values[coefficient_name(spec)])
        predictor = coefficients @ (design.matrix(frame) - design.centre).T
    for group in design.groups:
        number = design.cluster(group, frame)
        frailty = np.asarray(values[frailty_name(group)])
        predictor = predictor + np.where(number >= 0, frailty[:, np.maximum(number, 0)], 0.0)
    return predictor


def hazard_of(
    spec: ModelSpec, design: Design, values: Mapping[str, Any], frame: pd.DataFrame
) -> Hazard:
    """Hazard of covariate rows at many draws.

    Parameters
    ----------
    spec, design : ModelSpec, Design
        A fit's.
    values : mapping of str to ndarray
        Posterior variables, shape (draw, ...), draws flattened.
    frame : DataFrame
        Covariates, one row each.

    Returns
    -------
    Hazard
        Broadcasts as (draw, row, time): time arguments are of shape (time,) or (row, time).
    """
    predictor = linear_predictor(spec, design, values, frame)
    hazard = spec.effect.apply(baseline_hazard(spec, values), predictor[..., None], np)
    if not spec.changing:
        return hazard
    positions = [j for one in spec.changing for j in changing_positions(one, design)]
    columns = (design.matrix(frame) - design.centre)[:, positions]
    change = np.einsum("rc,dcp->pdr", columns, np.asarray(values[CHANGE]))
    return changing(hazard, list(change[..., None]), change_starts(spec.changing), np)


def flat_draws(group: xr.DataTree | xr.Dataset, most: int | None = None) -> dict[str, np.ndarray]:
    """Variables of an ArviZ group with chains and draws flattened, thinned evenly to `most`."""
    arrays = {
        str(name): variable.to_numpy().reshape(-1, *variable.shape[2:])
        for name, variable in group.data_vars.items()
    }
    total = len(next(iter(arrays.values())))
    if most is None or total <= most:
        return arrays
    kept = np.linspace(0, total - 1, most).round().astype(int)
    return {name: array[kept] for name, array in arrays.items()}
