"""What cannot be read here: left out, counted, told in a sentence, and never a reason to seat anybody."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from waythrough.actions import choose
from waythrough.actions.correct import correct
from waythrough.actions.record import record, settle
from waythrough.actions.unread import keeps_seats_empty, sentences
from waythrough.actions.vaulting import Vaulting
from waythrough.actions.workspace import NEWER, Workspace
from waythrough.ledger import Ledger
from waythrough.ledger.device import data_folder
from waythrough.ledger.keyring import SqliteKeyring, keyring_path
from waythrough.terms.doing import Policy
from waythrough.terms.entries import OPEN, SEALED, TEXT, WHAT, WHO, Draft, Vaulted
from waythrough.terms.people import Consent, Household, Identity, Intention
from waythrough.terms.problems import Protected
from waythrough.terms.sayings import Claim, Document, Figure
from waythrough.terms.when import Days

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
WITHDRAWN = dataclasses.replace(
    TRAVEL, id="consent-2", decision="withdrawn", given_on=date(2030, 5, 18), destination="", movement_kind=""
)


def without_keys(ws: Workspace) -> Workspace:
    """The same file on a device that was handed none of its keys."""
    empty = SqliteKeyring(None, bytes(16), lambda: bytes(32))
    return Workspace(Ledger.open(ws.ledger.place, keyring=empty), clock=ws.clock)


def newer(
    ws: Workspace, kind: str, ident: str, body: dict[str, object], known_on: date | None = None
) -> None:
    """An entry as a newer version of the program would write it."""
    drafts = Vaulting(ws.ledger, ws.as_of).placed([Draft(kind, ident, body, known_on=known_on)])
    ws.ledger.append(drafts, author="person-1")
    ws._cache.clear()


# --- into the vault ----------------------------------------------------------------------------------------


def test_what_is_about_people_is_written_under_their_own_subject_site_and_last_day(ws, person):
    said = [
        record(ws, person, TRAVEL),
        record(ws, person, Intention("in-1", "hh-1", "stay", False, date(2030, 5, 1))),
        record(ws, person, Identity("identity-1", "hh-1", "hh-1/a", names=("Invented Name",))),
        record(ws, person, Identity("identity-2", "hh-1", phones=("555 0101",))),
        ws.ledger.head("hh-1").entries[0],
    ]
    until = date(2031, 5, 20)  # a year after it was written down
    assert [entry.vaulted for entry in said] == [
        Vaulted(WHAT, "hh-1", "site-ford", until),
        Vaulted(WHAT, "hh-1", "site-ford", until),
        Vaulted(WHO, "hh-1/a", "site-ford", until),
        Vaulted(WHO, "hh-1", "site-ford", until),
        Vaulted(WHAT, "hh-1", "site-ford", until),
    ]


def test_the_policy_says_how_long_people_s_data_are_kept(ws, person):
    record(ws, person, Policy("policy-1", person.id, Days.parse("2030-05-01"), keep_personal_days=90))
    assert record(ws, person, TRAVEL).vaulted.keep_until == date(2030, 8, 18)


def test_words_of_a_document_belong_to_it_and_so_does_what_was_drafted_from_them(ws, person):
    text = Document("doc-1", "source-letter", "0" * 64, "Two thousand, they say.", "en", "party-south")
    claim = Claim(
        "claim-1",
        "source-letter",
        ("party-south",),
        "said",
        "population",
        "",
        "Two thousand",
        document="doc-1",
    )
    figure = Figure(
        "figure-1",
        "source-letter",
        "site-ford",
        "population",
        2000.0,
        2000.0,
        "people",
        "exact",
        Days.parse("2030-05-10"),
        "party-south",
        claim="claim-1",
    )
    drafts = [Draft(k, r.id, dataclasses.asdict(r)) for k, r in (("document", text), ("claim", claim))]
    placed = Vaulting(ws.ledger, ws.as_of).placed(
        [*drafts, Draft("figure", "figure-1", {"claim": "claim-1"})]
    )
    assert [draft.vaulted for draft in placed] == [Vaulted(TEXT, "doc-1", "site-ford")] * 3
    heard = dataclasses.replace(figure, claim=None)
    alone = Vaulting(ws.ledger, ws.as_of).placed([Draft("figure", "figure-2", dataclasses.asdict(heard))])
    assert alone[0].vaulted is None


# --- what cannot be read -----------------------------------------------------------------------------------


def test_a_device_without_keys_reads_the_rest_and_says_what_it_cannot(ws, person):
    record(ws, person, TRAVEL)
    with without_keys(ws) as other:
        assert other.records("household") == other.records("consent") == []
        assert len(other.records("party")) == 2
        assert keeps_seats_empty(other)
        assert sentences(other) == [
            "1 consent is sealed for this device’s roles: a plan needs it, and seats nobody without.",
            "1 household is sealed for this device’s roles: a plan needs it, and seats nobody without.",
        ]
    assert not keeps_seats_empty(ws)
    assert sentences(ws) == []


def test_nothing_is_built_on_a_record_that_cannot_be_read(ws, person):
    with without_keys(ws) as other:
        with pytest.raises(Protected, match="hh-1"):
            correct(other, person, "hh-1", ["size=5"])
        with pytest.raises(Protected, match="hh-1"):
            settle(other, person, "hh-1", "0000", "kept")


def test_a_kind_of_a_newer_version_is_told_and_stops_nobody(ws):
    newer(ws, "drone", "drone-1", {"height": 3})
    newer(ws, "drone", "drone-2", {"height": 4})
    assert sentences(ws) == [
        "2 records are of kinds this version does not know (drone): kept, verified and passed on, not used."
    ]


def test_a_field_of_a_newer_version_stops_no_reader(ws):
    newer(ws, "party", "party-east", {"names": {"en": "Eastern Board"}, "kind": "military", "flag": "blue"})
    assert ws.get("party", "party-east").names["en"] == "Eastern Board"
    newer(ws, "door", "door-odd", {"names": "not names at all"})
    assert [door.id for door in ws.records("door")] == ["door-aid", "door-return"]
    assert sentences(ws) == [
        "1 door was written by a newer version of the program, and cannot be read by this one."
    ]


# --- nobody is seated on a doubt ---------------------------------------------------------------------------


def test_a_consent_counts_until_something_unread_may_have_taken_it_back(ws, person):
    record(ws, person, TRAVEL)
    assert [consent.id for consent in choose.undoubted_consents(ws)] == ["consent-1"]
    body = {**dataclasses.asdict(WITHDRAWN), "only_if": "with kin"}
    body = {k: v.isoformat() if isinstance(v, date) else v for k, v in body.items() if k != "id"}
    newer(ws, "consent", "consent-2", body, known_on=WITHDRAWN.given_on)
    assert [one.why for one in ws.unread("consent")] == [NEWER]
    assert choose.undoubted_consents(ws) == []
    later = dataclasses.replace(TRAVEL, id="consent-3", given_on=date(2030, 5, 19))
    record(ws, person, later)
    assert [consent.id for consent in choose.undoubted_consents(ws)] == ["consent-3"]


def test_an_unread_line_of_a_manifest_may_hold_a_no_of_its_day(ws, person):
    record(ws, person, TRAVEL)
    body = {"movement": "movement-1", "household": "hh-1", "state": "withdrawn", "on": "2030-05-18"}
    newer(ws, "boarding", "line-1", {**body, "vehicle": {"deck": 1}}, known_on=date(2030, 5, 18))
    assert [one.subject for one in ws.unread("boarding")] == ["hh-1"]
    assert choose.undoubted_consents(ws) == []
    record(ws, person, dataclasses.replace(TRAVEL, id="consent-3", given_on=date(2030, 5, 19)))
    assert [consent.id for consent in choose.undoubted_consents(ws)] == ["consent-3"]


def test_a_doubt_about_one_household_is_none_about_another(ws, person):
    record(ws, person, Household("hh-2", "site-ford", 1, ("hh-2/a",)))
    record(ws, person, TRAVEL)
    record(ws, person, dataclasses.replace(TRAVEL, id="consent-9", household="hh-2", adult="hh-2/a"))
    with SqliteKeyring(
        keyring_path(data_folder(), bytes.fromhex(ws.ledger.id)),
        bytes.fromhex(ws.ledger.id),
        lambda: bytes(32),
    )._file.writing() as keys:
        keys.execute("DELETE FROM keys WHERE subject = 'hh-1'")
    fresh = Workspace.open(ws.ledger.place, clock=ws.clock)
    with fresh:
        assert [entry.state for entry in fresh.ledger.history("hh-1")] == [SEALED]
        assert [entry.state for entry in fresh.ledger.history("hh-2")] == [OPEN]
        assert [consent.household for consent in choose.undoubted_consents(fresh)] == ["hh-2"]
