"""A model whose likelihood is of times and events, and can be drawn from."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pytensor.graph.replace import graph_replace

from posthaz.cohort import Cohort
from posthaz.design import Design
from posthaz.hazards import Array
from posthaz.model.rows_hazard import row_coordinates, rows_hazard
from posthaz.spec import SHRUNKEN_TERM, ChosenPriors, ModelSpec, shrunken_terms

FOLLOW_UP = "follow_up"
OUTCOMES = ("time", "event")
Draw = Callable[[dict[str, np.ndarray], np.random.Generator], np.ndarray]
"""``draw(values, rng)``: times and events, shape (row, 2), from the model's variables."""


def build_drawable_model(
    spec: ModelSpec, design: Design, priors: ChosenPriors, cohort: Cohort, draw: Draw
) -> pm.Model:
    """PyMC model of times and events of right-censored rows.

    Parameters
    ----------
    spec, design, priors, cohort
        As of `build_model`; one row a patient, weights of 1.
    draw : callable
        Draws follow-up from the values of the model's variables.

    Returns
    -------
    pymc.Model
        The free variables of `build_model`, with one observed variable, ``follow_up``: time and
        event of each row.
    """
    terms = shrunken_terms(spec.shrinkage, design)
    shrunken = {SHRUNKEN_TERM: terms} if terms else {}
    coordinates = {**row_coordinates(spec, design, len(cohort)), **shrunken, "outcome": OUTCOMES}
    with pm.Model(coords=coordinates) as model:
        hazard = rows_hazard(spec, design, priors, cohort)
        entry: Array = pm.Data("entry", cohort.entry.astype(float), dims=("row",))
        free = list(model.free_RVs)
        named = [*free, *model.deterministics]
        values_of = _evaluator(free, named)

        def density(value: Array, *given: Array) -> Array:
            time, event = value[..., 0], value[..., 1]
            began = hazard.cumulative_hazard(entry) if (cohort.entry > 0).any() else 0.0
            own = began - hazard.cumulative_hazard(time) + event * hazard.log_hazard(time)
            stated = (_shared(x, one.ndim) for x, one in zip(given[:-1], free, strict=True))
            return graph_replace([own], dict(zip(free, stated, strict=True)), strict=False)[0]

        def random(
            *given: np.ndarray,
            rng: np.random.Generator | None = None,
            size: tuple[int, ...] | None = None,
        ) -> np.ndarray:
            del size
            own = [_shared(x, one.ndim) for x, one in zip(given[:-1], free, strict=True)]
            return draw(values_of(own), rng or np.random.default_rng())

        pm.CustomDist(
            FOLLOW_UP,
            *free,
            pt.arange(len(OUTCOMES)),
            logp=density,
            random=random,
            signature=_signature(free),
            observed=pm.Data(
                "follow_up_seen",
                np.column_stack([cohort.exit, cohort.event]).astype(float),
                dims=("row", "outcome"),
            ),
            dims=("row", "outcome"),
        )
    return model


def _shared(parameter: Array, axes: int) -> Array:
    """A parameter without the leading axes of length 1, which are for the rows that share it."""
    while parameter.ndim > axes:
        parameter = parameter[0]
    return parameter


def _signature(free: list[Array]) -> str:
    """Core dimensions of the parameters, all of each, and of the outcome: time and event."""
    inner = [
        "(" + ",".join(f"p{k}d{axis}" for axis in range(variable.ndim)) + ")"
        for k, variable in enumerate(free)
    ]
    return f"{','.join([*inner, '(outcome)'])}->(outcome)"


def _evaluator(
    free: list[Array], named: list[Array]
) -> Callable[[list[np.ndarray]], dict[str, np.ndarray]]:
    """Every variable of a model from the free ones, by a function that is compiled on first use."""
    made: list[Any] = []

    def values(given: list[np.ndarray]) -> dict[str, np.ndarray]:
        if not made:
            inputs = [variable.type(name=variable.name) for variable in free]
            outputs = graph_replace(named, dict(zip(free, inputs, strict=True)), strict=False)
            compiled: Any = pytensor.function  # pyright: ignore[reportPrivateImportUsage]
            made.append(compiled(inputs, outputs, on_unused_input="ignore"))
        found = made[0](*given)
        return {str(one.name): np.asarray(x) for one, x in zip(named, found, strict=True)}

    return values
