"""After a fault: is everything that was acknowledged there, is all of it sound, are the lists what the entries make?"""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from faults.operations import FILE, SERVER, opened
from waythrough.ledger import Ledger
from waythrough.ledger.erasing import covering
from waythrough.ledger.lists import FOLDS
from waythrough.terms.entries import SEALED
from waythrough.terms.problems import NoWorkspace, Problem


@dataclass
class Tally:
    """What many faults came to."""

    runs: int = 0
    acknowledged: int = 0
    lost: int = 0
    bad: int = 0
    differing: int = 0
    told: list[str] = field(default_factory=list)

    def judge(self, folder: Path, acknowledged: Iterable[str], place: str) -> bool:
        """Hold the ledger in a folder to what was acknowledged; True if all is well."""
        due = {one for said in acknowledged for one in said.split()}
        self.runs += 1
        self.acknowledged += len(due)
        try:
            with opened(folder) as ledger:
                return self.judge_open(ledger, due, place)
        except NoWorkspace:
            # Killed before the new file got its name. Then nothing may have been acknowledged.
            self.lost += bool(due)
            return not due or self._tell(f"{place}: no workspace, {len(due)} entries lost")
        except Problem as refusal:
            self.bad += 1
            return self._tell(f"{place}: {refusal.sentence()}")

    def judge_open(self, ledger: Ledger, due: set[str], place: str) -> bool:
        """The same for a ledger that could be opened, wherever it is."""
        verification = ledger.verify()
        erasures = ledger.world().erasures
        # A body that does not open here is lost as well, unless it is to be erased: this device made its key.
        found = {
            entry.id
            for entry in ledger.log(limit=1_000_000)
            if entry.state != SEALED or covering(erasures, entry)
        }
        lost = due - found
        before = lists_of(ledger)
        ledger.rebuild()
        differs = lists_of(ledger) != before
        self.lost += bool(lost)
        self.bad += not verification.sound
        self.differing += differs
        if lost or differs or not verification.sound:
            findings = "; ".join(f"{one.place}: {one.what}" for one in verification.findings[:3])
            return self._tell(f"{place}: {len(lost)} of {len(due)} lost, lists differ: {differs}, {findings}")
        return True

    def _tell(self, what: str) -> bool:
        self.told.append(what)
        return False

    @property
    def clean(self) -> bool:
        """Nothing was lost, nothing is bad, no list differs."""
        return not (self.lost or self.bad or self.differing)


def entries_in(folder: Path) -> list[str]:
    """The id of every entry in the file, whatever the ledger would say of it; none if there is no file.

    Of a server, the ids of the entries that the ledger tells.
    """
    if (folder / SERVER).exists():
        with opened(folder) as ledger:
            return [entry.id for entry in ledger.log(limit=1_000_000)]
    if not (folder / FILE).exists():
        return []
    with contextlib.closing(sqlite3.connect(folder / FILE)) as file:
        return [row[0].hex() for row in file.execute("SELECT id FROM entries")]


def lists_of(ledger: Ledger) -> dict[str, Counter[tuple[object, ...]]]:
    """Every row of every list as it is stored."""
    with ledger._store.reading() as reader:
        return {fold.name: Counter(reader.raw_list(fold)) for fold in FOLDS}
