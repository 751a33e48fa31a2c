"""Whether the hazards are proportional: the Schoenfeld test in words."""

import numpy as np
import pandas as pd

from posthaz.report.results import Results
from posthaz.report.sections.beside import grouped
from posthaz.report.sections.naming import cox_labels, term_label
from posthaz.report.sections.wording import listed, p_sentence, p_value

_DOUBTFUL = 0.05


def schoenfeld_sentence(results: Results) -> str:
    """Tests of proportional hazards, and what they can't show."""
    if grouped(results.cohort):
        return (
            "Schoenfeld residuals need exact event times, so proportional hazards are not tested "
            "with them here."
        )
    shown = _tests(results)
    if shown.empty:
        return "Proportional hazards were not tested: there is no Cox model with a finite estimate."
    of_treatment = _of_treatment(results, shown) if results.cohort.treatment else shown
    parts = [_part(results, row) for _, row in of_treatment.drop_duplicates("term").iterrows()]
    doubtful = shown[shown["p"] < _DOUBTFUL]
    text = "Schoenfeld residuals (Grambsch–Therneau test) "
    if len(parts):
        text += f"give {listed(parts)}. "
    if doubtful.empty:
        smallest = p_value(float(shown["p"].min()))
        return (
            f"{text}Over all Cox models and terms the smallest P is {smallest}: no sign against "
            "proportional hazards, which a cohort of this size can miss."
        )
    terms = list(dict.fromkeys(term_label(results.cohort, str(t)) for t in doubtful["term"]))
    return (
        f"{text}Hazards don’t look proportional for {listed(terms)} (smallest "
        f"{p_sentence(float(np.min(doubtful['p'])))}): a single hazard ratio then averages over "
        "an effect that changes with time, and survival differences and restricted means say more."
    )


def treatment_disproportionate(results: Results) -> bool:
    """Whether a Schoenfeld test speaks against one hazard ratio of the treatment for all times."""
    if not results.cohort.treatment or grouped(results.cohort):
        return False
    return bool((_of_treatment(results, _tests(results))["p"] < _DOUBTFUL).any())


def _tests(results: Results) -> pd.DataFrame:
    table = results.frequentist.answers
    tests = table[(table["quantity"] == "schoenfeld_test") & table["p"].notna()]
    return tests[tests["term"] != "GLOBAL"].drop_duplicates(["analysis", "term"])


def _of_treatment(results: Results, tests: pd.DataFrame) -> pd.DataFrame:
    return tests[tests["term"].str.startswith(f"{results.cohort.treatment}[")]


def _part(results: Results, row: pd.Series) -> str:
    label = term_label(results.cohort, str(row["term"]))
    where = cox_labels(results)[str(row["analysis"])]
    return f"{p_sentence(float(row['p']))} for {label} ({where})"
