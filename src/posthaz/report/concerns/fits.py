"""Concerns about the sampling, and about single patients."""

from collections.abc import Iterator

from posthaz.report.concerns.concern import Concern
from posthaz.report.results import Results
from posthaz.report.sections.naming import model_labels
from posthaz.report.sections.wording import counted, listed


def failed_convergence(results: Results) -> Iterator[Concern]:
    """One for each failed check, the primary model's first."""
    labels = model_labels(results)
    primary = results.posterior.primary.spec.name
    for check in results.posterior.convergence:
        whose = " (the primary model)" if check.model == primary else ""
        for failure in check.failures:
            text = (
                f"Convergence check failed for the model “{labels[check.model]}”{whose}: "
                f"{failure}. Its numbers can’t be relied on; sample longer or simplify the model."
            )
            yield Concern("convergence", "error", text, "diagnostics")
    for failure in results.clinical_failures:
        text = f"Convergence check failed for a further fit: {failure}. Don’t rely on its numbers."
        yield Concern("convergence", "error", text)


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
        if row["bad_k"] > 0
    ]
    if shaky:
        several = "models" if len(shaky) > 1 else "model"
        text = (
            "Leave-one-out cross-validation is unreliable (Pareto k too high) for the "
            f"{several} {listed(shaky)}."
        )
        yield Concern("influence", "warning", text, "comparison")
