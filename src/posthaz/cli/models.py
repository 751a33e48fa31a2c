"""``posthaz models``: the analyses that come with posthaz."""

import typer


def models() -> None:
    """List the analyses that come with posthaz."""
    from posthaz.catalogue import catalogue

    entries = catalogue()
    width = max((len(entry.name) for entry in entries), default=0)
    for entry in entries:
        typer.echo(f"{entry.name:<{width}}  {entry.title}")
