"""Concerns about the sampling, and about single patients."""

from collections.abc import Iterator

from posthaz.report.concerns.concern import Concern
from posthaz.report.results import Results
from posthaz.report.sections.naming import further_fit, model_labels
from posthaz.report.sections.wording import counted, listed

_MOST_NAMED = 3


def failed_convergence(results: Results) -> Iterator[Concern]:
    """One for the primary model, one for the others, one for fits made beside them."""
    labels = model_labels(results)
    primary = results.posterior.primary.spec.name
    failed = {c.model: c.failures for c in results.posterior.convergence if c.failures}
    if primary in failed:
        text = (
            f"Convergence check failed for the model “{labels[primary]}” (the primary model): "
            f"{'; '.join(failed.pop(primary))}. Its numbers can’t be relied on; sample longer or "
            "simplify the model."
        )
        yield Concern("convergence", "error", text, "diagnostics")
    if failed:
        parts = [f"“{labels[name]}” ({'; '.join(said)})" for name, said in failed.items()]
        several = len(parts) > 1
        text = (
            f"Convergence check failed for the {'models' if several else 'model'} "
            f"{listed(parts)}. "
            f"{'Their' if several else 'Its'} numbers can’t be relied on; sample longer or "
            f"simplify {'them' if several else 'the model'}."
        )
        yield Concern("convergence", "error", text, "diagnostics")
    further = [further_fit(results, failure) for failure in results.clinical_failures]
    if further:
        more = len(further) - _MOST_NAMED
        named = [*further[:_MOST_NAMED], *([f"{more} more under “Diagnostics”"] * (more > 0))]
        checks = counted(len(further), "convergence check")
        text = f"{checks} failed in further fits: {'; '.join(named)}. Don’t rely on their numbers."
        yield Concern("convergence", "error", text, "diagnostics")


def missing_parts(results: Results) -> Iterator[Concern]:
    """Whatever the file asked for and could not be made."""
    for part in results.missing:
        yield Concern("missing_part", "error", part.text, part.section)


def influential_patients(results: Results) -> Iterator[Concern]:
    """Models whose leave-one-out rests on single patients."""
    labels = model_labels(results)
    shaky = [
        f"“{labels[row['model']]}” ({counted(row['bad_k'], 'patient')})"
        for _, row in results.posterior.comparison.iterrows()
        if row["bad_k"] > row["refitted"]
    ]
    if shaky:
        several = "models" if len(shaky) > 1 else "model"
        text = (
            "Leave-one-out cross-validation is unreliable (Pareto k too high) for the "
            f"{several} {listed(shaky)}."
        )
        yield Concern("influence", "warning", text, "comparison")
