"""Ending people's data: what goes, what stays, who must agree, and never a day early."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, timedelta

import pytest

from waythrough.actions import erasing
from waythrough.actions.correct import correct
from waythrough.actions.record import record
from waythrough.actions.unread import sentences
from waythrough.actions.workspace import Workspace
from waythrough.terms.entries import ERASED, OPEN, Draft, WouldWrite
from waythrough.terms.parties import Person
from waythrough.terms.people import Consent, Household, Identity, Intention
from waythrough.terms.problems import InputRefused, NotFound, NotYours, RecordExists, SubjectErased
from waythrough.terms.sayings import Claim, Document

from .conftest import NOW

TRAVEL = Consent(
    "consent-1", "hh-1", "hh-1/a", "travel", "given", "text-1", date(2030, 5, 15), date(2030, 5, 15),
    date(2030, 6, 15), destination="dest-mill", movement_kind="voluntary_return_movement",
)  # fmt: skip
DOCUMENT = Document("doc-1", "source-letter", "0" * 64, "Two thousand, they say.", "en", "party-south")
CLAIM = Claim(
    "claim-1", "source-letter", ("party-south",), "asserted", "population_estimate", "", "Two thousand",
    document="doc-1",
)  # fmt: skip


@pytest.fixture
def people(ws, person):
    """A second household, and everything that can be said about the first."""
    record(ws, person, Household("hh-2", "site-ford", 1, ("hh-2/a",)))
    record(ws, person, TRAVEL)
    record(ws, person, Intention("in-1", "hh-1", "return_origin", True, date(2030, 5, 1)))
    record(ws, person, Identity("identity-1", "hh-1", "hh-1/a", names=("Invented Name",)))
    return ws


def on(ws: Workspace, days: int) -> Workspace:
    """The same file, so many days later."""
    later: datetime = NOW + timedelta(days=days)
    return Workspace.open(ws.ledger.place, clock=lambda: later)


def states(ws: Workspace, *records: str) -> list[str]:
    return [entry.state for one in records for entry in ws.ledger.history(one)]


# --- at their asking -----------------------------------------------------------------------------------------


def test_a_household_goes_with_its_adults_and_everything_said_about_it(people, person):
    done = erasing.erase(people, person, ["hh-1"], "asked")
    assert (done.honoured, done.named, done.bodies_here, done.keys_here) == (True, 3, 4, 2)
    assert (done.done, done.owing) == (1, ())
    assert states(people, "hh-1", "consent-1", "in-1", "identity-1") == [ERASED] * 4
    assert [home.id for home in people.records("household")] == ["hh-2"]
    assert people.records("consent") == []
    assert people.ledger.verify().sound


def test_what_was_erased_is_counted_and_its_id_is_never_used_again(people, person):
    erasing.erase(people, person, ["hh-1"], "asked")
    people.records("household")
    assert sentences(people) == ["1 household was erased, and is no longer here."]
    with pytest.raises(SubjectErased, match="hh-1"):
        people.append([_again(people)], person.id)


def _again(ws):
    from waythrough.actions.writing import draft_of

    return dataclasses.replace(
        draft_of(Household("hh-1", "site-ford", 4, ("hh-1/a",)), None),
        corrects=(ws.ledger.head("hh-1").entries[0].id,),
    )


def test_a_document_takes_the_words_drafted_from_it_and_leaves_that_they_were(ws, person):
    record(ws, person, DOCUMENT, "source-letter")
    record(ws, person, CLAIM, "source-letter")
    erasing.erase(ws, person, ["doc-1"], "mistake")
    assert states(ws, "doc-1", "claim-1") == [ERASED, ERASED]
    assert ws.ledger.head("claim-1").kind == "claim"
    assert ws.records("claim") == []
    assert ws.ledger.verify().sound


@pytest.mark.parametrize("roles", [("registrar",), ("head_of_office", "movement_officer")])
def test_only_those_who_protect_data_order_an_erasure(people, roles):
    with pytest.raises(NotYours):
        erasing.erase(people, Person("person-9", "B. L.", roles), ["hh-1"], "asked")
    assert states(people, "hh-1") == [OPEN]


def test_an_order_for_nobody_or_without_a_code_is_refused(people, person):
    with pytest.raises(NotFound, match="hh-9"):
        erasing.erase(people, person, ["hh-9"], "asked")
    for reason in ("because Invented Name asked", "retention"):
        with pytest.raises(InputRefused, match="reason"):
            erasing.erase(people, person, ["hh-1"], reason)
    people.dry_run = True
    with pytest.raises(WouldWrite):
        erasing.erase(people, person, ["hh-1"], "asked")
    assert states(people, "hh-1") == [OPEN]


def test_above_twenty_a_second_person_must_agree_before_anything_goes(ws, person):
    homes = [f"hh-{n}" for n in range(10, 31)]
    for home in homes:
        record(ws, person, Household(home, "site-ford", 1, (f"{home}/a",)))
    waits = erasing.erase(ws, person, homes, "no_longer_needed")
    assert not waits.honoured
    assert "no other person" in waits.why_not
    assert states(ws, *homes) == [OPEN] * 21
    assert erasing.status(ws) == [waits]
    # On one's own device another name is not another person: whoever holds it could type any.
    again = erasing.approve(ws, Person("person-2", "B. L.", ("data_protection_officer",)), waits.erasure[:8])
    assert not again.honoured
    assert states(ws, *homes) == [OPEN] * 21


# --- past their day ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [30, 90, 365, 1000])
def test_a_purge_takes_all_that_is_due_on_its_day_and_nothing_early(ws, person, days):
    from waythrough.terms.doing import Policy
    from waythrough.terms.when import Days

    record(ws, person, Policy("policy-1", person.id, Days.parse("2030-05-01"), keep_personal_days=days))
    homes = [f"hh-{n}" for n in range(10, 40)]
    for home in homes:
        record(ws, person, Household(home, "site-ford", 1, (f"{home}/a",)))
    record(ws, person, Identity("identity-1", "hh-10", names=("Invented Name",)))
    with on(ws, days) as last_day:
        due = [home for home in erasing.overdue(last_day) if home in homes]
        assert due == []
        erasing.purge(last_day, person)
        assert states(last_day, *homes, "identity-1") == [OPEN] * 30 + ["sealed"]
    with on(ws, days + 1) as due_day:
        assert {home: n for home, n in erasing.overdue(due_day).items() if home in homes} == {
            home: 1 + (home == "hh-10") for home in homes
        }
        done = erasing.purge(due_day, person)
        assert done.bodies_here >= 31
        assert states(due_day, *homes, "identity-1") == [ERASED] * 31
        assert erasing.overdue(due_day) == {}
        assert erasing.purge(due_day, person) is None
        assert due_day.ledger.verify().sound


def test_what_is_overdue_is_told_until_it_is_gone(ws, person):
    with on(ws, 366) as later:
        assert sentences(later) == ["1 entry about people is past the last day of keeping: waythrough purge."]
        erasing.purge(later, person)
        assert sentences(later) == []


def test_after_a_purge_the_same_household_may_be_recorded_anew(ws, person):
    with on(ws, 366) as later:
        with pytest.raises(RecordExists):
            record(later, person, Household("hh-1", "site-ford", 5, ("hh-1/a",)))
        erasing.purge(later, person)
        record(later, person, Household("hh-1", "site-ford", 4, ("hh-1/a",)))
        assert [home.size for home in later.records("household")] == [4]


def test_saying_again_that_a_household_is_there_keeps_it_for_another_term(ws, person):
    with on(ws, 300) as later:
        registrar = Person("person-7", "D. N.", ("registrar",))
        correct(later, registrar, "hh-1", ["present=true"])
        with pytest.raises(NotYours):
            correct(later, Person("person-8", "E. O.", ("access_officer",)), "hh-1", ["size=9"])
    with on(ws, 366) as later:
        erasing.purge(later, person)
        assert [home.id for home in later.records("household")] == ["hh-1"]
        assert states(later, "hh-1") == [ERASED, OPEN]


def test_what_was_written_before_there_was_a_vault_is_erased_entry_by_entry(ws, person):
    body = {"site": "site-ford", "size": 3, "adults": ["hh-old/a"], "origin": "Invented Hollow"}
    (first,) = ws.ledger.append([Draft("household", "hh-old", body)], author=person.id)
    ws.ledger.append([Draft("household", "hh-old", {**body, "size": 4}, (first.id,))], author=person.id)
    record(ws, person, dataclasses.replace(TRAVEL, household="hh-old", adult="hh-old/a"))
    done = erasing.erase(ws, person, ["hh-old"], "asked")
    assert (done.named, done.bodies_here) == (4, 3)  # the household, its adult, and two entries by their ids
    assert states(ws, "hh-old", "consent-1") == [ERASED] * 3
    assert ws.ledger.verify().sound
