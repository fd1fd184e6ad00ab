"""The map and the chart: true distances, zero baselines, words beside every sign."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from waythrough.publish import svg
from waythrough.publish.charts import ChartRow, interval_chart, nice_above
from waythrough.publish.desk import Desk
from waythrough.publish.map import EARTH_KM, azimuthal, leg_state, site_map
from waythrough.publish.words import Words
from waythrough.terms.board import STATES
from waythrough.terms.problems import InputRefused

ROWS = [
    ChartRow("A, 2030", 52000, 52000, None, "52 000"),
    ChartRow("B, 2031", 38900, 43500, None, "38 900–43 500"),
    ChartRow("C, 2031", 40000, None, None, "≥ 40 000"),
    ChartRow("ours", 36900, 42700, 39800, "39 800 (36 900–42 700)", ours=True),
]


def parsed(drawing: str) -> ET.Element:
    """The drawing as a tree; an error if it is not well formed."""
    return ET.fromstring(drawing)  # noqa: S314  # our own drawing, no one else's


def desk(sample, edition: str = "internal", language: str = "en", **changes) -> Desk:
    return Desk(sample.report(**changes), edition, Words(language))


def haversine(a: tuple[float, float], b: tuple[float, float]) -> float:
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(h))


@pytest.mark.parametrize("point", [(33.0, 39.0), (34.5, 38.0), (33.3, 37.9), (33.31, 38.67)])
def test_the_projection_keeps_the_distance_from_its_centre(point: tuple[float, float]) -> None:
    centre = (33.31, 38.67)
    x, y = azimuthal(*centre)(*point)
    assert math.hypot(x, y) == pytest.approx(haversine(centre, point), abs=1e-6)
    assert (y > 0) == (point[0] > centre[0])


def test_the_drawing_is_well_formed_and_has_words_for_those_who_do_not_see_it(sample) -> None:
    view = site_map(desk(sample))
    assert view is not None
    for drawing in [drawing for one in view.maps for drawing in one.drawings]:
        root = parsed(drawing)
        assert root.get("role") == "img"
        described = {node.get("id"): node.text for node in root}
        for name in root.get("aria-labelledby", "").split():
            assert described[name]
    words = re.sub("[\u2066-\u2069]", "", str(view.maps[0].drawings[0]))
    assert "1 stretch of road: contested: accounts differ" in words
    assert "no opinion on the status of any territory" in words


def test_everything_on_the_map_stands_in_the_list_under_it(sample) -> None:
    view = site_map(desk(sample))
    assert view is not None
    listed = str(Words("en").numbers.join(row.stretches for row in view.roads))
    places = {place.id: place.names["en"] for place in sample.PLACES}
    assert all(places[end] in listed for leg in sample.LEGS for end in (leg.start, leg.end))
    assert listed.count(" to ") == len(sample.LEGS)
    assert len(view.zones) == len(sample.ZONES)
    assert all(str(word) for row in view.roads for _, word in row.states)


def test_a_leg_is_drawn_in_the_state_that_keeps_vehicles_off_for_its_purpose(sample) -> None:
    at = desk(sample)
    aid = [leg_state(at, leg, "aid") for leg in sample.LEGS]
    out = [leg_state(at, leg, "return") for leg in sample.LEGS]
    assert aid == ["open", "open", "contested", "no_door", "no_door"]
    assert out == ["no_door", "no_door", "no_door", "waiting", "no_answer"]
    closed = [replace(state, state="closed") if state.door == "d-plain" else state for state in sample.STATES]
    assert leg_state(desk(sample, states=tuple(closed)), sample.LEGS[0], "aid") == "closed"


def test_a_notified_position_is_never_on_the_public_map(sample) -> None:
    legs = (*sample.LEGS, replace(sample.LEGS[0], id="l-9", end="pl-clinic"))
    inside, outside = (repr(site_map(desk(sample, e, legs=legs))) for e in ("internal", "public"))
    assert "Clinic 7" in inside
    assert "Clinic 7" not in outside


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_sign_and_a_line_of_its_own(state: str) -> None:
    parsed(svg.glyph(state))


def test_states_that_matter_look_different_without_colour() -> None:
    shapes = {re.sub(r"s-\w+", "", svg.glyph(state)) for state in STATES}
    assert len(shapes) == len(STATES) - 1  # lapsed and not asked share one sign, beside different words


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [340, 720])
def test_the_chart_starts_at_zero_and_mirrors_in_arabic(language: str, width: int) -> None:
    root = parsed(
        interval_chart(ROWS, width, title="Finding", note="People. As of today.", words=Words(language))
    )
    axis = next(node for node in root.iter() if node.get("class") == "axis")
    zero = float(axis.get("x1", "nan"))
    assert zero == (width - 12 if language == "ar" else 12)
    spans = [node for node in root.iter() if (node.get("class") or "").startswith("span")]
    assert len(spans) == 3
    for node in spans:
        for edge in ("x1", "x2"):
            assert 12 <= float(node.get(edge, "nan")) <= width - 12


def test_dots_stand_where_their_numbers_say() -> None:
    root = parsed(interval_chart(ROWS, 720, title="F", note="N", words=Words("en")))
    dots = [
        float(node.get("cx", "nan")) for node in root.iter() if (node.get("class") or "").startswith("dot")
    ]
    ours = next(float(n.get("cx", "nan")) for n in root.iter() if n.get("class") == "dot ours")
    assert (ours - 12) / (max(dots) - 12) == pytest.approx(39800 / 52000, abs=0.002)


@pytest.mark.parametrize("broken", [{"title": ""}, {"note": " "}, {"rows": []}])
def test_a_chart_without_finding_or_source_is_refused(broken: dict) -> None:
    values = {"rows": ROWS, "title": "Finding", "note": "Note", **broken}
    with pytest.raises(InputRefused):
        interval_chart(values["rows"], 340, title=values["title"], note=values["note"], words=Words("en"))


@pytest.mark.parametrize(
    ("value", "top"), [(52000, 60000), (1, 1), (0, 1), (99, 100), (1600, 1600), (1601, 2000)]
)
def test_the_axis_ends_at_a_round_number(value: float, top: float) -> None:
    assert nice_above(value) == pytest.approx(top)
