"""Freeze every number of ten reports at few draws, and compare with them later.

A change that moves code and not numbers freezes before and compares after, on one machine (the
last digits of a draw differ between processors, so no frozen number is kept in the repository)::

    uv run python -m tests.golden freeze /tmp/before
    uv run python -m tests.golden compare /tmp/before

Quarter of an hour on one core; names of analyses behind the folder choose among them.
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
            changed = old[column] != new[column]
            if changed.any():
                row = int(changed.to_numpy().argmax())
                pair = f"{old[column][row]} -> {new[column][row]}"
                found.append(f"{name}: {column}, {int(changed.sum())} cells, row {row}: {pair}")
    return found


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
