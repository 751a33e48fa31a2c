"""``posthaz simulate`` writes a table that other commands know to be simulated."""

import sys

import pandas as pd
import pytest

from posthaz.cli import main


def command(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["posthaz", *map(str, arguments)])
    try:
        main()
    except SystemExit as end:
        return end.code or 0
    return 0


def test_a_twin_is_written_and_recognised(tmp_path, monkeypatch, capsys):
    out = tmp_path / "cohort.csv"
    asked = ("simulate", "xinqiao_rtioc_vs_ioc_os", "--seed", 5, "--out", out)
    assert command(monkeypatch, *asked) == 0
    assert capsys.readouterr().out == f"wrote 134 simulated patients to {out}\n"
    table = pd.read_csv(out)
    assert len(table) == 134
    assert table["simulated"].eq("by posthaz: xinqiao, seed 5").all()
    # one table for every analysis of the paper
    for name in ("xinqiao_rtioc_vs_ioc_os", "xinqiao_rtioc_vs_crt_pfs"):
        assert command(monkeypatch, "check", name, "--data", out) == 0
        assert "simulated rows" in capsys.readouterr().out


def test_quiet_says_nothing(tmp_path, monkeypatch, capsys):
    out = tmp_path / "cohort.csv"
    assert command(monkeypatch, "simulate", "xinqiao_rtioc_vs_ioc_os", "--out", out, "--quiet") == 0
    assert capsys.readouterr().out == ""
    assert out.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nvalt11_pci_os",), "no [simulate]"),
        (("xinqiao_rtioc_vs_ioc_os", "--out", "cohort.xlsx"), "not a name of a CSV file"),
        (("nothing_of_the_kind",), "there is no analysis"),
    ],
)
def test_what_cant_be_done_is_said_and_nothing_written(
    arguments, said, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert command(monkeypatch, "simulate", *arguments) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
