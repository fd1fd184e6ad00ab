"""A slow twin of the rules of membership and erasure, written from the page and sharing no code with the ledger.

Every question is a plain loop over all acts; it is only fit for very small worlds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from unit.ledger.worlds import World, print_of
from waythrough.ledger.acts import Act, Tip

EVERY_ROLE = {
    "head_of_office", "access_officer", "movement_officer", "site_coordinator", "information_officer",
    "registrar", "data_protection_officer", "viewer", "keeper",
}  # fmt: skip
NEVER = 99


def remembered(question: Callable[..., Any]) -> Callable[..., Any]:
    """Ask once: the answers are the same, and the tests end on the same day."""

    def ask(twin: Twin, *asked: Any, **how: Any) -> Any:
        said = [one.entry if isinstance(one, Act) else one for one in asked]
        about = (question.__name__, *said, *how.items())
        if about not in twin.known:
            twin.known[about] = question(twin, *asked, **how)
        return twin.known[about]

    return ask


class Twin:
    """Answers about one world, by the page."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.known: dict[tuple[Any, ...], Any] = {}
        self.root, self.paper = print_of("root"), print_of(world.recovery or "nobody")
        self.grants = [act for act in world.acts if act.kind == "ledger.device"]

    # A commit is covered by a grant if the grant's author had seen it.

    def ancestors(self, tip: dict[str, object]) -> set[bytes]:
        at: bytes | None = bytes.fromhex(str(tip["commit"]))
        found = set()
        while at is not None and at in self.world.parents:
            found.add(at)
            at = self.world.parents[at]
        return found

    @remembered
    def speaks_about(self, grant: Act, commit: bytes) -> bool:
        """A grant speaks about what its author had not seen; a word about oneself, about what comes after it."""
        seen: set[bytes] = set()
        for tip in grant.body["after"]:
            seen |= self.ancestors(tip)
        if self.about(grant) == grant.author:
            seen |= self.ancestors({"commit": grant.commit.hex()})
        return commit not in seen

    def about(self, grant: Act) -> bytes:
        return bytes.fromhex(grant.record.split("/")[1])

    # Ranks are given out from the top: at each step everything above is settled.

    @remembered
    def rank(self, device: bytes, limit: int = 8) -> int:
        """The rank, if it is below the limit."""
        if device == self.paper and self.world.recovery:
            return -1
        if device == self.root:
            return 0
        found = [
            self.rank(grant.author, limit - 1) + 1
            for grant in self.grants
            if self.about(grant) == device
            and grant.body["status"] == "enrolled"
            and self.rank(grant.author, limit - 1) < limit - 1
            and self.counts(grant, limit - 1)
        ] if limit > 0 else []  # fmt: skip
        return min(found, default=NEVER)

    @remembered
    def counts(self, grant: Act, limit: int = 8) -> bool:
        """Whether somebody's grant about another has effect, as far as ranks below the limit can tell."""
        author = self.rank(grant.author, limit)
        if author == NEVER or self.about(grant) == grant.author:
            return False
        return self.holds(grant.tip, "keeper", "*", author) and self.outranks(author, self.about(grant))

    def outranks(self, rank: int, device: bytes) -> bool:
        return not self.rank(device, rank + 1) <= rank

    # What remains of the grants that speak about a commit.

    @remembered
    def remaining(self, tip: Tip, rank: int, own: bool = True) -> list[tuple[Act, int]]:
        device = tip.log[:16]
        speaking = []
        for grant in self.grants:
            if self.about(grant) == device and self.speaks_about(grant, tip.commit):
                if grant.author == device:
                    if own and self.lets_write(grant.tip, rank):
                        speaking.append((grant, rank))
                elif self.rank(grant.author, rank) < rank and self.counts(grant, rank):
                    speaking.append((grant, self.rank(grant.author, rank)))
        return [
            (grant, by)
            for grant, by in speaking
            if not any(
                grant.entry in other.corrects and other_by <= by
                for other, other_by in speaking
                if other.author != device
            )
        ]

    def lets_write(self, tip: Tip, rank: int) -> bool:
        """By its seniors alone."""
        return self.verdict(tip, rank, own=False) == ""

    @remembered
    def verdict(self, tip: Tip, rank: int | None = None, own: bool = True) -> str:
        device = tip.log[:16]
        rank = self.rank(device) if rank is None else rank
        if rank == NEVER:
            return "not_enrolled"
        left = self.remaining(tip, rank, own)
        from_seniors = [grant for grant, _ in left if grant.author != device]
        if not from_seniors and device not in (self.root, self.paper):
            return "not_enrolled"
        return "revoked" if any(grant.body["status"] == "revoked" for grant, _ in left) else ""

    @remembered
    def holds(self, tip: Tip, role: str, site: str, rank: int | None = None) -> bool:
        """Every grant that remains must give the role, at the site or everywhere."""
        device = tip.log[:16]
        rank = self.rank(device) if rank is None else rank
        if self.verdict(tip, rank) != "":
            return False
        left = [grant for grant, _ in self.remaining(tip, rank)]
        if device in (self.root, self.paper) and role not in EVERY_ROLE:
            return False
        return all(
            role in grant.body["roles"].get("*", []) or role in grant.body["roles"].get(site, [])
            for grant in left
        )

    # Erasures.

    def persons(self, act: Act) -> set[str]:
        rank = self.rank(act.author)
        given = [
            grant.body["person"] for grant, _ in self.remaining(act.tip, rank) if grant.author != act.author
        ]
        if not given and act.author in (self.root, self.paper):
            given = [self.world.genesis.person]
        return {person.lower() for person in given}

    def covers(self, subject: str, site: str) -> set[str]:
        """The erasures on request that reach an open entry of the subject at the site."""
        return {
            act.entry
            for act in self.world.acts
            if act.kind == "ledger.erasure" and subject in act.body["subjects"] and self.honoured(act, site)
        }

    def honoured(self, act: Act, site: str) -> bool:
        if not self.holds(act.tip, "data_protection_officer", site):
            return False
        if len(act.body["subjects"]) <= 20:
            return True
        return any(
            other.kind == "ledger.approval"
            and other.body["erasure"] == act.entry
            and self.holds(other.tip, "data_protection_officer", site)
            and not (self.persons(act) | {act.person.lower()})
            & (self.persons(other) | {other.person.lower()})
            for other in self.world.acts
        )
