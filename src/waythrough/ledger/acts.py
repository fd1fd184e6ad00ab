"""What devices wrote about the ledger itself: the acts from which rights and erasures are computed.

An act is an entry of one of the ledger's own kinds, read, together with where it stands in which log. Nothing here
knows a database or a clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol

from waythrough.ledger.hashing import ID_LENGTH
from waythrough.ledger.keys import FINGERPRINT_LENGTH
from waythrough.ledger.lines import OWN_KINDS
from waythrough.ledger.parcels import Tip

GENESIS = OWN_KINDS + "genesis"
DEVICE = OWN_KINDS + "device"
ADMISSION = OWN_KINDS + "admission"
ERASURE = OWN_KINDS + "erasure"
APPROVAL = OWN_KINDS + "approval"
RECEIPT = OWN_KINDS + "receipt"

LOG_LENGTH = FINGERPRINT_LENGTH + 4
COMMIT_LENGTH = 32
KEY_LENGTH = 32


@dataclass(frozen=True)
class Act:
    """An entry of one of the ledger's own kinds.

    ``commit`` is the hash of the commit's header, ``day`` the UTC day of its clock. ``person`` is the author the
    entry names: whoever holds the device may write any name there, so rights never rest on it alone.
    """

    commit: bytes
    log: bytes
    sequence: int
    day: date
    entry: str
    kind: str
    record: str
    corrects: tuple[str, ...]
    body: Mapping[str, Any]
    person: str

    @property
    def author(self) -> bytes:
        """The fingerprint of the device that signed it."""
        return owner(self.log)

    @property
    def tip(self) -> Tip:
        """Its own commit."""
        return Tip(self.log, self.sequence, self.commit)


class Chain(Protocol):
    """How commits of one log follow each other."""

    def covers(self, tip: Tip, log: bytes, sequence: int, commit: bytes) -> bool:
        """True when the commit is the tip itself or one that the tip follows from, in the same log."""


class Unheeded(NamedTuple):
    """An act that has no effect, and why."""

    act: Act
    why: str


class Malformed(ValueError):
    """A body of one of the ledger's own kinds that does not say what its kind must say."""


def owner(log: bytes) -> bytes:
    """The fingerprint of the device that writes this log."""
    return log[:FINGERPRINT_LENGTH]


def same_name(name: str) -> str:
    """A person's name as it is compared: two spellings that differ in case or spaces are one person."""
    return " ".join(name.split()).casefold()


# --- reading bodies: what does not fit is malformed, never a crash ------------------------------------------


def read_bytes(body: Mapping[str, Any], key: str, length: int) -> bytes:
    """The bytes a body writes under a key, as lower-case hexadecimal digits."""
    value = body.get(key)
    if not (isinstance(value, str) and len(value) == 2 * length and not value.strip("0123456789abcdef")):
        raise Malformed(f"its {key} is not {length} bytes in hexadecimal digits")
    return bytes.fromhex(value)


def read_text(body: Mapping[str, Any], key: str, *, needed: bool = False) -> str:
    """The text a body has under a key; empty if it has none and need not."""
    value = body.get(key, "")
    if not isinstance(value, str) or (needed and not value.strip()):
        raise Malformed(f"its {key} is no text")
    return value


def read_texts(body: Mapping[str, Any], key: str) -> frozenset[str]:
    """The texts a body lists under a key; none if the key is missing."""
    return _texts(body.get(key, []), key)


def _texts(value: Any, key: str) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise Malformed(f"its {key} is not a list of texts")
    return frozenset(value)


def read_day(body: Mapping[str, Any], key: str) -> date:
    """The day a body has under a key."""
    try:
        day = date.fromisoformat(body.get(key, ""))
    except (TypeError, ValueError):
        raise Malformed(f"its {key} is no day") from None
    if day.isoformat() != body[key]:
        raise Malformed(f"its {key} is not written as year-month-day")
    return day


def read_entry(body: Mapping[str, Any], key: str) -> str:
    """The entry id a body has under a key."""
    return read_bytes(body, key, ID_LENGTH).hex()


def read_count(body: Mapping[str, Any], key: str) -> int:
    """The number of things a body has under a key."""
    value = body.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Malformed(f"its {key} is no count")
    return value


def read_roles(body: Mapping[str, Any], key: str) -> dict[str, frozenset[str]]:
    """Roles by site (or for every site) as a body lists them."""
    value = body.get(key)
    if not isinstance(value, Mapping) or not all(isinstance(site, str) and site for site in value):
        raise Malformed(f"its {key} are not given by site")
    return {site: _texts(roles, key) for site, roles in value.items()}


def read_tips(body: Mapping[str, Any], key: str) -> tuple[Tip, ...]:
    """The tips a body lists under a key, in order of log."""
    value = body.get(key)
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise Malformed(f"its {key} is not a list of commits")
    return tuple(sorted(_tip(one) for one in value))


def _tip(body: Mapping[str, Any]) -> Tip:
    log = read_bytes(body, "log", LOG_LENGTH)
    return Tip(log, read_count(body, "sequence"), read_bytes(body, "commit", COMMIT_LENGTH))


def write_tips(tips: list[Tip]) -> list[dict[str, Any]]:
    """Tips as a body lists them."""
    return [
        {"log": tip.log.hex(), "sequence": tip.sequence, "commit": tip.commit.hex()} for tip in sorted(tips)
    ]
