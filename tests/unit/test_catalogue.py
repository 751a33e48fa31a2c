"""The catalogue of analyses."""

import pytest

from posthaz.catalogue import catalogue, find_analysis
from posthaz.errors import SpecError


def test_posthaz_comes_with_nvalt11():
    entries = {entry.name: entry for entry in catalogue()}
    assert {"nvalt11_pci_os", "nvalt11_pci_pfs"} <= set(entries)
    assert "overall survival" in entries["nvalt11_pci_os"].title
    assert all(entry.path.is_file() for entry in entries.values())


def test_a_folder_of_ones_own(tmp_path):
    (tmp_path / "b.toml").write_text('[analysis]\ntitle = "B"')
    (tmp_path / "a.toml").write_text("no toml")
    (tmp_path / "c.txt").write_text("")
    entries = catalogue(models_folder=tmp_path)
    assert [entry.name for entry in entries] == ["a", "b"]
    assert "posthaz check a" in entries[0].title
    assert entries[1].title == "B"


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(SpecError, match="did you mean 'nvalt11_pci_pfs'"):
        find_analysis("nvalt11_pfs")


def test_an_empty_folder_is_an_empty_catalogue(tmp_path):
    assert catalogue(models_folder=tmp_path) == ()
