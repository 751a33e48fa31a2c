"""Net survival without a model stands beside that of the model, of the same patients."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.report import Results
from posthaz.report.blocks import FigureBlock, Paragraph, Table
from posthaz.report.net_and_crude import _without_model
from posthaz.report.sections.answer_tables import survival_table
from posthaz.report.sections.single import single_blocks
from posthaz.report.sections.survival import survival_section
from tests.shared_data import plain_cohort
from tests.unit.report.conftest import gathered


def test_with_late_entry_it_is_of_those_event_free_at_the_origin(tmp_path: Path) -> None:
    random, size = np.random.default_rng(1), 400
    pd.DataFrame({"age": range(50, 110), "rate": 0.05}).to_csv(tmp_path / "life.csv", index=False)
    time, entry = random.exponential(8.0, size), random.uniform(0.0, 3.0, size)
    seen = time > entry
    frame = pd.DataFrame({"age": np.full(size, 60.0)})
    cohort = plain_cohort(np.minimum(time, 12.0)[seen], (time < 12.0)[seen], frame[seen], "years")
    cohort = replace(cohort, entry=entry[seen])
    background = ph.Background(table=str(tmp_path / "life.csv"), age="age")
    spec = ph.ModelSpec("m", ph.Weibull(), background=background)
    fit: Any = SimpleNamespace(spec=spec, treatment="")
    at = np.array([3.0, 9.0])
    whole = _without_model(fit, cohort, at, 0.95)
    late = _without_model(fit, replace(cohort, origin=3.0), at, 0.95)
    for method in ("Pohar Perme", "Ederer II"):
        by_3, by_9 = (row[5] for row in whole if row[3] == method)
        given = [row[5] for row in late if row[3] == method]
        # one rate for everybody, so that weights cancel; steps end at the last time before 3
        assert given == pytest.approx([1.0, by_9 / by_3], rel=2e-3)
        assert by_3 < 0.9


@pytest.fixture(scope="module")
def excess(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Old patients, 30 of whom lack the covariate of a model of excess hazards."""
    life = tmp_path_factory.mktemp("life") / "life.csv"
    pd.DataFrame({"age": range(50, 110), "rate": 0.05}).to_csv(life, index=False)
    random, size = np.random.default_rng(20261129), 300
    grade = random.normal(0.0, 1.0, size)
    # who lacks it dies sooner, so that curves of all and of complete cases differ
    time = random.exponential(np.where(np.arange(size) < 30, 1.0, 6.0) * np.exp(-0.5 * grade))
    grade[:30] = np.nan
    table = pd.DataFrame({"t": np.minimum(time, 30.0), "d": (time < 30.0).astype(int)})
    table = table.assign(grade=grade, age=60.0)
    cohort = ph.read_cohort(
        table, time="t", event="d", unit="years", missing="drop",
        columns={"grade": ph.Column("grade"), "age": ph.Column("age")},
    )  # fmt: skip
    # what reading an analysis file adds
    cohort = replace(cohort, covariates=cohort.covariates.assign(expected_rate=0.05))
    background = ph.Background(table=str(life), age="age")
    spec = ph.ModelSpec("m", ph.Exponential(), "grade", background=background)
    return gathered(cohort, spec)


def test_without_a_model_it_is_of_the_patients_of_the_model(excess: Results) -> None:
    table = excess.posterior.net_and_crude
    own = excess.cohort.complete(["grade"])
    fit = excess.posterior.primary
    (expected,) = (
        row[5] for row in _without_model(fit, own, np.array([12.0]), 0.95) if row[3] == "Ederer II"
    )
    told = table[(table["source"] == "Ederer II") & (table["time"] == 12.0)]["value"].item()
    assert len(own) == 270
    assert 0.0 < told < 1.0
    assert told == pytest.approx(expected)


def test_net_answers_are_called_net_and_what_the_life_table_looks_up_is_no_covariate(
    excess: Results,
) -> None:
    said = " ".join(block.text for block in single_blocks(excess))
    assert "the hazard ratio (of excess hazards) is" in said  # not "given age"
    assert "Over all patients and as if nobody died of anything else" in said
    assert "Cox regression, of every death, gives" in said
    assert "Kaplan–Meier, which counts every death, gives" in said
    table = survival_table(excess)
    assert isinstance(table, Table) and "Bayes, net" in table.shown["bayes"]
    section = survival_section(excess)
    words = " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))
    assert "the model’s shape doesn’t fit there" not in words
    assert "survival is **net**" in words
    (figure,) = (block for block in section.blocks if isinstance(block, FigureBlock))
    assert "posterior net survival over Kaplan–Meier" in figure.caption
