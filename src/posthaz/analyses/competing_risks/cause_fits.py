"""One fit a cause: its hazard with every other cause censored."""

from collections.abc import Callable
from dataclasses import replace

from posthaz.cohort import Cohort, cause_of
from posthaz.inference import Fit, fit
from posthaz.spec import ModelSpec, Sampling

Progress = Callable[[str, int, int], None]


def cause_fits(
    cohort: Cohort,
    model: ModelSpec,
    causes: tuple[int, ...],
    sampling: Sampling,
    progress: Progress = lambda label, done, total: None,
) -> dict[int, Fit]:
    """Fit of each cause-specific hazard: the cause as event, every other one censored.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    model : ModelSpec
        Model of every cause; its intervals are as many as the events of the cause bear.
    causes : tuple of int
        Causes that rows of the cohort have.
    sampling : Sampling
        How to sample; each cause gets a seed of its own.
    progress : callable, optional
        Takes a label, draws done and draws in all.

    Returns
    -------
    dict of int to Fit
        By cause.
    """
    fits = {}
    method = "pymc" if sampling.method == "pymc" else "nuts"
    for cause in causes:
        waited = cause_of(cohort, cause)
        fewer = model.baseline.sparser(waited.exit[waited.event])
        own = replace(model, baseline=fewer, name=f"cause_{cause}")
        # equal seeds would tie the noise of the causes' draws together
        seeded = replace(sampling, seed=sampling.seed + cause, method=method)

        def report(done: int, total: int, name: str = own.name) -> None:
            progress(name, done, total)

        fits[cause] = fit(own, waited, seeded, report)
    return fits


def fewer_intervals(model: ModelSpec, one: Fit, label: str) -> list[str]:
    """What is said of a cause whose events bear fewer intervals than its model asks for."""
    wanted = getattr(model.baseline, "intervals", 0)
    used = getattr(one.spec.baseline, "intervals", 0)
    if used >= wanted or getattr(model.baseline, "cuts", ()):
        return []
    plural = "" if used == 1 else "s"
    return [f"{label}: {used} interval{plural} instead of {wanted}, for want of events."]
