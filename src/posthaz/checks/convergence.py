"""Convergence: R-hat, effective sizes, divergences, energy."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from posthaz.cohort.argument import checks_arguments
from posthaz.inference import Fit, ess_bulk, ess_tail, rhat

MOST_RHAT = 1.01
LEAST_ESS_A_CHAIN = 100
LEAST_BFMI = 0.3


@dataclass(frozen=True)
class Convergence:
    """Worst convergence figures of a fit.

    Parameters
    ----------
    model : str
        The model.
    rhat, ess_bulk, ess_tail : float
        Worst over all parameters.
    worst : str
        Parameter with the worst R-hat.
    divergences : int
        Divergent transitions after warm-up.
    deepest : float
        Fraction of transitions that reached the largest tree depth.
    bfmi : float
        Worst energy fraction of missing information over chains.
    failures : tuple of str
        What is wrong, in words; empty when nothing is.
    """

    model: str
    rhat: float
    ess_bulk: float
    ess_tail: float
    worst: str
    divergences: int
    deepest: float
    bfmi: float
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return not self.failures


@checks_arguments
def convergence(fit: Fit) -> Convergence:
    """Check the draws of a fit.

    Parameters
    ----------
    fit : Fit
        A fit.

    Returns
    -------
    Convergence
        Fails when R-hat is above 1.01, an effective size below 100 a chain, a transition
        diverged, or the energy fraction of missing information is below 0.3 (Vehtari et al.
        2021, doi:10.1214/20-BA1221; Betancourt 2018). R-hat compares chains, so that it is
        not held against weighted draws from an approximation, whose chains only hold them;
        their effective size is that of the weights.
    """
    return draws_convergence(fit.spec.name, fit.draws)


def draws_convergence(model: str, draws: xr.DataTree) -> Convergence:
    """Check draws by the rules of `convergence`.

    Parameters
    ----------
    model : str
        Name of the model, for the messages.
    draws : DataTree
        Groups ``posterior`` and ``sample_stats``.

    Returns
    -------
    Convergence
        As of `convergence`.
    """
    scalars = _scalars(draws["posterior"].to_dataset())
    arrays = list(scalars.values())
    rhats = [rhat(array) for array in arrays]
    # NumPy's minimum is nan where any is, wherever it stands
    bulk = float(np.min([ess_bulk(array) for array in arrays]))
    tail = float(np.min([ess_tail(array) for array in arrays]))
    stats = draws["sample_stats"].to_dataset()
    divergences = int(stats["diverging"].sum())
    deepest = (
        float(stats["reached_max_treedepth"].mean()) if "reached_max_treedepth" in stats else 0.0
    )
    bfmi = np.nan  # only Hamiltonian chains have an energy
    sampled = "energy" in stats
    if sampled:
        bfmi = float(np.min(_missing_information(stats["energy"].to_numpy())))
    chains = stats.sizes["chain"]
    worst = max(zip(rhats, scalars, strict=True), key=lambda one: (np.isnan(one[0]), one))
    return Convergence(
        model=model,
        rhat=worst[0],
        ess_bulk=bulk,
        ess_tail=tail,
        worst=worst[1],
        divergences=divergences,
        deepest=deepest,
        bfmi=bfmi,
        failures=_failures(
            chains, worst if sampled else (1.0, worst[1]), min(bulk, tail), divergences, bfmi
        ),
    )


def _scalars(posterior: xr.Dataset) -> dict[str, np.ndarray]:
    """Every scalar parameter as an array of shape (chain, draw)."""
    scalars: dict[str, np.ndarray] = {}
    for name, variable in posterior.data_vars.items():
        array = variable.to_numpy()
        flat = array.reshape(*array.shape[:2], -1)
        for k in range(flat.shape[2]):
            scalars[str(name) if flat.shape[2] == 1 else f"{name}[{k}]"] = flat[:, :, k]
    return scalars


def _missing_information(energy: np.ndarray) -> np.ndarray:
    """Energy fraction of missing information of each chain."""
    return np.square(np.diff(energy, axis=1)).mean(axis=1) / energy.var(axis=1)


def _failures(
    chains: int, worst: tuple[float, str], ess: float, divergences: int, bfmi: float
) -> tuple[str, ...]:
    failures = []
    if np.isnan(worst[0]):
        why = "one chain has nothing to agree with" if chains < 2 else "its draws do not vary"
        failures.append(f"R-hat of {worst[1]} can't be computed: {why}")
    elif worst[0] > MOST_RHAT:
        failures.append(f"R-hat of {worst[1]} is {worst[0]:.3f}, above {MOST_RHAT}")
    if np.isnan(ess):
        failures.append("the effective sample size can't be computed")
    elif ess < LEAST_ESS_A_CHAIN * chains:
        failures.append(
            f"the smallest effective sample size is {ess:.0f}, "
            f"below {LEAST_ESS_A_CHAIN * chains} ({LEAST_ESS_A_CHAIN} a chain)"
        )
    if divergences:
        failures.append(f"{divergences} transition(s) diverged")
    if bfmi < LEAST_BFMI:
        failures.append(f"the energy fraction of missing information is {bfmi:.2f}, below 0.3")
    return tuple(failures)
