"""A stranger's files on the command line: refused in a line, nothing read or written elsewhere."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

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


def _link_out(out: Path) -> None:
    (out.parent.parent / "elsewhere").mkdir()
    (out / "posterior").symlink_to(out.parent.parent / "elsewhere")


def _file_there(out: Path) -> None:
    (out / "posterior").write_text("mine")


def _pictures_are_a_file(out: Path) -> None:
    (out / "figures").write_text("mine")


def _folder_there(out: Path) -> None:
    (out / "estimands.csv").mkdir()


def _picture_is_a_folder(out: Path) -> None:
    (out / "figures" / "survival.png").mkdir(parents=True)


WAYS = [_link_out, _file_there, _pictures_are_a_file, _folder_there, _picture_is_a_folder]


@pytest.mark.parametrize("command", ["fit", "report", "sensitivity"])
@pytest.mark.parametrize("make", WAYS)
def test_what_is_in_the_way_in_out_is_found_before_sampling(
    make: Callable[[Path], None], command: str, own: Path
) -> None:
    (own / "out").mkdir()
    make(own / "out")
    (own / "x.toml").write_text(
        COHORT + MODEL + '[sensitivity]\nformulas = { aged = "arm + age" }\n'
    )
    with patch.dict(sys.modules, {"posthaz.report": None, "posthaz.report.horizon": None}):
        said = refused(own, command, "--out", str(own / "out"), "--quiet")
    assert "Fix: remove" in said


def _read_only(out: Path) -> None:
    out.chmod(0o555)


def _read_only_below(out: Path) -> None:
    (out / "figures").mkdir(mode=0o555)


@pytest.mark.parametrize("make", [_read_only, _read_only_below])
def test_an_out_folder_that_may_not_be_written_to(
    make: Callable[[Path], None], own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own / "out").mkdir()
    make(own / "out")
    (own / "x.toml").write_text(COHORT + MODEL)
    if os.geteuid() == 0:
        monkeypatch.setattr("tests.unit.cli.test_hostile.run", run_without_privileges)
    said = refused(own, "report", "--out", str(own / "out"))
    assert "Permission denied" in said
    assert "Fix: " in said


def run_without_privileges(arguments: list[str]) -> tuple[int, str]:
    """As `run`, by a root who may not write where permissions forbid it, as anybody else."""
    if shutil.which("setpriv") is None:
        pytest.skip("root may write anywhere, and setpriv is absent")
    dropped = ["setpriv", "--inh-caps=-all", "--bounding-set=-dac_override"]
    done = subprocess.run(
        [*dropped, sys.executable, "-m", "posthaz", *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr
