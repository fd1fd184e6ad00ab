"""The address of a server: read strictly, shown without its secrets."""

from __future__ import annotations

import sys

import pytest

from servers import LOCKED, PASSWORD, Server
from waythrough.ledger import Ledger
from waythrough.ledger.server import Address, is_address
from waythrough.terms.problems import DriverMissing, InputRefused, Problem, ServerOutOfReach

SECRET = "battery"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("postgresql://db/field", True),
        ("postgres://db/field", True),
        ("valley.way", False),
        ("/srv/postgresql/valley.way", False),
        ("postgresql.way", False),
    ],
)
def test_an_address_is_told_from_a_path(text: str, is_one: bool) -> None:
    assert is_address(text) is is_one


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://db.example.org/field", "postgresql://db.example.org/field?schema=waythrough"),
        ("postgres://team@db:5433/field?schema=valley", "postgresql://db:5433/field?schema=valley"),
        (
            f"postgresql://team:{SECRET}@db/field?sslmode=verify-full&schema=v",
            "postgresql://db/field?schema=v",
        ),
        ("postgresql:///field?host=%2Frun%2Fpg", "postgresql:///field?host=/run/pg&schema=waythrough"),
        (f"postgresql://db/field?user=team&password={SECRET}", "postgresql://db/field?schema=waythrough"),
        ("postgresql://a%20b@[::1]:5/x", "postgresql://::1:5/x?schema=waythrough"),
    ],
)
def test_an_address_shows_neither_user_nor_password(url: str, shown: str) -> None:
    address = Address.read(url)
    assert str(address) == shown
    assert SECRET not in repr(address)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://team:cor@{SECRET}@db/field",
        f"postgresql://team:cor/{SECRET}@db/field",
        f"postgresql://team:cor?{SECRET}@db/field",
        f"postgresql://team:%zz{SECRET}@db/field",
        f"postgresql://team@db/field?{SECRET}=1",
        f"postgresql://team@db/field?schema={SECRET}-1",
        "postgresql://team@db/field?schema=pg_battery",
        f"postgresql://team@db/field?schema={SECRET};drop",
        f"postgresql://team@db/field?schema=a{SECRET * 10}",
        f"postgresql://team@db/field?unsafe={SECRET}",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        Address.read(url)
    assert SECRET not in f"{refusal.value} {refusal.value.remedy()}"


@pytest.mark.parametrize("url", ["postgresql://team:battery@localhost:1/x", "postgresql:///x?host=/nowhere"])
def test_a_server_that_does_not_answer_is_a_refusal(url: str) -> None:
    with pytest.raises(ServerOutOfReach) as refusal:
        Ledger.open(url)
    assert SECRET not in str(refusal.value)
    assert refusal.value.exit_code == 3


def test_a_wrong_password_is_refused_and_shown_nowhere(postgres: Server) -> None:
    with pytest.raises(Problem) as refusal:
        Ledger.open(postgres.url(LOCKED, password="wrong " + PASSWORD))
    chain, error = "", BaseException()
    error = refusal.value
    while error:
        chain, error = chain + repr(error), error.__cause__ or error.__context__
    assert "password authentication failed" in chain
    assert "battery" not in chain


def test_a_right_password_with_every_sign_in_it_opens_the_door(postgres: Server) -> None:
    Address.read(postgres.url(LOCKED, password=PASSWORD)).connect().close()


def test_a_missing_driver_says_how_to_bring_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DriverMissing) as refusal:
        Ledger.open("postgresql://team:battery@db/field")
    assert "pip install waythrough[pg]" in refusal.value.remedy()
    assert SECRET not in str(refusal.value)
