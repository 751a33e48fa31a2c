"""Loading an analysis file: every problem in it at once, or an `Analysis` with what it asks for."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from posthaz.analyses.registry import table_names, table_of
from posthaz.catalogue import find_analysis, named_root
from posthaz.cohort import CohortSpec
from posthaz.cohort.rules.naming import OUTCOME_FIX, outcome_meaning
from posthaz.design import effect_variables
from posthaz.errors import Findings, SpecError, nearest
from posthaz.files import place_below, unreadable
from posthaz.languages import LANGUAGES
from posthaz.spec.analysis import Analysis, BaselineSpec, EstimandSpec, Sampling
from posthaz.spec.answer_fields import BASELINE_FIELDS, ESTIMAND_FIELDS, SAMPLING_FIELDS
from posthaz.spec.clinical_tables import read_clinical
from posthaz.spec.cohort_table import (
    COHORT,
    TREATMENT,
    read_cohort_table,
    read_favours,
    read_kind,
    read_merge,
    read_study_time,
    read_visits,
)
from posthaz.spec.fields import Field, UnfitError, choice, flag, several, table, text, unavailable
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.model_table import MODEL, read_models
from posthaz.spec.published_table import NAMED, PUBLISHED, read_published
from posthaz.spec.sensitivity import SensitivitySpec
from posthaz.spec.sensitivity_table import SENSITIVITY, read_sensitivity
from posthaz.spec.simulate_table import SIMULATE, read_simulate
from posthaz.spec.toml_file import (
    parsed_toml,
    quotable,
    read_toml_text,
    shown_name,
    shown_path,
    toml_hint,
)
from posthaz.spec.toml_table import TomlTable

_COLUMN_LIST = several(text(), "column names")
_TABLE_ONE = {"columns": replace(_COLUMN_LIST, required=True)}
_PUBLISHED = {
    "anyOf": [
        {"type": "array", "items": PUBLISHED.schema},
        {"type": "object", "additionalProperties": NAMED.schema},
    ]
}
_ANALYSIS_FIELDS = {
    **{key: text() for key in ("title", "question", "source", "population", "endpoint")},
    "simulated": flag(),
    "language": choice(tuple(LANGUAGES)),
    "table_one": _COLUMN_LIST,
}


def load_analysis(
    spec: str | Path, *, models_folder: Path | None = None, allow_outside: bool = False
) -> Analysis:
    """The analysis that a file states.

    Parameters
    ----------
    spec : str or Path
        Path of a TOML file, or a name of the catalogue.
    models_folder : Path, optional
        Folder of the catalogue; posthaz's own without it.
    allow_outside : bool
        Whether the file may name others outside its own folder.

    Returns
    -------
    Analysis
        The analysis.

    Raises
    ------
    SpecError
        When the file can't be found or used; lists every problem, each with its place in the
        file, what was found, and the fix.

    Examples
    --------
    >>> analysis = load_analysis("nvalt11_pci_os")
    >>> analysis.primary.baseline.kind, analysis.primary.formula
    ('piecewise_exponential', 'arm')
    """
    path = _find(spec, models_folder)
    shown = shown_path(path)
    written = read_toml_text(path, shown)
    findings = Findings()
    file = TomlTable(parsed_toml(written, shown, quoted=quotable(path)), shown, (), findings)
    analysis = _read_file(file, path, written, named_root(path, allow_outside))
    findings.raise_if_any(SpecError, f"{shown} can't be used:")
    return analysis


def file_fields() -> dict[str, Field]:
    """Tables that a file may have, each with its keys."""
    return {
        "analysis": table(_ANALYSIS_FIELDS, about=Analysis),
        "cohort": COHORT,
        "treatment": TREATMENT,
        "models": table(each=MODEL),
        "estimands": ESTIMANDS,
        "baselines": table(BASELINE_FIELDS, about=BaselineSpec),
        "sampling": table(SAMPLING_FIELDS, about=Sampling),
        "published": Field("[[published]] tables", lambda raw: raw, schema=_PUBLISHED),
        "table_one": table(_TABLE_ONE),
        **{name: table_of(name).fields for name in table_names()},
        "sensitivity": SENSITIVITY,
        "simulate": SIMULATE,
    }


def _read_file(file: TomlTable, path: Path, written: str, root: Path | None) -> Analysis:
    file.read(file_fields())
    about = file.below("analysis").read(_ANALYSIS_FIELDS)
    cohort, cohort_table = read_cohort_table(
        file.below("cohort"), file.below("treatment"), printed=file.has("life_table")
    )
    clinical = read_clinical(file, cohort)
    if "missing" in clinical:
        cohort = _keeping_incomplete(file.below("cohort"), cohort)
    about["table_one"] = _table_one(file, about.get("table_one", ()), cohort)
    landmark, starts = read_study_time(file.below("cohort"), file.below("treatment"))
    models = read_models(file.below("models"), path.parent, root)
    clinical = {
        name: asked.about(models) if hasattr(asked, "about") else asked
        for name, asked in clinical.items()
    }
    table, inside = place_below(cohort_table, path.parent, root) if cohort_table else (None, True)
    sensitivity = read_sensitivity(file, models, cohort, starts, landmark or 0.0)
    refuse_outcome_terms(file, cohort, models, sensitivity)
    _refuse_unknown_models(file, clinical)
    return Analysis(
        name=path.stem,
        models=models,
        cohort=cohort,
        table=table,
        outside=None if inside or root is None else table,
        estimands=read_estimands(file.below("estimands")),
        baselines=read_baseline_answers(file.below("baselines")),
        sampling=read_sampling(file.below("sampling")),
        published=read_published(file, cohort, clinical),
        landmark=landmark,
        starts=starts,
        favours=read_favours(file.below("treatment"), cohort.columns),
        kind=read_kind(file.below("treatment")),
        clinical=clinical,
        sensitivity=sensitivity,
        merge=read_merge(file.below("cohort").below("merge"), path.parent, root),
        visits=read_visits(file.below("cohort").below("visits"), path.parent, root),
        simulate=read_simulate(file.below("simulate"), path.parent, root),
        path=path,
        text=written,
        **about,
    )


def _refuse_unknown_models(file: TomlTable, clinical: Mapping[str, Any]) -> None:
    """Record every model that the table of an analysis names and the file doesn't have."""
    known = list(file.below("models").values)
    for table_name, asked in clinical.items():
        for key in ("models", "prior"):
            named = getattr(asked, key, ())
            for name in named if isinstance(named, tuple | dict) else ():
                if isinstance(name, str) and name not in known:
                    what = f"there is no model '{name}' ({nearest(name, known)})"
                    file.refuse((table_name, key), what, "name models of [models]")


def _keeping_incomplete(toml: TomlTable, cohort: CohortSpec) -> CohortSpec:
    """The cohort with those who lack a covariate, who are imputed and left out elsewhere."""
    if toml.values.get("missing") == "refuse":
        toml.refuse(
            "missing",
            "[missing] imputes what patients lack, and they are refused here",
            'say missing = "drop", which is what whatever isn\'t imputed does, or leave it out',
        )
    return replace(cohort, missing="drop")


def _table_one(file: TomlTable, named: tuple[str, ...], cohort: CohortSpec) -> tuple[str, ...]:
    """Covariates of Table 1, from ``analysis.table_one`` or ``[table_one] columns``."""
    place = file.below("analysis")
    key = "table_one"
    if file.has("table_one"):
        if named:
            file.refuse("table_one", "analysis.table_one is given too", "keep one of them")
        place, key = file.below("table_one"), "columns"
        parsed = place.read(_TABLE_ONE)
        named = parsed.get("columns", ())
    for name in named:
        if cohort.columns and name not in cohort.columns:
            place.refuse(
                key,
                f"'{name}' is not described in [cohort.columns] "
                f"({nearest(name, list(cohort.columns))})",
                f"add [cohort.columns.{name}] or correct the name",
            )
    return named


def _find(spec: str | Path, models_folder: Path | None) -> Path:
    """A path when it looks like one or is a file, else the catalogue's."""
    path = Path(spec)
    reason = unreadable(path)
    if not reason:
        return path
    if isinstance(spec, Path) or path.suffix == ".toml" or len(path.parts) > 1:
        raise SpecError(
            f"{shown_name(path)}: {reason}{toml_hint(path)}",
            fix="give the path of an analysis file, or a name listed by 'posthaz models'",
        )
    return find_analysis(str(spec), models_folder=models_folder).path


def refuse_outcome_terms(
    file: TomlTable,
    cohort: CohortSpec,
    models: Iterable[ModelSpec],
    sensitivity: SensitivitySpec | None,
) -> None:
    """Record every use of a column of follow-up as a covariate.

    Parameters
    ----------
    file : TomlTable
        The analysis file.
    cohort : CohortSpec
        Which column means what.
    models : iterable of ModelSpec
        Its models.
    sensitivity : SensitivitySpec or None
        Its sensitivity analysis.
    """
    for model in models:
        place = ("models", model.name, "formula")
        _refuse(file, place, effect_variables(model.formula), cohort)
    for formula in getattr(sensitivity, "formulas", ()):
        _refuse(file, ("sensitivity",), effect_variables(formula), cohort)


def _refuse(
    file: TomlTable, place: tuple[str, ...], names: Iterable[str], cohort: CohortSpec
) -> None:
    for name in dict.fromkeys(names):
        meaning = outcome_meaning(cohort, name)
        if meaning:
            file.refuse(place, f"'{name}' is {meaning}, and no covariate", OUTCOME_FIX)
        elif name == cohort.subject and name:
            file.refuse(
                place,
                f"'{name}' tells the subjects apart, and is no covariate",
                f"leave it out, or give subjects a frailty, (1 | {name})",
            )


_ONLY_IN_FILES = {
    "profiles": table(each=table()),
    "contrast": unavailable("every arm is contrasted with the reference of [treatment]"),
}
ESTIMANDS = table({**ESTIMAND_FIELDS, **_ONLY_IN_FILES}, about=EstimandSpec)
"""The table ``[estimands]``."""
PATH, LABEL = "path", "label"


def read_estimands(toml: TomlTable) -> EstimandSpec:
    """Which answers to give: the table ``[estimands]``.

    Parameters
    ----------
    toml : TomlTable
        The table.

    Returns
    -------
    EstimandSpec
        What could be read; the rest is recorded.
    """
    parsed = toml.read({**ESTIMAND_FIELDS, **_ONLY_IN_FILES})
    parsed.pop("profiles", None)
    profiles, labels = [], {}
    for name, profile in toml.below("profiles").each():
        values = _read_profile(profile)
        if LABEL in values:
            labels[name] = str(values.pop(LABEL))
        profiles.append((name, values))
    return EstimandSpec(**parsed, profiles=tuple(profiles), profile_labels=labels)


def read_baseline_answers(toml: TomlTable) -> BaselineSpec:
    """Which frequentist answers to set beside: the table ``[baselines]``."""
    return BaselineSpec(**toml.read(BASELINE_FIELDS))


def read_sampling(toml: TomlTable) -> Sampling:
    """How to sample: the table ``[sampling]``.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> read_sampling(TomlTable({"chains": 2}, "x.toml", ("sampling",), Findings())).chains
    2
    """
    parsed = toml.read(SAMPLING_FIELDS)
    try:
        return Sampling(**parsed)
    except SpecError as error:
        toml.refuse("draws", error.what, error.fix)
        return Sampling()


def _read_profile(toml: TomlTable) -> dict[str, object]:
    def parse(raw: Any) -> object:
        if not isinstance(raw, str | int | float):
            raise UnfitError
        return raw

    def parse_path(raw: Any) -> object:
        if not isinstance(raw, list) or not raw or not all(isinstance(p, dict) for p in raw):
            raise UnfitError
        return [{str(key): parse(value) for key, value in piece.items()} for piece in raw]

    value = Field("text or a number", parse)
    path = Field("a list of pieces such as { from = 0, bili = 1.2 }", parse_path)
    apart = {PATH: path, LABEL: text()}
    return dict(toml.read({name: apart.get(name, value) for name in toml.values}))
