"""The outline of a model: its data, names, start and shape, without a PyMC graph."""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import erf, erfcinv

from posthaz.errors import PosthazError
from posthaz.model.graph import HALF_NORMAL_SCALE, LISTENER

_POSITIVE = {"HalfNormal", "HalfStudentT", "HalfCauchy", "Exponential", "Gamma", "LogNormal"}
_LINE = {"Normal", "StudentT", "Cauchy", "Laplace", "Flat", "CustomDist"}
_OPERATIONS = (
    "add radd sub rsub mul rmul truediv rtruediv pow rpow matmul rmatmul neg abs lt le gt ge"
)


@dataclass(frozen=True, eq=False)
class Outline:
    """What a model is made of but its graph.

    Parameters
    ----------
    data : dict of str to ndarray
        Data and prior numbers by name, as the model holds them.
    dims : dict of str to tuple of str
        Dimensions of the variables and data that have named ones.
    coords : dict of str to tuple
        Labels of each dimension.
    free, deterministic : tuple of str
        Names of the variables, in the order of writing.
    start : ndarray of float, shape (parameter,)
        Where to begin: the free variables, unbounded and joined.
    shape : str
        Equal for models that differ in data and prior numbers alone: a digest of everything that
        was said while the model was written.
    drawn : tuple of Drawn
        How the free variables are drawn before any data; empty where only PyMC knows.
    """

    data: dict[str, np.ndarray]
    dims: Mapping[str, tuple[str, ...]]
    coords: Mapping[str, Sequence[Any]]
    free: tuple[str, ...]
    deterministic: tuple[str, ...]
    start: np.ndarray
    shape: str
    drawn: tuple["Drawn", ...] = ()


@dataclass(frozen=True, eq=False)
class Drawn:
    """How a free variable is drawn before any data.

    Parameters
    ----------
    name, family : str
        Its name, and PyMC's of its distribution.
    given, named : tuple and dict
        Arguments of the distribution: numbers, or variables that were heard of.
    sizes : tuple of int
        Shape of the variable.
    variable : Any
        The variable itself, as others name it.
    transform : str
        Coordinates that it is sampled in, where they aren't the family's own.
    draw : callable, optional
        Draws a `CustomDist`.
    """

    name: str
    family: str
    given: tuple[Any, ...]
    named: Mapping[str, Any]
    sizes: tuple[int, ...]
    variable: Any
    transform: str
    draw: Callable[..., np.ndarray] | None

    def unbounded(self, at: np.ndarray) -> np.ndarray:
        """Values in the coordinates that the variable is sampled in."""
        return _unbounded(self.family, self.transform, at, self.given)


def outline(build: Callable[..., Any], *given: Any) -> Outline | None:
    """The outline of the model that a function would build.

    Parameters
    ----------
    build : callable
        Such as `build_model`.
    *given
        Its arguments.

    Returns
    -------
    Outline or None
        None where the writing asks a variable for what only a graph knows, as a baseline hazard
        of a user's own may: the model has to be built.

    Examples
    --------
    >>> import posthaz as ph
    >>> from posthaz.model import build_model
    >>> from posthaz.spec import choose_priors
    >>> cohort = ph.simulated_example()
    >>> spec = ph.ModelSpec("m", ph.Weibull(), "arm")
    >>> design = ph.learn_design(cohort.covariates, spec.formula)
    >>> made = outline(build_model, spec, design, choose_priors(spec, design, 0.1), cohort)
    >>> made.free
    ('log_scale', 'log_shape', 'log_hazard_ratio_scaled')
    """
    said = _Said()
    token = LISTENER.set(said)
    try:
        build(*given)
        return said.outline()
    except (PosthazError, MemoryError):
        raise
    except Exception:  # whatever a graph has and its outline lacks
        return None
    finally:
        LISTENER.reset(token)


def built_outline(model: Any, shape: str = "") -> Outline:
    """The outline of a PyMC model that is built.

    Parameters
    ----------
    model : pymc.Model
        A model whose data are `pm.Data`.
    shape : str
        A name that no model of another shape has; without one its shape is taken for its own.

    Returns
    -------
    Outline
        As of `outline`.
    """
    point = model.initial_point()
    starts = [np.ravel(point[model.rvs_to_values[rv].name]) for rv in model.free_RVs]
    return Outline(
        data={str(v.name): np.asarray(v.get_value(borrow=True)) for v in model.data_vars},
        dims=dict(model.named_vars_to_dims),
        coords=dict(model.coords),
        free=tuple(str(rv.name) for rv in model.free_RVs),
        deterministic=tuple(str(variable.name) for variable in model.deterministics),
        start=np.concatenate(starts),
        shape=shape,
    )


class _Variable:
    """A variable of which only the number is known, or the value where that is data's."""

    __array_ufunc__ = None
    __iter__ = None

    def __init__(self, said: "_Said", number: int, how: tuple[Any, ...] = ()) -> None:
        self.said_to, self.number_said, self.made_by = said, number, how
        self.known_value: np.ndarray | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.said_to.hear("attribute", self, name)

    def __call__(self, *given: Any, **named: Any) -> "_Variable":
        return self.said_to.hear("call", self, *given, **named)

    def __getitem__(self, key: Any) -> "_Variable":
        made = self.said_to.hear("getitem", self, key)
        if self.known_value is not None and isinstance(key, int):
            made.known_value = np.asarray(self.known_value[key])
        return made

    def __bool__(self) -> bool:
        raise TypeError("a variable has no truth")


def _operation(name: str) -> Callable[..., _Variable]:
    return lambda self, *given: self.said_to.hear(name, self, *given)


for _name in _OPERATIONS.split():
    setattr(_Variable, f"__{_name}__", _operation(_name))


class _Names(_Variable):
    """A module of which every name is a function, a number or another such module."""

    def __init__(self, said: "_Said", path: str) -> None:
        super().__init__(said, 0)
        self.path_said = path

    def __getattr__(self, name: str) -> "_Names":
        return _Names(self.said_to, f"{self.path_said}.{name}")

    def __call__(self, *given: Any, **named: Any) -> _Variable:
        return self.said_to.hear(self.path_said, *given, **named)


class _Said:
    """Hears a model being written, in the places of PyMC, of its model and of PyTensor."""

    def __init__(self) -> None:
        self.pm, self.pt = _Statements(self), _Names(self, "pt")
        self.digest = hashlib.blake2b(digest_size=20)
        self.heard = 0
        self.prefixes: list[str] = []
        self.named: dict[str, _Variable] = {}
        self.data: dict[str, np.ndarray] = {}
        self.dims: dict[str, tuple[str, ...]] = {}
        self.coords: dict[str, Sequence[Any]] = {}
        self.free: list[str] = []
        self.deterministic: list[str] = []
        self.starts: list[np.ndarray] = []
        self.drawn: list[Drawn] = []

    def hear(self, what: str, *given: Any, **named: Any) -> _Variable:
        """Add an operation to the digest, and number its result."""
        self.digest.update(f"({what}".encode())
        for each in (*given, *(part for key in sorted(named) for part in (key, named[key]))):
            self._add(each)
        self.digest.update(b")")
        self.heard += 1
        return _Variable(self, self.heard, (what, *given))

    def _add(self, thing: Any) -> None:
        if isinstance(thing, _Names):
            self.digest.update(thing.path_said.encode())
        elif isinstance(thing, _Variable):
            self.digest.update(f"#{thing.number_said}".encode())
        elif isinstance(thing, np.ndarray | np.generic):
            array = np.ascontiguousarray(thing)
            self.digest.update(f"{array.dtype.str}{array.shape}".encode() + array.tobytes())
        elif isinstance(thing, tuple | list):
            self.digest.update(f"[{len(thing)}".encode())
            for part in thing:
                self._add(part)
        elif isinstance(thing, slice):
            self._add(("slice", thing.start, thing.stop, thing.step))
        elif thing is None or thing is Ellipsis or isinstance(thing, int | float | str):
            self.digest.update(f"{type(thing).__name__}{thing!r}".encode())
        else:
            raise TypeError(f"no words for a {type(thing).__name__}")

    def name_of(self, name: str) -> str:
        """A name with those of the models it is in."""
        return "::".join([*self.prefixes, name])

    def name(self, name: str, variable: _Variable, dims: Sequence[str] | None) -> _Variable:
        """Keep a named variable with its dimensions."""
        if dims is not None:
            self.dims[name] = tuple(dims)
        self.named[name] = variable
        return variable

    def outline(self) -> Outline:
        """All that was said."""
        start = np.concatenate([np.ravel(one) for one in self.starts])
        return Outline(
            self.data,
            self.dims,
            self.coords,
            tuple(self.free),
            tuple(self.deterministic),
            start,
            self.digest.hexdigest(),
            tuple(self.drawn),
        )

    # what a model of PyMC is asked for while it is written

    def __enter__(self) -> "_Said":
        return self

    def __exit__(self, *_: object) -> None:
        if self.prefixes:
            self.prefixes.pop()

    def __getitem__(self, name: str) -> _Variable:
        return self.named[self.name_of(name)]


class _Statements:
    """What is said by the names of PyMC."""

    def __init__(self, said: _Said) -> None:
        self.said = said

    def Model(self, coords: Mapping[str, Sequence[Any]] | None = None, name: str = "") -> _Said:  # noqa: N802
        """A model, or a part of one with a name of its own."""
        self.said.coords.update(coords or {})
        if name:
            self.said.prefixes.append(name)
        return self.said

    def modelcontext(self, _: None) -> _Said:
        """The model that is being written."""
        return self.said

    def Data(self, name: str, value: Any, dims: Sequence[str] | None = None) -> _Variable:  # noqa: N802
        """Data and prior numbers, of which the shape of a model knows rank, kind and sizes."""
        array, name = _as_data(value), self.said.name_of(name)
        sizes = [
            "row" if dims is not None and dims[k] == "row" else size
            for k, size in enumerate(array.shape)
        ]
        variable = self.said.hear("data", name, array.dtype.str, sizes)
        variable.known_value = array
        self.said.data[name] = array
        return self.said.name(name, variable, dims)

    def Deterministic(  # noqa: N802
        self, name: str, value: Any, dims: Sequence[str] | None = None
    ) -> _Variable:
        """A variable that follows from others."""
        name = self.said.name_of(name)
        self.said.deterministic.append(name)
        variable = self.said.hear("deterministic", name, value, list(dims or ()))
        return self.said.name(name, variable, dims)

    def __getattr__(self, family: str) -> Callable[..., _Variable]:
        return lambda name, *given, **named: self._drawn(family, name, given, named)

    def _drawn(
        self, family: str, name: str, given: tuple[Any, ...], named: dict[str, Any]
    ) -> _Variable:
        """A random variable; only the observed one has no place to begin."""
        name, said = self.said.name_of(name), self.said
        dims, shape = named.pop("dims", None), named.pop("shape", None)
        density, draw = named.pop("logp", None), named.pop("random", None)
        observed, begin = named.pop("observed", None), named.pop("initval", None)
        own = named.pop("default_transform", "")
        if density is not None:
            value = said.hear("value", name)
            named["density"] = density(value, *given)
        sizes = list(shape) if shape is not None else [len(said.coords[dim]) for dim in dims or ()]
        told = [*(dims or ()), "row"] if observed is not None else [*(dims or ()), *sizes]
        variable = said.hear(family, name, *given, told, observed, own, **named)
        if observed is None:
            if begin is None:
                begin = _middle(family, given)
            at = np.broadcast_to(np.asarray(begin, dtype=float), tuple(sizes))
            said.free.append(name)
            one = Drawn(name, family, given, named, tuple(sizes), variable, own, draw)
            said.drawn.append(one)
            said.starts.append(one.unbounded(at))
        return said.name(name, variable, dims)


def _as_data(value: Any) -> np.ndarray:
    """Numbers as PyMC holds them: of the usual precision."""
    array = np.asarray(value)
    if not hasattr(value, "dtype") or array.dtype.kind == "f":
        return array.astype(np.float64)
    return array.astype(np.int32) if array.dtype.kind == "i" else array


def _middle(family: str, given: tuple[Any, ...]) -> float:
    """Where a variable begins that doesn't say: its mean."""
    if family == "Normal":
        return float(given[0])
    if family == "InverseGamma":
        return float(given[1] / (given[0] - 1.0))
    raise TypeError(f"a {family} variable should say where it begins")


def _unbounded(family: str, transform: str, at: np.ndarray, given: tuple[Any, ...]) -> np.ndarray:
    """A value in the coordinates that PyMC samples a family in."""
    if transform == HALF_NORMAL_SCALE:
        scale = given[0].known_value
        return -math.sqrt(2.0) * erfcinv(2.0 * erf(at / (scale * math.sqrt(2.0))))
    if transform:
        raise TypeError(f"no words for the transform {transform}")
    if family in _LINE:
        return at
    if family in _POSITIVE or family == "InverseGamma":
        return np.log(at)
    if family == "Beta":
        return np.log(at / (1.0 - at))
    raise TypeError(f"no words for the family {family}")
