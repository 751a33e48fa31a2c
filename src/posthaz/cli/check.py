"""``posthaz check``: is the input usable? Starts no sampler and no PyMC."""

from typing import TYPE_CHECKING

from posthaz.cli.options import Data, Map, Outside, Quiet, Spec, with_options
from posthaz.cli.say import say

if TYPE_CHECKING:
    from posthaz.cohort import Cohort


def check(
    spec: Spec,
    data: Data = None,
    column_map: Map = None,
    allow_outside: Outside = False,
    quiet: Quiet = False,
) -> None:
    """Check an analysis file and its cohort without fitting anything."""
    from posthaz.cohort.quantities import counted
    from posthaz.run import read_inputs
    from posthaz.spec import load_analysis

    analysis = with_options(
        load_analysis(spec, allow_outside=allow_outside), data, column_map=column_map
    )
    cohort = read_inputs(analysis)
    if quiet:
        return
    events = round(cohort.known_events, 1)
    made = "simulated " if cohort.source.simulated else ""
    say(
        f"{analysis.name}: usable. {_size(cohort, made)}, {counted(events, 'event')}, "
        f"{counted(len(analysis.models), 'model')}: "
        f"{', '.join(model.name for model in analysis.models)}."
    )
    if analysis.sensitivity is not None:
        count, how = analysis.sensitivity.of(cohort).counted()
        say(f"sensitivity: at most {count:,} variants: {how}")
    for left_out in cohort.dropped:
        say(f"left out: {counted(left_out.count, 'row')}: {left_out.reason}")
    from posthaz.spec.patients_lost import patients_of

    for model in analysis.models:
        patients, lacking = patients_of(model, cohort)
        if cohort.drop_missing:
            without = f" (left out, missing {lacking})" if lacking else ""
            say(f"model {model.name}: {counted(patients, 'patient')}{without}")
    for notice in cohort.notices:
        say(f"notice: {notice}")


def _size(cohort: "Cohort", made: str) -> str:
    """Rows, and the patients that they are of where these are not as many."""
    from posthaz.cohort.quantities import counted

    rows, patients = counted(len(cohort), f"{made}row"), float(cohort.patients.weight.sum())
    of_patients = int(cohort.first.sum())
    if cohort.weight_kind == "frequency" and patients != of_patients:
        return f"{counted(patients, 'patient')} in {rows}"
    return rows if of_patients == len(cohort) else f"{counted(of_patients, 'patient')} in {rows}"
