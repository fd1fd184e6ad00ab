"""Checkpoints: a device signs what it held, so that a history somebody cut short or hid is seen to be missing.

A chain proves each commit by the one after it; it cannot prove that there is no one after it. A checkpoint of another
device can: it names the last commit of every log which that device held, and each of those chains all before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from hashlib import sha256
from typing import Any

from waythrough.ledger.hashing import merkle_root
from waythrough.ledger.lines import OWN_KINDS
from waythrough.ledger.parcels import Tip
from waythrough.ledger.words import words
from waythrough.ledger.world import World
from waythrough.terms.entries import Body, Draft, Entry

KIND = OWN_KINDS + "checkpoint"


def root(tips: Iterable[Tip]) -> bytes:
    """The root over what a copy holds (RFC 9162, section 2.1.1), the same for everyone who holds the same.

    The leaves are the tips in order, each as log (20 bytes), sequence (8), commit id (32).
    """
    leaves = [
        sha256(b"\x00" + tip.log + tip.sequence.to_bytes(8, "big") + tip.commit).digest()
        for tip in sorted(tips)
    ]
    return merkle_root(leaves)


def draft(tips: Sequence[Tip], record: str) -> Draft:
    """The entry by which a device attests these tips."""
    listed = [
        {"log": tip.log.hex(), "sequence": tip.sequence, "commit": tip.commit.hex()} for tip in sorted(tips)
    ]
    return Draft(KIND, record, {"tips": listed, "root": root(tips).hex(), "count": len(listed)})


@dataclass(frozen=True)
class Checkpoint:
    """What one device attested at one time: ``device`` is its fingerprint, ``author`` who worked on it."""

    entry: str
    device: str
    author: str
    at: datetime
    tips: tuple[Tip, ...]

    @property
    def words(self) -> str:
        """Eight words, to be read aloud."""
        return words(root(self.tips))


def checkpoint(entry: Entry) -> Checkpoint | None:
    """The checkpoint an entry says; None if it does not count, or its root is not that of its tips."""
    if entry.kind != KIND or entry.aside:
        return None
    tips = _attested(entry.body)
    return Checkpoint(entry.id, entry.log[:32], entry.author, entry.at, tips) if tips else None


def all_of(world: World) -> list[Checkpoint]:
    """Every checkpoint ever written by a device that counted then."""
    found = []
    for act in world.acts:
        if act.kind == KIND and not world.members.aside(*act.tip) and (tips := _attested(act.body)):
            at = datetime.combine(act.day, time(), UTC)
            found.append(Checkpoint(act.entry, act.author.hex(), act.person, at, tips))
    return found


@dataclass(frozen=True)
class Missing:
    """Commits of one log that a checkpoint attests and that are not here, or not as it attests them."""

    log: bytes
    first: int
    last: int
    attested: Checkpoint
    differs: bool

    def sentence(self, name: Callable[[str], str] = lambda fingerprint: fingerprint[:16]) -> str:
        """What is missing, and whose word for it we have. ``name`` tells what people call a device."""
        log = f"log {name(self.log[:16].hex())}"
        by = f"the checkpoint of {name(self.attested.device)} of {self.attested.at:%Y-%m-%d} attests"
        if self.differs:
            return f"commit {self.last} of {log} is here another than the one which {by}"
        which = f"commit {self.last}" if self.first == self.last else f"commits {self.first}–{self.last}"
        return f"{which} of {log}, which {by}, {'is' if self.first == self.last else 'are'} missing here"


def missing(
    checkpoints: Iterable[Checkpoint], frontier: Iterable[Tip], held: Callable[[Tip], bool]
) -> list[Missing]:
    """What checkpoints attest and is not here, one line for each log, in the order of logs.

    Parameters
    ----------
    frontier
        The last commits held here.
    held
        Whether a commit is held here, under that log and sequence.
    """
    furthest: dict[bytes, int] = {}
    for tip in frontier:
        furthest[tip.log] = max(tip.sequence, furthest.get(tip.log, -1))
    found: dict[bytes, Missing] = {}
    for attested in sorted(checkpoints, key=lambda one: (one.at, one.entry)):
        for tip in attested.tips:
            known = found.get(tip.log)
            if (known and known.last >= tip.sequence) or held(tip):
                continue
            first = furthest.get(tip.log, -1) + 1
            found[tip.log] = Missing(
                tip.log, min(first, tip.sequence), tip.sequence, attested, tip.sequence < first
            )
    return [found[log] for log in sorted(found)]


def _attested(body: Body) -> tuple[Tip, ...]:
    """The tips a body attests; none, if it does not say one thing in all its parts."""
    try:
        tips = tuple(_tip(item) for item in body["tips"])
        if not tips or root(tips).hex() != body["root"] or body["count"] != len(tips):
            return ()
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return ()
    return tips


def _tip(item: Any) -> Tip:
    log, commit = bytes.fromhex(item["log"]), bytes.fromhex(item["commit"])
    sequence = item["sequence"]
    if len(log) != 20 or len(commit) != 32 or type(sequence) is not int or sequence < 0:
        raise ValueError("it names no commit")
    return Tip(log, sequence, commit)
