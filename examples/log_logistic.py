"""A baseline hazard of your own: log-logistic, fitted to a simulated cohort.

Run it with ``uv run python examples/log_logistic.py``.
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
class LogLogistic(Baseline):
    """Survival ``1 / (1 + (t / scale)^shape)``; the median is the scale."""

    kind: ClassVar[str] = "log_logistic"
    title: ClassVar[str] = "log-logistic"

    def parameters(self) -> tuple[Parameter, ...]:
        """The median and how fast the odds of having failed grow."""
        return (
            Parameter("log_scale", Prior("normal", (0.0, 10.0)), level="scale"),
            Parameter("log_shape", Prior("normal", (0.0, 1.0))),
        )

    def hazard(self, values: Mapping[str, Array], xp: ModuleType) -> Hazard:
        """The hazard at given parameter values."""
        log_scale, log_shape = values["log_scale"], values["log_shape"]
        shape = xp.exp(log_shape)

        def log_odds(time: Array) -> Array:
            return shape * (xp.log(xp.maximum(time, 1e-300)) - log_scale)

        return Hazard(
            log_hazard=lambda time: (
                log_shape
                - xp.log(xp.maximum(time, 1e-300))
                + log_odds(time)
                - xp.logaddexp(0.0, log_odds(time))
            ),
            cumulative_hazard=lambda time: xp.logaddexp(0.0, log_odds(time)),
            time_at=lambda cumulative: np.exp(log_scale + np.log(np.expm1(cumulative)) / shape),
        )


# end baseline


def main() -> None:
    """Fit it, and set its predictive accuracy beside that of the Weibull model."""
    # begin use
    import posthaz as ph
    from posthaz.checks import compare_models, leave_one_out

    cohort = ph.simulated_example(size=300)
    specs = [
        ph.ModelSpec("log_logistic", LogLogistic(), "arm"),
        ph.ModelSpec("weibull", ph.Weibull(), "arm"),
    ]
    fits = {spec.name: ph.fit(spec, cohort, draws=500, tune=500, chains=2) for spec in specs}
    table = compare_models({name: leave_one_out(fit) for name, fit in fits.items()})
    print(table.to_string(index=False))
    # end use


if __name__ == "__main__":
    main()
