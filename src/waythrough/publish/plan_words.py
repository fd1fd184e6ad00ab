"""Sentences for the planner's codes: what blocks a movement, and what must be true the day before it starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from waythrough.publish.desk import Desk
from waythrough.publish.values import door_and_party
from waythrough.publish.words import Said
from waythrough.terms.planned import Blocker, Gate
from waythrough.terms.problems import N_


def blocked_by_doors(desk: Desk, blockers: Iterable[Blocker]) -> list[Said]:
    """For each purpose the fewest doors that would open a road; several sets are told as alternatives."""
    sets: dict[str, dict[tuple[str, ...], None]] = {}
    for one in blockers:
        if one.doors:
            sets.setdefault(one.about, {}).setdefault(one.doors)
    join, say = desk.words.numbers.join, desk.words.say
    lines = []
    for about, found in sets.items():
        purpose = desk.words.label("purpose", about)
        named = [join(door_and_party(desk, door) for door in doors) for doors in found]
        if len(named) == 1:
            lines.append(
                say(
                    "{purpose}: the fewest doors that would have to open: {doors}.",
                    purpose=purpose,
                    doors=named[0],
                )
            )
            continue
        together = [
            say("{doors} together", doors=name) if len(doors) > 1 else name
            for doors, name in zip(found, named, strict=True)
        ]
        lines.append(
            say(
                "{purpose}: any one of these would have to open: {doors}.",
                purpose=purpose,
                doors=join(together),
            )
        )
    return lines


def blocked(desk: Desk, blockers: Iterable[Blocker]) -> list[Said]:
    """What else blocks, one sentence for each purpose and cause, with a list of what it concerns."""
    groups: dict[tuple[str, str], list[Blocker]] = {}
    for one in blockers:
        if not one.doors:
            groups.setdefault((one.about, one.code), []).append(one)
    return [_group(desk, about, code, group) for (about, code), group in groups.items()]


def _group(desk: Desk, about: str, code: str, group: list[Blocker]) -> Said:
    """One cause as a sentence. A code this edition has no sentence for is shown as a code, never guessed."""
    purpose = desk.words.label("purpose", about)
    sentence = _BLOCKED.get(code)
    if sentence is None:
        return desk.words.say(
            "{purpose}: blocked, reason {code}.", purpose=purpose, code=desk.words.numbers.code(code)
        )
    fields = {
        key: desk.words.numbers.join(desk.sorted(_ids(key, group)))
        for key in ("warehouse", "site", "destination", "route", "zone", "goods", "evacuation")
        if f"{{{key}}}" in sentence
    }
    return desk.words.say(sentence, purpose=purpose, **fields)


def _ids(key: str, group: list[Blocker]) -> list[str]:
    return [one for blocker in group for one in blocker.fields.get(key, "").split(", ") if one]


_BLOCKED: dict[str, str] = {
    "no_life_saving_good": N_("{purpose}: no good is marked as life-saving."),
    "no_warehouse": N_("{purpose}: no warehouse is recorded."),
    "no_warehouse_stock": N_("{purpose}: no life-saving stock is recorded in: {warehouse}."),
    "stock_not_stated": N_("{purpose}: nobody stated the stock at {site} of: {goods}. It counts as none."),
    "no_live_consent": N_("{purpose}: no household has the live consent of every adult."),
    "destination_stopped": N_("{purpose}: a protection stop stands on: {destination}."),
    "no_reception_stated": N_("{purpose}: nobody stated how many people can be received in: {destination}."),
    "no_route": N_("{purpose}: no route is recorded for: {site}."),
    "no_door_recorded": N_("{purpose}: no door is recorded for: {zone}. The routes concerned: {route}."),
    "no_fleet": N_("{purpose}: no vehicles are recorded for: {site}."),
    "people_not_stated": N_("{purpose}: nobody wrote down how many people travel: {evacuation}."),
    "needed_by_passed": N_("{purpose}: the last day on which it would have helped has passed: {evacuation}."),
    "no_vehicle_free": N_("{purpose}: all vehicles that could take them are away with others: {evacuation}."),
    "horizon_too_short": N_("{purpose}: routes that take longer than the plan looks ahead: {route}."),
}


def gate_line(desk: Desk, one: Gate) -> Said:
    """A gate, who of us sees to it, and what is done if it is not true the day before."""
    said = gate(desk, one)
    if not one.see_to:
        return said
    role = desk.words.label("role", one.see_to)
    if organisation := desk.report.stated_by.get(one.about):
        role = desk.words.say("{role} with {organisation}", role=role, organisation=desk.name(organisation))
    return desk.words.say(
        "{gate} Sees to it: {role}. If not: {otherwise}.",
        gate=said,
        role=role,
        otherwise=_otherwise(desk, one),
    )


def _otherwise(desk: Desk, one: Gate) -> Said:
    sentence = _OTHERWISE.get(one.otherwise)
    if sentence is None:
        return desk.words.say("{code}", code=desk.words.numbers.code(one.otherwise))
    day = {"day": date.fromisoformat(one.fields["next"])} if "{day}" in sentence else {}
    return desk.words.say(sentence, **day)


_OTHERWISE: dict[str, str] = {
    "next_open_day": N_("it waits for {day}, the next day on which its whole road is open"),
    "ask_again": N_("it does not go, and the door is asked at again"),
    "go_with_fewer": N_("it goes with fewer; those in most need keep their seats, the others the next"),
    "fewer_loads": N_(
        "it goes with fewer vehicles; what keeps people alive is loaded first, the rest waits for the next"
    ),
    "life_saving_first": N_("it goes with less; what keeps people alive is loaded first"),
    "standby_takes_seats": N_("the seat is offered to the next household on the standby list"),
    "does_not_start": N_("it does not start"),
}


def gate(desk: Desk, one: Gate) -> Said:
    """A gate as a sentence, to be ticked off. A code without a sentence is shown as a code."""
    known = _GATES.get(one.code)
    if known is None:
        return desk.words.say(
            "{code}: {about}", code=desk.words.numbers.code(one.code), about=desk.name(one.about)
        )
    return known(desk, one.about, one.fields)


def _door_gate(text: str) -> Callable[[Desk, str, Mapping[str, str]], Said]:
    def sentence(desk: Desk, about: str, fields: Mapping[str, str]) -> Said:
        first, last = (date.fromisoformat(fields[key]) for key in ("from", "to"))
        dates = desk.words.numbers.date(first) if first == last else desk.words.numbers.dates(first, last)
        return desk.words.say(text, door=door_and_party(desk, about), dates=dates)

    return sentence


def _vehicles(desk: Desk, about: str, fields: Mapping[str, str]) -> Said:
    return desk.words.count(
        "{n} vehicle stands ready: {fleet}.",
        "{n} vehicles stand ready: {fleet}.",
        int(fields["vehicles"]),
        fleet=desk.name(about),
    )


def _load(desk: Desk, about: str, fields: Mapping[str, str]) -> Said:
    load = desk.words.numbers.number(int(fields["grams"]) / 1e6, 1, "t")
    return desk.words.say(
        "{load} of {good} stand loaded in {warehouse}.",
        load=load,
        good=desk.name(fields["good"]),
        warehouse=desk.name(about),
    )


def _responsible(desk: Desk, about: str, fields: Mapping[str, str]) -> Said:
    return desk.words.say("One of us is named who answers for the trip on {route}.", route=desk.name(about))


def _consents(desk: Desk, about: str, fields: Mapping[str, str]) -> Said:
    return desk.words.count(
        "{n} adult was asked again in private and still consents.",
        "{n} adults were asked again in private and still consent.",
        int(fields["adults"]),
    )


def _reception(desk: Desk, about: str, fields: Mapping[str, str]) -> Said:
    return desk.words.count(
        "{destination} confirms a place for {n} person.",
        "{destination} confirms places for {n} people.",
        int(fields["people"]),
        destination=desk.name(about),
    )


def _patients(desk: Desk, about: str, fields: Mapping[str, str]) -> Said:
    return desk.words.count(
        "{n} patient, or who speaks for them, was asked and agrees to go.",
        "{n} patients, or who speaks for them, were asked and agree to go.",
        int(fields["people"]),
    )


# The text is marked where it is translated, in `N_`, because the functions above only pass it on.
_GATES: dict[str, Callable[[Desk, str, Mapping[str, str]], Said]] = {
    "door_open": _door_gate(N_("{door} is open in the party's own word on {dates}.")),
    "confirm_in_own_word": _door_gate(
        N_("{door}: the party confirms in its own word that it is open on {dates}.")
    ),
    "settle_dispute": _door_gate(N_("{door}: the accounts that differ are settled before {dates}.")),
    "vehicles_ready": _vehicles,
    "load_ready": _load,
    "name_responsible": _responsible,
    "reconfirm_consents": _consents,
    "reception_ready": _reception,
    "patients_agree": _patients,
}
