"""Gather what a report tells, as of a day, and write it. Every figure keeps the entry it leads back to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from waythrough.actions import gaps, understand
from waythrough.actions.choose import Chosen, make_plan, value_doors
from waythrough.actions.permissions import check_can
from waythrough.actions.policies import in_force
from waythrough.actions.urgent import evacuations
from waythrough.actions.workspace import Workspace
from waythrough.publish import report as publishing
from waythrough.publish.content import Report, Topic, Wishes
from waythrough.publish.report import WrittenFile
from waythrough.publish.words import missing
from waythrough.terms.codes import code_list
from waythrough.terms.doing import Exercise
from waythrough.terms.entries import WouldWrite
from waythrough.terms.kinds import Known
from waythrough.terms.parties import Person
from waythrough.terms.places import Site
from waythrough.terms.problems import LedgerBroken, NoPlan
from waythrough.terms.sayings import Claim, Figure
from waythrough.terms.situation import HouseholdNow

LANGUAGES = ("en", "ar", "fr", "ru")


@dataclass(frozen=True)
class Told:
    """A report's content with what was computed for it."""

    report: Report
    chosen: Chosen | None


def gather(
    ws: Workspace,
    *,
    days: int = 28,
    pairs: bool = True,
    values: bool = True,
    chosen: Chosen | None = None,
    site_id: str | None = None,
) -> Told:
    """Everything a situation report tells as of the workspace's day; plans and values the doors on the way.

    ``chosen`` is a plan made already; ``values`` False leaves the doors unvalued.
    """
    site = ws.site_named(site_id)
    try:
        chosen = chosen or make_plan(ws, days, site_id)
    except NoPlan:
        chosen = None  # the report then says that there is no plan, and its gaps say why
    worth = tuple(value_doors(chosen, pairs)) if chosen and values else ()
    population = understand.population(ws, site.id)
    report = replace(
        named(ws, site),
        banners=tuple(e.notice for e in exercises(ws)),
        states=tuple(understand.board(ws)),
        requests=tuple(ws.known("request")),
        invitations=tuple(ws.known("invitation")),
        answers=tuple(ws.known("answer")),
        guarantees=tuple(ws.known("guarantee")),
        performances=tuple(ws.known("performance")),
        executions=tuple(ws.known("execution")),
        topics=topics(ws),
        population=population,
        figures=_figures(ws, site.id),
        survey=tuple(understand.survey(ws, site.id)),
        waits=tuple(understand.waits(ws)),
        plan=chosen.plan if chosen else None,
        situation=chosen.situation if chosen else None,
        values=worth,
        outlooks=tuple(understand.outlooks(ws, days)),
        wishes=_wishes(ws, chosen),
        evacuations=tuple(evacuations(ws)),
        policy=(policy := in_force(ws)),
        approved_by=ws.register("person")[policy.approved_by].name
        if policy and policy.approved_by in ws.register("person")
        else "",
        stated_by=_stated_by(ws),
        sources=tuple(ws.records("source")),
        gaps=gaps.gaps(ws, population, chosen.situation if chosen else None),
        entries=entries(ws),
    )
    return Told(report, chosen)


def named(ws: Workspace, site: Site) -> Report:
    """A report that knows what everything is called, and nothing else yet."""
    return Report(
        site=site,
        as_of=ws.as_of,
        generated_at=ws.clock(),
        ledger=ws.ledger.id,
        parties=tuple(ws.records("party")),
        organisations=tuple(ws.records("organisation")),
        places=tuple(ws.records("place")),
        zones=tuple(ws.records("zone")),
        legs=tuple(ws.records("leg")),
        doors=tuple(ws.records("door")),
        routes=tuple(ws.records("route")),
        destinations=tuple(ws.records("destination")),
        goods={r.id: r.names for kind in ("commodity", "warehouse", "fleet") for r in ws.records(kind)},
    )


def _stated_by(ws: Workspace) -> dict[str, str]:
    """Which organisation of ours answers for vehicles, a store or a destination: the one that stated it."""
    ours = ws.register("organisation")
    said = {fleet.id: fleet.speaker for fleet in ws.records("fleet")}
    said |= {
        record.id: record.said_by for kind in ("warehouse", "destination") for record in ws.records(kind)
    }
    return {record: speaker for record, speaker in said.items() if speaker in ours}


def publish(
    ws: Workspace,
    actor: Person,
    folder: Path,
    editions: tuple[str, ...],
    languages: tuple[str, ...],
    days: int = 28,
    site: str | None = None,
) -> list[WrittenFile]:
    """Write the report in the editions and languages asked for; returns each file with its hash.

    Raises
    ------
    LedgerBroken
        Something in the ledger was altered: nothing is published from it.
    """
    for edition in editions:
        check_can(actor, f"publish {edition}")
    found = ws.ledger.verify()
    if not found.sound:
        raise LedgerBroken(what=f"{found.findings[0].place}: {found.findings[0].what}")
    told = gather(ws, days=days, site_id=site)
    if ws.dry_run:
        raise WouldWrite(0)
    return write(told, folder, editions, languages)


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
    """Claims side by side: what they are about, then their type; things first spoken of come first."""
    things: dict[str, dict[str, list[Known[Claim]]]] = defaultdict(lambda: defaultdict(list))
    for item in sorted(ws.known("claim"), key=lambda known: (known.known_on, known.record.id)):
        claim: Claim = item.record
        things[claim.about[0] if claim.about else ""][_matter(claim)].append(item)
    names = _names(ws)
    return tuple(
        Topic(
            f"{thing}/{matter}",
            _matter_names(claims),
            tuple(claims),
            _stances(thing, claims, ws),
            (names.get(thing) or {"en": thing}) if thing else {},
        )
        for thing, matters in things.items()
        for matter, claims in matters.items()
    )


OPPOSITES = {
    "access_denied": "access_granted",
    "guarantee_refused": "guarantee_given",
    "meeting_refused": "meeting_held",
}
"""Types of claim that say of one event that it was not so, what another type says was so."""


def _matter(claim: Claim) -> str:
    return OPPOSITES.get(claim.type, claim.type)


def _matter_names(claims: list[Known[Claim]]) -> Mapping[str, str]:
    """The types of these claims in words; both, where speakers chose opposite ones."""
    codes = code_list("claim_type")
    types = dict.fromkeys(item.record.type for item in claims)
    return {
        lang: " / ".join(codes.label(one, lang) if one in codes.codes else one for one in types)
        for lang in LANGUAGES
    }


def _stances(thing: str, claims: list[Known[Claim]], ws: Workspace) -> dict[str, str]:
    """What each claim says about its matter: so, not so, or nothing that can be compared.

    Two claims of one type about one request or meeting are about the same event. About a place or a door they can be
    years apart and about different things, so only a plain denial sets them against each other there.
    """
    one_event = thing in {r.id for kind in ("request", "invitation", "meeting") for r in ws.records(kind)}
    denied = any(item.record.polarity == "neg" for item in claims)
    if not (one_event or denied):
        return {item.record.id: "" for item in claims}
    return {
        item.record.id: "so"
        if (item.record.type in OPPOSITES) == (item.record.polarity == "neg")
        else "not so"
        for item in claims
    }


def _names(ws: Workspace) -> Mapping[str, Mapping[str, str]]:
    named = {
        r.id: r.names
        for kind in ("party", "place", "door", "zone", "site", "route", "destination")
        for r in ws.records(kind)
    }
    asked = {
        r.id: {"en": r.subject} for kind in ("request", "invitation", "meeting") for r in ws.records(kind)
    }
    return {**named, **asked, **{r.id: {"en": r.what} for r in ws.records("incident")}}


# --- people ------------------------------------------------------------------------------------------------


def _wishes(ws: Workspace, chosen: Chosen | None) -> Wishes | None:
    """People by what they want and allow, from the situation the plan was made of: one reading of consent for both."""
    if chosen is None or not chosen.situation.households:
        return None
    homes = chosen.situation.households
    leave = [home for home in homes if home.wishes_to_leave]
    return Wishes(
        as_of=ws.as_of,
        wish_to_leave=sum(home.size for home in leave),
        stay=sum(home.size for home in homes if home.wishes_to_leave is False),
        undecided=sum(home.size for home in homes if home.wishes_to_leave is None),
        no_consent=sum(home.size for home in leave if not _every_adult_consents(home)),
        seated=chosen.plan.people_moved,
        flagged=chosen.plan.flagged_consents,
        invented=any(home.synthetic for home in ws.records("household")),
    )


def _every_adult_consents(home: HouseholdNow) -> bool:
    """Whether each adult holds a consent to travel somewhere that is valid on the first day."""
    willing = {consent.adult for consent in home.consents if consent.first <= 0 <= consent.last}
    return bool(home.adults) and willing >= set(home.adults)


def _figures(ws: Workspace, site: str) -> tuple[Known[Figure], ...]:
    """The figures a report explains: how many people, and what share wants what."""
    return tuple(
        item
        for item in understand.figures_of(ws, site)
        if item.record.counts == "population" or item.record.unit == "share"
    )


def entries(ws: Workspace) -> dict[str, str]:
    """Record id → entry id, for every record a report may name. People's records are not among them."""
    from waythrough.terms.kinds import KINDS, PERSONAL

    return {item.record.id: item.entry for kind in KINDS if kind not in PERSONAL for item in ws.known(kind)}
