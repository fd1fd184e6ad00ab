"""A journey of the model case from the plan to its arrival, as one would practise it."""

from __future__ import annotations

import pytest

DAY, NEXT = "2019-03-28", "2019-03-29"


@pytest.fixture
def act(wt, rukban):
    """One command in the case's workspace, by one of its people; it must succeed."""

    def call(by: str, *arguments: str, code: int = 0):
        done = wt(*arguments, "-C", rukban, "--by", by, "--json")
        assert done.code == code, done.err
        return done.json if code == 0 else done.err

    return call


def asked_again(act, home: str, destination: str) -> None:
    """Each adult of a household says yes again, alone."""
    (entry,) = act("p-registrar", "show", home)["standing"]
    for n, adult in enumerate(entry["body"]["adults"]):
        act(
            "p-registrar", "record", "consent", "--household", home, "--adult", adult, "--purpose", "travel",
            "--decision", "given", "--text-version", "text-2", "--given-on", DAY, "--valid-from", DAY,
            "--valid-until", "2019-04-30", "--destination", destination, "--movement-kind",
            "voluntary_return_movement", "--reconfirmed-on", DAY, "--id", f"consent-again-{n}",
        )  # fmt: skip


def test_a_journey_of_the_model_case_goes_from_its_plan_to_its_arrival(act, tmp_path) -> None:
    plan, situation = str(tmp_path / "p.json"), str(tmp_path / "s.json")
    act("p-movement", "plan", "--days", "4", "--out", plan, "--situation-out", situation)
    files = ["--plan", plan, "--situation", situation]
    taken = act("p-movement", "movements", "take-up", *files)["movements"]
    journey = taken[0]["id"]
    listed = act("p-movement", "movements")["movements"]
    assert [one["id"] for one in listed] == [one["id"] for one in taken]
    for once_more in (
        files,
        ["--days", "4"],
    ):  # what people were told changes the situation, never their seats
        again = act("p-movement", "movements", "take-up", *once_more)
        assert (again["movements"], again["not_in_plan"]) == (taken, [])

    shown = act("p-movement", "movements", "show", journey, "--lines")
    goes, *others = [line["household"] for line in shown["lines"] if line["state"] == "listed"]
    act("p-movement", "movements", "board", journey, "standby", *others)
    act(
        "p-access", "record", "answer", "--request", "rq-a03", "--speaker", "joint-hq", "--outcome", "granted",
        "--on", DAY, "--standing", "--heard", "Practice", "--heard-from", "joint-hq", "--heard-on", DAY,
    )  # fmt: skip
    refused = act("p-movement", "movements", "board", journey, "confirmed", goes, code=7)
    assert "was not asked again" in refused
    asked_again(act, goes, "d-homs-shelters")
    act("p-movement", "movements", "board", journey, "confirmed", goes)
    act("p-movement", "movements", "move", journey, "gates_passed", "--responsible", "Site team")
    assert "does not leave on 2019-03-28" in act(
        "p-movement", "movements", "move", journey, "departed", code=7
    )
    for step in (
        ["board", journey, "boarded", goes],
        ["move", journey, "departed"],
        ["board", journey, "arrived", goes],
        ["move", journey, "arrived"],
    ):
        act("p-movement", "movements", *step, "--as-of", NEXT)
    over = act("p-movement", "movements", "show", journey, "--as-of", NEXT)
    assert (over["state"], over["left_on"], over["gates"]) == ("arrived", NEXT, [])
    assert over["households"]["arrived"] == 1


def test_a_plan_of_invented_people_is_not_taken_up_into_a_real_ledger(wt, rukban, tmp_path) -> None:
    wt("plan", "generate", "--households", "60", "--days", "7", "--out", tmp_path / "s.json")
    wt("plan", "--situation", tmp_path / "s.json", "--out", tmp_path / "p.json")
    files = ["--situation", tmp_path / "s.json", "--plan", tmp_path / "p.json"]
    done = wt("movements", "take-up", *files, "-C", rukban, "--by", "p-movement")
    assert done.code == 4
    assert "this workspace's" in done.err
