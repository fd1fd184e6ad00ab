"""A memory stick that goes from laptop to laptop: each leaves one bundle, and takes what the others left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from ledger_team import Laptop, Team
from waythrough.ledger import checkpoints, genesis, joining, stick
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.parcels import Tip
from waythrough.ledger.post import read_whole
from waythrough.terms.entries import Draft, Vaulted
from waythrough.terms.problems import BundleForged, BundleRefused, WorkspaceExists


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = Team(tmp_path)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    return made


def visit(laptop: Laptop, folder: Path, **more: bool) -> stick.Visit:
    return stick.visit(laptop.post, folder, **more)


def test_a_stick_that_goes_round_twice_brings_everyone_everything(team: Team, folder: Path) -> None:
    for name in ("boris", "carla"):
        team.join(name)
    for laptop in team.laptops:
        laptop.write(f"note/{laptop.name}")
    for _ in range(2):
        for laptop in team.laptops:
            assert visit(laptop, folder).refused == []
    records = {f"note/{laptop.name}" for laptop in team.laptops}
    for laptop in team.laptops:
        assert {head.record for head in laptop.ledger.heads("note")} == records
        assert laptop.ledger.verify().sound


def test_a_stick_comes_to_rest(team: Team, folder: Path) -> None:
    team.join("boris")
    team.first.write("note/1")
    for _ in range(4):
        for laptop in team.laptops:
            visit(laptop, folder)
    before = [laptop.holds() for laptop in team.laptops]
    for laptop in team.laptops:
        assert visit(laptop, folder).sent <= 2  # checkpoints, at most
    assert [laptop.holds() for laptop in team.laptops] == before
    assert before[0] == before[1]


def test_what_everyone_is_known_to_hold_is_not_left_again(team: Team, folder: Path) -> None:
    boris = team.join("boris")
    for n in range(20):
        team.first.write(f"note/{n}")
    assert visit(team.first, folder).sent > 20
    visit(boris, folder)
    visit(team.first, folder)
    team.first.write("note/more")
    assert visit(team.first, folder).sent < 8
    assert visit(team.first, folder, whole=True).sent > 20
    visit(boris, folder)
    assert "note/more" in {head.record for head in boris.ledger.heads("note")}


def test_a_laptop_that_forgot_is_left_everything_on_the_next_round(
    team: Team, folder: Path, tmp_path: Path
) -> None:
    boris = team.join("boris")
    old = boris.parcels()
    for n in range(5):
        team.first.write(f"note/{n}")
        visit(team.first, folder)
        visit(boris, folder)
    everything = boris.holds()
    boris.ledger.close()
    team.laptops.remove(boris)
    (tmp_path / "boris.way").unlink()
    restored = team.join("boris", parcels=old, enrolled=False)
    team.first.write("note/after")
    visit(team.first, folder)
    (refused,) = visit(restored, folder).refused
    assert "builds on commits which are not here" in refused.sentence()
    assert restored.holds() < everything
    visit(team.first, folder)
    assert visit(restored, folder).refused == []
    assert restored.holds() >= everything
    assert "note/after" in {head.record for head in restored.ledger.heads("note")}


def test_the_first_device_of_an_old_ledger_says_where_it_can_be_written_to(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = genesis.draft
    monkeypatch.setattr(genesis, "draft", lambda ledger, title, public, *_: real(ledger, title, public))
    team = Team(tmp_path)
    assert team.first.post.box_of(team.first.device.fingerprint) is None
    boris = team.join("boris")
    for _ in range(2):
        for laptop in team.laptops:
            laptop.write(f"note/{laptop.name}{_}")
            assert visit(laptop, folder).refused == []
    assert team.first.post.box_of(team.first.device.fingerprint) == team.first.device.box_key
    assert "note/boris0" in {head.record for head in team.first.ledger.heads("note")}
    before = team.first.holds()
    visit(boris, folder)
    visit(team.first, folder)
    assert len(team.first.holds() - before) < 4
    team.close()


def test_a_checkpoint_that_says_nothing_sensible_is_nobodys_word(team: Team, folder: Path) -> None:
    boris = team.join("boris")
    record = f"{checkpoints.KIND}/{boris.device.fingerprint.hex()}"
    boris.ledger.act([Draft(checkpoints.KIND, record, {"tips": 7})], author="boris")
    heard = team.first.post.open(
        boris.post.write(boris.post.about(), boris.parcels(), [team.first.device.box_key]), "mail"
    )
    team.first.post.take(heard)
    assert stick.shared(team.first.post, {}) == ()
    assert stick.shared(team.first.post, {boris.device.fingerprint: heard}) != ()


def test_the_newest_word_of_a_device_counts(team: Team, folder: Path) -> None:
    boris = team.join("boris")
    said = team.first.post.open(
        boris.post.write(boris.post.about(), (), [team.first.device.box_key]), "an old bundle"
    )
    team.first.write("note/1")
    visit(team.first, folder)
    visit(boris, folder)
    visit(team.first, folder)
    ends = stick.shared(team.first.post, {})
    assert stick.shared(team.first.post, {boris.device.fingerprint: said}) == ends


def test_bundles_of_other_ledgers_on_the_stick_are_left_alone(
    team: Team, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    other = Team(tmp_path / "elsewhere", seed=8)
    visit(other.first, folder)
    (folder / "holiday.jpg").write_bytes(b"not ours")
    before = sorted(folder.iterdir())
    done = visit(team.first, folder)
    assert (done.taken, done.refused) == ([], [])
    assert sorted(folder.iterdir()) == sorted([*before, done.written])
    other.close()


def test_one_bad_bundle_does_not_keep_the_others_from_being_read(team: Team, folder: Path) -> None:
    boris, carla = team.join("boris"), team.join("carla")
    for laptop in (boris, carla):
        laptop.write(f"note/{laptop.name}")
        visit(laptop, folder)
    path = folder / stick.file_name(boris.post.id, boris.device.fingerprint)
    path.write_bytes(path.read_bytes()[:-7])
    done = visit(team.first, folder)
    assert [refused.fields["place"] for refused in done.refused] == [path.name]
    assert "note/carla" in {head.record for head in team.first.ledger.heads("note")}


def test_a_stick_pulled_out_while_writing_holds_the_old_bundle_or_the_new_one(
    team: Team, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boris = team.join("boris")
    team.first.write("note/1")
    visit(team.first, folder)
    team.first.write("note/2")
    for name in ("fsync", "replace"):
        at = 0
        while True:
            pulled = _pulled(monkeypatch, name, at)
            with suppress(OSError):
                visit(team.first, folder)
            monkeypatch.undo()
            done = visit(boris, folder)
            assert done.refused == []
            assert boris.ledger.verify().sound
            if not pulled["was"]:
                break
            at += 1
    assert {"note/1", "note/2"} <= {head.record for head in boris.ledger.heads("note")}


def _pulled(monkeypatch: pytest.MonkeyPatch, name: str, at: int) -> dict[str, bool]:
    """From the call of that number on, nothing reaches the stick."""
    state = {"was": False}
    calls = iter(range(1_000))
    target = os if name == "fsync" else Path
    real = getattr(target, name)

    def call(*arguments: object) -> object:
        if next(calls) >= at:
            state["was"] = True
            raise OSError(5, "the stick is gone")
        return real(*arguments)

    monkeypatch.setattr(target, name, call)
    return state


def test_a_draft_left_on_a_stick_is_no_bundle(team: Team, folder: Path) -> None:
    (folder / f".{stick.file_name(team.first.post.id, bytes(16))}.1234.part").write_bytes(b"half")
    assert stick.bundles(folder) == []


def test_a_device_that_is_not_enrolled_reads_and_leaves_nothing(team: Team, folder: Path) -> None:
    reader = team.join("reader", enrolled=False)
    team.first.write("note/1")
    visit(team.first, folder)
    done = visit(reader, folder)
    assert done.for_others == [stick.file_name(team.first.post.id, team.first.device.fingerprint)]
    assert (done.taken, done.refused) == ([], [])
    assert not done.written.exists()


# --- how far everyone is -------------------------------------------------------------------------------------


def tip(log: bytes, sequence: int, branch: str = "") -> Tip:
    return Tip(log * 20, sequence, sha256(log + bytes([sequence]) + branch.encode()).digest())


def test_everyone_is_as_far_as_the_one_who_is_least_far() -> None:
    ours = [tip(b"a", 9), tip(b"b", 9), tip(b"c", 9)]
    held = [[tip(b"a", 3), tip(b"b", 5)], [tip(b"a", 7), tip(b"b", 2), tip(b"c", 1)]]
    assert stick.common(held, ours, lambda tips: []) == (tip(b"a", 3), tip(b"b", 2))


def test_a_forked_log_is_left_out() -> None:
    held = [[tip(b"a", 3)], [tip(b"a", 4, "other"), tip(b"a", 3)]]
    assert stick.common(held, [tip(b"a", 9)], lambda tips: []) == ()
    assert stick.common(held[:1], [tip(b"a", 9), tip(b"a", 8, "other")], lambda tips: []) == ()


def test_a_log_of_which_somebody_holds_what_we_do_not_know_is_left_out() -> None:
    assert stick.common([[tip(b"a", 12)]], [tip(b"a", 9)], list) == ()


# --- beginning from a stick ----------------------------------------------------------------------------------


def invited(team: Team, name: str) -> DeviceKey:
    """A device that a keeper enrolled and that has nothing yet."""
    laptop = team.join(name)
    laptop.ledger.close()
    team.laptops.remove(laptop)
    (team.folder / f"{name}.way").unlink()
    return laptop.device


def test_a_new_laptop_begins_from_the_stick_and_both_say_the_same_words(
    team: Team, folder: Path, tmp_path: Path
) -> None:
    device = invited(team, "boris")
    team.first.write("note/1")
    visit(team.first, folder)
    heard = joining.invitation(stick.bundles(folder), device, "the stick")
    with joining.join(tmp_path / "new.way", heard, clock=team.clock, device=device) as ledger:
        assert ledger.frontier() == team.first.ledger.frontier()
        assert ledger.verify().sound
        assert joining.ledger_words(ledger) == joining.ledger_words(team.first.ledger)
        assert len(joining.ledger_words(ledger).split()) == 8
    with pytest.raises(WorkspaceExists):
        joining.join(tmp_path / "new.way", heard, clock=team.clock, device=device)


def test_nobody_begins_from_a_bundle_for_others(team: Team, folder: Path) -> None:
    visit(team.first, folder)
    with pytest.raises(BundleRefused, match="not sealed to this device"):
        joining.invitation(stick.bundles(folder), team.device("stranger"), "the stick")
    with pytest.raises(BundleRefused, match="no bundle"):
        joining.invitation([], team.device("stranger"), "the stick")


def test_nobody_begins_from_a_bundle_that_builds_on_something(
    team: Team, folder: Path, tmp_path: Path
) -> None:
    device = invited(team, "boris")
    stick.leave(team.first.post, folder / "half.wtb", team.first.ledger.frontier()[:1])
    with pytest.raises(BundleRefused, match="no bundle from which a new copy can begin"):
        joining.invitation(stick.bundles(folder), device, "the stick")


def test_where_there_are_bundles_of_two_ledgers_one_is_named(
    team: Team, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    other = Team(tmp_path / "elsewhere", seed=8)
    device = invited(team, "boris")
    invited(other, "boris")
    visit(team.first, folder)
    visit(other.first, folder)
    with pytest.raises(BundleRefused, match="bundles of several ledgers"):
        joining.invitation(stick.bundles(folder), device, "the stick")
    other.close()


def test_nobody_begins_from_a_bundle_signed_by_a_stranger(team: Team, tmp_path: Path) -> None:
    device, stranger = invited(team, "boris"), team.device("stranger")
    post = team.first.post
    post.device = stranger
    data = post.write(post.about(), team.first.parcels(), [device.box_key])
    with pytest.raises(BundleForged, match="nobody enrolled"):
        joining.join(tmp_path / "new.way", read_whole(data, device, "mail"), clock=team.clock, device=device)
    assert not (tmp_path / "new.way").exists()


def test_nobody_begins_from_a_bundle_with_a_false_commit(team: Team, tmp_path: Path) -> None:
    device = invited(team, "boris")
    post = team.first.post
    parcels = team.first.parcels()
    parcels[-1] = parcels[-1]._replace(signature=bytes(64))
    data = post.write(post.about(), parcels, [device.box_key])
    with pytest.raises(BundleForged, match="signature does not hold"):
        joining.join(tmp_path / "new.way", read_whole(data, device, "mail"), clock=team.clock, device=device)
    assert not (tmp_path / "new.way").exists()


def test_a_bundle_with_one_false_commit_brings_nothing(team: Team) -> None:
    boris = team.join("boris")
    team.first.write("note/1")
    team.first.write("note/2")
    parcels = team.first.parcels()
    parcels[-1] = parcels[-1]._replace(signature=bytes(64))
    before = boris.holds()
    post = team.first.post
    data = post.write(post.about(), parcels, [boris.device.box_key])
    with pytest.raises(BundleForged, match="signature does not hold"):
        boris.post.take(boris.post.open(data, "mail"))
    assert boris.holds() == before


def test_a_bundle_by_a_device_nobody_enrolled_is_refused(team: Team) -> None:
    boris = team.join("boris")
    post = team.first.post
    post.device = team.device("stranger")
    data = post.write(post.about(), (), [boris.device.box_key])
    with pytest.raises(BundleForged, match="nobody enrolled"):
        boris.post.take(boris.post.open(data, "mail"))


def test_keys_altered_on_their_way_are_refused_with_all_the_rest(team: Team) -> None:
    boris = team.join("boris")
    team.first.write("household/1", {"size": 7}, vaulted=Vaulted("what", "household/1", "north"))
    post = team.first.post
    (section,) = post.keys_for(())
    about = replace(post.about(), keys=(section._replace(site="south"),))
    data = post.write(about, team.first.parcels(), [boris.device.box_key])
    before = boris.holds()
    with pytest.raises(BundleForged, match="did not seal"):
        boris.post.take(boris.post.open(data, "mail"))
    assert boris.holds() == before


def test_nobody_begins_from_commits_that_do_not_begin(team: Team, tmp_path: Path) -> None:
    device = invited(team, "boris")
    post = team.first.post
    data = post.write(post.about(), team.first.parcels()[1:], [device.box_key])
    with pytest.raises(BundleForged):
        joining.join(tmp_path / "new.way", read_whole(data, device, "mail"), clock=team.clock, device=device)
    assert not (tmp_path / "new.way").exists()
