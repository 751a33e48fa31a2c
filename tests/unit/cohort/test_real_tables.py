"""Real tables are read as their papers say."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from posthaz.cohort import Cohort, Column, read_cohort
from posthaz.errors import CohortError
from tests.shared_data import DATA, needs_data

pytestmark = needs_data

TABLES: dict[str, tuple[dict[str, Any], int, int]] = {
    "nvalt11": ({"time": "os_mth", "event": "os_event", "treatment": "arm"}, 174, 118),
    "lung_ncctg": ({"time": "time", "event": "status", "unit": "days"}, 228, 165),
    "gbsg": ({"time": "rfstime", "event": "status", "unit": "days"}, 686, 299),
    "larynx": ({"time": "time", "event": "delta", "unit": "years"}, 90, 50),
    "nwtco": ({"time": "edrel", "event": "rel", "unit": "days"}, 4028, 571),
}


def _read(name: str, **fields: Any) -> Cohort:
    return read_cohort(Path(DATA) / f"{name}.csv", **fields)


@pytest.mark.parametrize("name", TABLES)
def test_rows_and_events(name: str):
    fields, rows, events = TABLES[name]
    cohort = _read(name, **fields)
    assert (len(cohort), int(cohort.event.sum())) == (rows, events)
    assert cohort.notices == ()


def test_nvalt11_arms_are_factors_with_the_reference_first():
    cohort = _read("nvalt11", time="os_mth", event="os_event", treatment="arm")
    assert cohort.arms == ("0", "1")
    assert [int((cohort.arm == arm).sum()) for arm in cohort.arms] == [88, 86]
    assert cohort.covariates["smoker"].cat.ordered
    other = _read(
        "nvalt11", time="os_mth", event="os_event", treatment="arm", treatment_reference="1"
    )
    assert other.arms == ("1", "0")


def test_lung_codes_are_one_and_two():
    cohort = _read("lung_ncctg", time="time", event="status", unit="days")
    assert "2 is an event and 1 is censored" in cohort.event_coding


def test_lung_in_months_looks_like_days():
    (notice,) = _read("lung_ncctg", time="time", event="status").notices
    assert "looks like days" in str(notice)


def test_lung_performance_status_is_refused_where_it_is_missing():
    fields = {"time": "time", "event": "status", "unit": "days", "covariates": ["ph.ecog"]}
    with pytest.raises(CohortError, match="row 14: 1 of 228 rows"):
        _read("lung_ncctg", **fields)
    assert len(_read("lung_ncctg", **fields, missing="drop")) == 227


def test_heart_has_rows_of_one_subject():
    cohort = _read("heart_tv", time="stop", entry="start", event="event", subject="id", unit="days")
    assert len(cohort) == 172
    assert len(np.unique(cohort.subject)) == 103
    assert int(cohort.event.sum()) == 75
    with pytest.raises(CohortError, match="overlaps an earlier row of the same subject"):
        _read("heart_tv", time="stop", event="event", subject="id", unit="days")


def test_breast_cosmesis_is_interval_censored():
    cohort = _read("bcdeter_rt", lower="lower", upper="upper", treatment="treat")
    assert len(cohort) == 95
    assert int(np.isinf(cohort.upper).sum()) == 37
    assert int(cohort.event.sum()) == 2
    assert int(cohort.interval_censored.sum()) == 56
    assert (cohort.lower == 0).any()


def _lung1(column: str) -> Cohort:
    columns = {column: Column(column, unit="cm3", role="gtv")}
    return _read(
        "lung1_gtv",
        time="Survival.time",
        event="deadstatus.event",
        unit="days",
        columns=columns,
    )


def test_lung1_voxels_are_not_taken_for_cubic_centimetres():
    with pytest.raises(CohortError, match="looks like mm3 or a count of voxels"):
        _lung1("gtv1_voxels")


def test_lung1_volumes_are_accepted():
    cohort = _lung1("gtv1_cm3")
    assert cohort.notices == ()
    assert int(cohort.covariates["gtv1_cm3"].isna().sum()) == 6


def test_follic_causes_need_a_mapping():
    fields = {"time": "time", "event": "status", "unit": "years"}
    with pytest.raises(CohortError, match="0 \\(193 rows\\), 1 \\(272 rows\\), 2 \\(76 rows\\)"):
        _read("follic_rt", **fields)
    cohort = _read("follic_rt", **fields, event_codes={"0": 0, "1": 1, "2": 2})
    assert np.bincount(cohort.cause).tolist() == [193, 272, 76]


def test_channing_age_as_time_scale_is_no_other_unit():
    with pytest.raises(CohortError, match="957 >= 957"):
        _read("channing", time="age", entry="ageentry", event="death")
