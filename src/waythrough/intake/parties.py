"""From a noun or pronoun to a party: by the registry's names, else the nearest party that fits, else the words."""

from __future__ import annotations

from collections.abc import Iterable

from waythrough.intake.assemble import Material
from waythrough.intake.attribution import Attribution
from waythrough.intake.grammar import SUBJECTS, Token, children, subtree

_FIRST = ("we", "us", "our", "ours", "i", "ourselves")
_THIRD = (
    "they",
    "them",
    "it",
    "its",
    "their",
    "he",
    "she",
    "his",
    "her",
    "who",
    "which",
    "that",
    "whom",
    "those",
)


class Resolver:
    """Resolves the nouns of one paragraph to the nearest compatible party, which is wrong at times."""

    def __init__(self, material: Material, offset: int, doc: Token, last_subject: str | None) -> None:
        self.material, self.offset, self.names = material, offset, material.names
        self.doc = doc
        self.before = last_subject
        self._subjects = self._sentence_subjects()

    def _sentence_subjects(self) -> list[tuple[int, str]]:
        """For each sentence the party its main clause is about: where it ends, who."""
        found: list[tuple[int, str]] = []
        previous = self.before
        for sentence in self.doc.sents:
            party = None
            for subject in children(sentence.root, *SUBJECTS):
                party = self.named(subject)
                if party is None and subject.lower_ in _THIRD:
                    party = previous
            previous = party or previous
            if previous:
                found.append((sentence.end, previous))
        return found

    @property
    def last_subject(self) -> str | None:
        """The party the last sentence of the paragraph was about."""
        return self._subjects[-1][1] if self._subjects else self.before

    def named(self, noun: Token) -> str | None:
        """The registered party that a noun phrase names: by its head word first, else by any name in its core."""
        start, end = noun.idx + self.offset, noun.idx + len(noun) + self.offset
        party = self.names.party_at(start, end)
        if party:
            return party
        core = list(
            subtree(noun, {c.i for c in children(noun, "prep", "relcl", "acl", "appos", "conj", "poss")})
        )
        return self.names.party_in(core[0].idx + self.offset, core[-1].idx + len(core[-1]) + self.offset)

    def one(self, noun: Token, speaker: str) -> str | None:
        """The party of one noun or pronoun; None where nothing fits."""
        low = noun.lower_
        if low in _FIRST:
            return speaker
        if low in ("who", "which", "that", "whom") and noun.head.dep_ == "relcl":
            return self.one(noun.head.head, speaker)
        if low in _THIRD or low in ("both", "neither", "this"):
            return self._nearest(noun, speaker)
        named = self.named(noun)
        if named:
            return named
        for owner in children(noun, "poss"):
            return self.one(owner, speaker)
        for prep in children(noun, "prep"):
            if prep.lower_ in ("of", "from", "by"):
                for inner in children(prep, "pobj"):
                    party = self.named(inner)
                    if party:
                        return party
        return None

    def _nearest(self, pronoun: Token, speaker: str) -> str | None:
        subject = self._nearest_subject(pronoun)
        # "The delegation said they wanted …": a subject pronoun in reported speech is the speaker; an object or
        # "their" is somebody else.
        if subject and (subject != speaker or pronoun.dep_ in SUBJECTS):
            return subject
        near = self.names.parties_before(pronoun.idx + self.offset)
        for named in near[:4]:
            if named.id != speaker and named.id not in self.names.populations:
                return named.id
        return subject

    def _nearest_subject(self, pronoun: Token) -> str | None:
        """A named subject earlier in the sentence, else what the sentence before was about."""
        for token in reversed(list(self.doc[pronoun.sent.start : pronoun.i])):
            if token.dep_ in SUBJECTS and token.lower_ not in _THIRD:
                party = self.named(token)
                if party:
                    return party
        earlier = [party for end, party in self._subjects if end <= pronoun.sent.start]
        return earlier[-1] if earlier else self.before

    def resolve(self, nouns: Iterable[Token | None], speaker: str) -> tuple[str, ...]:
        """The parties of several nouns, each once, in order. Without a registry, the words of the nouns."""
        found: dict[str, None] = {}
        for noun in nouns:
            if noun is None:
                continue
            for each in (noun, *children(noun, "conj")):
                party = self.one(each, speaker)
                if party is None and not self.names.parties and each.pos_ in ("NOUN", "PROPN"):
                    party = self.words(each)
                if party:
                    found[party] = None
        return tuple(found)

    def all_in(self, token: Token) -> list[str]:
        """Every registered party named below a token."""
        tokens = subtree(token, set())
        start, end = tokens[0].idx + self.offset, tokens[-1].idx + len(tokens[-1]) + self.offset
        return [n.id for n in self.names.parties if start <= n.start and n.end <= end]

    def speaker(self, attribution: Attribution, outer: str) -> str | None:
        """The party an attribution's speaker is, else the words that name it; None if it is the voice outside."""
        noun = attribution.speaker
        if noun is None:
            return None
        if noun.lower_ in _FIRST:
            return outer
        return self.one(noun, outer if noun.lower_ not in _THIRD else "") or self.words(noun)

    def words(self, noun: Token) -> str:
        """The noun phrase without what hangs on it: "joint statement", "military police"."""
        cut = {
            c.i for c in children(noun, "relcl", "acl", "prep", "appos", "det", "conj", "cc", "punct", "poss")
        }
        tokens = subtree(noun, cut)
        start, end = tokens[0].idx + self.offset, tokens[-1].idx + len(tokens[-1]) + self.offset
        return self.material.text[start:end]
