"""Which analyses there are: a table of the analysis file to the package that reads and answers it.

Nothing is imported before it is used, so that every room may ask here: reading a file loads
``spec`` modules, which load no sampler, and a report loads the ``section`` of what is asked.
"""

from importlib import import_module
from typing import Any

_PACKAGES: dict[str, str] = {
    "adjust": "posthaz.analyses.adjust",
    "immortal_time": "posthaz.analyses.immortal_time",
    "life_table": "posthaz.analyses.life_table",
    "missing": "posthaz.analyses.missing",
    "screening": "posthaz.analyses.screening",
    "competing_risks": "posthaz.analyses.competing_risks",
    "multistate": "posthaz.analyses.multistate",
    "subsets": "posthaz.analyses.subsets",
    "subgroups": "posthaz.analyses.subgroups",
    "interactions": "posthaz.analyses.interactions",
    "curves": "posthaz.analyses.curves",
    "surfaces": "posthaz.analyses.surfaces",
    "toxicity": "posthaz.analyses.toxicity",
    "borrowing": "posthaz.analyses.borrowing",
    "checks": "posthaz.analyses.checks",
    "sensitivity": "posthaz.analyses.sensitivity",
    "model_averaging": "posthaz.analyses.model_averaging",
    "tipping_points": "posthaz.analyses.tipping_points",
    "assurance": "posthaz.analyses.assurance",
    "privacy": "posthaz.analyses.privacy",
}
_READ_WITH_MODELS = ("sensitivity",)


def register_analysis(table: str, package: str) -> None:
    """Make an analysis known that is kept outside posthaz; it comes last in the report.

    Parameters
    ----------
    table : str
        Table of the analysis file that asks for it, such as ``"immortal_time"``.
    package : str
        Package with a module ``spec`` that holds a `ClinicalTable` named ``TABLE``, and a module
        ``section`` that holds a `ClinicalPart` named ``PART``.
    """
    _PACKAGES[table] = package


def analysis_names() -> tuple[str, ...]:
    """Tables that ask for an analysis, in the order of the report."""
    return tuple(_PACKAGES)


def table_names() -> tuple[str, ...]:
    """Those of `analysis_names` that stand for themselves; `load_analysis` reads the others."""
    return tuple(name for name in _PACKAGES if name not in _READ_WITH_MODELS)


def table_of(name: str) -> Any:
    """The `ClinicalTable` of an analysis: reads its table without loading a sampler."""
    return import_module(f"{_PACKAGES[name]}.spec").TABLE


def part_of(name: str) -> Any:
    """The `ClinicalPart` of an analysis: its answer, files and section."""
    return import_module(f"{_PACKAGES[name]}.section").PART


def module_of(name: str, module: str) -> Any:
    """A module of an analysis, for rooms below that draw what it draws."""
    return import_module(f"{_PACKAGES[name]}.{module}")
