"""Where a ledger lives on a PostgreSQL server: its address, which shows no secrets, and the way there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from waythrough.terms.problems import DriverMissing, InputRefused, ServerOutOfReach

if TYPE_CHECKING:
    from psycopg import Connection

_SCHEMES = ("postgresql://", "postgres://")

DEFAULT_SCHEMA = "waythrough"

UNSAFE = "fsync-off"
"""``?unsafe=fsync-off`` lets tests of power cuts use a server that loses data, to show that they would notice."""

_SCHEMA = re.compile(
    r"(?!pg_)[a-z_][a-z0-9_]{0,62}"
)  # what PostgreSQL takes unquoted and does not keep for itself
_SETTINGS = {"application_name": "waythrough", "connect_timeout": "10"}


class Address:
    """One schema in one database of one server. As text it shows neither user nor password."""

    def __init__(self, connection: Mapping[str, str], schema: str, unsafe: bool = False) -> None:
        self._connection = connection
        self.schema = schema
        self.unsafe = unsafe

    @classmethod
    def read(cls, url: str) -> Address:
        """The address a URL names.

        Parameters
        ----------
        url
            ``postgresql://user@host:port/database?schema=valley``, with anything else libpq takes in a URL. A password
            is better kept in a password file or in PGPASSWORD: other users of the machine can see a command's words.

        Raises
        ------
        DriverMissing
            The driver is not installed.
        InputRefused
            The URL cannot be read. It is not repeated, for any part of it could be a misplaced password.
        """
        check_driver()
        _check_signs(url)
        base, _, query = url.partition("?")
        options = dict(option.partition("=")[::2] for option in query.split("&") if option)
        schema, unsafe = options.pop("schema", DEFAULT_SCHEMA), options.pop("unsafe", None)
        if not _SCHEMA.fullmatch(schema):
            raise _refused(
                "a schema name that is not plain",
                "up to 63 small letters, digits and _, beginning with a letter, but not with pg_",
                "Choose a plain name, such as ?schema=valley.",
            )
        if unsafe not in (None, UNSAFE):
            raise _refused("an unknown value of “unsafe”", UNSAFE, "Leave “unsafe” out.")
        rest = "&".join(f"{name}={value}" for name, value in options.items())
        return cls(_understood(f"{base}?{rest}"), schema, unsafe == UNSAFE)

    def connect(self) -> Connection:
        """A new connection, which begins no transaction by itself.

        Raises
        ------
        ServerOutOfReach
            Nobody answers there, or the server does not let us in.
        """
        from psycopg import Error, connect

        try:
            return connect(**{**_SETTINGS, **self._connection}, autocommit=True)  # type: ignore[arg-type]
        except Error as error:
            reason = self._without_secrets(" ".join(str(error).split()))
        # Outside the handler, so that the driver's own words do not hang on to the refusal.
        raise ServerOutOfReach(path=self, reason=reason)

    def __str__(self) -> str:
        known = self._connection
        host, port = known.get("host", known.get("hostaddr", "")), known.get("port", "")
        place = "" if host.startswith("/") else host + (f":{port}" if port else "")
        socket = f"host={host}&" if host.startswith("/") else ""
        return f"postgresql://{place}/{known.get('dbname', '')}?{socket}schema={self.schema}"

    def __repr__(self) -> str:
        return f"Address({str(self)!r})"

    def _without_secrets(self, text: str) -> str:
        for name, value in self._connection.items():
            if "password" in name and value:
                text = text.replace(value, "…")
        return text


def is_address(text: str) -> bool:
    """Whether a text is the address of a server, and not a path."""
    return text.startswith(_SCHEMES)


def check_driver() -> None:
    """Refuse to go on without the driver, which only the extra ``pg`` brings."""
    try:
        import psycopg  # noqa: F401  # also fails where the driver is there and its C library is not
    except ImportError as error:
        raise DriverMissing() from error


def _check_signs(url: str) -> None:
    # A password with “@” or “/” in it makes a host or a database out of its second half, which messages then repeat.
    where, _, rest = url.partition("://")[2].partition("/")
    if where.count("@") > 1 or "@" in rest or "?" in where.rpartition("@")[0]:
        raise _refused(
            "an “@”, “/” or “?” inside a user name or password",
            "these signs written as %40, %2F and %3F",
            "Write them so, or leave the password out and keep it in a password file.",
        )


def _understood(url: str) -> dict[str, str]:
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        return {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except ProgrammingError:
        pass  # its message repeats parts of the URL
    raise _refused(
        "an address that cannot be read",
        "postgresql://user@host:port/database?schema=valley",
        "Write it like this. Any other option must be one that PostgreSQL's own programs know.",
    )


def _refused(found: str, allowed: str, remedy: str) -> InputRefused:
    return InputRefused(place="the address of the server", found=found, allowed=allowed, remedy=remedy)
