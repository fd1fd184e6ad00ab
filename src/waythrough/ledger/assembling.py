"""A whole ledger put together anew from its signed bytes, in an empty store: how a restore and a repair end.

The bytes stream past: each commit is proved by itself and written; when the last one is in, what they say is put into
effect, and everything is verified before anybody can open it.
"""

from __future__ import annotations

from collections.abc import Iterable

from waythrough.ledger import lines, lists
from waythrough.ledger.lists import Gathered
from waythrough.ledger.merge import judge_all, prove
from waythrough.ledger.parcels import Parcel
from waythrough.ledger.store import SealedCommit, Writer
from waythrough.ledger.verify import verification
from waythrough.ledger.world import AHEAD
from waythrough.terms.entries import Verification


class Assembly:
    """One ledger being put together.

    Parameters
    ----------
    writer
        Of an empty store, in one transaction that is undone unless all goes well.
    up_to_ms
        The latest clock reading to believe. Later commits are kept and set aside until then.
    """

    def __init__(self, writer: Writer, ledger: bytes, up_to_ms: int) -> None:
        self._writer = writer
        self._ledger = ledger
        self._up_to_ms = up_to_ms
        self._taken = 0

    def take(self, parcels: Iterable[Parcel]) -> None:
        """Write these commits, each after the one it follows.

        Raises
        ------
        ParcelRefused
            A commit is not what it says.
        """
        sealed = []
        for parcel in parcels:
            one = prove(self._taken, parcel, self._ledger)
            aside = AHEAD if one.header.physical_ms > self._up_to_ms else None
            sealed.append(SealedCommit(one.commit, one.lines, lines.holds_own(one.lines), aside))
            self._taken += 1
        self._writer.add(sealed)

    def finish(self) -> Verification:
        """Let the commits decide what counts and what stands, and verify all of it."""
        rebuild(self._writer, self._up_to_ms)
        return verification(self._writer, self._up_to_ms)


def rebuild(writer: Writer, up_to_ms: int) -> None:
    """Decide again which commits count, throw the lists away and fold them again from the entries that do."""
    judge_all(writer, up_to_ms)
    gathered = Gathered()
    for line in writer.every_line():
        if not line.aside:
            gathered.add(lines.read_revision(line))
    for fold in lists.FOLDS:
        writer.clear(fold)
        writer.put(fold, [], gathered.fold(fold))
