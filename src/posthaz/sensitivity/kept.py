"""Cells that are kept on disk as they are done, so that a run that was stopped goes on."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort
from posthaz.errors import PosthazError, exceptions
from posthaz.files import write_bytes
from posthaz.sensitivity.variants import Variant
from posthaz.spec import EstimandSpec, Sampling

Answers = list[pd.DataFrame | PosthazError]
_ARRAYS = ("entry", "lower", "upper", "cause", "subject", "cluster", "weight")


@dataclass(frozen=True)
class KeptCells:
    """A folder with a file a cell.

    Parameters
    ----------
    folder : Path
        The folder; it is made when the first cell is done.
    fingerprint : str
        Hash of the data, of the settings and of the versions, the same for all cells.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     cells = KeptCells(Path(place), "0")
    ...     cells.keep("k", [pd.DataFrame({"mean": [0.1]})])
    ...     cells.found("k")[0]["mean"].tolist()
    [0.1]
    """

    folder: Path
    fingerprint: str

    def key(self, cell: Sequence[Variant]) -> str:
        """Name of a cell's file: the hash of everything that its numbers depend on."""
        stated = [(one.label, _written(one.spec), repr(one.patients), one.primary) for one in cell]
        return hashlib.sha256(f"{self.fingerprint}{stated!r}".encode()).hexdigest()[:32]

    def found(self, key: str) -> Answers | None:
        """The answers of a cell; None where there is no file, or not as it was written."""
        try:
            seal, _, body = self._path(key).read_bytes().partition(b"\n")
            if seal.decode() != hashlib.sha256(body).hexdigest():
                return None
            return [_read(one) for one in json.loads(body)]
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, key: str, answers: Answers) -> None:
        """Write the answers of a cell, whole or not at all."""
        body = json.dumps([_plain(one) for one in answers]).encode()
        self.folder.mkdir(parents=True, exist_ok=True)
        seal = hashlib.sha256(body).hexdigest().encode()
        write_bytes(self._path(key), seal + b"\n" + body)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"


@dataclass(frozen=True)
class Keeping:
    """A function of a cell that keeps what it gives, where it is done.

    Parameters
    ----------
    function : callable
        Takes the cell's variants and gives their answers.
    cells : KeptCells
        Where they are kept.
    """

    function: Callable[[Sequence[Variant]], Answers]
    cells: KeptCells

    def __call__(self, cell: Sequence[Variant]) -> Answers:
        """The answers, kept before they are given."""
        answers = self.function(cell)
        self.cells.keep(self.cells.key(cell), answers)
        return answers


def kept_cells(
    folder: Path,
    cohort: Cohort,
    sampling: Sampling,
    asked: EstimandSpec,
    whole: Cohort | None = None,
) -> KeptCells:
    """The cells of a sensitivity analysis in a folder.

    Parameters
    ----------
    folder : Path
        The folder.
    cohort : Cohort
        Whom the variants are fitted to.
    sampling : Sampling
        How they are sampled.
    asked : EstimandSpec
        What is asked of them.
    whole : Cohort, optional
        All patients, where the variants don't share all.

    Returns
    -------
    KeptCells
        Cells of other data, settings or versions have other names there.
    """
    # imported here, so that variants are listed without PyMC
    from posthaz.inference.provenance import installed_versions

    digest = hashlib.sha256()
    _add(digest, cohort)
    if whole is not None and len(whole) != len(cohort):
        _add(digest, whole)
    others = (cohort.treatment, cohort.unit, cohort.origin, cohort.resolution, cohort.recurrent)
    settings = (others, repr(sampling), repr(asked), sorted(dict(installed_versions()).items()))
    digest.update(repr(settings).encode())
    return KeptCells(folder, digest.hexdigest())


def _add(digest: Any, cohort: Cohort) -> None:
    for name in _ARRAYS:
        array = getattr(cohort, name)
        digest.update(b"none" if array is None else np.ascontiguousarray(array).tobytes())
    for name, column in cohort.covariates.items():
        digest.update(f"{name} {column.dtype!r}".encode())
        digest.update(json.dumps([str(value) for value in column]).encode())


def _written(spec: Any) -> str:
    """A model as text, its priors in the order of their names."""
    parts = {one.name: getattr(spec, one.name) for one in fields(spec)}
    priors: Mapping[str, Any] = parts.pop("priors")
    return repr((parts, sorted((key, repr(prior)) for key, prior in priors.items())))


def _plain(answer: pd.DataFrame | PosthazError) -> dict[str, Any]:
    if isinstance(answer, PosthazError):
        return {"error": type(answer).__name__, "reason": str(answer)}
    # Python writes a number with as many digits as give the same number back
    return {"columns": {str(name): column.tolist() for name, column in answer.items()}}


def _read(plain: Mapping[str, Any]) -> pd.DataFrame | PosthazError:
    if "error" in plain:
        return getattr(exceptions, plain["error"], PosthazError)(plain["reason"])
    return pd.DataFrame(plain["columns"])
