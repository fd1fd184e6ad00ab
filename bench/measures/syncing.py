"""Two laptops that were apart: each has written so much, then each takes in what the other wrote."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_bytes
from typing import Any

from measures.ours import AUTHOR, DEVICE, create, drafts
from measures.rows import batches
from waythrough.ledger import Ledger, grants, lines
from waythrough.ledger.appending import signer, write_commit
from waythrough.ledger.clock import now_utc
from waythrough.ledger.keys import DeviceKey

OTHER = DeviceKey.from_seed(bytes([1]) * 32)
BORIS = "Boris Example"


def apart(here: str, there: str, count: int, size: int) -> Callable[[], dict[str, Any]]:
    """Both copies, each with ``count`` entries of its own in commits of ``size``; the work brings them together."""
    first = create(here)
    roles = {"*": frozenset({"information_officer"})}
    first.act(
        [grants.enrol(OTHER.public, box_key=OTHER.box_key, name="laptop", person=BORIS, roles=roles)],
        author=AUTHOR,
    )
    second = Ledger.receive(there, first.parcels(), device=OTHER)
    _write(first, DEVICE, "figure", count, size)
    _write(second, OTHER, "request", count, size)
    first, second = Ledger.open(here, device=DEVICE), Ledger.open(there, device=OTHER)

    def work() -> dict[str, Any]:
        second.apply(first.parcels(second.frontier()), author=BORIS)
        first.apply(second.parcels(first.frontier()), author=AUTHOR)
        assert first.frontier() == second.frontier()
        return {"commits": len(first.frontier())}

    return work


def _write(ledger: Ledger, device: DeviceKey, kind: str, count: int, size: int) -> None:
    """Commits as `append` makes them, but all in one transaction: a hundred thousand syncs are not what is measured."""
    with ledger._store.writing() as writer:
        sealing = signer(writer, device, bytes.fromhex(ledger.id), now_utc, token_bytes, AUTHOR)
        for batch in batches(count, kind, size):
            writings = [lines.write(draft, AUTHOR, draft.record) for draft in drafts(batch)]
            write_commit(writer, sealing, writings)
    ledger.close()
