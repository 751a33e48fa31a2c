"""Table 1 before matching or weighting, and of each sample."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.adjust.balance import table_one
from posthaz.adjust.balance_after import BEFORE, balance_table
from posthaz.adjust.matched import Matched
from posthaz.adjust.score import PropensityScore
from posthaz.adjust.weighting import Weighted


def table_one_by_sample(
    score: PropensityScore, samples: Mapping[str, Matched | Weighted], columns: Sequence[str]
) -> pd.DataFrame:
    """Covariates by arm before, and in each matched or weighted sample.

    Parameters
    ----------
    score : PropensityScore
        The score.
    samples : mapping of str to Matched or Weighted
        Samples by name.
    columns : sequence of str
        Covariates.

    Returns
    -------
    DataFrame
        Columns of `table_one` and ``sample`` (``"before"`` or the name), the same rows for each.
        Patients count with their weights. `smd` is ``smd_pooled_sd`` of `balance_table`: the
        difference over the deviation of the patients before, one a number and one a level (the
        second only, where there are two), so that samples compare. Tests stand only where each
        patient counts once or not at all.

    Examples
    --------
    >>> import posthaz as ph
    >>> score = ph.propensity_score(ph.simulated_example(), ["gtv_cc", "dose_gy"])
    >>> samples = {"overlap": ph.balancing_weights(score, "ATO")}
    >>> table = table_one_by_sample(score, samples, ["dose_gy"])
    >>> table[["sample", "A", "B"]].to_numpy().tolist()
    [['before', '60 (50-66)', '60 (50-66)'], ['overlap', '60 (50-66)', '60 (50-66)']]
    """
    names = list(columns)
    cohort = score.cohort
    parts = {BEFORE: cohort.weight, **{name: one.weight for name, one in samples.items()}}
    tables = [
        table_one(replace(cohort, weight=weight), names, weighted=True).assign(sample=name)
        for name, weight in parts.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    balance = balance_table(score, samples, names)
    found = balance.set_index(["sample", "variable", "level"])["smd_pooled_sd"]
    places = pd.MultiIndex.from_frame(table[["sample", "variable", "level"]])
    # grades are counted by level, but their difference is that of a number and stands first
    whole = pd.MultiIndex.from_frame(table[["sample", "variable"]].assign(level=""))
    first = ~table.duplicated(["sample", "variable"]).to_numpy()
    differences = found.reindex(places).to_numpy()
    of_numbers = found.reindex(whole).to_numpy()
    differences = np.where(first & np.isnan(differences), of_numbers, differences)
    return table.assign(smd=np.where(table["kind"] == "missing", np.nan, differences))
