"""Compiled functions of a model shape, kept on disk: read back, they need no graph and no trace."""

import hashlib
import json
import os
import pickle
import platform
import shutil
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from posthaz.files import write_bytes
from posthaz.inference.archive import sealed, unsealed
from posthaz.inference.compiled_cache import cache_folder

_ROOMS = ("effects", "hazards", "inference", "model")
_LIBRARIES = ("jax", "jaxlib", "numpy", "pymc", "pytensor", "blackjax")
_PROCESSOR = Path("/proc/cpuinfo")
_PRIVATE, _OTHERS_WRITE = 0o700, 0o022
_LONG_AGO = 30 * 24 * 3600
COMPILING = threading.RLock()
"""Held by whoever changes JAX's settings, or a shape, that other threads see."""


class KeptShape:
    """What is kept of one model shape.

    Parameters
    ----------
    shape : str or None
        The shape's digest; None keeps nothing.
    """

    def __init__(self, shape: str | None) -> None:
        folder = cache_folder()
        self._folder = folder / "functions" / _made_by() / shape if folder and shape else None

    @property
    def keeps(self) -> bool:
        """Whether anything is kept."""
        return self._folder is not None

    def read(self, name: str) -> bytes | None:
        """What is kept under a name; None where there is nothing, or it is damaged."""
        if self._folder is None or not _only_ours(self._folder):
            return None
        try:
            content = unsealed((self._folder / name).read_bytes())
            return None if content is None else zlib.decompress(content)
        except (OSError, zlib.error):
            return None

    def keep(self, name: str, make: Callable[[], bytes]) -> None:
        """Keep something, where it can be written: without it, it is made again."""
        if self._folder is not None:
            with suppress(Exception):
                if not self._folder.parent.exists():
                    _clear_old(self._folder.parent)
                self._folder.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
                if _only_ours(self._folder):  # or it would never be read
                    write_bytes(self._folder / name, sealed(zlib.compress(make(), 1)))

    def names(self, make: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
        """Names of the shape's data and answers, kept as JSON."""
        content = self.read("names")
        if content is None:
            made = json.dumps(make()).encode()
            self.keep("names", lambda: made)
            content = made
        return json.loads(content)


class KeptFunction:
    """A function that is compiled once an argument shape, or read from disk.

    Parameters
    ----------
    kept : KeptShape
        Where its compiled forms are kept.
    name : str
        Its name.
    make : callable
        Gives the function to be traced; called where a form is not kept.
    options : dict
        Options of the compiler.
    """

    def __init__(
        self,
        kept: KeptShape,
        name: str,
        make: Callable[[], Callable[..., Any]],
        options: Mapping[str, Any],
    ) -> None:
        self._kept, self._name, self._make, self._options = kept, name, make, options
        self._forms: dict[Any, Callable[..., Any]] = {}

    def __call__(self, *arguments: Any) -> Any:
        """What the function gives; numbers are taken as arrays."""
        import jax

        leaves, tree = jax.tree.flatten(arguments)
        arrays = [one if isinstance(one, jax.Array) else np.asarray(one) for one in leaves]
        form = (tree, *((array.shape, array.dtype.str) for array in arrays))
        given = tree.unflatten(arrays)
        if form not in self._forms:
            said = hashlib.blake2b(
                repr((jax.default_backend(), form)).encode(), digest_size=12
            ).hexdigest()
            self._forms[form] = self._read(f"{self._name}-{said}") or self._compiled(
                f"{self._name}-{said}", given
            )
        return self._forms[form](*given)

    def _read(self, name: str) -> Callable[..., Any] | None:
        """A form from disk, as `_compiled` left it."""
        content = self._kept.read(name)
        if content is None:
            return None
        import jax
        from jax.experimental.serialize_executable import deserialize_and_load

        _start_lapack()
        try:
            return deserialize_and_load(*pickle.loads(content), execution_devices=jax.devices()[:1])
        except Exception:  # whatever another build of the compiler makes of it
            return None

    def _compiled(self, name: str, given: tuple[Any, ...]) -> Callable[..., Any]:
        """A form traced and compiled, and kept."""
        import jax
        from jax.experimental.serialize_executable import serialize

        jax.config.update("jax_enable_x64", True)
        function = jax.jit(self._make(), compiler_options=dict(self._options))
        shapes = jax.tree.map(lambda one: jax.ShapeDtypeStruct(one.shape, one.dtype), given)
        if not self._kept.keeps:
            return function.lower(*shapes).compile()
        with _own_compilation():
            compiled = function.lower(*shapes).compile()
            self._kept.keep(name, lambda: pickle.dumps(serialize(compiled)))
        return compiled


def _only_ours(folder: Path) -> bool:
    """Whether nobody else can have put a file there: what is read back is run."""
    if os.name != "posix":
        return True
    try:
        found = folder.stat()
    except OSError:
        return False
    return found.st_uid == os.getuid() and not found.st_mode & _OTHERS_WRITE


def _clear_old(made: Path) -> None:
    """Remove what other sources or libraries kept beside a new folder, and left for long."""
    with suppress(OSError):
        for one in made.parent.iterdir():
            # named by digests of one length; another process may remove it meanwhile
            with suppress(OSError):
                if (
                    len(one.name) == len(made.name)
                    and time.time() - one.stat().st_mtime > _LONG_AGO
                ):
                    shutil.rmtree(one, ignore_errors=True)


@contextmanager
def _own_compilation() -> Iterator[None]:
    """JAX's cache set aside: what it has read back can't be written again."""
    import jax
    from jax.experimental.compilation_cache import compilation_cache

    with COMPILING:
        before = bool(jax.config.jax_enable_compilation_cache)
        jax.config.update("jax_enable_compilation_cache", False)
        compilation_cache.reset_cache()
        try:
            yield
        finally:
            jax.config.update("jax_enable_compilation_cache", before)
            compilation_cache.reset_cache()


@cache
def _start_lapack() -> None:
    """Make known to the compiler's runtime what tracing a decomposition would."""
    import jax

    jax.config.update("jax_enable_x64", True)
    jax.jit(jax.numpy.linalg.cholesky).lower(np.eye(1))


@cache
def _made_by() -> str:
    """A digest of what decides, with its shape, what a compiled function computes."""
    digest = hashlib.blake2b(digest_size=12)
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)} ".encode())
    digest.update(f"{platform.machine()} {os.environ.get('XLA_FLAGS')} {_processor()}".encode())
    here = Path(__file__).parents[1]
    for room in _ROOMS:
        for source in sorted((here / room).rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()


def _processor() -> str:
    """What the processor can do, for which functions are compiled."""
    try:
        lines = _PROCESSOR.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    told = ("model name", "flags", "Features")
    return " ".join(sorted({line for line in lines if line.startswith(told)}))
