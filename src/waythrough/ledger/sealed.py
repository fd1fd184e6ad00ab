"""Workspace files that are encrypted whole (SQLCipher): without this device's keys they are noise from first to last.

Each sealed file has a key of its own, 32 random bytes. It lies in the device's folder, boxed under the key-encryption
key, in a small file named by the salt in the workspace's first 16 bytes. The key is given to SQLCipher as it is: its
own stretching of passphrases would cost time at every opening and add nothing to 256 random bits.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from waythrough.ledger.aead import KEY_LENGTH, Cipher, DoesNotOpen
from waythrough.ledger.device import SEALED, data_folder, device_key
from waythrough.ledger.driver import PLAIN, Driver
from waythrough.ledger.files import make_folder, private_draft, put_in_place, settle_folder, zero
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.sqlite import SqliteStore, check_log_is_in, lay_out
from waythrough.terms.problems import DeviceKeyUnusable, InputRefused, NotWritten, SealingMissing

SALT_LENGTH = 16
WAIT_SECONDS = 5.0
_MAGIC = b"SQLite format 3\0"
_MARK = b"WYTF"
_LOG_HEADER, _FRAME_HEADER = 32, 24
"""Bytes before a write-ahead log's first frame, and before the page in each (sqlite.org/fileformat2.html)."""


def driver_of(path: Path) -> Driver:
    """How to open a workspace file: with its key if this device sealed it, else as any SQLite file.

    The device's keys are asked for only when the file is a sealed one.

    Raises
    ------
    SealingMissing
        The file is sealed and SQLCipher is not installed.
    DeviceLocked, PassphraseWrong
        The device's keys could not be opened.
    """
    for salt in _salts(path):
        record = _record(data_folder(), salt)
        if record.exists():
            return _driver(_opened(record, salt, device_key().kek()), salt)
    return PLAIN


def is_sealed(path: Path) -> bool:
    """True for a workspace file that this device sealed; needs no key."""
    return any(_record(data_folder(), salt).exists() for salt in _salts(path))


def new_driver(device: DeviceKey) -> Driver:
    """A driver with a new key, which is on disk before anything is sealed with it.

    It is never removed again, not even when nothing came of the file: a key too many harms nobody, a lost one would.
    """
    salt, key = secrets.token_bytes(SALT_LENGTH), secrets.token_bytes(KEY_LENGTH)
    record = _record(device.folder or data_folder(), salt)
    make_folder(record.parent)
    box = Cipher(device.kek()).encrypt(key, _MARK + salt)
    with private_draft(record, json.dumps({"format": 1, "box": box.hex()}).encode("ascii")) as draft:
        put_in_place(draft, record)
    return _driver(key, salt)


def is_installed() -> bool:
    """True where SQLCipher can be used."""
    with suppress(SealingMissing):
        return _module() is not None
    return False


def convert(path: Path, device: DeviceKey) -> None:
    """Seal a workspace file that is there: whole or not at all, and the plain one is overwritten where it lay.

    Nobody else may have it open: what they wrote to the plain file meanwhile would be lost.

    Raises
    ------
    InputRefused
        It is sealed already, or another program has it open.
    NotWritten
        The disk or the database failed. The plain file is as it was.
    """
    if is_sealed(path):
        raise _refusal(path, "sealed already", "a plain workspace", "Nothing is left to do.")
    SqliteStore.open(path).close()  # refuses what is no workspace, and brings an older format up
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        with _held_open(path) as plain:
            _copy(path, draft, new_driver(device))
            settle_folder(path.parent)
            for file in plain:
                zero(file)
    except (OSError, _module().Error) as error:
        raise NotWritten(path=path, reason=error) from error
    finally:
        for remains in ("", "-wal", "-shm", "-journal"):
            draft.with_name(draft.name + remains).unlink(missing_ok=True)


def _copy(path: Path, draft: Path, driver: Driver) -> None:
    """Copy everything into a sealed draft while nobody else can read or write, and give the draft the file's name."""
    lay_out(draft, driver)
    # Locks are a process's own, and the two libraries know nothing of each other: each is asked about its users.
    guard = PLAIN.connect(path, WAIT_SECONDS)
    try:
        _keep_others_out(guard, path)
    finally:
        guard.close()
    source = Driver(driver.module).connect(path, WAIT_SECONDS)
    try:
        _keep_others_out(source, path)
        source.execute(f"ATTACH DATABASE ? AS sealed KEY {driver.key}", [str(draft)])
        source.execute("SELECT sqlcipher_export('sealed')").fetchall()
        source.execute("DETACH DATABASE sealed")
        _check_copy(source, draft, driver)
        _replace_with(source, draft, path)
    finally:
        source.close()


def _replace_with(source: Any, draft: Path, path: Path) -> None:
    """Put the log's pages into the plain file, so that no log is left beside the sealed one, which gets the name."""
    source.execute("PRAGMA journal_mode=DELETE").fetchall()
    try:
        draft.replace(path)
    except OSError:
        source.execute("PRAGMA synchronous=EXTRA")
        source.execute("PRAGMA journal_mode=WAL").fetchall()
        raise


def _keep_others_out(source: Any, path: Path) -> None:
    try:
        source.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
        source.execute("BEGIN EXCLUSIVE")
        source.execute("COMMIT")
    except source.OperationalError:
        allowed, remedy = "a workspace that nobody has open", "Close the other programs and try again."
        raise _refusal(path, "in use by another program", allowed, remedy) from None


def _check_copy(source: Any, draft: Path, driver: Driver) -> None:
    """The draft must hold as many rows as its source, be sound, and need no log beside it."""
    copy = driver.connect(draft)
    try:
        if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)] or _counts(copy) != _counts(source):
            raise OSError("the sealed copy is not what was written to it")
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        copy.close()
    check_log_is_in(draft)


def _counts(db: Any) -> list[tuple[str, int]]:
    names = [
        name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    ]
    return [(name, db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in names]  # noqa: S608


@contextmanager
def _held_open(path: Path) -> Iterator[list[BinaryIO]]:
    """A file and its log, open for overwriting after their names are gone.

    They are closed last: closing any handle of a file lets go of the locks that SQLite holds on it in this process.
    """
    beside = [path, path.with_name(path.name + "-wal")]
    with ExitStack() as stack:
        yield [stack.enter_context(file.open("r+b")) for file in beside if file.exists()]


def _salts(path: Path) -> Iterator[bytes]:
    """The salt of a file that may be sealed: its first bytes or, if a power cut tore them, those in its log."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        start = file.read(SALT_LENGTH)
    if len(start) < SALT_LENGTH or start == _MAGIC:
        return
    yield start
    log = path.with_name(path.name + "-wal")
    if log.is_file():
        with log.open("rb") as file:
            yield from _salts_of_log(file)


def _salts_of_log(file: BinaryIO) -> Iterator[bytes]:
    page = int.from_bytes(file.read(_LOG_HEADER)[8:12], "big")
    while len(frame := file.read(_FRAME_HEADER + page)) == _FRAME_HEADER + page > _FRAME_HEADER:
        if frame[:4] == b"\0\0\0\1":
            yield frame[_FRAME_HEADER : _FRAME_HEADER + SALT_LENGTH]


def _record(folder: Path, salt: bytes) -> Path:
    return folder / SEALED / f"{salt.hex()}.json"


def _opened(record: Path, salt: bytes, kek: bytes) -> bytes:
    try:
        box = bytes.fromhex(json.loads(record.read_text(encoding="ascii"))["box"])
        return Cipher(kek).decrypt(box, _MARK + salt)
    except (DoesNotOpen, ValueError, KeyError, TypeError):
        found = "it does not open with this device's keys"
        raise DeviceKeyUnusable(path=record, found=found) from None


def _driver(key: bytes, salt: bytes) -> Driver:
    # Key and salt as they are: 32 and 16 bytes in hexadecimal digits (zetetic.net/sqlcipher/sqlcipher-api/#key).
    raw = f"\"x'{key.hex()}{salt.hex()}'\""
    first = ("PRAGMA cipher_log_level=NONE", f"PRAGMA key = {raw}", "PRAGMA temp_store=MEMORY")
    return Driver(_module(), first, raw)


def _module() -> Any:
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        raise SealingMissing from None
    return dbapi2


def _refusal(path: Path, found: str, allowed: str, remedy: str) -> InputRefused:
    return InputRefused(place=str(path), found=found, allowed=allowed, remedy=remedy)
