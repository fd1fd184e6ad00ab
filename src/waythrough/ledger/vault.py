"""The vault: bodies that belong to somebody are sealed before they are stored, and opened where their key is held.

One page of lists can hold tens of thousands of sealed bodies: keys are asked for once for all of them, and each is set
up once. A body that does not open is left sealed, whatever the reason: a reader never fails for one bad line, and what
was altered is for `verify` to name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

from waythrough.ledger import canonical, lines
from waythrough.ledger.aead import NONCE_LENGTH
from waythrough.ledger.keyring import Reading
from waythrough.ledger.lines import StoredLine, Writing
from waythrough.ledger.seal import Sealer, sealed_under
from waythrough.terms.entries import ON_RECORD, Entry, Vaulted
from waythrough.terms.problems import LedgerBroken, Protected

Wanted = tuple[str, str, bytes]
"""A key by its class of data, its subject and its own id."""


class Keys(Protocol):
    """The part of a keyring that writing and reading need."""

    def keys(self, wanted: Iterable[Wanted]) -> Mapping[Wanted, bytes]:
        """Those of these keys that this device holds."""

    def destroy_many(self, subjects: Mapping[str, Collection[str] | None], forever: bool = True) -> int:
        """Destroy the keys of these subjects, of some classes of the vault or of all; gives how many there were."""

    def note_reading(self, reading: Reading) -> None:
        """Keep that a class of data was read in bulk, on this device."""

    def readings(self) -> list[Reading]:
        """Every bulk reading on this device, oldest first."""

    def current(self, vaulted: Iterable[Vaulted]) -> Mapping[tuple[str, str], bytes]:
        """The keys to seal under now, by class and subject; made where missing, and durable when this returns."""


class Vault:
    """Seals and opens the bodies of one ledger with the keys of one device, or with none.

    ``keyring`` is asked for when the first body needs it: most commands need none.
    """

    def __init__(
        self, ledger: bytes, keyring: Callable[[], Keys | None], entropy: Callable[[int], bytes]
    ) -> None:
        self._ledger = ledger
        self._keyring = keyring
        self._entropy = entropy

    def seal(self, writings: Sequence[Writing]) -> list[bytes]:
        """What is stored in the place of each body: an envelope for what belongs to somebody, else the body itself.

        Raises
        ------
        Protected
            Something belongs in the vault and this device has no keyring: it is not written in the open instead.
        """
        owned = [writing.vaulted for writing in writings if writing.vaulted]
        if not owned:
            return [writing.body for writing in writings]
        keyring = self._keyring()
        if keyring is None:
            raise Protected(
                what="this would write somebody's personal data, and there is no keyring to seal it with",
                remedy="Open the workspace on a device that has its keys.",
            )
        keys = keyring.current(owned)
        nonces = self._entropy(NONCE_LENGTH * len(writings))
        sealer = Sealer(self._ledger)
        return [
            sealer.seal(
                writing.body,
                keys[writing.vaulted.vault, writing.vaulted.subject],
                writing.meta,
                nonces[n * NONCE_LENGTH : (n + 1) * NONCE_LENGTH],
            )
            if writing.vaulted
            else writing.body
            for n, writing in enumerate(writings)
        ]

    def read(self, stored: Sequence[StoredLine], on_record: bool = False) -> list[Entry]:
        """The entries of these lines, in their order; sealed bodies open where this device holds their key.

        Parameters
        ----------
        on_record
            True opens names and sealed authors too. Only what has first written down who reads, and why, may say so.

        Raises
        ------
        LedgerBroken
            A line says no entry: it was altered.
        """
        sealed = [_is_sealed(line) for line in stored]
        if not any(sealed):
            return lines.read_open(stored)
        names = [
            _key_name(line, on_record) if one else None for line, one in zip(stored, sealed, strict=True)
        ]
        wanted = {name for name in names if name}
        keyring = self._keyring() if wanted else None
        held = keyring.keys(wanted) if keyring else {}
        sealer = Sealer(self._ledger)
        return [
            lines.read(line) if name is None or name not in held else _opened(line, sealer, held[name])
            for line, name in zip(stored, names, strict=True)
        ]


def _is_sealed(line: StoredLine) -> bool:
    return line.body is not None and not line.body.startswith(lines.JSON_START)


def _key_name(line: StoredLine, on_record: bool) -> Wanted | None:
    """The key a sealed body names; None where it is not to be opened, or has a form only a newer version knows."""
    try:
        (meta,) = canonical.quick_decode(line.meta)
        if meta["vault"] in ON_RECORD and not on_record:
            return None
        return meta["vault"], meta["subject"], sealed_under(line.body or b"")
    except (ValueError, KeyError, TypeError, RecursionError):
        return None  # a meta that cannot be read is refused where the entry is


def _opened(line: StoredLine, sealer: Sealer, key: bytes) -> Entry:
    try:
        return lines.read(line, sealer.open(line.body or b"", key, line.meta))
    except (ValueError, LedgerBroken):
        return lines.read(line)
