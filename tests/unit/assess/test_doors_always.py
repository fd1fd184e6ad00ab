"""What holds of every board, whatever the records: no order of rows and no name of a party matters."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from unit.assess.records import (
    RIDGE,
    VALE,
    answer,
    day,
    door,
    execution,
    guarantee,
    known,
    performance,
    request,
    window,
)
from waythrough.assess.doors import board
from waythrough.terms.board import STATES

PARTIES = [known(VALE, "2030-01-01"), known(RIDGE, "2030-01-01")]


def busy_rows(rng: random.Random) -> dict[str, Any]:
    """Many records over a few days, so that ties and contradictions are the rule."""

    def on() -> str:
        return f"2030-01-{rng.randint(1, 9):02d}"

    asked = [request(f"r{n}", on(), *rng.sample(["gate", "pass"], rng.randint(1, 2))) for n in range(4)]
    voices = ["vale", "vale-roads", "ridge", "harbour", "us"]
    outcomes = ["granted", "denied", "revoked", "granted_in_principle", "partially_granted", "referred"]
    answers = [
        answer(f"r{rng.randrange(4)}", rng.choice(voices), rng.choice(outcomes), on(), id=f"a{n}")
        for n in range(rng.randint(0, 7))
    ]
    given = [
        guarantee(f"g{n}", rng.choice(voices), on(), window=window("2030-01-05", "2030-01-07"))
        for n in range(2)
    ]
    done = [execution(f"r{rng.randrange(4)}", "us", rng.choice(["facilitated", "postponed_by_us"]), on())]
    kept = [performance("g0", rng.choice(voices), rng.choice(["performed", "not_performed"]), on())]
    return {
        "parties": PARTIES,
        "doors": [door("gate"), door("pass", "ridge", agreed=2)],
        "requests": asked,
        "answers": answers,
        "guarantees": given,
        "performances": kept,
        "executions": done,
    }


@pytest.mark.parametrize("seed", range(60))
def test_any_order_of_rows_gives_the_same_board(seed: int) -> None:
    rng = random.Random(seed)
    records = busy_rows(rng)
    first = board(**records, as_of=day("2030-01-09"))
    for kind in records:
        records[kind] = rng.sample(records[kind], len(records[kind]))
    assert board(**records, as_of=day("2030-01-09")) == first
    assert all(state.state in STATES for state in first)
    for state in first:
        assert [a.on for a in state.accounts] == sorted(a.on for a in state.accounts)


@pytest.mark.parametrize("seed", range(60))
def test_renaming_the_parties_changes_nothing_but_the_names(seed: int) -> None:
    swap = {"vale": "ridge", "ridge": "vale"}
    records = busy_rows(random.Random(seed))
    records["parties"] = [
        known(replace(VALE, rest_days=()), "2030-01-01"),
        known(replace(RIDGE, rest_days=()), "2030-01-01"),
    ]
    before = board(**records, as_of=day("2030-01-09"))
    renamed = {
        kind: [replace(k, record=_swapped(k.record, swap)) for k in items] for kind, items in records.items()
    }
    after = board(**renamed, as_of=day("2030-01-09"))
    assert [(s.door, s.state, s.own_word) for s in after] == [(s.door, s.state, s.own_word) for s in before]


def _swapped(record: Any, swap: dict[str, str]) -> Any:
    if isinstance(record, type(VALE)):
        return replace(record, id=swap[record.id])
    field = "party" if hasattr(record, "party") else "speaker"
    return (
        replace(record, **{field: swap.get(getattr(record, field), getattr(record, field))})
        if hasattr(record, field)
        else record
    )
