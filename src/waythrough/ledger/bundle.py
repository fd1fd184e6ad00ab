"""A bundle: commits on their way to other devices, signed by the one that sends them and sealed to those who may read.

A bundle has one part or several. Each part is complete in itself: a payload, compressed, signed, sealed with age.
Whatever is wrong with one is one refusal. `docs/reference/ledger-format.md` describes every byte.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple

import pyrage

from waythrough.ledger import cursor
from waythrough.ledger.cursor import Cursor, Unreadable
from waythrough.ledger.keys import DeviceKey, fingerprint, signed
from waythrough.ledger.payload import Part, pack, unpack
from waythrough.terms.problems import BundleForged, BundleForOthers, BundleRefused

VERSION = 1
OUTER = b"WYTX"
"""Begins every part of a bundle."""
INNER = b"WYTY"
"""Begins what is signed, so that a signature given here can never pass for one over a commit."""

LARGEST_PART = 256 << 20
"""Bytes of a payload, unpacked. More than any commit a team writes; less than would stop a small laptop."""

FETCH_AGAIN = "Nothing was taken from it. Ask the sender to write it again, and copy it again."

_OUTER_LENGTH = len(OUTER) + 2 + 8
_INNER_LENGTH = len(INNER) + 2 + 32 + 64


class Opened(NamedTuple):
    """A part whose signature holds, and the public key that made it. Whether that key counts is another question."""

    part: Part
    signer: bytes

    @property
    def sender(self) -> bytes:
        """The fingerprint of the device that sends."""
        return fingerprint(self.signer)


# --- writing -----------------------------------------------------------------------------------------------


def write(part: Part, device: DeviceKey, recipients: Sequence[str]) -> bytes:
    """The bytes of one part, signed by this device and sealed to these box keys (``age1…``).

    Raises
    ------
    BundleRefused
        A box key is none, there is none, or the part is larger than a reader takes.
    """
    payload = pack(part)
    if len(payload) > LARGEST_PART:
        raise BundleRefused(
            place="the bundle to be made",
            found=f"a commit of {len(payload) >> 20} MiB, more than the {LARGEST_PART >> 20} MiB a reader takes",
            remedy="Split large imports: one table of at most 100,000 rows at a time.",
        )
    return seal(sign(payload, device), recipients)


def sign(payload: bytes, device: DeviceKey) -> bytes:
    """The signed form of a payload: mark, version, key, signature over all the rest, compressed payload."""
    start, packed = INNER + cursor.small(VERSION) + device.public, zlib.compress(payload, 3)
    return start + device.sign(start + packed) + packed


def seal(plain: bytes, recipients: Sequence[str]) -> bytes:
    """One part as it lies in a file: mark, version, length, age."""
    try:
        keys = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
        sealed = pyrage.encrypt(plain, keys)
    except (pyrage.RecipientError, pyrage.EncryptError, ValueError) as error:
        raise BundleRefused(
            place="the bundle to be made",
            found=f"a device it should be sealed to has no usable box key ({error})",
            remedy="Look at the devices with `waythrough device list`; revoke or enrol again the one without a key.",
        ) from None
    return OUTER + cursor.small(VERSION) + cursor.large(len(sealed)) + bytes(sealed)


# --- reading -----------------------------------------------------------------------------------------------


def split(data: bytes, place: str) -> list[bytes]:
    """The sealed parts of a bundle, each as age bytes.

    Raises
    ------
    BundleRefused
        It is no bundle, was made by a newer version, was cut short, or something follows it.
    """
    parts: list[bytes] = []
    at = 0
    while at < len(data) or not parts:
        if data[at : at + len(OUTER)] != OUTER:
            found = (
                "bytes that begin no part of a bundle" if parts else "no bundle: it does not begin like one"
            )
            raise BundleRefused(place=place, found=found, remedy=FETCH_AGAIN)
        start = Cursor(data[at + len(OUTER) : at + _OUTER_LENGTH])
        try:
            check_version(start.small("its version"), place)
            length = start.large("the length of a part")
        except Unreadable as short:
            raise BundleRefused(
                place=place, found=f"a bundle cut short: {short}", remedy=FETCH_AGAIN
            ) from None
        at += _OUTER_LENGTH
        if length > len(data) - at:
            found = f"a bundle cut short: {length} bytes are announced and {len(data) - at} are there"
            raise BundleRefused(place=place, found=found, remedy=FETCH_AGAIN)
        parts.append(data[at : at + length])
        at += length
    return parts


def check_version(version: int, place: str) -> None:
    """Refuse what a later version of the program made, and say so."""
    if version == VERSION:
        return
    found = f"a bundle of version {version}; this program reads version {VERSION}"
    remedy = FETCH_AGAIN
    if version > VERSION:
        found = f"a bundle made by a newer version of Waythrough (bundle version {version}, here {VERSION})"
        remedy = "Nothing was taken from it. Update Waythrough on this device, then read it again."
    raise BundleRefused(place=place, found=found, remedy=remedy)


def unseal(sealed: bytes, identities: Sequence[pyrage.x25519.Identity], place: str) -> bytes:
    """The signed bytes inside one sealed part.

    Raises
    ------
    BundleForOthers
        It is sealed to other devices.
    BundleRefused
        It was altered since it was sealed.
    """
    try:
        return bytes(pyrage.decrypt(sealed, list(identities)))
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise BundleForOthers(place=place) from None
        found = f"a damaged bundle ({str(error).splitlines()[0]})"
        raise BundleRefused(place=place, found=found, remedy=FETCH_AGAIN) from None


def read(signed_bytes: bytes, place: str) -> Opened:
    """What signed bytes say, once their signature holds.

    Raises
    ------
    BundleForged
        The signature does not hold.
    BundleRefused
        The bytes are no payload of a version known here.
    """
    signer, packed = _verified(signed_bytes, place)
    payload = _unpacked(packed, place)
    try:
        return Opened(unpack(payload), signer)
    except Unreadable as error:
        raise BundleRefused(place=place, found=error.found, remedy=FETCH_AGAIN) from None


def _verified(data: bytes, place: str) -> tuple[bytes, bytes]:
    """The signer's key and the compressed payload. Nothing is unpacked before the signature holds."""
    if data[: len(INNER)] != INNER or len(data) < _INNER_LENGTH:
        raise BundleRefused(
            place=place, found="an envelope without a signed bundle in it", remedy=FETCH_AGAIN
        )
    check_version(Cursor(data[len(INNER) :]).small("its version"), place)
    start = data[: _INNER_LENGTH - 64]
    signer, signature = start[-32:], data[_INNER_LENGTH - 64 : _INNER_LENGTH]
    packed = data[_INNER_LENGTH:]
    if not signed(signer, signature, start + packed):
        raise BundleForged(
            place=place,
            found=f"a signature that device {fingerprint(signer).hex()} did not give",
            remedy="Nothing was taken from it. Ask the sender for a new bundle; if it happens again, tell your keeper.",
        )
    return signer, packed


def _unpacked(packed: bytes, place: str) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        payload = unpacker.decompress(packed, LARGEST_PART)
    except zlib.error as error:
        raise BundleRefused(
            place=place, found=f"a payload that does not unpack ({error})", remedy=FETCH_AGAIN
        ) from None
    if unpacker.unconsumed_tail:
        found = f"a payload that unpacks to more than {LARGEST_PART >> 20} MiB"
        raise BundleRefused(place=place, found=found, remedy=FETCH_AGAIN)
    if not unpacker.eof or unpacker.unused_data:
        raise BundleRefused(
            place=place, found="a payload that does not end where it should", remedy=FETCH_AGAIN
        )
    return payload
