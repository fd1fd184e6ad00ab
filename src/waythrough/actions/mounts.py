"""What a file lies on: a disk of this machine, a network drive, a folder that another program copies away."""

from __future__ import annotations

import sys
from pathlib import Path

from waythrough.terms.health import PEOPLE_AT_RISK, RECORD_AT_RISK, Remark, good, unsafe, watch

NETWORK = frozenset(
    "nfs nfs4 cifs smb smb2 smb3 smbfs afs afpfs webdav davfs 9p ceph glusterfs lustre fuse.sshfs fuse.rclone "
    "fuse.davfs2 fuse.gvfsd-fuse fuse.s3fs vboxsf prl_fs".split()
)
"""File systems whose locks or syncs reach over a network. SQLite's write-ahead mode does not work on them
(sqlite.org/wal.html, section 1): two laptops writing at once destroy the file."""

FLEETING = frozenset({"tmpfs", "ramfs"})
"""File systems that are gone when the power is."""

SYNCED = (
    "dropbox",
    "onedrive",
    "google drive",
    "googledrive",
    "mobile documents",
    "nextcloud",
    "owncloud",
    "pcloud",
)
"""Names of folders that a program copies to somebody else's computers, in lower case."""

SYNC_MARKS = (".stfolder", ".dropbox", ".owncloudsync.log", ".nextcloudsync.log")
"""Files that such programs leave in the folder they copy."""


def mounted(path: Path, table: str) -> tuple[str, str]:
    """The kind of file system a path lies on, and its device as ``major:minor``; empty where the table has none.

    Parameters
    ----------
    table
        The text of /proc/self/mountinfo (proc(5)).
    """
    best = ("", "", "")
    for line in table.splitlines():
        left, dash, right = line.partition(" - ")
        fields, source = left.split(), right.split()
        if not dash or len(fields) < 5 or not source:
            continue
        point = fields[4].replace("\\040", " ")
        if path.is_relative_to(point) and len(point) >= len(best[0]):
            best = (point, source[0], fields[2])
    return best[1], best[2]


def mount_table() -> str:
    """The mounts this process sees; empty where the platform has no such file."""
    file = Path("/proc/self/mountinfo")
    return file.read_text("utf-8", "replace") if file.exists() else ""


def where_it_lies(path: Path, table: str) -> Remark:
    """Whether the workspace lies where its writes are kept and nobody else copies it."""
    kind, _ = mounted(path, table)
    move = "Move the workspace to a folder of this machine's own disk; carry entries with `waythrough sync`."
    if kind in NETWORK:
        return unsafe("place", f"the workspace lies on a network drive ({kind})", move, RECORD_AT_RISK)
    if name := _copied_by(path):
        found = f"another program copies this folder to other computers ({name})"
        return unsafe("place", found, move, PEOPLE_AT_RISK)
    if kind in FLEETING:
        return watch("place", f"the folder lies in memory ({kind}) and is gone when the power is", move)
    return good("place", f"on a disk of this machine{f' ({kind})' if kind else ''}")


def encrypted(path: Path, table: str, devices: Path = Path("/sys/dev/block")) -> Remark:
    """Whether the disk beneath is encrypted, as far as one can see from here."""
    _, device = mounted(path, table)
    topic = "disk encryption"
    if device and _over_crypt(devices / device):
        return good(topic, "the disk is encrypted")
    if sys.platform.startswith("linux") and device:
        return watch(
            topic,
            "no encryption of this disk can be seen: whoever takes the laptop can read what is not sealed",
            "Encrypt the disk (LUKS), or seal the workspace with a passphrase.",
        )
    return watch(
        topic,
        "whether this disk is encrypted cannot be seen from here",
        "Look at FileVault, BitLocker or the machine's settings; else seal the workspace with a passphrase.",
    )


def _copied_by(path: Path) -> str:
    for folder in path.parents:
        if any(name in folder.name.lower() for name in SYNCED):
            return folder.name
        for mark in SYNC_MARKS:
            if (folder / mark).exists():
                return f"{folder.name}/{mark}"
    return ""


def _over_crypt(device: Path) -> bool:
    """True where this block device, or one it is laid over, is a dm-crypt mapping."""
    name = device / "dm" / "uuid"
    if name.exists() and name.read_text().startswith("CRYPT-"):
        return True
    slaves = device / "slaves"
    return slaves.is_dir() and any(_over_crypt(slave) for slave in slaves.iterdir())
