"""The checker names the rule a plan breaks, whatever made the plan."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from unit.plan.corruptions import CORRUPTIONS
from unit.plan.invented import situation
from waythrough.plan.check import check, main
from waythrough.plan.check.facts import Facts
from waythrough.plan.files import load_plan, save
from waythrough.plan.program import make
from waythrough.terms.planned import Plan
from waythrough.terms.situation import Situation

INVENTED_PLAN = Path(__file__).parent / "invented_plan.json"


@pytest.fixture(scope="module")
def sound() -> tuple[Situation, Plan]:
    """The invented situation, and a plan for it kept as a file: planners get better, corruptions stay as written."""
    return situation(), load_plan(INVENTED_PLAN)


def test_the_plan_of_today_is_sound_too() -> None:
    assert check(situation(), make(situation())) == []


def test_a_sound_plan_breaks_no_rule(sound: tuple[Situation, Plan]) -> None:
    assert check(*sound) == []


def test_the_sound_plan_is_the_one_the_corruptions_were_written_for(sound: tuple[Situation, Plan]) -> None:
    _, plan = sound
    assert [(t.route, t.day, t.vehicles) for t in plan.convoys] == [
        ("east in", 0, 5),
        ("west in", 2, 3),
        ("west in", 5, 5),
        ("east in", 8, 3),
    ]
    assert [(t.route, t.day, [s.household for s in t.seats]) for t in plan.returns] == [
        ("to lake", 0, ["ash", "birch"]),
        ("to port", 2, ["cedar", "elm", "fir"]),
    ]
    assert [aim.value for aim in plan.aims][:2] == [50, 6_140]


def test_there_are_enough_corruptions_over_enough_rules() -> None:
    assert len(CORRUPTIONS) >= 50
    assert len({rule for rule, _ in CORRUPTIONS.values()}) >= 30


@pytest.mark.parametrize("seed", range(20))
def test_vehicles_away_are_told_day_by_day_as_counting_each_day_tells(
    seed: int, sound: tuple[Situation, Plan]
) -> None:
    given, plan = sound
    luck = random.Random(seed)
    trips = tuple(replace(luck.choice(plan.returns), day=luck.randrange(12), seats=()) for _ in range(12))
    facts = Facts(given, replace(plan, returns=trips))
    busy = Counter(
        (trip.fleet, trip.day + n)
        for _, trip in facts.known
        for n in range(facts.kept(facts.routes[trip.route], facts.fleets[trip.fleet]))
        for _ in range(trip.vehicles)
    )
    too_many = [(f"fleet {name}", n, day) for (name, day), n in busy.items() if n > facts.fleets[name].count]
    found = [(b.place, b.found) for b in check(given, facts.plan) if b.rule == "fleet-size"]
    assert too_many
    assert len(found) == len(too_many)
    for place, n, day in too_many:
        assert any(place == p and f.startswith(f"{n} vehicles away on day {day}, ") for p, f in found)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corrupted_plan_is_caught_by_the_rule_it_breaks(name: str, sound: tuple[Situation, Plan]) -> None:
    rule, change = CORRUPTIONS[name]
    assert rule in {breach.rule for breach in check(*change(*sound))}


def test_what_is_said_of_a_missing_consent_does_not_tell_which_adult(sound: tuple[Situation, Plan]) -> None:
    _, change = CORRUPTIONS["an adult withdrew"]
    said = [b.place + b.found for b in check(*change(*sound)) if b.rule.startswith("consent")]
    assert said
    assert not any("ash-1" in words or "ash-0" in words for words in said)


# --- as a program -----------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path, sound: tuple[Situation, Plan]) -> list[str]:
    given, plan = sound
    return [str(save(given, tmp_path / "situation.json")), str(save(plan, tmp_path / "plan.json"))]


def test_the_program_ends_with_0_when_every_rule_holds(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(files) == 0
    assert capsys.readouterr().out == "Every rule holds.\n"


def test_the_program_ends_with_6_and_names_the_rule_when_one_is_broken(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(files[1])
    body = json.loads(path.read_text())
    body["people_moved"] += 1
    path.write_text(json.dumps(body))
    assert main(files) == 6
    assert "people-moved-total" in capsys.readouterr().out
    assert main([*files, "--json"]) == 6
    said = json.loads(capsys.readouterr().out)
    assert said["schema"] == "waythrough/breaches/1"
    assert [breach["rule"] for breach in said["breaches"]] == ["people-moved-total"]


def test_the_program_ends_with_4_when_a_file_is_something_else(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([files[1], files[0]]) == 4
    assert main([files[0], files[0] + ".missing"]) == 4
    Path(files[1]).write_text("{")
    assert main(files) == 4
    assert "plan.json" in capsys.readouterr().err


def test_the_program_ends_with_2_and_shows_its_usage_when_called_wrongly(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(files[:1]) == 2
    assert main([*files, "--quick"]) == 2
    assert capsys.readouterr().err.startswith("Usage: waythrough-check")
    assert main(["--help"]) == 0


def test_the_checker_runs_on_the_standard_library_alone(files: list[str]) -> None:
    code = (
        "import sys; from waythrough.plan.check import main; code = main(sys.argv[1:]);"
        "print(*sorted(m for m in sys.modules if m.startswith(('numpy', 'highspy', 'waythrough.plan.'))));"
        "sys.exit(code)"
    )
    source = Path(__file__).resolve().parents[3] / "src"
    done = subprocess.run(
        [sys.executable, "-c", code, *files], capture_output=True, text=True, env={"PYTHONPATH": str(source)}
    )
    assert done.returncode == 0, done.stderr
    said, *modules = done.stdout.split("\n")[:-1]
    assert said == "Every rule holds."
    beside = {name for name in " ".join(modules).split() if not name.startswith("waythrough.plan.check")}
    assert beside == {"waythrough.plan.files", "waythrough.plan.sensible"}
    assert "waythrough.plan.check.fast" not in " ".join(modules)
