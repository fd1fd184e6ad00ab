"""Three things never confused: a notification informs, a request asks, a guarantee undertakes.

An answer is the party's. An execution is what then really happened. Competing accounts of one answer or one
execution stand side by side, each with its speaker.
"""

from __future__ import annotations

from dataclasses import dataclass

from waythrough.terms.when import Days, Window


@dataclass(frozen=True)
class Step:
    """One step of a request at one door: a letter, a committee, a clearance."""

    kind: str
    door: str
    agreed_working_days: int | None = None


@dataclass(frozen=True)
class Request:
    """A dated ask at one or more doors. ``asked_on`` is the day it was sent."""

    id: str
    site: str
    type: str
    subject: str
    asked_by: tuple[str, ...]
    asked_on: Days
    steps: tuple[Step, ...]
    needed_by: Days | None = None
    ours: bool = True
    words: str = ""

    @property
    def doors(self) -> tuple[str, ...]:
        """The doors knocked on, each once, in the order of the steps."""
        return tuple(dict.fromkeys(step.door for step in self.steps))


@dataclass(frozen=True)
class Answer:
    """What a party answered to a request or an invitation, as ``speaker`` tells it.

    ``doors`` empty means every door of the request. ``window`` is how long a yes holds; None with a yes that is
    ``standing`` means until revoked. ``max_vehicles`` and ``max_people`` are the most that may pass in a day, and
    ``goods`` the only ones that may, where the yes says so.
    """

    id: str
    request: str
    outcome: str
    on: Days
    speaker: str
    doors: tuple[str, ...] = ()
    window: Window | None = None
    standing: bool = False
    conditions: str = ""
    words: str = ""
    note: str = ""
    max_vehicles: int | None = None
    max_people: int | None = None
    goods: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guarantee:
    """A party's dated undertaking for doors, as ``speaker`` tells it.

    ``window`` None with ``standing`` = until revoked. ``max_vehicles`` and ``max_people`` are the most that may pass
    in a day, and ``goods`` the only ones that may, where it says so.
    """

    id: str
    giver: str
    doors: tuple[str, ...]
    given_on: Days
    speaker: str
    window: Window | None = None
    standing: bool = False
    conditions: str = ""
    channel: str = ""
    request: str | None = None
    words: str = ""
    note: str = ""
    max_vehicles: int | None = None
    max_people: int | None = None
    goods: tuple[str, ...] = ()


@dataclass(frozen=True)
class Performance:
    """Whether a guarantee was kept, as ``speaker`` tells it: performed, partly, not_performed."""

    id: str
    guarantee: str
    outcome: str
    on: Days
    speaker: str
    words: str = ""


@dataclass(frozen=True)
class Execution:
    """What really happened after an answer, as ``speaker`` tells it. Apart from the answer."""

    id: str
    request: str
    outcome: str
    on: Days
    speaker: str
    people: int | None = None
    trucks: int | None = None
    words: str = ""
    note: str = ""


@dataclass(frozen=True)
class Notification:
    """We inform a party. Not a request; an acknowledgement is not a permission. Confidential by default."""

    id: str
    site: str
    party: str
    about: str
    sent_on: Days
    channel: str = ""
    acknowledged_on: Days | None = None
    withdrawn_on: Days | None = None


@dataclass(frozen=True)
class Meeting:
    """People came together, or were to: where, when, on what."""

    id: str
    site: str
    subject: str
    on: Days
    place: str = ""
    attended: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    speaker: str = ""
    words: str = ""


@dataclass(frozen=True)
class Invitation:
    """A request to come to a meeting; answered by an Answer whose ``request`` is this id."""

    id: str
    site: str
    inviters: tuple[str, ...]
    invited: str
    meeting_on: Days
    sent_on: Days
    subject: str
    place: str = ""
    speaker: str = ""
    words: str = ""


OPENING = frozenset({"granted", "granted_with_conditions", "partially_granted"})
"""Answers that open a door. "In principle" does not: final approval is still to come."""
CLOSING = frozenset({"denied", "revoked"})
