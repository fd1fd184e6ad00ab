"""A bundle cannot lie: whatever is changed in one, wherever, and whoever signs it again, nothing false is taken in.

A case is *believed* when the bundle is taken in and the receiver then holds a commit, an entry or a key that nobody
with the right to wrote. What a sender says about itself (when it sends, what it holds) is its own word and no forgery.
"""

from __future__ import annotations

import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import TORTURE
from faults.forging import forgeries, line_of, written
from faults.telling import TOLD, Receiver, Truth, log_of, telling, told
from waythrough.ledger import bundle, canonical, cursor, merge
from waythrough.ledger.grants import enrol
from waythrough.ledger.parcels import CarriedLine
from waythrough.ledger.payload import KeySection

pytestmark = pytest.mark.slow

EVERY = 1 if TORTURE else 37
"""Of the bytes of each bundle, every this many-th is changed."""


class Case(NamedTuple):
    """A name, and what a receiver is handed."""

    name: str
    data: bytes


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Truth]:
    with telling(tmp_path_factory.mktemp("truth")) as told_truth:
        yield told_truth


@pytest.fixture
def receiver(truth: Truth, tmp_path: Path) -> Iterator[Receiver]:
    made = Receiver(truth, tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("name", TOLD)
def test_the_true_bundle_is_taken_in_and_is_true(truth: Truth, receiver: Receiver, name: str) -> None:
    part, parcels = told(truth, name)
    assert receiver.takes(truth.seal(part, parcels, truth.amina))
    assert receiver.ledger.verify().sound
    receiver.begin_again()
    assert not receiver.believes(truth.seal(part, parcels, truth.amina))
    assert receiver.untouched()


# --- every byte ----------------------------------------------------------------------------------------------


def every_byte(truth: Truth, name: str) -> Iterator[Case]:
    """Every byte changed: of the sealed bundle, of what is signed in it, and of what is said in that."""
    rng = random.Random(name)
    part, parcels = told(truth, name)
    usual = 1_500 if name == "many entries" else 4 << 20
    sealed = truth.parts(part, parcels, truth.amina, usual)
    whole = b"".join(sealed)
    for at in range(rng.randrange(EVERY), len(whole), EVERY):
        yield Case("sealed", _flipped(whole, at, rng))
    for n, one in enumerate(sealed):
        before, after = b"".join(sealed[:n]), b"".join(sealed[n + 1 :])
        (inner,) = bundle.split(one, "")
        signed = bundle.unseal(inner, [truth.device.box()], "")
        plain = zlib.decompress(signed[len(bundle.INNER) + 2 + 32 + 64 :])
        box = [truth.device.box_key]
        for at in range(rng.randrange(EVERY), len(signed), EVERY):
            yield Case("signed", before + bundle.seal(_flipped(signed, at, rng), box) + after)
        for at in range(rng.randrange(EVERY), len(plain), EVERY):
            signer = (truth.amina, truth.boris)[at % 2]
            again = bundle.seal(bundle.sign(_flipped(plain, at, rng), signer), box)
            yield Case("said", before + again + after)


def _flipped(data: bytes, at: int, rng: random.Random) -> bytes:
    return data[:at] + bytes([data[at] ^ rng.randrange(1, 256)]) + data[at + 1 :]


@pytest.mark.parametrize("name", TOLD)
def test_no_changed_byte_makes_anything_false_believed(
    truth: Truth, receiver: Receiver, name: str, record_property: Callable[[str, object], None]
) -> None:
    tried: Counter[str] = Counter()
    believed: list[str] = []
    for case in every_byte(truth, name):
        tried[case.name] += 1
        if receiver.believes(case.data):
            believed.append(case.name)
    assert believed == []
    assert receiver.untouched()
    record_property("cases", sum(tried.values()))
    print(f"{name}: {dict(tried)} cases, 0 believed")
    assert min(tried.values()) > (200 if TORTURE else 5)


# --- forgeries that are well made ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TOLD)
def test_no_well_made_forgery_is_taken_in(truth: Truth, receiver: Receiver, name: str) -> None:
    tried: Counter[str] = Counter()
    part = told(truth, name)[0]
    taken: list[str] = []
    for n, (what, parcels) in enumerate(forgeries(truth, name)):
        # Half of them signed again by an enrolled device that may do none of this.
        for signer in (truth.amina, truth.boris) if TORTURE else ((truth.amina, truth.boris)[n % 2],):
            tried[what] += 1
            if receiver.believes(truth.seal(part, parcels, signer)):
                taken.append(what)
    assert taken == []
    assert receiver.untouched()
    print(f"{name}: {sum(tried.values())} forgeries of {len(tried)} kinds, 0 taken in")
    assert len(tried) >= 15


def test_an_order_without_the_right_hides_no_body(truth: Truth, receiver: Receiver) -> None:
    """Somebody who may not erase signs an order to, and withholds the body it names."""
    part, parcels = told(truth, "sealed")
    own = [one for one in parcels if log_of(one)[:16] == truth.boris.fingerprint]
    order = b'{"day":"2019-04-01","entries":[],"reason":"asked","subjects":["household/0"]}'
    line = CarriedLine(*line_of("ledger.erasure", "ledger.erasure/mine", order))
    ordered = written(truth, own[-1], line)
    hidden = [
        one._replace(
            lines=tuple(
                CarriedLine(each.meta, None, None, each.body_hash) if b'"household/0"' in each.meta else each
                for each in one.lines
            )
        )
        for one in parcels
    ]
    assert hidden != parcels
    assert not receiver.takes(truth.seal(part, [*hidden, ordered], truth.boris))
    assert receiver.untouched()
    assert receiver.takes(truth.seal(part, [*parcels, ordered], truth.boris))
    (entry,) = receiver.ledger.history("household/0")
    assert entry.state == "open"


def test_a_grant_without_the_right_enrols_nobody(truth: Truth, receiver: Receiver) -> None:
    part, parcels = told(truth, "two authors")
    own = [one for one in parcels if log_of(one)[:16] == truth.boris.fingerprint]
    draft = enrol(
        truth.stranger.public,
        name="mine",
        person="boris",
        roles={"*": ["keeper"]},
        box_key=truth.stranger.box_key,
    )
    line = CarriedLine(*line_of("ledger.device", draft.record, canonical.encode(draft.body, "")))
    granted = written(truth, own[-1], line)
    assert receiver.takes(truth.seal(part, [*parcels, granted], truth.boris))
    assert truth.stranger.fingerprint not in {
        one.fingerprint for one in receiver.ledger.world().members.enrolled()
    }


def test_keys_of_one_who_may_not_give_them_are_not_taken(truth: Truth, receiver: Receiver) -> None:
    part, parcels = told(truth, "sealed")
    section = part.keys[0]
    forged: list[KeySection] = [
        section._replace(origin=truth.boris.public),
        section._replace(sealed=section.sealed[::-1]),
        section._replace(digest=bytes(32)),
        section._replace(site="south"),
    ]
    for one in forged:
        for signer in (truth.amina, truth.boris):
            assert not receiver.takes(truth.seal(replace(part, keys=(one,)), parcels, signer))
    assert receiver.untouched()


def test_a_bundle_by_somebody_nobody_enrolled_is_refused(truth: Truth, receiver: Receiver) -> None:
    part, parcels = told(truth, "two authors")
    assert not receiver.takes(truth.seal(part, parcels, truth.stranger))
    assert receiver.untouched()


def test_a_version_nobody_knows_is_refused_as_such(truth: Truth, receiver: Receiver) -> None:
    part, parcels = told(truth, "one entry")
    sealed = truth.seal(part, parcels, truth.amina)
    for version in (0, 2, 65_535):
        assert not receiver.takes(sealed[:4] + cursor.small(version) + sealed[6:])
    assert receiver.untouched()


# --- the controls: a reader that leaves one check out must be seen to believe something --------------------------


class _Any(bytes):
    """Equal to everything: what a reader compares that does not look."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = bytes.__hash__


CONTROLS = {
    "signatures": ("signed", lambda *_: True),
    "trees": ("merkle_root", lambda *_: _Any()),
}


@pytest.mark.parametrize("check", CONTROLS)
def test_a_reader_that_leaves_a_check_out_believes_some(
    truth: Truth, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, check: str
) -> None:
    monkeypatch.setattr(merge, *CONTROLS[check])
    part = told(truth, "two authors")[0]
    believed = Counter(
        what
        for what, parcels in forgeries(truth, "two authors")
        if receiver.believes(truth.seal(part, parcels, truth.boris))
    )
    print(f"without {check}: {sum(believed.values())} believed")
    assert sum(believed.values()) > 5
