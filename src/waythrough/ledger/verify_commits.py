"""Verify, the commits: signatures, chains, clocks and copied columns, in the order in which they arrived."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from waythrough.ledger.clock import Tick
from waythrough.ledger.findings import Findings, same
from waythrough.ledger.header import NOTHING, Header, header_hash, unpack
from waythrough.ledger.keys import FINGERPRINT_LENGTH, signed
from waythrough.ledger.parcels import Tip
from waythrough.ledger.store import RawCommit
from waythrough.ledger.verified import FROM_THE_START, Verified


class Judge(Protocol):
    """What the ledger's own entries say of a commit."""

    ledger: bytes

    def key(self, log: bytes) -> bytes | None:
        """The key that signs a log, if anybody named one."""

    def aside(self, header: Header, commit: bytes, stored: Any) -> str | None:
        """Why a commit does not count."""


def place(header: Header) -> str:
    """How a finding names a commit."""
    return f"commit {header.sequence} of log {header.log.hex()[:FINGERPRINT_LENGTH]}"


class CommitChecks:
    """The checks of one verification. It remembers the last commit of each branch of each log, and no other."""

    def __init__(
        self,
        findings: Findings,
        judge: Judge,
        find: Callable[[bytes], bytes | None],
        since: Verified = FROM_THE_START,
    ) -> None:
        self._findings = findings
        self._judge = judge
        self._find = find
        self._tips: dict[bytes, dict[bytes, Header]] = {}
        self.count = since.commits
        for tip in since.tips:
            self._resume(tip)

    def tips(self) -> tuple[Tip, ...]:
        """The last commit of each branch of each log."""
        return tuple(
            sorted(
                Tip(log, header.sequence, commit)
                for log, ends in self._tips.items()
                for commit, header in ends.items()
            )
        )

    def _resume(self, tip: Tip) -> None:
        data = self._find(tip.commit)
        if data is None or header_hash(data) != tip.commit:
            where = f"commit {tip.sequence} of log {tip.log.hex()[:FINGERPRINT_LENGTH]}"
            self._findings.add(
                where, "it was here when this ledger was last verified, and is gone or altered"
            )
        else:
            self._tips.setdefault(tip.log, {})[tip.commit] = unpack(data)

    def check(self, row: RawCommit) -> Header | None:
        """The header of a commit, whatever was found wrong with it; None if it cannot be read."""
        self.count += 1
        if not same(row.number, self.count):
            # Rows are numbered as they arrive here, from 1 without a gap. The number is this file's own and proves
            # nothing, but it binds lines to their commit, so it too has one right value.
            self._findings.add(
                f"commit number {row.number}", f"it is numbered {row.number!r} where {self.count} is due"
            )
        try:
            header = unpack(row.header)
        except (ValueError, TypeError) as error:
            self._findings.add(f"commit number {row.number}", f"it cannot be read: {error}")
            return None
        commit = header_hash(row.header)
        self._check_signature(row, header)
        self._check_copies(row, header, commit)
        self._check_chain(header, commit)
        return header

    def _check_signature(self, row: RawCommit, header: Header) -> None:
        if header.ledger != self._judge.ledger:
            self._findings.add(place(header), f"it belongs to another ledger ({header.ledger.hex()})")
        key = self._judge.key(header.log)
        if key is None:
            self._findings.add(place(header), "it was signed by a device that is not enrolled")
        elif not signed(key, row.signature, row.header):
            self._findings.add(
                place(header), "its signature does not hold: its header or its signature was altered"
            )

    def _check_copies(self, row: RawCommit, header: Header, commit: bytes) -> None:
        act = None if header.act == NOTHING else header.act
        due = (commit, header.log, header.sequence, header.physical_ms, header.counter, act)
        stored = (row.id, row.log, row.sequence, row.physical_ms, row.counter, row.act)
        if stored != due or any(type(a) is not type(b) for a, b in zip(stored, due, strict=True)):
            for name, said, value in zip(_COPIES, stored, due, strict=True):
                self._findings.compare(place(header), name, said, value, "its header says")
        aside = self._judge.aside(header, commit, row.aside)
        self._findings.compare(place(header), "aside", row.aside, aside, "the ledger's own entries make it")

    def _check_chain(self, header: Header, commit: bytes) -> None:
        tips = self._tips.setdefault(header.log, {})
        due = max((tip.sequence for tip in tips.values()), default=-1) + 1
        before = tips.pop(header.previous, None) or self._earlier(header)
        tips[commit] = header
        if before is None:
            self._check_first(header, due)
        elif (before.log, before.sequence + 1) != (header.log, header.sequence):
            self._findings.add(place(header), "it does not follow the commit before it")
        elif Tick(header.physical_ms, header.counter) <= Tick(before.physical_ms, before.counter):
            self._findings.add(place(header), "its clock is not later than that of the commit before it")

    def _check_first(self, header: Header, due: int) -> None:
        """A commit that nothing here comes before: rightly so only where it begins its log."""
        if header.sequence > due:
            self._findings.add(
                place(header), f"the commits from {due} to {header.sequence - 1} before it are missing"
            )
        elif header.sequence or header.previous != NOTHING:
            self._findings.add(place(header), "it does not follow the commit before it")

    def _earlier(self, header: Header) -> Header | None:
        """The commit before one that begins another branch; logs are rarely forked, so it is looked up."""
        data = None if header.previous == NOTHING else self._find(header.previous)
        try:
            return unpack(data) if data is not None and header_hash(data) == header.previous else None
        except (ValueError, TypeError):
            return None


_COPIES = ("id", "log", "sequence", "physical_ms", "counter", "act")
