"""Where a figure comes from: its entry, its source, its exact words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from waythrough.actions.workspace import Workspace
from waythrough.terms.entries import Entry, Head
from waythrough.terms.kinds import PERSONAL, record_of
from waythrough.terms.problems import NotFound
from waythrough.terms.sayings import Source
from waythrough.terms.spelling import nearest


@dataclass(frozen=True)
class Shown:
    """One record with everything that stands for it, how it came about, and where the words are from."""

    record: str
    kind: str
    as_of: date
    standing: tuple[Entry, ...]
    history: tuple[Entry, ...]
    source: Source | None
    words: str
    ours: str
    named_by: tuple[str, ...]

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
    )


def newest(ws: Workspace, limit: int, kind: str | None = None) -> list[Entry]:
    """The newest entries, newest first: of the whole log, or those that stand of one kind."""
    if kind is None:
        return ws.ledger.log(limit=limit)
    standing = [entry for head in ws.ledger.heads(kind) for entry in head.entries]
    standing.sort(key=lambda e: (e.at, e.log, e.sequence, e.index), reverse=True)
    return standing[:limit]


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


def _ids(ws: Workspace) -> list[str]:
    return [head.record for head in ws.ledger.heads(as_of=ws.as_of) if head.kind not in PERSONAL]
