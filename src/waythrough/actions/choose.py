"""From the record to a plan: the situation as of a day, the plan, its check, the value of each door."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from waythrough.actions.as_told import journeys_told
from waythrough.actions.permissions import check_can
from waythrough.actions.policies import in_force
from waythrough.actions.understand import board, outlooks, population, speaker_names, value_of
from waythrough.actions.workspace import Workspace
from waythrough.actions.writing import new_id
from waythrough.plan import check as checker
from waythrough.plan import doors as door_values
from waythrough.plan import files, futures, gather, program
from waythrough.terms.codec import to_body
from waythrough.terms.doing import VOLUNTARY_RETURN, PlanRecord
from waythrough.terms.entries import Draft, Entry
from waythrough.terms.estimates import NotComputable
from waythrough.terms.futures import Futures, PlanFutures
from waythrough.terms.kinds import body_of
from waythrough.terms.parties import Person
from waythrough.terms.people import Consent, Household
from waythrough.terms.planned import Breach, DoorValue, Plan
from waythrough.terms.problems import LedgerBroken, NoPlan
from waythrough.terms.situation import Promise, Situation

DAYS = 28


@dataclass(frozen=True)
class Chosen:
    """A plan with the situation it was made from. There is none that was not checked: making one checks it.

    Raises
    ------
    PlanBroken
        The checker, which shares nothing with the optimiser, found a broken rule.
    """

    situation: Situation
    plan: Plan

    def __post_init__(self) -> None:
        refuse_breaches(checker.check(self.situation, self.plan))


def situation(ws: Workspace, days: int = DAYS, site: str | None = None) -> Situation:
    """What the record says as of the day, as the planner needs it.

    Raises
    ------
    NoPlan
        The population of a site cannot be estimated, so no need can be computed.
    """
    people: dict[str, int] = {}
    sites = [ws.site_named(site)] if site or len(ws.records("site")) < 2 else ws.records("site")
    for each in sites:
        counted = population(ws, each.id)
        estimate = value_of(counted)
        if estimate is None:
            why = counted.reason if isinstance(counted, NotComputable) else ""
            raise NoPlan(
                what=f"how many people are at {each.names['en']} was not known by {ws.as_of} ({why})",
                remedy="Record a figure: waythrough record figure --counts population …",
            )
        people[each.id] = round(estimate.value)
    found = gather.situation(
        gather.Position(
            as_of=ws.as_of,
            days=days,
            time_zone=sites[0].time_zone,
            ledger=ws.ledger.id,
            people=people,
            legs=tuple(ws.register("leg").values()),
            doors=tuple(ws.register("door").values()),
            door_states=tuple(board(ws)),
            routes=tuple(ws.register("route").values()),
            destinations=tuple(ws.register("destination").values()),
            stops=tuple(ws.register("protection_stop").values()),
            incidents=tuple(ws.register("incident").values()),
            site_records=tuple(sites),
            reviews=tuple(ws.records("review")),
            speakers=speaker_names(ws),
            warehouses=tuple(ws.register("warehouse").values()),
            stocks=tuple(ws.records("stock")),
            commodities=tuple(ws.register("commodity").values()),
            fleets=tuple(ws.register("fleet").values()),
            households=tuple(settled_households(ws)),
            intentions=tuple(ws.records("intention")),
            consents=tuple(undoubted_consents(ws)),
            policy=in_force(ws),
            movements=tuple(ws.register("movement").values()),
            boardings=tuple(ws.records("boarding")),
            outlooks=tuple(outlooks(ws, days)),
        )
    )
    return replace(found, promised=told(ws, found.first_day, days))


def told(ws: Workspace, first_day: date, days: int) -> tuple[Promise, ...]:
    """What households were told: their lines on the manifests of journeys that still are to leave."""
    ahead = {
        movement.id: movement
        for movement in ws.register("movement").values()
        if movement.kind == VOLUNTARY_RETURN and movement.is_ahead
    }
    if not ahead:
        return ()
    ends = {route.id: route.end for route in ws.records("route")}
    promised = (
        Promise(line.household, ends[movement.route], (movement.window.first_day - first_day).days)
        for line in ws.register("boarding").values()
        if line.state in ("listed", "confirmed") and (movement := ahead.get(line.movement))
    )
    return tuple(sorted((p for p in promised if 0 <= p.day < days), key=lambda p: (p.household, p.day)))


def settled_households(ws: Workspace) -> list[Household]:
    """Households whose record nobody contests. Two accounts of one family are settled first: until then, no seat."""
    return [home for home in ws.records("household") if home.id not in ws.contested]


def undoubted_consents(ws: Workspace) -> list[Consent]:
    """Consents that nothing we cannot read may have taken back.

    A consent that is sealed, erased or of a newer form may be a withdrawal: until somebody can read it, whatever the
    household allowed up to that day counts for nothing. So it is with its line of a manifest.
    """
    doubt: dict[str, date] = {}
    for unread in (*ws.unread("consent"), *ws.unread("boarding")):
        doubt[unread.subject] = max(doubt.get(unread.subject, date.min), unread.known_on)
    return [
        consent
        for consent in ws.records("consent")
        if consent.household not in doubt or consent.given_on > doubt[consent.household]
    ]


def make_plan(
    ws: Workspace,
    days: int = DAYS,
    site: str | None = None,
    slices: int | None = None,
    seed: int = 0,
    *,
    as_told: bool = False,
) -> Chosen:
    """The plan over the coming days, checked by code that shares nothing with the optimiser.

    The same slices of search and seed give the same plan; None is as many as it takes to come near the bound.
    ``as_told`` keeps everybody on a manifest who still may travel as told, and seats the others around them.

    Raises
    ------
    PlanBroken
        The checker found a broken rule; such a plan is never handed out.
    """
    now = situation(ws, days, site)
    keeping = journeys_told(ws, now) if as_told else None
    return Chosen(now, program.make(now, slices=slices, seed=seed, keeping=keeping))


def check_files(situation_path: Path, plan_path: Path, *, slow: bool = False) -> list[Breach]:
    """Check a plan file against its situation file; ``slow`` by the readable loops, whatever the size."""
    return checker.check(files.load_situation(situation_path), files.load_plan(plan_path), slow=slow)


def refuse_breaches(breaches: list[Breach]) -> None:
    """No plan leaves the room with a broken rule."""
    if breaches:
        first = breaches[0]
        raise PlanBroken(what=f"{first.rule} at {first.place}: {first.found}", count=len(breaches))


class PlanBroken(LedgerBroken):
    code = "plan.broken"
    message = "The plan breaks {count} hard rules; the first: {what}."
    advice = (
        "Do not use this plan. Report it with the situation file; record nothing by hand to get around it."
    )


def save(chosen: Chosen, situation_path: Path | None, plan_path: Path | None) -> None:
    """Write the situation file and the plan file, for the checker and for others."""
    if situation_path:
        files.save(chosen.situation, situation_path)
    if plan_path:
        files.save(chosen.plan, plan_path)


def keep_plan(ws: Workspace, actor: Person, chosen: Chosen) -> Entry:
    """Write the plan down: who made it, from which situation, and what it does; not who sits where."""
    check_can(actor, "make plan")
    record = PlanRecord(
        new_id("plan"),
        chosen.situation.sites[0].id,
        chosen.plan.situation_sha256,
        to_body(without_households(chosen)),
        actor.id,
        files.sha256(chosen.plan),
    )
    return ws.append([Draft("plan", record.id, body_of(record))], actor.id)[0]


def play(now: Situation, number: int, seed: int = 1) -> Futures:
    """What may come of a situation in so many futures. Internal edition only."""
    return futures.simulate(now, futures=number, seed=seed)


def play_plan(now: Situation, plan: Plan, number: int, seed: int = 1) -> PlanFutures:
    """What may come of a plan as it stands, in so many futures. Internal edition only."""
    return futures.of_plan(now, plan, futures=number, seed=seed)


def without_households(chosen: Chosen) -> Plan:
    """The plan with its trips and totals, and no household named in it."""
    named = set(chosen.situation.households.columns.ids)
    return replace(
        chosen.plan,
        returns=tuple(replace(trip, seats=()) for trip in chosen.plan.returns),
        standby=(),
        notes=tuple(note for note in chosen.plan.notes if note.partition(":")[2] not in named),
    )


def value_doors(chosen: Chosen, pairs: bool = True) -> list[DoorValue]:
    """What each closed door would be worth, by solving again with it open. Internal edition only."""
    return door_values.door_values(chosen.situation, chosen.plan, pairs=pairs)
