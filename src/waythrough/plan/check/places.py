"""Rules of places that take people by the day: registration desks, doors with a cap, and who receives them."""

from __future__ import annotations

from collections import Counter

from waythrough.plan.check.facts import Facts, Found


def _receives(f: Facts) -> Found:
    """H3 and H8: nobody is brought where movements are stopped, or where nobody stated places."""
    for place, trip in f.returns:
        end = f.destinations.get(trip.destination)
        if end is None:
            yield "destination-known", place, f"destination {trip.destination}"
        elif end.stopped:
            why = end.stop_reason or "no reason"
            yield "destination-stopped", place, f"movements to {end.id} are stopped: {why}"
        elif end.per_day is None and end.per_week is None and end.total is None:
            yield "reception-stated", place, f"nobody stated reception places at {end.id}"


def _reception(f: Facts) -> Found:
    """H8: places by day and week of arrival, and in all. Week 0 is days 0 to 6."""
    daily: Counter[tuple[str, int]] = Counter()
    for (_, trip), people in zip(f.returns, f.people, strict=True):
        if trip.route in f.routes:
            daily[trip.destination, f.arrival(trip)] += people
    arriving: Counter[tuple[str, str, int]] = Counter()
    for (name, day), people in daily.items():
        arriving["day", name, day] += people
        arriving["week", name, day // 7] += people
        arriving["total", name, 0] += people
    for (span, name, n), people in sorted(arriving.items()):
        end = f.destinations.get(name)
        if end is None:
            continue
        places = {"day": end.per_day, "week": end.per_week, "total": end.total}[span]
        if places is not None and people > places:
            when = "in all" if span == "total" else f"in {span} {n}"
            yield f"reception-{span}", f"destination {name}", f"{people} people {when}, {places} places"


def _registration(f: Facts) -> Found:
    """H9: people leaving a site on a day, against what its desk can register."""
    for (name, day), people in sorted(f.leaving.items()):
        most = f.sites[name].registration_per_day if name in f.sites else None
        if most is not None and people > most:
            yield (
                "registration-day",
                f"site {name}",
                f"{people} people leave on day {day}, {most} can register",
            )


def _people_caps(f: Facts) -> Found:
    """H10: people who pass a door on a day, on their way out, against the cap in its guarantee."""
    caps = {door.id: door.max_people for door in f.doors.values() if door.max_people is not None}
    capped = {route: [use for use in passed if use[0] in caps] for route, passed in f.passed_loaded.items()}
    passing: Counter[tuple[str, int]] = Counter()
    patients = {one.id: one.people + one.escorts for one in f.situation.evacuations}
    rides = [(trip.route, trip.day, n) for (_, trip), n in zip(f.returns, f.people, strict=True)]
    rides += [(trip.route, trip.day, patients.get(trip.evacuation, 0)) for _, trip in f.evacuations]
    for route, left, people in rides:
        for door, offset in capped.get(route, ()):
            passing[door, left + offset] += people
    for (name, day), people in sorted(passing.items()):
        if people > caps[name]:
            yield "people-cap", f"door {name}", f"{people} people on day {day}, {caps[name]} allowed"


RULES = (_receives, _reception, _registration, _people_caps)
