"""What a reader hands over for one document: who says what, about whom, at which exact words. Never a fact.

Offsets are Unicode code points into the text as decoded, end exclusive, with no newline change and no
normalisation, so ``text[span.start:span.end] == span.text`` always holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

SCHEMA = "waythrough-claims/0.1"

# Earlier wins when two types fit: a refusal to guarantee a convoy is about the guarantee, not the convoy.
CLAIM_TYPES: tuple[str, ...] = (
    "guarantee_requested", "guarantee_given", "guarantee_refused",
    "meeting_invited", "meeting_held", "meeting_refused",
    "access_requested", "access_granted", "access_denied",
    "aid_planned", "aid_delivered", "aid_delayed", "aid_blocked",
    "movement_planned", "movement_occurred", "movement_blocked",
    "survey_finding", "population_estimate", "incident_reported", "need_reported", "condition_reported",
    "control_stated", "accusation", "appeal", "position_stated",
)  # fmt: skip
MODALITIES: tuple[str, ...] = ("asserted", "denied", "accused", "requested", "promised", "estimated")
GENRES: tuple[str, ...] = (
    "news", "situation_report", "party_statement", "press_release", "letter", "briefing_transcript",
)  # fmt: skip
PLACE_ROLES: tuple[str, ...] = ("at", "from", "to", "via", "about")
TIME_ROLES: tuple[str, ...] = ("event", "deadline", "statement", "published")
VAGUENESS: tuple[str, ...] = (
    "exact", "about", "more_than", "at_least", "fewer_than", "at_most", "range", "vague",
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Span:
    """Exact words: first character, one past the last, and the words themselves."""

    start: int
    end: int
    text: str

    @classmethod
    def of(cls, text: str, start: int, end: int) -> Span:
        """The words of ``text`` from ``start`` up to ``end``."""
        return cls(start, end, text[start:end])

    def overlaps(self, other: Span) -> bool:
        """True when the two share at least one character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Notice:
    """What a person should know about a file or a reading, though it stopped nothing: a code, a sentence."""

    code: str
    message: str


@dataclass(frozen=True)
class TextLayer:
    """The words of one file, exactly as decoded. ``sha256`` is of the raw bytes, before decoding."""

    name: str
    text: str
    sha256: str
    encoding: str
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class KnownParty:
    """A party the team has registered, with the names documents use for it. ``kind`` is a code."""

    id: str
    name: str
    kind: str = "party"
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownPlace:
    """A place the team has registered, with the names documents use for it."""

    id: str
    name: str
    kind: str = "place"
    country: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Registry:
    """Who and where a workspace already knows. If empty, names stay as the text has them."""

    parties: tuple[KnownParty, ...] = ()
    places: tuple[KnownPlace, ...] = ()


@dataclass(frozen=True)
class Published:
    """The day the words were published; ``basis`` is text, partly_text, metadata or external."""

    value: date
    precision: str = "day"
    basis: str = "external"


@dataclass(frozen=True)
class DocumentInfo:
    """What is known of a document before reading. ``outlet`` speaks when nobody is quoted."""

    id: str
    file: str
    sha256: str
    chars: int
    lang: str = "en"
    genre: str = "news"
    outlet: str = "outlet"
    published: Published | None = None


@dataclass(frozen=True)
class Voice:
    """Who speaks, from the outside in: the outlet, then whom it reports, then whom that one reports.

    A member is a party id, or the words as found where the registry does not know the speaker.
    ``basis`` is ``own_voice``, ``reported`` or ``inferred`` (the text does not say it, the reader
    concludes it).
    """

    chain: tuple[str, ...]
    mention: Span | None = None
    basis: str = "own_voice"


@dataclass(frozen=True)
class PlaceMention:
    """A place named inside a claim; ``place`` is a registry id."""

    span: Span
    place: str
    role: str = "at"


@dataclass(frozen=True)
class TimeMention:
    """A closed interval of days named inside a claim."""

    span: Span
    earliest: date
    latest: date
    role: str = "event"


@dataclass(frozen=True)
class NumberMention:
    """A quantity named inside a claim. A bound the text does not give is None; shares are 0 to 1."""

    span: Span
    low: int | float | None
    high: int | float | None
    unit: str | None
    what: str | None = None
    vague: str = "exact"


@dataclass(frozen=True)
class LoadedWord:
    """Wording that judges, and whose wording it is."""

    span: Span
    voice: str


@dataclass(frozen=True)
class ClaimDraft:
    """One voice, one stance, one proposition, at one span. A draft until a named person accepts it.

    ``confidence`` is between 0 and 1 and is the rule's, not a probability learned from review;
    ``rule`` names what fired, ``engine`` the reader and its version.
    """

    id: str
    span: Span
    source: Voice
    type: str
    modality: str = "asserted"
    polarity: str = "pos"
    cue: Span | None = None
    secondary_types: tuple[str, ...] = ()
    proposition: str = ""
    agent: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    places: tuple[PlaceMention, ...] = ()
    times: tuple[TimeMention, ...] = ()
    numbers: tuple[NumberMention, ...] = ()
    loaded: tuple[LoadedWord, ...] = ()
    more_spans: tuple[Span, ...] = ()
    importance: str = "core"
    duplicate_of: str | None = None
    confidence: float = 0.5
    engine: str = ""
    rule: str = ""


@dataclass(frozen=True)
class NotAClaim:
    """Words that look like text but claim nothing: a heading, a contact line, an invitation to subscribe."""

    span: Span
    why: str


@dataclass(frozen=True)
class Reading:
    """Everything one reader found in one document. ``engine`` says which reader ran, with its version."""

    doc: DocumentInfo
    claims: tuple[ClaimDraft, ...]
    not_claims: tuple[NotAClaim, ...]
    engine: str
    notices: tuple[Notice, ...] = ()
    registry: Registry = Registry()
