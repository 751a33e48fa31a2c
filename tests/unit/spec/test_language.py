"""The language of a report, as an analysis file names it."""

from pathlib import Path

import pytest

from posthaz.cli.report import in_language
from posthaz.errors import SpecError
from posthaz.spec import load_analysis

FILE = """
[analysis]
language = "{}"
[cohort]
table = "cohort.csv"
time = "t"
event = "d"
[models.weibull]
baseline = "weibull"
"""


def test_a_file_names_the_language_and_the_command_line_overrides_it(tmp_path: Path):
    path = tmp_path / "a.toml"
    path.write_text(FILE.format("zh"), encoding="utf-8")
    analysis = load_analysis(path)
    assert analysis.language == "zh"
    assert in_language(analysis, "en").language == "en"
    with pytest.raises(SpecError, match="no catalogue of the language 'fr'"):
        in_language(analysis, "fr")


def test_another_language_is_refused_with_those_that_there_are(tmp_path: Path):
    path = tmp_path / "a.toml"
    path.write_text(FILE.format("fr"), encoding="utf-8")
    with pytest.raises(SpecError, match=r'language.*found "fr".*give one of "en", "zh"'):
        load_analysis(path)
