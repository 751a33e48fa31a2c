"""One chain of imputations: numbers by predictive mean matching, factors by logistic draws."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from warnings import catch_warnings, filterwarnings

import numpy as np
import pandas as pd
from scipy.special import expit
from statsmodels.imputation.mice import MICEData

from posthaz.adjust.logistic import logistic_fit

_DONORS = 5
_PRIOR_SD = 2.5


@dataclass(frozen=True)
class ColumnPlan:
    """How one column is imputed.

    Parameters
    ----------
    kind : {"continuous", "binary", "ordered", "unordered"}
        By which model; complete factors that only predict have one too.
    shift : float
        What is added to imputed numbers, or to the log odds of each higher level.
    """

    kind: str
    shift: float = 0.0


class CovariateModels:
    """Models of one column by all others, whose coefficients are drawn.

    `data` holds a number for every patient and column, `plans` how columns with levels are coded,
    `random` where random numbers come from.
    """

    data: pd.DataFrame
    plans: Mapping[str, ColumnPlan]
    random: np.random.Generator

    def _step_coefficients(
        self, matrix: np.ndarray, level: np.ndarray, steps: int, shared: bool
    ) -> np.ndarray:
        """Coefficients of "beyond this level, of those who reach it", a row a step, drawn once."""
        if not shared:
            return np.stack(
                [
                    self._drawn(matrix[level >= step], level[level >= step] > step, 1)
                    for step in range(steps)
                ]
            )
        rows, outcome = [], []
        for step in range(steps):
            reach = level >= step
            intercepts = np.zeros((int(reach.sum()), steps))
            intercepts[:, step] = 1.0
            rows.append(np.hstack([intercepts, matrix[reach, 1:]]))
            outcome.append(level[reach] > step)
        both = self._drawn(np.vstack(rows), np.concatenate(outcome), steps)
        return np.stack([np.append(both[step], both[steps:]) for step in range(steps)])

    def _drawn(self, matrix: np.ndarray, outcome: np.ndarray, intercepts: int) -> np.ndarray:
        precision = np.full(matrix.shape[1], _PRIOR_SD**-2)
        precision[:intercepts] = (4.0 * _PRIOR_SD) ** -2
        fitted = logistic_fit(matrix, outcome, np.ones(len(matrix)), precision=precision)
        return self.random.multivariate_normal(
            fitted.coefficients, fitted.covariance, method="eigh"
        )

    def _predictors(self, name: str) -> np.ndarray:
        """Every other column, standardised, indicators for unordered levels, ones first."""
        columns = [np.ones(len(self.data))]
        for other in self.data.columns:
            if other == name:
                continue
            values = self.data[other].to_numpy()
            plan = self.plans.get(other)
            parts = (
                [(values == one).astype(float) for one in np.unique(values)[1:]]
                if plan and plan.kind == "unordered"
                else [values]
            )
            columns += [(part - part.mean()) / (part.std() or 1.0) for part in parts]
        return np.column_stack(columns)


class Chain(CovariateModels, MICEData):
    """Chained equations of statsmodels, in which factors are drawn from logistic regressions.

    statsmodels goes through the columns, and fits and draws the coefficients of numbers, whose
    values are then those of donors of like predicted mean. A factor is a sequence of yes or no
    questions, "beyond this level, of those who reach it?", each a logistic regression with
    normal(0, 2.5) priors on standardised predictors, so that perfectly predicted levels stay
    finite; the slopes of an ordered factor are the same at each.

    Parameters
    ----------
    data : DataFrame
        Numbers only, factors by the number of their level; columns named as Python names.
    plans : mapping of str to ColumnPlan
        Of every column with levels, and of every incomplete one.
    rng : numpy.random.Generator
        Where random numbers come from.
    """

    def __init__(
        self, data: pd.DataFrame, plans: Mapping[str, ColumnPlan], rng: np.random.Generator
    ) -> None:
        self.plans = plans
        super().__init__(data, k_pmm=_DONORS, rng=rng)
        self.random = rng

    def get_fitting_data(self, vname: str) -> tuple[Any, ...]:
        """Values and predictors of those who have a value; no formula is read.

        Parameters
        ----------
        vname : str
            The column.

        Returns
        -------
        tuple
            As statsmodels wants it: values, predictors and two sets of options.
        """
        seen = self.ix_obs[vname]
        return self.data[vname].to_numpy()[seen], self._predictors(vname)[seen], {}, {}

    def get_split_data(self, vname: str) -> tuple[Any, ...]:
        """The same, with the predictors of those who lack a value.

        Parameters
        ----------
        vname : str
            The column.

        Returns
        -------
        tuple
            As statsmodels wants it.
        """
        matrix, seen = self._predictors(vname), self.ix_obs[vname]
        values = self.data[vname].to_numpy()[seen]
        return values, matrix[seen], matrix[self.ix_miss[vname]], {}, {}

    def update(self, vname: str) -> None:
        """Draw the parameters of one column's model, then its missing values.

        Parameters
        ----------
        vname : str
            The column.
        """
        plan = self.plans[vname]
        if plan.kind != "continuous":
            self._store_changes(vname, self._draw_levels(vname, plan))
            return
        with catch_warnings():
            # a level that nobody with a value has: the generalised inverse takes it for no matter
            filterwarnings("ignore", ".*rank-deficient")
            super().update(vname)
        if plan.shift:
            now = self.data[vname].to_numpy()[self.ix_miss[vname]]
            self._store_changes(vname, now + plan.shift)

    def impute_pmm(self, vname: str) -> None:
        """Give each patient who lacks a number that of one of five donors.

        Donors are those whose mean, predicted by the estimated coefficients, is nearest to the
        patient's own, predicted by drawn ones (type 1 matching of van Buuren 2018, section
        3.4.2). statsmodels predicts both by the drawn ones, which leaves out the uncertainty of
        the coefficients: with one predictor the donors would always be the same.

        Parameters
        ----------
        vname : str
            The column.
        """
        values, seen, lacking, *_ = self.get_split_data(vname)
        predicted = seen @ np.asarray(self.results[vname].params)
        wanted = lacking @ np.asarray(self.params[vname])
        order = np.argsort(predicted, kind="stable")
        donors = min(_DONORS, len(order))
        middle = np.searchsorted(predicted[order], wanted)
        window = middle[:, None] + np.arange(-donors, donors)
        inside = (window >= 0) & (window < len(order))
        window = np.clip(window, 0, len(order) - 1)
        apart = np.abs(wanted[:, None] - predicted[order][window])
        nearest = np.argsort(np.where(inside, apart, np.inf), axis=1)[:, :donors]
        taken = nearest[np.arange(len(wanted)), self.random.integers(0, donors, len(wanted))]
        chosen = order[window[np.arange(len(wanted)), taken]]
        self._store_changes(vname, values[chosen])

    def _draw_levels(self, name: str, plan: ColumnPlan) -> np.ndarray:
        """Levels of those who lack one, drawn from the model of those who have one."""
        matrix = self._predictors(name)
        seen, lacking = self.ix_obs[name], self.ix_miss[name]
        level = self.data[name].to_numpy()[seen].astype(int)
        steps = int(level.max())
        drawn = self._step_coefficients(matrix[seen], level, steps, plan.kind == "ordered")
        reached = np.zeros(len(lacking), dtype=int)
        for step in range(steps):
            chance = expit(matrix[lacking] @ drawn[step] + plan.shift)
            beyond = self.random.random(len(lacking)) < chance
            reached = np.where((reached == step) & beyond, step + 1, reached)
        return reached.astype(float)
