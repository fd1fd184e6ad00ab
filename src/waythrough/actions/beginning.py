"""Beginning a workspace: empty, or from a case that ships with the package."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from os import PathLike

from waythrough.actions import guarding
from waythrough.actions.vaulting import Vaulting
from waythrough.actions.workspace import Clock, Workspace, utc_now
from waythrough.cases import loader
from waythrough.ledger import Ledger
from waythrough.ledger.places import File, Place, find
from waythrough.terms.doing import Exercise
from waythrough.terms.entries import Draft
from waythrough.terms.kinds import body_of
from waythrough.terms.parties import Person
from waythrough.terms.problems import InputRefused

FIRST_ROLES = (
    "head_of_office",
    "access_officer",
    "movement_officer",
    "site_coordinator",
    "information_officer",
    "registrar",
    "data_protection_officer",
)
"""Whoever begins a workspace holds every role until others are recorded."""

Where = str | PathLike[str] | Place

Progress = Callable[[str, int, int], None]
"""(what, done, of how many)."""


def silent(what: str, done: int, total: int) -> None:
    """No progress shown."""


def begin(
    where: Where,
    title: str | None,
    person: str,
    case: str | None = None,
    clock: Clock = utc_now,
    sealed: bool | None = None,
) -> Workspace:
    """Make a new workspace with its first person, in a file or on a server; refuses one that is there.

    Parameters
    ----------
    sealed
        True to encrypt the whole file; None where this device has a passphrase and can.

    Raises
    ------
    WorkspaceExists
        It is there already; nothing was overwritten.
    """
    place = guarding.new_place(find(where), sealed)
    if case:
        return begin_case(place, case, clock=clock)
    if not person.strip():
        raise InputRefused(
            place="--person",
            found="no name",
            allowed="a name or initials",
            remedy="Say who begins this workspace.",
        )
    if isinstance(place, File) and not place.path.absolute().parent.is_dir():
        raise InputRefused(
            place=str(place.path.parent),
            found="no such folder",
            allowed="a folder that is there",
            remedy="Make it first.",
        )
    first = Person("person-1", person, FIRST_ROLES)
    ledger = Ledger.create(place, title=title or place.name, author=first.id, clock=clock)
    ledger.append([Draft("person", first.id, body_of(first))], author=first.id)
    return Workspace(ledger, None, clock)


def begin_case(where: Where, case: str, clock: Clock = utc_now, progress: Progress = silent) -> Workspace:
    """Make a workspace from a case that ships with the package, commit by commit as the case tells them.

    A case is written whole or not at all: if anything fails, the new workspace is removed again.
    """
    place, loaded = find(where), loader.load(case)
    meta = loaded.meta
    ledger = Ledger.create(place, title=meta.titles["en"], author=loaded.commits[0].author, clock=clock)
    try:
        notice = Draft(
            "exercise", f"exercise-{meta.id}", body_of(_exercise(meta)), known_on=meta.register_known_on
        )
        ledger.append([notice], author=loaded.commits[0].author)
        stands: dict[str, str] = {}
        vaulting = Vaulting(ledger, clock().date())
        for number, commit in enumerate(loaded.commits, start=1):
            progress("entries", number, len(loaded.commits))
            drafts = vaulting.placed(_resolve(commit.drafts, stands))
            written = ledger.append(drafts, author=commit.author)
            stands.update((entry.record, entry.id) for entry in written)
    except BaseException:
        ledger.close()
        place.remove()  # only what this call made: creating refuses what is there
        raise
    ws = Workspace(ledger, None, clock)
    return ws.at(meta.default_as_of)


def _exercise(meta: loader.Meta) -> Exercise:
    return Exercise(
        f"exercise-{meta.id}",
        meta.id,
        meta.default_as_of,
        meta.notice,
        meta.titles,
        meta.languages,
        meta.credits,
    )


def _resolve(drafts: Sequence[Draft], stands: Mapping[str, str]) -> list[Draft]:
    """Replace the placeholder for “what stands now” by the entry of that record written last."""
    return [
        dataclasses.replace(draft, corrects=(stands[draft.record],))
        if loader.PREVIOUS in draft.corrects
        else draft
        for draft in drafts
    ]
