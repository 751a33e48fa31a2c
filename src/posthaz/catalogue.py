"""The catalogue: analyses that come with posthaz."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from posthaz.errors import SpecError, nearest

_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class CatalogueEntry:
    """One analysis of the catalogue.

    Parameters
    ----------
    name : str
        Name to give in place of a path.
    title : str
        Its title.
    path : Path
        Its file.
    """

    name: str
    title: str
    path: Path


def catalogue(*, models_folder: Path | None = None) -> tuple[CatalogueEntry, ...]:
    """Analyses that come with posthaz, by name.

    Parameters
    ----------
    models_folder : Path, optional
        Folder of analysis files; posthaz's own without it.

    Returns
    -------
    tuple of CatalogueEntry
        One entry a file. A file that is not TOML is listed, with a title that says so.

    Examples
    --------
    >>> [entry.name for entry in catalogue() if "xue2026_ptv" in entry.name]
    ['xue2026_ptv_curve', 'xue2026_ptv_os', 'xue2026_ptv_pfs']
    """
    folder = models_folder if models_folder is not None else _models_folder()
    return tuple(
        CatalogueEntry(path.stem, _title(path), path) for path in sorted(folder.glob("*.toml"))
    )


def find_analysis(name: str, *, models_folder: Path | None = None) -> CatalogueEntry:
    """The catalogue's analysis called `name`.

    Parameters
    ----------
    name : str
        Name of an analysis.
    models_folder : Path, optional
        Folder of analysis files; posthaz's own without it.

    Returns
    -------
    CatalogueEntry
        The analysis.

    Raises
    ------
    SpecError
        When there is none; the nearest known name is given.

    Examples
    --------
    >>> find_analysis("nvalt11_pci_os").path.name
    'nvalt11_pci_os.toml'
    """
    entries = {entry.name: entry for entry in catalogue(models_folder=models_folder)}
    if name not in entries:
        raise SpecError(
            f"there is no analysis '{name}' ({nearest(name, list(entries))})",
            fix="give a name listed by 'posthaz models', or the path of an analysis file",
        )
    return entries[name]


def evidence_files() -> dict[str, Path]:
    """Files of printed hazard ratios that come with posthaz, by name.

    Returns
    -------
    dict of str to Path
        They are no analyses, so `catalogue` doesn't list them.

    Examples
    --------
    >>> "su2016_table3" in evidence_files()
    True
    """
    return {path.stem: path for path in sorted((_models_folder() / "evidence").glob("*.toml"))}


def named_root(path: Path, allow_outside: bool = False) -> Path | None:
    """Folder below which the files must lie that an analysis file names.

    Parameters
    ----------
    path : Path
        The analysis file.
    allow_outside : bool
        Whether they may lie anywhere.

    Returns
    -------
    Path or None
        Its own folder; for an analysis that comes with posthaz, what posthaz was installed
        with, which holds the data too; None for anywhere.
    """
    if allow_outside:
        return None
    own = _models_folder().resolve()
    folder = path.resolve().parent
    return own.parent if folder == own else path.parent


def _models_folder() -> Path:
    """``_models`` inside an installed package, or ``models`` of the repository."""
    packaged = _PACKAGE / "_models"
    return packaged if packaged.is_dir() else _PACKAGE.parents[1] / "models"


def _title(path: Path) -> str:
    try:
        about = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("analysis", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError):
        return f"(can't be read: run 'posthaz check {path.stem}')"
    return str(about.get("title", "")) if isinstance(about, dict) else ""
