"""Repairing: what is left of a damaged ledger, put together anew; what is not, named. The damaged one is never altered.

A commit is kept if its bytes are the ones that were signed, by a key that counts here, and everything it rests on is
kept: the commit before it in its log, the entries it corrects, the orders that explain a missing body. Columns and
lists are not kept but made again. What is left out is still whole wherever else it was synced, and comes back from
there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from waythrough.ledger import canonical, lines
from waythrough.ledger.assembling import Assembly
from waythrough.ledger.bulk import many_values
from waythrough.ledger.erasing import covers
from waythrough.ledger.hashing import body_hash
from waythrough.ledger.header import NOTHING, header_hash, unpack
from waythrough.ledger.keys import FINGERPRINT_LENGTH, signed
from waythrough.ledger.merge import Arrived, prove
from waythrough.ledger.parcels import CarriedLine, Parcel
from waythrough.ledger.store import RawCommit, RawLine, Reader, Writer
from waythrough.ledger.world import World
from waythrough.terms.entries import HELD_BACK, Verification
from waythrough.terms.problems import LedgerBroken, NotRepairable, ParcelRefused

AT_ONCE = 500
NO_CORRECTIONS = b'"corrects":[]'
UNREAD = "the database cannot hand it over"
AFTER = "the commit before it in its log is left out"


@dataclass(frozen=True)
class LeftOut:
    """A commit that could not be kept, or several in a row that cannot even be read: their numbers, and why.

    ``log`` and ``commit`` are hexadecimal and empty, ``sequence`` is -1, where its header cannot be read.
    """

    first: int
    last: int
    why: str
    log: str = ""
    sequence: int = -1
    commit: str = ""


@dataclass(frozen=True)
class Repaired:
    """What a repair made: what verifies now, and what was left out."""

    verification: Verification
    left_out: tuple[LeftOut, ...]


class _Again(Exception):
    """Commits that were written and turned out not to count: begin again without them."""

    def __init__(self, bad: dict[bytes, str]) -> None:
        super().__init__(f"{len(bad)} commits")
        self.bad = bad


def repair(
    reader: Reader, ledger: bytes, create: Callable[[Callable[[Writer], None]], None], up_to_ms: int
) -> Repaired:
    """Put together in a new place what can be kept of a ledger.

    Parameters
    ----------
    reader
        Of the damaged ledger.
    ledger
        Its id.
    create
        Makes the new place with its first contents, whole or not at all.
    up_to_ms
        The latest clock reading to believe.

    Raises
    ------
    NotRepairable
        The first commit is damaged, so nothing after it can be proved.
    """
    bad: dict[bytes, str] = {}
    while True:
        sieve = _Sieve(reader, ledger, dict(bad))
        done: list[Verification] = []

        def begin(writer: Writer, sieve: _Sieve = sieve, done: list[Verification] = done) -> None:
            done.append(sieve.fill(writer, up_to_ms))

        try:
            with many_values():
                create(begin)
            return Repaired(done[0], tuple(sieve.left_out))
        except _Again as again:
            bad |= again.bad


class _Sieve:
    """One pass over a damaged ledger, leaving out what is known to be bad."""

    def __init__(self, reader: Reader, ledger: bytes, bad: dict[bytes, str]) -> None:
        self._reader = reader
        self._ledger = ledger
        self._bad = bad
        self._kept: set[bytes] = set()
        self.left_out: list[LeftOut] = []

    def fill(self, writer: Writer, up_to_ms: int) -> Verification:
        """Write what can be kept, and verify it."""
        assembly = Assembly(writer, self._ledger, up_to_ms)
        for parcels in self._good():
            assembly.take(parcels)
        if bad := {**_unsigned(writer, up_to_ms), **_resting_on_nothing(writer, up_to_ms)}:
            raise _Again(bad)
        found = assembly.finish()
        if not found.unaltered:
            first = next(one for one in found.findings if one.advice != HELD_BACK)
            raise LedgerBroken(what=f"{first.place}: {first.what}")
        return found

    def _good(self) -> Iterator[list[Parcel]]:
        for commits, rows in _parts(self._reader, self.left_out):
            carried = {
                number: list(some) for number, some in groupby(rows, key=lambda row: row.commit_number)
            }
            parcels = [self._look(commit, carried.get(commit.number, [])) for commit in commits]
            yield [parcel for parcel in parcels if parcel]
        if not self._kept:
            raise NotRepairable(found="no commit of it is whole")

    def _look(self, commit: RawCommit, rows: list[RawLine]) -> Parcel | None:
        try:
            parcel = Parcel(commit.header, commit.signature, tuple(map(_carried, rows)))
            one = prove(commit.number, parcel, self._ledger)
            why = self._bad.get(one.id) or self._place_fault(one)
        except (ParcelRefused, TypeError) as refused:
            why = refused.fields["found"] if isinstance(refused, ParcelRefused) else "a column holds no bytes"
        if not why:
            self._kept.add(one.id)
            return parcel
        if not self._kept:
            raise NotRepairable(found=f"its first commit is damaged ({why})")
        self.left_out.append(_left_out(commit, why))
        return None

    def _place_fault(self, one: Arrived) -> str:
        if one.id in self._kept:
            return "it is there twice"
        begins = one.header.sequence == 0 and one.header.previous == NOTHING
        return "" if begins or one.header.previous in self._kept else AFTER


def _parts(reader: Reader, left_out: list[LeftOut]) -> Iterator[tuple[list[RawCommit], list[RawLine]]]:
    """All rows in the order of their arrival, some at a time; what cannot be read is left out row by row."""
    last = reader.last_number()
    for first in range(1, last + 1, AT_ONCE):
        try:
            yield reader.raw_part(first, min(last, first + AT_ONCE - 1))
            continue
        except LedgerBroken:
            pass
        for number in range(first, min(last, first + AT_ONCE - 1) + 1):
            try:
                part = reader.raw_part(number, number)
            except LedgerBroken:
                left_out.append(LeftOut(number, number, UNREAD))
                continue
            yield part


def _carried(row: RawLine) -> CarriedLine:
    if row.salt is None and row.body is None:
        return CarriedLine(row.meta, None, None, row.body_hash)
    return CarriedLine(row.meta, row.salt, row.body, body_hash(row.salt, row.body))


def _left_out(commit: RawCommit, why: str) -> LeftOut:
    number = commit.number
    try:
        header = unpack(commit.header)
    except (ValueError, TypeError):
        return LeftOut(number, number, why)
    return LeftOut(number, number, why, header.log.hex(), header.sequence, header_hash(commit.header).hex())


def _unsigned(writer: Writer, up_to_ms: int) -> dict[bytes, str]:
    """Commits whose signature does not hold, or whose key nobody named."""
    keys = World.read(writer, up_to_ms).keys()
    bad = {}
    for row in writer.raw_commits():
        key = keys.get(row.log[:FINGERPRINT_LENGTH])
        if key is None:
            bad[row.id] = "nobody that is left named the key it was signed with"
        elif not signed(key, row.signature, row.header):
            bad[row.id] = "its signature does not hold"
    return bad


def _resting_on_nothing(writer: Writer, up_to_ms: int) -> dict[bytes, str]:
    """Commits with an entry that corrects one which is left out, or whose body is missing without an order."""
    erasures = World.read(writer, up_to_ms).erasures
    commits = {row.number: row.id for row in writer.raw_commits()}
    records: dict[str, str] = {}
    asked: list[tuple[bytes, str, tuple[str, ...]]] = []
    bad = {}
    for row in writer.raw_lines():
        (meta,) = canonical.quick_decode(row.meta)
        records[row.id.hex()] = meta["record"]
        if NO_CORRECTIONS not in row.meta:
            asked.append((commits[row.commit_number], meta["record"], tuple(meta["corrects"])))
        owner = lines.vaulted(meta) if "vault" in meta else None
        if row.body is None and not covers(erasures, row.id.hex(), owner):
            bad[commits[row.commit_number]] = "a body is missing, and no order that is left says why"
    for commit, record, parents in asked:
        if any(records.get(parent) != record for parent in parents):
            bad[commit] = "it corrects an entry that is left out"
    return bad
