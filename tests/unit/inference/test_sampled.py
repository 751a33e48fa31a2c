"""What becomes of chains with diverging transitions."""

from collections.abc import Sequence

import numpy as np
import pytest

from posthaz.inference import sampled
from posthaz.inference.nuts import Sampled
from posthaz.spec import Sampling


def chains(diverged: int) -> Sampled:
    diverging = np.zeros((2, 10), dtype=bool)
    diverging.ravel()[:diverged] = True
    return Sampled(np.zeros((2, 10, 1)), {"diverging": diverging}, 100)


@pytest.mark.parametrize(
    ("first", "second", "accept", "kept", "said"),
    [
        (0, 0, 0.9, 0, ""),
        (3, 0, 0.9, 0, "0.99 since 3 transition(s) diverged at 0.9"),
        (3, 1, 0.9, 1, "0.99 since 3 transition(s) diverged at 0.9"),
        (3, 3, 0.9, 3, ""),
        (3, 0, 0.99, 3, ""),
    ],
)
def test_diverging_chains_are_sampled_again_once(
    monkeypatch, first: int, second: int, accept: float, kept: int, said: str
) -> None:
    asked: list[float] = []

    def draws(posteriors: Sequence, modes: Sequence, seeds: Sequence, how: Sampling, progress):
        asked.append(how.target_accept)
        assert len(posteriors) == len(modes) == len(seeds)
        counts = (first, 0) if len(asked) == 1 else (second,)
        return [chains(n) for n, _ in zip(counts, seeds, strict=True)]

    monkeypatch.setattr(sampled, "nuts_draws", draws)
    starts = {4: ("posterior", "mode", 1), 7: ("posterior", "mode", 2)}
    made = sampled._chains(starts, Sampling(target_accept=accept), None)  # type: ignore[arg-type]
    assert asked == ([accept, 0.99] if first and accept < 0.99 else [accept])
    assert [one.diverged for one, _ in made.values()] == [kept, 0]
    assert said in made[4][1]
    assert bool(made[4][1]) == bool(said)
    assert made[7][1] == ""
