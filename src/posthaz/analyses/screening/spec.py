"""Screening of candidate covariates, and what can be done instead: the table ``[screening]``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from posthaz.cohort import Cohort, CohortSpec
from posthaz.design import formula_variables, syntax_fault
from posthaz.errors import Finding
from posthaz.spec.analysis import check_values
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.covariate_checks import change_faults, check_terms
from posthaz.spec.fields import Field, UnfitError, choice, number, several, table, text
from posthaz.spec.sample import ALL, SAMPLES
from posthaz.spec.shrinkage import SHRINKAGE_KINDS, Shrinkage
from posthaz.spec.toml_table import TomlTable

SIGNIFICANT = 0.05
_NONE = "none"
_KINDS = ("horseshoe", "r2d2")
_AS_READ = ("shrinkage", "relevant", "firth", "sample")
_RULE = re.compile(r"[pP]\s*<\s*(0?\.\d+)")


@dataclass(frozen=True)
class ScreeningSpec:
    """Which covariates are screened, by which rule, and what stands beside it.

    Parameters
    ----------
    candidates : tuple of str
        Covariates, or terms of a formula, each screened by itself.
    p_below : float
        A candidate is kept when its univariable likelihood-ratio P value is below it.
    keep : tuple of str
        Terms that are in every multivariable model, such as the treatment.
    shrinkage : {"horseshoe", "r2d2", "none"}
        Prior under which all candidates are in one model.
    relevant : float or None
        How many coefficients are expected to matter; the prior's default when not given.
    firth : {"auto", True, False}
        Whether Cox models are penalised: ``"auto"`` where events are fewer than 10 a
        coefficient or an estimate isn't finite.
    sample : {"all", "matched"}
        Patients who are analysed.

    Examples
    --------
    >>> ScreeningSpec(("age", "stage"), keep=("arm",)).p_below
    0.1
    """

    candidates: tuple[str, ...]
    p_below: float = 0.1
    keep: tuple[str, ...] = ()
    shrinkage: str = "horseshoe"
    relevant: float | None = None
    firth: str | bool = "auto"
    sample: str = ALL

    def __post_init__(self) -> None:
        plain = ("candidates", "keep", "shrinkage", "relevant", "firth", "sample")
        rules = {key: _FIELDS[key] for key in plain} | {"p_below": number(above=0, below=1)}
        check_values(self, rules, optional=("relevant",))

    def shared_prior(self, terms: tuple[str, ...]) -> Shrinkage | None:
        """The prior that the coefficients of some terms share; None for none."""
        if self.shrinkage == _NONE or not terms:
            return None
        values = dict(SHRINKAGE_KINDS[self.shrinkage].values)
        if self.relevant is not None:
            values["relevant"] = self.relevant
        return Shrinkage(self.shrinkage, terms, tuple(values.values()))


def _rule() -> Field:
    level = number(above=0, below=1)

    def parse(raw: Any) -> float:
        if raw == "significant":
            return SIGNIFICANT
        if isinstance(raw, str) and (found := _RULE.fullmatch(raw.strip())):
            return float(level.parse(float(found[1])))
        if isinstance(raw, dict) and list(raw) == ["p_below"]:
            return float(level.parse(raw["p_below"]))
        raise UnfitError

    below = {"properties": {"p_below": level.schema}, "required": ["p_below"]}
    words = {"type": "string", "pattern": rf"^\s*({_RULE.pattern}|significant)\s*$"}
    return Field(
        '"p < 0.1", "significant" or { p_below = 0.1 }',
        parse,
        schema={"anyOf": [words, {"type": "object", **below, "additionalProperties": False}]},
    )


def _firth() -> Field:
    def parse(raw: Any) -> str | bool:
        if raw == "auto" or isinstance(raw, bool):
            return raw
        raise UnfitError

    return Field('"auto", true or false', parse, schema={"enum": ["auto", True, False]})


_FIELDS = {
    "candidates": several(text(), "covariates or terms", required=True),
    "rule": _rule(),
    "keep": several(text(), "covariates or terms", empty=True),
    "shrinkage": choice([*_KINDS, _NONE]),
    "relevant": number(above=0),
    "firth": _firth(),
    "sample": choice(SAMPLES),
}


def read_screening(toml: TomlTable, cohort: CohortSpec) -> ScreeningSpec:
    """Screening as the table ``[screening]`` states it.

    Parameters
    ----------
    toml : TomlTable
        The table.
    cohort : CohortSpec
        How the cohort is read; names the covariates.

    Returns
    -------
    ScreeningSpec
        What could be read; the rest is recorded.

    Examples
    --------
    >>> from posthaz.cohort import Column
    >>> from posthaz.errors import Findings
    >>> values = {"candidates": ["age", "log(gtv)"], "rule": "p < 0.05"}
    >>> toml = TomlTable(values, "x.toml", ("screening",), Findings())
    >>> columns = {name: Column(name) for name in ("age", "gtv")}
    >>> read_screening(toml, CohortSpec(columns=columns)).p_below
    0.05
    """
    parsed = toml.read(_FIELDS)
    candidates, keep = parsed.get("candidates", ()), parsed.get("keep", ())
    for key, terms in (("candidates", candidates), ("keep", keep)):
        for term in terms:
            _check_term(toml, key, term, cohort)
    named = (*candidates, *keep)
    for term in dict.fromkeys(term for term in named if named.count(term) > 1):
        toml.refuse("candidates", f"'{term}' is named twice", "name each term once")
    return ScreeningSpec(
        candidates,
        parsed.get("rule", ScreeningSpec.p_below),
        keep,
        **{key: parsed[key] for key in _AS_READ if key in parsed},
    )


def screening_faults(asked: ScreeningSpec, cohort: Cohort) -> Iterator[Finding]:
    """What keeps candidates from being screened in a cohort.

    Parameters
    ----------
    asked : ScreeningSpec
        Which candidates.
    cohort : Cohort
        The cohort.

    Yields
    ------
    Finding
        One a problem; a candidate that can't be analysed isn't one.
    """
    if cohort.interval_censored.any():
        yield Finding(
            f"{cohort.source.name}, screening of {', '.join(asked.candidates)}",
            "events are only known to lie between two times, and Cox models need exact ones",
            "remove [screening]",
        )
    for term in asked.candidates:
        names = formula_variables(term)
        yield from change_faults(f"{cohort.source.name}, screening of {term}", names, cohort)


def _check_term(toml: TomlTable, key: str, term: str, cohort: CohortSpec) -> None:
    """Record that a term can't be read, is several, or names unknown covariates."""
    bare = re.sub(r"\(.*\)|`[^`]*`", "", term)
    if not syntax_fault(term) and (re.search(r"[+|*]", bare) or "|" in term):
        toml.refuse(key, f"'{term}' is more than one term", "give each term by itself")
        return
    check_terms(toml, key, (term,), cohort)


TABLE = ClinicalTable(read_screening, screening_faults, fields=table(_FIELDS, about=ScreeningSpec))
