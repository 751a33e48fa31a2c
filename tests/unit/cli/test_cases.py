"""Small inputs for kinds of fault, where they stand beside us: what `check` says of each.

Tables of the same kinds that the tests make themselves: `unit/cohort/test_ties`, `test_marks`,
`test_csv_text`, `test_outcome_as_covariate`, `test_event_names`, `test_rows`, `test_origin`;
`unit/adjust`, `unit/design` and `laws/test_rows_to_patients`.
"""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.baselines import kaplan_meier
from posthaz.errors import PosthazError
from posthaz.evidence import read_curves, reconstruct
from posthaz.run.inputs import read_inputs
from posthaz.spec.patients_lost import patients_of
from tests.shared_data import SHARED

CASES = SHARED / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="shared/cases is absent")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("thousands", "'1.250' may be 1250 or 1.25"),
        ("landmark", "nobody is left in arm RT at the landmark of 4 months"),
        ("adtte", "several endpoints, each of the 60 values of 'USUBJID': 'OS' in 60 rows"),
        ("profile", "there is no covariate 'AGE' (did you mean 'age'?)"),
        ("outcome", "'t' is the follow-up time, and no covariate"),
    ],
)
def test_refused(name: str, said: str) -> None:
    with pytest.raises(PosthazError) as caught:
        read_inputs(ph.load_analysis(CASES / f"{name}.toml"))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("markers", "the levels '-' (1 row) and '?' (1 row) look like missing values"),
        ("late_entrant", "Kaplan-Meier falls to 0 while 8 patients have yet to enter"),
        ("doubles", "15 rows stand twice"),
    ],
)
def test_doubted(name: str, said: str) -> None:
    cohort = read_inputs(ph.load_analysis(CASES / f"{name}.toml"))
    assert any(said in str(notice) for notice in cohort.notices)


def test_a_marker_is_never_the_reference_unsaid() -> None:
    analysis = ph.load_analysis(CASES / "markers.toml")
    cohort = read_inputs(analysis)
    (name,) = analysis.primary.variables
    assert cohort.covariates[name].cat.categories[0] not in ("-", "?")


def test_times_that_should_tie_do() -> None:
    cohort = read_inputs(ph.load_analysis(CASES / "near_ties.toml"))
    steps = kaplan_meier(cohort)
    assert steps.loc[steps["events"] > 0, "survival"].iloc[0] == pytest.approx(0.75)


def test_one_parameter_of_an_adtte_has_its_codes_inverted(tmp_path: Path) -> None:
    text = (CASES / "adtte.toml").read_text()
    shutil.copy(CASES / "adtte.csv", tmp_path)
    (tmp_path / "x.toml").write_text(f'{text}\n[cohort.where]\nPARAMCD = "OS"\n')
    cohort = read_inputs(ph.load_analysis(tmp_path / "x.toml"))
    table = pd.read_csv(CASES / "adtte.csv").query("PARAMCD == 'OS'")
    assert len(cohort) == 60
    assert cohort.event.sum() == (table["CNSR"] == 0).sum()


def test_rows_cut_are_the_same_patients() -> None:
    whole, split = (
        read_inputs(ph.load_analysis(CASES / f"rows_{name}.toml")) for name in ("whole", "split")
    )
    assert whole.first.sum() == split.first.sum() == 80
    pd.testing.assert_frame_equal(kaplan_meier(whole), kaplan_meier(split))
    fits = [
        ph.fit(
            ph.load_analysis(CASES / "rows_whole.toml").primary, one, method="laplace", draws=200
        )
        for one in (whole, split)
    ]
    ours, theirs = (ph.survival(one, [24.0]).to_numpy() for one in fits)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_each_model_has_its_own_patients() -> None:
    analysis = ph.load_analysis(CASES / "second_model.toml")
    cohort = read_inputs(analysis)
    assert [patients_of(model, cohort)[0] for model in analysis.models] == [80, 68]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("factor_c", 2),
        ("prior_name", None),
        ("ward_step", None),
        ("nested", 3),
        ("crossing", None),
    ],
)
def test_usable(name: str, columns: int | None) -> None:
    analysis = ph.load_analysis(CASES / f"{name}.toml")
    cohort = read_inputs(analysis)
    design = ph.learn_design(cohort.covariates, analysis.primary.formula)
    assert columns in (None, len(design.columns))
    if name == "ward_step":
        assert [group.name for group in design.groups] == ["ward_step"]
    if name == "prior_name":
        assert analysis.primary.priors


def test_one_curve_alone_is_rebuilt() -> None:
    clicks = read_curves(CASES / "one_curve.csv", CASES / "one_curve_at_risk.csv")
    assert sum(len(reconstruct(curve).patients) for curve in clicks) == 10
