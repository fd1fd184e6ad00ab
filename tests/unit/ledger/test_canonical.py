"""JSON is written one way, read back the same, and read only if it says one thing."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waythrough.ledger.canonical import (
    DEPTH_LIMIT,
    INTEGER_LIMIT,
    _NotSaid,
    _plain,
    _write,
    decode,
    encode,
    quick_decode,
    read,
    says,
)
from waythrough.terms.problems import BodyRefused

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
plain = (
    st.none()
    | st.booleans()
    | st.integers(-INTEGER_LIMIT, INTEGER_LIMIT)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words
)
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(words, values, max_size=5))
def test_what_is_written_is_read_back_and_written_the_same(body: dict[str, Any]) -> None:
    data = encode(body, "here")
    assert decode(data) == quick_decode(data)[0] == body == json.loads(data)
    assert encode(decode(data), "here") == data
    assert says(data, body)
    assert read(data) == (body, True)


anything = st.recursive(
    plain | st.floats() | st.integers() | st.dates() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(words | st.integers() | st.none() | st.booleans(), inner, max_size=3)
        | st.dictionaries(words, inner, max_size=3).map(MappingProxyType)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(words, anything, max_size=4))
def test_the_quick_way_writes_what_the_thorough_way_writes_and_refuses_what_it_refuses(
    body: dict[str, Any],
) -> None:
    try:
        due = _write(_plain(body, 0)).encode()
    except (_NotSaid, UnicodeEncodeError):
        with pytest.raises(BodyRefused):
            encode(body, "")
    else:
        assert encode(body, "") == due


@settings(deadline=None)
@given(st.dictionaries(words, values, max_size=3), st.data())
def test_one_changed_character_is_read_as_decode_reads_it_and_told_from_the_ledgers_way(
    body: dict[str, Any], data: st.DataObject
) -> None:
    text = encode(body, "").decode()
    place = data.draw(st.integers(0, len(text) - 1))
    changed = (text[:place] + data.draw(st.sampled_from(' 0"{}[],:aE\\9')) + text[place + 1 :]).encode()
    try:
        value = decode(changed)
    except ValueError:
        with pytest.raises(ValueError):
            read(changed)
    else:
        assert read(changed) == (value, says(changed, value))


def test_the_bytes_are_those_the_format_names() -> None:
    body = {"b": [1, 1.0, 1e300, -0.0], "a": 'ж\u202e\n"', "é": None, "Z": (True, False)}
    assert encode(body, "") == (
        '{"Z":[true,false],"a":"ж\u202e\\n\\"","b":[1,1.0,1e+300,-0.0],"é":null}'.encode()
    )


def test_any_mapping_is_an_object() -> None:
    assert encode(MappingProxyType({"a": MappingProxyType({})}), "") == b'{"a":{}}'


def test_nesting_is_allowed_to_its_limit_and_no_further() -> None:
    def nested(levels: int) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for _ in range(levels - 1):
            value = {"in": value}
        return value

    assert decode(encode(nested(DEPTH_LIMIT), "")) == nested(DEPTH_LIMIT)
    with pytest.raises(BodyRefused, match="levels"):
        encode(nested(DEPTH_LIMIT + 1), "")
    with pytest.raises(BodyRefused, match="levels"):
        encode(nested(5_000), "")


@pytest.mark.parametrize(
    "data",
    [b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":-Infinity}', b"[1]", b"", b"{", b'{"a":"\xff"}', b"{} {}"],
)
def test_text_that_could_be_read_two_ways_is_not_read(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode(data)
    with pytest.raises(ValueError):
        read(data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1e2}',
        b'{"a":"\\u0041"}',
        b' {"a":1}',
        b'{"a":1}\n',
        b'{"a":9007199254740993}',
        b'{"a":1e999}',
        b'{"a":"\\ud800"}',
        b'{"a":' + b"[" * DEPTH_LIMIT + b"]" * DEPTH_LIMIT + b"}",
    ],
)
def test_other_ways_to_write_the_same_are_told_apart(data: bytes) -> None:
    assert not says(data, decode(data))
    assert read(data) == (decode(data), False)


def test_a_large_number_and_a_wide_list_are_still_written() -> None:
    body = {"a": INTEGER_LIMIT, "b": [[n] for n in range(2 * DEPTH_LIMIT)], "c": "0" * 20}
    assert read(encode(body, "")) == (body, True)
