"""The state of each door as of a day, with who says so. What the board shows and what the planner may use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from waythrough.terms.when import Window

STATES = ("open", "contested", "waiting", "no_answer", "closed", "lapsed", "not_asked")
"""``waiting``, ``no_answer`` (past the agreed time) and ``lapsed`` (window over) are computed, never typed."""


@dataclass(frozen=True)
class Account:
    """One speaker's account of one answer, guarantee or performance at a door.

    ``says`` is opens, closes, neither, kept or broken; ``ref`` is the record it comes from.
    """

    speaker: str
    says: str
    code: str
    on: date
    known_on: date
    ref: str
    source: str | None = None
    window: Window | None = None
    standing: bool = False
    words: str = ""
    conditions: str = ""
    max_vehicles: int | None = None
    max_people: int | None = None
    goods: tuple[str, ...] = ()


@dataclass(frozen=True)
class DoorState:
    """One door as of a day.

    ``window`` is when it is or will be open (None with state open = until revoked). ``own_word`` is True when
    the party that holds the door said so itself; otherwise it is open on another's word. ``disputed_by`` are
    speakers whose accounts differ. ``waiting_since`` and ``working_days_waited`` run by the party's working
    days. ``note`` says what was computed (as the end of a yes that named none), in words. ``max_vehicles`` and
    ``max_people`` a day, and ``goods`` (none named: all), are the limits of the yes it is open by.
    """

    door: str
    state: str
    as_of: date
    window: Window | None = None
    own_word: bool = False
    on_word_of: str | None = None
    disputed_by: tuple[str, ...] = ()
    conditions: str = ""
    request: str | None = None
    waiting_since: date | None = None
    working_days_waited: int | None = None
    agreed_working_days: int | None = None
    accounts: tuple[Account, ...] = ()
    note: str = ""
    max_vehicles: int | None = None
    max_people: int | None = None
    goods: tuple[str, ...] = ()

    @property
    def open_now_or_ahead(self) -> bool:
        """True when the planner may count on the door inside its window."""
        return self.state == "open"

    def open_on(self, day: date) -> bool:
        """True if the door is open on that day."""
        return self.state == "open" and (self.window is None or self.window.covers(day))


@dataclass(frozen=True)
class Evacuation:
    """A medical evacuation that was asked for or planned and has not ended: it comes before everything else.

    ``needed_by`` is the last day on which it still helps, None where nobody said; ``days_left`` counts to it and is
    negative once it has passed. ``shut`` are the doors it waits at, ``open`` those that stand open for it.
    """

    record: str
    subject: str
    needed_by: date | None
    days_left: int | None
    shut: tuple[str, ...]
    open: tuple[str, ...]


@dataclass(frozen=True)
class StepState:
    """One step of a request as of a day: answered or not, and how long its door has been asked.

    ``state`` is open, lapsed, closed, contested, in_between (in principle, or referred), waiting, no_answer
    or ended (the request ended before this step was answered; counted against nobody).
    ``working_days_waited`` stops with the answer; None where the party's working week is not recorded or the
    day of asking lies ahead.
    """

    kind: str
    door: str
    party: str
    state: str
    answered_on: date | None = None
    working_days_waited: int | None = None
    agreed_working_days: int | None = None


@dataclass(frozen=True)
class RequestState:
    """One request as of a day, for the board and the table.

    ``state`` is waiting, no_answer, contested, lapsed, a code of the answer, or a code of the execution once
    there is one. ``days_waited`` are calendar days from the last day it can have been sent to the last
    answer, to its end, or to ``as_of``. ``accounts`` are all answers, guarantees, performances and
    executions, by day and then by speaker.
    """

    request: str
    state: str
    as_of: date
    asked_on: date
    days_waited: int
    steps: tuple[StepState, ...]
    accounts: tuple[Account, ...] = ()
    disputed_by: tuple[str, ...] = ()

    @property
    def answered(self) -> int:
        """How many steps have a yes or a no (k of n)."""
        return sum(step.state in ("open", "lapsed", "closed", "contested") for step in self.steps)

    @property
    def working_days_over(self) -> int:
        """The most working days any unanswered step is past its agreed time; 0 if none is."""
        over = [
            step.working_days_waited - step.agreed_working_days
            for step in self.steps
            if step.state == "no_answer"
            and step.working_days_waited is not None
            and step.agreed_working_days is not None
        ]
        return max(over, default=0)
