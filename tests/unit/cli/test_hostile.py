"""A stranger's files on the command line: refused in a line, nothing read or written elsewhere."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from posthaz.errors import plain_text
from tests.fuzz.runs import run

SECRET = "SECRET_TOKEN_k3y"
TABLE = "time,event,arm,age\n" + "".join(
    f"{1 + n % 17},{n % 2},{'AB'[n % 3 % 2]},{50 + n}\n" for n in range(30)
)
COHORT = '[cohort]\ntable = "c.csv"\ntime = "time"\nevent = "event"\nunit = "months"\n[cohort.columns.age]\n[treatment]\ncolumn = "arm"\n'  # noqa: E501
MODEL = '[models.m]\nbaseline = "weibull"\nformula = "arm"\n'
SUBSET = "where = { age = { at_least = 60 } }\n"
UP = (
    "x/../../../f",
    "../a",
    "/tmp/a",
    "CON",
    "nul.txt",
    "a\\u0000b",
    ".",
    "a:b",
    "\\u001b[31m",
    " ",
)
TABLES = {
    "model": '[models."{}"]\nbaseline = "weibull"\nformula = "arm"\n',
    "subset": MODEL + '[subsets."{}"]\n' + SUBSET,
    "interaction": MODEL + '[interactions."{}"]\neffect = "arm"\nby = "age"\n',
}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "deep" / "own").mkdir(parents=True)
    (tmp_path / "deep" / "secret.toml").write_text(f"{SECRET} = \n")
    (tmp_path / "deep" / "own" / "c.csv").write_text(TABLE)
    return tmp_path / "deep" / "own"


def refused(own: Path, command: str, *options: str) -> str:
    """What a command says that must end in exit code 2 and leave no file behind."""
    root = own.parent.parent
    before = sorted(root.rglob("*"))
    code, said = run([command, str(own / "x.toml"), *options])
    assert code == 2, said
    assert sorted(root.rglob("*")) == before
    assert said == plain_text(said)
    assert SECRET not in said
    return said


@pytest.mark.parametrize("name", UP)
@pytest.mark.parametrize("kind", list(TABLES))
def test_names_that_no_file_can_have(kind: str, name: str, own: Path) -> None:
    (own / "x.toml").write_text(COHORT + TABLES[kind].replace("{}", name))
    assert "files are named after" in refused(own, "check")
    refused(own, "report", "--out", str(own / "out"))


@pytest.mark.parametrize("name", UP)
def test_names_of_evidence_that_no_file_can_have(name: str, own: Path) -> None:
    ratio = f'[[ratio]]\nname = "{name}"\nhr = 0.7\nci = [0.5, 0.98]\n'
    (own / "x.toml").write_text(f'[evidence]\ntitle = "T"\n{ratio}')
    refused(own, "evidence", "--out", str(own / "out"))


@pytest.mark.parametrize(("one", "other"), [("a", "A"), ("é", "e\\u0301"), ("ﬁ", "fi")])
def test_names_that_are_one_file_on_some_disks(one: str, other: str, own: Path) -> None:
    text = "".join(f'[subsets."{name}"]\n{SUBSET}' for name in (one, other))
    (own / "x.toml").write_text(COHORT + MODEL + text)
    assert "is the same name" in refused(own, "check")


@pytest.mark.parametrize(
    "named",
    ["/proc/self/environ", "../../../../../../etc/shadow", "/dev/zero", "pipe", "link",
     "../secret.toml", "", "down/secret.toml", "."],
)  # fmt: skip
@pytest.mark.parametrize("place", ["twin", "table"])
def test_files_elsewhere(
    place: str, named: str, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTHAZ_SECRET", SECRET)
    os.mkfifo(own / "pipe")
    (own / "link").symlink_to(own.parent / "secret.toml")
    (own / "down").symlink_to(own.parent)
    text = COHORT + MODEL
    if place == "twin":
        text = text.replace('table = "c.csv"\n', "") + f'[simulate]\ncohort = "{named}"\n'
    else:
        text = text.replace("c.csv", named)
    (own / "x.toml").write_text(text)
    for command in ("check", "report", "simulate") if place == "twin" else ("check", "fit"):
        refused(own, command, *(() if command == "check" else ("--out", str(own / "out"))))


def _link_out(own: Path) -> None:
    (own.parent / "elsewhere").mkdir()
    (own / "out").mkdir()
    (own / "out" / "posterior").symlink_to(own.parent / "elsewhere")


def _file_there(own: Path) -> None:
    (own / "out").mkdir()
    (own / "out" / "posterior").write_text("mine")


def _folder_there(own: Path) -> None:
    (own / "out" / "estimands.csv").mkdir(parents=True)


@pytest.mark.parametrize("make", [_link_out, _file_there, _folder_there])
def test_an_out_folder_in_which_something_is_in_the_way(
    make: Callable[[Path], None], own: Path
) -> None:
    make(own)
    (own / "x.toml").write_text(COHORT + MODEL + '[sampling]\nmethod = "laplace"\ndraws = 100\n')
    said = refused(own, "fit", "--out", str(own / "out"), "--quiet")
    assert "Fix: remove" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_out_folder_that_may_not_be_written_to(own: Path) -> None:
    (own / "out").mkdir(mode=0o555)
    (own / "x.toml").write_text(COHORT + MODEL)
    assert "Permission denied" in refused(own, "fit", "--out", str(own / "out"))
