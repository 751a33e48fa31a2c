"""Whether the sampling can be believed: convergence by model, and ranks of the chains."""

import numpy as np
import pandas as pd

from posthaz.figures import draw_ranks
from posthaz.inference import HEAVY_TAIL, TAILS
from posthaz.report.blocks import Block, FigureBlock, Note, Paragraph, Section, Table
from posthaz.report.cells import MISSING
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.methods_sampling import by_laplace
from posthaz.report.sections.naming import model_labels
from posthaz.report.sections.parameters import main_parameters
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import listed, share


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
        labels = model_labels(results)
        blocks += [
            Note("error", f"{labels[check.model]}: {failure}.")
            for check in results.posterior.convergence
            for failure in check.failures
        ]
        blocks += [Note("error", f"{failure}.") for failure in results.clinical_failures]
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
    blocks += [_table(results), _ranks(results)]
    return Section("Diagnostics", "diagnostics", tuple(blocks))


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
    shown = main_parameters(results, fit)
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
