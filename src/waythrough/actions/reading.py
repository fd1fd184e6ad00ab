"""Documents in, draft claims out, and a named person's decision on each. Nothing is accepted by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from waythrough.actions.permissions import check_can
from waythrough.actions.workspace import Workspace
from waythrough.actions.writing import draft_of, new_id
from waythrough.intake.guarded import load_text_guarded
from waythrough.intake.reader import read_document as read_layer
from waythrough.terms.claims import KnownParty, KnownPlace, Published, Registry, TextLayer
from waythrough.terms.claims import Reading as Proposed
from waythrough.terms.claims_json import reading_to_json
from waythrough.terms.doing import Reading
from waythrough.terms.entries import Draft, Entry
from waythrough.terms.kinds import body_of
from waythrough.terms.parties import Organisation, Party, Person
from waythrough.terms.places import Review
from waythrough.terms.problems import InputRefused, NotFound
from waythrough.terms.references import check_record
from waythrough.terms.sayings import Claim, Document, Source
from waythrough.terms.spelling import nearest
from waythrough.terms.when import Days


@dataclass(frozen=True)
class Pending:
    """One draft claim that waits for a decision."""

    id: str
    reading: str
    document: str
    draft: Mapping[str, Any]


# --- in ----------------------------------------------------------------------------------------------------


def import_document(
    ws: Workspace,
    actor: Person,
    path: Path,
    *,
    published: Days,
    outlet: str | None = None,
    title: str | None = None,
    language: str = "en",
    approximate: bool = False,
    encoding: str | None = None,
) -> tuple[str, bool]:
    """Take a text document into the ledger: its words, its hash, where it came from.

    The same bytes again are recognised and change nothing. Without an ``outlet`` whoever speaks unquoted stands as
    “publisher not named”, a voice of its own, until a person says who it is.

    Returns
    -------
    tuple
        The document's id, and whether it is new.
    """
    check_can(actor, "import")
    publisher = _publisher(ws, outlet)
    layer = load_text_guarded(path, encoding=encoding)
    for known in ws.records("document"):
        if known.sha256 == layer.sha256:
            return known.id, False
    source = Source(
        new_id("source"),
        title or path.name,
        publisher.id,
        published,
        "page",
        language=language,
        approximate=approximate,
    )
    document = Document(
        f"document-{layer.sha256[:8]}", source.id, layer.sha256, layer.text, language, publisher.id
    )
    fresh = [draft_of(publisher, None)] if publisher.id not in _speakers(ws) else []
    ws.append(
        [*fresh, draft_of(source, source), draft_of(document, source)], actor.id, key=f"import {layer.sha256}"
    )
    return document.id, True


UNNAMED = Party("publisher-not-named", {"en": "Publisher not named", "ar": "ناشر غير مسمّى"}, "outlet")


def _speakers(ws: Workspace) -> dict[str, Any]:
    return {**ws.register("party"), **ws.register("organisation")}


def _publisher(ws: Workspace, outlet: str | None) -> Any:
    if outlet is None:
        return UNNAMED
    speakers = _speakers(ws)
    if outlet not in speakers:
        raise NotFound(what="party", id=outlet, near=nearest(outlet, speakers))
    return speakers[outlet]


# --- read --------------------------------------------------------------------------------------------------


def read_document(ws: Workspace, document_id: str, reader: str = "auto") -> Proposed:
    """Draft claims of one document by a named reader; nothing is written down."""
    document: Document = ws.get("document", document_id)
    source: Source = ws.get("source", document.source)
    return read_layer(
        TextLayer(source.title, document.text, document.sha256, "stored"),
        registry(ws),
        # Relative dates in a text resolve against its publication; of an interval, the last day.
        Published(source.published.latest, "approximate" if source.approximate else "day"),
        document.language,
        outlet=document.outlet,
        id=document.id,
        reader=reader,
    )


def propose(ws: Workspace, actor: Person, document_id: str, proposed: Proposed) -> int:
    """Put a reading's drafts in the review queue; a reading by the same engine is not queued twice."""
    check_can(actor, "import")
    fresh = Reading(
        id=f"reading-{document_id}-{proposed.engine.replace(' ', '-').replace('/', '-')}",
        document=document_id,
        engine=proposed.engine,
        claims={claim["id"]: claim for claim in reading_to_json(proposed)["claims"]},
        warnings=tuple(notice.message for notice in proposed.notices),
    )
    if fresh.id not in ws.register("reading"):
        ws.append([draft_of(fresh, None)], actor.id, key=fresh.id)
    return len(fresh.claims)


def registry(ws: Workspace) -> Registry:
    """The parties and places this workspace knows, for a reader to recognise."""
    parties = [
        KnownParty(
            p.id, p.names["en"], p.kind, (*p.aliases, *(n for lang, n in p.names.items() if lang != "en"))
        )
        for p in (*ws.records("party"), *(_as_party(o) for o in ws.records("organisation")))
    ]
    places = [
        KnownPlace(z.id, z.names["en"], kind, None, tuple(n for lang, n in z.names.items() if lang != "en"))
        for kind in ("site", "zone", "place")
        for z in ws.records(kind)
    ]
    return Registry(tuple(parties), tuple(places))


def _as_party(organisation: Organisation) -> Party:
    return Party(organisation.id, organisation.names, organisation.kind)


# --- review ------------------------------------------------------------------------------------------------


def pending(ws: Workspace) -> list[Pending]:
    """Draft claims without a decision, in reading order."""
    decided = {review.about for review in ws.records("review")}
    return [
        Pending(ident, reading.id, reading.document, draft)
        for reading in ws.records("reading")
        for number, draft in reading.claims.items()
        if (ident := f"{reading.id}#{number}") not in decided
    ]


def accept(ws: Workspace, actor: Person, draft_id: str, changes: Mapping[str, Any] | None = None) -> Entry:
    """A named person accepts a draft, as it is or with some fields edited. The span cannot be edited."""
    check_can(actor, "review claims")
    item = _pending(ws, draft_id)
    document: Document = ws.get("document", item.document)
    draft = {**item.draft, **_editable(changes or {})}
    claim = _claim_of(draft, document, _speakers(ws))
    try:
        check_record(claim, lambda kind, ident: ident in ws.register(kind), ws.register, draft_id)
    except InputRefused as refused:
        raise InputRefused(
            **{
                **refused.fields,
                "remedy": "Say who speaks with --edit … --set chain=OUTER,INNER, or record the party.",
            }
        ) from None
    source: Source = ws.get("source", document.source)
    outcome = "edited" if changes else "accepted"
    review = Review(new_id("review"), item.id, outcome, actor.id, "")
    return ws.append(
        [draft_of(claim, source), Draft("review", review.id, body_of(review))],
        actor.id,
        key=f"review {item.id}",
    )[0]


def discard(ws: Workspace, actor: Person, draft_id: str, reason: str) -> Entry:
    """A named person says that a draft is no claim, with the reason; the draft stays in the history."""
    check_can(actor, "review claims")
    item = _pending(ws, draft_id)
    if not reason.strip():
        raise InputRefused(
            place="discard",
            found="no reason",
            allowed="a reason in words",
            remedy="Add --reason 'subscription line'.",
        )
    review = Review(new_id("review"), item.id, "discarded", actor.id, reason)
    return ws.append([Draft("review", review.id, body_of(review))], actor.id, key=f"review {item.id}")[0]


EDITABLE = ("chain", "type", "modality", "polarity", "proposition", "agent", "target")


def _editable(changes: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in changes:
        if name not in EDITABLE:
            raise InputRefused(
                place="edit",
                found=name,
                allowed=", ".join(EDITABLE),
                remedy="The exact words cannot be edited: discard the draft and record a claim instead.",
            )
    return changes


def _pending(ws: Workspace, draft_id: str) -> Pending:
    waiting = {item.id: item for item in pending(ws)}
    matches = [item for ident, item in waiting.items() if ident == draft_id or ident.endswith(f"#{draft_id}")]
    if len(matches) > 1:
        raise InputRefused(
            place="draft",
            found=f"{draft_id}, which stands in {len(matches)} readings",
            allowed=", ".join(item.id for item in matches),
            remedy="Name one of them in full.",
        )
    if not matches:
        raise NotFound(what="draft claim", id=draft_id, near=nearest(draft_id, waiting))
    return matches[0]


def _claim_of(draft: Mapping[str, Any], document: Document, known: Mapping[str, Any]) -> Claim:
    """The claim a draft becomes. Who speaks must be known; of whom it speaks, only those we know are named."""
    span = draft["span"]
    times = [t for t in draft.get("times", ()) if t.get("role", "event") == "event"]
    return Claim(
        id=new_id("claim"),
        source=document.source,
        chain=tuple(draft.get("chain") or draft["source"]["chain"]),
        modality=draft["modality"],
        type=draft["type"],
        proposition=draft.get("proposition", ""),
        words=span["text"],
        polarity=draft["polarity"],
        on=Days(date.fromisoformat(times[0]["earliest"]), date.fromisoformat(times[0]["latest"]))
        if times
        else None,
        agents=tuple(name for name in draft.get("agent", ()) if name in known),
        targets=tuple(name for name in draft.get("target", ()) if name in known),
        document=document.id,
        span=(span["start"], span["end"]),
        details={"draft": draft},
    )


def document_id(ws: Workspace, named: str) -> str:
    """The document named by its id or by the file it was imported from."""
    documents = ws.register("document")
    if named in documents:
        return named
    path = Path(named)
    if path.is_file():
        import hashlib

        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        for document in documents.values():
            if document.sha256 == digest:
                return str(document.id)
        raise NotFound(what="document", id=named, near=f"import it first: waythrough import {named}")
    raise NotFound(what="document", id=named, near=nearest(named, documents))
