"""Surfaces over two numbers: what may be asked, the hull, and from which volume on dose helps."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.analyses.surfaces.answer import Hull, reached, surface
from posthaz.analyses.surfaces.spec import (
    Surfaces,
    SurfaceSpec,
    read_surfaces,
    surface_faults,
    surface_model_faults,
)
from posthaz.cohort import CohortSpec, Column
from posthaz.errors import Findings, SpecError
from posthaz.figures import draw_surface
from posthaz.spec.toml_table import TomlTable
from tests.shared_data import plain_cohort

RANDOM = np.random.default_rng(4)
VOLUME = np.exp(RANDOM.normal(4.5, 0.8, 150))
FRAME = pd.DataFrame(
    {
        "gtv_cc": VOLUME,
        "dose_gy": RANDOM.uniform(45.0, 75.0, 150),
        "few": RANDOM.choice([60.0, 66.0], 150),
        "stage": pd.Categorical(RANDOM.choice(["1", "2"], 150)),
    }
)
EXAMPLE = replace(
    plain_cohort(RANDOM.exponential(20.0, 150), RANDOM.uniform(size=150) < 0.8, FRAME, "months"),
    columns={"gtv_cc": Column("gtv_cc", role="gtv")},
)
MODEL = ph.ModelSpec("weibull", ph.Weibull(), "stage + log(gtv_cc)")
COLUMNS = {name: Column(name, levels=levels) for name, levels in
           (("gtv_cc", ()), ("dose_gy", ()), ("stage", ("1", "2")))}  # fmt: skip


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"x": "gtv_cc"}, "it is missing"),
        ({"x": "gtv_cc", "y": "gtv_cc"}, "it is x itself"),
        ({"x": "stage", "y": "gtv_cc"}, "'stage' is a factor"),
        ({"x": "gtv", "y": "dose_gy"}, "'gtv' is not described"),
        ({"x": "gtv_cc", "y": "dose_gy", "probability": 0.3}, "found 0.3"),
        ({"x": "gtv_cc", "y": "dose_gy", "df": 30}, "found 30"),
    ],
)
def test_what_a_file_can_not_ask(values, said):
    findings = Findings()
    toml = TomlTable({"one": values}, "x.toml", ("surfaces",), findings)
    assert read_surfaces(toml, CohortSpec(columns=COLUMNS)) == ()
    assert said in findings.found[0].what
    assert findings.found[0].fix


def test_what_a_cohort_or_model_can_not_answer():
    asked = Surfaces((SurfaceSpec("s", "gtv_cc", "dose_gy", step=500.0),))
    (found,) = surface_faults(asked, EXAMPLE)
    assert "500 more of 'dose_gy' is beyond" in found.what
    (found,) = surface_faults(Surfaces((SurfaceSpec("s", "gtv_cc", "stage"),)), EXAMPLE)
    assert "'stage' is a factor" in found.what
    (found,) = surface_faults(Surfaces((SurfaceSpec("s", "gtv_cc", "few"),)), EXAMPLE)
    assert "2 different values" in found.what
    accelerated = replace(MODEL, form="accelerated_failure_time")
    (found,) = surface_model_faults(Surfaces((SurfaceSpec("s", "gtv_cc", "dose_gy"),)), accelerated)
    assert "time ratios" in found.what
    with pytest.raises(SpecError, match="There is no surface s"):
        surface(EXAMPLE, accelerated, SurfaceSpec("s", "gtv_cc", "dose_gy"))


def test_terms_are_lines_bends_and_their_products():
    terms = SurfaceSpec("s", "v", "d", df=3).terms({"v": Column("v", role="gtv")})
    assert terms[:2] == ("log(v)", "d")
    assert len(terms) == 8
    assert sum(":" in term for term in terms) == 4


def test_nothing_lies_in_the_hull_but_what_is_between_patients():
    patients = pd.DataFrame({"x": [1.0, 10.0, 100.0], "y": [0.0, 10.0, 0.0], "weight": 1.0})
    hull = Hull(patients, ("log", "linear"))
    inside = hull.holds(np.array([10.0, 10.0, 50.0, 50.0]), np.array([5.0, 11.0, 2.0, 8.0]))
    assert inside.tolist() == [True, False, True, False]
    grid = hull.grid(21)
    assert hull.holds(grid["x"], grid["y"]).all()
    line = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.0], "weight": 1.0})
    with pytest.raises(SpecError, match="on one line"):
        Hull(line, ("linear", "linear"))


@pytest.mark.parametrize(
    ("chances", "wanted"),
    [
        ([0.2, 0.8, 0.92, 0.95], (3.0, None)),
        ([0.95, 0.95, 0.95, 0.95], (1.0, None)),
        ([0.95, 0.92, 0.5, 0.1], (None, 2.0)),
        ([0.1, 0.95, 0.95, 0.2], (None, None)),
        ([0.95, 0.2, 0.95, 0.95], (3.0, None)),
    ],
)
def test_from_which_volume_on(chances, wanted):
    line = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "p_below_1": chances})
    assert reached(line, 0.9) == wanted
    assert reached(line.iloc[:0], 0.9) == (None, None)


@pytest.fixture(scope="module")
def found():
    asked = SurfaceSpec("dose", "gtv_cc", "dose_gy", step=4.0, df=3, survival_at=12.0)
    return surface(EXAMPLE, MODEL, asked, ph.Sampling(draws=250))


def test_a_step_out_of_the_hull_has_no_answer(found):
    hull = Hull(found.patients, found.scales)
    inside = hull.holds(found.rows["x"], found.rows["y"] + 4.0)
    assert (np.isfinite(found.rows["hr"]) == inside).all()
    assert found.rows["survival"].between(0.0, 1.0).all()
    assert found.replaced == ("log(gtv_cc)",)
    assert found.line["p_below_1"].between(0.0, 1.0).all()
    assert (found.line["to_y"] - found.line["from_y"] >= 4.0).all()


def test_the_picture_holds_both_panels(found):
    figure = draw_surface(
        found.rows, found.patients, names=("GTV", "Dose"), scales=found.scales,
        survival="Survival", more="More", above=found.above,
    )  # fmt: skip
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Survival", "More"]
