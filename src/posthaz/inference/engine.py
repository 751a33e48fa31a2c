"""A model, translated and compiled: value, gradient, Hessian and answers as functions of data."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pymc as pm

from posthaz.design import Design
from posthaz.inference.translate import Translated, translate
from posthaz.spec import ChosenPriors, ModelSpec

_BATCH = 1000


@dataclass(frozen=True)
class Engine:
    """Compiled functions of a model shape, with the data of one model.

    Parameters
    ----------
    translated : Translated
        The shape's functions before compilation.
    value, values, gradient, hessian, answers : callable
        Compiled; each takes ``(theta, *data)``; `values` and `answers` take a batch of ``theta``.
    whitened : callable
        Log density and gradient in ``z``: ``(z, centre, whitening, *data)``, where
        ``theta = centre + whitening z``.
    data : tuple of jax.Array
        The model's data on the device.
    start : ndarray of float, shape (parameter,)
        Where to begin.
    """

    translated: Translated
    value: Callable[..., Any]
    values: Callable[..., Any]
    gradient: Callable[..., Any]
    hessian: Callable[..., Any]
    answers: Callable[..., Any]
    whitened: Callable[..., Any]
    data: tuple[Any, ...] = ()
    start: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def answers_of(self, theta: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
        """Variables, log priors and log-likelihoods at many parameter vectors.

        Parameters
        ----------
        theta : ndarray of float, shape (chain, draw, parameter)
            Unbounded parameters.

        Returns
        -------
        dict of (group, name) to ndarray, shape (chain, draw, ...)
            One entry a variable.
        """
        chains, draws, size = theta.shape
        flat = theta.reshape(-1, size)
        pieces = [
            self.answers(flat[i : i + _BATCH], *self.data) for i in range(0, len(flat), _BATCH)
        ]
        joined = [
            np.concatenate([np.asarray(piece[k]) for piece in pieces])
            for k in range(len(self.translated.names))
        ]
        return {
            key: array.reshape(chains, draws, *array.shape[1:])
            for key, array in zip(self.translated.names, joined, strict=True)
        }


_SHAPES: dict[Hashable, Engine] = {}


def compile_engine(model: pm.Model, shape: Hashable) -> Engine:
    """Functions of a model, translated and compiled once for all models of its shape.

    Parameters
    ----------
    model : pymc.Model
        A model from `build_model`.
    shape : hashable
        Equal for models that differ in nothing but data and prior numbers.

    Returns
    -------
    Engine
        Compiled on first use of each function; a shape seen before in this process is reused
        with the model's own data.
    """
    import jax
    import jax.numpy as jnp

    if shape not in _SHAPES:
        translated = translate(model)
        axes = (0, *(None for _ in translated.data_names))

        def in_z(z: Any, centre: Any, whitening: Any, *data: Any) -> Any:
            return translated.log_density(centre + whitening @ z, *data)

        batched = jax.vmap(translated.answers, in_axes=axes)
        _SHAPES[shape] = Engine(
            translated=translated,
            value=jax.jit(translated.log_density),
            values=jax.jit(jax.vmap(translated.log_density, in_axes=axes)),
            gradient=jax.jit(jax.grad(translated.log_density)),
            hessian=jax.jit(jax.hessian(translated.log_density)),
            answers=jax.jit(batched),
            whitened=jax.jit(jax.value_and_grad(in_z)),
        )
    known = _SHAPES[shape]
    point = model.initial_point()
    values = [point[model.rvs_to_values[rv].name] for rv in model.free_RVs]
    return replace(
        known,
        data=tuple(jnp.asarray(model[n].get_value()) for n in known.translated.data_names),
        start=np.concatenate([np.ravel(value) for value in values]),
    )


def model_shape(spec: ModelSpec, design: Design, priors: ChosenPriors, model: pm.Model) -> Hashable:
    """What fixes the graph of a model, apart from its data and prior numbers.

    Parameters
    ----------
    spec, design, priors : ModelSpec, Design, ChosenPriors
        What the model was built from.
    model : pymc.Model
        The model.

    Returns
    -------
    tuple
        Baseline family, form, prior families, sizes of parameters, kinds of follow-up.
    """
    baseline = spec.baseline
    structure = (
        baseline.kind,
        tuple((p.name, p.structure, p.order) for p in baseline.parameters()),
    )
    families = (
        tuple((name, prior.family) for name, prior in priors.baseline.items()),
        tuple(prior.family for prior in priors.coefficients),
        tuple((name, prior.family) for name, prior in priors.scales.items()),
    )
    sizes = tuple((n, len(labels)) for n, labels in baseline.coordinates().items())
    groups = tuple((group.name, len(group.levels)) for group in design.groups)
    return structure, spec.form, families, sizes, groups, tuple(v.name for v in model.data_vars)
