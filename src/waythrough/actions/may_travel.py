"""Whether a household may be on a movement's manifest: the same rules when a plan is taken up and when people board.

Nothing stops the destination, every adult allows this journey on this day, nobody of it said no at a vehicle since,
it has not left already, and no other movement keeps a seat for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from waythrough.actions.policies import in_force
from waythrough.actions.understand import speaker_names
from waythrough.actions.workspace import Workspace
from waythrough.plan.consents import after_a_no, allowed_on
from waythrough.plan.gather import why_stopped
from waythrough.plan.manifests import has_left, said_no, under_way
from waythrough.terms.codes import code_list
from waythrough.terms.doing import AHEAD, Boarding, Movement
from waythrough.terms.people import Consent, Household
from waythrough.terms.places import Route
from waythrough.terms.problems import Protected

SEATED = ("listed", "confirmed", "boarded")
"""States of a line that keep a seat."""
NOT_OVER = (*AHEAD, "departed")
"""States of a movement whose lines keep seats."""


def stop_reasons(ws: Workspace, destination: str) -> list[str]:
    """Why nobody is brought to a destination, by stops and by reports of harm; empty where nothing stands."""
    return why_stopped(
        destination,
        list(ws.register("protection_stop").values()),
        list(ws.register("incident").values()),
        ws.records("review"),
        speaker_names(ws),
    )


class MayTravel:
    """The rules as everything stands now, read once to be asked about many households.

    ``without`` are movements about to be called off: the seats they keep bind nobody.
    """

    def __init__(self, ws: Workspace, without: Collection[str] = ()) -> None:
        policy = in_force(ws)
        routes: dict[str, Route] = ws.register("route")
        self._ends = {route.id: route.end for route in routes.values()}
        self._stops = {end: stop_reasons(ws, end) for end in set(self._ends.values())}
        self._margin = policy.consent_margin_days if policy else 0
        self._doubted = ws.contested | {one.subject for one in ws.unread("consent")}
        self._consents: defaultdict[str, list[Consent]] = defaultdict(list)
        for consent in ws.records("consent"):
            self._consents[consent.household].append(consent)
        lines: list[Boarding] = ws.records("boarding")
        movements: dict[str, Movement] = ws.register("movement")
        away, self._said_no = under_way(movements.values()), said_no(lines)
        running = {movement.id for movement in movements.values() if movement.state in NOT_OVER}
        for unread in ws.unread("boarding"):
            # A line that cannot be read may hold a no of the day it was written.
            last = self._said_no.get(unread.subject, unread.known_on)
            self._said_no[unread.subject] = max(unread.known_on, last)
        self._seats: defaultdict[str, set[str]] = defaultdict(set)
        self._left: defaultdict[str, set[str]] = defaultdict(set)
        for line in lines:
            if has_left(line, away):
                self._left[line.household].add(line.movement)
            if line.state in SEATED and line.movement in running:
                self._seats[line.household].add(line.movement)
        self._without = frozenset(without)

    def allows(self, movement: Movement, home: Household, day: date) -> bool:
        """By what everybody said until now: a withdrawal of this very day counts."""
        if home.id in self._doubted or not home.present:
            return False
        said = after_a_no(self._consents[home.id], self._said_no.get(home.id))
        return allowed_on(home, said, self._ends[movement.route], movement.kind, day, self._margin)

    def why_not(self, movement: Movement, home: Household, state: str, day: date) -> Protected | None:
        """The first rule that keeps a household off a manifest on that day, as a refusal; None where none does."""
        if reasons := self._stops[self._ends[movement.route]]:
            return Protected(
                what=f"{home.id} is not brought to {self._ends[movement.route]}: {'; '.join(reasons)}",
                remedy="A named person reviews what was reported: waythrough record lift-stop … --reason …",
            )
        if self._left[home.id] - {movement.id}:
            return Protected(
                what=f"{home.id} has left already",
                remedy="See its lines: waythrough movements --all. Who came back is registered anew.",
            )
        others = self._seats[home.id] - {movement.id} - self._without
        if others and state in SEATED:
            return Protected(
                what=f"{home.id} has a seat on {min(others)} already",
                remedy=f"Give that seat up first: waythrough movements board {min(others)} standby {home.id}",
            )
        if not self.allows(movement, home, day):
            # Which adult it is, the others do not see.
            return Protected(
                what=f"{home.id} may not travel on {day}: not every adult's consent to this journey stands",
                remedy="Ask each adult alone and record the answer; a no keeps the household off the list.",
            )
        return None


def check_takes_people(movement: Movement, household: str) -> None:
    """Refuse a line for a movement that has left, or was called off."""
    if not movement.is_ahead:
        state = code_list("movement_state").label(movement.state)
        raise Protected(
            what=f"{household} on the manifest of {movement.id}, which is {state}",
            remedy="Put it on a movement that is still to leave: waythrough movements",
        )
