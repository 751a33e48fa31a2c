"""Hazard ratios: every model's beside Cox regression's, as a table and as forests."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from posthaz.design import formula_variables, in_basis
from posthaz.figures import draw_hazard_ratios
from posthaz.report.blocks import Block, FigureBlock, Paragraph, Section, Table
from posthaz.report.cells import MISSING
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.beside import beside
from posthaz.report.sections.naming import arm_labels, capitalised
from posthaz.report.sections.picture import picture
from posthaz.report.sections.proportionality import schoenfeld_sentence
from posthaz.report.sections.question import of_treatment
from posthaz.report.sections.ratio_rows import BAYESIAN, ratio_rows
from posthaz.report.sections.within_levels import within_level_blocks
from posthaz.report.sections.wording import (
    SPACE,
    count_text,
    interval_name,
    listed,
    p_value,
    percent,
    ratio,
    significant,
    with_interval,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MARK = "†"
_MOST_NAMED = 4
_WHICH = {
    "average": "average: over the events, of a ratio that changes with time, and the effect at no "
    "time in particular",
    "excess": "excess: of hazards beyond the expected one, while {cox} ratios are of all events",
    "not cured": "not cured: among those who are not cured, while {cox} ratios are of everybody",
}


def hazard_ratios_section(results: Results) -> Section | None:
    """Hazard ratios of every term, Bayesian beside Cox; none where no formula has a covariate.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Section or None
        Anchor ``hazard-ratios``.
    """
    rows = ratio_rows(results)
    if rows.empty:
        return None
    blocks: list[Block] = [Paragraph(_meaning(results))]
    of_arms = rows[rows["treatment"]]
    others = rows[~rows["treatment"]]
    for frame, name in ((of_arms, "treatment"), (others, "covariates")):
        if len(frame):
            blocks.append(_table(results, frame, name))
            blocks.append(_forest(results, frame, name))
    blocks += _side_by_side(results, rows)
    blocks += within_level_blocks(results)
    blocks.append(Paragraph(schoenfeld_sentence(results)))
    return Section("Hazard ratios", "hazard-ratios", tuple(blocks))


def _side_by_side(results: Results, rows: pd.DataFrame) -> list[Block]:
    """One table of each characteristic alone and together with the others, as papers print it."""
    cox = beside(results.cohort).model
    alone = rows[rows["forest"] == f"{cox}, univariable"].set_index("label")
    joint = {
        str(formula): own
        for formula, own in rows[rows["kind"] == cox].groupby("formula", sort=False)
        if formula and len(set(own["label"])) > 1
    }
    together = rows[(rows["kind"] == BAYESIAN) & rows["formula"].isin(list(joint))]
    if alone.empty or together.empty:
        return []
    formula = max(joint, key=lambda one: int((together["formula"] == one).sum()))
    single = rows["formula"].map(lambda one: bool(one) and len(formula_variables(str(one))) == 1)
    found = {
        "uni": alone,
        "multi": joint[formula].set_index("label"),
        "one": rows[(rows["kind"] == BAYESIAN) & single].set_index("label"),
        "all": together[together["formula"] == formula].set_index("label"),
    }
    return [_characteristics(results, formula, found)]


@guarded_block
def _characteristics(results: Results, formula: str, found: Mapping[str, pd.DataFrame]) -> Table:
    """Rows of the characteristics of one model, by Cox and posterior, alone and together."""
    cox = beside(results.cohort).model
    heads = {
        "label": "Characteristic",
        "uni": f"{cox}, univariable: HR",
        "uni_p": "P",
        "multi": f"{cox}, multivariable: HR",
        "multi_p": "P",
        "one": "Posterior, univariable: HR",
        "one_p": f"P(HR{SPACE}<{SPACE}1)",
        "all": "Posterior, multivariable: HR",
        "all_p": f"P(HR{SPACE}<{SPACE}1)",
    }
    shown = [
        {"label": label} | {k: v for key, table in found.items()
                            for k, v in _ratio_and_p(key, table, label).items()}
        for label in dict.fromkeys(str(one) for one in found["all"].index)
    ]  # fmt: skip
    if all(row["one"] == MISSING for row in shown):
        heads = {key: head for key, head in heads.items() if key not in ("one", "one_p")}
    first = next(iter(found["all"]["model"]))
    level = interval_name(results.analysis.estimands.interval)
    note = (
        f"Intervals are {level}. Multivariable: all characteristics of `{formula}`; the posterior "
        f"is that of {first}. A posterior of a characteristic alone is given where a model of the "
        "file has it alone."
    )
    return Table(
        pd.DataFrame(shown), "Each characteristic alone and together with the others", heads,
        source="coefficients.csv", notes=(note,), wraps=True,
    )  # fmt: skip


def _ratio_and_p(key: str, table: pd.DataFrame, label: str) -> dict[str, str]:
    """A hazard ratio with its P value, or the probability that it is below 1."""
    if label not in table.index:
        return {key: MISSING, f"{key}_p": MISSING}
    own = table.loc[[label]].iloc[0]
    sure = percent(own["below_1"]) if np.isnan(own["p"]) else p_value(own["p"])
    return {key: with_interval(own["hr"], own["lower"], own["upper"]), f"{key}_p": sure}


def _meaning(results: Results) -> str:
    level = interval_name(results.analysis.estimands.interval)
    names = beside(results.cohort)
    several = (
        " Every event of a patient counts, so that a hazard ratio here is a ratio of event rates "
        "(intensities), and Andersen–Gill intervals are robust to what the events of one patient "
        "share."
    )
    return (
        f"A hazard ratio below 1 means fewer events per unit of time."
        f"{several if results.cohort.recurrent else ''} Bayesian rows give the "
        f"posterior median with the {level} credible interval and the posterior probability of a "
        f"ratio below 1; {names.model} rows give the estimate with the {level} confidence interval "
        "and the Wald P value. A probability of a ratio below 1 and a P value answer different "
        "questions."
    )


@guarded_block
def _table(results: Results, frame: pd.DataFrame, name: str) -> Table:
    columns = {
        "label": frame["label"],
        "model": _models(frame),
        "n": [MISSING if np.isnan(n) else count_text(n) for n in frame["n"]],
        "hr": [
            with_interval(*row) + (f"{SPACE}{_MARK}" if conflict else "")
            for *row, conflict in frame[["hr", "lower", "upper", "conflict"]].to_numpy()
        ],
        "below": [percent(p) for p in frame["below_1"]],
        "p": [p_value(p) for p in frame["p"]],
        "mcse": [significant(error) for error in frame["mcse"]],
    }
    if len(frame["n"].dropna().unique()) < 2:
        del columns["n"]
    shown = pd.DataFrame(columns)
    level = interval_name(results.analysis.estimands.interval)
    heads = {
        "model": "Model",
        **({"n": "Patients"} if "n" in shown else {}),
        "hr": f"HR ({level}{SPACE}interval)",
        "below": f"P(HR{SPACE}<{SPACE}1)",
    }
    heads |= {"p": f"Wald{SPACE}P", "mcse": "MCSE of log HR"}
    caption = {
        "treatment": "Hazard ratio of the treatment by model",
        "covariates": "Hazard ratios of the covariates",
    }[name]
    return Table(
        shown, caption, heads, group="label", source="coefficients.csv",
        notes=(" ".join(_notes(results, frame, name)),),
    )  # fmt: skip


def _notes(results: Results, frame: pd.DataFrame, name: str) -> list[str]:
    """What a reader of the table must know."""
    names = beside(results.cohort)
    notes = [f"Rows of {names.model} models are in `baselines.csv`."]
    notes += _which_ratios(frame, names.model)
    if (frame["power"] != 1).any():
        notes.append(
            "A Cox hazard ratio per named step is the ratio per unit in `baselines.csv`, raised "
            "to the size of the step."
        )
    if frame["chosen"].any():
        labels = listed(list(dict.fromkeys(frame.loc[frame["chosen"], "label"])))
        notes.append(
            f"{labels}: a round step near the quartile range, since a ratio per unit would hardly "
            "differ from 1; `step` in [cohort.columns] states another. Ratios per unit are in "
            "`coefficients.csv`."
        )
    if name == "covariates" and (text := _bent(results)):
        notes.append(text)
    notes += disagreements(frame)
    if frame["upper"].isna().any():
        notes.append(f"No interval: {names.likelihood} has no maximum.")
    return notes


def _models(frame: pd.DataFrame) -> pd.Series:
    """Models, each with what its ratio is where that isn't one of hazards at any time."""
    return frame["model"] + [f" ({which})" if which else "" for which in frame["which"]]


def _which_ratios(frame: pd.DataFrame, cox: str) -> list[str]:
    """What the words in brackets after a model mean."""
    found = {mark for which in frame["which"] for mark in which.split(", ")}
    said = [text.format(cox=cox) for mark, text in _WHICH.items() if mark in found]
    return [f"{capitalised('; '.join(said))}."] if said else []


def _bent(results: Results) -> str:
    """Where to read terms whose coefficients are no hazard ratios."""
    fits = results.posterior.fits.values()
    terms = dict.fromkeys(t for one in fits for t in one.design.terms if in_basis(t))
    if not terms:
        return ""
    there = "curves" in results.clinical
    where = "“Along a number” shows it" if there else "ask for it by [curves.NAME]"
    return (
        f"{listed([f'`{term}`' for term in terms])}: a curve, whose coefficients are no hazard "
        f"ratios one by one; {where}. They are in `coefficients.csv`."
    )


def disagreements(frame: pd.DataFrame) -> list[str]:
    """What the mark beside a ratio means, for each ratio that has it."""
    marked = frame[frame["conflict"] != ""]
    said = [
        f"{row['label']} in {row['model']} ({row['conflict']})"
        for row in marked.head(_MOST_NAMED).to_dict("records")
    ]
    more = len(marked) - len(said)
    said += [f"{more} more in `prior_influence.csv`"] if more else []
    return [f"{_MARK} What the prior does: {'; '.join(said)}."] if said else []


def forest_figure(
    results: Results, frame: pd.DataFrame, name: str
) -> tuple[pd.DataFrame, "Figure"]:
    """Rows of a forest of `ratio_rows`, of the treatment or of the covariates, and its picture."""
    several = len(set(frame["label"])) > 1
    if name == "treatment":
        label = frame["label"] + ": " + _models(frame) if several else _models(frame)
        table = frame.assign(term=label, label=label, source=frame["kind"])
    else:
        label = frame["label"]
        table = frame.assign(term=label, source=frame["forest"])
        table = table[table["forest"] != ""].drop_duplicates(["term", "source"])
    table = table.dropna(subset=["hr", "lower", "upper"])
    reference, *arms = arm_labels(results).values()
    whom = arms[0] if len(arms) == 1 else "the arm"
    figure = draw_hazard_ratios(
        table[["term", "label", "source", "hr", "lower", "upper"]],
        favours=(whom, reference) if name == "treatment" else None,
        treatment=of_treatment(results),
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
    )
    return table, figure


@guarded_block
def _forest(results: Results, frame: pd.DataFrame, name: str) -> FigureBlock:
    several = len(set(frame["label"])) > 1
    table, figure = forest_figure(results, frame, name)
    parts = [
        f"{row['label']}, {row['source']}: {ratio(row['hr'])} ({ratio(row['lower'])} to "
        f"{ratio(row['upper'])})"
        for _, row in table.iterrows()
    ]
    crossing = int(((table["lower"] <= 1) & (table["upper"] >= 1)).sum())
    alt = (
        f"Forest plot of hazard ratios; {crossing} of {len(table)} intervals include 1. "
        f"{'; '.join(parts)}."
    )
    subject = frame["label"].iloc[0] if name == "treatment" and not several else "each covariate"
    if name == "treatment" and several:
        subject = listed(list(dict.fromkeys(frame["label"])))
    caption = (
        f"Hazard ratio of {subject}: posterior beside {beside(results.cohort).model} regression"
    )
    if name == "covariates":
        caption += "; Bayesian ratios are of the first model that has the covariate"
    return picture(results, figure, f"hazard_ratios_{name}", alt, caption, "coefficients.csv")
