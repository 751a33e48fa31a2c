"""Columns of penalised and monotone curves: what they span, and how new patients are coded."""

import numpy as np
import pandas as pd
import pytest

from posthaz.design import formula_terms, in_basis, learn_design
from posthaz.design.smooth import Bend, Fall, Rise
from posthaz.errors import FormulaError

X = np.exp(np.random.default_rng(1).normal(4.0, 0.9, 200))


def test_bends_have_no_line_and_unit_variance():
    x = np.log(X)
    columns = Bend()(x, df=8)
    line = np.column_stack([np.ones(len(x)), x])
    assert columns.shape == (200, 8)
    assert np.allclose(line.T @ columns, 0.0, atol=1e-6 * len(X))
    assert np.mean(np.sum(columns**2, axis=1)) == pytest.approx(1.0)
    inner = columns.T @ columns
    assert np.allclose(inner - np.diag(np.diag(inner)), 0.0, atol=1e-8)


def test_with_their_line_bends_hold_any_second_order_walk():
    """The covariance of the walk, its line projected out, is that of the columns."""
    x = np.linspace(0.0, 1.0, 60)
    size, width = 10, 1.0 / 7
    from scipy.interpolate import BSpline

    knots = width * np.arange(-3, size + 1)
    basis = BSpline.design_matrix(x, knots, 3).toarray()
    differences = np.diff(np.eye(size), n=2, axis=0)
    walk = basis @ np.linalg.pinv(differences)
    line = np.column_stack([np.ones(60), x])
    out = np.eye(60) - line @ np.linalg.pinv(line)
    wanted = out @ walk @ walk.T @ out
    columns = Bend()(x, df=8)
    found = columns @ columns.T
    assert np.allclose(found / np.trace(found), wanted / np.trace(wanted), atol=1e-9)


def test_bends_go_on_straight_beyond_the_data():
    bend = Bend()
    bend(np.linspace(0.0, 1.0, 40), df=6)
    beyond = bend(np.array([1.0, 1.5, 2.0]), df=6)
    assert np.allclose(beyond[2] - beyond[1], beyond[1] - beyond[0])


def test_rising_columns_rise_and_equal_ones_make_a_line():
    x = np.linspace(2.0, 9.0, 50)
    columns = Rise()(x, df=6)
    assert columns.shape == (50, 6)
    assert (np.diff(columns, axis=0) >= -1e-12).all()
    assert np.allclose(columns.sum(axis=1) / 6, (x - 2.0) / 7.0)
    assert np.allclose(Fall()(x, df=6), -columns)


def test_new_patients_are_coded_as_the_first_ones_were():
    frame = pd.DataFrame({"gtv": X})
    design = learn_design(frame, "log(gtv) + bend(log(gtv), df=8)")
    again = design.matrix(frame.iloc[::-1])
    assert np.allclose(again[::-1], design.matrix(frame))
    assert design.terms[1] == formula_terms(design.formula)[1]


def test_terms_of_bases_are_known():
    assert in_basis("rise(log(gtv), df = 6)[2]")
    assert in_basis("arm[B]:poly(age, degree = 2)[0]")
    assert not in_basis("log(gtv)")
    assert not in_basis("bend")


def test_a_number_that_is_the_same_in_all_has_no_curve():
    with pytest.raises(FormulaError, match="all equal"):
        Rise()(np.ones(5))
