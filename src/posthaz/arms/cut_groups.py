"""Numbers of a cohort cut into groups, beside the numbers themselves."""

from collections.abc import Mapping
from dataclasses import replace

from posthaz.cohort import Cohort, Column, Cut, derived_values


def group_name(name: str) -> str:
    """Covariate that holds the groups of a number."""
    return f"{name}_group"


def with_cuts(cohort: Cohort, cuts: Mapping[str, tuple[float, ...]]) -> Cohort:
    """The cohort with a factor for each number that is cut.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    cuts : mapping of str to tuple of float
        Where each new group of a covariate begins.

    Returns
    -------
    Cohort
        With the covariate ``age_group`` for a cut of ``age``, its label and unit kept.

    Examples
    --------
    >>> import posthaz as ph
    >>> cohort = with_cuts(ph.simulated_example(), {"gtv_cc": (146.0,)})
    >>> cohort.columns["gtv_cc_group"].level_labels
    ('<146 cm3', '≥146 cm3')
    """
    covariates, columns = cohort.covariates.copy(), dict(cohort.columns)
    for name, at in cuts.items():
        cut, column = Cut(name, at), columns.get(name, Column(name))
        made = group_name(name)
        covariates[made] = derived_values(cut, {name: covariates[name].to_numpy(float)})
        columns[made] = Column(
            made,
            column.label or name,
            levels=cut.levels,
            level_labels=cut.level_labels(column.unit),
            derived=cut,
        )
    return replace(cohort, covariates=covariates, columns=columns)
