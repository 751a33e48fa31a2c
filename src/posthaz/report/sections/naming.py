"""What a reader sees in place of codes: arms, models, terms and comparisons."""

import re

from posthaz.cohort import Cohort, Column, number_text
from posthaz.cohort.rows import capitalised as capitalised
from posthaz.design import formula_groups, formula_variables
from posthaz.errors import FormulaError
from posthaz.estimands import marginal_fault
from posthaz.inference import Fit
from posthaz.report.results import Results
from posthaz.report.sections.beside import beside
from posthaz.spec import ModelSpec
from posthaz.spec.names import CHANGE_SD

_LEVEL = re.compile(r"(?P<name>[^\[\]]+)\[(?P<level>.+)\]")
_STEP = re.compile(r"(?P<name>[^,]+), (?P<step>per .+)")
_CALL = re.compile(r"(?P<function>[\w.]+)\((?P<name>`[^`]+`|\w+)[^()]*\)(?P<part>\[.+\])?")
_CHANGES = {"log2": "per doubling", "log10": "per tenfold", "log": "per factor of 2.72"}
_BETWEEN = re.compile(r":(?![^\[]*\])")
_GROUP = re.compile(r"\s*\+?\s*\((?:[^()|]|\([^()|]*\))*\|[^)]*\)")
_DOI = re.compile(r"(?<![/.\w])doi:\s*(?=10\.)")
_FIRST_WORD = re.compile(r"\w*")
_EPONYMS = {
    "Ann", "Barthel", "Binet", "Bloom", "Borrmann", "Breslow", "Charlson", "Child", "Clark",
    "Dukes", "Durie", "Epstein", "Fuhrman", "Gleason", "Glasgow", "Hodgkin", "Karnofsky",
    "Killip", "Lauren", "Laurén", "Lugano", "Masaoka", "Milan", "Nottingham", "Okuda", "Rai",
    "Ranson", "Siewert", "Zubrod",
}  # fmt: skip
_TIMES = ("days", "weeks", "months", "years")
_FEW = 3
_SCALE_WORDS = {
    "sigma": "SD of the random walk’s steps",
    "exchangeable_sd": "SD of the coefficients of each term that shrink together",
}
_SPREAD_WORDS = {
    "frailty_sd_": "SD of the frailties of",
    "frailty_variance_": "Variance of the frailties of",
    "frailty_precision_": "Precision of the frailties of",
}
_SLOPE_WORDS = {
    "slope_sd_": "SD between clusters of an effect",
    "slope_variance_": "Variance between clusters of an effect",
    "slope_precision_": "Precision between clusters of an effect",
    "correlation_": "Correlation between clusters",
}
WHOLE = "all"


def arm_labels(results: Results) -> dict[str, str]:
    """Name of each arm, reference first; a single-arm cohort has one."""
    cohort = results.cohort
    return {arm: cohort.arm_label(arm) for arm in cohort.arms or (WHOLE,)}


def profile_labels(results: Results, fit: Fit) -> dict[str, str]:
    """Name of each population that a fit's answers are about; those of the arms if it has them."""
    if fit.treatment:
        return arm_labels(results)
    return {WHOLE: "All patients"}


def profile_label(results: Results, name: str) -> str:
    """Name to show for a named profile of the analysis."""
    return results.analysis.estimands.profile_labels.get(name, name)


def without_curves(results: Results) -> str:
    """Why the primary model has no standardised curves; empty where it has."""
    return str(marginal_fault(results.posterior.primary) or "")


def contrasts(results: Results, fit: Fit) -> dict[str, tuple[str, str]]:
    """Each arm but the reference: its name and that of the reference."""
    labels = profile_labels(results, fit)
    reference, *others = labels
    return {arm: (labels[arm], labels[reference]) for arm in others}


def reference_arm(results: Results) -> str:
    """Code of the arm compared against."""
    return next(iter(arm_labels(results)))


def model_labels(results: Results) -> dict[str, str]:
    """Name of each model, such as "Weibull, adjusted for age".

    Equal ones have their formulas, where these differ, and else the file's name for them.
    """
    specs = {spec.name: spec for spec in results.analysis.models}
    short = {name: model_label(spec, results.cohort) for name, spec in specs.items()}
    labels = dict(short)
    for name, label in _repeated(short).items():
        alike = {specs[other].formula for other in short if short[other] == label}
        if len(alike) > 1:
            written = _in_labels(_without_frailty(specs[name].formula), results.cohort)
            labels[name] = f"{_title(specs[name], results.cohort)}, {written}"
    return labels | {name: f"{label} ({name})" for name, label in _repeated(labels).items()}


def _repeated(labels: dict[str, str]) -> dict[str, str]:
    """Labels that stand more than once, by name."""
    seen = list(labels.values())
    return {name: label for name, label in labels.items() if seen.count(label) > 1}


def further_fit(results: Results, failure: str) -> str:
    """A failure of a fit made beside the models, the model it varies by its name."""
    for name, label in model_labels(results).items():
        for mark in (", ", ": "):
            if failure.startswith(name + mark):
                return f"“{label}”{mark}{failure.removeprefix(name + mark)}"
    return failure


def model_label(spec: ModelSpec, cohort: Cohort) -> str:
    """Name of a model by its baseline hazard and what it is adjusted for."""
    return _title(spec, cohort) + _suffix(_without_frailty(spec.formula), cohort)


def _without_frailty(formula: str) -> str:
    return _GROUP.sub("", formula).strip(" +") or "1"


def _title(spec: ModelSpec, cohort: Cohort) -> str:
    """Name of a model without its formula."""
    title = capitalised(spec.baseline.title)
    if spec.effect.acts_on == "time":
        title += " (accelerated)"
    if spec.changing:
        title += ", changing effect"
    if spec.crossing:
        title += ", short- and long-term effect"
    if spec.strata:
        title += f", stratified by {lowered(variable_label(cohort, spec.strata))}"
    if groups := [lowered(variable_label(cohort, one)) for one in formula_groups(spec.formula)]:
        title += f", with a frailty of {' and '.join(groups)}"
    if spec.cure:
        title += ", with a cured share"
    if spec.frailty.is_gamma:
        title += ", gamma frailty"
    if spec.background:
        title += ", excess hazard"
    return title


def cox_label(analysis: str, cohort: Cohort) -> str:
    """Name of a Cox model, from its name in ``baselines.csv``."""
    names = beside(cohort)
    if analysis == names.univariable:
        return f"{names.model}, univariable"
    return names.model + _suffix(_GROUP.sub("", analysis.removeprefix(names.formula)), cohort)


def cox_labels(results: Results) -> dict[str, str]:
    """Name of each Cox model by its name in ``baselines.csv``, no two the same."""
    cohort, names = results.cohort, beside(results.cohort)
    analyses = [str(name) for name in dict.fromkeys(results.frequentist.answers["analysis"])]
    own = [a for a in analyses if a == names.univariable or a.startswith(names.formula)]
    found = {analysis: cox_label(analysis, cohort) for analysis in own}
    for write in (_every_covariate, _formula_in_labels, _formula_itself):
        labels = list(found.values())
        found = {
            a: f"{names.model}{write(_GROUP.sub('', a.removeprefix(names.formula)), cohort)}"
            if labels.count(label) > 1 and a != names.univariable
            else label
            for a, label in found.items()
        }
    return found


def _every_covariate(formula: str, cohort: Cohort) -> str:
    return _suffix(formula, cohort, most=len(cohort.covariates.columns))


def _formula_in_labels(formula: str, cohort: Cohort) -> str:
    return f", {_in_labels(formula, cohort)}"


def _formula_itself(formula: str, cohort: Cohort) -> str:
    del cohort
    return f", {formula}"


def _suffix(formula: str, cohort: Cohort, most: int = _FEW) -> str:
    """What a formula adds to the treatment, as the end of a model's name."""
    variables = _named(formula, cohort)
    others = [name for name in variables if name != cohort.treatment]
    if "*" in formula or ":" in formula:
        return f", {_in_labels(formula, cohort)}"
    if not others:
        return "" if variables or not cohort.treatment else ", arms together"
    link = "adjusted for" if cohort.treatment in variables else "with"
    if len(others) > most:
        return f", {link} {len(others)} covariates"
    *first, last = [lowered(variable_label(cohort, name)) for name in others]
    return f", {link} {', '.join(first)} and {last}" if first else f", {link} {last}"


def _in_labels(formula: str, cohort: Cohort) -> str:
    """A formula with labels in place of names, and a cross where covariates interact."""

    def shown(found: re.Match[str]) -> str:
        name = found[0].strip("`")
        return lowered(variable_label(cohort, name)) if name in cohort.columns else found[0]

    text = re.sub(r"`[^`]+`|[^\W\d]\w*", shown, formula)
    return re.sub(r"\s*(?:(?<!\*)\*(?!\*)|:)\s*", " × ", text)


def _named(formula: str, cohort: Cohort) -> tuple[str, ...]:
    """Covariates of a formula, also where names that are not one word lost their backquotes."""
    try:
        return formula_variables(formula)
    except FormulaError:
        return tuple(str(name) for name in cohort.covariates if str(name) in formula)


def variable_label(cohort: Cohort, name: str) -> str:
    """Label of a covariate without its unit; a function of some has their labels in it."""
    column = cohort.columns.get(name.strip(" `"))
    if column:
        return column.label or column.name
    text = name.strip()
    return capitalised(_in_labels(text, cohort)) if _CALL.fullmatch(text) else text


def scale_words(cohort: Cohort | None, name: str) -> str:
    """What a standard deviation is of; another parameter by its name.

    Examples
    --------
    >>> scale_words(None, "frailty_sd_centre"), scale_words(None, "log_shape")
    ('SD of the frailties of centre', 'Log shape')
    """
    if name.startswith(f"{CHANGE_SD}_"):
        term = name.removeprefix(f"{CHANGE_SD}_")
        term = term if cohort is None else variable_label(cohort, term)
        return f"SD of the steps over time of the effect of {term}"
    for start, of in _SPREAD_WORDS.items():
        if name.startswith(start):
            return f"{of} {name.removeprefix(start)}"
    for start, of in _SLOPE_WORDS.items():
        if name.startswith(start):
            return f"{of} ({name.removeprefix(start).replace('_', ', ', 1)})"
    return _SCALE_WORDS.get(name, capitalised(name.replace("_", " ")))


def term_label(cohort: Cohort, term: str) -> str:
    """Name of a coefficient or named step.

    A level is written against its reference, an interaction with a cross.
    """
    return " × ".join(_part_label(cohort, part) for part in _BETWEEN.split(term))


def _part_label(cohort: Cohort, part: str) -> str:
    level, step = _LEVEL.fullmatch(part), _STEP.fullmatch(part)
    if level and level["name"] in cohort.columns and level["name"] in cohort.covariates:
        return _level_label(cohort, level["name"], level["level"])
    if step:
        return f"{variable_label(cohort, step['name'])}, {step['step']}"
    column = cohort.columns.get(part)
    if column is None:
        return _changed_label(cohort, part)
    unit = "unit" if not column.unit else f"1 {column.unit}"
    unit = column.unit.removesuffix("s") if column.unit in _TIMES else unit
    return f"{column.label or column.name}, per {unit}"


def _changed_label(cohort: Cohort, part: str) -> str:
    """Name of a function of a covariate; whatever else it is stays as it is."""
    call = _CALL.fullmatch(part)
    if call is None or call["name"].strip("`") not in cohort.columns:
        return part
    change = _CHANGES.get(call["function"], call["function"].replace("_", " "))
    which = f" {call['part'].strip('[]')}" if call["part"] else ""
    return f"{variable_label(cohort, call['name'])}, {change}{which}"


def _level_label(cohort: Cohort, name: str, level: str) -> str:
    column, values = cohort.columns[name], cohort.covariates[name]
    against = column.level_label(values.cat.categories[0]) if hasattr(values, "cat") else ""
    text = column.level_label(level) + (f" v {against}" if against else "")
    return text if name == cohort.treatment else f"{column.label or column.name}: {text}"


def lowered(text: str) -> str:
    """The text with a small first letter, unless its first word is an abbreviation or a name.

    Examples
    --------
    >>> [lowered(one) for one in ("Cell type", "ECOG", "Karnofsky index")]
    ['cell type', 'ECOG', 'Karnofsky index']
    """
    if (word := _FIRST_WORD.match(text)) and word[0] in _EPONYMS:
        return text
    return text[:1].lower() + text[1:] if text[1:2].islower() or len(text) == 1 else text


def column_of(results: Results, name: str) -> Column:
    """Meaning of a column."""
    return results.cohort.columns.get(name, Column(name))


def column_name(column: Column) -> str:
    """A column's label within a sentence."""
    return lowered(column.label or column.name)


def amount(value: float, column: Column) -> str:
    """A value of a column with its unit."""
    return number_text(value, 3) + (f"\u00a0{column.unit}" if column.unit else "")


def linked(text: str) -> str:
    """The text with DOIs as addresses, which the report shows as links."""
    return _DOI.sub("https://doi.org/", text)
