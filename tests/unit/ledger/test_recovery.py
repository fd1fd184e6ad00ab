"""Twelve words on paper are a device: the one that lets others in when every laptop is lost."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from waythrough.ledger import Ledger, grants, recovery
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.last import InMind
from waythrough.terms.problems import InputRefused

NOW = datetime(2027, 3, 4, tzinfo=UTC)


@pytest.fixture
def code() -> str:
    return recovery.new_code()


def test_the_same_words_are_the_same_device_however_they_are_typed(code: str) -> None:
    said = "  ".join(code.upper().split())
    assert recovery.device_of(code).public == recovery.device_of(said).public
    assert recovery.device_of(code).public != recovery.device_of(recovery.new_code()).public


def test_one_paper_used_on_two_laptops_that_have_not_met_forks_nothing(code: str, tmp_path: Path) -> None:
    lost = DeviceKey.from_seed(bytes(32))
    lost = DeviceKey(
        lost.public, lost.box_key, lost._secrets, InMind(), recovery_key=recovery.device_of(code).public
    )
    common = {"clock": lambda: NOW, "entropy": random.Random(3).randbytes}
    with Ledger.create(tmp_path / "0.way", title="Valley camp", author="A", device=lost, **common) as begun:
        parcels = list(begun.parcels())
    laptops = [DeviceKey.from_seed(bytes([n]) * 32) for n in (1, 2)]
    copies = []
    for n, laptop in enumerate(laptops, start=1):
        paper = recovery.device_of(code)
        copy = Ledger.receive(tmp_path / f"{n}.way", parcels, device=paper, **common)
        for name in ("first", "second"):  # it is held in the hand for as long as it takes
            grant = grants.enrol(
                laptop.public, name=name, person=f"P{n}", roles={"*": ["keeper"]}, box_key=laptop.box_key
            )
            corrects = tuple(entry.id for entry in copy.history(grant.record))
            copy.act([replace(grant, corrects=corrects)], author=f"P{n}")
        assert len({tip.log for tip in copy.frontier()}) == 2, "one log for the whole use of the paper"
        copies.append(copy)
    first, second = copies
    first.apply(list(second.parcels(first.frontier())), author="P1")
    assert first.forks() == []
    enrolled = {one.fingerprint for one in first.world().members.enrolled()}
    assert enrolled >= {laptop.fingerprint for laptop in laptops}
    assert first.verify().sound
    for copy in copies:
        copy.close()


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda words: [*words[:3], "zzz", *words[4:]], "word 4 is not in the list"),
        (lambda words: words[:-1], "11 words"),
        (lambda words: [*words[:-2], words[-1], words[-1]], "words that do not belong together"),
    ],
)
def test_words_that_cannot_be_a_code_are_refused_with_what_is_wrong(
    spoil: Callable[[list[str]], list[str]], found: str
) -> None:
    words = ["abandon"] * 11 + ["about"]
    with pytest.raises(InputRefused, match=found):
        recovery.device_of(" ".join(spoil(words)))
