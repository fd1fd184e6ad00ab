"""What must hold of every record of the model case, whoever wrote the row."""

from __future__ import annotations

import re
from collections import Counter
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


@pytest.fixture(scope="module")
def case() -> Case:
    return loader.load("rukban")


@pytest.fixture(scope="module")
def drafts(case: Case) -> tuple[Draft, ...]:
    return case.drafts


@pytest.fixture(scope="module")
def published(drafts: tuple[Draft, ...]) -> dict[str, date]:
    return {d.record: d.known_on for d in drafts if d.kind == "source" and d.known_on}


def test_the_notice_says_what_it_is_in_both_languages(case: Case) -> None:
    assert case.meta.default_as_of == date(2019, 3, 28)
    assert "not for operations" in case.meta.notice["en"]
    assert "households invented" in case.meta.notice["en"]
    assert "متخيَّلة" in case.meta.notice["ar"]
    assert any("GeoNames" in line and "CC BY 4.0" in line for line in case.meta.credits)
    assert any("OpenStreetMap" in line and "ODbL" in line for line in case.meta.credits)


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
    assert people["p-head"] == ["head_of_office"]
    for commit in case.commits:
        personal = any(d.kind in PERSONAL for d in commit.drafts)
        assert ("registrar" in people[commit.author]) == personal


def test_no_quotation_is_longer_than_three_sentences(drafts: tuple[Draft, ...]) -> None:
    for draft in drafts:
        words = str(draft.body.get("words", ""))
        assert len(re.findall(r"[.!?؟](?=\s|$)", words)) <= 3, draft.record
        assert len(words) < 400, draft.record


# Officials are quoted in the pages; the record names their office only, so no name of theirs stands here either.
TITLES = r"\b(?:Mr|Mrs|Ms|Dr|Gen|Lt|Maj|Col|Capt|CAPT|General|Captain|Minister|Ambassador)\.? [A-Z][a-z]+"


def test_no_person_is_named(drafts: tuple[Draft, ...]) -> None:
    for draft in drafts:
        if draft.kind in PERSONAL or draft.kind in ("place", "source"):
            continue
        said = " ".join(
            str(v) for k, v in draft.body.items() if k in ("note", "words", "what", "proposition")
        )
        assert not re.search(TITLES, said), draft.record
    shown = {d.body["name"] for d in drafts if d.kind == "person"}
    assert all(name.endswith("(invented)") for name in shown)


def test_contradicting_accounts_of_one_convoy_all_stand(drafts: tuple[Draft, ...]) -> None:
    told = {
        d.body["speaker"]: d.body["outcome"]
        for d in drafts
        if d.kind == "execution" and d.body["request"] == "rq-a01"
    }
    assert told["un-rc"] == "postponed_by_us"
    assert told["rus-centre"] == "cancelled_security"
    says = Counter(
        d.body["speaker"] for d in drafts if d.kind in ("answer", "guarantee") and "a01" in d.record
    )
    assert {"un", "sarc", "centcom"} <= set(says)


def test_shares_that_do_not_add_up_are_kept_as_published(drafts: tuple[Draft, ...]) -> None:
    shares = [
        d.body["low"]
        for d in drafts
        if d.kind == "figure" and d.source == "s-unnoon0930" and d.body["unit"] == "share"
    ]
    assert sum(shares) == pytest.approx(0.93)
    assert all(d.body.get("sample") is None for d in drafts if d.kind == "figure")


def test_the_arrests_stop_the_shelters_from_the_day_they_were_published(drafts: tuple[Draft, ...]) -> None:
    stops = [d for d in drafts if d.kind == "protection_stop"]
    assert [(d.body["destination"], d.known_on) for d in stops] == [("d-homs-shelters", date(2019, 12, 18))]


def test_routes_are_unbroken_from_load_to_unload(drafts: tuple[Draft, ...]) -> None:
    bodies = {d.record: d.body for d in drafts}
    for draft in drafts:
        if draft.kind != "route":
            continue
        site = bodies[bodies[draft.body["site"]]["place"] and draft.body["site"]]["place"]
        end = draft.body["end"]
        end = bodies[end].get("place", end)
        at, goal = (site, end) if draft.body["purpose"] == "return" else (end, site)
        for leg in draft.body["legs"]:
            ends = {bodies[leg]["start"], bodies[leg]["end"]}
            assert at in ends, (draft.record, leg)
            at = (ends - {at}).pop()
        assert at == goal, draft.record


def test_every_party_stands_under_names_in_both_languages(drafts: tuple[Draft, ...]) -> None:
    for draft in drafts:
        if draft.kind in ("party", "door", "destination", "zone", "site"):
            assert draft.body["names"]["en"] and draft.body["names"]["ar"], draft.record
