"""The cohort of an analysis, brought to the time at which it is studied, and times beyond it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from posthaz.adjust import landmark, split_at_treatment
from posthaz.cohort import (
    Cohort,
    CohortSpec,
    Column,
    at_time,
    joined,
    number_text,
    read_life_table,
    with_unit,
)
from posthaz.cohort.cells import stated_cells
from posthaz.cohort.expected_mortality import read_expected_mortality, with_expected_rate
from posthaz.cohort.identifiers import identifying
from posthaz.cohort.merge import merge_patients
from posthaz.cohort.own_columns import (
    stated_columns,
    with_exit,
    with_own_columns,
    without_sources,
)
from posthaz.cohort.read import checked_cohort
from posthaz.cohort.table import Table, read_table
from posthaz.cohort.ties import at_times_of
from posthaz.cohort.visits import merge_visits
from posthaz.design import formula_groups, formula_variables
from posthaz.errors import CohortError, Finding, Findings, SpecError, nearest
from posthaz.simulate import simulate_twin, with_starts
from posthaz.spec.analysis import Analysis
from posthaz.spec.column_map import refuse_second_tables, without_absent
from posthaz.spec.measured_after import measured_later
from posthaz.spec.toml_file import outside_finding


def read_analysis_cohort(
    analysis: Analysis, table: pd.DataFrame | str | Path | None = None
) -> Cohort:
    """The cohort of an analysis, as its file says it is read and studied.

    Without a table, a twin of the paper's cohort is drawn by the seed of ``[simulate]``.
    Rows of a patient that differ in nothing are joined, and those outside ``[cohort.where]`` left
    out; the follow-up of patients whose treatment begins later is cut there
    (``[treatment] starts``); with ``landmark`` only those at risk then are kept, in the arm they
    were in then, and times count from it.

    Parameters
    ----------
    analysis : Analysis
        The analysis.
    table : DataFrame, str or Path, optional
        A table in place of the analysis's own.

    Returns
    -------
    Cohort
        Its cohort; who was left out, and why, is in ``dropped``.

    Raises
    ------
    SpecError
        When the analysis names no table, or two.
    CohortError
        When the table can't be used.
    AdjustmentError
        When a landmark or the times at which treatment began can't be used.

    Examples
    --------
    >>> import posthaz as ph
    >>> len(read_analysis_cohort(ph.load_analysis("nvalt11_pci_os")))
    174
    """
    cohort = _from_then(analysis, joined(_read(analysis, table)))
    if analysis.favours and analysis.favours not in cohort.arms:
        raise SpecError(
            f"{analysis.place}, [treatment]: favours = '{analysis.favours}' is no arm of "
            f"the cohort ({nearest(analysis.favours, cohort.arms)})",
            fix="name the arm whose benefit is asked",
        )
    if analysis.favours and analysis.favours == cohort.arms[0] and "assurance" in analysis.clinical:
        raise SpecError(
            f"{analysis.place}, [assurance]: the benefit of the reference "
            f"'{analysis.favours}' is asked (favours), and a trial would show that of "
            f"'{cohort.arms[-1]}'",
            fix=f"give reference = '{cohort.arms[-1]}' in [treatment], and turn the priors on "
            "its effect",
        )
    found = (*beyond_follow_up(analysis, cohort), *measured_later(analysis, cohort))
    return replace(cohort, notices=(*cohort.notices, *found))


def needed_covariates(analysis: Analysis) -> tuple[str, ...]:
    """Covariates that models and clinical analyses use, and that may not be missing."""
    made = {m.background.rate for m in analysis.models if m.background and m.background.table}
    named = {name for model in analysis.models for name in model.needed} - made
    for spec in analysis.clinical.values():
        named |= set(getattr(spec, "needed", ()))
    if analysis.sensitivity is not None:
        named |= set(analysis.sensitivity.needed)
    return tuple(sorted(named))


def clinical_covariates(analysis: Analysis) -> tuple[str, ...]:
    """Covariates that the clinical analyses use, the primary model's among them."""
    named = set(formula_variables(analysis.models[0].formula)) if analysis.models else set()
    for spec in analysis.clinical.values():
        named |= set(getattr(spec, "needed", ()))
    return tuple(sorted(named))


def _read(analysis: Analysis, given: pd.DataFrame | str | Path | None) -> Cohort:
    needed = needed_covariates(analysis)
    printed = analysis.clinical.get("life_table")
    if printed is not None:
        if analysis.table is not None or given is not None:
            raise SpecError(
                f"{analysis.place}: [life_table] holds the rows, so no table is read",
                fix="leave --data out, or take an analysis file without [life_table]",
            )
        return read_life_table(printed.rows, printed.spec, covariates=needed, name=printed.name)
    if given is None and analysis.table is None and analysis.simulate is None:
        raise SpecError(
            f"{analysis.place}: no cohort table",
            fix="name one as 'table' in [cohort], or give --data",
        )
    spec = analysis.cohort
    if analysis.starts and analysis.starts not in spec.columns:
        column = Column(analysis.starts, label="Start of treatment", unit=spec.unit)
        spec = replace(spec, columns={**spec.columns, analysis.starts: column})
    if spec.missing == "drop" and not spec.same_patients:
        # each model leaves out its own incomplete cases, where it is fitted
        asked = [name for one in analysis.clinical.values() for name in getattr(one, "kept", ())]
        kept = {name: spec.columns.get(name, Column(name)) for name in (*needed, *asked)}
        spec, needed = replace(spec, columns={**spec.columns, **kept}), ()
    if given is not None:
        refuse_second_tables(analysis)
        read = read_table(given)
    elif analysis.table is not None:
        _refuse_outside(analysis)
        read = read_table(Path(analysis.table))
    else:
        read = replace(read_table(simulate_patients(analysis)), name=_twin_name(analysis))
    read, notices = _with_second_table(analysis, read)
    read, spec, lacking = _own_table(analysis, read, spec, needed_covariates(analysis))
    # an expected rate, or what it is looked up by, may be the same for all
    looked_up = _looked_up(analysis)
    needed = tuple(name for name in needed if name not in looked_up)
    asked = (*analysis.table_one, *sorted(looked_up))
    unsaid = [name for name in asked if name not in spec.columns and name not in lacking]
    described = {name: Column(name) for name in unsaid}
    spec = replace(spec, columns={**spec.columns, **described})
    read, spec, found = _with_visits(analysis, read, spec)
    notices += found
    # a file's user may never see the table, so only what the file names is kept of it
    cohort = checked_cohort(read, spec, needed, all_columns=False)
    cohort = replace(cohort, notices=(*cohort.notices, *notices, *_lacking_words(read, lacking)))
    _refuse_identifiers(analysis, cohort)
    return _with_expected_rates(analysis, cohort)


def _looked_up(analysis: Analysis) -> set[str]:
    """Columns of expected rates, or by which a life table gives them."""
    backgrounds = [model.background for model in analysis.models if model.background]
    return {name for one in backgrounds for name in one.columns or (one.rate,)}


def _with_expected_rates(analysis: Analysis, cohort: Cohort) -> Cohort:
    """The cohort with each patient's expected rate where a model has it from a life table."""
    for model in analysis.models:
        background = model.background
        if background is None or not background.table:
            continue
        place = f"{analysis.place} [models.{model.name}.background]"
        if analysis.landmark is not None or analysis.starts:
            raise SpecError(
                f"{place}: ages of a life table count from time 0, and a landmark or a treatment "
                "that begins later moves it",
                fix="give the expected rate at the end of follow-up as a column, 'rate'",
            )
        try:
            mortality = read_expected_mortality(background.table, background.per)
            names = (background.age, background.sex, background.year)
            rate = with_expected_rate(cohort.covariates, mortality, names, cohort.exit, cohort.unit)
        except CohortError as error:
            found = error.findings or (Finding(place, error.what, error.fix or ""),)
            findings = tuple(replace(one, where=f"{place}, {one.where}") for one in error.findings)
            raise SpecError.from_findings(f"{place} can't be used:", findings or found) from error
        covariates = cohort.covariates.assign(**{background.rate: rate})
        cohort = replace(cohort, covariates=covariates)
    return cohort


def _refuse_outside(analysis: Analysis) -> None:
    """Refuse a table outside the file's folder, where that was not allowed."""
    if analysis.table is not None and analysis.table == analysis.outside:
        finding = outside_finding(f"{analysis.place} [cohort.table]", analysis.table)
        raise SpecError.from_findings(f"{analysis.place} can't be used:", (finding,))


def _with_second_table(analysis: Analysis, read: Table) -> tuple[Table, tuple[Finding, ...]]:
    """A table with the columns of ``[cohort.merge]``, and what is to be said of them."""
    asked = analysis.merge
    if asked is None or asked.table is None:
        return read, ()
    return merge_patients(read, read_table(asked.table), asked)


def _own_table(
    analysis: Analysis, read: Table, spec: CohortSpec, needed: Sequence[str]
) -> tuple[Table, CohortSpec, tuple[str, ...]]:
    """A table with the analysis's columns, how to read it, and which of them it may lack."""
    title, findings = f"{read.name} can't be used as a cohort:", Findings()
    stated = stated_columns(spec)
    if analysis.column_map is not None:
        stated = (*stated, *analysis.column_map.columns)
    read = with_own_columns(stated_cells(read, spec), stated, spec, findings)
    findings.raise_if_any(CohortError, title)
    spec = without_sources(spec)
    read, spec = with_exit(read, spec, findings)
    findings.raise_if_any(CohortError, title)
    if analysis.column_map is None:
        return read, spec, ()
    header = [str(name) for name in read.frame.columns]
    spec, lacking = without_absent(analysis, spec, header, needed)
    return read, spec, lacking


def _with_visits(
    analysis: Analysis, read: Table, spec: CohortSpec
) -> tuple[Table, CohortSpec, tuple[Finding, ...]]:
    """A table cut at the visits of ``[cohort.visits]``, and what is to be said of them."""
    if analysis.visits is None or analysis.visits.table is None:
        return read, spec, ()
    mapped = () if analysis.column_map is None else analysis.column_map.columns
    for column in (*stated_columns(analysis.cohort), *mapped):
        if column.name in analysis.visits.columns:
            raise SpecError(
                f"{analysis.place} [cohort.visits]: '{column.name}' is taken from another "
                "column, converted or recoded, which holds for one table and not for visits",
                fix="write both tables with the analysis's names, units and codes",
            )
    # what stands for a missing value does so at visits too
    visits = stated_cells(read_table(analysis.visits.table), spec)
    return merge_visits(read, visits, analysis.visits, spec)


def _lacking_words(read: Table, lacking: Sequence[str]) -> Iterator[Finding]:
    """What a table of the user's own has not, and nothing asks for."""
    if lacking:
        names = ", ".join(f"'{name}'" for name in lacking)
        yield Finding(
            read.name,
            f"it has no {names}, which the analysis describes and no model needs",
            "map a column to each that should be in the table of characteristics",
        )


def _refuse_identifiers(analysis: Analysis, cohort: Cohort) -> None:
    """Refuse columns that tell who a patient is: whatever is kept is printed."""
    patients, findings = len(cohort.patients), Findings()
    grouped = {name for model in analysis.models for name in formula_groups(model.formula)}
    grouped |= {analysis.cohort.subject, analysis.cohort.cluster}
    for name, column in cohort.columns.items():
        if column.levels or name == cohort.treatment or name in grouped:
            continue
        reason = identifying(name, cohort.covariates[name], patients)
        if reason:
            findings.add(
                f"{cohort.source.name}, column '{name}'",
                f"it looks like an identifier of patients ({reason}), which a report would print",
                f"leave '{name}' out of {analysis.place}; if it is a covariate after all, give "
                "it another name, or state its levels in [cohort.columns]",
            )
    findings.raise_if_any(CohortError, f"{cohort.source.name} can't be reported so:")


def simulate_patients(analysis: Analysis, seed: int | None = None) -> pd.DataFrame:
    """A twin of the paper's cohort, drawn from the numbers that ``[simulate]`` names.

    Parameters
    ----------
    analysis : Analysis
        The analysis.
    seed : int, optional
        Seed; the analysis's own without it.

    Returns
    -------
    DataFrame
        One row a patient; `posthaz.simulate.simulate_twin` says which columns.

    Raises
    ------
    SpecError
        When the analysis has no ``[simulate]``.
    """
    if analysis.simulate is None:
        raise SpecError(
            f"{analysis.place}: no [simulate], so there are no printed numbers to draw from",
            fix="take an analysis file that has one, or describe the cohort in one",
        )
    wanted = analysis.simulate
    seed = wanted.seed if seed is None else seed
    twin = simulate_twin(wanted.cohort, seed)
    return twin if wanted.starts is None else with_starts(twin, wanted.starts, seed)


def _twin_name(analysis: Analysis) -> str:
    assert analysis.simulate is not None
    return f"twin of {analysis.simulate.cohort.name} (simulated, seed {analysis.simulate.seed})"


def _from_then(analysis: Analysis, cohort: Cohort) -> Cohort:
    """The cohort as it is studied: from the landmark on, or cut where treatment began."""
    if analysis.landmark is not None:
        studied = landmark(cohort, analysis.landmark, analysis.starts).cohort
    elif analysis.starts:
        studied = split_at_treatment(cohort, analysis.starts)
    else:
        return cohort
    return replace(studied, uncut=cohort) if analysis.starts else studied


def beyond_follow_up(analysis: Analysis, cohort: Cohort) -> Iterator[Finding]:
    """Yield what is asked at times by which nobody was followed, in everybody or in an arm.

    Parameters
    ----------
    analysis : Analysis
        The analysis.
    cohort : Cohort
        Its cohort, from the time on at which it is studied.

    Yields
    ------
    Finding
        One a key; an arm in which the last one followed had the event has nothing unknown.
    """
    ends = _ends(cohort)
    wanted = analysis.estimands
    asked = {"survival_at": wanted.survival_at, "rmst_to": (wanted.rmst_to,)}
    for key, times in asked.items():
        given = at_times_of(cohort, np.array([t for t in times if t is not None], dtype=float))
        late = {arm: given[given > end] for arm, end in ends.items()}
        late = {arm: found for arm, found in late.items() if len(found)}
        if not late:
            continue
        found = sorted({float(time) for times in late.values() for time in times})
        shown = ", ".join(map(number_text, found))
        last = ", ".join(_said(cohort, arm, ends[arm]) for arm in late)
        what = "the model's restricted mean" if key == "rmst_to" else "the model's survival"
        yield Finding(
            f"estimands, {key}",
            f"{with_unit(shown, cohort.unit)} lies beyond follow-up ({last}): {what} there is "
            "extrapolated, "
            "and Kaplan-Meier has none",
            f"ask for times up to {at_time(min(ends[arm] for arm in late), cohort.unit)}, or "
            "read the "
            "answers as what the baseline hazard assumes",
        )


def _ends(cohort: Cohort) -> dict[str, float]:
    """Last follow-up of each arm whose survival had not come to 0 by then."""
    ends = {}
    for arm in dict.fromkeys(cohort.arm):
        exit_ = cohort.exit[cohort.arm == arm]
        last = exit_ == exit_.max()
        if not (cohort.cause[cohort.arm == arm][last] > 0).all():
            ends[str(arm)] = float(exit_.max())
    return ends


def _said(cohort: Cohort, arm: str, end: float) -> str:
    whose = f" in {cohort.arm_label(arm)}" if cohort.arms else ""
    return f"which ends at {number_text(end)}{whose}"
