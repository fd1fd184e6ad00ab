"""The commit header keeps its layout, and refuses what it does not know."""

from __future__ import annotations

import struct

import pytest

from waythrough.ledger.header import LENGTH, NOTHING, Header, unpack

HEADER = Header(
    ledger=b"L" * 16,
    log=b"D" * 20,
    sequence=7,
    previous=b"P" * 32,
    physical_ms=1_554_109_200_000,
    counter=3,
    count=2,
    root=b"R" * 32,
    act=b"A" * 32,
)


def test_the_layout_is_the_published_one() -> None:
    assert HEADER.pack() == (
        b"WYTC\x00\x01\x00\x01"
        + b"L" * 16
        + b"D" * 20
        + (7).to_bytes(8, "big")
        + b"P" * 32
        + (1_554_109_200_000).to_bytes(8, "big")
        + (3).to_bytes(4, "big")
        + (2).to_bytes(4, "big")
        + b"R" * 32
        + b"A" * 32
    )
    assert LENGTH == 164


def test_what_is_packed_is_read_back() -> None:
    assert unpack(HEADER.pack()) == HEADER
    assert (
        Header(*[getattr(HEADER, name) for name in HEADER.__dataclass_fields__ if name != "act"]).act
        == NOTHING
    )


@pytest.mark.parametrize(
    ("place", "value", "word"),
    [(0, b"WXTC", "mark"), (4, struct.pack(">H", 2), "format 2"), (6, b"\0\2", "suite 2")],
)
def test_an_unknown_mark_format_or_suite_is_refused(place: int, value: bytes, word: str) -> None:
    data = HEADER.pack()
    with pytest.raises(ValueError, match=word):
        unpack(data[:place] + value + data[place + len(value) :])


@pytest.mark.parametrize("data", [b"", HEADER.pack()[:-1], HEADER.pack() + b"\0"])
def test_a_header_of_another_length_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="164"):
        unpack(data)
