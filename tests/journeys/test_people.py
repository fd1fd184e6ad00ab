"""People's data from planting to the end: who can read it, where it turns up, and that it is gone when it is erased."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sqlite3
import stat
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from journeys.test_two_laptops import Desk, write_card
from waythrough.actions import erasing
from waythrough.actions.names import read_names
from waythrough.actions.workspace import Workspace
from waythrough.ledger import Ledger
from waythrough.ledger.onrecord import READ
from waythrough.terms.entries import ERASED, OPEN, SEALED, WHO, Draft
from waythrough.terms.kinds import body_of
from waythrough.terms.people import Identity
from waythrough.terms.problems import Protected

HOMES = 100
REGISTRAR = "p-registrar"
OFFICER = "p-second"
RUN = secrets.token_hex(12)
"""In every planted value, so that what an earlier run left in a temporary folder is not taken for what this one did."""


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """Each laptop here makes what it needs; the shipped cases need not be loaded for it."""
    return tmp_path_factory.mktemp("made")


@pytest.fixture
def left_behind(tmp_path, tmp_path_factory, monkeypatch) -> Callable[[Iterable[str]], list[str]]:
    """Which of these texts stand in the temporary folder the program is told of, and which files in the system's own.

    The system's own is looked through for files that are newer than this test: a library may have asked for it
    before the program was told of another, or never ask at all.
    """
    told, systems, began = tmp_path / "temp", Path(tempfile.gettempdir()), time.time() - 1
    told.mkdir()
    monkeypatch.setenv("TMPDIR", str(told))
    monkeypatch.setattr(tempfile, "tempdir", None)
    assert tempfile.gettempdir() == str(told)
    ours = tmp_path_factory.getbasetemp()

    def search(texts: Iterable[str]) -> list[str]:
        hits = found_among([path for path in told.rglob("*") if path.is_file()], texts)
        # Of the system's folder only what every planted value has in it: other programs write there too, and much.
        marks = RUN.encode(), RUN.encode("utf-16-le")
        fresh = newer(systems, began, besides=ours)
        return hits + [path for path, data in fresh if any(mark in data for mark in marks)]

    return search


def newer(folder: Path, than: float, *, besides: Path) -> Iterator[tuple[str, bytes]]:
    """Files written after a moment. Test runs that are under way beside this one keep theirs in folders of pytest."""
    for root, names, files in os.walk(folder):
        names[:] = [name for name in names if not (name.startswith("pytest-") or Path(root, name) == besides)]
        for name in files:
            path = os.path.join(root, name)  # noqa: PTH118 - there may be a hundred thousand, and Path takes its time
            with contextlib.suppress(FileNotFoundError):  # another program's, gone meanwhile
                about = os.lstat(path)
                if stat.S_ISREG(about.st_mode) and about.st_mtime >= than and os.access(path, os.R_OK):
                    yield path, Path(path).read_bytes()


@pytest.fixture
def desk(wt, tmp_path, left_behind, monkeypatch) -> Callable[[str], Desk]:
    return lambda name: Desk(tmp_path / name, tmp_path / f"{name}-home", wt, monkeypatch)


@pytest.fixture
def amina(desk) -> Desk:
    """A laptop with the invented site, on which every role is held."""
    made = desk("amina")
    made("demo", "--case", "tirsa", "-q")
    return made


@pytest.fixture
def boris(desk, amina, tmp_path) -> Desk:
    """A planner's laptop, enrolled as movement officer and brought up to date by a stick."""
    stick, joined = tmp_path / "stick", desk("boris")
    stick.mkdir()
    words = write_card(joined, stick / "boris.card")
    amina("device", "enrol", stick / "boris.card", "--person", "p-movement", "--words", words)
    meet(amina, joined, stick)
    return joined


@pytest.fixture
def officer(desk, amina, tmp_path) -> Desk:
    """The laptop of a second person who protects data."""
    stick, joined = tmp_path / "stick", desk("officer")
    stick.mkdir(exist_ok=True)
    named = ("--name", "Second officer (invented)", "--roles", "data_protection_officer")
    amina("record", "person", "--id", OFFICER, *named, "--by", "p-head")
    words = write_card(joined, stick / "officer.card")
    amina("device", "enrol", stick / "officer.card", "--person", OFFICER, "--words", words)
    meet(amina, joined, stick)
    return joined


def sits_at(who: Desk) -> Workspace:
    """A person's workspace, opened with the keys of the person's own laptop."""
    who.patch.setenv("WAYTHROUGH_HOME", str(who.home))
    return Workspace.open(who.way)


def meet(one: Desk, other: Desk, stick: Path) -> None:
    """The stick goes there and back, until both have told each other everything."""
    for who in (one, other, one, other):
        who("sync", stick)


def values(home: str) -> dict[str, tuple[str, ...] | str]:
    """Five things about a household that nobody else may know. Invented, and found nowhere by chance."""
    mark = RUN + sha256(f"planted {home}".encode()).hexdigest()[:10]
    return {
        "names": (f"Invented Father {mark}", f"Invented Mother {mark}"),
        "papers": (f"passport X{mark}",),
        "phones": (f"+00 555 {mark}",),
        "place": f"tent {mark} behind the well",
    }


def planted(homes: Iterable[str]) -> list[str]:
    return [
        text
        for home in homes
        for said in values(home).values()
        for text in ([said] if isinstance(said, str) else said)
    ]


def plant(who: Desk) -> list[str]:
    """An identity for each of a hundred households; gives their ids."""
    with sits_at(who) as ws:
        homes = [home.id for home in ws.records("household")][:HOMES]
        identities = [Identity(f"id-{home}", home, **values(home)) for home in homes]
        ws.append([Draft("identity", one.id, body_of(one)) for one in identities], REGISTRAR)
    return homes


def found_in(folder: Path, texts: Iterable[str]) -> list[str]:
    """Which of these texts, or their hashes without salt, stand in any file below a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return found_among(files, texts)


def found_among(files: Iterable[Path], texts: Iterable[str]) -> list[str]:
    """The same for some files."""
    data = [path.read_bytes() for path in files]
    hits = []
    for text in texts:
        plain = text.encode()
        digest = sha256(plain)
        forms = (plain, text.encode("utf-16-le"), digest.digest(), digest.hexdigest().encode())
        if any(form in one for one in data for form in forms):
            hits.append(text)
    return hits


def opened_by(who: Desk, on_record: bool) -> set[str]:
    """Every personal record that this laptop's keys open, whatever it may."""
    with sits_at(who) as ws, ws.ledger._store.reading() as reader:
        entries = ws.ledger._vault.read(list(reader.every_line()), on_record=on_record)
    return {entry.record for entry in entries if entry.vaulted and entry.state == OPEN}


# --- who can read it -----------------------------------------------------------------------------------------


def test_an_opened_planners_laptop_holds_none_of_five_hundred_names(amina, boris, tmp_path):
    homes = plant(amina)
    texts = planted(homes)
    assert len(texts) == 500
    meet(amina, boris, tmp_path / "stick")
    identities = {f"id-{home}" for home in homes}
    assert identities <= opened_by(amina, on_record=True)  # the control: this is how they would be read
    plans = boris("plan", "--json").json["plan"]
    assert plans["returns"], "a planner plans with households, by opaque id"
    assert set(homes) <= opened_by(boris, on_record=True)
    assert identities & opened_by(boris, on_record=True) == set()
    for folder in (boris.folder, boris.home, tmp_path / "stick"):
        assert found_in(folder, texts) == []
    refused = boris("show", homes[0], "--names", "--why", "curious", "--by", REGISTRAR, code=7)
    assert "cannot be read on this device" in refused.err
    with pytest.raises(Protected, match="“who”"):
        plant(boris)  # nor can they be written there, whatever name is typed


# --- erased means gone ---------------------------------------------------------------------------------------


def erase_all(ws: Workspace, homes: list[str]) -> list[erasing.Standing]:
    """Ten ids or so at a time: what one person may order alone."""
    actor = ws.person(REGISTRAR)
    return [erasing.erase(ws, actor, homes[n : n + 3], "asked") for n in range(0, len(homes), 3)]


@pytest.mark.slow
def test_five_hundred_erased_values_are_nowhere(amina, boris, tmp_path, left_behind):
    homes = plant(amina)
    texts = planted(homes)
    meet(amina, boris, tmp_path / "stick")
    with sits_at(amina) as ws:
        for home in homes[:5]:  # they were in use
            read_names(ws, ws.person(REGISTRAR), home, "to call about the bus")
        shutil.copy(amina.way, tmp_path / "taken-before.way")
        done = erase_all(ws, homes)
        assert all(one.honoured and one.done == 1 and len(one.owing) == 1 for one in done)
        assert sum(one.bodies_here for one in done) >= 5 * HOMES // 2
        # While the file is open, with its log beside it.
        assert found_in(amina.folder, texts) == []
        assert found_in(amina.home, texts) == []
        assert {entry.state for home in homes for entry in ws.ledger.history(f"id-{home}")} == {ERASED}
        assert {entry.state for home in homes for entry in ws.ledger.history(home)} == {ERASED}
        sent = [line for parcel in ws.ledger.parcels() for line in parcel.lines if _about(line, homes)]
        assert sent
        assert {(line.salt, line.body) for line in sent} == {(None, None)}
        assert ws.ledger.verify().sound
    written = [amina("plan", "--out", "plan.json", "--situation-out", "situation.json", "--json")]
    written += [amina("publish", "--out", "report"), amina("log", "--limit", 200), amina("erase", "--status")]
    meet(amina, boris, tmp_path / "stick")
    for desk in (amina, boris):
        assert found_in(desk.folder, texts) == []
        assert found_in(desk.home, texts) == []
        assert desk("verify").code == 0
    assert found_in(tmp_path / "stick", texts) == []
    assert left_behind(texts) == []
    said = "".join(one.out + one.err for one in written)
    assert [text for text in texts if text in said] == []
    owed = amina("erase", "--status", "--json").json["orders"]
    assert [one["owing"] for one in owed] == [[]] * len(owed)
    assert {one["done"] for one in owed} == {2}


def test_above_twenty_ids_nothing_goes_until_a_second_person_approves_on_a_device_of_their_own(
    amina, officer, tmp_path
):
    homes = plant(amina)[:21]
    texts, stick = planted(homes), tmp_path / "stick"
    meet(amina, officer, stick)
    waits = amina("erase", *homes, "--reason", "no_longer_needed", "--by", REGISTRAR)
    assert "Nothing is destroyed until the order holds" in waits.err
    (order,) = amina("erase", "--status", "--json").json["orders"]
    # Whoever holds the laptop on which it was ordered could type the second person's name there.
    amina("erase", "--approve", order["erasure"][:12], "--by", OFFICER)
    assert states_of(amina, homes) == {OPEN}
    amina("sync", stick)
    officer("sync", stick)
    assert "no other person" in officer("erase", "--status").out
    assert states_of(officer, homes) == {OPEN}

    approved = officer("erase", "--approve", order["erasure"][:12], "--json").json["orders"][0]
    assert approved["honoured"] and approved["bodies_here"] >= 2 * len(homes)
    assert states_of(officer, homes) == {ERASED}
    assert states_of(amina, homes) == {OPEN}, "it has not been told yet"
    meet(officer, amina, stick)
    for desk in (amina, officer):
        assert states_of(desk, homes) == {ERASED}
        assert found_in(desk.folder, texts) == found_in(desk.home, texts) == []
        assert [one["owing"] for one in desk("erase", "--status", "--json").json["orders"]] == [[]]
        assert desk("verify").out.startswith("Sound")


def states_of(who: Desk, homes: Iterable[str]) -> set[str]:
    """In which states the bodies about these households are on a laptop that may open them."""
    with sits_at(who) as ws, ws.ledger._store.reading() as reader:
        lines = [line for home in homes for line in reader.lines_of_records([home, f"id-{home}"])]
        return {entry.state for entry in ws.ledger._vault.read(lines, on_record=True)}


def _about(line, homes: list[str]) -> bool:
    return any(f'"subject":"{home}"'.encode() in line.meta for home in homes)


def test_a_copy_taken_before_an_erasure_does_not_open_after_it(amina, tmp_path):
    homes = plant(amina)[:3]
    copy = tmp_path / "taken-before.way"
    with sits_at(amina) as ws:
        ws.ledger.log(limit=1)
    shutil.copy(amina.way, copy)
    with Workspace.open(copy) as ws:  # with the same laptop's keys
        assert {entry.state for home in homes for entry in ws.ledger.history(home)} == {OPEN}
    with sits_at(amina) as ws:
        erase_all(ws, homes)
    with Ledger.open(copy) as ledger, ledger._store.reading() as reader:
        lines = [line for home in homes for line in reader.lines_of_records([home, f"id-{home}"])]
        assert all(line.body for line in lines)  # the ciphertext is there
        assert {entry.state for entry in ledger._vault.read(lines, on_record=True)} == {SEALED}


def test_without_the_vault_the_search_finds_every_value(tmp_path, monkeypatch):
    """The control: the same values, written without a subject, stand in the file for anyone to read."""
    monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / "home"))
    homes = [f"hh-{n}" for n in range(HOMES)]
    (tmp_path / "open").mkdir()
    with Ledger.create(tmp_path / "open" / "camp.way", title="Camp", author="person-1") as ledger:
        bodies = [body_of(replace(Identity(f"id-{home}", home), **values(home))) for home in homes]
        ledger.append([Draft("note", f"id-{n}", body) for n, body in enumerate(bodies)], author="person-1")
    assert len(found_in(tmp_path / "open", planted(homes))) == 5 * HOMES


# --- nothing is said in passing ------------------------------------------------------------------------------


@pytest.mark.slow
def test_no_command_and_no_refusal_says_a_name_in_passing(amina, left_behind):
    homes = plant(amina)
    texts = planted(homes)
    people = amina.folder / "people.csv"
    people.write_text(
        "household,name,phone\n" + "\n".join(f"{h},{','.join(planted([h])[:2])}" for h in homes)
    )
    letter = amina.folder / "letter-2017-06-01.txt"
    letter.write_bytes("\n".join(texts).encode() + b"\xff\xfe\x00broken")
    names = ("--names", texts[0], "--phones", texts[3], "--by", REGISTRAR)
    said = [
        amina("record", "identity", "--household", homes[0], *names),
        amina("record", "identity", "--household", "no-such", *names, code=4),
        amina("record", "identity", "--household", homes[0], "--adult", "no-such", *names, code=4),
        amina("record", "identity", "--household", homes[0], *names[:4], "--by", "p-movement", code=7),
        amina("record", "identity", *names, code=2),
        amina("import", people, code=4),
        amina("import", people, "--as", "requests", code=4),
        amina("import", people, "--as", "places", code=4),
        amina("import", letter, code=4),
        *(amina(command) for command in ("board", "plan", "doors", "assess", "log", "verify")),
        amina("log", "--kind", "identity", "--json"),
        amina("show", f"id-{homes[0]}"),
        amina("show", f"id-{homes[0]}", "--json"),
        amina("publish", "--out", "report"),
        amina("show", homes[0], "--names", "--by", REGISTRAR, code=7),
        amina("show", homes[0], "--names", "--why", "to call", "--by", "p-movement", code=7),
    ]
    spoken = "".join(one.out + one.err for one in said)
    assert [text for text in texts if text in spoken] == []
    assert found_in(amina.folder / "report", texts) == []
    assert found_in(amina.home, texts) == []
    assert left_behind(texts) == []
    shown = amina("show", homes[0], "--names", "--why", "to call", "--by", REGISTRAR)
    assert texts[1] in shown.out  # the control: this command is the one that says it
    assert [text for text in texts if text in shown.err] == []
    assert left_behind(texts) == []


@pytest.mark.slow
def test_a_text_left_in_a_temporary_folder_would_be_found(monkeypatch, request):
    """The control, for the system's own folder and for the one the program is told of."""
    systems = tempfile.gettempdir()
    left_behind = request.getfixturevalue("left_behind")
    text = f"left behind {RUN}"
    for folder in (systems, tempfile.gettempdir()):
        assert left_behind([text]) == []
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(text.encode())
            file.flush()
            assert left_behind([text]) == [text if folder != systems else file.name]


def test_a_refused_body_about_people_is_not_repeated(amina):
    with sits_at(amina) as ws, pytest.raises(Exception, match="not shown here") as refused:
        ws.append([Draft("identity", "id-x", {"household": "h", "names": "Invented Name"})], REGISTRAR)
    assert "Invented" not in str(refused.value)


# --- consent taken back --------------------------------------------------------------------------------------


def test_a_withdrawn_consent_ends_every_use_here_at_once_and_elsewhere_with_the_next_sync(
    amina, boris, tmp_path
):
    seat = boris("plan", "--json").json["plan"]["returns"][0]["seats"][0]["household"]
    with sits_at(amina) as ws:
        adult = ws.get("household", seat).adults[0]
    amina(
        *("record", "consent", "--household", seat, "--adult", adult, "--purpose", "travel"),
        *("--decision", "withdrawn", "--text-version", "text-1", "--by", REGISTRAR),
        *("--given-on", "2017-06-12", "--valid-from", "2017-06-12", "--valid-until", "2017-06-12"),
    )
    amina("plan", "--out", "plan.json")
    amina("publish", "--out", "report")
    for path in (amina.folder / "plan.json", *(amina.folder / "report").iterdir()):
        assert seat not in path.read_text(encoding="utf-8"), path.name
    meet(amina, boris, tmp_path / "stick")
    after = boris("plan", "--json").json["plan"]
    assert seat not in {one["household"] for trip in after["returns"] for one in trip["seats"]}


def test_who_is_behind_a_sealed_author_is_known_to_the_head_of_office_alone(amina, boris, tmp_path):
    (site,) = boris.records("site")
    told = ("--type", "attack", "--on", "2017-06-01", "--what", "A theft was seen.")
    speaker = next(iter(boris.records("organisation")))
    incident = boris(
        *("record", "incident", "--site", site, *told, "--speaker", speaker, "--sealed", "--by", "p-movement")
    ).out.strip()
    assert b"p-movement" not in _commit_of(boris, incident)
    meet(amina, boris, tmp_path / "stick")
    refused = amina("show", incident, "--reveal", "--why", "a court asks", "--by", "p-access", code=7)
    assert "reveal author" in refused.err
    shown = amina("show", incident, "--reveal", "--why", "a court asks", "--by", "p-head")
    assert "author: p-movement" in shown.out
    assert [e["body"]["vault"] for e in amina("log", "--json").json["entries"] if e["kind"] == READ] == [
        "author"
    ]


def _commit_of(who: Desk, record: str) -> bytes:
    """Everything of the commit that wrote a record, as it lies in the file."""
    with sqlite3.connect(who.way) as db:
        rows = db.execute(
            "SELECT c.header, e.meta, e.body FROM entries e JOIN commits c ON c.number = e.commit_number"
            " WHERE e.commit_number IN (SELECT commit_number FROM entries WHERE instr(meta, ?))",
            (f'"record":"{record}"'.encode(),),
        ).fetchall()
    assert len(rows) == 2
    return b"".join(part for row in rows for part in row)


# --- by command line -----------------------------------------------------------------------------------------


def test_what_is_past_its_day_is_purged_by_command(amina):
    assert "past their day" in amina("purge", "--by", REGISTRAR).err
    with sqlite3.connect(amina.way) as db:
        (kept,) = db.execute("SELECT count(*) FROM entries WHERE keep_until IS NOT NULL").fetchone()
    assert kept > HOMES
    assert amina("purge", "--by", REGISTRAR, "--json").json["orders"] == []


def test_that_names_were_read_is_in_the_log(amina):
    homes = plant(amina)
    amina("show", homes[0], "--names", "--why", "to call", "--by", REGISTRAR)
    (read,) = (e for e in amina("log", "--json").json["entries"] if e["kind"] == READ)
    assert read["body"] == {"person": REGISTRAR, "subjects": [homes[0]], "vault": WHO, "why": "to call"}
