"""Two laptops and a stick; a laptop and a server: the whole way by command line."""

from __future__ import annotations

import re
import shlex
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from waythrough.actions.syncing import post_at
from waythrough.cli.app import COMMANDS
from waythrough.ledger.device import device_key
from waythrough.ledger.serving import SyncApp, server


@dataclass
class Desk:
    """One laptop: a folder to work in, keys of its own, and the command line."""

    folder: Path
    home: Path
    call: Callable[..., Any]
    patch: pytest.MonkeyPatch

    def __call__(self, *line: object, code: int = 0) -> Any:
        self.folder.mkdir(exist_ok=True)
        self.patch.chdir(self.folder)
        self.patch.setenv("WAYTHROUGH_HOME", str(self.home))
        done = self.call(*line)
        assert done.code == code, done.err
        return done

    @property
    def way(self) -> Path:
        """The one workspace of this laptop."""
        (found,) = self.folder.glob("*.way")
        return found

    def records(self, kind: str) -> set[str]:
        """The records of a kind."""
        return {one["record"] for one in self("log", "--kind", kind, "--json").json["entries"]}


@pytest.fixture
def desk(wt, tmp_path, monkeypatch) -> Callable[[str], Desk]:
    return lambda name: Desk(tmp_path / name, tmp_path / f"{name}-home", wt, monkeypatch)


@pytest.fixture
def amina(desk) -> Desk:
    """A keeper with a workspace and a colleague recorded."""
    made = desk("amina")
    made("init", "valley.way", "--person", "Amina K.", "--title", "Valley camp")
    made("record", "person", "--id", "boris", "--name", "Boris T.", "--roles", "site_coordinator")
    return made


@pytest.fixture
def stick(tmp_path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    return made


def write_card(who: Desk, path: Path) -> str:
    """A card, and the words its owner would read aloud."""
    done = who("device", "card", "--name", "Boris's laptop")
    path.write_text(done.out, encoding="utf-8")
    return done.err.split("Its words: ")[1].splitlines()[0]


@pytest.fixture
def boris(desk, amina, stick) -> Desk:
    """A colleague's laptop, enrolled and begun from the stick."""
    joined = desk("boris")
    words = write_card(joined, stick / "boris.card")
    amina("device", "enrol", stick / "boris.card", "--person", "boris", "--words", words)
    amina("sync", stick)
    joined("sync", stick)
    return joined


def test_a_colleague_joins_by_stick_and_both_end_with_the_same(amina, boris, stick):
    assert boris.way.name.startswith("ledger-")
    boris(
        "record",
        "party",
        "--id",
        "party-a",
        "--names",
        "en=Hill Council",
        "--kind",
        "local_authority",
        code=7,
    )
    amina("record", "party", "--id", "party-a", "--names", "en=Hill Council", "--kind", "local_authority")
    amina("sync", stick)
    boris("sync", stick)
    assert boris.records("party") == {"party-a"}
    amina("sync", stick)
    said = [who("checkpoint", "--json").json for who in (amina, boris)]
    assert said[0] == said[1]
    assert len(said[0]["checkpoints"]) == 2
    for who in (amina, boris):
        assert who("verify").out.startswith("Sound")


def test_the_words_of_the_ledger_are_those_the_new_laptop_was_told(desk, amina, stick):
    joined = desk("boris")
    write_card(joined, stick / "boris.card")
    amina("device", "enrol", stick / "boris.card", "--person", "boris")
    amina("sync", stick)
    told = joined("sync", stick).err
    words = amina("checkpoint", "--json").json["ledger"]
    assert words in told
    assert "very ledger" in joined("checkpoint", "--said", words.upper()).err


def test_words_read_by_telephone_name_their_checkpoint(amina, boris, stick):
    amina("sync", stick)
    words = boris("checkpoint", "--json").json["checkpoints"][-1]["words"]
    assert "all it attests is here" in amina("checkpoint", "--said", words).out
    amina("checkpoint", "--said", "zoo " * 8, code=3)
    amina("checkpoint", "--said", "zoo", code=4)


def test_a_card_that_was_exchanged_is_refused(desk, amina, stick):
    words = write_card(desk("boris"), stick / "boris.card")
    write_card(desk("mallory"), stick / "boris.card")
    refused = amina("device", "enrol", stick / "boris.card", "--person", "boris", "--words", words, code=4)
    assert "exchanged on its way" in refused.err
    (stick / "boris.card").write_text("{}")
    amina("device", "enrol", stick / "boris.card", "--person", "boris", code=4)


@pytest.mark.parametrize("change", ["public_key", "box_key", "signature"])
def test_a_card_whose_keys_do_not_belong_together_is_refused(desk, amina, stick, change):
    import json

    write_card(desk("boris"), stick / "boris.card")
    write_card(desk("mallory"), stick / "mallory.card")
    card, other = (json.loads((stick / name).read_text()) for name in ("boris.card", "mallory.card"))
    (stick / "boris.card").write_text(json.dumps({**card, change: other[change]}))
    refused = amina("device", "enrol", stick / "boris.card", "--person", "boris", code=4)
    assert "do not belong together" in refused.err


def test_a_device_is_enrolled_for_a_recorded_person_with_known_roles(desk, amina, stick):
    write_card(desk("boris"), stick / "boris.card")
    amina("device", "enrol", stick / "boris.card", "--person", "Boris T.", code=3)
    amina("device", "enrol", stick / "boris.card", "--person", "boris", "--role", "king", code=4)


def test_a_revoked_laptop_is_set_aside_from_then_on(amina, boris, stick):
    amina("sync", stick)
    amina("device", "revoke", "Boris's laptop")
    status = {one["name"]: one["status"] for one in amina("device", "list", "--json").json["devices"]}
    assert status["Boris's laptop"] == "revoked"
    amina("device", "revoke", "nobody", code=3)
    amina("record", "party", "--id", "party-a", "--names", "en=Hill Council", "--kind", "local_authority")
    amina("sync", stick)
    assert "Not sealed to this device" in boris("sync", stick).out
    assert boris.records("party") == set()
    boris("record", "stock", "--help")
    for who in (boris, amina):
        late = who("sync", stick).out
    assert "Set aside" not in late  # nothing but what was known when it was revoked


def test_one_who_may_not_enrol_is_refused(desk, amina, boris, stick):
    write_card(desk("carla"), stick / "carla.card")
    boris("device", "enrol", stick / "carla.card", "--person", "boris", code=7)
    boris("device", "revoke", "Amina K.", code=3)


def test_a_bundle_goes_by_mail(amina, boris, stick, tmp_path):
    amina("record", "party", "--id", "party-a", "--names", "en=Hill Council", "--kind", "local_authority")
    amina("bundle", "make", tmp_path / "mail.wtb")
    shown = boris("bundle", "show", tmp_path / "mail.wtb", "--json").json
    assert shown["parts"] == 1
    assert boris("bundle", "read", tmp_path / "mail.wtb", "--json").json["entries"] > 0
    assert boris.records("party") == {"party-a"}
    assert boris("sync", tmp_path / "mail.wtb", "--json").json["commits"] == 0
    (tmp_path / "mail.wtb").write_bytes((tmp_path / "mail.wtb").read_bytes()[:-1])
    boris("bundle", "read", tmp_path / "mail.wtb", code=4)


def test_a_damaged_bundle_on_the_stick_is_named_and_the_rest_goes_on(amina, boris, stick):
    (bundle,) = [path for path in stick.glob("*.wtb") if path.name not in amina("sync", stick).out]
    bundle.write_bytes(b"WYTX" + bytes(30))
    done = amina("sync", stick, code=4)
    assert bundle.name in done.err
    assert "Left" in done.out


def test_a_path_that_is_not_there_is_exit_3(amina):
    amina("sync", "nowhere", code=3)


@pytest.fixture
def url(desk, amina, stick) -> Iterator[str]:
    """An office that serves the ledger, on a device of its own."""
    office = desk("office")
    write_card(office, stick / "office.card")
    amina("device", "enrol", stick / "office.card", "--person", "boris", "--role", "viewer")
    amina("sync", stick)
    office("sync", stick)
    # The server runs in this very process: its device is that of its own folder, whatever WAYTHROUGH_HOME says now.
    home, way = office.home, office.way
    app = SyncApp(lambda: post_at(way, device=device_key(home)))
    with server(app, "127.0.0.1", 0) as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}/"
        serving.shutdown()
        thread.join()


def test_two_laptops_meet_at_a_server(amina, boris, stick, url):
    amina("record", "party", "--id", "party-a", "--names", "en=Hill Council", "--kind", "local_authority")
    done = amina("sync", url)
    assert "Sent" in done.out
    boris("sync", url)
    assert boris.records("party") == {"party-a"}
    assert boris("sync", url, "--json").json["commits"] <= 1
    for who in (amina, boris):
        assert who("verify").out.startswith("Sound")


def test_nobody_at_the_address_is_exit_9(amina):
    refused = amina("sync", "http://127.0.0.1:9/", code=9)
    assert "Run the same command again" in refused.err
    amina("sync", "http://office.example.org/", code=4)


def test_serving_needs_to_know_what(amina):
    amina("serve", code=4)


# --- the page ------------------------------------------------------------------------------------------------

PAGE = Path(__file__).resolve().parents[2] / "docs/how-to/two-laptops-and-a-stick.md"


def lines_of_the_page() -> list[tuple[str, list[str]]]:
    """Whose laptop, and the words of each command line, in the order of the page."""
    found = []
    for who, text in re.findall(
        r"^```sh (\w+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    ):
        found += [(who, shlex.split(line, comments=True)) for line in text.splitlines()]
    return found


def test_the_page_is_true_as_it_is_typed(desk, stick):
    amina, boris = desk("amina"), desk("boris")
    amina("init", "valley.way", "--person", "Amina K.", "--title", "Valley camp")
    words = {}
    for who, (program, *line) in lines_of_the_page():
        assert program == "waythrough"
        assert line[0] in COMMANDS
        if who not in ("amina", "boris"):
            continue
        line = [word.replace("/media/stick", str(stick)) for word in line]
        line = [words["said"] if len(word.split()) == 8 else word for word in line]
        if ">" in line:
            words["said"] = write_card(boris, Path(line[-1]))
            continue
        {"amina": amina, "boris": boris}[who](*line)
        boris.folder.mkdir(exist_ok=True)
        words["said"] = amina("checkpoint", "--json").json["ledger"] if line[0] == "sync" else words["said"]
    status = {one["name"]: one["status"] for one in amina("device", "list", "--json").json["devices"]}
    assert status["Boris's laptop"] == "revoked"
    assert boris("verify").out.startswith("Sound")
