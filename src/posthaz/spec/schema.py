"""The analysis file as a JSON Schema, for editors that complete and check it."""

from typing import Any

from posthaz.spec.fields import table_schema
from posthaz.spec.load import file_fields

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def analysis_schema() -> dict[str, Any]:
    """JSON Schema of an analysis file, made of the fields by which it is read.

    A file that the schema refuses can't be used. One that it takes may still have faults between
    its keys, or with its cohort, which ``posthaz check`` finds.

    Returns
    -------
    dict
        The schema, draft 2020-12.

    Examples
    --------
    >>> schema = analysis_schema()
    >>> schema["properties"]["sampling"]["properties"]["chains"]["maximum"]
    64
    """
    about = {
        "$schema": DIALECT,
        "title": "posthaz analysis file",
        "description": "What is asked of a cohort, of which models, under which priors.",
    }
    return about | table_schema(file_fields()) | {"required": ["models"]}
