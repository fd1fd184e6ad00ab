"""Writing one commit: does it fit what stands, seal it, sign it, keep the lists in step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from waythrough.ledger import canonical, lines, lists
from waythrough.ledger.clock import FURTHEST_AHEAD_MS, Tick, believed, milliseconds, moment, tick
from waythrough.ledger.erasing import CarriedOut
from waythrough.ledger.genesis import log_id
from waythrough.ledger.hashing import merkle_root
from waythrough.ledger.header import NOTHING, Header, header_hash, unpack
from waythrough.ledger.keys import DeviceKey, signed
from waythrough.ledger.last import Last
from waythrough.ledger.lines import StoredLine, Writing
from waythrough.ledger.members import Members
from waythrough.ledger.orders import Erasures, receipt
from waythrough.ledger.rights import may_open
from waythrough.ledger.store import SealedCommit, StoredCommit, Writer
from waythrough.ledger.vault import Vault
from waythrough.ledger.world import World
from waythrough.terms.entries import AUTHOR, OPEN, Draft, Entry
from waythrough.terms.problems import (
    ActRefused,
    CorrectsUnknown,
    DraftRefused,
    KeyReused,
    LedgerBroken,
    Protected,
    RecordExists,
)

EPOCH = lines.OWN_KINDS + "epoch"


@dataclass
class Signer:
    """Who seals: a device's key, for one ledger and log, with its clock and its source of random bytes.

    It holds for one transaction. ``tip`` is the log's last commit and moves on with every one that is written.
    """

    device: DeviceKey
    ledger: bytes
    clock: Callable[[], datetime]
    entropy: Callable[[int], bytes]
    log: bytes
    tip: StoredCommit | None = None

    @property
    def last(self) -> Last | None:
        """What the device is to remember of its log."""
        if self.tip is None:
            return None
        return Last(self.log, unpack(self.tip.header).sequence, header_hash(self.tip.header))


def signer(
    writer: Writer,
    device: DeviceKey,
    ledger: bytes,
    clock: Callable[[], datetime],
    entropy: Callable[[int], bytes],
    author: str,
) -> Signer:
    """The signer of the log this device goes on writing; begun anew where going on could fork it.

    A file that was put back, or a laptop that was copied, lacks commits this device has already signed. Another
    commit under their numbers would be a fork, so what is written from here on is a new epoch of the log.
    """
    log, reason, last = _own_log(writer, device, ledger)
    tip = writer.tip(log)
    if tip and _own_header(tip).physical_ms > believed(clock):
        reason = reason or "the clock had been far ahead"
    if not reason:
        return Signer(device, ledger, clock, entropy, log, tip)
    epoch = int.from_bytes(entropy(4), "big") % (2**31 - 1) + 1
    begun = Signer(device, ledger, clock, entropy, log_id(device.public, epoch))
    body = {"after": last.hex() if last else None, "reason": reason}
    first = Draft(EPOCH, f"{EPOCH}/{begun.log.hex()}", body)
    write_commit(writer, begun, [lines.write(first, author, "the new epoch")])
    return begun


def _own_log(writer: Writer, device: DeviceKey, ledger: bytes) -> tuple[bytes, str, bytes | None]:
    """The log to go on with, why it must not be gone on with, if so, and the last commit known of it."""
    last = device.last(ledger)
    if last is None:
        return _newest_log(writer, device), "", None
    if last.sequence < 0:
        return last.log, "the log was forked", last.commit
    if device.is_moved(ledger):
        return last.log, "this device was copied or put back", last.commit
    if last.commit not in writer.ids_at(last.log, last.sequence):
        return last.log, "the workspace was put back to an earlier state", last.commit
    return last.log, "", last.commit


def _newest_log(writer: Writer, device: DeviceKey) -> bytes:
    """For a device that remembers nothing: its log that was written last, or its first."""
    own = [end.log for end in writer.ends() if end.log.startswith(device.fingerprint)]
    tips = [_own_header(tip) for log in own if (tip := writer.tip(log))]
    newest = max(tips, key=lambda header: (header.physical_ms, header.counter), default=None)
    return newest.log if newest else log_id(device.public)


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


def check_corrects(drafts: Sequence[Draft], existing: Sequence[Entry]) -> None:
    """Refuse entries of the ledger's own that correct what their record does not have."""
    groups = lists.by_record(existing)
    for n, draft in enumerate(drafts):
        unknown = set(draft.corrects) - {entry.id for entry in groups.get(draft.record, ())}
        for one in sorted(unknown):
            raise CorrectsUnknown(
                place=place(n, draft), entry=one, record=draft.record, standing=_standing_ids(groups, draft)
            )


def check_not_erased(drafts: Sequence[Draft], erasures: Erasures) -> None:
    """Refuse what is about somebody who was erased: an id, once erased, is never used again."""
    by_site: dict[str, frozenset[tuple[str, str]]] = {}
    for n, draft in enumerate(drafts):
        if draft.vaulted is None:
            continue
        site = draft.vaulted.site
        if site not in by_site:
            by_site[site] = erasures.subjects(site)
        if by_site[site] & {(draft.vaulted.subject, draft.vaulted.vault), (draft.vaulted.subject, "*")}:
            raise Protected(
                what=f"{place(n, draft)}: what was recorded under {draft.vaulted.subject} was erased for good",
                remedy="If these people are registered again, give them a new id.",
            )


def check_may_hold(drafts: Sequence[Draft], device: bytes, members: Members) -> None:
    """Refuse what this device is not trusted to read: the key made for it would be taken by nobody else.

    Who is behind a sealed author is the exception: anybody may have seen what must not be traced to them.
    """
    roles = next((one.roles for one in members.enrolled() if one.fingerprint == device), None)
    if roles is None:
        return  # whoever may write nothing at all is told so
    wanted = {(one.vaulted.vault, one.vaulted.site) for one in drafts if one.vaulted}
    for vault, site in sorted(wanted):
        if vault != AUTHOR and not may_open(vault, roles, site):
            raise Protected(
                what=f"the roles of this device do not open data of the class “{vault}” at {site or 'every site'}",
                remedy="Write it down on a device whose roles do, or ask a keeper for the role.",
            )


def check_heeded(world: World, entries: Sequence[Entry]) -> None:
    """Refuse an act about the ledger that would have no effect. One that waits for a second person has."""
    written = {entry.id for entry in entries}
    unheeded = {one.act.entry: one.why for one in world.members.unheeded()}
    unheeded |= {one.act.entry: one.why for one in world.erasures.pending() if not one.waits}
    for entry in sorted(written & unheeded.keys()):
        raise ActRefused(why=unheeded[entry])


def give_receipts(
    writer: Writer, signer: Signer, erasures: Erasures, done: Sequence[CarriedOut], author: str
) -> None:
    """Write down, for everyone to see, that nothing of what was ordered to be erased is left on this device.

    Once for each order, also where there was nothing to destroy: only then does nobody wait for this device.
    """
    own = signer.device.fingerprint
    owed = [one for one in sorted(erasures.honoured) if own not in {r.device for r in erasures.receipts(one)}]
    counts = {one.erasure: one for one in done}
    drafts = [
        receipt(one, keys=count.keys, bodies=count.bodies, by=own)
        for one in owed
        for count in [counts.get(one, CarriedOut(one, 0, 0))]
    ]
    if drafts:
        writings = [lines.write(draft, author, "the receipt") for draft in drafts]
        write_commit(writer, signer, writings)


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
    signer.tip = commit
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
    last = _checked_tip(signer)
    now = signer.clock()
    own = Tick(last.physical_ms, last.counter) if last else None
    # Readings of others before our own last one decide nothing, and there may be a million commits of ours to pass.
    up_to_ms = milliseconds(now) + FURTHEST_AHEAD_MS
    others = writer.latest_tick(signer.log, up_to_ms, own.physical_ms if own else 0)
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


def _checked_tip(signer: Signer) -> Header | None:
    """The head this commit will follow, proved to be our own: nothing is built on a commit somebody altered."""
    tip = signer.tip
    if tip is None:
        return None
    if not signed(signer.device.public, tip.signature, tip.header):
        raise LedgerBroken(what="the signature of this device's last commit does not hold")
    return _own_header(tip)


def _own_header(tip: StoredCommit) -> Header:
    """The header of this device's last commit."""
    try:
        return unpack(tip.header)
    except (ValueError, TypeError) as error:
        raise LedgerBroken(what=f"this device's last commit cannot be read: {error}") from error


def _standing_ids(groups: dict[str, list[Entry]], draft: Draft) -> str:
    group = groups.get(draft.record, [])
    replaced = {one for entry in group for one in entry.corrects}
    return ", ".join(entry.id for entry in group if entry.id not in replaced) or "it has none yet"
