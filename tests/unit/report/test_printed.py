"""Printed numbers looked up in the answers of clinical analyses."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from posthaz.adjust import table_tests
from posthaz.analyses.adjust.section import printed_in_sample
from posthaz.analyses.interactions.section import printed_at_level
from posthaz.analyses.screening.section import printed_of_candidate
from posthaz.analyses.subgroups.words import printed_in_subgroup
from posthaz.analyses.toxicity.words import printed_of_toxicity
from posthaz.baselines import median_survival
from posthaz.report.counterpart import Counterpart
from posthaz.simulate import simulated_example
from posthaz.spec import Published, Within

MATCHED = Within(sample="matched")


def found(answer: Counterpart | None) -> tuple[float, ...]:
    assert answer is not None
    return (*vars(answer.ours).values(), *vars(answer.bayes).values())


def frame(columns: str, *rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split())


@pytest.fixture
def sample() -> Any:
    columns = "sample analysis quantity arm time value lower upper p"
    effects = frame(
        columns,
        ("all patients", "Cox", "hazard_ratio", None, np.nan, 9.0, 8.0, 10.0, 0.5),
        ("matched", "Cox, robust", "hazard_ratio", None, np.nan, 0.7, 0.6, 0.8, 0.01),
        ("matched", "posterior", "hazard_ratio", None, np.nan, 0.72, 0.61, 0.83, np.nan),
        ("matched", "Cox, adjusted", "hazard_ratio", None, np.nan, 0.65, 0.5, 0.8, 0.01),
        ("matched", "posterior, adjusted", "hazard_ratio", None, np.nan, 0.66, 0.5, 0.8, np.nan),
        ("matched", "log-rank", "chisq", None, np.nan, 6.6, np.nan, np.nan, 0.01),
        ("matched", "Kaplan-Meier", "median", "B", np.nan, np.nan, 20.0, np.nan, np.nan),
        ("matched", "posterior", "median", "B", np.nan, 33.0, 20.0, 60.0, np.nan),
        ("matched", "Kaplan-Meier", "survival", "B", 12.0, 0.6, 0.5, 0.7, np.nan),
    )
    return SimpleNamespace(effects=effects, samples={})


def test_matched_samples(sample: Any) -> None:
    def ask(**fields: Any) -> tuple[float, ...]:
        return found(
            printed_in_sample(None, sample, Published(value=1.0, within=MATCHED, **fields))
        )  # type: ignore[arg-type]

    assert ask(quantity="hazard_ratio") == (0.7, 0.6, 0.8, 0.72, 0.61, 0.83)
    assert ask(quantity="hazard_ratio", model="multivariable")[::3] == (0.65, 0.66)
    assert ask(quantity="logrank")[0] == 6.6
    assert ask(quantity="p_value")[0] == 0.01
    assert ask(quantity="median", arm="B")[::3] == (np.inf, 33.0)
    assert ask(quantity="survival", arm="B", time=12.0)[0] == 0.6
    whole = Published("hazard_ratio", 1.0)
    assert printed_in_sample(None, sample, whole) is None  # type: ignore[arg-type]


def test_subgroups() -> None:
    columns = "column level cox_hr cox_lower cox_upper pooled_hr pooled_lower pooled_upper"
    table = frame(columns, ("sex", "m", 0.7, 0.5, 0.9, 0.75, 0.6, 0.92))
    answer: Any = SimpleNamespace(table=table)
    one = Published("hazard_ratio", 1.0, within=Within(column="sex", level="m"))
    assert found(printed_in_subgroup(None, answer, one)) == (0.7, 0.5, 0.9, 0.75, 0.6, 0.92)  # type: ignore[arg-type]
    other = Published("hazard_ratio", 1.0, within=Within(column="sex", level="f"))
    assert printed_in_subgroup(None, answer, other) is None  # type: ignore[arg-type]


def test_levels_of_an_interaction() -> None:
    columns = "by_level level logrank_chisq logrank_p cox_hr cox_lower cox_upper hr lower upper"
    levels = frame(columns, (">=146", "low", 7.9, 0.005, 1.8, 1.2, 2.7, 1.7, 1.1, 2.5))
    answer: Any = (SimpleNamespace(asked=SimpleNamespace(by="gtv_cc"), levels=levels),)
    within = Within(column="gtv_cc", level=">=146")

    def ask(quantity: str) -> tuple[float, ...]:
        return found(printed_at_level(None, answer, Published(quantity, 1.0, within=within)))  # type: ignore[arg-type]

    assert ask("logrank")[0] == 7.9
    assert ask("p_value")[0] == 0.005
    assert ask("hazard_ratio") == (1.8, 1.2, 2.7, 1.7, 1.1, 2.5)


def test_candidates_one_by_one_and_kept() -> None:
    columns = "analysis candidate term hr lower upper p"
    estimates = frame(
        columns,
        ("univariable", "log2(ptv)", "log2(ptv)", 1.2, 1.1, 1.3, 0.001),
        ("multivariable", "log2(ptv)", "log2(ptv)", 1.15, 1.05, 1.25, 0.003),
        ("bayes_multivariable", "log2(ptv)", "log2(ptv)", 1.14, 1.04, 1.24, np.nan),
    )
    curves = frame(
        "candidate level quantity time source value lower upper",
        ("stage", "IV", "survival", 12.0, "Kaplan-Meier", 0.4, 0.3, 0.5),
        ("stage", "IV", "survival", 12.0, "posterior", 0.42, 0.32, 0.52),
        ("stage", "IV", "median", np.nan, "Kaplan-Meier", np.nan, 9.0, np.nan),
    )
    answer: Any = SimpleNamespace(estimates=estimates, survival=curves, sample="all")

    def ask(quantity: str, model: str) -> Counterpart | None:
        one = Published(quantity, 0.5, covariate="log2(ptv)", model=model)
        return printed_of_candidate(None, answer, one)  # type: ignore[arg-type]

    assert found(ask("hazard_ratio", "")) == (1.15, 1.05, 1.25, 1.14, 1.04, 1.24)
    assert found(ask("p_value", "univariable"))[0] == 0.001
    assert ask("logrank", "") is None

    def at(quantity: str, level: str = "IV", **more: Any) -> Counterpart | None:
        one = Published(quantity, 0.5, covariate="stage", level=level, **more)
        return printed_of_candidate(None, answer, one)  # type: ignore[arg-type]

    assert found(at("survival", time=12.0)) == (0.4, 0.3, 0.5, 0.42, 0.32, 0.52)
    assert found(at("median"))[0] == np.inf
    assert np.isnan(found(at("survival", time=24.0))).all()
    assert np.isnan(found(at("median", level="III"))).all()
    assert at("survival", time=12.0, within=MATCHED) is None
    answer.sample = "matched"
    assert found(at("survival", time=12.0, within=MATCHED))[0] == 0.4
    assert at("survival", time=12.0) is None


def test_covariates_of_the_adjusted_models_of_a_sample() -> None:
    effects = frame(
        "sample analysis quantity term value lower upper",
        ("matched", "Cox, adjusted", "hazard_ratio", "", 1.6, 1.1, 2.3),
        ("matched", "Cox, adjusted", "covariate_hazard_ratio", "stage[IV]", 1.5, 1.2, 1.9),
        ("matched", "posterior, adjusted", "covariate_hazard_ratio", "stage[IV]", 1.4, 1.1, 1.8),
        ("overlap", "Cox, adjusted", "covariate_hazard_ratio", "stage[IV]", 9.0, 8.0, 9.9),
    )
    answer: Any = SimpleNamespace(effects=effects, samples={})

    def ask(**more: Any) -> Counterpart | None:
        one = Published("hazard_ratio", 1.5, within=MATCHED, **more)
        return printed_in_sample(None, answer, one)  # type: ignore[arg-type]

    stage = {"covariate": "stage", "level": "IV"}
    assert found(ask(**stage, model="multivariable")) == (1.5, 1.2, 1.9, 1.4, 1.1, 1.8)
    assert ask(**stage, model="univariable") is None
    assert ask(covariate="age") is None


def test_shares_with_a_toxicity() -> None:
    columns = "toxicity grade source arm events patients risk risk_lower risk_upper"
    risks = frame(columns, ("pneumonitis", 2, "separate", "B", 64, 359, 0.18, 0.14, 0.22))
    before = {"events": 8, "patients": 164, "risk": 0.05, "risk_lower": 0.02, "risk_upper": 0.09}
    risks = risks.assign(**{f"reference_{name}": value for name, value in before.items()})
    tests = table_tests(np.array([[8, 64], [156, 295]])).assign(toxicity="pneumonitis", grade=2)
    answer: Any = SimpleNamespace(risks=risks, tests=tests)
    results: Any = SimpleNamespace(cohort=SimpleNamespace(arms=("A", "B")))

    def ask(quantity: str, arm: str = "") -> tuple[float, ...]:
        one = Published(quantity, 0.5, arm=arm, covariate="pneumonitis", grade=2)
        return found(printed_of_toxicity(results, answer, one))

    assert ask("share", "B") == (
        64 / 359,
        *[pytest.approx(np.nan, nan_ok=True)] * 2,
        0.18,
        0.14,
        0.22,
    )
    assert ask("share", "A")[::3] == (8 / 164, 0.05)
    assert ask("p_value")[0] == tests.set_index("test")["p"]["chi_square"]


def test_a_sample_without_the_arm_says_nothing(sample: Any) -> None:
    one = Published("median", np.inf, arm="C", within=MATCHED)
    assert np.isnan(found(printed_in_sample(None, sample, one))).all()  # type: ignore[arg-type]


def test_a_median_of_a_sample_without_an_arm_is_of_all_its_patients() -> None:
    cohort = simulated_example()
    matched = cohort.where(np.arange(len(cohort)) % 3 > 0)
    answer: Any = SimpleNamespace(
        effects=frame(
            "sample analysis quantity arm value lower upper",
            ("matched", "Kaplan-Meier", "median", "A", 3.0, 2.0, 4.0),
        ),
        samples={"matched": SimpleNamespace(cohort=matched)},
    )
    asked = SimpleNamespace(interval=0.95)
    transform = SimpleNamespace(confidence_transform="log-log")
    analysis = SimpleNamespace(estimands=asked, baselines=transform)
    results: Any = SimpleNamespace(analysis=analysis)
    one = Published("median", 12.0, within=MATCHED)
    expected = median_survival(replace(matched, treatment="")).iloc[0]["time"]
    assert found(printed_in_sample(results, answer, one))[0] == expected


def test_a_candidate_with_an_odd_name() -> None:
    columns = "analysis candidate term hr lower upper p"
    row = ("multivariable", "`GTV cm³`", "GTV cm³", 1.2, 1.1, 1.3, 0.01)
    answer: Any = SimpleNamespace(estimates=frame(columns, row), sample="all")
    one = Published("hazard_ratio", 1.0, covariate="GTV cm³")
    assert found(printed_of_candidate(None, answer, one))[0] == 1.2  # type: ignore[arg-type]
