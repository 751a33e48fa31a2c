"""Printed hazard ratios against priors, as tables and as a report."""

from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from posthaz.evidence import (
    PrintedRatio,
    credibility,
    evidence_densities,
    evidence_table,
    printed_doubts,
    wald_p,
)
from posthaz.figures import draw_evidence
from posthaz.files import csv_text, file_below, file_names, write_text
from posthaz.report.blocks import Block, FigureBlock, KeyValues, Note, Paragraph, Report, Section
from posthaz.report.evidence_tables import (
    credibility_items,
    evidence_words,
    posterior_table,
    printed_table,
    prior_title,
)
from posthaz.report.missing import guarded_block
from posthaz.report.page import Written, write_page
from posthaz.report.sections.naming import linked
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import interval_name, with_interval
from posthaz.spec.evidence_file import EvidenceSpec

_MOST_SECTIONS = 12


@dataclass(frozen=True, eq=False)
class Evidence:
    """Printed hazard ratios, and what they are worth.

    Parameters
    ----------
    spec : EvidenceSpec
        The ratios and the priors.
    posteriors : DataFrame
        As of `evidence_table`, all ratios below each other.
    ratios : DataFrame
        One row a ratio: what was printed, the Wald P value, what doesn't fit, and the fields of
        `Credibility`.
    """

    spec: EvidenceSpec
    posteriors: pd.DataFrame
    ratios: pd.DataFrame

    @property
    def simulated(self) -> bool:
        """False: printed numbers are of patients."""
        return False


def gather_evidence(spec: EvidenceSpec) -> Evidence:
    """Set printed hazard ratios against their priors and check them.

    Parameters
    ----------
    spec : EvidenceSpec
        The ratios and the priors.

    Returns
    -------
    Evidence
    """
    tables = [
        evidence_table(one, spec.priors_of(one), relevant=spec.relevant, interval=spec.interval)
        for one in spec.ratios
    ]
    rows = [_row(one) for one in spec.ratios]
    return Evidence(spec, pd.concat(tables, ignore_index=True), pd.DataFrame(rows))


def _row(printed: PrintedRatio) -> dict[str, object]:
    doubts = printed_doubts(printed)
    names = ("name", "label", "hr", "lower", "upper", "level", "p", "events", "beneficial", "where")
    return {
        **{name: getattr(printed, name) for name in names},
        "wald_p": wald_p(printed),
        "doubts": " ".join(doubt.kind for doubt in doubts),
        "doubt_words": "; ".join(doubt.what for doubt in doubts),
        **{k: v for k, v in asdict(credibility(printed)).items() if k != "p"},
    }


def write_evidence(evidence: Evidence, folder: Path) -> Written:
    """Write tables, report and figures of printed hazard ratios.

    Parameters
    ----------
    evidence : Evidence
        What was found.
    folder : Path
        Folder to write to.

    Returns
    -------
    Written
        ``evidence.csv``, ``evidence_ratios.csv``, ``evidence.html`` and the figures; and what
        could not be made.
    """
    report = compose_evidence(evidence)
    written = [
        write_text(file_below(folder, f"{name}.csv"), csv_text(frame))
        for name, frame in (
            ("evidence", evidence.posteriors),
            ("evidence_ratios", evidence.ratios),
        )
    ]
    return write_page(report, folder, "evidence.html", written)


def compose_evidence(evidence: Evidence) -> Report:
    """Printed hazard ratios as a report.

    Parameters
    ----------
    evidence : Evidence
        What was found.

    Returns
    -------
    Report
        A table of what was printed, then a section for each of at most twelve ratios.
    """
    spec = evidence.spec
    several = len(spec.ratios) > 1
    sections = [_overview(evidence)] if several else []
    shown = spec.ratios if len(spec.ratios) <= _MOST_SECTIONS else ()
    sections += [_section(evidence, printed) for printed in shown]
    footer = KeyValues((("posthaz", version("posthaz")), ("Source", linked(spec.source) or "–")))
    return Report(
        title=spec.title or f"{spec.ratios[0].shown}: a printed hazard ratio against priors",
        subtitle="What the printed numbers are worth under different prior opinions",
        lead=tuple(_lead(evidence)),
        sections=tuple(sections),
        footer=(footer,),
    )


def _lead(evidence: Evidence) -> list[Block]:
    spec, doubtful = evidence.spec, evidence.ratios[evidence.ratios["doubts"] != ""]
    blocks: list[Block] = []
    if len(spec.ratios) == 1:
        blocks.append(Paragraph(evidence_words(evidence.posteriors, spec.ratios[0], spec)))
    else:
        count = f"{len(spec.ratios)} printed hazard ratios are set against priors"
        blocks.append(Paragraph(f"{count}; {len(doubtful)} have numbers that don’t fit."))
    for _, row in doubtful.iterrows():
        blocks.append(Note("warning", f"{row['label'] or row['name']}: {row['doubt_words']}."))
    return blocks


def _overview(evidence: Evidence) -> Section:
    return Section("Printed numbers", "printed", (printed_table(evidence.ratios),))


def _section(evidence: Evidence, printed: PrintedRatio) -> Section:
    spec, table = evidence.spec, evidence.posteriors
    mine = table[table["ratio"] == printed.name]
    blocks: list[Block] = []
    if len(spec.ratios) > 1:
        blocks.append(Paragraph(evidence_words(table, printed, spec)))
    blocks += [
        posterior_table(mine, spec),
        _figure(evidence, printed, mine),
        KeyValues(tuple(credibility_items(printed))),
    ]
    return Section(printed.shown, _anchor(printed), tuple(blocks))


def _anchor(printed: PrintedRatio) -> str:
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in printed.name.lower())
    return f"ratio-{name}"


@guarded_block
def _figure(evidence: Evidence, printed: PrintedRatio, mine: pd.DataFrame) -> FigureBlock:
    spec = evidence.spec
    figure = draw_evidence(
        evidence_densities(printed, spec.priors_of(printed)),
        mine,
        labels={name: prior_title(name) for name in mine["prior"]},
        interval=spec.interval,
    )
    parts = [
        f"{prior_title(row['prior'])} prior: {with_interval(row['hr'], row['lower'], row['upper'])}"
        for _, row in mine.iterrows()
    ]
    level = interval_name(spec.interval)
    alt = f"Prior, likelihood and posterior of the hazard ratio. Posterior, {'; '.join(parts)}."
    caption = (
        f"Prior, likelihood and posterior of the hazard ratio, with {level} interval; each panel "
        "is drawn to its own height"
    )
    name = f"evidence_{file_names(one.name for one in spec.ratios)[printed.name]}"
    return picture(evidence, figure, name, alt, caption, "evidence.csv")
