"""Results to a report."""

from posthaz.report.blocks import Report
from posthaz.report.results import Results


def compose_report(results: Results) -> tuple[Report, dict[str, tuple[bytes, bytes]]]:
    """Results to a report."""
    return Report(results.analysis.title), {}
