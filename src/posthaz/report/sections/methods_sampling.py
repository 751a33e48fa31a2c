"""Sentences of the methods on how the posteriors were drawn."""

from posthaz.inference import Fit
from posthaz.report.results import Results
from posthaz.report.sections.naming import model_labels
from posthaz.report.sections.wording import counted, listed

_LAPLACE = "Laplace"
_PYMC = "NUTS (PyMC)"


def sampling_sentences(results: Results) -> str:
    """Which models were sampled by chains, and which from weighted approximations."""
    fits = list(results.posterior.fits.values())
    chains = [fit for fit in fits if not by_laplace(fit)]
    weighted = [fit for fit in fits if by_laplace(fit)]
    texts = []
    if chains:
        origin = chains[0].provenance
        whose = "Posteriors" if not weighted else f"Posteriors of {_named(results, chains)}"
        texts.append(
            f"{whose} were drawn with {_sampler(chains[0])}: {counted(origin.chains, 'chain')} of "
            f"{origin.draws:,} draws each after {origin.tune:,} warm-up draws."
        )
    if weighted:
        whose = f"Posteriors of {_named(results, weighted)}" if chains else "Posteriors"
        texts.append(
            f"{whose} were drawn from a multivariate t approximation at the mode with "
            "Pareto-smoothed importance weights [@psis], which are trusted only where the shape "
            "of their tail (k-hat) is below its threshold."
        )
    return " ".join(texts)


def by_laplace(fit: Fit) -> bool:
    """Whether a fit's draws are weighted draws from an approximation, not chains."""
    return fit.provenance.method.startswith(_LAPLACE)


def _named(results: Results, fits: list[Fit]) -> str:
    labels = model_labels(results)
    return listed([f"“{labels[fit.spec.name]}”" for fit in fits])


def _sampler(fit: Fit) -> str:
    versions = dict(fit.provenance.versions)
    if fit.provenance.method.startswith(_PYMC):
        return f"the No-U-Turn sampler [@nuts] of PyMC {versions['pymc']} [@pymc]"
    return (
        f"the No-U-Turn sampler [@nuts] of BlackJAX {versions['blackjax']} on a PyMC "
        f"{versions['pymc']} model [@pymc], in coordinates whitened by a normal approximation at "
        "the mode"
    )
