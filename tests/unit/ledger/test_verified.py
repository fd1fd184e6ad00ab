"""A quick check rests on an earlier verification: it looks at what came since, and says no more than that."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from faults.laptops import Laptop, note
from waythrough.ledger import Ledger, checkpoints, genesis, grants, lines
from waythrough.ledger.appending import Signer, write_commit
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.parcels import Tip
from waythrough.ledger.verified import Verified
from waythrough.terms.entries import Draft

AMINA = "Amina Example"


@pytest.fixture
def before(ledger: Ledger) -> Verified:
    """A state that was verified, with a request in it."""
    ledger.append([Draft("request", "request/1", {"n": 1}), Draft("note", "note/1", {})], author=AMINA)
    found, state = ledger.verify_since()
    assert found.sound and (found.commits, found.entries) == (state.commits, state.entries) == (2, 3)
    return state


@pytest.fixture
def since(ledger: Ledger, before: Verified) -> Verified:
    """The same state, and since then a correction, a new record and a conflict."""
    (first,) = ledger.history("request/1")
    for n in (2, 3):
        ledger.append([Draft("request", "request/1", {"n": n}, corrects=(first.id,))], author=AMINA)
    ledger.append([Draft("note", "note/2", {})], author=AMINA)
    return before


def altered(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        for statement in statements:
            file.execute(statement)


def places(ledger: Ledger, state: Verified) -> list[str]:
    return [finding.place.partition(" (")[0] for finding in ledger.verify_since(state)[0].findings]


def test_what_came_since_is_sound_and_the_new_state_is_the_one_a_full_verification_finds(
    ledger: Ledger, since: Verified
) -> None:
    found, state = ledger.verify_since(since)
    assert found == ledger.verify() and found.sound
    assert (found, state) == ledger.verify_since()
    assert ledger.verify_since(state) == (found, state)


def test_a_changed_body_is_seen_if_it_came_since_and_only_by_a_full_verification_if_it_is_older(
    ledger: Ledger, workspace: Path, since: Verified
) -> None:
    altered(workspace, "UPDATE entries SET body='{}' WHERE number=2")
    assert not places(ledger, since) and not ledger.verify().sound
    altered(workspace, "UPDATE entries SET body=CAST('{\"n\":9}' AS BLOB) WHERE number=5")
    assert places(ledger, since)


def test_the_newest_commits_gone_are_noticed_though_a_full_verification_cannot(
    ledger: Ledger, workspace: Path, since: Verified
) -> None:
    _, state = ledger.verify_since(since)
    altered(
        workspace,
        "DELETE FROM standing WHERE record='note/2'",
        "DELETE FROM entries WHERE commit_number=5",
        "DELETE FROM commits WHERE number=5",
    )
    assert ledger.verify().sound
    (finding,) = ledger.verify_since(state)[0].findings
    assert finding.place.startswith("commit 4 of log") and "is gone" in finding.what


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM standing WHERE record='note/2'",
        "UPDATE standing SET replaced_on=NULL WHERE record='request/1'",
        "INSERT INTO standing SELECT * FROM standing WHERE record='note/2'",
    ],
)
def test_a_list_that_lacks_or_twists_what_came_since_is_named(
    ledger: Ledger, workspace: Path, since: Verified, statement: str
) -> None:
    altered(workspace, statement)
    assert set(places(ledger, since)) == {"list standing"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE commits SET signature=zeroblob(64) WHERE number=4",
        "UPDATE commits SET number=9 WHERE number=5",
        "UPDATE entries SET commit_number=2, position=2 WHERE number=6",
        "DELETE FROM entries WHERE number=6",
    ],
)
def test_a_commit_that_came_since_is_verified_as_any_other(
    ledger: Ledger, workspace: Path, since: Verified, statement: str
) -> None:
    altered(workspace, "PRAGMA foreign_keys=OFF", statement)
    assert places(ledger, since)


def test_where_a_device_was_enrolled_since_everything_is_verified_again(
    ledger: Ledger, workspace: Path, since: Verified
) -> None:
    other = DeviceKey.from_seed(bytes(32))
    roles = {"*": frozenset({"registrar"})}
    enrolled = grants.enrol(
        other.public, box_key=other.box_key, name="laptop", person="Boris Example", roles=roles
    )
    ledger.act([enrolled], author=AMINA)
    assert ledger.verify_since(since)[0].sound
    altered(workspace, "UPDATE entries SET body='{}' WHERE number=2")
    assert places(ledger, since)


def test_tables_that_cannot_be_read_are_named(ledger: Ledger, workspace: Path, since: Verified) -> None:
    altered(workspace, "ALTER TABLE entries RENAME TO others")
    assert places(ledger, since) == ["the database file"]


def test_what_a_checkpoint_since_attests_and_is_not_here_is_named(ledger: Ledger, since: Verified) -> None:
    ledger.act([checkpoints.draft([Tip(b"z" * 20, 3, bytes(32))], f"{checkpoints.KIND}/1")], author=AMINA)
    found, _ = ledger.verify_since(since)
    assert [finding.place for finding in found.findings] == ["what other devices attest"]
    assert found.unaltered and found == ledger.verify()


def write(laptop: Ledger, device: DeviceKey, *drafts: Draft) -> None:
    """A commit that no rule was asked about, as another program could write it."""
    log = genesis.log_id(device.public)
    with laptop._store.writing() as writer:
        signer = Signer(
            device, bytes.fromhex(laptop.id), laptop._clock, laptop._entropy, log, writer.tip(log)
        )
        write_commit(writer, signer, [lines.write(draft, AMINA, "here") for draft in drafts])


def test_a_correction_since_of_what_is_not_its_own_record_is_named(
    ledger: Ledger, device: DeviceKey, since: Verified
) -> None:
    (first, *_), unheard = ledger.history("request/1"), "ab" * 16
    write(ledger, device, Draft("note", "note/3", {}, (first.id,)), Draft("note", "note/4", {}, (unheard,)))
    found, _ = ledger.verify_since(since)
    assert {finding.what for finding in found.findings} == {
        f"it corrects {first.id}, an entry of another record",
        f"it corrects {unheard}, which is not in the ledger",
    }
    assert {finding.what for finding in ledger.verify().findings} == {
        finding.what for finding in found.findings
    }


def test_a_correction_since_of_an_entry_that_waits_for_its_time_is_sound(tmp_path: Path) -> None:
    root = Laptop(tmp_path, "root", random.Random(tmp_path.name))
    gate = Laptop(tmp_path, "gate", random.Random(f"{tmp_path.name} gate"), root)
    _, state = root.ledger.verify_since()
    gate.clock.now += timedelta(days=40)
    (late,) = gate.write([note("convoy", "at six")])
    root.take(gate.give(root))
    write(root.ledger, root.device, Draft("note", "convoy", {}, (late.id,)))
    assert root.ledger.aside() == {"ahead": 1}
    found, _ = root.ledger.verify_since(state)
    assert found.sound and found == root.ledger.verify()
    root.ledger.close()
    gate.ledger.close()
