"""Compiled functions are read back from disk, and made again where what is there is no use."""

import gc
import os
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from posthaz.inference.engine import Engine
from posthaz.inference.kept import KeptFunction, KeptShape
from posthaz.inference.translated import Translated

jax.config.update("jax_enable_x64", True)
GIVEN = (np.array([[2.0, 0.5], [0.5, 1.0]]), 3.0)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POSTHAZ_CACHE", str(tmp_path))
    return tmp_path


class Counted:
    """A function with a decomposition and a tree of results, and how often it was asked for."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> Callable[..., Any]:
        self.made += 1
        return lambda array, factor: {"root": jnp.linalg.cholesky(array) * factor}


def asked(shape: str | None, times: int = 1) -> tuple[int, np.ndarray]:
    """What a new process would find, and how often it traced."""
    counted = Counted()
    function = KeptFunction(KeptShape(shape), "root", counted, {})
    found = [np.asarray(function(*GIVEN)["root"]) for _ in range(times)]
    return counted.made, found[-1]


def test_a_function_is_traced_once_for_all_processes(folder: Path) -> None:
    expected = np.linalg.cholesky(GIVEN[0]) * GIVEN[1]
    for made in (1, 0, 0):
        traced, found = asked("shape", 2)
        assert traced == made
        np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert asked("another shape")[0] == 1
    assert len([path for path in folder.rglob("root-*") if path.is_file()]) == 2


def test_other_sizes_are_another_form() -> None:
    counted = Counted()
    function = KeptFunction(KeptShape("shape"), "root", counted, {})
    for size in (2, 3, 2):
        assert function(np.eye(size), 1.0)["root"].shape == (size, size)
    assert counted.made == 2


def test_what_is_damaged_or_not_wanted_is_made_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked("shape")
    (kept,) = folder.rglob("root-*")
    content = kept.read_bytes()
    for broken in (b"", content[:100], content.replace(content[40:60], b"x" * 20)):
        kept.write_bytes(broken)
        assert asked("shape")[0] == 1
    assert asked("shape")[0] == 0
    assert asked(None)[0] == asked(None)[0] == 1
    monkeypatch.setenv("POSTHAZ_CACHE", "off")
    assert asked("shape")[0] == 1


def test_what_others_may_have_written_is_not_run(folder: Path) -> None:
    asked("shape")
    (kept,) = folder.rglob("root-*")
    kept.parent.chmod(0o777)
    assert asked("shape")[0] == 1
    kept.parent.chmod(0o700)
    assert asked("shape")[0] == 0


def test_a_folder_that_cannot_be_written_to_stops_nothing(folder: Path) -> None:
    (folder / "functions").write_text("in the way")
    assert asked("shape")[0] == asked("shape")[0] == 1


def test_nothing_is_written_where_it_would_not_be_read(folder: Path) -> None:
    asked("shape")
    (kept,) = folder.rglob("root-*")
    kept.unlink()
    kept.parent.chmod(0o777)
    assert asked("shape")[0] == 1
    assert not list(folder.rglob("root-*"))


def test_where_nothing_is_kept_the_compilers_own_cache_stays_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []
    before = jax.config.jax_enable_compilation_cache
    monkeypatch.setattr(
        KeptShape, "keep", lambda *_: seen.append(jax.config.jax_enable_compilation_cache)
    )

    def make() -> Callable[..., Any]:
        return lambda array: jax.debug.callback(  # traced while it is compiled
            lambda _: None, seen.append(jax.config.jax_enable_compilation_cache) or array
        )

    for shape in (None, "shape"):
        KeptFunction(KeptShape(shape), "root", make, {})(np.ones(2))
    assert seen == [before, False, False]
    assert jax.config.jax_enable_compilation_cache == before


def test_what_other_sources_kept_long_ago_goes_once_new_ones_keep_something(folder: Path) -> None:
    asked("shape")
    (ours,) = (folder / "functions").iterdir()
    old, recent, foreign = (ours.with_name(name) for name in ("0" * 24, "1" * 24, "mine"))
    for one in (old, recent, foreign):
        (one / "shape").mkdir(parents=True)
    for one in (old, foreign):
        os.utime(one, (0, 0))
    asked("another shape")
    assert old.exists()
    ours.rename(ours.with_name("2" * 24))
    asked("shape")
    assert (old.exists(), recent.exists(), foreign.exists()) == (False, True, True)


class Cohort:
    """Something that can be asked whether it is still held."""


def test_threads_translate_a_shape_once_and_its_first_cohort_is_let_go() -> None:
    cohort, made, barrier = Cohort(), [], Barrier(4)

    def make(held: Cohort = cohort) -> Translated:
        made.append(held is not None)
        nothing: Any = None
        return Translated(nothing, nothing, nothing, (), (), 1)

    def ask(_: int) -> Translated:
        barrier.wait(10)
        return engine.translated

    engine, seen = Engine(make, None), weakref.ref(cohort)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(4)))
    assert made == [True]
    assert all(one is found[0] for one in found)
    del cohort, make
    gc.collect()
    assert seen() is None


def test_names_of_a_shape_are_kept_with_it() -> None:
    names = (("posterior", "level"), ("log_likelihood", "time"))

    def engine(known: bool) -> Engine:
        def make() -> Translated:
            assert not known, "the model was built for a shape that is kept"
            nothing: Any = None
            return Translated(nothing, nothing, nothing, names, ("rows",), 1)

        return Engine(make, "shape")

    for known in (False, True):
        found = engine(known)
        assert (tuple(found.names), found.data_names) == (names, ["rows"])
