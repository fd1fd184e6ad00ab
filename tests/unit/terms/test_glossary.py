"""GLOSSARY.md: every word of the house once, in four languages, and naming no party or country."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from waythrough.terms import board
from waythrough.terms.kinds import KINDS

ROOT = Path(__file__).resolve().parents[3]
ROW = re.compile(
    r"^\| (?P<word>[^|]+) \| (?P<meaning>[^|]+) \| (?P<ar>[^|]+) \| (?P<fr>[^|]+) \| (?P<ru>[^|]+) \|$"
)


def read(text: str) -> list[dict[str, str]]:
    """The rows of the tables, without their headings."""
    rows = [match.groupdict() for line in text.splitlines() if (match := ROW.match(line))]
    return [row for row in rows if row["word"] not in {"word", "---"}]


ROWS = read((ROOT / "GLOSSARY.md").read_text(encoding="utf-8"))
WORDS = {row["word"] for row in ROWS}

# The words of the house as its people list them; kinds and door states come from the code below.
HOUSE = """site party zone leg door request answer execution guarantee window notification ignored source span claim
figure estimate event incident decision household intention consent movement manifest plan gap entry commit release
outlook board contested""".split()


def test_every_row_of_a_table_was_read() -> None:
    text = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| word ")]
    assert len(lines) == len(ROWS) > 80


def test_no_word_is_defined_twice() -> None:
    words = [row["word"] for row in ROWS]
    assert [word for word in words if words.count(word) > 1] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_record_has_its_word(kind: str) -> None:
    assert kind.replace("_", " ") in WORDS


@pytest.mark.parametrize("state", board.STATES)
def test_every_state_of_a_door_has_its_word(state: str) -> None:
    assert state.replace("_", " ") in WORDS


@pytest.mark.parametrize("word", [*HOUSE, "as of", "request step", "step"])
def test_every_word_of_the_house_is_there(word: str) -> None:
    assert word in WORDS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["word"])
def test_a_word_has_a_sentence_and_a_term_in_each_language_and_script(row: dict[str, str]) -> None:
    assert row["meaning"].endswith(".")
    assert re.search(r"[\u0600-\u06FF]", row["ar"]) and not re.search(r"[A-Za-zА-я]", row["ar"])
    assert re.search(r"[А-Яа-яё]", row["ru"]) and not re.search(r"[A-Za-z\u0600-\u06FF]", row["ru"])
    assert re.search(r"[A-Za-zÀ-ÿ]", row["fr"]) and not re.search(r"[А-я\u0600-\u06FF]", row["fr"])


@pytest.mark.parametrize("language", ["ar", "fr", "ru"])
def test_two_words_never_share_one_term(language: str) -> None:
    terms = [row[language] for row in ROWS]
    assert [term for term in terms if terms.count(term) > 1] == []


def test_no_line_names_a_country_a_place_or_a_party() -> None:
    names = (ROOT / "tests/unit/names_to_avoid.txt").read_text(encoding="utf-8").splitlines()
    words = [name for name in names if name and not name.startswith("#")]
    pattern = "|".join(re.escape(w.removesuffix("*")) + (r"\w*" if w.endswith("*") else "") for w in words)
    text = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    assert re.findall(rf"(?i)(?<![^\W_])(?:{pattern})(?![^\W_])", text) == []
