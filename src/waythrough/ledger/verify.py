"""Verify: derive everything again from the signed bytes, trust nothing that was stored beside them, name what differs.

Sound means: every commit is signed by an enrolled device and follows the one before it in its log; every entry is the
one that was signed, in its place; every id, copied column and list is what the entries make it.

Commits and entries stream past once. What stays in memory is what the lists are made of, a few hundred bytes an entry,
never a body.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from waythrough.ledger import canonical, checkpoints, genesis, lines, lists
from waythrough.ledger.erasing import excuses
from waythrough.ledger.findings import STOP_WRITING, Findings, shown
from waythrough.ledger.frontier import frontier
from waythrough.ledger.header import Header, unpack
from waythrough.ledger.keys import FINGERPRINT_LENGTH
from waythrough.ledger.lists import Fold, Gathered, Revision, Row
from waythrough.ledger.store import RawCommit, RawLine, Reader, Store
from waythrough.ledger.verified import DECIDING, FROM_THE_START, Verified
from waythrough.ledger.verify_commits import CommitChecks, place
from waythrough.ledger.verify_lines import LineChecks
from waythrough.ledger.world import AHEAD, World
from waythrough.terms.entries import HELD_BACK, REBUILD, Vaulted, Verification
from waythrough.terms.problems import LedgerBroken


def verify(store: Store, up_to_ms: int) -> Verification:
    """Everything that is wrong with one snapshot of a ledger; no findings, if nothing is.

    Parameters
    ----------
    up_to_ms
        The latest clock reading to believe now. A commit that was set aside because it lay beyond should lie there.
    """
    work = _Work(up_to_ms)
    try:
        with store.reading() as reader:
            work.go_through(reader)
    except LedgerBroken as damage:
        # The database could not even hand over its rows. What was found until here still stands.
        work.findings.add("the database file", damage.sentence(), STOP_WRITING)
    return work.result()


def verify_since(store: Store, up_to_ms: int, since: Verified) -> tuple[Verification, Verified]:
    """What is wrong with what came since a state that was verified, and the state there is now.

    Where something came that can change what older commits are worth, all is verified again.
    """
    work = _Work(up_to_ms, since)
    try:
        with store.reading() as reader:
            if since != FROM_THE_START:
                work.go_on(reader)
            if since == FROM_THE_START or work.deciding:
                work = _Work(up_to_ms)
                work.go_through(reader)
    except LedgerBroken as damage:
        work.findings.add("the database file", damage.sentence(), STOP_WRITING)
    return work.result(), work.verified


def verification(reader: Reader, up_to_ms: int) -> Verification:
    """The same within a transaction that is still open, for a ledger that is just being made."""
    work = _Work(up_to_ms)
    work.go_through(reader)
    return work.result()


AS_LAST_SETTLED = -1
"""A clock reading before all others: whatever stands aside as ahead was ahead when it was last decided what counts."""


class _Judge:
    """What the ledger's own entries say: whose signatures count, which commits, and what is to be erased."""

    def __init__(
        self, ledger: bytes = b"", keys: dict[bytes, bytes] | None = None, world: World | None = None
    ) -> None:
        self.ledger = ledger
        self._keys = keys or {}
        self._world = world

    def key(self, log: bytes) -> bytes | None:
        """The key that signs a log, if anybody named one."""
        return self._keys.get(log[:FINGERPRINT_LENGTH])

    def aside(self, header: Header, commit: bytes, stored: Any) -> str | None:
        """Why a commit does not count. Whether one from a clock far ahead does depends on when it arrived."""
        if self._world is None:
            return None
        members = self._world.members
        waits = stored == AHEAD and commit not in members.admitted
        return members.aside(header.log, header.sequence, commit) or (AHEAD if waits else None)

    def missing(self, reader: Reader) -> list[str]:
        """What checkpoints attest and is not here."""
        if self._world is None:
            return []
        said = checkpoints.all_of(self._world)
        held = reader.headers_of(list({tip.commit for one in said for tip in one.tips}))
        names = {one.fingerprint.hex(): one.name or one.person for one in self._world.members.devices()}
        return [
            one.sentence(lambda device: names.get(device) or device[:16])
            for one in checkpoints.missing(said, frontier(reader), lambda tip: tip.commit in held)
        ]

    def erased(self, entry: str, owner: Vaulted | None) -> bool:
        """Whether an order covers an entry, or did until its author was cut off."""
        return bool(self._world and excuses(self._world.erasures, entry, owner))


class _Work:
    """What one verification has read so far."""

    def __init__(self, up_to_ms: int, since: Verified = FROM_THE_START) -> None:
        self.findings = Findings()
        self._up_to_ms = up_to_ms
        self._since = since
        self.verified = since
        self.commits = since.commits
        self.entries = since.entries
        self.deciding = False
        self.gathered = Gathered()
        self.set_aside: dict[str, str] = {}

    def result(self) -> Verification:
        """What was found."""
        return Verification(self.commits, self.entries, tuple(self.findings.all))

    def go_through(self, reader: Reader) -> None:
        """All checks, from what everything rests on to what rests on it."""
        judge = self.read_genesis(reader)
        self.check_entries(reader, judge)
        self.check_corrections()
        for missing in judge.missing(reader):
            self.findings.add("what other devices attest", missing, HELD_BACK)
        for fold in lists.FOLDS:
            self.check_list(fold, reader.raw_list(fold))
        for fault in reader.faults():
            self.findings.add("the database file", fault)

    def go_on(self, reader: Reader) -> None:
        """The checks of what came since, and that it is in the lists."""
        judge = self.read_genesis(reader)
        self.check_entries(reader, judge)
        for missing in judge.missing(reader):
            self.findings.add("what other devices attest", missing, HELD_BACK)
        records = list(self.gathered.records())
        new = {revision.id for record in records for revision in self.gathered.of(record)}
        for line in reader.lines_of_records(records):
            if line.id.hex() not in new:
                self.gathered.add(lines.read_revision(line))
        for revision, one in self.gathered.astray():
            found = [lines.read_revision(line).record for line in reader.lines_with([bytes.fromhex(one)])]
            if revision.record not in found:
                self._astray(revision, one, found[0] if found else None)
        for fold in lists.FOLDS:
            self.check_list(fold, reader.raw_list(fold, records))

    def read_genesis(self, reader: Reader) -> _Judge:
        """Who may sign: what the first commit says, which must itself be signed by the key it names."""
        found = reader.genesis()
        if found is None:
            self.findings.add("the first commit", "it is missing")
            return _Judge()
        commit, line = found
        try:
            header = unpack(commit.header)
            body = canonical.decode(line.body or b"")
            keys = genesis.enrolled(body)
            if body.get("ledger") != header.ledger.hex():
                raise ValueError("its header is of another ledger than its entry")
            if header.sequence != 0:
                raise ValueError("it does not begin its log")
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            self.findings.add("the first commit", f"it does not begin a ledger: {error}")
            return _Judge()
        try:
            world = World.read(reader, AS_LAST_SETTLED)
        except LedgerBroken as damage:
            self.findings.add("the ledger's own entries", damage.sentence())
            return _Judge(header.ledger, keys)
        return _Judge(header.ledger, world.keys(), world)

    def check_entries(self, reader: Reader, judge: _Judge) -> None:
        """Every commit with its entries, and that no commit lacks or gained one."""
        commits = CommitChecks(
            self.findings,
            judge,
            lambda commit: reader.headers_of([commit]).get(commit),
            self._since,
        )
        entries = LineChecks(self.findings, judge, self._since.entries)
        for commit, rows in _together(reader, entries, self._since):
            header = commits.check(commit)
            self.commits = commits.count
            if header is None:
                entries.strays(rows)
                continue
            self._check_still_ahead(header, commit)
            for revision in entries.check(header, commit.own, rows):
                self.entries += 1
                self.deciding = self.deciding or revision.kind in DECIDING
                if commit.aside is None:
                    self.gathered.add(revision)
                else:
                    self.set_aside[revision.id] = revision.record
        self.verified = Verified(commits.count, entries.count, commits.tips())

    def _check_still_ahead(self, header: Header, commit: RawCommit) -> None:
        """Nobody hides a commit by saying that its time has not come."""
        if commit.aside == AHEAD and header.physical_ms <= self._up_to_ms:
            self.findings.add(place(header), "it waits for a time that has come", REBUILD)

    def check_corrections(self) -> None:
        """Every correction names entries of its own record."""
        for revision, one in self.gathered.astray():
            record = self.set_aside.get(one) or self.gathered.record_of(one)
            if record != revision.record:
                self._astray(revision, one, record)

    def _astray(self, revision: Revision, one: str, record: str | None) -> None:
        what = "which is not in the ledger" if record is None else "an entry of another record"
        self.findings.add(f"entry {revision.id}", f"it corrects {one}, {what}")

    def check_list(self, fold: Fold, stored: Iterator[Row]) -> None:
        """A list is what the entries make it."""
        column = fold.columns.index("record")
        missing = self.gathered.records()
        for record, rows in groupby(stored, key=lambda row: row[column]):
            # An altered record can be any value, even one that is equal to none: not asked for twice.
            due = fold.rows(self.gathered.of(record)) if record in missing else []
            missing.discard(record)
            if (found := list(rows)) != due:
                self._compare_rows(fold, Counter(due), Counter(found))
        for record in missing:
            self._compare_rows(fold, Counter(fold.rows(self.gathered.of(record))), Counter())

    def _compare_rows(self, fold: Fold, due: Counter[Row], stored: Counter[Row]) -> None:
        for row in sorted(due.keys() | stored.keys(), key=repr):
            if due[row] == stored[row]:
                continue
            fault = "is missing" if not stored[row] else "should not be there"
            if due[row] and stored[row]:
                fault = "is there more than once"
            said = ", ".join(map(shown, row))
            self.findings.add(f"list {fold.name}", f"the row {said} {fault}", REBUILD)


def _together(
    reader: Reader, lines: LineChecks, since: Verified
) -> Iterator[tuple[RawCommit, Iterator[RawLine]]]:
    """Each commit with its lines. Both come by number; what fits no commit is reported on the way."""
    groups = groupby(reader.raw_lines(since.entries), key=lambda row: row.commit_number)
    number, rows = next(groups, (None, None))
    for commit in reader.raw_commits(since.commits):
        while rows is not None and not (isinstance(number, int) and number >= commit.number):
            lines.strays(rows)
            number, rows = next(groups, (None, None))
        if rows is None or number != commit.number:
            yield commit, iter(())
            continue
        yield commit, rows
        number, rows = next(groups, (None, None))
    while rows is not None:
        lines.strays(rows)
        number, rows = next(groups, (None, None))
