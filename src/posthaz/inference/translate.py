"""A PyMC model as functions of (unbounded parameters, data), through JAX.

The PyMC model stays the only place where the density is written; see
``docs/decisions/0003-jax-density.md`` for why the translation goes through JAX.
"""

import warnings
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pymc as pm
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import ancestors, toposort
from pytensor.tensor.variable import TensorVariable

from posthaz.inference.compiled_cache import keep_compiled
from posthaz.inference.translated import JaxFunction, Translated


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
    keep_compiled()
    from pymc.model.transform.optimization import freeze_dims_and_data

    # the number of rows stays open, so that a cohort of another size is the same shape
    frozen = freeze_dims_and_data(model, dims=[d for d in model.coords if d != "row"], data=[])
    start = frozen.initial_point()
    # freezing reorders the variables; theta follows the model's own order
    values = [frozen.rvs_to_values[frozen[rv.name]] for rv in model.free_RVs]
    shapes = [np.shape(start[value.name]) for value in values]
    answers = _answers(frozen)
    outputs = [cast("TensorVariable[Any, Any]", frozen.logp()), *answers.values()]
    data = [v for v in ancestors(outputs) if isinstance(v, SharedVariable)]
    border = _border(outputs, values)
    derived = _jaxified([*data], border)
    density = _jaxified([*values, *border], outputs[:1])
    answer = _jaxified([*values, *border], outputs[1:])
    return Translated(
        derived=derived,
        log_density=lambda theta, *known: density(*_unravel(theta, shapes), *known)[0],
        answers=lambda theta, *known: answer(*_unravel(theta, shapes), *known),
        names=tuple(answers),
        data_names=tuple(str(variable.name) for variable in data),
        size=sum(int(np.prod(shape)) for shape in shapes),
    )


def _border(outputs: Sequence[Any], values: Sequence[Any]) -> list[Any]:
    """Variables that depend on data alone and feed what depends on parameters, or are answers."""
    moving = set(values)
    border: dict[Any, None] = {}
    for node in toposort(outputs):
        if any(given in moving for given in node.inputs):
            moving.update(node.outputs)
            border.update(dict.fromkeys(v for v in node.inputs if v not in moving))
    border.update(dict.fromkeys(v for v in outputs if v not in moving))
    return [
        variable
        for variable in border
        if not isinstance(variable, Constant)
        and any(isinstance(source, SharedVariable) for source in ancestors([variable]))
    ]


def _unravel(theta: Any, shapes: Sequence[tuple[int, ...]]) -> list[Any]:
    parts, position = [], 0
    for shape in shapes:
        length = int(np.prod(shape))
        parts.append(theta[position : position + length].reshape(shape))
        position += length
    return parts


def _answers(model: pm.Model) -> dict[tuple[str, str], TensorVariable[Any, Any]]:
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
    for potential in model.potentials:  # of a model that its user added to
        density: Any = model.logp(vars=[potential], sum=False)
        kept[("log_prior", str(potential.name))] = density[0]
    kept[("log_likelihood", "time")] = observed[0]
    return kept


def _jaxified(inputs: Sequence[Any], outputs: Sequence[Any]) -> JaxFunction:
    """JAX function from some variables of a graph to others."""
    from pymc.sampling.jax import get_jaxified_graph

    stand_ins: Any = {variable: variable.type(name=variable.name) for variable in inputs}
    graph: Any = clone_replace(list(outputs), replace=stand_ins)
    return get_jaxified_graph(inputs=list(stand_ins.values()), outputs=list(graph))
