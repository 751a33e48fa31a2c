"""CSV as it comes from R, SAS and Excel."""

import pytest

from posthaz.cohort.csv_text import read_csv_text
from posthaz.errors import CohortError


def _message(content: bytes) -> str:
    with pytest.raises(CohortError) as caught:
        read_csv_text(content, "x.csv")
    return str(caught.value)


PLAIN = "time,event\n1.5,1\n2,0\n"
READABLE = {
    "plain": PLAIN.encode(),
    "Windows line ends": PLAIN.replace("\n", "\r\n").encode(),
    "byte order mark": PLAIN.encode("utf-8-sig"),
    "UTF-16 with tabs": PLAIN.replace(",", "\t").encode("utf-16"),
    "semicolons and decimal commas": b"time;event\n1,5;1\n2;0\n",
    "semicolons and decimal points": b"time;event\n1.5;1\n2;0\n",
    "tabs": PLAIN.replace(",", "\t").encode(),
    "blanks after commas": b"time, event\n1.5, 1\n2, 0\n",
    "quotes": b'"time","event"\n"1.5","1"\n"2","0"\n',
    "row names of R": b'"","time","event"\n"1",1.5,1\n"2",2,0\n',
    "empty columns at the end": b"time,event,,\n1.5,1,,\n2,0,,\n",
    "no line end": PLAIN.strip().encode(),
    "blank lines": b"\ntime,event\n1.5,1\n\n2,0\n\n",
}


@pytest.mark.parametrize("way", READABLE)
def test_every_way_gives_the_same_table(way: str):
    frame = read_csv_text(READABLE[way], "x.csv")
    assert list(frame) == ["time", "event"]
    assert frame["time"].tolist() == [1.5, 2.0]
    assert frame["event"].tolist() == [1, 0]


def test_missing_words_and_words_that_are_not():
    frame = read_csv_text(b"a,b\nNA,None\n.,no\n,nil\n3,x\n", "x.csv")
    assert frame["a"].isna().tolist() == [True, True, True, False]
    assert frame["b"].tolist() == ["None", "no", "nil", "x"]


def test_a_decimal_comma_beside_text_stays_text():
    frame = read_csv_text(b"a;b\n1,5;2\nunknown;3\n", "x.csv")
    assert frame["a"].tolist() == ["1,5", "unknown"]


def test_numbers_survive_exactly():
    assert read_csv_text(b"a\n0.1234567890123456\n", "x.csv")["a"][0] == 0.1234567890123456


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_nothing_is_an_empty_frame(content: bytes):
    assert read_csv_text(content, "x.csv").empty


def test_binary_data():
    assert "binary data" in _message(bytes(range(256)))
    assert "binary data" in _message(b"\x89PNG\r\n\x1a\n\x00\x00")


def test_another_encoding_names_the_line():
    message = _message("time,naam\n1,Jan\n2,Renée\n".encode("latin-1"))
    assert "line 3 is not UTF-8 text (byte 0xe9)" in message
    assert "CSV UTF-8" in message


def test_ragged_rows_are_counted():
    message = _message(b"time,event\n1,5,1\n2,0\n3\n")
    assert "rows 1 and 3: 3, 1 fields where the header names 2 columns" in message
    assert "decimal points" in message


def test_duplicate_names():
    assert "'time'" in _message(b"time,event,time\n1,1,1\n")


def test_an_open_quote():
    assert "x.csv" in _message(b'time,event\n"1,1\n2,0\n')
