"""Two workers share the cores: each computes in one thread, whatever numerical library it asks."""

import os

from hypothesis import settings

for _library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

# machines are shared, so that no example has a deadline; POSTHAZ_LAWS=thorough tries more of them
settings.register_profile("suite", max_examples=40, deadline=None)
settings.register_profile("thorough", max_examples=400, deadline=None)
settings.load_profile(os.environ.get("POSTHAZ_LAWS", "suite"))
