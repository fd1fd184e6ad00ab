"""A passphrase opens the device's keys, slowly, and says nothing when it does not; so does the recovery code."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest

from waythrough.ledger import passphrase, recovery
from waythrough.ledger.last import Last
from waythrough.ledger.passphrase import Cost
from waythrough.terms.problems import InputRefused, PassphraseWrong

KEK, DEVICE = bytes(range(32)), b"D" * 32
SAID = "four words nobody links"
QUICK = Cost(memory_kib=64, iterations=1)
"""For tests alone: a real cost is measured on the machine."""


def test_the_same_passphrase_opens_what_it_closed() -> None:
    lock = passphrase.wrap(KEK, SAID, DEVICE, QUICK)
    assert passphrase.unwrap(lock, SAID, DEVICE) == KEK
    assert passphrase.unwrap(lock, f"  {SAID}\n", DEVICE) == KEK
    assert KEK.hex() not in str(lock)


def test_letters_composed_in_another_way_are_the_same_passphrase() -> None:
    lock = passphrase.wrap(KEK, "caf\N{LATIN SMALL LETTER E WITH ACUTE} au lait noir", DEVICE, QUICK)
    assert passphrase.unwrap(lock, "cafe\N{COMBINING ACUTE ACCENT} au lait noir", DEVICE) == KEK


def altered(lock: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(lock), **changes}


def test_whatever_is_wrong_the_message_is_the_same() -> None:
    lock = passphrase.wrap(KEK, SAID, DEVICE, QUICK)
    paper = recovery.wrap(KEK, recovery.new_code(), DEVICE)
    attempts = [
        lambda: passphrase.unwrap(lock, "four words nobody linked", DEVICE),
        lambda: passphrase.unwrap(lock, "", DEVICE),
        lambda: passphrase.unwrap(lock, SAID, b"E" * 32),
        lambda: passphrase.unwrap(altered(lock, box="00" * 60), SAID, DEVICE),
        lambda: passphrase.unwrap(altered(lock, box="short"), SAID, DEVICE),
        lambda: passphrase.unwrap(altered(lock, iterations=2), SAID, DEVICE),
        lambda: passphrase.unwrap({}, SAID, DEVICE),
        lambda: recovery.unwrap(paper, recovery.new_code(), DEVICE),
        lambda: recovery.unwrap({}, recovery.new_code(), DEVICE),
    ]
    messages = set()
    for attempt in attempts:
        with pytest.raises(PassphraseWrong) as refusal:
            attempt()
        messages.add((refusal.value.code, refusal.value.sentence(), refusal.value.remedy()))
    assert len(messages) == 1


def test_a_short_passphrase_is_refused_with_a_better_idea() -> None:
    with pytest.raises(InputRefused) as refusal:
        passphrase.check_strong("eleven char ")
    assert "words" in refusal.value.remedy()
    passphrase.check_strong("twelve chars")


@pytest.mark.parametrize(
    ("per_mib_pass", "expected"),
    [(0.1, Cost()), (0.002, Cost(256 * 1024, 3)), (0.0004, Cost(256 * 1024, 10))],
    ids=["slow", "usual", "fast"],
)
def test_the_cost_grows_with_the_machine(per_mib_pass: float, expected: Cost) -> None:
    cost = passphrase.calibrated(lambda cost: per_mib_pass * cost.memory_kib / 1024 * cost.iterations)
    assert cost == expected


def test_a_try_costs_half_a_second_or_more_where_the_passphrase_was_set() -> None:
    lock = passphrase.wrap(KEK, SAID, DEVICE, passphrase.calibrated())
    for said, opens in ((SAID, True), ("another passphrase", False)):
        start = time.perf_counter()
        try:
            assert opens == (passphrase.unwrap(lock, said, DEVICE) == KEK)
        except PassphraseWrong:
            assert not opens
        assert time.perf_counter() - start >= 0.5
    assert lock["memory_kib"] >= 64 * 1024
    assert lock["iterations"] >= 3


def test_the_words_on_paper_open_what_they_closed_however_they_are_typed() -> None:
    code = recovery.new_code()
    lock = recovery.wrap(KEK, code, DEVICE)
    assert len(code.split()) == 12
    assert code != recovery.new_code()
    assert recovery.unwrap(lock, f"  {code.upper().replace(' ', '   ')}\n", DEVICE) == KEK


def test_a_slip_of_the_pen_is_named() -> None:
    code = "abandon " * 11 + "about"  # BIP-39, test vectors: the words of 128 zero bits
    assert recovery.device_of(code).public == recovery.device_of(code.upper()).public
    for said, found in [
        (code.replace("about", "abuot"), "word 12"),
        (code.replace("abandon ", "", 1), "11 words"),
        (code.replace("about", "abandon"), "belong together"),
        ("", "0 words"),
    ]:
        with pytest.raises(InputRefused, match=found):
            recovery.device_of(said)
    with pytest.raises(InputRefused) as refusal:
        recovery.device_of("abandno " + "abandon " * 10 + "about")
    assert "abandon" in refusal.value.remedy()


def test_the_key_that_signs_and_the_key_that_closes_are_not_the_same() -> None:
    code = recovery.new_code()
    device = recovery.device_of(code)
    lock = recovery.wrap(KEK, code, DEVICE)
    assert device.public.hex() not in str(lock)
    assert recovery.device_of(code).sign(b"words") == device.sign(b"words")
    assert recovery.device_of(recovery.new_code()).public != device.public


def test_each_use_of_the_paper_begins_a_log_of_its_own() -> None:
    code, ledger = recovery.new_code(), bytes(16)
    device = recovery.device_of(code)
    assert device.last(ledger)
    assert device.is_moved(ledger)
    written = Last(bytes(20), 3, bytes(32))
    device.remember(ledger, written)
    assert device.last(ledger) == written
    assert not device.is_moved(ledger)
    assert recovery.device_of(code).is_moved(ledger)
