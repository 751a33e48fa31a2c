"""Every baseline on one data set: the figure of "Which baseline should I use?".

By maximum likelihood, which takes seconds. Run it with
``uv run python examples/which_baseline.py``.
"""

from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import minimize

import posthaz as ph
from posthaz.cohort import Cohort, restricted
from posthaz.hazards import BASELINES, Baseline, Hazard
from posthaz.model import event_rate, follow_up_data, log_likelihood
from posthaz.run import read_inputs

OUT = Path(__file__).parent.parent / "docs" / "images" / "which_baseline.png"
STYLES = ("-", "--", ":")


def fitted(baseline: Baseline, cohort: Cohort) -> Hazard:
    """The hazard of largest likelihood."""
    known = baseline.resolve(cohort.exit[cohort.event])
    sizes = {name: len(labels) for name, labels in known.coordinates().items()}
    level = {"rate": np.log(event_rate(cohort)), "": 0.0}
    parameters = known.parameters()
    start = [np.full(sizes.get(p.dim, 1), level.get(p.level, -level["rate"])) for p in parameters]
    ends = np.cumsum([len(one) for one in start])[:-1]

    def hazard(theta: np.ndarray) -> Hazard:
        parts = np.split(theta, ends)
        values = {
            p.name: part if p.dim else part[0] for p, part in zip(parameters, parts, strict=True)
        }
        return known.hazard({**known.constants(), **values}, np)

    data = follow_up_data(cohort)
    found = minimize(
        lambda theta: -log_likelihood(hazard(theta), data, np).sum(), np.concatenate(start)
    )
    return hazard(found.x)


def main() -> None:
    """Draw hazards and survival of the observation arm of NVALT-11."""
    whole = read_inputs(ph.load_analysis("nvalt11_pci_os"))
    cohort = replace(restricted(whole, whole.covariates["arm"].to_numpy() == "0"), treatment="")
    times = np.linspace(0.25, 60.0, 160)
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.0, 4.2), layout="constrained")
    order = np.argsort(cohort.exit)
    at_risk = len(cohort) - np.arange(len(cohort))
    observed = np.cumprod(1.0 - cohort.event[order] / at_risk)
    right.step(cohort.exit[order], observed, where="post", color="0.7", lw=3, label="Kaplan-Meier")
    for number, baseline in enumerate(BASELINES.values()):
        hazard = fitted(baseline(), cohort)
        look = {"color": f"C{number}", "ls": STYLES[number % 3], "label": baseline.title}
        left.plot(times, np.exp(hazard.log_hazard(times)), **look)
        right.plot(times, np.exp(-hazard.cumulative_hazard(times)), **look)
    left.set(xlabel="Months", ylabel="Hazard per month", ylim=(0, None))
    right.set(xlabel="Months", ylabel="Survival", ylim=(0, 1))
    for axes in (left, right):
        axes.axvline(float(np.max(cohort.exit[cohort.event])), color="0.8", lw=1)
    right.legend(frameon=False, fontsize=8)
    figure.savefig(OUT, dpi=110)


if __name__ == "__main__":
    main()
