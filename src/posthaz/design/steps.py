"""Useful steps: the coefficient combination for 'per 10 Gy' or 'per doubling of GTV'."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.cohort import Column, number_text
from posthaz.design.design import Design
from posthaz.design.formula import formula_terms, formula_variables, written_terms
from posthaz.design.reference import reference_row

_SMALL_UNIT = 20.0


@dataclass(frozen=True)
class Step:
    """A change of one covariate and what it adds to the linear predictor.

    Parameters
    ----------
    label : str
        Such as ``"dose_gy, per 10 Gy"``.
    weights : tuple of float
        One for each design column; their sum with the coefficients is the log hazard ratio.
    chosen : bool
        Whether the step was chosen from the patients' values, where the analysis names none.
    """

    label: str
    weights: tuple[float, ...]
    chosen: bool = False


def named_steps(design: Design, columns: Mapping[str, Column] | None = None) -> tuple[Step, ...]:
    """Steps whose effect is the same wherever the covariate stands.

    Parameters
    ----------
    design : Design
        A learned design.
    columns : mapping of str to Column, optional
        Meaning of the covariates, with their steps.

    Returns
    -------
    tuple of Step
        One for each numeric covariate with a step on which the linear predictor is linear
        (or log-linear, for a doubling); others have no single ratio and are left out. Where no
        step is named, or the named one has no single ratio (a doubling of a covariate that enters
        as it is), it is a doubling for a covariate that enters by its logarithm, and a round
        number near the quartile range for one whose unit is less than a twentieth of that range:
        a ratio per unit would be 1.00 whatever the effect.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.design import learn_design
    >>> design = learn_design(pd.DataFrame({"dose": [50.0, 60.0, 70.0]}), "dose")
    >>> named_steps(design, {"dose": Column("dose", unit="Gy", step=10)})
    (Step(label='dose, per 10 Gy', weights=(10.0,), chosen=False),)
    >>> design = learn_design(pd.DataFrame({"dose": [5000.0, 6000.0, 7000.0]}), "dose")
    >>> named_steps(design, {"dose": Column("dose", unit="cGy")})
    (Step(label='dose, per 1,000 cGy', weights=(1000.0,), chosen=True),)
    """
    known, steps = columns or {}, []
    for name in design.variables:
        if isinstance(design.frame[name].dtype, pd.CategoricalDtype):
            continue
        column = known.get(name, Column(name))
        stated = None if column.step is None else _stated(design, name, column.step)
        found = stated or _chosen(design, name)
        if found is not None:
            chosen = stated is None
            step, weights = found
            label = f"{name}, {_wording(step, column.unit)}"
            steps.append(Step(label, tuple(weights.tolist()), chosen))
    return tuple(steps)


def useful_step(values: pd.Series) -> float:
    """A round step near the quartile range, or 1 where the unit is of use by itself.

    Parameters
    ----------
    values : Series
        Values of a numeric covariate, one a patient.

    Returns
    -------
    float
        The largest of 1, 2 and 5 times a power of ten that is at most the quartile range, where
        that range holds twenty units or more.

    Examples
    --------
    >>> useful_step(pd.Series([100.0, 180.0, 250.0, 400.0]))
    100.0
    >>> useful_step(pd.Series([55.0, 60.0, 70.0]))
    1.0
    """
    low, high = np.nanquantile(values.to_numpy(dtype=float), (0.25, 0.75))
    if not high - low >= _SMALL_UNIT:
        return 1.0
    power = 10.0 ** np.floor(np.log10(high - low))
    return float(max(k * power for k in (1, 2, 5) if k * power <= (high - low) * (1 + 1e-9)))


def _stated(design: Design, name: str, step: float | str) -> tuple[float | str, np.ndarray] | None:
    weights = _constant_change(design, name, step)
    return None if weights is None else (step, weights)


def _chosen(design: Design, name: str) -> tuple[float | str, np.ndarray] | None:
    """The step of a covariate whose analysis names none, where its unit says little."""
    # terms of a design have lost the backquotes of names that are not one word
    written = dict(zip(formula_terms(design.formula), written_terms(design.formula), strict=True))
    terms = [t for t in design.terms if name in formula_variables(written.get(t, t))]
    if len(terms) != 1:
        return None
    if terms[0].startswith("log"):
        return _stated(design, name, "doubling")
    step = useful_step(design.frame[name]) if terms[0] == name else 1.0
    return None if step == 1.0 else _stated(design, name, step)


def _wording(step: float | str, unit: str) -> str:
    if step == "doubling":
        return "per doubling"
    size = float(step)
    return f"per {number_text(size)} {unit}".rstrip()


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
