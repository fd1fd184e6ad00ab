"""The keys of the vault, one file per ledger, kept in the device's folder and never in a workspace.

Each subject (a household, a person, a document) has a key of its own per class of data, so that destroying the key ends
the words under it wherever a copy may be. A subject's key is wrapped by the key of its site and class, and that one by
the device's key-encryption key. A subject may have several keys, where two laptops wrote about it before they met.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from waythrough.ledger.aead import KEY_LENGTH, Cipher, DoesNotOpen
from waythrough.ledger.device import KEYRINGS
from waythrough.ledger.keyfile import KeyFile
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.seal import key_id
from waythrough.terms.entries import Vaulted
from waythrough.terms.problems import KeyringUnusable, SubjectErased

ENDING = ".keys"
EVERY_VAULT = "*"
_MARK = b"WYTK"

Pair = tuple[str, str]
"""(vault, subject)"""

Wanted = tuple[str, str, bytes]
"""(vault, subject, key id)"""


class Reading(NamedTuple):
    """One bulk reading of a class of data: when, by whom, for what, of how many subjects. No data, no ids."""

    at: str
    person: str
    command: str
    vault: str
    subjects: int


class Keyring(Protocol):
    """The keys of one ledger's vault that this device holds."""

    def keys(self, wanted: Iterable[Wanted]) -> dict[Wanted, bytes]:
        """The keys that are held, of those wanted."""

    def current(self, vaulted: Iterable[Vaulted]) -> dict[Pair, bytes]:
        """The key to write with, by vault and subject. Missing ones are made, and are on disk when this returns.

        Raises
        ------
        SubjectErased
            A subject's keys were destroyed: nothing is written about it again.
        """

    def destroy(self, subject: str, vaults: Collection[str] | None) -> int:
        """Destroy a subject's keys, of some classes or (None) of all; how many there were. None is ever taken again."""

    def destroy_many(self, subjects: Mapping[str, Collection[str] | None], forever: bool = True) -> int:
        """The same for several subjects, at once; not ``forever`` where only what is past its day goes."""

    def parcel(self, site: str, vault: str) -> list[tuple[str, bytes]]:
        """Every subject and key of a site and class, to hand to a device whose role allows it."""

    def accept(self, site: str, vault: str, pairs: Iterable[tuple[str, bytes]]) -> int:
        """Take keys handed over; how many were new. Those of destroyed subjects are left out."""

    def held(self) -> set[tuple[str, str]]:
        """The sites and classes (site, vault) of which this device holds any key."""


def keyring_of(device: DeviceKey, ledger: bytes) -> SqliteKeyring:
    """A device's keyring for a ledger, by its 16-byte id. Nothing is made before the first key."""
    path = keyring_path(device.folder, ledger) if device.folder else None
    return SqliteKeyring(path, ledger, device.kek)


def keyring_path(folder: Path, ledger: bytes) -> Path:
    """Where the keyring for a ledger lies in a device's folder, once it has a key."""
    return folder / KEYRINGS / f"{ledger.hex()}{ENDING}"


class SqliteKeyring(Keyring):
    """A keyring in a small SQLite file; in memory where there is no path.

    Destroying keys and asking what is held need no secret: an erasure is carried out while the device is locked.
    """

    def __init__(self, path: Path | None, ledger: bytes, kek: Callable[[], bytes]) -> None:
        self._file = KeyFile(path)
        self._ledger = ledger
        self._kek = kek

    def keys(self, wanted: Iterable[Wanted]) -> dict[Wanted, bytes]:
        asked = set(wanted)
        with self._file.reading() as db:
            unwrap = self._wraps(db).unwrap
            return {
                (row.vault, row.subject, row.key_id): unwrap(row)
                for row in _rows(db, {subject for _, subject, _ in asked})
                if (row.vault, row.subject, row.key_id) in asked
            }

    def current(self, vaulted: Iterable[Vaulted]) -> dict[Pair, bytes]:
        sites = {(one.vault, one.subject): one.site for one in vaulted}
        with self._file.reading() as db:
            found = self._first(db, sites)
        if len(found) < len(sites):
            with self._file.writing() as db:
                found = self._first(db, sites)  # another process may have made some meanwhile
                missing = [pair for pair in sites if pair not in found]
                if gone := _destroyed(db, missing):
                    raise SubjectErased(subject=min(gone)[1])
                made = {pair: secrets.token_bytes(KEY_LENGTH) for pair in missing}
                wraps = self._wraps(db)
                wraps.add((sites[pair], *pair, key) for pair, key in made.items())
                found |= made
        return found

    def destroy(self, subject: str, vaults: Collection[str] | None) -> int:
        return self.destroy_many({subject: vaults})

    def destroy_many(self, subjects: Mapping[str, Collection[str] | None], forever: bool = True) -> int:
        gone = [
            (subject, vault)
            for subject, vaults in subjects.items()
            for vault in ([EVERY_VAULT] if vaults is None else vaults)
        ]
        with self._file.writing() as db:
            before = db.total_changes
            db.executemany("DELETE FROM keys WHERE subject = ?1 AND (vault = ?2 OR ?2 = '*')", gone)
            destroyed = db.total_changes - before
            if forever:
                db.executemany("INSERT OR IGNORE INTO destroyed VALUES (?, ?)", gone)
        self._file.scrub()
        return destroyed

    def parcel(self, site: str, vault: str) -> list[tuple[str, bytes]]:
        with self._file.reading() as db:
            unwrap = self._wraps(db).unwrap
            return [
                (row.subject, unwrap(row)) for row in map(_Row._make, db.execute(_OF_SITE, (site, vault)))
            ]

    def accept(self, site: str, vault: str, pairs: Iterable[tuple[str, bytes]]) -> int:
        handed = [((vault, subject), key) for subject, key in pairs]
        if not handed:
            return 0
        with self._file.writing() as db:
            gone = _destroyed(db, [pair for pair, _ in handed])
            return self._wraps(db).add((site, *pair, key) for pair, key in handed if pair not in gone)

    def held(self) -> set[tuple[str, str]]:
        with self._file.reading() as db:
            return {(site, vault) for site, vault in db.execute("SELECT DISTINCT site, vault FROM keys")}

    def note_reading(self, reading: Reading) -> None:
        """Keep that a class of data was read in bulk. The note stays on this device."""
        with self._file.writing() as db:
            db.execute("INSERT INTO reads VALUES (?, ?, ?, ?, ?)", reading)

    def readings(self) -> list[Reading]:
        """Every bulk reading on this device, oldest first."""
        with self._file.reading() as db:
            return [Reading._make(row) for row in db.execute("SELECT * FROM reads ORDER BY at, rowid")]

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _wraps(self, db: sqlite3.Connection) -> _Wraps:
        return _Wraps(db, self._ledger, self._kek, self._file.unusable)

    def _first(self, db: sqlite3.Connection, pairs: Collection[Pair]) -> dict[Pair, bytes]:
        """The key of lowest id for each pair that has one: the same on every device that holds the same keys."""
        unwrap, found = self._wraps(db).unwrap, {}
        for row in sorted(_rows(db, {subject for _, subject in pairs})):
            if (pair := (row.vault, row.subject)) in pairs and pair not in found:
                found[pair] = unwrap(row)
        return found


class _Row(NamedTuple):
    subject: str
    vault: str
    key_id: bytes
    site: str
    wrapped: bytes


class _Wraps:
    """Keys under keys, within one transaction: the site keys it has opened are forgotten with it."""

    def __init__(
        self,
        db: sqlite3.Connection,
        ledger: bytes,
        kek: Callable[[], bytes],
        refusal: Callable[[str], KeyringUnusable],
    ) -> None:
        self._db = db
        self._ledger = ledger
        self._kek = kek
        self._refusal = refusal
        self._sites: dict[tuple[str, str], Cipher] = {}

    def add(self, keys: Iterable[tuple[str, str, str, bytes]]) -> int:
        """Wrap and write keys, given as (site, vault, subject, key); how many were not there."""
        rows = []
        for site, vault, subject, key in keys:
            if len(key) != KEY_LENGTH:
                raise ValueError(f"a key has {KEY_LENGTH} bytes, not {len(key)}")
            cipher = self._site(site, vault, make=True)
            wrapped = cipher.encrypt(key, self._beside(site, vault, subject))
            rows.append(_Row(subject, vault, key_id(key), site, wrapped))
        before = self._db.total_changes
        self._db.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?, ?, ?, ?)", rows)
        return self._db.total_changes - before

    def unwrap(self, row: _Row) -> bytes:
        """A subject's key."""
        try:
            return self._site(row.site, row.vault).decrypt(
                row.wrapped, self._beside(row.site, row.vault, row.subject)
            )
        except DoesNotOpen:
            raise self._refusal("a key in it does not open: it was altered") from None

    def _site(self, site: str, vault: str, make: bool = False) -> Cipher:
        known = self._sites.get((site, vault))
        if known is None:
            known = self._sites[site, vault] = Cipher(self._site_key(site, vault, make))
        return known

    def _site_key(self, site: str, vault: str, make: bool) -> bytes:
        own, beside = Cipher(self._kek()), self._beside(site, vault)
        query = "SELECT wrapped FROM site_keys WHERE site = ? AND vault = ?"
        row = self._db.execute(query, (site, vault)).fetchone()
        if row is None and make:
            key = secrets.token_bytes(KEY_LENGTH)
            self._db.execute(
                "INSERT INTO site_keys VALUES (?, ?, ?)", (site, vault, own.encrypt(key, beside))
            )
            return key
        try:
            return own.decrypt(row[0] if row else b"", beside)
        except DoesNotOpen:
            raise self._refusal("the keys in it were wrapped by another device, or altered") from None

    def _beside(self, *parts: str) -> bytes:
        """What a wrapped key belongs to: its ledger, site and class, and its subject, each with its length."""
        named = [part.encode() for part in parts]
        return b"".join([_MARK, self._ledger, *(len(one).to_bytes(4, "big") + one for one in named)])


_OF_SITE = "SELECT * FROM keys WHERE site = ? AND vault = ? ORDER BY subject, key_id"
_OF_SUBJECTS = "SELECT * FROM keys WHERE subject IN (SELECT value FROM json_each(?))"
_DESTROYED = "SELECT vault, subject FROM destroyed WHERE subject IN (SELECT value FROM json_each(?))"


def _rows(db: sqlite3.Connection, subjects: Iterable[str]) -> Iterator[_Row]:
    """Every key of these subjects."""
    return map(_Row._make, db.execute(_OF_SUBJECTS, [json.dumps(list(subjects))]))


def _destroyed(db: sqlite3.Connection, pairs: Collection[Pair]) -> set[Pair]:
    """Those of the pairs whose keys were destroyed."""
    subjects = json.dumps([subject for _, subject in pairs])
    gone = set(db.execute(_DESTROYED, [subjects]))
    return {pair for pair in pairs if pair in gone or (EVERY_VAULT, pair[1]) in gone}
