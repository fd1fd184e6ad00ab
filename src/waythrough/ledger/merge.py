"""Taking in commits from elsewhere: union of sets, whole or not at all, whatever the order and however often.

Every commit is proved by itself: signature, chain, tree. Then what the set now says is put into effect: which commits
count, and what stands. What is ordered to be erased is destroyed afterwards (`erasing`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from waythrough.ledger import canonical, lines, lists
from waythrough.ledger.acts import ADMISSION, DEVICE, GENESIS, Act
from waythrough.ledger.clock import Tick, moment
from waythrough.ledger.erasing import CarriedOut, excuses
from waythrough.ledger.hashing import ID_LENGTH, SALT_LENGTH, body_hash, leaf_hash, merkle_root
from waythrough.ledger.header import NOTHING, Header, header_hash, unpack
from waythrough.ledger.keys import FINGERPRINT_LENGTH, signed
from waythrough.ledger.lines import Line, StoredLine
from waythrough.ledger.lists import Revision
from waythrough.ledger.parcels import CarriedLine, Parcel
from waythrough.ledger.store import PlacedCommit, SealedCommit, StoredCommit, Writer
from waythrough.ledger.world import AHEAD, World, act_of
from waythrough.terms.problems import ParcelRefused


@dataclass(frozen=True)
class Merged:
    """What came in, and what it changed here.

    ``aside`` counts the new commits that do not count, by reason. ``forks`` are the (log, sequence) newly signed
    twice. ``contested`` names the records that are contested since, ``erased`` what was then destroyed here by order.
    """

    new: int = 0
    known: int = 0
    entries: int = 0
    aside: Mapping[str, int] = field(default_factory=dict)
    forks: tuple[tuple[bytes, int], ...] = ()
    contested: tuple[str, ...] = ()
    erased: tuple[CarriedOut, ...] = ()


class Arrived(NamedTuple):
    """A parcel that is proved by itself."""

    id: bytes
    header: Header
    commit: StoredCommit
    lines: tuple[Line, ...]

    def stored(self) -> list[StoredLine]:
        head = (self.header.physical_ms, self.header.counter, self.header.log, self.header.sequence)
        return [StoredLine(*head, n, line.id, line.meta, line.body) for n, line in enumerate(self.lines)]


def merge(writer: Writer, ledger: bytes, parcels: Iterable[Parcel], up_to_ms: int) -> Merged:
    """Take these commits in.

    Parameters
    ----------
    parcels
        In an order in which each comes after the one it follows; those already held are passed over.
    up_to_ms
        The latest clock reading to believe. Later commits are kept and set aside until then.

    Raises
    ------
    ParcelRefused
        A commit is not what its signature says, has no place in its log, or lacks a body that nobody ordered to be
        erased. Nothing is taken in.
    """
    arrived = [prove(n, parcel, ledger) for n, parcel in enumerate(parcels)]
    held = writer.headers_of([one.id for one in arrived])
    new = list({one.id: one for one in arrived if one.id not in held}.values())
    if not new:
        if any(placed.physical_ms <= up_to_ms for placed in writer.placed_aside(AHEAD)):
            settle(writer, up_to_ms, [])
        return Merged(known=len(arrived))
    _check_signatures(World.read(writer, up_to_ms), new)
    forks = _check_places(writer, new)
    _check_corrections(writer, new)
    writer.add(
        [
            SealedCommit(
                one.commit, one.lines, _own(one), AHEAD if one.header.physical_ms > up_to_ms else None
            )
            for one in new
        ]
    )
    done = settle(writer, up_to_ms, [one.id for one in new], forks)
    return Merged(
        len(new),
        len(arrived) - len(new),
        sum(len(one.lines) for one in new),
        Counter(reason for one in new if (reason := done.aside.get(one.id))),
        forks,
        done.contested,
    )


def begin(writer: Writer, parcels: Iterable[Parcel], up_to_ms: int) -> None:
    """Take a ledger that was begun elsewhere into an empty store.

    Raises
    ------
    ParcelRefused
        The first commit does not begin a ledger, or as `merge`.
    """
    arriving = iter(parcels)
    first = next(arriving, None)
    if first is None:
        raise ParcelRefused(place="what arrived", found="it holds no commit")
    try:
        ledger = unpack(first.header).ledger
    except (ValueError, TypeError) as error:
        raise ParcelRefused(place="the first commit", found=str(error)) from None
    one = prove(0, first, ledger)
    writer.add([SealedCommit(one.commit, one.lines, True)])
    _check_begins(World.read(writer, up_to_ms), one)
    settle(writer, up_to_ms, [one.id])
    merge(writer, ledger, arriving, up_to_ms)


def _check_begins(world: World, one: Arrived) -> None:
    said = [act.body.get("ledger") for act in world.acts if act.kind == GENESIS]
    if said != [one.header.ledger.hex()] or one.header.sequence or one.header.previous != NOTHING:
        raise _refused(one, "it does not begin a ledger")
    _check_signatures(world, [one])


# --- what each commit proves by itself -----------------------------------------------------------------------


def prove(n: int, parcel: Parcel, ledger: bytes) -> Arrived:
    """The n-th commit of what arrived, read and proved by itself: its entries are the ones its header was made of.

    Raises
    ------
    ParcelRefused
        They are not, or it is no commit of this ledger.
    """
    place = f"commit {n + 1} of what arrived"
    try:
        header = unpack(parcel.header)
        place = f"commit {header.sequence} of log {header.log.hex()[:16]}"
        moment(header.physical_ms)
        if header.ledger != ledger:
            raise ValueError("it belongs to another ledger")
        if header.count != len(parcel.lines):
            raise ValueError(f"it was signed over {header.count} entries and brings {len(parcel.lines)}")
        if not parcel.lines:
            raise ValueError("it brings no entry")
        proved = [_prove_line(line) for line in parcel.lines]
        if merkle_root([leaf for leaf, _ in proved]) != header.root:
            raise ValueError("its entries are not the ones it was signed over")
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
        raise ParcelRefused(place=place, found=str(error) or type(error).__name__) from None
    commit = StoredCommit(parcel.header, parcel.signature)
    return Arrived(header_hash(parcel.header), header, commit, tuple(line for _, line in proved))


def _prove_line(carried: CarriedLine) -> tuple[bytes, Line]:
    meta, ours = canonical.read(carried.meta)
    if faults := lines.meta_faults(meta):
        raise ValueError(faults[0])
    if not ours:
        raise ValueError("the meta of an entry is not written in the ledger's one way")
    if (carried.salt is None) != (carried.body is None):
        raise ValueError("an entry has a salt or a body, and not the other")
    if carried.salt is not None and carried.body is not None:
        _prove_body(meta, carried.salt, carried.body, carried.body_hash)
    leaf = leaf_hash(carried.meta, carried.body_hash)
    subject, keep_until = meta.get("subject"), meta.get("keep_until")
    return leaf, Line(leaf[:ID_LENGTH], *carried, subject, keep_until)


def _prove_body(meta: Mapping[str, object], salt: bytes, body: bytes, hashed: bytes) -> None:
    if len(salt) != SALT_LENGTH:
        # Otherwise bytes could move between salt and body without any hash noticing.
        raise ValueError(f"the salt of an entry has {len(salt)} bytes where {SALT_LENGTH} are due")
    if body_hash(salt, body) != hashed:
        raise ValueError("the body of an entry is not the one its hash was made of")
    if "vault" in meta and not body.startswith(lines.JSON_START):
        return
    if not canonical.read(body)[1]:
        raise ValueError("the body of an entry is not written in the ledger's one way")


def _own(arrived: Arrived) -> bool:
    return lines.holds_own(arrived.lines)


# --- what each commit proves beside the others ---------------------------------------------------------------


def _check_signatures(world: World, new: Sequence[Arrived]) -> None:
    keys = world.keys(_acts(new))
    for one in new:
        key = keys.get(one.header.log[:FINGERPRINT_LENGTH])
        if key is None:
            raise _refused(one, "it was signed by a device that was never enrolled here")
        if not signed(key, one.commit.signature, one.commit.header):
            raise _refused(one, "its signature does not hold")


def _acts(new: Sequence[Arrived]) -> list[Act]:
    """The ledger's own entries among them. What is proved can be read."""
    return [
        act_of(one.id, line)
        for one in new
        if _own(one)
        for line in one.stored()
        if lines.OWN_IN_META in line.meta
    ]


def _check_places(writer: Writer, new: Sequence[Arrived]) -> tuple[tuple[bytes, int], ...]:
    """Each commit follows one that is here or came before it; two in one place are a fork, and both are kept."""
    headers = {
        commit: unpack(data)
        for commit, data in writer.headers_of([one.header.previous for one in new]).items()
    }
    ends = {end.log: end.sequence for end in writer.ends()}
    forks = set()
    taken: set[tuple[bytes, int]] = set()
    for one in new:
        header = one.header
        if header.sequence or header.previous != NOTHING:
            _check_follows(one, headers.get(header.previous))
        headers[one.id] = header
        place = (header.log, header.sequence)
        if place in taken or (header.sequence <= ends.get(header.log, -1) and writer.ids_at(*place)):
            forks.add(place)
        taken.add(place)
    return tuple(sorted(forks))


def _check_follows(one: Arrived, before: Header | None) -> None:
    header = one.header
    if before is None:
        raise _refused(one, "the commit before it is missing")
    if (before.log, before.sequence + 1) != (header.log, header.sequence):
        raise _refused(one, "it does not follow the commit before it")
    if Tick(header.physical_ms, header.counter) <= Tick(before.physical_ms, before.counter):
        raise _refused(one, "its clock is not later than that of the commit before it")


def _check_corrections(writer: Writer, new: Sequence[Arrived]) -> None:
    """What an entry corrects is here or comes with it, and is of its own record: its author had read it."""
    arrived = [(one, lines.read_revision(line)) for one in new for line in one.stored()]
    records = {entry.id: entry.record for _, entry in arrived}
    asked = {parent for _, entry in arrived for parent in entry.corrects} - records.keys()
    for line in writer.lines_with([bytes.fromhex(parent) for parent in sorted(asked)]):
        records[line.id.hex()] = lines.read_revision(line).record
    for one, entry in arrived:
        for parent in entry.corrects:
            if records.get(parent) != entry.record:
                raise _refused(
                    one, f"it corrects {parent}, which is no entry of the record {entry.record} here"
                )


def _refused(one: Arrived, found: str) -> ParcelRefused:
    return ParcelRefused(
        place=f"commit {one.header.sequence} of log {one.header.log.hex()[:16]}", found=found
    )


# --- putting into effect what the set now says ---------------------------------------------------------------


class Settled(NamedTuple):
    """What was put into effect: why new commits do not count, and the records contested since."""

    world: World
    aside: Mapping[bytes, str]
    contested: tuple[str, ...]


def settle(
    writer: Writer,
    up_to_ms: int,
    new: Sequence[bytes],
    forks: Sequence[tuple[bytes, int]] = (),
) -> Settled:
    """Let the set of commits, with the new ones just written, decide what counts and what stands.

    Raises
    ------
    ParcelRefused
        A body is missing that no order covers.
    """
    world = World.read(writer, up_to_ms)
    aside, changed = _judge(writer, world, up_to_ms, new, forks)
    contested = _fold(writer, new, aside, changed)
    _check_missing(writer, world, new)
    return Settled(world, aside, contested)


def _judge(
    writer: Writer, world: World, up_to_ms: int, new: Sequence[bytes], forks: Sequence[tuple[bytes, int]]
) -> tuple[dict[bytes, str], dict[bytes, str | None]]:
    """Why each new commit does not count, and what changed for the others; written down for all."""
    changes: dict[bytes, str | None] = {}
    reasons: dict[bytes, str] = {}
    fresh = set(new)
    for placed in _to_judge(writer, world, up_to_ms, new, forks):
        reason = _reason(world, placed, up_to_ms)
        if reason != placed.aside:
            changes[placed.id] = reason
        if reason and placed.id in fresh:
            reasons[placed.id] = reason
    writer.set_aside(changes)
    return reasons, {commit: reason for commit, reason in changes.items() if commit not in fresh}


def judge_all(writer: Writer, up_to_ms: int) -> None:
    """Write down for every commit whether it counts, whatever was written there before."""
    world = World.read(writer, up_to_ms)
    due = {placed: _reason(world, placed, up_to_ms) for placed in writer.placed()}
    writer.set_aside({placed.id: reason for placed, reason in due.items() if reason != placed.aside})


def _reason(world: World, placed: PlacedCommit, up_to_ms: int) -> str | None:
    """Why a commit does not count; None if it does."""
    late = placed.aside == AHEAD and placed.physical_ms > up_to_ms
    waits = AHEAD if late and placed.id not in world.members.admitted else None
    return world.members.aside(placed.log, placed.sequence, placed.id) or waits


def _to_judge(
    writer: Writer, world: World, up_to_ms: int, new: Sequence[bytes], forks: Sequence[tuple[bytes, int]]
) -> Iterable[PlacedCommit]:
    """Every commit, where those that are new or whose time has come can change who may write; else only these, and
    those that still wait.
    """
    fresh = list(writer.placed(new))
    waiting = {placed.id: placed for placed in writer.placed_aside(AHEAD)}
    heard = {*new, *(placed.id for placed in waiting.values() if placed.physical_ms <= up_to_ms)}
    touched = {placed.log for placed in fresh} & {tip.log for tip in world.tips}
    grants = any(act.kind in (DEVICE, ADMISSION) and act.commit in heard for act in world.acts)
    if forks or touched or grants:
        return writer.placed()
    return (waiting | {placed.id: placed for placed in fresh}).values()


def _fold(
    writer: Writer, new: Sequence[bytes], aside: Mapping[bytes, str], changed: Mapping[bytes, str | None]
) -> tuple[str, ...]:
    """The lists of every record that gained or lost an entry."""
    counted = [commit for commit in new if commit not in aside]
    counted += [commit for commit, reason in changed.items() if reason is None]
    lost = [commit for commit, reason in changed.items() if reason is not None]
    gained = [lines.read_revision(line) for line in writer.lines_of_commits(counted)]
    stale = {lines.read_revision(line).record for line in writer.lines_of_commits(lost)}
    records = stale | {entry.record for entry in gained}
    standing = [lines.read_revision(line) for line in writer.lines_of_records(list(records))]
    stale |= {entry.record for entry in standing}
    before = _several(standing)
    entries = [*standing, *gained]
    for fold in lists.FOLDS:
        writer.put(fold, list(stale), lists.fold_all(fold, entries))
    return tuple(sorted(_several(entries) - before))


def _several(entries: Iterable[Revision]) -> set[str]:
    """The records of which more than one of these entries stands."""
    stands = Counter(row[1] for row in lists.fold_all(lists.STANDING, entries) if row[-1] is None)
    return {record for record, count in stands.items() if count > 1}


def _check_missing(writer: Writer, world: World, new: Sequence[bytes]) -> None:
    for line in writer.lines_of_commits(new):
        if line.body is not None:
            continue
        entry = lines.read(line)
        if not excuses(world.erasures, entry.id, entry.vaulted):
            raise ParcelRefused(
                place=f"entry {line.id.hex()}",
                found="its body is missing, and nobody ordered it to be erased",
            )
