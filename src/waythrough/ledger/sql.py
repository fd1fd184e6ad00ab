"""The store's questions in SQL that SQLite and PostgreSQL both understand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby, islice
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Executable,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import NullType

from waythrough.ledger.clock import Tick
from waythrough.ledger.hashing import ID_LENGTH
from waythrough.ledger.header import NOTHING, header_hash, unpack
from waythrough.ledger.lines import OWN_KINDS, Line, StoredLine
from waythrough.ledger.lists import Fold, Row
from waythrough.ledger.parcels import CarriedLine, Parcel
from waythrough.ledger.store import LogEnd, PlacedCommit, RawCommit, RawLine, SealedCommit, StoredCommit
from waythrough.ledger.tables import LISTS, commits, entries, standing
from waythrough.terms.problems import LedgerBroken

T = TypeVar("T")

BATCH = 500
"""Values in one IN (...) list; older SQLite takes at most 999."""

STREAMED = 1_000
"""Rows fetched at a time where a whole table goes past."""

WRITTEN = 50_000
"""Rows of a list written at a time."""

_ORDER = (commits.c.physical_ms, commits.c.counter, commits.c.log, commits.c.sequence)
_LINE = select(
    *_ORDER, entries.c.position, entries.c.id, entries.c.meta, entries.c.body, commits.c.aside
).join_from(commits, entries, entries.c.commit_number == commits.c.number)
_PLACE = (commits.c.id, commits.c.log, commits.c.sequence, commits.c.physical_ms, commits.c.aside)
_CARRIED = (entries.c.meta, entries.c.salt, entries.c.body, entries.c.body_hash)
_STANDING_LINE = _LINE.join(standing, standing.c.entry == entries.c.id).where(commits.c.aside.is_(None))

# What every append asks, put together once: SQLAlchemy takes longer to do that than the database to answer.
_OF_LOG = commits.c.log == bindparam("log")
_TIP = select(commits.c.header, commits.c.signature).where(
    _OF_LOG, commits.c.sequence == select(func.max(commits.c.sequence)).where(_OF_LOG).scalar_subquery()
)
_LATEST_TICK = (
    select(commits.c.physical_ms, commits.c.counter)
    .where(
        commits.c.log != bindparam("log"),
        commits.c.physical_ms.between(bindparam("from_ms"), bindparam("up_to_ms")),
    )
    .order_by(commits.c.physical_ms.desc(), commits.c.counter.desc())
    .limit(1)
)
_IDS_AT = select(commits.c.id).where(_OF_LOG, commits.c.sequence == bindparam("sequence"))
_LAST_OWN = select(func.max(commits.c.number)).where(commits.c.own == 1)
_FIRST_OF_ACT = select(func.min(commits.c.number)).where(commits.c.act == bindparam("act"))
_LAST_NUMBER = {table.name: select(func.max(table.c.number)) for table in (commits, entries)}


class SqlReader:
    """One snapshot of a ledger kept in SQL tables. Fulfils `store.Reader`, but for ``faults``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def genesis(self) -> tuple[StoredCommit, StoredLine] | None:
        first = select(func.min(commits.c.number)).scalar_subquery()
        commit = self._commit(commits.c.number == first)
        lines = self._lines(_LINE.where(commits.c.number == first))
        return (commit, lines[0]) if commit and lines else None

    def tip(self, log: bytes) -> StoredCommit | None:
        row = self._connection.execute(_TIP, {"log": log}).first()
        return StoredCommit._make(row) if row else None

    def latest_tick(self, besides: bytes, up_to_ms: int, from_ms: int = 0) -> Tick | None:
        asked = {"log": besides, "from_ms": from_ms, "up_to_ms": up_to_ms}
        row = self._connection.execute(_LATEST_TICK, asked).first()
        return Tick(*row) if row else None

    def ends(self) -> list[LogEnd]:
        query = select(commits.c.log, func.max(commits.c.sequence), func.count()).group_by(commits.c.log)
        return sorted(LogEnd._make(row) for row in self._connection.execute(query))

    def commits_of(self, log: bytes) -> list[StoredCommit]:
        query = (
            select(commits.c.header, commits.c.signature)
            .where(commits.c.log == log)
            .order_by(commits.c.sequence, commits.c.number)
        )
        return [StoredCommit._make(row) for row in self._connection.execute(query)]

    def ids_at(self, log: bytes, sequence: int) -> list[bytes]:
        return sorted(self._connection.execute(_IDS_AT, {"log": log, "sequence": sequence}).scalars())

    def headers_of(self, ids: Sequence[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        for batch in _batches(ids):
            query = select(commits.c.id, commits.c.header).where(commits.c.id.in_(batch))
            found.update((row.id, row.header) for row in self._connection.execute(query))
        return found

    def placed(self, ids: Sequence[bytes] | None = None) -> Iterator[PlacedCommit]:
        if ids is None:
            yield from map(PlacedCommit._make, self._connection.execute(select(*_PLACE)).all())
        for batch in _batches(ids or ()):
            yield from map(
                PlacedCommit._make, self._connection.execute(select(*_PLACE).where(commits.c.id.in_(batch)))
            )

    def placed_aside(self, reason: str) -> Iterator[PlacedCommit]:
        query = select(*_PLACE).where(commits.c.aside == reason)
        return map(PlacedCommit._make, self._connection.execute(query))

    def last_own(self) -> int:
        return self._connection.execute(_LAST_OWN).scalar() or 0

    def own_lines(self) -> list[tuple[bytes, StoredLine]]:
        query = _LINE.add_columns(commits.c.id).where(commits.c.own == 1)
        return [(row[-1], StoredLine._make(row[:-1])) for row in self._connection.execute(query)]

    def parcels(self, wanted: Callable[[PlacedCommit], bool]) -> Iterator[Parcel]:
        places = self._connection.execute(select(commits.c.number, *_PLACE).order_by(commits.c.number))
        numbers = [row.number for row in places if wanted(PlacedCommit._make(row[1:]))]
        for batch in _batches(numbers):
            query = (
                select(commits.c.number, commits.c.header, commits.c.signature, *_CARRIED)
                .join_from(commits, entries, entries.c.commit_number == commits.c.number)
                .where(commits.c.number.in_(batch))
                .order_by(commits.c.number, entries.c.position)
            )
            # Line by line: some hundreds of commits can be more than fits in memory at once.
            for (_, header, signature), rows in groupby(self._stream(query), key=lambda row: tuple(row[:3])):
                yield Parcel(header, signature, tuple(CarriedLine._make(row[3:]) for row in rows))

    def lines_of_commits(self, ids: Sequence[bytes]) -> list[StoredLine]:
        return [line for batch in _batches(ids) for line in self._lines(_LINE.where(commits.c.id.in_(batch)))]

    def lines_with(self, ids: Sequence[bytes]) -> list[StoredLine]:
        return [line for batch in _batches(ids) for line in self._lines(_LINE.where(entries.c.id.in_(batch)))]

    def bodies_about(
        self, subjects: Sequence[str], entry_ids: Sequence[bytes]
    ) -> list[tuple[int, StoredLine]]:
        query = _LINE.add_columns(entries.c.number).where(entries.c.body.is_not(None))
        asked = [entries.c.subject.in_(batch) for batch in _batches(subjects)]
        asked += [entries.c.id.in_(batch) for batch in _batches(entry_ids)]
        rows = [row for which in asked for row in self._connection.execute(query.where(which))]
        return [(row[-1], StoredLine._make(row[:-1])) for row in rows]

    def lines_of_act(self, act: bytes) -> list[StoredLine]:
        first = self._connection.execute(_FIRST_OF_ACT, {"act": act}).scalar()
        return [] if first is None else self._lines(_LINE.where(commits.c.number == first))

    def lines_of_records(self, records: Sequence[str]) -> list[StoredLine]:
        found: list[StoredLine] = []
        for batch in _batches(records):
            found += self._standing_lines(standing.c.record.in_(batch))
        return sorted(found)

    def standing(self, kind: str | None, as_of: date | None) -> list[StoredLine]:
        which = _of_others() if kind is None else standing.c.kind == kind
        return self._standing_lines(which, _stands(as_of))

    def standing_of(self, record: str, as_of: date | None) -> list[StoredLine]:
        return self._standing_lines(standing.c.record == record, _stands(as_of))

    def contested(self, as_of: date | None) -> list[StoredLine]:
        several = (
            select(standing.c.record)
            .where(_stands(as_of))
            .group_by(standing.c.record)
            .having(func.count() > 1)
        )
        return self._standing_lines(standing.c.record.in_(several), _stands(as_of))

    def latest(self, limit: int, before: StoredLine | None) -> list[StoredLine]:
        # Every commit has a line, so as many commits as lines are asked for are enough; found first, by their
        # index, they keep the database from sorting the whole ledger for one page. One more, because the
        # commit of ``before`` may have no older line. Only numbers are sorted, not bodies: a commit can be large.
        # And the next question names them: a planner that is not told which they are takes each for as large as the
        # average, and after one import rather reads all entries than so many.
        newest = _newest_first(select(commits.c.number), *_ORDER).limit(limit + 1)
        numbers = _newest_first(
            select(entries.c.number).join(commits, entries.c.commit_number == commits.c.number),
            *_ORDER,
            entries.c.position,
        )
        if before:
            newest = newest.where(tuple_(*_ORDER) <= before[:4])
            numbers = numbers.where(tuple_(*_ORDER, entries.c.position) < before[:5])
        page: list[int] = []
        for batch in _batches(self._connection.execute(newest).scalars().all()):
            some = numbers.where(entries.c.commit_number.in_(batch)).limit(limit - len(page))
            page += self._connection.execute(some).scalars()
            if len(page) == limit:
                break
        lines = [
            line for batch in _batches(page) for line in self._lines(_LINE.where(entries.c.number.in_(batch)))
        ]
        return sorted(lines, reverse=True)

    def starting_with(self, prefix: str, limit: int) -> list[StoredLine]:
        digits = 2 * ID_LENGTH
        first, last = (bytes.fromhex(prefix.ljust(digits, fill)) for fill in "0f")
        return self._lines(_LINE.where(entries.c.id.between(first, last)).limit(limit))

    def overdue(self, day: date) -> dict[str, int]:
        late = and_(
            entries.c.keep_until.is_not(None),
            entries.c.body.is_not(None),
            entries.c.keep_until < day.isoformat(),
        )
        counted = select(entries.c.subject, func.count()).where(late).group_by(entries.c.subject)
        return {str(subject): int(n) for subject, n in self._connection.execute(counted)}

    def kinds(self, as_of: date | None) -> dict[str, int]:
        counted = (
            select(standing.c.kind, func.count())
            .where(_of_others(), _stands(as_of))
            .group_by(standing.c.kind)
        )
        return {str(kind): int(n) for kind, n in self._connection.execute(counted)}

    def known_range(self) -> tuple[date, date] | None:
        first, last = self._connection.execute(
            select(func.min(standing.c.known_on), func.max(standing.c.known_on)).where(_of_others())
        ).one()
        return (date.fromisoformat(first), date.fromisoformat(last)) if first else None

    def every_line(self) -> Iterator[StoredLine]:
        return map(StoredLine._make, self._stream(_LINE))

    def raw_commits(self, after: int = 0) -> Iterator[RawCommit]:
        which = commits.c.number > after if after else None
        return (RawCommit._make(row) for row in self._raw(commits, commits.c.number, which=which))

    def raw_lines(self, after: int = 0) -> Iterator[RawLine]:
        which = entries.c.number > after if after else None
        order = (entries.c.commit_number, entries.c.position)
        return (RawLine._make(row) for row in self._raw(entries, *order, which=which))

    def raw_list(self, fold: Fold, records: Sequence[str] | None = None) -> Iterator[Row]:
        table = LISTS[fold.name]
        some = [None] if records is None else [table.c.record.in_(batch) for batch in _batches(records)]
        return (tuple(row) for which in some for row in self._raw(table, table.c.record, which=which))

    def last_number(self) -> int:
        return int(self._connection.execute(select(func.max(commits.c.number))).scalar() or 0)

    def raw_part(self, first: int, last: int) -> tuple[list[RawCommit], list[RawLine]]:
        try:
            found = self._raw(commits, commits.c.number, which=commits.c.number.between(first, last))
            numbered = entries.c.commit_number.between(first, last)
            lines = self._raw(entries, entries.c.commit_number, entries.c.position, which=numbered)
            return [RawCommit._make(row) for row in found], [RawLine._make(row) for row in lines]
        except DBAPIError as error:
            raise LedgerBroken(what=f"the rows of commits {first} to {last} cannot be read") from error

    def _raw(
        self, table: Table, *order: ColumnElement[Any], which: ColumnElement[bool] | None = None
    ) -> Iterator[Any]:
        # Without column types, or a text where a blob belongs would stop the reading instead of being reported.
        columns = [type_coerce(column, NullType()) for column in table.c]
        query = select(*columns).order_by(*order)
        return self._stream(query if which is None else query.where(which))

    def _stream(self, query: Executable) -> Iterator[Any]:
        """Rows as they come: a whole ledger is never held at once."""
        return iter(self._connection.execute(query, execution_options={"yield_per": STREAMED}))

    def _commit(self, which: ColumnElement[bool]) -> StoredCommit | None:
        row = self._connection.execute(select(commits.c.header, commits.c.signature).where(which)).first()
        return StoredCommit._make(row) if row else None

    def _standing_lines(self, *which: ColumnElement[Any]) -> list[StoredLine]:
        """Lines of counting commits, each entry once: a device may have signed another's entry again."""
        found = self._lines(_STANDING_LINE.where(*which))
        if len({line.id for line in found}) == len(found):
            return found
        first = {line.id: line for line in reversed(found)}
        return [line for line in found if first[line.id] is line]

    def _lines(self, query: Select[Any]) -> list[StoredLine]:
        # Sorting tuples here is several times quicker than having the database carry every body through its sort.
        try:
            return sorted(map(StoredLine._make, self._connection.execute(query).all()))
        except TypeError as error:
            raise LedgerBroken(what="a row of commits or entries holds values of the wrong type") from error


class SqlWriter(SqlReader):
    """A reader that holds the write lock. Fulfils `store.Writer`, but for ``faults``."""

    def add(self, sealed: Sequence[SealedCommit]) -> None:
        first = self._next(entries)
        rows: list[tuple[Any, ...]] = []
        lines: list[tuple[Any, ...]] = []
        for number, one in enumerate(sealed, start=self._next(commits)):
            rows.append(_commit_row(number, one))
            start = first + len(lines)
            lines += [(start + n, number, n, *line) for n, line in enumerate(one.lines)]
        self._insert(commits, RawCommit._fields, rows)
        self._insert(entries, (*RawLine._fields[:3], *Line._fields), lines)

    def set_aside(self, reasons: Mapping[bytes, str | None]) -> None:
        if reasons:
            self._connection.execute(
                update(commits).where(commits.c.id == bindparam("which")).values(aside=bindparam("reason")),
                [{"which": commit, "reason": reason} for commit, reason in reasons.items()],
            )

    def blank(self, numbers: Sequence[int]) -> None:
        for batch in _batches(numbers):
            self._connection.execute(
                update(entries).where(entries.c.number.in_(batch)).values(salt=None, body=None)
            )

    def put(self, fold: Fold, stale: Sequence[str], rows: Iterable[Row]) -> None:
        table = LISTS[fold.name]
        for batch in _batches(stale):
            self._connection.execute(delete(table).where(table.c.record.in_(batch)))
        waiting = iter(rows)
        while some := list(islice(waiting, WRITTEN)):
            self._insert(table, fold.columns, some)

    def clear(self, fold: Fold) -> None:
        self._connection.execute(delete(LISTS[fold.name]))

    def _insert(self, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Write rows, their values in the order of these columns."""
        if not rows:
            return
        # Handed to the driver as they are: what SQLAlchemy does to the parameters of a row takes longer than the
        # database takes to write it, and none of our columns needs it.
        mark = "?" if self._connection.dialect.paramstyle == "qmark" else "%s"
        marks = ", ".join([mark] * len(columns))
        statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608  # our own names
        self._connection.exec_driver_sql(statement, list(rows))

    def _next(self, table: Table) -> int:
        last = self._connection.execute(_LAST_NUMBER[table.name]).scalar()
        return 1 if last is None else last + 1


def _commit_row(number: int, sealed: SealedCommit) -> tuple[Any, ...]:
    commit, header = sealed.commit, unpack(sealed.commit.header)
    return (
        number,
        header_hash(commit.header),
        commit.header,
        commit.signature,
        header.log,
        header.sequence,
        header.physical_ms,
        header.counter,
        None if header.act == NOTHING else header.act,
        int(sealed.own),
        sealed.aside,
    )


def _newest_first(query: Select[Any], *order: ColumnElement[Any]) -> Select[Any]:
    return query.order_by(*(column.desc() for column in order))


def _stands(as_of: date | None) -> ColumnElement[bool]:
    if as_of is None:
        return standing.c.replaced_on.is_(None)
    day = as_of.isoformat()
    return and_(
        standing.c.known_on <= day, or_(standing.c.replaced_on.is_(None), standing.c.replaced_on > day)
    )


def _of_others() -> ColumnElement[bool]:
    return func.substr(standing.c.kind, 1, len(OWN_KINDS)) != OWN_KINDS


def _batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))
