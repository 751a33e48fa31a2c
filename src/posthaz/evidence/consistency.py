"""Do a printed hazard ratio, its interval and its P value belong together?"""

import math
from dataclasses import dataclass

from scipy.special import ndtr, ndtri

from posthaz.evidence.printed import PrintedRatio, require_possible

_OTHER_TEST = 0.5
_SMALLEST_P = 1e-300


@dataclass(frozen=True)
class Doubt:
    """One thing that doesn't fit.

    Parameters
    ----------
    kind : str
        ``"asymmetric"``, ``"p_value"``, ``"other_test"``, ``"significance"`` or ``"events"``.
    what : str
        What was found, in a sentence.
    """

    kind: str
    what: str


def printed_doubts(printed: PrintedRatio) -> tuple[Doubt, ...]:
    """What doesn't fit in a printed hazard ratio, interval and P value, beyond rounding.

    A Wald interval is symmetric on the log scale and gives the P value. Each comparison allows
    for every number that prints as the one in the paper. A P value of another test than Wald's
    (log-rank, likelihood ratio, Firth) differs a little: up to half a standard error is called
    ``other_test``, more ``p_value``.

    Parameters
    ----------
    printed : PrintedRatio
        Numbers that `impossible` finds nothing about.

    Returns
    -------
    tuple of Doubt
        Empty when everything fits.

    Examples
    --------
    >>> printed_doubts(PrintedRatio(0.54, 0.31, 0.94, p="0.03"))
    ()
    >>> [doubt.kind for doubt in printed_doubts(PrintedRatio(0.62, 0.39, 0.98, p="<0.001"))]
    ['p_value']
    """
    require_possible(printed)
    found = (_asymmetric(printed), _p_value(printed), _significance(printed), _events(printed))
    return tuple(doubt for doubt in found if doubt is not None)


def wald_p(printed: PrintedRatio) -> float:
    """Two-sided P value that the ratio and its interval imply.

    Examples
    --------
    >>> round(wald_p(PrintedRatio(0.54, 0.31, 0.94)), 3)
    0.029
    """
    return 2.0 * float(ndtr(-abs(printed.z)))


def wald_p_range(printed: PrintedRatio) -> tuple[float, float]:
    """Smallest and largest Wald P value of numbers that print as these."""
    low, high = (2.0 * float(ndtr(-z)) for z in reversed(_z_range(printed)))
    return low, high


def _z_range(printed: PrintedRatio) -> tuple[float, float]:
    """Smallest and largest |z| of numbers that print as these."""
    least, most = _estimates(printed)
    small, large = printed.error_range
    nearest = 0.0 if least <= 0 <= most else min(abs(least), abs(most))
    return nearest / large, max(abs(least), abs(most)) / small


def _estimates(printed: PrintedRatio) -> tuple[float, float]:
    """Log ratios that fit both the printed ratio and the interval; the ratio alone if none."""
    (a, b), (c, d) = printed.estimate_range, printed.centre_range
    least, most = max(a, c), min(b, d)
    return (least, most) if least <= most else (a, b)


def _asymmetric(printed: PrintedRatio) -> Doubt | None:
    (a, b), (c, d) = printed.estimate_range, printed.centre_range
    if a <= d and c <= b:
        return None
    middle = math.sqrt(printed.lower * printed.upper)
    return Doubt(
        "asymmetric",
        f"the interval is not symmetric around HR {printed.hr:g} on the log scale: its middle is "
        f"{middle:.3g}, and rounding explains {math.exp(c):.3g} to {math.exp(d):.3g}. It is no "
        "Wald interval (a profile or bootstrap one may be so), or a number is misprinted",
    )


def _p_value(printed: PrintedRatio) -> Doubt | None:
    stated = printed.p_range
    if stated is None:
        return None
    low, high = wald_p_range(printed)
    if low <= stated[1] and stated[0] <= high:
        return None
    apart = _z_apart(printed, stated)
    where = f"the ratio and its interval give P {_shown(low)} to {_shown(high)}"
    if apart <= _OTHER_TEST:
        return Doubt(
            "other_test",
            f"P {_stated(printed.p)} is not the Wald test's ({where}), but near enough to be "
            "another test's, such as the log-rank",
        )
    return Doubt(
        "p_value",
        f"P {_stated(printed.p)} does not match: {where}, {apart:.1f} standard errors away",
    )


def _z_apart(printed: PrintedRatio, stated: tuple[float, float]) -> float:
    """Distance between the |z| that the P value and the interval stand for."""
    high, low = (-float(ndtri(max(p, _SMALLEST_P) / 2.0)) for p in stated)
    least, most = _z_range(printed)
    return max(low - most, least - high, 0.0)


def _significance(printed: PrintedRatio) -> Doubt | None:
    """The interval and the P value fall on different sides of the level, whatever the rounding."""
    stated, alpha = printed.p_range, 1.0 - printed.level
    if stated is None:
        return None
    outside = printed.lower - printed.half_unit > 1 or printed.upper + printed.half_unit < 1
    inside = printed.lower + printed.half_unit < 1 < printed.upper - printed.half_unit
    if (outside and stated[0] > alpha) or (inside and stated[1] < alpha):
        side = "excludes" if outside else "includes"
        text = f"the interval {side} 1 and P {_stated(printed.p)} says the opposite"
        return Doubt("significance", text)
    return None


def _events(printed: PrintedRatio) -> Doubt | None:
    """No comparison of two arms can have a smaller standard error than 2 / sqrt(events)."""
    if printed.events is None:
        return None
    smallest = 2.0 / math.sqrt(printed.events)
    if printed.error_range[1] >= smallest:
        return None
    return Doubt(
        "events",
        f"the interval is narrower than {printed.events} events allow: the standard error is at "
        f"most {printed.error_range[1]:.3g}, and two arms of equal size have {smallest:.3g}",
    )


def _stated(p: str) -> str:
    text = p.strip().removeprefix("P").removeprefix("p").strip()
    return text if text[:1] in "<>=≤≥" else f"= {text}"


def _shown(p: float) -> str:
    return f"{p:.2g}" if p >= 0.0001 else f"{p:.1e}"
