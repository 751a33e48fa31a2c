"""ArviZ is imported without a look at the files of all modules."""

import subprocess
import sys

SEARCHES = """
import inspect, sys
asked = []
whole = inspect.stack
inspect.stack = lambda *given: asked.append(1) or whole(*given)
from posthaz.inference.chain_statistics import load_arviz
print(load_arviz().__class__.__name__, len(asked), "numpyro" in sys.modules)
"""


def test_the_stack_is_not_asked_and_no_stand_in_is_left() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SEARCHES], capture_output=True, text=True, check=True
    )
    name, asked, left = done.stdout.split()
    assert name == "BaseArray"
    assert (asked, left) == ("0", "False")
