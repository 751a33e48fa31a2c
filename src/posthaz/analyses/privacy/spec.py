"""What a report may tell of few patients: the table ``[privacy]``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from posthaz.cohort import Cohort, CohortSpec
from posthaz.design import formula_groups
from posthaz.errors import Finding
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.fields import flag, number, table
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.toml_table import TomlTable


@dataclass(frozen=True)
class PrivacySpec:
    """Which counts are withheld, and what archives hold.

    Parameters
    ----------
    minimum_cell : int
        Least count of patients or events that is told; smaller ones are withheld, and others by
        which they could be computed.
    share : bool
        Whether archives leave out the rows of patients, as ``--share`` does.
    models : tuple of ModelSpec
        Models of the file.

    Examples
    --------
    >>> PrivacySpec(minimum_cell=10)
    PrivacySpec(minimum_cell=10, share=False)
    """

    minimum_cell: int = 5
    share: bool = False
    models: tuple[ModelSpec, ...] = field(default=(), repr=False)

    def about(self, models: Sequence[ModelSpec]) -> "PrivacySpec":
        """The same for the models of a file."""
        return replace(self, models=tuple(models))


_FIELDS = {"minimum_cell": number(at_least=2, at_most=100, whole=True), "share": flag()}


def read_privacy(toml: TomlTable, cohort: CohortSpec) -> PrivacySpec | None:
    """What the table ``[privacy]`` asks for; None after recording what is wrong with it.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> toml = TomlTable({"minimum_cell": 10}, "x.toml", ("privacy",), Findings())
    >>> read_privacy(toml, CohortSpec())
    PrivacySpec(minimum_cell=10, share=False)
    """
    before = len(toml.findings)
    parsed = toml.read(_FIELDS)
    return None if len(toml.findings) > before else PrivacySpec(**parsed)


def privacy_faults(asked: PrivacySpec, cohort: Cohort) -> Iterator[Finding]:
    """What keeps a report on a cohort from withholding its small counts.

    Parameters
    ----------
    asked : PrivacySpec
        What is asked.
    cohort : Cohort
        Everybody in it.

    Yields
    ------
    Finding
        One a problem.
    """
    place = f"{cohort.source.name}, [privacy]"
    for what, found in (
        ("events are known to lie between two visits", cohort.interval_censored.any()),
        ("patients have several rows", cohort.several_rows),
        ("patients come under observation late", (cohort.entry > 0).any()),
        ("rows have weights", (cohort.weight != 1.0).any()),
    ):
        if found:
            what = f"{what}, and their curves and counts can't yet be kept from telling of one"
            yield Finding(place, what, "remove [privacy], and share only what you have read")
    for name, what, fix in _of_models(asked, cohort):
        yield Finding(f"[models.{name}], [privacy]", what, fix)
    for what, count in (*_told(cohort), *_left_out(asked, cohort)):
        if 0 < count < asked.minimum_cell:
            yield Finding(
                place,
                f"{what} would be told, and {'is' if count == 1 else 'are'} fewer than "
                f"{asked.minimum_cell}",
                "take the rows out of the table before, ask about other patients by [cohort.where] "
                "or later times, or leave the covariate out",
            )


def _told(cohort: Cohort) -> Iterator[tuple[str, int]]:
    """Counts that a report can't do without."""
    for arm in cohort.arms or ("",):
        inside = cohort.arm == arm if arm else np.ones(len(cohort), dtype=bool)
        of, events = f" of arm '{arm}'" if arm else "", int(cohort.event[inside].sum())
        yield f"the number of patients{of}", int(inside.sum())
        yield f"the number of events{of}", events
        yield f"the number of patients{of} without an event", int(inside.sum()) - events
    yield "the number who failed from another cause", int((cohort.cause > 1).sum())
    for dropped in cohort.dropped:
        yield f"the number of rows left out, {dropped.reason},", dropped.count or len(dropped.rows)


def _of_models(asked: PrivacySpec, cohort: Cohort) -> Iterator[tuple[str, str, str]]:
    """Model, what it would tell of single patients, and what to do."""
    for model in asked.models:
        if groups := formula_groups(model.formula):
            what = f"its table of coefficients would name every {groups[0]}"
            yield model.name, what, f"leave (1 | {groups[0]}) out of the formula"
        for one in (model.baseline, *model.changing):
            several = getattr(one, "intervals", 1) != 1
            chosen = several and not getattr(one, "cuts", ())
            if chosen or hasattr(one, "knots"):
                what = "its cuts or knots are times at which single patients had their events"
                yield model.name, what, "state cuts; an M-spline has its last knot there always"


def _left_out(asked: PrivacySpec, cohort: Cohort) -> Iterator[tuple[str, int]]:
    """Who lack what a model, or Cox of one covariate, needs; also where numbers give it away."""
    absent, lacking = cohort.covariates.isna(), {}
    for model in asked.models:
        named = [name for name in model.needed if name in absent]
        lacking |= {f"'{name}'": absent[name] for name in named}
        lacking[" or ".join(f"'{name}'" for name in named)] = absent[named].any(axis=1)
    for name, one in lacking.items():
        yield f"the number who lack {name}", int(one.sum())
    for (name, one), (further, other) in combinations(lacking.items(), 2):
        if any((one | other).equals(known) for known in lacking.values()):
            yield f"the number who lack {name} and not {further}", int((one & ~other).sum())
            yield f"the number who lack {further} and not {name}", int((other & ~one).sum())
            yield f"the number who lack {name} and {further}", int((one & other).sum())


TABLE = ClinicalTable(
    read_privacy, privacy_faults, fields=table(_FIELDS, about=PrivacySpec), of_everyone=True
)
