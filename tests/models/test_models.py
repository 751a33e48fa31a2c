"""Every analysis of the catalogue loads, and its table has the columns it names."""

from functools import cache
from io import StringIO

import pandas as pd
import pytest

from posthaz.catalogue import catalogue
from posthaz.design import formula_variables
from posthaz.simulate import rows_among
from posthaz.spec import load_analysis, simulate_patients

ENTRIES = {entry.name: entry.path for entry in catalogue()}


@cache
def twin_of(path):
    """One simulated cohort for all analyses that share its description, as a CSV holds it."""
    analyses = (load_analysis(entry) for entry in ENTRIES.values())
    shared = next(a for a in analyses if a.simulate and a.simulate.cohort.path == path)
    text = simulate_patients(shared).to_csv(index=False)
    return pd.read_csv(StringIO(text), keep_default_na=False, na_values=[""])


@pytest.fixture(params=list(ENTRIES))
def analysis(request):
    return load_analysis(ENTRIES[request.param])


@pytest.fixture
def table(analysis):
    if "life_table" in analysis.clinical:
        return analysis.clinical["life_table"].rows
    if analysis.simulate is not None:
        twin = twin_of(analysis.simulate.cohort.path)
        asked = {one.column: one.levels for one in analysis.cohort.where.conditions}
        return twin[rows_among(twin, asked)]
    assert analysis.table.is_file()
    return pd.read_csv(analysis.table)


def test_analysis_says_what_it_asks(analysis):
    about = (analysis.title, analysis.question, analysis.source, analysis.population)
    assert all(about)
    assert len({model.name for model in analysis.models}) == len(analysis.models)


def test_columns_of_the_cohort_are_in_the_table(analysis, table):
    cohort = analysis.cohort
    follow_up = (cohort.time, cohort.event, cohort.entry, cohort.lower, cohort.upper, cohort.cause)
    others = (cohort.subject, cohort.cluster, cohort.weight, cohort.treatment)
    covariates = [name for name, column in cohort.columns.items() if column.derived is None]
    named = {name for name in (*follow_up, *others, *covariates) if name}
    assert named <= set(table.columns)


def test_levels_are_those_of_the_table(analysis, table):
    for name, column in analysis.cohort.columns.items():
        if column.levels and column.derived is None:
            values = table[name].dropna()
            codes = {f"{v:g}" if isinstance(v, float) else str(v) for v in values.unique()}
            assert codes == set(column.levels), name


def test_formulas_use_described_columns_without_missing_values(analysis, table):
    for model in analysis.models:
        used = list(formula_variables(model.formula))
        assert set(used) <= set(analysis.cohort.columns)
        used = [name for name in used if analysis.cohort.columns[name].derived is None]
        if analysis.cohort.missing == "refuse":
            assert table[used].notna().all(axis=None), model.name


def test_event_codes_are_those_of_the_table(analysis, table):
    if "life_table" in analysis.clinical:
        assert not analysis.cohort.event_codes
        return
    codes = {f"{code:g}" for code in table[analysis.cohort.event].unique()}
    assert codes <= set(analysis.cohort.event_codes)


def test_cohort_descriptions_are_no_analyses():
    assert not {"su2016", "xue2026", "cai2025", "xinqiao"} & set(ENTRIES)


def test_nvalt11_counts():
    counts = {}
    for name in ("nvalt11_pci_os", "nvalt11_pci_pfs"):
        analysis = load_analysis(name)
        table = pd.read_csv(analysis.table)
        counts[name] = (len(table), int(table[analysis.cohort.event].sum()))
    assert counts == {"nvalt11_pci_os": (174, 118), "nvalt11_pci_pfs": (174, 137)}


def test_life_tables_of_one_paper_hold_the_same_patients():
    """Groups average to the rates of all patients, but for the misprints that their files name."""
    tables = [name for name in ENTRIES if name.startswith("su2016_lifetable_")]
    assert len(tables) == 10
    apart = {}
    for name in tables:
        rows = load_analysis(name).clinical["life_table"].rows
        assert rows["number"].sum() == 183, name
        for time, overall in ((12, 46.4), (24, 12.7), (36, 5.4)):
            known = rows[f"survival_{time}"]
            mean = (rows["number"] * known).sum() / 183
            if known.notna().all() and abs(mean - overall) > 0.2:
                apart[name.removeprefix("su2016_lifetable_"), time] = round(mean, 1)
    assert apart == {("gtv", 12): 48.2, ("gtv", 24): 13.5, ("dose", 24): 13.7, ("t_stage", 36): 4.9}
