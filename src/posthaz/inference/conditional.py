"""The hazard of covariate rows at posterior draws: the bridge from a fit to every estimand."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.design import Design
from posthaz.effects import along_path, change_starts, changing, stratified, yang_prentice
from posthaz.errors import SpecError
from posthaz.hazards import Hazard
from posthaz.spec import (
    CHANGE,
    CURE_EFFECT,
    CURE_INTERCEPT,
    LONG,
    SHORT,
    ModelSpec,
    changed_positions,
    coefficient_name,
    crossing_positions,
    crossing_values,
    varying_name,
)


def linear_predictor(
    spec: ModelSpec, design: Design, values: Mapping[str, Any], frame: pd.DataFrame
) -> np.ndarray:
    """Linear predictor of covariate rows at many draws, shape (draw, row).

    A cluster that the model hasn't seen, or a row without one, has frailty 0: the typical
    cluster.
    """
    return _predictor(spec, design, values, frame, design.matrix(frame) - design.centre)


def _predictor(
    spec: ModelSpec,
    design: Design,
    values: Mapping[str, Any],
    frame: pd.DataFrame,
    centred: np.ndarray,
) -> np.ndarray:
    """The linear predictor of rows whose centred design matrix is known."""
    first = next(iter(values.values()))
    predictor = np.zeros((len(first), len(frame)))
    if design.columns:
        coefficients = np.asarray(values[coefficient_name(spec)])
        own = crossing_positions(spec, design)
        if own:  # these act on the hazard that the others give
            coefficients = coefficients.copy()
            coefficients[:, own] = 0.0
        predictor = coefficients @ centred.T
    for group in design.groups:
        number = design.cluster(group, frame)
        columns: list[Any] = [1.0] * group.intercept
        columns += [*group.slopes.matrix(frame).T] if group.slopes else []
        for name, column in zip(group.varying, columns, strict=True):
            effect = np.asarray(values[varying_name(group, name)])[:, np.maximum(number, 0)]
            predictor = predictor + np.where(number >= 0, effect * column, 0.0)
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
    centred = design.matrix(frame) - design.centre
    predictor = _predictor(spec, design, values, frame, centred)
    hazard = spec.effect.apply(_baseline(spec, design, values, frame), predictor[..., None], np)
    if spec.changing:
        columns = centred[:, changed_positions(spec, design)]
        change = np.einsum("rc,dcp->pdr", columns, np.asarray(values[CHANGE]))
        hazard = changing(hazard, list(change[..., None]), change_starts(spec.changing), np)
    if spec.crossing is not None:
        moved = crossing_values(spec, design, frame).T
        short, long = ((np.asarray(values[name]) @ moved)[..., None] for name in (SHORT, LONG))
        hazard = yang_prentice(hazard, short, long, np)
    if spec.cure is not None:
        hazard = spec.cure.apply(hazard, cure_predictor(design, values, frame)[..., None], np)
    bent = spec.crossing is not None or (spec.cure is not None and spec.cure.kind != "mixture")
    return _smooth_between(spec, hazard) if bent else hazard


def _smooth_between(spec: ModelSpec, hazard: Hazard) -> Hazard:
    """The hazard, whose restricted means are sums of quadratures between its kinks."""
    breaks = [*spec.baseline.breaks(), *change_starts(spec.changing)]
    starts = sorted({0.0, *(float(time) for time in breaks if time > 0)})
    if len(starts) == 1:
        return hazard
    pieces = along_path([hazard] * len(starts), starts)
    return replace(hazard, survival_integral=pieces.survival_integral)


def cure_predictor(design: Design, values: Mapping[str, Any], frame: pd.DataFrame) -> np.ndarray:
    """Linear predictor of the cured share of covariate rows at many draws, shape (draw, row)."""
    own = design.cure
    assert own is not None
    predictor = np.asarray(values[CURE_INTERCEPT])[:, None] + np.zeros((1, len(frame)))
    if own.columns:
        effects = np.asarray(values[CURE_EFFECT])
        predictor = predictor + effects @ (own.matrix(frame) - own.centre).T
    return predictor


def _baseline(
    spec: ModelSpec, design: Design, values: Mapping[str, Any], frame: pd.DataFrame
) -> Hazard:
    """The baseline hazard at many draws, of each row's stratum where there are strata."""
    if design.strata is None:
        return _of_draws(spec, values)
    names = [parameter.name for parameter in spec.baseline.parameters()]
    hazards = [
        _of_draws(spec, {name: np.asarray(values[name])[:, place] for name in names})
        for place in range(len(design.strata.levels))
    ]
    number = design.cluster(design.strata, frame)
    if (number < 0).any():
        unknown = sorted(set(frame[design.strata.name].astype(str)[number < 0]))
        raise SpecError(
            f"model '{spec.name}' has no stratum {', '.join(unknown)} of '{design.strata.name}'",
            fix=(f"name one of {', '.join(design.strata.levels)}"),
        )
    return stratified(hazards, number[:, None], np)


def _of_draws(spec: ModelSpec, values: Mapping[str, Any]) -> Hazard:
    """One baseline hazard that broadcasts as (draw, row, time)."""
    arranged: dict[str, Any] = dict(spec.baseline.constants())
    for parameter in spec.baseline.parameters():
        array = np.asarray(values[parameter.name])
        arranged[parameter.name] = array.reshape(len(array), 1, 1, *array.shape[1:])
    return spec.baseline.hazard(arranged, np)


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
