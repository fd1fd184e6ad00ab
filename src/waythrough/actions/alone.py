"""Plans without a workspace: a situation and a plan that came as files, read, checked and put into words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

from waythrough.actions.choose import Chosen
from waythrough.plan import changes, evacuations, files, program
from waythrough.plan import generate as invented
from waythrough.plan import standing as stands
from waythrough.plan.standing import Standing
from waythrough.publish.content import Report
from waythrough.terms.places import Door, Site
from waythrough.terms.planned import DoorValue, Plan
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import Situation
from waythrough.terms.whys import Changes


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
    """What of an older plan's journeys is still legal as things are now, and who may not travel as told."""
    return stands.standing(now, evacuations.network(now), old)


def repair(now: Situation, old: Plan, first: Standing, frozen_days: int) -> tuple[Chosen, Changes]:
    """A new plan after something changed, that keeps what people were told as far as it is still legal (``first``).

    The first ``frozen_days`` change only where they must. The new plan's situation remembers what was promised, so
    it goes with the plan.
    """
    told = changes.promises(old, now.first_day, now.days)
    kept = replace(now, promised=told, frozen_days=min(frozen_days, now.days))
    chosen = Chosen(kept, program.make(kept))
    what = changes.changes(old, chosen.plan)
    codes = {one.household: one.code for one in first.let_off}
    return chosen, replace(what, why={home: codes.get(home, stands.ROOM) for home in what.lost})


def situation_file(path: Path) -> Situation:
    """A situation file, read."""
    return files.load_situation(path)


def old_plan(path: Path) -> Plan:
    """A plan people were told, read; of which situation it was no longer matters."""
    return files.load_plan(path)


def report(chosen: Chosen, values: Iterable[DoorValue] = ()) -> Report:
    """What a report can tell of files alone: everything bears its id, as nobody gave it a name."""
    now = chosen.situation
    site = now.sites[0].id if now.sites else ""
    return Report(
        site=Site(site, {"en": site}, "", "", now.time_zone),
        as_of=now.as_of,
        generated_at=datetime.combine(now.as_of, time(), UTC),
        ledger=now.ledger,
        doors=tuple(Door(door.id, {"en": door.id}, door.party, "", "") for door in now.doors),
        plan=chosen.plan,
        situation=now,
        values=tuple(values),
        outlooks=now.outlooks,
    )
