"""The vault's keys: made once, durable, bound to their place, destroyed for good."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest

from waythrough.ledger.device import KEYRINGS, device_key
from waythrough.ledger.keyring import Reading, SqliteKeyring, keyring_of
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.seal import key_id
from waythrough.terms.entries import Vaulted
from waythrough.terms.problems import KeyringUnusable, SubjectErased

LEDGER = bytes(range(16))
KEK = bytes(range(32))
ONE = Vaulted("who", "household-1", "site-1")
OTHER = Vaulted("who", "household-2", "site-1")
WISHES = Vaulted("what", "household-1", "site-1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / KEYRINGS / "a.keys"


@pytest.fixture(params=["file", "memory"])
def keyring(request: pytest.FixtureRequest, path: Path) -> SqliteKeyring:
    return SqliteKeyring(path if request.param == "file" else None, LEDGER, lambda: KEK)


def on_disk(path: Path) -> bytes:
    """Every byte beside and in a keyring's file."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))


def wrapped_keys(path: Path) -> dict[str, bytes]:
    with sqlite3.connect(path) as db:
        return dict(db.execute("SELECT subject, wrapped FROM keys"))


def test_a_key_is_made_once_for_each_subject_and_class(keyring: SqliteKeyring) -> None:
    made = keyring.current([ONE, OTHER, WISHES])
    assert set(made) == {("who", "household-1"), ("who", "household-2"), ("what", "household-1")}
    assert len(set(made.values())) == 3
    assert keyring.current([ONE, OTHER, WISHES]) == made
    assert keyring.held() == {("site-1", "who"), ("site-1", "what")}


def test_only_the_keys_asked_for_by_id_are_given(keyring: SqliteKeyring) -> None:
    made = keyring.current([ONE, WISHES])
    wanted = ("who", "household-1", key_id(made["who", "household-1"]))
    absent = ("who", "household-1", bytes(8))
    assert keyring.keys([wanted, absent]) == {wanted: made["who", "household-1"]}
    assert keyring.keys([("who", "nobody", bytes(8))]) == {}


def test_keys_are_there_for_the_next_process_and_no_key_lies_in_the_open(path: Path) -> None:
    made = SqliteKeyring(path, LEDGER, lambda: KEK).current([ONE, WISHES])
    assert SqliteKeyring(path, LEDGER, lambda: KEK).current([ONE, WISHES]) == made
    for key in (*made.values(), KEK):
        assert key not in on_disk(path)
    if os.name == "posix":
        assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


def test_nothing_is_made_before_the_first_key(path: Path) -> None:
    keyring = SqliteKeyring(path, LEDGER, lambda: KEK)
    assert (keyring.keys([]), keyring.held(), keyring.parcel("site-1", "who")) == ({}, set(), [])
    assert keyring.accept("site-1", "who", []) == 0
    assert not path.parent.exists()


def test_keys_handed_over_are_taken_once_and_stand_beside_ones_own(keyring: SqliteKeyring) -> None:
    own = keyring.current([ONE])["who", "household-1"]
    theirs = bytes(32)
    assert keyring.accept("site-1", "who", [("household-1", theirs), ("household-9", theirs)]) == 2
    assert keyring.accept("site-1", "who", [("household-1", theirs)]) == 0
    both = [("who", "household-1", key_id(key)) for key in (own, theirs)]
    assert set(keyring.keys(both).values()) == {own, theirs}
    assert ("household-9", theirs) in keyring.parcel("site-1", "who")
    assert len(keyring.parcel("site-1", "who")) == 3
    assert keyring.parcel("site-2", "who") == []


def test_devices_that_hold_the_same_keys_write_under_the_same_one() -> None:
    first, second = (SqliteKeyring(None, LEDGER, lambda: KEK) for _ in range(2))
    for one, other in ((first, second), (second, first)):
        one.current([ONE])
        other.accept("site-1", "who", one.parcel("site-1", "who"))
        one.accept("site-1", "who", other.parcel("site-1", "who"))
    assert first.current([ONE]) == second.current([ONE])


def test_a_key_of_another_length_is_not_taken(keyring: SqliteKeyring) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        keyring.accept("site-1", "who", [("household-1", bytes(16))])
    assert keyring.held() == set()


def test_destroyed_keys_are_gone_and_never_made_or_taken_again(keyring: SqliteKeyring) -> None:
    made = keyring.current([ONE, OTHER, WISHES])
    gone = made["who", "household-1"]
    assert keyring.destroy("household-1", None) == 2
    assert keyring.destroy("household-1", None) == 0
    assert keyring.keys([("who", "household-1", key_id(gone))]) == {}
    for again in (ONE, WISHES):
        with pytest.raises(SubjectErased, match="household-1"):
            keyring.current([OTHER, again])
    assert keyring.accept("site-1", "who", [("household-1", gone)]) == 0
    assert keyring.current([OTHER]) == {("who", "household-2"): made["who", "household-2"]}


def test_one_class_of_a_subject_may_be_destroyed_alone(keyring: SqliteKeyring) -> None:
    made = keyring.current([ONE, WISHES])
    assert keyring.destroy_many({"household-1": ["who"], "household-2": []}) == 1
    assert keyring.current([WISHES]) == {("what", "household-1"): made["what", "household-1"]}
    with pytest.raises(SubjectErased):
        keyring.current([ONE])
    keyring.current([OTHER])


def test_a_subject_destroyed_before_any_key_of_it_was_seen_stays_so(keyring: SqliteKeyring) -> None:
    assert keyring.destroy("household-1", None) == 0
    assert keyring.accept("site-1", "who", [("household-1", bytes(32))]) == 0


def test_destroying_leaves_no_byte_of_a_wrapped_key_and_a_plain_delete_would(path: Path) -> None:
    keyring = SqliteKeyring(path, LEDGER, lambda: KEK)
    keyring.current(Vaulted("who", f"household-{n}", "site-1") for n in range(2000))
    wrapped = wrapped_keys(path)
    doomed = [f"household-{n}" for n in range(0, 2000, 4)]
    assert all(wrapped[subject] in on_disk(path) for subject in doomed)
    keyring.destroy_many(dict.fromkeys(doomed))
    left = on_disk(path)
    assert not [subject for subject in doomed if wrapped[subject] in left]
    assert len(wrapped_keys(path)) == 1500

    # The control: the same file, deleted from without our settings.
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA secure_delete=OFF")
        db.execute("DELETE FROM keys WHERE subject < 'household-15'")
    left = on_disk(path)
    assert [subject for subject in wrapped if subject < "household-15" and wrapped[subject] in left]


def test_destroying_and_asking_what_is_held_need_no_secret(path: Path) -> None:
    SqliteKeyring(path, LEDGER, lambda: KEK).current([ONE])

    def locked() -> bytes:
        raise AssertionError("no secret is needed here")

    keyring = SqliteKeyring(path, LEDGER, locked)
    assert keyring.held() == {("site-1", "who")}
    assert keyring.destroy("household-1", None) == 1


def test_a_wrapped_key_opens_in_its_own_place_alone(path: Path) -> None:
    keyring = SqliteKeyring(path, LEDGER, lambda: KEK)
    keyring.current([ONE, OTHER])
    wrapped = wrapped_keys(path)
    keyring.close()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE keys SET wrapped = ? WHERE subject = 'household-2'", [wrapped["household-1"]])
    with pytest.raises(KeyringUnusable, match="altered"):
        keyring.current([OTHER])
    keyring.current([ONE])


@pytest.mark.parametrize(("ledger", "kek"), [(LEDGER, bytes(32)), (bytes(16), KEK)])
def test_another_devices_or_ledgers_keyring_does_not_open(path: Path, ledger: bytes, kek: bytes) -> None:
    SqliteKeyring(path, LEDGER, lambda: KEK).current([ONE])
    with pytest.raises(KeyringUnusable, match="another device"):
        SqliteKeyring(path, ledger, lambda: kek).current([ONE])


def test_keys_whose_site_key_is_missing_do_not_open(path: Path) -> None:
    keyring = SqliteKeyring(path, LEDGER, lambda: KEK)
    keyring.current([ONE])
    keyring.close()
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM site_keys")
    with pytest.raises(KeyringUnusable):
        keyring.current([ONE])


def test_a_keyring_without_a_journal_has_nothing_to_overwrite(path: Path) -> None:
    keyring = SqliteKeyring(path, LEDGER, lambda: KEK)
    keyring.close()
    keyring.current([ONE])
    path.with_name(path.name + "-journal").unlink()
    keyring._file.scrub()
    assert keyring.held() == {("site-1", "who")}


def test_keys_destroyed_for_now_may_be_made_again(keyring: SqliteKeyring) -> None:
    made = keyring.current([ONE])
    assert keyring.destroy_many({"household-1": None}, forever=False) == 1
    assert keyring.current([ONE]) != made


@pytest.mark.parametrize("content", [b"no database at all, but long enough to look at" * 20, b""])
def test_a_file_that_is_no_keyring_is_refused(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    if not content:
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA user_version=1")
    with pytest.raises(KeyringUnusable, match=r"a\.keys"):
        SqliteKeyring(path, LEDGER, lambda: KEK).held()


def test_a_writing_that_fails_leaves_nothing_behind(keyring: SqliteKeyring) -> None:
    keyring.destroy("household-2", None)
    with pytest.raises(SubjectErased):
        keyring.current([ONE, OTHER])
    assert keyring.held() == set()
    made = keyring.current([ONE])
    assert keyring.current([ONE]) == made


def test_threads_and_processes_that_come_at_once_share_each_key(path: Path) -> None:
    shared = SqliteKeyring(path, LEDGER, lambda: KEK)
    found: list[bytes] = []

    def work() -> None:
        found.append(shared.current([ONE])["who", "household-1"])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shared.close()
    with multiprocessing.get_context("fork").Pool(4) as pool:
        others = pool.map(_current, [path] * 8)
    assert len({*found, *(one["who", "household-1"] for one in others)}) == 1
    assert len({one["who", "household-2"] for one in others}) == 1


def _current(path: Path) -> dict[tuple[str, str], bytes]:
    return SqliteKeyring(path, LEDGER, lambda: KEK).current([ONE, OTHER])


def test_bulk_readings_are_noted_without_names(keyring: SqliteKeyring) -> None:
    readings = [Reading(f"2019-04-0{day}T09:00:00Z", "person-1", "plan", "what", 40) for day in (2, 1)]
    for reading in readings:
        keyring.note_reading(reading)
    assert keyring.readings() == readings[::-1]


def test_a_device_has_its_keyrings_in_its_folder_and_none_without_one(tmp_path: Path) -> None:
    device = device_key(tmp_path / "home")
    made = keyring_of(device, LEDGER).current([ONE])
    assert keyring_of(device_key(tmp_path / "home"), LEDGER).current([ONE]) == made
    assert (tmp_path / "home" / KEYRINGS / f"{LEDGER.hex()}.keys").exists()
    assert keyring_of(DeviceKey.from_seed(bytes(32)), LEDGER).current([ONE]) != made


def seconds(work: Callable[[], object]) -> float:
    """Seconds of processor time: other tests run beside this one."""
    start = process_time()
    work()
    return process_time() - start


def test_thirty_thousand_keys_are_made_in_a_second_and_read_in_half_of_one(path: Path) -> None:
    everybody = [Vaulted("who", f"household-{n}", "site-1") for n in range(30_000)]
    keyring = SqliteKeyring(path, LEDGER, lambda: KEK)
    making = seconds(lambda: keyring.current(everybody))
    made = keyring.current(everybody)
    wanted = [(*pair, key_id(key)) for pair, key in made.items()]
    reading = min(seconds(lambda: keyring.keys(wanted)) for _ in range(3))
    assert len(made) == 30_000
    # Twice the figures, 1 s and 0.5 s: two tests on one core's two threads slow each other down.
    assert making < 6
    assert reading < 4
