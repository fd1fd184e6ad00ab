"""Ways to spoil evacuations, each of a sound plan to which one was added by hand: it leaves on the first open day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from unit.plan.check.changing import Luck, NothingToSpoil, one, pick, told
from unit.plan.check.worlds import Case
from waythrough.terms.planned import EvacuationTrip, Gate, Plan, PlanStep
from waythrough.terms.situation import DoorNow, EvacuationNow, FleetNow, Situation


def ill(luck: Luck, s: Situation, p: Plan) -> Case:
    """The same plan, and patients who leave by a road, a door and ambulances of their own."""
    like = pick(luck, [r for r in s.routes if r.purpose == "return"])
    spare = s.days - like.last_offset
    if spare < 3:
        raise NothingToSpoil
    opens = luck.randint(1, spare - 1)
    out, back = (tuple(replace(use, doors=("ward",)) for use in uses) for uses in (like.out, like.back))
    road = replace(like, id="to ward", purpose="evacuation", end="ward", out=out, back=back, extra_doors=())
    patients, lying, escorts = luck.randint(2, 6), luck.randint(1, 2), luck.randint(0, 3)
    door = DoorNow("ward", "party of the ward", "open", tuple(int(t >= opens) for t in range(s.days)))
    cars = FleetNow("ambulances", "evacuation", 9, 2, 0, 0, (), 1, 1)
    day = opens - min((use.day_offset for use in (*out, *back)), default=0)
    vehicles = max(lying, -(-(patients - lying + escorts) // 2))
    waits = EvacuationNow(
        "patients", like.site, patients, escorts, lying, day + like.days_out + luck.randint(0, 2)
    )
    trip = EvacuationTrip("patients", "to ward", like.site, "ward", day, "ambulances", vehicles)
    other = replace(
        s,
        routes=(*s.routes, road),
        doors=(*s.doors, door),
        fleets=(*s.fleets, cars),
        evacuations=(waits,),
    )
    gone = PlanStep(day, "evacuation", 0, (Gate("door_open", "ward"),))
    return told(other, replace(p, evacuations=(trip,), steps=(*p.steps, gone)))


def _trip(p: Plan, **changes: Any) -> Plan:
    return replace(p, evacuations=(replace(p.evacuations[0], **changes),))


def _on_day(p: Plan, day: int) -> Plan:
    steps = tuple(replace(step, day=day) if step.kind == "evacuation" else step for step in p.steps)
    return replace(_trip(p, day=day), steps=steps)


def somebody_else(luck: Luck, s: Situation, p: Plan) -> Case:
    s, p = ill(luck, s, p)
    return s, _trip(p, evacuation=f"others {luck.randint(0, 999)}")


def leaves_twice(luck: Luck, s: Situation, p: Plan) -> Case:
    s, p = ill(luck, s, p)
    again = replace(p.evacuations[0], vehicles=luck.randint(1, 9))
    return s, replace(p, evacuations=(*p.evacuations, again))


def by_another_road(luck: Luck, s: Situation, p: Plan) -> Case:
    s, p = ill(luck, s, p)
    return told(one(s, "evacuations", "patients", route=f"over the hill {luck.randint(0, 999)}"), p)


def fewer_vehicles(luck: Luck, s: Situation, p: Plan) -> Case:
    s, p = ill(luck, s, p)
    if p.evacuations[0].vehicles < 2:
        raise NothingToSpoil
    return s, _trip(p, vehicles=luck.randint(1, p.evacuations[0].vehicles - 1))


def more_lie_down(luck: Luck, s: Situation, p: Plan) -> Case:
    s, p = ill(luck, s, p)
    people = p.evacuations[0].vehicles + luck.randint(1, 9)
    return told(one(s, "evacuations", "patients", people=people, escorts=0, stretchers=people), p)


def clock_ran_out(luck: Luck, s: Situation, p: Plan) -> Case:
    s, p = ill(luck, s, p)
    arrives = p.evacuations[0].day + s.routes[-1].days_out
    return told(one(s, "evacuations", "patients", last_day=arrives - luck.randint(1, 9)), p)


def waits_a_day(luck: Luck, s: Situation, p: Plan) -> Case:
    s, p = ill(luck, s, p)
    latest = s.days - s.routes[-1].last_offset - 1
    if p.evacuations[0].day >= latest:
        raise NothingToSpoil
    return s, _on_day(p, luck.randint(p.evacuations[0].day + 1, latest))


def _left_behind(p: Plan) -> Plan:
    steps = tuple(step for step in p.steps if step.kind != "evacuation")
    return replace(p, evacuations=(), steps=steps)


def left_behind(luck: Luck, s: Situation, p: Plan) -> Case:
    s, p = ill(luck, s, p)
    return s, _left_behind(p)


def shut_and_not_said(luck: Luck, s: Situation, p: Plan) -> Case:
    s, p = ill(luck, s, p)
    return told(one(s, "doors", "ward", state="closed", open_days=(0,) * s.days), _left_behind(p))


SPOILED = {
    "evacuation-known": (somebody_else,),
    "evacuation-once": (leaves_twice,),
    "evacuation-road": (by_another_road,),
    "evacuation-places": (fewer_vehicles, more_lie_down),
    "evacuation-in-time": (clock_ran_out,),
    "evacuation-first": (waits_a_day, left_behind),
    "evacuation-said": (left_behind, shut_and_not_said),
}
"""Rule → ways to break it."""
