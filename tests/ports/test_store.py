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
from waythrough.ledger.hashing import merkle_root
from waythrough.ledger.header import header_hash, unpack
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.lists import STANDING
from waythrough.ledger.places import Place
from waythrough.ledger.store import LogEnd, SealedCommit, Store, StoredCommit, Writer
from waythrough.terms.entries import Draft, Entry, Vaulted

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


# --- what merging asks ----------------------------------------------------------------------------------------


def ids(store: Store) -> list[bytes]:
    with store.reading() as reader:
        return [row.id for row in reader.raw_commits()]


def fork_of(store: Store, sequence: int) -> bytes:
    """Another commit of the same log and sequence, as a copied laptop would write it."""
    with store.reading() as reader:
        held = reader.commits_of(SIGNER.log)[sequence]
    sealed, leaves = lines.seal([lines.write(note("fork"), AUTHOR, "here")], SIGNER.entropy)
    header = replace(unpack(held.header), counter=99, count=1, root=merkle_root(leaves)).pack()
    with store.writing() as writer:
        writer.add([SealedCommit(StoredCommit(header, DEVICE.sign(header)), sealed, own=False)])
    return header_hash(header)


def test_both_branches_of_a_fork_are_kept_and_found(store: Store) -> None:
    write(store, note("a"))
    first, second = ids(store)
    fork = fork_of(store, 1)
    with store.reading() as reader:
        assert reader.ends() == [LogEnd(SIGNER.log, 1, 3)]
        assert reader.ids_at(SIGNER.log, 1) == sorted([second, fork])
        assert reader.ids_at(SIGNER.log, 2) == []
        held = reader.headers_of([fork, first, bytes(32)])
        assert {commit: header_hash(header) for commit, header in held.items()} == {fork: fork, first: first}
        assert [unpack(commit.header).sequence for commit in reader.commits_of(SIGNER.log)] == [0, 1, 1]


def test_commits_are_placed_all_or_some_and_many_at_once(store: Store) -> None:
    write(store, note("a"))
    held, unheard_of = ids(store), [n.to_bytes(32, "big") for n in range(1200)]
    with store.reading() as reader:
        places = {one.id: one for one in reader.placed()}
        assert {commit: one.sequence for commit, one in places.items()} == {held[0]: 0, held[1]: 1}
        assert list(reader.placed(held[1:])) == [places[held[1]]]
        assert {one.id for one in reader.placed([*unheard_of, *held])} == set(held)
        assert list(reader.placed([])) == []
        assert reader.headers_of(unheard_of) == {}


def test_commits_travel_as_they_arrived_with_all_their_lines(store: Store) -> None:
    write(store, note("a"), note("b"))
    write(store, note("c"))
    with store.reading() as reader:
        parcels = list(reader.parcels(lambda place: place.sequence > 0))
        rows = list(reader.raw_lines())[1:]
    assert [unpack(parcel.header).sequence for parcel in parcels] == [1, 2]
    carried = [line for parcel in parcels for line in parcel.lines]
    assert [tuple(line) for line in carried] == [
        (row.meta, row.salt, row.body, row.body_hash) for row in rows
    ]


def test_the_ledgers_own_entries_are_found_without_the_others(store: Store) -> None:
    write(store, note("a"))
    with store.reading() as reader:
        ((commit, line),) = reader.own_lines()
        assert (commit, lines.read(line).kind) == (ids(store)[0], "ledger.genesis")
        assert reader.last_own() == 1


def test_a_commit_set_aside_stands_in_no_list_until_it_counts_again(store: Store) -> None:
    (entry,) = write(store, note("a"))
    commit = ids(store)[1]
    with store.writing() as writer:
        writer.set_aside({commit: "revoked"})
        assert [one.id for one in writer.placed_aside("revoked")] == [commit]
    with store.reading() as reader:
        assert reader.standing("note", None) == reader.standing_of("a", None) == []
        assert lines.read(reader.starting_with(entry.id, 1)[0]).aside == "revoked"
    with store.writing() as writer:
        writer.set_aside({commit: None})
        writer.set_aside({})
    with store.reading() as reader:
        assert list(reader.placed_aside("revoked")) == []
        assert [line.id.hex() for line in reader.standing_of("a", None)] == [entry.id]


def test_lines_are_found_by_their_commits_and_by_their_ids(store: Store) -> None:
    written = write(store, note("b"), note("a"))
    wanted = [bytes.fromhex(entry.id) for entry in written]
    with store.reading() as reader:
        assert [line.id for line in reader.lines_of_commits(ids(store)[1:])] == wanted
        assert {line.id for line in reader.lines_with([*wanted, bytes(16)])} == set(wanted)
        assert reader.lines_of_commits([bytes(32)]) == reader.lines_with([]) == []


# --- what erasing asks -----------------------------------------------------------------------------------------


def test_a_body_that_is_destroyed_leaves_its_hash_and_is_not_found_again(store: Store) -> None:
    about = Draft("household", "h/1", {"size": 4}, vaulted=Vaulted("what", "house-1"))
    (kept, plain) = write(store, about, note("a"))
    entry_ids = [bytes.fromhex(plain.id)]
    with store.writing() as writer:
        found = writer.bodies_about(["house-1", "house-2"], entry_ids)
        assert {line.id.hex() for _, line in found} == {kept.id, plain.id}
        before = [row.body_hash for row in writer.raw_lines()]
        writer.blank([number for number, _ in found])
    store.scrub()
    with store.reading() as reader:
        assert reader.bodies_about(["house-1"], entry_ids) == []
        gone = [row for row in reader.raw_lines() if row.body is None]
        assert [row.id.hex() for row in gone] == [kept.id, plain.id]
        assert all(row.salt is None for row in gone)
        assert [row.body_hash for row in reader.raw_lines()] == before
        assert lines.read(reader.starting_with(kept.id, 1)[0]).state == "erased"


def test_what_stands_is_counted_by_kind(store: Store) -> None:
    (first, *_) = write(store, note("a", 1), note("b", 2), note("c", 3, kind="other"))
    write(store, note("a", 4, (first.id,)))
    with store.reading() as reader:
        assert reader.kinds(None) == {"note": 2, "other": 1}
        assert reader.kinds(date(2019, 3, 1)) == {"note": 1}
        assert reader.kinds(date(2019, 2, 1)) == {}


def test_a_store_tells_its_database_and_the_settings_in_force(store: Store) -> None:
    with store.reading() as reader:
        said = reader.in_force()
    assert len({"sqlite", "postgresql"} & said.keys()) == 1
    assert len(said) > 3
