"""Writes format-2.way and format-2.json: a small ledger of format 2, with fixed clocks, keys and random bytes.

Run once, when format 2 was new. The file is kept so that every later program is tried on it; do not write it again.
It holds what format 2 brought: three devices, a revocation with a commit behind it, a fork, a sealed body, an open and
a sealed body erased by an order, an order that waits, a checkpoint, a clock far ahead, a new epoch.
"""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from waythrough.ledger import Ledger, checkpoints, grants, orders
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.last import Last
from waythrough.terms.entries import Draft, Entry, Vaulted

AMINA, BORIS, CELIA = "Amina Example", "Boris Example", "Celia Example"
FIELDS = "id kind record body corrects known_on source author at log sequence index state aside".split()
SEED = bytes(range(32))
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
NOW = START + timedelta(days=2)
"""When the ledger is looked at: the week-ahead commit has still to wait."""

HOUSEHOLD = Vaulted("what", "household/1", "site/1", date(2027, 12, 1))
LEAVING = Vaulted("what", "household/2", "site/1")


class KnownKeys:
    """A keyring whose keys anyone can work out: H of class and subject."""

    def __init__(self) -> None:
        self.gone: set[str] = set()

    def key(self, vault: str, subject: str) -> bytes:
        return sha256(f"{vault}/{subject}".encode()).digest()

    def keys(self, wanted: Iterable[tuple[str, str, bytes]]) -> Mapping[tuple[str, str, bytes], bytes]:
        return {one: self.key(*one[:2]) for one in wanted if one[1] not in self.gone}

    def current(self, vaulted: Iterable[Vaulted]) -> Mapping[tuple[str, str], bytes]:
        return {(one.vault, one.subject): self.key(one.vault, one.subject) for one in vaulted}

    def destroy_many(self, subjects: Mapping[str, Collection[str] | None], forever: bool) -> int:
        self.gone |= set(subjects)
        return len(subjects)


class Desk:
    """One device's copy."""

    def __init__(self, folder: Path, name: str, seed: bytes, source: Desk | None = None) -> None:
        self.name, self.hour, self.ahead = name, 0, timedelta()
        self.device = DeviceKey.from_seed(seed)
        self.path = folder / f"{name}.way"
        options = {
            "clock": self.clock,
            "entropy": random.Random(name).randbytes,
            "device": self.device,
            "keyring": KnownKeys(),
        }
        self.ledger = (
            Ledger.receive(self.path, list(source.ledger.parcels()), **options)
            if source
            else Ledger.create(self.path, title="Valley camp", author=name, **options)
        )

    def clock(self) -> datetime:
        return START + timedelta(hours=HOURS[0]) + self.ahead

    def write(self, *drafts: Draft, key: str | None = None) -> tuple[Entry, ...]:
        HOURS[0] += 1
        return self.ledger.append(drafts, author=self.name, key=key)

    def act(self, draft: Draft) -> Entry:
        HOURS[0] += 1
        return self.ledger.act([draft], author=self.name)[0]

    def give(self, other: Desk) -> None:
        parcels = list(self.ledger.parcels(other.ledger.frontier()))
        other.ledger.apply(parcels, author=other.name)


HOURS = [0]


def main(folder: Path) -> None:
    """Make the ledger and write down what a reader must find in it."""
    with TemporaryDirectory() as name:
        ledger = fill(Path(name))
        said = json.dumps(expected(ledger), indent=1, ensure_ascii=False) + "\n"
        ledger.close()
        (folder / "format-2.way").write_bytes((Path(name) / f"{AMINA}.way").read_bytes())
        (folder / "format-2.json").write_text(said, "utf-8")


def fill(folder: Path) -> Ledger:
    """Three laptops work apart, meet, and fall out; what comes of it is in the first one's copy."""
    HOURS[0] = 0
    amina = Desk(folder, AMINA, SEED)
    boris, celia = (bytes([n]) * 32 for n in (2, 3))
    for seed, person, roles in (
        (boris, BORIS, ["data_protection_officer", "registrar"]),
        (celia, CELIA, ["access_officer"]),
    ):
        device = DeviceKey.from_seed(seed)
        amina.act(
            grants.enrol(
                device.public, box_key=device.box_key, name=f"{person[0]}.", person=person, roles={"*": roles}
            )
        )
    (asked,) = amina.write(
        Draft("request", "request/1", {"asks": "12 lorries"}, (), date(2026, 10, 20)), key="form-1"
    )
    (noted,) = amina.write(Draft("note", "note/1", {"names": "written in the open by mistake"}))
    desks = [Desk(folder, BORIS, boris, amina), Desk(folder, CELIA, celia, amina)]
    two, three = desks
    amina.write(Draft("request", "request/1", {"asks": "12 lorries", "answer": "granted"}, (asked.id,)))
    two.write(Draft("request", "request/1", {"asks": "12 lorries", "answer": "رفض"}, (asked.id,)))
    two.write(Draft("household", "household/1", {"size": 7}, vaulted=HOUSEHOLD))
    two.write(Draft("household", "household/2", {"size": 3}, vaulted=LEAVING))
    two.act(orders.erase("1", subjects=["household/2"], entries=[noted.id], reason="asked", day=START.date()))
    many = [f"household/{n}" for n in range(100, 130)]
    two.act(orders.erase("2", subjects=many, reason="asked", day=START.date()))
    two.act(checkpoints.draft(two.ledger.frontier(), f"{checkpoints.KIND}/{two.device.fingerprint.hex()}"))
    fork(folder, celia, three, amina)
    revoke(two, three, amina)
    for desk in (three, two):
        desk.give(amina)
    amina.device.remember(bytes.fromhex(amina.ledger.id), Last(bytes(20), 9, bytes(32)))
    amina.write(Draft("tide_table", "tide/1", {"high": 3.5}))  # of a kind nobody knows, in a new epoch
    for desk in (two, three):
        desk.ledger.close()
    return amina.ledger


def fork(folder: Path, seed: bytes, three: Desk, amina: Desk) -> None:
    """The third laptop is copied, and both go on in one log."""
    (folder / "copy").mkdir()
    twin = Desk(folder / "copy", CELIA, seed, amina)
    twin.write(Draft("note", "note/twin", {"words": "on the copy"}))
    three.write(Draft("note", "note/three", {"words": "on the original"}))
    twin.give(amina)
    twin.ledger.close()


def revoke(two: Desk, three: Desk, amina: Desk) -> None:
    """The third laptop is cut off and writes once more; the second's clock runs a week ahead."""
    three.give(amina)
    (mine,) = [
        one for one in amina.ledger.world().members.laptops() if one.fingerprint == three.device.fingerprint
    ]
    amina.act(grants.revoke(mine, after=amina.ledger.frontier()))
    three.write(Draft("note", "note/late", {"words": "after the cut"}))
    two.ahead = timedelta(days=7)
    two.write(Draft("note", "note/ahead", {"words": "from next week"}))


def expected(ledger: Ledger) -> dict[str, object]:
    """What stands, what was written, who may write and what is erased, in plain JSON."""
    world = ledger.world()
    days = [date(2026, 10, 19), date(2026, 10, 30), None]
    return {
        "id": ledger.id,
        "title": ledger.title,
        "root": checkpoints.root(ledger.frontier()).hex(),
        "devices": [
            [one.fingerprint.hex(), one.name, one.status, one.rank] for one in world.members.devices()
        ],
        "honoured": sorted(world.erasures.honoured),
        "pending": [one.act.entry for one in world.erasures.pending()],
        "forks": [[one.log.hex(), one.sequence] for one in ledger.forks()],
        "log": [shown(entry) for entry in ledger.log(limit=100)],
        "standing": {
            str(day): {head.record: [one.id for one in head.entries] for head in ledger.heads(as_of=day)}
            for day in days
        },
    }


def shown(entry: Entry) -> dict[str, object]:
    """An entry in plain JSON; a sealed body stays sealed, for a reader without keys."""
    values = {name: getattr(entry, name) for name in FIELDS}
    if entry.vaulted and entry.state == "open":
        values |= {"body": {}, "state": "sealed"}
    return {
        name: value if value is None or isinstance(value, (str, int, dict)) else _text(value)
        for name, value in values.items()
    }


def _text(value: object) -> object:
    return list(value) if isinstance(value, tuple) else str(value)


if __name__ == "__main__":
    main(Path(__file__).parent)
