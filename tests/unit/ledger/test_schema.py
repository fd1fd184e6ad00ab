"""What a schema on a server may hold, and what the server finds wrong with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servers import Server
from waythrough.ledger import Ledger
from waythrough.ledger.keys import DeviceKey
from waythrough.terms.entries import Draft
from waythrough.terms.problems import NotWritten


@pytest.fixture
def url(postgres: Server) -> str:
    return postgres.new()


@pytest.fixture
def kept(url: str, device: DeviceKey) -> Iterator[Ledger]:
    with Ledger.create(url, title="Valley camp", author="Amina Example", device=device) as made:
        made.append([Draft("note", "a", {}), Draft("note", "b", {})], author="Amina Example")
        assert made.verify().sound
        yield made


def findings(ledger: Ledger) -> str:
    return "; ".join(finding.what for finding in ledger.verify().findings)


FUNCTION = "CREATE FUNCTION {0}.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (["CREATE TABLE {0}.notes (n int)"], "holds a table"),
        (["CREATE VIEW {0}.v AS SELECT 1"], "holds a view"),
        (["CREATE SEQUENCE {0}.s"], "holds a sequence"),
        (["CREATE TYPE {0}.mood AS ENUM ('calm')"], "holds a type"),
        ([FUNCTION], "holds a function"),
        (
            [FUNCTION, "CREATE TRIGGER t BEFORE INSERT ON {0}.entries FOR EACH ROW EXECUTE FUNCTION {0}.f()"],
            "holds a trigger t",
        ),
        (["CREATE RULE r AS ON INSERT TO {0}.entries DO INSTEAD NOTHING"], "holds a rule r"),
        (["CREATE POLICY p ON {0}.entries"], "holds a policy p"),
        (["ALTER TABLE {0}.entries ALTER meta SET DEFAULT ''"], "holds a default of a column of entries"),
        (["ALTER TABLE {0}.entries ADD CONSTRAINT c CHECK (position >= 0)"], "holds a constraint c"),
        (["CREATE TABLE {0}_more () INHERITS ({0}.entries)"], "added to entries"),
        (["CREATE INDEX i ON {0}.entries (length(meta))"], "holds an index named i"),
        (["DROP INDEX {0}.entries_by_id"], "table entries lacks its index by id"),
        (["ALTER TABLE {0}.commits DROP CONSTRAINT commits_id_key"], "table commits lacks its index by id"),
        (
            ["UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{0}.entries_by_id'::regclass"],
            "entries_by_id is not complete",
        ),
        (["ALTER TABLE {0}.standing SET UNLOGGED"], "table standing is not kept"),
        (
            [
                "SET session_replication_role = replica",
                "UPDATE {0}.entries SET commit_number = 9 WHERE number = 3",
            ],
            "1 of the rows of entries refer to no row of commits",
        ),
    ],
)
def test_whatever_does_not_belong_or_is_missing_is_named(
    postgres: Server, kept: Ledger, changes: list[str], words: str
) -> None:
    postgres.run(*(change.format(kept.place.name) for change in changes))
    assert words in findings(kept)


@pytest.fixture
def amcheck(postgres: Server, kept: Ledger) -> Server:
    postgres.run("CREATE EXTENSION IF NOT EXISTS amcheck SCHEMA public")
    return postgres


def test_an_index_that_lies_is_found_where_amcheck_may_be_called(
    amcheck: Server, kept: Ledger, device: DeviceKey
) -> None:
    index = f"'{kept.place.name}.entries_by_id'::regclass"
    asleep, awake = (
        f"UPDATE pg_index SET indisready = {ready} WHERE indexrelid = {index}"  # noqa: S608  # a name of ours
        for ready in ("false", "true")
    )
    amcheck.run(asleep)
    kept.append([Draft("note", "c", {})], author="Amina Example")
    amcheck.run(awake)
    assert kept.verify().sound, "without the extension's permission nobody looks"
    with Ledger.open(amcheck.url("postgres", schema=kept.place.name)) as allowed:
        assert "index entries_by_id is damaged" in findings(allowed)


def test_an_index_that_is_not_complete_is_named_and_the_others_are_looked_at(
    amcheck: Server, kept: Ledger
) -> None:
    name = kept.place.name
    index = f"'{name}.commits_own'::regclass"
    amcheck.run(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = {index}")  # noqa: S608  # a name of ours
    with Ledger.open(amcheck.url("postgres", schema=name)) as allowed:
        assert findings(allowed) == "the index commits_own is not complete"


def test_a_sound_ledger_is_sound_to_amcheck_too(amcheck: Server, kept: Ledger) -> None:
    with Ledger.open(amcheck.url("postgres", schema=kept.place.name)) as allowed:
        assert allowed.verify().sound


def test_a_damaged_page_is_found_where_amcheck_may_be_called(amcheck: Server, kept: Ledger) -> None:
    """The newest row says it was written in a time to come, so the server shows it to nobody."""
    ((name,),) = amcheck.run("CHECKPOINT", f"SELECT pg_relation_filepath('{kept.place.name}.commits')")
    amcheck.stop()
    page = bytearray((amcheck.data / name).read_bytes())
    at = int.from_bytes(page[28:32], "little") & 0x7FFF  # the second line pointer: where its row begins
    page[at : at + 4] = (0x40000000).to_bytes(
        4, "little"
    )  # t_xmin (postgresql.org/docs/15/storage-page-layout.html)
    (amcheck.data / name).write_bytes(page)
    amcheck.start()
    with Ledger.open(amcheck.url("postgres", schema=kept.place.name)) as allowed:
        assert "page 0 of the table commits is damaged" in findings(allowed)


def test_an_index_of_another_kind_is_named_and_the_others_are_looked_at(
    amcheck: Server, kept: Ledger
) -> None:
    name = kept.place.name
    amcheck.run(f"CREATE INDEX by_meta ON {name}.entries USING hash (meta)")
    with Ledger.open(amcheck.url("postgres", schema=name)) as allowed:
        assert (
            findings(allowed) == "the schema holds an index named by_meta, which does not belong in a ledger"
        )


def test_a_look_at_the_indexes_that_is_cut_short_finds_nothing_sound(amcheck: Server, kept: Ledger) -> None:
    """An error that says nothing of the index, such as a lost connection, is no finding and no clean bill."""
    amcheck.run(
        "CREATE OR REPLACE FUNCTION public.bt_index_check(index regclass, heapallindexed boolean) RETURNS void"
        " LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cut short' USING ERRCODE = '57014'; END $$"
    )
    try:
        with (
            Ledger.open(amcheck.url("postgres", schema=kept.place.name)) as allowed,
            pytest.raises(NotWritten, match="cut short"),
        ):
            allowed.verify()
    finally:
        amcheck.run("DROP EXTENSION amcheck")
