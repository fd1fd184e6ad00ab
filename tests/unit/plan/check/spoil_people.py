"""Ways to spoil who rides where: consents, households, kin, seats, places, promises. Each names the rule it breaks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from unit.plan.check.changing import (
    Luck,
    NothingToSpoil,
    aboard,
    below,
    consents_of,
    days_out,
    home,
    named,
    on,
    one,
    people,
    pick,
    ride,
    seated,
    told,
    waiting,
    with_seat,
)
from unit.plan.check.worlds import Case
from waythrough.terms.planned import Plan, Seat, Standby
from waythrough.terms.situation import Promise, Situation

# --- H1 consent -------------------------------------------------------------------------------------------


def somebody_refused(luck: Luck, s: Situation, p: Plan) -> Case:
    return told(home(s, seated(luck, s, p)[3].id, refused=True), p)


def an_adult_withdrew(luck: Luck, s: Situation, p: Plan) -> Case:
    h = seated(luck, s, p)[3]
    who = pick(luck, h.adults)
    how = luck.randint(0, 3)
    if how == 0:
        return told(home(s, h.id, consents=tuple(c for c in h.consents if c.adult != who)), p)
    if how == 1:
        return told(home(s, h.id, consents=consents_of(h, who, kind=f"visit {luck.randint(0, 99)}")), p)
    if how == 2:
        return told(home(s, h.id, adults=(*h.adults, f"grown up {luck.randint(0, 999)}")), p)
    return told(home(s, h.id, consents=consents_of(h, who, adult=f"cousin {luck.randint(0, 999)}")), p)


def consent_to_another_town(luck: Luck, s: Situation, p: Plan) -> Case:
    _, t, _, h = seated(luck, s, p)
    if luck.random() < 0.5:
        left = tuple(e for e in h.choices if e != t.destination)
        return told(home(s, h.id, choices=(*left, f"town {luck.randint(0, 999)}")), p)
    return told(
        home(
            s, h.id, consents=consents_of(h, pick(luck, h.adults), destination=f"town {luck.randint(0, 999)}")
        ),
        p,
    )


def consent_over_or_not_begun(luck: Luck, s: Situation, p: Plan) -> Case:
    _, t, _, h = seated(luck, s, p)
    k, who = luck.randint(1, 40), pick(luck, h.adults)
    over = {"last": t.day + s.consent_margin_days - k} if luck.random() < 0.5 else {"first": t.day + k}
    return told(home(s, h.id, consents=consents_of(h, who, **over)), p)


def longer_margin(luck: Luck, s: Situation, p: Plan) -> Case:
    _, t, _, h = seated(luck, s, p)
    ends = max([99, *(c.last for c in h.consents if c.destination == t.destination)])
    return told(replace(s, consent_margin_days=ends + 1 + luck.randint(0, 999)), p)


def data_consent_over(luck: Luck, s: Situation, p: Plan) -> Case:
    _, t, _, h = seated(luck, s, p)
    return told(
        home(s, h.id, data_consent={**h.data_consent, pick(luck, h.adults): t.day - luck.randint(1, 60)}), p
    )


# --- H3 safety, H4 and H5 households ----------------------------------------------------------------------


def unknown_town(luck: Luck, s: Situation, p: Plan) -> Case:
    return s, ride(p, below(luck, len(p.returns)), destination=f"moon {luck.randint(0, 999)}")


def town_stopped(luck: Luck, s: Situation, p: Plan) -> Case:
    t = pick(luck, p.returns)
    return told(one(s, "destinations", t.destination, stopped=True, stop_reason="harm reported"), p)


def unknown_household(luck: Luck, s: Situation, p: Plan) -> Case:
    n, t, k, _ = seated(luck, s, p)
    seats = list(t.seats)
    seats[k] = replace(seats[k], household=f"nobody {luck.randint(0, 999)}")
    return s, ride(p, n, seats=tuple(seats))


def household_elsewhere(luck: Luck, s: Situation, p: Plan) -> Case:
    return told(home(s, seated(luck, s, p)[3].id, site=f"valley {luck.randint(0, 999)}"), p)


def leaves_twice(luck: Luck, s: Situation, p: Plan) -> Case:
    _n, t, _, h = seated(luck, s, p)
    other = pick(luck, [k for k, x in enumerate(p.returns) if (x.route, x.day) != (t.route, t.day)])
    return s, with_seat(p, other, h.id, luck.randint(0, 5))


def family_split(luck: Luck, s: Situation, p: Plan) -> Case:
    n, _, _, h = seated(luck, s, p)
    return s, with_seat(p, n, h.id, luck.randint(0, 9))


def kin_left_behind(luck: Luck, s: Situation, p: Plan) -> Case:
    h = seated(luck, s, p)[3]
    left = pick(luck, [x for x in waiting(s, p) if x.site == h.site])
    name = f"kin {luck.randint(0, 999)}"
    return told(home(home(s, h.id, kin_group=name), left.id, kin_group=name), p)


def kin_apart(luck: Luck, s: Situation, p: Plan) -> Case:
    _, t, _, h = seated(luck, s, p)
    away = [x for x in p.returns if x.site == t.site and (x.route, x.day) != (t.route, t.day) and x.seats]
    other = pick(luck, aboard(s, pick(luck, away)))
    name = f"kin {luck.randint(0, 999)}"
    return told(home(home(s, h.id, kin_group=name), other.id, kin_group=name), p)


# --- H6 places aboard -------------------------------------------------------------------------------------


def no_such_vehicle(luck: Luck, s: Situation, p: Plan) -> Case:
    n, t, k, _ = seated(luck, s, p)
    seats = list(t.seats)
    seats[k] = replace(
        seats[k], vehicle=luck.choice((-luck.randint(1, 99), t.vehicles + luck.randint(0, 99)))
    )
    return s, ride(p, n, seats=tuple(seats))


def too_few_seats(luck: Luck, s: Situation, p: Plan) -> Case:
    _, t, k, _ = seated(luck, s, p)
    sitting = sum(h.size - h.stretchers for h in aboard(s, t, t.seats[k].vehicle))
    return told(one(s, "fleets", t.fleet, seats=below(luck, sitting)), p)


def family_grew(luck: Luck, s: Situation, p: Plan) -> Case:
    h = seated(luck, s, p)[3]
    return told(home(s, h.id, size=h.size + luck.randint(20, 400)), p)


def too_few_special(luck: Luck, s: Situation, p: Plan) -> Case:
    _, t, _k, h = seated(luck, s, p)
    there = next(f.special_seats for f in s.fleets if f.id == t.fleet)
    return told(home(s, h.id, special=there + luck.randint(1, 300)), p)


def too_few_stretchers(luck: Luck, s: Situation, p: Plan) -> Case:
    _, t, _k, h = seated(luck, s, p)
    there = next(f.stretcher_places for f in s.fleets if f.id == t.fleet)
    more = there + luck.randint(1, 300)
    return told(home(s, h.id, stretchers=more, size=h.size + more), p)


# --- H8 to H10 places that take people --------------------------------------------------------------------


def nobody_said_how_many(luck: Luck, s: Situation, p: Plan) -> Case:
    t = pick(luck, p.returns)
    return told(one(s, "destinations", t.destination, per_day=None, per_week=None, total=None), p)


def fewer_places_a_day(luck: Luck, s: Situation, p: Plan) -> Case:
    t = pick(luck, [t for t in p.returns if t.seats])
    return told(one(s, "destinations", t.destination, per_day=below(luck, people(s, t))), p)


def fewer_places_a_week(luck: Luck, s: Situation, p: Plan) -> Case:
    t = pick(luck, [t for t in p.returns if t.seats])
    week = (t.day + days_out(s, t)) // 7
    n = sum(
        people(s, x)
        for x in p.returns
        if x.destination == t.destination and (x.day + days_out(s, x)) // 7 == week
    )
    return told(
        one(s, "destinations", t.destination, per_week=below(luck, n)),
        p,
    )


def fewer_places_in_all(luck: Luck, s: Situation, p: Plan) -> Case:
    t = pick(luck, [t for t in p.returns if t.seats])
    n = sum(people(s, x) for x in p.returns if x.destination == t.destination)
    return told(one(s, "destinations", t.destination, total=below(luck, n)), p)


def slower_desk(luck: Luck, s: Situation, p: Plan) -> Case:
    t = pick(luck, [t for t in p.returns if t.seats])
    n = sum(people(s, x) for x in p.returns if (x.site, x.day) == (t.site, t.day))
    return told(one(s, "sites", t.site, registration_per_day=below(luck, n)), p)


def fewer_people_through(luck: Luck, s: Situation, p: Plan) -> Case:
    t = pick(luck, [t for t in p.returns if t.seats])
    name = pick(luck, [door for use in on(s, t).out for door in use.doors])
    return told(one(s, "doors", name, max_people=below(luck, people(s, t))), p)


# --- promises and standing by -----------------------------------------------------------------------------


def promise_dropped(luck: Luck, s: Situation, p: Plan) -> Case:
    n, t, _, h = seated(luck, s, p)
    # Kin were told the same, or there would be no promise to keep.
    kin = [x for x in s.households if h.kin_group and (x.site, x.kin_group) == (h.site, h.kin_group)]
    homes = {h.id, *(x.id for x in kin)}
    same = tuple(Promise(name, t.destination, t.day) for name in sorted(homes))
    others = tuple(x for x in s.promised if x.household not in homes)
    s = replace(s, promised=(*others, *same), frozen_days=t.day + luck.randint(1, 99))
    return told(s, ride(p, n, seats=tuple(x for x in t.seats if x.household != h.id)))


def brought_into_frozen_days(luck: Luck, s: Situation, p: Plan) -> Case:
    _, t, _, h = seated(luck, s, p)
    others = tuple(x for x in s.promised if x.household != h.id)
    return told(replace(s, promised=others, frozen_days=t.day + luck.randint(1, 99)), p)


def stand_by(p: Plan, n: int, **changes: Any) -> Plan:
    rows = list(p.standby)
    rows[n] = replace(rows[n], **changes)
    return replace(p, standby=tuple(rows))


def stands_by_for_nothing(luck: Luck, s: Situation, p: Plan) -> Case:
    n = below(luck, len(p.standby))
    if luck.random() < 0.5:
        return s, stand_by(p, n, day=s.days + luck.randint(0, 999))
    return s, stand_by(p, n, route=f"bridge {luck.randint(0, 999)}")


def wrong_one_stands_by(luck: Luck, s: Situation, p: Plan) -> Case:
    n = below(luck, len(p.standby))
    row = p.standby[n]
    t = next(t for t in p.returns if (t.route, t.day) == (row.route, row.day))
    other = (
        [h.id for h in s.households if h.site != t.site]
        + [x.household for x in t.seats]
        + [row.households[0]]
    )
    return s, stand_by(
        p, n, households=(*row.households, pick(luck, [*other, *(f"nobody {k}" for k in range(40))]))
    )


def standby_without_consent(luck: Luck, s: Situation, p: Plan) -> Case:
    row = pick(luck, p.standby)
    h = named(s, pick(luck, row.households))
    last = row.day - luck.randint(1, 99)
    return told(home(s, h.id, consents=tuple(replace(c, last=last, first=last - 9) for c in h.consents)), p)


def standby_without_kin(luck: Luck, s: Situation, p: Plan) -> Case:
    row = pick(luck, p.standby)
    h = named(s, pick(luck, row.households))
    away = [x for x in waiting(s, p) if x.site == h.site and x.id not in row.households]
    name = f"kin {luck.randint(0, 9999)}"
    return told(home(home(s, h.id, kin_group=name), pick(luck, away).id, kin_group=name), p)


def seats_exchanged(luck: Luck, s: Situation, p: Plan) -> Case:
    """Breaks this rule or that, or none: two families change places."""
    n, t, k, h = seated(luck, s, p)
    m, u, j, g = seated(luck, s, p)
    if n == m:
        raise NothingToSpoil
    first, second = list(t.seats), list(u.seats)
    first[k], second[j] = Seat(g.id, first[k].vehicle), Seat(h.id, second[j].vehicle)
    return s, ride(ride(p, n, seats=tuple(first)), m, seats=tuple(second))


def seat_left_empty(luck: Luck, s: Situation, p: Plan) -> Case:
    n, t, k, _ = seated(luck, s, p)
    return s, ride(p, n, seats=(*t.seats[:k], *t.seats[k + 1 :]))


def somebody_stands_by(luck: Luck, s: Situation, p: Plan) -> Case:
    t, h = pick(luck, p.returns), pick(luck, s.households)
    return s, replace(p, standby=(*p.standby, Standby(t.route, t.day, (h.id,))))


SPOILED = {
    "refused-household": (somebody_refused,),
    "consent-every-adult": (an_adult_withdrew,),
    "consent-destination": (consent_to_another_town,),
    "consent-live": (consent_over_or_not_begun, longer_margin),
    "consent-data": (data_consent_over,),
    "destination-known": (unknown_town,),
    "destination-stopped": (town_stopped,),
    "household-unknown": (unknown_household,),
    "household-site": (household_elsewhere,),
    "household-twice": (leaves_twice,),
    "family-whole": (family_split,),
    "kin-together": (kin_left_behind, kin_apart),
    "vehicle-known": (no_such_vehicle,),
    "seats": (too_few_seats, family_grew),
    "special-seats": (too_few_special,),
    "stretchers": (too_few_stretchers,),
    "reception-stated": (nobody_said_how_many,),
    "reception-day": (fewer_places_a_day,),
    "reception-week": (fewer_places_a_week,),
    "reception-total": (fewer_places_in_all,),
    "registration-day": (slower_desk,),
    "people-cap": (fewer_people_through,),
    "promise-kept": (promise_dropped,),
    "frozen-day": (brought_into_frozen_days,),
    "standby-trip": (stands_by_for_nothing,),
    "standby-household": (wrong_one_stands_by,),
    "standby-consent": (standby_without_consent,),
    "standby-kin": (standby_without_kin,),
    "": (seats_exchanged, seat_left_empty, somebody_stands_by),
}
"""Rule → ways to break it; under no rule stand ways that break this one or that, or none."""
