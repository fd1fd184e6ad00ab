"""Laptops that share a ledger: each with its own file, clock and device key, and no network but what a test carries."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from waythrough.ledger import Ledger, grants
from waythrough.ledger.erasing import covers, excuses
from waythrough.ledger.header import header_hash
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.orders import Erasures
from waythrough.ledger.parcels import Parcel
from waythrough.terms.entries import Draft, Entry, Vaulted

START = datetime(2019, 4, 1, 9, 0, tzinfo=UTC)


class Clock:
    """A laptop's own wall clock; it may go back."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class Ring:
    """The keys of one laptop, in a dictionary."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._keys: dict[tuple[str, str], bytes] = {}

    def keys(self, wanted: Iterable[tuple[str, str, bytes]]) -> Mapping[tuple[str, str, bytes], bytes]:
        return {one: self._keys[one[:2]] for one in wanted if one[:2] in self._keys}

    def current(self, vaulted: Iterable[Vaulted]) -> Mapping[tuple[str, str], bytes]:
        pairs = [(one.vault, one.subject) for one in vaulted]
        return {pair: self._keys.setdefault(pair, self._rng.randbytes(32)) for pair in pairs}

    def destroy_many(self, subjects: Mapping[str, Collection[str] | None], forever: bool = True) -> int:
        gone = [
            (vault, subject)
            for vault, subject in self._keys
            if subject in subjects and vault in (subjects[subject] or (vault,))
        ]
        return sum(self._keys.pop(pair) is not None for pair in gone)


class Laptop:
    """One copy of the ledger and the device that writes it."""

    def __init__(
        self, folder: Path, name: str, rng: random.Random, source: Laptop | None = None, address: str = ""
    ) -> None:
        self.name = name
        self.path = folder / f"{name}.way"
        self.where = address or self.path
        self.clock = Clock()
        self._seed = rng.randbytes(32)
        self.device = DeviceKey.from_seed(self._seed)
        self._rng = rng
        self._ring = Ring(rng)
        if source is None:
            self.ledger = Ledger.create(self.where, title="Valley camp", author=name, **self._own())
        else:
            source.enrol(self)
            self.ledger = Ledger.receive(self.where, source.ledger.parcels(), **self._own())

    def enrol(self, other: Laptop, roles: Mapping[str, Collection[str]] | None = None) -> None:
        """Enrol another laptop, with roles by its name if none are given."""
        draft = grants.enrol(
            other.device.public,
            box_key=other.device.box_key,
            name=other.name,
            person=other.name,
            roles=roles or ROLES.get(other.name, {"*": ["registrar"]}),
        )
        self.ledger.act([draft], author=self.name)

    def write(self, drafts: Sequence[Draft], *, alongside: bool = False) -> tuple[Entry, ...]:
        return self.ledger.append(drafts, author=self.name, alongside=alongside)

    def act(self, *drafts: Draft) -> tuple[Entry, ...]:
        return self.ledger.act(drafts, author=self.name)

    def take(self, parcels: Iterable[Parcel]) -> int:
        """Take commits in; how many were new."""
        return self.ledger.apply(parcels, author=self.name).new

    def give(self, other: Laptop) -> list[Parcel]:
        """What another laptop lacks."""
        return list(self.ledger.parcels(other.ledger.frontier()))

    def restart(self) -> None:
        self.ledger.close()
        self.ledger = Ledger.open(self.where, **self._own())

    def copy_of_file(self) -> bytes:
        """The workspace file as a careful person copies it: closed first."""
        self.ledger.close()
        whole = self.path.read_bytes()
        self.ledger = Ledger.open(self.path, **self._own())
        return whole

    def put_back(self, whole: bytes) -> None:
        """The workspace file as it was; the device remembers all the same."""
        self.ledger.close()
        for remains in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                self.path.with_name(self.path.name + remains).unlink()
        self.path.write_bytes(whole)
        self.ledger = Ledger.open(self.path, **self._own())

    def cloned(self, name: str) -> Laptop:
        """The whole laptop copied, file and key; the copy does not remember what the first one writes from now on."""
        clone = object.__new__(Laptop)
        clone.__dict__.update(self.__dict__)
        clone.name = name
        clone.path = clone.where = self.path.with_name(f"{name}.way")
        clone.clock, clone.device = Clock(), DeviceKey.from_seed(self._seed)
        clone._ring = Ring(self._rng)
        clone.path.write_bytes(self.copy_of_file())
        clone.ledger = Ledger.open(clone.path, **clone._own())
        return clone

    def device_now(self, name: str) -> grants.Device | None:
        """Another laptop's device, as this one sees it now."""
        return next((one for one in self.ledger.world().members.devices() if one.name == name), None)

    def _own(self) -> dict[str, object]:
        return {
            "clock": self.clock,
            "entropy": self._rng.randbytes,
            "device": self.device,
            "keyring": self._ring,
        }


ROLES: dict[str, dict[str, list[str]]] = {
    "one": {"*": ["keeper", "data_protection_officer", "registrar"]},
    "two": {"*": ["registrar", "keeper"]},
    "three": {"*": ["registrar"], "valley": ["data_protection_officer"]},
}


def note(record: str, text: str, corrects: Iterable[str] = ()) -> Draft:
    return Draft("note", record, {"text": text}, tuple(corrects))


def commits(laptop: Laptop) -> frozenset[bytes]:
    return frozenset(header_hash(parcel.header) for parcel in laptop.ledger.parcels())


def shown(laptop: Laptop) -> dict[str, object]:
    """Everything a page can be made of, in a form that two laptops can be compared by."""
    ledger, world = laptop.ledger, laptop.ledger.world()
    heads = ledger.heads()
    return {
        "commits": commits(laptop),
        "frontier": sorted(ledger.frontier()),
        "heads": {head.record: sorted(entry.id for entry in head.entries) for head in heads},
        "contested": {head.record for head in heads if head.contested},
        "entries": {
            entry.id: (entry.record, entry.corrects, entry.aside, gone(entry, world.erasures))
            for entry in ledger.log(limit=1_000_000)
        },
        "devices": world.members.devices(),
        "unheeded": world.members.unheeded(),
        "honoured": sorted(world.erasures.honoured),
        "pending": [(one.act.entry, one.why) for one in world.erasures.pending()],
        "subjects": world.erasures.subjects("valley"),
        "forks": sorted((fork.log, fork.sequence, sorted(fork.commits)) for fork in ledger.forks()),
    }


def gone(entry: Entry, erasures: Erasures) -> bool | str:
    """Whether the body is erased. Of one order copies may differ: of one whose author was cut off after some of them
    had carried it out in good faith. It stands as not honoured in every copy, until somebody gives it again.
    """
    if excuses(erasures, entry.id, entry.vaulted) and not covers(erasures, entry.id, entry.vaulted):
        return "under an order of somebody cut off since"
    return entry.state == "erased"


def meet(laptops: Sequence[Laptop], rounds: int = 8) -> None:
    """Everyone syncs with the first, until nobody has anything new to tell: receipts are written on the way."""
    latest = max(laptop.clock.now for laptop in laptops)
    for laptop in laptops:
        laptop.clock.now = latest
    first, *others = laptops
    for _ in range(rounds):
        told = [first.take(other.give(first)) for other in others]
        if not sum(told + [other.take(first.give(other)) for other in others]):
            return
    raise AssertionError("they still have something new to tell each other")


def later(laptops: Sequence[Laptop], **amount: float) -> None:
    for laptop in laptops:
        laptop.clock.now += timedelta(**amount)
