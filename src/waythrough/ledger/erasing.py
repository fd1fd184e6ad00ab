"""Carrying out what is ordered to be erased: bodies, then keys, then the receipt that says so."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import NamedTuple, TypedDict

from waythrough.ledger import lines
from waythrough.ledger.orders import Erasures
from waythrough.ledger.store import Writer
from waythrough.terms.entries import Entry, Vaulted

Destroy = Callable[[Mapping[str, Collection[str] | None], bool], int]
"""Destroys the keys of these subjects, for ever or until the subject is recorded anew; gives how many there were."""


class CarriedOut(NamedTuple):
    """What carrying out one order destroyed here."""

    erasure: str
    bodies: int
    keys: int


class Doomed(NamedTuple):
    """The bodies still here that an order covers, by their numbers, and the keys that nothing else needs."""

    bodies: dict[str, list[int]]
    keys: dict[str, dict[str, set[str]]]


def doomed(writer: Writer, erasures: Erasures) -> Doomed:
    """What is still to be destroyed here.

    A key goes when no body under it is left that was to be kept, at whatever site.
    """
    subjects, entries = erasures.named()
    found = Doomed({}, {})
    kept: set[tuple[str, str]] = set()
    for number, line in writer.bodies_about(
        sorted(subjects), [bytes.fromhex(one) for one in sorted(entries)]
    ):
        entry = lines.read(line)
        owner, erasure = entry.vaulted, covering(erasures, entry)
        if erasure:
            found.bodies.setdefault(erasure, []).append(number)
        if owner and erasure:
            found.keys.setdefault(erasure, {}).setdefault(owner.subject, set()).add(owner.vault)
        elif owner:
            kept.add((owner.subject, owner.vault))
    for keys in found.keys.values():
        for subject, vaults in keys.items():
            vaults -= {vault for other, vault in kept if other == subject}
    return found


def covering(erasures: Erasures, entry: Entry) -> str | None:
    """The honoured order that covers an entry; None if none does."""
    return covers(erasures, entry.id, entry.vaulted)


def covers(erasures: Erasures, entry: str, owner: Vaulted | None) -> str | None:
    """The same for an entry known by its id and by whose data its body is."""
    return erasures.covers(entry=entry, **_about(owner))


def excuses(erasures: Erasures, entry: str, owner: Vaulted | None) -> bool:
    """Whether a body may be missing: an order covers it, or did until its author was cut off."""
    return erasures.excuses(entry=entry, **_about(owner)) is not None


class _About(TypedDict):
    subject: str | None
    vault: str | None
    site: str
    keep_until: date | None


def _about(owner: Vaulted | None) -> _About:
    if owner is None:
        return {"subject": None, "vault": None, "site": "", "keep_until": None}
    return {
        "subject": owner.subject, "vault": owner.vault, "site": owner.site, "keep_until": owner.keep_until,
    }  # fmt: skip


def carry_out(writer: Writer, erasures: Erasures, destroy: Destroy) -> tuple[CarriedOut, ...]:
    """Destroy the bodies, and then the keys, of all that is ordered to be erased and is still here.

    The order itself is on disk already. Should the machine stop between the keys and the end of the transaction, what
    is left of the bodies cannot be read, and the next call finishes the work.
    """
    found = doomed(writer, erasures)
    writer.blank([number for numbers in found.bodies.values() for number in numbers])
    return tuple(
        CarriedOut(erasure, len(numbers), destroy(found.keys.get(erasure, {}), erasures.is_final(erasure)))
        for erasure, numbers in sorted(found.bodies.items())
    )
