"""One draw of each of many posteriors, for methods that alternate with something else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort
from posthaz.design import Design
from posthaz.inference.conditional import hazard_of
from posthaz.inference.engine import answers_of, posterior_modes
from posthaz.inference.laplace import laplace_draws
from posthaz.inference.prepare import Prepared, in_batches, prepare_fit
from posthaz.model.likelihood import follow_up_data, log_likelihood
from posthaz.spec import ModelSpec, Sampling

_SAMPLING = Sampling(method="laplace", chains=1, draws=100)


@dataclass(frozen=True, eq=False)
class DrawnModel:
    """A model at one draw of its parameters.

    Parameters
    ----------
    spec, design : ModelSpec, Design
        The model, resolved, and its design.
    cohort : Cohort
        The rows that it was drawn from, those of a patient joined where it can't tell them apart.
    values : mapping of str to ndarray, shape (1, ...)
        Its variables.
    """

    spec: ModelSpec
    design: Design
    cohort: Cohort
    values: Mapping[str, np.ndarray]

    def log_likelihood(self, rows: np.ndarray, covariates: pd.DataFrame) -> np.ndarray:
        """Log-likelihood of the follow-up of rows, had they these covariates.

        Parameters
        ----------
        rows : ndarray of int, shape (row,)
            Rows of `cohort`, which may be repeated.
        covariates : DataFrame
            Their covariates.

        Returns
        -------
        ndarray of float, shape (row,)
            Times the weight of each.
        """
        hazard = hazard_of(self.spec, self.design, self.values, covariates)
        data = {key: array[rows, None] for key, array in follow_up_data(self.cohort).items()}
        return log_likelihood(hazard, data, np)[0, :, 0]


def single_draws(
    tasks: Sequence[tuple[ModelSpec, Cohort]], seeds: Sequence[int]
) -> list[DrawnModel]:
    """One draw of each posterior, from 200 importance-weighted proposals at its mode.

    Parameters
    ----------
    tasks : sequence of (ModelSpec, Cohort)
        Models and cohorts.
    seeds : sequence of int
        A seed for each.

    Returns
    -------
    list of DrawnModel
        In the order of `tasks`. Weights are taken as they are, also where a fit would turn to
        chains: what alternates with these draws is followed by fits.
    """
    prepared = [prepare_fit(spec, cohort) for spec, cohort in tasks]
    made: dict[int, DrawnModel] = {}
    for numbers in in_batches(prepared):
        posteriors = [prepared[k].posterior for k in numbers]
        modes, own = posterior_modes(posteriors), [seeds[k] for k in numbers]
        weighted = laplace_draws(posteriors, modes, own, _SAMPLING)
        for k, one in zip(numbers, weighted, strict=True):
            chosen = np.random.default_rng([seeds[k], 1]).integers(_SAMPLING.draws)
            made[k] = _model(prepared[k], one.sampled.theta[:, chosen : chosen + 1])
    return [made[k] for k in range(len(tasks))]


def _model(prepared: Prepared, theta: np.ndarray) -> DrawnModel:
    answers = answers_of(prepared.posterior, theta, pointwise=False)
    values = {name: array[0] for (_, name), array in answers.items()}
    return DrawnModel(prepared.spec, prepared.design, prepared.cohort, values)
