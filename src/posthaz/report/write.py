"""Results to files, each written whole."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from posthaz.files import check_empty, csv_text, file_below, staged_folder, write_text
from posthaz.inference import installed_versions, write_fit
from posthaz.languages import template
from posthaz.report.blocks import Report
from posthaz.report.clinical import clinical_tables
from posthaz.report.compose import compose_report, missing_parts
from posthaz.report.concerns import concerns
from posthaz.report.concerns.ordered import unmade_checks
from posthaz.report.html import render_html
from posthaz.report.markdown import render_markdown
from posthaz.report.missing import MissingPart, MissingParts, guarded
from posthaz.report.page import Written, with_files, write_pictures
from posthaz.report.parts import with_missing
from posthaz.report.pdf import printer, write_pdf
from posthaz.report.private import TOLD_FILES, private_results
from posthaz.report.results import Results
from posthaz.report.sections.cured import cure_priors
from posthaz.report.small_counts import withholds
from posthaz.report.summary import SUMMARY, summary_of
from posthaz.report.word import write_word


def write_whole(results: Results, folder: Path, formats: Sequence[str] = ()) -> Written:
    """Write what `write_results` writes to a folder, all of it together or nothing.

    Parameters
    ----------
    results : Results
        The results.
    folder : Path
        Folder to write to; what stands there under the same names is replaced.
    formats : sequence of str, optional
        Formats of the report, among ``html``, ``md``, ``docx``, ``pdf``, ``summary``; no report
        without any.

    Returns
    -------
    Written
        Files, and the parts that are missing with the reasons.

    Raises
    ------
    OutputError
        When the folder can't be written to, or is not empty where `[privacy]` withholds: an
        earlier report may tell what this one doesn't. Or without what prints a PDF.
    """
    if withholds(results.analysis):
        check_empty(folder)
    if "pdf" in formats:
        printer()  # without it what is written by then would be lost with the rest
    with staged_folder(folder) as stage:
        written = write_results(results, stage, formats)
        names = [path.relative_to(stage) for path in written.files]
    return replace(written, files=tuple(folder / name for name in names))


def write_results(results: Results, folder: Path, formats: Sequence[str] = ()) -> Written:
    """Write posteriors, tables, the report, diagnostics and provenance: whatever can be made.

    Parameters
    ----------
    results : Results
        The results.
    folder : Path
        Folder to write to.
    formats : sequence of str, optional
        Formats of the report, among ``html``, ``md``, ``docx``, ``pdf``, ``summary``; no report
        without any.

    Returns
    -------
    Written
        Files, and the parts that are missing with the reasons: they stand in the lead of the
        report and in ``diagnostics.json``.

    Raises
    ------
    OutputError
        When the folder can't be written to.
    """
    results = private_results(results)
    parts = MissingParts(list(results.missing))
    written = [*_write_posteriors(results, folder, parts), *_write_tables(results, folder, parts)]
    parts.found += unmade_checks(results)
    results = replace(results, missing=tuple(parts.found))
    if formats:
        report = write_report(results, folder, formats)
        written += report.files
        results = replace(results, missing=report.missing)
    written += [
        _write_json(_diagnostics(results), folder / "diagnostics.json"),
        _write_json(_provenance(results), folder / "provenance.json"),
    ]
    return Written(tuple(written), results.missing)


def _write_posteriors(results: Results, folder: Path, parts: MissingParts) -> list[Path]:
    """The fits first: they are what took the time."""
    asked = withholds(results.analysis)
    rows = asked is None or not asked.share
    made = [
        guarded(
            f"file posterior/{name}.nc",
            partial(write_fit, fit, file_below(folder, "posterior", f"{name}.nc"), rows=rows),
            "priors",
        )
        for name, fit in results.posterior.fits.items()
    ]
    parts.found += [one for one in made if isinstance(one, MissingPart)]
    return [one for one in made if not isinstance(one, MissingPart)]


def _where_asked(**tables: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Tables of what few analyses ask for, where they have rows."""
    return {name: table for name, table in tables.items() if len(table)}


def _write_tables(results: Results, folder: Path, parts: MissingParts) -> list[Path]:
    posterior, frequentist = results.posterior, results.frequentist
    tables = {
        "answers": parts.made("table of all answers", lambda: results.answers, pd.DataFrame()),
        "coefficients": posterior.coefficients,
        "estimands": posterior.estimands,
        "baselines": frequentist.answers,
        **_curves(results),
        "table_one": frequentist.table_one,
        "follow_up": frequentist.follow_up,
        "model_comparison": posterior.comparison,
        "pareto_k": posterior.pareto,
        "priors": parts.made("table of priors", lambda: _priors(results), pd.DataFrame()),
        "prior_influence": posterior.prior_influence,
        "power_scaling": posterior.power_scaling,
        "changing_effects": posterior.changing,
        "proportionality": posterior.proportionality,
        **_where_asked(
            smoothed_schoenfeld=posterior.schoenfeld,
            short_and_long_ratios=posterior.ratio_curves,
            net_and_crude=posterior.net_and_crude,
            clusters=posterior.clusters,
            hazard_ratios_within_levels=posterior.within_levels,
        ),
        **clinical_tables(results.clinical, parts),
        **({"published": results.published} if len(results.published) else {}),
    }
    made = {
        name: guarded(
            f"file {name}.csv", partial(_write_csv, frame, file_below(folder, f"{name}.csv"))
        )
        for name, frame in tables.items()
        if name in TOLD_FILES or not withholds(results.analysis)
    }
    parts.found += [one for one in made.values() if isinstance(one, MissingPart)]
    return [one for one in made.values() if not isinstance(one, MissingPart)]


def write_report(results: Results, folder: Path, formats: Sequence[str]) -> Written:
    """Write the report and its figures.

    Parameters
    ----------
    results : Results
        The results.
    folder : Path
        Folder to write to.
    formats : sequence of str
        Among ``html``, ``md``, ``docx``, ``pdf``, ``summary``.

    Returns
    -------
    Written
        Files, and everything that is missing, the results' own parts too.
    """
    report, figures = compose_report(results)
    missing = list(missing_parts(results, report))
    written = write_pictures(figures, folder)
    # the page that everybody gets is made last, so that it tells which others are missing
    for ending in sorted(set(formats), key=("docx", "pdf", "md", SUMMARY, "html").index):
        path = folder / (f"{SUMMARY}.html" if ending == SUMMARY else f"report.{ending}")
        page = replace(report, lead=with_missing(report.lead, missing))
        made = guarded(f"file {path.name}", partial(_write_page, page, path))
        if isinstance(made, MissingPart):
            missing.append(made)
        else:
            written.append(made)
    if report.speaker.missed and not withholds(results.analysis):
        entries = template(report.speaker.missed, report.speaker.labels)
        written.append(write_text(folder / "untranslated.po", entries))
    return Written(tuple(written), tuple(missing))


def _write_page(report: Report, path: Path) -> Path:
    match path.suffix:
        case ".docx":
            return write_word(report, path)
        case ".pdf":
            return write_pdf(report, path)
        case ".md":
            return write_text(path, render_markdown(report))
        case _:
            short = path.stem == SUMMARY
            page = summary_of(report) if short else with_files(report, path.parent)
            return write_text(path, render_html(page))


def _curves(results: Results) -> dict[str, pd.DataFrame]:
    """Curves without a model and with it, under the names of what they are."""
    steps, bands = results.frequentist.kaplan_meier, results.posterior.curves
    if results.cohort.recurrent:
        return {"mean_cumulative_count": steps, "expected_events": bands}
    return {"kaplan_meier": steps, "survival_curves": bands}


def _priors(results: Results) -> pd.DataFrame:
    """Every prior of every model: family, values and where they are from."""
    rows = [
        (name, parameter, prior.family, " ".join(f"{v:.6g}" for v in prior.values), prior.origin)
        for name, fit in results.posterior.fits.items()
        for parameter, prior in (
            *zip(fit.design.columns, fit.priors.coefficients, strict=True),
            *fit.priors.baseline.items(),
            *fit.priors.scales.items(),
            *cure_priors(fit),
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
        "passed": not (results.failures or results.missing),
        "failures": list(results.failures),
        "missing": [asdict(part) for part in results.missing],
        "models": {
            check.model: {**asdict(check), "passed": check.passed}
            for check in posterior.convergence
        },
        "concerns": [asdict(one) for one in concerns(results)],
        "predictive_check": posterior.agreement.to_dict(orient="records"),
        "pareto_k_above_threshold": posterior.comparison.dropna(subset=["bad_k"])
        .set_index("model")["bad_k"]
        .map(int)
        .to_dict(),
    }


def _provenance(results: Results) -> dict[str, Any]:
    cohort, analysis = results.cohort, results.analysis
    asked = withholds(analysis)
    return {
        "analysis": analysis.name,
        "analysis_file": analysis.text,
        "command": results.command,
        **({"language": analysis.language} if analysis.language != "en" else {}),
        **({"shared": True} if asked is not None and asked.share else {}),
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
