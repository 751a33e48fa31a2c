"""Draws of posteriors by the method asked for, and in words how they were made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from posthaz.inference.engine import Posterior, posterior_modes
from posthaz.inference.laplace import HEAVY_TAIL, TAILS, laplace_draws
from posthaz.inference.mode import Mode
from posthaz.inference.nuts import Sampled, nuts_draws
from posthaz.inference.prepare import Prepared
from posthaz.spec import Sampling

CAREFUL = 0.99
"""Target acceptance at which chains with diverging transitions are sampled again."""


@dataclass(frozen=True)
class Drawn:
    """Draws and how they were made.

    Parameters
    ----------
    sampled : Sampled
        The draws.
    method : str
        How they were made.
    khat : float
        Pareto shape of the importance weights that were tried; None where none were.
    log_evidence : float or None
        Log marginal likelihood by those weights, where they can be trusted.
    """

    sampled: Sampled
    method: str
    khat: float | None = None
    log_evidence: float | None = None

    @property
    def gradients(self) -> int:
        """Gradients of the density that were computed."""
        return self.sampled.gradients


def draw_posteriors(
    prepared: Sequence[Prepared],
    seeds: Sequence[int],
    sampling: Sampling,
    progress: Callable[[int, int], None] | None = None,
) -> list[Drawn]:
    """Sample posteriors of one batch; what Laplace weights can't give is redone by NUTS.

    Parameters
    ----------
    prepared : sequence of Prepared
        All of one `Prepared.batch`.
    seeds : sequence of int
        A seed each.
    sampling : Sampling
        Method, chains, draws.
    progress : callable, optional
        Called with (draws done, draws in all) while NUTS runs.

    Returns
    -------
    list of Drawn
        One each.
    """
    posteriors = [one.posterior for one in prepared]
    modes = posterior_modes(posteriors)
    made: list[Drawn | None] = [None] * len(prepared)
    reasons: list[str] = [""] * len(prepared)
    khats: list[float | None] = [None] * len(prepared)
    wanted = [k for k, one in enumerate(prepared) if takes_weights(one, sampling)]
    if wanted:
        weighted = laplace_draws(
            [posteriors[k] for k in wanted],
            [modes[k] for k in wanted],
            [seeds[k] for k in wanted],
            sampling,
        )
        for k, one in zip(wanted, weighted, strict=True):
            figures = f"k-hat {one.khat:.2f}, threshold {one.threshold:.2f}"
            if one.khat < one.threshold and not one.trusted:
                figures += f", effective size {one.least:,.0f}"
            khats[k] = one.khat
            if one.trusted:
                size = f"effective size {one.effective:,.0f} of {one.evaluations:,} evaluations"
                method = f"Laplace with importance weights ({figures}, {size})"
                if one.khat > HEAVY_TAIL:
                    method += f"; {TAILS}"
                made[k] = Drawn(one.sampled, method, one.khat, one.log_evidence)
            else:
                reasons[k] = f", after Laplace weights that can't be trusted ({figures})"
    left = [k for k, one in enumerate(made) if one is None]
    if left:
        starts = {k: (posteriors[k], modes[k], seeds[k]) for k in left}
        for k, (sampled, again) in _chains(starts, sampling, progress).items():
            made[k] = Drawn(sampled, f"NUTS (BlackJAX){reasons[k]}{again}", khats[k])
    return [one for one in made if one is not None]


def _chains(
    starts: Mapping[int, tuple[Posterior, Mode, int]],
    sampling: Sampling,
    progress: Callable[[int, int], None] | None,
) -> dict[int, tuple[Sampled, str]]:
    """Chains of some posteriors, with shorter steps where transitions diverged, and that said."""

    def sampled(which: Sequence[int], how: Sampling) -> dict[int, Sampled]:
        posteriors, modes, seeds = zip(*(starts[k] for k in which), strict=True)
        return dict(zip(which, nuts_draws(posteriors, modes, seeds, how, progress), strict=True))

    first = sampled(list(starts), sampling)
    made = {k: (one, "") for k, one in first.items()}
    diverged = {k: one.diverged for k, one in first.items() if one.diverged}
    if not diverged or sampling.target_accept >= CAREFUL:
        return made
    for k, one in sampled(list(diverged), replace(sampling, target_accept=CAREFUL)).items():
        if one.diverged < diverged[k]:
            said = (
                f", sampled again at a target acceptance of {CAREFUL:g} since {diverged[k]} "
                f"transition(s) diverged at {sampling.target_accept:g}"
            )
            made[k] = (one, said)
    return made


def takes_weights(prepared: Prepared, sampling: Sampling) -> bool:
    """Whether to try Laplace weights, which seldom hold for hierarchies."""
    hierarchy = bool(prepared.priors.scales) or prepared.spec.shrinkage is not None
    found = np.isfinite(prepared.posterior.start).all()
    return bool(found) and (
        sampling.method == "laplace" or (sampling.method == "auto" and not hierarchy)
    )
