"""Where a figure comes from: its entry, its source, its exact words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from waythrough.actions.workspace import Workspace
from waythrough.terms.entries import OPEN, Entry, Head
from waythrough.terms.kinds import PERSONAL, record_of
from waythrough.terms.problems import NotFound
from waythrough.terms.sayings import Source
from waythrough.terms.spelling import nearest

CONTEXT = 160
"""Characters shown on either side of the exact words of a claim."""


@dataclass(frozen=True)
class Passage:
    """Where words stand in a document: the words, and what is written around them."""

    document: str
    start: int
    end: int
    before: str
    words: str
    after: str


@dataclass(frozen=True)
class Taken:
    """A claim that was taken from a document, and the characters it was taken from."""

    claim: str
    start: int
    end: int
    words: str


@dataclass(frozen=True)
class Difference:
    """A field in which the standing revisions of a contested record differ: what each of them says."""

    field: str
    said: Mapping[str, Any]


@dataclass(frozen=True)
class Shown:
    """One record with everything that stands for it, how it came about, and where the words are from.

    ``asked`` is the entry whose id was given, where it is not among the standing ones. From a claim the ``passage``
    leads to its document; from a document ``taken`` leads to the claims, in the order of the text.
    """

    record: str
    kind: str
    as_of: date
    standing: tuple[Entry, ...]
    history: tuple[Entry, ...]
    source: Source | None
    words: str
    ours: str
    named_by: tuple[str, ...]
    asked: Entry | None = None
    differs: tuple[Difference, ...] = ()
    passage: Passage | None = None
    taken: tuple[Taken, ...] = ()

    @property
    def contested(self) -> bool:
        """More than one revision stands."""
        return len(self.standing) > 1


def show(ws: Workspace, ident: str) -> Shown:
    """What an id leads to: a record id, an entry id, or the first digits of one."""
    found = ws.ledger.find(ident)
    if found is None:
        raise NotFound(what="record or entry", id=ident, near=nearest(ident, _ids(ws)))
    record_id = found.record
    history = tuple(ws.ledger.history(record_id))
    head = ws.ledger.head(record_id, as_of=ws.as_of)
    standing = head.entries if head else ()
    chosen = found if isinstance(found, Entry) else (standing or history)[-1]
    # A set-aside entry belongs to no record's history; it is shown all the same to whoever names it.
    history = history or (chosen,)
    source = _source(ws, chosen)
    return Shown(
        record_id,
        chosen.kind,
        ws.as_of,
        standing,
        history,
        source,
        str(chosen.body.get("words") or ""),
        _ours(chosen),
        _named_by(ws, chosen),
        asked=chosen if isinstance(found, Entry) and chosen not in standing else None,
        differs=_differences(standing),
        passage=_passage(ws, chosen),
        taken=_taken(ws, chosen),
    )


def _source(ws: Workspace, entry: Entry) -> Source | None:
    if entry.kind == "source":
        found: Source | None = record_of(entry)
        return found
    head = ws.ledger.head(entry.source) if entry.source else None
    return record_of(head.entries[-1]) if isinstance(head, Head) else None


def _ours(entry: Entry) -> str:
    """What we wrote about it ourselves: never to be taken for anybody's words."""
    texts = [
        str(entry.body[name]) for name in ("proposition", "what", "subject", "note") if entry.body.get(name)
    ]
    return " ".join(texts)


def _named_by(ws: Workspace, entry: Entry) -> tuple[str, ...]:
    """Records that cite this source or document; people's records are never listed one by one."""
    if entry.kind not in {"source", "document", "request", "guarantee", "invitation"}:
        return ()
    heads = [h for h in ws.ledger.heads(as_of=ws.as_of) if h.kind not in PERSONAL]
    return tuple(h.record for h in heads if any(_cites(e, entry) for e in h.entries))


def _cites(entry: Entry, cited: Entry) -> bool:
    return entry.source == cited.record or cited.record in (
        entry.body.get("request"),
        entry.body.get("guarantee"),
        entry.body.get("document"),
    )


def _differences(standing: tuple[Entry, ...]) -> tuple[Difference, ...]:
    """Field by field, what contesting revisions say apart. A sealed or erased body says nothing."""
    readable = [entry for entry in standing if entry.state == OPEN]
    if len(readable) < 2:
        return ()
    fields = dict.fromkeys(name for entry in readable for name in entry.body)
    said = {name: {entry.id: entry.body.get(name) for entry in readable} for name in fields}
    return tuple(
        Difference(name, each) for name, each in said.items() if len(set(map(repr, each.values()))) > 1
    )


def _passage(ws: Workspace, entry: Entry) -> Passage | None:
    if entry.kind != "claim" or entry.state != OPEN or not entry.body.get("document"):
        return None
    head = ws.ledger.head(str(entry.body["document"]))
    span = entry.body.get("span") or []
    text = str(head.entries[-1].body.get("text", "")) if head else ""
    if len(span) != 2 or not text:
        return None
    start, end = int(span[0]), int(span[1])
    return Passage(
        str(entry.body["document"]),
        start,
        end,
        text[max(0, start - CONTEXT) : start],
        text[start:end],
        text[end : end + CONTEXT],
    )


def _taken(ws: Workspace, entry: Entry) -> tuple[Taken, ...]:
    if entry.kind != "document":
        return ()
    claims = [
        Taken(head.record, int(one.body["span"][0]), int(one.body["span"][1]), str(one.body.get("words", "")))
        for head in ws.ledger.heads("claim", as_of=ws.as_of)
        for one in head.entries
        if one.body.get("document") == entry.record and len(one.body.get("span") or ()) == 2
    ]
    return tuple(sorted(claims, key=lambda one: (one.start, one.end, one.claim)))


def _ids(ws: Workspace) -> list[str]:
    return [head.record for head in ws.ledger.heads(as_of=ws.as_of) if head.kind not in PERSONAL]
