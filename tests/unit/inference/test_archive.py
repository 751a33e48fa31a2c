"""Covariates of any name go into an archive and come back."""

import pandas as pd
import pytest
import xarray as xr

from posthaz.inference.archive import _dataset_to_frame, _frame_to_dataset


@pytest.mark.parametrize("name", ["dose/fraction", "row", "column_1", " age ", "größe", "a.b", "/"])
def test_a_column_of_any_name_comes_back(name, tmp_path):
    frame = pd.DataFrame({name: [1.0, 2.0], "arm": pd.Categorical(["a", "b"], ordered=True)})
    tree = xr.DataTree.from_dict({"/design_frame": _frame_to_dataset(frame)})
    tree.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with xr.open_datatree(tmp_path / "a.nc", engine="h5netcdf") as opened:
        back = _dataset_to_frame(opened["design_frame"].to_dataset().load())
    pd.testing.assert_frame_equal(back, frame)
