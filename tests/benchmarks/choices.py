"""Every combination of choices on NVALT-11: processor seconds by engine, and both engines compared.

``python -m tests.benchmarks.choices fit FOLDER`` fits what FOLDER lacks, as often as it is called;
``... compare FOLDER`` fits 100 random cells by chains and by weights, with so many draws that a
tail's Monte Carlo error is a quarter of what is allowed; ``... tell FOLDER`` says what was found.
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

import posthaz as ph
from posthaz.errors import PosthazError
from posthaz.run import read_inputs
from posthaz.sensitivity import variants
from posthaz.sensitivity.suite import cells, kept_cells
from posthaz.sensitivity.summarise import summarise_variants

NAME = "nvalt11_pci_os_choices"
COMPARED = 100
DRAWS = 5_000


def inputs():
    analysis = ph.load_analysis(NAME)
    cohort = read_inputs(analysis)
    return analysis, cohort, variants(analysis, cohort=cohort)


def engine(method: str) -> str:
    return "weights" if method.startswith("Laplace") else "chains"


def fit(folder: Path) -> None:
    analysis, cohort, listed = inputs()
    sampling = replace(analysis.sampling, method="auto")
    kept = kept_cells(folder / "cells", cohort, sampling, analysis.estimands)
    work = cells(listed)
    log = folder / "seconds.jsonl"
    for place, cell in enumerate(work):
        own = [listed[k] for k in cell]
        key = kept.key(own)
        if kept.found(key) is not None:
            continue
        began = time.process_time()
        answers = summarise_variants(own, cohort, sampling, analysis.estimands)
        spent = time.process_time() - began
        kept.keep(key, answers)
        methods = [
            "none" if isinstance(one, PosthazError) else engine(one["method"].iloc[0])
            for one in answers
        ]
        with log.open("a") as file:
            row = {"cell": place, "seconds": spent, "methods": methods}
            file.write(json.dumps(row) + "\n")
    print(f"all {len(work)} cells of {len(listed)} variants are kept")


def compare(folder: Path) -> None:
    analysis, cohort, listed = inputs()
    chosen = np.random.default_rng(15).choice(len(listed), COMPARED, replace=False)
    log = folder / "both.jsonl"
    done = {json.loads(line)["variant"] for line in log.open()} if log.exists() else set()
    for place in chosen.tolist():
        if place in done:
            continue
        one = replace(listed[place], primary=False)
        row: dict = {"variant": place, "label": one.label}
        for method in ("nuts", "laplace"):
            sampling = replace(analysis.sampling, method=method, draws=DRAWS)
            began = time.process_time()
            (answer,) = summarise_variants([one], cohort, sampling, analysis.estimands)
            assert isinstance(answer, pd.DataFrame), answer
            own = answer.iloc[0]
            row[method] = {
                "mean": own["mean"], "sd": own["sd"], "lower": own["lower"],
                "upper": own["upper"], "method": engine(own["method"]), "khat": own["khat"],
                "seconds": time.process_time() - began,
            }  # fmt: skip
        with log.open("a") as file:
            file.write(json.dumps(row) + "\n")
    print(f"{COMPARED} cells compared")


def tell(folder: Path) -> None:
    log = folder / "seconds.jsonl"
    rows = [json.loads(line) for line in log.open()] if log.exists() else []
    by: dict[str, list[float]] = {}
    for row in rows:
        for method in row["methods"]:
            by.setdefault(method, []).append(row["seconds"] / len(row["methods"]))
    for method, seconds in by.items():
        print(f"{method}: {len(seconds)} variants, {sum(seconds):.0f} processor seconds, median "
              f"{np.median(seconds):.2f}")  # fmt: skip
    path = folder / "both.jsonl"
    if not path.exists():
        return
    both = [json.loads(line) for line in path.open()]
    used = [one for one in both if one["laplace"]["method"] == "weights"]
    found = []
    for one in used:
        chains, weights = one["nuts"], one["laplace"]
        sd = chains["sd"]
        limits = max(abs(weights[k] - chains[k]) / sd for k in ("lower", "upper"))
        moved = abs(weights["mean"] - chains["mean"]) / sd
        found.append((moved, abs(weights["sd"] / sd - 1.0), limits))
    worst = np.array(found)
    print(f"{len(both)} cells by both engines, {len(used)} of them with trusted weights")
    for name, column, limit in zip(("mean, sd", "sd, ratio", "limits, sd"), worst.T,
                                   (0.05, 0.05, 0.1), strict=True):  # fmt: skip
        inside = int((column <= limit).sum())
        print(f"{name}: worst {column.max():.3f}, median {np.median(column):.3f}, "
              f"{inside} of {len(used)} within {limit}")  # fmt: skip


if __name__ == "__main__":
    command, place = sys.argv[1], Path(sys.argv[2])
    place.mkdir(parents=True, exist_ok=True)
    {"fit": fit, "compare": compare, "tell": tell}[command](place)
