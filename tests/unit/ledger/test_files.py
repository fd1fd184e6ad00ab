"""A file appears, is replaced and is overwritten whole, on systems with links and folders to sync and without."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from waythrough.ledger import files


def draft(folder: Path, text: str = "new") -> Path:
    made = folder / ".draft"
    made.write_text(text)
    return made


def test_a_name_that_is_taken_is_left_as_it_is(tmp_path: Path) -> None:
    final = tmp_path / "final"
    files.put_in_place(draft(tmp_path, "first"), final)
    with pytest.raises(FileExistsError):
        files.put_in_place(draft(tmp_path, "second"), final)
    assert final.read_text() == "first"


def test_a_disk_without_links_is_served_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError("a memory stick has none")

    monkeypatch.setattr(os, "link", no_links)
    final = tmp_path / "final"
    files.put_in_place(draft(tmp_path, "first"), final)
    with pytest.raises(FileExistsError):
        files.put_in_place(draft(tmp_path, "second"), final)
    assert final.read_text() == "first"


def test_a_system_that_syncs_no_folders_and_replaces_no_open_file_is_served_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_POSIX", False)
    final = tmp_path / "final"
    files.put_in_place(draft(tmp_path, "first"), final)
    files.replace(draft(tmp_path, "second"), final)
    assert final.read_text() == "second"


def test_what_is_replaced_or_overwritten_is_gone_from_where_it_lay(tmp_path: Path) -> None:
    final = tmp_path / "final"
    final.write_bytes(b"old words" * 200_000)
    with final.open("rb") as old:
        files.replace(draft(tmp_path), final)
        assert not any(old.read())
    assert final.read_text() == "new"
    files.overwrite(final)
    assert final.read_bytes() == bytes(3)


def test_a_private_draft_is_gone_unless_it_was_put_in_place(tmp_path: Path) -> None:
    final = tmp_path / "final"
    with files.private_draft(final, b"words") as made:
        assert made.read_bytes() == b"words"
        if os.name == "posix":
            assert made.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == []
    with files.private_draft(final, b"words") as made:
        files.put_in_place(made, final)
    assert [file.name for file in tmp_path.iterdir()] == ["final"]
