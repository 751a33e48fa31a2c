"""The rows of the hazard-ratio tables: every term of every model, and of every Cox model."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from posthaz.checks import prior_conflicts
from posthaz.cohort import Column
from posthaz.design import Design, Step, named_steps
from posthaz.report.concerns.priors import conflict_words
from posthaz.report.results import Results
from posthaz.report.sections.beside import beside
from posthaz.report.sections.naming import cox_labels, model_labels, term_label
from posthaz.report.sections.rows import ratio_marks
from posthaz.spec.patients_lost import patients_of

COLUMNS = (
    *("term", "label", "treatment", "model", "which", "kind", "forest", "power", "chosen"),
    *("hr", "lower", "upper", "below_1", "p", "mcse", "n", "conflict", "formula"),
)
BAYESIAN = "Bayesian"


def ratio_rows(results: Results) -> pd.DataFrame:
    """Every hazard ratio, Bayesian and Cox, term by term.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`; `n` is the number of patients of the model. A covariate with a named
        step is given by its step, to which `power` raises the Cox ratio per unit (`chosen`: the
        analysis names no step); `which` says what a ratio is where it isn't one of hazards at any
        time (`ratio_marks`); `forest` names the source in the forest of covariates, empty for
        rows it leaves out; `conflict` says how prior and data disagree, and is empty where they
        don't; `formula` is that of the model, empty for univariable Cox models.
    """
    steps = _steps(results)
    replaced = {column for column, _ in steps.values()}
    rows = [*_bayesian(results, steps, replaced), *_cox(results, steps, replaced)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["chosen"] = frame["term"].isin(_chosen_steps(results))
    order = {term: i for i, term in enumerate(dict.fromkeys(frame["term"]))}
    return frame.sort_values("term", key=lambda terms: terms.map(order), kind="stable").reset_index(
        drop=True
    )


def _steps(results: Results) -> dict[str, tuple[str, float]]:
    """Column of the design and size of each named step that is the step of one column."""
    found: dict[str, tuple[str, float]] = {}
    for fit in results.posterior.fits.values():
        found |= single_steps(fit.design, results.cohort.columns)
    return found


def single_steps(design: Design, columns: Mapping[str, Column]) -> dict[str, tuple[str, float]]:
    """Named steps of one column of a design, which stand in place of it.

    Parameters
    ----------
    design : Design
        The design.
    columns : mapping of str to Column
        Meaning of the covariates.

    Returns
    -------
    dict
        Column and size by the step's label.
    """
    made = {step.label: _single(step, design.columns) for step in named_steps(design, columns)}
    return {label: single for label, single in made.items() if single}


def _single(step: Step, columns: tuple[str, ...]) -> tuple[str, float] | None:
    used = [(c, w) for c, w in zip(columns, step.weights, strict=True) if abs(w) > 1e-12]
    return used[0] if len(used) == 1 else None


def _bayesian(
    results: Results, steps: dict[str, tuple[str, float]], replaced: set[str]
) -> Iterator[dict[str, object]]:
    table, labels = results.posterior.coefficients, model_labels(results)
    conflicts = _conflicts(results)
    patients = {
        name: patients_of(fit.spec, results.cohort)[0]
        for name, fit in results.posterior.fits.items()
    }
    forest: dict[str, str] = {}
    for _, row in table[np.isfinite(table["hr_median"])].iterrows():
        if row["term"] in replaced:
            continue
        column = steps[row["term"]][0] if row["term"] in steps else row["term"]
        first = forest.setdefault(row["term"], row["model"]) == row["model"]
        yield {
            **_named(results, row["term"]),
            "model": labels[row["model"]],
            "which": ", ".join(ratio_marks(results.posterior.fits[row["model"]], column)),
            "kind": BAYESIAN,
            "forest": BAYESIAN if first else "",
            "power": 1.0,
            "hr": row["hr_median"],
            "lower": row["hr_lower"],
            "upper": row["hr_upper"],
            "below_1": row["p_hr_below_1"],
            "p": np.nan,
            "mcse": row["mcse_mean"],
            "n": patients[row["model"]],
            "conflict": conflicts.get((row["model"], column), ""),
            "formula": results.posterior.fits[row["model"]].spec.formula,
        }


def _conflicts(results: Results) -> dict[tuple[str, str], str]:
    """How prior and data disagree, by model and parameter."""
    table = results.posterior.prior_influence
    if table.empty:
        return {}
    return {
        (str(row["model"]), str(row["parameter"])): conflict_words(row)
        for _, row in prior_conflicts(table).iterrows()
    }


def _cox(
    results: Results, steps: dict[str, tuple[str, float]], replaced: set[str]
) -> Iterator[dict[str, object]]:
    table, names = results.frequentist.answers, beside(results.cohort)
    labels = cox_labels(results)
    table = table[(table["quantity"] == "hazard_ratio") & np.isfinite(table["value"].astype(float))]
    wanted = set(results.posterior.coefficients.dropna(subset=["hr_median"])["term"])
    alone = _alone(table, names.univariable)
    for _, row in table.iterrows():
        if row["analysis"] in alone:
            continue
        terms = {label: size for label, (column, size) in steps.items() if column == row["term"]}
        if row["term"] not in replaced and row["term"] in wanted:
            terms[row["term"]] = 1.0
        several = row["analysis"] != names.univariable
        for term, power in terms.items():
            bounds = sorted((row["lower"] ** power, row["upper"] ** power))
            yield {
                **_named(results, term),
                "model": labels[str(row["analysis"])],
                "which": "",
                "kind": names.model,
                "forest": f"{names.model}, {'multi' if several else 'uni'}variable",
                "power": power,
                "hr": row["value"] ** power,
                "lower": bounds[0],
                "upper": bounds[1],
                "below_1": np.nan,
                "p": row["p"],
                "mcse": np.nan,
                "n": row["n"],
                "conflict": "",
                "formula": str(row["analysis"]).removeprefix(names.formula) if several else "",
            }


def _alone(table: pd.DataFrame, univariable: str) -> set[str]:
    """Cox models of one formula that say what the univariable ones already said."""
    single = table[table["analysis"] == univariable]
    known = dict(zip(single["term"], single["value"], strict=True))
    return {
        str(analysis)
        for analysis, rows in table.groupby("analysis")
        if analysis != univariable
        and all(known.get(t) == v for t, v in zip(rows["term"], rows["value"], strict=True))
    }


def _named(results: Results, term: str) -> dict[str, object]:
    of_treatment = bool(results.cohort.treatment) and term.startswith(
        f"{results.cohort.treatment}["
    )
    alone = of_treatment and ":" not in term
    return {
        "term": term,
        "label": term_label(results.cohort, term),
        "treatment": alone,
    }


def _chosen_steps(results: Results) -> set[str]:
    """Steps that stand in for a unit too small to be of use, which no doubling is."""
    return {
        step.label
        for fit in results.posterior.fits.values()
        for step in named_steps(fit.design, results.cohort.columns)
        if step.chosen and not step.label.endswith("per doubling")
    }
