"""How numbers are written: as many digits as they deserve, and never a bare zero."""

from collections.abc import Callable

import numpy as np

from posthaz.cohort import at_time, number_text, with_unit
from posthaz.cohort import counted as counted
from posthaz.cohort.rows import listed as listed
from posthaz.report.cells import MISSING

DECIMALS = {"days": 0, "weeks": 1, "months": 1, "years": 2}
SPACE = "\u00a0"


def ratio(value: float) -> str:
    """A ratio with two decimals, fewer where it is large.

    Examples
    --------
    >>> ratio(0.9049), ratio(0.001), ratio(123.4)
    ('0.90', '<0.01', '123')
    """
    if not np.isfinite(value):
        return MISSING if np.isnan(value) else "∞"
    if abs(value) < 0.005:
        return "<0.01"
    return f"{value:,.0f}" if abs(value) >= 100 else signed(f"{value:.2f}")


def percent(share: float) -> str:
    r"""A probability in whole percent, never 0 or 100.

    Examples
    --------
    >>> percent(0.7068), percent(0.9999), percent(0.0)
    ('71\xa0%', '>99\xa0%', '<1\xa0%')
    """
    if np.isnan(share):
        return MISSING
    if share <= 0.005:
        return f"<1{SPACE}%"
    return f">99{SPACE}%" if share >= 0.995 else f"{100 * share:.0f}{SPACE}%"


def share(value: float) -> str:
    r"""A share, such as a survival probability, in whole percent, where 0 and 100 may be.

    Examples
    --------
    >>> share(0.534), share(1.0), share(0.001)
    ('53\xa0%', '100\xa0%', '<1\xa0%')
    """
    if 0 < value <= 0.005 or 0.995 <= value < 1:
        return percent(value)
    return MISSING if np.isnan(value) else f"{100 * value:.0f}{SPACE}%"


def p_value(value: float) -> str:
    """A P value; three decimals only where they matter.

    Examples
    --------
    >>> p_value(0.5574), p_value(0.0004), p_value(0.0071), p_value(0.0496)
    ('0.56', '<0.001', '0.007', '0.050')
    """
    if np.isnan(value):
        return MISSING
    if value < 0.001:
        return "<0.001"
    if value > 0.99:
        return ">0.99"
    return f"{value:.3f}" if value < 0.01 or 0.045 <= value < 0.055 else f"{value:.2f}"


def p_sentence(value: float) -> str:
    """A P value with its sign, for text.

    Examples
    --------
    >>> p_sentence(0.5574), p_sentence(1e-5)
    ('P = 0.56', 'P < 0.001')
    """
    text = p_value(value)
    return f"P {text[0]} {text[1:]}" if text[0] in "<>" else f"P = {text}"


def duration(value: float, unit: str) -> str:
    """A time, without its unit; infinite and missing ones are not reached.

    Examples
    --------
    >>> duration(26.503, "months"), duration(float("inf"), "months")
    ('26.5', 'not reached')
    """
    if not np.isfinite(value):
        return "not reached"
    return signed(f"{value:.{DECIMALS.get(unit, 1)}f}")


def moment(value: float) -> str:
    """A point in time, such as a horizon, with at most one decimal.

    Examples
    --------
    >>> moment(36.0), moment(47.5478)
    ('36', '47.5')
    """
    return number_text(round(value, 1))


def lasting(value: float, unit: str) -> str:
    """A time with its unit; infinite and missing ones are not reached.

    Examples
    --------
    >>> lasting(26.503, "months"), lasting(1.0, "days"), lasting(float("inf"), "months")
    ('26.5 months', '1 day', 'not reached')
    """
    return with_unit(duration(value, unit), unit) if np.isfinite(value) else "not reached"


def general(value: float) -> str:
    """A number with three significant digits, never with an exponent where it is large.

    Examples
    --------
    >>> general(15.638), general(1361.2), general(0.0123)
    ('15.6', '1,361', '0.0123')
    """
    return number_text(value, 3)


def recorded_in_steps(step: float, unit: str) -> str:
    """How coarsely times were recorded, without a full stop.

    Examples
    --------
    >>> recorded_in_steps(1.0, "months"), recorded_in_steps(7.0, "days")
    ('Times were recorded in whole months', 'Times were recorded in steps of 7 days')
    """
    steps = f"whole {unit}" if step == 1 else f"steps of {at_time(step, unit)}"
    return f"Times were recorded in {steps}"


def extrapolated(value: float, horizon: float) -> str:
    """What stands behind a time that lies beyond follow-up: a model's shape alone gave it.

    Examples
    --------
    >>> extrapolated(80.0, 60.0), extrapolated(40.0, 60.0), extrapolated(float("inf"), 60.0)
    (', extrapolated', '', '')
    """
    return ", extrapolated" if horizon < value < np.inf else ""


def change(value: float, unit: str) -> str:
    """A difference of times, without its unit; missing ones are a dash."""
    return MISSING if np.isnan(value) else duration(value, unit)


def points(value: float) -> str:
    """A difference of shares, in percentage points.

    Examples
    --------
    >>> points(-0.0512)
    '−5.1'
    """
    return MISSING if np.isnan(value) else signed(f"{100 * value:.1f}")


def significant(value: float) -> str:
    """A number with two significant digits, for Monte Carlo errors.

    Examples
    --------
    >>> significant(0.00261), significant(0.0), significant(12.34)
    ('0.0026', '<0.0001', '12')
    """
    if np.isnan(value):
        return MISSING
    if abs(value) < 5e-5:
        return "<0.0001"
    digits = max(0, 1 - int(np.floor(np.log10(abs(value)))))
    return f"{value:.{digits}f}"


def plain(value: float) -> str:
    """A parameter: two decimals, or two significant digits where those would say little.

    Examples
    --------
    >>> plain(2.664), plain(0.0000351), plain(-3.92), plain(2790.0)
    ('2.66', '0.000035', '−3.92', '2,790')
    """
    if value != 0 and abs(value) < 0.1:
        return signed(number_text(value, 2))
    if abs(value) >= 1000:
        return signed(f"{value:,.0f}")
    return signed(f"{value:.3g}" if abs(value) >= 100 else f"{value:.2f}")


def with_interval(
    value: float, lower: float, upper: float, write: Callable[[float], str] = ratio
) -> str:
    """An estimate with its interval; a dash where there is none.

    Examples
    --------
    >>> with_interval(0.9078, 0.6499, 1.2781)
    '0.91 (0.65 to 1.28)'
    """
    if np.isnan(value) and np.isnan(lower):
        return MISSING
    if np.isnan(lower) and np.isnan(upper):
        return f"{write(value)} (no interval)"
    return f"{write(value)} ({write(lower)} to {write(upper)})"


def share_interval(value: float, lower: float, upper: float) -> str:
    r"""A share with its interval, the sign said once.

    Examples
    --------
    >>> share_interval(0.735, 0.660, 0.800)
    '74\xa0% (66 to 80)'
    """
    if np.isnan(value):
        return MISSING
    if np.isnan(lower):
        return share(value)
    return f"{share(value)} ({100 * lower:.0f} to {100 * upper:.0f})"


def signed(text: str) -> str:
    """The text of a number with a true minus sign, and none before zero.

    Examples
    --------
    >>> signed("-2.1"), signed("-0.0")
    ('−2.1', '0.0')
    """
    if text.startswith("-") and not text.strip("-0.\u00a0%"):
        return text[1:]
    return text.replace("-", "−", 1) if text.startswith("-") else text


def count_text(number: float) -> str:
    """A count, thousands set apart; weighted ones with their decimals.

    Examples
    --------
    >>> count_text(91), count_text(4618.0), count_text(87.5)
    ('91', '4,618', '87.5')
    """
    return number_text(number, 12)


def interval_name(probability: float) -> str:
    """Heading of an interval's probability, such as ``"95 %"``."""
    return f"{number_text(100 * probability)}{SPACE}%"
