"""The figure of survival answers whoever points at a time, without a script."""

import re
from dataclasses import replace
from importlib.resources import files

import lxml.html
import numpy as np
import pytest

import posthaz as ph
from posthaz.report import Report, Results, Section, render_html
from posthaz.report.blocks import FigureBlock, Readout
from posthaz.report.pdf import print_ready
from posthaz.report.pointed import pointed
from posthaz.report.sections.survival import survival_section

LINE = re.compile(r"^(?P<arm>.*): (\d+)\s% \((\d+) to (\d+)\)(?:, Kaplan–Meier (\d+)\s%)?$")


def shown(results: Results) -> FigureBlock:
    """The figure of survival of a report."""
    (found,) = (one for one in survival_section(results).blocks if isinstance(one, FigureBlock))
    return found


def readout(results: Results) -> Readout:
    found = shown(results).readout
    assert found is not None
    return found


def test_what_is_read_is_the_posterior_and_kaplan_meier_of_that_time(two_arms: Results) -> None:
    found, fit, cohort = readout(two_arms), two_arms.posterior.primary, two_arms.cohort
    assert [label for label, _ in found.curves] == [cohort.arm_label(arm) for arm in cohort.arms]
    steps = ph.kaplan_meier(cohort)
    for stop in (found.stops[3], found.stops[len(found.stops) // 2]):
        time = cohort.origin + stop.place * (two_arms.horizon - cohort.origin)
        assert stop.head == f"{time:.0f} months"
        draws = ph.survival(fit, [time])
        for arm, line in zip(cohort.arms, stop.lines, strict=True):
            match = LINE.match(line)
            assert match is not None, line
            ours = draws.sel(profile=arm).isel(time=0).to_numpy().ravel()
            expected = 100 * np.quantile(ours, (0.5, 0.025, 0.975))
            assert [float(one) for one in match.groups()[1:4]] == pytest.approx(expected, abs=0.7)
            own = steps[(steps["arm"] == arm) & (steps["time"] <= time)]
            assert float(match[5]) == pytest.approx(100 * own["survival"].iloc[-1], abs=0.51)


def test_nothing_is_told_after_the_last_patient_of_an_arm(two_arms: Results) -> None:
    table = two_arms.frequentist.kaplan_meier
    arm = two_arms.cohort.arms[1]
    kept = table[(table["arm"] != arm) | (table["time"] <= 12.0)]
    cut = replace(two_arms, frequentist=replace(two_arms.frequentist, kaplan_meier=kept))
    for stop in readout(cut).stops:
        time = stop.place * two_arms.horizon
        assert ("Kaplan–Meier" in stop.lines[1]) == (time <= kept[kept["arm"] == arm]["time"].max())
        assert "Kaplan–Meier" in stop.lines[0] or time > kept["time"].max()


def test_a_private_report_tells_no_step(two_arms: Results) -> None:
    private = replace(two_arms, withheld=("counts",))
    assert not any("Kaplan" in line for stop in readout(private).stops for line in stop.lines)


def test_the_page_holds_strips_and_boxes_and_its_print_a_picture(two_arms: Results) -> None:
    block = shown(two_arms)
    report = Report("PCI", sections=(Section("Survival", "survival", (block,)),))
    tree = lxml.html.document_fromstring(render_html(report))
    assert block.readout is not None
    (svg,) = tree.iter("svg")
    assert svg.get("aria-label") == block.alt
    strips = [one for one in svg.iter("g") if one.get("class") == "at"]
    assert len(strips) == len(block.readout.stops)
    assert strips[3].text_content() == "".join(
        [block.readout.stops[3].head, *block.readout.stops[3].lines]
    )
    broad = sum(float(one.find("rect").get("width")) for one in strips)
    left, _, right, _ = block.readout.box
    width = float(svg.get("viewbox").split()[2])
    assert broad == pytest.approx(width * (right - left), abs=0.1 * len(strips))
    boxes = [one for one in tree.iter("input") if one.get("type") == "checkbox"]
    assert len(boxes) == len(block.readout.curves) == 2
    for k in range(2):
        assert len([one for one in svg.iter("g") if one.get("class") == f"curve-{k}"]) >= 3
    assert not list(tree.iter("script"))
    names = [one.get("id") for one in tree.iter() if one.get("id")]
    assert len(names) == len(set(names))
    used = re.findall(r'(?:href="#|url\(#)([^")]+)', lxml.html.tostring(svg).decode())
    assert set(used) <= set(names)
    printed = lxml.html.document_fromstring(print_ready(report))
    assert not list(printed.iter("svg")) and len(list(printed.iter("img"))) == 1


def test_labels_of_anybody_are_words(two_arms: Results) -> None:
    block = shown(two_arms)
    assert block.readout is not None
    bad = '"><script>alert(1)</script>'
    stops = (replace(block.readout.stops[0], lines=(bad, bad)),)
    nasty = replace(block.readout, curves=((bad, "#4F6D8A"), (bad, "#C94F00")), stops=stops)
    section = Section("Survival", "survival", (replace(block, readout=nasty),))
    tree = lxml.html.document_fromstring(render_html(Report("PCI", sections=(section,))))
    assert not list(tree.iter("script"))
    assert tree.text_content().count(bad) == 4


def test_more_arms_than_the_styles_know_have_no_boxes(two_arms: Results) -> None:
    block = shown(two_arms)
    assert block.readout is not None
    css = (files("posthaz.report") / "templates/report.css").read_text(encoding="utf-8")
    known = len(set(re.findall(r"shows-(\d+)", css)))
    for count in (known, known + 1):
        many = replace(block.readout, curves=(("an arm", "#4F6D8A"),) * count)
        page = pointed(replace(block, readout=many))
        assert page.count("checkbox") == (count if count == known else 0)
