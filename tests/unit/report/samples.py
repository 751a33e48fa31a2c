"""A report that holds every kind of block, with text that tries to break out of its format."""

from base64 import b64decode

import numpy as np
import pandas as pd

from posthaz.report import (
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

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
NASTY = '<script>alert("x")</script> & a|b *c* [d](e)'


def coefficients() -> Table:
    frame = pd.DataFrame(
        {
            "model": ["weibull", "weibull", "pwe"],
            "term": ["arm", NASTY, "arm"],
            "hr": [0.90123, np.nan, 0.92],
            "interval": ["0.62 to 1.29", "–", "0.63 to 1.31"],
            "ess": [3800, 2900, 4100],
        }
    )
    return Table(
        frame,
        "Hazard ratios",
        {"term": "Term", "hr": "HR", "interval": "95 % interval", "ess": "ESS"},
        formats={"ess": ",d"},
        group="model",
        source="coefficients.csv",
        notes=("HR: hazard ratio.",),
    )


def figure() -> FigureBlock:
    return FigureBlock(
        "survival", PNG, f'Curves "overlap" {NASTY}', "Survival by arm", source="curves.csv"
    )


def sample(simulated: bool = False) -> Report:
    checklist = Checklist(
        "BARG",
        (
            ChecklistItem("Priors", "Normal(0, 1)", "priors"),
            ChecklistItem("Seed", "20261121", "`provenance.json`"),
        ),
    )
    estimates = Section("Estimates", "estimates", (coefficients(), Bullets(("a", "b"), True)))
    return Report(
        f"PCI {NASTY}",
        "Data https://doi.org/10.1200/JCO.2017.77.5817.",
        lead=(
            Note("error", "R-hat is 1.04."),
            Paragraph(f"The hazard ratio is **0.90**. {NASTY}"),
        ),
        sections=(
            Section("Priors", "priors", (Bullets(("one", "two")), Note("info", "As planned."))),
            Section("Survival", "survival", (figure(),), (estimates,)),
            Section("Checklist", "barg", (checklist, Note("warning", "One k is high."))),
        ),
        footer=(KeyValues((("Seed", "20261121"), ("Command", "`posthaz report x`"))),),
        simulated=simulated,
    )
