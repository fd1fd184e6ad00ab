"""Copies of a ledger take in each other's commits: union, whole or not at all, in any order, however often."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from unit.ledger.conftest import HandClock
from waythrough.ledger import Ledger, checkpoints, grants, orders
from waythrough.ledger.hashing import leaf_hash, merkle_root
from waythrough.ledger.header import unpack
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.parcels import Parcel
from waythrough.terms.entries import Draft
from waythrough.terms.problems import ActRefused, DeviceNotEnrolled, ParcelRefused

AMINA, BORIS = "Amina Example", "Boris Example"
KEEPER, SECOND, STRANGER = (DeviceKey.from_seed(bytes([n]) * 32) for n in (1, 2, 3))

Copy = Callable[..., Ledger]


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Every test begins with devices that have written nothing yet."""
    global KEEPER, SECOND, STRANGER
    KEEPER, SECOND, STRANGER = (DeviceKey.from_seed(bytes([n]) * 32) for n in (1, 2, 3))


@pytest.fixture
def copy(tmp_path: Path, clock: HandClock) -> Iterator[Copy]:
    """Makes copies of one ledger: the first is begun, the others received."""
    made: list[Ledger] = []

    def make(device: DeviceKey, source: Ledger | None = None) -> Ledger:
        path = tmp_path / f"{len(made)}.way"
        common = {"clock": clock, "entropy": random.Random(len(made)).randbytes, "device": device}
        made.append(
            Ledger.receive(path, source.parcels(), **common)
            if source
            else Ledger.create(path, title="Valley camp", author=AMINA, **common)
        )
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def two(copy: Copy, clock: HandClock) -> tuple[Ledger, Ledger]:
    """The keeper's copy and the copy of a second, enrolled laptop."""
    first = copy(KEEPER)
    enrol(first, SECOND, BORIS, {"*": {"registrar"}})
    return first, copy(SECOND, first)


def enrol(ledger: Ledger, device: DeviceKey, person: str, roles: dict[str, set[str]]) -> None:
    draft = grants.enrol(
        device.public, box_key=device.box_key, name="laptop", person=person,
        roles={site: frozenset(names) for site, names in roles.items()},
    )  # fmt: skip
    ledger.act([draft], author=AMINA)


def note(record: str, text: str = "", corrects: tuple[str, ...] = ()) -> Draft:
    return Draft("note", record, {"text": text}, corrects)


def sync(one: Ledger, other: Ledger) -> None:
    other.apply(list(one.parcels(other.frontier())), author=BORIS)
    one.apply(list(other.parcels(one.frontier())), author=AMINA)


def shown(ledger: Ledger) -> list[tuple[str, list[str]]]:
    return [(head.record, [entry.id for entry in head.entries]) for head in ledger.heads()]


def test_what_two_laptops_wrote_apart_stands_in_both(two: tuple[Ledger, Ledger]) -> None:
    first, second = two
    first.append([note("a")], author=AMINA)
    second.append([note("b")], author=BORIS)
    sync(first, second)
    assert shown(first) == shown(second)
    assert {head.record for head in first.heads()} == {"a", "b"}
    assert first.frontier() == second.frontier()
    assert first.verify().findings == second.verify().findings == ()


def test_two_corrections_of_one_entry_are_both_kept_until_one_names_both(two: tuple[Ledger, Ledger]) -> None:
    first, second = two
    (asked,) = first.append([note("request", "asked")], author=AMINA)
    sync(first, second)
    (granted,) = first.append([note("request", "granted", (asked.id,))], author=AMINA)
    (denied,) = second.append([note("request", "denied", (asked.id,))], author=BORIS)
    merged = second.apply(list(first.parcels(second.frontier())), author=BORIS)
    assert merged.contested == ("request",)
    first.apply(list(second.parcels(first.frontier())), author=AMINA)
    assert [head.record for head in first.contested()] == ["request"]
    first.append([note("request", "granted after all", (granted.id, denied.id))], author=AMINA)
    sync(first, second)
    assert second.contested() == [] and shown(first) == shown(second)


def test_taking_in_the_same_again_changes_nothing(two: tuple[Ledger, Ledger]) -> None:
    first, second = two
    first.append([note("a")], author=AMINA)
    parcels = list(first.parcels(second.frontier()))
    assert second.apply(parcels, author=BORIS).new == 1
    again = second.apply(parcels * 2, author=BORIS)
    assert (again.new, again.known) == (0, 2)
    assert second.apply([], author=BORIS).known == 0


def test_a_gap_is_refused_and_nothing_is_taken_in(two: tuple[Ledger, Ledger]) -> None:
    first, second = two
    first.append([note("a")], author=AMINA)
    first.append([note("b")], author=AMINA)
    before = second.frontier()
    with pytest.raises(ParcelRefused, match="before it is missing"):
        second.apply(list(first.parcels(second.frontier()))[1:], author=BORIS)
    assert second.frontier() == before and second.heads() == []


def test_a_stranger_cannot_write_and_what_it_signs_is_refused(two: tuple[Ledger, Ledger], copy: Copy) -> None:
    first, second = two
    with pytest.raises(DeviceNotEnrolled):
        copy(STRANGER, first).append([note("a")], author=AMINA)
    first.append([note("a")], author=AMINA)
    (parcel,) = first.parcels(second.frontier())
    header = replace(
        unpack(parcel.header), log=STRANGER.fingerprint + bytes(4), sequence=0, previous=bytes(32)
    )
    forged = Parcel(header.pack(), STRANGER.sign(header.pack()), parcel.lines)
    with pytest.raises(ParcelRefused, match="never enrolled"):
        second.apply([forged], author=BORIS)


def test_an_altered_entry_is_refused(two: tuple[Ledger, Ledger]) -> None:
    first, second = two
    first.append([note("a", "12 lorries")], author=AMINA)
    (parcel,) = first.parcels(second.frontier())
    (line,) = parcel.lines
    for other in (
        line._replace(body=b'{"text":"13 lorries"}'),
        line._replace(meta=line.meta.replace(b'"note"', b'"vote"')),
        line._replace(salt=bytes(16)),
        line._replace(body_hash=bytes(32)),
        line._replace(salt=None, body=None),
    ):
        with pytest.raises(ParcelRefused):
            second.apply([parcel._replace(lines=(other,))], author=BORIS)
    assert second.apply([parcel], author=BORIS).new == 1


def test_an_entry_of_another_signed_again_counts_once_and_for_the_first(
    two: tuple[Ledger, Ledger], clock: HandClock
) -> None:
    first, second = two
    (entry,) = first.append([note("a")], author=AMINA)
    (parcel,) = first.parcels(second.frontier())
    clock.move(hours=1)
    second.apply([parcel], author=BORIS)
    second.append([note("b")], author=BORIS)
    own = list(second.parcels(first.frontier()))[-1]
    tip = unpack(own.header)
    leaves = [leaf_hash(line.meta, line.body_hash) for line in parcel.lines]
    header = replace(
        tip, sequence=tip.sequence + 1, previous=second.frontier()[-1].commit, root=merkle_root(leaves),
        counter=tip.counter + 1, act=bytes(32),
    ).pack()  # fmt: skip
    previous = {one.log: one.commit for one in second.frontier()}[tip.log]
    header = replace(unpack(header), previous=previous).pack()
    copied = Parcel(header, SECOND.sign(header), parcel.lines)
    first.apply([own, copied], author=AMINA)
    assert [one.log for one in first.history("a")] == [entry.log]
    assert first.verify().findings == ()
    before = shown(first)
    first.rebuild()
    assert shown(first) == before and first.verify().findings == ()


def test_a_revoked_laptop_keeps_what_was_seen_and_loses_what_came_later(
    two: tuple[Ledger, Ledger], copy: Copy
) -> None:
    first, second = two
    second.append([note("seen")], author=BORIS)
    sync(first, second)
    second.append([note("unseen")], author=BORIS)
    third = copy(STRANGER, second)
    (device,) = [one for one in first.world().members.enrolled() if one.fingerprint == SECOND.fingerprint]
    first.act(
        [grants.revoke(device, after=[t for t in first.frontier() if t.log.startswith(SECOND.fingerprint)])],
        author=AMINA,
    )
    merged = first.apply(list(second.parcels(first.frontier())), author=AMINA)
    assert dict(merged.aside) == {"revoked": 1}
    third.apply(list(first.parcels(third.frontier())), author=AMINA)
    for ledger in (first, third):
        assert [head.record for head in ledger.heads()] == ["seen"]
        assert ledger.verify().findings == ()
    second.apply(list(first.parcels(second.frontier())), author=BORIS)
    with pytest.raises(DeviceNotEnrolled):
        second.append([note("later")], author=BORIS)
    assert shown(first) == shown(second) == shown(third)


def test_a_commit_from_a_clock_far_ahead_waits_until_its_time(
    two: tuple[Ledger, Ledger], clock: HandClock
) -> None:
    first, second = two
    clock.move(days=40)
    second.append([note("late")], author=BORIS)
    clock.move(days=-40)
    merged = first.apply(list(second.parcels(first.frontier())), author=AMINA)
    assert dict(merged.aside) == {"ahead": 1}
    assert first.heads() == [] and first.verify().findings == ()
    clock.move(days=40)
    first.apply([], author=AMINA)
    assert [head.record for head in first.heads()] == ["late"]
    assert first.verify().findings == ()


def test_acts_from_a_clock_far_ahead_wait_too_and_a_rebuild_changes_nothing_of_it(
    two: tuple[Ledger, Ledger], clock: HandClock
) -> None:
    first, second = two
    said = checkpoints.draft(second.frontier(), f"{checkpoints.KIND}/1")
    clock.move(days=40)
    second.act([said], author=BORIS)
    second.append([note("late")], author=BORIS)
    clock.move(days=-40)
    first.apply(list(second.parcels(first.frontier())), author=AMINA)
    first.append([note("here")], author=AMINA)
    second.append([note("now")], author=BORIS)  # in a new epoch: the clock had been far ahead
    assert first.apply(list(second.parcels(first.frontier())), author=AMINA).aside == {}
    for _ in range(2):
        assert first.aside() == {"ahead": 2}
        assert {head.record for head in first.heads()} == {"here", "now"}
        assert first.verify().findings == ()
        first.rebuild()
    clock.move(days=40)
    first.rebuild()
    assert first.aside() == {}
    assert {head.record for head in first.heads()} == {"here", "now", "late"}
    assert first.verify().findings == ()


def test_what_a_newcomer_wrote_counts_once_the_time_of_its_enrolment_has_come(
    two: tuple[Ledger, Ledger], copy: Copy, clock: HandClock
) -> None:
    # The laptop whose clock is forty days behind hears of a newcomer and of what the newcomer wrote in one letter.
    first, second = two
    enrol(first, STRANGER, BORIS, {"*": {"registrar"}})
    third = copy(STRANGER, first)
    third.append([note("early")], author=BORIS)
    clock.move(days=-40)
    second.apply(list(third.parcels(second.frontier())), author=BORIS)
    assert second.aside() == {"ahead": 1, "not_enrolled": 1}
    clock.move(days=40)
    second.apply([], author=BORIS)
    assert second.aside() == {}
    assert [head.record for head in second.heads()] == ["early"]
    assert shown(second) == shown(third)


def test_a_keeper_may_let_such_a_commit_in(two: tuple[Ledger, Ledger], clock: HandClock) -> None:
    first, second = two
    clock.move(days=40)
    second.append([note("late")], author=BORIS)
    clock.move(days=-40)
    first.apply(list(second.parcels(first.frontier())), author=AMINA)
    (late,) = [tip for tip in first.frontier() if tip.log.startswith(SECOND.fingerprint)]
    first.act(
        [grants.admit(late.commit, "the laptop's clock was wrong", by=KEEPER.fingerprint)], author=AMINA
    )
    assert [head.record for head in first.heads()] == ["late"]
    assert first.verify().findings == ()


def test_a_file_put_back_begins_a_new_epoch_and_forks_nothing(
    two: tuple[Ledger, Ledger], tmp_path: Path, clock: HandClock
) -> None:
    first, second = two
    first.append([note("a")], author=AMINA)
    first.close()
    kept = (tmp_path / "0.way").read_bytes()
    with Ledger.open(tmp_path / "0.way", clock=clock, device=KEEPER) as again:
        again.append([note("b")], author=AMINA)
        second.apply(list(again.parcels(second.frontier())), author=BORIS)
    back = tmp_path / "back.way"
    back.write_bytes(kept)
    with Ledger.open(back, clock=clock, device=KEEPER) as ledger:
        ledger.append([note("c")], author=AMINA)
        sync(ledger, second)
        assert len({tip.log for tip in ledger.frontier() if tip.log.startswith(KEEPER.fingerprint)}) == 2
        assert ledger.forks() == []
        assert {head.record for head in ledger.heads()} >= {"b", "c"}
        assert ledger.verify().findings == ()


def test_a_copied_laptop_is_a_proved_fork_and_both_branches_are_kept(
    two: tuple[Ledger, Ledger], tmp_path: Path, clock: HandClock
) -> None:
    first, second = two
    twin = DeviceKey.from_seed(bytes([2]) * 32)
    clone = Ledger.receive(tmp_path / "clone.way", second.parcels(), clock=clock, device=twin)
    with clone:
        second.append([note("a")], author=BORIS)
        clone.append([note("b")], author=BORIS)
        first.apply(list(second.parcels(first.frontier())), author=AMINA)
        merged = first.apply(list(clone.parcels(first.frontier())), author=AMINA)
        assert len(merged.forks) == 1
        (fork,) = first.forks()
        assert len(fork.commits) == 2
        assert {head.record for head in first.heads()} == {"a", "b"}
        assert first.verify().findings == ()
        sync(first, second)
        sync(first, clone)
        assert shown(first) == shown(second) == shown(clone)
        second.append([note("c")], author=BORIS)
        clone.append([note("d")], author=BORIS)
        sync(first, second)
        sync(first, clone)
        assert len(first.forks()) == 1


def test_an_act_a_device_may_not_do_is_refused_and_not_written(two: tuple[Ledger, Ledger]) -> None:
    _, second = two
    before = second.frontier()
    with pytest.raises(ActRefused):
        enrol(second, STRANGER, AMINA, {"*": {"keeper"}})
    with pytest.raises(ActRefused):
        second.act([orders.erase("x", subjects=["hh-1"], reason="asked", day=date(2019, 4, 1))], author=BORIS)
    assert second.frontier() == before


def test_commits_of_another_ledger_are_refused(
    two: tuple[Ledger, Ledger], tmp_path: Path, clock: HandClock
) -> None:
    first, _ = two
    other = Ledger.create(tmp_path / "other.way", title="Other", author=AMINA, clock=clock, device=KEEPER)
    with other, pytest.raises(ParcelRefused, match="another ledger"):
        first.apply(list(other.parcels()), author=AMINA)


def test_a_later_day_never_comes_before_an_earlier_one(two: tuple[Ledger, Ledger], clock: HandClock) -> None:
    first, second = two
    clock.move(hours=5)
    first.append([note("a")], author=AMINA)
    clock.now -= timedelta(hours=5)
    sync(first, second)
    second.append([note("b")], author=BORIS)
    sync(first, second)
    assert [entry.record for entry in first.log(limit=2)] == ["b", "a"]
