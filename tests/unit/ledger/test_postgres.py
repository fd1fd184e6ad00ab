"""The ledger on a server: made whole or not at all, durable whatever the server's defaults, silent about contents."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date

import psycopg
import pytest
from sqlalchemy import event

from servers import OWNER, READER, Server, programs
from waythrough.ledger import Ledger
from waythrough.ledger import postgres as stores
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.lists import STANDING
from waythrough.ledger.postgres import PostgresStore
from waythrough.ledger.server import Address
from waythrough.ledger.store import SealedCommit, StoredCommit
from waythrough.terms.entries import Draft, Head
from waythrough.terms.problems import (
    LedgerBroken,
    NotAWorkspace,
    NotWritten,
    NoWorkspace,
    ServerNotDurable,
    ServerOutOfReach,
    WorkspaceExists,
)

AMINA = "Amina Example"


@pytest.fixture
def url(postgres: Server) -> str:
    return postgres.new()


@pytest.fixture
def on_server(url: str, device: DeviceKey) -> Iterator[Ledger]:
    with Ledger.create(url, title="Valley camp", author=AMINA, device=device) as made:
        yield made


def name_of(url: str) -> str:
    return Address.read(url).schema


def let_read(postgres: Server, name: str) -> None:
    postgres.run(
        f"GRANT USAGE ON SCHEMA {name} TO {READER}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {name} TO {READER}",
    )


def note(record: str, **body: object) -> Draft:
    return Draft("note", record, body)


# --- made and opened -----------------------------------------------------------------------------------------


def test_a_schema_that_is_not_there_is_not_made_by_opening(postgres: Server, url: str) -> None:
    with pytest.raises(NoWorkspace, match=name_of(url)):
        Ledger.open(url)
    assert postgres.run(f"SELECT to_regnamespace('{name_of(url)}')") == [(None,)]


def test_another_schema_is_refused_and_left_as_it_is(postgres: Server, url: str, device: DeviceKey) -> None:
    name = name_of(url)
    postgres.run(f"CREATE SCHEMA {name} AUTHORIZATION {OWNER}", f"CREATE TABLE {name}.commits (number int)")
    with pytest.raises(NotAWorkspace, match="something else"):
        Ledger.open(url)
    with pytest.raises(WorkspaceExists):
        Ledger.create(url, title="t", author=AMINA, device=device)
    assert postgres.run(f"SELECT to_regclass('{name}.commits')::text, to_regclass('{name}.workspace')") == [
        (f"{name}.commits", None)
    ]


@pytest.mark.parametrize("thing", ["TYPE {}.mood AS ENUM ('calm')", "FUNCTION {}.f() RETURNS int RETURN 1"])
def test_a_schema_without_tables_can_still_hold_something(
    postgres: Server, url: str, device: DeviceKey, thing: str
) -> None:
    name = name_of(url)
    postgres.run(f"CREATE SCHEMA {name} AUTHORIZATION {OWNER}", "CREATE " + thing.format(name))
    with pytest.raises(WorkspaceExists):
        Ledger.create(url, title="t", author=AMINA, device=device)


def test_an_empty_schema_that_somebody_made_for_us_is_used(
    postgres: Server, url: str, device: DeviceKey
) -> None:
    postgres.run(f"CREATE SCHEMA {name_of(url)} AUTHORIZATION {OWNER}")
    with Ledger.create(url, title="t", author=AMINA, device=device) as made:
        assert made.verify().sound


def test_an_existing_ledger_is_never_overwritten(on_server: Ledger, url: str, device: DeviceKey) -> None:
    with pytest.raises(WorkspaceExists):
        Ledger.create(url, title="another", author=AMINA, device=device)
    with Ledger.open(url) as again:
        assert (again.id, again.title) == (on_server.id, "Valley camp")


def test_a_creation_that_fails_leaves_nothing_behind(postgres: Server, url: str) -> None:
    def fail(writer: object) -> None:
        raise RuntimeError("the power of speech")

    with pytest.raises(RuntimeError):
        PostgresStore.create(Address.read(url), fail)
    assert postgres.run(f"SELECT to_regnamespace('{name_of(url)}')") == [(None,)]


def test_of_two_who_begin_at_once_one_is_told_that_it_is_there(url: str, device: DeviceKey) -> None:
    told: list[str] = []

    def begin(n: int) -> None:
        try:
            Ledger.create(url, title=f"camp {n}", author=AMINA, device=device).close()
            told.append("made")
        except WorkspaceExists:
            told.append("there")

    threads = [threading.Thread(target=begin, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["made", "there", "there", "there"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("UPDATE {}.workspace SET format = 9", "format 9"),
        ("UPDATE {}.workspace SET mark = 'other'", "something else"),
        ("DELETE FROM {}.workspace", "something else"),
        ("DROP TABLE {}.workspace", "something else"),
    ],
)
def test_a_schema_without_our_mark_is_refused(
    postgres: Server, on_server: Ledger, url: str, change: str, word: str
) -> None:
    postgres.run(change.format(name_of(url)))
    with pytest.raises(NotAWorkspace, match=word):
        Ledger.open(url)


def test_a_ledger_that_is_removed_is_gone(url: str, device: DeviceKey) -> None:
    made = Ledger.create(url, title="t", author=AMINA, device=device)
    made.close()
    made.place.remove()
    with pytest.raises(NoWorkspace):
        Ledger.open(url)


# --- durable -------------------------------------------------------------------------------------------------


def test_every_commit_is_synced_whatever_the_servers_default(
    postgres: Server, on_server: Ledger, url: str
) -> None:
    assert postgres.run("SHOW synchronous_commit") == [("off",)], "the server would be safe by itself"
    store = PostgresStore.open(Address.read(url))
    for block in (store.reading, store.writing):
        with block() as reader:
            ask = reader._connection.exec_driver_sql  # type: ignore[attr-defined]
            found = [ask(f"SHOW {name}").scalar() for name in ("synchronous_commit", "row_security")]
            assert found == ["on", "off"]
            assert ask("SHOW transaction_isolation").scalar() == "repeatable read"
    store.close()


def test_the_settings_in_force_are_those_that_keep_entries_safe(on_server: Ledger) -> None:
    said = on_server.in_force()
    assert said.pop("postgresql")[0].isdigit()
    assert said == {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_loses_what_it_acknowledged_is_refused(setting: str, device: DeviceKey) -> None:
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed")
    server = Server.begin(folder, **{setting: "off"})
    try:
        url = server.new()
        for use in (Ledger.open, lambda url: Ledger.create(url, title="t", author=AMINA, device=device)):
            with pytest.raises(ServerNotDurable, match=f"{setting} = off"):
                use(url)
        with Ledger.create(url + "&unsafe=fsync-off", title="t", author=AMINA, device=device) as made:
            assert made.verify().sound
    finally:
        server.end()


def test_a_database_that_is_not_unicode_is_refused(postgres: Server, device: DeviceKey) -> None:
    postgres.run(
        "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc",
        database="postgres",
    )
    with pytest.raises(NotAWorkspace, match="LATIN1"):
        Ledger.create(postgres.url("postgres", database="latin"), title="t", author=AMINA, device=device)


def test_a_server_started_anew_is_found_again(postgres: Server, on_server: Ledger) -> None:
    on_server.append([note("a")], author=AMINA)
    postgres.stop("immediate")
    with pytest.raises(ServerOutOfReach):
        on_server.append([note("b")], author=AMINA)
    postgres.start()
    on_server.append([note("b")], author=AMINA)
    assert [head.record for head in on_server.heads()] == ["a", "b"]
    assert on_server.verify().sound


def test_a_connection_cut_in_the_middle_is_a_refusal_and_writes_nothing(
    postgres: Server, on_server: Ledger
) -> None:
    store = on_server._store
    with pytest.raises(NotWritten), store.writing() as writer:
        writer.clear(STANDING)
        ask = writer._connection.exec_driver_sql  # type: ignore[attr-defined]
        pid = ask("SELECT pg_backend_pid()").scalar()
        postgres.run(f"SELECT pg_terminate_backend({pid}, 5000)")
        writer.clear(STANDING)
    assert on_server.verify().sound


def test_a_failed_statement_that_nobody_minded_is_not_taken_for_written(on_server: Ledger) -> None:
    """PostgreSQL undoes the transaction all the same, and answers the commit without an error."""
    with pytest.raises(NotWritten, match="nothing was kept"), on_server._store.writing() as writer:
        connection = writer._connection  # type: ignore[attr-defined]
        with pytest.raises(Exception, match="division"):
            connection.exec_driver_sql("SELECT 1 / 0")


def test_who_waits_too_long_for_another_writer_is_told_so(
    on_server: Ledger, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "_LOCKING", ("SET LOCAL lock_timeout = '50ms'",))
    waiting = PostgresStore.open(Address.read(url))
    with on_server._store.writing(), pytest.raises(NotWritten, match="somebody else"), waiting.writing():
        pass
    waiting.close()


def test_a_vacuum_holds_no_writer_up(
    postgres: Server, on_server: Ledger, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "_LOCKING", ("SET LOCAL lock_timeout = '500ms'",))
    with psycopg.connect(postgres.url("postgres")) as connection:
        connection.execute(f"LOCK TABLE {name_of(url)}.commits IN SHARE UPDATE EXCLUSIVE MODE")
        on_server.append([note("a")], author=AMINA)
    assert on_server.head("a") is not None


def test_what_was_destroyed_leaves_room_to_be_written_over(
    postgres: Server, on_server: Ledger, url: str
) -> None:
    on_server.append([note(f"n/{n}", words="x" * 99) for n in range(99)], author=AMINA)
    with on_server._store.writing() as writer:
        writer.blank(range(2, 101))
    on_server._store.scrub()
    postgres.run("CREATE EXTENSION IF NOT EXISTS pgstattuple SCHEMA public")
    dead = f"SELECT dead_tuple_count FROM public.pgstattuple('{name_of(url)}.entries')"  # noqa: S608  # a name of ours
    assert postgres.run(dead) == [(0,)]


def test_texts_stand_by_code_point_whatever_the_databases_language(on_server: Ledger) -> None:
    """`verify` goes through a list and through what it sorted itself side by side."""
    on_server.append(
        [note(record) for record in ("b", "B", "ä", "a", "_", "Z", "я", "😀", "ﬁ")], author=AMINA
    )
    with on_server._store.reading() as reader:
        records = [str(row[1]) for row in reader.raw_list(STANDING)]
    assert records == sorted(records)
    assert on_server.verify().sound


def test_the_planner_is_told_of_what_changes_a_tables_size_and_of_no_more(
    postgres: Server, on_server: Ledger, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "LOOKED_AT_FROM", 5)
    known = f"SELECT reltuples FROM pg_class WHERE oid = '{name_of(url)}.entries'::regclass"  # noqa: S608
    for many, told in ((100, 101), (8, 101), (20, 129)):
        on_server.append([note(f"{many}/{n}") for n in range(many)], author=AMINA)
        assert postgres.run(known) == [(told,)]


def test_a_page_of_the_log_does_not_go_through_an_import(on_server: Ledger) -> None:
    on_server.append([note(f"n/{n}", words="x" * 50) for n in range(3000)], author=AMINA)
    for n in range(120):
        on_server.append([note(f"one/{n}")], author=AMINA)
    with on_server._store.reading() as reader:
        connection, asked = reader._connection, []  # type: ignore[attr-defined]
        event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2:4]))
        (*_, oldest) = reader.latest(50, None)
        reader.latest(50, oldest)
        for statement, values in list(asked):
            plan = "\n".join(row[0] for row in connection.exec_driver_sql("EXPLAIN " + statement, values))
            assert "Seq Scan on entries" not in plan, plan


# --- what it says --------------------------------------------------------------------------------------------


def test_a_refusal_repeats_no_content_of_a_row(on_server: Ledger) -> None:
    """The server's own message says which values collided, and those could be anybody's."""
    with pytest.raises(NotWritten) as refusal, on_server._store.writing() as writer:
        tip = next(writer.raw_commits())
        writer.add([SealedCommit(StoredCommit(tip.header, tip.signature), [], own=False)])
    assert "unique" in str(refusal.value)
    assert tip.id.hex() not in str(refusal.value)
    assert refusal.value.__suppress_context__


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE {}.entries DROP COLUMN body",
        "DROP TABLE {}.standing",
        "ALTER TABLE {}.standing ALTER known_on TYPE date USING known_on::date",
    ],
)
def test_altered_tables_are_a_broken_ledger(
    postgres: Server, on_server: Ledger, url: str, change: str
) -> None:
    postgres.run(change.format(name_of(url)))
    with pytest.raises(LedgerBroken, match="not those of a ledger"):
        on_server.heads(as_of=date(2019, 4, 1))


def test_a_page_that_cannot_be_read_is_a_broken_ledger(postgres: Server, on_server: Ledger, url: str) -> None:
    ((name,),) = postgres.run("CHECKPOINT", f"SELECT pg_relation_filepath('{name_of(url)}.entries')")
    postgres.stop()
    page = bytearray((postgres.data / name).read_bytes())
    page[12:16] = b"\xff\xff\xff\xff"  # pd_lower and pd_upper: where a page's free space begins and ends
    (postgres.data / name).write_bytes(page)
    postgres.start()
    with pytest.raises(LedgerBroken, match="is damaged"):
        on_server.heads()
    assert "invalid page" in on_server.verify().findings[-1].what


def test_somebody_who_may_only_read_reads_and_verifies_and_writes_nothing(
    postgres: Server, on_server: Ledger, url: str, device: DeviceKey
) -> None:
    on_server.append([note("a")], author=AMINA)
    name = name_of(url)
    postgres.run(
        f"GRANT USAGE ON SCHEMA {name} TO {READER}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {name} TO {READER}",
    )
    with Ledger.open(postgres.url(READER, schema=name), device=device) as reading:
        assert reading.verify().sound
        assert [head.record for head in reading.heads()] == ["a"]
        with pytest.raises(NotWritten, match="permission denied"):
            reading.append([note("b")], author=AMINA)


def test_rows_that_a_policy_would_hide_are_a_refusal_not_a_shorter_ledger(
    postgres: Server, on_server: Ledger, url: str
) -> None:
    name = name_of(url)
    let_read(postgres, name)
    postgres.run(
        f"ALTER TABLE {name}.entries ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY p ON {name}.entries USING (number = 1)",
    )
    with pytest.raises(NotWritten, match="row-level security"):
        Ledger.open(postgres.url(READER, schema=name))


def test_no_record_is_found_under_a_name_that_postgresql_cannot_hold(on_server: Ledger) -> None:
    assert on_server.head("a\0b") is None
    with on_server._store.reading() as reader:
        assert reader.bodies_about(["a\0b"], []) == []
    assert on_server.history("a\0b") == on_server.heads("note\0") == []


def test_many_rows_and_one_are_written_alike(on_server: Ledger) -> None:
    """One goes in by INSERT, many by COPY."""
    few = [note("few", words="около 8 000 «people»\ttab\\n", nothing=None)]
    many = [
        note(f"many/{n}", words="около 8 000 «people»\ttab\\n", nothing=None) for n in range(stores.COPY_FROM)
    ]
    (one, *others) = [*on_server.append(few, author=AMINA), *on_server.append(many, author=AMINA)]
    assert {str(entry.body) for entry in others} == {str(one.body)}
    assert on_server.heads() == [Head(entry.record, "note", (entry,)) for entry in (one, *others)]
    assert on_server.verify().sound
