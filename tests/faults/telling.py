"""Five true bundles, and a receiver who is handed them and others: for the tests of what a bundle can make believed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ledger_team import Laptop, Team
from waythrough.ledger import Ledger, bundle, payload
from waythrough.ledger.handover import Relay
from waythrough.ledger.header import header_hash, unpack
from waythrough.ledger.keyring import SqliteKeyring
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.orders import erase
from waythrough.ledger.parcels import Parcel
from waythrough.ledger.payload import Part
from waythrough.ledger.post import Post
from waythrough.terms.entries import Draft, Vaulted
from waythrough.terms.problems import BundleRefused


@dataclass
class Truth:
    """Five true bundles, what is true in all of them, and the devices that may try to lie."""

    team: Team
    start: Path
    device: DeviceKey
    bundles: dict[str, tuple[Part, list[Parcel]]]
    amina: DeviceKey
    boris: DeviceKey
    stranger: DeviceKey
    held: dict[bytes, Parcel]
    keys: set[tuple[str, bytes]]
    elsewhere: list[Parcel]

    def seal(self, part: Part, parcels: Sequence[Parcel], signer: DeviceKey, usual: int = 4 << 20) -> bytes:
        """A bundle of these, signed by this device."""
        return b"".join(self.parts(part, parcels, signer, usual))

    def parts(self, part: Part, parcels: Sequence[Parcel], signer: DeviceKey, usual: int) -> list[bytes]:
        """The same, part by part."""
        filled = list(payload.parts(parcels, usual))
        return [
            bundle.write(
                replace(part, number=n, of=len(filled), parcels=one, keys=part.keys if n == 1 else ()),
                signer,
                [self.device.box_key],
            )
            for n, one in enumerate(filled, start=1)
        ]


class Receiver:
    """A copy that is given bundles, looks at what it then holds, and begins again where it took something in."""

    def __init__(self, truth: Truth, folder: Path) -> None:
        self._truth = truth
        self._path = folder / "receiver.way"
        self._open()

    def takes(self, data: bytes) -> bool:
        """Whether a bundle is taken in. Any other exception than a refusal leaves here and fails the test."""
        try:
            self.post.take(self.post.open(data, "a bundle"))
        except BundleRefused:
            return False
        return True

    def believes(self, data: bytes) -> bool:
        """Whether the receiver now holds something false."""
        if not self.takes(data):
            return False
        own = self._truth.device.fingerprint  # its own receipts are no news
        arrived = (one for one in self.ledger.parcels() if not log_of(one).startswith(own))
        held = {header_hash(one.header): one for one in arrived}
        false = any(not _same(one, self._truth.held.get(name)) for name, one in held.items())
        false |= not self._keys() <= self._truth.keys
        self.begin_again()
        return false

    def untouched(self) -> bool:
        """Whether it holds what it began with, and nothing else."""
        return self.ledger.frontier() == self._tips and self.ledger.verify().sound and not self._keys()

    def close(self) -> None:
        self.ledger.close()

    def _keys(self) -> set[tuple[str, bytes]]:
        ring = self._ring
        return {pair for site, vault in ring.held() for pair in ring.parcel(site, vault)}

    def begin_again(self) -> None:
        """Forget everything but the start."""
        self.ledger.close()
        self._open()

    def _open(self) -> None:
        for ending in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        shutil.copy(self._truth.start, self._path)
        device, team = self._truth.device, self._truth.team
        self._ring = SqliteKeyring(None, bytes(16), device.kek)
        self.ledger = Ledger.open(self._path, clock=team.clock, device=device, keyring=self._ring)
        relay = Relay(None, bytes.fromhex(self.ledger.id))
        self.post = Post(self.ledger, device, relay, self._ring, "carla", team.clock)
        self._tips = self.ledger.frontier()


def _same(held: Parcel, true: Parcel | None) -> bool:
    if true is None or held[:2] != true[:2] or len(held.lines) != len(true.lines):
        return False
    return all(
        one.meta == other.meta
        and one.body_hash == other.body_hash
        and (one.body is None or other.body is None or one[1:3] == other[1:3])
        for one, other in zip(held.lines, true.lines, strict=True)
    )


KEYS_ONCE: set[tuple[str, bytes]] = set()
"""Keys that were handed over before they were destroyed."""


def _settled(laptop: Laptop) -> Path:
    laptop.ledger.close()
    laptop.ledger = Ledger.open(laptop.ledger.place)
    return Path(str(laptop.ledger.place))


def _one_entry(amina: Laptop, boris: Laptop) -> None:
    amina.write("note/1", {"said": "the road is open"})


def _two_authors(amina: Laptop, boris: Laptop) -> None:
    first = amina.write("note/2", {"said": "the road is closed"})
    boris.write("note/3", {"said": "باب"})
    amina.write("note/2", {"said": "it is open again"}, corrects=(first.id,))
    boris.write("note/4")


def _many_entries(amina: Laptop, boris: Laptop) -> None:
    drafts = [Draft("note", f"note/many{n}", {"n": n}) for n in range(6)]
    boris.ledger.append(drafts, author="boris")
    amina.ledger.append([Draft("note", f"note/more{n}", {"n": n}) for n in range(3)], author="amina")


def _sealed(amina: Laptop, boris: Laptop) -> None:
    for n in range(2):
        amina.write(f"household/{n}", {"size": n}, vaulted=Vaulted("what", f"household/{n}", "north"))
    ring = amina.post.keys
    assert ring is not None
    KEYS_ONCE.update(pair for site, vault in ring.held() for pair in ring.parcel(site, vault))


def _erased(amina: Laptop, boris: Laptop) -> None:
    order = erase("token-1", subjects=["household/1"], reason="asked", day=date(2019, 4, 1))
    amina.ledger.act([order], author="amina")


TOLD: dict[str, Callable[[Laptop, Laptop], None]] = {
    "one entry": _one_entry,
    "two authors": _two_authors,
    "many entries": _many_entries,
    "sealed": _sealed,
    "erased": _erased,
}


def told(truth: Truth, name: str) -> tuple[Part, list[Parcel]]:
    """A bundle's parcels, but for those the receiver has from the start."""
    part, parcels = truth.bundles[name]
    with Ledger.open(truth.start) as ledger:
        known = {one.header for one in ledger.parcels()}
    return part, [one for one in parcels if one.header not in known]


@contextmanager
def telling(folder: Path) -> Iterator[Truth]:
    """A keeper, a viewer and a registrar; what they tell, in five bundles that each tell more."""
    team = Team(folder)
    boris = team.join("boris", {"*": ["viewer"]})
    carla = team.join("carla", {"*": ["registrar"]})
    start = folder / "start.way"
    shutil.copy(_settled(carla), start)
    bundles = {}
    for name, tell in TOLD.items():
        known = team.first.ledger.frontier()
        tell(team.first, boris)
        post = team.first.post
        post.take(post.open(boris.post.write(boris.post.about(), boris.parcels(), [post.device.box_key]), ""))
        about = replace(post.about(), keys=post.keys_for(()))
        bundles[name] = about, list(team.first.ledger.parcels(()))
        boris.post.take(boris.post.open(post.write(about, bundles[name][1], [boris.device.box_key]), ""))
        assert team.first.ledger.frontier() != known
    (folder / "elsewhere").mkdir()
    other = Team(folder / "elsewhere", seed=8)
    other.first.write("note/elsewhere")
    assert team.first.post.keys is not None
    ring = team.first.post.keys
    yield Truth(
        team,
        start,
        carla.device,
        bundles,
        team.first.device,
        boris.device,
        team.device("stranger"),
        {header_hash(one.header): one for _, parcels in bundles.values() for one in parcels},
        {pair for site, vault in ring.held() for pair in ring.parcel(site, vault)} | KEYS_ONCE,
        other.first.parcels(),
    )
    other.close()
    team.close()


def log_of(parcel: Parcel) -> bytes:
    """The log a commit is in."""
    return unpack(parcel.header).log
