"""A device that does not have the ledger yet begins its own copy from a bundle.

Nothing in a bundle proves that it is of the ledger one meant. So the first commit's hash is said in eight words, which
whoever joins compares with somebody who has the ledger, by voice.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from waythrough.ledger.header import header_hash
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.ledger import Ledger
from waythrough.ledger.places import Place
from waythrough.ledger.post import Heard, read_whole
from waythrough.ledger.words import words
from waythrough.terms.problems import BundleForged, BundleRefused, ParcelRefused


def invitation(paths: Sequence[Path], device: DeviceKey, place: str) -> Heard:
    """The one bundle among these files from which this device can begin.

    Raises
    ------
    BundleRefused
        None of them is sealed to this device and whole, or they are of several ledgers.
    """
    heard: list[Heard] = []
    refused: list[BundleRefused] = []
    for path in paths:
        try:
            heard.append(read_whole(path.read_bytes(), device, path.name))
        except BundleRefused as refusal:
            refused.append(refusal)
    begins = [one for one in heard if not one.part.base]
    if len({one.part.ledger for one in begins}) == 1:
        return max(begins, key=lambda one: one.part.made_ms)
    if refused and not heard:
        raise refused[0]
    if not begins:
        raise BundleRefused(
            place=place,
            found="no bundle from which a new copy can begin" if heard else "no bundle",
            remedy="Ask a keeper to enrol this device (`waythrough device card`) and then to sync with this folder.",
        )
    names = ", ".join(one.place for one in begins)
    raise BundleRefused(
        place=place,
        found=f"bundles of several ledgers ({names})",
        remedy="Name the file of the one you join.",
    )


def join(where: str | PathLike[str] | Place, heard: Heard, **more: Any) -> Ledger:
    """Begin a copy of the ledger in a new workspace, from a bundle that came here.

    Raises
    ------
    WorkspaceExists
        Something is there already; it is left as it is.
    BundleForged
        The bundle is not what its signatures say. Nothing was made.
    """
    signer = heard.opened[0].signer.hex().encode()
    if not any(signer in (line.body or b"") for one in heard.parcels() for line in one.lines):
        raise BundleForged(
            place=heard.place,
            found=f"the signature of a device nobody enrolled ({heard.sender.hex()[:16]})",
            remedy="Nothing was made. Ask whoever gave it to you where it comes from.",
        )
    try:
        return Ledger.receive(where, heard.parcels(), **more)
    except ParcelRefused as refused:
        raise BundleForged(
            place=f"{heard.place}, {refused.fields['place']}",
            found=refused.fields["found"],
            remedy="Nothing was made. Keep the file and show it to your keeper.",
        ) from None


def ledger_words(ledger: Ledger) -> str:
    """Eight words that name the ledger: those of its first commit, which names the key everything rests on."""
    return words(header_hash(next(iter(ledger.parcels())).header))
