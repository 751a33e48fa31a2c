"""Checks of the models of a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from posthaz.analyses.checks.spec import ChecksSpec
from posthaz.checks import FitChecks, check_fit
from posthaz.cohort import Cohort
from posthaz.errors import PosthazError
from posthaz.errors.lost import Lost
from posthaz.inference import Fit


@dataclass(frozen=True, eq=False)
class Checks:
    """Checks of one or more models.

    Parameters
    ----------
    models : tuple of FitChecks
        One a model, the primary one first; none where it could not be checked.
    lost : tuple of Lost
        Models and checks that could not be made, and why.
    """

    models: tuple[FitChecks, ...]
    lost: tuple[Lost, ...] = ()

    def table(self, name: str) -> pd.DataFrame:
        """A table of every model, with its name in front."""
        parts = [getattr(one, name).assign(model=one.model) for one in self.models]
        if not parts:
            return pd.DataFrame(columns=["model"])
        joined = pd.concat(parts, ignore_index=True)
        return joined[["model", *(column for column in joined if column != "model")]]


def check_fits(
    cohort: Cohort,
    fits: Mapping[str, Fit],
    asked: ChecksSpec | None = None,
    times: tuple[float, ...] = (),
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Checks:
    """Checks of the primary model, or of every model.

    Parameters
    ----------
    cohort : Cohort
        The cohort.
    fits : mapping of str to Fit
        By model, the primary one first.
    asked : ChecksSpec, optional
        What is asked.
    times : tuple of float, optional
        Times where `asked` has none.
    progress : callable, optional
        Takes models done and models in all.

    Returns
    -------
    Checks
        What could be checked.
    """
    asked = asked or ChecksSpec()
    chosen = list(fits.items()) if asked.every_model else list(fits.items())[:1]
    known = tuple(time for time in times if time < float(cohort.exit.max()))
    found, lost = [], []
    for done, (name, fit) in enumerate(chosen, start=1):
        try:
            one = check_fit(
                cohort,
                fit,
                along=asked.along,
                times=asked.times or known,
                threshold=asked.threshold,
            )
            found.append(one)
            lost += [Lost(f"{note.name} of model '{name}'", note.reason) for note in one.lost]
        except PosthazError as error:
            lost.append(Lost(f"check of model '{name}'", error.what))
        progress(done, len(chosen))
    return Checks(tuple(found), tuple(lost))
