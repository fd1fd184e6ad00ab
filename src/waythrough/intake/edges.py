"""Where a claim begins and ends: the shortest contiguous stretch that still carries it.

The source and its cue at an edge are left out, so are a leading "that", discourse words, a leading or trailing
adjunct set off by a comma, clauses that stand for themselves, and the closing full stop. An attribution in the middle
stays: a span is contiguous.
"""

from __future__ import annotations

from waythrough.intake.attribution import Attribution
from waythrough.intake.grammar import SUBJECTS, Token, children, is_headless, subtree

_TRIM = "“”\"'’.,;:–—- "


def edges(head: Token, doc: Token, stop: set[int], found: list[Attribution]) -> tuple[int, int]:
    """First character and one past the last of the clause at ``head``, within its paragraph."""
    cut = {t for t in stop if t != head.i and _outside(doc[t], head)}
    # A clause that complements this one is part of it, unless it is what somebody is quoted as saying.
    said = {a.content for a in found}
    cut |= {c.i for c in children(head, "ccomp") if c.i in said}
    cut |= {a.verb for a in found if a.verb != head.i and a.content == head.i}
    if is_headless(head):
        tokens = _trim(subtree(head.head, cut))
        return tokens[0].idx, tokens[-1].idx + len(tokens[-1])
    tokens = subtree(head, cut)
    tokens = _without_leading(head, tokens, stop)
    tokens = _without_trailing(head, tokens, doc)
    tokens = _trim(tokens)
    return (tokens[0].idx, tokens[-1].idx + len(tokens[-1])) if tokens else (head.idx, head.idx + len(head))


def _outside(token: Token, head: Token) -> bool:
    """True for a clause that hangs on this one but is cut off: coordinate, adverbial, or a relative at a comma."""
    if token.dep_ in ("conj", "parataxis", "advcl", "pcomp"):
        return True
    if token.dep_ == "ccomp":
        return token.i < head.i and not children(token, "mark")
    return token.dep_ == "relcl" and after_comma(token) and _is_last(token, head)


def after_comma(token: Token) -> bool:
    """True when a comma, dash or bracket sets the token's phrase off."""
    first = subtree(token, set())[0]
    return first.i > 0 and first.nbor(-1).text in (",", "–", "—", "(")


def _is_last(token: Token, head: Token) -> bool:
    return subtree(token, set())[0].i > head.i


def _without_leading(head: Token, tokens: list[Token], stop: set[int]) -> list[Token]:
    subjects = children(head, *SUBJECTS)
    core = min([head.i, *(c.i for c in children(head, "aux", "auxpass", "neg"))])
    if subjects:
        subject = subtree(subjects[0], set())
        # A subject that carries a clause of its own, set off by commas, is that clause's; begin at the verb.
        own = [c for c in children(subjects[0], "relcl") if c.i in stop and after_comma(c)]
        first = core if own else min(core, subject[0].i)
    else:
        first = core
        before = [c for c in children(head, "advmod") if c.i < core and c.i == core - 1]
        first = min([first, *(c.i for c in before)])
    start = next((t.i for t in tokens if t.i >= first), head.i)
    if not subjects or start < head.i:
        tokens = [t for t in tokens if t.i >= start]
    if subjects and subjects[0].i > head.i:  # "said the ministry": the subject follows
        return [t for t in tokens if t.i >= min(core, tokens[0].i)]
    return tokens


def _without_trailing(head: Token, tokens: list[Token], doc: Token) -> list[Token]:
    """Drop a participle or adverbial phrase that a comma sets off at the end."""
    for child in sorted(head.children, key=lambda c: c.i, reverse=True):
        if child.i > head.i and child.dep_ in ("advcl", "prep", "acl", "npadvmod") and after_comma(child):
            begin = subtree(child, set())[0].i
            last = max(t.i for t in tokens if not t.is_punct)
            if subtree(child, set())[-1].i >= last and child.dep_ in ("advcl", "acl", "prep"):
                tokens = [t for t in tokens if t.i < begin]
    return tokens


def _trim(tokens: list[Token]) -> list[Token]:
    edge = ("that", "and", "but", "or", "however", "then", "who", "which", "where",
            "when", "because", "while", "although", "after", "since", "so")  # fmt: skip
    while tokens and (tokens[0].is_space or tokens[0].text in _TRIM or (
        tokens[0].lower_ in edge and tokens[0].dep_ in ("mark", "cc", "advmod", "prep")
    )):  # fmt: skip
        tokens = tokens[1:]
    while tokens and (
        tokens[-1].is_space
        or tokens[-1].text in _TRIM
        or tokens[-1].dep_ == "cc"
        or tokens[-1].lower_ == "however"
    ):
        tokens = tokens[:-1]
    return tokens


def noun_edges(noun: Token) -> tuple[int, int]:
    """A noun with all that hangs on it, except relative clauses set off by a comma."""
    cut = {c.i for c in children(noun, "relcl", "appos", "conj", "cc") if c.dep_ != "relcl" or after_comma(c)}
    tokens = subtree(noun, cut)
    near: list[Token] = []
    for token in tokens:
        if not near or token.i - near[-1].i <= 2:
            near.append(token)
        elif noun.i > near[-1].i:
            near = [token]
    near = _trim(near) or [noun]
    return near[0].idx, near[-1].idx + len(near[-1])
