"""The tutorial is run as it is printed: its tables are saved, its commands typed, and the end it promises is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest

from waythrough.actions.tables import TABLES, template

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/tutorial/own-site.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
DAY = "2021-03-20"


def fenced(page: str):
    """Every fenced block in order: the words after the fence, and the text."""
    return re.findall(r"^```([^\n]*)\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)


def commands(text: str):
    """The command lines of a block, continued lines joined, comments left out, without the program's name."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words and words[0] == "waythrough":
            yield words[1:]


def save_tables(page: str, folder: Path):
    for info, text in fenced(page):
        if info.startswith("csv "):
            (folder / info.removeprefix("csv ")).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """A folder in which the whole page was typed once, and what each command left."""
    from waythrough.cli.app import run

    folder = tmp_path_factory.mktemp("tutorial")
    save_tables(PAGE, folder)
    left = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAYTHROUGH_HOME", str(folder / "home"))
        patch.chdir(folder)
        for info, text in fenced(PAGE):
            for words in commands(text) if info == "bash" else ():
                with pytest.raises(SystemExit) as end:
                    run(words)
                left.append((words, end.value.code))
    return SimpleNamespace(folder=folder, left=left)


@pytest.fixture
def there(wt, followed, monkeypatch):
    """Call a command in the folder of the tutorial, once its page was followed."""
    monkeypatch.setenv("WAYTHROUGH_HOME", str(followed.folder / "home"))
    monkeypatch.chdir(followed.folder)
    return wt


def test_every_command_of_the_tutorial_ends_well(followed):
    assert len(followed.left) > 40
    assert [(" ".join(words), code) for words, code in followed.left if code != 0] == []


def test_the_tutorial_shows_every_table_that_can_be_imported(followed):
    assert {path.stem for path in followed.folder.glob("*.csv")} == set(TABLES)


def test_the_plan_of_the_tutorial_has_a_convoy_and_the_family(there):
    plan = there("plan", "--as-of", DAY, "--json").json["plan"]
    assert plan["convoys"]
    seats = [seat["household"] for trip in plan["returns"] for seat in trip["seats"]]
    assert seats == ["household-1"]


def test_the_plan_reads_as_the_tutorial_shows_it(there):
    shown = next(text for info, text in fenced(PAGE) if info == "text")
    assert there("plan", "--as-of", DAY).out.startswith(shown)


def test_nothing_of_the_tutorial_is_left_out_on_its_day(there):
    """A record known only from today on would silently be missing from a plan as of that day."""
    entries = there("log", "--json", "--limit", "500").json["entries"]
    late = {entry["record"] for entry in entries if entry["known_on"] > DAY}
    assert late == {"ledger.genesis", "person-1", "person-2"}  # who acts, acts today


def test_the_report_of_the_tutorial_is_there_in_both_editions(followed):
    names = {path.name for path in (followed.folder / "report").glob("*.html")}
    assert {"report.internal.en.html", "report.public.en.html"} <= names
    page = (followed.folder / "report/report.internal.en.html").read_text(encoding="utf-8")
    assert "Valley Relief Team" in page


def test_a_family_without_one_consent_stays(there, tmp_path, followed):
    """The page's claim that a seat needs all four consents, put to the proof: take one back, and nobody travels."""
    copy = tmp_path / "copy.way"
    for path in followed.folder.glob("valley.way*"):
        (tmp_path / path.name.replace("valley", "copy")).write_bytes(path.read_bytes())
    words = next(words for words, _ in followed.left if "consent" in words and "travel" in words)
    taken = [{"given": "withdrawn", "2021-03-18": "2021-03-19"}.get(word, word) for word in words]
    assert there(*taken, "-C", copy).code == 0
    plan = there("plan", "-C", copy, "--as-of", DAY, "--json").json["plan"]
    assert plan["convoys"]
    assert not plan["returns"]


def test_record_refuses_to_write_into_the_past(there):
    refused = there("record", "person", "--name", "N. N.", "--roles", "viewer", "--as-of", DAY)
    assert refused.code == 4
    assert "--heard-on" in refused.err


def test_the_readmes_own_site_works_as_printed(wt, tmp_path):
    section = README.split("\nYour own site", 1)[1].split("From Python", 1)[0]
    save_tables(section, tmp_path)
    blocks = [text for info, text in fenced(section) if not info.startswith("csv ")]
    typed = [words for text in blocks for words in commands(text)]
    assert len(typed) >= 5
    assert "docs/tutorial/own-site.md" in section
    for words in typed:
        into = words.index(">") if ">" in words else len(words)
        left = wt(*words[:into])
        assert left.code == 0, (words, left.err)
        if words[into:]:
            (tmp_path / words[into + 1]).write_text(left.out, encoding="utf-8")


# --- templates ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
def test_a_template_is_printed_without_a_workspace(wt, table):
    printed = wt("import", "--template", table)
    assert printed.code == 0
    assert printed.out == template(table)
    header, example = printed.out.splitlines()
    assert header.count(",") == len(TABLES[table]) - 1
    assert example


@pytest.mark.parametrize("table", TABLES)
def test_the_example_row_of_a_template_is_taken_in_by_the_tutorials_workspace(there, tmp_path, table):
    path = tmp_path / f"{table}.csv"
    path.write_text(template(table), encoding="utf-8")
    taken = there("import", path, "--dry-run")
    assert taken.code == 0, taken.err


def test_import_without_a_file_is_wrong_usage(wt):
    refused = wt("import")
    assert refused.code == 2
    assert "--template" in refused.err


@pytest.mark.parametrize("named", [(), ("--as", "legs")])
def test_a_header_that_lacks_columns_is_told_which_and_where_to_see_them(there, tmp_path, named):
    path = tmp_path / "roads.csv"
    path.write_text("id,from,to,km,basis\nleg-9,place-site,place-bridge,3,guess\n", encoding="utf-8")
    refused = there("import", path, *named)
    assert refused.code == 4
    assert "without the required columns zone, hours" in refused.err
    assert "waythrough import --template legs" in refused.err


def test_a_header_of_no_table_names_the_tables(there, tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("colour,taste\nred,sweet\n", encoding="utf-8")
    refused = there("import", path)
    assert refused.code == 4
    assert (
        "requests, figures, places, legs" in refused.err or "places, legs, requests, figures" in refused.err
    )
    assert "--template" in refused.err


def test_a_first_row_without_an_end_is_refused_and_not_choked_on(there, tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("x" * 400_000, encoding="utf-8")
    assert there("import", path).code == 4
