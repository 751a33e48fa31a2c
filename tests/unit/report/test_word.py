import pytest
from docx import Document
from docx.oxml.ns import qn

from posthaz.errors import OutputError
from posthaz.report import write_word
from tests.unit.report.samples import NASTY, figure, sample


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    path = tmp_path_factory.mktemp("word") / "report.docx"
    assert write_word(sample(simulated=True), path) == path
    return Document(str(path))


def test_headings_carry_heading_styles(document):
    styled = [(p.style.name, p.text) for p in document.paragraphs if "Heading" in p.style.name]
    assert styled == [
        ("Heading 1", "Priors"),
        ("Heading 1", "Survival"),
        ("Heading 2", "Estimates"),
        ("Heading 1", "Checklist"),
        ("Heading 1", "Provenance"),
    ]
    assert document.paragraphs[0].style.name == "Title"
    assert document.paragraphs[0].text == f"PCI {NASTY}"


def test_tables_hold_the_cells_and_repeat_their_header(document):
    table = document.tables[0]
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == ["Term", "HR", "95 % interval", "ESS"]
    assert rows[1] == ["weibull"] * 4
    assert rows[2] == ["arm", "0.90", "0.62 to 1.29", "3,800"]
    assert rows[3][0] == NASTY
    marks = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows]
    assert marks == [True, False, False, False, False, False]
    assert [cell.text for cell in document.tables[1].rows[1].cells] == [
        "Priors", "Normal(0, 1)", "Priors",
    ]  # fmt: skip


def test_pictures_have_alternative_text_and_a_caption(document):
    assert len(document.inline_shapes) == 1
    assert document.inline_shapes[0]._inline.docPr.get("descr") == figure().alt
    captions = [p.text for p in document.paragraphs if p.style.name == "Caption"]
    assert captions == [
        "Figure 1. Survival by arm. Numbers: curves.csv.",
        "Table 1. Hazard ratios. Numbers: coefficients.csv.",
        "Table 2. BARG.",
    ]


def codes(document):
    return [one.text.strip() for one in document.element.iter(qn("w:instrText"))]


def test_contents_and_caption_numbers_are_fields(document):
    assert codes(document) == [
        'TOC \\o "1-2" \\h \\z \\u',
        "SEQ Figure \\* ARABIC",
        "SEQ Table \\* ARABIC",
        "SEQ Table \\* ARABIC",
    ]
    marks = [one.get(qn("w:fldCharType")) for one in document.element.iter(qn("w:fldChar"))]
    assert marks == ["begin", "separate", "end"] * 4
    texts = [paragraph.text for paragraph in document.paragraphs]
    start = texts.index("Contents")
    assert texts[start + 1 : start + 5] == ["Priors", "Survival", "Checklist", "Provenance"]
    update = document.settings.element.find(qn("w:updateFields"))
    assert update.get(qn("w:val")) == "true"


def test_bold_is_bold_and_a_simulated_cohort_is_marked_on_every_page(document):
    bold = [run.text for p in document.paragraphs for run in p.runs if run.bold]
    assert "0.90" in bold
    assert "SIMULATED COHORT" in bold
    assert document.sections[0].header.paragraphs[0].text == "SIMULATED COHORT"


def test_an_unwritable_path_is_one_clear_error_and_leaves_nothing(tmp_path):
    (tmp_path / "out").write_text("a file, not a folder")
    with pytest.raises(OutputError, match=r"report\.docx"):
        write_word(sample(), tmp_path / "out" / "report.docx")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
