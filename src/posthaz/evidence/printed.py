"""A hazard ratio as a paper prints it, and what its rounding leaves open."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from scipy.special import ndtri

from posthaz.errors import Finding, Findings, SpecError

_P_VALUE = re.compile(r"\s*[Pp]?\s*(?P<sign>[<>=≤≥]?)\s*(?P<number>\d*\.?\d+(?:[eE][-+]?\d+)?)\s*")


@dataclass(frozen=True)
class PrintedRatio:
    """A printed hazard ratio with its confidence interval.

    Parameters
    ----------
    hr, lower, upper : float
        The numbers as printed.
    level : float
        Confidence level of the interval.
    p : str
        P value as printed: ``"0.03"``, ``"<0.001"``; empty where none is.
    decimals : int or None
        Decimals that were printed; the most that any of the three numbers shows without it.
    events : int or None
        Events behind it.
    beneficial : {"below", "above"}
        Side of 1 on which the ratio is a benefit.
    name, label : str
        Its name in a file, and the name to show.
    where : str
        Place in the paper.

    Examples
    --------
    >>> printed = PrintedRatio(0.54, 0.31, 0.94, p="0.03")
    >>> round(printed.estimate, 3), round(printed.standard_error, 3), round(printed.z, 2)
    (-0.616, 0.283, -2.18)
    """

    hr: float
    lower: float
    upper: float
    level: float = 0.95
    p: str = ""
    decimals: int | None = None
    events: int | None = None
    beneficial: str = "below"
    name: str = "ratio"
    label: str = ""
    where: str = ""

    @property
    def quantile(self) -> float:
        """Standard normal quantile of the interval."""
        return float(ndtri((1.0 + self.level) / 2.0))

    @property
    def estimate(self) -> float:
        """Log hazard ratio."""
        return math.log(self.hr)

    @property
    def standard_error(self) -> float:
        """Standard error of the log hazard ratio, from the width of the interval."""
        return (math.log(self.upper) - math.log(self.lower)) / (2.0 * self.quantile)

    @property
    def z(self) -> float:
        """Wald statistic."""
        return self.estimate / self.standard_error

    @property
    def shown(self) -> str:
        """Label, or name without one."""
        return self.label or self.name

    @property
    def half_unit(self) -> float:
        """Half a unit of the last printed decimal: how far a number may have been rounded."""
        places = self.decimals
        if places is None:
            places = max(decimals_of(number) for number in (self.hr, self.lower, self.upper))
        return 0.5 * 10.0**-places

    @property
    def estimate_range(self) -> tuple[float, float]:
        """Smallest and largest log hazard ratio that print as `hr`."""
        return self._logs(self.hr)

    @property
    def centre_range(self) -> tuple[float, float]:
        """Smallest and largest middle of the interval, on the log scale."""
        (a, b), (c, d) = self._logs(self.lower), self._logs(self.upper)
        return (a + c) / 2.0, (b + d) / 2.0

    @property
    def error_range(self) -> tuple[float, float]:
        """Smallest and largest standard error of the log hazard ratio."""
        (a, b), (c, d) = self._logs(self.lower), self._logs(self.upper)
        width = 2.0 * self.quantile
        return max(c - b, 1e-12) / width, (d - a) / width

    @property
    def p_range(self) -> tuple[float, float] | None:
        """Smallest and largest P value that print as `p`; None without one."""
        return p_value_range(self.p) if self.p else None

    def _logs(self, number: float) -> tuple[float, float]:
        least = max(number - self.half_unit, 1e-3 * number)  # 0.00 is some small ratio
        return math.log(least), math.log(number + self.half_unit)


def decimals_of(number: float) -> int:
    """Decimals that a number shows.

    Examples
    --------
    >>> decimals_of(0.54), decimals_of(1.0), decimals_of(1.071)
    (2, 0, 3)
    """
    _, _, places = f"{number:.10g}".partition(".")
    return len(places)


def p_value_range(text: str) -> tuple[float, float]:
    """Smallest and largest P value that a printed one stands for.

    Parameters
    ----------
    text : str
        Such as ``"0.03"``, ``"P < 0.001"``, ``">0.99"``.

    Returns
    -------
    tuple of float

    Raises
    ------
    ValueError
        When the text is no P value between 0 and 1.

    Examples
    --------
    >>> p_value_range("0.03"), p_value_range("P<0.001")
    ((0.025, 0.035), (0.0, 0.001))
    """
    found = _P_VALUE.fullmatch(text)
    if not found or float(found["number"]) > 1:
        raise ValueError(f"'{text}' is no P value")
    value, sign = float(found["number"]), found["sign"]
    if sign in ("<", "≤"):
        return 0.0, value
    if sign in (">", "≥"):
        return value, 1.0
    written = found["number"].lower()
    places = 10 if "e" in written else len(written.partition(".")[2])
    half = 0.5 * 10.0**-places
    return round(max(value - half, 0.0), 12), round(min(value + half, 1.0), 12)


def require_possible(printed: PrintedRatio) -> None:
    """Refuse printed numbers that can be no hazard ratio with an interval.

    Raises
    ------
    SpecError
        With everything that `impossible` finds, or a side that is neither.
    """
    findings = Findings()
    findings.extend(impossible(printed, f"PrintedRatio {printed.name!r}"))
    if printed.beneficial not in ("below", "above"):
        findings.add(f"PrintedRatio {printed.name!r}", f"beneficial is {printed.beneficial!r}",
                     "give below or above")  # fmt: skip
    findings.raise_if_any(SpecError, "The printed numbers can't be used:")


def impossible(printed: PrintedRatio, where: str) -> Iterator[Finding]:
    """What makes printed numbers no hazard ratio with an interval.

    Parameters
    ----------
    printed : PrintedRatio
        The numbers.
    where : str
        Their place, as the user would name it.

    Yields
    ------
    Finding
        One a problem.

    Examples
    --------
    >>> [finding.what for finding in impossible(PrintedRatio(0.3, 0.31, 0.94), "x")]
    ['HR 0.3 lies outside its interval (0.31 to 0.94)']
    """
    numbers = {"HR": printed.hr, "lower limit": printed.lower, "upper limit": printed.upper}
    wrong = [f"the {n} is {v:g}" for n, v in numbers.items() if not (0 < v < math.inf)]
    if wrong:
        yield Finding(where, ", ".join(wrong), "give hazard ratios, which are above 0")
    elif printed.lower >= printed.upper:
        what = f"the lower limit ({printed.lower:g}) is not below the upper ({printed.upper:g})"
        yield Finding(where, what, "give the limits in order")
    elif not printed.lower <= printed.hr <= printed.upper:
        interval = f"({printed.lower:g} to {printed.upper:g})"
        what = f"HR {printed.hr:g} lies outside its interval {interval}"
        yield Finding(where, what, "compare the three numbers with the paper; one is misprinted")
    if not 0 < printed.level < 1:
        yield Finding(where, f"level {printed.level:g}", "give it between 0 and 1, such as 0.95")
    if printed.p:
        try:
            p_value_range(printed.p)
        except ValueError as error:
            yield Finding(where, str(error), "give it as printed: 0.03, or <0.001")
