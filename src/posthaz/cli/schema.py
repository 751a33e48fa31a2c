"""``posthaz schema``: what an analysis file may hold, for editors."""

import json

from posthaz.cli.say import say


def schema() -> None:
    """Write the JSON Schema of analysis files, for editors that complete and check them."""
    from posthaz.spec.schema import analysis_schema

    say(json.dumps(analysis_schema(), indent=2))
