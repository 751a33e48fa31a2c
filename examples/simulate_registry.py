"""Write a simulated cancer registry: months, an event and eight categorical covariates.

No patient is in it. Times are Weibull under proportional hazards, rounded up to months and
censored at a month between 1 and 120. It is written as Parquet files of a million rows each, made
one after another, so that little memory is used whatever the number of rows; each carries
``simulated = true`` in its metadata. Run it with ``uv run python examples/simulate_registry.py
--rows 10000000 --folder out/simulated_registry``.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from posthaz.effects import proportional
from posthaz.hazards import Weibull
from posthaz.simulate import simulate_times

# covariate: its levels, how frequent they are, log hazard ratio of each step up
COVARIATES = {
    "sex": (("female", "male"), (0.5, 0.5), 0.15),
    "age_group": (("below 50", "50-64", "65-74", "75 and above"), (0.15, 0.35, 0.3, 0.2), 0.25),
    "stage": (("I", "II", "III", "IV"), (0.4, 0.3, 0.2, 0.1), 0.5),
    "grade": (("1", "2", "3"), (0.3, 0.5, 0.2), 0.2),
    "receptor": (("negative", "positive"), (0.2, 0.8), -0.4),
    "surgery": (("no", "yes"), (0.15, 0.85), -0.6),
    "radiotherapy": (("no", "yes"), (0.4, 0.6), -0.25),
    "deprivation": (("low", "middle", "high"), (0.34, 0.33, 0.33), 0.1),
}
EFFECTS = tuple(effect for _, _, effect in COVARIATES.values())
SHAPE, SCALE = 0.9, 260.0
LAST_MONTH = 120
PIECE = 1_000_000


def simulated_rows(rows: int, effects: tuple[float, ...], seed: int, piece: int) -> pa.Table:
    """One piece of the registry, the same whatever the other pieces are."""
    random = np.random.default_rng([seed, piece])
    columns, predictor = {}, np.zeros(rows)
    for (name, (levels, shares, _)), effect in zip(COVARIATES.items(), effects, strict=True):
        codes = np.searchsorted(np.cumsum(shares)[:-1], random.uniform(size=rows)).astype(np.int8)
        columns[name] = pa.DictionaryArray.from_arrays(codes, list(levels))
        predictor += effect * codes
    values = {"log_scale": np.log(SCALE), "log_shape": np.log(SHAPE)}
    hazard = proportional(Weibull().hazard(values, np), predictor, np)
    month = np.ceil(simulate_times(hazard, np.zeros(rows), (rows,), random))
    censored = random.integers(1, LAST_MONTH + 1, rows)
    event = month <= censored
    follow_up = np.where(event, month, censored).astype(np.int16)
    table = pa.table({"months": follow_up, "event": event.astype(np.int8), **columns})
    return table.replace_schema_metadata(
        {
            "simulated": "true",
            "program": "examples/simulate_registry.py",
            "seed": str(seed),
            "log_hazard_ratios": json.dumps(dict(zip(COVARIATES, effects, strict=True))),
        }
    )


def main() -> None:
    """Write the registry."""
    options = argparse.ArgumentParser(description=__doc__, prog="simulate_registry.py")
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--folder", type=Path, default=Path("out/simulated_registry"))
    options.add_argument("--seed", type=int, default=1)
    options.add_argument(
        "--effects",
        type=float,
        nargs=len(COVARIATES),
        default=EFFECTS,
        metavar="LOG_HR",
        help=f"log hazard ratio of each step up in {', '.join(COVARIATES)}",
    )
    chosen = options.parse_args(sys.argv[1:])
    chosen.folder.mkdir(parents=True, exist_ok=True)
    pieces = [min(PIECE, chosen.rows - start) for start in range(0, chosen.rows, PIECE)]
    for at, rows in enumerate(pieces):
        table = simulated_rows(rows, tuple(chosen.effects), chosen.seed, at)
        pq.write_table(table, chosen.folder / f"simulated_registry_{at:04d}.parquet")
    print(f"{chosen.rows} simulated rows in {len(pieces)} files in {chosen.folder}")


if __name__ == "__main__":
    main()
