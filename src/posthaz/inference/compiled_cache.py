"""Where compiled model shapes are kept between processes, and how many there is room for."""

import gc
import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

_VARIABLE = "POSTHAZ_CACHE"
_MAPS, _MOST_MAPS = Path("/proc/self/maps"), Path("/proc/sys/vm/max_map_count")


def cache_folder() -> Path | None:
    """The user's folder for what is compiled; None where nothing is to be kept.

    The environment variable ``POSTHAZ_CACHE`` names another folder; ``off`` keeps nothing.
    """
    folder = os.environ.get(_VARIABLE, "")
    if folder.lower() == "off":
        return None
    if not folder:
        import platformdirs

        folder = platformdirs.user_cache_dir("posthaz")
    return Path(folder)


def keep_compiled() -> None:
    """Let JAX keep what it compiles, where `kept` doesn't, in the user's cache folder."""
    import jax

    folder = cache_folder()
    if folder is None or jax.config.jax_compilation_cache_dir:
        return
    jax.config.update("jax_compilation_cache_dir", str(folder / "compiled"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.05)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)


def crowded() -> bool:
    """Whether half of the memory maps that Linux allows a process are taken.

    Each compiled shape takes about 800 of 65,530; where none is left the process is killed.
    Elsewhere there is no such limit.
    """
    try:
        most = int(_MOST_MAPS.read_text(encoding="ascii"))
        with _MAPS.open("rb") as lines:
            return sum(1 for _ in lines) > most / 2
    except OSError:
        return False


def make_room(shapes: MutableMapping[Any, Any]) -> None:
    """Forget compiled shapes where a process is crowded; they come back from the cache on disk."""
    if crowded():
        shapes.clear()
        gc.collect()
