"""One specification to labelled variants."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from posthaz.cohort import Cohort
from posthaz.errors import CohortError, SpecError
from posthaz.spec import Alternative, Analysis, Axis, Change, ModelSpec, SensitivitySpec
from posthaz.spec.sensitivity import MOST_VARIANTS, with_levels

AS_STATED = "as stated"


@dataclass(frozen=True)
class Variant:
    """One model of a sensitivity analysis.

    Parameters
    ----------
    label : str
        What is different, ``"as stated"`` for nothing; alike for several models.
    changes : tuple of (str, str)
        Axis and alternative of each change.
    spec : ModelSpec
        The model; it keeps the name of the model that was varied.
    patients : tuple of Change
        What makes its patients of those of the cohort, in that order; nothing for all of them.
    primary : bool
        Whether it is the first model as stated, with which the others are compared.
    """

    label: str
    changes: tuple[tuple[str, str], ...]
    spec: ModelSpec
    patients: tuple[Change, ...] = ()
    primary: bool = False

    @property
    def axis(self) -> str:
        """What is changed: the axes, joined; the model for another one as stated."""
        stated = AS_STATED if self.primary else "model"
        return ", ".join(axis for axis, _ in self.changes) or stated

    @property
    def takes_incomplete(self) -> bool:
        """Whether it has patients who lack a covariate of another variant."""
        return any(change.takes_incomplete for change in self.patients)

    @property
    def draws(self) -> tuple[str, ...]:
        """What of its patients is drawn several times."""
        return tuple(change.draws for change in self.patients if change.draws)

    def of_estimands(self, asked: Any) -> Any:
        """What can be asked of it: an `EstimandSpec`."""
        for change in self.patients:
            asked = change.of_estimands(asked)
        return asked

    def of_patients(self, cohort: Cohort) -> Cohort:
        """Its patients; levels that none of them has are gone from the factors.

        Raises
        ------
        PosthazError
            When these patients can't be made, or fewer than two arms are left.
        """
        if not self.patients:
            return cohort
        some = cohort
        for change in self.patients:
            some = change.of_patients(some)
        some = with_levels(some)
        if cohort.treatment and len(some.arms) < 2:
            raise CohortError(
                f"{cohort.source.name}, {self.label}: of {len(some)} patient(s) none is left "
                "in one of the arms",
                fix="choose more patients",
            )
        return some


def variants(
    analysis: Analysis, wanted: SensitivitySpec | None = None, cohort: Cohort | None = None
) -> tuple[Variant, ...]:
    """The models of a sensitivity analysis.

    Parameters
    ----------
    analysis : Analysis
        The analysis.
    wanted : SensitivitySpec, optional
        What is varied; what the analysis file says by default.
    cohort : Cohort, optional
        The patients, of whom some axes make their alternatives: one without each of them, say.

    Returns
    -------
    tuple of Variant
        Each model as stated, then with one change at a time, or with every combination of
        alternatives and of what is stated. A change that does nothing to a model, such as the
        prior it has already, makes no variant, nor does a combination that is no model, such as
        a random walk of order 2 over two intervals. The primary one comes first.

    Raises
    ------
    SpecError
        When the analysis asks for no sensitivity analysis, names a model it doesn't have, has
        axes that need the patients and none are given, or more than 20,000 variants.

    Examples
    --------
    >>> from posthaz.spec import load_analysis
    >>> [one.label for one in variants(load_analysis("nvalt11_pci_os"))][:2]
    ['as stated', 'prior on arm: sceptical']
    """
    wanted = wanted or analysis.sensitivity
    if wanted is None:
        raise SpecError(
            f"{analysis.place}: nothing is varied",
            fix="add a table [sensitivity] that says what is",
        )
    models = {model.name: model for model in analysis.models}
    unknown = [name for name in wanted.models if name not in models]
    if unknown:
        raise SpecError(
            f"the sensitivity analysis varies model '{unknown[0]}', which the analysis "
            "doesn't have",
            fix=f"name some of {', '.join(models)}",
        )
    wanted = wanted.of(cohort) if cohort is not None else wanted
    _check_size(wanted)
    found: dict[object, Variant] = {}
    for name in wanted.models:
        for chosen in _combinations(wanted):
            one = _variant(models[name], chosen)
            if one is not None:
                found.setdefault(_identity(one), one)
    first, *others = found.values()
    return replace(first, primary=True), *others


def _combinations(wanted: SensitivitySpec) -> Iterator[tuple[tuple[Axis, Alternative], ...]]:
    """Changes that are made together."""
    if wanted.combine == "full":
        values = [[None, *((axis, other) for other in axis.alternatives)] for axis in wanted.axes]
        for chosen in product(*values):
            yield tuple(change for change in chosen if change is not None)
        return
    yield ()
    for axis in wanted.axes:
        yield from (((axis, other),) for other in axis.alternatives)


def _check_size(wanted: SensitivitySpec) -> None:
    count, how = wanted.counted()
    if count > MOST_VARIANTS:
        fewer = ', or combine = "one_at_a_time"' if wanted.combine == "full" else ""
        raise SpecError(
            f"the sensitivity analysis has {count:,} variants, {how}; at most {MOST_VARIANTS:,} "
            "are fitted",
            fix=f"take axes or alternatives away{fewer}",
        )


def _variant(model: ModelSpec, chosen: tuple[tuple[Axis, Alternative], ...]) -> Variant | None:
    """A model with some changes; None where together they are no model."""
    made = sorted((other.change for _, other in chosen), key=lambda change: change.late)
    spec = model
    try:
        for change in made:
            spec = change.of_model(spec)
    except SpecError:
        if len(chosen) < 2:
            raise
        return None
    changes = tuple((axis.title, other.label) for axis, other in chosen)
    label = "; ".join(f"{title}: {name}" for title, name in changes)
    patients = tuple(change for change in made if change.acts_on_patients)
    return Variant(label or AS_STATED, changes, spec, patients)


def _identity(variant: Variant) -> object:
    """Equal for variants that are the same model of the same patients."""
    spec = variant.spec
    priors = frozenset((key, prior.family, prior.values) for key, prior in spec.priors.items())
    return repr(replace(spec, priors={})), priors, variant.patients
