"""Clinically named steps: the coefficient combination for 'per 10 Gy' or 'per doubling of GTV'."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.cohort import Column
from posthaz.design.design import Design
from posthaz.design.reference import reference_row


@dataclass(frozen=True)
class Step:
    """A named change of one covariate and what it adds to the linear predictor.

    Parameters
    ----------
    label : str
        Such as ``"dose_gy, per 10 Gy"``.
    weights : tuple of float
        One for each design column; their sum with the coefficients is the log hazard ratio.
    """

    label: str
    weights: tuple[float, ...]


def named_steps(design: Design, columns: Mapping[str, Column]) -> tuple[Step, ...]:
    """Steps named in the analysis whose effect is the same wherever the covariate stands.

    Parameters
    ----------
    design : Design
        A learned design.
    columns : mapping of str to Column
        Meaning of the covariates, with their steps.

    Returns
    -------
    tuple of Step
        One for each numeric covariate with a step on which the linear predictor is linear
        (or log-linear, for a doubling); others have no single ratio and are left out.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.design import learn_design
    >>> design = learn_design(pd.DataFrame({"dose": [50.0, 60.0, 70.0]}), "dose")
    >>> named_steps(design, {"dose": Column("dose", unit="Gy", step=10)})
    (Step(label='dose, per 10 Gy', weights=(10.0,)),)
    """
    steps = []
    for name in design.variables:
        column = columns.get(name)
        numeric = not isinstance(design.frame[name].dtype, pd.CategoricalDtype)
        if column is None or column.step is None or not numeric:
            continue
        weights = _constant_change(design, name, column.step)
        if weights is not None:
            steps.append(Step(f"{name}, {_wording(column)}", tuple(weights.tolist())))
    return tuple(steps)


def _wording(column: Column) -> str:
    if column.step == "doubling":
        return "per doubling"
    return f"per {float(column.step or 1):g} {column.unit}".rstrip()


def _constant_change(design: Design, name: str, step: float | str) -> np.ndarray | None:
    changes = []
    for start in np.quantile(design.frame[name], (0.25, 0.5, 0.75)):
        end = 2.0 * start if step == "doubling" else start + float(step)
        before = design.matrix(reference_row(design.frame, {name: float(start)}))[0]
        after = design.matrix(reference_row(design.frame, {name: float(end)}))[0]
        changes.append(after - before)
    if not np.allclose(changes, changes[0], rtol=1e-6, atol=1e-9) or not np.any(changes[0]):
        return None
    return changes[0]
