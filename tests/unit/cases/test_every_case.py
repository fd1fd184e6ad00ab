"""What must hold of every record of every case, whoever wrote the row."""

from __future__ import annotations

import re
from datetime import date

import pytest

from waythrough.cases import loader
from waythrough.cases.loader import Case
from waythrough.terms.entries import Draft
from waythrough.terms.kinds import PERSONAL

SAID = (
    "answer",
    "guarantee",
    "performance",
    "execution",
    "figure",
    "claim",
    "incident",
    "meeting",
    "invitation",
)


@pytest.fixture(scope="module", params=loader.names())
def case(request: pytest.FixtureRequest) -> Case:
    return loader.load(request.param)


@pytest.fixture(scope="module")
def drafts(case: Case) -> tuple[Draft, ...]:
    return case.drafts


@pytest.fixture(scope="module")
def published(drafts: tuple[Draft, ...]) -> dict[str, date]:
    return {d.record: d.known_on for d in drafts if d.kind == "source" and d.known_on}


def test_nothing_is_known_before_its_source_was_published(
    drafts: tuple[Draft, ...], published: dict[str, date]
) -> None:
    early = [d.record for d in drafts if d.source and d.known_on and d.known_on < published[d.source]]
    assert not early


def test_whatever_was_said_has_a_source_and_a_speaker(drafts: tuple[Draft, ...]) -> None:
    for draft in drafts:
        if draft.kind in SAID:
            assert draft.source, draft.record
            assert draft.body.get("speaker") or draft.body.get("chain"), draft.record


def test_every_commit_is_known_on_one_day_and_the_days_run_forward(case: Case) -> None:
    days = [{d.known_on for d in commit.drafts} for commit in case.commits]
    assert all(len(day) == 1 for day in days)
    flat = [day.pop() for day in days]
    assert flat == sorted(d for d in flat if d)


def test_a_record_is_first_written_then_revised(drafts: tuple[Draft, ...]) -> None:
    seen: set[str] = set()
    for draft in drafts:
        assert bool(draft.corrects) == (draft.record in seen), draft.record
        assert draft.corrects in ((), (loader.PREVIOUS,))
        seen.add(draft.record)


def test_authors_are_people_of_the_case_who_may_write_that(case: Case) -> None:
    people = {d.record: d.body["roles"] for d in case.drafts if d.kind == "person"}
    assert next(iter(people.values())) == [
        "head_of_office"
    ]  # the first person is who acts when nobody is named
    for commit in case.commits:
        personal = any(d.kind in PERSONAL for d in commit.drafts)
        assert ("registrar" in people[commit.author]) == personal


def test_no_quotation_is_longer_than_three_sentences(drafts: tuple[Draft, ...]) -> None:
    for draft in drafts:
        words = str(draft.body.get("words", ""))
        assert len(re.findall(r"[.!?؟](?=\s|$)", words)) <= 3, draft.record
        assert len(words) < 400, draft.record


def test_routes_are_unbroken_from_the_site_to_their_end(drafts: tuple[Draft, ...]) -> None:
    bodies = {d.record: d.body for d in drafts}
    for draft in drafts:
        if draft.kind != "route":
            continue
        site = bodies[draft.body["site"]]["place"]
        end = draft.body["end"]
        end = bodies[end].get("place", end)
        at, goal = site, end
        for leg in draft.body["legs"]:
            ends = {bodies[leg]["start"], bodies[leg]["end"]}
            assert at in ends, (draft.record, leg)
            at = (ends - {at}).pop()
        assert at == goal, draft.record


def test_every_leg_of_a_route_has_a_door_for_its_purpose(drafts: tuple[Draft, ...]) -> None:
    """A stretch without a door would be a road that nobody can ever be asked about."""
    bodies = {d.record: d.body for d in drafts}
    doors = [d.body for d in drafts if d.kind == "door"]
    for draft in drafts:
        if draft.kind == "route":
            for leg in draft.body["legs"]:
                assert any(
                    door["purpose"] == draft.body["purpose"]
                    and door["zone"] == bodies[leg]["zone"]
                    and (not door.get("legs") or leg in door["legs"])
                    for door in doors
                ), (draft.record, leg)


def test_every_party_stands_under_names_in_both_languages(drafts: tuple[Draft, ...]) -> None:
    for draft in drafts:
        if draft.kind in ("party", "door", "destination", "zone", "site"):
            assert draft.body["names"]["en"] and draft.body["names"]["ar"], draft.record


def test_whatever_a_claim_is_about_is_in_the_case(drafts: tuple[Draft, ...]) -> None:
    records = {d.record for d in drafts}
    for draft in (d for d in drafts if d.kind == "claim"):
        assert set(draft.body.get("about", ())) <= records, draft.record
