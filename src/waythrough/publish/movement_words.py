"""Sentences for what must be true before a movement starts, each to be ticked off."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from waythrough.publish.desk import Desk
from waythrough.publish.plan_words import gate
from waythrough.publish.words import Said
from waythrough.terms.planned import Gate


def movement_gate(desk: Desk, one: Gate) -> Said:
    """A gate of a movement as a sentence; doors and whoever answers are told as a plan tells them."""
    own = _OWN.get(one.code)
    return own(desk, one.about, one.fields) if own else gate(desk, one)


def _vehicles(desk: Desk, about: str, fields: Mapping[str, str]) -> Said:
    return desk.words.count(
        "Planned with {n} vehicle; nobody has confirmed it.",
        "Planned with {n} vehicles; nobody has confirmed them.",
        int(fields["vehicles"]),
    )


def _no_door(desk: Desk, about: str, fields: Mapping[str, str]) -> Said:
    return desk.words.say(
        "A door is recorded for {zone}, so that somebody can be asked.", zone=desk.name(about)
    )


def _no_stop(desk: Desk, about: str, fields: Mapping[str, str]) -> Said:
    reason = fields.get("reason")
    if reason is None:
        return desk.words.say("Nothing stops movements to {destination}.", destination=desk.name(about))
    return desk.words.say(
        "Nothing stops movements to {destination}. Now stands: {reason}.",
        destination=desk.name(about),
        reason=desk.words.numbers.show(reason),
    )


def _asked_again(desk: Desk, about: str, fields: Mapping[str, str]) -> Said:
    return desk.words.say(
        "Every household on the manifest was asked again in private and confirms: {confirmed} of {households}.",
        confirmed=int(fields["confirmed"]),
        households=int(fields["households"]),
    )


def _consents_live(desk: Desk, about: str, fields: Mapping[str, str]) -> Said:
    gone = int(fields["households"])
    if not gone:
        return desk.words.say("The consents of all who are confirmed still hold.")
    return desk.words.say(
        "The consents of all who are confirmed still hold. Households without: {n}.", n=gone
    )


_OWN: dict[str, Callable[[Desk, str, Mapping[str, str]], Said]] = {
    "vehicles_ready": _vehicles,
    "no_door_recorded": _no_door,
    "no_stop": _no_stop,
    "reconfirm_consents": _asked_again,
    "consents_live": _consents_live,
}
