"""Small questions about a parsed sentence: its subject, object, particle, negation, and where a clause ends.

Tokens are spaCy's; nothing here knows about claims.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Token = Any
"""A spaCy token. spaCy ships partial types only, and is not installed everywhere."""

# What stands after these is what the clause is set against, not what it is about.
_SET_AGAINST = ("despite", "contrary", "notwithstanding", "amid")
SUBJECTS = ("nsubj", "nsubjpass", "csubj", "expl")


def children(token: Token, *deps: str) -> list[Token]:
    """The direct dependants with one of these relations."""
    return [child for child in token.children if child.dep_ in deps]


def lemmas_of(verb: Token) -> frozenset[str]:
    """The verb's dictionary form, alone and with each particle or adverb: ``turn``, ``turn_back``."""
    base = verb.lemma_.lower()
    words = {
        child.lemma_.lower()
        for child in verb.children
        if child.dep_ in ("prt", "prep", "advmod") or child.lemma_.lower() in ("place", "part")
    }
    return frozenset({base, *(f"{base}_{word}" for word in words)})


def subject_of(verb: Token) -> Token | None:
    """The grammatical subject; a bare coordinate or participle takes its governor's."""
    own = children(verb, *SUBJECTS)
    if own:
        return own[0]
    if verb.dep_ == "xcomp" and (asked := object_of(verb.head)) is not None:
        return asked  # "urged the council to open the road": the council is to open it
    if verb.dep_ in ("conj", "xcomp", "advcl") and verb.head.i != verb.i:
        return subject_of(verb.head)
    if verb.dep_ in ("pcomp", "pobj") and verb.head.head.i != verb.head.i:
        above = verb.head.head
        return subject_of(above) if above.pos_ in ("VERB", "AUX") else None
    if verb.dep_ in ("relcl", "acl"):
        return verb.head
    return None


def is_passive(verb: Token) -> bool:
    """True for "was denied" and for a bare participle after a noun ("buses sent by …")."""
    return bool(children(verb, "nsubjpass", "auxpass", "agent")) or (
        verb.dep_ == "acl" and verb.tag_ == "VBN"
    )


def is_headless(verb: Token) -> bool:
    """True where the parser took the sentence's verb for a participle of its subject ("300 families left")."""
    return (
        verb.dep_ == "acl"
        and verb.tag_ == "VBD"
        and verb.head.dep_ == "ROOT"
        and verb.head.pos_ in ("NOUN", "PROPN")
    )


def by_phrase(verb: Token) -> Token | None:
    """Who does it, in a passive: the noun after "by", also where the parser hung it on an object or place."""
    astray = [t for t in subtree(verb, set()) if t.lower_ == "by" and t.i > verb.i and t.dep_ == "prep"]
    for agent in [*children(verb, "agent"), *astray]:
        for noun in children(agent, "pobj"):
            return noun
    return None


def object_of(verb: Token) -> Token | None:
    """The direct object, an indirect one first ("invited officials", "denied them access")."""
    for dep in ("dative", "dobj", "oprd"):
        for found in children(verb, dep):
            if found.dep_ == "dative" and found.pos_ == "ADP":
                return next(iter(children(found, "pobj")), found)
            return found
    return None


def prepositional(token: Token, *words: str) -> Token | None:
    """The noun after one of these prepositions, of the token or of its object."""
    for place in (token, *children(token, "dobj", "attr")):
        for prep in children(place, "prep", "dative"):
            if prep.lower_ in words:
                for noun in children(prep, "pobj"):
                    return noun
    return None


def is_negated(verb: Token) -> bool:
    """True for "not", "never", "no longer" on the verb, or "no" on its subject or object."""
    if any(child.dep_ == "neg" or child.lower_ in ("never", "hardly") for child in verb.children):
        return True
    near = [token for token in (object_of(verb), *children(verb, *SUBJECTS)) if token is not None]
    return any(child.lower_ in ("no", "neither") for token in near for child in token.children) or any(
        token.lower_ in ("nobody", "none", "nothing") for token in near
    )


def is_future(verb: Token, modals: Iterable[str]) -> bool:
    """True for "will leave", "is due to leave", "is to leave"."""
    if any(child.dep_ == "aux" and child.lemma_.lower() in modals for child in verb.children):
        return True
    return verb.lemma_.lower() in ("be", "due", "schedule", "plan", "expect") and bool(
        children(verb, "xcomp")
    )


def is_past(verb: Token) -> bool:
    """True where the deed is told as done: "left", "have left", "was sent"."""
    return verb.tag_ in ("VBD", "VBN") and not any(c.tag_ == "MD" for c in verb.children)


def bag_of(verb: Token, stop: set[int]) -> frozenset[str]:
    """Dictionary forms of the words of a clause, without the clauses inside it that stand for themselves."""
    found: set[str] = set()
    queue = [verb.head if is_headless(verb) else verb]
    stop = stop - {verb.i}
    while queue:
        token = queue.pop()
        found |= {token.lemma_.lower(), token.lower_}
        queue += [c for c in token.children if c.i not in stop and c.lower_ not in _SET_AGAINST]
    return frozenset(found)


def subtree(token: Token, stop: set[int]) -> list[Token]:
    """The token and everything below it, without the branches that start at ``stop``."""
    found, queue = [], [token]
    while queue:
        here = queue.pop()
        found.append(here)
        queue += [child for child in here.children if child.i not in stop]
    return sorted(found, key=lambda t: t.i)
