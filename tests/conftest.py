"""Two workers share the cores: each computes in one thread, whatever numerical library it asks."""

import os

for _library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
