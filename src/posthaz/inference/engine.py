"""A model, translated and compiled: value, gradient, Hessian and answers as functions of data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm

from posthaz.inference.translate import Translated, translate

_BATCH = 1000


@dataclass(frozen=True)
class Engine:
    """Compiled functions of one model.

    Parameters
    ----------
    translated : Translated
        The model's functions before compilation.
    value_and_gradient, value, hessian, answers : callable
        Compiled; each takes ``(theta, *data)``; `answers` takes a batch of ``theta``.
    data : tuple of jax.Array
        The model's data on the device.
    """

    translated: Translated
    value_and_gradient: Callable[..., Any]
    value: Callable[..., Any]
    gradient: Callable[..., Any]
    hessian: Callable[..., Any]
    answers: Callable[..., Any]
    data: tuple[Any, ...]

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


def compile_engine(model: pm.Model) -> Engine:
    """Translate and compile a model.

    Parameters
    ----------
    model : pymc.Model
        A model from `build_model`.

    Returns
    -------
    Engine
        Compiled on first use of each function.
    """
    translated = translate(model)
    import jax
    import jax.numpy as jnp

    batched = jax.vmap(translated.answers, in_axes=(0, *(None for _ in translated.data)))
    return Engine(
        translated=translated,
        value_and_gradient=jax.jit(jax.value_and_grad(translated.log_density)),
        value=jax.jit(translated.log_density),
        gradient=jax.jit(jax.grad(translated.log_density)),
        hessian=jax.jit(jax.hessian(translated.log_density)),
        answers=jax.jit(batched),
        data=tuple(jnp.asarray(array) for array in translated.data),
    )
