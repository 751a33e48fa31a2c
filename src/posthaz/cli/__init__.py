"""Arguments to calls, errors to exit codes; one module a command."""

from posthaz.cli.app import main

__all__ = ["main"]
