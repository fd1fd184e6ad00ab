"""Invented households for an exercise: who lives at a site, what they wish, what they allow, and who has left.

Nobody here exists. Sizes, ages and wishes follow shares that were published; everything else is drawn from a seed,
so that the same case always gives the same people. The parameters stand in ``case.json`` under ``synthetic``.
Bodies are built in the form the codec writes (defaults left out); a test reads every one of them back.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from waythrough.terms.codec import from_body
from waythrough.terms.entries import Draft

BANDS = ("f_0_4", "m_0_4", "f_5_11", "m_5_11", "f_12_17", "m_12_17")
BAND_YEARS = (5, 5, 7, 7, 6, 6)
PREVIOUS = "@previous"


@dataclass(frozen=True)
class Wave:
    """A round of asking for consent in private: first and last day, and how many households were asked."""

    first: date
    last: date
    households: int
    days: tuple[int, int] = (30, 60)


@dataclass(frozen=True)
class Departure:
    """People gone by the day this was published, counted from the beginning, and how the rest of them went."""

    known_on: date
    gone: int
    how: str = "other_organised"


@dataclass(frozen=True)
class Parameters:
    """How many people there are and what shares of them are what. Shares are in [0, 1].

    ``origins`` maps a place to its weight, and ``homes`` a place to the destination that stands for it there;
    ``through`` is the destination most people name first. ``asked_on`` is the day of the survey and
    ``survey_known_on`` the day its results were published.
    """

    seed: int
    households: int
    people: int
    registered_on: date
    children: float
    women: float
    origins: Mapping[str, int]
    homes: Mapping[str, str]
    through: str
    asked_on: date
    survey_known_on: date
    wish_to_leave: float
    wish_origin: float
    concerns: Mapping[str, float]
    needs: Mapping[str, float]
    waves: tuple[Wave, ...] = ()
    departures: tuple[Departure, ...] = ()
    kin_share: float = 0.12
    text_version: str = "travel-1"
    movement_kind: str = "voluntary_return_movement"
    source: str | None = None
    prefix: str = "hh"
    weights: tuple[int, ...] = field(default=(2, 6, 11, 16, 18, 16, 12, 8, 5, 3, 2, 1))


@dataclass
class _Household:
    """One household while it is being drawn."""

    id: str
    size: int
    adults: int = 1
    wishes: bool = True
    destination: str = ""
    asked: bool = False
    kin: str = ""
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def tokens(self) -> list[str]:
        return [f"{self.id}-{n}" for n in range(1, self.adults + 1)]


def drafts(parameters: Mapping[str, Any], sites: Sequence[str]) -> Iterator[Draft]:
    """Every draft about invented people: households, intentions, consents, departures; none without parameters."""
    if not parameters:
        return
    p = from_body(Parameters, parameters, "case.json synthetic")
    # One stream per subject, so that a change in one leaves the others as they were.
    draw = {
        name: random.Random(f"{p.seed}/{name}") for name in ("people", "wishes", "consents", "departures")
    }
    households = _households(p, draw["people"])
    yield from _registered(p, households, sites[0], draw["people"])
    yield from _intentions(p, households, draw["wishes"])
    gone = _who_leaves(p, households, draw["departures"])
    left_on = {h.id: departure.known_on for departure, leaving in gone for h in leaving}
    yield from _consents(p, households, left_on, draw["consents"])
    yield from _departures(p, gone)


# --- who lives there ---------------------------------------------------------------------------------------


def _households(p: Parameters, rng: random.Random) -> list[_Household]:
    sizes = rng.choices(range(1, len(p.weights) + 1), p.weights, k=p.households)
    _meet(sizes, p.people, 1, len(p.weights), rng)
    more = (p.people * (1 - p.children) - p.households) / (p.people - p.households)
    adults = [1 + sum(rng.random() < more for _ in range(size - 1)) for size in sizes]
    _meet(adults, round(p.people * (1 - p.children)), 1, sizes, rng)
    ids = [f"{p.prefix}-{n:05d}" for n in range(1, p.households + 1)]
    return [_Household(i, size, grown) for i, size, grown in zip(ids, sizes, adults, strict=True)]


def _meet(values: list[int], total: int, least: int, most: int | Sequence[int], rng: random.Random) -> None:
    """Move single values by one, at random, until they add up to the total."""
    gap = total - sum(values)
    step = 1 if gap > 0 else -1
    while gap:
        n = rng.randrange(len(values))
        top = most if isinstance(most, int) else most[n]
        if least <= values[n] + step <= top:
            values[n] += step
            gap -= step


def _registered(
    p: Parameters, households: list[_Household], site: str, rng: random.Random
) -> Iterator[Draft]:
    """The register of the first day."""
    places, weights = list(p.origins), list(p.origins.values())
    woman = p.women / (1 - p.children)
    kin = 0
    left_in_kin = 0
    for h in households:
        body: dict[str, Any] = {
            "site": site,
            "size": h.size,
            "adults": h.tokens,
            "bands": _bands(h, woman, rng),
            "origin": rng.choices(places, weights)[0],
            "synthetic": True,
        }
        if needs := [need for need, share in p.needs.items() if rng.random() < share and _fits(need, body)]:
            body["needs"] = needs
        if not left_in_kin and rng.random() < p.kin_share / 3:
            kin, left_in_kin = kin + 1, rng.randint(2, 4)
        if left_in_kin:
            body["kin_group"] = f"kin-{kin:04d}"
            left_in_kin -= 1
        h.kin = body.get("kin_group", h.id)
        h.body = body
        yield Draft("household", h.id, dict(body), known_on=p.registered_on, source=p.source)


def _bands(h: _Household, woman: float, rng: random.Random) -> dict[str, int]:
    bands: dict[str, int] = {}
    for _ in range(h.adults):
        sex = "f" if rng.random() < woman else "m"
        band = f"{sex}_60_plus" if rng.random() < 0.07 else f"{sex}_18_59"
        bands[band] = bands.get(band, 0) + 1
    for band in rng.choices(BANDS, BAND_YEARS, k=h.size - h.adults):
        bands[band] = bands.get(band, 0) + 1
    return bands


def _fits(need: str, body: Mapping[str, Any]) -> bool:
    """Whether a need can be somebody's in this household."""
    bands = body["bands"]
    if need.startswith("pregnant"):
        return "f_18_59" in bands
    if need == "infant":
        return "f_0_4" in bands or "m_0_4" in bands
    if need == "older_person_alone":
        return body["size"] == 1 and ("f_60_plus" in bands or "m_60_plus" in bands)
    return True


# --- what they wish ----------------------------------------------------------------------------------------


def _intentions(p: Parameters, households: list[_Household], rng: random.Random) -> Iterator[Draft]:
    """What each household told the survey. An intention moves nobody."""
    last = ""
    for h in households:
        # Kin who travel together wish the same; they stand one after the other in the register.
        if h.kin != last:
            draw, direct, last = rng.random(), rng.random() < 0.3, h.kin
            kin_home = p.homes.get(h.body["origin"], p.through)
        h.wishes = draw < p.wish_to_leave
        home = p.homes.get(h.body["origin"], p.through)
        # Most name the first place of reception, and go on from there; some name their own town.
        h.destination = kin_home if direct else p.through
        wish = "return_origin" if draw < p.wish_origin else "relocate_elsewhere" if h.wishes else "stay"
        if not h.wishes and rng.random() < 0.4:
            wish = "undecided"
        body: dict[str, Any] = {
            "household": h.id,
            "wish": wish,
            "wish_to_leave": True if h.wishes else (None if wish == "undecided" else False),
            "asked_on": p.asked_on.isoformat(),
            "synthetic": True,
        }
        if h.wishes:
            body["destination"] = home
        concerns = [concern for concern, share in p.concerns.items() if rng.random() < share]
        body["concerns"] = concerns or [next(iter(p.concerns))]
        yield Draft("intention", f"in-{h.id}", body, known_on=p.survey_known_on, source=p.source)


# --- what they allow ---------------------------------------------------------------------------------------


def _consents(
    p: Parameters, households: list[_Household], left_on: Mapping[str, date], rng: random.Random
) -> Iterator[Draft]:
    """Each adult's own answer, asked in private, wave by wave, of households that wish to leave and are still there."""
    for number, wave in enumerate(p.waves, 1):
        there = [h for h in households if h.wishes and left_on.get(h.id, date.max) > wave.last]
        for h in _some(there, wave.households, rng):
            h.asked = True
            yield from _asked(p, h, number, wave, rng)


def _some(there: list[_Household], wanted: int, rng: random.Random) -> list[_Household]:
    """About so many households, kin groups whole, those never asked before the others."""
    groups: dict[str, list[_Household]] = {}
    for h in there:
        groups.setdefault(h.kin, []).append(h)
    order = sorted(groups.values(), key=lambda group: (any(h.asked for h in group), rng.random()))
    chosen: list[_Household] = []
    for group in order:
        if len(chosen) + len(group) > wanted:
            break
        chosen += group
    return chosen


def _asked(p: Parameters, h: _Household, number: int, wave: Wave, rng: random.Random) -> Iterator[Draft]:
    day = wave.first + timedelta(days=rng.randint(0, (wave.last - wave.first).days))
    fate = (
        rng.random()
    )  # what becomes of it: mostly given by all; else refused, not asked of all, or withdrawn
    until = day + timedelta(days=rng.randint(*wave.days))
    for n, adult in enumerate(h.tokens):
        last = n == h.adults - 1
        decision = "refused" if fate < 0.07 and last and h.adults > 1 else "given"
        if 0.07 <= fate < 0.12 and last and h.adults > 1:
            continue
        key = f"co-{adult}-{number}"
        body = _consent(h, adult, decision, day, until, p.text_version) | {
            "destination": h.destination,
            "movement_kind": p.movement_kind,
        }
        if rng.random() < 0.02:
            body["pressure_reported"] = True
        yield Draft("consent", f"{key}-t", body, known_on=day, source=p.source)
        if fate < 0.97 or not last:
            data = _consent(h, adult, "given", day, day + timedelta(days=180), p.text_version) | {
                "purpose": "data"
            }
            yield Draft("consent", f"{key}-d", data, known_on=day, source=p.source)
        if 0.12 <= fate < 0.16 and last:
            later = day + timedelta(days=rng.randint(3, 20))
            taken = body | {
                "decision": "withdrawn",
                "given_on": later.isoformat(),
                "valid_from": later.isoformat(),
            }
            yield Draft("consent", f"{key}-w", taken, known_on=later, source=p.source)


def _consent(h: _Household, adult: str, decision: str, day: date, until: date, text: str) -> dict[str, Any]:
    return {
        "household": h.id,
        "adult": adult,
        "purpose": "travel",
        "decision": decision,
        "text_version": text,
        "given_on": day.isoformat(),
        "valid_from": day.isoformat(),
        "valid_until": until.isoformat(),
        "synthetic": True,
    }


# --- who has left ------------------------------------------------------------------------------------------


def _who_leaves(
    p: Parameters, households: list[_Household], rng: random.Random
) -> list[tuple[Departure, list[_Household]]]:
    """Households for each published count of people gone; those who wish to leave go first."""
    chance = {kin: rng.random() for kin in dict.fromkeys(h.kin for h in households)}
    queue = sorted(households, key=lambda h: (not h.wishes, chance[h.kin], h.id))
    gone = 0
    found = []
    for departure in p.departures:
        leaving = []
        while queue and gone + queue[0].size <= departure.gone:
            gone += queue[0].size
            leaving.append(queue.pop(0))
        found.append((departure, leaving))
    return found


def _departures(p: Parameters, gone: list[tuple[Departure, list[_Household]]]) -> Iterator[Draft]:
    """A later revision of each household that has left."""
    for departure, leaving in gone:
        for h in leaving:
            body = h.body | {"present": False, "left_how": departure.how}
            yield Draft("household", h.id, body, (PREVIOUS,), known_on=departure.known_on, source=p.source)
