"""The code lists shipped: complete, in four languages, and naming no party or country."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

import pytest

from waythrough.terms import access, board, codes, people
from waythrough.terms.problems import InputRefused

SHIPPED = codes.names()
LANGUAGES = ("en", "ar", "fr", "ru")
ARABIC = re.compile(r"[\u0600-\u06FF]")
CYRILLIC = re.compile(r"[\u0400-\u04FF]")
LATIN = re.compile(r"[A-Za-zÀ-ÿ]")
# A word in a label that is itself a code of its owner stays in its own letters.
OWN_CODES = re.compile(r"\b(RRI|FMSc)\b")

NAMES = (Path(__file__).parents[1] / "names_to_avoid.txt").read_text(encoding="utf-8").splitlines()
FORBIDDEN = re.compile(
    r"(?<![^\W_])(?:"
    + "|".join(
        re.escape(name.removesuffix("*")) + (r"\w*" if name.endswith("*") else "")
        for name in NAMES
        if name and not name.startswith("#")
    )
    + r")(?![^\W_])",
    re.IGNORECASE,
)


def raw(name: str) -> dict[str, object]:
    text = (resources.files("waythrough.terms") / "lists" / f"{name}.json").read_text(encoding="utf-8")
    loaded: dict[str, object] = json.loads(text)
    return loaded


def test_there_are_lists() -> None:
    assert len(SHIPPED) > 40


@pytest.mark.parametrize("name", SHIPPED)
def test_a_list_says_who_owns_it_and_in_which_edition(name: str) -> None:
    found = codes.code_list(name)
    assert found.name == name
    assert found.scheme
    assert found.edition
    assert found.owner
    assert found.note
    assert isinstance(found.checked, bool)


@pytest.mark.parametrize("name", SHIPPED)
def test_codes_of_a_list_are_unique(name: str) -> None:
    rows = raw(name)["codes"]
    assert isinstance(rows, list)
    every = [row["code"] for row in rows]
    assert every
    assert len(every) == len(set(every))


@pytest.mark.parametrize("name", SHIPPED)
def test_every_row_of_a_list_carries_the_same_fields(name: str) -> None:
    rows = list(codes.code_list(name).codes.values())
    labels_and_code = {"code", *LANGUAGES}
    extras = [set(row) - labels_and_code for row in rows]
    # A field named “default” marks one row only; every other field is in all rows or in none.
    assert {frozenset(extra - {"default"}) for extra in extras} == {frozenset(extras[0] - {"default"})}


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words_in_every_language(name: str, language: str) -> None:
    rows = codes.code_list(name).codes
    assert [code for code, row in rows.items() if not str(row.get(language, "")).strip()] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_words_of_one_list_differ_from_one_another(name: str) -> None:
    found = codes.code_list(name)
    for language in LANGUAGES:
        labels = [found.label(code, language) for code in found.codes]
        assert len(labels) == len(set(labels)), language


@pytest.mark.parametrize("name", SHIPPED)
def test_arabic_is_in_arabic_letters_and_russian_in_cyrillic(name: str) -> None:
    found = codes.code_list(name)
    for code in found.codes:
        for language, script in (("ar", ARABIC), ("ru", CYRILLIC)):
            words = OWN_CODES.sub("", found.label(code, language))
            assert script.search(words), f"{code} {language}"
            assert not LATIN.search(words), f"{code} {language}"
        for language in ("en", "fr"):
            words = found.label(code, language)
            assert not ARABIC.search(words) and not CYRILLIC.search(words), f"{code} {language}"


@pytest.mark.parametrize("name", SHIPPED)
def test_no_label_names_a_country_a_place_or_a_party(name: str) -> None:
    found = codes.code_list(name)
    named = [
        f"{code} {language}: {match[0]}"
        for code in found.codes
        for language in LANGUAGES
        if (match := FORBIDDEN.search(found.label(code, language)))
    ]
    assert named == []


def test_a_code_of_the_list_is_given_back() -> None:
    assert codes.check("answer", "granted", "row 3, column outcome") == "granted"


def test_an_unknown_code_is_refused_with_the_list_and_what_it_allows() -> None:
    with pytest.raises(InputRefused) as refusal:
        codes.check("answer", "yes", "row 3, column outcome")
    assert "row 3, column outcome" in refusal.value.sentence()
    assert "'yes'" in refusal.value.sentence()
    for code in codes.code_list("answer").codes:
        assert code in refusal.value.sentence()
    assert "“answer”" in refusal.value.remedy()
    assert refusal.value.exit_code == 4


def test_labels_fall_back_to_english_for_a_language_we_do_not_have() -> None:
    found = codes.code_list("answer")
    assert found.label("denied", "sw") == found.label("denied", "en")


def test_answers_that_open_or_close_a_door_agree_with_the_constants() -> None:
    effects = {code: row["effect"] for code, row in codes.code_list("answer").codes.items()}
    assert {code for code, effect in effects.items() if effect == "opens"} == access.OPENING
    assert {code for code, effect in effects.items() if effect == "closes"} == access.CLOSING
    assert set(effects.values()) == {"opens", "closes", "neither"}


def test_silence_is_no_answer_a_party_can_be_given() -> None:
    computed = {"waiting", "no_answer", "lapsed"}
    assert not computed & set(codes.code_list("answer").codes)


def test_door_states_of_the_list_are_those_the_board_computes() -> None:
    assert tuple(codes.code_list("door_state").codes) == board.STATES


def test_our_own_postponements_and_withdrawals_are_never_the_parties() -> None:
    rows = codes.code_list("execution").codes
    assert {row["whose"] for row in rows.values()} == {"parties", "us", "residents", "circumstances"}
    assert {code for code, row in rows.items() if row["whose"] == "us"} == {
        "postponed_by_us",
        "withdrawn_by_us",
    }
    assert rows["obstructed_by_residents"]["whose"] == "residents"
    assert not rows["not_started"]["final"]


def test_there_are_twenty_five_claim_types() -> None:
    assert len(codes.code_list("claim_type").codes) == 25


def test_nothing_leaves_unless_somebody_says_so() -> None:
    rows = codes.code_list("dissemination").codes
    assert [code for code, row in rows.items() if row["default"]] == ["NONE"]


def test_an_ungraded_source_is_one_that_cannot_be_judged() -> None:
    defaults = {
        name: [code for code, row in codes.code_list(name).codes.items() if row.get("default")]
        for name in ("admiralty_reliability", "admiralty_credibility")
    }
    assert defaults == {"admiralty_reliability": ["F"], "admiralty_credibility": ["6"]}


def test_refusing_at_the_bus_and_being_taken_off_it_are_protection_events() -> None:
    rows = codes.code_list("boarding_state").codes
    assert {code for code, row in rows.items() if row["protection"]} == {
        "declined_at_boarding",
        "removed_by_authority",
    }


def test_there_are_eight_criteria_of_a_durable_solution() -> None:
    rows = codes.code_list("durable_solution").codes
    assert [row["number"] for row in rows.values()] == list(range(1, 9))


def test_lists_not_compared_with_their_owner_say_so() -> None:
    for name in ("access_constraint_amrf", "threshold", "durable_solution", "dtm_assessment_type"):
        assert not codes.code_list(name).checked, name


def test_every_threshold_has_a_number_a_unit_and_a_source() -> None:
    for code, row in codes.code_list("threshold").codes.items():
        assert row["unit"] and row["source"] and row["edition"], code
        if row["sense"] == "range":
            assert row["low"] < row["high"], code
        else:
            assert row["sense"] in {"at_least", "at_most"}, code
            assert row["value"] is not None, code


def test_shares_are_counted_in_shares() -> None:
    rows = codes.code_list("counted").codes
    for code, row in rows.items():
        assert code.startswith("share_") == (row["unit"] == "share"), code


def test_consent_has_no_decision_that_lets_a_refusal_travel() -> None:
    rows = codes.code_list("consent_decision").codes
    assert [code for code, row in rows.items() if row["seat"]] == ["given"]
    assert people.Consent.__doc__ is not None
    for code in rows:
        assert code in people.Consent.__doc__
