"""What was found, as one HTML page, Markdown or Word."""

from posthaz.report.blocks import (
    Block,
    Bullets,
    Checklist,
    ChecklistItem,
    FigureBlock,
    KeyValues,
    Note,
    Paragraph,
    Report,
    Section,
    Table,
)
from posthaz.report.gather import gather_results
from posthaz.report.html import render_html
from posthaz.report.markdown import render_markdown
from posthaz.report.missing import MissingPart
from posthaz.report.page import Written
from posthaz.report.pictures import (
    plot_forest,
    plot_hazard,
    plot_hazard_ratio,
    plot_predictive,
    plot_prior_posterior,
    plot_specification_curve,
    plot_survival,
)
from posthaz.report.results import Frequentist, Posterior, Results
from posthaz.report.run_analysis import run_analysis
from posthaz.report.word import write_word
from posthaz.report.write import write_report, write_results

__all__ = [
    "Block",
    "Bullets",
    "Checklist",
    "ChecklistItem",
    "FigureBlock",
    "Frequentist",
    "KeyValues",
    "MissingPart",
    "Note",
    "Paragraph",
    "Posterior",
    "Report",
    "Results",
    "Section",
    "Table",
    "Written",
    "gather_results",
    "plot_forest",
    "plot_hazard",
    "plot_hazard_ratio",
    "plot_predictive",
    "plot_prior_posterior",
    "plot_specification_curve",
    "plot_survival",
    "render_html",
    "render_markdown",
    "run_analysis",
    "write_report",
    "write_results",
    "write_word",
]
