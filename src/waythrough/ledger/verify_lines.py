"""Verify, the entries: each is the one that was signed, in its place, and says what can be read in one way only.

Each line is looked at quickly first, all at once; only one that fails is gone through step by step to say what is
wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from waythrough.ledger import canonical, lines
from waythrough.ledger.clock import moment
from waythrough.ledger.findings import Findings, same, shown
from waythrough.ledger.hashing import ID_LENGTH, SALT_LENGTH, body_hash, leaf_hash, merkle_root
from waythrough.ledger.header import Header
from waythrough.ledger.lists import Revision
from waythrough.ledger.store import RawLine
from waythrough.ledger.verify_commits import place
from waythrough.terms.entries import Vaulted


class Orders(Protocol):
    """What the ledger's own entries say of a missing body."""

    def erased(self, entry: str, owner: Vaulted | None) -> bool:
        """Whether an order that holds covers an entry."""


class LineChecks:
    """The checks of one verification, commit by commit. No line is kept."""

    def __init__(self, findings: Findings, judge: Orders, before: int = 0) -> None:
        self._findings = findings
        self._judge = judge
        self.count = before

    def strays(self, rows: Iterable[RawLine]) -> None:
        """Lines that belong to no commit."""
        for row in rows:
            self._numbered(row)
            self._findings.add(f"entry {shown(row.id)}", "it belongs to no commit that can be read")

    def check(self, header: Header, own: Any, rows: Iterable[RawLine]) -> Iterator[Revision]:
        """All lines of one commit, against its signed root; what can be read of them, for the lists."""
        leaves: list[bytes] = []
        count, holds_own = 0, False
        for row in rows:
            self._numbered(row)
            holds_own = holds_own or (isinstance(row.meta, bytes) and lines.OWN_IN_META in row.meta)
            leaf = _sound_leaf(row, count) or self._leaf(header, count, row)
            if leaf is not None:
                leaves.append(leaf)
                if revision := self._read(header, count, row):
                    yield revision
            count += 1
        self._findings.compare(place(header), "own", own, int(holds_own), "its entries make it")
        self._check_root(header, count, leaves)

    def _numbered(self, row: RawLine) -> None:
        self.count += 1
        if not same(row.number, self.count):
            self._findings.add(
                f"entry {shown(row.id)}", f"it is numbered {row.number!r} where {self.count} is due"
            )

    def _check_root(self, header: Header, count: int, leaves: list[bytes]) -> None:
        if not count:
            self._findings.add(place(header), "all its entries are missing")
        elif count != header.count:
            self._findings.add(place(header), f"it was signed over {header.count} entries and has {count}")
        elif len(leaves) == count and merkle_root(leaves) != header.root:
            self._findings.add(
                place(header),
                "its entries are not the ones it was signed over: one was altered, swapped or put in",
            )

    def _leaf(self, header: Header, n: int, row: RawLine) -> bytes | None:
        """The leaf hash of a line in which something is wrong; None when there are no bytes to hash."""
        where = _where(header, n, row)
        if not same(row.position, n):
            self._findings.add(where, f"its position says {row.position!r}")
        erased = self._is_erased(row)
        for name in ("id", "meta", "body_hash") if erased else ("id", "meta", "salt", "body", "body_hash"):
            if not isinstance(getattr(row, name), bytes):
                self._findings.add(where, f"its column {name} is missing or holds no bytes")
                return None
        if erased:
            return self._named_leaf(where, row, row.body_hash)
        if len(row.salt) != SALT_LENGTH:
            # Otherwise bytes could move between salt and body without any hash noticing.
            self._findings.add(where, f"its salt has {len(row.salt)} bytes where {SALT_LENGTH} are due")
        hashed = body_hash(row.salt, row.body)
        if hashed != row.body_hash:
            self._findings.add(
                where, "the hash stored for its body is not that of its body: one of them was altered"
            )
        return self._named_leaf(where, row, hashed)

    def _is_erased(self, row: RawLine) -> bool:
        """Whether salt and body are missing because an order that holds covers the entry."""
        if row.salt is not None or row.body is not None or not isinstance(row.id, bytes):
            return False
        try:
            meta = canonical.decode(row.meta)
            owner = lines.vaulted(meta) if "vault" in meta else None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return False
        return self._judge.erased(row.id.hex(), owner)

    def _named_leaf(self, where: str, row: RawLine, hashed: bytes) -> bytes:
        leaf = leaf_hash(row.meta, hashed)
        if leaf[:ID_LENGTH] != row.id:
            self._findings.add(
                where,
                f"its content gives the id {leaf[:ID_LENGTH].hex()}: its meta, body or salt was altered",
            )
        return leaf

    def _read(self, header: Header, n: int, row: RawLine) -> Revision | None:
        try:
            meta, meta_is_ours = canonical.read(row.meta)
            sealed = row.body is None or ("vault" in meta and not row.body.startswith(lines.JSON_START))
            body_is_ours = sealed or canonical.read(row.body)[1]
            faults = lines.meta_faults(meta)
            moment(header.physical_ms)
        except (ValueError, RecursionError, OverflowError) as error:
            self._findings.add(_where(header, n, row), f"it cannot be read: {error}")
            return None
        for fault in faults:
            self._findings.add(_where(header, n, row), fault)
        for name, ours in (("meta", meta_is_ours), ("body", body_is_ours)):
            if not ours:
                self._findings.add(
                    _where(header, n, row), f"its {name} is not written in the ledger's one way"
                )
        if faults:
            return None
        subject, keep_until = meta.get("subject"), meta.get("keep_until")
        if not (same(row.subject, subject) and same(row.keep_until, keep_until)):
            for name, stored, due in (
                ("subject", row.subject, subject),
                ("keep_until", row.keep_until, keep_until),
            ):
                self._findings.compare(_where(header, n, row), name, stored, due, "its meta says")
        return lines.revision(meta, row.id, header.physical_ms)


def _sound_leaf(row: RawLine, n: int) -> bytes | None:
    """The leaf hash of a line where all its bytes agree; None where one does not."""
    _, _, position, line_id, meta, salt, body, hashed, _, _ = row
    if not (type(meta) is type(salt) is type(body) is bytes and len(salt) == SALT_LENGTH):
        return None
    if not same(position, n) or body_hash(salt, body) != hashed:
        return None
    leaf = leaf_hash(meta, hashed)
    return leaf if leaf[:ID_LENGTH] == line_id else None


def _where(header: Header, n: int, row: RawLine) -> str:
    return f"entry {shown(row.id)} ({place(header)}, line {n})"
