"""What became of yeses: days they held, those taken back, and movements that were let pass or stopped."""

from __future__ import annotations

from typing import Any

from unit.assess.records import RIDGE, VALE, answer, day, door, execution, known, request, window
from waythrough.assess.outlook import outlooks
from waythrough.terms.estimates import Kept

PARTIES = [known(VALE, "2030-01-01"), known(RIDGE, "2030-01-01")]
DOORS = [door("gate", "vale"), door("bridge", "vale"), door("pass", "ridge")]
MARCH = window("2030-03-01", "2030-03-20")


def kept(
    requests: list[Any], answers: list[Any], executions: Any = (), as_of: str = "2030-06-01"
) -> Kept | None:
    rows = outlooks(DOORS, PARTIES, requests, answers, list(executions), day(as_of))
    return next(row.kept for row in rows if row.door == "gate")


def test_a_yes_counts_the_days_it_held_and_none_to_come() -> None:
    asked, yes = [request("a", "2030-02-01")], [answer("a", "vale", "granted", "2030-02-10", window=MARCH)]
    assert kept(asked, yes) == Kept(20, 0, 0, 0)
    assert kept(asked, yes, as_of="2030-03-05") == Kept(5, 0, 0, 0)
    assert kept(asked, yes, as_of="2030-02-15") is None


def test_a_yes_taken_back_held_until_the_day_before_and_ended_early() -> None:
    asked = [request("a", "2030-02-01")]
    yes = answer("a", "vale", "granted", "2030-02-10", window=MARCH)
    back = answer("a", "vale", "revoked", "2030-03-11")
    assert kept(asked, [yes, back]) == Kept(10, 1, 0, 0)
    too_late = answer("a", "vale", "revoked", "2030-03-25")
    assert kept(asked, [yes, too_late]) == Kept(20, 0, 0, 0)
    # Another's word that it was taken back is no word of the party's.
    said = answer("a", "ridge", "revoked", "2030-03-11")
    assert kept(asked, [yes, said]) == Kept(20, 0, 0, 0)
    # Nor is a no to something else.
    other, no = request("b", "2030-03-02"), answer("b", "vale", "denied", "2030-03-11")
    assert kept([*asked, other], [yes, no]) == Kept(20, 0, 0, 0)


def test_days_on_which_two_yeses_hold_count_once_for_a_door_and_once_for_each_door() -> None:
    two = [request("a", "2030-02-01"), request("b", "2030-02-02")]
    yes = [answer(name, "vale", "granted", "2030-02-10", window=MARCH) for name in "ab"]
    assert kept(two, yes) == Kept(20, 0, 0, 0)
    both = [request("a", "2030-02-01", "gate", "bridge")]
    assert kept(both, yes[:1]) == Kept(40, 0, 0, 0)


def test_movements_count_where_no_other_partys_door_was_in_them_and_accounts_agree() -> None:
    names = "abcdef"
    asked = [request(name, "2030-02-01") for name in names]
    asked[4] = request("e", "2030-02-01", "gate", "pass")
    yes = [answer(name, "vale", "granted", "2030-02-10", window=MARCH) for name in names]
    yes.append(answer("e", "ridge", "granted", "2030-02-10", window=MARCH))
    went = [
        execution("a", "us", "facilitated", "2030-03-02"),
        execution("b", "us", "impeded_accomplished", "2030-03-03"),
        execution("c", "us", "impeded_not_accomplished", "2030-03-04"),
        execution("d", "us", "cancelled_logistics", "2030-03-05"),
        execution("e", "us", "impeded_not_accomplished", "2030-03-06"),
        execution("f", "us", "facilitated", "2030-03-07"),
        execution("f", "ridge", "impeded_not_accomplished", "2030-03-07"),
    ]
    found = kept(asked, yes, went)
    assert found is not None
    assert (found.tried, found.stopped) == (3, 1)


def test_of_a_party_that_never_said_yes_nothing_is_known() -> None:
    assert kept([request("a", "2030-02-01")], [answer("a", "vale", "denied", "2030-02-10")]) is None
