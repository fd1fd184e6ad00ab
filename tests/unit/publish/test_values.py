"""Door values in three groups, and nothing that changes nothing on the first page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from waythrough.publish import values
from waythrough.publish.desk import Desk
from waythrough.publish.first import first_page
from waythrough.publish.words import Words
from waythrough.terms.estimates import Estimate, NotComputable
from waythrough.terms.planned import DoorValue

NOTHING = DoorValue(("d-plain",), "opens", 0, 10, 0, 0, note="still_shut: d-ring, d-vale")
IDLE = DoorValue(("d-vale",), "opens", 0, 10, 0, 0, note="solved_again: gap 0.0001")
GAIN = DoorValue(("d-ring", "d-vale"), "opens", 0, 10, 500, 0, rank=1, note="solved_again: gap 0.0001")
SMALL = DoorValue(("d-ring-out",), "opens", 0, 10, 0, 11, rank=2, note="solved_again: gap 0.0001")
LOSS = DoorValue(("d-plain",), "shuts", 0, 28, -900, 0, rank=1, note="solved_again: gap 0.0001")
MIXED = (NOTHING, LOSS, SMALL, IDLE, GAIN)


def desk(sample, edition: str = "internal", **changes) -> Desk:
    return Desk(sample.report(**changes), edition, Words("en"))


def plain(said: object) -> str:
    return "".join(c for c in str(said) if c not in "\u2066\u2067\u2068\u2069").replace("\u202f", " ")


def test_gains_losses_and_doors_that_change_nothing_stand_apart(sample) -> None:
    at = desk(sample, values=MIXED)
    assert values.gains(at) == [GAIN, SMALL]
    assert values.losses(at) == [LOSS]
    assert values.unchanged(at) == [NOTHING, IDLE]


def test_next_is_the_best_gain_whatever_the_order_of_the_values(sample) -> None:
    for order in (MIXED, tuple(reversed(MIXED))):
        found = first_page(desk(sample, values=order)).next
        assert found is not None
        asked = plain(found.ask)
        assert asked.startswith("Ask for these doors together: The ring, for aid (Ford Guard);")
        lines = [plain(line) for line in found.lines]
        (fed,) = [line for line in lines if line.startswith("500 more person-days above the life-saving")]
        assert "as if nobody left" in fed
        assert not any(line.startswith("0 ") for line in lines)


def test_where_no_door_helps_the_first_page_says_so_and_names_none(sample) -> None:
    page = first_page(desk(sample, values=(NOTHING, IDLE, LOSS)))
    assert page.next is None
    assert "No door that was tried would change the plan" in plain(page.no_next)


def test_a_door_that_changes_nothing_alone_names_what_is_still_shut(sample) -> None:
    lines = [plain(line) for line in values.no_change(desk(sample, values=(NOTHING, IDLE)))]
    assert lines[0].startswith(
        "Opened alone, nothing changes: R1 across the plain. Still shut then: The ring"
    )
    assert "No other door is in the way" in lines[1]


def test_the_public_edition_has_no_door_value(sample) -> None:
    at = desk(sample, "public", values=MIXED)
    assert (values.gains(at), values.losses(at), values.no_change(at)) == ([], [], [])


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        (0, "48 % (17–79 %, 90 %); no decided case here: taken from other parties, may not hold"),
        (1, "48 % (17–79 %, 90 %), from one decided case only"),
        (4, "48 % (17–79 %, 90 %), from 4 decided cases"),
    ],
)
def test_a_chance_says_plainly_how_few_cases_it_rests_on(sample, cases: int, words: str) -> None:
    found = Estimate(0.48, 0.17, 0.79, 0.9, "chance", "m", sample.AS_OF, ())
    assert plain(values.chance(desk(sample), found, cases)) == words


def test_no_chance_is_said_as_such(sample) -> None:
    gap = NotComputable("chance", "no request to any party has been decided yet", sample.AS_OF)
    at = desk(sample)
    assert plain(values.chance(at, gap, 0)) == "Not computable: no request to any party has been decided yet"
    assert plain(values.line(at, GAIN).chance) == "not computed for doors together"


def test_a_gap_that_rounds_to_nothing_is_said_to_be_less_than_a_tenth(sample) -> None:
    from waythrough.publish.plans import headline

    plan = sample.plan()
    aims = tuple(replace(aim, value=99_990, bound=100_000) for aim in plan.aims)
    lines = [plain(line) for line in headline(desk(sample, plan=replace(plan, aims=aims)))]
    assert "It is proven within less than 0.1 % of the best possible plan with these doors." in lines


def test_blockers_of_one_kind_are_one_sentence_and_doors_come_first(sample) -> None:
    from waythrough.publish.plans import blockers
    from waythrough.terms.planned import Blocker

    found = (
        Blocker("return", "no_reception_stated", fields={"destination": "de-quay"}),
        Blocker("return", "no_reception_stated", fields={"destination": "de-hill"}),
        Blocker("return", "doors_shut", ("d-vale",), {"site": "s-1"}),
        Blocker("return", "doors_shut", ("d-ring", "d-ring-out"), {"site": "s-1"}),
        Blocker("return", "never_heard_of", fields={}),
    )
    lines = [plain(line) for line in blockers(desk(sample, plan=replace(sample.plan(), blockers=found)))]
    assert len(lines) == 3
    assert "any one of these would have to open: " in lines[0]
    assert " together" in lines[0]
    assert lines[1].endswith("nobody stated how many people can be received in: Hillmarket; Quaytown.")
    assert "never_heard_of" in lines[2]


def test_a_value_is_told_with_its_range_over_futures_and_the_day_by_which_a_slow_answer_is_asked(
    sample,
) -> None:
    varies = Estimate(500.0, 120.0, 640.0, 0.9, "person-day", "futures", date(2031, 3, 14), ())
    told = replace(GAIN, fed_interval=varies, ask_by=date(2031, 3, 20), ask_by_if_slow=date(2031, 3, 16))
    line = values.line(desk(sample, values=(told,)), told)
    assert plain(line.fed) == "500 person-days; over futures 120–640"
    assert plain(line.moved) == "0 people"
    assert plain(line.ask_by) == "20 Mar 2031; 16 Mar 2031 if the answer is slow"
