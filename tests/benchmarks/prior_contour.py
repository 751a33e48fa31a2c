"""How far the map of critical priors lies from its closed form.

Run as ``python -m tests.benchmarks.prior_contour [DRAWS ...]``.

NVALT-11 by the Weibull and the primary model, and aml (23 patients), at several numbers of draws:
a distance that shrinks with the draws is Monte Carlo error, one that stays is the method's.
"""

import sys
import time

import numpy as np

import posthaz as ph
from posthaz.analyses.tipping_points.spec import TippingPointsSpec
from posthaz.run import read_inputs

MAP_ALONE = TippingPointsSpec(removed=0, influence=False, confounder=None)


def distance(spec, cohort, draws: int) -> str:
    began = time.process_time()
    fit = ph.fit(spec, cohort, method="laplace" if spec.name != "pwe" else "nuts", draws=draws)
    found = ph.tipping_points(fit, cohort, MAP_ALONE)
    table = found.priors
    parts = []
    for threshold, own in table.groupby("threshold"):
        apart = (own["probability"] - own["closed_form"]).abs()
        worst = own.loc[apart.idxmax()]
        parts.append(f"P(HR < {threshold:g}) {apart.max():.4f} (mean {apart.mean():.4f}; at median "
                     f"{worst['prior_hr']:.2f}, sd {worst['prior_sd']:.2f})")  # fmt: skip
    spent = time.process_time() - began
    said = "; ".join(parts)
    return f"{spec.name}, 4 x {draws}: {said}; {found.fits} fits, {spent:.0f} processor seconds"


def nvalt11(*draws: int) -> None:
    analysis = ph.load_analysis("nvalt11_pci_os")
    cohort = read_inputs(analysis)
    for spec in analysis.models[:2]:
        for each in draws:
            print(distance(spec, cohort, each), flush=True)


if __name__ == "__main__":
    nvalt11(*(np.array(sys.argv[1:], dtype=int).tolist() or (1000, 4000)))
