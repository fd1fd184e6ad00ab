"""One suite for every store: what the ledger may expect of a database, whichever it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from waythrough.ledger import Ledger, genesis, lines
from waythrough.ledger.appending import Signer, write_commit
from waythrough.ledger.clock import Tick
from waythrough.ledger.header import unpack
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.lists import STANDING
from waythrough.ledger.places import Place
from waythrough.ledger.store import SealedCommit, Store, StoredCommit, Writer
from waythrough.terms.entries import Draft, Entry

AUTHOR = "Amina Example"
DEVICE = DeviceKey.from_seed(bytes(range(32)))
NOON = datetime(2019, 4, 1, 12, tzinfo=UTC)
SIGNER = Signer(
    DEVICE,
    b"L" * 16,
    lambda: NOON,
    lambda count: bytes(n * 7 % 251 for n in range(count)),
    genesis.log_id(DEVICE.public),
)


def now(writer: Writer) -> Signer:
    """The signer, as the store stands at this moment."""
    return replace(SIGNER, tip=writer.tip(SIGNER.log))


def begin(writer: Writer) -> None:
    """A ledger's first commit."""
    first = genesis.draft(SIGNER.ledger, "Valley camp", DEVICE.public)
    write_commit(writer, now(writer), [lines.write(first, AUTHOR, "first")])


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    place.create(begin)
    made = place.open()
    yield made
    made.close()


def write(store: Store, *drafts: Draft) -> tuple[Entry, ...]:
    with store.writing() as writer:
        existing = [lines.read(line) for line in writer.lines_of_records([draft.record for draft in drafts])]
        writings = [lines.write(draft, AUTHOR, "here") for draft in drafts]
        return write_commit(writer, now(writer), writings, existing=existing)


def note(record: str, day: int = 1, corrects: tuple[str, ...] = (), kind: str = "note") -> Draft:
    return Draft(kind, record, {"day": day}, corrects, date(2019, 3, day))


def test_what_is_written_is_read_in_the_order_of_display(store: Store) -> None:
    write(store, note("b"), note("a"))
    write(store, note("c"))
    with store.reading() as reader:
        assert [lines.read(line).record for line in reader.standing("note", None)] == ["b", "a", "c"]
        assert [lines.read(line).record for line in reader.latest(2, None)] == ["c", "a"]
        assert sorted(reader.every_line())[1:] == reader.standing("note", None)


def test_a_block_that_raises_writes_nothing(store: Store) -> None:
    with pytest.raises(KeyError), store.writing() as writer:
        write_commit(writer, now(writer), [lines.write(note("a"), AUTHOR, "here")])
        raise KeyError("changed our mind")
    with store.reading() as reader:
        assert reader.standing("note", None) == []
        assert len(list(reader.raw_commits())) == 1
    assert write(store, note("a"))[0].sequence == 1


def test_a_reader_sees_one_moment_and_does_not_hold_up_a_writer(store: Store) -> None:
    write(store, note("a"))
    with store.reading() as reader:
        before = reader.standing("note", None)
        write(store, note("b"))
        assert reader.standing("note", None) == before
    with store.reading() as reader:
        assert len(reader.standing("note", None)) == 2


def test_writers_wait_for_each_other_and_each_follows_the_one_before(place: Place, store: Store) -> None:
    def work(name: str) -> None:
        for n in range(10):
            write(store, note(f"{name}/{n}"))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as reader:
        headers = [unpack(row.header) for row in reader.raw_commits()]
    assert [header.sequence for header in headers] == list(range(41))
    assert Ledger(place, store, clock=lambda: NOON, entropy=bytes).verify().sound


def test_the_tip_is_the_last_commit_of_its_own_log(store: Store) -> None:
    write(store, note("a"))
    with store.reading() as reader:
        tip = reader.tip(SIGNER.log)
        assert tip is not None and unpack(tip.header).sequence == 1
        assert reader.tip(bytes(20)) is None
        assert reader.latest_tick(SIGNER.log, 2**62) is None
        assert reader.latest_tick(bytes(20), 2**62) == Tick(int(NOON.timestamp() * 1000), 1)
        assert reader.latest_tick(bytes(20), 0) is None
        assert reader.latest_tick(bytes(20), 2**62, int(NOON.timestamp() * 1000) + 1) is None


def test_one_commit_is_never_written_twice(store: Store) -> None:
    with store.reading() as reader:
        tip = reader.tip(SIGNER.log)
    assert tip is not None
    with pytest.raises(Exception, match=r"(?i)unique"), store.writing() as writer:
        writer.add([SealedCommit(tip, [], own=False)])
    with store.reading() as reader:
        assert len(list(reader.raw_commits())) == 1


def test_what_stands_follows_the_day(store: Store) -> None:
    (first,) = write(store, note("a", 3))
    (second,) = write(store, note("a", 5, (first.id,)))
    for day, standing in ((2, []), (3, [first.id]), (4, [first.id]), (5, [second.id])):
        with store.reading() as reader:
            for found in (
                reader.standing("note", date(2019, 3, day)),
                reader.standing(None, date(2019, 3, day)),
                reader.standing_of("a", date(2019, 3, day)),
            ):
                assert [line.id.hex() for line in found] == standing
    with store.reading() as reader:
        assert reader.standing("other", None) == []
        assert reader.known_range() == (date(2019, 3, 3), date(2019, 3, 5))


def test_conflicts_are_found_as_of_a_day(store: Store) -> None:
    (first,) = write(store, note("a", 1), note("b", 1))[:1]
    write(store, note("a", 2, (first.id,)))
    write(store, note("a", 4, (first.id,)))
    with store.reading() as reader:
        assert [len(reader.contested(date(2019, 3, day))) for day in (1, 2, 3, 4)] == [0, 0, 0, 2]
        assert len(reader.contested(None)) == 2


def test_lines_are_found_by_the_beginning_of_their_id(store: Store) -> None:
    (entry,) = write(store, note("a"))
    with store.reading() as reader:
        for length in (1, 5, 6, 31, 32):
            assert entry.id in [line.id.hex() for line in reader.starting_with(entry.id[:length], 10)]
        assert reader.starting_with("0" * 32, 10) == []


def test_many_records_are_asked_for_at_once(store: Store) -> None:
    write(store, *(note(f"n/{n}") for n in range(1200)))
    with store.reading() as reader:
        assert len(reader.lines_of_records([f"n/{n}" for n in range(-5, 1200)])) == 1200


def test_a_list_is_replaced_by_record_and_cleared_whole(store: Store) -> None:
    (first,) = write(store, note("a"))
    row = (bytes.fromhex(first.id), "a", "note", "2019-03-01", "2019-03-02")
    with store.writing() as writer:
        writer.put(STANDING, ["a"], [row])
    with store.reading() as reader:
        assert row in list(reader.raw_list(STANDING))
        assert len(list(reader.raw_list(STANDING))) == 2
    with store.writing() as writer:
        writer.clear(STANDING)
    with store.reading() as reader:
        assert list(reader.raw_list(STANDING)) == []


def test_a_sound_store_finds_no_fault_with_itself(store: Store) -> None:
    write(store, note("a"))
    with store.reading() as reader:
        assert reader.faults() == []


def test_an_altered_entry_breaks_the_chain_at_that_entry(place: Place, store: Store) -> None:
    """A commit whose lines are not those that were signed is named, whatever the store."""
    write(store, note("a"))
    sealed, _ = lines.seal([lines.write(note("b"), AUTHOR, "here")], SIGNER.entropy)
    with store.reading() as reader:
        tip = reader.tip(SIGNER.log)
    assert tip is not None
    forged = replace(unpack(tip.header), sequence=2, counter=9).pack()
    with store.writing() as writer:
        writer.add([SealedCommit(StoredCommit(forged, DEVICE.sign(forged)), sealed, own=False)])
    verification = Ledger(place, store, clock=lambda: NOON, entropy=bytes).verify()
    places = {finding.place for finding in verification.findings}
    assert f"commit 2 of log {SIGNER.log.hex()[:16]}" in places
    assert not any(place.startswith("commit 1 ") for place in places)
