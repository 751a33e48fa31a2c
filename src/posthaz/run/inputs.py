"""An analysis and its cohort, read and checked; everything a fit could refuse, refused first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, at_time, changing, joined, number_text
from posthaz.design import (
    entangled_numbers,
    formula_groups,
    path_faults,
    value_faults,
    values_beyond,
)
from posthaz.errors import Finding, Findings, PosthazError, SpecError
from posthaz.sensitivity import Variant, variants
from posthaz.spec import (
    SHORT_FOLLOW_UP,
    Analysis,
    ModelSpec,
    check_parts,
    choose_priors,
    clinical_covariates,
    follow_up_for_cure,
    learn_model_design,
    read_analysis_cohort,
    resolve,
)
from posthaz.spec.clinical_tables import clinical_faults
from posthaz.spec.patients_lost import own_patients
from posthaz.spec.support import cuts_beyond


def read_inputs(
    analysis: Analysis, cohort: Cohort | pd.DataFrame | str | Path | None = None
) -> Cohort:
    """Read the cohort of an analysis and check every model against it, without fitting.

    Parameters
    ----------
    analysis : Analysis
        The analysis.
    cohort : Cohort, DataFrame, str or Path, optional
        A cohort as it is to be studied, or a table read as the analysis says; the analysis's own
        table without it.

    Returns
    -------
    Cohort
        Its cohort.

    Raises
    ------
    PosthazError
        With everything found.
    """
    if not isinstance(cohort, Cohort):
        cohort = read_analysis_cohort(analysis, cohort)
    findings = Findings()
    listed = variants(analysis, cohort=cohort) if analysis.sensitivity is not None else ()
    for key, (spec, chosen) in _specifications(analysis, listed).items():
        try:
            _check_model(spec, chosen(cohort))
        except PosthazError as error:
            where = f"{analysis.place} [{key}]"
            if error.findings:
                findings.extend(replace(f, where=f"{where}, {f.where}") for f in error.findings)
            else:
                findings.add(where, error.what.rstrip("."), error.fix or "see above")
    findings.extend(_before_origin(analysis, cohort))
    findings.extend(_not_for_recurrent(analysis, cohort))
    findings.extend(_counts_between_times(analysis, cohort))
    findings.extend(_drawn_beside(analysis, cohort))
    whole = cohort.complete(clinical_covariates(analysis)) if cohort.drop_missing else cohort
    primary = analysis.models[0] if analysis.models else None
    findings.extend(clinical_faults(analysis.clinical, whole, cohort, primary))
    used, beyond = _profile_covariates(analysis, cohort), []
    for label, values in analysis.estimands.profiles:
        place = f"{analysis.place} [estimands.profiles.{label}]"
        if label in (*cohort.arms, "all"):
            whom = f"the arm '{label}'" if label in cohort.arms else "all patients"
            findings.add(place, f"answers for {whom} stand under the same name",
                         "give the profile another name; its label may be any text")  # fmt: skip
        pieces = values.get("path")
        stated = {name: value for name, value in values.items() if name != "path"}
        findings.extend(value_faults(used, stated, place))
        course = pieces if isinstance(pieces, list) else []
        findings.extend(path_faults(course, place) if course else ())
        each = [{k: v for k, v in piece.items() if k != "from"} for piece in course]
        findings.extend(fault for own in each for fault in value_faults(used, own, place))
        if not any(finding.where.startswith(place) for finding in findings.found):
            beyond += [
                fault for own in (stated, *each) for fault in values_beyond(used, own, place)
            ]
            findings.extend(_not_transformed(analysis, cohort, (stated, *each), place))
    findings.raise_if_any(SpecError, f"{analysis.place} can't be fitted to this cohort:")
    made = (_short_plateau, _without_frailty, _without_curves, _entangled)
    notices = (*(notice for make in made for notice in make(analysis, cohort)), *beyond)
    return replace(cohort, notices=(*cohort.notices, *notices))


def _short_plateau(analysis: Analysis, cohort: Cohort) -> Iterator[Finding]:
    """Models with a cured share that follow-up is too short to tell."""
    curing = [model.name for model in analysis.models if model.cure is not None]
    if not curing:
        return
    chance = follow_up_for_cure(cohort)
    if chance > SHORT_FOLLOW_UP:
        seen = cohort.event | cohort.interval_censored
        last, longest = float(np.max(cohort.exit[seen])), float(np.max(cohort.exit))
        yield Finding(
            f"{analysis.place} [models.{curing[0]}.cure]",
            f"follow-up may be too short to tell a cured share: after the last event, at "
            f"{at_time(round(last, 2), cohort.unit)}, it goes on to "
            f"{number_text(round(longest, 2))} only (Maller and Zhou's measure is "
            f"{chance:.2f}, and should be below {SHORT_FOLLOW_UP}), so that "
            "the share leans on the shape of the hazard and on its prior",
            "compare other baselines, and state what the share is conditional on",
        )


def _not_transformed(
    analysis: Analysis, cohort: Cohort, stated: Sequence[Mapping[str, Any]], place: str
) -> Iterator[Finding]:
    """Values that a model's formula has no number for, such as the logarithm of 0."""
    for model in analysis.models:
        own = own_patients(model, cohort)
        design = learn_model_design(model, own.covariates, own.patient_weight)
        for values in stated:
            row = design.reference({k: v for k, v in values.items() if k in design.variables})
            try:
                design.matrix(row)
            except PosthazError as error:
                yield Finding(place, error.what.rstrip("."), error.fix or "give another value")


def _profile_covariates(analysis: Analysis, cohort: Cohort) -> pd.DataFrame:
    """Covariates that a model uses; a profile says nothing by others."""
    named = {name for model in analysis.models for name in model.variables}
    return cohort.covariates.loc[:, [name for name in cohort.covariates if name in named]]


_MOST_MADE = 200


def _specifications(
    analysis: Analysis, listed: Sequence[Variant]
) -> dict[str, tuple[ModelSpec, Callable[[Cohort], Cohort]]]:
    """Everything fitted, by its place, and to whom; variants of one shape only once.

    Of variants with other patients those with one change are tried, up to 200: landmarks nobody
    reaches and matches that can't be made are then refused before anything is fitted.
    """
    found = {f"models.{model.name}": (model, _everybody) for model in analysis.models}
    shapes: dict[object, tuple[str, tuple[ModelSpec, Callable[[Cohort], Cohort]]]] = {}
    made = 0
    for one in listed:
        families = tuple((key, prior.family) for key, prior in one.spec.priors.items())
        shape = (repr(replace(one.spec, priors={})), families)
        place = f"sensitivity, {one.spec.name}, {one.label}"
        if not one.patients and not one.primary:
            shapes.setdefault(shape, (place, (one.spec, _everybody)))
        elif len(one.changes) == 1 and all(change.checked for change in one.patients):
            made += 1
            if made <= _MOST_MADE:
                shapes[(shape, one.patients)] = (place, (one.spec, one.of_patients))
    return found | dict(shapes.values())


def _everybody(cohort: Cohort) -> Cohort:
    return cohort


def _check_model(spec: ModelSpec, cohort: Cohort) -> None:
    cohort = joined(own_patients(spec, cohort), spec.needed)
    events = cohort.event | cohort.interval_censored
    resolved = resolve(spec, cohort.exit[events], cohort.weight[events], cohort.origin)
    if found := cuts_beyond(resolved, cohort):
        raise SpecError(f"cuts: {found.what}", fix=found.fix)
    design = learn_model_design(resolved, cohort.covariates, cohort.patient_weight)
    check_parts(resolved, design, cohort)
    choose_priors(
        resolved, design, float(events.mean()) / float(np.mean(cohort.exit - cohort.entry))
    )


def _before_origin(analysis: Analysis, cohort: Cohort) -> Iterator[Finding]:
    """Answers asked for at times up to the origin, where nobody can have failed yet."""
    asked = analysis.estimands
    times = {"survival_at": asked.survival_at}
    times["rmst_to"] = () if asked.rmst_to is None else (asked.rmst_to,)
    for key, values in times.items():
        early = [value for value in values if value <= cohort.origin]
        if cohort.origin and early:
            yield Finding(
                f"{analysis.place} [estimands], {key}",
                f"{', '.join(map(number_text, early))} {cohort.unit}, but curves are told "
                f"from {at_time(cohort.origin, cohort.unit)} on, when enough patients are under "
                "observation",
                "ask for later times, or set an earlier one as origin in [cohort]",
            )


def _not_for_recurrent(analysis: Analysis, cohort: Cohort) -> Iterator[Finding]:
    """Parts of an analysis that are about the time to one event."""
    if not cohort.recurrent:
        return
    parts = [f"[{name}]" for name in analysis.clinical]
    parts += ["[sensitivity]"] if analysis.sensitivity is not None else []
    parts += ["[[published]]"] if analysis.published else []
    parts += ["[treatment] starts"] if analysis.starts else []
    for part in parts:
        yield Finding(
            f"{analysis.place} {part}",
            "it is about the time to one event, and recurrent events have no survival",
            'remove it, or ask about first events by recurrent = "first" in [cohort]',
        )


def _counts_between_times(analysis: Analysis, cohort: Cohort) -> Iterator[Finding]:
    """Events so far, of a cohort in which nobody knows by when they had come."""
    if analysis.baselines.risk_table and (cohort.recurrent or cohort.interval_censored.any()):
        known = "several of a patient" if cohort.recurrent else "only known to lie between times"
        yield Finding(
            f"{analysis.place} [baselines], risk_table",
            f"events are {known}, so that nobody can count the patients who had theirs by a time",
            "leave it out",
        )


def _drawn_beside(analysis: Analysis, cohort: Cohort) -> Iterator[Finding]:
    """What is to stand on Kaplan-Meier curves that are not drawn, or on those of one arm."""
    wanted = analysis.baselines
    for key in ("kaplan_meier_band", "effect_on_plot"):
        if not getattr(wanted, key):
            continue
        reason = ""
        if cohort.recurrent or cohort.interval_censored.any():
            kind = "several of a patient" if cohort.recurrent else "only known to lie between times"
            reason = f"events are {kind}, so that there are no Kaplan-Meier curves to draw it on"
        elif key == "effect_on_plot" and len(cohort.arms) < 2:
            reason = "the cohort has one arm, so that there is no effect to write on the curves"
        if reason:
            yield Finding(f"{analysis.place} [baselines], {key}", reason, "leave it out")


def _without_frailty(analysis: Analysis, cohort: Cohort) -> Iterator[Finding]:
    """Models of recurrent events that take the events of one subject as independent."""
    subject = analysis.cohort.subject
    for model in analysis.models if cohort.recurrent else ():
        if subject not in formula_groups(model.formula):
            yield Finding(
                f"{analysis.place} [models.{model.name}]",
                "the events of one subject are taken as independent, so that credible intervals "
                "are too narrow",
                f"add (1 | {subject}) to the formula, a frailty of the subject",
            )


def _without_curves(analysis: Analysis, cohort: Cohort) -> Iterator[Finding]:
    """Models whose covariates change during follow-up, which leave no standardised curve."""
    courses = [label for label, values in analysis.estimands.profiles if "path" in values]
    for model in analysis.models:
        names = changing(cohort, model.variables)
        names = tuple(name for name in names if name != cohort.treatment)
        if not names:
            continue
        listed = " and ".join(f"'{name}'" for name in names)
        others = "patients along the stated courses alone" if courses else "nobody"
        yield Finding(
            f"{analysis.place} [models.{model.name}]",
            f"{listed} of its formula changed during follow-up, and nobody knows how it would have "
            "gone on in patients no longer followed: the model gives hazard ratios, but no "
            "survival, median or restricted mean of the whole cohort; survival is given for "
            + others,
            "read hazard ratios, or put the value at the start of follow-up into the formula"
            + ("" if courses else "; for a curve, state a course in [estimands.profiles.NAME] "
               f"path = [{{ from = 0, {names[0]} = ... }}]"),
        )  # fmt: skip


def _entangled(analysis: Analysis, cohort: Cohort) -> Iterator[Finding]:
    """Models with two numbers that say nearly the same, such as PTV and GTV."""
    for model in analysis.models:
        own = own_patients(model, cohort)
        design = learn_model_design(model, own.covariates, own.patient_weight)
        for one in entangled_numbers(design):
            larger = " and ".join(f"{factor:.0f}" for factor in one.inflation)
            yield Finding(
                f"{analysis.place} [models.{model.name}]",
                f"'{one.first}' and '{one.second}' are nearly the same in these patients "
                f"(correlation {one.correlation:.2f}; variance inflation {larger}): the data "
                "hardly tell whose effect it is, and each effect leans on its prior",
                f"keep one of them, or write '{one.apart}' in place of '{one.second}': the same "
                "patients told apart by what the two have in common and by how they differ",
            )
