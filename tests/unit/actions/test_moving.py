"""A journey from its plan to its arrival: gates, the manifest at departure, and a no that counts at once."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import pytest

from waythrough.actions import speak, tell
from waythrough.actions.boarding import board_households, next_standby, tally
from waythrough.actions.correct import correct
from waythrough.actions.gates import carries_people, gates, has_gates_ahead, lines
from waythrough.actions.moving import GatesShut, ManifestOpen, NotItsDay, move
from waythrough.actions.record import lift_stop, record
from waythrough.terms.access import Guarantee
from waythrough.terms.doing import Boarding, Incident, Movement
from waythrough.terms.parties import Person
from waythrough.terms.people import Consent, Household
from waythrough.terms.planned import Gate
from waythrough.terms.problems import CannotFollow, InputRefused, NotFound, NotYours, Protected
from waythrough.terms.sayings import Source
from waythrough.terms.when import Days, Window

TODAY = date(2030, 5, 20)
RUN = date(2030, 5, 22)
WINDOW = Window.parse("2030-05-22T00:00+03:00/2030-05-23T00:00+03:00")
JOURNEY = Movement(
    "movement-1", "site-ford", "voluntary_return_movement", "route-out", WINDOW, "planned",
    vehicles=1, people=4, responsible="Relief Desk",
)  # fmt: skip


def consent(adult: str, purpose: str = "travel", **changes: object) -> Consent:
    base = Consent(
        f"consent-{adult}-{purpose}", adult.split("/")[0], adult, purpose, "given", "text-1",
        date(2030, 5, 15), date(2030, 5, 15), date(2030, 6, 30),
        destination="dest-mill" if purpose == "travel" else "",
        movement_kind="voluntary_return_movement" if purpose == "travel" else "",
    )  # fmt: skip
    return dataclasses.replace(base, **changes)


def line(state: str, household: str = "hh-1", on: date = TODAY, **changes: object) -> Boarding:
    return Boarding(f"line-{household}-{state}", "movement-1", household, state, on, **changes)


def agree(ws, person, household="hh-1", again: bool = True) -> None:
    for adult in (f"{household}/a", f"{household}/b"):
        record(ws, person, consent(adult, reconfirmed_on=TODAY if again else None))
        record(ws, person, consent(adult, "data"))


def open_the_door(ws, person) -> None:
    window = Window.parse("2030-05-20T00:00+03:00/2030-06-01T00:00+03:00")
    given = Guarantee(
        "guarantee-1", "party-south", ("door-return",), Days.parse("2030-05-10"), "party-south", window=window
    )
    record(ws, person, given, "source-letter")


@pytest.fixture
def ready(ws, person):
    """A planned journey with its door open and one family that was asked again."""
    record(ws, person, JOURNEY)
    open_the_door(ws, person)
    agree(ws, person)
    return ws


def shut(ws) -> set[str]:
    return {one.gate.code for one in gates(ws, ws.get("movement", "movement-1")) if one.passed is False}


def come_to(ws, day: date) -> None:
    """From now on it is noon of that day."""
    ws.clock = lambda: datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def test_a_journey_goes_from_plan_to_arrival_with_everyone_on_its_manifest(ready, person) -> None:
    ws = ready
    for state in ("listed", "confirmed"):
        record(ws, person, line(state))
    assert shut(ws) == set()
    move(ws, person, "movement-1", "gates_passed")
    come_to(ws, RUN)
    record(ws, person, line("boarded", on=RUN))
    move(ws, person, "movement-1", "departed")
    assert ws.get("movement", "movement-1").left_on == RUN
    record(ws, person, line("arrived", on=RUN))
    move(ws, person, "movement-1", "arrived")
    assert tally(ws, JOURNEY) == {"arrived": 1}
    assert len(ws.ledger.history(lines(ws, JOURNEY)["hh-1"].id)) == 4


def test_nothing_passes_its_gates_while_a_door_is_shut_and_the_refusal_names_it(ws, person) -> None:
    record(ws, person, JOURNEY)
    agree(ws, person)
    record(ws, person, line("listed"))
    with pytest.raises(GatesShut, match="door-return") as refused:
        move(ws, person, "movement-1", "gates_passed")
    assert refused.value.exit_code == 7
    with pytest.raises(CannotFollow):
        move(ws, person, "movement-1", "departed")


def test_nobody_is_asked_again_before_the_clearance_arrived(ws, person) -> None:
    record(ws, person, JOURNEY)
    agree(ws, person)
    record(ws, person, line("listed"))
    with pytest.raises(Protected, match="clearance of door-return"):
        record(ws, person, line("confirmed"))


def test_nobody_is_confirmed_who_was_not_asked_again(ws, person) -> None:
    record(ws, person, JOURNEY)
    open_the_door(ws, person)
    agree(ws, person, again=False)
    record(ws, person, line("listed"))
    with pytest.raises(Protected, match="asked again"):
        record(ws, person, line("confirmed"))


def test_nobody_boards_straight_from_the_list(ready, person) -> None:
    record(ready, person, line("listed"))
    come_to(ready, RUN)
    with pytest.raises(CannotFollow):
        record(ready, person, line("boarded", on=RUN))


def test_a_consent_taken_back_on_the_day_itself_keeps_the_household_off_the_bus(ready, person) -> None:
    for state in ("listed", "confirmed"):
        record(ready, person, line(state))
    back = consent("hh-1/b", id="consent-back", decision="withdrawn", given_on=TODAY, reconfirmed_on=None)
    record(ready, person, back)
    assert "consents_live" in shut(ready)
    come_to(ready, RUN)
    with pytest.raises(Protected, match="not every adult") as refused:
        record(ready, person, line("boarded", on=RUN))
    assert "hh-1/b" not in str(refused.value)
    record(ready, person, line("withdrawn"))
    assert tally(ready, JOURNEY) == {"withdrawn": 1}


@pytest.mark.parametrize("missing", ["a travel consent", "a data consent", "another destination", "run out"])
def test_a_household_is_listed_only_with_the_live_consent_of_every_adult(ws, person, missing) -> None:
    record(ws, person, JOURNEY)
    record(ws, person, consent("hh-1/a"))
    record(ws, person, consent("hh-1/a", "data"))
    if missing != "a travel consent":
        changes = {"another destination": {"destination": ""}, "run out": {"valid_until": date(2030, 5, 21)}}
        if missing == "another destination":
            with pytest.raises(Protected):
                record(ws, person, consent("hh-1/b", **changes[missing]))
        else:
            record(ws, person, consent("hh-1/b", **changes.get(missing, {})))
    if missing != "a data consent":
        record(ws, person, consent("hh-1/b", "data"))
    with pytest.raises(Protected):
        record(ws, person, line("listed"))


def test_no_journey_leaves_before_its_manifest_was_gone_through(ready, person) -> None:
    record(ready, person, Household("hh-2", "site-ford", 3, ("hh-2/a", "hh-2/b"), synthetic=True))
    agree(ready, person, "hh-2")
    for household in ("hh-1", "hh-2"):
        for state in ("listed", "confirmed"):
            record(ready, person, line(state, household))
    move(ready, person, "movement-1", "gates_passed")
    come_to(ready, RUN)
    record(ready, person, line("boarded", on=RUN))
    with pytest.raises(ManifestOpen, match="1 households"):
        move(ready, person, "movement-1", "departed")
    record(ready, person, line("no_show", "hh-2", on=RUN))
    move(ready, person, "movement-1", "departed")


def test_a_household_on_standby_takes_a_free_seat_and_keeps_its_place_in_the_order(ready, person) -> None:
    record(ready, person, line("standby"))
    assert [one.household for one in next_standby(ready, JOURNEY)] == ["hh-1"]
    record(ready, person, line("listed", vehicle=0))
    record(ready, person, line("confirmed"))
    assert lines(ready, JOURNEY)["hh-1"].vehicle == 0


def test_who_said_no_meanwhile_is_not_called_upon_for_a_free_seat(ready, person) -> None:
    record(ready, person, line("standby"))
    back = consent("hh-1/b", id="consent-back", decision="withdrawn", given_on=TODAY, reconfirmed_on=None)
    record(ready, person, back)
    assert next_standby(ready, JOURNEY) == []


def test_nobody_boards_on_a_day_the_journey_does_not_run(ready, person) -> None:
    for state in ("listed", "confirmed"):
        record(ready, person, line(state))
    come_to(ready, date(2030, 5, 26))
    with pytest.raises(Protected, match="does not run"):
        record(ready, person, line("boarded", on=date(2030, 5, 25)))


def test_reported_harm_shuts_the_gate_until_a_named_person_reviewed_it(ready, person) -> None:
    for state in ("listed", "confirmed"):
        record(ready, person, line(state))
    harm = Incident(
        "incident-1", "site-ford", "arrest", Days.parse("2030-05-18"), "party-north", "people were arrested",
        destination="dest-mill",
    )  # fmt: skip
    record(ready, person, harm, "source-letter")
    assert "no_stop" in shut(ready)
    lift_stop(ready, person, "incident-1", "visited, all were released")
    assert shut(ready) == set()


def test_what_happens_at_the_door_is_kept_apart_and_marked_for_attention(ready, person) -> None:
    from waythrough.terms.codes import code_list

    record(ready, person, line("listed"))
    come_to(ready, RUN)
    record(ready, person, line("removed_by_authority", on=RUN))
    assert tally(ready, JOURNEY) == {"removed_by_authority": 1}
    rows = code_list("boarding_state").codes
    assert {code for code, row in rows.items() if row["protection"]} == {
        "declined_at_boarding",
        "removed_by_authority",
    }


def test_no_line_and_no_departure_is_written_down_before_its_day(ready, person) -> None:
    for state in ("listed", "confirmed"):
        record(ready, person, line(state))
    move(ready, person, "movement-1", "gates_passed")
    with pytest.raises(InputRefused, match=r"2030-05-22\. Allowed: 2030-05-20 or earlier"):
        record(ready, person, line("boarded", on=RUN))
    with pytest.raises(NotItsDay, match="does not leave on 2030-05-20"):
        move(ready, person, "movement-1", "departed")
    with pytest.raises(NotItsDay):
        move(ready, person, "movement-1", "departed", left_on=RUN)
    come_to(ready, RUN)
    record(ready, person, line("boarded", on=RUN))
    with pytest.raises(InputRefused, match="movement that has departed"):
        record(ready, person, line("arrived", on=RUN))


def test_a_departure_may_be_written_down_later_with_the_day_it_was(ready, person) -> None:
    for state in ("listed", "confirmed"):
        record(ready, person, line(state))
    move(ready, person, "movement-1", "gates_passed")
    come_to(ready, date(2030, 5, 25))
    record(ready, person, line("boarded", on=RUN))
    with pytest.raises(NotItsDay):
        move(ready, person, "movement-1", "departed")
    move(ready, person, "movement-1", "departed", left_on=RUN)
    assert ready.get("movement", "movement-1").left_on == RUN


@pytest.mark.parametrize("state", ["listed", "standby", "confirmed", "boarded"])
def test_nobody_is_put_on_a_manifest_to_where_harm_was_reported(ready, person, state) -> None:
    for before in {"confirmed": ("listed",), "boarded": ("listed", "confirmed")}.get(state, ()):
        record(ready, person, line(before))
    harm = Incident(
        "incident-1", "site-ford", "arrest", Days.parse("2030-05-18"), "party-north", "people were arrested",
        destination="dest-mill",
    )  # fmt: skip
    record(ready, person, harm, "source-letter")
    come_to(ready, RUN)
    with pytest.raises(Protected, match="people were arrested"):
        record(ready, person, line(state, on=RUN))


def test_one_household_keeps_a_seat_on_one_movement_only(ready, person) -> None:
    record(ready, person, line("listed"))
    record(ready, person, dataclasses.replace(JOURNEY, id="movement-2"))
    other = Boarding("line-2", "movement-2", "hh-1", "listed", TODAY)
    with pytest.raises(Protected, match="has a seat on movement-1 already") as refused:
        record(ready, person, other)
    assert "movements board movement-1 standby hh-1" in refused.value.remedy()
    move(ready, person, "movement-1", "withdrawn_by_us")
    record(ready, person, other)


def test_nobody_is_put_on_a_movement_that_was_called_off(ready, person) -> None:
    move(ready, person, "movement-1", "withdrawn_by_us")
    with pytest.raises(Protected, match="which is withdrawn by us"):
        record(ready, person, line("listed"))


def test_several_households_are_boarded_all_or_not_at_all(ready, person) -> None:
    with pytest.raises(NotFound, match="hh-99"):
        board_households(ready, person, "movement-1", "listed", ("hh-1", "hh-99"), TODAY)
    assert ready.records("boarding") == []
    written = board_households(ready, person, "movement-1", "listed", ("hh-1", "hh-1"), TODAY)
    assert len(written) == 1


def on_the_road(ws, person) -> None:
    for state in ("listed", "confirmed"):
        record(ws, person, line(state))
    move(ws, person, "movement-1", "gates_passed")
    come_to(ws, RUN)
    record(ws, person, line("boarded", on=RUN))
    move(ws, person, "movement-1", "departed")


def test_who_has_left_is_put_on_no_other_movement(ready, person) -> None:
    on_the_road(ready, person)
    record(ready, person, line("arrived", on=RUN))
    move(ready, person, "movement-1", "arrived")
    record(ready, person, dataclasses.replace(JOURNEY, id="movement-2"))
    with pytest.raises(Protected, match="has left already"):
        record(ready, person, Boarding("line-2", "movement-2", "hh-1", "listed", RUN))


@pytest.mark.parametrize("no", ["withdrawn", "declined_at_boarding"])
def test_a_no_at_the_vehicle_holds_until_every_adult_says_yes_later(ready, person, no) -> None:
    record(ready, person, line("listed"))
    record(ready, person, line(no))
    record(ready, person, dataclasses.replace(JOURNEY, id="movement-2"))
    again = Boarding("line-2", "movement-2", "hh-1", "listed", TODAY)
    for adult, day in (("hh-1/a", 21), ("hh-1/b", 20)):
        yes = consent(adult, id=f"yes-{adult}", given_on=date(2030, 5, day))
        record(ready, person, yes)
    with pytest.raises(Protected, match="not every adult"):
        record(ready, person, again)
    record(ready, person, consent("hh-1/b", id="yes", given_on=date(2030, 5, 21)))
    record(ready, person, again)


@pytest.mark.parametrize(("day", "counts"), [(17, False), (18, True), (19, True)])
def test_asked_again_counts_from_the_day_of_the_newest_answer_on_the_road(ws, person, day, counts) -> None:
    record(ws, person, JOURNEY)
    open_the_door(ws, person)
    window = Window.parse("2030-05-20T00:00+03:00/2030-06-01T00:00+03:00")
    anew = Guarantee(
        "guarantee-2", "party-south", ("door-return",), Days.parse("2030-05-18"), "party-south", window=window
    )
    letter = Source("source-anew", "Letter 5", "party-south", Days.parse("2030-05-18"), "letter")
    record(ws, person, anew, letter)
    for adult in ("hh-1/a", "hh-1/b"):
        record(ws, person, consent(adult, reconfirmed_on=date(2030, 5, day)))
        record(ws, person, consent(adult, "data"))
    record(ws, person, line("listed"))
    if counts:
        record(ws, person, line("confirmed"))
    else:
        with pytest.raises(Protected, match="after the clearance of 2030-05-18"):
            record(ws, person, line("confirmed"))


@pytest.mark.parametrize("day", [date(2030, 5, 14), date(2030, 5, 21)])
def test_nobody_was_asked_again_before_the_yes_or_on_a_day_to_come(ws, person, day) -> None:
    with pytest.raises(InputRefused, match="reconfirmed_on"):
        record(ws, person, consent("hh-1/a", reconfirmed_on=day))


def test_vehicles_that_are_only_planned_are_not_told_as_ready(ready, person) -> None:
    (vehicles,) = [one for one in gates(ready, JOURNEY) if one.gate.code == "vehicles_ready"]
    assert vehicles.passed is None
    (said,) = speak.gate_words(tell.named(ready, ready.get("site", "site-ford")), [vehicles.gate])
    assert said == "Planned with 1 vehicle; nobody has confirmed it."
    none = gates(ready, dataclasses.replace(JOURNEY, vehicles=0))
    assert [one.passed for one in none if one.gate.code == "vehicles_ready"] == [False]


def test_a_movement_that_left_or_was_called_off_has_no_gates_ahead(ready, person) -> None:
    assert has_gates_ahead(JOURNEY)
    for state in ("departed", "arrived", "turned_back", "withdrawn_by_us"):
        assert not has_gates_ahead(dataclasses.replace(JOURNEY, state=state))


def test_a_correction_sends_no_movement_past_its_gates(ws, person) -> None:
    record(ws, person, JOURNEY)
    with pytest.raises(GatesShut):
        correct(ws, person, "movement-1", ["state=gates_passed"])
    for state in ("departed", "arrived"):
        with pytest.raises(Protected, match="has not left"):
            correct(ws, person, "movement-1", [f"state={state}"])
    correct(ws, person, "movement-1", ["vehicles=2"])
    assert ws.get("movement", "movement-1").vehicles == 2


def test_a_correction_puts_nobody_aboard_whom_the_rules_keep_off(ready, person) -> None:
    record(ready, person, line("listed"))
    record(ready, person, line("withdrawn"))
    for state in ("listed", "confirmed", "boarded"):
        with pytest.raises(Protected):
            correct(ready, person, "line-hh-1-listed", [f"state={state}", "on=2030-05-20"])
    come_to(ready, RUN)
    with pytest.raises(InputRefused, match="movement that has departed"):
        correct(ready, person, "line-hh-1-listed", ["state=arrived"])


def test_a_line_that_was_typed_wrong_on_the_road_is_put_right(ready, person) -> None:
    on_the_road(ready, person)
    record(ready, person, line("arrived", on=RUN))
    correct(ready, person, "line-hh-1-listed", ["state=boarded"])
    assert tally(ready, JOURNEY) == {"boarded": 1}


def test_the_head_of_office_sees_no_manifest_and_writes_none(ready, person) -> None:
    head = Person("person-2", "B. L.", ("head_of_office",))
    with pytest.raises(NotYours):
        record(ready, head, line("listed"))


def test_a_convoy_needs_no_manifest(ws, person) -> None:
    assert not carries_people(dataclasses.replace(JOURNEY, kind="aid_convoy"))
    assert carries_people(dataclasses.replace(JOURNEY, kind="medical_evacuation"))


@pytest.mark.parametrize("language", ["en", "ar", "fr", "ru"])
def test_what_must_be_true_is_said_in_words_not_in_codes(ready, person, language) -> None:
    record(ready, person, dataclasses.replace(JOURNEY, id="movement-2", responsible=""))
    every = [
        state.gate
        for name in ("movement-1", "movement-2")
        for state in gates(ready, ready.get("movement", name))
    ]
    every += [
        Gate("no_door_recorded", "zone-river"), Gate("no_stop", "dest-mill", {"reason": "harm was reported"}),
        Gate("consents_live", "site-ford", {"households": "2"}),
    ]  # fmt: skip
    said = speak.gate_words(tell.named(ready, ready.get("site", "site-ford")), every, language)
    assert len(said) == len(every)
    for gate, sentence in zip(every, said, strict=True):
        assert gate.code not in sentence
        assert gate.about not in sentence or gate.code == "vehicles_ready"
    if language == "en":
        assert any(line.endswith("Now stands: harm was reported.") for line in said)
