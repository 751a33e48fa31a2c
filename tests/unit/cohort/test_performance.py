"""ECOG and Karnofsky kept apart."""

import pytest

from posthaz.cohort import Column
from tests.unit.cohort.small_tables import good_table, notices, refusal

ECOG, KARNOFSKY = [0, 1, 2, 1], [100, 90, 70, 80]


def _columns(label: str = "", unit: str = "") -> dict[str, Column]:
    return {"ps": Column("ps", label=label, unit=unit, role="performance_status")}


@pytest.mark.parametrize(
    "scores", [ECOG, KARNOFSKY, ["WHO0", "WHO1", "WHO2", "WHO1"], ["80%", "90%", "70%", "80%"]]
)
def test_one_scale_raises_no_doubt(scores: list):
    assert notices(good_table().assign(ps=scores * 10), columns=_columns()) == ""


def test_a_mixture_is_refused():
    message = refusal(good_table().assign(ps=[0, 1, 80, 1] * 10), columns=_columns())
    assert "rows 3, 7, 11" in message
    assert "ECOG and Karnofsky scores are mixed" in message


def test_a_stray_score_is_a_notice():
    table = good_table().assign(ps=ECOG * 10)
    table.loc[4, "ps"] = 70
    assert "row 5, column 'ps': the score is on another scale" in notices(table, columns=_columns())
    table.loc[4, "ps"] = 7
    assert "row 5, column 'ps': the score is neither ECOG" in notices(table, columns=_columns())


def test_a_scale_that_is_not_the_one_named():
    table = good_table().assign(ps=KARNOFSKY * 10)
    assert "named ECOG, but the scores look like Karnofsky" in refusal(
        table, columns=_columns(label="ECOG performance status")
    )
    table = good_table().assign(ps=ECOG * 10)
    assert "named Karnofsky, but the scores look like ECOG" in refusal(
        table, columns=_columns(unit="KPS")
    )
