"""Loading an analysis file whole."""

from pathlib import Path

import pytest

from posthaz.errors import SpecError
from posthaz.spec import Analysis, load_analysis

SMALLEST = '[cohort]\ntime = "t"\nevent = "d"\n[models.m]\nbaseline = "weibull"\n'


def write(folder: Path, text: str, name: str = "x.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refused(path) -> SpecError:
    with pytest.raises(SpecError) as caught:
        load_analysis(path)
    return caught.value


def test_the_smallest_analysis(tmp_path):
    analysis = load_analysis(write(tmp_path, SMALLEST))
    assert isinstance(analysis, Analysis)
    assert (analysis.name, analysis.table, analysis.simulated) == ("x", None, False)
    assert analysis.primary.name == "m"
    assert analysis.text == SMALLEST


def test_about_and_table(tmp_path):
    text = (
        '[analysis]\ntitle = "T"\nquestion = "Q"\nsource = "S"\npopulation = "P"\n'
        'endpoint = "E"\nsimulated = true\n'
        + SMALLEST.replace("[models", 'table = "../data/x.csv"\n[models')
        + "[cohort.columns.age]\n[table_one]\ncolumns = ['age']"
    )
    folder = tmp_path / "models"
    folder.mkdir()
    analysis = load_analysis(str(write(folder, text)))
    assert analysis.table == tmp_path / "data" / "x.csv"
    assert analysis.table_one == ("age",)
    about = (analysis.title, analysis.question, analysis.source, analysis.population)
    assert about == ("T", "Q", "S", "P")
    assert (analysis.endpoint, analysis.simulated) == ("E", True)


def test_all_problems_come_at_once_with_their_places(tmp_path):
    path = write(
        tmp_path,
        '[analysis]\ntitel = "x"\n[cohort]\ntime = "t"\n[models.m]\nbaseline = "weibul"\n'
        '[estimands]\ncontrast = "x"\n[tretment]\n[sampling]\nchains = 0\n',
    )
    error = refused(path)
    places = [finding.where for finding in error.findings]
    assert places == [
        f"{path} [{key}]"
        for key in (
            "tretment",
            "analysis.titel",
            "cohort.event",
            "models.m.baseline",
            "estimands.contrast",
            "sampling.chains",
        )
    ]
    assert "did you mean 'treatment'?" in str(error)
    assert str(error).count("not available in this version") == 1


def test_an_empty_file_says_what_is_missing(tmp_path):
    assert [finding.what for finding in refused(write(tmp_path, "")).findings] == [
        "it is missing or empty",
        "there is no model",
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[analysis]\ntitle = Hello\n", "line 2, column 9"),
        ("a = 1\na = 2\n", "line 2, column 6"),
        ('title = """Hello\nworld', "line 2, column 6"),
        ("[models", "line 1, column 8"),
    ],
)
def test_toml_syntax_errors_name_line_and_column(tmp_path, text, place):
    message = str(refused(write(tmp_path, text)))
    assert place in message
    assert "^" in message


def test_bytes_that_are_not_utf8(tmp_path):
    path = tmp_path / "x.toml"
    path.write_bytes(b'title = "\xff"')
    assert "byte 10 is not UTF-8" in str(refused(path))


def test_a_byte_order_mark_and_windows_lines_are_fine(tmp_path):
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALLEST.replace("\n", "\r\n").encode())
    assert load_analysis(path).primary.name == "m"


def test_missing_files_and_names(tmp_path):
    write(tmp_path, SMALLEST, "nvalt.toml")
    assert "did you mean 'nvalt.toml'" in str(refused(tmp_path / "nvelt.toml"))
    assert "is a folder" in str(refused(tmp_path))
    assert "did you mean 'nvalt11_pci_os'" in str(refused("nvalt11_pci_so"))


def test_names_of_another_folder(tmp_path):
    path = write(tmp_path, SMALLEST, "mine.toml")
    assert load_analysis("mine", models_folder=tmp_path).path == path


def test_places_are_shown_from_the_working_folder(tmp_path, monkeypatch):
    write(tmp_path, "", "mine.toml")
    monkeypatch.chdir(tmp_path)
    assert str(refused("mine.toml")).startswith("mine.toml can't be used:")


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("[table_one]\ncolumns = ['agee']", "did you mean 'age'"),
        ("[table_one]", "[table_one.columns]: it is missing"),
        ("[analysis]\ntable_one = ['age']\n[table_one]\ncolumns = ['age']", "keep one of them"),
    ],
)
def test_table_one_problems(tmp_path, extra, message):
    error = refused(write(tmp_path, SMALLEST + "[cohort.columns.age]\n" + extra))
    assert len(error.findings) == 1
    assert message in str(error)
