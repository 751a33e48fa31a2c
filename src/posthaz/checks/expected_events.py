"""Events seen against those that a model expects, over time, by arm and along covariates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.linalg import eigh
from scipy.stats import chi2

from posthaz.checks.predicted import Predicted
from posthaz.cohort import Cohort
from posthaz.spec.along import usual_scale

_LEAST_LEFT = 0.2
_EVENTS_A_PERIOD = 8
_MOST_PERIODS = 4
_GROUPS = 3
EXPECTED_COLUMNS = ("check", "of", "group", "since", "until", "patients", "observed", "expected",
                    "lower", "upper")  # fmt: skip
TEST_COLUMNS = ("check", "of", "statistic", "df", "p")


@dataclass(frozen=True, eq=False)
class ExpectedEvents:
    """Events of each row in each period, and what the draws of a fit expect there.

    Parameters
    ----------
    predicted : Predicted
        The predictions.
    bounds : ndarray of float, shape (period + 1,)
        Limits of the periods; the last is infinity.
    seen : ndarray of float, shape (period, row)
        Events.
    expected : ndarray of float, shape (draw, period, row)
        Cumulative hazard passed under observation.
    """

    predicted: Predicted
    bounds: np.ndarray
    seen: np.ndarray
    expected: np.ndarray

    def test(self, direction: np.ndarray) -> tuple[float, int, float]:
        """Score test that hazards don't depart from the model's in some directions.

        Weighted sums of observed less expected events, whose variance is that of a counting
        process less what fitting has taken up: the posterior covariance of the expected sums.

        Parameters
        ----------
        direction : ndarray of float, shape (period, row, q)
            What log hazards might miss.

        Returns
        -------
        tuple of (float, int, float)
            Chi-square, degrees of freedom, P value; directions that the model has itself are
            left out, and 0 degrees of freedom say that none is left.
        """
        mean = self.expected.mean(axis=0)
        total = np.einsum("krq,kr->q", direction, self.seen - mean)
        free = np.einsum("krq,krs,kr->qs", direction, direction, mean)
        sums = np.einsum("krq,dkr->dq", direction, self.expected)
        taken = np.atleast_2d(np.cov(sums, rowvar=False))
        present = np.diag(free) > 0
        if not present.any():
            return float("nan"), 0, float("nan")
        total, free, taken = total[present], free[np.ix_(present, present)], taken[
            np.ix_(present, present)
        ]  # fmt: skip
        free = free + 1e-9 * np.trace(free) / len(free) * np.eye(len(free))
        left, axes = eigh(free - taken, free)
        kept = left > _LEAST_LEFT
        if not kept.any():
            return float("nan"), 0, float("nan")
        statistic = float(((axes.T @ total)[kept] ** 2 / left[kept]).sum())
        df = int(kept.sum())
        return statistic, df, float(chi2.sf(statistic, df))

    def sums(
        self, inside: np.ndarray, rng: np.random.Generator, interval: float = 0.95
    ) -> tuple[int, float, float, float, float]:
        """Patients, events seen, expected, and limits of the number the model would produce.

        Parameters
        ----------
        inside : ndarray of bool, shape (period, row)
            Where to add up.
        rng : Generator
            Source of the draws.
        interval : float
            Probability of the limits.
        """
        drawn = self.expected[:, inside].sum(axis=1)
        tail = (1.0 - interval) / 2.0
        lower, upper = np.quantile(rng.poisson(np.repeat(drawn, 4)), (tail, 1.0 - tail))
        rows = inside.any(axis=0)
        patients = len(np.unique(self.predicted.patient[rows]))
        observed = float(self.seen[inside].sum())
        return patients, observed, float(drawn.mean()), float(lower), float(upper)


def expected_events_of(predicted: Predicted) -> ExpectedEvents:
    """Events seen and expected in up to four periods with about equally many events.

    Parameters
    ----------
    predicted : Predicted
        Predictions of a fit whose cohort has no intervals between visits.

    Returns
    -------
    ExpectedEvents
        Of each row.
    """
    rows = predicted.rows
    # an event recorded at the end of a step came half a step before it, more or less
    end = np.maximum(np.where(rows.event, rows.exit - rows.resolution / 2.0, rows.exit), rows.entry)
    times = end[rows.event]
    periods = int(np.clip(len(times) // _EVENTS_A_PERIOD, 1, _MOST_PERIODS))
    cuts = np.unique(np.quantile(times, np.arange(1, periods) / periods)) if periods > 1 else []
    inner = [cut for cut in cuts if cut < times.max()]
    bounds = np.array([0.0, *inner, np.inf])
    seen, expected = [], []
    for low, high in pairwise(bounds):
        seen.append((rows.event & (end > low) & (end <= high)).astype(float))
        since = np.maximum(rows.entry, low)
        expected.append(predicted.passed(since, np.maximum(np.minimum(end, high), since)))
    return ExpectedEvents(predicted, bounds, np.stack(seen), np.stack(expected, axis=1))


def expected_tests(
    events: ExpectedEvents, along: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tests of a model's hazards over time, by arm over time, and along covariates.

    Parameters
    ----------
    events : ExpectedEvents
        Events seen and expected.
    along : sequence of str
        Covariates, in the model or not.

    Returns
    -------
    tests : DataFrame
        Columns ``check, of, statistic, df, p``.
    groups : DataFrame
        Columns ``check, of, group, since, until, patients, observed, expected, lower, upper``:
        the numbers behind each test.

    References
    ----------
    Hjort NL (1990), Annals of Statistics 18:1221-1258, doi:10.1214/aos/1176347748. Therneau TM,
    Grambsch PM, Fleming TR (1990), Biometrika 77:147-160, doi:10.1093/biomet/77.1.147.
    """
    rng = np.random.default_rng(events.predicted.fit.provenance.seed)
    rows = events.predicted.rows
    tests: list[tuple[object, ...]] = []
    groups: list[tuple[object, ...]] = []
    shape = events.seen.shape
    pieces = list(pairwise(events.bounds))
    for check, of, direction, parts in _directions(events, rows, along):
        statistic, df, p = events.test(direction)
        if not df:
            continue
        tests.append((check, of, statistic, df, p))
        for label, inside, split in parts:
            for place, (low, high) in enumerate(pieces if split else [(0.0, np.inf)]):
                within = np.zeros(shape, dtype=bool)
                within[slice(place, place + 1) if split else slice(None)] = inside
                within &= events.expected.mean(axis=0) > 0
                groups.append((check, of, label, low, high, *events.sums(within, rng)))
    return (
        pd.DataFrame(tests, columns=list(TEST_COLUMNS)),
        pd.DataFrame(groups, columns=list(EXPECTED_COLUMNS)),
    )


Part = tuple[str, np.ndarray, bool]
"""Name of a group, its rows, and whether it is shown period by period."""


def _directions(
    events: ExpectedEvents, rows: Cohort, along: Sequence[str]
) -> Iterator[tuple[str, str, np.ndarray, list[Part]]]:
    """What log hazards might miss: check, of what, the directions, and the groups to show."""
    periods, size = events.seen.shape
    if periods > 1:
        over = np.repeat(np.eye(periods)[:, None, :], size, axis=1)
        yield "time", "", over, [("", np.ones(size, dtype=bool), True)]
        trend = np.linspace(-1.0, 1.0, periods)
        mean = events.expected.mean(axis=0)
        arms = list(rows.arms)
        # of two arms, the second against the first says it all
        for arm in arms[1:] if len(arms) == 2 else arms:
            own = rows.arm == arm
            # within each period, so that a wrong baseline isn't taken for a changing effect
            share = (mean * own).sum(axis=1) / np.maximum(mean.sum(axis=1), 1e-12)
            direction = (trend[:, None] * (own - share[:, None]))[:, :, None]
            shown = [(one, rows.arm == one, True) for one in dict.fromkeys((arms[0], arm))]
            yield "arm over time", arm, direction, shown
    for name in along:
        values = rows.covariates[name]
        known = ~values.isna().to_numpy()
        if pd.api.types.is_numeric_dtype(values) and values.nunique() > 2:
            columns = _curve(values.to_numpy(dtype=float), known, name, rows)
            parts = _thirds(values.to_numpy(dtype=float), known)
        else:
            text = values.astype(str).to_numpy(dtype=object)
            levels = list(dict.fromkeys(text[known]))
            columns = np.stack([(text == one) & known for one in levels[1:] or levels], axis=1)
            parts = [(str(one), (text == one) & known, False) for one in levels]
        yield "covariate", name, np.repeat(columns[None].astype(float), periods, axis=0), parts


def _curve(values: np.ndarray, known: np.ndarray, name: str, rows: Cohort) -> np.ndarray:
    """A number and its square on its usual scale, standardised; 0 where it is missing."""
    logs = name in rows.columns and usual_scale(rows.columns[name]) == "log"
    own = np.log(values) if logs and (values[known] > 0).all() else values
    spread = np.std(own[known]) or 1.0
    scaled = np.where(known, (np.where(known, own, 0.0) - own[known].mean()) / spread, 0.0)
    square = scaled**2
    return np.stack([scaled, np.where(known, square - square[known].mean(), 0.0)], axis=1)


def _thirds(values: np.ndarray, known: np.ndarray) -> list[Part]:
    """The thirds of a number, named by their limits."""
    return [
        (label, inside, False) for label, inside in thirds(np.where(known, values, np.nan)).items()
    ]


def thirds(values: np.ndarray, groups: int = _GROUPS) -> dict[str, np.ndarray]:
    """Groups of about equal size of a number, by name.

    Parameters
    ----------
    values : ndarray of float, shape (row,)
        The number; missing ones are in no group.
    groups : int
        How many, unless ties make fewer.

    Returns
    -------
    dict of str to ndarray of bool
        Rows of each group, lowest first, under names such as ``"up to 14"``.

    Examples
    --------
    >>> list(thirds(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])))
    ['up to 2', 'above 2, up to 4', 'above 4']
    """
    known = values[~np.isnan(values)]
    cuts = np.unique(
        np.quantile(known, np.arange(1, groups) / groups, method="inverted_cdf")
    ) if len(known) else np.array([])  # fmt: skip
    cuts = cuts[cuts < known.max()] if len(known) else cuts
    place = np.searchsorted(cuts, values, side="left")
    found: dict[str, np.ndarray] = {}
    for number in range(len(cuts) + 1):
        low = f"above {cuts[number - 1]:.4g}" if number else ""
        high = f"up to {cuts[number]:.4g}" if number < len(cuts) else ""
        label = ", ".join(part for part in (low, high) if part) or "all"
        found[label] = (place == number) & ~np.isnan(values)
    return found
