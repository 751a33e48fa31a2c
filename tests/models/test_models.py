"""Every analysis of the catalogue loads, and its table has the columns it names."""

import pandas as pd
import pytest

from posthaz.design import formula_variables
from posthaz.spec import catalogue, load_analysis

ENTRIES = {entry.name: entry.path for entry in catalogue()}


@pytest.fixture(params=list(ENTRIES))
def analysis(request):
    return load_analysis(ENTRIES[request.param])


@pytest.fixture
def table(analysis):
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
    named = {name for name in (*follow_up, *others, *cohort.columns) if name}
    assert named <= set(table.columns)


def test_levels_are_those_of_the_table(analysis, table):
    for name, column in analysis.cohort.columns.items():
        if column.levels:
            values = table[name].dropna()
            codes = {f"{v:g}" if isinstance(v, float) else str(v) for v in values.unique()}
            assert codes == set(column.levels), name


def test_formulas_use_described_columns_without_missing_values(analysis, table):
    for model in analysis.models:
        used = list(formula_variables(model.formula))
        assert set(used) <= set(analysis.cohort.columns)
        if analysis.cohort.missing == "refuse":
            assert table[used].notna().all(axis=None), model.name


def test_event_codes_are_those_of_the_table(analysis, table):
    codes = {f"{code:g}" for code in table[analysis.cohort.event].unique()}
    assert codes <= set(analysis.cohort.event_codes)


def test_nvalt11_counts():
    counts = {}
    for name in ("nvalt11_pci_os", "nvalt11_pci_pfs"):
        analysis = load_analysis(name)
        table = pd.read_csv(analysis.table)
        counts[name] = (len(table), int(table[analysis.cohort.event].sum()))
    assert counts == {"nvalt11_pci_os": (174, 118), "nvalt11_pci_pfs": (174, 137)}
