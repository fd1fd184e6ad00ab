"""From a reader's findings to whole drafts: places, dates, numbers, loaded words, repeats. Shared by all readers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from waythrough.intake.dates import DatesFound, find_dates
from waythrough.intake.lexicon import Lexicon
from waythrough.intake.names import Names
from waythrough.intake.numbers import find_numbers
from waythrough.intake.text import paragraphs
from waythrough.terms.claims import (
    ClaimDraft,
    DocumentInfo,
    LoadedWord,
    NotAClaim,
    Notice,
    NumberMention,
    Reading,
    Registry,
    Span,
    TextLayer,
    TimeMention,
    Voice,
)

_ENDS = re.compile(r"[.!?][”\"’)]*\s+[“\"A-Z]|\n\s*\n")


@dataclass(frozen=True)
class Finding:
    """What a reader saw: a stretch, who speaks, the stance and the type; the rest is filled in from the words."""

    start: int
    end: int
    voice: Voice
    type: str
    modality: str
    rule: str
    polarity: str = "pos"
    cue: Span | None = None
    agent: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    importance: str = "core"
    confidence: float = 0.5


class Material:
    """One document with everything that is found in it before any claim is: names, dates, numbers, paragraphs."""

    def __init__(self, layer: TextLayer, registry: Registry, doc: DocumentInfo, lexicon: Lexicon) -> None:
        self.layer, self.registry, self.doc, self.lexicon = layer, registry, doc, lexicon
        self.text = layer.text
        self.names = Names(layer.text, registry)
        self.dates: DatesFound = find_dates(layer.text, doc.published.value if doc.published else None)
        skip = [(m.span.start, m.span.end) for m in self.dates.mentions]
        skip += [(s.start, s.end) for s in self.dates.unresolved]
        found = find_numbers(layer.text, skip=skip, units=lexicon.units)
        self.numbers = [self._with_unit(number) for number in found]
        self.not_claims = tuple(self._not_claims())
        silent = {(n.span.start, n.span.end) for n in self.not_claims}
        self.paragraphs = [p for p in paragraphs(layer.text) if p not in silent]

    def _with_unit(self, number: NumberMention) -> NumberMention:
        """A number right before the name of a registered population counts people."""
        if number.unit is None:
            after = self.names.parties
            near = [
                n for n in after if 0 <= n.start - number.span.end <= 2 and n.id in self.names.populations
            ]
            if near:
                return replace(number, unit="persons")
        return number

    def _not_claims(self) -> Iterable[NotAClaim]:
        for start, end in paragraphs(self.text):
            words = self.text[start:end]
            if self.lexicon.boilerplate.match(words):
                yield NotAClaim(Span(start, end, words), "boilerplate")
            elif _is_heading(words) or (
                len(words) < 40 and any(start <= m.span.start and m.span.end <= end for m in self.dates.mentions)
                and not re.search(r"[.!?]$", words)
            ):  # fmt: skip
                yield NotAClaim(Span(start, end, words), "heading")

    def finish(self, findings: Sequence[Finding], engine: str, notices: Iterable[Notice] = ()) -> Reading:
        """The reading: findings in the order of the text, each filled in, numbered and marked if it repeats."""
        drafts: list[ClaimDraft] = []
        ordered = sorted(set(findings), key=lambda f: (f.start, -f.end, f.type))
        dated = self._times_outside(ordered)
        for number, finding in enumerate(ordered, start=1):
            draft = self._draft(finding, f"c{number:02d}", engine)
            draft = replace(draft, times=(*draft.times, *dated.get(number - 1, ())))
            drafts.append(replace(draft, duplicate_of=_earlier(draft, drafts)))
        return Reading(
            self.doc,
            tuple(drafts),
            self.not_claims,
            engine,
            (*self.layer.notices, *self._notices(), *notices),
            self.registry,
        )

    def _times_outside(self, ordered: Sequence[Finding]) -> dict[int, tuple[TimeMention, ...]]:
        """Dates that no span holds, given to the next claim of their sentence: "In February the agency found …"."""
        given: dict[int, tuple[TimeMention, ...]] = {}
        for mention in self.dates.mentions:
            at = mention.span
            if any(f.start <= at.start and at.end <= f.end for f in ordered):
                continue
            later = [
                i
                for i, f in enumerate(ordered)
                if f.start >= at.end and not _ENDS.search(self.text[at.end : f.start])
            ]
            if later:
                cued = ordered[later[0]].cue
                role = "published" if cued and at.end <= cued.start else mention.role
                given[later[0]] = (*given.get(later[0], ()), replace(mention, role=role))
        return given

    def _notices(self) -> Iterable[Notice]:
        if self.dates.unresolved:
            words = ", ".join(f"“{span.text}”" for span in self.dates.unresolved[:5])
            sentence = f"{len(self.dates.unresolved)} dates could not be placed on the calendar: {words}."
            yield Notice("reader.dates-unresolved", sentence)
        if not self.registry.parties:
            yield Notice(
                "reader.no-registry", "No parties are registered: speakers stay as the text names them."
            )

    def _draft(self, f: Finding, id: str, engine: str) -> ClaimDraft:
        inside = [n for n in self.numbers if f.start <= n.span.start and n.span.end <= f.end]
        times = [t for t in self.dates.mentions if f.start <= t.span.start and t.span.end <= f.end]
        return ClaimDraft(
            id=id,
            span=Span.of(self.text, f.start, f.end),
            source=f.voice,
            type=f.type,
            modality=f.modality,
            polarity=f.polarity,
            cue=f.cue,
            proposition="",
            agent=f.agent,
            target=f.target,
            places=self.names.places_in(f.start, f.end),
            times=tuple(times),
            numbers=tuple(inside),
            loaded=tuple(self._loaded(f)),
            importance=f.importance,
            confidence=f.confidence,
            engine=engine,
            rule=f.rule,
        )

    def _loaded(self, f: Finding) -> Iterable[LoadedWord]:
        taken: list[tuple[int, int]] = []
        for pattern in (self.lexicon.strong, self.lexicon.mild):
            for match in pattern.finditer(self.text, f.start, f.end):
                start, end = match.span()
                if not any(start < e and s < end for s, e in taken):
                    taken.append((start, end))
                    yield LoadedWord(Span.of(self.text, start, end), f.voice.chain[-1])


def _earlier(draft: ClaimDraft, drafts: Sequence[ClaimDraft]) -> str | None:
    """The id of an earlier draft with the same voice, type, actors, stance and numbers. Nobody named: no repeat."""
    if not draft.agent or not draft.target:
        return None
    for other in drafts:
        same = (
            other.source.chain == draft.source.chain
            and (other.type, other.modality, other.polarity) == (draft.type, draft.modality, draft.polarity)
            and (other.agent, other.target) == (draft.agent, draft.target)
            and [(t.earliest, t.latest) for t in other.times] == [(t.earliest, t.latest) for t in draft.times]
        )
        if same:
            return other.duplicate_of or other.id
    return None


def _is_heading(words: str) -> bool:
    """A short line without a full stop at its end, or one all in capitals."""
    last = words.rstrip("”\"'’)")[-1:]
    return "\n" not in words and len(words) < 160 and (last not in ".!?:;" or words.isupper())
