"""Planning on files alone, and asking why not, on files and on a workspace."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def made_files(tmp_path_factory, made):
    """An invented situation with its plan, as the command line writes them."""
    from waythrough.cli.app import run

    folder = tmp_path_factory.mktemp("files")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAYTHROUGH_HOME", str(made / "home"))
        lines = [
            ["generate", "--households", "60", "--days", "14", "--seed", "3", "--out", f"{folder}/s.json"],
            ["--situation", f"{folder}/s.json", "--out", f"{folder}/p.json"],
        ]
        for line in lines:
            with pytest.raises(SystemExit) as left:
                run(["plan", *line, "-q"])
            assert left.value.code == 0
    return folder


def test_the_same_seed_gives_the_same_file(wt, made_files, tmp_path):
    again = wt(
        *("plan", "generate", "--households", "60", "--days", "14", "--seed", "3"),
        *("--out", tmp_path / "s.json", "--json"),
    )
    assert (again.code, again.json["households"]) == (0, 60)
    assert (tmp_path / "s.json").read_bytes() == (made_files / "s.json").read_bytes()


def test_a_plan_made_of_files_is_sound_and_its_doors_can_be_valued(wt, made_files):
    situation, plan = made_files / "s.json", made_files / "p.json"
    sound = wt("check", situation, plan)
    assert sound.code == 0, sound.out
    valued = wt("doors", "--situation", situation, "--plan", plan, "--no-pairs", "--json")
    assert valued.code == 0, valued.err
    assert valued.json["doors"]


def test_a_plan_spoken_from_files_says_how_good_it_is(wt, made_files):
    spoken = wt("plan", "--situation", made_files / "s.json")
    assert spoken.code == 0, spoken.err
    assert "best possible plan" in spoken.out or "no plan does better" in spoken.out
    assert "more lines: --all" in spoken.err or len(spoken.out.splitlines()) <= 80


def test_a_plan_of_another_situation_is_refused(wt, made_files, tmp_path):
    other = json.loads((made_files / "s.json").read_text())
    other["consent_margin_days"] = 2
    (tmp_path / "other.json").write_text(json.dumps(other))
    refused = wt("doors", "--situation", tmp_path / "other.json", "--plan", made_files / "p.json")
    assert refused.code == 4
    assert "waythrough plan --situation" in refused.err


@pytest.mark.parametrize("extra", [["--days", "9"], ["--keep"]])
def test_options_of_a_workspace_are_refused_beside_a_file(wt, made_files, extra):
    assert wt("plan", "--situation", made_files / "s.json", *extra).code == 4


def questions(folder):
    situation = json.loads((folder / "s.json").read_text())
    day = situation["first_day"]
    homes = situation["households"]["ids"]
    yield "household", [homes[0]]
    yield "destination", [situation["destinations"][0]["id"]]
    yield "route", [situation["routes"][0]["id"]]
    yield "day", [day]
    yield "target", ["most-vulnerable", "--until", "10"]
    yield "target", ["everyone", "--until", day]


def test_every_kind_of_question_is_answered_in_words_and_in_json(wt, made_files):
    files = ["--situation", made_files / "s.json", "--plan", made_files / "p.json"]
    for kind, about in questions(made_files):
        spoken = wt("plan", "why", *about, *files)
        assert spoken.code == 0, spoken.err
        assert spoken.out.strip(), about
        found = wt("plan", "why", *about, *files, "--json")
        assert (found.json["schema"], found.json["kind"]) == ("waythrough/why/1", kind)


def test_a_question_about_nothing_known_names_the_nearest(wt, made_files):
    asked = wt("plan", "why", "nobody", "--situation", made_files / "s.json", "--plan", made_files / "p.json")
    assert asked.code == 3
    outside = wt("plan", "why", "everyone", "--until", "99", "--situation", made_files / "s.json")
    assert outside.code == 4


@pytest.mark.slow
def test_the_model_case_answers_why_not_in_two_languages(wt, rukban):
    homes = wt("log", "-C", rukban, "--kind", "household", "--json", "--limit", "1").json["entries"]
    routes = wt("log", "-C", rukban, "--kind", "route", "--json", "--limit", "50").json["entries"]
    route = next(entry["record"] for entry in routes if entry["body"]["purpose"] == "return")
    for about in (homes[0]["record"], route):
        for language in ("en", "ar"):
            asked = wt("plan", "why", about, "-C", rukban, "--lang", language)
            assert asked.code == 0, asked.err
            assert asked.out.strip()


def test_departures_of_a_plan_file_are_listed_in_order_of_day(wt, made_files):
    files = ["--situation", made_files / "s.json", "--plan", made_files / "p.json"]
    found = wt("movements", *files, "--json")
    assert found.code == 0, found.err
    days = [one["day"] for one in found.json["departures"]]
    assert days
    assert days == sorted(days)
    assert wt("movements", *files).out.splitlines()[0].startswith("leaves")


def test_a_movement_is_listed_shown_and_not_started_past_its_gates(wt, tirsa):
    def entries(kind):
        found = wt("log", "-C", tirsa, "--kind", kind, "--json", "--limit", "90").json["entries"]
        return [(entry["record"], entry["body"]) for entry in found]

    route, body = next((name, body) for name, body in entries("route") if body["purpose"] == "return")
    window = "2026-01-05T00:00+00:00/2026-01-06T00:00+00:00"
    made = wt(
        *("record", "movement", "-C", tirsa, "--id", "movement-9", "--site", body["site"], "--route", route),
        *(
            "--kind",
            "medical_evacuation",
            "--window",
            window,
            "--state",
            "planned",
            "--need-by",
            "2026-01-07",
        ),
    )
    assert made.code == 0, made.err
    listed = wt("movements", "-C", tirsa, "--as-of", "2026-12-31", "--json").json["movements"]
    assert listed[0]["id"] == "movement-9"
    shown = wt("movements", "show", "movement-9", "-C", tirsa, "--as-of", "2026-12-31", "--json")
    assert shown.code == 0, shown.err
    assert {gate["passed"] for gate in shown.json["gates"]} >= {False}
    assert "gates_passed" in shown.json["next"]
    spoken = wt("movements", "show", "movement-9", "-C", tirsa, "--as-of", "2026-12-31").out
    assert "✗ One of us is named who answers for the trip on" in spoken
    today = ("--as-of", "2026-12-31")  # an example is worked in on a day of its own
    stopped = wt("movements", "move", "movement-9", "gates_passed", "-C", tirsa, *today)
    assert stopped.code == 7
    assert "waythrough movements show movement-9" in stopped.err
    called_off = wt(
        "movements", "move", "movement-9", "cancelled_security", "-C", tirsa, "--note", "shelling", *today
    )
    assert called_off.code == 0, called_off.err


def test_the_closure_checklist_shows_what_nobody_looked_at(wt, tirsa):
    site = wt("log", "-C", tirsa, "--kind", "site", "--json").json["entries"][0]["record"]
    person = wt("log", "-C", tirsa, "--kind", "person", "--json").json["entries"][0]["record"]
    before = wt("movements", "closure", "-C", tirsa, "--json").json["checks"]
    assert {check["state"] for check in before} == {"unknown"}
    done = wt(
        *("record", "closure-check", "-C", tirsa, "--site", site, "--item", "voluntary_choice"),
        *("--state", "met", "--on", "2020-01-01", "--by", person),
    )
    assert done.code == 0, done.err


def test_a_repaired_plan_says_who_was_told_otherwise_and_is_sound(wt, made_files, tmp_path):
    situation = json.loads((made_files / "s.json").read_text())
    for door in situation["doors"]:
        door["open_days"] = [day if n < 7 else 0 for n, day in enumerate(door["open_days"])]
    (tmp_path / "now.json").write_text(json.dumps(situation))
    files = ["--plan", made_files / "p.json", "--situation", tmp_path / "now.json"]
    told = ["--out", tmp_path / "new.json", "--situation-out", tmp_path / "told.json"]
    done = wt("plan", "repair", *files, *told, "--json")
    assert done.code == 0, done.err
    told_otherwise = {one["household"]: one for one in done.json["changes"]["changed"] if one["was"]}
    assert wt("check", tmp_path / "told.json", tmp_path / "new.json").code == 0
    at_once = wt("plan", "repair", *files, "--at-once", "--json").json
    assert at_once["as_of"] == done.json["as_of"] == situation["as_of"]
    cannot = {one["household"] for one in at_once["let_off"]}
    assert cannot
    assert set(told_otherwise) <= cannot
    assert {one["code"] for one in told_otherwise.values()} == {"door_shut"}
    assert {one["code"] for one in at_once["let_off"]} == {"door_shut"}
    assert wt("plan", "repair", *files, *told, "--at-once").code == 2
    spoken = wt("plan", "repair", *files)
    many = "household" if len(cannot) == 1 else "households"
    assert f"{len(cannot)} {many} may not travel as told." in spoken.out
    assert "keep their destination and day" in spoken.out
    journeys = done.json["plan"]["aims"][1]
    assert journeys["value"] < journeys["bound"]
    share = f"{100 * (journeys['bound'] / journeys['value'] - 1):.1f}"
    assert f"If nobody had been told anything, journeys could be worth {share}" in spoken.out
    for home, one in told_otherwise.items():
        (line,) = [line for line in spoken.out.splitlines() if home in line]
        assert f"was told {one['was']['destination']} on" in line
        assert line.endswith("a door on the way is not open.")
    in_all = wt("plan", "repair", *files, "--reshuffle", "--json").json["plan"]
    worth = [plan["aims"][1]["value"] for plan in (done.json["plan"], in_all)]
    assert worth[0] <= worth[1] * 1.002


def test_a_repair_refuses_a_plan_of_another_record_and_one_that_is_over(wt, made_files, tmp_path):
    situation = json.loads((made_files / "s.json").read_text())
    over = tmp_path / "later.json"
    over.write_text(json.dumps({**situation, "as_of": "2047-01-01", "first_day": "2047-01-02"}))
    late = wt("plan", "repair", "--plan", made_files / "p.json", "--situation", over, "--at-once")
    assert late.code == 4
    assert "a plan of" in late.err
    plan = json.loads((made_files / "p.json").read_text())
    for n, trip in enumerate([*plan["returns"], *plan["convoys"]]):
        trip["route"], trip["site"] = f"road-{n}", "elsewhere"
        for seat in trip.get("seats", ()):
            seat["household"] = "x" + seat["household"]
    (tmp_path / "other.json").write_text(json.dumps(plan))
    given = ("--plan", tmp_path / "other.json", "--situation", made_files / "s.json")
    other = wt("plan", "repair", *given, "--at-once")
    assert other.code == 4
    assert "a plan of other places and people: elsewhere" in other.err


PAGE = Path(__file__).resolve().parents[2] / "docs/how-to/from-a-plan-to-an-arrival.md"


def test_every_line_of_the_manual_page_about_files_works_as_it_is_typed(wt):
    blocks = re.findall(r"```sh files\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    lines = [line for block in blocks for line in block.splitlines() if line]
    assert len(lines) > 8
    for line in lines:
        done = wt(*shlex.split(line)[1:])
        assert done.code == 0, f"{line}\n{done.err}"
        assert done.out.strip(), line


def test_a_plan_file_is_played_as_it_stands_trip_by_trip(wt, made_files):
    given = ("plan", "futures", "--situation", made_files / "s.json", "--futures", "200")
    told = wt(*given, "--plan", made_files / "p.json")
    assert told.code == 0, told.err
    plan = json.loads((made_files / "p.json").read_text(encoding="utf-8"))
    assert f"If every trip travels as told, {plan['people_moved']:,} people leave" in told.out
    assert "Nobody plans again" in told.out
    found = wt(*given, "--plan", made_files / "p.json", "--json").json
    assert found["schema"] == "waythrough/plan-futures/1"
    assert found["same_situation"] is True
    assert found["people"] == plan["people_moved"]
    assert found["person_days_unmet"] == plan["unmet_person_days"]
    assert len(found["trips"]) == len(plan["convoys"]) + len(plan["returns"])
    both = wt(*given, "--plan", made_files / "p.json", "--planned")
    assert both.code == 2
    assert "give one of them" in both.err


def test_a_notebook_plays_what_may_come_of_a_workspace_and_of_its_plan(tirsa):
    import waythrough

    ws = waythrough.open(tirsa)
    try:
        may_come, told = ws.futures(14, number=200), ws.plan_futures(14, number=200)
        assert (may_come.days, may_come.number) == (told.days, told.number) == (14, 200)
        assert told.same_situation
        assert told.people == ws.plan(14).people_moved
    finally:
        ws.close()


def test_the_first_compiling_on_a_machine_is_told_while_work_is_done(capsys):
    import logging

    from waythrough.cli.settings import Settings

    def compiles():
        logging.getLogger("waythrough.compiling").info("compiling")

    with Settings().working("Playing"):
        compiles()
    told = capsys.readouterr().err
    assert told.startswith("Playing …\n")
    assert "Preparing the fast loops, once on this machine: about 10 s …" in told
    with Settings(quiet=True).working("Playing"):
        compiles()
    compiles()
    assert capsys.readouterr().err == ""


def test_a_plan_checked_against_another_situation_says_that_and_no_more(wt, made_files, tmp_path):
    other = tmp_path / "other.json"
    wt("plan", "generate", "--households", "20", "--days", "7", "--seed", "9", "--out", other)
    told = wt("check", other, made_files / "p.json")
    assert told.code == 6
    assert [line.split("\t")[0] for line in told.out.splitlines()] == ["rule", "situation-hash"]
    assert "name its own" in told.err
    assert len(wt("check", other, made_files / "p.json", "--json").json["breaches"]) > 1


def test_an_aim_without_a_day_is_told_to_name_one(wt, made_files):
    files = ["--situation", made_files / "s.json", "--plan", made_files / "p.json"]
    asked = wt("plan", "why", "everyone", *files)
    assert asked.code == 4
    assert "--until" in asked.err
    assert "no day" in asked.err
