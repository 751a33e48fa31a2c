"""What each baseline costs the sampler: ``uv run python -m tests.benchmarks.baselines``.

NUTS on NVALT-11 and gbsg (where the shared data are), each family in its usual form: divergences,
largest R-hat, smallest bulk ESS, gradients, ESS per gradient, the k-hat of the Laplace
approximation, and expected log predictive density.
"""

import pandas as pd

import posthaz as ph
from posthaz.hazards import BASELINES
from tests.benchmarks.effects import cohorts, row

DRAWS = 500
LOG_TIME = ("log_normal", "log_logistic", "gamma", "generalised_gamma")


def main() -> None:
    """Print a row a cohort and baseline as it is done."""
    for name, cohort in cohorts():
        for kind, baseline in BASELINES.items():
            form = "accelerated_failure_time" if kind in LOG_TIME else "proportional_hazards"
            spec = ph.ModelSpec(kind, baseline(), "arm", form=form)  # type: ignore[arg-type]
            found = row(spec, cohort, DRAWS)
            print(
                pd.Series(found, name=f"{name} {kind}").round(4).to_dict(), name, kind, flush=True
            )


if __name__ == "__main__":
    main()
