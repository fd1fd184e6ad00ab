"""An open workspace as of a day: the ledger's entries read back as the records they describe."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from functools import cached_property
from types import TracebackType
from typing import Any, Self

from waythrough.actions.vaulting import Vaulting
from waythrough.ledger import Ledger
from waythrough.ledger.places import Place
from waythrough.terms.codec import from_body
from waythrough.terms.entries import OPEN, TEXT, Draft, Entry, Head, WouldWrite
from waythrough.terms.kinds import KINDS, PERSONAL, Known, record_of
from waythrough.terms.parties import Person
from waythrough.terms.places import Site
from waythrough.terms.problems import AsOfBeforeRecord, InputRefused, NotFound, Protected
from waythrough.terms.spelling import nearest

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


NEWER = "newer"
"""Why an entry could not be read, beside the states of its body: a newer version of this program wrote it."""


@dataclass(frozen=True)
class Unread:
    """A standing entry that could not be read here: sealed, erased, or written by a newer version."""

    kind: str
    why: str
    subject: str
    known_on: date


class Workspace:
    """One ledger, read as of a day. ``as_of`` None means today; what was published later never shows.

    Raises
    ------
    AsOfBeforeRecord
        Nothing at all was known by that day.
    """

    def __init__(self, ledger: Ledger, as_of: date | None = None, clock: Clock = utc_now) -> None:
        self.ledger = ledger
        self.clock = clock
        self.as_of = as_of or clock().date()
        first = ledger.first_known()
        if first is not None and self.as_of < first:
            raise AsOfBeforeRecord(as_of=self.as_of, first=first)
        self.dry_run = False
        self.practised = False
        """True in an example that is worked in on a day of its own: what is written is known on that day."""
        self.sealed_author = False
        """True writes what follows without the name of who writes it: that lies in the vault."""
        self.purpose = "library"
        """What is being done: kept on this device beside each bulk reading of people's data."""
        self.reader = ""
        self._opened: dict[str, set[str]] = {}
        self._cache: dict[str, list[Known[Any]]] = {}
        self._unread: dict[str, list[Unread]] = {}

    @classmethod
    def open(
        cls, where: str | os.PathLike[str] | Place, as_of: date | None = None, clock: Clock = utc_now
    ) -> Workspace:
        """Open a workspace, a file or a server's, as of a day."""
        return cls(Ledger.open(where, clock=clock), as_of, clock)

    def at(self, as_of: date) -> Workspace:
        """The same ledger as of another day."""
        other = Workspace(self.ledger, as_of, self.clock)
        other._opened = self._opened  # one note on this device for both
        other.purpose, other.reader = self.purpose, self.reader
        other.dry_run, other.practised = self.dry_run, self.practised
        return other

    def close(self) -> None:
        """Close the ledger. What was read in bulk about people is noted on this device first."""
        opened, self._opened = self._opened, {}
        try:
            if opened:
                counts = {vault: len(subjects) for vault, subjects in opened.items()}
                self.ledger.note_reading(self.reader, self.purpose, counts)
        finally:
            self.ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def today(self, zone: tzinfo = UTC) -> date:
        """The day on which one acts, in the time zone of a place; in an example, the day it is practised on."""
        return self.as_of if self.practised else self.clock().astimezone(zone).date()

    # --- reading -------------------------------------------------------------------------------------------

    def known(self, kind: str) -> list[Known[Any]]:
        """Every standing revision of every record of one kind, oldest knowledge first.

        A contested record gives all its standing revisions, one after the other. What cannot be read here is left
        out; `unread` names it.
        """
        if kind not in self._cache:
            entries = [entry for head in self.ledger.heads(kind, as_of=self.as_of) for entry in head.entries]
            entries.sort(key=lambda entry: (entry.known_on, entry.at, entry.log, entry.sequence, entry.index))
            self._unread[kind] = []
            self._note_opened(entries)
            self._cache[kind] = [known for entry in entries if (known := self._read(entry))]
        return self._cache[kind]

    def unread(self, kind: str) -> list[Unread]:
        """The standing entries of one kind that could not be read here."""
        self.known(kind)
        return self._unread[kind]

    def all_unread(self) -> list[Unread]:
        """Those of every kind that was read until now."""
        return [one for kind in self._unread.values() for one in kind]

    def _note_opened(self, entries: list[Entry]) -> None:
        for entry in entries:
            if entry.vaulted and entry.vaulted.vault != TEXT and entry.state == OPEN:
                self._opened.setdefault(entry.vaulted.vault, set()).add(entry.vaulted.subject)

    def _read(self, entry: Entry) -> Known[Any] | None:
        why = entry.state
        if why == OPEN:
            try:
                return Known(record_of(entry), entry.id, entry.known_on, entry.source)
            except InputRefused:
                why = NEWER
        subject = entry.vaulted.subject if entry.vaulted else str(entry.body.get("household") or entry.record)
        self._unread[entry.kind].append(Unread(entry.kind, why, subject, entry.known_on))
        return None

    def records(self, kind: str) -> list[Any]:
        """The records of one kind, without where they came from."""
        return [item.record for item in self.known(kind)]

    def register(self, kind: str) -> dict[str, Any]:
        """The records of one kind by id. Of a contested record the revision known last; `contested` names it."""
        return {item.record.id: item.record for item in self.known(kind)}

    def get(self, kind: str, record: str, what: str = "") -> Any:
        """One record by kind and id, or a refusal that suggests the nearest ids."""
        register = self.register(kind)
        if record not in register:
            raise NotFound(what=what or kind, id=record, near=nearest(record, register))
        return register[record]

    def standing(self, record: str) -> Head | None:
        """What stands for one record now, to be corrected or settled; refused where that cannot be read here."""
        head = self.ledger.head(record)
        if head and any(entry.state != OPEN for entry in head.entries):
            raise Protected(
                what=f"what stands for {record} cannot be read here, so nothing can be built on it",
                remedy="Do it on a device whose roles open it, or write the record down anew.",
            )
        return head

    @cached_property
    def contested(self) -> frozenset[str]:
        """Ids of the records with more than one standing revision."""
        return frozenset(head.record for head in self.ledger.contested(as_of=self.as_of))

    def site_named(self, ident: str | None = None) -> Site:
        """The site of that id, or the one site of the workspace; refuses if there are several or none."""
        if ident:
            named: Site = self.get("site", ident)
            return named
        sites = self.records("site")
        if len(sites) != 1:
            raise InputRefused(
                place="site",
                found=f"{len(sites)} sites",
                allowed="one site, or one chosen by its id",
                remedy=f"Name one with --site: {', '.join(site.id for site in sites)}."
                if sites
                else "Record one: waythrough record site --help.",
            )
        site: Site = sites[0]
        return site

    @property
    def site(self) -> Site:
        """The one site of the workspace."""
        return self.site_named()

    def person(self, person: str | None = None) -> Person:
        """Who is acting: the person named, else the one in WAYTHROUGH_PERSON, else the one this device is enrolled
        for, else the first one recorded.
        """
        wanted = person or os.environ.get("WAYTHROUGH_PERSON")
        if self.as_of < (today := self.clock().date()):
            # Who acts, acts today: they need not have been with us on the day they look back at.
            return self.at(today).person(person)
        if wanted:
            found: Person = self.get("person", wanted)
            return found
        people: list[Person] = self.records("person")
        if not people:
            raise NotFound(
                what="person", id="", near="none recorded yet; `waythrough init` records the first"
            )
        acting: Person = self.register("person").get(self.owner, people[0])
        return acting

    @property
    def owner(self) -> str:
        """Whose device this is, as its enrolment says; empty where nobody enrolled it."""
        own = self.ledger.world().members.device(self.ledger.device().fingerprint)
        return own.person if own else ""

    # --- writing -------------------------------------------------------------------------------------------

    def append(
        self, drafts: list[Draft], author: str, key: str | None = None, alongside: bool = False
    ) -> tuple[Entry, ...]:
        """Write one thing a person did, as one commit. What was read before is read anew afterwards.

        Nothing goes into the ledger that could not be read back as the record it claims to be.
        """
        for draft in drafts:
            _check_reads_back(draft)
        if self.practised:
            drafts = [self._on_its_day(draft) for draft in drafts]
        if self.dry_run:
            raise WouldWrite(len(drafts))
        vaulting = Vaulting(self.ledger, self.clock().date())
        placed = vaulting.placed(drafts)
        if self.sealed_author:
            written = self.ledger.append_sealed(placed, author=author, site=vaulting.only_site(), key=key)
        else:
            written = self.ledger.append(placed, author=author, key=key, alongside=alongside)
        self.forget()
        return written

    def _on_its_day(self, draft: Draft) -> Draft:
        """A draft of an example, known on the day it is practised on; never under what a later day added."""
        head = self.ledger.head(draft.record) if draft.corrects else None
        if head and (later := max(entry.known_on for entry in head.entries)) > self.as_of:
            raise InputRefused(
                place=draft.record,
                found=f"something written as of {later}",
                allowed=f"a day from {later} on",
                remedy=f"Go on from there: the same command with --as-of {later}.",
            )
        return replace(draft, known_on=draft.known_on or self.as_of)

    def forget(self) -> None:
        """Read anew what is read from now on: something was written or erased."""
        self._cache.clear()
        self._unread.clear()
        self.__dict__.pop("contested", None)


def _check_reads_back(draft: Draft) -> None:
    kind = KINDS.get(draft.kind)
    if kind is None:
        return
    try:
        from_body(kind, {**draft.body, "id": draft.record}, draft.record)
    except InputRefused as refused:
        if draft.kind not in PERSONAL:
            raise
        # Refusals end up in logs and on screens that others see: they never repeat what was said about people.
        raise InputRefused(**{**refused.fields, "found": "something else, not shown here"}) from None
