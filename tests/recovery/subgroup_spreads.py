"""Which prior of the spreads between levels: simulated estimates, normal approximations.

``uv run python -m tests.recovery.subgroup_spreads`` prints the table of decision 0016.
"""

import numpy as np
from scipy.special import ndtr

LEVELS = (2, 3, 3, 4, 2, 3, 4, 3, 2, 2, 2)
APART = 1  # the column one of whose levels differs, its last
# events, share of the level that differs, log ratio of it to the other levels
SCENARIOS = (
    (4000, 0.2, 0.2),
    (4000, 0.2, 0.35),
    (3500, 0.1, 0.25),
    (1000, 0.2, 0.35),
    (1000, 0.2, 0.6),
    (350, 0.3, 0.5),
    (350, 0.3, 0.7),
)
NOTHING = ((4000, 0.2, 0.0), (1000, 0.2, 0.0), (350, 0.3, 0.0))
SPREADS = np.exp(np.linspace(np.log(0.003), np.log(3.0), 50))


def simulated(events, share, apart, cohorts, seed):
    """Estimates (cohort, level) of each column's log hazard ratios, errors and truths.

    Columns cut the same patients, so that they share the error of the whole.
    """
    random, fixed = np.random.default_rng(seed), np.random.default_rng(7)
    shares = [fixed.dirichlet(np.full(size, 8.0)) for size in LEVELS]
    shares[APART] = np.array([0.6 * (1.0 - share), 0.4 * (1.0 - share), share])
    whole = random.normal(0.0, 2.0 / np.sqrt(events), cohorts)
    found = []
    for number, own in enumerate(shares):
        error = 2.0 / np.sqrt(events * own)
        truth = np.zeros(len(own))
        if number == APART:
            truth = np.array([0.0, 0.0, apart]) - share * apart
        noise = random.normal(size=(cohorts, len(own))) * error
        found.append((truth + noise - (noise @ own)[:, None] + whole[:, None], error, truth))
    return found


def conditional(estimates, errors):
    """Log likelihood, means and sds of levels at each spread between the levels of a column."""
    size = len(errors)
    mean = np.ones((size, 1))
    contrasts = np.linalg.qr(np.hstack([mean, np.eye(size)[:, :-1]]))[0][:, 1:]
    design = np.hstack([mean, contrasts])
    likelihood, means, sds = [], [], []
    for spread in SPREADS:
        precision = design.T / errors**2 @ design
        precision += np.diag([0.0, *np.full(size - 1, spread**-2.0)])
        covariance = np.linalg.inv(precision)
        means.append(estimates @ (design @ covariance @ (design.T / errors**2)).T)
        sds.append(np.sqrt(np.diag(design @ covariance @ design.T)))
        total = np.linalg.inv(np.diag(errors**2) + spread**2 * contrasts @ contrasts.T)
        along = total.sum(axis=1)
        left = total - np.outer(along, along) / along.sum()
        quadratic = np.einsum("nk,kl,nl->n", estimates, left, estimates)
        constant = np.linalg.slogdet(total)[1] - np.log(along.sum())
        likelihood.append(0.5 * constant - 0.5 * quadratic)
    return np.array(likelihood).T, np.array(means).transpose(1, 0, 2), np.array(sds)


def performance(scenario, sd, cohorts=500, seed=1, *, shared=False):
    """Coverage of the level apart, and the error of all levels over that of separate estimates.

    Spreads are half-normal with scale `sd`, one a column; or one for all of them.
    """
    data = simulated(*scenario, cohorts, seed)
    known = [conditional(estimates, errors) for estimates, errors, _ in data]
    prior = np.log(np.gradient(SPREADS)) - 0.5 * (SPREADS / sd) ** 2
    logs = [likelihood + prior for likelihood, _, _ in known]
    if shared:
        together = sum(likelihood for likelihood, _, _ in known) + prior
        logs = [together] * len(known)
    error = alone = 0.0
    covered = np.nan
    for number, ((estimates, _, truth), (_, means, sds), log) in enumerate(
        zip(data, known, logs, strict=True)
    ):
        weight = np.exp(log - log.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        error += np.square(np.einsum("ng,ngk->nk", weight, means) - truth).sum()
        alone += np.square(estimates - truth).sum()
        if number == APART:
            below = np.einsum("ng,ng->n", weight, ndtr((truth[-1] - means[..., -1]) / sds[:, -1]))
            covered = float(np.mean((below > 0.025) & (below < 0.975)))
    return covered, float(error / alone)


def main():
    """The table of decision 0016."""
    heads = ("events", "share of the level", "log ratio", "one sd, 0.25")
    print(f"| {' | '.join((*heads, 'own 0.25', 'own 0.5', 'own 0.75'))} |")
    print("|---|---|---|---|---|---|---|")
    for scenario in (*SCENARIOS, *NOTHING):
        cells = [
            performance(scenario, sd, 2000, shared=shared)
            for sd, shared in ((0.25, True), (0.25, False), (0.5, False), (0.75, False))
        ]
        events, share, apart = scenario
        words = [f"{covered:.2f}, {error:.2f}" for covered, error in cells]
        print(f"| {events:,} | {share:g} | {apart:g} | {' | '.join(words)} |")


if __name__ == "__main__":
    main()
