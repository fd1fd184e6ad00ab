"""The two readers on paragraphs of our own: who speaks, which stance, which words; and what must not be claimed."""

import json
import subprocess
import sys
from datetime import date
from importlib import util
from pathlib import Path

import pytest

from waythrough.intake import reader as readers
from waythrough.intake.reader import ReaderMissing, read_document
from waythrough.intake.text import load_text
from waythrough.terms.claims import CLAIM_TYPES, MODALITIES, Published, Reading, Registry
from waythrough.terms.claims_json import NotAReading, reading_from_json, reading_to_json, registry_from_json

from .paragraphs import PARAGRAPHS, PUBLISHED, REGISTRY

needs_model = pytest.mark.skipif(not readers.has_model(), reason="the parser (extra nlp) is not installed")
EVERY = [pytest.param("rules", marks=needs_model), "bare"]


def read(words: str, reader: str = "rules", registry: Registry = REGISTRY, **options) -> Reading:
    options.setdefault("published", PUBLISHED)
    return read_document(load_text(words.encode()), registry, outlet="herald", reader=reader, **options)


def overlap(a: tuple[int, int], b: tuple[int, int]) -> float:
    shared = max(0, min(a[1], b[1]) - max(a[0], b[0]))
    return shared / (b[1] - b[0] + a[1] - a[0] - shared)


@needs_model
@pytest.mark.parametrize("title", PARAGRAPHS)
def test_a_paragraph_is_read_as_a_person_reads_it(title):
    words, expected = PARAGRAPHS[title]
    drafts = read(words).claims
    for type_, modality, speaker, span in expected:
        at = words.index(span)
        found = [c for c in drafts if overlap((c.span.start, c.span.end), (at, at + len(span))) >= 0.6]
        said = [(c.type, c.modality, c.source.chain[1:]) for c in found]
        chain = () if speaker is None else (speaker,)
        assert any(
            (t == type_ or not type_) and m == modality and voices[-1:] == chain for t, m, voices in said
        ), f"{said} in {[(c.type, c.span.text) for c in drafts]}"


@needs_model
def test_a_chain_keeps_every_voice_from_the_outside_in():
    words, _ = PARAGRAPHS["three voices deep"]
    assert ("herald", "radio", "ministry") in {c.source.chain for c in read(words).claims}


@needs_model
def test_a_passive_turns_doer_and_done_to_round():
    claim = read("The delegation of the council was denied access to Tolm by the Front.").claims[0]
    assert (claim.type, claim.agent, claim.target) == ("access_denied", ("front",), ("council",))


@needs_model
def test_a_denial_keeps_the_proposition_positive():
    claim = read(PARAGRAPHS["a denial"][0]).claims[0]
    assert (claim.modality, claim.polarity) == ("denied", "neg")
    assert claim.agent == ("front",)


@needs_model
def test_a_party_that_says_in_its_own_paper_that_it_does_not_block_is_denying():
    claim = read_document(
        load_text(b"The Northern Front does not restrict the movement of any families in Tolm."),
        REGISTRY, PUBLISHED, outlet="front", genre="party_statement", reader="rules",
    ).claims[0]  # fmt: skip
    assert (claim.type, claim.modality, claim.polarity) == ("movement_blocked", "denied", "neg")


@needs_model
def test_what_is_asked_of_a_party_is_not_told_as_done():
    claim = read("The agency urged the Northern Front to let the trucks enter Tolm.").claims[0]
    assert (claim.type, claim.modality, claim.agent) == ("access_requested", "requested", ("front",))


@needs_model
def test_what_a_clause_is_set_against_does_not_type_it():
    claims = read("The Front refused the convoy despite the guarantees of the council.").claims
    assert "aid_blocked" in {c.type for c in claims}
    assert "guarantee_refused" not in {c.type for c in claims}


@needs_model
def test_a_noun_can_carry_a_claim():
    claims = read("Trucks were waiting at the zone illegally occupied by the Northern Front.").claims
    assert [c.agent for c in claims if c.type == "control_stated"] == [("front",)]


@needs_model
def test_a_date_before_the_words_of_a_survey_is_when_it_was_published():
    claim = read(PARAGRAPHS["a survey"][0]).claims[-1]
    assert [(str(t.earliest), str(t.latest), t.role) for t in claim.times] == [
        ("2031-05-01", "2031-05-31", "published")
    ]


@pytest.mark.parametrize("reader", EVERY)
def test_numbers_places_and_dates_come_with_the_claim(reader):
    claim = read("The agency delivered at least 12 trucks of flour to Tolm on June 3.", reader).claims[0]
    assert claim.type == "aid_delivered"
    assert [(n.low, n.high, n.unit) for n in claim.numbers] == [(12, None, "vehicles")]
    assert [(p.place, p.role) for p in claim.places] == [("tolm", "to")]
    assert [t.earliest for t in claim.times] == [date(2031, 6, 3)]


@pytest.mark.parametrize("reader", EVERY)
def test_loaded_words_carry_their_owner(reader):
    claims = read("“The Front illegally controls the road to Tolm,” said the council.", reader).claims
    assert [(w.span.text, w.voice) for w in claims[0].loaded] == [("illegally", "council")]
    assert claims[0].modality == "accused"


@pytest.mark.parametrize("reader", EVERY)
def test_every_span_is_exact_and_every_word_is_of_the_closed_lists(reader):
    words = "\r\n\r\n".join(text for text, _ in PARAGRAPHS.values())
    reading = read(words, reader)
    assert len(reading.claims) >= 10
    for claim in reading.claims:
        for span in [claim.span, claim.cue, claim.source.mention, *(n.span for n in claim.numbers)]:
            assert span is None or words[span.start : span.end] == span.text
        assert (
            claim.type in CLAIM_TYPES and claim.modality in MODALITIES and claim.source.chain[0] == "herald"
        )
        assert claim.engine == reading.engine and 0 < claim.confidence < 1 and claim.rule


@pytest.mark.parametrize("reader", EVERY)
def test_the_same_words_always_give_the_same_reading(reader):
    words = " ".join(text for text, _ in PARAGRAPHS.values())
    assert read(words, reader) == read(words, reader)


@pytest.mark.parametrize("reader", EVERY)
def test_headings_and_invitations_to_subscribe_claim_nothing(reader):
    reading = read(
        "Aid convoy blocked at the pass\n\nThe Front blocked the convoy.\n\nSubscribe to our letter.", reader
    )
    assert [n.why for n in reading.not_claims] == ["heading", "boilerplate"]
    assert [c.span.text for c in reading.claims] == ["The Front blocked the convoy"]


@pytest.mark.parametrize("reader", EVERY)
def test_questions_claim_nothing(reader):
    assert read("Will the Front open the pass?", reader).claims == ()


@needs_model
def test_conditions_claim_nothing():
    claims = read("If the Front opens the pass, the agency will deliver flour to Tolm.").claims
    assert [c.type for c in claims] == ["aid_planned"]


@pytest.mark.parametrize("reader", EVERY)
def test_without_a_registry_the_speaker_stays_as_the_text_has_it(reader):
    reading = read("The harbour office said the crossing was closed.", reader, Registry())
    assert "harbour office" in reading.claims[0].source.chain[-1]
    assert "reader.no-registry" in {n.code for n in reading.notices}


@pytest.mark.parametrize("reader", EVERY)
def test_a_repeat_names_the_claim_it_repeats(reader):
    words = "The Front denied the council access to Tolm. It rained. The Front denied the council access to the pass."
    claims = [c for c in read(words, reader).claims if c.type == "access_denied"]
    assert [c.duplicate_of for c in claims] == [None, claims[0].id]


def test_a_language_that_is_not_read_gives_no_claims_and_says_so():
    reading = read("الطريق مغلق.", "bare", lang="ar")
    assert reading.claims == () and reading.engine == "none"
    assert "“ar” is not read yet" in reading.notices[-1].message


def test_dates_that_need_a_day_of_publication_are_said_to_be_left_out():
    reading = read("The convoy reached Tolm in February.", "bare", published=None)
    assert "“February”" in next(n.message for n in reading.notices if n.code == "reader.dates-unresolved")


def test_where_the_model_is_missing_bare_stands_in_and_says_so(monkeypatch):
    monkeypatch.setattr(readers, "has_model", lambda: False)
    reading = read("The Front blocked the convoy.", "auto")
    assert reading.engine.startswith("bare ")
    assert "reader.stand-in" in {n.code for n in reading.notices}
    with pytest.raises(ReaderMissing, match="not installed"):
        read("The Front blocked the convoy.", "rules")


def test_a_reader_nobody_knows_is_refused():
    with pytest.raises(ReaderMissing, match="oracle"):
        read("Words.", "oracle")


def test_reading_with_bare_loads_no_parser():
    code = (
        "import sys; from waythrough.intake.reader import read_document; from waythrough.intake.text import load_text;"
        "read_document(load_text(b'The road was closed.'), reader='bare'); assert 'spacy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})


def test_a_reading_goes_to_json_and_back_unchanged():
    reading = read(" ".join(text for text, _ in PARAGRAPHS.values()), "bare")
    assert reading_from_json(json.loads(json.dumps(reading_to_json(reading)))) == reading


@pytest.mark.parametrize("change", [{"schema": "other/1"}, {"claims": [{}]}, {"doc": {}}])
def test_json_of_another_form_is_refused(change):
    with pytest.raises(NotAReading):
        reading_from_json({**reading_to_json(read("The Front blocked the convoy.", "bare")), **change})


def test_json_with_an_unknown_type_is_refused():
    data = reading_to_json(read("The Front blocked the convoy.", "bare"))
    data["claims"][0]["type"] = "gossip"
    with pytest.raises(NotAReading, match="gossip"):
        reading_from_json(data)


@needs_model
def test_the_development_article_is_read_above_the_floor(shared_dir: Path):
    """A floor, not a measure: the reader was built while looking at this article."""
    folder = shared_dir / "intake"
    spec = util.spec_from_file_location("score_claims", folder / "score_claims.py")
    scorer = util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    gold = json.loads((folder / "dev" / "rukban-2019-03-28.json").read_text(encoding="utf-8"))
    reading = read_document(
        load_text(folder / "dev" / gold["doc"]["file"]), registry_from_json(gold),
        Published(date.fromisoformat(gold["doc"]["published"]["value"])), outlet=gold["doc"]["outlet"], reader="rules",
    )  # fmt: skip
    figures = scorer.score([(gold, reading_to_json(reading))])
    assert figures["detect"]["f1"] >= 0.85
    assert figures["typed"]["f1"] >= 0.75
    assert figures["full"]["f1"] >= 0.65


@needs_model
@pytest.mark.parametrize("name", ["centcom_2018-11-01", "centcom_2019-03-19", "state_2019-04-26"])
def test_public_statements_are_read_without_a_registry_and_their_headings_left_out(shared_dir: Path, name):
    layer = load_text(shared_dir / "data" / "rukban_case" / "statements_us" / f"{name}.txt")
    reading = read_document(
        layer, None, Published(date(2019, 4, 30)), genre="party_statement", reader="rules"
    )
    assert len(reading.claims) >= 3
    assert any(n.why == "heading" for n in reading.not_claims)
    silent = [n.span for n in reading.not_claims]
    assert not any(c.span.overlaps(s) for c in reading.claims for s in silent)
