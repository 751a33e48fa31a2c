"""Styles of journals: measured widths and type, colours told apart, numerals, fonts of labels."""

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text

import posthaz as ph
from posthaz.errors import SpecError
from posthaz.figures import draw_hazard_ratios, draw_survival, fonts, pictured
from posthaz.figures.looks import APART, LOOKS
from tests.figures.cohorts import LABELS, TIME_AXIS, at_risk, curves, kaplan_meier

# Machado, Oliveira and Fernandes (2009), full severity, of linear RGB
SEEN = {
    "in full": np.eye(3),
    "without red cones": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "without green cones": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear(colour):
    shares = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    xyz = TO_XYZ @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eye", SEEN)
@pytest.mark.parametrize("name", LOOKS)
def test_colours_are_told_apart_by_every_reader(name, eye):
    places = [lab(SEEN[eye] @ linear(colour)) for colour in LOOKS[name].colours]
    assert min(np.linalg.norm(a - b) for a, b in combinations(places, 2)) >= APART


@pytest.mark.parametrize("name", LOOKS)
def test_no_colour_is_too_faint_on_white(name):
    light = [TO_XYZ[1] @ linear(colour) for colour in LOOKS[name].colours]
    assert min(1.05 / (one + 0.05) for one in light) >= 3.0


def survival(labels=LABELS):
    return draw_survival(kaplan_meier(), curves(), at_risk(), **(TIME_AXIS | {"labels": labels}))


def forest():
    import pandas as pd

    row = {"term": "arm", "label": "PCI v observation", "source": "Cox"}
    return draw_hazard_ratios(pd.DataFrame([row | {"hr": 0.9, "lower": 0.62, "upper": 1.29}]))


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("name", LOOKS)
def test_figures_have_the_width_and_type_of_their_style(name, columns):
    axes = pictured(survival, style=name, columns=columns)
    figure = axes[0].figure
    look = LOOKS[name]
    assert figure.get_figwidth() * 25.4 == pytest.approx(look.widths[columns - 1], abs=0.1)
    assert axes[0].yaxis.label.get_size() == pytest.approx(look.size)
    sizes = [t.get_size() for t in figure.findobj(Text) if t.get_text()]
    assert min(sizes) >= 0.8 * look.size
    figure.canvas.draw()
    box, edge = figure.get_tightbbox(), figure.get_figwidth()
    assert box.x0 >= -0.02 and box.x1 <= edge + 0.02
    assert axes[0].lines[0].get_color() == look.colours[0]


def test_a_style_ends_with_its_block():
    with ph.use_style("jama", columns=2):
        inside = survival().get_figwidth()
    assert inside * 25.4 == pytest.approx(178)
    assert survival().get_figwidth() == pytest.approx(5.8)


def test_numerals_are_those_of_the_style():
    (axes,) = pictured(forest, style="lancet")
    axes.figure.canvas.draw()
    words = {text.get_text() for text in axes.figure.findobj(Text)}
    assert "0·90 (0·62 to 1·29)" in words
    assert not any("0." in word for word in words)
    above, _ = pictured(survival, style="lancet")
    above.figure.canvas.draw()
    assert "0·4" in [tick.get_text() for tick in above.get_yticklabels()]


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (0.2, ["P = 0.20", "p=0·20", "P=0.20", "P = .20"]),
        (0.0496, ["P = 0.050", "p=0·050", "P=0.050", "P = .050"]),
        (0.004, ["P = 0.004", "p=0·004", "P=0.004", "P = .004"]),
        (1e-9, ["P < 0.001", "p<0·001", "P<0.001", "P < .001"]),
        (0.9999, ["P > 0.99", "p>0·99", "P>0.99", "P > .99"]),
    ],
)
def test_p_values_as_each_journal_writes_them(p, said):
    assert [ph.p_text(p, style) for style in LOOKS] == said


def test_what_there_is_no_such_of_is_refused():
    with pytest.raises(SpecError, match="did you mean 'lancet'"):
        pictured(survival, style="lancett")
    with pytest.raises(SpecError, match="give 1 or 2"), ph.use_style("jama", columns=3):
        pass
    with pytest.raises(SpecError, match="no P value"):
        ph.p_text(1.2)


def test_drawn_on_the_axes_given():
    figure, (left, right) = plt.subplots(1, 2, layout="constrained", figsize=(10, 4))
    assert pictured(forest, right) == [right]
    curve, numbers = pictured(survival, left)
    assert curve is left and left.lines and right.lines
    assert "87" in [text.get_text() for text in numbers.texts]
    assert plt.get_fignums() == [figure.number]
    figure.canvas.draw()
    assert numbers.get_position().y1 < left.get_position().y0


def test_axes_without_a_grid_have_no_room_for_panels():
    axes = plt.figure().add_axes((0.1, 0.1, 0.8, 0.8))
    with pytest.raises(SpecError, match="placed by hand"):
        pictured(survival, axes)


def test_simulated_patients_are_called_so_on_axes_given():
    axes = plt.subplots()[1]
    pictured(lambda: draw_survival(kaplan_meier(), curves(), at_risk().iloc[:0], simulated=True,
                                   **TIME_AXIS), axes)  # fmt: skip
    assert axes.get_legend().get_title().get_text() == "SIMULATED COHORT"


def test_letters_of_other_scripts_are_found_or_the_package_is_named(monkeypatch):
    assert fonts.font_notice("Παρακολούθηση, наблюдение, المراقبة") == ""
    monkeypatch.setattr(fonts, "holding", lambda letters: ([], letters))
    assert "fonts-noto-cjk" in fonts.font_notice("观察组")
    assert "fonts-noto-core" in fonts.font_notice("ការសង្កេត")
    with pytest.warns(UserWarning, match="fonts-noto-cjk"):
        monkeypatch.setattr("posthaz.figures.style.holding", lambda letters: ([], letters))
        survival({"0": "观察组", "1": "预防性脑照射"})


def test_a_font_that_holds_the_letters_is_used(monkeypatch):
    monkeypatch.setattr(
        "posthaz.figures.style.holding", lambda letters: (["DejaVu Serif"], frozenset())
    )
    monkeypatch.setattr(
        "posthaz.figures.style.missing_letters", lambda words, names: frozenset("Π")
    )
    figure = survival({"0": "Παρακολούθηση", "1": "PCI"})
    named = [t for t in figure.findobj(Text) if t.get_text() == "Παρακολούθηση"]
    assert named and all("DejaVu Serif" in t.get_fontfamily() for t in named)


def test_a_cohort_in_the_place_of_axes_is_named():
    with pytest.raises(SpecError, match=r"ax is of type Cohort.* Fix: name it: cohort="):
        pictured(plt.figure, ph.simulated_example())  # pyright: ignore[reportArgumentType]
