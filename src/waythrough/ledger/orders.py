"""What is erased: which erasures are honoured and which entries they cover, as a pure function of own-kind entries.

An erasure destroys what no backup brings back, so it is honoured only within the rights of the device that ordered
it: entry by entry, at the sites where that device is trusted with data protection, and above 20 at a time only where
another person agreed. What is past its own day may be purged by any enrolled device.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from waythrough.ledger.acts import (
    APPROVAL,
    ERASURE,
    RECEIPT,
    Act,
    Malformed,
    read_count,
    read_day,
    read_entry,
    read_text,
    read_texts,
    same_name,
)
from waythrough.ledger.grants import Device, sites_of
from waythrough.ledger.lines import is_id
from waythrough.ledger.members import Members
from waythrough.ledger.standing import Verdict
from waythrough.terms.entries import Draft
from waythrough.terms.problems import DraftRefused
from waythrough.terms.roles import EVERYWHERE, PROTECTION

ALONE_AT_MOST = 20
"""Subjects and entries that one person may erase with one order; above, a second person approves."""

RETENTION = "retention"
"""The reason of a purge: what was to be kept until a day is past it."""

Sites = frozenset[str]
ALL_SITES: Sites = frozenset({EVERYWHERE})


@dataclass(frozen=True)
class Order:
    """What one erasure asks for. ``classes`` None means every class of the vault."""

    act: Act
    subjects: frozenset[str]
    entries: frozenset[str]
    reason: str
    day: date
    classes: frozenset[str] | None

    @property
    def purges(self) -> bool:
        """True for what is past its day."""
        return self.reason == RETENTION

    @property
    def names(self) -> int:
        """How many subjects and entries it names."""
        return len(self.subjects) + len(self.entries)


@dataclass(frozen=True)
class Honoured:
    """An order that holds, and at which sites."""

    order: Order
    sites: Sites

    def reaches(self, vault: str | None, site: str, keep_until: date | None) -> bool:
        """Whether it reaches an entry it names, or whose subject it names."""
        if self.order.classes is not None and vault is not None and vault not in self.order.classes:
            return False
        if self.order.purges:
            return keep_until is not None and keep_until < self.order.day
        return EVERYWHERE in self.sites or site in self.sites


class Pending(NamedTuple):
    """An erasure that is not honoured, and why. ``waits`` is true where a second person's approval would do."""

    act: Act
    why: str
    waits: bool


class Receipt(NamedTuple):
    """A device's word that it destroyed what an erasure covers."""

    device: bytes
    keys: int
    bodies: int


class Erasures:
    """The erasures of a ledger: what they cover, which still wait, and who has carried them out."""

    def __init__(
        self, acts: Sequence[Act], members: Members, rights: Callable[[Act], Verdict] | None = None
    ) -> None:
        self._acts = acts
        self._members = members
        self._rights = rights or members.of_act
        self._untouchable = {act.entry for act in acts}
        self._approvals = _by_erasure(acts, APPROVAL)
        self._receipts = _by_erasure(acts, RECEIPT)
        self._by_subject: dict[str, list[Honoured]] = {}
        self._by_entry: dict[str, list[Honoured]] = {}
        self._pending: list[Pending] = []
        self._orders: list[Order] = []
        self._purges: set[str] = set()
        self.honoured: set[str] = set()
        """The ids of the erasures that hold."""
        for act in acts:
            if act.kind == ERASURE:
                self._judge(act)

    @classmethod
    def of(cls, acts: Iterable[Act], members: Members) -> Erasures:
        """The erasures that these acts make, by the rights of these members; the order of the acts is all one."""
        return cls(list({(act.commit, act.entry): act for act in acts}.values()), members)

    # --- answers -------------------------------------------------------------------------------------------

    def covers(
        self, *, entry: str, subject: str | None, vault: str | None, site: str, keep_until: date | None
    ) -> str | None:
        """The honoured erasure that covers an entry; None if none does.

        The ledger's own entries are never covered: erasing one could bring a revoked device back.

        Parameters
        ----------
        entry
            Its id. Orders name it only if it has no subject, as the entries of format 1.
        site
            Where it belongs; empty if it names none, and then only trust at every site reaches it.
        """
        if entry in self._untouchable:
            return None
        named = self._by_entry.get(entry, ()) if subject is None else self._by_subject.get(subject, ())
        return min(
            (one.order.act.entry for one in named if one.reaches(vault, site, keep_until)), default=None
        )

    def named(self) -> tuple[frozenset[str], frozenset[str]]:
        """The subjects and the entries that honoured orders name: where to look for what `covers` reaches."""
        return frozenset(self._by_subject), frozenset(self._by_entry)

    def orders(self) -> list[Order]:
        """Every order that can be read, honoured or not, oldest first."""
        return sorted(self._orders, key=lambda one: (one.day, one.act.entry))

    def is_final(self, erasure: str) -> bool:
        """True unless the order only purges what is past its day: then the same subject may be recorded again."""
        return erasure not in self._purges

    def excuses(
        self, *, entry: str, subject: str | None, vault: str | None, site: str, keep_until: date | None
    ) -> str | None:
        """An erasure that covers an entry, or did before its author was cut off; None for a body that is withheld.

        Whoever carried it out in good faith has no body any more and cannot be asked for it. Nothing is destroyed by
        this rule: it only lets a copy pass on what it still has. The asked are those of `covers`.
        """
        found = self.covers(
            entry=entry, subject=subject, vault=vault, site=site, keep_until=keep_until
        ) or self._before_cuts.covers(
            entry=entry, subject=subject, vault=vault, site=site, keep_until=keep_until
        )
        return found

    @cached_property
    def _before_cuts(self) -> Erasures:
        return Erasures(self._acts, self._members, self._members.once)

    def subjects(self, site: str = EVERYWHERE) -> frozenset[tuple[str, str]]:
        """The subjects that may never be used again, each with the class erased, or ``"*"`` for every class.

        At a site, also those erased by somebody trusted at that site alone. A purge is not among them: what is past
        its day goes, and the same household may be recorded again.

        Do not destroy keys by this list alone: a subject may have entries at a site this order does not reach. Its
        key goes when `covers` reaches all of them.
        """
        return frozenset(
            (subject, vault)
            for subject, orders in self._by_subject.items()
            for one in orders
            if not one.order.purges and one.sites & {EVERYWHERE, site}
            for vault in (one.order.classes if one.order.classes is not None else (EVERYWHERE,))
        )

    def pending(self) -> list[Pending]:
        """The erasures that are not honoured, each with the reason."""
        waiting = (one for one in self._pending if one.act.entry not in self.honoured)
        return sorted(waiting, key=lambda one: (one.act.entry, one.act.commit))

    def receipts(self, erasure: str) -> list[Receipt]:
        """Who says to have destroyed what an erasure covers; only devices that counted when they said so."""
        found = set()
        for act in self._receipts.get(erasure, ()):
            try:
                receipt = Receipt(act.author, read_count(act.body, "keys"), read_count(act.body, "bodies"))
            except Malformed:
                continue
            if not self._members.of_act(act).aside:
                found.add(receipt)
        return sorted(found)

    def owing(self, erasure: str) -> list[Device]:
        """The devices that have not yet said so. A revoked one is among them: nobody knows what it still holds."""
        given = {receipt.device for receipt in self.receipts(erasure)}
        return [one for one in self._members.laptops() if one.fingerprint not in given]

    # --- from acts to erasures -----------------------------------------------------------------------------

    def _judge(self, act: Act) -> None:
        try:
            order = read_order(act)
        except Malformed as fault:
            self._pending.append(Pending(act, str(fault), False))
            return
        self._orders.append(order)
        verdict = self._rights(act)
        if verdict.aside:
            self._pending.append(Pending(act, f"its commit does not count: {verdict.aside}", False))
        elif order.purges:
            self._purge(order)
        else:
            self._erase(order, sites_of(verdict.roles, PROTECTION))

    def _purge(self, order: Order) -> None:
        if order.day > order.act.day:
            self._pending.append(Pending(order.act, f"it purges up to {order.day}, a day to come", False))
        else:
            self._honour(order, ALL_SITES)

    def _erase(self, order: Order, sites: Sites) -> None:
        if not sites:
            self._pending.append(Pending(order.act, f"its device did not hold the role {PROTECTION}", False))
            return
        if order.names > ALONE_AT_MOST:
            sites = self._approved(order.act, sites)
        if sites:
            self._honour(order, sites)
        else:
            why = f"it names {order.names}, and no other person with the role {PROTECTION} has approved it"
            self._pending.append(Pending(order.act, why, True))

    def _approved(self, erasure: Act, sites: Sites) -> Sites:
        """At which of these sites another person with the same trust approved."""
        return frozenset(
            site
            for act in self._approvals.get(erasure.entry, ())
            if self._another_person(erasure, act)
            for site in _shared(sites, sites_of(self._rights(act).roles, PROTECTION))
        )

    def _another_person(self, one: Act, other: Act) -> bool:
        """By the name each entry bears and by whose device its keeper says it is: neither may be the same."""
        first, second = self._rights(one).persons, self._rights(other).persons
        if not first or not second:
            return False
        return not (first | {same_name(one.person)}) & (second | {same_name(other.person)})

    def _honour(self, order: Order, sites: Sites) -> None:
        if order.purges:
            self._purges.add(order.act.entry)
        honoured = Honoured(order, sites)
        for subject in order.subjects:
            self._by_subject.setdefault(subject, []).append(honoured)
        for entry in order.entries:
            self._by_entry.setdefault(entry, []).append(honoured)
        self.honoured.add(order.act.entry)


def _shared(one: Sites, other: Sites) -> Sites:
    if EVERYWHERE in one:
        return other
    return one if EVERYWHERE in other else one & other


def _by_erasure(acts: Iterable[Act], kind: str) -> dict[str, list[Act]]:
    found: dict[str, list[Act]] = {}
    for act in acts:
        if act.kind == kind:
            try:
                found.setdefault(read_entry(act.body, "erasure"), []).append(act)
            except Malformed:
                continue
    return found


# --- reading -----------------------------------------------------------------------------------------------


def read_order(act: Act) -> Order:
    """What an entry of kind ``ledger.erasure`` asks for.

    Raises
    ------
    Malformed
        It names nothing, no reason or no day.
    """
    subjects, entries = read_texts(act.body, "subjects"), read_texts(act.body, "entries")
    if not subjects and not entries:
        raise Malformed("it names nothing to erase")
    classes = None if act.body.get("classes") is None else read_texts(act.body, "classes")
    reason = read_text(act.body, "reason", needed=True)
    return Order(act, subjects, entries, reason, read_day(act.body, "day"), classes)


# --- writing -----------------------------------------------------------------------------------------------


def erase(
    token: str,
    *,
    subjects: Iterable[str] = (),
    entries: Iterable[str] = (),
    reason: str,
    day: date,
    classes: Iterable[str] | None = None,
) -> Draft:
    """An order to erase.

    Parameters
    ----------
    token
        Random text that no other order has.
    subjects, entries
        Whose bodies, and which entries of format 1, which have no subject.
    reason
        A code; ``retention`` for what is past its day.
    day
        The day of the order; of a purge, the day before which things were to be kept.
    classes
        Classes of the vault; None for all.

    Raises
    ------
    DraftRefused
        It would have no effect: it names nothing, or something that is no entry, or gives no reason.
    """
    wanted, named = sorted(set(subjects)), sorted(set(entries))
    strange = [entry for entry in named if not is_id(entry)]
    if strange:
        raise _refused(f"{strange[0]!r} is no entry id", "Name entries by all 32 hexadecimal digits.")
    if not (wanted or named):
        raise _refused("it names nothing to erase", "Name at least one subject or entry.")
    if not reason.strip():
        raise _refused("it gives no reason", "Say why, with a code.")
    body = {"subjects": wanted, "entries": named, "reason": reason, "day": day.isoformat()}
    limited = {} if classes is None else {"classes": sorted(set(classes))}
    return Draft(ERASURE, f"{ERASURE}/{token}", {**body, **limited})


def _refused(found: str, remedy: str) -> DraftRefused:
    return DraftRefused(place="the order to erase", found=found, remedy=remedy)


def approve(erasure: str, *, by: bytes) -> Draft:
    """A second person's word that an erasure may be carried out; ``by`` is their device's fingerprint."""
    return Draft(APPROVAL, f"{APPROVAL}/{erasure}/{by.hex()}", {"erasure": erasure})


def receipt(erasure: str, *, keys: int, bodies: int, by: bytes) -> Draft:
    """This device's word that it destroyed so many keys and bodies under an erasure."""
    body = {"erasure": erasure, "keys": keys, "bodies": bodies}
    return Draft(RECEIPT, f"{RECEIPT}/{erasure}/{by.hex()}", body)
