"""PyMC and PyTensor as this room writes with them: loaded on first use, or only listened to.

A model is written once. Written into PyMC it is a graph; written while something listens, it is
the list of what was said, from which `outline` has the data and the shape of the model at a
thousandth of the time.
"""

from contextvars import ContextVar
from importlib import import_module
from typing import TYPE_CHECKING, Any

LISTENER: ContextVar[Any] = ContextVar("listener", default=None)
"""What models are said to, where they are not built: it has ``pm`` and ``pt``."""

HALF_NORMAL_SCALE = "HalfNormalScale"
"""Name of the transform of `half_normal_scale`, where it is only said."""

if TYPE_CHECKING:
    import pymc as pm
    import pytensor.tensor

    pt: Any = pytensor.tensor  # its functions are typed as possibly returning nothing
else:

    class _Module:
        """A module that is imported when a name of it is first asked for."""

        def __init__(self, name: str, short: str) -> None:
            self._name, self._short = name, short

        def __getattr__(self, name: str) -> Any:
            listener = LISTENER.get()
            whole = (
                import_module(self._name) if listener is None else getattr(listener, self._short)
            )
            return getattr(whole, name)

    pm = _Module("pymc", "pm")
    pt = _Module("pytensor.tensor", "pt")

__all__ = ["HALF_NORMAL_SCALE", "LISTENER", "pm", "pt"]
