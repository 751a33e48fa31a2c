"""The axes that a sensitivity analysis may have: one line each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from posthaz.spec.axes import covariates, exclusions, follow_up, options, samples
from posthaz.spec.axes.baselines_and_patients import baseline_axis, formula_axis, subset_axis
from posthaz.spec.axes.given import GivenFile
from posthaz.spec.axes.priors import PRIOR_AXES, prior_axes
from posthaz.spec.fields import Field, either, table, text
from posthaz.spec.sensitivity import Axis
from posthaz.spec.toml_table import TomlTable

Axes = tuple[Axis, ...]
Reader = Callable[[TomlTable, GivenFile], Axes]


@dataclass(frozen=True)
class AxisTable:
    """A key of ``[sensitivity]`` that gives axes.

    Parameters
    ----------
    field : Field
        What the key holds.
    read : callable
        Takes the table under the key, or where it holds a list a table of the key alone, and the
        file; gives the axes that could be read and records the rest.
    is_list : bool
        Whether the key holds a list.
    """

    field: Field
    read: Reader
    is_list: bool = False


_TABLES = table(each=table())

AXES: dict[str, AxisTable] = {
    "priors": AxisTable(PRIOR_AXES, lambda toml, given: prior_axes(toml, given.met)),
    "baselines": AxisTable(
        _TABLES, lambda toml, given: (baseline_axis(toml, given.models),)
    ),
    "options": AxisTable(table(dict(options.OPTIONS)), options.option_axes),
    "formulas": AxisTable(
        table(each=either(text(), table({"model": text()}))),
        lambda toml, given: (formula_axis(toml, given.models, given.treatment),),
    ),
    "covariates": AxisTable(covariates.COVARIATES, covariates.covariate_axes),
    "codings": AxisTable(covariates.CODED, covariates.coding_axes),
    "changing": AxisTable(options.CHANGING, options.changing_axes),
    "landmarks": AxisTable(follow_up.TIMES, follow_up.landmark_axes, is_list=True),
    "subsets": AxisTable(
        _TABLES, lambda toml, given: (subset_axis(toml, given.cohort.columns),)
    ),
    "exclusions": AxisTable(exclusions.EXCLUSIONS, exclusions.exclusion_axes),
    "leave_one_out": AxisTable(exclusions.ONE_OUT, exclusions.one_out_axes, is_list=True),
    "missing": AxisTable(exclusions.WAYS, exclusions.missing_axes, is_list=True),
    "horizons": AxisTable(follow_up.TIMES, follow_up.horizon_axes, is_list=True),
    "censored": AxisTable(follow_up.CENSORED, follow_up.censored_axes, is_list=True),
    "matching": AxisTable(samples.MATCHING, samples.matching_axes),
    "weights": AxisTable(samples.WEIGHTS, samples.weights_axes),
}  # fmt: skip
"""Key of ``[sensitivity]`` to what it gives; a new axis is a line here."""


def read_axes(toml: TomlTable, parsed: Mapping[str, Any], key: str, given: GivenFile) -> Axes:
    """The axes of one key; none where the file doesn't have it, or its value was refused."""
    if key not in parsed:
        return ()
    axis = AXES[key]
    if axis.is_list:
        alone = TomlTable({key: toml.values[key]}, toml.file, toml.keys, toml.findings)
        return axis.read(alone, given)
    return axis.read(toml.below(key), given)
