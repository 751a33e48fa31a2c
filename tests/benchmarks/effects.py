"""What each effect costs the sampler: ``uv run python -m tests.benchmarks.effects``.

NUTS on gbsg (where the shared data are) and NVALT-11: divergences, largest R-hat, smallest bulk
ESS, gradients, ESS per gradient, and the k-hat of the Laplace approximation.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

import posthaz as ph
from posthaz.cohort import Cohort
from posthaz.run import read_inputs
from tests.shared_data import DATA, plain_cohort

WALK = ph.PiecewiseExponential(intervals=6, smoothing="random_walk")
MODELS = {
    "proportional": ph.ModelSpec("m", WALK, "arm"),
    "changing, random walk": ph.ModelSpec("m", WALK, "arm", changing=(ph.ChangingEffect("arm"),)),
    "changing, second order": ph.ModelSpec(
        "m", WALK, "arm", changing=(ph.ChangingEffect("arm", intervals=8, order=2),)
    ),
    "changing, independent": ph.ModelSpec(
        "m",
        WALK,
        "arm",
        changing=(ph.ChangingEffect("arm", intervals=3, smoothing="independent"),),
    ),
    "changing, Weibull": ph.ModelSpec(
        "m", ph.Weibull(), "arm", changing=(ph.ChangingEffect("arm"),)
    ),
    "short and long term, Weibull": ph.ModelSpec(
        "m", ph.Weibull(), "arm", crossing=ph.YangPrentice("arm")
    ),
    "short and long term": ph.ModelSpec("m", WALK, "arm", crossing=ph.YangPrentice("arm")),
    "mixture cure": ph.ModelSpec("m", ph.Weibull(), "arm", cure=ph.Cure("arm")),
    "promotion time": ph.ModelSpec("m", ph.Weibull(), "1", cure=ph.Cure("arm", "promotion_time")),
    "strata": ph.ModelSpec("m", WALK, "1", strata="arm"),
}


def cohorts() -> Iterator[tuple[str, Cohort]]:
    """The cohorts, each with a two-level ``arm``."""
    yield "nvalt11", read_inputs(ph.load_analysis("nvalt11_pci_os"))
    if DATA.is_dir():
        table = pd.read_csv(DATA / "gbsg.csv")
        arm = pd.Categorical(
            np.where(table["hormon"] == 1, "yes", "no"), ["no", "yes"], ordered=True
        )
        time = table["rfstime"].to_numpy(dtype=float) / 365.25
        cohort = plain_cohort(time, table["status"].to_numpy() == 1, pd.DataFrame({"arm": arm}))
        yield "gbsg", replace(cohort, treatment="arm")


def row(spec: ph.ModelSpec, cohort: Cohort, draws: int = 1000) -> dict[str, float]:
    """Numbers of one model and cohort."""
    fit = ph.fit(spec, cohort, draws=draws, chains=4, seed=1)
    laplace = ph.fit(spec, cohort, draws=draws, chains=4, seed=1, method="laplace")
    table = ph.coefficient_table(fit)
    statistics = fit.draws["sample_stats"].to_dataset()
    gradients = float(statistics["n_steps"].sum())
    return {
        "divergent": float(statistics["diverging"].sum()),
        "rhat": float(table["rhat"].max()),
        "ess": float(table["ess_bulk"].min()),
        "gradients": gradients,
        "ess_per_gradient": float(table["ess_bulk"].min()) / gradients,
        "khat": laplace.provenance.khat,
    }


def main() -> None:
    asked = sys.argv[1:]  # beginnings of names, for some of the models
    rows = {
        (name, label): row(spec, cohort)
        for name, cohort in cohorts()
        for label, spec in MODELS.items()
        if not asked or any(label.startswith(one) for one in asked)
    }
    print(pd.DataFrame(rows).T.round(3).to_string())


if __name__ == "__main__":
    main()
