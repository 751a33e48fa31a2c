"""A PyMC model as functions of (unbounded parameters, data), through JAX.

The PyMC model stays the only place where the density is written; see
``docs/decisions/0003-jax-density.md`` for why the translation goes through JAX.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pymc as pm
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.traversal import graph_inputs
from pytensor.tensor.variable import TensorVariable

JaxFunction = Callable[..., Any]


@dataclass(frozen=True)
class Translated:
    """A model's functions of a flat parameter vector and its data.

    Parameters
    ----------
    log_density : callable
        ``log_density(theta, *data)``, log posterior density up to a constant.
    answers : callable
        ``answers(theta, *data)``, the variables named in `names`.
    names : tuple of (group, name)
        ArviZ group and variable of each answer.
    data_names : tuple of str
        The model's data, in the order both functions take them.
    size : int
        Length of ``theta``, the free variables in the model's order, unbounded and joined.
    """

    log_density: JaxFunction
    answers: JaxFunction
    names: tuple[tuple[str, str], ...]
    data_names: tuple[str, ...]
    size: int


def translate(model: pm.Model) -> Translated:
    """Translate a model to JAX.

    Parameters
    ----------
    model : pymc.Model
        A model whose data are `pm.Data`.

    Returns
    -------
    Translated
        Its functions; data are arguments, so that other data need no second translation.
    """
    import jax

    jax.config.update("jax_enable_x64", True)
    from pymc.model.transform.optimization import freeze_dims_and_data

    # the number of rows stays open, so that a cohort of another size is the same shape
    frozen = freeze_dims_and_data(model, dims=[d for d in model.coords if d != "row"], data=[])
    start = frozen.initial_point()
    # freezing reorders the variables; theta follows the model's own order
    values = [frozen.rvs_to_values[frozen[rv.name]] for rv in model.free_RVs]
    shapes = [np.shape(start[value.name]) for value in values]
    answers = _answers(frozen)
    density, density_data = _jaxified(values, [cast(TensorVariable, frozen.logp())])
    answer, answer_data = _jaxified(values, list(answers.values()))
    held = list(dict.fromkeys([*density_data, *answer_data]))

    def arranged(function: JaxFunction, needed: Sequence[SharedVariable]) -> JaxFunction:
        positions = [held.index(variable) for variable in needed]

        def call(theta: Any, *data: Any) -> Any:
            return function(*_unravel(theta, shapes), *(data[k] for k in positions))

        return call

    log_density = arranged(density, density_data)
    return Translated(
        log_density=lambda theta, *data: log_density(theta, *data)[0],
        answers=arranged(answer, answer_data),
        names=tuple(answers),
        data_names=tuple(str(variable.name) for variable in held),
        size=sum(int(np.prod(shape)) for shape in shapes),
    )


def _unravel(theta: Any, shapes: Sequence[tuple[int, ...]]) -> list[Any]:
    parts, position = [], 0
    for shape in shapes:
        length = int(np.prod(shape))
        parts.append(theta[position : position + length].reshape(shape))
        position += length
    return parts


def _answers(model: pm.Model) -> dict[tuple[str, str], TensorVariable]:
    """Variables, log priors and pointwise log-likelihood, as functions of the value variables."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        named = {("posterior", variable.name): variable for variable in model.unobserved_value_vars}
        free = model.free_RVs
        priors: Any = model.logp(vars=free, sum=False, jacobian=False)
        observed: Any = model.logp(vars=model.observed_RVs, sum=False)
    kept = {
        key: variable
        for key, variable in named.items()
        if variable not in model.value_vars or key[1] in {v.name for v in free}
    }
    kept.update({("log_prior", rv.name): lp for rv, lp in zip(free, priors, strict=True)})
    kept[("log_likelihood", "time")] = observed[0]
    return kept


def _jaxified(
    values: list[TensorVariable], outputs: list[TensorVariable]
) -> tuple[JaxFunction, list[SharedVariable]]:
    """JAX function of the value variables and of the data that `outputs` use."""
    from pymc.sampling.jax import get_jaxified_graph

    data = [v for v in graph_inputs(outputs) if isinstance(v, SharedVariable)]
    from pytensor.graph.replace import clone_replace

    stand_ins: Any = {variable: variable.type(name=variable.name) for variable in data}
    graph: Any = clone_replace(outputs, replace=stand_ins)
    function = get_jaxified_graph(inputs=[*values, *stand_ins.values()], outputs=list(graph))
    return function, data
