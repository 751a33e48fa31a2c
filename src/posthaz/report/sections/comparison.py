"""Comparison of the analysis's models by leave-one-out cross-validation."""

import numpy as np
import pandas as pd

from posthaz.figures import draw_comparison, draw_pareto_k
from posthaz.report.blocks import Block, FigureBlock, Paragraph, Section, Table
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import model_labels
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import SPACE, count_text, counted, listed, signed

_SMALL = 4.0
_HIGHEST_K = 0.7


def comparison_section(results: Results) -> Section:
    """Expected log predictive density of each model, differences, weights, and Pareto k.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Section
        Anchor ``comparison``.
    """
    details = (_pareto(results),) if len(results.posterior.pareto) else ()
    if results.posterior.comparison.empty:  # why there is none is placed here by the report
        return Section("Model comparison", "comparison", appendix=details)
    several = len(results.posterior.comparison) > 1
    blocks: list[Block] = [Paragraph(verdict(results)), _table(results)]
    if several:
        blocks.append(_figure(results))
    blocks.append(Paragraph(_pareto_sentence(results)))
    return Section("Model comparison", "comparison", tuple(blocks), appendix=details)


def pareto_limit(results: Results) -> float:
    """Pareto k above which leave-one-out isn't believed, by the number of draws."""
    sampling = results.posterior.primary.provenance
    return float(min(1 - 1 / np.log10(sampling.chains * sampling.draws), _HIGHEST_K))


def verdict(results: Results) -> str:
    """Which model predicts best, and whether the difference decides anything."""
    labels, table = model_labels(results), results.posterior.comparison
    if len(table) == 1:
        return (
            "The analysis has one model, so there is nothing to compare it with. Its expected log "
            "predictive density (ELPD) by leave-one-out cross-validation is given for later use."
        )
    difference, error = table["elpd_difference"].abs(), table["difference_se"]
    close = table[(difference > 0) & ((difference < _SMALL) | (difference < 2 * error))]
    behind = table[(difference >= _SMALL) & (difference >= 2 * error)]
    text = (
        "Models are compared by how well they predict each patient when that patient is left out "
        "(ELPD; higher is better). A difference below about 4, or below twice its standard error, "
        f"decides nothing. “{labels[table['model'].iloc[0]]}” predicts best"
    )
    if len(close):
        names = listed([f"“{labels[name]}”" for name in close["model"]])
        text += f", but not decisively better than {names}"
    if len(behind):
        names = listed([f"“{labels[name]}”" for name in behind["model"]])
        text += f"; clearly behind it {'is' if len(behind) == 1 else 'are'} {names}"
    primary = results.posterior.primary.spec.name
    if primary in set(behind["model"]):
        text += ". The primary model predicts clearly worse: read its answers with care"
    return f"{text}."


@guarded_block
def _table(results: Results) -> Table:
    labels, table = model_labels(results), results.posterior.comparison
    shown = pd.DataFrame(
        {
            "model": [labels[name] for name in table["model"]],
            "elpd": [f"{signed(f'{v:.1f}')}" for v in table["elpd"]],
            "elpd_se": [f"{v:.1f}" for v in table["elpd_se"]],
            "p": [f"{v:.1f}" for v in table["p"]],
            "difference": [signed(f"{v:.1f}") for v in table["elpd_difference"]],
            "difference_se": [f"{v:.1f}" for v in table["difference_se"]],
            "weight": ["<0.01" if v < 0.005 else f"{v:.2f}" for v in table["weight"]],
            "bad_k": [count_text(v) for v in table["bad_k"]],
        }
    )
    heads = {"model": "Model", "elpd": "ELPD", "elpd_se": "SE", "p": "Effective parameters"}
    if len(table) > 1:
        heads |= {"difference": "Difference to best", "difference_se": "SE of difference"}
        heads |= {"weight": "Stacking weight"}
    heads["bad_k"] = f"k{SPACE}>{SPACE}{pareto_limit(results):.2g}"
    caption = "Expected log predictive density by leave-one-out cross-validation (PSIS-LOO)"
    return Table(shown, caption, heads, source="model_comparison.csv")


@guarded_block
def _figure(results: Results) -> FigureBlock:
    labels, table = model_labels(results), results.posterior.comparison
    figure = draw_comparison(
        table.rename(columns={"difference_se": "dse"}), labels=labels, simulated=results.simulated
    )
    parts = [
        f"{labels[row['model']]} {signed(format(row['elpd_difference'], '.1f'))} "
        f"(SE {row['difference_se']:.1f})"
        for _, row in table.iloc[1:].iterrows()
    ]
    best = labels[table["model"].iloc[0]]
    alt = f"Differences in ELPD to the best model, {best}: {'; '.join(parts)}."
    caption = "Difference in ELPD to the best model, with one standard error either way"
    return picture(results, figure, "comparison", alt, caption, "model_comparison.csv")


def _pareto_sentence(results: Results) -> str:
    table, limit = results.posterior.comparison, pareto_limit(results)
    bad, again = int(table["bad_k"].sum()), int(table["refitted"].sum())
    start = "The approximation behind leave-one-out can be trusted for a patient whose Pareto k is"
    if not bad:
        return f"{start} at most {limit:.2g}: here for all patients and models."
    over = "" if len(table) == 1 else " over all models"
    text = f"{start} at most {limit:.2g}; it is not for {counted(bad, 'patient')}{over}"
    if again:
        text += f". Of these, {again} {'was' if again == 1 else 'were'} left out by fitting the "
        text += "model to the others"
    if bad > again:
        rest = "for the rest " if again else ""
        text += f", and {rest}the comparison above is to be read with care"
    return f"{text}. Such patients are the ones a model finds most surprising."


@guarded_block
def _pareto(results: Results) -> FigureBlock:
    table, limit = results.posterior.pareto, pareto_limit(results)
    figure = draw_pareto_k(
        table, limit=limit, labels=model_labels(results), simulated=results.simulated
    )
    above = int((table["pareto_k"] > limit).sum())
    alt = (
        f"Pareto k of each patient and model; the largest is {table['pareto_k'].max():.2f}, "
        f"{above} above the limit of {limit:.2g}."
    )
    caption = f"Pareto k of each patient by model; the dashed line is the limit, {limit:.2g}"
    return picture(results, figure, "pareto_k", alt, caption, "pareto_k.csv")
