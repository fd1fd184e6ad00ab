"""Writing one commit: on what it may be built, in which log, and what the device keeps of it outside the file."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from faults.laptops import Laptop, meet, note
from unit.ledger.conftest import HandClock
from waythrough.ledger import Ledger, grants, orders
from waythrough.ledger.appending import EPOCH
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.last import InMind, Last
from waythrough.terms.entries import AUTHOR, ERASED, WHAT, WHO, Draft, Vaulted
from waythrough.terms.problems import (
    CorrectsUnknown,
    DeviceNotEnrolled,
    KeyReused,
    LedgerBroken,
    NotWritten,
    Protected,
)

AMINA = "Amina Example"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Laptop, Laptop]]:
    """Root, and a registrar's laptop at the gate."""
    rng = random.Random(tmp_path.name)
    root = Laptop(tmp_path, "root", rng)
    gate = Laptop(tmp_path, "gate", rng, root)
    yield root, gate
    root.ledger.close()
    gate.ledger.close()


def epochs(ledger: Ledger) -> list[dict[str, Any]]:
    """Why each new epoch was begun, oldest first."""
    return [dict(entry.body) for entry in reversed(ledger.log(limit=1000)) if entry.kind == EPOCH]


# --- in which log --------------------------------------------------------------------------------------------


def test_after_a_clock_was_far_ahead_the_device_begins_a_new_epoch(ledger: Ledger, clock: HandClock) -> None:
    """Going on, all it writes would wait for a time weeks away."""
    clock.move(days=40)
    (late,) = ledger.append([Draft("note", "late", {})], author=AMINA)
    clock.move(days=-40)
    (entry,) = ledger.append([Draft("note", "soon", {})], author=AMINA)
    assert [one["reason"] for one in epochs(ledger)] == ["the clock had been far ahead"]
    assert entry.log != late.log
    assert entry.at == clock.now
    clock.move(days=40)
    (entry,) = ledger.append([Draft("note", "again", {})], author=AMINA)
    assert entry.log == ledger.history("soon")[0].log
    assert len(epochs(ledger)) == 1
    assert ledger.verify().sound


def test_a_clock_a_day_ahead_is_no_reason_for_another_log(ledger: Ledger, clock: HandClock) -> None:
    clock.move(hours=24)
    (first,) = ledger.append([Draft("note", "a", {})], author=AMINA)
    clock.move(hours=-24)
    (second,) = ledger.append([Draft("note", "b", {})], author=AMINA)
    assert (second.log, second.sequence) == (first.log, first.sequence + 1)


@pytest.mark.parametrize(
    ("remembered", "moved", "reason"),
    [
        ({"sequence": -1}, False, "the log was forked"),
        ({}, True, "this device was copied or put back"),
        ({"commit": bytes(32)}, False, "the workspace was put back to an earlier state"),
        ({"sequence": 9}, False, "the workspace was put back to an earlier state"),
    ],
)
def test_a_new_epoch_says_why_it_was_begun_and_after_what(
    ledger: Ledger,
    device: DeviceKey,
    monkeypatch: pytest.MonkeyPatch,
    remembered: dict[str, Any],
    moved: bool,
    reason: str,
) -> None:
    (before,) = ledger.append([Draft("note", "a", {})], author=AMINA)
    last = device.last(bytes.fromhex(ledger.id))
    assert last
    told = last._replace(**remembered)
    device.remember(bytes.fromhex(ledger.id), told)
    monkeypatch.setattr(InMind, "is_moved", lambda self, of: moved and self.last(of) == told)
    (entry,) = ledger.append([Draft("note", "b", {})], author=AMINA)
    assert epochs(ledger) == [{"after": told.commit.hex(), "reason": reason}]
    assert entry.log[:32] == before.log[:32] and entry.log != before.log
    assert int(entry.log[32:], 16) > 0
    assert entry.sequence == 1
    (more,) = ledger.append([Draft("note", "c", {})], author=AMINA)
    assert (more.log, more.sequence) == (entry.log, 2)
    assert ledger.verify().sound


def test_a_device_that_remembers_nothing_goes_on_with_the_log_it_wrote_last(
    ledger: Ledger, workspace: Path, device: DeviceKey, clock: HandClock
) -> None:
    """As one does that was set up again from its recovery: of its logs, the newest by the clock."""
    device.remember(bytes.fromhex(ledger.id), Last(bytes(20), -1, bytes(32)))
    (entry,) = ledger.append([Draft("note", "a", {})], author=AMINA)
    ledger.close()
    blank = DeviceKey.from_seed(bytes(range(32)))
    with Ledger.open(workspace, clock=clock, device=blank) as again:
        (more,) = again.append([Draft("note", "b", {})], author=AMINA)
    assert (more.log, more.sequence) == (entry.log, entry.sequence + 1)


# --- on what -------------------------------------------------------------------------------------------------


def test_nothing_is_built_on_a_last_commit_that_cannot_be_read(ledger: Ledger, workspace: Path) -> None:
    ledger.append([Draft("note", "a", {})], author=AMINA)
    with closing(sqlite3.connect(workspace)) as file, file:
        file.execute("UPDATE commits SET header=x'00' WHERE number=2")
    with pytest.raises(
        LedgerBroken, match="this device's last commit cannot be read: its header has 1 bytes"
    ):
        ledger.append([Draft("note", "b", {})], author=AMINA)
    with closing(sqlite3.connect(workspace)) as file:
        assert file.execute("SELECT count(*) FROM commits").fetchone() == (2,)


def test_an_act_that_corrects_what_is_not_there_is_refused(ledger: Ledger) -> None:
    other = DeviceKey.from_seed(bytes(32))
    grant = grants.enrol(other.public, name="x", person="X", roles={"*": ["viewer"]}, box_key=other.box_key)
    wrong = Draft(grant.kind, grant.record, grant.body, corrects=("ab" * 16,))
    with pytest.raises(CorrectsUnknown) as refused:
        ledger.act([wrong], author=AMINA)
    assert refused.value.fields["entry"] == "ab" * 16
    assert refused.value.fields["record"] == grant.record
    assert "draft 1" in str(refused.value.fields["place"])
    assert refused.value.fields["standing"] == "it has none yet"


# --- people ---------------------------------------------------------------------------------------------------


def about(vault: str, subject: str = "hh-1", record: str = "r-1") -> Draft:
    return Draft("identity", record, {"n": 1}, vaulted=Vaulted(vault, subject, "site-1"))


def test_a_device_writes_of_people_only_what_its_roles_may_read(office: tuple[Laptop, Laptop]) -> None:
    root, gate = office
    gate.write([about(WHO)])
    found = root.device_now("gate")
    assert found
    root.act(grants.change(found, roles={"site-1": ["movement_officer"]}, after=root.ledger.frontier()))
    gate.take(root.give(gate))
    with pytest.raises(Protected, match="“who” at site-1"):
        gate.write([about(WHO, record="r-2")])
    with pytest.raises(Protected, match="“what” at every site"):
        gate.write([Draft("household", "h-1", {}, vaulted=Vaulted(WHAT, "hh-1"))])
    gate.write([about(WHAT, record="h-1")])
    gate.write([about(AUTHOR, "sealed:1", "r-4")])
    stranger = DeviceKey.from_seed(bytes(32))
    with (
        Ledger.open(root.path, device=stranger, keyring=root._ring) as ledger,
        pytest.raises(DeviceNotEnrolled),
    ):
        ledger.append([about(WHO, record="r-3")], author="somebody")


def test_an_id_that_was_erased_is_not_used_again_for_that_class_or_any(office: tuple[Laptop, Laptop]) -> None:
    root, _ = office
    root.write([about(WHO)])
    order = orders.erase("1", subjects=["hh-1"], reason="asked", day=date(2019, 4, 1), classes=[WHO])
    root.act(order)
    with pytest.raises(Protected, match=r"draft 2, record r-9: what was recorded under hh-1 was erased"):
        root.write([note("n", "1"), about(WHO, record="r-9")])
    root.write([about(WHAT, record="r-3"), about(WHO, "hh-2", "r-4")])
    root.act(orders.erase("2", subjects=["hh-1"], reason="asked", day=date(2019, 4, 1)))
    for vault in (WHO, WHAT):
        with pytest.raises(Protected):
            root.write([about(vault, record="r-5")])


def test_a_device_that_may_no_longer_write_still_destroys_what_it_is_told_to(
    office: tuple[Laptop, Laptop],
) -> None:
    """Its word that it did so would count for nothing, so it gives none."""
    root, gate = office
    root.write([about(WHO)])
    meet(office)
    found = root.device_now("gate")
    assert found
    root.act(grants.revoke(found, after=root.ledger.frontier()))
    root.act(orders.erase("1", subjects=["hh-1"], reason="asked", day=date(2019, 4, 1)))
    gate.take(root.give(gate))
    assert [entry.state for entry in gate.ledger.history("r-1")] == [ERASED]
    erasures = gate.ledger.world().erasures
    (order,) = erasures.honoured
    assert [one.device for one in erasures.receipts(order)] == [root.device.fingerprint]
    assert [one.name for one in erasures.owing(order)] == ["gate"]


# --- what the device keeps of it -----------------------------------------------------------------------------


def test_an_act_repeated_on_another_laptop_is_found_there_and_leaves_no_trace(
    office: tuple[Laptop, Laptop],
) -> None:
    root, gate = office
    (entry,) = root.ledger.append([note("form", "once")], author=AMINA, key="form 1")
    gate.take(root.give(gate))
    assert gate.ledger.append([note("form", "once")], author=AMINA, key="form 1") == (entry,)
    assert gate.device.last(bytes.fromhex(gate.ledger.id)) is None
    with pytest.raises(KeyReused):
        gate.ledger.append([note("form", "twice")], author=AMINA, key="form 1")


def test_what_was_written_while_the_device_could_not_remember_it_is_found_again(
    ledger: Ledger, device: DeviceKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: InMind, of: bytes, last: Last) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(InMind, "remember", full)
        with pytest.raises(NotWritten, match="no space left"):
            ledger.append([Draft("note", "a", {})], author=AMINA, key="k")
    (entry,) = ledger.append([Draft("note", "a", {})], author=AMINA, key="k")
    assert [one.id for one in ledger.history("a")] == [entry.id]
    (more,) = ledger.append([Draft("note", "b", {})], author=AMINA)
    assert (more.log, more.sequence) == (entry.log, entry.sequence + 1)


def test_a_reader_without_keys_notes_nothing_and_makes_none(
    ledger: Ledger, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / "home"))
    ledger.close()
    with Ledger.open(workspace) as reader:
        reader.note_reading(AMINA, "plan", {WHAT: 3})
        assert reader.readings() == []
    assert not (tmp_path / "home").exists()


def test_a_reading_in_bulk_is_listed_on_the_device_that_read(ledger: Ledger) -> None:
    ledger.append([Draft("household", "h-1", {}, vaulted=Vaulted(WHAT, "hh-1"))], author=AMINA)
    ledger.note_reading(AMINA, "plan", {WHAT: 3})
    (noted,) = ledger.readings()
    assert (noted.person, noted.command, noted.vault, noted.subjects) == (AMINA, "plan", WHAT, 3)


def test_a_file_without_its_first_entry_is_no_ledger(ledger: Ledger, workspace: Path) -> None:
    ledger.close()
    with closing(sqlite3.connect(workspace)) as file, file:
        file.execute("DELETE FROM entries")
    with pytest.raises(LedgerBroken, match="does not begin a ledger: it is missing"):
        Ledger.open(workspace)
