"""Gather what a report tells, as of a day, and write it. Every figure keeps the entry it leads back to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from waythrough.actions import gaps, understand
from waythrough.actions.choose import Chosen, make_plan, value_doors
from waythrough.actions.permissions import check_can
from waythrough.actions.workspace import Workspace
from waythrough.publish import report as publishing
from waythrough.publish.content import Report, Topic, Wishes
from waythrough.publish.report import WrittenFile
from waythrough.publish.words import missing
from waythrough.terms.codes import code_list
from waythrough.terms.doing import Exercise
from waythrough.terms.kinds import Known
from waythrough.terms.parties import Person
from waythrough.terms.problems import NoPlan
from waythrough.terms.sayings import Claim

LANGUAGES = ("en", "ar", "fr", "ru")


@dataclass(frozen=True)
class Told:
    """A report's content with what was computed for it."""

    report: Report
    chosen: Chosen | None


def gather(
    ws: Workspace, *, days: int = 28, pairs: bool = True, values: bool = True, chosen: Chosen | None = None
) -> Told:
    """Everything a situation report tells as of the workspace's day; plans and values the doors on the way.

    ``chosen`` is a plan made already; ``values`` False leaves the doors unvalued.
    """
    site = ws.site
    try:
        chosen = chosen or make_plan(ws, days)
    except NoPlan:
        chosen = None  # the report then says that there is no plan, and its gaps say why
    worth = tuple(value_doors(chosen, pairs)) if chosen and values else ()
    population = understand.population(ws, site.id)
    report = Report(
        site=site,
        as_of=ws.as_of,
        generated_at=ws.clock(),
        ledger=ws.ledger.id,
        banners=tuple(e.notice for e in exercises(ws)),
        parties=tuple(ws.records("party")),
        organisations=tuple(ws.records("organisation")),
        places=tuple(ws.records("place")),
        zones=tuple(ws.records("zone")),
        legs=tuple(ws.records("leg")),
        doors=tuple(ws.records("door")),
        routes=tuple(ws.records("route")),
        destinations=tuple(ws.records("destination")),
        goods={c.id: c.names for c in ws.records("commodity")},
        states=tuple(understand.board(ws)),
        requests=tuple(ws.known("request")),
        invitations=tuple(ws.known("invitation")),
        answers=tuple(ws.known("answer")),
        guarantees=tuple(ws.known("guarantee")),
        performances=tuple(ws.known("performance")),
        executions=tuple(ws.known("execution")),
        topics=topics(ws),
        population=population,
        figures=tuple(understand.figures_of(ws, site.id)),
        survey=tuple(understand.survey(ws, site.id)),
        waits=tuple(understand.waits(ws)),
        plan=chosen.plan if chosen else None,
        situation=chosen.situation if chosen else None,
        values=worth,
        outlooks=tuple(understand.outlooks(ws, days)),
        wishes=_wishes(ws, site.id, chosen),
        sources=tuple(ws.records("source")),
        gaps=gaps.gaps(ws, population, chosen.situation if chosen else None),
        entries=entries(ws),
    )
    return Told(report, chosen)


def publish(
    ws: Workspace,
    actor: Person,
    folder: Path,
    editions: tuple[str, ...],
    languages: tuple[str, ...],
    days: int = 28,
) -> list[WrittenFile]:
    """Write the report in the editions and languages asked for; returns each file with its hash."""
    for edition in editions:
        check_can(actor, f"publish {edition}")
    return write(gather(ws, days=days), folder, editions, languages)


def write(
    told: Told, folder: Path, editions: tuple[str, ...], languages: tuple[str, ...], *, replace: bool = False
) -> list[WrittenFile]:
    """Write a gathered report; ``replace`` True writes over an earlier one."""
    return publishing.write(told.report, folder, editions=editions, languages=languages, replace=replace)


def page(ws: Workspace, edition: str, language: str) -> str:
    """The situation report as one HTML page, not written anywhere."""
    return publishing.render(gather(ws).report, edition, language)


def languages(ws: Workspace) -> tuple[str, ...]:
    """The languages a workspace publishes in: those of its case, else English, whose catalogue is complete."""
    wanted = next((e.languages for e in exercises(ws)), ("en",))
    return tuple(language for language in wanted if not missing(language)) or ("en",)


def skipped_languages(ws: Workspace) -> dict[str, int]:
    """Languages of the case that cannot be published yet, with how many sentences are missing."""
    wanted = next((e.languages for e in exercises(ws)), ("en",))
    return {language: len(missing(language)) for language in wanted if missing(language)}


def exercises(ws: Workspace) -> list[Exercise]:
    """The notices that this workspace is an example."""
    return ws.records("exercise")


# --- who says what -----------------------------------------------------------------------------------------


def topics(ws: Workspace) -> tuple[Topic, ...]:
    """Claims side by side, one topic for each record they are about, then one for each type of claim."""
    grouped: dict[str, list[Known[Claim]]] = defaultdict(list)
    for item in ws.known("claim"):
        claim: Claim = item.record
        grouped[claim.about[0] if claim.about else f"type:{claim.type}"].append(item)
    names = _names(ws)
    return tuple(
        Topic(key, names.get(key) or _type_names(key) or {"en": key}, tuple(claims))
        for key, claims in sorted(grouped.items(), key=lambda pair: (pair[1][0].known_on, pair[0]))
    )


def _names(ws: Workspace) -> Mapping[str, Mapping[str, str]]:
    named = {
        r.id: r.names for kind in ("door", "zone", "site", "route", "destination") for r in ws.records(kind)
    }
    asked = {r.id: {"en": r.subject} for kind in ("request", "invitation") for r in ws.records(kind)}
    return {**named, **asked}


def _type_names(key: str) -> Mapping[str, str] | None:
    codes = code_list("claim_type")
    code = key.removeprefix("type:")
    return {lang: codes.label(code, lang) for lang in LANGUAGES} if code in codes.codes else None


# --- people ------------------------------------------------------------------------------------------------


def _wishes(ws: Workspace, site: str, chosen: Chosen | None) -> Wishes | None:
    if not ws.records("household"):
        return None
    wish = understand.wishes(ws, site)
    return Wishes(
        as_of=ws.as_of,
        wish_to_leave=wish.leave,
        stay=wish.stay,
        undecided=wish.undecided,
        no_consent=wish.leave_no_consent,
        seated=chosen.plan.people_moved if chosen else 0,
        flagged=chosen.plan.flagged_consents if chosen else 0,
        invented=wish.synthetic,
    )


def entries(ws: Workspace) -> dict[str, str]:
    """Record id → entry id, for every record a report may name. People's records are not among them."""
    from waythrough.terms.kinds import KINDS, PERSONAL

    return {item.record.id: item.entry for kind in KINDS if kind not in PERSONAL for item in ws.known(kind)}
