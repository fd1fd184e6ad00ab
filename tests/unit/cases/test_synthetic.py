"""Invented households: as many as published, plausible, the same every time, and nobody assumed to consent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest

from waythrough.cases import loader, synthetic
from waythrough.terms import codes
from waythrough.terms.codec import from_body
from waythrough.terms.entries import Draft
from waythrough.terms.kinds import KINDS, PERSONAL, body_of
from waythrough.terms.references import coded

DEFAULT = date(2019, 3, 28)


@pytest.fixture(scope="module")
def drafts() -> list[Draft]:
    return [d for d in loader.load("rukban").drafts if d.kind in PERSONAL]


def standing(drafts: Iterable[Draft], kind: str, by: date) -> dict[str, Any]:
    """The newest body of each record of a kind, as known by a day."""
    return {d.record: d.body for d in drafts if d.kind == kind and d.known_on and d.known_on <= by}


def there(drafts: Iterable[Draft], by: date) -> list[Any]:
    return [body for body in standing(drafts, "household", by).values() if body.get("present", True)]


def test_every_body_reads_back_as_the_codec_would_write_it(drafts: list[Draft]) -> None:
    for draft in drafts[::7]:
        record = from_body(KINDS[draft.kind], {**draft.body, "id": draft.record})
        assert body_of(record) == draft.body
        assert record.synthetic
        for _, code, list_name in coded(record):
            codes.check(list_name, code, draft.record)


def test_the_households_add_up_to_the_published_people(drafts: list[Draft]) -> None:
    households = there(drafts, DEFAULT)
    assert len(households) == 8300
    assert sum(h["size"] for h in households) == 41_700
    assert all(1 <= len(h["adults"]) <= h["size"] <= 12 for h in households)
    assert all(sum(h["bands"].values()) == h["size"] for h in households)


def test_ages_and_sexes_follow_the_published_shares(drafts: list[Draft]) -> None:
    bands: dict[str, int] = defaultdict(int)
    for household in there(drafts, DEFAULT):
        for band, number in household["bands"].items():
            bands[band] += number
    grown = sum(n for band, n in bands.items() if "18" in band or "60" in band)
    assert 1 - grown / 41_700 == pytest.approx(0.52, abs=0.001)
    assert (bands["f_18_59"] + bands["f_60_plus"]) / 41_700 == pytest.approx(0.28, abs=0.01)


def test_wishes_follow_the_published_shares_once_the_survey_was_published(drafts: list[Draft]) -> None:
    wishes = standing(drafts, "intention", DEFAULT).values()
    assert sum(w["wish_to_leave"] is True for w in wishes) / 8300 == pytest.approx(0.95, abs=0.01)
    assert sum(w["wish"] == "return_origin" for w in wishes) / 8300 == pytest.approx(0.83, abs=0.015)
    assert all(w["concerns"] for w in wishes)
    assert not standing(drafts, "intention", date(2019, 2, 25))


def live(drafts: list[Draft], day: date) -> dict[str, Any]:
    """Households of which every adult's newest travel and data consents are given and still hold."""
    newest: dict[tuple[str, str], Any] = {}
    for body in standing(drafts, "consent", day).values():
        key = body["adult"], body["purpose"]
        if key not in newest or body["given_on"] >= newest[key]["given_on"]:
            newest[key] = body
    holds = {k for k, b in newest.items() if b["decision"] == "given" and b["valid_until"] >= day.isoformat()}
    return {
        h["adults"][0]: h
        for h in there(drafts, day)
        if all((adult, purpose) in holds for adult in h["adults"] for purpose in ("travel", "data"))
    }


def test_most_wish_to_leave_and_few_have_consented(drafts: list[Draft]) -> None:
    assert not live(drafts, date(2018, 10, 17))
    assert 600 <= len(live(drafts, DEFAULT)) <= 800
    assert 100 <= len(live(drafts, date(2019, 10, 1))) <= 500


def test_some_consents_expire_inside_the_plan_and_some_were_refused_withdrawn_or_pressed(
    drafts: list[Draft],
) -> None:
    soon = (DEFAULT + timedelta(days=28)).isoformat()
    consents = [b for b in standing(drafts, "consent", DEFAULT).values() if b["purpose"] == "travel"]
    decisions = {b["decision"] for b in consents}
    assert decisions == {"given", "refused", "withdrawn"}
    assert sum(DEFAULT.isoformat() <= b["valid_until"] <= soon for b in consents) > 100
    assert any(b.get("pressure_reported") for b in consents)


def test_kin_who_travel_together_are_asked_together(drafts: list[Draft]) -> None:
    asked = {b["household"] for b in standing(drafts, "consent", DEFAULT).values()}
    kin: dict[str, set[bool]] = defaultdict(set)
    for record, body in standing(drafts, "household", DEFAULT).items():
        if body.get("kin_group"):
            kin[body["kin_group"]].add(record in asked)
    assert len(kin) > 100
    assert all(len(answers) == 1 for answers in kin.values())


@pytest.mark.parametrize(
    ("day", "least", "most"),
    [
        (date(2019, 3, 28), 41_700, 41_700),
        (date(2019, 5, 27), 28_500, 28_600),
        (date(2019, 8, 8), 23_700, 23_800),
        (date(2019, 10, 1), 12_700, 15_000),
        (date(2025, 7, 1), 0, 0),
    ],
)
def test_those_who_remain_follow_the_published_departures(
    drafts: list[Draft], day: date, least: int, most: int
) -> None:
    assert least <= sum(h["size"] for h in there(drafts, day)) <= most


def test_nobody_is_asked_for_consent_after_leaving(drafts: list[Draft]) -> None:
    left = {d.record: d.known_on for d in drafts if d.kind == "household" and d.corrects}
    for draft in drafts:
        if draft.kind == "consent" and draft.body["household"] in left and draft.known_on:
            gone = left[draft.body["household"]]
            assert gone and (draft.known_on < gone or draft.body["decision"] == "withdrawn")


@pytest.mark.slow
def test_the_same_seed_gives_the_same_people_and_another_gives_others() -> None:
    parameters = dict(loader.load("rukban").meta.synthetic)
    first, again = (list(synthetic.drafts(parameters, ["rukban"])) for _ in range(2))
    assert first == again
    assert list(synthetic.drafts({**parameters, "seed": 1}, ["rukban"])) != first


def test_a_case_without_parameters_has_no_households() -> None:
    assert not list(synthetic.drafts({}, ["rukban"]))
