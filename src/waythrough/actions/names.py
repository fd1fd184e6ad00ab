"""Reading who somebody is, and who wrote a sealed entry: one at a time, for a reason that is written down first."""

from __future__ import annotations

from collections.abc import Sequence

from waythrough.actions.permissions import check_can
from waythrough.actions.workspace import Workspace
from waythrough.ledger.onrecord import SEALED_AUTHOR
from waythrough.terms.entries import AUTHOR, OPEN, WHO, Entry
from waythrough.terms.parties import Person
from waythrough.terms.people import Household
from waythrough.terms.problems import NotFound, Protected


def read_names(ws: Workspace, actor: Person, ident: str, why: str) -> list[Entry]:
    """What stands of who a household, an adult or an identity is. That it is read is in the ledger before this returns.

    Raises
    ------
    Protected
        No reason is given, or this device holds none of the keys.
    """
    check_can(actor, "read names")
    subjects = _subjects(ws, ident)
    found = ws.ledger.read_on_record(subjects, WHO, author=actor.id, why=why)
    standing = [entry for entry in found if _stands(ws, entry)]
    if not standing:
        raise NotFound(
            what="name under", id=ident, near="names are recorded with `waythrough record identity`"
        )
    return _readable(standing, "names")


def reveal_author(ws: Workspace, actor: Person, ident: str, why: str) -> str:
    """Who wrote an entry whose author is sealed. That it is asked is in the ledger before this returns."""
    check_can(actor, "reveal author")
    found = ws.ledger.find(ident)
    entries = () if found is None else (found,) if isinstance(found, Entry) else found.entries
    aliases = [entry.author for entry in entries if entry.author.startswith(SEALED_AUTHOR)]
    if not aliases:
        raise NotFound(what="sealed author of", id=ident, near="`waythrough log` shows who wrote what")
    opened = _readable(ws.ledger.read_on_record(aliases, AUTHOR, author=actor.id, why=why), "who wrote it")
    return ", ".join(str(entry.body.get("person", "")) for entry in opened)


def _subjects(ws: Workspace, ident: str) -> list[str]:
    """The subjects an id stands for: a household with its adults, an adult, or those of one identity."""
    home: Household | None = ws.register("household").get(ident)
    if home:
        return [home.id, *home.adults]
    head = ws.ledger.head(ident)
    return sorted({entry.vaulted.subject for entry in head.entries if entry.vaulted}) if head else [ident]


def _stands(ws: Workspace, entry: Entry) -> bool:
    head = ws.ledger.head(entry.record)
    return head is not None and entry.id in {one.id for one in head.entries}


def _readable(entries: Sequence[Entry], what: str) -> list[Entry]:
    opened = [entry for entry in entries if entry.state == OPEN]
    if entries and not opened:
        raise Protected(
            what=f"{what} cannot be read on this device: it was handed no key for it",
            remedy="Ask on a device whose roles open it.",
        )
    return opened
