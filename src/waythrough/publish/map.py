"""The map: zones, legs by the state of their doors, places; small, and the same things listed beside it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from waythrough.publish import svg
from waythrough.publish.desk import Desk
from waythrough.publish.numbers import Run
from waythrough.publish.words import Said
from waythrough.terms.places import Door, Leg, Place

EARTH_KM = 6371.0088
"""Mean radius of the Earth (IUGG 1980)."""
SHOWN = frozenset({"published", "estimated"})
"""Precisions of a position that may be drawn in public. A notified position is in neither, and stays inside."""
# Which of several states a leg is drawn in: the one that keeps vehicles off it.
_WORST = ("closed", "no_answer", "waiting", "contested", "lapsed", "not_asked", "open")
_EDGE = 26
NO_DOOR = "no_door"
"""A leg on which no door is recorded for a purpose: nobody known has a say, or we have not asked who has."""
DRAWN_FIRST = ("aid", "return")
LEAST_FOR_SIGN = 36
"""Pixels a leg must have to bear its sign."""

Project = Callable[[float, float], tuple[float, float]]


def azimuthal(lat0: float, lon0: float) -> Project:
    """Kilometres east and north of a centre, with true distance and bearing from it.

    Source: Snyder (1987), Map projections, a working manual, USGS Professional Paper 1395, p. 191 (azimuthal
    equidistant, sphere).
    """
    sin0, cos0 = math.sin(math.radians(lat0)), math.cos(math.radians(lat0))

    def project(lat: float, lon: float) -> tuple[float, float]:
        phi, turn = math.radians(lat), math.radians(lon - lon0)
        cos_c = sin0 * math.sin(phi) + cos0 * math.cos(phi) * math.cos(turn)
        c = math.acos(max(-1.0, min(1.0, cos_c)))
        k = EARTH_KM * (c / math.sin(c) if c > 1e-12 else 1.0)
        x = k * math.cos(phi) * math.sin(turn)
        y = k * (cos0 * math.sin(phi) - sin0 * math.cos(phi) * math.cos(turn))
        return x, y

    return project


@dataclass(frozen=True)
class Sheet:
    """Where kilometres fall on the paper."""

    project: Project
    left: float
    top: float
    per_km: float
    width: float
    height: float

    def __call__(self, lat: float, lon: float) -> tuple[float, float]:
        """Pixels from the upper left."""
        x, y = self.project(lat, lon)
        return _EDGE + (x - self.left) * self.per_km, _EDGE + (self.top - y) * self.per_km


def sheet(points: list[tuple[float, float]], width: float) -> Sheet:
    """A sheet of that width on which all (lat, lon) points fit, at most as high as wide."""
    lats, lons = [p[0] for p in points], [p[1] for p in points]
    project = azimuthal((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
    flat = [project(*point) for point in points]
    xs, ys = [p[0] for p in flat], [p[1] for p in flat]
    inner = width - 2 * _EDGE
    across, up = max(max(xs) - min(xs), 1.0), max(max(ys) - min(ys), 1.0)
    per_km = min(inner / across, inner / up)
    left = min(xs) - (inner / per_km - across) / 2
    return Sheet(project, left, max(ys), per_km, width, up * per_km + 2 * _EDGE + 24)


@dataclass(frozen=True)
class RoadRow:
    """Stretches of road in one zone and one state, in words: the same as on the maps.

    ``states`` has code and words per purpose of the view.
    """

    zone: Run
    states: tuple[tuple[str, Any], ...]
    many: Said
    stretches: Run


@dataclass(frozen=True)
class ZoneRow:
    """One zone, with who is said to control it and who says so."""

    zone: Run
    said: Said
    since: Said | None


@dataclass(frozen=True)
class Drawn:
    """One map: for which purpose, in two widths."""

    purpose: Any
    drawings: tuple[Markup, ...]


@dataclass(frozen=True)
class MapView:
    """A map per purpose, and everything on them as lists."""

    maps: tuple[Drawn, ...]
    roads: tuple[RoadRow, ...]
    zones: tuple[ZoneRow, ...]
    note: Said


def site_map(desk: Desk) -> MapView | None:
    """The map section; None when the report carries no places."""
    report = desk.report
    places = _places(desk)
    if not places:
        return None
    legs = _legs(desk, places)
    used = {end for leg in legs for end in (leg.start, leg.end)}
    points = [(places[one].lat, places[one].lon) for one in used if one in places] or [
        (place.lat, place.lon) for place in places.values()
    ]
    points += [point for zone in report.zones for point in zone.outline]
    note = desk.words.say(
        "Positions and lengths of roads are as published or estimated; the map is no proof of a border. "
        "The boundaries and names shown imply no opinion on the status of any territory. As of {day}.",
        day=report.as_of,
    )
    told = purposes(desk, legs)
    return MapView(
        maps=tuple(
            Drawn(
                desk.words.label("purpose", purpose),
                tuple(_draw(desk, purpose, places, sheet(points, width), note) for width in (340, 720)),
            )
            for purpose in told
        ),
        roads=tuple(_roads(desk, legs, told)),
        zones=tuple(_zone_row(desk, zone) for zone in report.zones),
        note=note,
    )


def purposes(desk: Desk, legs: list[Leg]) -> tuple[str, ...]:
    """What a map is drawn for: aid in and returns where a door for them stands on a leg, else whatever there is.

    A road may be open to aid and closed to buses; one line could not say both.
    """
    found = {door.purpose for leg in legs for door in doors_over(desk, leg)}
    return tuple(one for one in DRAWN_FIRST if one in found) or tuple(sorted(found)) or DRAWN_FIRST[:1]


def leg_state(desk: Desk, leg: Leg, purpose: str) -> str:
    """The state a leg is drawn in: of the doors over it for that purpose, the one that keeps vehicles off.

    ``no_door`` where none is recorded for that purpose.
    """
    states = {state.door: state.state for state in desk.report.states}
    over = [
        states[door.id] for door in doors_over(desk, leg) if door.purpose == purpose and door.id in states
    ]
    return min(over, key=_WORST.index) if over else NO_DOOR


def _word(desk: Desk, state: str) -> Any:
    return desk.words.say("no door recorded") if state == NO_DOOR else desk.words.label("door_state", state)


def doors_over(desk: Desk, leg: Leg) -> list[Door]:
    """The doors a vehicle on this leg has to pass: those of the leg, or of its whole zone."""
    return [
        door for door in desk.report.doors if leg.id in door.legs or (not door.legs and door.zone == leg.zone)
    ]


def _places(desk: Desk) -> dict[str, Place]:
    return {place.id: place for place in desk.report.places if desk.internal or place.precision in SHOWN}


def _legs(desk: Desk, places: dict[str, Place]) -> list[Leg]:
    """The legs an edition may show: in public, those between two places it may show."""
    return [leg for leg in desk.report.legs if desk.internal or {leg.start, leg.end} <= places.keys()]


def _roads(desk: Desk, legs: list[Leg], told: tuple[str, ...]) -> Iterator[RoadRow]:
    """Roads by zone and state: one row says once what forty would repeat."""
    groups: dict[tuple[str, tuple[str, ...]], list[Leg]] = {}
    for leg in legs:
        states = tuple(leg_state(desk, leg, purpose) for purpose in told)
        groups.setdefault((leg.zone, states), []).append(leg)
    for (zone, states), found in groups.items():
        yield RoadRow(
            zone=desk.name(zone),
            states=tuple((state, _word(desk, state)) for state in states),
            many=desk.words.count("{n} stretch of road", "{n} stretches of road", len(found)),
            stretches=desk.words.numbers.join(_stretch(desk, leg) for leg in found),
        )


def _stretch(desk: Desk, leg: Leg) -> Said:
    say, km = desk.words.say, desk.words.numbers.number(leg.km, 0, "km")
    ends = {"start": desk.name(leg.start), "end": desk.name(leg.end), "km": km}
    if leg.road:
        return say("{start} to {end}, {road}, {km}", road=desk.words.numbers.code(leg.road), **ends)
    return say("{start} to {end}, {km}", **ends)


def _zone_row(desk: Desk, zone: Any) -> ZoneRow:
    say = desk.words.say
    return ZoneRow(
        zone=desk.name(zone.id),
        said=say(
            "Said by {speaker} to be held by {party}.",
            speaker=desk.name(zone.said_by),
            party=desk.name(zone.said_to_be_held_by),
        ),
        since=say("Since {day}.", day=zone.since) if zone.since else None,
    )


# --- drawing -----------------------------------------------------------------------------------------------


def _draw(desk: Desk, purpose: str, places: dict[str, Place], on: Sheet, note: Said) -> Markup:
    report, rtl = desk.report, desk.words.numbers.rtl
    parts: list[Markup] = []
    taken: list[tuple[float, float, float, float]] = []
    for zone in report.zones:
        if zone.outline:
            parts.append(svg.path((on(*point) for point in zone.outline), "zone", closed=True))
    signs = []
    legs = _legs(desk, places)
    for leg in legs:
        if leg.start in places and leg.end in places:
            line, sign = _leg(leg, leg_state(desk, leg, purpose), places, on)
            parts.append(line)
            signs.append(sign)
            taken += _along(on(*_at(places[leg.start])), on(*_at(places[leg.end])))
    used = {end for leg in legs for end in (leg.start, leg.end)} | {report.site.place}
    # The site's own label first, then the others: a label that finds no room is left to the list below the map.
    for place in sorted(places.values(), key=lambda one: (one.id != report.site.place, one.id)):
        if place.id in used:
            parts += _place(desk, place, on, taken, rtl)
    parts += signs
    parts += _scale(desk, on, rtl)
    title = desk.words.say(
        "Roads around {site} by the state of their doors: {purpose}",
        site=desk.words.name(report.site.names),
        purpose=desk.words.label("purpose", purpose),
    )
    name = f"map-{purpose}-{on.width:.0f}"
    size = "map wide" if on.width > 600 else "map narrow"
    words = _in_words(desk, legs, purpose)
    return svg.drawing(name, on.width, on.height, str(title), f"{words}. {note}", parts, size)


def _in_words(desk: Desk, legs: list[Leg], purpose: str) -> str:
    """The drawing for those who cannot see it, in short; the list beside it has every stretch."""
    numbers = Counter(leg_state(desk, leg, purpose) for leg in legs)
    return "; ".join(
        str(
            desk.words.count(
                "{n} stretch of road: {state}", "{n} stretches of road: {state}", n, state=_word(desk, state)
            )
        )
        for state, n in numbers.items()
    )


def _leg(leg: Leg, state: str, places: dict[str, Place], on: Sheet) -> tuple[Markup, Markup]:
    (x1, y1), (x2, y2) = (on(places[one].lat, places[one].lon) for one in (leg.start, leg.end))
    middle = ((x1 + x2) / 2, (y1 + y2) / 2)
    line = svg.line(x1, y1, x2, y2, f"leg s-{state}")
    # A sign on a short stretch would hide the stretch and its neighbours; dashes and the list still tell.
    if state == NO_DOOR or math.dist((x1, y1), (x2, y2)) < LEAST_FOR_SIGN:
        return line, Markup()
    sign = svg.tag(
        "g",
        svg.tag("circle", cx=middle[0], cy=middle[1], r=9, class_="sign-ground"),
        svg.glyph(state, middle[0] - 7, middle[1] - 7, 14),
    )
    return line, sign


def _at(place: Place) -> tuple[float, float]:
    return place.lat, place.lon


def _along(a: tuple[float, float], b: tuple[float, float]) -> list[tuple[float, float, float, float]]:
    """Small boxes along a line, so that no label is written across it; its ends are left to the places there."""
    steps = max(int(math.dist(a, b) / 8), 1)
    points = ((a[0] + (b[0] - a[0]) * k / steps, a[1] + (b[1] - a[1]) * k / steps) for k in range(1, steps))
    return [(x - 3, y - 3, x + 3, y + 3) for x, y in points]


def _place(
    desk: Desk, place: Place, on: Sheet, taken: list[tuple[float, float, float, float]], rtl: bool
) -> list[Markup]:
    x, y = on(place.lat, place.lon)
    is_site = place.id == desk.report.site.place
    parts = [svg.tag("circle", cx=x, cy=y, r=6 if is_site else 3.5, class_="site" if is_site else "place")]
    label = desk.words.name(desk.report.site.names if is_site else place.names)
    wide = len(label.plain) * 6.6
    taken.append((x - 5, y - 5, x + 5, y + 5))
    aside = wide / 2 + 10
    for dx, dy in (
        (0, 20),
        (0, -12),
        (aside, 4),
        (-aside, 4),
        (aside, 18),
        (-aside, 18),
        (aside, -10),
        (-aside, -10),
    ):
        box = (x + dx - wide / 2, y + dy - 11, x + dx + wide / 2, y + dy + 3)
        inside = box[0] > 2 and box[2] < on.width - 2 and box[1] > 2 and box[3] < on.height - 24
        if inside and not any(_overlap(box, other) for other in taken):
            taken.append(box)
            parts.append(
                svg.text(
                    x + dx,
                    y + dy,
                    str(label),
                    "middle",
                    rtl,
                    "place-name site-name" if is_site else "place-name",
                )
            )
            break
    return parts


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _scale(desk: Desk, on: Sheet, rtl: bool) -> Iterable[Markup]:
    fits = (on.width / 3) / on.per_km
    power = 10 ** math.floor(math.log10(fits))
    km = max(step * power for step in (1, 2, 5) if step * power <= fits)
    length, y = km * on.per_km, on.height - 10
    start = on.width - _EDGE - length if rtl else float(_EDGE)
    yield svg.path(((start, y - 5), (start, y), (start + length, y), (start + length, y - 5)), "scale")
    yield svg.text(
        start + length / 2, y - 5, str(desk.words.numbers.number(km, 0, "km")), "middle", False, "tick"
    )
