"""Who speaks: for each word of a parsed paragraph the voices that carry it, from the outside in."""

from __future__ import annotations

from dataclasses import dataclass

from waythrough.intake.grammar import Token, children, object_of, prepositional, subject_of, subtree
from waythrough.intake.lexicon import Lexicon
from waythrough.intake.quotes import quoted


@dataclass(frozen=True)
class Attribution:
    """One voice taking a stance: the verb that says so, who speaks, and the token its content hangs on."""

    verb: int
    speaker: Token | None
    content: int
    stance: str
    first: bool = False
    """True when the speaker is "we": the voice outside speaks of itself."""


def attributions(doc: Token, lexicon: Lexicon) -> list[Attribution]:
    """Every attribution in a parsed paragraph, in order."""
    found = []
    for token in doc:
        found += _of_verb(token, lexicon) if token.pos_ in ("VERB", "AUX", "NOUN") else []
        found += _according_to(token)
    return found


def _of_verb(token: Token, lexicon: Lexicon) -> list[Attribution]:
    lemmas = {
        token.lemma_.lower(),
        *(f"{token.lemma_.lower()}_{c.lower_}" for c in children(token, "prep", "prt")),
    }
    speaker = speaker_of(token, lexicon)
    if token.pos_ == "NOUN":
        return []
    if lemmas & lexicon.cues["accused"]:
        content = next((p for p in children(token, "prep") if p.lower_ in ("of", "for", "with")), None)
        target = object_of(token)
        return [Attribution(token.i, speaker, token.i, "accused")] if content and target is not None else []
    if lemmas & lexicon.cues["requested"]:
        asked = [
            c for c in children(token, "xcomp", "ccomp") if object_of(token) is not None or c.dep_ == "ccomp"
        ]
        asked += [
            c
            for p in children(token, "prep")
            if p.lower_ in ("on", "for", "to")
            for c in children(p, "pcomp")
        ]
        called = "call_on" in lemmas or "appeal_to" in lemmas
        wants = asked or (children(token, "xcomp", "advcl", "acl") if called else [])
        return (
            [Attribution(token.i, speaker, wants[0].i, "requested")]
            if wants and token.lemma_ != "ask"
            else []
        )
    stance = next((s for lemma in sorted(lemmas) if (s := lexicon.stance(lemma))), None)
    if stance is None:
        return []
    return [
        Attribution(token.i, speaker, content.i, stance, first=_is_first(speaker))
        for content in _contents(token, stance, lexicon)
    ]


def _contents(verb: Token, stance: str, lexicon: Lexicon) -> list[Token]:
    """The clause that carries what was said: a complement, a gerund after "deny", or the sentence around "he said"."""
    found = [c for c in children(verb, "ccomp") if c.pos_ in ("VERB", "AUX")]
    if stance == "denied":
        found += [c for c in children(verb, "xcomp") if c.tag_ == "VBG"]
        for noun in children(verb, "dobj"):
            if noun.lemma_.lower() in lexicon.cues["reports"]:
                found += children(noun, "acl", "ccomp") + [
                    c for p in children(noun, "prep") for c in children(p, "pcomp")
                ]
    if stance == "promised":
        found += children(verb, "xcomp")
    if (
        not found
        and verb.dep_ in ("parataxis", "advcl")
        and children(verb, "nsubj")
        and not children(verb, "mark")
    ):
        found = [verb.head] if verb.head.pos_ in ("VERB", "AUX") else []
    return found[:1] if stance != "asserted" else found


def _is_first(speaker: Token | None) -> bool:
    return speaker is not None and speaker.lower_ in ("we", "i")


def speaker_of(verb: Token, lexicon: Lexicon) -> Token | None:
    """The noun that speaks; for "a survey released by the agency found" the agency, not the survey."""
    subject = subject_of(verb)
    if subject is None:
        return None
    if subject.lemma_.lower() in lexicon.cues["documents"]:
        for part in children(subject, "acl"):
            for agent in children(part, "agent"):
                for noun in children(agent, "pobj"):
                    return noun
        issuer = prepositional(subject, "by", "from")
        if issuer is not None:
            return issuer
    return subject


def _according_to(token: Token) -> list[Attribution]:
    if token.lower_ != "according":
        return []
    for to in children(token, "prep"):
        for noun in children(to, "pobj"):
            head = token.head if token.head.pos_ in ("VERB", "AUX") else token.head.head
            return [Attribution(token.i, noun, head.i, "asserted")]
    return []


def chain_of(token: Token, found: list[Attribution]) -> list[Attribution]:
    """The attributions that carry a token, outermost first."""
    by_content: dict[int, list[Attribution]] = {}
    for attribution in found:
        by_content.setdefault(attribution.content, []).append(attribution)
    carriers: list[Attribution] = []
    here, previous = token, None
    while True:
        for attribution in by_content.get(here.i, ()):
            own = attribution.verb == here.i and previous is None
            inside = (
                attribution.speaker is not None
                and previous is not None
                and previous.i == attribution.speaker.i
            )
            # The speaker and a "he said" in the middle are not part of what was said.
            if not own and not inside and not _under(token, attribution.verb, here):
                carriers.append(attribution)
        if here.head.i == here.i:
            break
        here, previous = here.head, here
    return list(reversed(carriers))


def _under(token: Token, verb: int, content: Token) -> bool:
    """True when the token hangs below a parenthetical attribution rather than beside it."""
    if verb == content.i:
        return False
    here = token
    while here.head.i != here.i and here.i != content.i:
        if here.i == verb:
            return True
        here = here.head
    return False


def quote_speakers(doc: Token, text: str, found: list[Attribution]) -> list[tuple[int, int, Attribution]]:
    """Each quotation of a paragraph with the attribution that covers it: start, end, who speaks.

    A quotation without a verb of its own belongs to the attribution of the nearest earlier quotation, else of the
    next, in the same paragraph.
    """
    spans = [(s, e) for s, e in quoted(text) if e - s > 25]
    owners: list[Attribution | None] = []
    for start, end in spans:
        inside = [
            a for a in found if any(start <= t.idx < end for t in subtree(doc[a.content], set()) if not t.is_punct)
            and not start <= doc[a.verb].idx < end
        ]  # fmt: skip
        owners.append(inside[0] if inside else None)
    for index, owner in enumerate(owners):
        if owner is None:
            earlier = [o for o in owners[:index] if o is not None]
            later = [o for o in owners[index:] if o is not None]
            owners[index] = earlier[-1] if earlier else (later[0] if later else None)
    return [(s, e, o) for (s, e), o in zip(spans, owners, strict=True) if o is not None]
