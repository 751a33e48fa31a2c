"""``posthaz curves``: a printed survival curve to patient-level times, with checks."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from posthaz.cli.options import Out, Quiet
from posthaz.cli.say import say
from posthaz.errors import SpecError, nearest

if TYPE_CHECKING:
    import pandas as pd

    from posthaz.evidence import Reconstruction

Clicks = Annotated[
    Path, typer.Argument(metavar="CLICKS", help="CSV of digitised coordinates, all arms.")
]
Risk = Annotated[Path, typer.Option("--at-risk", help="CSV of times and numbers at risk by arm.")]
Arms = Annotated[str, typer.Option("--arms", help="Names of the arms, in the file's order: A,B.")]
Events = Annotated[str, typer.Option("--events", help="Printed totals of events: A=134,B=111.")]
Scale = Annotated[str, typer.Option("--scale", help="percent or share; told by the numbers else.")]
Tolerance = Annotated[
    float, typer.Option("--tolerance", min=0.0, max=0.5, help="Rise of survival taken as noise.")
]
Unit = Annotated[
    str, typer.Option("--unit", help="Unit of time, months where no column is named after one.")
]
Ratio = Annotated[
    float | None, typer.Option("--hr", min=0.0, help="Printed hazard ratio, second arm v first.")
]
Medians = Annotated[str, typer.Option("--medians", help="Printed medians: A=14.9,B=24.4.")]
Origin = Annotated[str, typer.Option("--origin", help="What to say the patients were made from.")]


def curves(
    clicks: Clicks,
    at_risk: Risk,
    out: Out = Path("out"),
    arms: Arms = "",
    events: Events = "",
    scale: Scale = "",
    tolerance: Tolerance = 0.02,
    unit: Unit = "",
    hr: Ratio = None,
    medians: Medians = "",
    origin: Origin = "",
    quiet: Quiet = False,
) -> None:
    """Reconstruct patients from a digitised survival curve, and check them against it."""
    _check_options(scale, unit, hr)
    totals = {arm: int(number) for arm, number in _named(events, int, "--events").items()}
    printed = _named(medians, float, "--medians")
    from posthaz.evidence import (
        at_risk_table,
        patient_table,
        read_curves,
        reconstruct_arms,
        reconstruction_checks,
    )
    from posthaz.figures import write_figure
    from posthaz.files import csv_text, file_below, prepare_folder, staged_folder, write_text

    named = tuple(part.strip() for part in arms.split(",") if part.strip())
    percent = None if not scale else scale == "percent"
    read = read_curves(clicks, at_risk, arms=named, percent=percent, tolerance=tolerance)
    unit = _unit(unit, read[0].unit)
    _check_printed([one.arm for one in read], printed, hr)
    made = reconstruct_arms(read, totals)
    patients = patient_table(made, origin or clicks.name)
    checks = reconstruction_checks(made)
    checks["printed_median"] = checks["arm"].map(printed)
    checks["printed_events"] = checks["arm"].map(totals)
    answers = compared(patients, unit, hr)
    figure = _figure(made, patients, unit)
    prepare_folder(out)
    tables = {"cohort": patients, "reconstruction": checks, "at_risk": at_risk_table(made),
              "hazard_ratio": answers}  # fmt: skip
    with staged_folder(out) as stage:
        for name, table in tables.items():
            write_text(file_below(stage, f"{name}.csv"), csv_text(table))
        write_figure(figure, stage / "figures", "reconstruction")
    if not quiet:
        by_place = [(one.arm, one.at_risk.column) for one in read if one.at_risk.column]
        say(_summary(checks, answers, unit, by_place))
        say(f"wrote {len(tables) + 2} files to {out}; use {out / 'cohort.csv'} as a cohort")


def _check_options(scale: str, unit: str, hr: float | None) -> None:
    """Refuse options that have no such value."""
    if scale not in ("", "percent", "share"):
        raise SpecError(f"--scale: '{scale}' is not known", fix="percent or share")
    if unit not in ("", "days", "weeks", "months", "years"):
        raise SpecError(f"--unit: '{unit}' is not known", fix="days, weeks, months or years")
    if hr is not None and not 0 < hr < float("inf"):
        raise SpecError(f"--hr: {hr} is no hazard ratio", fix="give a number above 0")


def _check_printed(arms: list[str], medians: dict[str, float], hr: float | None) -> None:
    """Refuse printed numbers of arms that have no curve."""
    for arm in medians.keys() - set(arms):
        what = f"--medians: there is no curve of '{arm}' ({nearest(arm, arms)})"
        raise SpecError(what, fix="name the arms as the curves do")
    if hr is not None and len(arms) < 2:
        raise SpecError("--hr: there is one curve, and a ratio is of two", fix="leave it out")


def _unit(stated: str, named: str) -> str:
    """The unit of time: stated, or that a column is named after, which must be the same."""
    if stated and named and stated != named:
        raise SpecError(
            f"--unit: {stated}, and the column of time is named {named}",
            fix=f"say --unit {named}, or name the column time",
        )
    return stated or named or "months"


def compared(patients: "pd.DataFrame", unit: str, printed: float | None) -> "pd.DataFrame":
    """Cox hazard ratio of each arm against the first, beside a printed one.

    Parameters
    ----------
    patients : DataFrame
        Reconstructed patients.
    unit : str
        Unit of time.
    printed : float or None
        Printed hazard ratio of the second arm against the first.

    Returns
    -------
    DataFrame
        Columns ``term, hr, lower, upper, p, printed, difference``, the last relative to the
        printed one; no rows for a single arm.
    """
    import pandas as pd

    from posthaz.baselines import covariate_columns, cox_model
    from posthaz.cohort import read_cohort

    columns = ["term", "hr", "lower", "upper", "p", "printed", "difference"]
    levels = list(dict.fromkeys(patients["arm"]))
    if len(levels) < 2:
        return pd.DataFrame(columns=columns)
    smallest = float(patients.loc[patients["time"] > 0, "time"].min())
    cohort = read_cohort(
        patients, time="time", event="event", treatment="arm", treatment_reference=levels[0],
        unit=unit, zero_time=smallest / 2.0,
    )  # fmt: skip
    table = cox_model(cohort, covariate_columns(pd.Series(cohort.covariates["arm"]))).table
    table = table.rename(columns={"hr_lower": "lower", "hr_upper": "upper"})
    table["printed"] = [printed if k == 0 else None for k in range(len(table))]
    table["printed"] = table["printed"].astype(float)
    return table.assign(difference=table["hr"] / table["printed"] - 1.0)[columns]


def _named(text: str, kind: Callable[[str], float], option: str) -> dict[str, float]:
    """Numbers by arm, written ``A=1,B=2``."""
    found = {}
    for part in (part for part in text.split(",") if part.strip()):
        arm, _, number = part.rpartition("=")
        if arm.strip() in found:
            what = f"{option}: '{arm.strip()}' is named twice"
            raise SpecError(what, fix="give each arm one number")
        try:
            found[arm.strip()] = kind(number)
        except ValueError:
            arm = ""
        if not arm:
            raise SpecError(
                f"{option}: '{part.strip()}' is not ARM=NUMBER", fix="write A=134,B=111"
            )
    return found


def _figure(made: "Sequence[Reconstruction]", patients: "pd.DataFrame", unit: str):  # noqa: ANN202
    import pandas as pd

    from posthaz.baselines import kaplan_meier
    from posthaz.cohort import read_cohort
    from posthaz.evidence import at_risk_table
    from posthaz.figures import draw_reconstruction

    arms = [one.arm for one in made]
    several: dict[str, Any] = (
        {"treatment": "arm", "treatment_reference": arms[0]} if len(arms) > 1 else {}
    )
    cohort = read_cohort(
        patients.drop(columns=[] if several else "arm"), time="time", event="event",
        zero_time=float(patients.loc[patients["time"] > 0, "time"].min()) / 2.0, **several,
    )  # fmt: skip
    curve = kaplan_meier(cohort)
    curve = curve if several else curve.assign(arm=arms[0])
    clicked = [
        pd.DataFrame(one.curve.clicked, columns=["time", "survival"]).assign(arm=one.arm)
        for one in made
    ]
    return draw_reconstruction(
        curve,
        pd.concat(clicked, ignore_index=True),
        at_risk_table(made),
        labels={arm: arm for arm in arms},
        unit=unit,
        horizon=max(one.curve.end for one in made),
    )


def _summary(
    checks: "pd.DataFrame",
    answers: "pd.DataFrame",
    unit: str,
    by_place: "Sequence[tuple[str, str]]",
) -> str:
    from posthaz.cohort import number_text, with_unit

    lines = []
    for row in checks.to_dict("records"):
        median = (
            "not reached"
            if row["median"] != row["median"]
            else with_unit(number_text(row["median"], 4), unit)
        )
        known = row["printed_median"] == row["printed_median"]
        printed = f" (printed {row['printed_median']:g})" if known else ""
        told = row["printed_events"] == row["printed_events"]
        events = f" (printed {row['printed_events']:.0f})" if told else ""
        lines.append(
            f"{row['arm']}: {row['patients']} patients, {row['events']} events{events}, "
            f"median {median}{printed}; curve within {100 * row['largest_deviation']:.1f} "
            f"points (root mean square {100 * row['rms_deviation']:.2f}), numbers at risk within "
            f"{row['largest_at_risk_deviation']}"
        )
    for arm, column in by_place:
        lines.append(f"no name tells the numbers at risk of {arm}: by its place, '{column}'")
    for row in answers.to_dict("records"):
        known = row["printed"] == row["printed"]
        printed = f", printed {row['printed']:g} ({row['difference']:+.1%})" if known else ""
        numbers = f"{row['hr']:.3f} ({row['lower']:.3f} to {row['upper']:.3f})"
        lines.append(f"Cox hazard ratio, {row['term']}: {numbers}{printed}")
    return "\n".join(lines)
