"""What was asked and what became of it, each account with its speaker; and who says what, side by side."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from waythrough.publish.content import Topic
from waythrough.publish.desk import Desk, alphabet
from waythrough.publish.disclosure import shown_count
from waythrough.publish.numbers import Run
from waythrough.publish.words import Said
from waythrough.terms.kinds import Known
from waythrough.terms.problems import N_
from waythrough.terms.when import Days


@dataclass(frozen=True)
class Voice:
    """One speaker's account: of an answer, a guarantee, its performance or an execution."""

    speaker: Run
    about: Any
    what: Any
    on: Run
    quote: Run | None
    ref: Markup


@dataclass(frozen=True)
class Story:
    """One request or invitation, with every account of it in the order of the speakers' names."""

    id: str
    kind: Any
    subject: Run
    asked: Said
    doors: tuple[Run, ...]
    voices: tuple[Voice, ...]
    silent: tuple[Said, ...]
    ref: Markup


def stories(desk: Desk) -> list[Story]:
    """Requests and invitations, the newest first."""
    report = desk.report
    dated: list[tuple[Any, str, Any]] = []
    for item in report.requests:
        dated.append((item.record.asked_on.latest, item.record.id, functools.partial(_request, desk, item)))
    for invitation in report.invitations:
        record = invitation.record
        dated.append((record.sent_on.latest, record.id, functools.partial(_invitation, desk, invitation)))
    # Told only once they are in order, so that references count up as one reads down.
    return [tell() for _, _, tell in sorted(dated, key=lambda one: one[:2], reverse=True)]


def _request(desk: Desk, item: Known[Any]) -> Story:
    request, say = item.record, desk.words.say
    holders = {door.id: door.party for door in desk.report.doors}
    answered = set()
    for known in desk.report.answers:
        if known.record.request == request.id:
            answered |= set(known.record.doors or request.doors)
    for promise in desk.report.guarantees:
        if promise.record.request == request.id:
            answered |= set(promise.record.doors)
    silent = dict.fromkeys(holders.get(door, door) for door in request.doors if door not in answered)
    ref = desk.ref(request.id)
    return Story(
        id=request.id,
        kind=desk.words.label("request_type", request.type),
        subject=desk.words.numbers.show(request.subject),
        asked=say("Asked by {who} on {day}.", who=desk.names(request.asked_by), day=request.asked_on),
        doors=tuple(desk.name(door) for door in request.doors),
        voices=_voices(desk, request.id),
        silent=tuple(say("{party}: no answer recorded.", party=name) for name in desk.sorted(silent)),
        ref=ref,
    )


def _invitation(desk: Desk, item: Known[Any]) -> Story:
    invitation, say = item.record, desk.words.say
    answered = any(known.record.request == invitation.id for known in desk.report.answers)
    ref = desk.ref(invitation.id)
    return Story(
        id=invitation.id,
        kind=desk.words.label("request_type", "invitation"),
        subject=desk.words.numbers.show(invitation.subject),
        asked=say(
            "{who} invited {party} on {day}, for a meeting on {meeting}.",
            who=desk.names(invitation.inviters),
            party=desk.name(invitation.invited),
            day=invitation.sent_on,
            meeting=invitation.meeting_on,
        ),
        doors=(),
        voices=_voices(desk, invitation.id),
        silent=()
        if answered
        else (say("{party}: no answer recorded.", party=desk.name(invitation.invited)),),
        ref=ref,
    )


def _voices(desk: Desk, request: str) -> tuple[Voice, ...]:
    report, label, say = desk.report, desk.words.label, desk.words.say
    guarantees = [known for known in report.guarantees if known.record.request == request]
    promised = {known.record.id for known in guarantees}
    found: list[tuple[Known[Any], Any, Any]] = []
    found += [
        (known, _answered(desk, known.record), label("answer", known.record.outcome))
        for known in report.answers
        if known.record.request == request
    ]
    found += [(known, say("guarantee"), _promise(desk, known.record)) for known in guarantees]
    found += [
        (known, say("how the guarantee went"), label("performance", known.record.outcome))
        for known in report.performances
        if known.record.guarantee in promised
    ]
    found += [
        (known, say("what then happened"), _execution(desk, known.record))
        for known in report.executions
        if known.record.request == request
    ]
    found.sort(key=lambda one: (alphabet(desk.name(one[0].record.speaker)), _day(one[0].record).latest))
    return tuple(_voice(desk, known, about, what) for known, about, what in found)


def _answered(desk: Desk, answer: Any) -> Said:
    if not answer.doors:
        return desk.words.say("what was answered")
    return desk.words.say(
        "what was answered, for {doors}", doors=desk.words.numbers.join(map(desk.name, answer.doors))
    )


def _voice(desk: Desk, known: Known[Any], about: Any, what: Any) -> Voice:
    record = known.record
    return Voice(
        speaker=desk.name(record.speaker),
        about=about,
        what=what,
        on=desk.words.numbers.days(_day(record)),
        quote=desk.quote(record.words, known.source),
        ref=desk.ref(record.id),
    )


def _day(record: Any) -> Days:
    day: Days = record.given_on if hasattr(record, "given_on") else record.on
    return day


def _promise(desk: Desk, guarantee: Any) -> Said:
    say, giver = desk.words.say, desk.name(guarantee.giver)
    if guarantee.window is None or not desk.tells(guarantee.window):
        return say("given by {giver}", giver=giver)
    return say("given by {giver} for {window}", giver=giver, window=desk.window(guarantee.window))


def _execution(desk: Desk, execution: Any) -> Any:
    outcome = desk.words.label("execution", execution.outcome)
    if execution.people is None:
        return outcome
    return desk.words.say(
        "{outcome}; people: {people}", outcome=outcome, people=shown_count(desk, execution.people)
    )


# --- who says what -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Saying:
    """One claim in the matrix: speaker, what was said in a neutral sentence of ours, exact words, source and date."""

    speaker: Run
    said: Said
    quote: Run | None
    source: Run | None
    on: Run | None
    ref: Markup


@dataclass(frozen=True)
class TopicRow:
    """One question with what each speaker said, and whether they agree."""

    question: Run
    agreement: str
    word: Any
    sayings: tuple[Saying, ...]


@dataclass(frozen=True)
class TopicGroup:
    """Questions about one thing; ``about`` is None for questions that stand alone."""

    about: Run | None
    rows: tuple[TopicRow, ...]


def matrix(desk: Desk) -> list[TopicGroup]:
    """Every question with its claims, by what it is about; speakers in the order of the alphabet."""
    groups = itertools.groupby(desk.report.topics, key=lambda topic: dict(topic.about))
    return [
        TopicGroup(desk.words.name(about) if about else None, tuple(_topic(desk, one) for one in topics))
        for about, topics in groups
    ]


def _topic(desk: Desk, topic: Topic) -> TopicRow:
    found = agreement(topic)
    return TopicRow(
        question=desk.words.name(topic.question),
        agreement=found,
        word=desk.words.label("agreement", found),
        sayings=tuple(_saying(desk, claim) for claim in _by_speaker(desk, topic.claims)),
    )


def agreement(topic: Topic) -> str:
    """agree, differ, apart, only_one_source or silent: by what speakers said, never by who is right.

    ``apart`` means that several spoke, and that their words cannot be compared by a rule.
    """
    speakers = {known.record.speaker for known in topic.claims}
    if len(speakers) < 2:
        return "only_one_source" if speakers else "silent"
    stances: dict[str, set[str]] = {}
    for known in topic.claims:
        claim = known.record
        if stance := topic.stances.get(claim.id, claim.polarity):
            stances.setdefault(claim.speaker, set()).add(stance)
    if len(stances) < 2:
        return "apart"
    return "agree" if len(set().union(*stances.values())) == 1 else "differ"


def _by_speaker(desk: Desk, claims: Iterable[Known[Any]]) -> list[Known[Any]]:
    return sorted(claims, key=lambda known: (alphabet(desk.name(known.record.speaker)), known.known_on))


def _saying(desk: Desk, known: Known[Any]) -> Saying:
    claim = known.record
    source = next((one for one in desk.report.sources if one.id == claim.source), None)
    # A denial is recorded as the sentence that is denied: shown without these words it would say the opposite.
    text = N_("said: {proposition}")
    if claim.polarity == "neg":
        text = N_("said that this is not so: {proposition}")
    return Saying(
        speaker=desk.name(claim.speaker),
        said=desk.words.say(text, proposition=claim.proposition),
        quote=desk.quote(claim.words, claim.source),
        source=desk.publisher(source) if source and (desk.internal or source.url) else None,
        # The day of the source, not of what is told: an announced meeting lies ahead of the day it is announced.
        on=desk.words.numbers.days(source.published if source else Days.on(known.known_on)),
        ref=desk.ref(claim.id),
    )
