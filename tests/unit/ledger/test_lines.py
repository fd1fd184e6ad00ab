"""Lines are read many at a time, and say what each would say by itself."""

from __future__ import annotations

import json

import pytest

from waythrough.ledger import lines
from waythrough.ledger.lines import READ_AT_ONCE, StoredLine
from waythrough.terms.entries import ERASED, OPEN, Entry
from waythrough.terms.problems import LedgerBroken


def stored(n: int, **changes: object) -> StoredLine:
    meta = {
        "author": "Amina Example",
        "corrects": [],
        "kind": "note",
        "known_on": "2019-03-01",
        "record": f"note/{n}",
        "source": None,
        "valid_from": None,
        "valid_to": None,
    }
    line = StoredLine(
        1554109200000, n, b"l" * 20, n, 0, n.to_bytes(16, "big"), _bytes(meta), _bytes({"n": n})
    )
    return line._replace(**changes)  # type: ignore[arg-type]


def _bytes(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def test_many_lines_say_what_each_says_alone() -> None:
    many = [stored(n) for n in range(2 * READ_AT_ONCE + 1)]
    read = lines.read_open(many)
    assert read == [lines.read(line) for line in many]
    assert [entry.record for entry in read] == [f"note/{n}" for n in range(len(many))]
    assert lines.read_open([]) == []


def test_an_erased_body_among_them_takes_nothing_from_the_others() -> None:
    read = lines.read_open([stored(0), stored(1, body=None), stored(2)])
    assert [(entry.state, entry.body) for entry in read] == [(OPEN, {"n": 0}), (ERASED, {}), (OPEN, {"n": 2})]


@pytest.mark.parametrize(
    "altered",
    [
        {"meta": b"{}"},
        {"meta": b"\xff"},
        {"body": b'{"n":1},{"n":2}'},
        {"body": b'{"n":'},
        {"physical_ms": 2**62},
        {"id": None},
    ],
)
def test_an_altered_line_among_them_is_refused_by_its_commit(altered: dict[str, object]) -> None:
    with pytest.raises(LedgerBroken, match="an entry of commit 7 cannot be read"):
        lines.read_open([stored(0), stored(7, **altered), stored(8)])


@pytest.mark.parametrize("altered", [{"meta": b"{}"}, {"meta": b"\xff"}, {"physical_ms": 2**62}])
def test_a_line_that_does_not_say_its_record_is_refused_by_its_commit(altered: dict[str, object]) -> None:
    with pytest.raises(LedgerBroken, match="an entry of commit 7 cannot be read"):
        lines.read_revision(stored(7, **altered))


def test_an_entry_read_back_is_as_firm_as_any() -> None:
    """It is made past the guard of its class; the guard must stand all the same."""
    (entry,) = lines.read_open([stored(0)])
    assert {*vars(entry)} == {*Entry.__dataclass_fields__}
    with pytest.raises(AttributeError):
        entry.record = "another"  # type: ignore[misc]
