"""Ending people's data: at their asking, after a mistake, or when it is past its day.

An order names opaque ids only. What it covers is destroyed here at once, body and key, and on every other device when
the order arrives there; each then writes a receipt. That a record existed, who wrote it and when, stays, and so does
the chain.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from waythrough.actions.permissions import check_can
from waythrough.actions.workspace import Workspace
from waythrough.ledger import orders
from waythrough.ledger.orders import RETENTION, Erasures, Order
from waythrough.terms import codes
from waythrough.terms.entries import Entry, WouldWrite
from waythrough.terms.kinds import KINDS, VAULT
from waythrough.terms.parties import Person
from waythrough.terms.problems import InputRefused, NotFound
from waythrough.terms.spelling import nearest


@dataclass(frozen=True)
class Standing:
    """How one order stands: carried out, or why not yet, and on which devices nobody has said so."""

    erasure: str
    reason: str
    day: date
    named: int
    honoured: bool
    why_not: str
    bodies_here: int
    keys_here: int
    done: int
    owing: tuple[str, ...]


def erase(ws: Workspace, actor: Person, named: Sequence[str], reason: str) -> Standing:
    """Order that everything about these households, adults or documents be destroyed, everywhere.

    A household takes its adults with it. Above twenty ids a second person must approve before anything is destroyed.
    """
    check_can(actor, "erase")
    codes.check("erasure_reason", reason, "--reason")
    if reason == RETENTION:
        raise InputRefused(
            place="--reason", found=reason, allowed="asked, mistake, duplicate, no_longer_needed",
            remedy="What is past its day goes with: waythrough purge",
        )  # fmt: skip
    subjects, entries = _covered(ws, named)
    return _order(ws, actor, subjects, entries, reason)


def approve(ws: Workspace, actor: Person, erasure: str) -> Standing:
    """A second person's word that an order may be carried out."""
    check_can(actor, "erase")
    order = _order_named(ws, erasure)
    if ws.dry_run:
        raise WouldWrite(1)
    ws.ledger.act([orders.approve(order.act.entry, by=ws.ledger.device().fingerprint)], author=actor.id)
    return _standing(ws, order.act.entry)


def status(ws: Workspace) -> list[Standing]:
    """Every order, oldest first: what became of it here, and who has not yet erased."""
    return [_standing(ws, order.act.entry) for order in ws.ledger.world().erasures.orders()]


def overdue(ws: Workspace) -> dict[str, int]:
    """Bodies that are past the last day they may be kept, counted by the subject they are about."""
    return ws.ledger.overdue(ws.clock().date())


def purge(ws: Workspace, actor: Person) -> Standing | None:
    """Destroy what is past its day: nothing a day early, nothing kept longer. None if nothing is due."""
    check_can(actor, "purge")
    due = sorted(overdue(ws))
    return _order(ws, actor, due, [], RETENTION) if due else None


# --- what an order covers ------------------------------------------------------------------------------------


def _covered(ws: Workspace, named: Sequence[str]) -> tuple[list[str], list[str]]:
    """The subjects that these ids stand for, and older entries about them that name no subject."""
    subjects: dict[str, None] = {}
    adults = {home.id: home.adults for home in ws.records("household")}
    known = {subject for entry in _personal(ws) for subject in _subjects(entry)} | {
        adult for home in adults.values() for adult in home
    }
    for one in named:
        if one not in known:
            raise NotFound(what="household, adult or document", id=one, near=nearest(one, known))
        subjects |= dict.fromkeys([one, *adults.get(one, ())])
    return list(subjects), list(_older(ws, set(subjects)))


def _older(ws: Workspace, subjects: set[str]) -> Iterator[str]:
    """Entries of format 1 about these subjects, of every revision: they are named one by one."""
    records = {entry.record for entry in _personal(ws) if set(_subjects(entry)) & subjects}
    for record in sorted(records):
        yield from (entry.id for entry in ws.ledger.history(record) if entry.vaulted is None)


def _personal(ws: Workspace) -> list[Entry]:
    return [
        entry for kind in VAULT if kind in KINDS for head in ws.ledger.heads(kind) for entry in head.entries
    ]


def _subjects(entry: Entry) -> list[str]:
    if entry.vaulted:
        return [entry.vaulted.subject]
    fields = VAULT[entry.kind].subject
    return [entry.record if name == "id" else str(entry.body.get(name) or "") for name in fields]


# --- ordering ------------------------------------------------------------------------------------------------


def _order(
    ws: Workspace, actor: Person, subjects: Sequence[str], entries: Sequence[str], reason: str
) -> Standing:
    day = ws.clock().date()
    draft = orders.erase(secrets.token_hex(8), subjects=subjects, entries=entries, reason=reason, day=day)
    if ws.dry_run:
        raise WouldWrite(1)
    (order,) = ws.ledger.act([draft], author=actor.id)
    ws.forget()
    return _standing(ws, order.id)


def _order_named(ws: Workspace, erasure: str) -> Order:
    found = [one for one in ws.ledger.world().erasures.orders() if one.act.entry.startswith(erasure)]
    if len(found) != 1:
        ids = [one.act.entry for one in ws.ledger.world().erasures.orders()]
        raise NotFound(what="order to erase", id=erasure, near=nearest(erasure, ids))
    return found[0]


def _standing(ws: Workspace, erasure: str) -> Standing:
    erasures = ws.ledger.world().erasures
    order = next(one for one in erasures.orders() if one.act.entry == erasure)
    receipts = erasures.receipts(erasure)
    here = [one for one in receipts if one.device == ws.ledger.device().fingerprint]
    return Standing(
        erasure,
        order.reason,
        order.day,
        order.names,
        erasure in erasures.honoured,
        _why_not(erasures, erasure),
        sum(one.bodies for one in here),
        sum(one.keys for one in here),
        len(receipts),
        tuple(device.name or device.fingerprint.hex()[:16] for device in erasures.owing(erasure)),
    )


def _why_not(erasures: Erasures, erasure: str) -> str:
    return next((one.why for one in erasures.pending() if one.act.entry == erasure), "")
