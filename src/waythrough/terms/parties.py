"""Those whose agreement is needed or who speak, and those of us who log in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from waythrough.terms.places import Names
from waythrough.terms.when import WorkingWeek


@dataclass(frozen=True)
class Party:
    """Someone whose agreement is needed, or who speaks; under the name it uses for itself, no adjectives.

    ``aliases`` serve only to recognise the party in other people's words.
    """

    id: str
    names: Names
    kind: str
    aliases: tuple[str, ...] = ()
    rest_days: tuple[int, ...] = ()
    holidays: tuple[date, ...] = ()
    members: tuple[str, ...] = ()
    note: str = ""

    @property
    def week(self) -> WorkingWeek:
        """The party's own working days."""
        return WorkingWeek(self.rest_days, self.holidays)


@dataclass(frozen=True)
class Organisation:
    """One of us: a body that asks, carries or registers."""

    id: str
    names: Names
    kind: str
    note: str = ""


@dataclass(frozen=True)
class Person:
    """One who may log in and write. ``roles`` are codes of the list `role`."""

    id: str
    name: str
    roles: tuple[str, ...]
    organisation: str = ""
