"""Columns that tell who a patient is, which no table of a report may print."""

import re

import pandas as pd

from posthaz.cohort.quantities import counted

_NAMES = re.compile(
    r"(?:id|name|initials|mrn|ssn|dob|usubjid|subjid|patid|ptid|surname|forename|address|street"
    r"|nhs(?:_?(?:no|number))?|social_security.*|passport.*|e_?mail.*|(?:tele)?phone.*"
    r"|post_?code|zip(?:_?code)?|(?:date_?of_?)?birth_?(?:date|day)?|(?:date_?of_?)birth"
    r"|(?:patient|pat|subject|subj|participant|person|case|record)_?"
    r"(?:id|no|nr|num|number|code|key|name|initials|identifier)"
    r"|(?:first|last|family|given|sur|full|middle|fore)_?names?)"
)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{2}|\d{4})")
_FEW, _MOST_OF_ALL = 10, 0.8


def identifying(name: str, values: pd.Series, patients: int) -> str:
    """Why a column looks like one that tells who a patient is; empty when it doesn't.

    Parameters
    ----------
    name : str
        Its name.
    values : Series, shape (row,)
        Its values, as a covariate: categories, or numbers.
    patients : int
        Number of patients in the rows.

    Returns
    -------
    str
        Reason in words that follow "looks like an identifier:".

    Examples
    --------
    >>> identifying("MRN", pd.Series([1.0, 2.0]), 2), identifying("age", pd.Series([61.0]), 1)
    ('it is called so', '')
    """
    if _NAMES.fullmatch(re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")):
        return "it is called so"
    if pd.api.types.is_numeric_dtype(values):
        return ""
    found = [str(value) for value in values.dropna().unique()]
    if any(_ADDRESS.fullmatch(text) for text in found):
        return "it holds e-mail addresses"
    many = len(found) >= _FEW
    if many and sum(bool(_DATE.fullmatch(text)) for text in found) >= _MOST_OF_ALL * len(found):
        return "it holds dates, such as those of birth"
    if many and len(found) >= _MOST_OF_ALL * patients:
        return f"{counted(patients, 'patient')} have {len(found)} different texts in it"
    return ""
