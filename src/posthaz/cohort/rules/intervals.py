"""Rules on interval bounds."""

from collections.abc import Iterator

from posthaz.cohort.draft import Draft
from posthaz.errors import Finding


def interval_order(draft: Draft) -> Iterator[Finding]:
    """The lower bound is no later than the upper one; equal bounds are an exact time."""
    lower, upper = draft.numbers["lower"].values, draft.numbers["upper"].values
    swapped = lower > upper
    if swapped.any():
        pairs = [f"{a:g} > {b:g}" for a, b in zip(lower[swapped], upper[swapped], strict=True)]
        more = ", ..." if len(pairs) > 3 else ""
        yield Finding(
            draft.where(swapped, draft.spec.lower),
            f"the lower bound is after the upper one ({', '.join(pairs[:3])}{more})",
            f"swap them; leave '{draft.spec.upper}' empty for a right-censored row",
        )


INTERVAL_RULES = (interval_order,)
