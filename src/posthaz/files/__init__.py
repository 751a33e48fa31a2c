"""Files read and written safely: whole or not at all, in the folder asked for, and readable."""

from posthaz.files.names import file_below, file_name, file_names, name_fault, same_file
from posthaz.files.read import csv_text, file_bytes, place_below, unreadable
from posthaz.files.stage import check_empty
from posthaz.files.whole import (
    prepare_folder,
    remove_unused,
    staged_folder,
    whole_file,
    write_bytes,
    write_text,
)

__all__ = [
    "check_empty",
    "csv_text",
    "file_below",
    "file_bytes",
    "file_name",
    "file_names",
    "name_fault",
    "place_below",
    "prepare_folder",
    "remove_unused",
    "same_file",
    "staged_folder",
    "unreadable",
    "whole_file",
    "write_bytes",
    "write_text",
]
