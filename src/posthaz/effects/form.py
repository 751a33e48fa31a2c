"""What covariates act on: the hazard or time, with the words that go with either."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from posthaz.effects.accelerated import accelerated
from posthaz.effects.proportional import proportional
from posthaz.hazards import Array, Hazard


@dataclass(frozen=True)
class Form:
    """How the linear predictor acts.

    Parameters
    ----------
    name : str
        Name in analysis files.
    acts_on : str
        What is multiplied: ``hazard`` or ``time``.
    abbreviation : str
        Of the ratio: HR or TR.
    words : str
        What the linear predictor xβ does, for the methods paragraph.
    benefit_below_1 : bool
        Whether a ratio below 1 means longer survival.
    apply : callable
        ``apply(hazard, linear_predictor, xp)``: the hazard under the covariates.

    Examples
    --------
    >>> FORMS["accelerated_failure_time"].coefficient
    'log_time_ratio'
    """

    name: str
    acts_on: str
    abbreviation: str
    words: str
    benefit_below_1: bool
    apply: Callable[[Hazard, Array, ModuleType | Any], Hazard]

    @property
    def ratio(self) -> str:
        """Name of the ratio."""
        return f"{self.acts_on} ratio"

    @property
    def coefficient(self) -> str:
        """Name of the vector of covariate effects among a model's variables."""
        return f"log_{self.acts_on}_ratio"


FORMS = {
    form.name: form
    for form in (
        Form("proportional_hazards", "hazard", "HR", "multiplied by exp(xβ)", True, proportional),
        Form(
            "accelerated_failure_time",
            "time",
            "TR",
            "with time divided by exp(xβ)",
            False,
            accelerated,
        ),
    )
}
