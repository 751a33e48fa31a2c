"""A baseline hazard of your own: Lomax, fitted to a simulated cohort.

Run it with ``uv run python examples/lomax.py``.
"""

# begin baseline
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import ClassVar

import numpy as np

from posthaz.hazards import Array, Baseline, Hazard, Parameter
from posthaz.priors import Prior


@dataclass(frozen=True)
class Lomax(Baseline):
    """Survival ``(1 + t / scale)^(-shape)``, a hazard that falls from the start."""

    kind: ClassVar[str] = "lomax"
    title: ClassVar[str] = "Lomax"

    def parameters(self) -> tuple[Parameter, ...]:
        """How long the hazard keeps its height, and the power with which survival falls."""
        return (
            Parameter("log_scale", Prior("normal", (0.0, 10.0)), level="scale"),
            Parameter("log_shape", Prior("normal", (0.0, 1.0))),
        )

    def words(self, unit: str) -> str:
        """The hazard, as the methods paragraph says it."""
        return "hazard k/(s + t) with scale s and shape k"

    def hazard(self, values: Mapping[str, Array], xp: ModuleType) -> Hazard:
        """The hazard at given parameter values."""
        log_scale, log_shape = values["log_scale"], values["log_shape"]
        scale, shape = xp.exp(log_scale), xp.exp(log_shape)
        return Hazard(
            log_hazard=lambda time: log_shape - xp.log(scale + time),
            cumulative_hazard=lambda time: shape * xp.log1p(time / scale),
            time_at=lambda cumulative: scale * np.expm1(cumulative / shape),
        )


# end baseline


def main() -> None:
    """Fit it, and set its predictive accuracy beside that of the Weibull model."""
    # begin use
    import posthaz as ph
    from posthaz.checks import compare_models, leave_one_out

    cohort = ph.simulated_example(size=300)
    specs = [
        ph.ModelSpec("lomax", Lomax(), "arm"),
        ph.ModelSpec("weibull", ph.Weibull(), "arm"),
    ]
    fits = {spec.name: ph.fit(spec, cohort, draws=500, tune=500, chains=2) for spec in specs}
    table = compare_models({name: leave_one_out(fit) for name, fit in fits.items()})
    print(table.to_string(index=False))
    # end use


def registered() -> None:
    """Make it known to analysis files, archives and reports."""
    # begin register
    import posthaz as ph

    ph.register_baseline(Lomax)
    results = ph.run_analysis("analysis.toml")  # with baseline = "lomax" in it
    results.report("out")
    # end register


if __name__ == "__main__":
    main()
