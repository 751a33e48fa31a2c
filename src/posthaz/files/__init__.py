"""Files written whole or not at all."""

from posthaz.files.whole import prepare_folder, staged_folder, whole_file, write_text

__all__ = ["prepare_folder", "staged_folder", "whole_file", "write_text"]
