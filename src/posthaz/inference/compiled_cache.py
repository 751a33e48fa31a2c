"""Where compiled model shapes are kept between processes."""

import os
from pathlib import Path

_VARIABLE = "POSTHAZ_CACHE"


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
