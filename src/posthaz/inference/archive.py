"""A fit as a NetCDF file that ArviZ opens and that reads back to an equal fit."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.cohort.argument import checks_arguments
from posthaz.design import formula_groups
from posthaz.errors import PosthazError, plain_line
from posthaz.files import file_bytes, write_bytes
from posthaz.inference.fit import Fit
from posthaz.inference.provenance import Provenance
from posthaz.priors import Prior
from posthaz.spec import ChosenPriors, learn_model_design, model_from_dict, model_to_dict

_FRAME = "design_frame"
_WEIGHT = "design_weight"
_ATTRIBUTE = "posthaz"
_LONGEST_REASON = 200
_PLAIN = re.compile(r"[A-Za-z]\w*", re.ASCII)
_MARK = b"\nposthaz sha256 "
_LENGTH = len(_MARK) + 64


_OF_PATIENTS = (
    *("log_likelihood", "posterior_predictive", "observed_data", "constant_data", "coordinates"),
)


@checks_arguments
def write_fit(fit: Fit, path: Path, *, rows: bool = True) -> Path:
    """Write a fit as NetCDF, whole or not at all.

    Parameters
    ----------
    fit : Fit
        The fit.
    path : Path
        Target; ``arviz.from_netcdf`` opens it.
    rows : bool
        Whether it holds the rows of patients. Without them it is a file of draws, which `load_fit`
        can't read back to a fit. Cuts of the baseline are written: state them, since those that
        are chosen are times of events.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    PosthazError
        Without rows, for a fit with frailties, whose file would name every cluster, or with knots,
        the last of which is the last event.
    """
    tree = fit.draws.copy()
    if rows:
        tree[_FRAME] = xr.DataTree(_frame_to_dataset(fit.design.frame))
        tree[_WEIGHT] = xr.DataTree(xr.Dataset({"weight": ("row", fit.design.weight)}))
    else:
        _refuse_named(fit)
        for name in set(_OF_PATIENTS) & set(tree.children):
            del tree[name]
    tree.attrs[_ATTRIBUTE] = json.dumps(
        {
            "spec": model_to_dict(fit.spec),
            "centring": fit.design.centring,
            "priors": _priors_to_dict(fit.priors),
            "unit": fit.unit,
            "treatment": fit.treatment,
            "origin": fit.origin,
            "recurrent": fit.recurrent,
            "changing": fit.changing,
            "provenance": asdict(fit.provenance),
        }
    )
    # in memory first: the HDF5 library takes the process down when a disk is full
    content = BytesIO()
    # not compressed: digits of draws are chance, of which a tenth of a second saves a twentieth
    tree.to_netcdf(content, engine="h5netcdf")
    return write_bytes(Path(path), sealed(content.getvalue()))


def _refuse_named(fit: Fit) -> None:
    """Refuse a fit whose draws or baseline tell of single patients or clusters."""
    what, fix, whose = "", "", f"model '{fit.spec.name}' can't be written without rows"
    if groups := formula_groups(fit.spec.formula):
        what = f"its draws would name every {groups[0]}"
        fix = f"fit without (1 | {groups[0]}), or write it with its rows, to stay in the house"
    elif any(hasattr(one, "knots") for one in (fit.spec.baseline, *fit.spec.changing)):
        what, fix = "its last knot is the time of the last event", "take a baseline without knots"
    if what:
        raise PosthazError(f"{whose}: {what}", fix=fix)


def load_fit(path: Path) -> Fit:
    """Read a fit that `write_fit` wrote.

    Parameters
    ----------
    path : Path
        A NetCDF file.

    Returns
    -------
    Fit
        Equal to the fit written.

    Raises
    ------
    PosthazError
        When the file is not a fit of posthaz, or is damaged.
    """
    try:
        content = unsealed(file_bytes(path))
    except OSError as error:
        raise _no_fit(path, error.strerror or str(error)) from error
    if content is None:
        what = "it is damaged: its content is not what was written"
        raise _no_fit(path, what)
    try:
        return _read(content)
    except Exception as error:  # what a damaged HDF5 file raises can be anything
        raise _no_fit(path, f"{type(error).__name__}: {error}") from error


def _no_fit(path: str | Path, why: str) -> PosthazError:
    reason = plain_line(why)[:_LONGEST_REASON]
    return PosthazError(
        f"{path} is not a fit of posthaz that can be read ({reason})",
        fix=("name a file from the posterior/ folder of a report; fit again where it is damaged"),
    )


def _read(content: bytes) -> Fit:
    with xr.open_datatree(BytesIO(content), engine="h5netcdf") as opened:
        tree = opened.load()
    about = json.loads(tree.attrs[_ATTRIBUTE])
    if _FRAME not in tree.children:
        raise ValueError("it was written without the rows of patients, to be shared")
    spec = model_from_dict(about["spec"])
    frame = _dataset_to_frame(tree[_FRAME].to_dataset())
    # a file from before there was a weight: every row is a patient
    weight = tree[_WEIGHT]["weight"].to_numpy() if _WEIGHT in tree.children else None
    own = (_FRAME, _WEIGHT)
    draws = xr.DataTree.from_dict(
        {f"/{name}": node.to_dataset() for name, node in tree.children.items() if name not in own}
    )
    if "posterior" not in draws.children:
        raise KeyError("posterior")
    provenance = about["provenance"]
    provenance["versions"] = tuple(tuple(pair) for pair in provenance["versions"])
    draws.attrs.update({k: v for k, v in tree.attrs.items() if k != _ATTRIBUTE})
    return Fit(
        spec=spec,
        design=learn_model_design(spec, frame, weight, about["centring"]),
        priors=_priors_from_dict(about["priors"]),
        draws=draws,
        unit=about["unit"],
        treatment=about["treatment"],
        provenance=Provenance(**provenance),
        changing=tuple(about.get("changing", ())),
        origin=about.get("origin", 0.0),
        recurrent=about.get("recurrent", False),
    )


def _frame_to_dataset(frame: pd.DataFrame) -> xr.Dataset:
    """Covariates by row; factors as codes with their levels as an attribute."""
    variables: dict[str, xr.Variable] = {}
    names = variable_names([str(name) for name in frame.columns])
    for name, (_, column) in zip(names, frame.items(), strict=True):
        if isinstance(column.dtype, pd.CategoricalDtype):
            levels = json.dumps([str(level) for level in column.cat.categories])
            variables[name] = xr.Variable("row", column.cat.codes.to_numpy(), {"levels": levels})
        else:
            variables[name] = xr.Variable("row", column.to_numpy())
    rows = xr.Variable("row", np.arange(len(frame)))
    attributes = {"columns": json.dumps(list(frame.columns)), "variables": json.dumps(names)}
    return xr.Dataset(variables, {"row": rows}, attributes)


def variable_names(columns: Sequence[str]) -> list[str]:
    """Names that NetCDF takes: a column's own, else its place among the columns.

    Examples
    --------
    >>> variable_names(["age", "dose/fraction", "row"])
    ['age', 'column_1', 'column_2']
    """
    taken = {"row", *(f"column_{place}" for place in range(len(columns)))}
    return [
        name if _PLAIN.fullmatch(name) and name not in taken else f"column_{place}"
        for place, name in enumerate(columns)
    ]


def _dataset_to_frame(dataset: xr.Dataset) -> pd.DataFrame:
    columns: dict[str, Any] = {}
    names = json.loads(dataset.attrs["columns"])
    stored = json.loads(dataset.attrs.get("variables", dataset.attrs["columns"]))
    for name, variable in zip(names, (dataset[one] for one in stored), strict=True):
        if "levels" in variable.attrs:
            levels = json.loads(variable.attrs["levels"])
            codes = variable.to_numpy()
            columns[name] = pd.Categorical.from_codes(codes, categories=levels, ordered=True)
        else:
            columns[name] = variable.to_numpy()
    return pd.DataFrame(columns, index=pd.RangeIndex(dataset.sizes["row"]))


def _priors_to_dict(priors: ChosenPriors) -> dict[str, Any]:
    return {
        "baseline": {name: asdict(prior) for name, prior in priors.baseline.items()},
        "coefficients": [asdict(prior) for prior in priors.coefficients],
        "scales": {name: asdict(prior) for name, prior in priors.scales.items()},
        "cure": [asdict(prior) for prior in priors.cure],
    }


def _priors_from_dict(table: Mapping[str, Any]) -> ChosenPriors:
    def prior(entry: Mapping[str, Any]) -> Prior:
        return Prior(entry["family"], tuple(entry["values"]), entry["origin"])

    return ChosenPriors(
        baseline={name: prior(entry) for name, entry in table["baseline"].items()},
        coefficients=tuple(prior(entry) for entry in table["coefficients"]),
        scales={name: prior(entry) for name, entry in table["scales"].items()},
        cure=tuple(prior(entry) for entry in table.get("cure", ())),
    )


def sealed(content: bytes) -> bytes:
    """Content with its hash behind it, where HDF5 doesn't look.

    Parameters
    ----------
    content : bytes
        An HDF5 file.

    Returns
    -------
    bytes
        The file that is written.

    Examples
    --------
    >>> unsealed(sealed(b"draws")), unsealed(sealed(b"draws").replace(b"w", b"v"))
    (b'draws', None)
    """
    return content + _MARK + hashlib.sha256(content).hexdigest().encode()


def unsealed(content: bytes) -> bytes | None:
    """Content without the hash; `None` when it isn't the content that was hashed.

    Parameters
    ----------
    content : bytes
        A file, perhaps of another program, which has no hash.

    Returns
    -------
    bytes or None
        The HDF5 file.
    """
    body, end = content[:-_LENGTH], content[-_LENGTH:]
    if not end.startswith(_MARK):
        return content
    return body if hashlib.sha256(body).hexdigest().encode() == end[len(_MARK) :] else None
