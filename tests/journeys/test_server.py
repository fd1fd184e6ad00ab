"""A country team on one server: the whole way by command line, as its page says it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import waythrough
from servers import LOCKED, OWNER, PASSWORD, Server

PAGE = Path(__file__).resolve().parents[2] / "docs/how-to/a-server-for-a-country-team.md"
THERE = "postgresql://field@db.example.org/field"

Laptop = Callable[..., Any]


@pytest.fixture
def laptop(wt, tmp_path, monkeypatch) -> Callable[[str], Laptop]:
    """A laptop by its owner's name: a folder and keys of its own, and the command line."""

    def of(name: str) -> Laptop:
        def call(*line: object, code: int | None = 0) -> Any:
            monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / name))
            monkeypatch.setenv("WAYTHROUGH_BACKUP_PASSPHRASE", "long words of a backup")
            done = wt(*line)
            assert code in (None, done.code), done.err
            return done

        return call

    return of


@pytest.fixture
def address(postgres: Server, monkeypatch) -> str:
    """A schema that is not there yet, named as people who work in it name it: once, in their settings."""
    url = postgres.new()
    monkeypatch.setenv("WAYTHROUGH_WORKSPACE", url)
    return url


def typed() -> list[tuple[str, list[str]]]:
    """Whose laptop, and the words of each command line, in the order of the page."""
    blocks = re.findall(r"^```sh (\w+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return [(who, shlex.split(line)) for who, text in blocks for line in text.splitlines()]


def test_the_page_is_true_as_it_is_typed(laptop, address, postgres, tmp_path):
    lines = typed()
    assert len(lines) >= 8
    for who, (program, *line) in lines:
        assert program == "waythrough"
        words = [postgres.new() if word.startswith(THERE) and "moved" in word else word for word in line]
        words = [address if word.startswith(THERE) else word for word in words]
        if ">" in words:
            *words, _, file = words
            (tmp_path / file).write_text(laptop(who)(*words).out, encoding="utf-8")
        else:
            laptop(who)(*words)
    devices = laptop("amina")("device", "list", "--json").json["devices"]
    assert {one["person"] for one in devices} == {"person-1", "boris"}


def test_every_surface_takes_the_address(laptop, address, monkeypatch):
    amina = laptop("amina")
    made = amina("init", address, "--person", "Amina K.", "--json")
    assert "PostgreSQL" in made.err
    assert made.json["path"].endswith(address.rpartition("&")[2])
    monkeypatch.delenv("WAYTHROUGH_WORKSPACE")
    assert amina("verify", "-C", address).out.startswith("Sound")
    with waythrough.open(address).workspace as ws:
        assert ws.person().name == "Amina K."
    again = amina("init", address, "--person", "Boris", code=4)
    assert "already exists" in again.err


def test_a_case_on_a_server_says_what_it_says_in_a_file(laptop, address, made):
    amina = laptop("amina")
    amina("init", address, "--person", "Amina K.", "--case", "tirsa")
    for command in ("board", "verify", "assess"):
        words = [command, *(["population"] if command == "assess" else []), "--json"]
        assert amina(*words).json == amina(*words, "-C", made / "tirsa.way").json


def test_a_case_that_cannot_be_finished_leaves_no_schema(laptop, address, postgres, monkeypatch):
    from waythrough.actions import beginning

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(beginning, "_resolve", fail)
    laptop("amina")("init", address, "--person", "Amina K.", "--case", "tirsa", code=130)
    name = address.rpartition("schema=")[2]
    assert postgres.run(f"SELECT to_regnamespace('{name}')") == [(None,)]


def test_no_command_repeats_a_password(laptop, postgres):
    amina = laptop("amina")
    for url in (
        postgres.url(LOCKED, password=PASSWORD, schema="private"),  # may not make a schema here
        postgres.url(OWNER, password=PASSWORD, schema="nowhere"),
        postgres.url(LOCKED, password=PASSWORD + "!"),
        f"postgresql://{OWNER}:{PASSWORD.split()[-1]}@localhost:1/x",
    ):
        for line in (["verify", "-C", url], ["init", url, "--person", "Amina K."], ["doctor", "-C", url]):
            done = amina(*line, code=None)
            assert "battery" not in done.out + done.err
