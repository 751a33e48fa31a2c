"""The same registry on many workers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort.registry import group_registry, read_registry
from posthaz.schedule import DaskCluster
from tests.unit.cohort.registry.small_registry import (
    COVARIATES,
    SPEC,
    parquet_files,
    refusal,
    registry,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return parquet_files(tmp_path_factory.mktemp("registry") / "files", registry(6000), 20)


def assert_same(one, other):
    for name in ("entry", "lower", "upper", "cause", "weight", "subject", "row_number"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    pd.testing.assert_frame_equal(one.covariates, other.covariates)
    assert one.source == other.source
    assert one.columns == other.columns


@pytest.mark.parametrize("cluster", ["here", "processes:2"])
def test_the_answer_is_that_of_duckdb_alone(folder, cluster):
    whole = read_registry(folder, SPEC, COVARIATES)
    assert_same(group_registry(folder, SPEC, COVARIATES, cluster), whole)


def test_a_dask_cluster_gives_the_same(folder):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        grouped = group_registry(
            folder, SPEC, COVARIATES, DaskCluster(cluster.scheduler_address, timeout=60.0)
        )
    assert_same(grouped, read_registry(folder, SPEC, COVARIATES))


def test_csv_files_of_several_kinds(tmp_path):
    table = registry()
    table.iloc[:200].to_csv(tmp_path / "a.csv", index=False)
    table.iloc[200:].to_csv(tmp_path / "b.csv", index=False, sep=";")
    assert_same(
        group_registry(tmp_path, SPEC, COVARIATES, "here"),
        read_registry(tmp_path, SPEC, COVARIATES),
    )


def test_case_weights(tmp_path):
    table = registry().assign(w=np.random.default_rng(3).uniform(0.1, 2.0, 600))
    folder = parquet_files(tmp_path / "files", table, 9)
    spec = replace(SPEC, weight="w", weight_kind="importance")
    grouped = group_registry(folder, spec, COVARIATES, "here")
    assert np.allclose(grouped.weight, read_registry(folder, spec, COVARIATES).weight, rtol=1e-12)


def test_refusals_come_through(tmp_path):
    table = registry()
    table.loc[[3, 500], "months"] = -1
    folder = parquet_files(tmp_path / "files", table)
    message = refusal(group_registry, folder, SPEC, COVARIATES, "here")
    assert "2 rows, column 'months': time is negative (-1)" in message
    (tmp_path / "a.csv").write_text("months,dead,arm\n1,1,A\n2,0\n")
    assert "Found: 2" in refusal(group_registry, tmp_path / "a.csv", SPEC, (), "here")
    assert "use read_registry" in refusal(
        group_registry, folder, replace(SPEC, subject="id"), (), "here"
    )
