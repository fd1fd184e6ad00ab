"""Small worlds of devices that sign entries about each other, without keys, files or clocks."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from waythrough.ledger import grants
from waythrough.ledger.acts import GENESIS, Act, Tip
from waythrough.ledger.keys import fingerprint
from waythrough.ledger.members import Members
from waythrough.ledger.orders import Erasures
from waythrough.terms.entries import Draft

DAY = date(2019, 4, 1)


def key(name: str) -> bytes:
    """The public key of an invented device."""
    return sha256(name.encode()).digest()


def print_of(name: str) -> bytes:
    return fingerprint(key(name))


@dataclass
class World:
    """Commits by name of device; each writes on top of its last one unless told otherwise."""

    recovery: str | None = "paper"
    acts: list[Act] = field(default_factory=list)
    parents: dict[bytes, bytes | None] = field(default_factory=dict)
    tips: dict[bytes, Tip] = field(default_factory=dict)
    names: dict[bytes, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        body = {"ledger": "00" * 16, "title": "Valley", "root_key": key("root").hex(), "name": "root"}
        if self.recovery:
            body["recovery_key"] = key(self.recovery).hex()
        self.genesis = self.write("root", Draft(GENESIS, GENESIS, body), person="Root")

    # --- writing -------------------------------------------------------------------------------------------

    def write(
        self,
        device: str,
        draft: Draft,
        *,
        person: str | None = None,
        epoch: int = 0,
        after: Tip | None = None,
        day: date = DAY,
    ) -> Act:
        """One commit with this one entry; ``after`` forks the log there."""
        tip = self.commit(device, epoch=epoch, after=after)
        entry = sha256(tip.commit).hexdigest()[:32]
        act = Act(
            tip.commit, tip.log, tip.sequence, day, entry, draft.kind, draft.record, draft.corrects, draft.body,
            person or device,
        )  # fmt: skip
        self.acts.append(act)
        return act

    def commit(self, device: str, *, epoch: int = 0, after: Tip | None = None) -> Tip:
        """One commit that says nothing about the ledger itself."""
        log = print_of(device) + epoch.to_bytes(4, "big")
        self.names[log[:16]] = device
        parent = after or self.tips.get(log)
        sequence = parent.sequence + 1 if parent else 0
        tip = Tip(log, sequence, sha256(b"%d" % len(self.parents)).digest())
        self.parents[tip.commit] = parent.commit if parent else None
        self.tips[log] = tip
        return tip

    def enrol(
        self, by: str, device: str, *roles: str, person: str | None = None, **sites: Sequence[str]
    ) -> Act:
        held: Mapping[str, Sequence[str]] = {"*": roles, **sites} if roles else dict(sites)
        draft = grants.enrol(
            key(device), name=device, person=person or device.title(), roles=held, box_key=f"age1{device}"
        )
        return self.write(by, draft)

    def change(
        self, by: str, device: str, *roles: str, after: Sequence[Tip] | None = None, **more: Any
    ) -> Act:
        return self.write(
            by,
            grants.change(
                self.device(device), roles={"*": roles}, after=self.seen() if after is None else after, **more
            ),
        )

    def revoke(self, by: str, device: str, *, after: Sequence[Tip] | None = None) -> Act:
        return self.write(
            by, grants.revoke(self.device(device), after=self.seen() if after is None else after)
        )

    def seen(self) -> list[Tip]:
        """The last commit of every log."""
        return list(self.tips.values())

    # --- asking --------------------------------------------------------------------------------------------

    def covers(self, tip: Tip, log: bytes, sequence: int, commit: bytes) -> bool:
        at: bytes | None = tip.commit if tip.log == log else None
        while at is not None and at != commit:
            at = self.parents.get(at)
        return at is not None

    def members(self, rng: random.Random | None = None) -> Members:
        acts = list(self.acts)
        if rng:
            rng.shuffle(acts)
        return Members.of(acts, self, genesis=self.genesis.commit)

    def erasures(self) -> Erasures:
        return Erasures.of(self.acts, self.members())

    def device(self, name: str) -> grants.Device:
        found = self.members().device(print_of(name))
        assert found, f"{name} was never enrolled"
        return found

    def aside(self, tip: Tip) -> str:
        return self.members().aside(*tip)

    def roles(self, tip: Tip) -> dict[str, set[str]]:
        return {site: set(held) for site, held in self.members().roles(*tip).items()}

    def why(self, act: Act) -> str:
        """Why an act about devices has no effect; empty if it has."""
        return "; ".join(one.why for one in self.members().unheeded() if one.act == act)
