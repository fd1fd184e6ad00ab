"""What ``waythrough doctor`` says, and how it leaves."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from waythrough.actions.workspace import Workspace
from waythrough.terms.entries import Draft


def remarks(result):
    return {remark["topic"]: remark for remark in result.json["remarks"]}


def test_a_sound_workspace_gets_a_mark_on_every_line_and_exit_0(wt, tirsa, fingerprint):
    before = fingerprint(tirsa)
    spoken = wt("doctor", "-C", tirsa)
    assert spoken.code == 0, spoken.out
    assert all(line[0] in "✓▲" for line in spoken.out.splitlines()[1:])
    said = wt("doctor", "-C", tirsa, "--json")
    assert said.json["schema"] == "waythrough/doctor/1"
    assert said.json["safe"] is True
    assert {"clock", "disk space", "disk syncing", "place", "device key", "contested"} <= set(remarks(said))
    assert fingerprint(tirsa) == before
    assert not list(tirsa.parent.glob(".waythrough-*"))


def test_without_a_workspace_the_machine_alone_is_looked_at(wt):
    said = wt("doctor", "--json")
    assert said.code == 0
    assert said.json["workspace"] is None
    assert "contested" not in remarks(said)
    assert wt("doctor", "-C", "gone.way").code == 3


def test_a_contested_record_is_to_be_looked_into(wt, tirsa):
    with Workspace.open(tirsa) as ws:
        request = ws.known("request")[0]
        body = ws.ledger.head(request.record.id).entries[0].body
        for subject in ("rice", "beans"):
            draft = Draft("request", request.record.id, {**body, "subject": subject}, (request.entry,))
            ws.append([draft], "person-x")
    found = remarks(wt("doctor", "-C", tirsa, "--json"))["contested"]
    assert (found["state"], found["advice"]) == ("watch", "Run: waythrough review conflicts")


def test_a_damaged_workspace_leaves_with_exit_6(wt, tirsa):
    with closing(sqlite3.connect(tirsa)) as db, db:
        db.execute("DELETE FROM entries WHERE number = 1")
    left = wt("doctor", "-C", tirsa, "--json")
    assert left.code == 6
    assert remarks(left)["workspace"]["state"] == "unsafe"


def test_a_key_that_others_may_read_leaves_with_exit_7(wt, tirsa, tmp_path, monkeypatch):
    home = tmp_path / "home"
    monkeypatch.setenv("WAYTHROUGH_HOME", str(home))
    assert wt("init", "new.way", "--person", "A. K.").code == 0
    (home / "device.json").chmod(0o644)
    left = wt("doctor", "-C", "new.way", "--json")
    assert left.code == 7
    assert remarks(left)["device key"]["risk"] == 7
