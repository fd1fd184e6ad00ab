"""A plan says who sits where: whoever may not look inside does not get it, and the ledger does not carry it about."""

from __future__ import annotations

import stat

import pytest

from waythrough.terms.whys import OF_ONE_ADULT


@pytest.mark.parametrize(
    "line",
    [
        ["plan", "--out", "plan.json", "--situation-out", "situation.json"],
        ["plan", "why", "2019-04-03"],
        ["plan", "futures"],
        ["doors"],
        ["movements"],
    ],
    ids=" ".join,
)
def test_a_viewer_is_refused_and_gets_no_file(wt, rukban, tmp_path, line):
    named = [str(tmp_path / word) if word.endswith(".json") else word for word in line]
    refused = wt(*named, "-C", rukban, "--by", "p-viewer")
    assert refused.code != 0
    assert refused.out == ""
    assert not list(tmp_path.glob("*.json"))


def test_files_of_a_plan_are_their_owners_alone(wt, rukban, tmp_path):
    files = [tmp_path / "plan.json", tmp_path / "situation.json"]
    done = wt("plan", "--out", files[0], "--situation-out", files[1], "-C", rukban)
    assert done.code == 0, done.err
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_why_not_never_tells_one_adult_of_a_household_what_another_did_not_allow(wt, rukban):
    """Whoever said yes would know who did not: a household is told the same whatever its adults lack."""
    told = set()
    for home in ("hh-00002", "hh-00006", "hh-00013", "hh-00017"):
        found = wt("plan", "why", home, "-C", rukban, "--json")
        assert found.code == 0, found.err
        told |= {reason["code"] for reason in found.json["reasons"]}
    assert "consents_incomplete" in told
    assert not told & OF_ONE_ADULT
    ended = wt("plan", "why", "hh-00006", "-C", rukban)
    assert "said no" not in ended.out
