"""How far a copy of a ledger goes, what another copy lacks, and where a log was signed twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from waythrough.ledger.header import header_hash, unpack
from waythrough.ledger.parcels import Tip
from waythrough.ledger.store import LogEnd, PlacedCommit, Reader, StoredCommit


class Fork(NamedTuple):
    """Two commits or more, all well signed, in one place of one log: the proof that its key was used in two places."""

    log: bytes
    sequence: int
    commits: tuple[StoredCommit, ...]


def frontier(reader: Reader) -> list[Tip]:
    """The last commit of every branch of every log."""
    return [tip for end in reader.ends() for tip in _tips(reader, end)]


def forks(reader: Reader) -> list[Fork]:
    """Every place of every log that was signed more than once."""
    found = []
    for end in reader.ends():
        if _is_forked(end):
            places: dict[int, list[StoredCommit]] = {}
            for commit in reader.commits_of(end.log):
                places.setdefault(unpack(commit.header).sequence, []).append(commit)
            found += [
                Fork(end.log, sequence, tuple(commits))
                for sequence, commits in places.items()
                if len(commits) > 1
            ]
    return found


def lacking(reader: Reader, beyond: Sequence[Tip]) -> Callable[[PlacedCommit], bool]:
    """Whether a copy that holds these tips, and all before them, lacks a commit.

    Of a log whose tip there is unknown here, the other copy is ahead or stands on another branch. Ahead, it lacks
    nothing; on another branch it is sent the log whole, which does no harm: what it holds is passed over.
    """
    held: dict[bytes, Callable[[PlacedCommit], bool]] = {}
    theirs: dict[bytes, list[Tip]] = {}
    for tip in beyond:
        theirs.setdefault(tip.log, []).append(tip)
    for end in reader.ends():
        if tips := theirs.get(end.log):
            held[end.log] = _held(reader, end, tips)
    return lambda placed: placed.log not in held or not held[placed.log](placed)


def _held(reader: Reader, end: LogEnd, tips: Sequence[Tip]) -> Callable[[PlacedCommit], bool]:
    known = [tip for tip in tips if tip.commit in reader.ids_at(tip.log, tip.sequence)]
    if _is_forked(end):
        branches = _branches(reader, end.log, [tip.commit for tip in known])
        return lambda placed: placed.id in branches
    furthest = max((tip.sequence for tip in known), default=-1)
    if len(known) < len(tips) and max(tip.sequence for tip in tips) > end.sequence:
        furthest = end.sequence
    return lambda placed: placed.sequence <= furthest


def _branches(reader: Reader, log: bytes, ends: Iterable[bytes]) -> frozenset[bytes]:
    """These commits and all before them."""
    before = {header_hash(one.header): unpack(one.header).previous for one in reader.commits_of(log)}
    found: set[bytes] = set()
    for commit in ends:
        while commit in before and commit not in found:
            found.add(commit)
            commit = before[commit]
    return frozenset(found)


def _tips(reader: Reader, end: LogEnd) -> list[Tip]:
    if not _is_forked(end):
        return [Tip(end.log, end.sequence, commit) for commit in reader.ids_at(end.log, end.sequence)]
    commits = [unpack(one.header) for one in reader.commits_of(end.log)]
    followed = {header.previous for header in commits}
    return sorted(
        Tip(end.log, header.sequence, commit)
        for header in commits
        if (commit := header_hash(header.pack())) not in followed
    )


def _is_forked(end: LogEnd) -> bool:
    return end.commits != end.sequence + 1
