"""What doctor says of a ledger and its keys: each verdict, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from waythrough.actions import condition
from waythrough.actions.guarding import Guarded
from waythrough.ledger import Ledger, checkpoints, grants, lists, orders
from waythrough.ledger.keys import DeviceKey
from waythrough.terms.entries import Draft
from waythrough.terms.health import GOOD, PEOPLE_AT_RISK, RECORD_AT_RISK, UNSAFE, WATCH, Remark

AMINA, BORIS = "Amina Example", "Boris Example"
NOW = datetime(2027, 3, 4, 10, 0, tzinfo=UTC)


class Two:
    """A ledger and its copy on a second laptop."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keeper, self.second = (DeviceKey.from_seed(bytes([n]) * 32) for n in (1, 2))
        self.now = NOW
        common = {"clock": lambda: self.now}
        self.first = Ledger.create(
            folder / "a.way", title="Valley", author=AMINA, device=self.keeper, **common
        )
        roles = {"*": frozenset({"registrar", "data_protection_officer"})}
        self.grant = grants.enrol(
            self.second.public, box_key=self.second.box_key, name="b-laptop", person=BORIS, roles=roles
        )
        self.first.act([self.grant], author=AMINA)
        self.other = Ledger.receive(folder / "b.way", self.first.parcels(), device=self.second, **common)

    def sync(self) -> None:
        self.other.apply(list(self.first.parcels(self.other.frontier())), author=BORIS)
        self.first.apply(list(self.other.parcels(self.first.frontier())), author=AMINA)

    def note(self, ledger: Ledger, record: str = "note/1", *corrects: str) -> str:
        return ledger.append([Draft("note", record, {}, corrects)], author=AMINA)[0].id

    def said(self, ledger: Ledger | None = None, device: DeviceKey | None = None) -> dict[str, Remark]:
        chosen = (device or self.keeper).fingerprint
        return {one.topic: one for one in condition.of_ledger(ledger or self.first, chosen, self.now)}


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Two]:
    monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / "home"))
    made = Two(tmp_path)
    yield made
    made.first.close()
    made.other.close()


def test_a_new_ledger_waits_only_for_a_backup_and_a_sync(two: Two) -> None:
    two.note(two.first)
    said = two.said()
    assert {topic for topic, one in said.items() if one.state != GOOD} == {"backup", "sync"}
    assert said["enrolment"].state == GOOD
    assert "never, with 1 other" in said["sync"].found
    assert said["lists"].found == "the newest 3 entries stand as they should"


def test_lists_that_fell_out_of_step_are_noticed_cheaply(two: Two) -> None:
    first = two.note(two.first)
    two.note(two.first, "note/1", first)
    with two.first._store.writing() as writer:
        writer.clear(lists.STANDING)
    said = two.said()["lists"]
    assert (said.state, said.risk) == (UNSAFE, RECORD_AT_RISK)
    assert "waythrough rebuild" in said.advice


def test_contested_records_are_counted(two: Two) -> None:
    first = two.note(two.first)
    two.sync()
    two.note(two.first, "note/1", first)
    two.note(two.other, "note/1", first)
    two.sync()
    assert two.said()["contested"].found == "1 record with more than one standing account"
    assert condition.contested(2).found.startswith("2 records")


def test_a_device_that_is_revoked_or_unknown_is_told(two: Two) -> None:
    stranger = DeviceKey.from_seed(bytes([9]) * 32)
    assert "not enrolled" in two.said(device=stranger)["enrolment"].found
    (mine,) = [
        one for one in two.first.world().members.laptops() if one.fingerprint == two.second.fingerprint
    ]
    two.first.act([grants.revoke(mine, after=two.first.frontier())], author=AMINA)
    two.note(two.other, "note/late")
    two.sync()
    assert "was revoked" in two.said(two.other, two.second)["enrolment"].found
    assert "its device was revoked before" in two.said()["set aside"].found


def test_a_fork_names_whose_key_it_was(two: Two) -> None:
    copied = DeviceKey.from_seed(bytes([2]) * 32)
    path = two.folder / "c.way"
    with Ledger.receive(path, two.other.parcels(), device=copied, clock=lambda: NOW) as twin:
        twin.append([Draft("note", "note/x", {})], author=BORIS)
        two.note(two.other, "note/y")
        two.first.apply(list(twin.parcels(two.first.frontier())), author=AMINA)
    two.sync()
    assert two.said()["forks"].found == "the key of b-laptop was used in two places"
    assert "stop using it" in two.said(two.other, two.second)["forks"].advice


def test_orders_to_erase_that_were_not_carried_out_are_unsafe(two: Two) -> None:
    noted = two.note(two.first)
    two.sync()
    two.other.act([orders.erase("t", entries=[noted], reason="asked", day=NOW.date())], author=BORIS)
    assert two.said(two.other, two.second)["erasures"].state == GOOD
    owing = condition.erasures(two.other.world(), two.keeper.fingerprint)
    assert (owing.state, owing.risk) == (UNSAFE, PEOPLE_AT_RISK)
    two.sync()
    assert two.said()["erasures"].state == GOOD
    many = [f"household/{n}" for n in range(30)]
    two.other.act([orders.erase("u", subjects=many, reason="asked", day=NOW.date())], author=BORIS)
    assert "wait for approval" in two.said(two.other, two.second)["erasures"].found


def test_an_order_of_somebody_cut_off_since_is_named_as_not_honoured(two: Two) -> None:
    noted = two.note(two.first)
    two.sync()
    two.other.act([orders.erase("t", entries=[noted], reason="asked", day=NOW.date())], author=BORIS)
    other = next(one for one in two.first.world().members.devices() if one.name == "b-laptop")
    two.first.act([grants.revoke(other, after=())], author=AMINA)
    two.sync()
    found = two.said()["erasures"]
    assert found.state == WATCH
    assert "1 orders to erase are not honoured" in found.found


def test_backups_and_syncs_age(two: Two) -> None:
    assert condition.backed_up((NOW - timedelta(days=1), "b.wayback"), NOW).state == GOOD
    assert (
        condition.backed_up((NOW - timedelta(days=30), "b.wayback"), NOW).found
        == "made 30 days ago, b.wayback"
    )
    two.first.act([checkpoints.draft(two.first.frontier(), f"{checkpoints.KIND}/1")], author=AMINA)
    assert two.said()["sync"].found == "today"
    two.now += timedelta(days=20)
    assert (two.said()["sync"].state, two.said()["sync"].found) == (WATCH, "20 days ago")


def test_keeping_beyond_the_day_is_counted() -> None:
    assert condition.keeping(0).state == GOOD
    assert condition.keeping(1).found.startswith("1 entry about people")
    assert condition.keeping(1200).found.startswith("1,200 entries")


def test_what_protects_the_keys_is_told() -> None:
    assert condition.keys(Guarded(False, False, False), False).state == WATCH
    assert condition.keys(Guarded(True, True, True), False).advice == "Run: waythrough seal FILE"
    good = condition.keys(Guarded(True, False, True), True)
    assert (good.state, "locked, with a recovery code" in good.found) == (GOOD, True)
    assert condition.keys(Guarded(True, True, False), None).found.endswith("without a recovery code")
