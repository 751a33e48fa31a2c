"""Files that a stranger's file names: in its folder or not at all, and never printed."""

import os
import socket
from pathlib import Path

import pytest

from posthaz.errors import PosthazError, SpecError
from posthaz.spec import load_analysis, read_analysis_cohort
from posthaz.spec.evidence_file import load_evidence

SECRET = "root:$6$secret$:19000:0:99999:7:::"
TABLE = '[cohort]\ntable = "{}"\ntime = "t"\nevent = "d"\n[models.m]\nbaseline = "weibull"\n'
TWIN = '[cohort]\ntime = "t"\nevent = "d"\n[simulate]\ncohort = "{}"\n[models.m]\nbaseline = "weibull"\n'  # noqa: E501


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    own = tmp_path / "own"
    (own / "below").mkdir(parents=True)
    (tmp_path / "shadow").write_text(SECRET)
    (tmp_path / "outside.csv").write_text("t,d\n" + "".join(f"{n},1\n" for n in range(1, 9)))
    (tmp_path / "secret.csv").write_text(f"{SECRET}\n{SECRET}\n")
    return own


def refusal(folder: Path, text: str, **options: bool) -> str:
    (folder / "x.toml").write_text(text)
    with pytest.raises(PosthazError) as caught:
        read_analysis_cohort(load_analysis(folder / "x.toml", **options))
    return str(caught.value)


@pytest.mark.parametrize("text", [TABLE, TWIN])
@pytest.mark.parametrize(
    "named", ["../shadow", "/proc/self/environ", "/etc/passwd", "below/../../shadow", "link",
              "down/shadow", "../outside.csv", "../secret.csv"],
)  # fmt: skip
def test_a_file_outside_is_neither_read_nor_shown(named: str, text: str, folder: Path) -> None:
    (folder / "link").symlink_to(folder.parent / "shadow")
    (folder / "down").symlink_to(folder.parent)
    said = refusal(folder, text.format(named))
    assert "outside the folder of the file that names it" in said
    assert "--allow-outside" in said
    assert "secret" not in said.replace("secret.csv", "")


def test_allowed_outside_it_is_read(folder: Path) -> None:
    (folder / "x.toml").write_text(TABLE.format("../outside.csv"))
    assert len(read_analysis_cohort(load_analysis(folder / "x.toml", allow_outside=True))) == 8
    (folder / "below" / "t.csv").write_text("t,d\n1,1\n2,0\n")
    (folder / "x.toml").write_text(TABLE.format("below/t.csv"))
    assert len(read_analysis_cohort(load_analysis(folder / "x.toml"))) == 2


def test_a_file_that_is_no_toml_is_not_shown_even_when_allowed(folder: Path) -> None:
    said = refusal(folder, TWIN.format("../shadow"), allow_outside=True)
    assert "line 1" in said
    assert "not valid TOML" in said
    assert "secret" not in said
    (folder / "y.toml").symlink_to(folder.parent / "shadow")
    with pytest.raises(SpecError) as caught:
        load_analysis(folder / "y.toml")
    assert "secret" not in str(caught.value)


def test_the_users_own_file_shows_the_line_to_correct(folder: Path) -> None:
    assert "^" in refusal(folder, "[cohort\n")


@pytest.mark.parametrize("kind", ["device", "pipe", "socket", "folder"])
@pytest.mark.parametrize("name", ["thing.toml", "thing.csv"])
def test_what_is_no_file_is_refused_before_it_is_opened(
    kind: str, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Today a pipe waits for ever and /dev/zero fills the memory."""
    monkeypatch.chdir(folder)
    if kind == "device":
        (folder / name).symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(folder / name)
    elif kind == "socket":
        socket.socket(socket.AF_UNIX).bind(name)
    else:
        (folder / name).mkdir()
    text = TWIN if name.endswith("toml") else TABLE
    said = refusal(folder, text.format(name), allow_outside=True)
    assert kind in said
    for load in (load_analysis, load_evidence):
        with pytest.raises(SpecError, match=f"it is a {kind}"):
            load(folder / name)


def test_a_file_too_large_for_an_analysis_is_not_read_to_its_end(folder: Path) -> None:
    (folder / "x.toml").write_text("a = '" + "x" * 5_000_000 + "'\n")
    with pytest.raises(SpecError, match="larger than 4 MB"):
        load_analysis(folder / "x.toml")


@pytest.mark.parametrize("named", ["x" * 5000, "a/" * 3000 + "b.csv", "a\\u0000b", "circle"])
@pytest.mark.parametrize("text", [TABLE, TWIN])
def test_paths_that_no_file_can_have_are_one_error(named: str, text: str, folder: Path) -> None:
    (folder / "circle").symlink_to(folder / "circle")
    assert len(refusal(folder, text.format(named))) < 1500


def test_every_analysis_of_the_catalogue_may_read_what_comes_with_posthaz() -> None:
    assert len(read_analysis_cohort(load_analysis("nvalt11_pci_os"))) == 174
    assert load_analysis("su2016_dose_os").simulate is not None
