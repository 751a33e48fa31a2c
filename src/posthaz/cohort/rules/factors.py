"""Rules on covariates that are factors."""

from collections.abc import Iterator, Mapping

import pandas as pd

from posthaz.cohort.covariates import factor_levels, is_factor, reference_of
from posthaz.cohort.draft import Draft
from posthaz.cohort.levels import level_text, level_texts
from posthaz.cohort.numbers import read_numbers
from posthaz.cohort.rows import listed, shown_values
from posthaz.errors import Finding, nearest

MOST_CODED_ARMS = 4
_MOST_NAMED_ARMS = 12
_EVERYBODY = "overall"


def levels_known(draft: Draft) -> Iterator[Finding]:
    """No value lies outside the levels named for the column."""
    for name in _factors(draft):
        declared = draft.column(name).levels
        if not declared:
            continue
        texts = level_texts(draft.values(name), declared)
        known = [level_text(level) for level in declared]
        outside = (~texts.isin(known) & texts.notna()).to_numpy()
        if outside.any():
            found = [str(text) for text in texts[outside]]
            hint = nearest(found[0], known)
            yield Finding(
                draft.where(outside, name),
                f"value outside the levels named: {shown_values(found)} ({hint})",
                f"correct the values, or add them to levels = [{', '.join(declared)}]",
            )


def reference_known(draft: Draft) -> Iterator[Finding]:
    """The reference is a level that some row has."""
    for name in _factors(draft):
        reference = reference_of(draft, name)
        found = factor_levels(draft, name)
        if name in draft.needed and name in draft.emptied and len(found) == 1:
            continue  # said by `levels_vary`
        if reference and found and reference not in found:
            yield Finding(
                draft.where(column=name),
                f"no row has the reference level '{reference}' ({nearest(reference, found)})",
                f"name one of {', '.join(found)} as the reference",
            )


def levels_vary(draft: Draft) -> Iterator[Finding]:
    """A factor of the analysis has more than one level."""
    for name in _factors(draft):
        found = factor_levels(draft, name)
        if name in draft.needed and len(found) == 1:
            noun = "treatment" if name == draft.spec.treatment else "covariate"
            if name in draft.emptied:
                yield Finding(
                    draft.where(column=name),
                    f"{draft.emptied[name]}, so that the {noun} has one level only ('{found[0]}')",
                    f"keep rows of it, or leave '{name}' out of the analysis",
                )
                continue
            yield Finding(
                draft.where(column=name),
                f"the {noun} has one level only ('{found[0]}')",
                f"leave it out of the analysis{_or_other_levels(draft, name)}",
            )


def levels_lost(draft: Draft, before: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Which levels of a factor had rows in the table and have none left.

    Parameters
    ----------
    draft : Draft
        The rows that are left.
    before : mapping of str to DataFrame
        By what rows were left out, and the rows there were before.

    Returns
    -------
    dict of str to str
        By covariate, such as ``"every row of 'RT' is left out, by [cohort.where]"``.
    """
    lost = {}
    for name in _factors(draft):
        left, declared = factor_levels(draft, name), draft.column(name).levels
        gone: dict[str, str] = {}
        for reason, frame in before.items():
            if len(frame) > len(draft.frame):
                texts = level_texts(frame[name], declared).dropna().unique()
                gone |= {str(text): reason for text in texts if text not in left}
        if gone:
            levels = listed([f"'{level}'" for level in gone])
            lost[name] = f"every row of {levels} is left out, {listed(sorted({*gone.values()}))}"
    return lost


def arms_told_apart(draft: Draft) -> Iterator[Finding]:
    """No arm has the name under which tables give all patients."""
    name = draft.spec.treatment
    if name and draft.has(name) and _EVERYBODY in factor_levels(draft, name):
        yield Finding(
            draft.where(column=name),
            f"an arm is called '{_EVERYBODY}', as tables call all patients together",
            "give it another code, and a label if you like",
        )


def treatment_has_arms(draft: Draft) -> Iterator[Finding]:
    """The treatment isn't a number that was measured."""
    name = draft.spec.treatment
    if not name or not draft.has(name) or draft.column(name).levels:
        return
    if draft.column(name).derived is not None:
        return
    found = factor_levels(draft, name)
    if read_numbers(draft.values(name)).text.any():
        if len(found) > _MOST_NAMED_ARMS:
            yield Finding(
                draft.where(column=name),
                f"the treatment has {len(found)} values ({shown_values(list(found))}), and each "
                "would be an arm of its own",
                "name another column, join arms by a column of the table, or state its levels "
                f"in [cohort.columns.{name}]",
            )
    elif len(found) > MOST_CODED_ARMS:
        yield Finding(
            draft.where(column=name),
            f"the treatment is a number with {len(found)} values ({shown_values(list(found))}), "
            "and each would be an arm of its own",
            f"leave it out as the treatment and give it as an exposure in the formula, with a step "
            f"in [cohort.columns.{name}]; or make arms of it: cut it into a derived column, or "
            "state its levels",
        )


def _or_other_levels(draft: Draft, name: str) -> str:
    absent = set(draft.column(name).levels) - set(factor_levels(draft, name))
    return f", or add rows with {listed(sorted(absent))}" if absent else ""


def _factors(draft: Draft) -> list[str]:
    return [name for name in draft.kept if draft.has(name) and is_factor(draft, name)]


FACTOR_RULES = (arms_told_apart, levels_known, reference_known, levels_vary, treatment_has_arms)
