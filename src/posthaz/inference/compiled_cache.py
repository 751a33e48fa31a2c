"""Where compiled model shapes are kept between processes, and how many there is room for."""

import gc
import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

_VARIABLE = "POSTHAZ_CACHE"
_MAPS, _MOST_MAPS = Path("/proc/self/maps"), Path("/proc/sys/vm/max_map_count")


def keep_compiled() -> None:
    """Let JAX keep what it compiles in the user's cache folder.

    The environment variable ``POSTHAZ_CACHE`` names another folder; ``off`` keeps nothing.
    """
    import jax

    folder = os.environ.get(_VARIABLE, "")
    if folder.lower() == "off" or jax.config.jax_compilation_cache_dir:
        return
    if not folder:
        import platformdirs

        folder = platformdirs.user_cache_dir("posthaz")
    jax.config.update("jax_compilation_cache_dir", str(Path(folder) / "compiled"))
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
