"""From the shipped cases to a plan, ranked doors and a report; every figure leads home; every byte is guarded."""

from __future__ import annotations

import json
import re
import sqlite3

import pytest

CASES = ("rukban", "tirsa")


@pytest.fixture(params=CASES)
def case(request):
    return request.getfixturevalue(request.param)


def reports(made, case):
    return sorted(made.glob(f"{case.stem}-*/report.*.html"))


# --- the demo ----------------------------------------------------------------------------------------------


def test_the_demo_leaves_a_workspace_and_four_reports(made, case):
    assert case.exists()
    editions = {tuple(path.name.split(".")[1:3]) for path in reports(made, case)}
    assert editions == {("internal", "en"), ("internal", "ar"), ("public", "en"), ("public", "ar")}


def test_the_demo_again_opens_what_is_there(wt, rukban, fingerprint):
    before = fingerprint(rukban)
    again = wt("demo", "--out", rukban.parent, "--as-of", "2018-10-17", "--json").json
    assert again["as_of"] == "2018-10-17"
    assert fingerprint(rukban) == before


@pytest.mark.parametrize(("day", "aid", "people"), [("2018-10-17", True, False), ("2019-03-28", False, True)])
def test_the_plan_carries_movements_wherever_a_door_is_recorded_open(wt, rukban, day, aid, people):
    found = wt("plan", "-C", rukban, "--as-of", day, "--json").json
    assert bool(found["plan"]["convoys"]) is aid
    assert bool(found["plan"]["returns"]) is people
    assert 0 <= found["gap"] < 0.05


def test_a_plan_that_does_nothing_prints_no_gap_but_says_what_blocks_it(wt, rukban):
    said = wt("plan", "-C", rukban, "--as-of", "2018-09-01")
    assert said.code == 0
    assert "No vehicle can move" in said.out
    assert "would have to open" in said.out
    assert "proven" not in said.out
    assert wt("plan", "-C", rukban, "--as-of", "2018-09-01", "--json").json["gap"] is None


def test_the_doors_are_ranked_with_ties_as_ties(wt, case):
    doors = wt("doors", "-C", case, "--json", "--top", "100").json["doors"]
    gains = [d for d in doors if d["change"] != "shuts"]
    assert gains
    helpful = [d["rank"] for d in gains if d["rank"]]
    assert helpful == sorted(helpful)
    assert all(d["person_days_fed"] or d["people_moved"] for d in gains if d["rank"])
    assert not any(d["person_days_fed"] or d["people_moved"] for d in gains if not d["rank"])
    for one in gains:
        for other in one.get("tied_with", []):
            assert any(d["doors"] == other for d in doors)


# --- nobody is moved without consent -----------------------------------------------------------------------


def test_every_seat_has_the_live_consent_of_every_adult_in_the_ledger(wt, rukban, tmp_path):
    """Re-derived from the ledger's own entries, not from the situation the planner saw."""
    from datetime import date, timedelta

    from waythrough.actions.workspace import Workspace

    plan = wt("plan", "-C", rukban, "--json").json["plan"]
    assert plan["returns"]
    with Workspace.open(rukban, date(2019, 3, 28)) as ws:
        households = ws.register("household")
        newest = {}
        for consent in ws.records("consent"):
            newest[consent.adult, consent.purpose, consent.destination] = consent
        first = date.fromisoformat(plan["first_day"])
        for trip in plan["returns"]:
            day = first + timedelta(days=trip["day"])
            for seat in trip["seats"]:
                household = households[seat["household"]]
                assert household.present
                assert household.adults
                for adult in household.adults:
                    travel = newest[adult, "travel", trip["destination"]]
                    assert travel.decision == "given"
                    assert travel.valid_from <= day <= travel.valid_until
                    data = next(c for (a, p, _), c in newest.items() if (a, p) == (adult, "data"))
                    assert data.decision == "given"


# --- every figure leads home -------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_reference_of_the_report_leads_to_its_entry_and_source(wt, made, case):
    page = next(p for p in reports(made, case) if "internal.en" in p.name).read_text(encoding="utf-8")
    cited = set(re.findall(r'href="#(ref-\d+)"', page))
    assert len(cited) > 10
    rows = dict(re.findall(r'<li id="(ref-\d+)"(.*?)</li>', page, flags=re.DOTALL))
    assert cited <= set(rows)
    for row in rows.values():
        entry = re.search(r"\b[0-9a-f]{12,32}\b", row)
        assert entry, row
        shown = wt("show", "-C", case, entry[0], "--json")
        assert shown.code == 0, shown.err
        assert shown.json["standing"]


def test_what_was_not_known_yet_is_said_to_be_so(wt, rukban):
    claims = wt("log", "-C", rukban, "--kind", "claim", "--json", "--limit", "500").json["entries"]
    later = next(c["record"] for c in claims if c["known_on"] > "2019-04-01")
    assert "Not known as of 2019-03-28" in wt("show", "-C", rukban, later).out


def test_show_says_entry_source_and_words(wt, rukban):
    claims = wt("log", "-C", rukban, "--kind", "claim", "--json", "--limit", "500").json["entries"]
    quoted = next(c["record"] for c in claims if c["body"].get("words") and c["known_on"] < "2019-03-28")
    said = wt("show", "-C", rukban, quoted).out
    assert "Entry " in said
    assert "Source " in said
    assert "“" in said


# --- every byte is guarded ---------------------------------------------------------------------------------


def test_an_untouched_workspace_verifies(wt, case):
    assert wt("verify", "-C", case).code == 0


@pytest.mark.parametrize("column", ["body", "meta"])
def test_a_changed_byte_is_found_and_named(wt, tirsa, column):
    with sqlite3.connect(tirsa) as db:
        rowid, value = db.execute(
            f"select rowid, {column} from entries order by rowid desc limit 1"  # noqa: S608
        ).fetchone()
        raw = bytearray(value.encode() if isinstance(value, str) else value)
        raw[len(raw) // 2] ^= 1
        changed = bytes(raw).decode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(raw)
        db.execute(f"update entries set {column} = ? where rowid = ?", (changed, rowid))  # noqa: S608
    found = wt("verify", "-C", tirsa)
    assert found.code == 6
    assert found.out.strip()


# --- plan files --------------------------------------------------------------------------------------------


def test_a_plan_file_checks_and_a_corrupted_one_is_named(wt, case, tmp_path):
    wt("plan", "-C", case, "--out", tmp_path / "p.json", "--situation-out", tmp_path / "s.json")
    assert wt("check", tmp_path / "s.json", tmp_path / "p.json").code == 0
    plan = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))
    (plan["returns"] or plan["convoys"])[0]["vehicles"] += 500
    (tmp_path / "p.json").write_text(json.dumps(plan), encoding="utf-8")
    found = wt("check", tmp_path / "s.json", tmp_path / "p.json", "--json")
    assert found.code == 6
    assert "fleet-size" in {b["rule"] for b in found.json["breaches"]}


def test_the_first_page_shows_the_invitation_that_stands_and_not_the_one_that_is_over(wt, rukban, tmp_path):
    from datetime import date

    from waythrough.actions.tell import gather
    from waythrough.actions.workspace import Workspace
    from waythrough.publish.desk import Desk
    from waythrough.publish.first import first_page
    from waythrough.publish.words import Words

    with Workspace.open(rukban) as ws:
        pages = {
            day: first_page(
                Desk(gather(ws.at(date.fromisoformat(day)), values=False).report, "internal", Words("en"))
            )
            for day in ("2019-03-28", "2019-04-03")
        }
    stands = [str(line) for line in pages["2019-03-28"].waiting if "invited" in str(line)]
    assert len(stands) == 1
    assert "2 Apr 2019" in stands[0]
    assert not any("for a meeting on \u20662 Apr" in str(line) for line in pages["2019-04-03"].waiting)
