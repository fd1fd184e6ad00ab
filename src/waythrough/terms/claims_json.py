"""Readings to and from the JSON form ``waythrough-claims/0.1``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from waythrough.terms.claims import (
    CLAIM_TYPES,
    MODALITIES,
    SCHEMA,
    ClaimDraft,
    DocumentInfo,
    KnownParty,
    KnownPlace,
    LoadedWord,
    NotAClaim,
    Notice,
    NumberMention,
    PlaceMention,
    Published,
    Reading,
    Registry,
    Span,
    TimeMention,
    Voice,
)
from waythrough.terms.problems import N_, InputRefused

Json = Mapping[str, Any]


class NotAReading(InputRefused):
    """A file that should hold a reading does not."""

    code = "claims.not-a-reading"
    message = N_("The reading cannot be used: {found}. Allowed: {allowed}.")
    advice = N_("Read the document again, or mend the file where it says.")


def reading_to_json(reading: Reading) -> dict[str, Any]:
    """A JSON object with documents, registry, claims and what claims nothing; plus engine and notices."""
    return {
        "schema": SCHEMA,
        "engine": reading.engine,
        "doc": _doc_out(reading.doc),
        "parties": [
            {"id": p.id, "name": p.name, "kind": p.kind, "aliases": list(p.aliases)}
            for p in reading.registry.parties
        ],
        "gazetteer": [
            {"id": p.id, "name": p.name, "kind": p.kind, "country": p.country, "aliases": list(p.aliases)}
            for p in reading.registry.places
        ],
        "claims": [_claim_out(claim) for claim in reading.claims],
        "not_claims": [{**_span_out(n.span), "why": n.why} for n in reading.not_claims],
        "notices": [{"code": n.code, "message": n.message} for n in reading.notices],
    }


def reading_from_json(data: Json) -> Reading:
    """The reading in ``data``; gold files, which carry no engine, read as engine ``unknown``."""
    if data.get("schema") != SCHEMA:
        raise NotAReading(found=f"schema {data.get('schema')!r}", allowed=SCHEMA)
    try:
        return Reading(
            doc=_doc_in(data["doc"]),
            claims=tuple(_claim_in(c) for c in data["claims"]),
            not_claims=tuple(NotAClaim(_span_in(n), n["why"]) for n in data.get("not_claims", ())),
            engine=data.get("engine", "unknown"),
            notices=tuple(Notice(n["code"], n["message"]) for n in data.get("notices", ())),
            registry=registry_from_json(data),
        )
    except (KeyError, TypeError) as error:
        raise NotAReading(
            found=f"a field is missing or misplaced ({error})", allowed=f"the fields of {SCHEMA}"
        ) from error


def registry_from_json(data: Json) -> Registry:
    """The parties and gazetteer of a claims file, as a registry."""
    return Registry(
        parties=tuple(
            KnownParty(p["id"], p["name"], p.get("kind", "party"), tuple(p.get("aliases", ())))
            for p in data.get("parties", ())
        ),
        places=tuple(
            KnownPlace(
                p["id"], p["name"], p.get("kind", "place"), p.get("country"), tuple(p.get("aliases", ()))
            )
            for p in data.get("gazetteer", ())
        ),
    )


def _span_out(span: Span) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "text": span.text}


def _span_in(data: Json) -> Span:
    span = Span(data["start"], data["end"], data["text"])
    if not 0 <= span.start < span.end or span.end - span.start != len(span.text):
        raise NotAReading(
            found=f"span {span.start}..{span.end} does not fit its words {span.text[:40]!r}",
            allowed="offsets in code points, end exclusive",
        )
    return span


def _maybe_span(data: Json | None) -> Span | None:
    return None if data is None else _span_in(data)


def _doc_out(doc: DocumentInfo) -> dict[str, Any]:
    published = doc.published and {
        "value": doc.published.value.isoformat(),
        "precision": doc.published.precision,
        "basis": doc.published.basis,
    }
    return {
        "id": doc.id, "file": doc.file, "sha256": doc.sha256, "chars": doc.chars, "lang": doc.lang,
        "genre": doc.genre, "outlet": doc.outlet, "published": published,
    }  # fmt: skip


def _doc_in(data: Json) -> DocumentInfo:
    published = data.get("published")
    return DocumentInfo(
        id=data["id"],
        file=data["file"],
        sha256=data["sha256"],
        chars=data["chars"],
        lang=data["lang"],
        genre=data["genre"],
        outlet=data["outlet"],
        published=published
        and Published(
            _day(published["value"]), published.get("precision", "day"), published.get("basis", "external")
        ),
    )


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise NotAReading(found=f"the day {value!r}", allowed="a day as YYYY-MM-DD") from error


def _claim_out(claim: ClaimDraft) -> dict[str, Any]:
    return {
        "id": claim.id,
        "span": _span_out(claim.span),
        "more_spans": [_span_out(s) for s in claim.more_spans],
        "source": {
            "chain": list(claim.source.chain),
            "mention": claim.source.mention and _span_out(claim.source.mention),
            "basis": claim.source.basis,
        },
        "cue": claim.cue and _span_out(claim.cue),
        "modality": claim.modality,
        "polarity": claim.polarity,
        "type": claim.type,
        "secondary_types": list(claim.secondary_types),
        "proposition": claim.proposition,
        "agent": list(claim.agent),
        "target": list(claim.target),
        "places": [{**_span_out(p.span), "place": p.place, "role": p.role} for p in claim.places],
        "times": [
            {
                **_span_out(t.span),
                "earliest": t.earliest.isoformat(),
                "latest": t.latest.isoformat(),
                "role": t.role,
            }
            for t in claim.times
        ],
        "numbers": [
            {
                **_span_out(n.span),
                "low": n.low,
                "high": n.high,
                "unit": n.unit,
                "what": n.what,
                "vague": n.vague,
            }
            for n in claim.numbers
        ],
        "loaded": [{**_span_out(w.span), "voice": w.voice} for w in claim.loaded],
        "importance": claim.importance,
        "duplicate_of": claim.duplicate_of,
        "confidence": claim.confidence,
        "engine": claim.engine,
        "rule": claim.rule,
    }


def _claim_in(data: Json) -> ClaimDraft:
    _check_word(data["type"], CLAIM_TYPES, "claim type")
    _check_word(data["modality"], MODALITIES, "modality")
    _check_word(data["polarity"], ("pos", "neg"), "polarity")
    source = data["source"]
    return ClaimDraft(
        id=data["id"],
        span=_span_in(data["span"]),
        more_spans=tuple(_span_in(s) for s in data.get("more_spans", ())),
        source=Voice(tuple(source["chain"]), _maybe_span(source.get("mention")), source["basis"]),
        cue=_maybe_span(data.get("cue")),
        modality=data["modality"],
        polarity=data["polarity"],
        type=data["type"],
        secondary_types=tuple(data.get("secondary_types", ())),
        proposition=data.get("proposition", ""),
        agent=tuple(data["agent"]),
        target=tuple(data["target"]),
        places=tuple(PlaceMention(_span_in(p), p["place"], p["role"]) for p in data.get("places", ())),
        times=tuple(
            TimeMention(_span_in(t), _day(t["earliest"]), _day(t["latest"]), t["role"])
            for t in data.get("times", ())
        ),
        numbers=tuple(
            NumberMention(_span_in(n), n["low"], n["high"], n["unit"], n.get("what"), n["vague"])
            for n in data.get("numbers", ())
        ),
        loaded=tuple(LoadedWord(_span_in(w), w["voice"]) for w in data.get("loaded", ())),
        importance=data.get("importance", "core"),
        duplicate_of=data.get("duplicate_of"),
        confidence=data.get("confidence", 1.0),
        engine=data.get("engine", ""),
        rule=data.get("rule", ""),
    )


def _check_word(word: str, allowed: Sequence[str], what: str) -> None:
    if word not in allowed:
        raise NotAReading(found=f"the {what} {word!r}", allowed=", ".join(allowed))
