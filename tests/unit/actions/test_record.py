"""Recording: may they, is it so, write it down."""

import dataclasses
from datetime import date

import pytest

from waythrough.actions.record import lift_stop, record, record_step, settle
from waythrough.actions.understand import board
from waythrough.terms.access import Answer, Execution, Guarantee, Performance, Request, Step
from waythrough.terms.parties import Person
from waythrough.terms.people import Consent, Identity
from waythrough.terms.places import ProtectionStop
from waythrough.terms.problems import CannotFollow, InputRefused, NotFound, NotYours, Protected
from waythrough.terms.sayings import Source
from waythrough.terms.when import Days, Window

TRAVEL = Consent(
    "consent-1",
    "hh-1",
    "hh-1/a",
    "travel",
    "given",
    "text-1",
    date(2030, 5, 15),
    date(2030, 5, 15),
    date(2030, 6, 15),
    destination="dest-mill",
    movement_kind="voluntary_return_movement",
)


def answer(outcome: str, on: str = "2030-05-10", speaker: str = "party-south", **more: object) -> Answer:
    return Answer(f"answer-{outcome}-{on}-{speaker}", "request-1", outcome, Days.parse(on), speaker, **more)


def state(ws, door="door-aid"):
    return next(s for s in board(ws) if s.door == door).state


def test_an_answer_is_known_on_the_day_its_source_was_published(ws, person, request_sent):
    entry = record(ws, person, answer("denied"), "source-letter")
    assert entry.known_on == date(2030, 5, 10)
    assert entry.source == "source-letter"


def test_a_new_source_is_written_down_in_the_same_commit(ws, person, request_sent):
    told = Source("source-call", "Call with the Command", "party-south", Days.parse("2030-05"), "call")
    entry = record(ws, person, answer("denied"), told)
    source = ws.ledger.head("source-call").entries[0]
    assert (entry.sequence, entry.index) == (source.sequence, 1)
    assert entry.known_on == date(
        2030, 5, 20
    )  # the month's last day is ahead, so the day of recording counts


def test_silence_is_not_refusal_and_a_late_answer_is_kept(ws, person, request_sent):
    assert state(ws) == "no_answer"
    record(ws, person, answer("granted", "2030-05-19", standing=True), "source-letter")
    assert state(ws) == "open"


def test_two_speakers_accounts_stand_side_by_side(ws, person, request_sent):
    record(ws, person, answer("denied", speaker="party-north"), "source-letter")
    record(ws, person, answer("granted", speaker="org-relief"), "source-letter")
    assert state(ws) == "contested"


def test_one_speakers_own_accounts_must_follow_each_other(ws, person, request_sent):
    record(ws, person, answer("granted", standing=True), "source-letter")
    with pytest.raises(CannotFollow):
        record(ws, person, answer("denied", "2030-05-12"), "source-letter")
    record(ws, person, answer("revoked", "2030-05-12"), "source-letter")
    assert state(ws) == "closed"


def test_an_answer_for_a_door_that_was_not_asked_is_refused_and_names_those_that_were(
    ws, person, request_sent
):
    with pytest.raises(InputRefused, match="door-aid"):
        record(ws, person, answer("granted", doors=("door-return",)), "source-letter")


def test_what_another_says_is_refused_without_where_we_heard_it(ws, person, request_sent):
    with pytest.raises(InputRefused, match="no source"):
        record(ws, person, answer("granted"))


def test_an_answer_is_never_told_before_it_was_given(ws, person, request_sent):
    with pytest.raises(InputRefused, match="2030-05-20"):
        record(ws, person, answer("granted", "2030-05-21"), "source-letter")


def test_a_withdrawal_counts_from_the_day_it_was_said_whenever_it_is_typed_in(ws, person):
    record(ws, person, TRAVEL)
    back = dataclasses.replace(TRAVEL, id="consent-9", decision="withdrawn", given_on=date(2030, 5, 17))
    assert record(ws, person, back).known_on == date(2030, 5, 17)
    assert [c.decision for c in ws.at(date(2030, 5, 17)).records("consent")] == ["given", "withdrawn"]


def test_an_answer_dated_before_the_request_is_refused(ws, person, request_sent):
    with pytest.raises(InputRefused, match="2030-05-01"):
        record(ws, person, answer("granted", "2030-04-01"), "source-letter")


def test_an_answer_to_a_request_nobody_recorded_is_refused(ws, person):
    with pytest.raises(NotFound):
        record(ws, person, answer("granted"), "source-letter")


def test_a_code_that_is_not_in_its_list_is_refused_with_the_list(ws, person, request_sent):
    with pytest.raises(InputRefused, match="granted_in_principle"):
        record(ws, person, answer("maybe"), "source-letter")


def test_a_request_without_a_door_is_refused(ws, person, request_sent):
    with pytest.raises(InputRefused, match="step"):
        record(ws, person, dataclasses.replace(request_sent, id="request-2", steps=()))


def test_a_step_added_later_is_a_revision_of_the_request(ws, person, request_sent):
    record_step(ws, person, "request-1", Step("security_committee", "door-return", 3))
    request: Request = ws.get("request", "request-1")
    assert request.doors == ("door-aid", "door-return")
    assert len(ws.ledger.history("request-1")) == 2


def test_what_happened_is_kept_apart_from_the_answer(ws, person, request_sent):
    window = Window.parse("2030-05-18T06:00+03:00/2030-05-25T18:00+03:00")
    record(ws, person, answer("granted", window=window), "source-letter")
    record(
        ws,
        person,
        Execution("execution-1", "request-1", "cancelled_security", Days.parse("2030-05-19"), "org-relief"),
    )
    assert state(ws) == "open"


def test_a_guarantee_and_whether_it_was_kept_are_two_records(ws, person):
    given = Guarantee(
        "guarantee-1", "party-south", ("door-aid",), Days.parse("2030-05-12"), "party-south", standing=True
    )
    record(ws, person, given, "source-letter")
    record(
        ws,
        person,
        Performance("performance-1", "guarantee-1", "not_performed", Days.parse("2030-05-14"), "org-relief"),
    )
    with pytest.raises(InputRefused):
        record(
            ws,
            person,
            Performance("performance-2", "guarantee-1", "broken", Days.parse("2030-05-14"), "org-relief"),
        )


# --- people ------------------------------------------------------------------------------------------------


def test_a_consent_not_asked_in_private_is_refused(ws, person):
    with pytest.raises(Protected) as refused:
        record(ws, person, dataclasses.replace(TRAVEL, asked_in_private=False))
    assert refused.value.exit_code == 7


def test_a_consent_to_anywhere_is_refused(ws, person):
    with pytest.raises(Protected):
        record(ws, person, dataclasses.replace(TRAVEL, destination=""))


def test_a_consent_of_somebody_elses_adult_is_refused(ws, person):
    with pytest.raises(InputRefused, match="hh-1/a"):
        record(ws, person, dataclasses.replace(TRAVEL, adult="hh-2/a"))


def test_any_adult_may_withdraw_at_any_time_even_without_naming_a_destination(ws, person):
    record(ws, person, TRAVEL)
    taken_back = dataclasses.replace(
        TRAVEL, id="consent-2", decision="withdrawn", destination="", movement_kind=""
    )
    record(ws, person, taken_back)
    assert [c.decision for c in ws.records("consent")] == ["given", "withdrawn"]


def test_a_stop_is_lifted_only_with_a_reason_and_by_those_who_may(ws, person):
    record(
        ws,
        person,
        ProtectionStop("stop-1", "dest-mill", "arrests reported", Days.parse("2030-05-19"), "org-relief"),
    )
    with pytest.raises(Protected):
        lift_stop(ws, person, "stop-1", " ")
    with pytest.raises(NotYours):
        lift_stop(ws, Person("person-2", "B. L.", ("movement_officer",)), "stop-1", "visited, all released")
    assert lift_stop(ws, person, "stop-1", "visited, all released").body["outcome"] == "stop_lifted"


# --- conflicts ---------------------------------------------------------------------------------------------


def test_two_revisions_of_one_record_are_both_kept_until_a_person_settles_it(ws, person, request_sent):
    head = ws.ledger.head("request-1").entries[0]
    from waythrough.terms.entries import Draft

    for subject in ("rice", "beans"):
        body = {**head.body, "subject": subject}
        ws.append([Draft("request", "request-1", body, corrects=(head.id,))], person.id)
    assert "request-1" in ws.contested
    keep = next(e for e in ws.ledger.head("request-1").entries if e.body["subject"] == "beans")
    settle(ws, person, "request-1", keep.id, "the waybill says beans")
    assert "request-1" not in ws.contested
    assert ws.get("request", "request-1").subject == "beans"
    assert len(ws.ledger.history("request-1")) == 4


def test_the_same_key_again_writes_nothing_new(ws, person, request_sent):
    first = record(ws, person, answer("denied"), "source-letter", key="k1")
    second = record(ws, person, answer("denied"), "source-letter", key="k1")
    assert first.id == second.id


# --- who somebody is ---------------------------------------------------------------------------------------


def test_an_identity_is_about_an_adult_of_a_recorded_household(ws, person):
    entry = record(ws, person, Identity("identity-1", "hh-1", "hh-1/b", names=("Invented Name",)))
    assert entry.kind == "identity"
    with pytest.raises(InputRefused, match="hh-1/a, hh-1/b"):
        record(ws, person, Identity("identity-2", "hh-1", "hh-9/a", names=("Invented Name",)))
    with pytest.raises(InputRefused, match="hh-9"):
        record(ws, person, Identity("identity-3", "hh-9", names=("Invented Name",)))


def test_only_those_who_register_people_write_down_who_they_are(ws):
    planner = Person("person-2", "B. L.", ("head_of_office", "movement_officer", "information_officer"))
    with pytest.raises(NotYours):
        record(ws, planner, Identity("identity-1", "hh-1", names=("Invented Name",)))
