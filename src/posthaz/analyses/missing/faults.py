"""What keeps covariates from being imputed."""

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, changing
from posthaz.design import formula_groups, formula_terms, in_basis, term_variables
from posthaz.errors import Finding, nearest
from posthaz.spec import ModelSpec

KINDS = ("continuous", "binary", "ordered", "unordered")
_SCALED = re.compile(r"(?<!\w)(scale|center|standardize)\(")
_SAME = 1.0 - 1e-9
_FEWEST = 10


def incomplete(cohort: Cohort, covariates: Sequence[str]) -> dict[str, int]:
    """Patients who lack a value, by covariate; those that everybody has are left out."""
    first = cohort.covariates[cohort.first]
    counts = {name: int(first[name].isna().sum()) for name in covariates if name in first}
    return {name: count for name, count in counts.items() if count}


def kind_of(cohort: Cohort, name: str) -> str:
    """How a covariate is imputed when nothing is stated."""
    values = cohort.covariates[name]
    if hasattr(values, "cat"):
        role = cohort.columns[name].role if name in cohort.columns else ""
        if len(values.cat.categories) <= 2:
            return "binary"
        return "ordered" if role in ("performance_status", "grade") else "unordered"
    return "binary" if values.nunique() == 2 else "continuous"


def imputation_faults(
    cohort: Cohort,
    covariates: Sequence[str],
    auxiliary: Sequence[str] = (),
    kinds: Mapping[str, str] | None = None,
    deltas: Mapping[str, Sequence[float]] | None = None,
    formulas: Sequence[str] = (),
    jointly: Sequence[ModelSpec] = (),
) -> Iterator[Finding]:
    """Yield what keeps covariates of a cohort from being imputed.

    Parameters
    ----------
    cohort : Cohort
        The cohort, with those who lack a value.
    covariates, auxiliary : sequence of str
        Covariates of the models, and those that only help.
    kinds : mapping of str to str, optional
        How columns are imputed, where stated.
    deltas : mapping of str to sequence of float, optional
        Shifts of imputed values, where stated.
    formulas : sequence of str, optional
        Formulas that will be fitted.
    jointly : sequence of ModelSpec, optional
        Models with which values are imputed jointly.

    Yields
    ------
    Finding
        One a problem.
    """
    place = f"{cohort.source.name}, [missing]"
    known = [str(name) for name in cohort.covariates]
    names = list(dict.fromkeys((*covariates, *auxiliary)))
    for name in names:
        if name not in known:
            yield Finding(place, f"there is no covariate '{name}' ({nearest(name, known)})",
                          "correct the name")  # fmt: skip
    names = [name for name in names if name in known]
    yield from _of_the_cohort(cohort, names, place)
    lacking = incomplete(cohort, names)
    if not any(name in lacking for name in covariates):
        yield Finding(place, "no covariate of the models is missing in anybody", "leave it out")
    empty = [name for name in lacking if cohort.covariates[name].isna().all()]
    for name in empty:
        yield Finding(
            f"{cohort.source.name}, column '{name}'",
            "it has no value at all, so that there is nothing to impute it from",
            "leave it out of the analysis",
        )
    for name, count in lacking.items():
        seen = int(cohort.first.sum()) - count
        if name not in empty and seen < _FEWEST:
            yield Finding(
                f"{cohort.source.name}, column '{name}'",
                f"only {seen} patients have a value, too few to learn an imputation model from",
                "leave it out of the analysis",
            )
    if not empty:
        yield from _copies(cohort, names, lacking)
    yield from _of_options(cohort, kinds or {}, deltas or {}, lacking, place)
    yield from _of_formulas(cohort, formulas, lacking)
    if jointly:
        yield from _of_joint(cohort, jointly, deltas or {}, place)


def _of_joint(
    cohort: Cohort, models: Sequence[ModelSpec], deltas: Mapping[str, Sequence[float]], place: str
) -> Iterator[Finding]:
    """What the likelihood of a model alone can't impute."""
    instead = 'impute by chained equations: method = "multiple" (in Python, without model)'
    if any(deltas.values()):
        yield Finding(
            place,
            "imputed values are shifted (delta) by chained equations only, and these are drawn "
            "jointly with the model",
            instead,
        )
    if cohort.cause.max() > 1:
        yield Finding(
            place,
            "a missing covariate is told by every cause of the event, and the model is of one",
            instead,
        )
    for model in models:
        if model.background is not None:
            yield Finding(
                place,
                f"model '{model.name}' has a background of expected deaths, and values can't be "
                "drawn jointly with excess hazards",
                instead,
            )


def _of_the_cohort(cohort: Cohort, names: Sequence[str], place: str) -> Iterator[Finding]:
    """What of the follow-up leaves no room for imputation."""
    if cohort.interval_censored.any():
        yield Finding(
            place,
            "the imputation models hold the cumulative hazard at each patient's last time, which "
            "interval-censored events don't give",
            'use complete cases: leave [missing] out and say missing = "drop" in [cohort]',
        )
    if cohort.recurrent:
        yield Finding(place, "it is about the time to one event, and every event counts here",
                      'ask about first events by recurrent = "first"')  # fmt: skip
    counts = cohort.weight_kind in ("", "frequency")
    if counts and not np.all(cohort.weight == 1.0):
        yield Finding(
            place,
            "a row stands for several patients, who would all be given one imputed value",
            "give one row a patient",
        )
    for name in changing(cohort, names):
        if name != cohort.treatment and cohort.covariates[name].isna().any():
            yield Finding(
                f"{cohort.source.name}, column '{name}'",
                "it is missing and changes during follow-up; only what is known at the start of "
                "follow-up is imputed",
                "carry its last value forward, or use its value at the start",
            )
    if cohort.treatment and cohort.covariates[cohort.treatment].isna().any():
        yield Finding(place, "the treatment is missing in some patients, and is never imputed",
                      "complete it, or leave them out by [cohort.where]")  # fmt: skip


def _copies(cohort: Cohort, names: Sequence[str], lacking: Mapping[str, int]) -> Iterator[Finding]:
    """Incomplete columns that another tells already."""
    first = cohort.covariates[cohort.first]
    told: set[frozenset[str]] = set()
    for name in lacking:
        for other in names:
            pair = frozenset((name, other))
            if other == name or pair in told or not _same(first[name], first[other]):
                continue
            told.add(pair)
            fills = int((first[name].isna() & first[other].notna()).sum())
            yield Finding(
                f"{cohort.source.name}, column '{name}'",
                f"it is a copy of '{other}': each is told by the other wherever both are known",
                f"complete '{name}' from '{other}' in the table ({fills} patients), and keep one"
                if fills
                else "keep one of them",
            )


def _same(one: pd.Series, other: pd.Series) -> bool:
    """Whether two columns tell each other wherever both are known."""
    both = (one.notna() & other.notna()).to_numpy(dtype=bool)
    if both.sum() < _FEWEST or hasattr(one, "cat") != hasattr(other, "cat"):
        return False
    first, second = one[both], other[both]
    if hasattr(one, "cat"):
        pairs = pd.DataFrame({"a": first.astype(str), "b": second.astype(str)}).drop_duplicates()
        return len(pairs) > 1 and pairs["a"].is_unique and pairs["b"].is_unique
    numbers = first.to_numpy(dtype=float), second.to_numpy(dtype=float)
    if min(np.ptp(numbers[0]), np.ptp(numbers[1])) == 0:
        return False
    return abs(float(np.corrcoef(*numbers)[0, 1])) > _SAME


def _of_options(
    cohort: Cohort,
    kinds: Mapping[str, str],
    deltas: Mapping[str, Sequence[float]],
    lacking: Mapping[str, int],
    place: str,
) -> Iterator[Finding]:
    """Options of columns that they can't have."""
    for name in dict.fromkeys((*kinds, *deltas)):
        where = place.replace("[missing]", f"[missing.columns.{name}]")
        if name not in lacking:
            yield Finding(where, f"'{name}' is missing in nobody, or in no model",
                          "leave the table out")  # fmt: skip
            continue
        factor = hasattr(cohort.covariates[name], "cat")
        kind = kinds.get(name, kind_of(cohort, name))
        levels = cohort.covariates[name].nunique()
        if kind not in KINDS:
            yield Finding(where, f"there is no kind '{kind}' ({nearest(kind, KINDS)})",
                          "correct it")  # fmt: skip
        if kind == "continuous" and not factor and levels == 2:
            yield Finding(where, f"'{name}' has two values, and nothing between them",
                          "give binary, or leave kind out")  # fmt: skip
        if kind == "continuous" and factor:
            yield Finding(where, f"'{name}' has levels, and is no number",
                          "give binary, ordered or unordered")  # fmt: skip
        if kind in ("ordered", "unordered") and not factor:
            yield Finding(where, f"'{name}' is a number, and has no levels",
                          f"state its levels in [cohort.columns.{name}]")  # fmt: skip
        if kind == "binary" and levels != 2:
            yield Finding(where, f"'{name}' has {levels} values, not two",
                          "give another kind")  # fmt: skip
        if kind == "unordered" and name in deltas:
            yield Finding(
                where,
                f"the levels of '{name}' have no order, so that a shift has no direction",
                'give kind = "ordered" if they have, or leave delta out',
            )


def _of_formulas(
    cohort: Cohort, formulas: Sequence[str], lacking: Mapping[str, int]
) -> Iterator[Finding]:
    """Terms that would mean something else in every imputation, and groups that are missing."""
    for formula in formulas:
        for term in formula_terms(formula):
            held = [name for name in term_variables(formula, term) if name in lacking]
            if held and (in_basis(term) or _SCALED.search(term)):
                yield Finding(
                    f"{cohort.source.name}, [missing]",
                    f"'{term}' takes its meaning from the values of '{held[0]}', which differ "
                    "between imputations, so that its coefficients can't be pooled",
                    f"write a plain function in its place, such as log({held[0]}), or cut it into "
                    "levels",
                )
        for name in formula_groups(formula):
            if name in lacking:
                yield Finding(
                    f"{cohort.source.name}, column '{name}'",
                    "the group of a frailty is missing in some patients, and is never imputed",
                    "complete it, or give them a level of their own",
                )
