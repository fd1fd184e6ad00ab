"""Sync by a folder: a memory stick on which each device keeps one bundle of its own and reads those of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from waythrough.ledger import checkpoints
from waythrough.ledger.clock import milliseconds
from waythrough.ledger.files import write_whole
from waythrough.ledger.parcels import Tip
from waythrough.ledger.post import Heard, Post, Taking
from waythrough.terms.problems import BundleForOthers, BundleRefused

ENDING = ".wtb"

Progress = Callable[[str], None]
"""Told the name of each file as it is read or written."""


@dataclass
class Visit:
    """What one visit to a folder did: whose bundles were taken in, which were refused and why, what was written.

    ``for_others`` are bundles that their senders wrote before they knew of this device, or after it was revoked.
    """

    written: Path
    sent: int = 0
    taken: list[Taking] = field(default_factory=list)
    refused: list[BundleRefused] = field(default_factory=list)
    for_others: list[str] = field(default_factory=list)


def quiet(name: str) -> None:
    """No progress shown."""


def file_name(ledger: bytes, device: bytes) -> str:
    """A device's bundle on a stick. Whoever finds the stick reads nothing from the name."""
    return f"{ledger.hex()[:8]}-{device.hex()[:8]}{ENDING}"


def bundles(folder: Path, ledger: bytes | None = None) -> list[Path]:
    """The bundles in a folder, of one ledger or of all."""
    begins = f"{ledger.hex()[:8]}-" if ledger else ""
    return sorted(path for path in folder.glob(f"{begins}*{ENDING}") if path.is_file())


def visit(post: Post, folder: Path, *, whole: bool = False, progress: Progress = quiet) -> Visit:
    """Take in what others left in a folder, then leave there what they lack.

    Reading comes first: what others left says what they hold, and brings back our own commits if we forgot some.

    Parameters
    ----------
    whole
        Leave everything, also what all the others are known to hold.
    """
    done = Visit(folder / file_name(post.id, post.device.fingerprint))
    said: dict[bytes, Heard] = {}
    for path in bundles(folder, post.id):
        if path == done.written:
            continue
        progress(path.name)
        try:
            heard = post.open(path.read_bytes(), path.name)
            said[heard.sender] = heard
            done.taken.append(post.take(heard))
        except BundleForOthers as skipped:
            done.for_others.append(str(skipped.fields["place"]))
        except BundleRefused as refused:
            done.refused.append(refused)
    if post.ledger.may_write():
        post.attest()
        progress(done.written.name)
        done.sent = leave(post, done.written, () if whole else shared(post, said))
    return done


def leave(post: Post, path: Path, base: Sequence[Tip] = ()) -> int:
    """Write a bundle for all enrolled devices: the commits beyond ``base``, and all keys that others may have.

    Gives how many commits it holds.
    """
    parcels = list(post.ledger.parcels(base))
    about = replace(post.about(), base=tuple(sorted(base)), keys=post.keys_for(()))
    recipients = [one.box_key for one in post.ledger.world().members.enrolled() if one.box_key]
    write_whole(path, post.write(about, parcels, recipients))
    return len(parcels)


def shared(post: Post, said: Mapping[bytes, Heard]) -> tuple[Tip, ...]:
    """The commits that every other enrolled device is known to hold, by its newest word: a checkpoint, or a bundle.

    A device that never said anything holds nothing, as far as we know. Where a log was forked, all of it is sent.
    """
    words: dict[bytes, tuple[int, Sequence[Tip]]] = {}
    for head in post.ledger.heads(checkpoints.KIND):
        for entry in head.entries:
            if found := checkpoints.checkpoint(entry):
                _newer(words, bytes.fromhex(found.device), milliseconds(found.at), found.tips)
    for sender, heard in said.items():
        _newer(words, sender, heard.part.made_ms, heard.part.frontier)
    others = [
        one.fingerprint
        for one in post.ledger.world().members.enrolled()
        if one.fingerprint != post.device.fingerprint
    ]
    if not others or any(device not in words for device in others):
        return ()
    return common([words[device][1] for device in others], post.ledger.frontier(), post.ledger.unknown)


def common(
    held: Sequence[Sequence[Tip]], ours: Iterable[Tip], unknown: Callable[[Iterable[Tip]], list[Tip]]
) -> tuple[Tip, ...]:
    """How far in each log everyone is who holds one of these sets; logs of which that cannot be told are left out."""
    branches = Counter(tip.log for tip in ours)
    found = []
    for log in sorted(log for log, count in branches.items() if count == 1):
        ends = [[tip for tip in tips if tip.log == log] for tips in held]
        if all(len(tips) == 1 for tips in ends) and not unknown(tip for (tip,) in ends):
            found.append(min((tip for (tip,) in ends), key=lambda tip: tip.sequence))
    return tuple(found)


def _newer(
    words: dict[bytes, tuple[int, Sequence[Tip]]], device: bytes, at_ms: int, tips: Sequence[Tip]
) -> None:
    if device not in words or words[device][0] < at_ms:
        words[device] = at_ms, tips
