"""Calibration by simulation: ``python -m tests.recovery.calibration NAME --fits 1000 --keep DIR``.

Parameters are drawn from the prior of a model, a cohort is simulated at each and fitted, and the
rank of the truth among the draws of its posterior is kept for every number that is reported: all
ranks are equally likely where model, density and sampler agree (Cook, Gelman and Rubin 2006; Talts
et al. 2018). A name that ends in ``at n = 100`` keeps the parameters fixed and takes the default
priors, so that it shows how often credible intervals cover. Parts of 1,000 fits are kept as they
are done; ``--page`` writes the page, its table and its figure from what is kept.
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import binom

import posthaz as ph
from posthaz.cohort import Cohort
from posthaz.effects import Frailty
from posthaz.errors import PosthazError
from posthaz.hazards import Baseline
from posthaz.inference import Fit, flat_draws, hazard_of
from posthaz.priors import Prior
from posthaz.simulate import simulate_times
from tests.shared_data import plain_cohort

TIMES, HORIZON, VISITS = (4.0, 12.0), 18.0, 3.0
RANKS = 100
PART, AT_ONCE = 1000, 64
FOLLOW_UP = ("right-censored", "late entry", "visits")
LEVELS = (0.5, 0.8, 0.95)
EFFECTS = {"arm": Prior("normal", (0.0, 0.7)), "x": Prior("normal", (0.0, 0.5))}
_RATE, _TIME = Prior("normal", (np.log(0.06), 0.5)), Prior("normal", (np.log(15.0), 0.5))
_SHAPE, _SPREAD = Prior("normal", (0.2, 0.3)), Prior("normal", (-0.2, 0.3))
AFT = "accelerated_failure_time"


@dataclass(frozen=True)
class Combination:
    """A model whose priors are all stated, and how its patients are followed."""

    spec: ph.ModelSpec
    follow_up: str = "right-censored"
    patients: int = 100
    truth: Mapping[str, Any] | None = None


def model(baseline: Baseline, formula: str = "arm + x", **more: Any) -> ph.ModelSpec:
    """A model with its priors stated: what follows from the data can't be drawn from."""
    level: Prior = _SHAPE
    priors: dict[str, Prior] = {}
    for parameter in baseline.parameters():
        level = {"rate": _RATE, "scale": _TIME, "median": _TIME, "": _SHAPE}[parameter.level]
        priors[parameter.name] = level
    changed = {"log_sd": _SPREAD, "growth": Prior("normal", (0.0, 0.3)),
               "Q": Prior("normal", (0.5, 0.5))}  # fmt: skip
    priors |= {name: prior for name, prior in changed.items() if name in priors}
    if any(parameter.structure == "random_walk" for parameter in baseline.parameters()):
        priors["sigma"] = Prior("half_normal", (0.4,))
    priors |= EFFECTS | more.pop("priors", {})
    return ph.ModelSpec("m", baseline, formula, priors=priors, **more)


_PIECES = ph.PiecewiseExponential(cuts=(3.0, 6.0, 12.0))
_WALK = ph.PiecewiseExponential(cuts=(2.0, 4.0, 6.0, 9.0, 13.0), smoothing="random_walk")
_SPLINE = ph.MSpline(knots=(3.0, 6.0, 12.0), last=24.0)
_CURE = ph.Cure("arm", priors={"intercept": Prior("normal", (-0.5, 0.7)),
                               "arm": Prior("normal", (0.0, 0.7))})  # fmt: skip
_SD = {"frailty_sd": Prior("half_normal", (0.5,))}
_WEIBULL = model(ph.Weibull())
DRAWN = {
    "Weibull": Combination(_WEIBULL),
    "exponential": Combination(model(ph.Exponential())),
    "Gompertz": Combination(model(ph.Gompertz(unit_time=24.0))),
    "piecewise exponential": Combination(model(_PIECES)),
    "piecewise exponential, random walk": Combination(model(_WALK)),
    "M-spline": Combination(model(_SPLINE)),
    "Weibull, accelerated": Combination(model(ph.Weibull(), form=AFT)),
    "log-normal, accelerated": Combination(model(ph.LogNormal(), form=AFT)),
    "log-logistic, accelerated": Combination(model(ph.LogLogistic(), form=AFT)),
    "gamma, accelerated": Combination(model(ph.Gamma(), form=AFT)),
    "generalised gamma, accelerated": Combination(model(ph.GeneralisedGamma(), form=AFT)),
    "changing effect": Combination(
        model(_PIECES, changing=(ph.ChangingEffect("arm", cuts=(6.0,), smoothing="independent"),))
    ),
    "changing effect, random walk": Combination(
        model(_PIECES, changing=(ph.ChangingEffect("arm", cuts=(3.0, 6.0, 12.0)),),
              priors={"change_sd": Prior("half_normal", (0.5,))})
    ),
    "short and long effect": Combination(
        model(ph.Weibull(), crossing=ph.YangPrentice("arm"))
    ),
    "strata": Combination(model(ph.Weibull(), strata="stratum")),
    "cured share": Combination(model(ph.Weibull(), cure=_CURE)),
    "normal frailty": Combination(model(ph.Weibull(), "arm + x + (1 | site)", priors=_SD)),
    "gamma frailty": Combination(
        model(ph.Weibull(), "arm + x + (1 | site)", priors=_SD, frailty=Frailty("gamma"))
    ),
    "Weibull, late entry": Combination(_WEIBULL, "late entry"),
    "M-spline, late entry": Combination(model(_SPLINE), "late entry"),
    "Weibull, visits": Combination(_WEIBULL, "visits"),
    "piecewise exponential, visits": Combination(model(_PIECES), "visits"),
    "log-logistic, accelerated, visits": Combination(model(ph.LogLogistic(), form=AFT), "visits"),
}  # fmt: skip
_RATIOS = [np.log(0.6), 0.3]
FIXED = {
    "Weibull": (ph.Weibull(), {}, {"log_scale": np.log(14.0), "log_shape": 0.25}),
    "piecewise exponential": (_PIECES, {}, {"log_hazard": np.log([0.05, 0.08, 0.06, 0.04])}),
    "M-spline": (_SPLINE, {}, {"log_hazard": np.log([0.04, 0.06, 0.08, 0.06, 0.05])}),
    "log-logistic, accelerated": (
        ph.LogLogistic(), {"form": AFT}, {"log_scale": np.log(11.0), "log_shape": 0.5}),
}  # fmt: skip
COMBINATIONS = DRAWN | {
    f"{name}, at n = {size}": Combination(
        ph.ModelSpec("m", baseline, "arm + x", **more), patients=size,
        truth={**values, ("log_time_ratio" if more else "log_hazard_ratio"): _RATIOS},
    )
    for name, (baseline, more, values) in FIXED.items()
    for size in (25, 60, 100, 300)
}  # fmt: skip


def patients_of(size: int) -> pd.DataFrame:
    """Patients in two arms alike in `x`, at ten sites in two strata."""
    number = np.arange(size)
    levels = ["A", "B"]
    return pd.DataFrame(
        {
            "arm": pd.Categorical(np.where(number % 2, "B", "A"), levels, ordered=True),
            "x": np.array([-1.2, -0.4, 0.4, 1.2])[(number // 2) % 4],
            "site": [f"s{site}" for site in (number // 2) % 10],
            "stratum": pd.Categorical(np.where((number // 4) % 2, "B", "A"), levels, ordered=True),
        }
    )


def followed(of: Combination, times: np.ndarray, random: np.random.Generator) -> Cohort:
    """Patients with these event times, of whom is seen what their follow-up shows."""
    frame = patients_of(of.patients)
    ends = random.uniform(8.0, 24.0, of.patients)
    cohort = plain_cohort(np.minimum(times, ends), times <= ends, frame, "months")
    if of.follow_up == "late entry":
        cohort = replace(cohort, entry=entries(of))
    if of.follow_up == "visits":
        last = np.floor(ends / VISITS) * VISITS
        before = np.floor(times / VISITS) * VISITS
        seen = times <= last
        lower = np.where(seen, before, last)
        cohort = replace(cohort, lower=lower, upper=np.where(seen, before + VISITS, np.inf),
                         cause=seen.astype(int))  # fmt: skip
    return replace(cohort, treatment="arm")


def entries(of: Combination) -> np.ndarray:
    """When each patient comes under observation."""
    late = np.linspace(0.0, 5.0, of.patients)[np.arange(of.patients) * 37 % of.patients]
    return late if of.follow_up == "late entry" else np.zeros(of.patients)


@lru_cache(maxsize=8)
def anchor(name: str, seed: int) -> Fit:
    """A fit of the combination's model: its design, and draws of its prior."""
    of = COMBINATIONS[name]
    random = np.random.default_rng(12345)
    times = entries(of) + random.exponential(14.0, of.patients)
    return ph.fit(of.spec, followed(of, times, random), draws=100, tune=100, chains=2, seed=seed)


def truths(name: str, count: int, seed: int) -> Fit:
    """The parameters at which cohorts are simulated, as the draws of a fit."""
    of, base = COMBINATIONS[name], anchor(name, seed)
    if of.truth is None:
        drawn = base.draws["prior"].to_dataset().isel(draw=slice(count))
    else:
        drawn = base.draws["posterior"].to_dataset().isel(chain=[0], draw=np.zeros(count, int))
        for key, value in of.truth.items():
            drawn[key] = xr.full_like(drawn[key], 0.0) + np.asarray(value)
    return with_draws(base, drawn)


def with_draws(fit: Fit, posterior: xr.Dataset) -> Fit:
    """The fit with other draws, from which estimands are read."""
    return replace(fit, draws=xr.DataTree.from_dict({"/posterior": posterior}))


def reported(fit: Fit) -> dict[str, np.ndarray]:
    """Every number that a report gives of the model, for each draw."""
    posterior = fit.draws["posterior"].to_dataset()
    ratio = ph.hazard_ratio_over_time(fit, TIMES).to_numpy().reshape(-1, len(TIMES))
    found = {f"log HR({time:.0f})": np.log(ratio[:, k]) for k, time in enumerate(TIMES)}
    if fit.spec.proportional or fit.spec.strata:
        found = {"log HR": np.log(ratio[:, 0])}
    if not fit.spec.proportional and fit.spec.form == AFT:
        found["log time ratio"] = posterior["log_time_ratio"].to_numpy()[..., 0].ravel()
    curves = ph.survival(fit, [TIMES[1]])
    found |= {f"S({TIMES[1]:.0f}), {arm}": curves.sel(profile=arm).to_numpy().ravel()
              for arm in "AB"}  # fmt: skip
    mean = ph.restricted_mean(fit, [HORIZON])
    found["RMST difference"] = ph.difference(mean, "B", "A").to_numpy().ravel()
    if fit.spec.cure is not None:
        share = ph.cure_fraction(fit)
        found |= {f"cured, {arm}": share.sel(profile=arm).to_numpy().ravel() for arm in "AB"}
    if "frailty_sd_site" in posterior:
        found["frailty SD"] = posterior["frailty_sd_site"].to_numpy().ravel()
    return found


def cohorts_at(name: str, at: Fit, seed: int, stretch: float = 1.0) -> list[Cohort]:
    """A cohort simulated at each draw of parameters; all times are multiplied by `stretch`."""
    of, random = COMBINATIONS[name], np.random.default_rng([seed, 77])
    values = flat_draws(at.draws["posterior"].to_dataset())
    hazard = hazard_of(at.spec, at.design, values, at.design.frame)
    count, entry = len(next(iter(values.values()))), entries(of)
    times = simulate_times(hazard, entry[:, None], (count, of.patients, 1), random)[..., 0]
    return [followed(of, entry + stretch * (own - entry), random) for own in times]


def ranks(name: str, count: int, method: str, seed: int = 0, stretch: float = 1.0) -> pd.DataFrame:
    """Where the truth lies among the draws of each posterior, as a number from 0 to 1.

    Ties are broken at random. A column ``chains`` says whether the fit is by chains, in whose place
    Laplace weights could not be trusted; cohorts that posthaz refuses, such as those without an
    event, have no row, which leaves the ranks of the others uniform.
    """
    at = truths(name, count, seed)
    truth, random = reported(at), np.random.default_rng([seed, 5])
    sampling = ph.Sampling(method=method, draws=250, chains=4, tune=300)
    rows = []
    for number, fit in fitted(at.spec, cohorts_at(name, at, seed, stretch), sampling, seed):
        drawn = fit.draws["posterior"].to_dataset()
        apart = np.linspace(0, drawn.sizes["draw"] - 1, RANKS // drawn.sizes["chain"])
        kept = drawn.isel(draw=apart.round().astype(int))
        row = {"number": number, "chains": fit.provenance.method.startswith("NUTS")}
        for key, draws in reported(with_draws(fit, kept)).items():
            below, tied = np.sum(draws < truth[key][number]), np.sum(draws == truth[key][number])
            row[key] = (below + random.uniform(0.0, 1.0 + tied)) / (RANKS + 1.0)
        rows.append(row)
    return pd.DataFrame(rows)


def fitted(
    spec: ph.ModelSpec, cohorts: list[Cohort], sampling: ph.Sampling, seed: int
) -> Iterator[tuple[int, Fit]]:
    """Number and fit of each cohort that can be fitted."""
    for first in range(0, len(cohorts), AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, len(cohorts)))
        own = [seed * 100_000 + number for number in numbers]
        tasks = [(spec, cohorts[number]) for number in numbers]
        try:
            yield from zip(numbers, ph.fit_many(tasks, sampling, own), strict=True)
        except PosthazError:
            for number, task, one in zip(numbers, tasks, own, strict=True):
                try:
                    (fit,) = ph.fit_many([task], sampling, [one])
                except PosthazError:
                    continue
                yield number, fit


@lru_cache(maxsize=32)
def extremes(size: int, simulations: int = 20_000) -> np.ndarray:
    """How improbable the most improbable point of the ECDF of so many uniform ranks is, sorted."""
    random = np.random.default_rng(0)
    cells = random.multinomial(size, np.full(RANKS + 1, 1.0 / (RANKS + 1)), simulations)
    return np.sort(_most_improbable(np.cumsum(cells, axis=1)[:, :-1], size))


def uniformity(values: np.ndarray) -> float:
    """Probability that uniform ranks stray as far anywhere (Säilynoja et al. 2022)."""
    cells = np.bincount((values * (RANKS + 1)).astype(int), minlength=RANKS + 1)
    own = _most_improbable(np.cumsum(cells)[None, :-1], len(values))
    known = extremes(len(values))
    return float((np.searchsorted(known, own[0], side="right") + 1) / (len(known) + 1))


def _most_improbable(reached: np.ndarray, size: int) -> np.ndarray:
    points = np.arange(1, RANKS + 1) / (RANKS + 1)
    count = np.arange(size + 1)[:, None]
    tails = np.minimum(binom.cdf(count, size, points), binom.sf(count - 1, size, points))
    return tails[reached, np.arange(RANKS)].min(axis=-1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="combinations; all where none is named")
    parser.add_argument("--fits", type=int, default=1000)
    parser.add_argument("--method", choices=("laplace", "nuts"), default="laplace")
    parser.add_argument("--keep", type=Path, default=Path("calibration"))
    parser.add_argument("--page", action="store_true", help="write the page from what is kept")
    asked = parser.parse_args()
    if asked.page:
        from tests.recovery.calibration_page import write_page

        write_page(asked.keep)
        return
    asked.keep.mkdir(parents=True, exist_ok=True)
    for name in asked.names or COMBINATIONS:
        for part in range(-(-asked.fits // PART)):
            path = asked.keep / f"{name}; {asked.method}; {part}.csv"
            if not path.exists():
                found = ranks(name, min(PART, asked.fits - part * PART), asked.method, part)
                found.to_csv(path, index=False, float_format="%.6f")
                least = min(uniformity(found[key].to_numpy()) for key in found.columns[2:])
                print(f"{name}; {asked.method}; {part}: {len(found)} fits, least P {least:.4f}",
                      flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
