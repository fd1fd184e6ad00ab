"""A checkpoint shows what is missing, whoever cut it off, and says whose word we have for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import pytest

from waythrough.ledger import checkpoints
from waythrough.ledger.checkpoints import Checkpoint
from waythrough.ledger.parcels import Tip
from waythrough.terms.entries import Entry

AMINA, BORIS = b"a" * 16, b"b" * 16
NAMES = {AMINA.hex(): "Amina's laptop", BORIS.hex(): "Boris's laptop"}


def tip(device: bytes, sequence: int, branch: str = "") -> Tip:
    log = device + bytes(4)
    return Tip(log, sequence, sha256(log + bytes([sequence]) + branch.encode()).digest())


def entry(body: Mapping[str, Any], day: int = 28, kind: str = checkpoints.KIND, aside: str = "") -> Entry:
    at = datetime(2019, 3, day, 12, 0, tzinfo=UTC)
    return Entry(
        id=f"{day:032x}",
        kind=kind,
        record="r",
        body=body,
        corrects=(),
        known_on=date(2019, 3, day),
        valid_from=None,
        valid_to=None,
        source=None,
        author="boris",
        at=at,
        log=BORIS.hex() + "00000000",
        sequence=3,
        index=0,
        aside=aside,
    )


def attested(*tips: Tip, day: int = 28) -> Checkpoint:
    found = checkpoints.checkpoint(entry(checkpoints.draft(tips, "r").body, day))
    assert found
    return found


def missing(here: list[Tip], *said: Checkpoint) -> list[str]:
    known = {one for end in here for n in range(end.sequence + 1) for one in [tip(end.log[:16], n)]}
    found = checkpoints.missing(said, here, lambda one: one in known or one in here)
    return [one.sentence(lambda device: NAMES[device]) for one in found]


def test_the_root_is_that_of_rfc_9162_over_the_sorted_tips() -> None:
    tips = [tip(BORIS, 1), tip(AMINA, 2), tip(BORIS, 0)]
    leaves = [
        sha256(b"\x00" + one.log + one.sequence.to_bytes(8, "big") + one.commit).digest()
        for one in sorted(tips)
    ]
    left = sha256(b"\x01" + leaves[0] + leaves[1]).digest()
    assert checkpoints.root(tips) == sha256(b"\x01" + left + leaves[2]).digest()
    assert checkpoints.root(tips) == checkpoints.root(tips[::-1])


def test_a_checkpoint_is_read_back_as_it_was_said() -> None:
    tips = (tip(AMINA, 20), tip(BORIS, 4))
    found = attested(*tips)
    assert found.tips == tips
    assert found.device == BORIS.hex()
    assert len(found.words.split()) == 8


def test_all_that_is_attested_is_here() -> None:
    assert missing([tip(AMINA, 20), tip(BORIS, 4)], attested(tip(AMINA, 16), tip(BORIS, 4))) == []


def test_commits_cut_off_are_named_with_whose_word_we_have() -> None:
    assert missing([tip(AMINA, 16), tip(BORIS, 4)], attested(tip(AMINA, 20), tip(BORIS, 4))) == [
        "commits 17–20 of log Amina's laptop, which the checkpoint of Boris's laptop of 2019-03-28 attests, "
        "are missing here"
    ]


def test_one_commit_cut_off_is_one() -> None:
    assert missing([tip(AMINA, 16)], attested(tip(AMINA, 17))) == [
        "commit 17 of log Amina's laptop, which the checkpoint of Boris's laptop of 2019-03-28 attests, "
        "is missing here"
    ]


def test_a_whole_log_that_is_hidden_is_missed() -> None:
    assert missing([tip(BORIS, 4)], attested(tip(AMINA, 2)))[0].startswith("commits 0–2 of log Amina's")


def test_the_checkpoint_that_attests_furthest_is_named() -> None:
    said = missing([tip(AMINA, 16)], attested(tip(AMINA, 20), day=27), attested(tip(AMINA, 18), day=28))
    assert len(said) == 1
    assert "commits 17–20" in said[0]
    assert "2019-03-27" in said[0]


def test_another_commit_in_its_place_is_seen() -> None:
    assert missing([tip(AMINA, 16)], attested(tip(AMINA, 9, "another"))) == [
        "commit 9 of log Amina's laptop is here another than the one which the checkpoint of Boris's laptop of "
        "2019-03-28 attests"
    ]


def test_a_fork_whose_branches_are_both_here_lacks_nothing() -> None:
    here = [tip(AMINA, 5), tip(AMINA, 3, "another")]
    assert missing(here, attested(tip(AMINA, 3, "another")), attested(tip(AMINA, 5))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"root": "00" * 32},
        {"count": 1},
        {"tips": []},
        {"tips": None},
        {"tips": [{"log": "zz", "sequence": 0, "commit": ""}]},
        {"tips": [{"log": "00" * 20, "sequence": -1, "commit": "00" * 32}]},
        {"tips": [{"log": "00" * 20, "sequence": 2**80, "commit": "00" * 32}]},
        {"tips": [{"log": "00" * 20, "sequence": True, "commit": "00" * 32}]},
        {"tips": [7]},
    ],
)
def test_a_checkpoint_that_says_nothing_sensible_attests_nothing(change: dict[str, Any]) -> None:
    body = {**checkpoints.draft([tip(AMINA, 1), tip(BORIS, 1)], "r").body, **change}
    assert checkpoints.checkpoint(entry(body)) is None


def test_a_checkpoint_without_tips_attests_nothing() -> None:
    assert checkpoints.checkpoint(entry({})) is None


def test_only_checkpoints_that_count_attest() -> None:
    body = checkpoints.draft([tip(AMINA, 1)], "r").body
    assert checkpoints.checkpoint(entry(body, aside="revoked")) is None
    assert checkpoints.checkpoint(entry(body, kind="request")) is None
