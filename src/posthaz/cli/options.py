"""Arguments and options that commands share."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posthaz.errors import SpecError, nearest

if TYPE_CHECKING:
    from posthaz.spec import Analysis

METHODS = ("nuts", "laplace", "auto", "pymc")
Spec = Annotated[
    str, typer.Argument(metavar="SPEC", help="Analysis file, or a name from 'posthaz models'.")
]
Data = Annotated[
    Path | None, typer.Option("--data", help="Cohort table (CSV or Parquet) instead of the file's.")
]
Map = Annotated[
    Path | None,
    typer.Option("--map", help="TOML file that says which column of --data is which of SPEC's."),
]
Outside = Annotated[
    bool, typer.Option("--allow-outside", help="Read files that SPEC names outside its folder.")
]
Out = Annotated[Path, typer.Option("--out", help="Folder to write to.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the sampler.")]
Draws = Annotated[int | None, typer.Option("--draws", min=100, help="Kept draws a chain.")]
Chains = Annotated[int | None, typer.Option("--chains", min=1, help="Number of chains.")]
Method = Annotated[
    str | None,
    typer.Option(
        "--method",
        help="nuts, laplace, auto or pymc; the primary model of a report always gets chains.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]


def with_options(
    analysis: "Analysis",
    data: Path | None,
    seed: int | None = None,
    draws: int | None = None,
    chains: int | None = None,
    method: str | None = None,
    column_map: Path | None = None,
) -> "Analysis":
    """The analysis with what the command line overrides.

    Parameters
    ----------
    analysis : Analysis
        As loaded.
    data : Path or None
        Cohort table.
    seed, draws, chains, method : int or str or None
        Sampler settings.
    column_map : Path or None
        File that maps the table's columns to the analysis's.

    Returns
    -------
    Analysis
        A new value.
    """
    if method is not None and method not in METHODS:
        raise SpecError(
            f"--method: '{method}' is not known ({nearest(method, METHODS)})",
            fix=f"choose among {', '.join(METHODS)}",
        )
    wanted = {"seed": seed, "draws": draws, "chains": chains, "method": method}
    changes = {name: value for name, value in wanted.items() if value is not None}
    changed = replace(analysis, sampling=replace(analysis.sampling, **changes))
    if data is None:
        if column_map is not None:
            raise SpecError("--map: there is no table to map", fix="give your table as --data")
        return changed
    if column_map is not None:
        from posthaz.spec.column_map import map_columns

        return map_columns(changed, data, column_map)
    from posthaz.spec.column_map import refuse_second_tables

    refuse_second_tables(changed)
    return replace(changed, table=data.resolve(), simulated=False, outside=None)
