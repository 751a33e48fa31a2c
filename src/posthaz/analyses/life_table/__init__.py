"""A printed life table in place of patients: ``[life_table]``."""
