"""What doctor makes of a machine: each verdict is tried on measurements, not on a bad machine."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from waythrough.actions import machine, mounts
from waythrough.terms.health import (
    GOOD,
    PEOPLE_AT_RISK,
    RECORD_AT_RISK,
    UNSAFE,
    WATCH,
    exit_code,
    good,
    unsafe,
)

NOW = datetime(2027, 3, 4, 10, 0, tzinfo=UTC)

MOUNTS = """\
22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/mapper/main rw
30 22 0:40 / /srv/team\\040files rw - cifs //server/team rw
31 22 0:41 / /mnt/peer rw - fuse.sshfs peer: rw
32 22 0:42 / /run/short rw - tmpfs tmpfs rw
33 22 8:17 / /media/stick rw - vfat /dev/sdb1 rw
"""


def ticking(**readings: datetime | None) -> str:
    return machine.clock(NOW, **{"file_time": NOW, "own": None, "others": None, **readings}).state


def test_a_clock_that_nothing_contradicts_is_good() -> None:
    assert ticking(own=NOW - timedelta(days=90), others=NOW + timedelta(seconds=90)) == GOOD


@pytest.mark.parametrize("whose", ["own", "others"])
def test_a_clock_behind_the_ledger_says_how_far_and_how_bad(whose: str) -> None:
    def seen(**ahead: float) -> machine.Remark:
        times = {"file_time": None, "own": None, "others": None, whose: NOW + timedelta(**ahead)}
        return machine.clock(NOW, **times)

    assert (seen(minutes=4).state, "4 minutes ahead" in seen(minutes=4).found) == (WATCH, True)
    assert "1 hour ahead" in seen(hours=1).found
    assert (seen(days=40).state, seen(days=40).risk) == (UNSAFE, RECORD_AT_RISK)
    assert "40 days ahead" in seen(days=40).found


def test_a_clock_older_than_the_program_is_unsafe() -> None:
    remark = machine.clock(datetime(2001, 1, 1, tzinfo=UTC), file_time=None, own=None, others=None)
    assert (remark.state, remark.risk) == (UNSAFE, RECORD_AT_RISK)
    assert "2001-01-01 00:00 UTC" in remark.found


def test_a_disk_with_a_time_of_its_own_is_told() -> None:
    assert ticking(file_time=NOW - timedelta(hours=3)) == WATCH
    assert ticking(file_time=None) == GOOD


@pytest.mark.parametrize(
    ("free", "workspace", "state"),
    [
        (50 * 10**9, 10**6, GOOD),
        (5 * 10**8, 10**6, WATCH),
        (5 * 10**9, 3 * 10**9, WATCH),
        (10**7, 10**6, UNSAFE),
    ],
)
def test_space_is_judged_by_what_a_backup_needs(
    tmp_path: Path, free: int, workspace: int, state: str
) -> None:
    assert machine.disk_space(tmp_path, workspace, free).state == state


def test_space_is_asked_of_the_disk(tmp_path: Path) -> None:
    assert "free" in machine.disk_space(tmp_path, 0).found


def test_a_disk_that_is_too_quick_or_too_slow_is_told() -> None:
    assert machine.syncing([0.002] * 64).state == WATCH
    assert machine.syncing([4.0] * 63 + [60.0]).state == GOOD
    assert machine.syncing([400.0] * 64).state == WATCH


def test_syncs_are_measured_and_leave_nothing_behind(tmp_path: Path) -> None:
    taken = machine.sync_times(tmp_path, tries=3)
    assert len(taken) == 3
    assert all(one >= 0 for one in taken)
    assert abs(machine.file_time(tmp_path) - datetime.now(UTC)) < timedelta(minutes=1)
    assert list(tmp_path.iterdir()) == []


def test_a_font_with_arabic_letters_is_found_by_its_name(tmp_path: Path) -> None:
    assert machine.fonts([tmp_path, tmp_path / "missing"]).state == WATCH
    (tmp_path / "truetype").mkdir()
    (tmp_path / "truetype" / "NotoSansArabic-Regular.ttf").touch()
    assert machine.fonts([tmp_path]).state == GOOD


def test_versions_and_parts_are_told() -> None:
    assert "SQLite" in machine.versions().found
    solver, extras = machine.parts()
    assert solver.found.startswith("HiGHS 1.")
    assert "with" in extras.found


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_a_key_that_others_may_read_is_unsafe_and_a_workspace_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.way"
    file.touch(0o600)
    assert machine.private(file, "file", key=True).state == GOOD
    file.chmod(0o640)
    assert machine.private(file, "file", key=False).state == WATCH
    exposed = machine.private(file, "file", key=True)
    assert (exposed.state, exposed.risk) == (UNSAFE, PEOPLE_AT_RISK)
    assert f"chmod go-rwx {file}" in exposed.advice


@pytest.mark.parametrize(
    ("path", "state", "words"),
    [
        ("/var/desk/valley.way", GOOD, "ext4"),
        ("/srv/team files/valley.way", UNSAFE, "cifs"),
        ("/mnt/peer/valley.way", UNSAFE, "fuse.sshfs"),
        ("/run/short/valley.way", WATCH, "tmpfs"),
        ("/media/stick/valley.way", GOOD, "vfat"),
        ("/var/desk/Dropbox (Relief)/valley.way", UNSAFE, "Dropbox"),
        ("/var/desk/OneDrive - Relief Desk/site/valley.way", UNSAFE, "OneDrive"),
    ],
)
def test_where_a_workspace_lies_is_judged_by_its_mount_and_its_folder(
    path: str, state: str, words: str
) -> None:
    remark = mounts.where_it_lies(Path(path), MOUNTS)
    assert remark.state == state
    assert words in remark.found


def test_a_folder_that_carries_the_mark_of_a_copying_program_is_noticed(tmp_path: Path) -> None:
    (tmp_path / ".stfolder").mkdir()
    remark = mounts.where_it_lies(tmp_path / "site" / "valley.way", MOUNTS)
    assert (remark.state, remark.risk) == (UNSAFE, PEOPLE_AT_RISK)


def test_encryption_is_seen_through_the_devices_a_disk_is_laid_over(tmp_path: Path) -> None:
    (tmp_path / "254:1" / "slaves" / "dm-0" / "dm").mkdir(parents=True)
    uuid = tmp_path / "254:1" / "slaves" / "dm-0" / "dm" / "uuid"
    uuid.write_text("LVM-abc")
    assert mounts.encrypted(Path("/var/desk/a.way"), MOUNTS, tmp_path).state == WATCH
    uuid.write_text("CRYPT-LUKS2-abc")
    assert mounts.encrypted(Path("/var/desk/a.way"), MOUNTS, tmp_path).state == GOOD
    assert mounts.encrypted(Path("/var/desk/a.way"), "", tmp_path).state == WATCH


def test_a_table_of_mounts_that_says_nothing_useful_gives_nothing() -> None:
    assert mounts.mounted(Path("/a"), "nonsense\n1 2 3 - \n") == ("", "")
    assert isinstance(mounts.mount_table(), str)


def test_people_come_before_the_record_in_the_exit_code() -> None:
    assert exit_code([good("a", "b")]) == 0
    both = [unsafe("a", "b", "c", PEOPLE_AT_RISK), unsafe("a", "b", "c", RECORD_AT_RISK)]
    assert exit_code(both) == 7


SQLITE = {"sqlite": "3.45.0", "journal_mode": "wal", "synchronous": "2", "secure_delete": "1"}
SQLITE |= {"trusted_schema": "0", "cell_size_check": "1", "foreign_keys": "1"}
SERVER = {"postgresql": "15.8", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@pytest.mark.parametrize("in_force", [SQLITE, SERVER], ids=["file", "server"])
def test_settings_that_could_lose_or_keep_too_much_are_unsafe(in_force: dict[str, str]) -> None:
    assert machine.settings(in_force).state == GOOD
    for name in list(in_force)[1:]:
        wrong = machine.settings(in_force | {name: "off"})
        assert (wrong.state, wrong.risk) == (UNSAFE, RECORD_AT_RISK)
        assert f"{name} is off" in wrong.found
