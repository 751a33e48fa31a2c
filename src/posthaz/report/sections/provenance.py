"""Where the report is from: data, seed, versions, command."""

from posthaz.report.blocks import Block, KeyValues, Paragraph
from posthaz.report.results import Results
from posthaz.report.sections.naming import linked
from posthaz.report.sections.wording import counted


def provenance_blocks(results: Results) -> tuple[Block, ...]:
    """What is needed to make the report again.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    tuple of Block
        For the report's foot.
    """
    cohort, analysis = results.cohort, results.analysis
    origin = results.posterior.primary.provenance
    versions = dict(origin.versions)
    sampling = (
        f"primary model by {origin.method}: {counted(origin.chains, 'chain')}, {origin.draws:,} "
        f"draws and {origin.tune:,} warm-up draws each, target acceptance "
        f"{analysis.sampling.target_accept:g}"
    )
    items = [
        ("Command", f"`{results.command}`"),
        ("Analysis file", f"`{analysis.place}`"),
        ("Data", f"`{cohort.source.name}`, {counted(cohort.source.rows, 'row')}"),
        ("Data, SHA-256", f"`{cohort.source.sha256}`"),
        ("Seed", str(origin.seed)),
        ("Sampling", sampling),
        ("Versions", ", ".join(f"{name} {version}" for name, version in versions.items())),
    ]
    if analysis.source:
        items.insert(3, (_source_title(results), linked(analysis.source)))
    mapped = analysis.column_map
    if mapped is not None:
        items.insert(3, ("Columns mapped by", f"`{mapped.name}`"))
    if results.simulated:
        items.insert(3, ("Cohort", "**simulated**: its patients were made by a program"))
    text = (
        "The analysis file’s full text, the rows left out and the settings of every fit are in "
        "`provenance.json`; every fit with its draws is in `posterior/`, and opens with "
        "`arviz.from_netcdf`."
    )
    return KeyValues(tuple(items)), Paragraph(text)


def _source_title(results: Results) -> str:
    """A simulated cohort isn't the source's data, nor is a table of the user's own."""
    if results.analysis.column_map is not None:
        return "Analysis file made for"
    return "Printed source" if results.simulated else "Source of the data"
