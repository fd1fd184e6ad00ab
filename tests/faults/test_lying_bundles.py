"""A bundle cannot lie: whatever is changed in one, wherever, and whoever signs it again, nothing false is taken in.

A case is *believed* when the bundle is taken in and the receiver then holds a commit, an entry or a key that nobody
with the right to wrote. What a sender says about itself (when it sends, what it holds) is its own word and no forgery.
"""

from __future__ import annotations

import random
import shutil
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from conftest import TORTURE
from ledger_team import Laptop, Team
from waythrough.ledger import Ledger, bundle, canonical, cursor, merge, payload
from waythrough.ledger.grants import enrol
from waythrough.ledger.handover import Relay
from waythrough.ledger.hashing import body_hash, leaf_hash, merkle_root
from waythrough.ledger.header import header_hash, unpack
from waythrough.ledger.keyring import SqliteKeyring
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.orders import erase
from waythrough.ledger.parcels import CarriedLine, Parcel
from waythrough.ledger.payload import KeySection, Part
from waythrough.ledger.post import Post
from waythrough.terms.entries import Draft, Vaulted
from waythrough.terms.problems import BundleRefused

pytestmark = pytest.mark.slow

EVERY = 1 if TORTURE else 37
"""Of the bytes of each bundle, every this many-th is changed."""


class Case(NamedTuple):
    """A name, and what a receiver is handed."""

    name: str
    data: bytes


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
        arrived = (one for one in self.ledger.parcels() if not _log(one).startswith(own))
        held = {header_hash(one.header): one for one in arrived}
        false = any(not _same(one, self._truth.held.get(name)) for name, one in held.items())
        false |= not self._keys() <= self._truth.keys
        self._begin_again()
        return false

    def untouched(self) -> bool:
        """Whether it holds what it began with, and nothing else."""
        return self.ledger.frontier() == self._tips and self.ledger.verify().sound and not self._keys()

    def close(self) -> None:
        self.ledger.close()

    def _keys(self) -> set[tuple[str, bytes]]:
        ring = self._ring
        return {pair for site, vault in ring.held() for pair in ring.parcel(site, vault)}

    def _begin_again(self) -> None:
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


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Truth]:
    folder = tmp_path_factory.mktemp("truth")
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


@pytest.fixture
def receiver(truth: Truth, tmp_path: Path) -> Iterator[Receiver]:
    made = Receiver(truth, tmp_path)
    yield made
    made.close()


def told(truth: Truth, name: str) -> tuple[Part, list[Parcel]]:
    """A bundle's parcels, but for those the receiver has from the start."""
    part, parcels = truth.bundles[name]
    with Ledger.open(truth.start) as ledger:
        known = {one.header for one in ledger.parcels()}
    return part, [one for one in parcels if one.header not in known]


@pytest.mark.parametrize("name", TOLD)
def test_the_true_bundle_is_taken_in_and_is_true(truth: Truth, receiver: Receiver, name: str) -> None:
    part, parcels = told(truth, name)
    assert receiver.takes(truth.seal(part, parcels, truth.amina))
    assert receiver.ledger.verify().sound
    receiver._begin_again()
    assert not receiver.believes(truth.seal(part, parcels, truth.amina))
    assert receiver.untouched()


# --- every byte ----------------------------------------------------------------------------------------------


def every_byte(truth: Truth, name: str) -> Iterator[Case]:
    """Every byte changed: of the sealed bundle, of what is signed in it, and of what is said in that."""
    rng = random.Random(name)
    part, parcels = told(truth, name)
    usual = 1_500 if name == "many entries" else 4 << 20
    sealed = truth.parts(part, parcels, truth.amina, usual)
    whole = b"".join(sealed)
    for at in range(rng.randrange(EVERY), len(whole), EVERY):
        yield Case("sealed", _flipped(whole, at, rng))
    for n, one in enumerate(sealed):
        before, after = b"".join(sealed[:n]), b"".join(sealed[n + 1 :])
        (inner,) = bundle.split(one, "")
        signed = bundle.unseal(inner, [truth.device.box()], "")
        plain = zlib.decompress(signed[len(bundle.INNER) + 2 + 32 + 64 :])
        box = [truth.device.box_key]
        for at in range(rng.randrange(EVERY), len(signed), EVERY):
            yield Case("signed", before + bundle.seal(_flipped(signed, at, rng), box) + after)
        for at in range(rng.randrange(EVERY), len(plain), EVERY):
            signer = (truth.amina, truth.boris)[at % 2]
            again = bundle.seal(bundle.sign(_flipped(plain, at, rng), signer), box)
            yield Case("said", before + again + after)


def _flipped(data: bytes, at: int, rng: random.Random) -> bytes:
    return data[:at] + bytes([data[at] ^ rng.randrange(1, 256)]) + data[at + 1 :]


@pytest.mark.parametrize("name", TOLD)
def test_no_changed_byte_makes_anything_false_believed(
    truth: Truth, receiver: Receiver, name: str, record_property: Callable[[str, object], None]
) -> None:
    tried: Counter[str] = Counter()
    believed: list[str] = []
    for case in every_byte(truth, name):
        tried[case.name] += 1
        if receiver.believes(case.data):
            believed.append(case.name)
    assert believed == []
    assert receiver.untouched()
    record_property("cases", sum(tried.values()))
    print(f"{name}: {dict(tried)} cases, 0 believed")
    assert min(tried.values()) > (200 if TORTURE else 5)


# --- forgeries that are well made ------------------------------------------------------------------------------


def forgeries(truth: Truth, name: str) -> Iterator[tuple[str, list[Parcel]]]:
    """Lists of commits in which one is false, each as well made as somebody without the right keys can make it."""
    parcels = told(truth, name)[1]
    for n, one in enumerate(parcels):
        for what, false in false_commits(truth, one, parcels):
            yield what, [*parcels[:n], false, *parcels[n + 1 :]]
        after = [m for m in range(n + 1, len(parcels)) if _log(parcels[m]) == _log(one)]
        if after:
            yield "a gap", [*parcels[:n], *parcels[n + 1 :]]
            swapped = list(parcels)
            swapped[n], swapped[after[0]] = swapped[after[0]], swapped[n]
            yield "out of order", swapped
    for what, own in own_commits(truth, parcels):
        yield what, [*parcels, own]
    yield "another ledger", truth.elsewhere
    yield "another ledger beside", [*parcels, *truth.elsewhere]


def false_commits(truth: Truth, one: Parcel, others: Sequence[Parcel]) -> Iterator[tuple[str, Parcel]]:
    """One commit changed in every way; where its tree would show it, made to fit and signed by whoever could."""
    for what, lines in false_lines(one, others):
        yield what, one._replace(lines=lines)
        for signer in (truth.boris, truth.stranger):
            yield f"{what}, made to fit", fitted(one, lines, signer)
    header = unpack(one.header)
    for signer in (truth.boris, truth.stranger):
        if _log(one)[:16] != signer.fingerprint:
            yield "a foreign signature", one._replace(signature=signer.sign(one.header))
        for version in (0, 2, 65_535):
            old = one.header[:4] + version.to_bytes(2, "big") + one.header[6:]
            yield "another format", Parcel(old, signer.sign(old), one.lines)
        moved = replace(header, ledger=bytes(16)).pack()
        yield "another ledger's name", Parcel(moved, signer.sign(moved), one.lines)
        later = replace(header, physical_ms=header.physical_ms + 1).pack()
        if _log(one)[:16] != signer.fingerprint:
            yield "another time", Parcel(later, signer.sign(later), one.lines)
    yield "no signature", one._replace(signature=bytes(64))


def false_lines(one: Parcel, others: Sequence[Parcel]) -> Iterator[tuple[str, tuple[CarriedLine, ...]]]:
    """The entries of a commit, one of them false, missing, doubled, exchanged or moved."""
    for n, line in enumerate(one.lines):
        before, after = one.lines[:n], one.lines[n + 1 :]

        def among(*lines: CarriedLine, before: Any = before, after: Any = after) -> tuple[CarriedLine, ...]:
            return (*before, *lines, *after)

        forged = line.meta.replace(b'"author":"amina"', b'"author":"mallory"')
        forged = forged.replace(b'"author":"boris"', b'"author":"mallory"')
        yield "a forged author", among(line._replace(meta=forged))
        yield "a record renamed", among(line._replace(meta=line.meta.replace(b"note/", b"fact/")))
        if line.body is not None:
            yield "a body withheld", among(CarriedLine(line.meta, None, None, line.body_hash))
            yield "a body changed", among(line._replace(body=line.body.replace(b"open", b"shut") + b" "))
            assert line.salt is not None
            yield "a salt changed", among(line._replace(salt=line.salt[::-1]))
        else:
            yield "a hash changed", among(line._replace(body_hash=line.body_hash[::-1]))
            yield "a body made up", among(CarriedLine(line.meta, bytes(16), b'{"size":9}', b""))
        yield "an entry doubled", among(line, line)
        if len(one.lines) > 1:
            yield "an entry removed", among()
            yield "entries reordered", (*after, line, *before)
        other = next(iter(m.lines[0] for m in others if m.lines[0] != line), None)
        if other is not None:
            yield "an entry exchanged", among(other)
            yield "an entry put in", among(line, other)


def fitted(one: Parcel, lines: tuple[CarriedLine, ...], signer: DeviceKey) -> Parcel:
    """A header that fits these entries, signed by a device in the place of the log's own."""
    leaves = [leaf_hash(line.meta, _body_hash(line)) for line in lines]
    made = replace(unpack(one.header), count=len(lines), root=merkle_root(leaves)).pack()
    if _log(one)[:16] == signer.fingerprint:
        # Its own log: it may write there what it likes. To be a lie the signature must not be its own.
        return Parcel(made, bytes(64), lines)
    return Parcel(made, signer.sign(made), lines)


def _body_hash(line: CarriedLine) -> bytes:
    if line.salt is None or line.body is None:
        return line.body_hash
    return body_hash(line.salt, line.body)


def own_commits(truth: Truth, parcels: Sequence[Parcel]) -> Iterator[tuple[str, Parcel]]:
    """What an enrolled device without the right can sign in its own log, and that must not be believed."""
    own = [one for one in truth.held.values() if _log(one)[:16] == truth.boris.fingerprint]
    if not own or own[-1] not in parcels:
        return
    last = unpack(own[-1].header)
    yield "an own clock that goes back", _written(truth, own[-1], physical_ms=last.physical_ms - 1)
    yield "an own number left out", _written(truth, own[-1], sequence=last.sequence + 2)
    yield "an own commit after none", _written(truth, own[-1], previous=bytes(32))
    yield "an own commit of another ledger", _written(truth, own[-1], ledger=bytes(16))
    for version in (0, 2):
        good = _written(truth, own[-1])
        head = good.header[:4] + version.to_bytes(2, "big") + good.header[6:]
        yield "an own commit of another format", Parcel(head, truth.boris.sign(head), good.lines)


def _written(truth: Truth, before: Parcel, line: CarriedLine | None = None, **change: Any) -> Parcel:
    """The next commit of a device's own log, well made but for these changes."""
    last = unpack(before.header)
    entry = line or CarriedLine(*_line("note", "note/own", b"{}"))
    made = replace(
        last,
        sequence=last.sequence + 1,
        previous=header_hash(before.header),
        physical_ms=last.physical_ms + 1,
        count=1,
        root=leaf_hash(entry.meta, entry.body_hash),
        act=bytes(32),
    )
    head = replace(made, **change).pack()
    return Parcel(head, truth.boris.sign(head), (entry,))


def _line(kind: str, record: str, body: bytes, author: str = "boris") -> tuple[bytes, bytes, bytes, bytes]:
    meta = (
        f'{{"author":"{author}","corrects":[],"kind":"{kind}","known_on":null,"record":"{record}",'
        '"source":null,"valid_from":null,"valid_to":null}'
    ).encode()
    return meta, bytes(16), body, body_hash(bytes(16), body)


def _log(parcel: Parcel) -> bytes:
    return unpack(parcel.header).log


@pytest.mark.parametrize("name", TOLD)
def test_no_well_made_forgery_is_taken_in(truth: Truth, receiver: Receiver, name: str) -> None:
    tried: Counter[str] = Counter()
    part = told(truth, name)[0]
    taken: list[str] = []
    for n, (what, parcels) in enumerate(forgeries(truth, name)):
        # Half of them signed again by an enrolled device that may do none of this.
        for signer in (truth.amina, truth.boris) if TORTURE else ((truth.amina, truth.boris)[n % 2],):
            tried[what] += 1
            if receiver.believes(truth.seal(part, parcels, signer)):
                taken.append(what)
    assert taken == []
    assert receiver.untouched()
    print(f"{name}: {sum(tried.values())} forgeries of {len(tried)} kinds, 0 taken in")
    assert len(tried) >= 15


def test_an_order_without_the_right_hides_no_body(truth: Truth, receiver: Receiver) -> None:
    """Somebody who may not erase signs an order to, and withholds the body it names."""
    part, parcels = told(truth, "sealed")
    own = [one for one in parcels if _log(one)[:16] == truth.boris.fingerprint]
    order = b'{"day":"2019-04-01","entries":[],"reason":"asked","subjects":["household/0"]}'
    line = CarriedLine(*_line("ledger.erasure", "ledger.erasure/mine", order))
    ordered = _written(truth, own[-1], line)
    hidden = [
        one._replace(
            lines=tuple(
                CarriedLine(each.meta, None, None, each.body_hash) if b'"household/0"' in each.meta else each
                for each in one.lines
            )
        )
        for one in parcels
    ]
    assert hidden != parcels
    assert not receiver.takes(truth.seal(part, [*hidden, ordered], truth.boris))
    assert receiver.untouched()
    assert receiver.takes(truth.seal(part, [*parcels, ordered], truth.boris))
    (entry,) = receiver.ledger.history("household/0")
    assert entry.state == "open"


def test_a_grant_without_the_right_enrols_nobody(truth: Truth, receiver: Receiver) -> None:
    part, parcels = told(truth, "two authors")
    own = [one for one in parcels if _log(one)[:16] == truth.boris.fingerprint]
    draft = enrol(
        truth.stranger.public,
        name="mine",
        person="boris",
        roles={"*": ["keeper"]},
        box_key=truth.stranger.box_key,
    )
    line = CarriedLine(*_line("ledger.device", draft.record, canonical.encode(draft.body, "")))
    granted = _written(truth, own[-1], line)
    assert receiver.takes(truth.seal(part, [*parcels, granted], truth.boris))
    assert truth.stranger.fingerprint not in {
        one.fingerprint for one in receiver.ledger.world().members.enrolled()
    }


def test_keys_of_one_who_may_not_give_them_are_not_taken(truth: Truth, receiver: Receiver) -> None:
    part, parcels = told(truth, "sealed")
    section = part.keys[0]
    forged: list[KeySection] = [
        section._replace(origin=truth.boris.public),
        section._replace(sealed=section.sealed[::-1]),
        section._replace(digest=bytes(32)),
        section._replace(site="south"),
    ]
    for one in forged:
        for signer in (truth.amina, truth.boris):
            assert not receiver.takes(truth.seal(replace(part, keys=(one,)), parcels, signer))
    assert receiver.untouched()


def test_a_bundle_by_somebody_nobody_enrolled_is_refused(truth: Truth, receiver: Receiver) -> None:
    part, parcels = told(truth, "two authors")
    assert not receiver.takes(truth.seal(part, parcels, truth.stranger))
    assert receiver.untouched()


def test_a_version_nobody_knows_is_refused_as_such(truth: Truth, receiver: Receiver) -> None:
    part, parcels = told(truth, "one entry")
    sealed = truth.seal(part, parcels, truth.amina)
    for version in (0, 2, 65_535):
        assert not receiver.takes(sealed[:4] + cursor.small(version) + sealed[6:])
    assert receiver.untouched()


# --- the controls: a reader that leaves one check out must be seen to believe something --------------------------


class _Any(bytes):
    """Equal to everything: what a reader compares that does not look."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = bytes.__hash__


CONTROLS = {
    "signatures": ("signed", lambda *_: True),
    "trees": ("merkle_root", lambda *_: _Any()),
}


@pytest.mark.parametrize("check", CONTROLS)
def test_a_reader_that_leaves_a_check_out_believes_some(
    truth: Truth, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, check: str
) -> None:
    monkeypatch.setattr(merge, *CONTROLS[check])
    part = told(truth, "two authors")[0]
    believed = Counter(
        what
        for what, parcels in forgeries(truth, "two authors")
        if receiver.believes(truth.seal(part, parcels, truth.boris))
    )
    print(f"without {check}: {sum(believed.values())} believed")
    assert sum(believed.values()) > 5
