"""How alike the arms are before and after matching or weighting."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from posthaz.adjust.matched import Matched
from posthaz.adjust.patients import is_categorical, level_codes
from posthaz.adjust.score import PropensityScore, require_score
from posthaz.adjust.weighted_numbers import weighted_variance
from posthaz.adjust.weighting import Weighted
from posthaz.design import formula_variables

BEFORE = "before"
SCORE = "propensity score (logit)"
_COLUMNS = [
    *("sample", "variable", "level", "mean_reference", "mean_treated", "smd_treated_sd"),
    *("smd_pooled_sd", "variance_ratio"),
]


def balance_table(
    score: PropensityScore,
    samples: Mapping[str, Matched | Weighted],
    columns: tuple[str, ...] | list[str] = (),
) -> pd.DataFrame:
    """Differences of the arms in each covariate, before and in each sample.

    Parameters
    ----------
    score : PropensityScore
        The score.
    samples : mapping of str to Matched or Weighted
        Samples by name.
    columns : sequence of str, optional
        Covariates; those of the score when empty.

    Returns
    -------
    DataFrame
        Columns ``sample, variable, level, mean_reference, mean_treated, smd_treated_sd,
        smd_pooled_sd, variance_ratio``. One row a number; one a level of a factor (the second
        level only, where there are two), whose means are shares. Differences (treated minus
        reference) are divided by the standard deviation of the treated arm or by that pooled over
        the arms, both of the patients *before*, so that rows can be compared: for a share the
        root of p(1 - p), as MatchIt and tableone do. `variance_ratio` (treated over reference) is
        that of numbers in the sample itself. The logit of the score is the first variable.
        `sample` is ``"before"`` or the name.

    Examples
    --------
    >>> import posthaz as ph
    >>> score = ph.propensity_score(ph.simulated_example(), ["gtv_cc", "dose_gy"])
    >>> table = balance_table(score, {"overlap": ph.balancing_weights(score, "ATO")})
    >>> after = table[table["sample"] == "overlap"].set_index("variable")["smd_pooled_sd"]
    >>> bool(after[["gtv_cc", "dose_gy"]].abs().max() < 1e-8)
    True
    """
    require_score(score, "balance_table")
    names = list(columns) or list(formula_variables(score.formula))
    weights = {BEFORE: score.cohort.weight, **{k: one.weight for k, one in samples.items()}}
    rows = []
    for sample, weight in weights.items():
        for variable, level, values, share in _variables(score, names):
            known = np.isfinite(values)
            parts = [
                (values[known & group], weight[known & group], score.cohort.weight[known & group])
                for group in (~score.treated, score.treated)
            ]
            rows.append((sample, variable, level, *_differences(parts, share)))
    return pd.DataFrame(rows, columns=_COLUMNS)


def _variables(
    score: PropensityScore, names: list[str]
) -> Iterator[tuple[str, str, np.ndarray, bool]]:
    """Name, level, values and whether they are shares."""
    yield SCORE, "", score.logit, False
    for name in names:
        values = pd.Series(score.cohort.covariates[name])
        if not is_categorical(values):
            yield name, "", values.to_numpy(dtype=float), False
            continue
        codes, levels = level_codes(values)
        for number, level in enumerate(levels):
            if number or len(levels) != 2:
                yield name, level, np.where(codes < 0, np.nan, codes == number), True


def _differences(
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]], share: bool
) -> tuple[float, ...]:
    if any(weight.sum() <= 0 for _, weight, _ in parts):
        return (float("nan"),) * 5
    means = [float(np.average(values, weights=weight)) for values, weight, _ in parts]
    before = [_variance(values, case, share) for values, _, case in parts]
    gap = means[1] - means[0]
    own = [_variance(values, weight, share) for values, weight, _ in parts]
    ratio = own[1] / own[0] if own[0] > 0 and not share else float("nan")
    return (
        *means,
        _over(gap, np.sqrt(before[1])),
        _over(gap, np.sqrt((before[0] + before[1]) / 2)),
        ratio,
    )


def _over(gap: float, spread: float) -> float:
    if spread > 0:
        return float(gap / spread)
    return 0.0 if gap == 0 else float("nan")


def _variance(values: np.ndarray, weight: np.ndarray, share: bool) -> float:
    if not share:
        return weighted_variance(values, weight)
    mean = float(np.average(values, weights=weight))
    return mean * (1.0 - mean)
