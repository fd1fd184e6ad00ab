"""What a bundle says comes back as it was said; whatever is wrong with one is one refusal, never anything else."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from dataclasses import replace

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waythrough.ledger import bundle, cursor, payload
from waythrough.ledger.bundle import Opened
from waythrough.ledger.hashing import body_hash
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.parcels import CarriedLine, Parcel, Tip
from waythrough.ledger.payload import KeySection, Part
from waythrough.terms.problems import BundleForged, BundleRefused

SENDER = DeviceKey.from_seed(bytes(range(32)))
BOX = pyrage.x25519.Identity.generate()
STRANGER = pyrage.x25519.Identity.generate()

META, BODY, SALT = b'{"kind":"request"}', '{"to":"باب"}'.encode(), bytes(16)
HERE = CarriedLine(META, SALT, BODY, body_hash(SALT, BODY))
GONE = CarriedLine(META, None, None, b"h" * 32)
TIP = Tip(b"l" * 20, 7, b"c" * 32)
PART = Part(
    ledger=b"L" * 16,
    bundle=b"B" * 16,
    made_ms=1_554_109_200_000,
    frontier=(TIP, Tip(b"m" * 20, 0, b"d" * 32)),
    base=(TIP,),
    answers=b"A" * 16,
    number=2,
    of=3,
    parcels=(Parcel(b"WYTC" + bytes(160), b"s" * 64, (HERE, GONE)), Parcel(bytes(164), b"t" * 64, (HERE,))),
    keys=(
        KeySection("north", "who", b"o" * 32, 5, b"d" * 32, b"s" * 64, b"sealed"),
        KeySection("north", "what", b"o" * 32, 6, b"e" * 32, b"t" * 64, b""),
    ),
    has=(b"1" * 32, b"2" * 32),
)


def read(data: bytes, *identities: pyrage.x25519.Identity) -> list[Opened]:
    parts = bundle.split(data, "the stick")
    return [
        bundle.read(bundle.unseal(part, identities or (BOX,), "the stick"), "the stick") for part in parts
    ]


def wrap(data: bytes, version: int = bundle.VERSION, device: DeviceKey = SENDER) -> bytes:
    """A payload of our making, packed, signed and sealed as it should be."""
    return seal(zlib.compress(data), version, device)


def seal(packed: bytes, version: int = bundle.VERSION, device: DeviceKey = SENDER) -> bytes:
    start = bundle.INNER + cursor.small(version) + device.public
    return bundle.seal(start + device.sign(start + packed) + packed, [str(BOX.to_public())])


@pytest.fixture(scope="module")
def written() -> bytes:
    return bundle.write(PART, SENDER, [str(BOX.to_public())])


def test_what_was_said_comes_back(written: bytes) -> None:
    (opened,) = read(written)
    assert opened.part == replace(PART, keys=tuple(sorted(PART.keys)))
    assert opened.signer == SENDER.public
    assert opened.sender == SENDER.fingerprint


def test_the_hash_of_a_body_that_is_here_cannot_lie() -> None:
    lying = replace(PART, parcels=(Parcel(bytes(164), b"s" * 64, (HERE._replace(body_hash=b"\xff" * 32),)),))
    (opened,) = read(bundle.write(lying, SENDER, [str(BOX.to_public())]))
    assert opened.part.parcels[0].lines == (HERE,)


def test_a_bundle_for_others_says_that_it_is_for_others(written: bytes) -> None:
    with pytest.raises(BundleRefused, match="not sealed to this device"):
        read(written, STRANGER)


def test_every_recipient_can_open_it() -> None:
    data = bundle.write(PART, SENDER, [str(BOX.to_public()), str(STRANGER.to_public())])
    assert read(data, STRANGER) == read(data, BOX)


@pytest.mark.parametrize("recipients", [[], ["age1nobody"], ["a telephone number"]])
def test_a_bundle_is_not_made_without_a_box_key_that_is_one(recipients: list[str]) -> None:
    with pytest.raises(BundleRefused, match="no usable box key"):
        bundle.write(PART, SENDER, recipients)


def test_every_changed_byte_of_a_bundle_is_refused(written: bytes) -> None:
    for place in range(len(written)):
        for mask in (1, 0x80):
            changed = bytearray(written)
            changed[place] ^= mask
            with pytest.raises(BundleRefused):
                read(bytes(changed))


def test_every_changed_byte_inside_the_seal_is_refused(written: bytes) -> None:
    (inside,) = (bundle.unseal(part, [BOX], "") for part in bundle.split(written, ""))
    for place in range(len(inside)):
        changed = bytearray(inside)
        changed[place] ^= 0x10
        with pytest.raises(BundleRefused):
            read(bundle.seal(bytes(changed), [str(BOX.to_public())]))


def test_every_shortened_bundle_is_refused(written: bytes) -> None:
    for length in range(len(written)):
        with pytest.raises(BundleRefused):
            read(written[:length])


def test_every_shortened_payload_is_refused_even_when_signed_anew() -> None:
    plain = payload.pack(PART)
    for length in range(len(plain)):
        with pytest.raises(BundleRefused):
            read(wrap(plain[:length]))


def test_every_changed_byte_of_a_payload_signed_anew_is_read_or_refused_and_nothing_else() -> None:
    plain = payload.pack(PART)
    for place in range(len(plain)):
        for mask in (1, 0x80, 0xFF):
            changed = bytearray(plain)
            changed[place] ^= mask
            try:
                (opened,) = read(wrap(bytes(changed)))
            except BundleRefused:
                continue
            assert opened.part != PART


def test_what_follows_a_bundle_is_refused(written: bytes) -> None:
    with pytest.raises(BundleRefused, match="begin no part"):
        read(written + b"\x00")
    with pytest.raises(BundleRefused, match="follow after its end"):
        read(wrap(payload.pack(PART) + b"\x00"))
    with pytest.raises(BundleRefused, match="does not end where it should"):
        read(seal(zlib.compress(payload.pack(PART)) + b"\x00"))


def test_a_part_follows_a_part(written: bytes) -> None:
    assert read(written + written) == read(written) * 2


@pytest.mark.parametrize("sealed", [False, True])
def test_a_bundle_of_a_newer_version_says_so(written: bytes, sealed: bool) -> None:
    newer = wrap(payload.pack(PART), version=2) if sealed else written[:4] + b"\x00\x02" + written[6:]
    with pytest.raises(BundleRefused, match="made by a newer version of Waythrough") as refused:
        read(newer)
    assert "Update Waythrough" in refused.value.remedy()


def test_a_bundle_of_version_nought_is_refused_as_what_it_is(written: bytes) -> None:
    with pytest.raises(BundleRefused, match="a bundle of version 0"):
        read(written[:4] + b"\x00\x00" + written[6:])


def test_a_signature_by_another_device_is_a_forgery() -> None:
    other = DeviceKey.from_seed(b"o" * 32)
    start, packed = bundle.INNER + cursor.small(1) + SENDER.public, zlib.compress(payload.pack(PART))
    forged = bundle.seal(start + other.sign(start + packed) + packed, [str(BOX.to_public())])
    with pytest.raises(BundleForged, match=SENDER.fingerprint.hex()):
        read(forged)


def test_a_payload_that_would_fill_the_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "LARGEST_PART", 1 << 20)
    with pytest.raises(BundleRefused, match="more than 1 MiB"):
        read(wrap(bytes(16 << 20)))
    large = Parcel(bytes(164), bytes(64), (CarriedLine(b"m", SALT, bytes(2 << 20), b""),))
    with pytest.raises(BundleRefused, match="a commit of 2 MiB"):
        bundle.write(replace(PART, parcels=(large,)), SENDER, [str(BOX.to_public())])


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda part: replace(part, number=0), "part 0 of 3"),
        (lambda part: replace(part, number=4), "part 4 of 3"),
        (lambda part: replace(part, base=(TIP, TIP)), "builds on are not in order"),
        (lambda part: replace(part, frontier=(TIP, TIP)), "sender holds are not in order"),
        (lambda part: replace(part, keys=(PART.keys[0],) * 2), "key sections are not in order"),
        (lambda part: replace(part, has=(PART.has[0],) * 2), "digests of keys are not in order"),
    ],
)
def test_a_payload_that_contradicts_itself_is_refused(change: Callable[[Part], Part], found: str) -> None:
    with pytest.raises(BundleRefused, match=found):
        read(wrap(payload.pack(change(PART))))


def test_a_count_that_cannot_be_makes_no_room() -> None:
    start = payload.pack(replace(PART, base=(), frontier=(), parcels=(), keys=()))[: 48 + 16 + 2]
    with pytest.raises(BundleRefused, match="4294967295 commits it builds on are announced"):
        read(wrap(start + b"\xff" * 4))


def test_a_body_is_here_or_gone_and_nothing_between() -> None:
    plain = payload.pack(PART)
    mark = plain.index(META) + len(META)
    with pytest.raises(BundleRefused, match="marked 7, neither here nor gone"):
        read(wrap(plain[:mark] + b"\x07" + plain[mark + 1 :]))


def test_a_site_that_is_no_text_is_refused() -> None:
    with pytest.raises(BundleRefused, match="a site is not text"):
        read(wrap(payload.pack(PART).replace(b"north", b"n\xffrth")))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_from_anywhere_are_refused_and_nothing_else(data: bytes) -> None:
    inside = bundle.INNER + cursor.small(1) + data
    for attempt in (data, bundle.OUTER + cursor.small(1) + data, wrap(data), seal(data)):
        with pytest.raises(BundleRefused):
            read(attempt)
    with pytest.raises(BundleRefused):
        read(bundle.seal(inside, [str(BOX.to_public())]))


def test_garbage_after_a_true_beginning_is_refused_and_nothing_else() -> None:
    rng = random.Random(5)
    plain = payload.pack(PART)
    for _ in range(2_000):
        cut = rng.randrange(len(plain))
        try:
            (opened,) = read(wrap(plain[:cut] + rng.randbytes(rng.randrange(200))))
        except BundleRefused:
            continue
        assert opened.part != PART


def test_parts_are_closed_when_they_are_full_and_keep_the_order() -> None:
    parcels = [Parcel(bytes([n]) * 164, bytes(64), (HERE,)) for n in range(10)]
    portions = list(payload.parts(parcels, usual=3 * payload.size(parcels[0])))
    assert [len(portion) for portion in portions] == [3, 3, 3, 1]
    assert [parcel for portion in portions for parcel in portion] == parcels
    assert list(payload.parts([])) == [()]


def order(kind: str) -> Parcel:
    meta = f'{{"author":"a","corrects":[],"kind":"{kind}"}}'.encode()
    return Parcel(bytes(164), bytes(64), (CarriedLine(meta, SALT, b"{}", b""),))


def test_a_message_is_as_many_commits_as_make_its_size() -> None:
    parcels = [Parcel(bytes([n]) * 164, bytes(64), (HERE,)) for n in range(10)]
    assert payload.portion(parcels, usual=3 * payload.size(parcels[0])) == parcels[:3]
    assert payload.portion(parcels) == parcels
    assert payload.portion([]) == []


def test_where_a_body_is_gone_the_orders_come_along() -> None:
    here, gone = Parcel(bytes(164), bytes(64), (HERE,)), Parcel(bytes(164), bytes(64), (GONE,))
    stream = [here, gone, here, order("ledger.erasure"), here, order("ledger.approval"), here, here]
    assert payload.portion(stream, usual=1) == [here]
    assert payload.portion(stream[1:], usual=1) == stream[1:6]
    assert payload.portion([gone, here, here], usual=1) == [gone]
