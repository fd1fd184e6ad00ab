"""Writing one commit: does it fit what stands, seal it, sign it, keep the lists in step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from waythrough.ledger import canonical, lines, lists
from waythrough.ledger.clock import FURTHEST_AHEAD_MS, Tick, milliseconds, moment, tick
from waythrough.ledger.genesis import log_id
from waythrough.ledger.hashing import merkle_root
from waythrough.ledger.header import NOTHING, Header, header_hash, unpack
from waythrough.ledger.keys import DeviceKey, signed
from waythrough.ledger.lines import StoredLine, Writing
from waythrough.ledger.store import SealedCommit, StoredCommit, Writer
from waythrough.ledger.vault import Vault
from waythrough.terms.entries import OPEN, Draft, Entry
from waythrough.terms.problems import CorrectsUnknown, DraftRefused, KeyReused, LedgerBroken, RecordExists


@dataclass(frozen=True)
class Signer:
    """Who seals: a device's key, for one ledger, with its clock and its source of random bytes."""

    device: DeviceKey
    ledger: bytes
    clock: Callable[[], datetime]
    entropy: Callable[[int], bytes]

    @property
    def log(self) -> bytes:
        """The log this device writes."""
        return log_id(self.device.public)


def place(n: int, draft: Draft) -> str:
    """How a refusal names a draft, counting from 1 as people do."""
    return f"draft {n + 1}, record {draft.record}"


def check_fits(drafts: Sequence[Draft], existing: Sequence[Entry], alongside: bool) -> None:
    """Refuse drafts that do not say which entries they correct, or name ones their record does not have.

    Parameters
    ----------
    existing
        Every entry of the records the drafts are about.
    alongside
        True where a second account may deliberately stand beside the first.
    """
    groups = lists.by_record(existing)
    kinds = {entry.record: entry.kind for entry in existing}
    written: set[str] = set()
    for n, draft in enumerate(drafts):
        if draft.kind.startswith(lines.OWN_KINDS):
            raise DraftRefused(
                place=place(n, draft),
                found=f"its kind {draft.kind} is one the ledger writes itself",
                remedy=f"Choose a kind that does not begin with “{lines.OWN_KINDS}”.",
            )
        ids = {entry.id for entry in groups.get(draft.record, ())}
        for one in draft.corrects:
            if one not in ids:
                raise CorrectsUnknown(
                    place=place(n, draft),
                    entry=one,
                    record=draft.record,
                    standing=_standing_ids(groups, draft),
                )
        if not (draft.corrects or alongside) and (ids or draft.record in written):
            raise RecordExists(
                place=place(n, draft), record=draft.record, standing=_standing_ids(groups, draft)
            )
        if kinds.setdefault(draft.record, draft.kind) != draft.kind:
            raise DraftRefused(
                place=place(n, draft),
                found=f"its kind is {draft.kind}, but the record is of kind {kinds[draft.record]}",
                remedy="Keep the record's kind, or choose another record id.",
            )
        written.add(draft.record)


def same_act(
    earlier: Sequence[StoredLine], writings: Sequence[Writing], author: str, key: str, vault: Vault
) -> tuple[Entry, ...]:
    """The entries an idempotency key wrote before, if it wrote these very ones.

    Sealed bodies differ each time they are sealed, so what they say is compared; where the key is gone or elsewhere,
    their metas speak for them. How long a body may be kept counts from the day it was first written.
    """
    entries = tuple(vault.read(earlier, on_record=True))
    if len(entries) != len(writings) or not all(map(_says, earlier, entries, writings)):
        raise KeyReused(key=key, author=author, day=moment(earlier[0].physical_ms).date())
    return entries


def _says(line: StoredLine, entry: Entry, writing: Writing) -> bool:
    if line.body == writing.body and line.meta == writing.meta:
        return True
    metas = canonical.quick_decode(line.meta, writing.meta)
    for meta in metas:
        meta.pop("keep_until", None)
    body = canonical.quick_decode(writing.body)[0] if entry.state == OPEN else entry.body
    return metas[0] == metas[1] and entry.body == body


def write_commit(
    writer: Writer,
    signer: Signer,
    writings: Sequence[Writing],
    *,
    bodies: Sequence[bytes] | None = None,
    act: bytes = NOTHING,
    existing: Sequence[Entry] = (),
) -> tuple[Entry, ...]:
    """Seal these writings as the next commit of the signer's log.

    Parameters
    ----------
    writer
        Holds the write lock, so the head it reads is the head this commit follows.
    bodies
        What is stored in the place of each body, where that is not the body itself.
    existing
        Every entry of the records written about.
    """
    sealed, leaves = lines.seal(writings, signer.entropy, bodies)
    header = _next_header(writer, signer, leaves, act)
    data = header.pack()
    commit = StoredCommit(data, signer.device.sign(data))
    writer.add([SealedCommit(commit, sealed, lines.holds_own(sealed))])
    entries = tuple(
        lines.read(
            StoredLine(
                header.physical_ms,
                header.counter,
                header.log,
                header.sequence,
                n,
                line.id,
                line.meta,
                writing.body,
            )
        )
        for n, (line, writing) in enumerate(zip(sealed, writings, strict=True))
    )
    stale = list({entry.record for entry in existing})
    for fold in lists.FOLDS:
        writer.put(fold, stale, lists.fold_all(fold, [*existing, *entries]))
    return entries


def _next_header(writer: Writer, signer: Signer, leaves: Sequence[bytes], act: bytes) -> Header:
    last = _checked_tip(writer, signer)
    now = signer.clock()
    others = writer.latest_tick(signer.log, milliseconds(now) + FURTHEST_AHEAD_MS)
    own = Tick(last.physical_ms, last.counter) if last else None
    physical_ms, counter = tick(now, own, others)
    return Header(
        ledger=signer.ledger,
        log=signer.log,
        sequence=last.sequence + 1 if last else 0,
        previous=header_hash(last.pack()) if last else NOTHING,
        physical_ms=physical_ms,
        counter=counter,
        count=len(leaves),
        root=merkle_root(leaves),
        act=act,
    )


def _checked_tip(writer: Writer, signer: Signer) -> Header | None:
    """The head this commit will follow, proved to be our own: nothing is built on a commit somebody altered."""
    tip = writer.tip(signer.log)
    if tip is None:
        return None
    if not signed(signer.device.public, tip.signature, tip.header):
        raise LedgerBroken(what="the signature of this device's last commit does not hold")
    try:
        return unpack(tip.header)
    except ValueError as error:
        raise LedgerBroken(what=f"this device's last commit cannot be read: {error}") from error


def _standing_ids(groups: dict[str, list[Entry]], draft: Draft) -> str:
    group = groups.get(draft.record, [])
    replaced = {one for entry in group for one in entry.corrects}
    return ", ".join(entry.id for entry in group if entry.id not in replaced) or "it has none yet"
