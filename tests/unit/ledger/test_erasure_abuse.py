"""An erasure cannot be abused: 200 attempts, none honoured; and beside each kind, what its author may well do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from unit.ledger.worlds import DAY, World, print_of
from waythrough.ledger import orders
from waythrough.ledger.acts import Act, Tip
from waythrough.terms.entries import Draft
from waythrough.terms.roles import (
    ACCESS,
    HEAD,
    INFORMATION,
    KEEPER,
    MOVEMENT,
    PROTECTION,
    REGISTRAR,
    SITE,
    VIEWER,
)

OTHERS = (HEAD, ACCESS, MOVEMENT, SITE, INFORMATION, REGISTRAR, VIEWER, KEEPER)
TARGET = "house-0"
YESTERDAY, TOMORROW = DAY - timedelta(days=1), DAY + timedelta(days=1)


def office() -> World:
    """Nour and Adam are trusted with data protection everywhere, Sami in the valley, Lina by the river."""
    world = World()
    world.enrol("root", "nour", PROTECTION, person="Nour Example")
    world.enrol("root", "adam", PROTECTION, person="Adam Example")
    world.enrol("root", "sami", valley=[PROTECTION], person="Sami Example")
    world.enrol("root", "lina", river=[PROTECTION], person="Lina Example")
    world.enrol("root", "omar", *OTHERS, person="Omar Example")
    return world


def houses(n: int) -> list[str]:
    return [f"house-{number}" for number in range(n)]


def order(
    world: World,
    by: str,
    subjects: Sequence[str] = (TARGET,),
    *,
    reason: str = "asked",
    day: date = DAY,
    epoch: int = 0,
    after: Tip | None = None,
    person: str | None = None,
) -> Act:
    draft = orders.erase(str(len(world.acts)), subjects=subjects, reason=reason, day=day)
    return world.write(by, draft, epoch=epoch, after=after, person=person)


def approve(
    world: World,
    by: str,
    erasure: str,
    *,
    person: str | None = None,
    epoch: int = 0,
    after: Tip | None = None,
) -> Act:
    return world.write(by, orders.approve(erasure, by=print_of(by)), person=person, epoch=epoch, after=after)


def erased(
    world: World, *, site: str = "valley", keep_until: date | None = None, vault: str = "what"
) -> bool:
    found = world.erasures().covers(
        entry="e" * 32, subject=TARGET, vault=vault, site=site, keep_until=keep_until
    )
    return found is not None


@dataclass(frozen=True)
class Attempt:
    """One abuse: what is done to a fresh office, and where its author hopes to see something erased."""

    name: str
    act: Callable[[World], object]
    site: str = "valley"
    keep_until: date | None = None


# --- by whom ------------------------------------------------------------------------------------------------


def wrong_role(role: str, everywhere: bool, reason: str) -> Attempt:
    def act(world: World) -> None:
        if everywhere:
            world.enrol("root", "thief", role)
        else:
            world.enrol("root", "thief", valley=[role])
        order(world, "thief", reason=reason)

    return Attempt(f"{role} {'everywhere' if everywhere else 'at the site'}, {reason}", act)


def wrong_site(by: str, site: str, subjects: int) -> Attempt:
    def act(world: World) -> None:
        erasure = order(world, by, houses(subjects))
        approve(world, "adam", erasure.entry)

    return Attempt(f"{by} at {site or 'no site'}, {subjects}", act, site)


def stranger(enrolled_by: str | None, subjects: int) -> Attempt:
    def act(world: World) -> None:
        if enrolled_by:
            world.enrol(enrolled_by, "thief", PROTECTION)
        order(world, "thief", houses(subjects))

    return Attempt(f"a stranger enrolled by {enrolled_by}, {subjects}", act)


def raised_itself(by: str, subjects: int) -> Attempt:
    def act(world: World) -> None:
        world.change(by, by, PROTECTION, *OTHERS)
        order(world, by, houses(subjects))

    return Attempt(f"{by} gives itself the role, {subjects}", act, "river")


def cut(epoch: int, fork: bool, subjects: int, backdated: bool) -> Attempt:
    """A stolen laptop, cut off at what was seen of it; it goes on in the same log, in a new one, or from before."""

    def act(world: World) -> None:
        first = world.commit("nour")
        seen = world.commit("nour")
        world.revoke("root", "nour", after=[seen])
        erasure = order(world, "nour", houses(subjects), epoch=epoch, after=first if fork else None)
        if backdated:
            world.acts[-1] = replace(erasure, day=date(2001, 1, 1))
        approve(world, "adam", erasure.entry)

    return Attempt(f"cut device: epoch {epoch}, fork {fork}, {subjects}, backdated {backdated}", act)


def role_taken(subjects: int, new_role: str) -> Attempt:
    def act(world: World) -> None:
        world.change("root", "nour", new_role)
        order(world, "nour", houses(subjects))

    return Attempt(f"the role was taken, {new_role} given, {subjects}", act)


# --- how many -----------------------------------------------------------------------------------------------


def alone(by: str, subjects: int, entries: int) -> Attempt:
    def act(world: World) -> None:
        named = [f"{n:032x}" for n in range(entries)]
        world.write(by, orders.erase("t", subjects=houses(subjects), entries=named, reason="asked", day=DAY))

    return Attempt(f"{by} alone above the limit: {subjects} and {entries}", act)


def same_person(spelled: str, author: str, subjects: int) -> Attempt:
    """The same person on a second device, with the name spelled otherwise or another name under the approval."""

    def act(world: World) -> None:
        world.enrol("root", "second", PROTECTION, person=spelled)
        erasure = order(world, "nour", houses(subjects))
        approve(world, "second", erasure.entry, person=author)

    return Attempt(f"second device of “{spelled}” as “{author}”, {subjects}", act)


def same_author(subjects: int) -> Attempt:
    def act(world: World) -> None:
        erasure = order(world, "nour", houses(subjects), person="Nour Example")
        approve(world, "adam", erasure.entry, person="nour  example")

    return Attempt(f"Nour at Adam's laptop, {subjects}", act)


def self_approved(subjects: int, epoch: int) -> Attempt:
    def act(world: World) -> None:
        erasure = order(world, "nour", houses(subjects))
        approve(world, "nour", erasure.entry, epoch=epoch, person="Adam Example")

    return Attempt(f"self-approved from epoch {epoch}, {subjects}", act)


def weak_approver(by: str, site: str, subjects: int) -> Attempt:
    def act(world: World) -> None:
        erasure = order(world, "nour", houses(subjects))
        approve(world, by, erasure.entry)

    return Attempt(f"approved by {by}, hoping for {site or 'no site'}, {subjects}", act, site)


def revoked_approver(fork: bool, subjects: int) -> Attempt:
    def act(world: World) -> None:
        first = world.commit("adam")
        seen = world.commit("adam")
        world.revoke("root", "adam", after=[seen])
        erasure = order(world, "nour", houses(subjects))
        approve(world, "adam", erasure.entry, after=first if fork else None)

    return Attempt(f"approved by a revoked device, fork {fork}, {subjects}", act)


def nameless_approver(subjects: int, person: str) -> Attempt:
    def act(world: World) -> None:
        world.enrol("root", "second", PROTECTION, person=person or " ")
        erasure = order(world, "nour", houses(subjects))
        approve(world, "second", erasure.entry)

    return Attempt(f"approved from nobody's device {person!r}, {subjects}", act)


def paper_approves_root(subjects: int) -> Attempt:
    def act(world: World) -> None:
        erasure = order(world, "root", houses(subjects), person="Root")
        approve(world, "paper", erasure.entry, person="Head office")

    return Attempt(f"root's own recovery code approves, {subjects}", act)


# --- said again, or said about something else ---------------------------------------------------------------


def replayed_approval(subjects: int) -> Attempt:
    """An approval of one erasure does not approve the next, however alike they are."""

    def act(world: World) -> None:
        first = order(world, "nour", [f"tent-{n}" for n in range(subjects)])
        approve(world, "adam", first.entry)
        order(world, "nour", houses(subjects))

    return Attempt(f"an earlier approval, {subjects}", act)


def replayed_order(by: str, subjects: int) -> Attempt:
    """A rightful order for the river, copied to the letter by somebody without the right, hits no more than before."""

    def act(world: World) -> None:
        original = order(world, "lina", houses(subjects))
        copy = world.write(by, Draft(original.kind, original.record, original.body))
        world.acts[-1] = replace(copy, entry=original.entry, person=original.person)

    return Attempt(f"copied by {by}, {subjects}", act)


def replayed_by_approver(by: str, subjects: int) -> Attempt:
    """A waiting order of Nour's, copied together with an approval by somebody without the right."""

    def act(world: World) -> None:
        original = order(world, "nour", houses(subjects))
        copy = world.write(by, Draft(original.kind, original.record, original.body))
        world.acts[-1] = replace(copy, entry=original.entry, person=by)
        approve(world, by, original.entry)

    return Attempt(f"copied and approved by {by}, {subjects}", act)


# --- purges -------------------------------------------------------------------------------------------------


def early_purge(by: str, day: date, keep_until: date | None) -> Attempt:
    def act(world: World) -> None:
        order(world, by, reason="retention", day=day)

    return Attempt(f"{by} purges up to {day} what is kept until {keep_until}", act, keep_until=keep_until)


def unread(body: dict[str, object]) -> Attempt:
    def act(world: World) -> None:
        erasure = order(world, "nour")
        world.acts[-1] = replace(erasure, body={**erasure.body, **body})

    return Attempt(f"an order that cannot be read: {body}", act)


ABOVE = (21, 30, 200)
ATTEMPTS = [
    *(wrong_role(role, everywhere, reason)
      for role in OTHERS for everywhere in (True, False) for reason in ("asked", "urgent")),
    *(wrong_site(by, site, n)
      for by, site in (("sami", "river"), ("sami", ""), ("sami", "*"), ("lina", "valley"), ("lina", ""))
      for n in (1, 20, 21)),
    *(stranger(by, n) for by in (None, "thief", "nour", "omar-2", "adam") for n in (1, 20)),
    *(raised_itself(by, n) for by in ("omar", "sami") for n in (1, 20)),
    *(cut(epoch, fork, n, backdated)
      for epoch, fork in ((0, False), (7, False), (0, True)) for n in (1, 20, 25) for backdated in (True, False)),
    *(role_taken(n, role) for n in (1, 20) for role in OTHERS),
    *(alone(by, n, m) for by in ("nour", "sami", "root") for n, m in ((21, 0), (20, 1), (1, 20), (500, 500))),
    *(same_person(spelled, author, n)
      for spelled in ("Nour Example", "nour example", "NOUR  EXAMPLE ", " Nour Example")
      for author in ("Nour Example", "Adam Example") for n in ABOVE),
    *(same_author(n) for n in ABOVE),
    *(self_approved(n, epoch) for n in ABOVE for epoch in (0, 9)),
    *(weak_approver(by, site, n)
      for by, site in (("omar", "valley"), ("lina", "valley"), ("sami", "river"), ("sami", ""), ("stranger", "valley"))
      for n in ABOVE),
    *(revoked_approver(fork, n) for fork in (True, False) for n in ABOVE),
    *(nameless_approver(n, person) for n in ABOVE for person in ("", "   ")),
    *(paper_approves_root(n) for n in ABOVE),
    *(replayed_approval(n) for n in ABOVE),
    *(replayed_order(by, n) for by in ("omar", "stranger", "lina") for n in (1, 20)),
    *(replayed_by_approver(by, n) for by in ("omar", "stranger", "lina") for n in ABOVE),
    *(early_purge(by, day, kept)
      for by in ("nour", "omar")
      for day, kept in ((DAY, DAY), (DAY, TOMORROW), (DAY, None), (TOMORROW, YESTERDAY), (TOMORROW, DAY))),
    early_purge("stranger", DAY, YESTERDAY),
    *(unread(body) for body in ({"reason": ""}, {"day": "now"}, {"subjects": TARGET}, {"classes": "who"})),
]  # fmt: skip


def test_there_are_at_least_two_hundred_attempts() -> None:
    assert len({attempt.name for attempt in ATTEMPTS}) == len(ATTEMPTS) >= 200


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.name)
def test_an_abusive_erasure_is_not_honoured(attempt: Attempt) -> None:
    world = office()
    attempt.act(world)
    assert not erased(world, site=attempt.site, keep_until=attempt.keep_until)
    assert (TARGET, "*") not in world.erasures().subjects(attempt.site)


# --- what the same people may well do: without these, refusing everything would pass the test above ----------

RIGHTFUL = [
    Attempt("alone up to the limit", lambda world: order(world, "nour", houses(20))),
    Attempt("at one's own site", lambda world: order(world, "sami")),
    Attempt("at the other's own site", lambda world: order(world, "lina"), "river"),
    Attempt("above, with another person", lambda w: approve(w, "adam", order(w, "nour", houses(21)).entry)),
    Attempt(
        "above, with another at the site", lambda w: approve(w, "sami", order(w, "nour", houses(21)).entry)
    ),
    Attempt("root, with another person", lambda w: approve(w, "nour", order(w, "root", houses(500)).entry)),
    Attempt(
        "a purge by anybody",
        lambda world: order(world, "omar", reason="retention"),
        keep_until=YESTERDAY,
    ),
    Attempt(
        "signed before the cut",
        lambda world: (order(world, "nour"), world.revoke("root", "nour")),
    ),
    Attempt(
        "approved before the cut",
        lambda w: (approve(w, "adam", order(w, "nour", houses(21)).entry), w.revoke("root", "adam")),
    ),
]


@pytest.mark.parametrize("rightful", RIGHTFUL, ids=lambda attempt: attempt.name)
def test_a_rightful_erasure_is_honoured(rightful: Attempt) -> None:
    world = office()
    rightful.act(world)
    assert erased(world, site=rightful.site, keep_until=rightful.keep_until)
