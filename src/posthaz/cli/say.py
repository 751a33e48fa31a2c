"""What the commands print, as plain text."""

import typer

from posthaz.errors import plain_text


def say(text: str, *, err: bool = False) -> None:
    """Print text without what a terminal would act on.

    Parameters
    ----------
    text : str
        The text; names and labels in it may be anybody's.
    err : bool
        Print to standard error.
    """
    typer.echo(plain_text(text), err=err)
