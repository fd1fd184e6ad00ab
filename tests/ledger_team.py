"""A team with several laptops, each with its own copy of one ledger: for tests of what passes between them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from waythrough.ledger import Ledger
from waythrough.ledger.grants import enrol
from waythrough.ledger.handover import Relay
from waythrough.ledger.keyring import SqliteKeyring
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.parcels import Parcel
from waythrough.ledger.post import Post
from waythrough.terms.entries import Draft, Entry

EVERYTHING = {"*": ["keeper", "registrar", "data_protection_officer", "head_of_office"]}


class TeamClock:
    """One wall clock for all, a second later each time somebody looks."""

    def __init__(self) -> None:
        self.now = datetime(2019, 4, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class Laptop:
    """One person's copy."""

    name: str
    ledger: Ledger
    device: DeviceKey
    post: Post

    def write(self, record: str, body: Mapping[str, object] | None = None, **more: object) -> Entry:
        """One entry about a record."""
        (entry,) = self.ledger.append(
            [Draft("note", record, dict(body or {"by": self.name}), **more)],  # type: ignore[arg-type]
            author=self.name,
        )
        return entry

    def parcels(self) -> list[Parcel]:
        """All commits held."""
        return list(self.ledger.parcels())

    def holds(self) -> set[bytes]:
        """All headers held."""
        return {parcel.header for parcel in self.parcels()}


class Team:
    """Makes laptops that are enrolled in one ledger."""

    def __init__(self, folder: Path, seed: int = 7) -> None:
        self.folder = folder
        self.clock = TeamClock()
        self.rng = random.Random(seed)
        self.first = self._begin()
        self.laptops = [self.first]

    def device(self, name: str) -> DeviceKey:
        """The device of that name; the same each time."""
        return DeviceKey.from_seed(random.Random(name).randbytes(32))

    def join(
        self,
        name: str,
        roles: Mapping[str, Iterable[str]] | None = None,
        *,
        parcels: Iterable[Parcel] | None = None,
        enrolled: bool = True,
        file: str | None = None,
    ) -> Laptop:
        """Another laptop, enrolled by the first one and given all that is there."""
        device = self.device(name)
        if enrolled:
            grant = enrol(
                device.public,
                name=f"{name}'s laptop",
                person=name,
                roles=EVERYTHING if roles is None else roles,
                box_key=device.box_key,
            )
            self.first.ledger.act([grant], author=self.first.name)
        keyring = self._keyring(device)
        ledger = Ledger.receive(
            self.folder / f"{file or name}.way",
            self.first.parcels() if parcels is None else parcels,
            clock=self.clock,
            entropy=self.rng.randbytes,
            device=device,
            keyring=keyring,
        )
        self.laptops.append(self._laptop(name, ledger, device, keyring))
        return self.laptops[-1]

    def close(self) -> None:
        """Let go of all files."""
        for laptop in self.laptops:
            laptop.ledger.close()

    def _begin(self) -> Laptop:
        device = self.device("amina")
        ledger_keys = SqliteKeyring(None, bytes(16), device.kek)
        ledger = Ledger.create(
            self.folder / "amina.way",
            title="Valley camp",
            author="amina",
            clock=self.clock,
            entropy=self.rng.randbytes,
            device=device,
            keyring=ledger_keys,
        )
        return self._laptop("amina", ledger, device, ledger_keys)

    def _keyring(self, device: DeviceKey) -> SqliteKeyring:
        return SqliteKeyring(None, bytes(16), device.kek)

    def _laptop(self, name: str, ledger: Ledger, device: DeviceKey, keyring: SqliteKeyring) -> Laptop:
        relay = Relay(None, bytes.fromhex(ledger.id))
        post = Post(ledger, device, relay, keyring, name, self.clock, self.rng.randbytes)
        return Laptop(name, ledger, device, post)
