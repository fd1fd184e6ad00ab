"""One copy of a ledger as it takes part in a sync: it writes bundles for others, and takes in theirs."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from waythrough.ledger import bundle, checkpoints, handover
from waythrough.ledger.acts import ERASURE
from waythrough.ledger.bundle import FETCH_AGAIN, Opened
from waythrough.ledger.clock import milliseconds
from waythrough.ledger.grants import change
from waythrough.ledger.handover import Keys, Relay, Taken
from waythrough.ledger.keys import DeviceKey, fingerprint
from waythrough.ledger.ledger import Ledger
from waythrough.ledger.members import Members
from waythrough.ledger.merge import Merged
from waythrough.ledger.parcels import Parcel, Tip
from waythrough.ledger.payload import NO_BUNDLE, USUAL_PART, KeySection, Part, parts
from waythrough.terms.problems import BundleForged, BundleRefused, ParcelRefused


@dataclass(frozen=True)
class Heard:
    """A whole bundle, each part's signature proved, not yet taken in."""

    place: str
    opened: tuple[Opened, ...]

    @property
    def sender(self) -> bytes:
        """The fingerprint of the device that sends."""
        return self.opened[0].sender

    @property
    def part(self) -> Part:
        """What the first part says of the whole: who holds what."""
        return self.opened[0].part

    def parcels(self) -> Iterator[Parcel]:
        """The commits of all parts, in order."""
        return chain.from_iterable(one.part.parcels for one in self.opened)

    def sections(self) -> Iterator[KeySection]:
        """The key sections of all parts."""
        return chain.from_iterable(one.part.keys for one in self.opened)


class Taking(NamedTuple):
    """What taking a bundle in did."""

    sender: bytes
    merged: Merged
    keys: Taken


class Post:
    """A ledger, the device it is on, and what that device may hand over.

    Parameters
    ----------
    keys
        This device's keyring of the ledger; None where there is none.
    relay
        Key sections of others that came by.
    author
        Who writes the checkpoints.
    usual
        Bytes after which a part is closed, and a message sent.
    """

    def __init__(
        self,
        ledger: Ledger,
        device: DeviceKey,
        relay: Relay,
        keys: Keys | None,
        author: str,
        clock: Callable[[], datetime],
        entropy: Callable[[int], bytes] = secrets.token_bytes,
        usual: int = USUAL_PART,
    ) -> None:
        self.ledger = ledger
        self.device = device
        self.relay = relay
        self.keys = keys
        self.author = author
        self.usual = usual
        self._clock = clock
        self._entropy = entropy
        self.id = bytes.fromhex(ledger.id)
        self._own: tuple[Members, list[KeySection]] | None = None
        self._own_tips: set[Tip] = set()
        ordered = [entry.at for head in ledger.heads(ERASURE) for entry in head.entries]
        if ordered:
            relay.drop_before(milliseconds(max(ordered)))

    # --- writing -------------------------------------------------------------------------------------------

    def about(self, answers: bytes = NO_BUNDLE) -> Part:
        """A part that says what is held here, and carries nothing yet."""
        return Part(
            ledger=self.id,
            bundle=self._entropy(16),
            made_ms=milliseconds(self._clock()),
            frontier=tuple(sorted(self.ledger.frontier())),
            answers=answers,
            box_key=self.device.box_key,
            has=tuple(sorted({section.digest for section in self._sections()})),
        )

    def write(self, about: Part, parcels: Iterable[Parcel], recipients: Sequence[str]) -> bytes:
        """A bundle of these commits in as many parts as they need, signed and sealed."""
        filled = list(parts(parcels, self.usual))
        return b"".join(
            bundle.write(
                replace(about, number=n, of=len(filled), parcels=portion, keys=about.keys if n == 1 else ()),
                self.device,
                recipients,
            )
            for n, portion in enumerate(filled, start=1)
        )

    def keys_for(self, has: Collection[bytes] = (), to: bytes = b"") -> tuple[KeySection, ...]:
        """The key sections that a copy which has these lacks: our own, and those of others that came by.

        Parameters
        ----------
        to
            The device they are for. What it sealed itself is not news to it.
        """
        found = {
            section[:3]: section
            for section in self._sections()
            if section.digest not in has and fingerprint(section.origin) != to
        }
        return tuple(sorted(found.values()))

    def _sections(self) -> list[KeySection]:
        # Sealing all keys of a large site takes a second: again only once somebody else may open them, or more came.
        members = self.ledger.world().members
        if self._own is None or self._own[0] is not members:
            found: list[KeySection] = []
            if self.keys is not None and self.ledger.may_write():
                made_ms = milliseconds(self._clock())
                found += handover.sections(self.keys, self.device, self.id, members, made_ms)
            self._own = members, found
        return [*self.relay.sections(), *self._own[1]]

    # --- reading -------------------------------------------------------------------------------------------

    def open(self, data: bytes, place: str) -> Heard:
        """A bundle that came here, proved to be whole and by one sender.

        Raises
        ------
        BundleRefused
            It cannot be read, is for others, or is of another ledger.
        """
        heard = read_whole(data, self.device, place)
        if heard.part.ledger != self.id:
            found = f"a bundle of another ledger ({heard.part.ledger.hex()[:16]}, here {self.ledger.id[:16]})"
            raise BundleRefused(place=place, found=found, remedy="Name the workspace it belongs to with -C.")
        return heard

    def take(self, heard: Heard, *, from_anyone: bool = False) -> Taking:
        """Take a bundle in: its commits all or none, then the keys that are for this device.

        Parameters
        ----------
        from_anyone
            In a conversation the commits that enrol its sender may only come in a later message. Commits prove
            themselves, so it makes no difference who hands them over.

        Raises
        ------
        BundleForged
            Its sender is nobody's device, or something in it is not what its signature says. Nothing was taken.
        BundleRefused
            It builds on commits that are not here. Nothing was taken.
        """
        if not from_anyone:
            self._check_sender(heard)
        self._check_keys(heard)
        if self.box_of(heard.sender):
            own = self.device.fingerprint
            self._own_tips |= {tip for tip in heard.part.frontier if tip.log.startswith(own)}
        self._check_base(heard)
        try:
            merged = self.ledger.apply(heard.parcels(), author=self.author)
        except ParcelRefused as refused:
            raise BundleForged(
                place=f"{heard.place}, {refused.fields['place']}",
                found=refused.fields["found"],
                remedy="Nothing was taken from it. Keep the file and show it to your keeper.",
            ) from None
        if merged.erased:
            self.relay.drop_before(handover.LATEST_MS)
        members = self.ledger.world().members
        taken = handover.take(heard.sections(), self.keys, self.device, members)
        if taken.keys:
            self._own = None
        entitled = {one.public_key for one in members.enrolled()}
        self.relay.keep(
            one for one in heard.sections() if one.origin in entitled and one.origin != self.device.public
        )
        return Taking(heard.sender, merged, taken)

    def _check_sender(self, heard: Heard) -> None:
        signer = heard.opened[0].signer
        known, named = self.ledger.world().members.keys(), signer.hex().encode()
        introduced = (named in (line.body or b"") for one in heard.parcels() for line in one.lines)
        if heard.sender not in known and not any(introduced):
            raise BundleForged(
                place=heard.place,
                found=f"the signature of a device nobody enrolled ({heard.sender.hex()[:16]})",
                remedy="Nothing was taken from it. Ask whoever gave it to you where it comes from.",
            )

    def _check_keys(self, heard: Heard) -> None:
        for section in heard.sections():
            if not handover.genuine(self.id, section):
                raise BundleForged(
                    place=heard.place,
                    found=f"vault keys that the device they are said to come from did not seal ({section.site})",
                    remedy="Nothing was taken from it. Keep the file and show it to your keeper.",
                )

    def _check_base(self, heard: Heard) -> None:
        lacking = self.ledger.unknown(heard.part.base)
        if lacking:
            raise BundleRefused(
                place=heard.place,
                found=f"a bundle that builds on commits which are not here ({len(lacking)} logs)",
                remedy="Nothing was taken from it. Run the same command on that device again, after this one: it will "
                "find here what you hold, and write all that you lack.",
            )

    # --- agreeing ------------------------------------------------------------------------------------------

    def at_one(self, theirs: Iterable[Tip]) -> bool:
        """Whether a copy with these tips holds the same commits."""
        return set(theirs) == set(self.ledger.frontier())

    def attest(self) -> bool:
        """Write a checkpoint of what is held here, if anything but checkpoints has come since this device's last.

        Without that rule two copies would answer each other's checkpoints for ever. Nothing is written while somebody
        has commits of this device that it has forgotten: it would sign a second commit with the number of one of them.
        """
        if not self.ledger.may_write() or self.ledger.unknown(self._own_tips):
            return False
        self._say_box_key()
        record = f"{checkpoints.KIND}/{self.device.fingerprint.hex()}"
        head = self.ledger.head(record)
        last = [found for entry in (head.entries if head else ()) if (found := checkpoints.checkpoint(entry))]
        since = self.ledger.parcels([tip for one in last for tip in one.tips])
        if all(_only_checkpoints(parcel) for parcel in since):
            return False
        draft = checkpoints.draft(self.ledger.frontier(), record)
        corrects = tuple(entry.id for entry in head.entries) if head else ()
        self.ledger.act([replace(draft, corrects=corrects)], author=self.author)
        return True

    def _say_box_key(self) -> None:
        """In a ledger begun before there were box keys, its first device says its own, so that it can be written to."""
        own = self.ledger.world().members.device(self.device.fingerprint)
        if own and not own.box_key and not own.contested:
            after = [tip for tip in self.ledger.frontier() if tip.log.startswith(own.fingerprint)]
            self.ledger.act([change(own, after=after, box_key=self.device.box_key)], author=self.author)

    def is_named(self, device: bytes) -> bool:
        """Whether anything here names a device, enrolled or not any more."""
        named = self.ledger.world().keys()
        return device in named

    def box_of(self, device: bytes) -> str | None:
        """The box key of an enrolled device; None for any other."""
        for one in self.ledger.world().members.enrolled():
            if one.fingerprint == device and one.box_key:
                return one.box_key
        return None


def read_whole(data: bytes, device: DeviceKey, place: str) -> Heard:
    """All parts of a bundle, each proved, and together one: by one sender, about one ledger, complete and in order."""
    identities = [device.box()]
    opened = tuple(
        bundle.read(bundle.unseal(part, identities, place), place) for part in bundle.split(data, place)
    )
    first = opened[0]
    about = replace(first.part, of=len(opened), parcels=(), keys=())
    for n, one in enumerate(opened, start=1):
        if one.signer != first.signer or replace(one.part, parcels=(), keys=()) != replace(about, number=n):
            raise BundleRefused(
                place=place,
                found=f"a bundle whose parts do not belong together, or are not all here (at part {n})",
                remedy=FETCH_AGAIN,
            )
    return Heard(place, opened)


def _only_checkpoints(parcel: Parcel) -> bool:
    return all(_CHECKPOINT in line.meta for line in parcel.lines)


_CHECKPOINT = f'"kind":"{checkpoints.KIND}"'.encode()
