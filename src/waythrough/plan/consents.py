"""What a household allows, read from its adults' dated decisions: the newest one counts, and a no outweighs
a yes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from waythrough.terms.doing import VOLUNTARY_RETURN
from waythrough.terms.people import Consent, Household, Intention
from waythrough.terms.situation import ConsentNow, HouseholdNow

# On one day the more protective decision counts: whoever said yes and no on a day has not agreed.
_CAUTION = {"given": 0, "refused": 1, "withdrawn": 2}


def household_now(
    home: Household,
    consents: Sequence[Consent],
    wish: Intention | None,
    *,
    first_day: date,
    weights: Mapping[str, int],
    special_needs: frozenset[str],
    stretcher_needs: frozenset[str] = frozenset(),
    short_on: Callable[[date], bool],
) -> HouseholdNow:
    """A household as the planner sees it. ``first_day`` is day 0; ``short_on(day)`` says if stocks were low
    then.

    Choices are the destinations of its travel consents: the one its newest intention names first, then in the
    order in which consents were given. Its weight is that of its heaviest need.
    """
    consents = [c for c in consents if c.household == home.id and c.adult in home.adults]
    travel = {
        (adult, destination): decision
        for adult in home.adults
        for destination in _named(consents)
        if (decision := _newest(consents, adult, "travel", destination))
    }
    live = [c for c in travel.values() if c.decision == "given"]
    lying = min(home.size, sum(need in stretcher_needs for need in home.needs))
    return HouseholdNow(
        id=home.id,
        site=home.site,
        size=home.size,
        special=min(home.size - lying, sum(need in special_needs for need in home.needs)),
        weight=max((weights.get(need, 1) for need in home.needs), default=1),
        adults=home.adults,
        choices=_choices(live, wish),
        consents=tuple(
            _now(c, first_day, short_on) for c in sorted(live, key=lambda c: (c.adult, c.destination, c.id))
        ),
        data_consent=_data(home, consents, first_day),
        kin_group=home.kin_group,
        wishes_to_leave=wish.wish_to_leave if wish else None,
        refused=any(_refuses(home, adult, consents, travel) for adult in home.adults),
        stretchers=lying,
    )


def allowed_on(
    home: Household, consents: Sequence[Consent], destination: str, kind: str, day: date, margin_days: int = 0
) -> bool:
    """Whether every adult of a household allows this journey on this very day, and the use of its data.

    The rule of the plan, asked at the door: a decision taken back this morning counts this morning.
    """
    ours = [c for c in consents if c.household == home.id and c.adult in home.adults]
    until = day + timedelta(days=margin_days)
    for adult in home.adults:
        travel = _newest(ours, adult, "travel", destination, kind)
        data = _newest(ours, adult, "data", "")
        for decision, last in ((travel, until), (data, day)):
            if decision is None or decision.decision != "given":
                return False
            if not decision.valid_from <= day <= last <= decision.valid_until:
                return False
    return bool(home.adults)


def asked_again(
    home: Household, consents: Sequence[Consent], destination: str, kind: str, cleared_on: date | None = None
) -> bool:
    """Whether every adult was asked again, in private, after the clearance: by the decision that counts.

    ``cleared_on`` is the day of the newest answer on the road; asked before it, or before it said yes at all, an adult
    was not asked again. The same day counts.
    """
    newest = [_newest(consents, adult, "travel", destination, kind) for adult in home.adults]
    return bool(newest) and all(one is not None and _reconfirmed(one, cleared_on) for one in newest)


def _reconfirmed(consent: Consent, cleared_on: date | None) -> bool:
    again = consent.reconfirmed_on
    return again is not None and again >= max(consent.given_on, cleared_on or consent.given_on)


def after_a_no(consents: Sequence[Consent], said_no: date | None) -> list[Consent]:
    """What counts of a household's consents once it said no at the vehicle: no yes to travel of that day or before.

    Of one day nobody can tell which came first, so the no does.
    """
    return [
        c
        for c in consents
        if said_no is None or (c.purpose, c.decision) != ("travel", "given") or c.given_on > said_no
    ]


def _newest(
    consents: Sequence[Consent], adult: str, purpose: str, destination: str, kind: str = VOLUNTARY_RETURN
) -> Consent | None:
    """The decision that counts: the newest that speaks of this destination and kind, or of all of them.

    A yes must name the destination and the kind of movement; a refusal or withdrawal that names none means
    all. Of several of one day the most careful counts: a no before a yes, one given under pressure before one without.
    """
    speaking = [
        c for c in consents if c.adult == adult and c.purpose == purpose and _speaks_of(c, destination, kind)
    ]
    return max(speaking, key=_later_or_more_careful, default=None)


def _later_or_more_careful(consent: Consent) -> tuple[date, int, int, date, str]:
    """Sorts decisions so that the one that counts comes last; asked again comes after not, the id settles the rest."""
    flags = consent.pressure_reported + (not consent.asked_in_private)
    again = consent.reconfirmed_on or date.min
    return (consent.given_on, _CAUTION.get(consent.decision, 3), flags, again, consent.id)


def _speaks_of(consent: Consent, destination: str, kind: str) -> bool:
    if consent.purpose == "data":
        return True
    if consent.decision == "given":
        return (consent.destination, consent.movement_kind) == (destination, kind)
    return consent.destination in ("", destination) and consent.movement_kind in ("", kind)


def _named(consents: Sequence[Consent]) -> list[str]:
    return sorted({c.destination for c in consents if c.purpose == "travel" and c.destination})


def _choices(live: Sequence[Consent], wish: Intention | None) -> tuple[str, ...]:
    first = wish.destination if wish else ""
    ordered = sorted(live, key=lambda c: (c.destination != first, c.given_on, c.destination))
    return tuple(dict.fromkeys(c.destination for c in ordered))


def _now(consent: Consent, first_day: date, short_on: Callable[[date], bool]) -> ConsentNow:
    flags = []
    if consent.pressure_reported:
        flags.append("pressure_reported")
    if not consent.asked_in_private:
        flags.append("not_in_private")
    if short_on(consent.given_on):
        flags.append("given_while_stocks_were_low")
    return ConsentNow(
        adult=consent.adult,
        destination=consent.destination,
        kind=consent.movement_kind,
        first=(consent.valid_from - first_day).days,
        last=(consent.valid_until - first_day).days,
        ref=consent.id,
        flagged=tuple(flags),
    )


def _data(home: Household, consents: Sequence[Consent], first_day: date) -> dict[str, int]:
    """Last valid day of each adult's data consent; one that does not hold yet on day 0 is left out."""
    data = {}
    for adult in home.adults:
        newest = _newest(consents, adult, "data", "")
        if newest and newest.decision == "given" and newest.valid_from <= first_day:
            data[adult] = (newest.valid_until - first_day).days
    return data


def _refuses(
    home: Household,
    adult: str,
    consents: Sequence[Consent],
    travel: Mapping[tuple[str, str], Consent],
) -> bool:
    """True when an adult said no to all, or said no and yes to nothing: then the whole household stays off.

    A no to one destination beside a yes to another is a choice, not a refusal: the first is closed for want
    of consent, the second is open.
    """
    newest = _newest([c for c in consents if not c.destination], adult, "travel", "")
    if (
        newest
        and newest.decision == "refused"
        and not any(c.decision == "given" for (who, _), c in travel.items() if who == adult)
    ):
        return True
    mine = [c for (who, _), c in travel.items() if who == adult]
    return any(c.decision == "refused" for c in mine) and not any(c.decision == "given" for c in mine)
