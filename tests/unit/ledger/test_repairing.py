"""What is whole of a damaged ledger is kept, what is not is named, and both are still there afterwards."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from waythrough.actions import repairing
from waythrough.actions.repairing import Archived, Mended
from waythrough.ledger import Ledger, grants, orders
from waythrough.ledger.assembling import Assembly
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.places import File
from waythrough.ledger.repairing import repair
from waythrough.ledger.sql import SqlReader
from waythrough.terms.entries import ERASED, Draft, Finding, Verification
from waythrough.terms.problems import InputRefused, LedgerBroken, NotRepairable

AMINA, BORIS = "Amina Example", "Boris Example"


class Desk:
    """The keeper's workspace, and another laptop's copy of it."""

    def __init__(self, folder: Path) -> None:
        self.path, self.other = folder / "valley.way", folder / "other.way"
        self.keeper, self.second = (DeviceKey.from_seed(bytes([n]) * 32) for n in (1, 2))
        with Ledger.create(self.path, title="Valley camp", author=AMINA, device=self.keeper) as ledger:
            roles = {"*": frozenset({"registrar", "data_protection_officer"})}
            second = grants.enrol(
                self.second.public, box_key=self.second.box_key, name="b", person=BORIS, roles=roles
            )
            ledger.act([second], author=AMINA)
            self.asked, self.told = (self.note(ledger, f"request/{n}", "asked") for n in range(2))
            Ledger.receive(self.other, ledger.parcels(), device=self.second).close()

    def note(self, ledger: Ledger, record: str, text: str, *corrects: str) -> str:
        return ledger.append([Draft("note", record, {"text": text}, corrects)], author=AMINA)[0].id

    def ours(self) -> Ledger:
        return Ledger.open(self.path, device=self.keeper)

    def theirs(self) -> Ledger:
        return Ledger.open(self.other, device=self.second)

    def sync(self) -> None:
        with self.ours() as one, self.theirs() as two:
            two.apply(list(one.parcels(two.frontier())), author=BORIS)
            one.apply(list(two.parcels(one.frontier())), author=AMINA)

    def damage(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.path)) as db, db:
            db.execute(statement, values)
        with self.ours() as ledger:
            assert not ledger.verify().sound

    def mend(self) -> tuple[Mended, Archived]:
        mended = repairing.mend(File(self.path))
        return mended, repairing.take_its_place(mended)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Four commits of the keeper, three of the second laptop; one of those corrects one of the keeper's."""
    made = Desk(tmp_path)
    with made.theirs() as ledger:
        made.note(ledger, "note/theirs", "first")
        made.note(ledger, "request/1", "answered", made.told)
        made.note(ledger, "note/theirs/2", "last")
    made.sync()
    return made


def test_what_comes_before_the_damage_in_each_log_is_kept(desk: Desk) -> None:
    """The keeper's last commit is damaged; so is what rests on it in the other log, and all after that."""
    desk.damage("UPDATE entries SET body = ? WHERE id = ?", b'{"text":"denied"}', bytes.fromhex(desk.told))
    mended, _ = desk.mend()
    why = {(one.log[:4], one.sequence): one.why for one in mended.repaired.left_out}
    ours, theirs = desk.keeper.fingerprint.hex()[:4], desk.second.fingerprint.hex()[:4]
    assert set(why) == {(ours, 3), (theirs, 1), (theirs, 2)}
    assert "not the ones it was signed over" in why[ours, 3]
    assert why[theirs, 1] == "it corrects an entry that is left out"
    assert why[theirs, 2] == "the commit before it in its log is left out"
    with desk.ours() as ledger:
        assert ledger.verify().sound
        assert [head.record for head in ledger.heads()] == ["request/0", "note/theirs"]


def test_what_was_left_out_comes_back_from_whoever_has_it_and_nothing_forks(desk: Desk) -> None:
    with desk.theirs() as ledger:
        whole = ledger.frontier()
    desk.damage("UPDATE entries SET body = ? WHERE id = ?", b"{}", bytes.fromhex(desk.told))
    desk.mend()
    with desk.ours() as ledger:
        desk.note(ledger, "note/since", "written before the next sync")
        assert ledger.log(limit=2)[1].kind == "ledger.epoch"
    desk.sync()
    with desk.ours() as one, desk.theirs() as two:
        assert set(whole) < set(one.frontier()) == set(two.frontier())
        assert one.forks() == []
        assert one.verify().sound and two.verify().sound


def test_the_damaged_workspace_is_put_beside_with_a_report(desk: Desk) -> None:
    desk.damage("DELETE FROM entries WHERE id = ?", bytes.fromhex(desk.told))
    before = repairing.findings(File(desk.path))
    mended, archived = desk.mend()
    assert repairing.findings(File(archived.workspace)) == before == mended.found
    said = json.loads(archived.report.read_text("utf-8"))
    assert said["schema"] == "waythrough/repair/1"
    assert len(said["left_out"]) == 3
    assert archived.workspace.name.startswith("valley.way.damaged-")
    assert not list(desk.path.parent.glob(".*"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE commits SET id = zeroblob(32) WHERE number = 3",
        "UPDATE commits SET log = zeroblob(20) WHERE number = 3",
        "UPDATE commits SET aside = 'revoked' WHERE number = 4",
        "UPDATE commits SET own = 0 WHERE number = 2",
        "UPDATE commits SET number = 90 WHERE number = 7",
        "UPDATE entries SET body_hash = zeroblob(32) WHERE number = 3",
        "UPDATE entries SET subject = 'somebody' WHERE number = 3",
        "UPDATE entries SET number = 90 WHERE number = 7",
        "CREATE TRIGGER t AFTER INSERT ON commits BEGIN SELECT 1; END",
    ],
)
def test_what_is_only_made_from_the_signed_bytes_is_made_again(desk: Desk, statement: str) -> None:
    with desk.ours() as ledger:
        whole = ledger.frontier()
    if "commits SET number" in statement:
        desk.damage("UPDATE entries SET commit_number = 90 WHERE commit_number = 7")
    desk.damage(statement)
    mended, _ = desk.mend()
    assert mended.repaired.left_out == ()
    with desk.ours() as ledger:
        assert ledger.frontier() == whole
        assert ledger.verify().sound


@pytest.mark.parametrize("column", ["header", "signature"])
def test_an_altered_commit_and_all_after_it_in_its_log_are_left_out(desk: Desk, column: str) -> None:
    desk.damage(f"UPDATE commits SET {column} = zeroblob(length({column})) WHERE number = 5")  # noqa: S608
    mended, _ = desk.mend()
    assert [one.first for one in mended.repaired.left_out] == [5, 6, 7]


def test_commits_of_a_device_whose_enrolment_is_lost_are_left_out(desk: Desk) -> None:
    desk.damage("UPDATE entries SET body = x'7b7d' WHERE number = 2")
    mended, _ = desk.mend()
    assert {one.why for one in mended.repaired.left_out} >= {
        "nobody that is left named the key it was signed with"
    }
    with desk.ours() as ledger:
        assert ledger.verify().commits == 1
    desk.sync()
    with desk.ours() as ledger:
        assert ledger.verify().commits >= 7


def test_an_erased_body_is_left_out_only_with_the_order_that_explains_it(desk: Desk) -> None:
    with desk.theirs() as ledger:
        day = datetime.now(UTC).date()
        ledger.act([orders.erase("one", entries=[desk.asked], reason="asked", day=day)], author=BORIS)
        ledger.carry_out(author=BORIS)
        assert ledger.find(desk.asked).state == ERASED
    desk.sync()
    with desk.ours() as ledger:
        ledger.carry_out(author=AMINA)
        assert ledger.find(desk.asked).state == ERASED
        assert ledger.verify().sound
    desk.damage("UPDATE commits SET aside = 'revoked' WHERE number = 5")
    mended, _ = desk.mend()
    assert mended.repaired.left_out == ()
    desk.damage("DELETE FROM commits WHERE number = (SELECT commit_number FROM entries WHERE instr(meta, ?))",
                b"ledger.erasure/")  # fmt: skip
    mended, _ = desk.mend()
    assert "a body is missing" in " ".join(one.why for one in mended.repaired.left_out)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET body = x'7b7d' WHERE number = 1",
        "UPDATE commits SET header = zeroblob(164) WHERE number = 1",
        "UPDATE commits SET signature = zeroblob(64) WHERE number = 1",
        "DELETE FROM commits WHERE number = 1",
        "DELETE FROM commits",
    ],
)
def test_a_ledger_whose_first_commit_is_damaged_is_not_repaired(desk: Desk, statement: str) -> None:
    with closing(sqlite3.connect(desk.path)) as db, db:
        db.execute(statement)
    before = set(desk.path.parent.iterdir())
    with pytest.raises(NotRepairable, match="cannot be repaired"):
        repairing.mend(File(desk.path))
    assert set(desk.path.parent.iterdir()) == before


def test_a_ledger_of_which_no_row_can_be_read_is_not_repaired(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(self: SqlReader, first: int, last: int) -> None:
        raise LedgerBroken(what=f"the rows of commits {first} to {last} cannot be read")

    monkeypatch.setattr(SqlReader, "raw_part", unreadable)
    new = File(desk.path.with_name("new.way"))
    with (
        desk.ours() as ledger,
        ledger._store.reading() as reader,
        pytest.raises(NotRepairable, match="no commit of it is whole"),
    ):
        repair(reader, bytes.fromhex(ledger.id), new.create, 2**60)
    assert not new.path.exists()


def test_a_commit_put_in_a_second_time_is_left_out(desk: Desk) -> None:
    columns = "header, signature, log, sequence, physical_ms, counter, act, own, aside"
    desk.damage(f"INSERT INTO commits SELECT 90, zeroblob(32), {columns} FROM commits WHERE number = 4")  # noqa: S608
    values = "position, id, meta, salt, body, body_hash, subject, keep_until"
    desk.damage(f"INSERT INTO entries SELECT 90, 90, {values} FROM entries WHERE commit_number = 4")  # noqa: S608
    mended, _ = desk.mend()
    assert [(one.first, one.why) for one in mended.repaired.left_out] == [(90, "it is there twice")]


def test_what_does_not_verify_after_all_takes_nobodys_place(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Verification(1, 1, (Finding("commit 1", "is strange", "look"),))
    monkeypatch.setattr(Assembly, "finish", lambda self: found)
    with pytest.raises(NotRepairable, match="commit 1: is strange"):
        repairing.mend(File(desk.path))
    assert not list(desk.path.parent.glob(".*"))


def test_it_is_not_repaired_under_somebodys_hands(desk: Desk) -> None:
    desk.damage("DELETE FROM entries WHERE id = ?", bytes.fromhex(desk.told))
    mended = repairing.mend(File(desk.path))
    with desk.ours() as ledger:
        assert ledger.heads()
        with pytest.raises(InputRefused, match="another program has it open"):
            repairing.take_its_place(mended)
    assert not list(desk.path.parent.glob("*damaged*"))
    assert not list(desk.path.parent.glob(".*"))


def test_pages_of_noise_cost_no_more_than_what_lay_in_them(tmp_path: Path) -> None:
    """Not a changed value but a broken file: whatever is kept is right, and was there before."""
    device, path = DeviceKey.from_seed(bytes(range(32))), tmp_path / "valley.way"
    with Ledger.create(path, title="Valley camp", author=AMINA, device=device) as ledger:
        for n in range(60):
            ledger.append([Draft("note", f"note/{n}", {"words": "x" * 900})], author=AMINA)
        written = [entry.id for entry in reversed(ledger.log(limit=100))]
    whole, rng = path.read_bytes(), random.Random(5)
    kept: list[int] = []
    for _ in range(12):
        page = rng.randrange(20, len(whole) // 4096)
        path.write_bytes(whole[: page * 4096] + rng.randbytes(4096) + whole[(page + 1) * 4096 :])
        kept.append(mended_commits(path, device, written))
    assert max(kept) > 30


def mended_commits(path: Path, device: DeviceKey, written: list[str]) -> int:
    """How many commits a repair of this file keeps; 0 where it says that it cannot."""
    copy = path.with_name("copy.way")
    shutil.copy(path, copy)
    try:
        mended = repairing.mend(File(copy))
    except NotRepairable:
        return 0
    with Ledger.open(mended.mended, device=device) as ledger:
        entries = [entry.id for entry in reversed(ledger.log(limit=100))]
        assert ledger.verify().sound
    repairing.discard(mended)
    assert entries == written[: len(entries)]
    return len(entries)
