"""Names of files made of anybody's text: always a file's, never another's."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthaz.errors import OutputError
from posthaz.files import (
    file_below,
    file_name,
    file_names,
    name_fault,
    same_file,
    staged_folder,
    write_text,
)

HOSTILE = ["x/../../../f", "..", "", ".", "a\\b", "/etc/x", "con", "a\x00b", "a\n", "é" * 200,
           "\x1b[31mred", "\u202eright", "nul.txt", "a ", "\ud800", "a:b"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_refused_as_a_name_and_made_one(text: str, tmp_path: Path) -> None:
    assert name_fault(text)
    assert name_fault(file_name(text)) == ""
    with pytest.raises(OutputError, match="no file can be called"):
        file_below(tmp_path, "figures", text)


@given(st.lists(st.text(max_size=12), max_size=6))
def test_different_texts_are_different_files_whatever_the_case(texts: list[str]) -> None:
    names = file_names(texts)
    assert set(names) == set(texts)
    assert len({same_file(name) for name in names.values()}) == len(names)
    assert not any(map(name_fault, names.values()))


def test_arms_that_differ_in_case_or_in_a_stroke_do_not_share_a_file() -> None:
    names = file_names(["RT", "rt", "R/T", "R_T"])
    assert names["RT"] == "RT"
    assert names["R_T"] == "R_T"
    assert len({name.casefold() for name in names.values()}) == 4


def test_a_link_inside_the_folder_leads_nowhere_else(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    out.mkdir()
    elsewhere.mkdir()
    (out / "figures").symlink_to(elsewhere)
    with pytest.raises(OutputError, match="would be written outside"), staged_folder(out) as stage:
        write_text(stage / "report.html", "new")
        write_text(stage / "figures" / "a.png", "new")
    assert list(elsewhere.iterdir()) == []
    assert [path.name for path in out.iterdir()] == ["figures"]


def test_nothing_is_written_outside_a_stage_while_it_is_filled(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for path in ("../escaped.csv", "a/../../../escaped.csv", str(tmp_path / "escaped.csv")):
        with pytest.raises(OutputError, match="would be written outside"), staged_folder(out) as at:
            write_text(at / path, "x")
    assert list(tmp_path.rglob("*")) == []
    write_text(tmp_path / "after.csv", "x")
