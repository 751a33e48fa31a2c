"""A baseline from outside the package obeys the laws, and is known to files, fits and reports."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import ClassVar

import numpy as np
import pytest

import posthaz as ph
from posthaz.errors import SpecError
from posthaz.hazards import BASELINES, Array, Baseline, Hazard, Parameter, option
from posthaz.priors import Prior
from posthaz.spec.archive import model_from_dict, model_to_dict
from tests.laws import test_hazards as laws


@dataclass(frozen=True)
class Rayleigh(Baseline):
    """Cumulative hazard ``(t / scale)^2 + slow * t / scale``."""

    kind: ClassVar[str] = "rayleigh"
    title: ClassVar[str] = "Rayleigh"
    slow: float = option(0.5, at_least=0, at_most=4)

    def parameters(self) -> tuple[Parameter, ...]:
        return (Parameter("log_scale", Prior("normal", (0.0, 10.0)), level="scale"),)

    def constants(self) -> dict[str, np.ndarray]:
        return {"slow": np.asarray(self.slow)}

    def words(self, unit: str) -> str:
        return f"hazard (2t/s + {self.slow:g})/s with scale s in {unit}"

    def hazard(self, values: Mapping[str, Array], xp: ModuleType) -> Hazard:
        scale, slow = xp.exp(values["log_scale"]), values["slow"]
        return Hazard(
            log_hazard=lambda time: xp.log(2.0 * time / scale + slow) - values["log_scale"],
            cumulative_hazard=lambda time: (time / scale) ** 2 + slow * time / scale,
            time_at=lambda cumulative: scale * (np.sqrt(slow**2 / 4.0 + cumulative) - slow / 2.0),
        )


@pytest.fixture
def registered() -> Iterator[type[Baseline]]:
    yield ph.register_baseline(Rayleigh)
    BASELINES.pop(Rayleigh.kind)


@pytest.mark.parametrize(
    "law",
    [
        laws.test_cumulative_hazard_starts_at_zero,
        laws.test_cumulative_hazard_is_the_integral,
        laws.test_cumulative_hazard_never_falls,
        laws.test_time_at_inverts_the_cumulative_hazard,
        laws.test_restricted_mean_is_the_area_under_survival,
    ],
)
def test_it_obeys_the_laws(law) -> None:
    law(baseline=Rayleigh.examples()[0])


FILE = """
[cohort]
table = "table.csv"
time = "time"
event = "event"
unit = "months"

[cohort.columns.arm]

[treatment]
column = "arm"
reference = "A"

[models.rayleigh]
baseline = "rayleigh"
slow = 0.25
formula = "arm"
priors.log_scale = { median_survival = { median = 12, upper = 40 } }

[estimands]
survival_at = [12]
rmst_to = 24

[sampling]
chains = 2
draws = 150
tune = 200
"""


def test_analysis_file_fit_archive_and_report_know_it(registered, tmp_path) -> None:
    cohort = ph.simulated_example(size=120)
    table = cohort.covariates[["arm"]].assign(time=cohort.exit, event=cohort.event.astype(int))
    table.to_csv(tmp_path / "table.csv", index=False)
    (tmp_path / "outside.toml").write_text(FILE)
    analysis = ph.load_analysis(tmp_path / "outside.toml")
    assert analysis.primary.baseline == Rayleigh(0.25)
    assert analysis.primary.priors["log_scale"].values[0] == pytest.approx(np.log(12 / np.log(2)))
    assert model_from_dict(model_to_dict(analysis.primary)) == analysis.primary
    results = ph.run_analysis(analysis)
    done = results.report(tmp_path / "out")
    assert not done.missing
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "hazard (2t/s + 0.25)/s with scale s in months" in page
    assert "Bayesian Rayleigh proportional hazards regression" in page


def test_what_a_file_refuses_of_it(registered, tmp_path) -> None:
    (tmp_path / "outside.toml").write_text(FILE.replace("slow = 0.25", "slow = 5\ncuts = 3"))
    with pytest.raises(SpecError) as caught:
        ph.load_analysis(tmp_path / "outside.toml")
    text = str(caught.value)
    assert "not at most 4" in text
    assert "has no meaning for the Rayleigh baseline" in text


def test_an_unregistered_baseline_is_not_known_to_files(tmp_path) -> None:
    (tmp_path / "outside.toml").write_text(FILE)
    with pytest.raises(SpecError, match="rayleigh"):
        ph.load_analysis(tmp_path / "outside.toml")


def test_a_name_is_given_once() -> None:
    @dataclass(frozen=True)
    class Another(Rayleigh):
        kind: ClassVar[str] = "weibull"

    with pytest.raises(SpecError, match="'weibull' is the name of the Weibull baseline"):
        ph.register_baseline(Another)
    assert BASELINES["weibull"] is ph.Weibull


@pytest.mark.parametrize("other", [Rayleigh(), int, Baseline])
def test_what_is_no_baseline_is_refused(other) -> None:
    with pytest.raises(SpecError, match="derive a frozen dataclass"):
        ph.register_baseline(other)


def test_a_default_on_another_quantity_says_how_the_parameter_follows() -> None:
    with pytest.raises(ValueError, match="belong together"):
        Parameter("log_rate", Prior("normal", (0.0, 1.0)), default_on="log_scale")
