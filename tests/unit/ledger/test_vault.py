"""Bodies that belong to somebody: sealed where they are stored, open where their key is held, and never in the way."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from unit.ledger.conftest import HandClock
from unit.ledger.keyring_in_mind import KeyringInMind
from waythrough.ledger import Ledger, lines
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.vault import Vault
from waythrough.terms.entries import OPEN, SEALED, WHAT, WHO, Draft, Vaulted
from waythrough.terms.problems import KeyReused, Protected

# Keys and random bytes are the same in every test here, so nonces are too.
pytestmark = pytest.mark.usefixtures("nonces_by_hand")

HOME = {"site": "site-ford", "size": 4, "adults": ["hh-1/a"], "origin": "Invented Hollow"}
NAME = {"household": "hh-1", "names": ["Invented Name"]}


def home(subject: str = "hh-1", **more: object) -> Draft:
    body = {**HOME, **more}
    return Draft("household", subject, body, vaulted=Vaulted(WHAT, subject, "site-ford", date(2030, 1, 1)))


def name(subject: str = "hh-1") -> Draft:
    return Draft("identity", f"id-{subject}", NAME, vaulted=Vaulted(WHO, subject, "site-ford"))


@pytest.fixture
def keyring() -> KeyringInMind:
    return KeyringInMind()


@pytest.fixture
def vaulted(workspace: Path, clock: HandClock, device: DeviceKey, keyring: KeyringInMind) -> Iterator[Ledger]:
    with Ledger.create(
        workspace,
        title="Valley camp",
        author="Amina Example",
        clock=clock,
        entropy=random.Random(7).randbytes,
        device=device,
        keyring=keyring,
    ) as made:
        yield made


def elsewhere(ledger: Ledger, clock: HandClock, device: DeviceKey, keyring: KeyringInMind | None) -> Ledger:
    """The same file, opened by a device with other keys or none."""
    return Ledger.open(ledger.place, clock=clock, device=device, keyring=keyring)


def stored_bodies(ledger: Ledger) -> list[bytes]:
    with sqlite3.connect(str(ledger.place)) as connection:
        return [row[0] for row in connection.execute("SELECT body FROM entries ORDER BY number")]


def test_a_body_in_the_vault_is_stored_sealed_and_read_as_it_was_written(vaulted: Ledger) -> None:
    (entry,) = vaulted.append([home()], author="person-1")
    assert entry.body == HOME
    assert entry.state == OPEN
    assert entry.vaulted == Vaulted(WHAT, "hh-1", "site-ford", date(2030, 1, 1))
    assert not any(b"Invented" in body for body in stored_bodies(vaulted))
    (again,) = vaulted.history("hh-1")
    assert again == entry
    assert vaulted.head("hh-1").entries == (entry,)
    assert vaulted.find(entry.id) == entry
    assert vaulted.log(limit=1) == [entry]


def test_a_device_without_the_key_sees_that_there_is_something_and_not_what(
    vaulted: Ledger, clock: HandClock, device: DeviceKey
) -> None:
    vaulted.append([home(), Draft("note", "n-1", {"words": "open"})], author="person-1")
    for keys in (None, KeyringInMind(seed=2)):  # None: the device's own, which holds nothing
        with elsewhere(vaulted, clock, device, keys) as other:
            sealed, plain = other.heads()
            assert (sealed.record, sealed.entries[0].state, sealed.entries[0].body) == ("hh-1", SEALED, {})
            assert (plain.entries[0].state, plain.entries[0].body) == (OPEN, {"words": "open"})
            assert other.verify().sound


def test_names_do_not_open_with_the_rest(vaulted: Ledger) -> None:
    vaulted.append([home(), name()], author="person-1")
    assert vaulted.head("hh-1").entries[0].state == OPEN
    for entry in (*vaulted.head("id-hh-1").entries, *vaulted.history("id-hh-1"), vaulted.log(limit=1)[0]):
        assert (entry.state, entry.body) == (SEALED, {})


def test_without_a_keyring_nothing_personal_is_written_in_the_open() -> None:
    vault = Vault(bytes(16), lambda: None, random.Random(7).randbytes)
    plain = lines.write(Draft("note", "n-1", {}), "person-1", "here")
    assert vault.seal([plain]) == [plain.body]
    with pytest.raises(Protected, match="no keyring"):
        vault.seal([plain, lines.write(home(), "person-1", "here")])


def test_the_same_act_again_is_the_same_act_though_it_is_sealed_anew(
    vaulted: Ledger, clock: HandClock
) -> None:
    first = vaulted.append([home(), name()], author="person-1", key="k")
    clock.move(days=3)
    later = Draft("household", "hh-1", HOME, vaulted=Vaulted(WHAT, "hh-1", "site-ford", date(2030, 1, 4)))
    again = vaulted.append([later, name()], author="person-1", key="k")
    assert [entry.id for entry in again] == [entry.id for entry in first]
    with pytest.raises(KeyReused):
        vaulted.append([home(size=5), name()], author="person-1", key="k")
    with pytest.raises(KeyReused):
        vaulted.append([home()], author="person-1", key="k")


def test_when_the_key_is_gone_the_body_is_gone_and_the_rest_still_verifies(
    vaulted: Ledger, keyring: KeyringInMind
) -> None:
    vaulted.append([home("hh-1"), home("hh-2")], author="person-1")
    assert keyring.destroy("hh-1") == 1
    assert [head.entries[0].state for head in vaulted.heads("household")] == [SEALED, OPEN]
    assert vaulted.verify().sound


def test_an_envelope_that_does_not_open_is_left_sealed_and_stops_no_reader(
    vaulted: Ledger, keyring: KeyringInMind
) -> None:
    vaulted.append([home("hh-1"), home("hh-2"), home("hh-3")], author="person-1")
    bodies = stored_bodies(vaulted)[1:]
    broken = [bodies[0][:-1] + bytes([bodies[0][-1] ^ 1]), b"\x02" + bodies[1][1:]]
    with sqlite3.connect(str(vaulted.place)) as connection:
        for n, body in enumerate(broken, start=2):
            connection.execute("UPDATE entries SET body=? WHERE number=?", (body, n))
    connection.close()
    assert [head.entries[0].state for head in vaulted.heads("household")] == [SEALED, SEALED, OPEN]
    found = vaulted.verify()
    assert len({finding.place for finding in found.findings if "entry" in finding.place}) == 2


def test_keys_are_asked_for_once_however_many_bodies_there_are(
    vaulted: Ledger, keyring: KeyringInMind
) -> None:
    vaulted.append([home(f"hh-{n}") for n in range(300)], author="person-1")
    assert keyring.asked == {"current": 1}
    assert all(head.entries[0].state == OPEN for head in vaulted.heads())
    assert keyring.asked == {"current": 1, "keys": 1}


def test_no_nonce_is_used_twice(vaulted: Ledger) -> None:
    vaulted.append([home(f"hh-{n}") for n in range(300)], author="person-1")
    nonces = [body[9:21] for body in stored_bodies(vaulted)[1:]]
    assert len(set(nonces)) == 300
