"""The model case: all accounts stand, no person is named, nothing is judged, what does not add up is kept."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from waythrough.cases import loader
from waythrough.cases.loader import Case
from waythrough.terms.entries import Draft
from waythrough.terms.kinds import PERSONAL


@pytest.fixture(scope="module")
def case() -> Case:
    return loader.load("rukban")


@pytest.fixture(scope="module")
def drafts(case: Case) -> tuple[Draft, ...]:
    return case.drafts


def test_the_notice_says_what_it_is_in_both_languages(case: Case) -> None:
    assert case.meta.default_as_of == date(2019, 3, 28)
    assert "not for operations" in case.meta.notice["en"]
    assert "households invented" in case.meta.notice["en"]
    assert "متخيَّلة" in case.meta.notice["ar"]
    assert any("GeoNames" in line and "CC BY 4.0" in line for line in case.meta.credits)
    assert any("OpenStreetMap" in line and "ODbL" in line for line in case.meta.credits)


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


# Words that judge belong inside quotation marks, to their speaker; our own sentences do without them.
JUDGING = re.compile(
    r"\b(regime|terroris|militants?|occup|illegal|propaganda|hostage|so-called|notorious|puppet|thug|liberat)\w*",
    re.IGNORECASE,
)


def test_our_own_sentences_do_not_judge(drafts: tuple[Draft, ...]) -> None:
    ours = ("proposition", "subject", "what", "reason", "conditions")
    for draft in drafts:
        if draft.kind in ("figure", "zone", "source", *PERSONAL):
            continue  # subjects of figures name surveys; a zone's note and a source's title report others' words
        said = " ".join(str(draft.body.get(part, "")) for part in ours)
        assert not JUDGING.search(said), (draft.record, said)


def test_each_main_voice_is_heard_in_more_than_one_stance(drafts: tuple[Draft, ...]) -> None:
    voices: dict[str, set[str]] = {}
    for draft in drafts:
        if draft.kind == "claim":
            voices.setdefault(draft.body["chain"][-1], set()).add(draft.body["modality"])
    for voice in ("joint-hq", "rus-centre", "us-state", "centcom", "un", "un-ocha"):
        assert len(voices[voice]) >= 2, (voice, voices[voice])


def test_every_collected_request_and_invitation_is_told(drafts: tuple[Draft, ...]) -> None:
    told = " ".join(d.body["subject"] for d in drafts if d.kind in ("request", "invitation"))
    assert [n for n in range(1, 17) if f"(A{n:02d})" not in told] == []


@pytest.mark.shared
@pytest.mark.parametrize("table", ["departures.csv", "population_claims.csv", "destinations_2019-09-25.csv"])
def test_every_collected_figure_is_told_with_its_value(
    drafts: tuple[Draft, ...], shared_dir: Path, table: str
) -> None:
    figures = [d.body for d in drafts if d.kind == "figure"]
    told = {bound for body in figures for bound in (body["low"], body["high"])}
    with (shared_dir / "data/rukban_case" / table).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    values = [float(row.get("value") or row.get("people") or 0) for row in rows]
    assert len(values) > 10
    assert [value for value in values if value and value not in told] == []
