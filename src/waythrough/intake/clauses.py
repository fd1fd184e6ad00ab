"""One parsed paragraph in, findings out: which clauses claim something, where each begins and ends, who acts."""

from __future__ import annotations

from collections.abc import Iterable

from waythrough.intake.assemble import Finding, Material
from waythrough.intake.attribution import Attribution, attributions, chain_of, quote_speakers
from waythrough.intake.edges import after_comma, edges, noun_edges
from waythrough.intake.grammar import (
    Token,
    bag_of,
    by_phrase,
    children,
    is_future,
    is_headless,
    is_negated,
    is_passive,
    is_past,
    lemmas_of,
    object_of,
    prepositional,
    subject_of,
    subtree,
)
from waythrough.intake.lexicon import Frame
from waythrough.intake.parties import Resolver
from waythrough.terms.claims import Span, Voice

# What a party is said to do to another, as opposed to what it says about itself or asks for.
_DEEDS_TO_DENY = ("access_denied", "aid_blocked", "movement_blocked", "incident_reported", "accusation",
                  "control_stated", "aid_delayed")  # fmt: skip

# What is asked for is not done: "urged the front to let them in" asks for access, any other deed is an appeal.
_ASKED_FOR = {
    "access_granted": "access_requested", "access_requested": "access_requested",
    "guarantee_given": "guarantee_requested", "guarantee_requested": "guarantee_requested",
    "meeting_held": "meeting_invited", "meeting_invited": "meeting_invited",
}  # fmt: skip


class ParagraphReader:
    """Reads one paragraph; ``last_subject`` afterwards names the party the next paragraph's pronouns may mean."""

    def __init__(self, material: Material, offset: int, doc: Token, last_subject: str | None) -> None:
        self.material, self.offset, self.doc = material, offset, doc
        self.lexicon = material.lexicon
        self.found = attributions(doc, self.lexicon)
        self.resolver = Resolver(material, offset, doc, last_subject)
        self.quotes = quote_speakers(doc, material.text[offset : offset + len(doc.text)], self.found)
        self.says = {a.verb for a in self.found if a.stance != "accused"}
        self.heads = [token for token in doc if self._stands_alone(token)]
        self.stop = {token.i for token in self.heads}

    @property
    def last_subject(self) -> str | None:
        """The party that was the subject of the last sentence with one."""
        return self.resolver.last_subject

    def findings(self) -> list[Finding]:
        """Everything this paragraph claims."""
        found: list[Finding] = []
        for head in self.heads:
            found += self._clause(head)
        for token in self.doc:
            found += self._noun_claims(token)
        return found

    # --- which clauses stand for themselves ----------------------------------------------------------------

    def _stands_alone(self, token: Token) -> bool:
        if token.pos_ not in ("VERB", "AUX") or token.dep_ in ("aux", "auxpass", "amod", "compound"):
            return False
        if token.i in self.says or self._is_unreal(token):
            return False
        if token.dep_ == "ccomp" and _is_infinitive(token) and not self._is_content(token):
            return False  # "allowed them to enter" is one claim
        if token.dep_ in ("ROOT", "ccomp", "relcl", "parataxis") or self._is_content(token):
            return True
        if is_headless(token):
            return True
        if token.dep_ == "conj":
            return token.head.pos_ in ("VERB", "AUX") and self._stands_alone_or_says(token.head)
        if token.dep_ == "advcl":
            marks = {c.lower_ for c in children(token, "mark", "advmod")}
            return not marks & {"as", "while", "when", "until", "so"} or after_comma(token)
        return token.dep_ == "pcomp" and token.head.lower_ in ("after", "before", "by", "without", "despite")

    def _is_content(self, token: Token) -> bool:
        return any(a.content == token.i for a in self.found)

    def _stands_alone_or_says(self, token: Token) -> bool:
        return token.i in self.says or self._stands_alone(token)

    def _is_unreal(self, token: Token) -> bool:
        marks = {c.lower_ for c in children(token, "mark")}
        asks = token.sent.text.rstrip("”\"' ").endswith("?") and token.dep_ == "ROOT"
        return bool(marks & self.lexicon.cues["unreal"]) or asks

    # --- one clause ----------------------------------------------------------------------------------------

    def _clause(self, head: Token) -> list[Finding]:
        carriers, voice, cue, stance = self._voice(head)
        frame = self._frame(head, len(voice.chain) > 1) or self._denied_deed(head, voice)
        if frame is None and not self._is_said(head, carriers):
            return []
        start, end = edges(head, self.doc, self.stop, self.found)
        if end - start < 8:
            return []
        type_ = frame.type if frame else self._default_type(stance, start, end)
        if stance == "requested":
            type_ = _ASKED_FOR.get(type_, "appeal")
        agent, target = self._actors(head, frame, voice)
        if not frame and type_ == "position_stated" and stance == "asserted" and self._is_aside(head):
            return []
        modality, polarity = self._stance(head, frame, type_, stance, voice, agent, (start, end))
        return [
            Finding(
                start + self.offset, end + self.offset, voice, type_, modality, frame.id if frame else "said",
                polarity, cue, agent, target,
                "core" if frame and type_ != "position_stated" and head.dep_ not in ("relcl",) else "minor",
                0.7 if frame and frame.strength > 1 else 0.6 if frame else 0.35,
            )
        ]  # fmt: skip

    def _is_aside(self, head: Token) -> bool:
        return head.dep_ in ("relcl", "pcomp", "advcl")

    def _is_said(self, head: Token, carriers: list[Attribution]) -> bool:
        """True when the clause itself, not just one around it, is what somebody is reported as saying."""
        if any(a.content == head.i for a in carriers):
            return True
        if head.dep_ == "conj" and carriers and head.head.dep_ in ("ccomp", "conj"):
            return True
        return bool(carriers) and head.dep_ == "ROOT" and len(list(head.subtree)) > 4

    def _default_type(self, stance: str, start: int, end: int) -> str:
        words = self.material.text[start + self.offset : end + self.offset]
        if stance == "accused" or self.lexicon.strong.search(words):
            return "accusation"
        return "appeal" if stance == "requested" else "position_stated"

    def _frame(self, head: Token, attributed: bool, verb: Token | None = None) -> Frame | None:
        verb = verb or head
        heads = set(lemmas_of(verb))
        chain = verb
        while chain.lemma_.lower() in (
            "be",
            "have",
            "start",
            "begin",
            "continue",
            "manage",
            "try",
            "able",
        ) and (inner := next(iter(children(chain, "xcomp")), None)):
            heads |= lemmas_of(inner)
            chain = inner
        if verb.lemma_.lower() == "be":
            heads |= {c.lemma_.lower() for c in children(verb, "acomp", "attr") if c.dep_ == "acomp"}
        return self.lexicon.best(
            heads, bag_of(verb, self.stop - {verb.i}), self._signs(verb, chain, attributed)
        )

    def _signs(self, verb: Token, inner: Token, attributed: bool) -> set[str]:
        signs = {"negated"} if is_negated(verb) or is_negated(inner) else set()
        if is_future(verb, self.lexicon.cues["future"]):
            signs.add("future")
        elif is_past(verb) or is_past(inner):
            signs.add("past")
        if attributed:
            signs.add("attributed")
        doer = by_phrase(verb) if is_passive(verb) else subject_of(verb)
        if doer is not None and verb.lemma_.lower() != "be":
            signs.add("doer")
        tokens = subtree(verb, self.stop - {verb.i})
        start, end = tokens[0].idx + self.offset, tokens[-1].idx + len(tokens[-1]) + self.offset
        for number in self.material.numbers:
            if start <= number.span.start < end:
                signs.add(
                    {"persons": "persons", "households": "persons", "share": "share"}.get(
                        number.unit or "", "number"
                    )
                )
        subject = subject_of(verb)
        if subject is not None and (
            {subject.lower_} & self.lexicon.cues["people_heads"] or self._are_people(subject)
        ):
            signs.add("crowd")
        return signs

    def _are_people(self, token: Token) -> bool:
        party = self.resolver.named(token)
        return (
            token.lemma_.lower() in self.lexicon.classes["people"] or party in self.material.names.populations
        )

    # --- who speaks ----------------------------------------------------------------------------------------

    def _voice(self, head: Token) -> tuple[list[Attribution], Voice, Span | None, str]:
        carriers = chain_of(head, self.found)
        at = head.idx
        covering = [a for s, e, a in self.quotes if s <= at < e]
        if not carriers and covering:
            carriers = covering[:1]
        chain = [self.material.doc.outlet]
        mention: Span | None = None
        for attribution in carriers:
            speaker = self.resolver.speaker(attribution, chain[-1])
            if speaker and speaker != chain[-1]:
                chain.append(speaker)
                if attribution.speaker is not None:
                    mention = self._span(*noun_edges(attribution.speaker))
        last = carriers[-1] if carriers else None
        basis = "reported" if len(chain) > 1 else "own_voice"
        cue = self._token_span(self.doc[last.verb]) if last else None
        return carriers, Voice(tuple(chain), mention, basis), cue, last.stance if last else "asserted"

    def _span(self, start: int, end: int) -> Span:
        return Span.of(self.material.text, start + self.offset, end + self.offset)

    def _token_span(self, token: Token) -> Span:
        return self._span(token.idx, token.idx + len(token))

    # --- stance --------------------------------------------------------------------------------------------

    def _stance(
        self, head: Token, frame: Frame | None, type_: str, stance: str, voice: Voice,
        agent: tuple[str, ...], where: tuple[int, int],
    ) -> tuple[str, str]:  # fmt: skip
        if stance == "denied":
            return "denied", "neg"
        if stance in ("requested", "promised", "estimated", "accused"):
            return stance, "pos"
        speaker = voice.chain[-1]
        if frame and self._denied_deed(head, voice) is frame:
            return "denied", "neg"
        words = self.material.text[where[0] + self.offset : where[1] + self.offset]
        others = agent and speaker not in agent
        if type_ == "accusation" or (len(voice.chain) > 1 and others and self.lexicon.strong.search(words)):
            return "accused", "pos"
        if frame and frame.modality:
            return frame.modality, "pos"
        if type_ == "survey_finding" and len(voice.chain) > 1:
            return "estimated", "pos"
        if (
            len(voice.chain) == 1
            and speaker in agent
            and type_ in ("meeting_invited", "access_requested", "guarantee_requested")
        ):
            return "requested", "pos"
        if speaker in agent and type_ in ("guarantee_given",):
            return "promised", "pos"
        return "asserted", "pos"

    def _denied_deed(self, head: Token, voice: Voice) -> Frame | None:
        """What the clause would claim without its "not", if a voice rejects a deed that way: "we do not block aid"."""
        subject = subject_of(head)
        own = subject is not None and self.resolver.one(subject, voice.chain[-1]) == voice.chain[-1]
        if not is_negated(head) or not (own or len(voice.chain) > 1):
            return None
        signs = self._signs(head, head, True) - {"negated"}
        frame = self.lexicon.best(lemmas_of(head), bag_of(head, self.stop - {head.i}), signs)
        return frame if frame and frame.type in _DEEDS_TO_DENY and frame.negated is not True else None

    # --- who acts ------------------------------------------------------------------------------------------

    def _actors(
        self, head: Token, frame: Frame | None, voice: Voice
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        speaker = voice.chain[-1]
        subject = subject_of(head)
        if is_passive(head):
            doers, done_to = [by_phrase(head)], [subject, prepositional(head, "to", "from")]
        else:
            inner = next(iter(children(head, "xcomp")), head)
            done_to = [object_of(head), prepositional(head, "to", "against", "with", "from")]
            done_to += (
                [object_of(inner), prepositional(inner, "to", "against", "with")] if inner is not head else []
            )
            doers = [subject]
        agent = self.resolver.resolve(doers, speaker)
        target = tuple(t for t in self.resolver.resolve(done_to, speaker) if t not in agent)
        if frame and frame.patient:
            people = [p for p in self.resolver.all_in(head) if p in self.material.names.populations]
            return (), tuple(dict.fromkeys(people))
        return agent, target[:2]

    # --- claims carried by a noun and what hangs on it -----------------------------------------------------

    def _noun_claims(self, token: Token) -> Iterable[Finding]:
        if token.pos_ in ("NOUN", "PROPN"):
            for part in children(token, "acl"):
                yield from self._participle(token, part)
            if token.lemma_.lower() in ("assurance", "guarantee", "promise", "pledge", "threat"):
                yield from self._undertaking(token)
        if (
            token.dep_ in ("pobj", "pcomp", "advcl")
            and token.tag_ == "VBG"
            and token.lemma_ in ("open", "create", "close")
        ):
            yield from self._since(token)
        if token.i in {a.verb for a in self.found if a.stance == "accused"}:
            yield from self._accusation(token)

    def _participle(self, noun: Token, part: Token) -> Iterable[Finding]:
        lemma, words = part.lemma_.lower(), self.lexicon.classes
        passive = part.tag_ == "VBN"
        _, voice, cue, _ = self._voice(noun)
        speaker = voice.chain[-1]
        start, end = noun_edges(noun)
        importance, type_ = "minor", None
        doer = by_phrase(part) if passive else noun
        agent = self.resolver.resolve([doer], speaker)
        target: tuple[str, ...] = ()
        bag = bag_of(noun, set())
        if lemma in words["hold"] and bag & words["land"] and (doer is not None):
            type_, importance = "control_stated", "core"
        elif (
            passive and lemma in ("send", "dispatch", "organise", "organize", "provide") and doer is not None
        ):
            type_ = (
                "movement_planned"
                if noun.lemma_.lower() in ("bus",)
                else "aid_planned"
                if bag & words["aid"]
                else None
            )
            agent = self.resolver.resolve([doer, *(by_phrase(c) for c in children(part, "conj"))], speaker)
            end = max(t.idx + len(t) for t in subtree(noun, self._last_prep(part)))
        elif (
            not passive
            and lemma in ("live", "die", "starve", "suffer", "freeze", "shelter")
            and self._are_people(noun)
        ):
            if lemma == "live" and not (bag & words["condition"] - {"camp", "site"}):
                return
            importance = "minor" if lemma == "live" else "core"
            type_, agent, target = (
                "condition_reported",
                (),
                tuple(p for p in self.resolver.resolve([noun], speaker)),
            )
        if type_:
            modality = "asserted"
            body = self.material.text[start + self.offset : end + self.offset]
            if len(voice.chain) > 1 and agent and speaker not in agent and self.lexicon.strong.search(body):
                modality = "accused"
            yield Finding(
                start + self.offset, end + self.offset, voice, type_, modality, f"noun/{lemma}", "pos", cue, agent,
                target, importance, 0.5,
            )  # fmt: skip

    def _last_prep(self, part: Token) -> set[int]:
        """Gerund phrases after the participle belong to the verb outside ("prevented buses sent by X from taking")."""
        stack = [part, *children(part, "conj")]
        return {p.i for verb in stack for p in children(verb, "prep") if children(p, "pcomp")}

    def _undertaking(self, noun: Token) -> Iterable[Finding]:
        giver = prepositional(noun, "from", "by", "of") or next(
            iter(children(noun, "poss", "compound")), None
        )
        party = self.resolver.resolve([giver], self.material.doc.outlet) if giver is not None else ()
        if not party or (noun.head.dep_ == "ROOT" and noun.dep_ == "dobj"):
            return
        _, voice, _, _ = self._voice(noun)
        if voice.chain[-1] != party[0]:
            voice = Voice((*voice.chain, party[0]), self._span(*noun_edges(giver)), "reported")
        start, end = noun_edges(noun)
        safe = bag_of(noun, set()) & {"safe", "safety", "security", "passage", "truce"}
        type_ = "guarantee_given" if safe else "position_stated"
        yield Finding(
            start + self.offset, end + self.offset, voice, type_, "promised", "noun/undertaking", "pos",
            self._token_span(noun), party, (), "minor", 0.4,
        )  # fmt: skip

    def _since(self, gerund: Token) -> Iterable[Finding]:
        if gerund.head.lower_ != "since" and not any(c.lower_ == "since" for c in gerund.children):
            return
        top = gerund.head if gerund.head.lower_ == "since" else gerund
        tokens = subtree(top, set())
        _, voice, cue, _ = self._voice(gerund)
        yield Finding(
            tokens[0].idx + self.offset, tokens[-1].idx + len(tokens[-1]) + self.offset, voice,
            "condition_reported", "asserted", "since", "pos", cue, (), (), "minor", 0.4,
        )  # fmt: skip

    def _accusation(self, verb: Token) -> Iterable[Finding]:
        """ "X accused Y of Z": the words "Y of Z", in X's voice."""
        attribution = next(a for a in self.found if a.verb == verb.i)
        _, outer, _, _ = self._voice(verb)
        speaker = self.resolver.speaker(attribution, outer.chain[-1])
        chain = (*outer.chain, speaker) if speaker and speaker != outer.chain[-1] else outer.chain
        mention = self._span(*noun_edges(attribution.speaker)) if attribution.speaker is not None else None
        accused = object_of(verb)
        phrase = next(p for p in children(verb, "prep") if p.lower_ in ("of", "for", "with"))
        tokens = subtree(accused, set()) + subtree(phrase, set())
        start, end = min(t.idx for t in tokens), max(t.idx + len(t) for t in tokens)
        deed = next(iter(children(phrase, "pcomp")), None)
        frame = self._frame(deed, True, deed) if deed is not None else None
        agent = self.resolver.resolve([accused], speaker or "")
        others = [p for p in self.resolver.all_in(phrase) if p not in agent and p != speaker]
        yield Finding(
            start + self.offset, end + self.offset,
            Voice(chain, mention, "reported" if len(chain) > 1 else "own_voice"),
            frame.type if frame else "accusation", "accused", frame.id if frame else "accuse-of", "pos",
            self._token_span(verb), agent, tuple(others[:1]), "core", 0.7,
        )  # fmt: skip


def _is_infinitive(verb: Token) -> bool:
    """True for "to enter", and for "enter" in "let them enter"."""
    helpers = [child for child in verb.children if child.dep_ == "aux"]
    return any(c.tag_ == "TO" for c in helpers) or (verb.tag_ == "VB" and not helpers)
