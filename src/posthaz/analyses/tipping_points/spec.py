"""How far a choice must go to change the conclusion: the table ``[tipping_points]``."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from posthaz.cohort import Cohort, CohortSpec
from posthaz.errors import Finding
from posthaz.hazards import option
from posthaz.spec.clinical_tables import ClinicalTable, two_arms_faults
from posthaz.spec.derived import keys_of
from posthaz.spec.fields import either, flag, table
from posthaz.spec.toml_table import TomlTable


def _shares() -> Any:
    """Shares of an arm with the confounder."""
    return option((0.2, 0.4, 0.6), at_least=0, at_most=1, many="shares", distinct=True)


@dataclass(frozen=True)
class ConfounderGrid:
    """Unmeasured confounders that are tried.

    Parameters
    ----------
    hr : tuple of float
        Hazard ratios of patients with the confounder.
    treated, reference : tuple of float
        Shares of patients with it, by arm.
    """

    hr: tuple[float, ...] = option((1.5, 2.0, 3.0), above=0, many="hazard ratios", distinct=True)
    treated: tuple[float, ...] = _shares()
    reference: tuple[float, ...] = _shares()


@dataclass(frozen=True)
class TippingPointsSpec:
    """What is pushed until the conclusion changes.

    Parameters
    ----------
    prior_hr : tuple of float
        Lowest and highest median hazard ratio of the prior on the map.
    prior_sd : tuple of float
        Smallest and largest standard deviation of that prior, on the log hazard ratio.
    levels : tuple of float
        Posterior probabilities of benefit whose lines are drawn.
    removed : int
        Largest set of patients whose removal is tried; 0 for none.
    influence : bool
        Whether each patient's influence is worked out.
    confounder : ConfounderGrid or None
        Unmeasured confounders; None for none.
    censoring : tuple of float
        Hazard ratios, after censoring against before, that are tried in the arm that fares
        better; none when empty.
    imputations : int
        Completed cohorts for each of them.
    """

    prior_hr: tuple[float, float] = option((0.4, 2.5), above=0, many="two hazard ratios", most=2)
    prior_sd: tuple[float, float] = option(
        (0.1, 2.0), above=0, many="two standard deviations", most=2
    )
    levels: tuple[float, ...] = option(
        (0.95, 0.975), above=0, below=1, many="probabilities", distinct=True
    )
    removed: int = option(10, at_least=0, at_most=100)
    influence: bool = True
    confounder: ConfounderGrid | None = ConfounderGrid()
    censoring: tuple[float, ...] = option((), above=0, many="hazard ratios", most=20, distinct=True)
    imputations: int = option(10, at_least=2, at_most=200)


_FIELDS = keys_of(TippingPointsSpec) | {"confounder": either(table(), flag())}
_CONFOUNDER_FIELDS = keys_of(ConfounderGrid)


def read_tipping_points(toml: TomlTable, cohort: CohortSpec) -> TippingPointsSpec:
    """What the table ``[tipping_points]`` asks for.

    Parameters
    ----------
    toml : TomlTable
        The table; it may be empty.
    cohort : CohortSpec
        How the cohort is read: it needs a treatment.

    Returns
    -------
    TippingPointsSpec
        What could be read; the rest is recorded.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> toml = TomlTable({"removed": 3}, "x.toml", ("tipping_points",), Findings())
    >>> read_tipping_points(toml, CohortSpec(treatment="arm")).removed
    3
    """
    parsed = toml.read(_FIELDS)
    if not cohort.treatment:
        toml.refuse((), "the file names no treatment", "name it in [treatment]")
    for key in ("prior_hr", "prior_sd"):
        ends = parsed.get(key)
        if ends is not None and (len(ends) != 2 or not ends[0] < ends[1]):
            toml.refuse(key, f"found {list(ends)}", "give two numbers, the smaller first")
            parsed.pop(key)
    asked = parsed.pop("confounder", True)
    confounder = None if asked is False else ConfounderGrid()
    if isinstance(asked, dict):
        inner = toml.below("confounder")
        confounder = ConfounderGrid(**inner.read(_CONFOUNDER_FIELDS))
        pairs = {(a, b) for a in confounder.treated for b in confounder.reference}
        if all(a == b for a, b in pairs):
            inner.refuse(
                (),
                "the confounder is as common in either arm, and then confounds nothing",
                "give another share in treated or reference",
            )
    return TippingPointsSpec(confounder=confounder, **parsed)


def tipping_faults(asked: TippingPointsSpec, cohort: Cohort) -> Iterator[Finding]:
    """What keeps a cohort's conclusion from being pushed.

    Parameters
    ----------
    asked : TippingPointsSpec
        What the file asks for.
    cohort : Cohort
        The cohort.

    Yields
    ------
    Finding
        One a fault.
    """
    yield from two_arms_faults("[tipping_points]", cohort, "a conclusion on one hazard ratio takes")


TABLE = ClinicalTable(
    read_tipping_points, tipping_faults, fields=table(_FIELDS, about=TippingPointsSpec)
)
