"""Sentences for the planner's codes: what blocks a movement, and what must be true the day before it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from waythrough.publish.desk import Desk
from waythrough.publish.words import Said
from waythrough.terms.planned import Blocker, Gate
from waythrough.terms.problems import N_


def blocked(desk: Desk, blocker: Blocker) -> Said:
    """A blocker as a sentence. A code this edition has no sentence for is shown as a code, never guessed."""
    say, about, fields = desk.words.say, blocker.about, blocker.fields
    purpose = desk.words.label("purpose", about)
    if blocker.code == "doors_shut" or blocker.doors:
        return say(
            "{purpose}: these doors would have to open: {doors}.",
            purpose=purpose,
            doors=desk.words.numbers.join(_door_and_party(desk, door) for door in blocker.doors),
        )
    named = {
        key: desk.name(fields[key])
        for key in ("warehouse", "site", "destination", "route", "zone")
        if key in fields
    }
    match blocker.code:
        case "no_life_saving_good":
            return say("{purpose}: no good is marked as life-saving.", purpose=purpose)
        case "no_warehouse":
            return say("{purpose}: no warehouse is recorded.", purpose=purpose)
        case "no_warehouse_stock":
            return say(
                "{purpose}: no life-saving stock is recorded in {warehouse}.", purpose=purpose, **named
            )
        case "stock_not_stated":
            goods = desk.words.numbers.join(desk.name(good) for good in fields["goods"].split(", "))
            return say(
                "{purpose}: nobody stated the stock at {site} of: {goods}. It counts as none.",
                purpose=purpose,
                goods=goods,
                **named,
            )
        case "no_live_consent":
            return say("{purpose}: no household has the live consent of every adult.", purpose=purpose)
        case "destination_stopped":
            return say("{purpose}: a protection stop stands on {destination}.", purpose=purpose, **named)
        case "no_reception_stated":
            return say(
                "{purpose}: nobody stated how many places {destination} has.", purpose=purpose, **named
            )
        case "no_route":
            return say("{purpose}: no route is recorded for {site}.", purpose=purpose, **named)
        case "no_door_recorded":
            return say(
                "{purpose}: no door is recorded for {zone}, on the route {route}.", purpose=purpose, **named
            )
        case "no_fleet":
            return say("{purpose}: no vehicles are recorded for {site}.", purpose=purpose, **named)
        case "horizon_too_short":
            return say(
                "{purpose}: the route {route} takes longer than the plan looks ahead.",
                purpose=purpose,
                **named,
            )
    return say(
        "{purpose}: blocked, reason {code}.", purpose=purpose, code=desk.words.numbers.code(blocker.code)
    )


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
        return desk.words.say(text, door=_door_and_party(desk, about), dates=dates)

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


def _door_and_party(desk: Desk, door: str) -> Any:
    party = next((one.party for one in desk.report.doors if one.id == door), None)
    if party is None:
        return desk.name(door)
    return desk.words.say("{door} ({party})", door=desk.name(door), party=desk.name(party))


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
}
