import sys
from pathlib import Path
from subprocess import run

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from posthaz.errors import OutputError
from posthaz.figures import (
    draw_comparison,
    draw_difference,
    draw_energy,
    draw_hazard,
    draw_hazard_ratio_over_time,
    draw_hazard_ratios,
    draw_pareto_k,
    draw_predictive_check,
    draw_prior_posterior,
    draw_prior_predictive,
    draw_ranks,
    draw_survival,
    time_ticks,
    write_figure,
)
from posthaz.figures.axis import ratio_ticks
from posthaz.figures.style import SERIES, arm_styles, new_figure
from posthaz.figures.write import figure_bytes
from tests.figures.cohorts import TIME_AXIS, at_risk, curves, kaplan_meier

DRAWS = np.random.default_rng(7).normal(1.0, 0.2, size=(4, 200))
ONE = {"unit": "months", "horizon": 48.0}
EVERY = {
    "comparison": lambda **kw: draw_comparison(
        pd.DataFrame({"model": ["a"], "elpd": [-1.0], "dse": [0.0], "weight": [1.0]}), **kw
    ),
    "difference": lambda **kw: draw_difference(DRAWS, label="Gain (months)", **kw),
    "energy": lambda **kw: draw_energy(DRAWS, **kw),
    "hazard": lambda **kw: draw_hazard(curves(), **TIME_AXIS, **kw),
    "hazard_ratio": lambda **kw: draw_hazard_ratio_over_time(curves()[:9], **ONE, **kw),
    "hazard_ratios": lambda **kw: draw_hazard_ratios(
        pd.DataFrame(
            {"term": "a", "label": "A", "source": "Cox", "hr": [0.9], "lower": 0.6, "upper": 1.3}
        ),
        **kw,
    ),
    "pareto_k": lambda **kw: draw_pareto_k(
        pd.DataFrame({"subject": [0], "pareto_k": [0.1], "model": "a"}), **kw
    ),
    "predictive_check": lambda **kw: draw_predictive_check(
        kaplan_meier(), kaplan_meier().assign(replicate=0), **TIME_AXIS, **kw
    ),
    "prior_posterior": lambda **kw: draw_prior_posterior({"a": (DRAWS, DRAWS)}, ratios=["a"], **kw),
    "prior_predictive": lambda **kw: draw_prior_predictive(
        curves().assign(draw=0, survival=lambda frame: frame["median"]), **TIME_AXIS, **kw
    ),
    "ranks": lambda **kw: draw_ranks({"a": DRAWS}, **kw),
    "survival": lambda **kw: draw_survival(kaplan_meier(), curves(), at_risk(), **TIME_AXIS, **kw),
}


@pytest.mark.parametrize("name", EVERY)
def test_a_simulated_cohort_is_marked_on_every_figure(name):
    assert "SIMULATED COHORT" in EVERY[name](simulated=True).get_suptitle()
    assert EVERY[name]().get_suptitle() == ""


@pytest.mark.parametrize("name", EVERY)
def test_nothing_is_cut_at_the_edges_or_laid_over_the_heading(name):
    figure = EVERY[name](simulated=True, title="Overall survival")
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    assert box.x0 >= -0.01
    assert box.y0 >= -0.01
    assert box.x1 <= figure.get_figwidth() + 0.01
    assert box.y1 <= figure.get_figheight() + 0.01
    heading = figure._suptitle.get_window_extent().y0
    assert all(axes.get_tightbbox().y1 <= heading for axes in figure.axes)
    assert all(key.get_window_extent().y1 <= heading for key in figure.legends)


@pytest.mark.parametrize("name", EVERY)
def test_type_is_large_enough_for_a_phone(name):
    figure = EVERY[name](simulated=True)
    figure.draw_without_rendering()
    texts = [text for text in figure.findobj(mpl.text.Text) if text.get_text()]
    pixels = [text.get_fontsize() / 72 / figure.get_figwidth() * 390 for text in texts]
    assert min(pixels) >= 8.0


@pytest.mark.parametrize("name", EVERY)
def test_every_time_or_ratio_axis_has_a_label(name):
    figure = EVERY[name]()
    assert any(axes.get_xlabel() for axes in figure.axes)


def test_matplotlibs_settings_are_left_alone():
    before = dict(mpl.rcParams)
    EVERY["survival"]()
    assert dict(mpl.rcParams) == before


def test_pyplot_is_not_imported():
    code = "import sys, posthaz.figures; print('matplotlib.pyplot' in sys.modules)"
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_same_figure_gives_the_same_bytes(tmp_path):
    first = write_figure(EVERY["survival"](), tmp_path / "a", "survival")
    second = write_figure(EVERY["survival"](), tmp_path / "b", "survival")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert first[0].read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in first[1].read_bytes()


def test_an_unwritable_folder_is_one_clear_error_and_leaves_nothing(tmp_path):
    (tmp_path / "figures").write_text("a file, not a folder")
    with pytest.raises(OutputError, match="figures"):
        write_figure(new_figure(1.0), tmp_path / "figures", "survival")
    assert [path.name for path in tmp_path.iterdir()] == ["figures"]


def test_a_full_disk_leaves_neither_picture(tmp_path, monkeypatch):
    write = Path.write_bytes

    def full(path, content):
        if b"<svg" in content:
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="No space left"):
        write_figure(new_figure(1.0), tmp_path, "survival")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("horizon", "unit", "step"),
    [(60.0, "months", 12.0), (5.0, "years", 1.0), (1000.0, "days", 180.0), (7.5, "visits", 1.0)],
)
def test_time_ticks_are_clinical_steps(horizon, unit, step):
    ticks = time_ticks(horizon, unit)
    assert ticks[0] == 0.0
    assert horizon - step < ticks[-1] <= horizon
    assert len(ticks) <= 8
    np.testing.assert_allclose(np.diff(ticks), step)


def test_a_range_of_ratios_near_1_has_more_ticks_than_1():
    # the posterior of a ratio per year of age, 1.018 to 1.031, could not be read off its axis
    ticks = ratio_ticks(0.9995, 1.036)
    assert len(ticks) >= 3
    assert all(0.9995 <= tick <= 1.036 for tick in ticks)


@pytest.mark.parametrize(
    ("lower", "upper"), [(0.9, 1.1), (0.5, 2.0), (0.2, 6.0), (0.02, 50.0), (1e-4, 1e4)]
)
def test_ratio_ticks_hold_one_and_stay_inside(lower, upper):
    ticks = ratio_ticks(lower, upper)
    assert 1.0 in ticks
    assert len(ticks) >= 2
    assert all(lower <= tick <= upper for tick in ticks)


def test_five_arms_have_five_looks():
    styles = arm_styles(list("abcde"))
    assert len({style.colour for style in styles.values()}) == 5
    assert len({str(style.dash) for style in styles.values()}) == 5
    assert arm_styles(["all"]) == {"all": SERIES[0]}
    assert arm_styles([]) == {}


def test_settings_of_the_user_change_no_figure_that_is_written():
    """A notebook's tight boxes would move the axes under what a page lays over them."""
    expected = figure_bytes(new_figure(2.0))
    with mpl.rc_context({"savefig.bbox": "tight"}):
        assert figure_bytes(new_figure(2.0)) == expected
