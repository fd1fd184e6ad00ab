"""Vault keys reach the devices whose roles open them, through whoever carries them, and nobody else's keys get in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pyrage
import pytest

from waythrough.ledger import cursor, handover
from waythrough.ledger.grants import Device
from waythrough.ledger.handover import Relay
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.members import Members
from waythrough.ledger.payload import KeySection

LEDGER = b"L" * 16
AMINA, BORIS, CARLA = (DeviceKey.from_seed(name * 32) for name in (b"a", b"b", b"c"))


@dataclass
class Ring:
    """A keyring that holds what it was given."""

    kept: dict[tuple[str, str], dict[str, bytes]] = field(default_factory=dict)

    def held(self) -> set[tuple[str, str]]:
        return set(self.kept)

    def parcel(self, site: str, vault: str) -> list[tuple[str, bytes]]:
        return list(self.kept.get((site, vault), {}).items())

    def accept(self, site: str, vault: str, pairs: Iterable[tuple[str, bytes]]) -> int:
        known = self.kept.setdefault((site, vault), {})
        before = len(known)
        known.update(pairs)
        return len(known) - before


@dataclass
class Roles:
    """Members of whom only one thing is asked: who may open a class at a site."""

    entitled: dict[tuple[str, str], list[DeviceKey]]

    def recipients(self, site: str, vault: str) -> list[Device]:
        return [
            Device(
                one.fingerprint, one.public, one.box_key, "", "", {}, "enrolled", 0, False, ()
            )  # only the keys matter here
            for one in self.entitled.get((site, vault), [])
        ]


def members(**entitled: list[DeviceKey]) -> Members:
    return cast(Members, Roles({("north", vault): devices for vault, devices in entitled.items()}))


def ring(**keys: bytes) -> Ring:
    return Ring({("north", "who"): {subject: key * 32 for subject, key in keys.items()}})


def sealed(keys: Ring, device: DeviceKey, who: Members, made_ms: int = 5) -> list[KeySection]:
    return list(handover.sections(keys, device, LEDGER, who, made_ms))


def test_keys_reach_the_devices_whose_roles_open_them() -> None:
    both = members(who=[AMINA, BORIS])
    (section,) = sealed(ring(h1=b"1", h2=b"2"), AMINA, both)
    theirs = Ring()
    assert handover.genuine(LEDGER, section)
    assert handover.take([section], theirs, BORIS, both) == (2, ())
    assert theirs == ring(h1=b"1", h2=b"2")


def test_a_device_without_the_role_can_neither_open_nor_take_them() -> None:
    both = members(who=[AMINA, BORIS])
    (section,) = sealed(ring(household_17=b"1"), AMINA, both)
    theirs = Ring()
    assert handover.take([section], theirs, CARLA, both) == (0, ())
    assert theirs == Ring()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(section.sealed, [CARLA.box()])
    assert b"household_17" not in b"".join(part for part in section if isinstance(part, bytes))


def test_keys_of_a_device_that_may_not_give_them_are_refused() -> None:
    (section,) = sealed(ring(h1=b"9"), CARLA, members(who=[BORIS, CARLA]))
    theirs = Ring()
    assert handover.take([section], theirs, BORIS, members(who=[AMINA, BORIS])) == (0, (CARLA.fingerprint,))
    assert theirs == Ring()


def test_keys_are_not_sealed_where_nobody_else_may_have_them() -> None:
    assert sealed(ring(h1=b"1"), AMINA, members(who=[AMINA])) == []
    assert sealed(ring(h1=b"1"), AMINA, members()) == []
    assert sealed(Ring({("north", "who"): {}}), AMINA, members(who=[AMINA, BORIS])) == []


def test_the_digest_is_the_same_for_the_same_keys_and_another_once_somebody_more_may_open_them() -> None:
    two, three = members(who=[AMINA, BORIS]), members(who=[AMINA, BORIS, CARLA])
    (first,) = sealed(ring(h1=b"1"), AMINA, two)
    (again,) = sealed(ring(h1=b"1"), BORIS, two)
    (more,) = sealed(ring(h1=b"1"), AMINA, three)
    (other,) = sealed(ring(h1=b"2"), AMINA, two)
    assert first.digest == again.digest
    assert len({first.digest, more.digest, other.digest}) == 3


def test_a_section_sealed_before_a_device_was_entitled_is_no_fault() -> None:
    (section,) = sealed(ring(h1=b"1"), AMINA, members(who=[AMINA, BORIS]))
    assert handover.take([section], Ring(), CARLA, members(who=[AMINA, BORIS, CARLA])) == (0, ())


@pytest.mark.parametrize(
    "change",
    [
        {"site": "south"},
        {"vault": "what"},
        {"origin": BORIS.public},
        {"made_ms": 6},
        {"digest": bytes(32)},
        {"signature": bytes(64)},
        {"sealed": b"other"},
    ],
)
def test_whoever_carries_a_section_can_change_nothing_of_it(change: dict[str, object]) -> None:
    (section,) = sealed(ring(h1=b"1"), AMINA, members(who=[AMINA, BORIS]))
    assert not handover.genuine(LEDGER, section._replace(**change))
    assert not handover.genuine(b"M" * 16, section)


def test_a_section_whose_inside_says_nothing_is_its_origins_fault() -> None:
    both = members(who=[AMINA, BORIS])
    (section,) = sealed(ring(h1=b"1"), AMINA, both)
    inside = cursor.text("h1") + b"short"
    broken = section._replace(
        sealed=pyrage.encrypt(inside, [pyrage.x25519.Recipient.from_str(BORIS.box_key)])
    )
    assert handover.take([broken], Ring(), BORIS, both) == (0, (AMINA.fingerprint,))


def test_a_relay_keeps_the_newest_of_each_origin_also_over_a_restart(tmp_path: Path) -> None:
    both = members(who=[AMINA, BORIS])
    (old,) = sealed(ring(h1=b"1"), AMINA, both, made_ms=5)
    (new,) = sealed(ring(h1=b"1", h2=b"2"), AMINA, both, made_ms=6)
    (other,) = sealed(ring(h3=b"3"), BORIS, both, made_ms=1)
    relay = Relay(tmp_path, LEDGER)
    relay.keep([new, other])
    relay.keep([old])
    assert relay.sections() == sorted([new, other])
    assert Relay(tmp_path, LEDGER).sections() == sorted([new, other])
    assert Relay(tmp_path, b"M" * 16).sections() == []


def test_a_relay_forgets_what_was_sealed_before_an_erasure(tmp_path: Path) -> None:
    both = members(who=[AMINA, BORIS])
    (old,) = sealed(ring(h1=b"1"), AMINA, both, made_ms=5)
    (new,) = sealed(ring(h2=b"2"), BORIS, both, made_ms=6)
    relay = Relay(tmp_path, LEDGER)
    relay.keep([old, new])
    relay.drop_before(5)
    assert relay.sections() == [new]
    assert Relay(tmp_path, LEDGER).sections() == [new]


def test_all_that_is_kept_can_be_thrown_away(tmp_path: Path) -> None:
    (section,) = sealed(ring(h1=b"1"), AMINA, members(who=[AMINA, BORIS]))
    Relay(tmp_path, LEDGER).keep([section])
    Relay(tmp_path, b"M" * 16).keep([section])
    handover.forget(tmp_path, LEDGER)
    assert Relay(tmp_path, LEDGER).sections() == []
    assert list((tmp_path / handover.FOLDER / LEDGER.hex()).iterdir()) == []
    assert len(list((tmp_path / handover.FOLDER / (b"M" * 16).hex()).iterdir())) == 1


def test_a_relay_without_a_folder_keeps_what_it_has_in_mind() -> None:
    (section,) = sealed(ring(h1=b"1"), AMINA, members(who=[AMINA, BORIS]))
    relay = Relay(None, LEDGER)
    relay.keep([section])
    relay.drop_before(4)
    assert relay.sections() == [section]
    relay.drop_before(5)
    assert relay.sections() == []


@pytest.mark.parametrize("damage", ["cut", "longer", "altered"])
def test_a_damaged_section_is_thrown_away_and_asked_for_again(tmp_path: Path, damage: str) -> None:
    (section,) = sealed(ring(h1=b"1"), AMINA, members(who=[AMINA, BORIS]))
    Relay(tmp_path, LEDGER).keep([section])
    (path,) = (tmp_path / handover.FOLDER / LEDGER.hex()).iterdir()
    data = path.read_bytes()
    path.write_bytes({"cut": data[:-1], "longer": data + b"x", "altered": data[:-1] + b"\x00"}[damage])
    assert Relay(tmp_path, LEDGER).sections() == []
    assert not path.exists()
