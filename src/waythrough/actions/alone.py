"""Plans without a workspace: a situation and a plan that came as files, read, checked and put into words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from waythrough.actions.choose import Chosen
from waythrough.plan import changes, evacuations, files, program
from waythrough.plan import generate as invented
from waythrough.plan import standing as stands
from waythrough.publish.content import Report
from waythrough.terms.places import Door, Site
from waythrough.terms.planned import DoorValue, Plan
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import Situation
from waythrough.terms.whys import Changes, Standing


def generate(households: int, days: int, seed: int, shape: str, out: Path) -> Situation:
    """Invent a situation of that size and write its file: the same numbers always give the same file."""
    made = invented.generate(households, days, seed, shape)
    files.save(made, out)
    return made


def plan_file(situation_path: Path, slices: int | None = None, seed: int = 0) -> Chosen:
    """The checked plan of a situation file; the same slices of search and seed give the same plan.

    Raises
    ------
    PlanBroken
        The checker found a broken rule; such a plan is never handed out.
    """
    now = files.load_situation(situation_path)
    return Chosen(now, program.make(now, slices=slices, seed=seed))


def read(situation_path: Path, plan_path: Path) -> Chosen:
    """A situation file and the file of a plan that was made from it.

    Raises
    ------
    InputRefused
        The plan was made from another situation.
    """
    now, plan = files.load_situation(situation_path), files.load_plan(plan_path)
    if plan.situation_sha256 != files.sha256(now):
        raise InputRefused(
            place=str(plan_path),
            found=f"a plan of the situation {plan.situation_sha256[:12]}",
            allowed=f"a plan of {situation_path} ({files.sha256(now)[:12]})",
            remedy=f"Name its own situation file, or plan again: waythrough plan --situation {situation_path}.",
        )
    return Chosen(now, plan)


def standing(now: Situation, old: Plan) -> Standing:
    """What of an older plan's journeys is still legal as things are now, and who may not travel as told.

    Raises
    ------
    InputRefused
        The plan is over, or knows no site, road or household of the situation: it was made of another one.
    """
    _refuse_another(now, old)
    return stands.standing(now, evacuations.network(now), old)


def repair(
    now: Situation, old: Plan, first: Standing, frozen_days: int, *, reshuffle: bool = False
) -> tuple[Chosen, Changes]:
    """A new plan after something changed. Whoever may still travel as told (``first``) does, and the others are seated
    around them; with ``reshuffle`` those may be moved too, after the first ``frozen_days``, where the journeys of all
    are worth more by it.

    Nobody new is brought into the first ``frozen_days``. The new plan's situation remembers what was promised, so it
    goes with the plan.
    """
    told = changes.promises(old, now.first_day, now.days)
    kept = replace(now, promised=told, frozen_days=min(frozen_days, now.days))
    chosen = Chosen(kept, program.make(kept, keeping=None if reshuffle else old))
    return chosen, changes.changes(old, chosen.plan, changes.reasons(first))


def _refuse_another(now: Situation, old: Plan) -> None:
    if old.first_day + timedelta(days=old.days) <= now.first_day:
        raise InputRefused(
            place="--plan",
            found=f"a plan of {old.first_day} to {old.first_day + timedelta(days=old.days - 1)}",
            allowed=f"a plan with days to come on {now.first_day}",
            remedy="Name the plan people were told last, or ask with --as-of a day of that plan.",
        )
    sites, roads = {site.id for site in now.sites}, {route.id for route in now.routes}
    if any(trip.site in sites or trip.route in roads for trip in old.trips) or not old.trips:
        return
    homes = set(now.households.columns.ids)
    if not any(seat.household in homes for trip in old.returns for seat in trip.seats):
        raise InputRefused(
            place="--plan",
            found=f"a plan of other places and people: {_some(trip.site for trip in old.trips)}",
            allowed=f"a plan of {_some(site.id for site in now.sites)}",
            remedy="Name a plan that was made from this record, or the situation it belongs to.",
        )


def _some(names: Iterable[str]) -> str:
    """The first few names, each once."""
    found = sorted(set(names))
    return ", ".join(found[:3]) + (" …" if len(found) > 3 else "")


def situation_file(path: Path) -> Situation:
    """A situation file, read."""
    return files.load_situation(path)


def old_plan(path: Path) -> Plan:
    """A plan people were told, read; of which situation it was no longer matters."""
    return files.load_plan(path)


def report(chosen: Chosen, values: Iterable[DoorValue] = ()) -> Report:
    """What a report can tell of files alone: everything bears its id, as nobody gave it a name."""
    return replace(report_of(chosen.situation), plan=chosen.plan, values=tuple(values))


def report_of(now: Situation) -> Report:
    """What a report can tell of a situation without a plan."""
    site = now.sites[0].id if now.sites else ""
    return Report(
        site=Site(site, {"en": site}, "", "", now.time_zone),
        as_of=now.as_of,
        generated_at=datetime.combine(now.as_of, time(), UTC),
        ledger=now.ledger,
        doors=tuple(Door(door.id, {"en": door.id}, door.party, "", "") for door in now.doors),
        situation=now,
        outlooks=now.outlooks,
    )
