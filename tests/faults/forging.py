"""Forgeries, each as well made as somebody without the right keys can make it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from faults.telling import Truth, log_of, told
from waythrough.ledger.hashing import body_hash, leaf_hash, merkle_root
from waythrough.ledger.header import header_hash, unpack
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.parcels import CarriedLine, Parcel


def forgeries(truth: Truth, name: str) -> Iterator[tuple[str, list[Parcel]]]:
    """Lists of commits in which one is false, each as well made as somebody without the right keys can make it."""
    parcels = told(truth, name)[1]
    for n, one in enumerate(parcels):
        for what, false in false_commits(truth, one, parcels):
            yield what, [*parcels[:n], false, *parcels[n + 1 :]]
        after = [m for m in range(n + 1, len(parcels)) if log_of(parcels[m]) == log_of(one)]
        if after:
            yield "a gap", [*parcels[:n], *parcels[n + 1 :]]
            swapped = list(parcels)
            swapped[n], swapped[after[0]] = swapped[after[0]], swapped[n]
            yield "out of order", swapped
    for what, own in own_commits(truth, parcels):
        yield what, [*parcels, own]
    yield "another ledger", truth.elsewhere
    yield "another ledger beside", [*parcels, *truth.elsewhere]


def false_commits(truth: Truth, one: Parcel, others: Sequence[Parcel]) -> Iterator[tuple[str, Parcel]]:
    """One commit changed in every way; where its tree would show it, made to fit and signed by whoever could."""
    for what, lines in false_lines(one, others):
        yield what, one._replace(lines=lines)
        for signer in (truth.boris, truth.stranger):
            yield f"{what}, made to fit", fitted(one, lines, signer)
    header = unpack(one.header)
    for signer in (truth.boris, truth.stranger):
        if log_of(one)[:16] != signer.fingerprint:
            yield "a foreign signature", one._replace(signature=signer.sign(one.header))
        for version in (0, 2, 65_535):
            old = one.header[:4] + version.to_bytes(2, "big") + one.header[6:]
            yield "another format", Parcel(old, signer.sign(old), one.lines)
        moved = replace(header, ledger=bytes(16)).pack()
        yield "another ledger's name", Parcel(moved, signer.sign(moved), one.lines)
        later = replace(header, physical_ms=header.physical_ms + 1).pack()
        if log_of(one)[:16] != signer.fingerprint:
            yield "another time", Parcel(later, signer.sign(later), one.lines)
    yield "no signature", one._replace(signature=bytes(64))


def false_lines(one: Parcel, others: Sequence[Parcel]) -> Iterator[tuple[str, tuple[CarriedLine, ...]]]:
    """The entries of a commit, one of them false, missing, doubled, exchanged or moved."""
    for n, line in enumerate(one.lines):
        before, after = one.lines[:n], one.lines[n + 1 :]

        def among(*lines: CarriedLine, before: Any = before, after: Any = after) -> tuple[CarriedLine, ...]:
            return (*before, *lines, *after)

        forged = line.meta.replace(b'"author":"amina"', b'"author":"mallory"')
        forged = forged.replace(b'"author":"boris"', b'"author":"mallory"')
        yield "a forged author", among(line._replace(meta=forged))
        yield "a record renamed", among(line._replace(meta=line.meta.replace(b"note/", b"fact/")))
        if line.body is not None:
            yield "a body withheld", among(CarriedLine(line.meta, None, None, line.body_hash))
            yield "a body changed", among(line._replace(body=line.body.replace(b"open", b"shut") + b" "))
            assert line.salt is not None
            yield "a salt changed", among(line._replace(salt=line.salt[::-1]))
        else:
            yield "a hash changed", among(line._replace(body_hash=line.body_hash[::-1]))
            yield "a body made up", among(CarriedLine(line.meta, bytes(16), b'{"size":9}', b""))
        yield "an entry doubled", among(line, line)
        if len(one.lines) > 1:
            yield "an entry removed", among()
            yield "entries reordered", (*after, line, *before)
        other = next(iter(m.lines[0] for m in others if m.lines[0] != line), None)
        if other is not None:
            yield "an entry exchanged", among(other)
            yield "an entry put in", among(line, other)


def fitted(one: Parcel, lines: tuple[CarriedLine, ...], signer: DeviceKey) -> Parcel:
    """A header that fits these entries, signed by a device in the place of the log's own."""
    leaves = [leaf_hash(line.meta, _body_hash(line)) for line in lines]
    made = replace(unpack(one.header), count=len(lines), root=merkle_root(leaves)).pack()
    if log_of(one)[:16] == signer.fingerprint:
        # Its own log: it may write there what it likes. To be a lie the signature must not be its own.
        return Parcel(made, bytes(64), lines)
    return Parcel(made, signer.sign(made), lines)


def _body_hash(line: CarriedLine) -> bytes:
    if line.salt is None or line.body is None:
        return line.body_hash
    return body_hash(line.salt, line.body)


def own_commits(truth: Truth, parcels: Sequence[Parcel]) -> Iterator[tuple[str, Parcel]]:
    """What an enrolled device without the right can sign in its own log, and that must not be believed."""
    own = [one for one in truth.held.values() if log_of(one)[:16] == truth.boris.fingerprint]
    if not own or own[-1] not in parcels:
        return
    last = unpack(own[-1].header)
    yield "an own clock that goes back", written(truth, own[-1], physical_ms=last.physical_ms - 1)
    yield "an own number left out", written(truth, own[-1], sequence=last.sequence + 2)
    yield "an own commit after none", written(truth, own[-1], previous=bytes(32))
    yield "an own commit of another ledger", written(truth, own[-1], ledger=bytes(16))
    for version in (0, 2):
        good = written(truth, own[-1])
        head = good.header[:4] + version.to_bytes(2, "big") + good.header[6:]
        yield "an own commit of another format", Parcel(head, truth.boris.sign(head), good.lines)


def written(truth: Truth, before: Parcel, line: CarriedLine | None = None, **change: Any) -> Parcel:
    """The next commit of a device's own log, well made but for these changes."""
    last = unpack(before.header)
    entry = line or CarriedLine(*line_of("note", "note/own", b"{}"))
    made = replace(
        last,
        sequence=last.sequence + 1,
        previous=header_hash(before.header),
        physical_ms=last.physical_ms + 1,
        count=1,
        root=leaf_hash(entry.meta, entry.body_hash),
        act=bytes(32),
    )
    head = replace(made, **change).pack()
    return Parcel(head, truth.boris.sign(head), (entry,))


def line_of(kind: str, record: str, body: bytes, author: str = "boris") -> tuple[bytes, bytes, bytes, bytes]:
    meta = (
        f'{{"author":"{author}","corrects":[],"kind":"{kind}","known_on":null,"record":"{record}",'
        '"source":null,"valid_from":null,"valid_to":null}'
    ).encode()
    return meta, bytes(16), body, body_hash(bytes(16), body)
