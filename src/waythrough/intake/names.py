"""Whom and what a text names, found with the aliases the team has registered; longest name first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from waythrough.terms.claims import PlaceMention, Registry, Span

_TO = re.compile(
    r"\b(?:to|into|towards?|onto|reach(?:ed|es)?|enter(?:ed|ing|s)?|for)\s+(?:the\s+)?$", re.IGNORECASE
)
_FROM = re.compile(r"\b(?:from|out\s+of|leav(?:e|ing|es)|left)\s+(?:the\s+)?$", re.IGNORECASE)
_VIA = re.compile(r"\b(?:via|through|across|by\s+way\s+of)\s+(?:the\s+)?$", re.IGNORECASE)
_ABOUT = re.compile(r"\b(?:about|on|regarding|dismantling|disbanding|closing)\s+(?:the\s+)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """One registered name at one place in the text."""

    start: int
    end: int
    id: str
    plural: bool = True


class Names:
    """All registered names in one text. A name matches whole words, any case but that of a one-word acronym."""

    def __init__(self, text: str, registry: Registry) -> None:
        self.text = text
        self.parties = _find(text, ((p.id, (p.name, *p.aliases)) for p in registry.parties))
        self.places = _find(text, ((p.id, (p.name, *p.aliases)) for p in registry.places))
        self.populations = {p.id for p in registry.parties if p.kind == "population"}

    def party_in(self, start: int, end: int) -> str | None:
        """The first party named between two offsets."""
        inside = [n for n in self.parties if start <= n.start and n.end <= end]
        return inside[0].id if inside else None

    def party_at(self, start: int, end: int) -> str | None:
        """The party whose name covers the head word between two offsets."""
        return next((n.id for n in self.parties if n.start <= start and end <= n.end), None)

    def parties_before(self, at: int) -> list[Named]:
        """Parties named before an offset, nearest first."""
        return [n for n in reversed(self.parties) if n.end <= at]

    def places_in(self, start: int, end: int) -> tuple[PlaceMention, ...]:
        """Places named between two offsets, each with its role."""
        return tuple(
            PlaceMention(Span.of(self.text, n.start, n.end), n.id, self._role(n.start))
            for n in self.places
            if start <= n.start and n.end <= end
        )

    def _role(self, start: int) -> str:
        before = self.text[max(0, start - 40) : start]
        for pattern, role in ((_TO, "to"), (_FROM, "from"), (_VIA, "via"), (_ABOUT, "about")):
            if pattern.search(before):
                return role
        return "at"


def _find(text: str, known: Iterable[tuple[str, tuple[str, ...]]]) -> list[Named]:
    ids: dict[str, str] = {}
    for party, names in known:
        for name in names:
            # Documents vary the article; the registry should not have to list both.
            bare = re.sub(r"^(?:the|a|an)\s+", "", name.strip(), flags=re.IGNORECASE)
            ids.setdefault(_key(bare), party)
            ids.setdefault(_key(name), party)
    if not ids:
        return []
    words = "|".join(_pattern(name) for name in sorted(ids, key=len, reverse=True))
    found = []
    for match in re.finditer(rf"(?<!\w)(?:{words})(?!\w)", text, re.IGNORECASE):
        key = _key(match.group())
        if len(key) <= 3 and match.group() != match.group().upper():
            continue  # "us" is not "US"
        found.append(Named(match.start(), match.end(), ids[key]))
    return found


def _pattern(name: str) -> str:
    return re.escape(name).replace(r"\ ", r"\s+").replace("'", "['’]")


def _key(name: str) -> str:
    return " ".join(name.casefold().replace("’", "'").split())
