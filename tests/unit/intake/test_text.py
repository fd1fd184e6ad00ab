"""Plain text in: exact words, or a refusal that names the place."""

import hashlib

import pytest

from waythrough.intake import text as reading
from waythrough.intake.text import load_text, paragraphs


def test_words_are_kept_exactly_with_their_line_ends():
    raw = "Une ligne\r\nthe “next” one\n\nà la fin\n".encode()
    layer = load_text(raw)
    assert layer.text == raw.decode()
    assert layer.sha256 == hashlib.sha256(raw).hexdigest()
    assert layer.encoding == "utf-8"


@pytest.mark.parametrize(
    "mark, encoding", [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
)
def test_a_byte_order_mark_decides_and_is_no_part_of_the_words(mark, encoding):
    assert load_text(mark + "door".encode(encoding)).text == "door"


def test_an_encoding_that_a_person_states_is_used():
    layer = load_text("مخيم".encode("cp1256"), encoding="cp1256")
    assert (layer.text, layer.encoding) == ("مخيم", "cp1256")


def test_other_bytes_are_refused_with_their_place_and_never_guessed():
    with pytest.raises(reading.WrongEncoding) as refusal:
        load_text(b"first line\nsecond \xe9 line", name="note.txt")
    assert "note.txt, byte 18 (line 2)" in refusal.value.sentence()
    assert "cp1252" in refusal.value.remedy()


def test_an_encoding_nobody_knows_is_refused():
    with pytest.raises(reading.WrongEncoding, match="klingon"):
        load_text(b"words", encoding="klingon")


@pytest.mark.parametrize("raw", [b"", b" \n\t\r\n ", b"\xef\xbb\xbf"])
def test_a_file_without_words_is_refused(raw):
    with pytest.raises(reading.EmptyFile):
        load_text(raw)


def test_a_nul_is_refused_with_its_place():
    with pytest.raises(reading.NulInside, match="character 3"):
        load_text(b"abc\0def")


@pytest.mark.parametrize(
    "raw, kind",
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04...", "ZIP"),
        (b"\n <!DOCTYPE html><p>x", "HTML"),
        (b"<?xml version='1.0'?>", "HTML or XML"),
    ],
)
def test_other_kinds_of_file_are_refused_by_content_and_named(raw, kind):
    with pytest.raises(reading.WrongKind, match=kind) as refusal:
        load_text(raw, name="named-as.txt")
    assert "plain text" in refusal.value.remedy()


def test_too_many_characters_are_refused():
    with pytest.raises(reading.TooLarge, match="400,001 characters"):
        load_text(b"a" * 400_001)


def test_too_many_paragraphs_are_refused():
    with pytest.raises(reading.TooLarge, match="5,001 paragraphs"):
        load_text(b"a\n\n" * 5_001)


def test_a_file_over_the_limit_is_not_even_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    (tmp_path / "long.txt").write_bytes(b"x" * 11)
    with pytest.raises(reading.TooLarge, match="more than 10 bytes"):
        load_text(tmp_path / "long.txt")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(reading.NotReadable, match=r"nowhere\.txt"):
        load_text(tmp_path / "nowhere.txt")


def test_hidden_characters_are_kept_counted_and_said():
    layer = load_text("safe\u202e road\u200b is\u00ad open\u2066".encode())
    said = {notice.code: notice.message for notice in layer.notices}
    assert said["text.bidi-controls"].startswith("2 ")
    assert said["text.invisible"].startswith("2 ")
    assert "\u202e" in layer.text


def test_paragraphs_are_lines_between_blank_lines():
    words = "one\ntwo\n\n  three \r\n\r\nfour"
    assert [words[start:end] for start, end in paragraphs(words)] == ["one\ntwo", "three", "four"]
