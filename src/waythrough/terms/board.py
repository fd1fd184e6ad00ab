"""The state of each door as of a day, with who says so. What the board shows and what the planner may use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from waythrough.terms.when import Window

STATES = ("open", "contested", "waiting", "no_answer", "closed", "lapsed", "not_asked")
"""``waiting`` and ``no_answer`` (past the agreed time) and ``lapsed`` (window over) are computed, never typed."""


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


@dataclass(frozen=True)
class DoorState:
    """One door as of a day.

    ``window`` is when it is or will be open (None with state open = until revoked). ``own_word`` is True when the
    party that holds the door said so itself; otherwise it is open on another's word. ``disputed_by`` are speakers
    whose accounts differ. ``waiting_since`` and ``working_days_waited`` run by the party's working days.
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

    @property
    def open_now_or_ahead(self) -> bool:
        """True when the planner may count on the door inside its window."""
        return self.state == "open"

    def open_on(self, day: date) -> bool:
        """True if the door is open on that day."""
        return self.state == "open" and (self.window is None or self.window.covers(day))
