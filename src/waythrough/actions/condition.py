"""What is asked of a ledger and its keys, for `doctor`: what is unsafe in them, and what waits for a person.

Each question is cheap: whoever wants every byte looked at asks `verify`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from waythrough.actions import machine
from waythrough.actions.guarding import Guarded
from waythrough.actions.log import ASIDE_WORDS
from waythrough.actions.safekeeping import last_backup
from waythrough.ledger import Ledger, checkpoints
from waythrough.ledger.grants import REVOKED, Device
from waythrough.ledger.keys import FINGERPRINT_LENGTH
from waythrough.ledger.world import World
from waythrough.terms.health import PEOPLE_AT_RISK, RECORD_AT_RISK, Remark, good, unsafe, watch

OLD_BACKUP = timedelta(days=7)
LONG_APART = timedelta(days=14)
"""After this long without a sync, what two laptops know of each other is no longer what either would act on."""

SAMPLE = 200
"""Newest entries whose lists are looked at."""


def of_ledger(ledger: Ledger, device: bytes | None, now: datetime) -> list[Remark]:
    """Everything about a ledger.

    Parameters
    ----------
    device
        This device's fingerprint; None where it has no keys yet.
    """
    world = ledger.world()
    return [
        machine.settings(ledger.in_force()),
        lists_in_step(ledger),
        contested(len(ledger.contested())),
        aside(ledger.aside()),
        forks([fork.log for fork in ledger.forks()], world, device),
        *(one for one in [enrolment(world, device)] if one),
        erasures(world, device),
        keeping(sum(ledger.overdue(now.date()).values())),
        backed_up(last_backup(ledger.id), now),
        *(one for one in [synced(ledger, world, device, now)] if one),
    ]


def lists_in_step(ledger: Ledger) -> Remark:
    """Whether the newest records stand as their entries make them: a look, not a proof."""
    newest = [entry for entry in ledger.log(limit=SAMPLE) if not entry.aside]
    wrong = []
    for record in dict.fromkeys(entry.record for entry in newest):
        history = ledger.history(record)
        corrected = {one for entry in history for one in entry.corrects}
        due = {entry.id for entry in history if entry.id not in corrected}
        head = ledger.head(record)
        stands = {entry.id for entry in head.entries} if head else set()
        missing = {entry.id for entry in newest if entry.record == record} - {entry.id for entry in history}
        if missing or stands != due:
            wrong.append(record)
    if not wrong:
        return good("lists", f"the newest {len(newest)} entries stand as they should")
    found = f"what stands for {', '.join(wrong[:5])} is not what the entries say"
    return unsafe("lists", found, "Run: waythrough verify, then waythrough rebuild", RECORD_AT_RISK)


def contested(count: int) -> Remark:
    """Records that wait for somebody to settle them."""
    if not count:
        return good("contested", "no record has more than one standing account")
    records = "1 record" if count == 1 else f"{count} records"
    return watch(
        "contested", f"{records} with more than one standing account", "Run: waythrough review conflicts"
    )


def aside(counts: dict[str, int]) -> Remark:
    """Commits that do not count."""
    if not counts:
        return good("set aside", "every commit counts")
    found = "; ".join(f"{n} commits: {ASIDE_WORDS.get(why, why)}" for why, n in sorted(counts.items()))
    return watch("set aside", found, "Look at them: waythrough log --aside. A keeper decides.")


def forks(logs: list[bytes], world: World, device: bytes | None) -> Remark:
    """Logs that were signed twice in one place."""
    if not logs:
        return good("forks", "no log was signed twice in one place")
    owners = sorted({log[:FINGERPRINT_LENGTH] for log in logs})
    names = ", ".join(_name(world, owner) for owner in owners)
    advice = "A backup put back, or a copied laptop? Ask who uses it. If nobody can say, revoke the device."
    if device in owners:
        advice = "Find the copy of this device and stop using it. What is written here begins a new epoch."
    return watch("forks", f"the key of {names} was used in two places", advice)


def enrolment(world: World, device: bytes | None) -> Remark | None:
    """Whether what this device writes counts."""
    if device is None:
        return None
    mine = next((one for one in world.members.laptops() if one.fingerprint == device), None)
    if mine is None:
        return watch("enrolment", "this device is not enrolled: it reads, and cannot write", _ENROL)
    if mine.status == REVOKED:
        return watch("enrolment", "this device was revoked: what it writes does not count", _ENROL)
    if mine.contested:
        return watch("enrolment", "what this device may do is contested: the least of it holds", _ENROL)
    return good("enrolment", f"this device is enrolled as {mine.name or mine.fingerprint.hex()[:16]}")


_ENROL = "Ask a keeper: waythrough device list"


def erasures(world: World, device: bytes | None) -> Remark:
    """Orders to erase that this device has not carried out, or that wait for a second person."""
    orders = world.erasures
    owing = [one for one in sorted(orders.honoured) if device in {d.fingerprint for d in orders.owing(one)}]
    if owing:
        found = f"{len(owing)} orders to erase have no receipt of this device"
        return unsafe("erasures", found, "Run: waythrough sync, or open and write once", PEOPLE_AT_RISK)
    not_honoured = orders.pending()
    if waiting := sum(one.waits for one in not_honoured):
        return watch("erasures", f"{waiting} orders to erase wait for approval", "Run: waythrough log --own")
    if not_honoured:
        found = f"{len(not_honoured)} orders to erase are not honoured; some copies may have carried them out"
        return watch("erasures", found, "Run: waythrough log --own, and give anew what is still to be erased")
    return good("erasures", "every order to erase was carried out here")


def keeping(count: int) -> Remark:
    """What is kept about people beyond its day."""
    if not count:
        return good("keeping", "nothing about people is past the last day it may be kept")
    entries = "1 entry" if count == 1 else f"{count:,} entries"
    return watch("keeping", f"{entries} about people past the last day of keeping", "Run: waythrough purge")


def backed_up(last: tuple[datetime, object] | None, now: datetime) -> Remark:
    """How old the newest backup made here is."""
    if last is None:
        return watch("backup", "none was made on this device", "Run: waythrough backup FILE")
    at, file = last
    found = f"made {_ago(now - at)}, {file}"
    return (
        watch("backup", found, "Run: waythrough backup FILE")
        if now - at > OLD_BACKUP
        else good("backup", found)
    )


def synced(ledger: Ledger, world: World, device: bytes | None, now: datetime) -> Remark | None:
    """When this device last attested what it holds, as every sync does; nothing where there is nobody to sync with."""
    others = [one for one in world.members.enrolled() if one.fingerprint != device]
    if device is None or not others:
        return None
    said = [
        checkpoints.checkpoint(entry) for head in ledger.heads(checkpoints.KIND) for entry in head.entries
    ]
    mine = [one.at for one in said if one and one.device == device.hex()]
    if not mine:
        return watch("sync", f"never, with {len(others)} other devices enrolled", "Run: waythrough sync")
    found = _ago(now - max(mine))
    return (
        watch("sync", found, "Run: waythrough sync") if now - max(mine) > LONG_APART else good("sync", found)
    )


def keys(state: Guarded, sealed: bool | None) -> Remark:
    """What protects this device's keys while nobody uses it.

    Parameters
    ----------
    sealed
        Whether the workspace file is encrypted whole; None where it is no file.
    """
    if not state.passphrase:
        return watch(
            "keys", "under no passphrase: whoever has this machine has them", "Run: waythrough passphrase set"
        )
    file = {True: ", the workspace file is sealed", False: ", the workspace file is not sealed", None: ""}[
        sealed
    ]
    how = "unlocked" if state.unlocked else "locked"
    found = f"under a passphrase, {how}, {'with' if state.recovery_code else 'without'} a recovery code{file}"
    if sealed is False:
        return watch("keys", found, "Run: waythrough seal FILE")
    return good("keys", found)


def _name(world: World, owner: bytes) -> str:
    named: list[Device] = [one for one in world.members.laptops() if one.fingerprint == owner]
    return named[0].name if named and named[0].name else owner.hex()[:16]


def _ago(passed: timedelta) -> str:
    days = passed.days
    return "today" if days < 1 else "yesterday" if days == 1 else f"{days} days ago"
