"""Effects that depend on another covariate: the tables ``[interactions.NAME]``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from posthaz.cohort import Cohort, CohortSpec
from posthaz.design import formula_variables, quoted
from posthaz.errors import Finding, PosthazError, SpecError
from posthaz.spec.analysis import check_values
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.covariate_checks import (
    check_covariate,
    check_cut,
    check_terms,
    cut_faults,
)
from posthaz.spec.derivation_table import column_or_cut, increasing
from posthaz.spec.fields import choice, flag, several, table, text
from posthaz.spec.sample import ALL, SAMPLES
from posthaz.spec.toml_table import TomlTable


@dataclass(frozen=True)
class InteractionSpec:
    """The effect of one covariate within the levels of another, and along it.

    Parameters
    ----------
    name : str
        Name of the table.
    effect : str
        Covariate whose effect is asked for: a factor, or a number with `effect_cut`.
    by : str
        Covariate that it may depend on: a factor, or a number with `by_cut`.
    effect_cut, by_cut : tuple of float
        Where numbers are cut; empty for factors.
    adjusted : tuple of str
        Terms that every model is adjusted for.
    continuous : bool
        Whether numbers are also taken as they are.
    effect_term, by_term : str
        Their terms; see `smooth_terms` for what is taken when empty.
    sample : {"all", "matched"}
        Whether the patients are all of them or those that ``[adjust]`` matched.

    Examples
    --------
    >>> InteractionSpec("dose", "dose_gy", "gtv_cc", (63.0,), (146.0,)).smooth_terms
    ('center(dose_gy)', 'center(log(gtv_cc))')
    """

    name: str
    effect: str
    by: str
    effect_cut: tuple[float, ...] = ()
    by_cut: tuple[float, ...] = ()
    adjusted: tuple[str, ...] = ()
    continuous: bool = False
    effect_term: str = ""
    by_term: str = ""
    sample: str = ALL

    def __post_init__(self) -> None:
        plain = ("adjusted", "continuous", "effect_term", "by_term", "sample")
        names, cuts = dict.fromkeys(("name", "effect", "by"), text()), increasing()
        rules = names | {"effect_cut": cuts, "by_cut": cuts} | {key: _FIELDS[key] for key in plain}
        check_values(self, rules)
        if self.effect == self.by:
            raise SpecError(
                f"InteractionSpec, by: '{self.by}' is the effect itself",
                fix="name another covariate",
            )

    @property
    def smooth_terms(self) -> tuple[str, str]:
        """Terms of the continuous model: the effect linear and the other covariate's logarithm.

        They are centred, so that the default prior of their product is about patients there are.
        """
        effect, by = quoted(self.effect), quoted(self.by)
        effect = f"center({effect})" if self.effect_cut else effect
        by = f"center(log({by}))" if self.by_cut else by
        return self.effect_term or effect, self.by_term or by


_FIELDS = {
    "effect": column_or_cut(required=True),
    "by": column_or_cut(required=True),
    "adjusted": several(text(), "terms of a formula", empty=True),
    "continuous": flag(),
    "effect_term": text(),
    "by_term": text(),
    "sample": choice(SAMPLES),
}


def read_interactions(toml: TomlTable, cohort: CohortSpec) -> tuple[InteractionSpec, ...]:
    """Every interaction that is asked for.

    Parameters
    ----------
    toml : TomlTable
        The table ``[interactions]``.
    cohort : CohortSpec
        How the cohort is read.

    Returns
    -------
    tuple of InteractionSpec
        Those that could be read; the rest is recorded.

    Examples
    --------
    >>> from posthaz.cohort import Column
    >>> from posthaz.errors import Findings
    >>> values = {"x": {"effect": {"dose_gy": 63}, "by": "response"}}
    >>> toml = TomlTable(values, "x.toml", ("interactions",), Findings())
    >>> columns = {name: Column(name) for name in ("dose_gy", "response")}
    >>> read_interactions(toml, CohortSpec(columns=columns))[0].effect_cut
    (63.0,)
    """
    return toml.named(partial(_read, cohort), "interactions.dose_by_response")


def interaction_faults(asked: tuple[InteractionSpec, ...], cohort: Cohort) -> Iterator[Finding]:
    """What keeps interactions from being estimated in a cohort.

    Parameters
    ----------
    asked : tuple of InteractionSpec
        The interactions.
    cohort : Cohort
        The cohort.

    Yields
    ------
    Finding
        One a problem.
    """
    for one in asked:
        place = f"{cohort.source.name}, interaction {one.name}"
        for name, cut in ((one.effect, one.effect_cut), (one.by, one.by_cut)):
            yield from cut_faults(place, name, bool(cut), cohort)


def _read(cohort: CohortSpec, name: str, toml: TomlTable) -> InteractionSpec | None:
    before = len(toml.findings)
    parsed = toml.read(_FIELDS)
    cuts: dict[str, tuple[float, ...]] = {}
    for key in ("effect", "by"):
        if key not in parsed:
            continue
        parsed[key], cuts[key] = parsed[key]
        if parsed[key] != cohort.treatment:
            check_covariate(toml, key, parsed[key], cohort)
        check_cut(toml, key, parsed[key], cuts[key], cohort)
    check_terms(toml, "adjusted", parsed.get("adjusted", ()), cohort)
    if parsed.get("effect") == parsed.get("by") and "by" in parsed:
        toml.refuse("by", "it is the effect itself", "name another covariate")
    _check_smooth(toml, parsed, cuts)
    if len(toml.findings) > before:
        return None
    return InteractionSpec(name=name, effect_cut=cuts["effect"], by_cut=cuts["by"], **parsed)


def _check_smooth(
    toml: TomlTable, parsed: Mapping[str, Any], cuts: Mapping[str, tuple[float, ...]]
) -> None:
    """The continuous model needs a number, and its terms are of the covariates asked for."""
    if parsed.get("continuous") and not any(cuts.values()):
        fix = "cut the one that is a number, or leave it out"
        toml.refuse("continuous", "neither covariate is a number that is cut", fix)
    for key in ("effect", "by"):
        term = parsed.get(f"{key}_term")
        if term is None:
            continue
        if not parsed.get("continuous"):
            toml.refuse(f"{key}_term", "it is for the continuous model", "say continuous = true")
        try:
            used = formula_variables(term)
        except PosthazError as error:
            toml.refuse(f"{key}_term", error.what, error.fix or "correct the term")
            continue
        if key in parsed and used != (parsed[key],):
            what = f"the term is of {', '.join(used) or 'nothing'}, not of '{parsed[key]}'"
            toml.refuse(f"{key}_term", what, f"write it with '{parsed[key]}' alone")


TABLE = ClinicalTable(
    read_interactions, interaction_faults, fields=table(each=table(_FIELDS, about=InteractionSpec))
)
