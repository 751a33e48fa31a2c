"""The variance of an answer split by axis, against a computation by hand."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.priors import Prior
from posthaz.sensitivity.compare import INTERACTIONS, choices, split_variance
from posthaz.sensitivity.variants import Variant


def cross(value):
    """A 3 x 2 x 2 cross and the answers that a function of its levels gives."""
    levels = list(product(["p0", "p1", "p2"], ["b0", "b1"], ["f0", "f1"]))
    chosen = pd.DataFrame(levels, columns=["prior", "baseline", "covariates"])
    labels = ["; ".join(one) for one in levels]
    chosen.index = pd.MultiIndex.from_arrays([["m"] * 12, labels], names=["model", "variant"])
    numbers = [value(*(int(level[1]) for level in one)) for one in levels]
    answers = {"mean": numbers, "rmst_difference": [-2.0 * n for n in numbers]}
    table = pd.DataFrame({"model": "m", "variant": labels, "term": "arm", "problem": ""} | answers)
    return table, chosen


def test_the_split_is_that_of_a_computation_by_hand():
    # y = p + 2 b + 3 b f, with p in 0, 1, 2 and b, f in 0, 1:
    # Var p = 2/3; y given b = 1 + 2 b + 1.5 b, so 3.5^2 / 4 = 3.0625; given f = 2 + 1.5 f, 0.5625;
    # b f has variance 3/16, of which 1/16 is b's, 1/16 is f's and 1/16 both's: 9/16 of interaction
    table, chosen = cross(lambda p, b, f: p + 2.0 * b + 3.0 * b * f)
    found = split_variance(table, chosen)
    hr = found[found["quantity"] == "log_hazard_ratio"].set_index("axis")
    variance = 2 / 3 + 3.0625 + 0.5625 + 0.5625
    assert hr["variance"].iloc[0] == pytest.approx(variance)
    assert hr.loc["prior", "main"] == pytest.approx(2 / 3 / variance)
    assert hr.loc["baseline", "main"] == pytest.approx(3.0625 / variance)
    assert hr.loc["covariates", "main"] == pytest.approx(0.5625 / variance)
    assert hr.loc[INTERACTIONS, "main"] == pytest.approx(0.5625 / variance)
    assert hr["main"].sum() == pytest.approx(1.0)
    assert hr.loc["prior", "total"] == pytest.approx(2 / 3 / variance)
    assert hr.loc["baseline", "total"] == pytest.approx((3.0625 + 0.5625) / variance)
    assert hr.loc["covariates", "total"] == pytest.approx((0.5625 + 0.5625) / variance)
    # shares don't know of the scale
    rmst = found[found["quantity"] == "rmst_difference"].set_index("axis")
    assert rmst["main"].to_numpy() == pytest.approx(hr["main"].to_numpy())


def test_a_cross_with_a_hole_is_not_split():
    table, chosen = cross(lambda p, b, f: float(p))
    assert split_variance(table.iloc[1:], chosen.iloc[1:]).empty
    assert split_variance(table.assign(mean=np.nan, rmst_difference=np.nan), chosen).empty


def test_answers_that_are_all_the_same_have_no_variance_to_split():
    table, chosen = cross(lambda p, b, f: 1.0)
    found = split_variance(table, chosen)
    assert (found["main"] == 0.0).all()


def test_choices_are_read_off_the_variants():
    spec = ph.ModelSpec("m", ph.Exponential(), "arm", priors={"arm": Prior("normal", (0.0, 1.0))})
    listed = [
        Variant("as stated", (), spec, primary=True),
        Variant("prior on arm: wide", (("prior on arm", "wide"),), spec),
    ]
    table = choices(listed)
    assert list(table.columns) == ["prior on arm"]
    assert table["prior on arm"].tolist() == ["as stated", "wide"]
