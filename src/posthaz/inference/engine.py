"""A model shape, translated and compiled: density, mode, chains and answers as functions of data.

Modes and densities take a leading axis of data sets: one call serves one fit or many of a shape.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from posthaz.design import Design
from posthaz.effects import change_starts
from posthaz.inference.compiled_cache import make_room
from posthaz.inference.kept import COMPILING, KeptFunction, KeptShape
from posthaz.inference.mode import Mode, mode_finder
from posthaz.inference.rows import padded, padded_length
from posthaz.inference.transitions import chain_starter, chain_stepper
from posthaz.inference.translated import Translated
from posthaz.model.graph import pm
from posthaz.model.outline import Outline, built_outline
from posthaz.spec import (
    ChosenPriors,
    ModelSpec,
    changing_positions,
    crossing_positions,
    shrunken_groups,
)

_SIZES = (1, 16)
MOST_VALUES = 20_000_000
_AT_ONCE = 32_768
"""Numbers of one density's rows and draws that the processor's own memory holds."""


class Engine:
    """Compiled functions of one model shape, each made when it is first called.

    Parameters
    ----------
    make : callable
        Gives the shape's functions before compilation; called where one is not kept on disk.
    shape : str or None
        The shape's digest; without one nothing is kept.

    Attributes
    ----------
    derived : callable
        ``(*data)``: what depends on data alone, for one data set; no leading axis. It is the
        ``data`` of the other functions.
    values : callable
        ``(theta, *data)``, theta of shape (set, draw, parameter): log densities (set, draw).
    modes : callable
        ``(start, *data)``: what `mode_finder` says.
    starts, steps : callable
        What `chain_starter` and `chain_stepper` say, mapped over chains, for one data set; the
        state is a list of arrays.
    variables, answers : callable
        ``(theta, *data)``, theta of shape (draw, parameter), for one data set: the variables of
        `translated`, without and with log priors and the pointwise log-likelihood.
    priors : callable
        ``(theta, *data)``, theta of shape (draw, parameter): log priors (set, draw), up to what
        belongs to the coordinates.
    """

    def __init__(self, make: Callable[[], Translated], shape: str | None) -> None:
        self._make: Callable[[], Translated] | None = make
        self._kept = KeptShape(shape)
        # the loops of NUTS gain nothing from XLA's later passes, which take as long again
        quickly = {"xla_backend_optimization_level": 1}
        self.derived = self._function("derived", lambda: self.translated.derived)
        self.values = self._function("values", lambda: _set_by_set(_values(self._density)))
        self.modes = self._function("modes", lambda: _over_sets(mode_finder(self._density)))
        self.starts = self._function("starts", lambda: _mapped(_starts(self._density), 0))
        self.steps = self._function("steps", lambda: _mapped(_steps(self._density), 0, 0), quickly)
        self.variables = self._function("variables", lambda: _mapped(self._variables, 0))
        self.answers = self._function("answers", lambda: _mapped(self.translated.answers, 0))
        self.priors = self._function("priors", lambda: _by_set_and_draw(self._log_prior))

    def _function(
        self, name: str, make: Callable[[], Callable[..., Any]], options: Any = None
    ) -> KeptFunction:
        return KeptFunction(self._kept, name, make, options or {})

    @cached_property
    def translated(self) -> Translated:
        """The shape's functions before compilation."""
        with COMPILING:
            found = self.__dict__.get("translated")
            if found is None:
                assert self._make is not None
                found = self.__dict__["translated"] = self._make()
                self._make = None  # it holds the cohort that the shape was first seen with
            return found

    @cached_property
    def _density(self) -> Callable[..., Any]:
        import jax

        return jax.jit(self.translated.log_density)  # traced once for all that is made of it

    @cached_property
    def _named(self) -> dict[str, Any]:
        def told() -> dict[str, Any]:
            return {"names": self.translated.names, "data": self.translated.data_names}

        return self._kept.names(told)

    @property
    def names(self) -> list[tuple[str, str]]:
        """ArviZ group and variable of each answer."""
        return [(group, name) for group, name in self._named["names"]]

    @property
    def data_names(self) -> list[str]:
        """The model's data, in the order `derived` takes them."""
        return self._named["data"]

    def _variables(self, theta: Any, *data: Any) -> list[Any]:
        every = self.translated.answers(theta, *data)
        named = zip(self.translated.names, every, strict=True)
        return [one for (group, _), one in named if group == "posterior"]

    def _log_prior(self, theta: Any, *data: Any) -> Any:
        every = self.translated.answers(theta, *data)
        named = zip(self.translated.names, every, strict=True)
        return sum(one.sum() for (group, _), one in named if group == "log_prior")


@dataclass(frozen=True)
class Posterior:
    """The posterior of one model on one data set: an engine, the data, where to begin.

    Parameters
    ----------
    engine : Engine
        The model shape.
    data : tuple of array
        What depends on data alone, rows padded.
    start : ndarray of float, shape (parameter,)
        Where to begin.
    rows : int
        Rows before padding.
    """

    engine: Engine
    data: tuple[Any, ...]
    start: np.ndarray
    rows: int


_SHAPES: dict[Hashable, Engine] = {}


def compile_posterior(model: "pm.Model", shape: Hashable | None = None) -> Posterior:
    """The posterior of a model, its shape translated and compiled once for all of that shape.

    Parameters
    ----------
    model : pymc.Model
        A model from `build_model`.
    shape : hashable, optional
        Equal for models that differ in data and prior numbers alone; without, never reused.

    Returns
    -------
    Posterior
        Functions are compiled on first use. A shape seen before is reused while this process has
        room for it, and read from the cache on disk afterwards and in later processes.
    """
    return outlined_posterior(built_outline(model), shape, lambda: model)


def outlined_posterior(
    outline: Outline, shape: Hashable | None, build: Callable[[], "pm.Model"], *, pad: bool = True
) -> Posterior:
    """The posterior of a model that is only built where its shape has not been seen.

    Parameters
    ----------
    outline : Outline
        The model's outline.
    shape : hashable or None
        Equal for models that differ in data and prior numbers alone; None is never reused.
    build : callable
        Builds the PyMC model.
    pad : bool, optional
        Whether rows of weight 0 are added, so that cohorts of like size share what is compiled:
        not where a density may ask for rows without their weight.

    Returns
    -------
    Posterior
        As of `compile_posterior`.
    """
    engine = _SHAPES.get(shape) if shape is not None else None
    if engine is None:
        make_room(_SHAPES)
        engine = Engine(lambda: _translated(build), shape if isinstance(shape, str) else None)
        _SHAPES.update({} if shape is None else {shape: engine})
    rows = len(outline.coords.get("row") or ())
    length = padded_length(rows) if rows and pad else rows
    data = []
    for name in engine.data_names:
        array = outline.data[name]
        of_rows = "row" in outline.dims.get(name, ())
        data.append(padded(name, array, length) if of_rows else array)
    return Posterior(engine, tuple(engine.derived(*data)), outline.start, rows)


def _translated(build: Callable[[], "pm.Model"]) -> Translated:
    from posthaz.inference.translate import translate

    return translate(build())


def _mapped(function: Callable[..., Any], *axes: int | None) -> Callable[..., Any]:
    """A function over an axis of its first arguments; the rest are shared."""
    import jax

    def call(*arguments: Any) -> Any:
        shared = (None,) * (len(arguments) - len(axes))
        return jax.vmap(function, in_axes=(*axes, *shared))(*arguments)

    return call


def _over_sets(function: Callable[..., Any]) -> Callable[..., Any]:
    import jax

    return lambda *arguments: jax.vmap(function)(*arguments)


def _by_set_and_draw(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of one draw and one data set, for every pair of them."""
    import jax

    over_draws = _mapped(function, 0)
    return lambda theta, *data: jax.vmap(lambda *one: over_draws(theta, *one))(*data)


def _set_by_set(function: Callable[..., Any]) -> Callable[..., Any]:
    import jax

    return lambda *arguments: jax.lax.map(lambda one: function(*one), arguments)


def _values(density: Callable[..., Any]) -> Callable[..., Any]:
    """Densities of many parameter vectors, as many at once as the processor's memory holds."""
    import jax

    def values(theta: Any, *data: Any) -> Any:
        rows = max((array.shape[0] for array in data if array.ndim), default=1)
        at_once = min(max(_AT_ONCE // rows, 1), len(theta))
        return jax.lax.map(lambda one: density(one, *data), theta, batch_size=at_once)

    return values


def _starts(density: Callable[..., Any]) -> Callable[..., Any]:
    """What `chain_starter` says, its state as a list, so that reading it back needs no sampler."""
    import jax

    start = chain_starter(density)
    return lambda *given: jax.tree.leaves(start(*given))


def _steps(density: Callable[..., Any]) -> Callable[..., Any]:
    """What `chain_stepper` says, its state as a list."""
    import jax

    start, step = chain_starter(density), chain_stepper(density)

    def steps(
        leaves: Any, keys: Any, schedule: Any, centre: Any, whitening: Any, target: Any, *data: Any
    ) -> Any:
        like = jax.tree.structure(jax.eval_shape(start, centre, centre, whitening, *data))
        state = jax.tree.unflatten(like, leaves)
        state, found = step(state, keys, schedule, centre, whitening, target, *data)
        return jax.tree.leaves(state), found

    return steps


def batches(
    posteriors: Sequence[Posterior], each: int = 1
) -> list[tuple[slice, tuple[np.ndarray, ...]]]:
    """Posteriors of one engine and padded length in batches of the sizes that get compiled.

    Parameters
    ----------
    posteriors : sequence of Posterior
        All of one engine, their data of equal shapes.
    each : int
        Parameter vectors each will be asked for; where they fill the memory by themselves,
        posteriors come one by one.

    Returns
    -------
    list of (slice, tuple of ndarray)
        Which of them, and their data stacked; a batch that is not full repeats its last.
    """
    alone = len(posteriors) == 1 or _SIZES[1] * each * posteriors[0].rows > MOST_VALUES
    size = _SIZES[0] if alone else _SIZES[1]
    made = []
    for first in range(0, len(posteriors), size):
        members = list(posteriors[first : first + size])
        members += [members[-1]] * (size - len(members))
        made.append((slice(first, min(first + size, len(posteriors))), stacked(members)))
    return made


def stacked(posteriors: Sequence[Posterior]) -> tuple[np.ndarray, ...]:
    """Data of posteriors of one engine and padded length, with a leading axis of posteriors."""
    return tuple(np.stack(arrays) for arrays in zip(*(p.data for p in posteriors), strict=True))


def repeated(array: np.ndarray, data: tuple[np.ndarray, ...]) -> np.ndarray:
    """An array with one entry a data set, its last repeated to fill the batch of `data`."""
    missing = len(data[0]) - len(array)
    return np.concatenate([array, np.repeat(array[-1:], missing, axis=0)]) if missing else array


def posterior_modes(posteriors: Sequence[Posterior]) -> list[Mode]:
    """The mode and curvature of each posterior.

    Parameters
    ----------
    posteriors : sequence of Posterior
        All of one engine, their data of equal shapes.

    Returns
    -------
    list of Mode
        One each; the best point reached where Newton's method doesn't arrive.
    """
    found = []
    for members, data in batches(posteriors):
        starts = np.stack([posterior.start for posterior in posteriors[members]])
        arrays = posteriors[0].engine.modes(repeated(starts, data), *data)
        point, whitening, converged, steps = (np.asarray(array) for array in arrays)
        found += [
            Mode(point[k], whitening[k], bool(converged[k]), int(steps[k]))
            for k in range(members.stop - members.start)
        ]
    return found


def answers_of(
    posterior: Posterior, theta: np.ndarray, *, pointwise: bool = True
) -> dict[tuple[str, str], np.ndarray]:
    """Variables, and log priors and log-likelihoods, at many parameter vectors.

    Parameters
    ----------
    posterior : Posterior
        Whose.
    theta : ndarray of float, shape (chain, draw, parameter)
        Unbounded parameters.
    pointwise : bool
        Whether log priors and the pointwise log-likelihood are wanted too.

    Returns
    -------
    dict of (group, name) to ndarray, shape (chain, draw, ...)
        One entry a variable; rows without padding.
    """
    chains, draws, size = theta.shape
    flat = theta.reshape(-1, size)
    engine = posterior.engine
    function = engine.answers if pointwise else engine.variables
    names = [name for name in engine.names if pointwise or name[0] == "posterior"]
    length = padded_length(posterior.rows) if pointwise and posterior.rows else 1
    piece = max(1, min(1000, MOST_VALUES // length))
    pieces = []
    for first in range(0, len(flat), piece):
        part = flat[first : first + piece]
        short = piece - len(part)  # one length for all, or the last piece is compiled again
        padding = np.repeat(part[-1:], short, axis=0) if short and first else part[:0]
        made = function(np.concatenate([part, padding]), *posterior.data)
        pieces.append([np.asarray(array)[: len(part)] for array in made])
    joined = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    return {
        key: _unpadded(key, array, posterior).reshape(chains, draws, *_trail(key, array, posterior))
        for key, array in zip(names, joined, strict=True)
    }


def _unpadded(key: tuple[str, str], array: np.ndarray, posterior: Posterior) -> np.ndarray:
    return array[:, : posterior.rows] if key[0] == "log_likelihood" else array


def _trail(key: tuple[str, str], array: np.ndarray, posterior: Posterior) -> tuple[int, ...]:
    return (posterior.rows,) if key[0] == "log_likelihood" else array.shape[1:]


def model_shape(
    spec: ModelSpec, design: Design, priors: ChosenPriors, model: "pm.Model"
) -> Hashable:
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
        type(baseline),
        tuple((p.name, p.structure, p.order) for p in baseline.parameters()),
    )
    families = (
        tuple((name, prior.family) for name, prior in priors.baseline.items()),
        tuple(prior.family for prior in priors.coefficients),
        tuple((name, prior.family) for name, prior in priors.scales.items()),
    )
    sizes = tuple((n, len(labels)) for n, labels in baseline.coordinates().items())
    groups = tuple((g.name, len(g.levels), g.varying, g.blocks) for g in design.groups)
    shrunken = spec.shrinkage and (spec.shrinkage.kind, shrunken_groups(spec.shrinkage, design))
    data = tuple(v.name for v in model.data_vars)
    changes = tuple(
        (tuple(changing_positions(one, design)), one.intervals, one.smoothing, one.order)
        for one in spec.changing
    )
    sizes += (("period", len(change_starts(spec.changing))), *changes)
    parts = (
        spec.cure and spec.cure.kind,
        tuple(prior.family for prior in priors.cure),
        design.strata and len(design.strata.levels),
        spec.background is not None,
        tuple(crossing_positions(spec, design)),
        spec.frailty.distribution,
    )
    return structure, parts, spec.form, families, sizes, groups, shrunken, data
