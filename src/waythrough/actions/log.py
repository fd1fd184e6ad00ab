"""The ledger's pages, newest first: what was written, by whom, on which device, and what does not count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from waythrough.actions.workspace import Workspace
from waythrough.ledger.keys import FINGERPRINT_LENGTH
from waythrough.terms.entries import ON_RECORD, SEALED, Entry
from waythrough.terms.kinds import KINDS, unknown_fields
from waythrough.terms.problems import InputRefused

OWN = "ledger."
"""Begins the kinds that the ledger writes about itself: devices, erasures, checkpoints."""

ASIDE_WORDS = {
    "not_enrolled": "does not count: its device is not enrolled",
    "revoked": "does not count: its device was revoked before",
    "ahead": "does not count yet: its clock is more than a day ahead",
}
"""Why an entry was set aside, in words. A reason this version does not know is shown as it stands."""

STATE_WORDS = {"sealed": "sealed: its key is not on this device", "erased": "erased"}

_AT_ONCE = 500


@dataclass(frozen=True)
class Wanted:
    """Which entries a page shows. What is empty or None lets everything through.

    ``since`` and ``until`` are days on which entries were *recorded* (UTC); ``known_by`` leaves out what nobody could
    have read by that day. ``device`` is the beginning of a device's fingerprint.
    """

    kind: str = ""
    record: str = ""
    author: str = ""
    device: str = ""
    since: date | None = None
    until: date | None = None
    known_by: date | None = None
    aside: bool = False
    own: bool = False
    contested: bool = False

    def takes(self, entry: Entry) -> bool:
        """Whether an entry is wanted, but for being contested, which it does not know of itself."""
        device = entry.log[: 2 * FINGERPRINT_LENGTH]
        return (
            (not self.kind or entry.kind == self.kind)
            and (not self.record or entry.record == self.record)
            and (not self.author or entry.author == self.author)
            and device.startswith(self.device.lower())
            and (self.until is None or entry.at.date() <= self.until)
            and (self.known_by is None or entry.known_on <= self.known_by)
            and (not self.aside or bool(entry.aside))
            and (not self.own or entry.kind.startswith(OWN))
        )


@dataclass(frozen=True)
class Page:
    """Entries, newest first; ``older`` is the entry to go on before, or None where nothing older is wanted."""

    entries: tuple[Entry, ...]
    older: str | None


def page(ws: Workspace, wanted: Wanted, limit: int, before: str | None = None) -> Page:
    """One page of the log.

    Parameters
    ----------
    limit
        Entries on a page.
    before
        Id of the last entry of the page before this one.
    """
    if wanted.since and wanted.until and wanted.until < wanted.since:
        raise InputRefused(
            place="--until",
            found=str(wanted.until),
            allowed=f"a day not before {wanted.since}",
            remedy="Exchange the two days.",
        )
    disputed = {e.id for head in ws.ledger.contested() for e in head.entries} if wanted.contested else None
    found: list[Entry] = []
    for entry in _newest_first(ws, before):
        if wanted.since and entry.at.date() < wanted.since:
            break  # the log is in the order of its clocks: everything further on is older still
        if wanted.takes(entry) and (disputed is None or entry.id in disputed):
            if len(found) == limit:
                return Page(tuple(found), found[-1].id)
            found.append(entry)
    return Page(tuple(found), None)


def remark(entry: Entry, disputed: bool = False) -> str:
    """What a reader must know about an entry before believing its row; empty for most."""
    said = [ASIDE_WORDS.get(entry.aside, f"does not count: {entry.aside}")] if entry.aside else []
    if entry.state == SEALED and entry.vaulted and entry.vaulted.vault in ON_RECORD:
        said.append("in the vault: read one at a time, on record")
    elif entry.state in STATE_WORDS:
        said.append(STATE_WORDS[entry.state])
    if disputed:
        said.append("contested")
    if entry.kind not in KINDS and not entry.kind.startswith(OWN):
        said.append("unknown kind: a newer version wrote it")
    elif newer := unknown_fields(entry):
        said.append(f"fields this version does not know: {', '.join(newer)}")
    return "; ".join(said)


def _newest_first(ws: Workspace, before: str | None) -> Iterator[Entry]:
    while True:
        entries = ws.ledger.log(limit=_AT_ONCE, before=before)
        yield from entries
        if len(entries) < _AT_ONCE:
            return
        before = entries[-1].id
