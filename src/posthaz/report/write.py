"""Results to files, each written whole."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from posthaz.files import csv_text, file_below, write_text
from posthaz.inference import installed_versions, write_fit
from posthaz.report.clinical.registry import clinical_tables
from posthaz.report.compose import compose_report
from posthaz.report.html import render_html
from posthaz.report.markdown import render_markdown
from posthaz.report.pictures import write_pictures
from posthaz.report.results import Results
from posthaz.report.word import write_word


def write_tables(results: Results, folder: Path) -> list[Path]:
    """Write posteriors, tables, diagnostics and provenance.

    Parameters
    ----------
    results : Results
        The results.
    folder : Path
        Folder to write to.

    Returns
    -------
    list of Path
        Files written.
    """
    posterior, frequentist = results.posterior, results.frequentist
    tables = {
        "answers": results.answers,
        "coefficients": posterior.coefficients,
        "estimands": posterior.estimands,
        "baselines": frequentist.answers,
        "kaplan_meier": frequentist.kaplan_meier,
        "survival_curves": posterior.curves,
        "table_one": frequentist.table_one,
        "follow_up": frequentist.follow_up,
        "model_comparison": posterior.comparison,
        "pareto_k": posterior.pareto,
        "priors": _priors(results),
        **clinical_tables(results.clinical),
        **({"published": results.published} if len(results.published) else {}),
    }
    written = [
        _write_csv(frame, file_below(folder, f"{name}.csv")) for name, frame in tables.items()
    ]
    written += [
        _write_json(_diagnostics(results), folder / "diagnostics.json"),
        _write_json(_provenance(results), folder / "provenance.json"),
    ]
    written += [
        write_fit(fit, file_below(folder, "posterior", f"{name}.nc"))
        for name, fit in posterior.fits.items()
    ]
    return written


def write_report(results: Results, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write the report and its figures.

    Parameters
    ----------
    results : Results
        The results.
    folder : Path
        Folder to write to.
    formats : sequence of str
        Among ``html``, ``md``, ``docx``.

    Returns
    -------
    list of Path
        Files written.
    """
    report, figures = compose_report(results)
    written = write_pictures(figures, folder)
    if "html" in formats:
        written.append(write_text(folder / "report.html", render_html(report)))
    if "md" in formats:
        written.append(write_text(folder / "report.md", render_markdown(report)))
    if "docx" in formats:
        written.append(write_word(report, folder / "report.docx"))
    return written


def _priors(results: Results) -> pd.DataFrame:
    """Every prior of every model: family, values and where they are from."""
    rows = [
        (name, parameter, prior.family, " ".join(f"{v:.6g}" for v in prior.values), prior.origin)
        for name, fit in results.posterior.fits.items()
        for parameter, prior in (
            *zip(fit.design.columns, fit.priors.coefficients, strict=True),
            *fit.priors.baseline.items(),
            *fit.priors.scales.items(),
        )
    ]
    return pd.DataFrame(rows, columns=["model", "parameter", "family", "values", "origin"])


def _write_csv(frame: pd.DataFrame, path: Path) -> Path:
    return write_text(path, csv_text(frame))


def _write_json(content: dict[str, Any], path: Path) -> Path:
    return write_text(path, json.dumps(content, indent=2, default=str) + "\n")


def _diagnostics(results: Results) -> dict[str, Any]:
    posterior = results.posterior
    return {
        "passed": not results.failures,
        "failures": list(results.failures),
        "models": {
            check.model: {**asdict(check), "passed": check.passed}
            for check in posterior.convergence
        },
        "predictive_check": posterior.agreement.to_dict(orient="records"),
        "pareto_k_above_threshold": dict(
            zip(posterior.comparison["model"], posterior.comparison["bad_k"].map(int), strict=True)
        ),
    }


def _provenance(results: Results) -> dict[str, Any]:
    cohort, analysis = results.cohort, results.analysis
    return {
        "analysis": analysis.name,
        "analysis_file": analysis.text,
        "command": results.command,
        "data": asdict(cohort.source),
        "left_out": [asdict(dropped) for dropped in cohort.dropped],
        "notices": [str(notice) for notice in cohort.notices],
        "sampling": asdict(analysis.sampling),
        "models": {
            name: {**asdict(fit.provenance), "versions": dict(fit.provenance.versions)}
            for name, fit in results.posterior.fits.items()
        },
        "versions": dict(installed_versions()),
    }
