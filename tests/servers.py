"""A PostgreSQL server of our own for a test session: made in a folder that is thrown away, reached by a socket there.

Nothing of the machine is used but the programs: no service, no port, no role that was there before. The server refuses
to run as root, so under root its processes are the user ``nobody``'s; as anybody else they are ours.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg

ADMIN = "postgres"
OWNER = "waythrough"
READER = "reader"
LOCKED = "locked"
"""A role that must give a password, where the others of this socket need none."""

PASSWORD = "correct horse: battery/staple"

STOP = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}

# Durable as a server in the field is. Its default lets a commit return before it is on disk: what the store asks for
# must win. Only sizes are small.
SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "off",
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_messages": "fatal",
    "timezone": "Asia/Kathmandu",  # nothing may depend on the server's clock or zone
}


def programs() -> Path | None:
    """The folder of initdb and postgres; Debian keeps each version in a folder of its own, off the PATH."""
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(versions, key=lambda path: float(path.parts[-3]), default=None)
    return newest.parent if newest else None


BY_CODE_POINT = ("--locale=C.UTF-8",)
AS_A_DICTIONARY = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en")
"""How the server orders words, unless a column says otherwise."""


class Server:
    """One running server."""

    def __init__(self, programs: Path, **settings: str) -> None:
        self._programs = programs
        self._settings = SETTINGS | settings
        # Not pytest's own folder: root keeps that to itself. And short, for a socket's path holds 107 bytes at most.
        self.folder = Path(tempfile.mkdtemp(prefix="wt-pg-", dir="/tmp"))
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self._user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self._names = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def begin(cls, programs: Path, *, order: Sequence[str] = BY_CODE_POINT, **settings: str) -> Server:
        """Make a database cluster and start it."""
        server = cls(programs, **settings)
        try:
            server._initialise(order)
            server.start()
            server._people_it()
        except BaseException:
            server.end()
            raise
        return server

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self.data, "-k", self.folder, *options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                **self._user,
            )
        for _ in range(600):
            if self._process.poll() is not None:
                break
            try:
                psycopg.connect(self.url(ADMIN, database="postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("PostgreSQL did not start:\n" + self._log.read_text(errors="replace"))

    def stop(self, how: str = "fast") -> None:
        """Stop the server: ``fast`` ends its connections, ``immediate`` is what a crash does."""
        if self._process is None:
            return
        self._process.send_signal(STOP[how])
        self._process.wait(timeout=60)
        self._process = None

    def end(self) -> None:
        """Stop it and remove everything."""
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, role: str = OWNER, *, database: str = OWNER, password: str = "", **options: str) -> str:
        """An address of this server."""
        secret = f":{quote(password, safe='')}" if password else ""
        query = urlencode({"host": str(self.folder), **options})
        return f"postgresql://{role}{secret}@/{database}?{query}"

    def new(self, **options: str) -> str:
        """The address of a schema that is not there yet."""
        return self.url(schema=f"ledger_{next(self._names)}", **options)

    def run(self, *statements: str, role: str = ADMIN, database: str = OWNER) -> list[tuple[Any, ...]]:
        """Run SQL beside the program, as somebody with other means would; the rows of the last statement."""
        with psycopg.connect(self.url(role, database=database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    @property
    def data(self) -> Path:
        """Where its tables are."""
        return self.folder / "data"

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _initialise(self, order: Sequence[str]) -> None:
        made = subprocess.run(
            [self._programs / "initdb", "-D", self.data, "-U", ADMIN, "-E", "UTF8", "--no-sync", *order],
            capture_output=True,
            text=True,
            cwd=self.folder,
            check=False,
            **self._user,
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr}")
        (self.data / "pg_hba.conf").write_text(f"local all {LOCKED} scram-sha-256\nlocal all all trust\n")

    def _people_it(self) -> None:
        self.run(
            f"CREATE ROLE {OWNER} LOGIN",
            f"CREATE ROLE {READER} LOGIN",
            f"CREATE ROLE {LOCKED} LOGIN PASSWORD '{PASSWORD}'",
            f"CREATE DATABASE {OWNER} OWNER {OWNER}",
            database="postgres",
        )
