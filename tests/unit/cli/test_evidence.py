"""``posthaz evidence``: what it says and what it refuses."""

import sys

import pytest

from posthaz.cli import main

RATIO = ("--hr", "0.54", "--ci", "0.31", "0.94")


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["posthaz", "evidence", *map(str, arguments)])
        with pytest.raises(SystemExit) as done:
            main()
        said = capsys.readouterr()
        return done.value.code or 0, said.out, said.err

    return call


def test_a_ratio_against_priors(run):
    code, out, _ = run(*RATIO, "--p", "0.03", "--prior", "historical=0.77,0.71,0.84")
    assert code == 0
    rows = {line.split("  ")[0]: line for line in out.splitlines()}
    assert "0.54 (0.31 to 0.94)" in rows["Reference"]
    assert "0.76 (0.70 to 0.83)" in rows["Historical"]
    assert "Critical prior: A sceptic whose prior interval" in out
    assert "doubt" not in out


def test_zeros_at_the_end_count_as_printed(run):
    _, out, _ = run("--hr", "0.50", "--ci", "0.30", "0.70")
    assert "doubt: Hazard ratio: the interval is not symmetric" in out


def test_events_and_p_values_are_checked(run):
    _, out, _ = run("--hr", "0.77", "--ci", "0.71", "0.84", "--events", 100, "--p", "0.2")
    assert "narrower than 100 events allow" in out
    assert "does not match" in out


def test_many_at_once_with_files(run, tmp_path):
    code, out, _ = run("su2016_table3", "--out", tmp_path / "out", "--relevant", "0.9")
    assert code == 0
    assert out.count("as printed") == 8
    assert (tmp_path / "out" / "evidence.html").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--hr", "0.2", "--ci", "0.31", "0.94"), "HR 0.2 lies outside its interval"),
        (("--hr", "0.5", "--ci", "0.94", "0.31"), "not below the upper"),
        (("--hr", "0", "--ci", "0", "0.9"), "the HR is 0, the lower limit is 0"),
        (("--hr", "half", "--ci", "0.3", "0.9"), "--hr: 'half' is no number"),
        ((*RATIO, "--p", "ns"), "'ns' is no P value"),
        ((*RATIO, "--level", "95"), "level 95"),
        ((*RATIO, "--prior", "wide=1"), "--prior: 'wide=1' is no prior"),
        (("su2016_table3", "--level", "0.9"), "--level is of one ratio, and a file is given"),
        (("su2016_table3", "--p", "0.03"), "--p is of one ratio, and a file is given"),
        ((*RATIO, "--prior", "historical=0.9,0.71,0.84"), "historical prior"),
        ((*RATIO, "--expected", "1"), "--expected"),
        ((*RATIO, "--expected", "-1"), "--expected"),
        ((*RATIO, "--relevant", "1.2"), "--relevant: 1.2"),
        (("su2016_table3", *RATIO), "both a file and --hr"),
        (("--hr", "0.5"), "no printed hazard ratio"),
        (("no_such_file.toml",), "no such file"),
    ],
)
def test_what_is_refused(run, tmp_path, arguments, said):
    code, _, err = run(*arguments, "--out", tmp_path / "out")
    assert code == 2
    assert said in err
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()


def test_two_priors_of_one_kind_both_stand(run):
    code, out, _ = run(*RATIO, "--prior", "normal=0,0.5", "--prior", "normal=-0.2,0.1")
    assert code == 0
    assert "Normal " in out
    assert "Normal -0.2 0.1" in out
