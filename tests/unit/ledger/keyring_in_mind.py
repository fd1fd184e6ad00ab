"""A keyring that forgets everything when the test ends, and counts what it is asked."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from waythrough.ledger.seal import key_id
from waythrough.ledger.vault import Wanted
from waythrough.terms.entries import Vaulted


class KeyringInMind:
    """Keys by class and subject."""

    def __init__(self, seed: int = 1) -> None:
        self.known: dict[tuple[str, str], bytes] = {}
        self.asked: Counter[str] = Counter()
        self._random = random.Random(seed)

    def keys(self, wanted: Iterable[Wanted]) -> Mapping[Wanted, bytes]:
        self.asked["keys"] += 1
        return {
            (vault, subject, name): key
            for vault, subject, name in wanted
            if (key := self.known.get((vault, subject))) and key_id(key) == name
        }

    def current(self, vaulted: Iterable[Vaulted]) -> Mapping[tuple[str, str], bytes]:
        self.asked["current"] += 1
        names = {(one.vault, one.subject) for one in vaulted}
        for name in sorted(names - self.known.keys()):
            self.known[name] = self._random.randbytes(32)
        return {name: self.known[name] for name in names}

    def destroy(self, subject: str, vaults: Collection[str] | None = None) -> int:
        gone = [name for name in self.known if name[1] == subject and (vaults is None or name[0] in vaults)]
        for name in gone:
            del self.known[name]
        return len(gone)
