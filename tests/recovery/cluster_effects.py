"""Coverage of what differs between clusters: ``python -m tests.recovery.cluster_effects``.

Cohorts of 20 sites of 30 are simulated with parameters drawn from the priors of the model, so that
intervals of every level hold what they should on average, and fitted by NUTS.
"""

import argparse
from collections.abc import Iterator

import numpy as np
import pandas as pd

import posthaz as ph
from posthaz.cohort import Cohort
from posthaz.effects import Frailty
from posthaz.estimands import cluster_table
from posthaz.priors import Prior
from tests.shared_data import plain_cohort

SITES, PATIENTS = 20, 600
LEVEL, RATE_SD = np.log(0.1), 0.3
FORMULAS = {"slopes": "arm + (arm | site)", "gamma": "arm + (1 | site)"}


def spec(kind: str) -> ph.ModelSpec:
    """The model, its priors stated."""
    return ph.ModelSpec(
        kind,
        ph.Exponential(),
        FORMULAS[kind],
        priors={
            "log_rate": Prior("normal", (LEVEL, RATE_SD)),
            "arm": Prior("normal", (0.0, 0.5)),
            "frailty_sd": Prior("half_normal", (0.5,)),
            **({"slope_sd": Prior("half_normal", (0.5,))} if kind == "slopes" else {}),
        },
        frailty=Frailty("gamma" if kind == "gamma" else "normal"),
    )


def simulated(kind: str, seed: int) -> tuple[Cohort, dict[str, float], np.ndarray]:
    """A cohort, its parameters and the log ratio of each site: frailty, or effect."""
    random = np.random.default_rng(seed)
    effect, level = random.normal(0.0, 0.5), random.normal(LEVEL, RATE_SD)
    sd = abs(random.normal(0.0, 0.5))
    truth = {"arm[B]": effect, "frailty_sd_site": sd}
    if kind == "slopes":
        slope_sd, rho = abs(random.normal(0.0, 0.5)), 2.0 * random.beta(2.0, 2.0) - 1.0
        truth |= {"slope_sd_site_arm[B]": slope_sd, "correlation_site_frailty_arm[B]": rho}
        z = random.standard_normal((2, SITES))
        frailty = sd * z[0]
        slope = slope_sd * (rho * z[0] + np.sqrt(1.0 - rho**2) * z[1])
    else:
        frailty, slope = np.log(random.gamma(sd**-2, sd**2, SITES)), np.zeros(SITES)
    site, arm = np.arange(PATIENTS) % SITES, (np.arange(PATIENTS) // SITES) % 2
    rate = np.exp(level + frailty[site] + (effect + slope[site]) * arm)
    time, end = random.exponential(1.0 / rate), random.uniform(6.0, 24.0, PATIENTS)
    frame = pd.DataFrame(
        {
            "arm": pd.Categorical(np.where(arm, "B", "A"), ["A", "B"], ordered=True),
            "site": [f"s{number:02d}" for number in site],
        }
    )
    cohort = plain_cohort(np.minimum(time, end), time <= end, frame, "months")
    return cohort, truth, effect + slope if kind == "slopes" else frailty


def rows(kind: str, first: int, cohorts: int) -> Iterator[dict[str, float]]:
    """What is covered in each cohort, and what sampling cost."""
    for seed in range(first, first + cohorts):
        cohort, truth, by_site = simulated(kind, seed)
        fit = ph.fit(spec(kind), cohort, draws=400, tune=400, chains=2, seed=seed)
        table = ph.coefficient_table(fit).set_index("term")
        half = ph.coefficient_table(fit, interval=0.5).set_index("term")
        found: dict[str, float] = {}
        for name, value in truth.items():
            for label, one in (("95", table), ("50", half)):
                lower, upper = (float(one[key].to_dict()[name]) for key in ("lower", "upper"))
                found[f"{name} {label}"] = float(lower <= value <= upper)
        sites = cluster_table(fit)
        sites = sites[sites["effect"] == ("arm[B]" if kind == "slopes" else "frailty")]
        own = np.exp(by_site)
        found["sites 95"] = float(((sites["lower"] <= own) & (own <= sites["upper"])).mean())
        statistics = fit.draws["sample_stats"].to_dataset()
        scalars = [name for name in table.index if "[s" not in name]
        gradients = float(statistics["n_steps"].sum())
        found["divergent"] = float(statistics["diverging"].sum())
        found["rhat"] = float(table.loc[scalars, "rhat"].max())
        found["ess_per_gradient"] = float(table.loc[scalars, "ess_bulk"].min()) / gradients
        yield found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--kind", choices=list(FORMULAS), default="slopes")
    asked = parser.parse_args()
    table = pd.DataFrame(list(rows(asked.kind, asked.first, asked.cohorts)))
    print(f"{asked.kind}: {len(table)} cohorts from seed {asked.first}")
    print(table.mean().round(4).to_string())
    worst = int(table["rhat"].argmax())
    print(f"largest R-hat {table['rhat'].max():.3f} (seed {asked.first + worst})")
    print(f"smallest ESS per gradient {table['ess_per_gradient'].min():.4f}")


if __name__ == "__main__":
    main()
