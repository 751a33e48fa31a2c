"""``posthaz models``: the analyses that come with posthaz."""

from posthaz.cli.say import say


def models() -> None:
    """List the analyses that come with posthaz."""
    from posthaz.catalogue import catalogue

    entries = catalogue()
    width = max((len(entry.name) for entry in entries), default=0)
    for entry in entries:
        say(f"{entry.name:<{width}}  {entry.title}")
