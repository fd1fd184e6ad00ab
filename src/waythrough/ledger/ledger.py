"""The ledger: what people did, one sealed commit each, and what stands as of a day."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Self

from waythrough.ledger import canonical, clock, genesis, lines, lists
from waythrough.ledger.appending import Signer, check_fits, place, same_act, write_commit
from waythrough.ledger.bulk import many_values
from waythrough.ledger.device import device_key
from waythrough.ledger.hashing import ID_LENGTH, act_hash
from waythrough.ledger.header import NOTHING
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.lines import StoredLine
from waythrough.ledger.lists import Gathered
from waythrough.ledger.sqlite import SqliteStore
from waythrough.ledger.store import Store, Writer
from waythrough.ledger.vault import Keys, Vault
from waythrough.ledger.verify import verify
from waythrough.terms.entries import Draft, Entry, Head, Verification
from waythrough.terms.problems import (
    AmbiguousId,
    DeviceNotEnrolled,
    DraftRefused,
    InputRefused,
    LedgerBroken,
    NotFound,
)

Clock = Callable[[], datetime]
Entropy = Callable[[int], bytes]

SHORTEST_PREFIX = 6
CANDIDATES_SHOWN = 10


class Ledger:
    """One ledger, open for reading and, on an enrolled device, for writing.

    Use it as a context manager, or close it. Several may be open on one workspace, in one process or many.
    """

    def __init__(
        self,
        path: Path,
        store: Store,
        *,
        clock: Clock,
        entropy: Entropy,
        device: DeviceKey | None = None,
        keyring: Keys | None = None,
    ) -> None:
        self.path = path
        self._store = store
        self._clock = clock
        self._entropy = entropy
        self._device = device
        with store.reading() as reader:
            found = reader.genesis()
        self.id, self.title, self._enrolled = _read_genesis(found[1] if found else None)
        self._vault = Vault(bytes.fromhex(self.id), keyring, entropy)

    @classmethod
    def create(
        cls,
        path: str | PathLike[str],
        *,
        title: str,
        author: str,
        clock: Clock = clock.now_utc,
        entropy: Entropy = secrets.token_bytes,
        device: DeviceKey | None = None,
        keyring: Keys | None = None,
    ) -> Ledger:
        """Begin a ledger in a new workspace file.

        Parameters
        ----------
        title
            What people call it. It is kept in the first commit and cannot be changed.
        author
            Who begins it.
        clock, entropy
            The wall clock, with its time zone, and a source of random bytes.
        device
            The key that signs; this device's own, made on first use, if none is given.
        keyring
            The keys of the people and documents whose bodies are kept in the vault.

        Raises
        ------
        WorkspaceExists
            Something is there already; it is left as it is.
        DraftRefused
            No title, or no author.
        """
        path = Path(path)
        if not title.strip():
            raise DraftRefused(
                place="the new ledger", found="its title is empty", remedy="Give it a name people will know."
            )
        device = device or device_key()
        ledger = entropy(genesis.LEDGER_ID_LENGTH)
        first = lines.write(
            genesis.draft(ledger, title, device.public, device.box_key, device.recovery_key),
            author,
            "the first entry",
        )
        signer = Signer(device, ledger, clock, entropy)

        def begin(writer: Writer) -> None:
            write_commit(writer, signer, [first])

        SqliteStore.create(path, begin)
        return cls.open(path, clock=clock, entropy=entropy, device=device, keyring=keyring)

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        *,
        clock: Clock = clock.now_utc,
        entropy: Entropy = secrets.token_bytes,
        device: DeviceKey | None = None,
        keyring: Keys | None = None,
    ) -> Ledger:
        """Open a workspace. Nothing is created or altered, and no key is needed to read and verify.

        Raises
        ------
        NoWorkspace
            There is no such file.
        NotAWorkspace
            The file is something else, is empty, or is of a format this program does not know.
        LedgerBroken
            The first commit cannot be read, so nothing after it can be believed.
        """
        path = Path(path)
        store = SqliteStore.open(path)
        try:
            return cls(path, store, clock=clock, entropy=entropy, device=device, keyring=keyring)
        except BaseException:
            store.close()
            raise

    # --- writing -------------------------------------------------------------------------------------------

    def append(
        self, drafts: Sequence[Draft], *, author: str, key: str | None = None, alongside: bool = False
    ) -> tuple[Entry, ...]:
        """Write down one thing a person did: one commit, kept whole or not at all.

        A draft for a record that already stands must say which of its entries it corrects. Otherwise a person who
        has not seen the record would contest it without knowing.

        Parameters
        ----------
        drafts
            What to write, in this order. Nothing to write writes nothing and returns ().
        author
            Who did it.
        key
            Idempotency key, the author's own. The same author, key and drafts again return the entries first written.
        alongside
            True for a deliberate second account: a draft without ``corrects`` may stand beside what its record
            already has, and the record is then contested until an entry names both.

        Returns
        -------
        tuple of Entry
            One per draft, in their order; on disk when this returns.

        Raises
        ------
        DraftRefused, BodyRefused
            A draft that cannot be written as it is.
        RecordExists, CorrectsUnknown
            A draft that does not fit what its record has.
        KeyReused
            The key was used for something else.
        DeviceNotEnrolled
            This device's signature does not count in this ledger.
        NotWritten
            The disk or the database failed. Repeat with the same key.
        """
        if not drafts:
            return ()
        with many_values():
            return self._append(drafts, author, key, alongside)

    def _append(
        self, drafts: Sequence[Draft], author: str, key: str | None, alongside: bool
    ) -> tuple[Entry, ...]:
        writings = [lines.write(draft, author, place(n, draft)) for n, draft in enumerate(drafts)]
        bodies = self._vault.seal(writings)
        act = NOTHING if key is None else act_hash(author, key)
        signer = self._signer()
        with self._store.writing() as writer:
            if key is not None and (earlier := writer.lines_of_act(act)):
                return same_act(earlier, writings, author, key, self._vault)
            existing = writer.lines_of_records(list({draft.record for draft in drafts}))
            known = [lines.read(line) for line in existing]
            check_fits(drafts, known, alongside)
            return write_commit(writer, signer, writings, bodies=bodies, act=act, existing=known)

    def rebuild(self) -> None:
        """Throw the lists away and fold them again from the entries."""
        with many_values(), self._store.writing() as writer:
            gathered = Gathered()
            for line in writer.every_line():
                if not line.aside:
                    gathered.add(lines.read_revision(line))
            for fold in lists.FOLDS:
                writer.clear(fold)
                writer.put(fold, [], gathered.fold(fold))

    # --- reading -------------------------------------------------------------------------------------------

    def heads(self, kind: str | None = None, *, as_of: date | None = None) -> list[Head]:
        """What stands for each record, as of a day or now.

        As of a day, an entry counts if it was known by then, and gives way to a correction only if that was known by
        then too: looking back never shows what nobody could have read.

        Parameters
        ----------
        kind
            One kind, or None for all but the ledger's own (``ledger.…``).

        Returns
        -------
        list of Head
            In the order of display of their oldest standing entry.
        """
        with many_values(), self._store.reading() as reader:
            return self._heads(reader.standing(kind, _day(as_of)))

    def head(self, record: str, *, as_of: date | None = None) -> Head | None:
        """What stands for one record as of a day or now; None if nothing was known of it."""
        with self._store.reading() as reader:
            return next(iter(self._heads(reader.standing_of(record, _day(as_of)))), None)

    def contested(self, *, as_of: date | None = None) -> list[Head]:
        """The records for which several entries stand and nobody has settled it."""
        with many_values(), self._store.reading() as reader:
            return self._heads(reader.contested(_day(as_of)))

    def history(self, record: str) -> list[Entry]:
        """Every revision of a record, oldest first; empty if there is no such record."""
        with self._store.reading() as reader:
            return self._vault.read(reader.lines_of_records([record]))

    def find(self, id_or_prefix: str) -> Entry | Head | None:
        """The entry with this id, the record with this id, or the one entry whose id begins so.

        Parameters
        ----------
        id_or_prefix
            A record id, or at least 6 hexadecimal digits of an entry id.

        Raises
        ------
        AmbiguousId
            Several entries begin so; the refusal lists them.
        """
        prefix = id_or_prefix.strip().lower()
        digits = not prefix.strip("0123456789abcdef") and SHORTEST_PREFIX <= len(prefix) <= 2 * ID_LENGTH
        with self._store.reading() as reader:
            found = reader.starting_with(prefix, CANDIDATES_SHOWN + 1) if digits else []
            if len(prefix) == 2 * ID_LENGTH and found:
                return self._vault.read(found)[0]
            if heads := self._heads(reader.standing_of(id_or_prefix, None)):
                return heads[0]
        if len(found) > 1:
            raise AmbiguousId(prefix=prefix, candidates=_candidates(found))
        return self._vault.read(found)[0] if found else None

    def log(self, *, limit: int = 50, before: str | None = None) -> list[Entry]:
        """What was written, newest first, one page at a time.

        Parameters
        ----------
        limit
            Entries on a page, at least 1.
        before
            Id of the last entry of the page before this one.

        Raises
        ------
        NotFound
            ``before`` is no entry of this ledger.
        InputRefused
            A page of no entries.
        """
        if limit < 1:
            raise InputRefused(
                place="a page of the log",
                found=limit,
                allowed="1 entry or more",
                remedy="Ask for at least one.",
            )
        with self._store.reading() as reader:
            start = reader.starting_with(before.lower(), 1) if before and lines.is_id(before.lower()) else []
            if before and not start:
                raise NotFound(what="entry", id=before, near="an entry id has 32 hexadecimal digits")
            return self._vault.read(reader.latest(limit, start[0] if start else None))

    def first_known(self) -> date | None:
        """The first day on which anything was known, the ledger's own entries aside; None if there is nothing."""
        with self._store.reading() as reader:
            days = reader.known_range()
        return days[0] if days else None

    def last_known(self) -> date | None:
        """The last day on which anything became known, the ledger's own entries aside; None if there is nothing."""
        with self._store.reading() as reader:
            days = reader.known_range()
        return days[1] if days else None

    def verify(self) -> Verification:
        """Derive everything again from the signed bytes and compare; what differs is named with its place.

        It cannot see that the newest commits are missing altogether: what is left is then a whole, older ledger.
        """
        with many_values():
            return verify(self._store)

    def in_force(self) -> dict[str, str]:
        """The database's name and version, and the settings on which safety rests, as they really are."""
        with self._store.reading() as reader:
            return reader.in_force()

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _heads(self, standing: Sequence[StoredLine]) -> list[Head]:
        groups = lists.by_record(self._vault.read(standing))
        return [Head(record, group[0].kind, tuple(group)) for record, group in groups.items()]

    def _signer(self) -> Signer:
        if self._device is None:
            self._device = device_key()
        if self._device.fingerprint not in self._enrolled:
            raise DeviceNotEnrolled(
                device=genesis.names([self._device.fingerprint]),
                title=self.title,
                enrolled=genesis.names(self._enrolled),
            )
        return Signer(self._device, bytes.fromhex(self.id), self._clock, self._entropy)


def _read_genesis(line: StoredLine | None) -> tuple[str, str, dict[bytes, bytes]]:
    """Id, title and enrolled keys, as the first entry says."""
    try:
        if line is None:
            raise ValueError("it is missing")
        body = canonical.decode(line.body or b"")
        return str(body["ledger"]), str(body["title"]), genesis.enrolled(body)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise LedgerBroken(what=f"the first commit does not begin a ledger: {error}") from error


def _day(as_of: date | None) -> date | None:
    """A day, or nothing. A datetime is a date to Python, but which day it means depends on a zone nobody stated."""
    if isinstance(as_of, datetime):
        raise InputRefused(
            place="as of", found=as_of, allowed="a day, without an hour", remedy="Name the day you mean."
        )
    return as_of


def _candidates(found: Sequence[StoredLine]) -> str:
    shown = [f"{line.id.hex()} ({lines.read(line).record})" for line in found[:CANDIDATES_SHOWN]]
    return ", ".join(shown + ["…"] * (len(found) > CANDIDATES_SHOWN))
