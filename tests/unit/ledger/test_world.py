"""What the ledger's own entries make of a set of commits: what comes before what, and what cannot be read."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from faults.laptops import Laptop, meet, note
from waythrough.ledger import Ledger, grants
from waythrough.ledger.parcels import Tip
from waythrough.ledger.world import Chain
from waythrough.terms.problems import LedgerBroken

LOG, OTHER = b"l" * 20, b"o" * 20
A, B, C, D = (bytes([n]) * 32 for n in range(1, 5))


# --- what comes before what ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tip", "log", "sequence", "commit", "covered"),
    [
        (Tip(LOG, 2, C), LOG, 2, C, True),
        (Tip(LOG, 2, C), LOG, 0, A, True),
        (Tip(LOG, 1, B), LOG, 2, C, False),  # it came later
        (Tip(LOG, 2, C), OTHER, 0, A, False),  # another log
        (Tip(LOG, 2, D), LOG, 0, A, False),  # a tip in a place we know, and it is not there
        (Tip(LOG, 3, D), LOG, 0, A, True),  # beyond what is held: as far as anybody knows it follows that
        (Tip(LOG, 3, D), LOG, 2, C, True),
        (Tip(OTHER, 0, D), OTHER, 0, D, True),  # a log of which nothing is held
    ],
)
def test_a_tip_covers_itself_and_what_comes_before_it_in_its_log(
    tip: Tip, log: bytes, sequence: int, commit: bytes, covered: bool
) -> None:
    chain = Chain({LOG: 2}, {}, [Tip(LOG, 2, C), Tip(LOG, 1, B)])
    assert chain.covers(tip, log, sequence, commit) is covered


@pytest.mark.parametrize(
    ("tip", "sequence", "commit", "covered"),
    [
        (Tip(LOG, 1, B), 1, B, True),
        (Tip(LOG, 1, B), 0, A, True),
        (Tip(LOG, 1, B), 1, C, False),  # the other branch
        (Tip(LOG, 2, D), 1, C, True),
        (Tip(LOG, 2, D), 1, B, False),
        (Tip(LOG, 3, b"unheard of"), 0, A, False),  # nobody knows on which branch it stands
    ],
)
def test_in_a_log_that_was_forked_a_tip_covers_its_own_branch_alone(
    tip: Tip, sequence: int, commit: bytes, covered: bool
) -> None:
    chain = Chain({LOG: 2}, {LOG: {A: bytes(32), B: A, C: A, D: C}}, [tip])
    for _ in range(2):  # the second time from what it remembers
        assert chain.covers(tip, LOG, sequence, commit) is covered


# --- in a ledger ---------------------------------------------------------------------------------------------


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Laptop, Laptop]]:
    rng = random.Random(11)
    root = Laptop(tmp_path, "root", rng)
    gate = Laptop(tmp_path, "gate", rng, root)
    yield root, gate
    root.ledger.close()
    gate.ledger.close()


def test_a_revocation_that_saw_one_branch_of_a_fork_cuts_the_other(
    office: tuple[Laptop, Laptop],
) -> None:
    root, gate = office
    clone = gate.cloned("clone")
    gate.write([note("seen", "before")])
    root.take(gate.give(root))
    clone.write([note("unseen", "by a copied laptop")])
    found = root.device_now("gate")
    assert found
    root.act(grants.revoke(found, after=root.ledger.frontier()))
    root.take(clone.give(root))
    assert len(root.ledger.forks()) == 1
    assert [head.record for head in root.ledger.heads()] == ["seen"]
    assert root.ledger.aside() == {"revoked": 1}
    assert root.ledger.verify().findings == ()
    clone.ledger.close()


def altered(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        assert file.execute(statement, values).rowcount == 1


def test_a_header_altered_in_a_log_that_was_forked_is_named_and_not_believed(
    office: tuple[Laptop, Laptop],
) -> None:
    root, gate = office
    clone = gate.cloned("clone")
    gate.write([note("a", "1")])
    clone.write([note("b", "2")])
    meet((root, gate, clone))
    root.ledger.close()
    altered(root.path, "UPDATE commits SET header=x'00' WHERE number=(SELECT max(number) FROM commits)")
    with Ledger.open(root.path) as ledger:
        with pytest.raises(LedgerBroken, match="an entry of the ledger's own cannot be read"):
            ledger.world()
        assert not ledger.verify().sound
    clone.ledger.close()


def test_what_arrives_after_an_own_entry_was_altered_is_not_taken_in(office: tuple[Laptop, Laptop]) -> None:
    root, gate = office
    gate.write([note("a", "1")])
    root.ledger.close()
    altered(root.path, "UPDATE entries SET body=x'7b' WHERE number=2")
    root.ledger = Ledger.open(root.path, **root._own())
    before = root.ledger.frontier()
    with pytest.raises(LedgerBroken, match="cannot be read"):
        root.take(gate.give(root))
    assert root.ledger.frontier() == before
