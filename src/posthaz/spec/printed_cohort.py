"""Description of a cohort as a paper printed it: a file of ``models/cohorts``."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from posthaz.errors import Findings, nearest
from posthaz.simulate import CovariateMargins, Group, MatchedGroups, PrintedCohort
from posthaz.spec.cohort_table import UNITS
from posthaz.spec.fields import Field, UnfitError, choice, label, number, several, table, text
from posthaz.spec.printed_endpoints import read_endpoints
from posthaz.spec.printed_margins import read_covariate
from posthaz.spec.toml_table import TomlTable

_FILE_FIELDS = {
    "about": table(required=True),
    "groups": table(required=True),
    "follow_up": table(required=True),
    "columns": table(),
    "correlations": table(),
    "matched": table(),
    "endpoints": table(required=True),
}
_ABOUT_FIELDS = {
    "title": text(required=True),
    "source": text(required=True),
    "unit": choice(UNITS),
    "resolution": number(above=0),
    "earliest": number(at_least=0),
    "where": text(),
}


def _group_values() -> Field:
    def parse(raw: Any) -> Mapping[str, str]:
        if not isinstance(raw, dict):
            raise UnfitError
        return {column: label().parse(value) for column, value in raw.items()}

    return Field("a table of column = code", parse)


def _quantiles() -> Field:
    pair = several(number(at_least=0), "two numbers")

    def parse(raw: Any) -> tuple[tuple[float, ...], ...]:
        points = several(pair, "[probability, time] pairs").parse(raw)
        if any(len(point) != 2 for point in points):
            raise UnfitError("not pairs")
        probability, time = zip(*points, strict=True)
        ordered = np.all(np.diff(probability) > 0) and np.all(np.diff(time) >= 0)
        if probability[0] != 0 or probability[-1] != 1 or not ordered or time[-1] <= 0:
            raise UnfitError("not increasing from probability 0 to 1")
        return points

    return Field("[probability, time] pairs from 0 to 1, as [[0, 12], [1, 60]]", parse)


_GROUP_FIELDS = {
    "size": number(above=0, whole=True, required=True),
    "values": _group_values(),
    "where": text(),
}
_MATCHED_FIELDS = {
    "groups": several(text(), "groups", required=True),
    "on": several(text(), "factors", required=True),
    "left_out": several(text(), "groups"),
    "where": text(),
}
_FOLLOW_UP_FIELDS = {"quantiles": _quantiles(), "where": text()}


def read_printed_cohort(
    values: Mapping[str, Any], shown: str, path: Path, findings: Findings
) -> PrintedCohort | None:
    """Read a cohort description; what is wrong with it is recorded.

    Parameters
    ----------
    values : mapping
        What TOML holds in the file.
    shown : str
        The file, as its user would name it.
    path : Path
        The file.
    findings : Findings
        Where problems go.

    Returns
    -------
    PrintedCohort or None
        None after recording what is wrong.
    """
    before = len(findings)
    file = TomlTable(values, shown, (), findings)
    file.read(_FILE_FIELDS)
    about = file.below("about").read(_ABOUT_FIELDS)
    groups = _read_groups(file)
    sizes = {group.name: group.size for group in groups}
    read = [read_covariate(inner, sizes) for _, inner in file.below("columns").each()]
    covariates = tuple(covariate for covariate in read if covariate is not None)
    columns = _columns(groups, covariates)
    complete = len(findings) == before
    of_groups = list(dict.fromkeys(name for group in groups for name in group.values))
    ends = file.below("endpoints")
    endpoints = read_endpoints(ends, columns, of_groups) if complete else ()
    correlations = _read_correlations(file.below("correlations"), covariates) if complete else {}
    matched = _read_matched(file, groups, covariates) if complete else MatchedGroups()
    if len(findings) > before:
        return None
    about.pop("where", None)
    return PrintedCohort(
        name=path.stem,
        groups=groups,
        covariates=covariates,
        endpoints=endpoints,
        correlations=correlations,
        matched=matched,
        path=path,
        **about,
    )


def _read_groups(file: TomlTable) -> tuple[Group, ...]:
    below, groups = file.below("groups"), []
    follow_up = file.below("follow_up")
    names = list(below.values)
    common = follow_up.read({**_FOLLOW_UP_FIELDS, **{name: table() for name in names}})
    for name, inner in below.each():
        parsed = inner.read(_GROUP_FIELDS)
        own = follow_up.below(name).read(_FOLLOW_UP_FIELDS) if follow_up.has(name) else {}
        points = own.get("quantiles", common.get("quantiles"))
        if points is None:
            follow_up.refuse(name, "no quantiles", "give quantiles for the group or for all")
        elif "size" in parsed:
            groups.append(
                Group(name, parsed["size"], parsed.get("values", {}), points,
                      parsed.get("where", ""))
            )  # fmt: skip
    if not names:
        below.refuse((), "there is no group", "give [groups.NAME] with its size")
    return tuple(groups)


def _columns(
    groups: Sequence[Group], covariates: Sequence[CovariateMargins]
) -> dict[str, tuple[str, ...]]:
    """Every column before the outcomes, with its levels; none for numbers."""
    columns: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for name, value in group.values.items():
            columns[name] = tuple(dict.fromkeys((*columns.get(name, ()), value)))
    for covariate in covariates:
        levels = {level: None for margin in covariate.margins for level in margin.shares}
        columns[covariate.name] = () if covariate.number else tuple(levels)
        if covariate.grouped:
            columns[covariate.grouped[0]] = covariate.grouped[1:]
    return columns


def _read_correlations(
    toml: TomlTable, covariates: Sequence[CovariateMargins]
) -> dict[tuple[str, str], float]:
    names = [covariate.name for covariate in covariates]
    found: dict[tuple[str, str], float] = {}
    for one, inner in toml.each():
        fields = dict.fromkeys(inner.values, number(above=-1, below=1))
        for other, value in inner.read(fields).items():
            for name in (one, other):
                if name not in names:
                    what = f"there is no column '{name}' ({nearest(name, names)})"
                    toml.refuse((one, other), what, "name columns of [columns]")
            found[one, other] = value
    if all(name in names for pair in found for name in pair):
        matrix = np.eye(len(names))
        for (one, other), value in found.items():
            matrix[names.index(one), names.index(other)] = value
            matrix[names.index(other), names.index(one)] = value
        if len(names) and np.linalg.eigvalsh(matrix).min() <= 1e-8:
            toml.refuse((), "no columns can be correlated so", "make the correlations smaller")
    return found


def _read_matched(
    file: TomlTable, groups: Sequence[Group], covariates: Sequence[CovariateMargins]
) -> MatchedGroups:
    if not file.has("matched"):
        return MatchedGroups()
    toml = file.below("matched")
    parsed = toml.read(_MATCHED_FIELDS)
    if not {"groups", "on"} <= set(parsed):
        return MatchedGroups()
    matched = MatchedGroups(**parsed)
    sizes = {group.name: group.size for group in groups}
    for key, names in (("groups", matched.groups), ("left_out", matched.left_out)):
        for name in names:
            if name not in sizes:
                what = f"'{name}' is not a group ({nearest(name, list(sizes))})"
                toml.refuse(key, what, "name two groups or more of [groups]")
            if key == "left_out" and name in matched.groups:
                toml.refuse(key, f"'{name}' is matched", "name it once")
    if len(set(matched.groups)) < 2 or len({sizes.get(name) for name in matched.groups}) > 1:
        toml.refuse("groups", "not groups of one size", "name two groups or more of one size")
    factors = {one.factor: one for one in covariates if one.factor}
    for factor in matched.on:
        if factor not in factors:
            what = f"'{factor}' is no factor of [columns] ({nearest(factor, list(factors))})"
            toml.refuse("on", what, "name factors")
        elif not _same_in(factors[factor], matched.groups):
            what = f"'{factor}' has not the same counts in {' and '.join(matched.groups)}"
            toml.refuse("on", what, "give each of these groups the same counts, or leave it out")
    return matched


def _same_in(covariate: CovariateMargins, groups: Sequence[str]) -> bool:
    """Whether each group has a margin of its own, and all the same."""
    own = [margin for margin in covariate.margins if margin.groups[0] in groups]
    if any(len(margin.groups) > 1 or margin.empty for margin in own) or len(own) < len(groups):
        return False
    first = own[0]
    if covariate.grouped and any(margin.below is None for margin in own):
        return False
    return all((m.shares, m.below) == (first.shares, first.below) for m in own)
