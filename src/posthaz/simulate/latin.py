"""Uniform numbers for a patient and a seed, spread evenly over neighbouring seeds."""

import numpy as np

BLOCK = 20
# Generators of a lattice of 20 points, prime to 20; the first pairs spread best in the plane.
_STEPS = (1, 7, 3, 9, 11, 13, 17, 19)


def latin_uniforms(seed: int, size: int, stream: int) -> np.ndarray:
    """Uniform numbers, independent within a seed, which over 20 seeds in a row cover the interval.

    Within one seed they are independent between patients and streams, so that a cohort drawn by
    them is a random draw. Seeds 1 to 20, 21 to 40 and so on are blocks: over a block the numbers
    of a patient are the points of a randomly shifted lattice (Cranley and Patterson, SIAM Journal
    on Numerical Analysis 1976;13:904-914), in random order. Each stream visits every twentieth of
    the interval once and pairs of streams cover the square, so that averages over a block settle
    sooner than averages over independent cohorts.

    Parameters
    ----------
    seed : int
        Seed, 0 or above.
    size : int
        Number of patients.
    stream : int
        Number of the stream, from 0.

    Returns
    -------
    ndarray of float, shape (size,)
        Numbers strictly between 0 and 1.

    Examples
    --------
    >>> block = np.array([latin_uniforms(seed, 3, 0) for seed in range(1, 21)])
    >>> gaps = np.diff(np.sort(block, axis=0), axis=0)
    >>> bool(np.allclose(gaps, 0.05))
    True
    """
    block, place = divmod(seed + BLOCK - 1, BLOCK)
    points = np.tile(np.arange(BLOCK), (size, 1))
    point = np.random.default_rng([block]).permuted(points, axis=1)[:, place]
    shift = np.random.default_rng([block, stream + 1]).random(size)
    numbers = (point * _STEPS[stream % len(_STEPS)] / BLOCK + shift) % 1.0
    return np.clip(numbers, 1e-12, 1 - 1e-12)
