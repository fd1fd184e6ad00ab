"""A device remembers what it wrote last, and notices that its memory was copied or restored."""

from __future__ import annotations

import contextlib
import shutil
import sys
import threading
import types
import uuid
from pathlib import Path

import pytest

from waythrough.ledger import last
from waythrough.ledger.last import InFolder, InMind, Last, Memory

LEDGER, OTHER = b"L" * 16, b"M" * 16
WRITTEN = Last(b"l" * 20, 7, b"c" * 32)


@pytest.mark.parametrize("kind", ["in a folder", "in mind"])
def test_what_was_written_last_is_remembered_per_ledger(tmp_path: Path, kind: str) -> None:
    memory: Memory = InFolder(tmp_path) if kind == "in a folder" else InMind()
    assert memory.last(LEDGER) is None
    memory.remember(LEDGER, WRITTEN._replace(sequence=6))
    memory.remember(LEDGER, WRITTEN)
    assert memory.last(LEDGER) == WRITTEN
    assert memory.last(OTHER) is None
    assert not memory.is_moved(LEDGER)
    assert not memory.is_moved(OTHER)


def test_it_outlives_the_process_and_leaves_no_drafts(tmp_path: Path) -> None:
    InFolder(tmp_path).remember(LEDGER, WRITTEN)
    assert InFolder(tmp_path).last(LEDGER) == WRITTEN
    assert [file.name for file in (tmp_path / last.FOLDER).iterdir()] == [f"{LEDGER.hex()}.json"]


def test_a_copied_folder_knows_that_it_is_a_copy(tmp_path: Path) -> None:
    InFolder(tmp_path / "laptop").remember(LEDGER, WRITTEN)
    shutil.copytree(tmp_path / "laptop", tmp_path / "copy")
    copy = InFolder(tmp_path / "copy")
    assert copy.last(LEDGER) == WRITTEN
    assert copy.is_moved(LEDGER)
    assert not InFolder(tmp_path / "laptop").is_moved(LEDGER)
    copy.remember(LEDGER, WRITTEN._replace(sequence=0))
    assert not copy.is_moved(LEDGER)


def test_what_another_process_remembers_meanwhile_is_no_sign_of_a_copy(tmp_path: Path) -> None:
    """Taken for one, it would have begun a new epoch of the log for nothing."""
    memory, done = InFolder(tmp_path), threading.Event()
    memory.remember(LEDGER, WRITTEN)

    def keep_remembering() -> None:
        while not done.is_set():
            InFolder(tmp_path).remember(LEDGER, WRITTEN)

    other = threading.Thread(target=keep_remembering)
    other.start()
    moved = [memory.is_moved(LEDGER) for _ in range(1000)]
    done.set()
    other.join()
    assert not any(moved)


def test_the_same_disk_in_another_machine_is_another_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    InFolder(tmp_path).remember(LEDGER, WRITTEN)
    monkeypatch.setattr(last, "machine_id", lambda: b"another machine")
    assert InFolder(tmp_path).is_moved(LEDGER)


def test_the_machine_is_called_the_same_each_time() -> None:
    assert last.machine_id() == last.machine_id()


def test_a_machine_is_called_by_the_first_name_its_system_has_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tmp_path / "first", tmp_path / "second"
    monkeypatch.setattr(last, "_MACHINE_IDS", files)
    monkeypatch.setattr(uuid, "getnode", lambda: 0x0002B3C4D5E6)
    assert last.machine_id() == b"0002b3c4d5e6"
    monkeypatch.setattr(uuid, "getnode", lambda: 0x0102B3C4D5E6)  # made up anew at each start
    assert last.machine_id() == b""
    files[1].write_text("the second\n")
    assert last.machine_id() == b"the second"
    files[0].write_text("\n")
    assert last.machine_id() == b"the second"
    files[0].write_text("the first\n")
    assert last.machine_id() == b"the first"


def test_windows_calls_a_machine_by_its_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = types.ModuleType("winreg")
    registry.HKEY_LOCAL_MACHINE = 0  # type: ignore[attr-defined]
    registry.OpenKey = lambda *_: contextlib.nullcontext("key")  # type: ignore[attr-defined]
    registry.QueryValueEx = lambda key, name: (f"{key} {name}", 1)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "winreg", registry)
    monkeypatch.setattr(last, "_MACHINE_IDS", (tmp_path / "none",))
    monkeypatch.setattr(sys, "platform", "win32")
    assert last.machine_id() == b"key MachineGuid"


def test_a_torn_memory_is_none(tmp_path: Path) -> None:
    memory = InFolder(tmp_path)
    memory.remember(LEDGER, WRITTEN)
    (file,) = (tmp_path / last.FOLDER).iterdir()
    for torn in ("", "[]", '["zz", 1, "", ""]', "null"):
        file.write_text(torn)
        assert memory.last(LEDGER) is None
        assert not memory.is_moved(LEDGER)
