"""Bad input of each kind: an error that names place, finding and remedy, its exit code, and nothing changed."""

from __future__ import annotations

import pytest

HEADER = "id,source,site,counts,value,unit,on,speaker\n"


def refused(result, code, *words):
    assert result.code == code, result.err
    for word in words:
        assert word in result.err, result.err
    assert "→" in result.err, "the remedy is missing"
    assert "Traceback" not in result.err


@pytest.fixture
def first(wt, tirsa):
    """The id of the newest record of a kind."""
    return lambda kind: wt("log", "-C", tirsa, "--kind", kind, "--json").json["entries"][0]["record"]


@pytest.fixture
def unchanged(tirsa, fingerprint):
    """Whatever the test does, the workspace is afterwards as it was."""
    before = fingerprint(tirsa)
    yield
    assert fingerprint(tirsa) == before


@pytest.fixture
def row(first):
    """A good row of figures, to spoil one cell of."""
    return {
        "id": "figure-x1",
        "source": first("source"),
        "site": first("site"),
        "counts": "population",
        "value": "560",
        "unit": "people",
        "on": "2021-05-01",
        "speaker": first("party"),
    }


def csv(row, **changes):
    return HEADER + ",".join({**row, **changes}[name] for name in HEADER.strip().split(",")) + "\n"


# --- the workspace -----------------------------------------------------------------------------------------


def test_not_a_workspace(wt, tmp_path):
    (tmp_path / "notes.way").write_text("these are notes, not a workspace")
    refused(wt("board", "-C", "notes.way"), 4, "notes.way")
    assert (tmp_path / "notes.way").read_text() == "these are notes, not a workspace"


def test_no_workspace_at_all(wt, tmp_path):
    refused(wt("board"), 3, str(tmp_path))
    assert list(tmp_path.glob("*.way")) == []


def test_empty_workspace_file(wt, tmp_path):
    (tmp_path / "empty.way").write_bytes(b"")
    refused(wt("verify", "-C", "empty.way"), 4, "empty.way")
    assert (tmp_path / "empty.way").stat().st_size == 0


def test_an_existing_workspace_is_never_overwritten(wt, tirsa, unchanged):
    refused(wt("init", tirsa, "--person", "A. K."), 4, "tirsa.way")


# --- tables ------------------------------------------------------------------------------------------------


def test_a_good_row_is_taken_once(wt, tirsa, tmp_path, row, fingerprint):
    (tmp_path / "figures.csv").write_text(csv(row), encoding="utf-8")
    assert "1 new" in wt("import", "figures.csv", "-C", tirsa).err
    before = fingerprint(tirsa)
    assert "1 rows the same" in wt("import", "figures.csv", "-C", tirsa).err
    assert fingerprint(tirsa) == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": "about five hundred"}, ("row 2", "value", "about five hundred")),
        ({"speaker": "party-nobody-knows"}, ("row 2", "speaker", "party-nobody-knows")),
        ({"on": "2021-06-30/2021-06-01"}, ("row 2", "on", "2021-06-30")),
        ({"on": "30.6.2021"}, ("row 2", "on", "30.6.2021")),
        ({"counts": "heads"}, ("row 2", "counts", "heads")),
        ({"value": '"1,200"'}, ("row 2", "value", "1,200")),
        ({"value": "nan"}, ("row 2", "value", "nan")),
        ({"source": ""}, ("row 2", "source")),
    ],
)
def test_a_spoiled_cell_names_file_row_column_and_finding(
    wt, tirsa, tmp_path, row, changes, words, unchanged
):
    (tmp_path / "figures.csv").write_text(csv(row, **changes), encoding="utf-8")
    refused(wt("import", "figures.csv", "--as", "figures", "-C", tirsa), 4, "figures.csv", *words)


def test_one_bad_row_among_good_ones_applies_none(wt, tirsa, tmp_path, row, unchanged):
    body = csv(row) + csv(row, id="figure-x2", value="many").removeprefix(HEADER)
    (tmp_path / "figures.csv").write_text(body, encoding="utf-8")
    refused(wt("import", "figures.csv", "-C", tirsa), 4, "row 3", "many")


def test_wrong_encoding(wt, tirsa, tmp_path, row, unchanged):
    (tmp_path / "figures.csv").write_bytes(csv(row, unit="caf\u00e9").encode("latin-1"))
    refused(wt("import", "figures.csv", "--as", "figures", "-C", tirsa), 4, "figures.csv", "UTF-8")


def test_empty_table(wt, tirsa, tmp_path, unchanged):
    (tmp_path / "figures.csv").write_bytes(b"")
    refused(wt("import", "figures.csv", "--as", "figures", "-C", tirsa), 4, "figures.csv")


def test_empty_document(wt, tirsa, tmp_path, first, unchanged):
    (tmp_path / "statement-2021-05-01.txt").write_bytes(b"")
    refused(wt("import", "statement-2021-05-01.txt", "--outlet", first("party"), "-C", tirsa), 4, "statement")


# --- recording ---------------------------------------------------------------------------------------------


def guarantee(wt, tirsa, first, window):
    party = first("party")
    return wt(
        *("record", "guarantee", "-C", tirsa, "--giver", party, "--speaker", party, "--doors", first("door")),
        *("--given-on", "2021-05-01", "--window", window),
    )


def test_a_window_without_a_time_zone(wt, tirsa, first, unchanged):
    result = guarantee(wt, tirsa, first, "2021-05-02T06:00/2021-05-03T18:00")
    refused(result, 4, "window", "time zone", "2021-05-02T06:00")


def test_a_reversed_window(wt, tirsa, first, unchanged):
    result = guarantee(wt, tirsa, first, "2021-05-03T06:00+03:00/2021-05-02T18:00+03:00")
    refused(result, 4, "window", "start before the end")


def incident(wt, tirsa, site, *more):
    return wt(
        *("record", "incident", "-C", tirsa, "--site", site, "--type", "other", "--on", "2021-05-01"),
        *("--speaker", "party-nobody-knows", "--what", "a store was emptied", *more),
    )


def test_an_unknown_party(wt, tirsa, first, unchanged):
    refused(incident(wt, tirsa, first("site")), 4, "speaker", "party-nobody-knows")


def test_writing_into_the_past(wt, tirsa, first, unchanged):
    refused(incident(wt, tirsa, first("site"), "--as-of", "2021-01-01"), 4, "--as-of", "2021-01-01")


def test_a_missing_option_is_wrong_usage(wt, tirsa, unchanged):
    assert wt("record", "answer", "-C", tirsa).code == 2


# --- asking ------------------------------------------------------------------------------------------------


def test_as_of_before_the_first_record(wt, tirsa, unchanged):
    refused(wt("board", "--as-of", "1801-01-01", "-C", tirsa), 4, "1801-01-01")


def test_as_of_that_is_no_day(wt, tirsa):
    refused(wt("board", "--as-of", "yesterday", "-C", tirsa), 4, "--as-of", "yesterday", "YYYY-MM-DD")


def test_an_unknown_command_suggests_the_nearest(wt):
    result = wt("bord")
    assert result.code == 2
    assert "Did you mean `board`" in result.err


def test_an_id_that_leads_nowhere_suggests_the_nearest(wt, tirsa):
    refused(wt("show", "figure-that-is-not-there", "-C", tirsa), 3, "figure-that-is-not-there")
