"""What a report makes of its fits."""

from posthaz.report.gather_posterior import _once


def test_what_is_dear_is_made_once_of_each_fit():
    made: list[list[float]] = []

    def dear(one: list[float]) -> int:
        made.append(one)
        return len(made)

    once = _once(dear)  # type: ignore[arg-type]
    first: list[float] = []  # equal to the second and without a hash, as fits are
    second: list[float] = []
    assert [once(one) for one in (first, second, first)] == [1, 2, 1]  # type: ignore[arg-type]
