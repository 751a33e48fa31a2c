"""A background from a life table: the excess is recovered, and what patients die of is told."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.errors import PosthazError
from posthaz.report.sections.lead import lead_blocks
from posthaz.report.sections.net_survival import net_section

pytestmark = pytest.mark.slow

FILE = """
[cohort]
table = "cohort.csv"
time = "months"
event = "dead"
unit = "months"
[cohort.columns.age]
unit = "years"
[models.m]
baseline = "weibull"
[models.m.background]
table = "life.csv"
age = "age"
sex = "sex"
year = "year"
{more}
[estimands]
survival_at = [60, 120]
[sampling]
method = "laplace"
draws = 250
"""
EXCESS = 0.006


def life_table(per: float = 1.0) -> pd.DataFrame:
    cells = [
        (age, sex, year, per * 0.004 * (1 + (sex == "male")) * 1.1 ** (age - 50))
        for age in range(50, 101)
        for sex in ("female", "male")
        for year in range(1980, 2001, 10)
    ]
    return pd.DataFrame(cells, columns=["age", "sex", "year", "rate"])


def write(folder: Path, more: str = "", patients: int = 800, **changed: object) -> Path:
    """Simulated patients with an excess hazard of 0.006 a month, and their life table."""
    random = np.random.default_rng(3)
    age = random.uniform(55.0, 80.0, patients).round(1)
    sex = np.where(random.uniform(size=patients) < 0.5, "male", "female")
    year = random.uniform(1981.0, 1990.0, patients).round(1)
    # expected deaths by inversion on a grid of months
    mortality = ph.read_expected_mortality(life_table())
    who = pd.DataFrame({"age": age, "sex": sex, "year": year})
    grid = np.broadcast_to(np.arange(0.0, 121.0), (patients, 121))
    accrued = ph.expected_hazard(mortality, who, grid, "months")[1]
    spent = random.exponential(size=patients)
    other = np.array(
        [np.interp(s, a, grid[0], right=999.0) for s, a in zip(spent, accrued, strict=True)]
    )
    ill = random.exponential(1.0 / EXCESS, patients)
    time = np.minimum(np.minimum(ill, other), 120.0)
    table = who.assign(months=np.maximum(time, 0.1), dead=(time < 120.0).astype(int), **changed)
    table.to_csv(folder / "cohort.csv", index=False)
    life_table().to_csv(folder / "life.csv", index=False)
    path = folder / "analysis.toml"
    path.write_text(FILE.format(more=more))
    return path


def truth(folder: Path, time: float) -> tuple[float, float]:
    """Crude probabilities of the simulated patients, by a fine sum."""
    table = pd.read_csv(folder / "cohort.csv")
    mortality = ph.read_expected_mortality(life_table())
    grid = np.linspace(0.0, time, 1201)
    every = np.broadcast_to(grid, (len(table), len(grid)))
    other = ph.expected_hazard(mortality, table, every, "months")[1]
    whole = other + EXCESS * grid
    dead = -np.diff(np.exp(-whole), axis=1)
    ill = EXCESS * np.diff(grid) / np.diff(whole, axis=1)
    return float((dead * ill).sum(axis=1).mean()), float((dead * (1 - ill)).sum(axis=1).mean())


def test_the_excess_is_recovered_and_deaths_are_shared_out(tmp_path: Path) -> None:
    results = ph.run_analysis(write(tmp_path))
    assert not results.missing
    table = results.posterior.net_and_crude.set_index(["quantity", "source", "time"])
    ill, other = truth(tmp_path, 120.0)
    for quantity, value in (("death from the disease", ill), ("death from other causes", other)):
        row = table.loc[(quantity, "posterior", 120.0)]
        assert row["lower"] < value < row["upper"], quantity
        assert row["value"] == pytest.approx(value, abs=0.04)
    net = {
        source: table.loc[("net survival", source, 120.0), "value"]
        for source in ("posterior", "Pohar Perme", "Ederer II")
    }
    for source, value in net.items():
        assert value == pytest.approx(np.exp(-EXCESS * 120.0), abs=0.06), source
    (fit,) = results.fits.values()
    crude = ph.crude_probability(fit, ph.read_expected_mortality(life_table()), [60.0, 120.0])
    assert crude.dims == ("chain", "draw", "profile", "cause", "time")
    assert (np.diff(crude.transpose(..., "time"), axis=-1) > 0).all()
    text = " ".join(str(getattr(b, "text", "")) for b in net_section(results).blocks)
    assert "have died of the disease" in text
    first = [str(getattr(b, "text", "")) for b in lead_blocks(results)]
    assert any("have died of the disease" in one for one in first[:3]), first
    ph.write_fit(fit, tmp_path / "fit.nc")
    assert ph.load_fit(tmp_path / "fit.nc") == fit


@pytest.mark.parametrize(
    ("more", "changed", "said"),
    [
        ('rate = "age"', {}, "it has both a column 'rate' and a life table"),
        ("per = 7", {}, "give 1, 1000 or 100000"),
        ("", {"age": 700.0}, "these may be months"),
        ("", {"sex": "m"}, "has no m"),
        ("", {"year": 2005.0}, "it ends in 2010, and row"),
        ("", {"age": 40.0}, "no cell for age 40"),
    ],
)
def test_what_cannot_be_looked_up_is_refused_with_its_place(
    tmp_path: Path, more: str, changed: dict[str, object], said: str
) -> None:
    path = write(tmp_path, more, patients=30, **changed)
    with pytest.raises(PosthazError, match=said) as caught:
        ph.run_analysis(path)
    assert "models.m.background" in str(caught.value)
    assert "Fix:" in str(caught.value)
