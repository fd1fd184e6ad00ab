"""Verify: derive everything again from the signed bytes, trust nothing that was stored beside them, name what differs.

Sound means: every commit is signed by an enrolled device and follows the one before it in its log; every entry is the
one that was signed, in its place; every id, copied column and list is what the entries make it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from waythrough.ledger import canonical, genesis, lines, lists
from waythrough.ledger.clock import Tick, moment
from waythrough.ledger.hashing import ID_LENGTH, SALT_LENGTH, body_hash, leaf_hash, merkle_root
from waythrough.ledger.header import NOTHING, Header, header_hash, unpack
from waythrough.ledger.keys import signed
from waythrough.ledger.lines import StoredLine
from waythrough.ledger.store import RawCommit, RawLine, Reader, Store
from waythrough.terms.entries import OPEN, SEALED, Entry, Finding, Verification
from waythrough.terms.problems import LedgerBroken

STOP_WRITING = "Do not write to this file. Keep it as it is, and go back to a backup that verifies."
REBUILD = "No recorded entry is harmed by this. Rebuild the lists."


def verify(store: Store) -> Verification:
    """Everything that is wrong with one snapshot of a ledger; no findings, if nothing is."""
    work = _Work()
    try:
        with store.reading() as reader:
            work.go_through(reader)
    except LedgerBroken as damage:
        # The database could not even hand over its rows. What was found until here still stands.
        work.found("the database file", damage.sentence(), STOP_WRITING)
    return Verification(work.commits, len(work.entries), tuple(work.findings))


class _Work:
    """What one verification has read so far."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.commits = 0
        self.entries: dict[str, Entry] = {}
        self._ledger = b""
        self._keys: dict[bytes, bytes] = {}
        self._headers: dict[Any, tuple[str, Header, Any]] = {}

    def go_through(self, reader: Reader) -> None:
        """All checks, from what everything rests on to what rests on it."""
        self.read_genesis(reader)
        self.check_commits(reader)
        self.check_lines(reader)
        self.check_corrections()
        self.check_lists(reader)
        for fault in reader.faults():
            self.found("the database file", fault)

    def found(self, place: str, what: str, advice: str = STOP_WRITING) -> None:
        """Write down one finding."""
        self.findings.append(Finding(place, what, advice))

    def read_genesis(self, reader: Reader) -> None:
        """Who may sign: what the first commit says, which must itself be signed by the key it names."""
        found = reader.genesis()
        if found is None:
            self.found("the first commit", "it is missing")
            return
        commit, line = found
        try:
            header = unpack(commit.header)
            body = canonical.decode(line.body or b"")
            self._keys = genesis.enrolled(body)
            if body.get("ledger") != header.ledger.hex():
                raise ValueError("its header is of another ledger than its entry")
            if header.sequence != 0:
                raise ValueError("it does not begin its log")
            self._ledger = header.ledger
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            self.found("the first commit", f"it does not begin a ledger: {error}")

    def check_commits(self, reader: Reader) -> None:
        """Signatures, chains, clocks and copied columns."""
        tips: dict[bytes, tuple[Header, bytes]] = {}
        chained = []
        for row in reader.raw_commits():
            self.commits += 1
            self._check_number(f"commit number {row.number}", row.number, self.commits)
            header = self._header(row)
            if header is None:
                continue
            place = f"commit {header.sequence} of log {header.log.hex()[:16]}"
            self._headers[row.number] = (place, header, row.own)
            self._check_signature(place, row, header)
            self._check_copies(place, row, header)
            chained.append((header.log, header.sequence, place, header, row.header))
        for log, _, place, header, data in sorted(chained, key=lambda link: link[:2]):
            self._check_chain(place, header, tips.get(log))
            tips[log] = (header, data)

    def _header(self, row: RawCommit) -> Header | None:
        try:
            return unpack(row.header)
        except (ValueError, TypeError) as error:
            self.found(f"commit number {row.number}", f"it cannot be read: {error}")
            return None

    def _check_signature(self, place: str, row: RawCommit, header: Header) -> None:
        if header.ledger != self._ledger:
            self.found(place, f"it belongs to another ledger ({header.ledger.hex()})")
        key = self._keys.get(header.log[:16])
        if key is None:
            self.found(place, "it was signed by a device that is not enrolled")
        elif not signed(key, row.signature, row.header):
            self.found(place, "its signature does not hold: its header or its signature was altered")

    def _check_copies(self, place: str, row: RawCommit, header: Header) -> None:
        act = None if header.act == NOTHING else header.act
        due = {
            "id": header_hash(row.header),
            "log": header.log,
            "sequence": header.sequence,
            "physical_ms": header.physical_ms,
            "counter": header.counter,
            "act": act,
            "aside": None,
        }
        for name, value in due.items():
            if not _same(stored := getattr(row, name), value):
                self.found(place, f"its column {name} says {stored!r} where its header says {value!r}")

    def _check_chain(self, place: str, header: Header, last: tuple[Header, bytes] | None) -> None:
        sequence, previous = (last[0].sequence + 1, header_hash(last[1])) if last else (0, NOTHING)
        if header.sequence != sequence:
            self.found(place, f"the commits from {sequence} to {header.sequence - 1} before it are missing")
        elif header.previous != previous:
            self.found(place, "it does not follow the commit before it")
        if last and Tick(header.physical_ms, header.counter) <= Tick(last[0].physical_ms, last[0].counter):
            self.found(place, "its clock is not later than that of the commit before it")

    def _check_number(self, place: str, number: Any, due: int) -> None:
        # Rows are numbered as they arrive here, from 1 without a gap. The number is this file's own and proves
        # nothing, but it binds lines to their commit, so it too has one right value.
        if not _same(number, due):
            self.found(place, f"it is numbered {number!r} where {due} is due")

    def check_lines(self, reader: Reader) -> None:
        """Every entry of every commit, and that no commit lacks or gained one."""
        empty = set(self._headers)
        for number, rows in groupby(self._numbered(reader.raw_lines()), key=lambda row: row.commit_number):
            if not isinstance(number, int) or number not in self._headers:
                for row in rows:
                    self.found(f"entry {_shown(row.id)}", "it belongs to no commit that can be read")
                continue
            empty.discard(number)
            self._check_tree(*self._headers[number], list(rows))
        for number in sorted(empty):
            self.found(self._headers[number][0], "all its entries are missing")

    def _numbered(self, rows: Iterator[RawLine]) -> Iterator[RawLine]:
        for n, row in enumerate(rows, start=1):
            self._check_number(f"entry {_shown(row.id)}", row.number, n)
            yield row

    def _check_tree(self, commit: str, header: Header, own: Any, rows: list[RawLine]) -> None:
        leaves = []
        metas = [row.meta for row in rows if isinstance(row.meta, bytes)]
        if not _same(own, due := int(any(lines.OWN_IN_META in meta for meta in metas))):
            self.found(commit, f"its column own says {own!r} where its entries make it {due}")
        for n, row in enumerate(rows):
            place = f"entry {_shown(row.id)} ({commit}, line {n})"
            if not _same(row.position, n):
                self.found(place, f"its position says {row.position!r}")
            leaf = self._check_line(place, row)
            if leaf is not None:
                leaves.append(leaf)
                self._read_entry(place, header, n, row)
        if len(rows) != header.count:
            self.found(commit, f"it was signed over {header.count} entries and has {len(rows)}")
        elif len(leaves) == len(rows) and merkle_root(leaves) != header.root:
            self.found(
                commit, "its entries are not the ones it was signed over: one was altered, swapped or put in"
            )

    def _check_line(self, place: str, row: RawLine) -> bytes | None:
        """The leaf hash of a line, or None when there are no bytes to hash."""
        for name in ("id", "meta", "salt", "body", "body_hash"):
            if not isinstance(getattr(row, name), bytes):
                self.found(place, f"its column {name} is missing or holds no bytes")
                return None
        if len(row.salt) != SALT_LENGTH:
            # Otherwise bytes could move between salt and body without any hash noticing.
            self.found(place, f"its salt has {len(row.salt)} bytes where {SALT_LENGTH} are due")
        hashed = body_hash(row.salt, row.body)
        if hashed != row.body_hash:
            self.found(place, "the hash stored for its body is not that of its body: one of them was altered")
        leaf = leaf_hash(row.meta, hashed)
        if leaf[:ID_LENGTH] != row.id:
            self.found(
                place,
                f"its content gives the id {leaf[:ID_LENGTH].hex()}: its meta, body or salt was altered",
            )
        return leaf

    def _read_entry(self, place: str, header: Header, n: int, row: RawLine) -> None:
        try:
            meta, meta_is_ours = canonical.read(row.meta)
            sealed = "vault" in meta and not row.body.startswith(lines.JSON_START)
            body, body_is_ours = ({}, True) if sealed else canonical.read(row.body)
            faults = lines.meta_faults(meta)
            moment(header.physical_ms)
        except (ValueError, RecursionError, OverflowError) as error:
            self.found(place, f"it cannot be read: {error}")
            return
        for fault in faults:
            self.found(place, fault)
        for name, ours in (("meta", meta_is_ours), ("body", body_is_ours)):
            if not ours:
                self.found(place, f"its {name} is not written in the ledger's one way")
        if not faults:
            stored = StoredLine(
                header.physical_ms, header.counter, header.log, header.sequence, n, row.id, row.meta, row.body
            )
            entry = lines.entry(stored, meta, body, SEALED if sealed else OPEN)
            self._check_kept(place, entry, row)
            self.entries[entry.id] = entry

    def _check_kept(self, place: str, entry: Entry, row: RawLine) -> None:
        kept = entry.vaulted
        due = (
            kept.subject if kept else None,
            kept.keep_until.isoformat() if kept and kept.keep_until else None,
        )
        for name, value in zip(("subject", "keep_until"), due, strict=True):
            if not _same(stored := getattr(row, name), value):
                self.found(place, f"its column {name} says {stored!r} where its meta says {value!r}")

    def check_corrections(self) -> None:
        """Every correction names entries of its own record."""
        for entry in self.entries.values():
            for one in entry.corrects:
                corrected = self.entries.get(one)
                if corrected is None:
                    self.found(f"entry {entry.id}", f"it corrects {one}, which is not in the ledger")
                elif corrected.record != entry.record:
                    self.found(f"entry {entry.id}", f"it corrects {one}, an entry of another record")

    def check_lists(self, reader: Reader) -> None:
        """Every list is what the entries make it."""
        for fold in lists.FOLDS:
            due = _counted(iter(lists.fold_all(fold, self.entries.values())))
            stored = _counted(reader.raw_list(fold))
            for row in sorted(due.keys() ^ stored.keys(), key=repr):
                fault = "is missing" if row in due else "should not be there"
                self.found(f"list {fold.name}", f"the row {_row_shown(row)} {fault}", REBUILD)
            for row in due.keys() & stored.keys():
                if due[row] != stored[row]:
                    self.found(
                        f"list {fold.name}", f"the row {_row_shown(row)} is there more than once", REBUILD
                    )


def _counted(rows: Iterator[lists.Row]) -> dict[lists.Row, int]:
    count: dict[lists.Row, int] = {}
    for row in rows:
        count[row] = count.get(row, 0) + 1
    return count


def _same(stored: Any, due: Any) -> bool:
    # 1 equals 1.0 and True to Python; a column that changed its type was altered all the same.
    return type(stored) is type(due) and stored == due


def _shown(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else repr(value)


def _row_shown(row: lists.Row) -> str:
    return ", ".join(_shown(value) for value in row)
