"""Recovery of short- and long-term hazard ratios: ``python -m tests.recovery.short_and_long``.

Simulated cohorts of 300 with a Weibull control hazard and a hazard ratio from 0.4 at first to 1.8
in the long run: coverage of both ratios, of the ratio at 3 to 24 months, and of the difference in
restricted means to 24 months, with its bias in posterior standard deviations.
"""

import sys

import numpy as np
import pandas as pd

import posthaz as ph
from tests.sampling.test_short_and_long import LONG, SHORT, SPEC, crossing

TIMES = np.array([3.0, 6.0, 12.0, 24.0])


def truth() -> tuple[np.ndarray, float]:
    """Hazard ratios at the times, and the difference in restricted means, by quadrature."""
    nodes, weights = np.polynomial.legendre.leggauss(400)
    time = (nodes + 1.0) * 12.0
    gone, at = (time / 10.0) ** 1.2, np.exp(-((TIMES / 10.0) ** 1.2))
    treated = np.exp(-LONG * np.log1p(np.expm1(gone) * SHORT / LONG))
    gain = float(np.sum(weights * (treated - np.exp(-gone))) * 12.0)
    return 1.0 / (at / SHORT + (1.0 - at) / LONG), gain


def row(seed: int) -> dict[str, float]:
    """Whether the intervals of one cohort hold the truth."""
    fit = ph.fit(SPEC, crossing(300, seed), method="laplace", draws=500)
    ratios, gain = truth()
    draws = fit.draws["posterior"].to_dataset()
    found: dict[str, float] = {}
    for name, log in (("short", np.log(SHORT)), ("long", np.log(LONG))):
        low, high = np.quantile(draws[f"log_hazard_ratio_{name}"], (0.025, 0.975))
        found[name] = float(low < log < high)
    course = ph.hazard_ratio_over_time(fit, TIMES).to_numpy().reshape(-1, len(TIMES))
    low, high = np.quantile(course, (0.025, 0.975), axis=0)
    found |= {
        f"at {t:g}": float(a < x < b) for t, a, x, b in zip(TIMES, low, ratios, high, strict=True)
    }
    apart = ph.difference(ph.restricted_mean(fit, [24.0]), "RT", "none").to_numpy().ravel()
    low, high = np.quantile(apart, (0.025, 0.975))
    return found | {
        "rmst": float(low < gain < high),
        "bias": float((apart.mean() - gain) / apart.std()),
    }


def main() -> None:
    cohorts = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    table = pd.DataFrame([row(1000 + k) for k in range(cohorts)])
    print(table.mean().round(3).to_string())


if __name__ == "__main__":
    main()
