"""What could not be read here, in plain sentences: sealed for this device, erased, or of a newer version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from waythrough.actions.workspace import NEWER, Workspace
from waythrough.terms.entries import ERASED, SEALED
from waythrough.terms.kinds import KINDS

SEATS = ("household", "consent")
"""Kinds without which nobody can be given a seat."""

_SAYS = {
    SEALED: "{what} {are} sealed for this device’s roles",
    ERASED: "{what} {were} erased, and {are} no longer here",
    NEWER: "{what} {were} written by a newer version of the program, and cannot be read by this one",
}


def sentences(ws: Workspace) -> list[str]:
    """One sentence for each kind and reason, of what has been read until now and of kinds nobody here knows."""
    counts = Counter((one.kind, one.why) for one in ws.all_unread())
    told = [_sentence(kind, why, n) for (kind, why), n in sorted(counts.items())]
    return [*told, *_unknown_kinds(ws), *_overdue(ws)]


def keeps_seats_empty(ws: Workspace) -> bool:
    """Whether households, or what they allow, are among what could not be read: those are seated by no plan."""
    return any(one.why != ERASED for kind in SEATS for one in ws.unread(kind))


def _sentence(kind: str, why: str, n: int) -> str:
    one = n == 1
    said = _SAYS[why].format(
        what=f"{n:,} {_plural(kind, n)}", are="is" if one else "are", were="was" if one else "were"
    )
    if kind in SEATS and why != ERASED:
        return f"{said}: a plan needs {'it' if one else 'them'}, and seats nobody without."
    return f"{said}."


def _overdue(ws: Workspace) -> Iterator[str]:
    """What should be gone by now; asked of the clock, not of the day that is looked at."""
    if n := sum(ws.ledger.overdue(ws.clock().date()).values()):
        is_past = "entry about people is" if n == 1 else "entries about people are"
        yield f"{n:,} {is_past} past the last day of keeping: waythrough purge."


def _unknown_kinds(ws: Workspace) -> Iterator[str]:
    unknown = {kind: n for kind, n in ws.ledger.kinds(as_of=ws.as_of).items() if kind not in KINDS}
    if n := sum(unknown.values()):
        names = ", ".join(sorted(unknown))
        stand = "record is" if n == 1 else "records are"
        yield (
            f"{n:,} {stand} of kinds this version does not know ({names}): kept, verified and passed on, not used."
        )


def _plural(kind: str, n: int) -> str:
    name = kind.replace("_", " ")
    if n == 1:
        return name
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"
