"""Freeze every number of ten reports at few draws, and compare with them later.

A change that moves code and not numbers freezes before and compares after, on one machine (the
last digits of a draw differ between processors, so no frozen number is kept in the repository)::

    uv run python -m tests.golden freeze /tmp/before
    uv run python -m tests.golden compare /tmp/before

They are the two end points of NVALT-11, one analysis of each kind (matching, screening, an
interaction, a life table, toxicity, competing causes, borrowing; tests in two oligometastatic
groups and two volumes), and interval-censored times of a simulated cohort. Names of analyses
behind the folder choose among them; the whole takes a quarter of an hour on one core.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

ANALYSES = (
    "nvalt11_pci_os",
    "nvalt11_pci_pfs",
    "su2016_dose_os_psm",
    "su2016_dose_by_gtv",
    "su2016_oligo_os",
    "su2016_lifetable_dose",
    "xue2026_ptv_pfs",
    "xue2026_toxicity",
    "cai2025_rtioc_vs_ioc_css",
    "xinqiao_borrowing_seer",
    "interval_censored",
)
FEW = ("--draws", "200", "--chains", "2", "--seed", "1", "--quiet")
MAY_FAIL = (0, 3)
LAST_DIGITS = 1e-4
"""Relative difference below which a number has changed in its last digits only."""
RENAMED: dict[str, str] = {}
"""Old column or file name to new one, where a name was mended on purpose."""

_INTERVALS = """
[cohort]
table = "visits.csv"
lower = "seen_well"
upper = "seen_ill"
unit = "months"

[cohort.columns.arm]
levels = ["a", "b"]

[treatment]
column = "arm"

[models.weibull]
baseline = "weibull"
formula = "arm"

[estimands]
survival_at = [6, 12]
"""


def simulated_visits(folder: Path) -> Path:
    """A simulated cohort seen at visits, and its analysis file."""
    random = np.random.default_rng(5)
    event, visit = random.exponential(10, 60), 3.0
    before = np.floor(event / visit) * visit
    ill = np.where(event < 18, before + visit, np.nan)
    table = pd.DataFrame({"seen_well": np.minimum(before, 18.0), "seen_ill": ill})
    table["arm"] = np.where(np.arange(60) % 2, "a", "b")
    table.to_csv(folder / "visits.csv", index=False)
    path = folder / "interval_censored.toml"
    path.write_text(_INTERVALS, encoding="utf-8")
    return path


def report(name: str, folder: Path) -> None:
    """Write the report of an analysis at few draws, and keep its CSV files."""
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        asked = simulated_visits(work) if name == "interval_censored" else name
        command = [sys.executable, "-m", "posthaz", "report", str(asked), "--out", str(work / "o")]
        done = subprocess.run([*command, *FEW], check=False, capture_output=True, text=True)
        if done.returncode not in MAY_FAIL:
            raise SystemExit(f"{name}: ended with {done.returncode}\n{done.stderr}")
        folder.mkdir(parents=True, exist_ok=True)
        for path in (work / "o").glob("*.csv"):
            shutil.copy(path, folder / path.name)


def differences(before: Path, after: Path) -> list[str]:
    """Files, columns and cells of one report that are not as they were."""
    found = []
    for path in sorted(before.glob("*.csv")):
        name = RENAMED.get(path.name, path.name)
        if not (after / name).is_file():
            found.append(f"{name}: not written")
            continue
        old, new = (pd.read_csv(one, dtype=str).fillna("") for one in (path, after / name))
        old = old.rename(columns=RENAMED)
        missing = [column for column in old.columns if column not in new.columns]
        found += [f"{name}: no column {column}" for column in missing]
        if len(old) != len(new):
            found.append(f"{name}: {len(old)} rows, now {len(new)}")
            continue
        for column in old.columns.intersection(new.columns):
            found += [f"{name}: {column}, {said}" for said in _changes(old[column], new[column])]
    return found


def _changes(old: pd.Series, new: pd.Series) -> list[str]:
    """What is not as it was in one column; digits that a machine may round are told apart."""
    changed = (old != new).to_numpy()
    before, after = (pd.to_numeric(one, errors="coerce").to_numpy(float) for one in (old, new))
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.abs(after - before) / np.maximum(np.abs(before), np.abs(after))
    last = changed & (apart < LAST_DIGITS)
    said = []
    if last.any():
        said.append(f"{int(last.sum())} cells in the last digits, at most {apart[last].max():.1e}")
    if (changed & ~last).any():
        row = int((changed & ~last).argmax())
        number = int((changed & ~last).sum())
        said.append(f"{number} cells, row {row}: {old[row]} -> {new[row]}")
    return said


def main() -> None:
    """Freeze or compare."""
    if len(sys.argv) < 3 or sys.argv[1] not in ("freeze", "compare"):
        raise SystemExit(__doc__)
    folder, chosen = Path(sys.argv[2]), sys.argv[3:] or ANALYSES
    failed = False
    for name in chosen:
        if sys.argv[1] == "freeze":
            report(name, folder / name)
            print(f"{name}: {len(list((folder / name).glob('*.csv')))} files frozen", flush=True)
            continue
        with tempfile.TemporaryDirectory() as temporary:
            report(name, Path(temporary))
            found = differences(folder / name, Path(temporary))
        failed = failed or bool(found)
        print(f"{name}: {'as it was' if not found else f'{len(found)} differences'}", flush=True)
        for text in found:
            print(f"  {text}", flush=True)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
