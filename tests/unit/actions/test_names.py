"""Reading who somebody is: for a reason, by those who may, and never without an entry that says so first."""

from __future__ import annotations

import json

import pytest

from waythrough.actions.names import read_names, reveal_author
from waythrough.actions.record import record
from waythrough.actions.show import show
from waythrough.actions.workspace import Workspace
from waythrough.ledger import aead, keyring
from waythrough.ledger.onrecord import READ
from waythrough.terms.doing import Incident
from waythrough.terms.entries import AUTHOR, OPEN, SEALED, WHO
from waythrough.terms.parties import Person
from waythrough.terms.people import Household, Identity
from waythrough.terms.problems import NotFound, NotYours, Protected
from waythrough.terms.when import Days

PLANNER = Person("person-9", "B. L.", ("head_of_office", "movement_officer", "information_officer"))


@pytest.fixture
def named(ws, person):
    record(
        ws, person, Identity("identity-1", "hh-1", "hh-1/a", names=("Invented Name",), phones=("555 0101",))
    )
    record(ws, person, Identity("identity-2", "hh-1", place="third tent after the well"))
    return ws


@pytest.fixture
def opened(monkeypatch):
    """Every key of names or sealed authors that is taken out of the keyring, in order."""
    taken: list[tuple[str, str]] = []
    keys = keyring.SqliteKeyring.keys

    def watched(self, wanted):
        asked = list(wanted)
        taken.extend((vault, subject) for vault, subject, _ in asked if vault in (WHO, AUTHOR))
        return keys(self, asked)

    monkeypatch.setattr(keyring.SqliteKeyring, "keys", watched)
    return taken


def readings(ws: Workspace) -> list[dict[str, object]]:
    return [dict(entry.body) for entry in ws.ledger.log(limit=1000) if entry.kind == READ]


def test_names_are_shown_once_it_is_written_down_who_reads_whose_and_why(named, person):
    found = read_names(named, person, "hh-1", "to call about the bus")
    assert [entry.body.get("names", entry.body.get("place")) for entry in found] == [
        ["Invented Name"],
        "third tent after the well",
    ]
    assert readings(named) == [
        {"person": "person-1", "subjects": ["hh-1", "hh-1/a"], "vault": "who", "why": "to call about the bus"}
    ]


@pytest.mark.parametrize("ident", ["hh-1/a", "identity-1"])
def test_one_adult_may_be_read_alone(named, person, ident):
    assert [entry.record for entry in read_names(named, person, ident, "to call")] == ["identity-1"]
    assert readings(named)[0]["subjects"] == ["hh-1/a"]


def test_a_slip_is_set_right_by_saying_the_whole_anew_without_reading(named, person, opened):
    record(named, person, Identity("identity-1", "hh-1", "hh-1/a", names=("Another Name",)))
    assert opened == []
    (entry,) = read_names(named, person, "identity-1", "to call")
    assert entry.body["names"] == ["Another Name"]


@pytest.mark.parametrize("why", ["", "  "])
def test_without_a_reason_nothing_is_shown_and_nothing_written(named, person, why):
    with pytest.raises(Protected, match="reason"):
        read_names(named, person, "hh-1", why)
    assert readings(named) == []


def test_only_those_who_register_or_protect_people_read_names(named):
    with pytest.raises(NotYours):
        read_names(named, PLANNER, "hh-1", "to call")
    assert readings(named) == []


def test_nobody_is_read_where_there_is_nobody(named, person):
    record(named, person, Household("hh-2", "site-ford", 1, ("hh-2/a",)))
    for ident in ("hh-2", "no-such"):
        with pytest.raises(NotFound):
            read_names(named, person, ident, "to call")
    assert readings(named) == []


def test_each_opening_of_a_name_has_its_entry_and_the_entry_holds_no_name(named, person, opened):
    for home in range(20):
        record(named, person, Household(f"hh-{home + 10}", "site-ford", 1, ("a",)))
        record(named, person, Identity(f"id-{home}", f"hh-{home + 10}", names=(f"Invented Name {home}",)))
    for home in range(20):
        read_names(named, person, f"hh-{home + 10}", "to call")
    written = [(str(one["vault"]), subject) for one in readings(named) for subject in one["subjects"]]
    assert sorted(written) == sorted(opened)
    assert len(opened) == 20
    assert "Invented" not in json.dumps(readings(named))


def test_no_other_reading_opens_a_name(named, person, opened):
    named.known("identity")
    show(named, "identity-1")
    named.ledger.heads()
    named.ledger.history("identity-1")
    named.ledger.log(limit=50)
    named.ledger.contested()
    named.ledger.find("identity-1")
    assert opened == []
    assert {entry.state for entry in named.ledger.history("identity-1")} == {SEALED}


def test_a_bulk_reading_is_noted_on_this_device(named, person):
    with Workspace.open(named.ledger.place, clock=named.clock) as other:
        other.purpose, other.reader = "plan", "person-1"
        other.known("household")
        other.known("consent")
    noted = named.ledger.readings()
    assert [(one.person, one.command, one.vault, one.subjects) for one in noted] == [
        ("person-1", "plan", "what", 1)
    ]


# --- who wrote it --------------------------------------------------------------------------------------------


def _incident(ws, person, key=None):
    ws.sealed_author = True
    told = Incident(
        "incident-1", "site-ford", "theft", Days.parse("2030-05-10"), "org-relief", "A theft was seen."
    )
    entry = record(ws, person, told, "source-letter", key)
    ws.sealed_author = False
    return entry


def test_a_sealed_author_is_nowhere_in_the_file_and_revealed_on_record(ws, person):
    entry = _incident(ws, person)
    assert entry.author.startswith("sealed:")
    assert entry.state == OPEN
    assert reveal_author(ws, person, "incident-1", "a court asks") == "person-1"
    assert [one["vault"] for one in readings(ws)] == [AUTHOR]
    with pytest.raises(NotFound):
        reveal_author(ws, person, "hh-1", "a court asks")


def test_only_the_head_of_office_and_data_protection_reveal_an_author(ws, person):
    _incident(ws, person)
    with pytest.raises(NotYours):
        reveal_author(
            ws, Person("person-8", "C. M.", ("registrar", "access_officer")), "incident-1", "curious"
        )
    assert readings(ws) == []


def test_each_sealed_entry_has_an_alias_of_its_own_and_a_repeated_command_the_same(ws, person):
    first = _incident(ws, person, key="random-key")
    assert _incident(ws, person, key="random-key").id == first.id
    ws.sealed_author = True
    other = Incident("incident-2", "site-ford", "theft", Days.parse("2030-05-11"), "org-relief", "Another.")
    assert record(ws, person, other, "source-letter").author != first.author


def test_no_nonce_meets_a_key_twice_in_all_this(named, person):
    seen: list[tuple[bytes, bytes]] = []
    stop = aead.watch(lambda key, nonce: seen.append((key, nonce)))
    try:
        for n in range(30):
            record(named, person, Household(f"hh-{n + 10}", "site-ford", 1, ("a",)))
    finally:
        stop()
    assert len(seen) >= 30
    assert len(set(seen)) == len(seen)
