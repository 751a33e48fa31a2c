"""Missing values drawn given the model that is fitted: compatible with it, whatever its terms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import log_expit

from posthaz.analyses.missing.chained import ColumnPlan, CovariateModels
from posthaz.cohort import Cohort
from posthaz.inference import DrawnModel, single_draws
from posthaz.spec import ModelSpec

_PROPOSALS = 24
Likelihood = Callable[[np.ndarray], np.ndarray]


class JointChain(CovariateModels):
    """Values drawn from the product of a column's model by the others and the likelihood.

    The models of columns hold no outcome, and are drawn given all patients, imputed values too.
    Levels are drawn exactly; numbers by iterated sampling importance resampling, the present value
    among the proposals, which leaves their distribution as it is.

    Parameters
    ----------
    data : DataFrame
        Numbers of all patients, complete.
    absent : mapping of str to ndarray of int
        By column, the patients who lack it.
    plans : mapping of str to ColumnPlan
        Of every column with levels, and of every incomplete one.
    rng : numpy.random.Generator
        Where random numbers come from.
    """

    def __init__(
        self,
        data: pd.DataFrame,
        absent: Mapping[str, np.ndarray],
        plans: Mapping[str, ColumnPlan],
        rng: np.random.Generator,
    ) -> None:
        self.absent, self.plans, self.random = absent, plans, rng
        seen = {name: np.delete(data[name].to_numpy(), gone) for name, gone in absent.items()}
        self.logs = {
            name
            for name, values in seen.items()
            if plans[name].kind == "continuous" and _better_by_log(values)
        }
        self.data = data.assign(**{name: np.log(data[name]) for name in self.logs})
        self.limits = {
            name: np.quantile(np.log(values) if name in self.logs else values, [0.0, 1.0])
            for name, values in seen.items()
        }

    def numbers(self, name: str) -> np.ndarray:
        """A column of all patients, on its own scale.

        Parameters
        ----------
        name : str
            The column.

        Returns
        -------
        ndarray of float, shape (patient,)
            Its values.
        """
        values = self.data[name].to_numpy()
        return np.exp(values) if name in self.logs else values

    def update(self, name: str, log_likelihood: Likelihood) -> None:
        """Draw the coefficients of a column's model, then its missing values.

        Parameters
        ----------
        name : str
            The column.
        log_likelihood : callable
            Takes candidates, shape (patient who lacks it, candidate), on the column's own scale,
            and gives what each makes of the patient's follow-up.
        """
        matrix, gone = self._predictors(name), self.absent[name]
        draw = self._numbers if self.plans[name].kind == "continuous" else self._levels
        candidates, log_prior = draw(name, matrix)
        own_scale = np.exp(candidates) if name in self.logs else candidates
        log_weight = log_prior + np.nan_to_num(log_likelihood(own_scale), nan=-np.inf)
        chosen = np.argmax(log_weight + self.random.gumbel(size=log_weight.shape), axis=1)
        values = self.data[name].to_numpy(copy=True)
        values[gone] = candidates[np.arange(len(gone)), chosen]
        self.data[name] = values

    def _numbers(self, name: str, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The present values and proposals from a linear model, within the range that was seen."""
        values, gone = self.data[name].to_numpy(), self.absent[name]
        inverse = np.linalg.pinv(matrix.T @ matrix, hermitian=True)
        mean = inverse @ (matrix.T @ values)
        free = max(len(values) - np.linalg.matrix_rank(matrix), 1)
        spread = np.sqrt(np.sum((values - matrix @ mean) ** 2) / self.random.chisquare(free))
        drawn = self.random.multivariate_normal(mean, spread**2 * inverse, method="eigh")
        proposed = (matrix[gone] @ drawn)[:, None] + spread * self.random.standard_normal(
            (len(gone), _PROPOSALS)
        )
        candidates = np.column_stack([values[gone], proposed])
        low, high = self.limits[name]
        outside = (candidates < low) | (candidates > high)
        outside[:, 0] = False
        return np.where(outside, candidates[:, :1], candidates), np.where(outside, -np.inf, 0.0)

    def _levels(self, name: str, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Every level, with its log probability given the other columns."""
        level, gone = self.data[name].to_numpy().astype(int), self.absent[name]
        steps = int(level.max())
        ordered = self.plans[name].kind == "ordered"
        drawn = self._step_coefficients(matrix, level, steps, ordered)
        beyond = matrix[gone] @ drawn.T
        reached = np.cumsum(np.column_stack([np.zeros(len(gone)), log_expit(beyond)]), axis=1)
        stays = np.column_stack([log_expit(-beyond), np.zeros(len(gone))])
        candidates = np.tile(np.arange(steps + 1.0), (len(gone), 1))
        return candidates, reached + stays


def _better_by_log(values: np.ndarray) -> bool:
    """Whether positive values are less skewed by their logarithms."""
    if values.min() <= 0:
        return False
    return bool(abs(stats.skew(np.log(values))) < abs(stats.skew(values)))


@dataclass(frozen=True)
class Completion:
    """How numbers of a chain become covariates of patients.

    Parameters
    ----------
    subjects : ndarray of int, shape (patient,)
        Patients, in the order of the chain's rows.
    coding : mapping of str to sequence
        By column with levels, what its numbers mean.
    complete : callable
        Takes completed numbers and gives the completed cohort.
    """

    subjects: np.ndarray
    coding: Mapping[str, Sequence[object]]
    complete: Callable[[pd.DataFrame], Cohort]

    def values(self, name: str, numbers: np.ndarray, dtype: object) -> pd.Series:
        """Values of a column from its numbers, of the type that its column has."""
        if name not in self.coding:
            return pd.Series(numbers)
        levels = np.asarray(self.coding[name], dtype=object)
        return pd.Series(levels[numbers.astype(int)]).astype(dtype)  # pyright: ignore


def joint_imputations(
    model: ModelSpec,
    chains: Sequence[JointChain],
    completion: Completion,
    iterations: int,
    seed: np.random.SeedSequence,
) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """Alternate draws of the model's parameters and of missing values, a chain an imputation.

    Parameters
    ----------
    model : ModelSpec
        The model, its priors stated where they hang on the data.
    chains : sequence of JointChain
        One an imputation, begun somewhere.
    completion : Completion
        How their numbers become covariates.
    iterations : int
        Cycles.
    seed : SeedSequence
        Seed.

    Returns
    -------
    list of (DataFrame, DataFrame)
        Of each chain, the completed numbers, and columns ``iteration, column, mean``.
    """
    traces: list[list[dict[str, object]]] = [[] for _ in chains]
    for iteration in range(iterations):
        cohorts = [completion.complete(_numbers(chain)) for chain in chains]
        seeds = [int(one.generate_state(1)[0]) for one in seed.spawn(len(chains))]
        drawn = single_draws([(model, cohort) for cohort in cohorts], seeds)
        for chain, one, trace in zip(chains, drawn, traces, strict=True):
            for name, gone in chain.absent.items():
                chain.update(name, _likelihood(one, chain, name, completion))
                mean = float(chain.numbers(name)[gone].mean())
                trace.append({"iteration": iteration, "column": name, "mean": mean})
    return [
        (_numbers(chain), pd.DataFrame(trace)) for chain, trace in zip(chains, traces, strict=True)
    ]


def _numbers(chain: JointChain) -> pd.DataFrame:
    return pd.DataFrame({name: chain.numbers(str(name)) for name in chain.data})


def _likelihood(
    drawn: DrawnModel, chain: JointChain, name: str, completion: Completion
) -> Likelihood:
    """What candidates of a column make of the follow-up of those who lack it."""
    gone = chain.absent[name]
    if name not in drawn.spec.needed:
        return lambda candidates: np.zeros(candidates.shape)
    cohort = drawn.cohort
    place = pd.Series(np.arange(len(completion.subjects)), index=completion.subjects)
    patient = place.loc[cohort.subject].to_numpy()
    rows = np.flatnonzero(np.isin(patient, gone))
    patient = patient[rows]
    frame = cohort.covariates.iloc[rows].reset_index(drop=True)
    for other in chain.absent:  # those drawn since the parameters were
        if other in frame:
            now = chain.numbers(other)[patient]
            frame[other] = completion.values(other, now, frame[other].dtype)
    which = np.searchsorted(gone, patient)

    def of(candidates: np.ndarray) -> np.ndarray:
        count = candidates.shape[1]
        every = frame.iloc[np.tile(np.arange(len(rows)), count)].reset_index(drop=True)
        asked = candidates[which].T.ravel()
        every[name] = completion.values(name, asked, frame[name].dtype)
        found = drawn.log_likelihood(np.tile(rows, count), every).reshape(count, len(rows))
        return np.stack([np.bincount(which, one, minlength=len(gone)) for one in found], axis=1)

    return of
