"""What people do to a ledger while faults strike: each operation on a place prepared for it, each with its word given.

An operation says what was acknowledged only after the ledger returned, as a person would be told. `judge` holds the
ledger to it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from waythrough.ledger import Ledger
from waythrough.ledger.keys import DeviceKey
from waythrough.terms.entries import Draft

AUTHOR = "Amina Example"
DEVICE = DeviceKey.from_seed(bytes(range(32)))
FILE = "valley.way"
WORDS = "what somebody said about somewhere, as long as such words usually are; " * 2
FORMAT_1 = Path(__file__).parents[1] / "ledgers" / "format-1.way"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Operation:
    """One thing people do, to be struck by a fault at any moment.

    ``prepare`` makes what must be there before, in an empty folder. ``run`` does it and says the id of every entry as
    it is acknowledged; run again after the fault it finishes the same acts, by their idempotency keys. ``new`` is how
    many entries it adds in all.
    """

    name: str
    prepare: Callable[[Path], None]
    run: Callable[[Path, Say], None]
    new: int


def make(folder: Path) -> None:
    """A small ledger: single entries, an import, a correction and a contested record."""
    with Ledger.create(folder / FILE, title="Valley camp", author=AUTHOR, device=DEVICE) as ledger:
        ledger.append(rows("figure", 12), author=AUTHOR, key="first import")
        (first,) = ledger.append([note("history", 0)], author=AUTHOR)
        ledger.append([note("history", 1, (first.id,))], author=AUTHOR)
        ledger.append([note("history", 2, (first.id,))], author="Karim Example")


def opened(folder: Path) -> Ledger:
    """The ledger of a prepared folder, on the device that writes it."""
    return Ledger.open(folder / FILE, device=DEVICE)


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
    """A morning's work: ten acts of one to three entries."""
    with opened(folder) as ledger:
        for n in range(10):
            append(ledger, [note(f"{n}/{m}", m) for m in range(1 + n % 3)], f"act {n}", say)


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


def create(folder: Path, say: Say) -> None:
    """A workspace that was not there before, and its first entry."""
    if not (folder / FILE).exists():
        Ledger.create(folder / FILE, title="Valley camp", author=AUTHOR, device=DEVICE).close()
    append_one(folder, say)


def upgrade(folder: Path, say: Say) -> None:
    """A workspace of the first format, opened by this program."""
    with Ledger.open(folder / FILE) as ledger:
        say(" ".join(entry.id for entry in ledger.log(limit=1_000)))


def make_old(folder: Path) -> None:
    """A workspace of the first format."""
    shutil.copy(FORMAT_1, folder / FILE)


def _nothing(folder: Path) -> None:
    folder.mkdir(exist_ok=True)


OPERATIONS: tuple[Operation, ...] = (
    Operation("append", make, append_singly, new=19),
    Operation("import", make, import_rows, new=150),
    Operation("rebuild", make, rebuild, new=0),
    Operation("create", _nothing, create, new=2),
    Operation("upgrade", make_old, upgrade, new=0),
)
