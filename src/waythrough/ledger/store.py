"""What the ledger asks of a database, so that a file and a server can both keep it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, NamedTuple, Protocol

from waythrough.ledger.clock import Tick
from waythrough.ledger.lines import Line, StoredLine
from waythrough.ledger.lists import Fold, Row
from waythrough.ledger.parcels import Parcel


class StoredCommit(NamedTuple):
    """A commit's signed bytes."""

    header: bytes
    signature: bytes


class SealedCommit(NamedTuple):
    """A commit to be written: its signed bytes, its lines, and what is made from them."""

    commit: StoredCommit
    lines: Sequence[Line]
    own: bool
    aside: str | None = None


class LogEnd(NamedTuple):
    """How far one log goes. A log that was forked has more commits than its last sequence number counts."""

    log: bytes
    sequence: int
    commits: int


class PlacedCommit(NamedTuple):
    """Where a commit stands, and why it is set aside, if it is."""

    id: bytes
    log: bytes
    sequence: int
    physical_ms: int
    aside: str | None


class RawCommit(NamedTuple):
    """A row of commits exactly as the database holds it, of whatever type: `verify` trusts none of it."""

    number: Any
    id: Any
    header: Any
    signature: Any
    log: Any
    sequence: Any
    physical_ms: Any
    counter: Any
    act: Any
    own: Any
    aside: Any


class RawLine(NamedTuple):
    """A row of entries exactly as the database holds it, of whatever type: `verify` trusts none of it."""

    number: Any
    commit_number: Any
    position: Any
    id: Any
    meta: Any
    salt: Any
    body: Any
    body_hash: Any
    subject: Any
    keep_until: Any


class Reader(Protocol):
    """Questions to one snapshot of the store. Lists of lines come in the order of display, oldest first."""

    def genesis(self) -> tuple[StoredCommit, StoredLine] | None:
        """The first commit that was written and its first line."""

    def tip(self, log: bytes) -> StoredCommit | None:
        """The last commit of a log."""

    def latest_tick(self, besides: bytes, up_to_ms: int, from_ms: int = 0) -> Tick | None:
        """The latest clock reading in all logs but one, of those between two limits."""

    def ends(self) -> list[LogEnd]:
        """How far each log goes, by log."""

    def commits_of(self, log: bytes) -> list[StoredCommit]:
        """All commits of a log, by sequence."""

    def ids_at(self, log: bytes, sequence: int) -> list[bytes]:
        """The ids of the commits of a log with this sequence number; several if it was forked there."""

    def headers_of(self, ids: Sequence[bytes]) -> dict[bytes, bytes]:
        """The headers of those of these commits that are held, by id."""

    def placed(self, ids: Sequence[bytes] | None = None) -> Iterator[PlacedCommit]:
        """Where these commits stand, or all."""

    def placed_aside(self, reason: str) -> Iterator[PlacedCommit]:
        """The commits that are set aside for this reason."""

    def last_own(self) -> int:
        """The number of the last commit that holds an entry of the ledger's own; 0 if there is none."""

    def own_lines(self) -> list[tuple[bytes, StoredLine]]:
        """Every line of the commits that hold an entry of the ledger's own, each with its commit's id."""

    def parcels(self, wanted: Callable[[PlacedCommit], bool]) -> Iterator[Parcel]:
        """The wanted commits as they travel, in the order of their arrival here."""

    def lines_of_commits(self, ids: Sequence[bytes]) -> list[StoredLine]:
        """Every line of these commits."""

    def lines_with(self, ids: Sequence[bytes]) -> list[StoredLine]:
        """The lines with these entry ids."""

    def bodies_about(self, subjects: Sequence[str], entries: Sequence[bytes]) -> list[tuple[int, StoredLine]]:
        """The lines that still hold a body about these subjects, or are these entries, each with its number."""

    def lines_of_act(self, act: bytes) -> list[StoredLine]:
        """The lines of the first commit written under an idempotency key."""

    def lines_of_records(self, records: Sequence[str]) -> list[StoredLine]:
        """Every line of these records."""

    def standing(self, kind: str | None, as_of: date | None) -> list[StoredLine]:
        """The lines that stand, of one kind or of all but the ledger's own, as of a day or now."""

    def standing_of(self, record: str, as_of: date | None) -> list[StoredLine]:
        """The lines that stand for one record, as of a day or now."""

    def contested(self, as_of: date | None) -> list[StoredLine]:
        """The standing lines of records where more than one stands."""

    def latest(self, limit: int, before: StoredLine | None) -> list[StoredLine]:
        """At most ``limit`` lines, **newest** first, older than a given one."""

    def starting_with(self, prefix: str, limit: int) -> list[StoredLine]:
        """Lines whose id begins with these hexadecimal digits."""

    def overdue(self, day: date) -> dict[str, int]:
        """How many bodies are still here that were to be kept until a day before this one, by subject."""

    def kinds(self, as_of: date | None) -> dict[str, int]:
        """How many entries stand of each kind, the ledger's own aside."""

    def known_range(self) -> tuple[date, date] | None:
        """The first and the last day on which something became known, the ledger's own entries aside."""

    def every_line(self) -> Iterator[StoredLine]:
        """Every line, in no order."""

    def raw_commits(self, after: int = 0) -> Iterator[RawCommit]:
        """All commits numbered beyond ``after``, by number."""

    def raw_lines(self, after: int = 0) -> Iterator[RawLine]:
        """All lines numbered beyond ``after``, by commit and position."""

    def last_number(self) -> int:
        """The number of the newest commit; 0 where there is none."""

    def raw_part(self, first: int, last: int) -> tuple[list[RawCommit], list[RawLine]]:
        """The commits of these numbers and their lines; LedgerBroken where the database cannot hand them over."""

    def raw_list(self, fold: Fold, records: Sequence[str] | None = None) -> Iterator[Row]:
        """All rows of a list, or those of some records; those of one record together."""

    def faults(self) -> list[str]:
        """What the database itself finds wrong with its pages, indexes and references."""

    def in_force(self) -> dict[str, str]:
        """The database's name and version, and the settings on which safety rests, as it says they are now."""


class Writer(Reader, Protocol):
    """A reader that holds the write lock: what it reads cannot change before it has written."""

    def add(self, commits: Sequence[SealedCommit]) -> None:
        """Write commits with their lines."""

    def set_aside(self, reasons: Mapping[bytes, str | None]) -> None:
        """Set commits aside, or let them count again, by id."""

    def blank(self, numbers: Sequence[int]) -> None:
        """Destroy salt and body of these lines, by their numbers."""

    def put(self, fold: Fold, stale: Sequence[str], rows: Iterable[Row]) -> None:
        """Replace the list's rows of the stale records by these rows."""

    def clear(self, fold: Fold) -> None:
        """Empty a list."""


class Store(Protocol):
    """One ledger's place in a database."""

    def reading(self) -> AbstractContextManager[Reader]:
        """One snapshot."""

    def writing(self) -> AbstractContextManager[Writer]:
        """One transaction: kept whole when the block ends, undone when it raises.

        The write lock is taken first. Two writers that read the head before locking would both follow it.
        """

    def scrub(self) -> None:
        """See that what was destroyed is gone from the database's journal too, as far as the database allows."""

    def close(self) -> None:
        """Let go of the database."""
