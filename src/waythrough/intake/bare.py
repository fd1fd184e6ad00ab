"""The ``bare`` reader: no model, only the standard library. Quotations, cue patterns and the same frames.

It reads worse than ``rules`` and says so; it stands in where the parser is not installed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from waythrough.intake.assemble import Finding, Material
from waythrough.intake.lexicon import Frame, load_lexicon
from waythrough.intake.quotes import quoted
from waythrough.terms.claims import DocumentInfo, Notice, Reading, Registry, Span, TextLayer, Voice

_SENTENCE = re.compile(r"[^\s].*?(?:[.!?][”\"’)]*(?=\s+[“\"A-Z0-9(]|\s*$)|\Z)", re.DOTALL)
_CUT = re.compile(
    r"\s*(?:;|,\s+(?:and|but|however|while|although|whereas|after|before|where|which|who)\b,?|\bafter\b)\s*"
)
_LEAD = re.compile(
    r"^(?:(?:however|instead|meanwhile|moreover|furthermore|also|and|but|that)\b,?\s*)+", re.IGNORECASE
)
_BY = re.compile(r"\bby\s+(?=[\w“])")
_PASSIVE = re.compile(r"\b(?:was|were|been|being|is|are|be)\s+(?:\w+ly\s+)?\w+(?:ed|en|n|t)\b")
_NOT = re.compile(r"\b(?:not|never|no longer|n[’']t|no|nobody|none)\b|n[’']t\b", re.IGNORECASE)
_NAME = r"(?:[A-Z“][^.,;:“”\"]{1,80}?|(?:[Tt]he|[Aa]n?|[Ii]ts?|[Tt]hey|[Hh]e|[Ss]he|[Ww]e|[Ii]t)\b[^.,;:“”\"]{0,80}?)"


@cache
def _irregular() -> dict[str, str]:
    file = resources.files("waythrough.intake") / "data" / "en" / "stems.toml"
    return dict(tomllib.loads(file.read_text(encoding="utf-8"))["irregular"])


def stems(word: str) -> set[str]:
    """The dictionary forms a word may have, by cutting endings; more than one, and some that do not exist."""
    low = word.lower()
    found = {low, _irregular().get(low, low)}
    for ending in ("ing", "ed", "es", "s", "d"):
        if low.endswith(ending) and len(low) - len(ending) >= 3:
            root = low[: -len(ending)]
            found |= {root, root + "e"}
            if root.endswith("i"):
                found.add(root[:-1] + "y")
            if len(root) > 3 and root[-1] == root[-2]:
                found.add(root[:-1])
    return found


@dataclass(frozen=True)
class _Piece:
    """A stretch that may claim something, with who says it."""

    start: int
    end: int
    voice: Voice
    stance: str
    cue: Span | None


class BareReader:
    """Reads English with patterns only. See the module's first words."""

    name = "bare"
    version = "0.1"

    def __init__(self, *, stands_in: bool = False) -> None:
        self.stands_in = stands_in

    def read(self, layer: TextLayer, registry: Registry, doc: DocumentInfo) -> Reading:
        """Draft claims of one English document; the same input always gives the same drafts."""
        material = Material(layer, registry, doc, load_lexicon("en"))
        page = _Page(material)
        findings = [f for start, end in material.paragraphs for f in page.paragraph(start, end)]
        notices = []
        if self.stands_in:
            sentence = "The parser is not installed: the reader “bare” stood in, which misses more."
            notices.append(Notice("reader.stand-in", sentence))
        return material.finish(findings, f"{self.name} {self.version}", notices)


class _Page:
    def __init__(self, material: Material) -> None:
        self.material, self.text, self.lexicon = material, material.text, material.lexicon
        says = sorted(self.lexicon.cues["asserted"] | self.lexicon.cues["estimated"])
        forms = "|".join(sorted({form for verb in says for form in _forms(verb)}, key=len, reverse=True))
        self.that = re.compile(
            rf"^(?P<who>{_NAME})\s+(?:has\s+|have\s+|had\s+|also\s+)*(?P<cue>{forms})\s+(?:that\s+)?(?=[“\"\w])"
        )
        self.after = re.compile(
            rf"[,”\"]\s*[”\"]?\s*(?:(?P<cue1>{forms})\s+(?P<who1>[^.;“”]+)|(?P<who2>{_NAME})\s+(?P<cue2>{forms}))\s*\.?$"
        )
        self.according = re.compile(r"^According\s+to\s+(?P<who>[^,]{2,80}),\s*")
        self.accuse = re.compile(
            rf"^(?P<who>{_NAME})\s+(?:has\s+|have\s+|also\s+)*(?P<cue>accuse[sd]?|blame[sd]?)\s+(?=.*\b(?:of|for)\b)"
        )

    def paragraph(self, start: int, end: int) -> Iterator[Finding]:
        """Findings of one paragraph."""
        for match in _SENTENCE.finditer(self.text, start, end):
            at, stop = match.span()
            while stop > at and self.text[stop - 1] in '.!?”" ':
                stop -= 1
            if self.text[stop - 1 : stop + 1].endswith("?"):
                continue
            yield from self._sentence(at, stop, match.end())

    def _sentence(self, start: int, end: int, full_end: int) -> Iterator[Finding]:
        start += _lead(self.text[start:end])
        piece = self._attributed(start, end, full_end)
        if piece.stance == "accused":
            yield self._finding(piece, None, "accusation", "accuse-of")
            return
        for at, stop in self._clauses(piece.start, piece.end):
            frame = self._frame(at, stop, len(piece.voice.chain) > 1)
            part = _Piece(at, stop, piece.voice, piece.stance, piece.cue)
            if frame:
                yield self._finding(part, frame, frame.type, frame.id)
            elif len(piece.voice.chain) > 1 and stop - at > 25:
                yield self._finding(part, None, "position_stated", "said")

    def _attributed(self, start: int, end: int, full_end: int) -> _Piece:
        words = self.text[start:full_end].rstrip()
        if match := self.accuse.match(words):
            return self._piece(start, match, "who", "cue", start + match.end(), end, "accused")
        if match := self.according.match(words):
            return self._piece(start, match, "who", None, start + match.end(), end)
        if match := self.that.match(words):
            return self._piece(start, match, "who", "cue", start + match.end(), end)
        if match := self.after.search(words):
            n = "1" if match["who1"] else "2"
            return self._piece(start, match, "who" + n, "cue" + n, start, start + match.start())
        covering = [q for q in quoted(self.text, start, full_end) if q[1] - q[0] > (end - start) * 0.8]
        if covering:
            return _Piece(*covering[0], self._own(), "asserted", None)
        return _Piece(start, end, self._own(), "asserted", None)

    def _own(self) -> Voice:
        return Voice((self.material.doc.outlet,))

    def _piece(
        self, base: int, match: re.Match[str], who: str, cue: str | None, start: int, end: int, stance: str = "asserted"
    ) -> _Piece:  # fmt: skip
        while start < end and self.text[start] in '“" ':
            start += 1
        while end > start and self.text[end - 1] in '”", .':
            end -= 1
        mention = Span.of(self.text, base + match.start(who), base + match.end(who))
        outlet = self.material.doc.outlet
        party = (
            self.material.names.party_in(mention.start, mention.end) or self._pronoun(mention) or mention.text
        )
        voice = Voice((outlet, party), mention, "reported") if party != outlet else self._own()
        span = Span.of(self.text, base + match.start(cue), base + match.end(cue)) if cue else None
        return _Piece(start, end, voice, stance, span)

    def _pronoun(self, mention: Span) -> str | None:
        if mention.text.lower() in ("we", "i"):
            return self.material.doc.outlet
        if mention.text.lower() not in ("it", "they", "he", "she"):
            return None
        near = self.material.names.parties_before(mention.start)
        return near[0].id if near else None

    def _clauses(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        cuts = [m.span() for m in _CUT.finditer(self.text, start, end)]
        edges = [start, *(b for _, b in cuts)], [*(a for a, _ in cuts), end]
        for at, stop in zip(*edges, strict=True):
            at += _lead(self.text[at:stop])
            while stop > at and self.text[stop - 1] in ' ,;:”"':
                stop -= 1
            if stop - at > 15:
                yield at, stop

    def _frame(self, start: int, end: int, attributed: bool) -> Frame | None:
        words = re.findall(r"[^\W\d_]+", self.text[start:end])
        forms = [stems(word) for word in words]
        bag = set().union(*forms) if forms else set()
        pairs = {f"{a}_{b.lower()}" for these, b in zip(forms, words[1:], strict=False) for a in these}
        signs = (
            {"past"}
            if re.search(r"(?:ed|[nt])\b|\b(?:was|were|has|have|had|left|sent)\b", self.text[start:end])
            else set()
        )
        if _NOT.search(self.text[start:end]):
            signs.add("negated")
        if bag & self.lexicon.cues["future"]:
            signs = signs - {"past"} | {"future"}
        if attributed:
            signs.add("attributed")
        if not _PASSIVE.search(self.text[start:end]) or _BY.search(self.text[start:end]):
            signs.add("doer")
        if bag & (self.lexicon.cues["people_heads"] | self.lexicon.classes["people"]):
            signs.add("crowd")
        for number in self.material.numbers:
            if start <= number.span.start < end and number.unit in ("persons", "share"):
                signs.add(number.unit)
        return self.lexicon.best(bag | pairs, bag, signs)

    def _finding(self, piece: _Piece, frame: Frame | None, type_: str, rule: str) -> Finding:
        words = self.text[piece.start : piece.end]
        modality = piece.stance
        if type_ == "accusation" or (len(piece.voice.chain) > 1 and self.lexicon.strong.search(words)):
            modality = "accused"
        elif frame and frame.modality:
            modality = frame.modality
        elif type_ == "survey_finding" and len(piece.voice.chain) > 1:
            modality = "estimated"
        agent, target = self._actors(piece, frame)
        return Finding(
            piece.start, piece.end, piece.voice, type_, modality, rule, "pos", piece.cue, agent, target,
            "core" if frame else "minor", 0.4 if frame else 0.25,
        )  # fmt: skip

    def _actors(self, piece: _Piece, frame: Frame | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The first party acts and the next is acted upon; the other way round in a passive."""
        inside = [n for n in self.material.names.parties if piece.start <= n.start and n.end <= piece.end]
        parties = list(dict.fromkeys(n.id for n in inside))
        if frame and frame.patient:
            return (), tuple(p for p in parties if p in self.material.names.populations)
        words = self.text[piece.start : piece.end]
        by = _BY.search(words)
        if _PASSIVE.search(words):
            doers = [n.id for n in inside if by and n.start >= piece.start + by.end()][:1]
            return tuple(doers), tuple(p for p in parties if p not in doers)[:1]
        return tuple(parties[:1]), tuple(parties[1:2])


def _lead(words: str) -> int:
    """How many characters of "However, " and the like stand before the words."""
    match = _LEAD.match(words)
    return match.end() if match else 0


def _forms(verb: str) -> set[str]:
    """Spoken forms of a cue verb: say, says, said, saying."""
    if "_" in verb:
        return set()
    irregular = {form for form, lemma in _irregular().items() if lemma == verb}
    stem = verb[:-1] if verb.endswith("e") else verb
    if verb.endswith("y") and verb[-2] not in "aeou":
        return {verb, verb[:-1] + "ies", verb[:-1] + "ied"} | irregular
    return {verb, verb + "s", stem + "ed"} | irregular
