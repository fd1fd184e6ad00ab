"""What arrives is proved commit by commit: each fault is named with its place, and then nothing is taken in."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from unit.ledger.conftest import HandClock
from waythrough.ledger import Ledger, grants
from waythrough.ledger.hashing import body_hash, leaf_hash, merkle_root
from waythrough.ledger.header import NOTHING, header_hash, unpack
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.parcels import CarriedLine, Parcel
from waythrough.terms.entries import Draft
from waythrough.terms.problems import ParcelRefused

AMINA, BORIS = "Amina Example", "Boris Example"
SALT = bytes(16)
META = {
    "author": BORIS,
    "corrects": [],
    "kind": "note",
    "known_on": None,
    "record": "note/new",
    "source": None,
    "valid_from": None,
    "valid_to": None,
}


@pytest.fixture
def boris() -> DeviceKey:
    return DeviceKey.from_seed(bytes([2]) * 32)


@pytest.fixture
def here(tmp_path: Path, clock: HandClock, boris: DeviceKey) -> Iterator[Ledger]:
    """The keeper's copy. Boris is enrolled, and his first note, at an hour past noon, is in it."""
    keeper = DeviceKey.from_seed(bytes([1]) * 32)
    common: dict[str, Any] = {"clock": clock, "entropy": random.Random(7).randbytes}
    with Ledger.create(
        tmp_path / "0.way", title="Valley camp", author=AMINA, device=keeper, **common
    ) as made:
        grant = grants.enrol(
            boris.public, name="laptop", person=BORIS, roles={"*": ["registrar"]}, box_key=boris.box_key
        )
        made.act([grant], author=AMINA)
        made.append([Draft("note", "note/0", {})], author=AMINA)
        with Ledger.receive(tmp_path / "1.way", made.parcels(), device=boris, **common) as his:
            his.append([Draft("note", "note/1", {})], author=BORIS)
            made.apply(list(his.parcels(made.frontier())), author=AMINA)
        yield made


def said(**changes: Any) -> bytes:
    """A meta in the ledger's one way, but for these changes; None takes a key out."""
    meta = {**META, **{name: value for name, value in changes.items() if value is not ...}}
    kept = {name: value for name, value in meta.items() if changes.get(name) is not ...}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def line(meta: bytes | None = None, body: bytes = b"{}", salt: bytes = SALT) -> CarriedLine:
    return CarriedLine(said() if meta is None else meta, salt, body, body_hash(salt, body))


def after(copy: Ledger, by: DeviceKey, *lines: CarriedLine, **changes: Any) -> Parcel:
    """The next commit of a device's log, well made and well signed but for these changes."""
    last = next(
        unpack(one.header)
        for one in reversed(list(copy.parcels()))
        if unpack(one.header).log.startswith(by.fingerprint)
    )
    lines = lines or (line(),)
    leaves = [leaf_hash(one.meta, one.body_hash) for one in lines]
    made = replace(
        last,
        sequence=last.sequence + 1,
        previous=header_hash(last.pack()),
        counter=last.counter + 1,
        count=len(lines),
        root=merkle_root(leaves),
        act=NOTHING,
    )
    header = replace(made, **changes).pack()
    return Parcel(header, by.sign(header), lines)


def refused(ledger: Ledger, *parcels: Parcel) -> tuple[str, str]:
    """Where a fault lies and what it is; nothing of what came with it is kept."""
    before = list(ledger.parcels())
    with pytest.raises(ParcelRefused) as refusal:
        ledger.apply(parcels, author=AMINA)
    assert list(ledger.parcels()) == before
    return str(refusal.value.fields["place"]), str(refusal.value.fields["found"])


def his(boris: DeviceKey, sequence: int) -> str:
    return f"commit {sequence} of log {boris.fingerprint.hex()[:16]}"


def test_a_commit_well_made_is_taken_in_and_counted(here: Ledger, boris: DeviceKey) -> None:
    """Without this, everything below could be refused for another reason than the one it tries."""
    one = after(here, boris, line(), line(said(record="note/more", known_on="2019-03-01")))
    merged = here.apply([one, one], author=AMINA)
    assert (merged.new, merged.known, merged.entries) == (1, 1, 2)
    assert (dict(merged.aside), merged.forks, merged.contested, merged.erased) == ({}, (), (), ())
    assert {head.record for head in here.heads()} == {"note/0", "note/1", "note/new", "note/more"}
    assert here.verify().sound


# --- what each commit proves by itself -----------------------------------------------------------------------


def test_bytes_that_are_no_header_are_named_by_where_they_stand_in_what_arrived(
    here: Ledger, boris: DeviceKey
) -> None:
    good = after(here, boris)
    bad = good._replace(header=good.header[:10])
    found = "its header has 10 bytes where 164 are due"
    assert refused(here, bad) == ("commit 1 of what arrived", found)
    assert refused(here, good, bad) == ("commit 2 of what arrived", found)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"ledger": bytes(16)}, "it belongs to another ledger"),
        ({"count": 2}, "it was signed over 2 entries and brings 1"),
        ({"count": 0}, "it was signed over 0 entries and brings 1"),
        ({"root": bytes(32)}, "its entries are not the ones it was signed over"),
    ],
)
def test_a_header_that_does_not_fit_its_entries_or_its_ledger_is_refused(
    here: Ledger, boris: DeviceKey, changes: dict[str, Any], found: str
) -> None:
    assert refused(here, after(here, boris, **changes)) == (his(boris, 1), found)


def test_a_clock_beyond_the_end_of_the_calendar_is_refused(here: Ledger, boris: DeviceKey) -> None:
    assert refused(here, after(here, boris, physical_ms=2**62))[0] == his(boris, 1)


def test_a_commit_without_entries_is_refused(here: Ledger, boris: DeviceKey) -> None:
    empty = after(here, boris, count=0)._replace(lines=())
    assert refused(here, empty) == (his(boris, 1), "it brings no entry")


@pytest.mark.parametrize(
    ("bad", "found"),
    [
        (line(said(author=...)), "its meta has only the keys"),
        (line(said(author=" ")), "its author is no text"),
        (line(said(source=7)), "its source is neither text nor missing"),
        (line(said(known_on="2019-3-1")), "its known_on is no day"),
        (line(said(corrects=["abc"])), "what it corrects is not a list of entry ids"),
        (line(said(vault="who")), "it names a vault or a subject, and not the other"),
        (line(said() + b" "), "the meta of an entry is not written in the ledger's one way"),
        (line(b"[]"), "it is not a JSON object"),
        (line()._replace(salt=None), "an entry has a salt or a body, and not the other"),
        (line()._replace(body=None), "an entry has a salt or a body, and not the other"),
        (line(salt=bytes(15)), "the salt of an entry has 15 bytes where 16 are due"),
        (line(salt=bytes(17)), "the salt of an entry has 17 bytes where 16 are due"),
        (line()._replace(body=b'{"n":1}'), "the body of an entry is not the one its hash was made of"),
        (line(body=b'{"n": 1}'), "the body of an entry is not written in the ledger's one way"),
        (line(body=b"[]"), "it is not a JSON object"),
        (
            line(said(vault="who", subject="hh-1"), b'{"n": 1}'),
            "the body of an entry is not written in the ledger's one way",
        ),
    ],
)
def test_an_entry_that_can_be_read_in_two_ways_or_in_none_is_refused(
    here: Ledger, boris: DeviceKey, bad: CarriedLine, found: str
) -> None:
    place, why = refused(here, after(here, boris, line(), bad))
    assert place == his(boris, 1)
    assert why.startswith(found)


def test_a_body_that_is_no_json_is_believed_only_in_the_vault(here: Ledger, boris: DeviceKey) -> None:
    sealed = b"\x01" + bytes(40)
    assert refused(here, after(here, boris, line(said(), sealed)))[0] == his(boris, 1)
    owned = said(vault="who", subject="hh-1", record="identity/1", keep_until="2030-01-01")
    assert here.apply([after(here, boris, line(owned, sealed))], author=AMINA).new == 1
    assert [entry.state for entry in here.history("identity/1")] == ["sealed"]
    assert here.verify().sound


def test_a_withheld_body_is_refused_by_its_entry(here: Ledger, boris: DeviceKey) -> None:
    withheld = line()._replace(salt=None, body=None)
    entry = leaf_hash(withheld.meta, withheld.body_hash)[:16].hex()
    found = "its body is missing, and nobody ordered it to be erased"
    assert refused(here, after(here, boris, withheld)) == (f"entry {entry}", found)
    assert refused(here, after(here, boris, line(said(record="whole")), withheld)) == (
        f"entry {entry}",
        found,
    )


# --- what each commit proves beside the others ---------------------------------------------------------------


def test_a_signature_that_does_not_hold_is_refused_whoever_made_it(here: Ledger, boris: DeviceKey) -> None:
    good, stranger = after(here, boris), DeviceKey.from_seed(bytes([3]) * 32)
    for signature in (bytes(64), b"", stranger.sign(good.header), boris.sign(good.header + b"x")):
        found = refused(here, good._replace(signature=signature))
        assert found == (his(boris, 1), "its signature does not hold")


def test_a_device_that_only_enrols_itself_is_nobody(here: Ledger) -> None:
    stranger = DeviceKey.from_seed(bytes([3]) * 32)
    grant = grants.enrol(stranger.public, name="x", person="X", roles={"*": ["keeper"]}, box_key="age1x")
    body = json.dumps(grant.body, sort_keys=True, separators=(",", ":")).encode()
    entry = line(said(kind=grant.kind, record=grant.record), body)
    boris = DeviceKey.from_seed(bytes([2]) * 32)
    header = unpack(after(here, boris, entry).header)
    header = replace(header, log=stranger.fingerprint + bytes(4), sequence=0, previous=NOTHING)
    forged = Parcel(header.pack(), stranger.sign(header.pack()), (entry,))
    found = refused(here, forged)
    assert found == (his(stranger, 0), "it was signed by a device that was never enrolled here")


def test_a_commit_follows_the_one_before_it_in_its_own_log_and_time(here: Ledger, boris: DeviceKey) -> None:
    logs = {unpack(one.header).log: unpack(one.header) for one in here.parcels()}
    last = next(header for log, header in logs.items() if log.startswith(boris.fingerprint))
    other = next(header for log, header in logs.items() if not log.startswith(boris.fingerprint))
    missing, astray = "the commit before it is missing", "it does not follow the commit before it"
    late = "its clock is not later than that of the commit before it"
    for changes, sequence, found in (
        ({"previous": bytes([1]) * 32}, 1, missing),
        ({"previous": NOTHING}, 1, missing),
        ({"sequence": 0}, 0, astray),
        ({"sequence": 2}, 2, astray),
        ({"previous": header_hash(other.pack()), "sequence": other.sequence + 1}, other.sequence + 1, astray),
        ({"counter": last.counter}, 1, late),
        ({"physical_ms": last.physical_ms - 1, "counter": last.counter + 9}, 1, late),
    ):
        assert refused(here, after(here, boris, **changes)) == (his(boris, sequence), found)
    assert (
        here.apply([after(here, boris, physical_ms=last.physical_ms + 1, counter=0)], author=AMINA).new == 1
    )


def test_a_commit_may_come_with_the_one_it_follows_but_not_before_it(here: Ledger, boris: DeviceKey) -> None:
    first = after(here, boris)
    before = unpack(first.header)
    second = after(
        here,
        boris,
        line(said(record="note/second")),
        sequence=before.sequence + 1,
        previous=header_hash(first.header),
        counter=before.counter + 1,
    )
    assert refused(here, second, first) == (his(boris, 2), "the commit before it is missing")
    assert here.apply([first, second], author=AMINA).new == 2


def test_a_correction_names_an_entry_of_its_own_record_that_is_here_or_comes_along(
    here: Ledger, boris: DeviceKey
) -> None:
    (there,) = here.history("note/0")
    unheard = "ab" * 16
    for corrects, named in (([unheard], unheard), ([there.id], there.id), ([there.id, unheard], there.id)):
        bad = line(said(corrects=corrects, record="note/1"))
        found = f"it corrects {named}, which is no entry of the record note/1 here"
        assert refused(here, after(here, boris, bad)) == (his(boris, 1), found)
    first = line(said(record="note/fresh"))
    own = leaf_hash(first.meta, first.body_hash)[:16].hex()
    along = after(
        here,
        boris,
        line(said(record="note/fresh", corrects=[own])),
        first,
        line(said(record="note/0", corrects=[there.id])),
    )
    assert here.apply([along], author=AMINA).contested == ()
    assert [len(head.entries) for head in here.heads()] == [1, 1, 1]
    assert here.verify().sound


def test_two_commits_in_one_place_are_a_fork_wherever_the_other_is(here: Ledger, boris: DeviceKey) -> None:
    """The other is here already, or comes in the same bundle."""
    one, other = after(here, boris), after(here, boris, line(said(record="note/other")))
    place = (unpack(one.header).log, 1)
    assert here.apply([one, other], author=AMINA).forks == (place,)
    again = after(
        here, boris, line(said(record="note/third")), sequence=1, previous=unpack(one.header).previous
    )
    assert here.apply([again], author=AMINA).forks == (place,)
    (fork,) = here.forks()
    assert (fork.log, fork.sequence, len(fork.commits)) == (*place, 3)
    assert here.verify().sound


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("ledger.device", b'{"public_key":"ff"}'),
        ("ledger.admission", b'{"commit":7}'),
        ("ledger.erasure", b"{}"),
        ("ledger.unheard-of", b'{"a newer version":1}'),
    ],
)
def test_an_act_that_cannot_be_read_or_is_of_a_newer_version_is_carried_and_changes_nothing(
    here: Ledger, boris: DeviceKey, kind: str, body: bytes
) -> None:
    before = here.world().members.devices()
    assert here.apply([after(here, boris, line(said(kind=kind, record="x/1"), body))], author=AMINA).new == 1
    assert here.world().members.devices() == before
    assert here.history("x/1")[0].kind == kind
    assert here.verify().sound


# --- beginning -----------------------------------------------------------------------------------------------


def begun(tmp_path: Path, *parcels: Parcel) -> tuple[str, str]:
    """Why a copy cannot be begun with these commits; then there is none."""
    with pytest.raises(ParcelRefused) as refusal:
        Ledger.receive(tmp_path / "copy.way", parcels)
    assert not (tmp_path / "copy.way").exists()
    return str(refusal.value.fields["place"]), str(refusal.value.fields["found"])


def test_a_copy_begins_with_the_commit_that_begins_a_ledger(
    here: Ledger, boris: DeviceKey, tmp_path: Path
) -> None:
    first, second, *_ = here.parcels()
    log = unpack(first.header).log.hex()[:16]
    none = "it does not begin a ledger"
    assert begun(tmp_path) == ("what arrived", "it holds no commit")
    assert begun(tmp_path, first._replace(header=b"x")) == (
        "the first commit",
        "its header has 1 bytes where 164 are due",
    )
    assert begun(tmp_path, second) == (f"commit 1 of log {log}", none)
    assert begun(tmp_path, first._replace(signature=bytes(64))) == (
        f"commit 0 of log {log}",
        "its signature does not hold",
    )


@pytest.mark.parametrize(
    "changes", [{"ledger": bytes(16)}, {"sequence": 1}, {"previous": bytes([1]) * 32}, "twice", "no"]
)
def test_a_first_commit_that_begins_no_ledger_or_another_is_refused_though_it_is_well_signed(
    here: Ledger, tmp_path: Path, changes: Any
) -> None:
    first = next(iter(here.parcels()))
    keeper = DeviceKey.from_seed(bytes([1]) * 32)
    lines = {"twice": first.lines * 2, "no": (line(),)}.get(str(changes), first.lines)
    leaves = [leaf_hash(one.meta, one.body_hash) for one in lines]
    header = replace(unpack(first.header), count=len(lines), root=merkle_root(leaves))
    if isinstance(changes, dict):
        header = replace(header, **changes)
    forged = Parcel(header.pack(), keeper.sign(header.pack()), lines)
    found = (f"commit {header.sequence} of log {header.log.hex()[:16]}", "it does not begin a ledger")
    assert begun(tmp_path, forged) == found
