"""What was written, page by page, and one record with its conflict, its words and its state."""

from __future__ import annotations

import pytest

from waythrough.actions.workspace import Workspace
from waythrough.terms.entries import Draft

# The invented site is a case of 2017 and opens on a day of then, unless another is asked for.
LATER = ("--as-of", "2099-01-01")


def entries(result):
    assert result.code == 0, result.err
    return result.json["entries"]


def test_pages_of_the_log_join_without_a_gap_or_a_repeat(wt, tirsa):
    whole = [e["id"] for e in entries(wt("log", "-C", tirsa, "--json", "--limit", "1000"))]
    read, before = [], []
    for _ in range(3):
        page = wt("log", "-C", tirsa, "--json", "--limit", "7", *before)
        read += [e["id"] for e in entries(page)]
        before = ["--before", page.json["older"]]
    assert read == whole[:21]
    assert "waythrough log --before" in wt("log", "-C", tirsa, "--limit", "7").err


def test_the_log_is_narrowed_by_kind_record_author_device_and_day(wt, tirsa):
    with Workspace.open(tirsa) as ws:
        every = ws.ledger.log(limit=10_000)
    some = every[0]
    for option, value, kept in (
        ("--kind", "request", lambda e: e.kind == "request"),
        ("--record", some.record, lambda e: e.record == some.record),
        ("--author", some.author, lambda e: e.author == some.author),
        ("--device", some.log[:10], lambda e: True),
        ("--device", "ffffffffff", lambda e: False),
        ("--since", "2999-01-01", lambda e: False),
        ("--until", "2000-01-01", lambda e: False),
        ("--since", str(some.at.date()), lambda e: e.at.date() >= some.at.date()),
    ):
        shown = entries(wt("log", "-C", tirsa, "--json", "--limit", "1000", option, value))
        assert [e["id"] for e in shown] == [e.id for e in every if kept(e)][:1000], option
    own = entries(wt("log", "-C", tirsa, "--json", "--own"))
    assert {e["kind"].split(".")[0] for e in own} == {"ledger"}
    assert entries(wt("log", "-C", tirsa, "--json", "--aside")) == []
    assert wt("log", "-C", tirsa, "--since", "2020-02-02", "--until", "2020-01-01").code == 4
    assert wt("log", "-C", tirsa, "--since", "soon").code == 4


def test_as_of_leaves_out_what_nobody_could_have_read_by_then(wt, tirsa):
    shown = entries(wt("log", "-C", tirsa, "--json", "--limit", "1000", "--as-of", "2017-05-01"))
    assert shown
    assert max(e["known_on"] for e in shown) <= "2017-05-01"


@pytest.fixture
def contested(tirsa):
    """A workspace in which two accounts of one request stand; and the request."""
    with Workspace.open(tirsa) as ws:
        request = ws.known("request")[0]
        body = ws.ledger.head(request.record.id).entries[0].body
        for subject in ("rice", "beans"):
            draft = Draft("request", request.record.id, {**body, "subject": subject}, (request.entry,))
            ws.append([draft], f"person-{subject}")
    return tirsa, request.record.id


def test_two_standing_accounts_are_shown_side_by_side_with_the_ways_to_settle(wt, contested):
    workspace, request = contested
    shown = wt("show", request, "-C", workspace, *LATER)
    assert "CONTESTED: 2 revisions stand" in shown.out
    assert '"rice"' in shown.out
    assert '"beans"' in shown.out
    assert "by person-rice" in shown.out
    assert "waythrough review --settle" in shown.out
    said = wt("show", request, "-C", workspace, "--json", *LATER).json
    assert [d["field"] for d in said["differs"]] == ["subject"]
    assert set(said["differs"][0]["said"].values()) == {"rice", "beans"}
    rows = entries(wt("log", "-C", workspace, "--json", "--contested"))
    assert {(e["record"], e["contested"]) for e in rows} == {(request, True)}
    assert "contested" in wt("log", "-C", workspace, "--contested").out
    # A new revision through the daily command names both accounts and so settles it.
    done = wt("record", "correct", request, "subject=rice and beans", "-C", workspace)
    assert done.code == 0, done.err
    after = wt("show", request, "-C", workspace, "--json", *LATER).json
    assert (after["contested"], len(after["standing"][0]["corrects"])) == (False, 2)


def test_a_replaced_entry_is_still_shown_to_whoever_names_it(wt, contested):
    workspace, request = contested
    first = wt("show", request, "-C", workspace, "--json", *LATER).json["history"][0]["id"]
    shown = wt("show", first, "-C", workspace, *LATER)
    assert "This entry does not stand now" in shown.out
    assert f"Entry {first}" in shown.out


def test_a_kind_this_version_does_not_know_is_shown_as_unknown(wt, tirsa):
    with Workspace.open(tirsa) as ws:
        ws.append([Draft("tide_table", "tide/1", {"high": 3})], "person-x")
    row = entries(wt("log", "-C", tirsa, "--json", "--limit", "1"))[0]
    assert (row["kind"], row["known_kind"]) == ("tide_table", False)
    assert "unknown kind" in wt("log", "-C", tirsa, "--limit", "1").out
    assert "unknown kind" in wt("show", "tide/1", "-C", tirsa, *LATER).out


def test_hidden_marks_of_direction_are_made_visible_everywhere_one_looks(wt, tirsa):
    with Workspace.open(tirsa) as ws:
        ws.append(
            [Draft("note", "note/\u202egnirps", {"words": "gran\u200bted \u2066soon\u2069"})], "per\u202eson"
        )
    for line in (["log", "--limit", "1"], ["show", "note/\u202egnirps", *LATER]):
        for json in ([], ["--json"]):
            shown = wt(*line, *json, "-C", tirsa)
            assert shown.code == 0, shown.err
            assert not set(shown.out) & set("\u202e\u200b\u2066\u2069")
        assert "⟦U+202E⟧" in wt(*line, "-C", tirsa).out
    assert "gran⟦U+200B⟧ted ⟦U+2066⟧soon⟦U+2069⟧" in wt("show", "note/\u202egnirps", "-C", tirsa, *LATER).out


def test_a_claim_leads_to_its_passage_and_the_document_to_its_claims(wt, tirsa, tmp_path):
    parties = entries(wt("log", "-C", tirsa, "--kind", "party", "--json", "--limit", "100"))
    name = parties[1]["body"]["names"]["en"]
    text = (
        f"On the river it rained. {name} said on 2 May 2021 that the convoy was denied entry. Nothing else."
    )
    (tmp_path / "news-2021-05-03.txt").write_text(text, encoding="utf-8")
    wt("import", "news-2021-05-03.txt", "--outlet", parties[0]["record"], "-C", tirsa)
    document = entries(wt("log", "-C", tirsa, "--kind", "document", "--json", "--limit", "1"))[0]["record"]
    draft = wt("read", document, "-C", tirsa, "--json").json["reading"]["claims"][0]
    assert wt("review", "--accept", draft["id"], "-C", tirsa).code == 0
    claim = entries(wt("log", "-C", tirsa, "--kind", "claim", "--json", "--limit", "1"))[0]
    shown = wt("show", claim["record"], "-C", tirsa, "--json", *LATER).json
    at = shown["passage"]
    assert (at["document"], at["words"]) == (document, claim["body"]["words"])
    assert at["before"] + at["words"] + at["after"] == text
    assert f"[[{at['words']}]]" in wt("show", claim["record"], "-C", tirsa, *LATER).out
    back = wt("show", document, "-C", tirsa, "--json", *LATER).json["taken"]
    assert [(one["claim"], one["start"], one["end"]) for one in back] == [
        (claim["record"], at["start"], at["end"])
    ]
    assert claim["record"] in wt("show", document, "-C", tirsa, *LATER).out
