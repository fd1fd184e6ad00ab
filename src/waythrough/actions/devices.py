"""Who may write: a device shows its public card, a keeper enrols it, and takes it out again when it is lost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from waythrough.actions.workspace import Workspace
from waythrough.ledger import Ledger, recovery
from waythrough.ledger.grants import ENROLLED, Device, change, enrol, revoke
from waythrough.ledger.keys import DeviceKey, fingerprint, signed
from waythrough.ledger.words import words
from waythrough.terms.entries import Entry
from waythrough.terms.problems import InputRefused, NotFound
from waythrough.terms.roles import EVERYWHERE, ROLES

SCHEMA = "waythrough/device/1"
_MARK = b"WYTD"
"""Begins what a card is signed over, so that the signature can never pass for one over something else."""


@dataclass(frozen=True)
class Card:
    """What a device shows of itself: nothing secret. Its words are compared by voice before it is enrolled."""

    name: str
    public_key: bytes
    box_key: str

    @property
    def fingerprint(self) -> str:
        """The device's name in the ledger, 32 hexadecimal digits."""
        return fingerprint(self.public_key).hex()

    @property
    def words(self) -> str:
        """Eight words for both keys: whoever exchanged the card on its way cannot make the same."""
        return words(sha256(_signed_part(self.public_key, self.box_key)).digest())


def card_of(device: DeviceKey, name: str) -> tuple[Card, dict[str, str]]:
    """A device's card, and the form in which it is written to a file."""
    card = Card(name, device.public, device.box_key)
    signature = device.sign(_signed_part(card.public_key, card.box_key))
    return card, {
        "schema": SCHEMA,
        "name": name,
        "public_key": card.public_key.hex(),
        "box_key": card.box_key,
        "signature": signature.hex(),
    }


def read_card(data: bytes, place: str) -> Card:
    """The card a file says.

    Raises
    ------
    InputRefused
        It is none, or the two keys are not of one device.
    """
    try:
        said: Any = json.loads(data)
        card = Card(str(said["name"]), bytes.fromhex(said["public_key"]), str(said["box_key"]))
        signature = bytes.fromhex(said["signature"])
        if said["schema"] != SCHEMA:
            raise ValueError("another schema")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _no_card(place, "no device card") from None
    if not signed(card.public_key, signature, _signed_part(card.public_key, card.box_key)):
        raise _no_card(place, "a card whose keys do not belong together")
    return card


def enrol_device(
    ws: Workspace, card: Card, *, person: str, roles: Iterable[str] = (), site: str = EVERYWHERE, author: str
) -> Entry:
    """Let a person's device write, with these roles at a site or at every one; or change those of one that may.

    A device that was revoked is taken back from its next commits on.

    Parameters
    ----------
    person
        A recorded person, by id: one person's devices are never two people when an erasure needs a second one.
    roles
        What the device may do; none for what the person's own record says.

    Raises
    ------
    NotFound
        The person is not recorded.
    ActRefused
        This device may not enrol others, or not this one. Nothing was written.
    InputRefused
        A role nobody knows.
    """
    ledger = ws.ledger
    owner = ws.person(person)
    given = {site: sorted(set(roles) or set(owner.roles))}
    if unknown := sorted({role for held in given.values() for role in held} - ROLES):
        raise InputRefused(
            place="--role",
            found=", ".join(unknown),
            allowed=", ".join(sorted(ROLES)),
            remedy="Choose among these.",
        )
    known = ledger.world().members.device(bytes.fromhex(card.fingerprint))
    if known is None:
        draft = enrol(card.public_key, name=card.name, person=owner.id, roles=given, box_key=card.box_key)
    else:
        after = [tip for tip in ledger.frontier() if tip.log[:16] == known.fingerprint]
        draft = change(known, after=after, roles=given, name=card.name, person=owner.id, box_key=card.box_key)
    (entry,) = ledger.act([draft], author=author)
    return entry


def revoke_device(ledger: Ledger, which: str, *, author: str) -> tuple[Device, Entry]:
    """Stop a device: what it signed as far as it is known here keeps counting, nothing it signs after that does.

    Raises
    ------
    NotFound, ActRefused
        There is no such device; or this device may not revoke it.
    """
    device = device_named(ledger, which)
    after = [tip for tip in ledger.frontier() if tip.log[:16] == device.fingerprint]
    (entry,) = ledger.act([revoke(device, after=after)], author=author)
    return device, entry


def on_paper(ws: Workspace, code: str) -> Workspace:
    """The same workspace, signed for by its recovery code instead of this device: when every keeper's laptop is lost.

    Raises
    ------
    InputRefused
        The words are no recovery code, or not the one this ledger's first entry names.
    """
    device = recovery.device_of(code)
    if ws.ledger.world().members.device(device.fingerprint) is None:
        raise InputRefused(
            place="the recovery code",
            found="another code than this ledger's",
            allowed="the code printed before the ledger was begun, on the laptop that began it",
            remedy="Look for the right paper. A ledger begun without a passphrase names none.",
        )
    return Workspace(Ledger.open(ws.ledger.place, device=device), None, ws.clock)


def device_named(ledger: Ledger, which: str) -> Device:
    """The device of that name, or whose fingerprint begins so."""
    devices = ledger.world().members.laptops()
    wanted = which.strip().lower()
    found = [
        one
        for one in devices
        if one.name.lower() == wanted or (len(wanted) >= 6 and one.fingerprint.hex().startswith(wanted))
    ]
    if len(found) != 1:
        names = ", ".join(f"{one.name or one.person} ({one.fingerprint.hex()[:16]})" for one in devices)
        raise NotFound(what="device", id=which, near=names)
    return found[0]


def roles_in_words(device: Device) -> str:
    """What a device may do, as a person reads it."""
    if device.status != ENROLLED:
        return device.status
    return "; ".join(
        f"{', '.join(sorted(held))}{'' if site == EVERYWHERE else f' at {site}'}"
        for site, held in sorted(device.roles.items())
        if held
    )


def _signed_part(public_key: bytes, box_key: str) -> bytes:
    return _MARK + public_key + box_key.encode()


def _no_card(place: str, found: str) -> InputRefused:
    return InputRefused(
        place=place,
        found=found,
        allowed="a file written by `waythrough device card`",
        remedy="Ask for it again.",
    )
