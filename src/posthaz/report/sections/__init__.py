"""The sections of the report, one module each, and how they name and write things."""
