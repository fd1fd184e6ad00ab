"""Where words came from, who said them, and the figures inside them. A claim is never a fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from waythrough.terms.when import Days


@dataclass(frozen=True)
class Source:
    """Where words came from. ``published`` may be a month or a year; `approximate` says the day is inferred."""

    id: str
    title: str
    publisher: str
    published: Days
    kind: str = "page"
    url: str = ""
    language: str = "en"
    approximate: bool = False
    licence: str = ""
    note: str = ""


@dataclass(frozen=True)
class Document:
    """A text as it was read. Offsets of claims are code points into ``text``; ``sha256`` is of the raw bytes."""

    id: str
    source: str
    sha256: str
    text: str
    language: str
    outlet: str


@dataclass(frozen=True)
class Claim:
    """Who says what about whom, when and where.

    ``chain`` holds party ids from the outside in: who prints it first, who is quoted last. ``proposition`` is a
    neutral sentence of ours; ``words`` are the exact words where we may carry them, with ``span`` (start, end)
    into ``document`` where there is one. ``details`` keeps what a reader found besides (places, numbers, loaded
    words) in the waythrough-claims/0.1 form.
    """

    id: str
    source: str
    chain: tuple[str, ...]
    modality: str
    type: str
    proposition: str
    words: str = ""
    polarity: str = "pos"
    on: Days | None = None
    agents: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    document: str | None = None
    span: tuple[int, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def speaker(self) -> str:
        """The last voice of the chain: the one whose stance this is."""
        return self.chain[-1]


@dataclass(frozen=True)
class Figure:
    """A number inside a claim. ``low`` or ``high`` is None where the words give no such bound.

    ``counts`` says what is counted (a code of the list `counted`); shares are 0..1 with unit ``share``.
    ``sample`` is the number of interviews where published; without it no interval can be computed.
    """

    id: str
    source: str
    site: str
    counts: str
    low: float | None
    high: float | None
    unit: str
    vague: str
    on: Days
    speaker: str
    source_class: str = ""
    since: Days | None = None
    subject: str = ""
    sample: int | None = None
    words: str = ""
    claim: str | None = None
    repeats: str | None = None
    note: str = ""

    @property
    def middle(self) -> float:
        """The one number to carry on with when only a bound or a range was given."""
        known = [value for value in (self.low, self.high) if value is not None]
        return sum(known) / len(known)


@dataclass(frozen=True)
class Grade:
    """Reliability and credibility (Admiralty) of one item, judged apart, by a named person, with a reason."""

    id: str
    about: str
    reliability: str
    credibility: str
    by: str
    reason: str
