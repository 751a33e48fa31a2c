"""Two workers share the cores: each computes in one thread, whatever numerical library it asks."""

import os

from hypothesis import settings

for _library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

# Machines are shared, so that no example has a deadline. The suite tries the same examples in every
# run, so that a change is never refused for another's luck; POSTHAZ_LAWS=thorough tries new ones.
settings.register_profile("suite", max_examples=40, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=400, deadline=None)
settings.load_profile(os.environ.get("POSTHAZ_LAWS", "suite"))
