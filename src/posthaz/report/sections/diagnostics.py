"""Whether the sampling can be believed: convergence by model, and ranks of the chains."""

import numpy as np
import pandas as pd

from posthaz.figures import draw_ranks
from posthaz.inference import HEAVY_TAIL, TAILS
from posthaz.report.blocks import Block, Bullets, FigureBlock, Note, Paragraph, Section, Table
from posthaz.report.cells import MISSING
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.methods_sampling import by_laplace
from posthaz.report.sections.naming import further_fit, model_labels
from posthaz.report.sections.parameters import main_parameters
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import counted, listed, share

_MOST_NAMED = 4


def diagnostics_section(results: Results) -> Section:
    """Convergence figures of every model and the primary model's rank plots.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Section
        Anchor ``diagnostics``.
    """
    sampling = results.posterior.primary.provenance
    failures = results.failures
    text = (
        "A model passes when R-hat of every parameter is at most 1.01, the smallest bulk and "
        f"tail effective sample sizes are at least 100 a chain ({100 * sampling.chains} here), no "
        "transition diverged after warm-up, and the energy fraction of missing information "
        "(BFMI) is at least 0.3 in every chain."
    )
    blocks: list[Block] = [Paragraph(text)]
    if failures:
        blocks.append(Note("error", _failed(results)))
    elif results.missing:
        text = "Every model that could be fitted passes every check that could be made."
        blocks.append(Paragraph(f"{text} What is missing is named at the top of the page."))
    else:
        count = len(results.posterior.convergence)
        which = {1: "The model passes", 2: "Both models pass"}.get(
            count, f"All {count} models pass"
        )
        own = " So do the models that the sections on clinical questions fitted themselves."
        blocks.append(Paragraph(f"{which} every check.{own if results.clinical else ''}"))
    if results.posterior.convergence:
        blocks.append(Paragraph(_worst(results)))
    details: list[Block] = [_table(results), _ranks(results)]
    if len(failures) > _MOST_NAMED:
        details.insert(0, Bullets(tuple(f"{text}." for text in failures_in_words(results))))
    return Section("Diagnostics", "diagnostics", tuple(blocks), appendix=tuple(details))


def failures_in_words(results: Results) -> list[str]:
    """Every failed convergence check, models by their names, without full stops."""
    labels = model_labels(results)
    own = [
        f"{labels[check.model]}: {failure}"
        for check in results.posterior.convergence
        for failure in check.failures
    ]
    return own + [further_fit(results, failure) for failure in results.clinical_failures]


def _failed(results: Results) -> str:
    said = failures_in_words(results)
    text = f"{counted(len(said), 'check')} failed. {'; '.join(said[:_MOST_NAMED])}"
    more = len(said) - _MOST_NAMED
    return f"{text}; and {more} more, in the appendix." if more > 0 else f"{text}."


def _worst(results: Results) -> str:
    """The worst figures over all models of the analysis, in a sentence."""
    checks = results.posterior.convergence
    rhats = [check.rhat for check in checks if np.isfinite(check.rhat)]  # one chain has none
    largest = f"The largest R-hat is {max(rhats):.3f}, the smallest" if rhats else "The smallest"
    sizes = [size for check in checks for size in (check.ess_bulk, check.ess_tail)]
    diverged = sum(check.divergences for check in checks)
    over = "" if len(checks) == 1 else " over the models of the analysis"
    smallest = f"{np.nanmin(sizes):,.0f}"
    return (
        f"{largest} effective sample size {'' if rhats else 'is '}{smallest}, and "
        f"{counted(diverged, 'transition')} diverged{over}. Figures of each model and rank "
        "plots are in the appendix."
    )


@guarded_block
def _table(results: Results) -> Table:
    labels = model_labels(results)
    rows = [
        {
            "model": labels[check.model],
            "rhat": f"{check.rhat:.3f}",
            "bulk": f"{check.ess_bulk:,.0f}",
            "tail": f"{check.ess_tail:,.0f}",
            "divergences": str(check.divergences),
            "deepest": share(check.deepest),
            "bfmi": MISSING if np.isnan(check.bfmi) else f"{check.bfmi:.2f}",
            "verdict": "passed" if check.passed else "**failed**",
        }
        for check in results.posterior.convergence
    ]
    heads = {"model": "Model", "rhat": "Largest R‑hat", "bulk": "Smallest bulk ESS"}
    heads |= {"tail": "Smallest tail ESS", "divergences": "Divergences"}
    heads |= {"deepest": "At depth limit", "bfmi": "BFMI", "verdict": "Verdict"}
    weighted = [labels[name] for name, fit in results.posterior.fits.items() if by_laplace(fit)]
    notes = ["R-hat and effective sample size of each parameter are in `coefficients.csv`."]
    if weighted:
        notes.append(
            f"Not chains but weighted draws from an approximation: {listed(weighted)}; what counts "
            "there is k-hat, in `provenance.json`, and the effective size of the weights."
        )
    notes += [
        f"The weights of {labels[name]} have a k-hat of {fit.provenance.khat:.2f}: {TAILS}."
        for name, fit in results.posterior.fits.items()
        if by_laplace(fit) and fit.provenance.khat is not None and fit.provenance.khat > HEAVY_TAIL
    ]
    return Table(
        pd.DataFrame(rows),
        "Convergence, worst over all parameters",
        heads,
        source="diagnostics.json",
        notes=(" ".join(notes),),
    )


@guarded_block
def _ranks(results: Results) -> FigureBlock:
    fit = results.posterior.primary
    shown = main_parameters(fit, results.cohort)
    figure = draw_ranks(
        {one.name: one.posterior for one in shown},
        labels={one.name: one.label for one in shown},
        simulated=results.simulated,
    )
    check = next(c for c in results.posterior.convergence if c.model == fit.spec.name)
    alt = (
        f"Rank histograms of {fit.provenance.chains} chains for {len(shown)} parameters of the "
        f"primary model; largest R-hat {check.rhat:.3f}."
    )
    caption = (
        "Ranks of each chain’s draws among all draws, primary model: chains that explore the same "
        "distribution stay within the grey band, which holds 95\u00a0% of independent draws"
    )
    return picture(results, figure, "ranks", alt, caption)
