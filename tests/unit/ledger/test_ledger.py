"""What people may rely on when they write things down and read them again."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from waythrough.ledger import Ledger
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.places import Place
from waythrough.terms.entries import Draft, Entry, Head
from waythrough.terms.problems import (
    AmbiguousId,
    BodyRefused,
    CorrectsUnknown,
    DeviceNotEnrolled,
    DraftRefused,
    InputRefused,
    KeyReused,
    NotFound,
    RecordExists,
)

AMINA, BORIS = "Amina Example", "Boris Example"


@pytest.fixture
def workspace(place: Place) -> Place:
    """People may rely on all of this wherever their ledger is kept."""
    return place


def request(record: str = "request/1", **changes: object) -> Draft:
    values: dict[str, object] = {"kind": "request", "record": record, "body": {"asks": "12 lorries"}}
    return Draft(**(values | changes))  # type: ignore[arg-type]


def test_what_was_written_is_read_back_whole(ledger: Ledger) -> None:
    draft = Draft(
        kind="figure",
        record="figure/people",
        body={
            "low": 7500,
            "high": 8000.5,
            "words": "около 8 000 «people»",
            "claims": ["a", None, True],
            "empty": {},
        },
        known_on=date(2019, 3, 28),
        valid_from=date(2019, 3, 1),
        valid_to=date(2019, 3, 31),
        source="source/4",
    )
    (entry,) = ledger.append([draft], author=AMINA)
    assert (entry.kind, entry.record, entry.body, entry.corrects) == (
        draft.kind,
        draft.record,
        draft.body,
        (),
    )
    assert (entry.valid_from, entry.valid_to, entry.source) == (
        draft.valid_from,
        draft.valid_to,
        draft.source,
    )
    assert (entry.author, entry.at, entry.known_on) == (
        AMINA,
        datetime(2019, 4, 1, 9, tzinfo=UTC),
        date(2019, 3, 28),
    )
    assert ledger.find(entry.id) == entry
    assert ledger.history("figure/people") == [entry]


def test_an_empty_body_is_a_body(ledger: Ledger) -> None:
    (entry,) = ledger.append([request(body={})], author=AMINA)
    assert ledger.head("request/1") == Head("request/1", "request", (entry,))
    assert entry.body == {}


def test_words_are_known_from_the_earlier_of_publication_and_recording(ledger: Ledger) -> None:
    before, after, unsaid = ledger.append(
        [
            request("r/1", known_on=date(2019, 3, 30)),
            request("r/2", known_on=date(2019, 4, 30)),
            request("r/3"),
        ],
        author=AMINA,
    )
    assert [e.known_on for e in (before, after, unsaid)] == [
        date(2019, 3, 30),
        date(2019, 4, 1),
        date(2019, 4, 1),
    ]
    assert (ledger.first_known(), ledger.last_known()) == (date(2019, 3, 30), date(2019, 4, 1))


def test_a_new_ledger_knows_nothing_but_itself(ledger: Ledger) -> None:
    assert ledger.heads() == ledger.contested() == []
    assert ledger.first_known() is ledger.last_known() is None
    (genesis,) = ledger.log()
    assert genesis.kind == "ledger.genesis"
    assert genesis.body["title"] == ledger.title == "Valley camp"
    assert genesis.body["ledger"] == ledger.id
    assert ledger.verify().sound


def test_writing_nothing_writes_no_commit(ledger: Ledger) -> None:
    assert ledger.append([], author=AMINA) == ()
    assert ledger.verify().commits == 1


# --- corrections and conflicts -------------------------------------------------------------------------------


def test_a_correction_takes_the_place_of_what_it_corrects(ledger: Ledger) -> None:
    (first,) = ledger.append([request()], author=AMINA)
    (second,) = ledger.append([request(body={"asks": "14 lorries"}, corrects=(first.id,))], author=BORIS)
    assert ledger.head("request/1") == Head("request/1", "request", (second,))
    assert ledger.history("request/1") == [first, second]
    assert ledger.contested() == []


def test_two_corrections_of_one_entry_both_stand_until_a_third_names_both(ledger: Ledger) -> None:
    (first,) = ledger.append([request()], author=AMINA)
    (one,) = ledger.append([request(body={"answer": "granted"}, corrects=(first.id,))], author=AMINA)
    (two,) = ledger.append([request(body={"answer": "denied"}, corrects=(first.id,))], author=BORIS)
    (head,) = ledger.contested()
    assert head.contested and head.entries == (one, two)
    (three,) = ledger.append([request(corrects=(one.id, two.id))], author=AMINA)
    assert ledger.contested() == []
    assert ledger.head("request/1") == Head("request/1", "request", (three,))


def test_settling_only_one_side_leaves_the_record_contested(ledger: Ledger) -> None:
    (first,) = ledger.append([request()], author=AMINA)
    (one,) = ledger.append([request(body={"n": 1}, corrects=(first.id,))], author=AMINA)
    (two,) = ledger.append([request(body={"n": 2}, corrects=(first.id,))], author=BORIS)
    (three,) = ledger.append([request(body={"n": 3}, corrects=(one.id,))], author=AMINA)
    assert ledger.contested()[0].entries == (two, three)


def test_a_second_account_stands_beside_the_first_only_when_it_is_meant(ledger: Ledger) -> None:
    (first,) = ledger.append([request()], author=AMINA)
    with pytest.raises(RecordExists) as refusal:
        ledger.append([request(body={"asks": "other"})], author=BORIS)
    assert first.id in refusal.value.remedy()
    (second,) = ledger.append([request(body={"asks": "other"})], author=BORIS, alongside=True)
    assert ledger.contested()[0].entries == (first, second)


def test_two_drafts_of_one_act_may_not_contest_each_other_unawares(ledger: Ledger) -> None:
    with pytest.raises(RecordExists):
        ledger.append([request(), request(body={"asks": "twice"})], author=AMINA)
    assert ledger.heads() == []


def test_a_correction_must_name_entries_of_its_own_record(ledger: Ledger) -> None:
    (other,) = ledger.append([request("request/2")], author=AMINA)
    (own,) = ledger.append([request("request/1")], author=AMINA)
    for wrong in (other.id, "0" * 32):
        with pytest.raises(CorrectsUnknown) as refusal:
            ledger.append([request("request/1", corrects=(own.id, wrong))], author=AMINA)
        assert wrong in refusal.value.sentence() and own.id in refusal.value.remedy()
    assert len(ledger.history("request/1")) == 1


def test_a_record_keeps_its_kind(ledger: Ledger) -> None:
    (first,) = ledger.append([request()], author=AMINA)
    with pytest.raises(DraftRefused, match="of kind request"):
        ledger.append([request(kind="meeting", corrects=(first.id,))], author=AMINA)


# --- looking back --------------------------------------------------------------------------------------------


def test_looking_back_shows_neither_later_records_nor_later_corrections(ledger: Ledger) -> None:
    (march,) = ledger.append([request(known_on=date(2019, 3, 10))], author=AMINA)
    (april,) = ledger.append(
        [request(body={"n": 2}, known_on=date(2019, 3, 20), corrects=(march.id,))], author=AMINA
    )
    ledger.append([request("request/2", known_on=date(2019, 3, 15))], author=AMINA)

    def shown(day: date) -> dict[str, tuple[Entry, ...]]:
        return {head.record: head.entries for head in ledger.heads("request", as_of=day)}

    assert shown(date(2019, 3, 9)) == {}
    assert shown(date(2019, 3, 10)) == {"request/1": (march,)}
    assert shown(date(2019, 3, 19)).keys() == {"request/1", "request/2"}
    assert shown(date(2019, 3, 19))["request/1"] == (march,)
    assert shown(date(2019, 3, 20))["request/1"] == (april,)
    assert ledger.head("request/1", as_of=date(2019, 3, 9)) is None


def test_an_old_document_found_late_belongs_to_its_day_and_not_before(ledger: Ledger) -> None:
    """Recorded last, published first: on its day it stood, and what replaced it came later."""
    (late,) = ledger.append([request(known_on=date(2019, 3, 20))], author=AMINA)
    ledger.append([request(body={"n": 0}, known_on=date(2019, 3, 1))], author=AMINA, alongside=True)
    (old,) = (e for e in ledger.history("request/1") if e.known_on == date(2019, 3, 1))
    ledger.append([request(body={"n": 2}, corrects=(late.id, old.id))], author=AMINA)
    head = ledger.head("request/1", as_of=date(2019, 3, 5))
    assert head is not None and head.entries == (old,)
    assert [h.record for h in ledger.contested(as_of=date(2019, 3, 25))] == ["request/1"]
    assert ledger.contested() == []


def test_a_conflict_settled_later_is_still_a_conflict_on_its_day(ledger: Ledger) -> None:
    days = [date(2019, 3, n) for n in (1, 2, 3, 4)]
    (first,) = ledger.append([request(known_on=days[0])], author=AMINA)
    (one,) = ledger.append([request(body={"n": 1}, known_on=days[1], corrects=(first.id,))], author=AMINA)
    (two,) = ledger.append([request(body={"n": 2}, known_on=days[2], corrects=(first.id,))], author=BORIS)
    ledger.append([request(body={"n": 3}, known_on=days[3], corrects=(one.id, two.id))], author=AMINA)
    assert [len(ledger.contested(as_of=day)) for day in days] == [0, 0, 1, 0]


# --- saying the same thing twice -----------------------------------------------------------------------------


def test_the_same_key_again_returns_the_same_entries_and_doubles_nothing(ledger: Ledger) -> None:
    drafts = [request(f"request/{n}") for n in range(9)]  # many, as two may stand in order by chance
    first = ledger.append(drafts, author=AMINA, key="form-17")
    assert ledger.append(drafts, author=AMINA, key="form-17") == first
    assert ledger.verify().commits == 2


def test_a_correction_may_be_repeated_with_its_key(ledger: Ledger) -> None:
    (first,) = ledger.append([request()], author=AMINA)
    draft = request(body={"n": 2}, corrects=(first.id,))
    assert ledger.append([draft], author=AMINA, key="k") == ledger.append([draft], author=AMINA, key="k")
    assert ledger.contested() == []


def test_a_key_used_for_something_else_is_refused(ledger: Ledger) -> None:
    ledger.append([request()], author=AMINA, key="form-17")
    with pytest.raises(KeyReused):
        ledger.append([request(body={"asks": "more"})], author=AMINA, key="form-17")
    with pytest.raises(KeyReused):
        ledger.append([request(), request("request/2")], author=AMINA, key="form-17")
    assert ledger.verify().commits == 2


def test_a_key_is_its_authors_own(ledger: Ledger) -> None:
    (amina,) = ledger.append([request("request/1")], author=AMINA, key="k")
    (boris,) = ledger.append([request("request/2")], author=BORIS, key="k")
    assert (amina.author, boris.author) == (AMINA, BORIS)


# --- refusals ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (float("nan"), "nan"),
        (float("-inf"), "inf"),
        (date(2019, 3, 1), "date"),
        ({1: "x"}, "key 1"),
        ("\ud800", "not text"),
        (2**53, "too large"),
        ({1, 2}, "set"),
        (b"bytes", "bytes"),
    ],
)
def test_a_body_that_json_cannot_say_is_refused_by_its_place(
    ledger: Ledger, value: object, found: str
) -> None:
    with pytest.raises(BodyRefused, match=found) as refusal:
        ledger.append([request("request/0"), request(body={"a": [0, value]})], author=AMINA)
    assert "draft 2, record request/1" in refusal.value.sentence()
    if value != "\ud800":
        assert "/a/1" in refusal.value.sentence()
    assert ledger.heads() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": ""},
        {"record": "  "},
        {"known_on": datetime(2019, 3, 1, tzinfo=UTC)},
        {"known_on": "2019-03-01"},
        {"valid_from": date(2019, 3, 2), "valid_to": date(2019, 3, 1)},
        {"corrects": ("abc",)},
        {"kind": "ledger.genesis"},
    ],
)
def test_a_draft_that_cannot_be_is_refused(ledger: Ledger, changes: dict[str, object]) -> None:
    with pytest.raises(DraftRefused):
        ledger.append([request(**changes)], author=AMINA)
    assert ledger.verify().commits == 1


def test_a_draft_without_an_author_is_refused(ledger: Ledger) -> None:
    with pytest.raises(DraftRefused, match="author"):
        ledger.append([request()], author="")


def test_a_device_that_is_not_enrolled_reads_and_verifies_but_does_not_write(
    ledger: Ledger, workspace: Place
) -> None:
    (entry,) = ledger.append([request()], author=AMINA)
    stranger = DeviceKey.from_seed(bytes(32))
    with Ledger.open(workspace, device=stranger) as other:
        assert other.history("request/1") == [entry]
        assert other.verify().sound
        with pytest.raises(DeviceNotEnrolled) as refusal:
            other.append([request("request/2")], author=BORIS)
    assert refusal.value.exit_code == 7
    assert stranger.fingerprint.hex()[:16] in refusal.value.sentence()
    assert ledger.verify().commits == 2


# --- finding and paging --------------------------------------------------------------------------------------


def test_an_entry_is_found_by_the_beginning_of_its_id(ledger: Ledger) -> None:
    (entry,) = ledger.append([request()], author=AMINA)
    assert ledger.find(entry.id[:6]) == ledger.find(entry.id[:7].upper()) == ledger.find(entry.id) == entry
    assert ledger.find(entry.id[:5]) is None
    assert ledger.find("request/1") == ledger.head("request/1")
    assert ledger.find("request/9") is ledger.find("ffffffff") is None


def test_a_beginning_that_several_ids_share_lists_them(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("waythrough.ledger.questions.SHORTEST_PREFIX", 1)
    ledger.append([request(f"request/{n}") for n in range(40)], author=AMINA)
    ids = sorted(entry.id for entry in ledger.log(limit=100))
    shared = next(a[0] for a, b in itertools.pairwise(ids) if a[0] == b[0])
    with pytest.raises(AmbiguousId) as refusal:
        ledger.find(shared)
    assert next(one for one in ids if one.startswith(shared)) in refusal.value.sentence()


def test_the_log_is_read_page_by_page_newest_first(ledger: Ledger, clock: object) -> None:
    rng = random.Random(3)
    for n in range(12):
        ledger.append([request(f"request/{n}/{m}") for m in range(rng.randint(1, 5))], author=AMINA)
    whole = ledger.log(limit=1000)
    paged: list[Entry] = []
    while page := ledger.log(limit=4, before=paged[-1].id if paged else None):
        assert len(page) <= 4
        paged += page
    assert paged == whole
    order = [(e.at, e.log, e.sequence, e.index) for e in whole]
    assert order == sorted(order, reverse=True)
    assert whole[-1].kind == "ledger.genesis"


def test_a_page_that_cannot_be_is_refused(ledger: Ledger) -> None:
    for before in ("f" * 32, "not an id", "request/1"):
        with pytest.raises(NotFound):
            ledger.log(before=before)
    with pytest.raises(InputRefused):
        ledger.log(limit=0)


def test_a_day_with_an_hour_is_no_day_to_look_back_to(ledger: Ledger) -> None:
    noon = datetime(2019, 4, 1, 12, tzinfo=UTC)
    for ask in (ledger.heads, ledger.contested, lambda as_of: ledger.head("request/1", as_of=as_of)):
        with pytest.raises(InputRefused, match="without an hour"):
            ask(as_of=noon)


def test_a_ledger_needs_a_title_and_an_author(tmp_path: Path, device: DeviceKey) -> None:
    for title, author in (("  ", AMINA), ("Valley camp", "")):
        with pytest.raises(DraftRefused):
            Ledger.create(tmp_path / "a.way", title=title, author=author, device=device)
    assert list(tmp_path.iterdir()) == []


def test_heads_come_in_the_order_they_were_written(ledger: Ledger) -> None:
    records = [f"request/{n}" for n in random.Random(1).sample(range(100), 30)]
    for start in range(0, 30, 7):
        ledger.append([request(record) for record in records[start : start + 7]], author=AMINA)
    assert [head.record for head in ledger.heads("request")] == records


def test_a_clock_set_back_never_moves_the_ledger_back(ledger: Ledger, clock: object) -> None:
    (first,) = ledger.append([request("r/1")], author=AMINA)
    clock.move(hours=-5)  # type: ignore[attr-defined]
    (second,) = ledger.append([request("r/2")], author=AMINA)
    assert second.at >= first.at
    assert [entry.record for entry in ledger.log(limit=2)] == ["r/2", "r/1"]
    assert ledger.verify().sound
