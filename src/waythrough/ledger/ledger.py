"""The ledger: what people did, one sealed commit each, and what stands as of a day."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from os import PathLike
from types import TracebackType
from typing import Self

from waythrough.ledger import canonical, clock, genesis, lines, places
from waythrough.ledger.appending import (
    Signer,
    check_corrects,
    check_fits,
    check_heeded,
    check_may_hold,
    check_not_erased,
    give_receipts,
    place,
    same_act,
    signer,
    write_commit,
)
from waythrough.ledger.assembling import rebuild
from waythrough.ledger.bulk import many_values
from waythrough.ledger.clock import believed
from waythrough.ledger.device import data_folder, device_key
from waythrough.ledger.erasing import CarriedOut, carry_out
from waythrough.ledger.grants import ENROLLED
from waythrough.ledger.handover import forget
from waythrough.ledger.hashing import act_hash
from waythrough.ledger.header import NOTHING
from waythrough.ledger.keyring import Reading, SqliteKeyring, keyring_of, keyring_path
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.lines import StoredLine
from waythrough.ledger.merge import Merged, begin, merge, settle
from waythrough.ledger.onrecord import SEALED_AUTHOR, about, reading, written_by
from waythrough.ledger.parcels import Parcel
from waythrough.ledger.places import Place
from waythrough.ledger.questions import Questions
from waythrough.ledger.store import Reader, Store, Writer
from waythrough.ledger.vault import Keys, Vault
from waythrough.ledger.world import World
from waythrough.terms.entries import Draft, Entry
from waythrough.terms.problems import (
    DeviceNotEnrolled,
    DraftRefused,
    LedgerBroken,
    NotWritten,
)

Clock = Callable[[], datetime]
Entropy = Callable[[int], bytes]


class Ledger(Questions):
    """One ledger, open for reading and, on an enrolled device, for writing.

    Use it as a context manager, or close it. Several may be open on one workspace, in one process or many.
    """

    def __init__(
        self,
        place: Place,
        store: Store,
        *,
        clock: Clock,
        entropy: Entropy,
        device: DeviceKey | None = None,
        keyring: Keys | None = None,
    ) -> None:
        self.place = place
        self._store = store
        self._clock = clock
        self._entropy = entropy
        self._device = device
        self._keys = keyring
        self._opened_keys: SqliteKeyring | None = None
        self._seen: tuple[int, World] | None = None
        with store.reading() as reader:
            found = reader.genesis()
        self.id, self.title, self._enrolled = _read_genesis(found[1] if found else None)
        self._vault = Vault(bytes.fromhex(self.id), self._keyring, entropy)

    @classmethod
    def create(
        cls,
        where: str | PathLike[str] | Place,
        *,
        title: str,
        author: str,
        clock: Clock = clock.now_utc,
        entropy: Entropy = secrets.token_bytes,
        device: DeviceKey | None = None,
        keyring: Keys | None = None,
    ) -> Ledger:
        """Begin a ledger in a new workspace: a file, or a schema on a PostgreSQL server.

        Parameters
        ----------
        where
            A path, or ``postgresql://user@host/database?schema=valley``.
        title
            What people call it. It is kept in the first commit and cannot be changed.
        author
            Who begins it.
        clock, entropy
            The wall clock, with its time zone, and a source of random bytes.
        device
            The key that signs; this device's own, made on first use, if none is given.
        keyring
            The keys of the people and documents whose bodies are kept in the vault; this device's own, if none is
            given.

        Raises
        ------
        WorkspaceExists
            Something is there already; it is left as it is.
        DraftRefused
            No title, or no author.
        """
        at = places.find(where)
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
        signer = Signer(device, ledger, clock, entropy, genesis.log_id(device.public))

        def begin(writer: Writer) -> None:
            write_commit(writer, signer, [first])

        at.create(begin)
        return cls.open(at, clock=clock, entropy=entropy, device=device, keyring=keyring)

    @classmethod
    def receive(
        cls,
        where: str | PathLike[str] | Place,
        parcels: Iterable[Parcel],
        *,
        clock: Clock = clock.now_utc,
        entropy: Entropy = secrets.token_bytes,
        device: DeviceKey | None = None,
        keyring: Keys | None = None,
    ) -> Ledger:
        """A ledger that was begun elsewhere, in a new workspace.

        Nothing in it proves that it is the ledger one meant: compare its first commit's words with another person.

        Raises
        ------
        WorkspaceExists
            Something is there already; it is left as it is.
        ParcelRefused
            The commits do not begin with a ledger's first one, or one of them is not what it says.
        """
        at = places.find(where)
        limit = believed(clock)
        at.create(lambda writer: begin(writer, parcels, limit))
        return cls.open(at, clock=clock, entropy=entropy, device=device, keyring=keyring)

    @classmethod
    def open(
        cls,
        where: str | PathLike[str] | Place,
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
            There is no such file or schema.
        NotAWorkspace
            It is something else, is empty, or is of a format this program does not know.
        LedgerBroken
            The first commit cannot be read, so nothing after it can be believed.
        """
        at = places.find(where)
        store = at.open()
        try:
            return cls(at, store, clock=clock, entropy=entropy, device=device, keyring=keyring)
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
        self,
        drafts: Sequence[Draft],
        author: str,
        key: str | None,
        alongside: bool,
        beside: Sequence[Draft] = (),
    ) -> tuple[Entry, ...]:
        """``beside`` are entries of the ledger's own that belong to the same act."""
        writings = [lines.write(draft, author, place(n, draft)) for n, draft in enumerate([*drafts, *beside])]
        act = NOTHING if key is None else act_hash(author, key)
        if any(writing.vaulted for writing in writings):
            with self._store.reading() as reader:
                check_may_hold(drafts, self.device().fingerprint, self._world(reader).members)
        bodies = self._vault.seal(writings)
        with self._signing(author) as (writer, signer):
            if key is not None and (earlier := writer.lines_of_act(act)):
                return same_act(earlier, writings, author, key, self._vault)
            if any(draft.vaulted for draft in drafts):
                check_not_erased(drafts, self._world(writer).erasures)
            existing = writer.lines_of_records(list({draft.record for draft in drafts}))
            known = [lines.read(line) for line in existing]
            check_fits(drafts, known, alongside)
            return write_commit(writer, signer, writings, bodies=bodies, act=act, existing=known)

    def append_sealed(
        self, drafts: Sequence[Draft], *, author: str, site: str, key: str | None = None
    ) -> tuple[Entry, ...]:
        """The same as `append`, with the author's name sealed: the entries bear an alias that is used once.

        Who is behind it lies in the vault, for the head of office and the data protection officer of a site. The log
        still shows which device wrote the entries.
        """
        # With an idempotency key the alias is made from it alone, so that the same act again is the same act; it
        # must not be made from the author's name, which could then be tried out.
        digits = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest() if key else self._entropy(8)
        alias = SEALED_AUTHOR + digits[:8].hex()
        with many_values():
            return self._append(drafts, alias, key, False, [written_by(alias, author, site)])[:-1]

    def read_on_record(
        self, subjects: Sequence[str], vault: str, *, author: str, why: str
    ) -> tuple[Entry, ...]:
        """Names of people, or authors who are kept sealed. That they are read is written down first.

        Raises
        ------
        Protected
            No reason is given.
        DeviceNotEnrolled
            What this device writes does not count, so it cannot say who reads, and nothing is shown.
        """
        with self._store.reading() as reader:
            found = about(reader, subjects, vault)
        if not found:
            return ()
        self.act([reading(self._entropy(8).hex(), found, vault, author, why)], author=author)
        return tuple(self._vault.read(found, on_record=True))

    def overdue(self, day: date) -> dict[str, int]:
        """How many bodies are still here that were to be kept until a day before this one, by subject."""
        with self._store.reading() as reader:
            return reader.overdue(day)

    def note_reading(self, person: str, command: str, subjects: Mapping[str, int]) -> None:
        """Keep, on this device alone, of how many subjects each class of data was read in bulk, and for what."""
        keyring = self._keyring()
        if keyring is None:
            return
        at = self._clock().isoformat(timespec="seconds")
        for vault, n in sorted(subjects.items()):
            keyring.note_reading(Reading(at, person, command, vault, n))

    def readings(self) -> list[Reading]:
        """Every reading of people's data in bulk on this device, oldest first; none where it holds no keys."""
        keyring = self._keyring()
        return keyring.readings() if keyring else []

    def act(self, drafts: Sequence[Draft], *, author: str) -> tuple[Entry, ...]:
        """Write entries of the ledger's own (``ledger.…``) and put them into effect: enrol, revoke, erase, attest.

        Raises
        ------
        ActRefused
            This device may not do that, so it would have no effect. Nothing is written.
        """
        writings = [lines.write(draft, author, place(n, draft)) for n, draft in enumerate(drafts)]
        with many_values(), self._signing(author) as (writer, signer):
            records = list({draft.record for draft in drafts})
            known = [lines.read(line) for line in writer.lines_of_records(records)]
            check_corrects(drafts, known)
            entries = write_commit(writer, signer, writings, existing=known)
            done = settle(writer, believed(self._clock), [signer.last.commit] if signer.last else [])
            check_heeded(done.world, entries)
        self.carry_out(author=author)
        return entries

    def apply(self, parcels: Iterable[Parcel], *, author: str) -> Merged:
        """Take in commits from another copy of this ledger: whole or not at all, and no matter how often.

        Parameters
        ----------
        parcels
            Each after the one it follows. Those already here are passed over.
        author
            Who takes them in; named in the receipt, if something is erased by what comes in.

        Raises
        ------
        ParcelRefused
            One of them is not what it says, has no place here, or lacks a body nobody ordered to be erased.
        """
        with many_values(), self._store.writing() as writer:
            merged = merge(writer, bytes.fromhex(self.id), parcels, believed(self._clock))
        self._seen = None
        self._leave_forked(merged.forks)
        return replace(merged, erased=self.carry_out(author=author))

    def carry_out(self, *, author: str) -> tuple[CarriedOut, ...]:
        """Destroy what is ordered to be erased and is still here, and say so in a receipt, once for each order.

        It is done whenever something is taken in or ordered. Calling it again finishes what was interrupted.
        """
        with self._store.reading() as reader:
            erasures = self._world(reader).erasures
            if not erasures.honoured:
                return ()
            may_write = self._is_enrolled(reader)
        with many_values(), self._signing(author) if may_write else self._storing() as (writer, signer):
            done = carry_out(writer, erasures, self._destroy)
            if signer:
                give_receipts(writer, signer, erasures, done, author)
        if done:
            self._store.scrub()
        return done

    def world(self) -> World:
        """Who may write, what is ordered to be erased, which logs were forked: as the entries now say."""
        with self._store.reading() as reader:
            return self._world(reader)

    def may_write(self) -> bool:
        """Whether what this device writes now would count."""
        with self._store.reading() as reader:
            return self._is_enrolled(reader)

    def rebuild(self) -> None:
        """Decide again which commits count, throw the lists away and fold them again from the entries."""
        with many_values(), self._store.writing() as writer:
            rebuild(writer, believed(self._clock))

    def close(self) -> None:
        """Let go of the file or the server, and of the keyring if it was opened here."""
        self._store.close()
        if self._opened_keys is not None:
            self._opened_keys.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _keyring(self) -> Keys | None:
        """This device's keys for the ledger; None on a device that has neither written nor been handed any."""
        if self._keys is None:
            ledger = bytes.fromhex(self.id)
            if self._device is None and keyring_path(data_folder(), ledger).exists():
                self._device = device_key()
            if self._device is not None:
                self._keys = self._opened_keys = keyring_of(self._device, ledger)
        return self._keys

    @contextmanager
    def _signing(self, author: str) -> Iterator[tuple[Writer, Signer]]:
        """The write lock, and the device's log to write in; what was written last is remembered outside the file."""
        device = self.device()
        with self._store.writing() as writer:
            if not self._is_enrolled(writer):
                enrolled = (one.fingerprint for one in self._world(writer).members.enrolled())
                raise DeviceNotEnrolled(
                    device=genesis.names([device.fingerprint]),
                    title=self.title,
                    enrolled=genesis.names(enrolled),
                )
            sealing = signer(writer, device, bytes.fromhex(self.id), self._clock, self._entropy, author)
            yield writer, sealing
        if last := sealing.last:
            try:
                device.remember(bytes.fromhex(self.id), last)
            except OSError as error:
                # It is written; repeated with its key it is found, and the device tries again to remember it.
                raise NotWritten(path=self.place, reason=error) from error

    def device(self) -> DeviceKey:
        """The device that writes here; made on first use."""
        if self._device is None:
            self._device = device_key()
        return self._device

    def _world(self, reader: Reader) -> World:
        """Read again only when the ledger's own entries grew, or a commit's time came."""
        mark = reader.last_own()
        if self._seen is None or self._seen[0] != mark:
            self._seen = mark, World.read(reader, believed(self._clock))
        return self._seen[1]

    def _is_enrolled(self, reader: Reader) -> bool:
        found = self._world(reader).members.device(self.device().fingerprint)
        return found is not None and found.status == ENROLLED

    @contextmanager
    def _storing(self) -> Iterator[tuple[Writer, None]]:
        """The write lock, for a device that may not sign: it still destroys what it is told to."""
        with self._store.writing() as writer:
            yield writer, None

    def _destroy(self, subjects: Mapping[str, Collection[str] | None], forever: bool) -> int:
        keyring = self._keyring() if subjects else None
        if keyring is None:
            return 0
        forget(self.device().folder, bytes.fromhex(self.id))
        return keyring.destroy_many(subjects, forever)

    def _leave_forked(self, forked: Iterable[tuple[bytes, int]]) -> None:
        """A log of this device that was forked is never written again: the next commit begins a new epoch."""
        for log, _ in forked:
            last = self.device().last(bytes.fromhex(self.id)) if self._device else None
            if last and last.log == log:
                self.device().remember(bytes.fromhex(self.id), last._replace(sequence=-1))


def _read_genesis(line: StoredLine | None) -> tuple[str, str, dict[bytes, bytes]]:
    """Id, title and enrolled keys, as the first entry says."""
    try:
        if line is None:
            raise ValueError("it is missing")
        body = canonical.decode(line.body or b"")
        return str(body["ledger"]), str(body["title"]), genesis.enrolled(body)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise LedgerBroken(what=f"the first commit does not begin a ledger: {error}") from error
