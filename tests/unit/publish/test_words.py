"""Whole sentences in each language, complete, neutral, with their plural forms and placeholders."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from waythrough.publish import catalogue, words
from waythrough.publish.catalogue import LOCALE, Message, compiled, gather, languages, read_po
from waythrough.publish.problems import LanguageIncomplete
from waythrough.publish.words import Words

PO = {language: read_po(LOCALE / language / "LC_MESSAGES/waythrough.po") for language in languages()}
ENTRIES = [(language, message) for language, (_, messages) in PO.items() for message in messages]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_catalogues_hold_exactly_what_is_said() -> None:
    said = {(message.msgid, message.plural) for message in gather()}
    assert {(one.msgid, one.plural) for one in read_po(LOCALE / "waythrough.pot")[1]} == said
    for language, (_, messages) in PO.items():
        now = {(one.msgid, one.plural) for one in messages}
        assert now == said, f"{language} is stale: run `python -m waythrough.publish.catalogue`"


@pytest.mark.parametrize("language", PO)
def test_the_compiled_catalogue_is_fresh(language: str) -> None:
    stored = (LOCALE / language / "LC_MESSAGES/waythrough.mo").read_bytes()
    assert stored == compiled(*PO[language]), "run `python -m waythrough.publish.catalogue`"


def test_a_fresh_catalogue_would_notice_a_changed_sentence() -> None:
    header, messages = PO["ar"]
    changed = [*messages[:-1], Message(messages[-1].msgid, messages[-1].plural, ("غير ذلك",))]
    assert compiled(header, changed) != compiled(header, messages)


@pytest.mark.parametrize("language", ["ar", "fr", "ru"])
def test_each_language_is_complete_and_says_that_it_awaits_review(language: str) -> None:
    assert words.missing(language) == []
    assert "awaits review by two speakers" in PO[language][0]
    assert not Words(language).reviewed
    assert Words("en").reviewed


def test_french_counts_none_as_one_and_russian_has_three_forms() -> None:
    def shown(language: str, n: int) -> str:
        return re.sub(r"[\u2066-\u2069\d ]", "", str(Words(language).count("{n} day", "{n} days", n)))

    assert [shown("fr", n) for n in (0, 1, 2)] == ["jour", "jour", "jours"]
    assert [shown("ru", n) for n in (1, 2, 5, 11, 21, 22)] == ["день", "дня", "дней", "дней", "день", "дня"]


@pytest.mark.parametrize(("language", "message"), ENTRIES, ids=lambda x: str(getattr(x, "msgid", x))[:40])
def test_a_translation_has_the_placeholders_of_its_sentence(language: str, message: Message) -> None:
    wanted = fields(message.plural or message.msgid)
    for number, form in enumerate(message.forms):
        # One and two are words in Arabic, and a noun alone stands for none, one or two.
        spare = {"n"} if message.plural and number <= 2 else set()
        assert wanted - spare <= fields(form) <= wanted
    many = {"ar": 6, "fr": 2, "ru": 3}
    assert len(message.forms) == (many[language] if message.plural else 1)


def test_arabic_uses_its_six_plural_forms() -> None:
    arabic = Words("ar")
    shown = [str(arabic.count("{n} day", "{n} days", n)) for n in (0, 1, 2, 3, 11, 100)]
    assert [re.sub(r"[\u2066-\u2069\d ]", "", text) for text in shown] == [
        "يوم", "يومواحد", "يومان", "أيام", "يوماً", "يوم",
    ]  # fmt: skip


def test_so_many_fewer_are_counted_as_so_many_and_keep_their_minus() -> None:
    for language, endings in (("fr", ("personne", "personnes")), ("ru", ("человек", "человека"))):
        counted = [str(Words(language).count("{n} person", "{n} people", n)) for n in (-1, -2_002)]
        assert tuple(text.split("\u2069")[-1].strip() for text in counted) == endings
    for n in (-1, -2, -3):
        assert str(abs(n)) in re.sub(r"[^\d]", "", str(Words("en").count("{n} person", "{n} people", n)))
        assert any(minus in str(Words("ar").count("{n} person", "{n} people", n)) for minus in "-−")


def test_english_counts_one_and_many() -> None:
    english = Words("en")
    assert [str(english.count("{n} day", "{n} days", n)) for n in (0, 1, 2)] == [
        "\u20660\u2069 days", "\u20661\u2069 day", "\u20662\u2069 days",
    ]  # fmt: skip


def test_a_language_that_lacks_sentences_is_refused_with_their_number() -> None:
    with pytest.raises(LanguageIncomplete) as refusal:
        Words("eo")
    assert refusal.value.fields["missing"] == len(gather())
    assert "en, ar, fr, ru" in refusal.value.remedy()
    assert refusal.value.exit_code == 5


def test_a_fuzzy_sentence_is_not_compiled_and_so_counts_as_missing(tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "ar/LC_MESSAGES"
    folder.mkdir(parents=True)
    header, messages = PO["ar"]
    fuzzy = [Message(messages[0].msgid, messages[0].plural, messages[0].forms, fuzzy=True), *messages[1:]]
    catalogue.write_po(folder / "waythrough.po", header, fuzzy)
    catalogue.renew(tmp_path, gather())
    monkeypatch.setattr(words, "LOCALE", tmp_path)
    assert words.missing("ar") == [messages[0].msgid]


JUDGING = re.compile(
    r"\b(claimed|alleged|admitted|boasted|insisted|regime|refused|ignored|so-called)\b", re.I
)
JUDGING_AR = re.compile(r"زعم|ادعاء|ادّعى|ادعى|يزعم|مزعوم|نظام ال|رفض الرد")


def test_no_sentence_judges_a_speaker() -> None:
    assert [one.msgid for one in gather() if JUDGING.search(one.msgid + one.plural)] == []
    assert [form for _, one in ENTRIES for form in one.forms if JUDGING_AR.search(form)] == []
    assert JUDGING.search("The party claimed that") and JUDGING_AR.search("زعم الطرف")


def test_every_voice_gets_the_same_sentence(sample) -> None:
    from waythrough.publish.board import board
    from waythrough.publish.desk import Desk

    rows = board(Desk(sample.report(), "internal", Words("en")))
    assert {line.sentence.template for row in rows for line in row.accounts} == {"{speaker} {said}, {day}."}


def test_a_value_with_braces_cannot_fill_other_placeholders() -> None:
    said = Words("en").say("Asked by {who} on {day}.", who="{day} <b>", day="x")
    assert "{day} &lt;b&gt;" in said.__html__()
    assert "{day} <b>" in str(said)


def test_a_po_file_survives_writing_and_reading(tmp_path: Path) -> None:
    messages = [
        Message('a "quote"\nand a line \\', "", ("x\ty",)),
        Message("{n} a", "{n} b", ("1", "2", "3"), fuzzy=True),
    ]
    catalogue.write_po(tmp_path / "x.po", "Language: xx\n", messages)
    assert read_po(tmp_path / "x.po") == ("Language: xx\n", messages)
