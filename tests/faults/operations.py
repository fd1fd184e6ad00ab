"""What people do to a ledger while faults strike: each operation on a place prepared for it, each with its word given.

An operation says what was acknowledged only after the ledger returned, as a person would be told. `judge` holds the
ledger to it.
"""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from waythrough.ledger import Ledger, backing_up, grants, orders, places
from waythrough.ledger.backup import Locks
from waythrough.ledger.clock import milliseconds, now_utc
from waythrough.ledger.device import device_key
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.last import FOLDER as LAST
from waythrough.ledger.last import InFolder
from waythrough.ledger.places import File, Place
from waythrough.ledger.restoring import restore
from waythrough.ledger.sqlite import SqliteStore
from waythrough.terms.entries import Draft, Vaulted

AUTHOR, OTHER = "Amina Example", "Karim Example"
FILE, HOME = "valley.way", "home"
"""A laptop is a folder: the workspace, and what belongs to the device, outside the workspace."""

SECOND = DeviceKey.from_seed(bytes(range(32)))
WORDS = "what somebody said about somewhere, as long as such words usually are; " * 2
SECRET = "they wish to go where their sister is"
FORMAT_1 = Path(__file__).parents[1] / "ledgers" / "format-1.way"
ARRIVING, BACKUP = "arriving", "valley.backup"
SERVER, SEALED_FILE = "server", "sealed"
"""What in a laptop's folder says that its ledger is on a server, or that its file is to be sealed."""


Say = Callable[[str], None]


def nothing_more(folder: Path) -> str:
    """No further promise."""
    del folder
    return ""


@dataclass(frozen=True)
class Operation:
    """One thing people do, to be struck by a fault at any moment.

    ``prepare`` makes what must be there before, in an empty folder. ``run`` does it and says the id of every entry as
    it is acknowledged; run again after the fault it finishes the same acts, by their idempotency keys. ``new`` is how
    many entries it adds in all. ``settled`` says what is still amiss once it is finished.
    """

    name: str
    prepare: Callable[[Path], None]
    run: Callable[[Path, Say], None]
    new: int
    settled: Callable[[Path], str] = nothing_more


def make(folder: Path) -> None:
    """A small ledger: an import, names in the vault, a correction and a contested record."""
    device = device_key(folder / HOME)
    with Ledger.create(where(folder), title="Valley camp", author=AUTHOR, device=device) as ledger:
        ledger.append(rows("figure", 12), author=AUTHOR, key="first import")
        ledger.append([household(n) for n in range(3)], author=AUTHOR)
        (first,) = ledger.append([note("history", 0)], author=AUTHOR)
        ledger.append([note("history", 1, (first.id,))], author=AUTHOR)
        ledger.append([note("history", 2, (first.id,))], author=OTHER)


def make_apart(folder: Path) -> None:
    """The same, with a second laptop that was off-line and has written since."""
    make(folder)
    elsewhere = folder / "elsewhere.way"
    with opened(folder) as ledger:
        enrolment = grants.enrol(
            SECOND.public,
            box_key=SECOND.box_key,
            name="second",
            person=OTHER,
            roles={"*": frozenset({"registrar"})},
        )
        ledger.act([enrolment], author=AUTHOR)
        with Ledger.receive(elsewhere, ledger.parcels(), device=SECOND) as other:
            for n in range(12):
                other.append([note(f"apart/{n}/{m}", m) for m in range(1 + n % 4)], author=OTHER)
            parcels = list(other.parcels(ledger.frontier()))
            written = [entry.id for entry in other.log(limit=1_000) if entry.author == OTHER]
    elsewhere.unlink()
    (folder / ARRIVING).write_bytes(pickle.dumps((parcels, written)))


def copied(ready: Path, place: Path) -> Path:
    """A prepared laptop in another folder, which is to be the original and not a copy: its device goes on as before."""
    shutil.copytree(ready, place)
    home = place / HOME
    memory = InFolder(home)
    for kept in (home / LAST).glob("*.json"):
        ledger = bytes.fromhex(kept.stem)
        if last := memory.last(ledger):
            memory.remember(ledger, last)
    return place


def opened(folder: Path) -> Ledger:
    """The ledger of a laptop, on the device that writes it."""
    return Ledger.open(where(folder), device=device_key(folder / HOME))


def where(folder: Path) -> Place:
    """Where the ledger of a laptop is kept: in a file, a sealed one, or on the server whose address it has."""
    server = folder / SERVER
    if server.exists():
        return places.find(server.read_text())
    return File(folder / FILE, sealed=(folder / SEALED_FILE).exists())


def keep_writing(folder: Path, say: Say) -> None:
    """Act after act, until somebody pulls the plug."""
    with opened(folder) as ledger:
        for n in range(100_000):
            people = [household(100 + n)] if n % 5 == 0 else []
            append(ledger, [note(f"{n}/{m}", m) for m in range(1 + n % 3)] + people, f"act {n}", say)


def household(n: int) -> Draft:
    """What a household is and wants, sealed under keys of its own."""
    body = {"size": 4 + n, "words": f"{SECRET}{n}"}
    return Draft("household", f"household/{n}", body, vaulted=Vaulted("what", f"household/{n}"))


def note(record: str, n: int, corrects: tuple[str, ...] = ()) -> Draft:
    """One short entry."""
    return Draft("note", f"note/{record}", {"n": n, "words": WORDS}, corrects)


def rows(kind: str, count: int) -> list[Draft]:
    """The rows of an import."""
    return [Draft(kind, f"{kind}/{n}", {"n": n, "low": n + 0.5, "words": WORDS}) for n in range(count)]


def append(ledger: Ledger, drafts: Sequence[Draft], key: str, say: Say) -> None:
    """One act; every entry of it is said at once, because it was acknowledged at once."""
    say(" ".join(entry.id for entry in ledger.append(drafts, author=AUTHOR, key=key)))


def append_singly(folder: Path, say: Say) -> None:
    """A morning's work: ten acts of one to three entries, some of them sealed under new keys."""
    with opened(folder) as ledger:
        for n in range(10):
            households = [household(100 + n)] if n % 4 == 0 else []
            append(ledger, [note(f"{n}/{m}", m) for m in range(1 + n % 3)] + households, f"act {n}", say)


def append_one(folder: Path, say: Say) -> None:
    """One act, on a ledger opened for it and closed behind it, as the command line does."""
    with opened(folder) as ledger:
        append(ledger, [note("alone", 0)], "alone", say)


def import_rows(folder: Path, say: Say) -> None:
    """One table in one act."""
    with opened(folder) as ledger:
        append(ledger, rows("request", 150), "table", say)


def rebuild(folder: Path, say: Say) -> None:
    """All lists anew."""
    del say  # nothing new is written down
    with opened(folder) as ledger:
        ledger.rebuild()


def sync(folder: Path, say: Say) -> None:
    """What another laptop wrote off-line is taken in."""
    parcels, written = pickle.loads((folder / ARRIVING).read_bytes())  # noqa: S301  # our own, from `make_apart`
    with opened(folder) as ledger:
        ledger.apply(parcels, author=AUTHOR)
        say(" ".join(written))


def erase(folder: Path, say: Say) -> None:
    """A household asks to be erased: the order, and then what it orders."""
    with opened(folder) as ledger:
        given = ledger.head("ledger.erasure/their wish")
        if given:
            ledger.carry_out(author=AUTHOR)
        else:
            order = orders.erase(
                "their wish", subjects=["household/1"], reason="request", day=date(2019, 4, 1)
            )
            ledger.act([order], author=AUTHOR)
            given = ledger.head("ledger.erasure/their wish")
        assert given is not None
        say(given.entries[0].id)


def is_erased(folder: Path) -> str:
    """The household is erased, the others open as before, and one receipt says so."""
    with opened(folder) as ledger:
        states = [ledger.history(f"household/{n}")[0].state for n in range(3)]
        receipts = ledger.heads("ledger.receipt")
    if states != ["open", "erased", "open"]:
        return f"the bodies are {states}"
    if len(receipts) != 1:
        return f"there are {len(receipts)} receipts"
    return ""


def back_up(folder: Path, say: Say) -> None:
    """The ledger and its keys in one encrypted file, for the second laptop to open."""
    del say  # nothing new is written down
    if not (folder / BACKUP).exists():
        with opened(folder) as ledger:
            backing_up.back_up(ledger, folder / BACKUP, Locks(recipients=(SECOND.box_key,)), now_utc())


def is_backed_up(folder: Path) -> str:
    """The backup gives back every entry, and the keys of what is sealed."""
    with TemporaryDirectory(dir=folder) as elsewhere:
        other = Path(elsewhere)
        (other / HOME).mkdir()
        restore(
            folder / BACKUP, "", [SECOND.box()],
            lambda begin: SqliteStore.create(other / FILE, begin), other / HOME, milliseconds(now_utc()),
        )  # fmt: skip
        with opened(folder) as one, opened(other) as two:
            if {entry.id for entry in one.log(limit=1_000)} - {entry.id for entry in two.log(limit=1_000)}:
                return "the backup lacks entries"
            if [one.history(f"household/{n}")[0].body for n in range(3)] != [
                two.history(f"household/{n}")[0].body for n in range(3)
            ]:
                return "the backup lacks keys"
    return ""


def create(folder: Path, say: Say) -> None:
    """A workspace that was not there before, and its first entry."""
    if not (folder / FILE).exists():
        device = device_key(folder / HOME)
        Ledger.create(folder / FILE, title="Valley camp", author=AUTHOR, device=device).close()
    append_one(folder, say)


def upgrade(folder: Path, say: Say) -> None:
    """A workspace of the first format, opened by this program."""
    with opened(folder) as ledger:
        say(" ".join(entry.id for entry in ledger.log(limit=1_000)))


def make_old(folder: Path) -> None:
    """A workspace of the first format, on a device of this one."""
    shutil.copy(FORMAT_1, folder / FILE)
    device_key(folder / HOME)


def make_new(folder: Path) -> None:
    """A device, and no workspace yet."""
    device_key(folder / HOME)


OPERATIONS: tuple[Operation, ...] = (
    Operation("append", make, append_singly, new=22),
    Operation("import", make, import_rows, new=150),
    Operation("sync", make_apart, sync, new=30),
    Operation("erase", make, erase, new=2, settled=is_erased),
    Operation("rebuild", make, rebuild, new=0),
    Operation("backup", make, back_up, new=0, settled=is_backed_up),
    Operation("create", make_new, create, new=2),
    Operation("upgrade", make_old, upgrade, new=0),
)
