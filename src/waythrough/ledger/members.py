"""Who may: which commits count and what each device may do, as a pure function of the set of own-kind entries.

Every replica with the same entries answers the same, in whatever order they arrived and whatever its clock says.
Rights come down by rank: a device is changed only by one senior to it, so two devices can never cut each other off,
and nobody can raise itself. Where grants disagree and nobody has settled it, the least of them holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from waythrough.ledger.acts import (
    ADMISSION,
    COMMIT_LENGTH,
    DEVICE,
    GENESIS,
    Act,
    Chain,
    Malformed,
    Unheeded,
    owner,
    read_bytes,
)
from waythrough.ledger.grants import (
    ENROLLED,
    REVOKED,
    Device,
    Grant,
    Roles,
    admit,
    change,
    enrol,
    first_grants,
    named_keys,
    read_grant,
    revoke,
)
from waythrough.ledger.keys import fingerprint
from waythrough.ledger.parcels import Tip
from waythrough.ledger.rights import OPENS, RIGHTS, may, may_open
from waythrough.ledger.standing import NOBODY, NOT_ENROLLED, Ruling, Standing, Verdict
from waythrough.terms.roles import KEEPER

__all__ = [
    "Act", "Chain", "Device", "Members", "Tip", "Unheeded", "admit", "change", "enrol", "may", "may_open", "revoke",
    "ENROLLED", "NOT_ENROLLED", "OPENS", "REVOKED", "RIGHTS",
]  # fmt: skip

RECOVERY_RANK, ROOT_RANK = -1, 0


class Members:
    """The devices of a ledger, and what each of their commits is worth."""

    def __init__(
        self, acts: Iterable[Act], chain: Chain, genesis: bytes | None, named: Mapping[bytes, bytes]
    ) -> None:
        self._chain = chain
        self._named = named
        self._unheeded: list[Unheeded] = []
        self._standings: dict[bytes, Standing] = {}
        self._ranks: dict[bytes, int] = {}
        self._seniors: dict[bytes, list[Ruling]] = {}
        acts = list({(act.commit, act.entry): act for act in acts}.values())
        self._rank_by_rank(self._begin(acts, genesis), self._grants(acts))
        self.admitted: frozenset[bytes] = self._admissions(acts)
        """Commits from clocks far ahead that a keeper let in."""

    @classmethod
    def of(
        cls,
        acts: Iterable[Act],
        chain: Chain,
        *,
        genesis: bytes | None = None,
        ahead: Collection[bytes] = (),
    ) -> Members:
        """The members that these acts make.

        Parameters
        ----------
        acts
            Every own-kind entry there is, in any order, also of commits that do not count and of commits that are
            set aside as copies: a copied grant has the rights of the device that copied it, which is none.
        genesis
            The commit that began the ledger. Anyone can sign an entry that claims to begin it. Without this, and
            with two such claims, nobody is believed and no commit counts.
        ahead
            Commits whose clock is too far ahead: their acts count once a keeper has admitted them.
        """
        acts, left_out = list(acts), set(ahead)
        named = {fingerprint(key): key for act in acts for key in named_keys(act)}
        while True:
            members = cls([act for act in acts if act.commit not in left_out], chain, genesis, named)
            # An admission may let in the commit of another keeper's admission: again, until nothing is added.
            if not members.admitted & left_out:
                members.admitted |= set(ahead) - left_out
                return members
            left_out -= members.admitted

    # --- answers -------------------------------------------------------------------------------------------

    def keys(self) -> dict[bytes, bytes]:
        """Every signing key named anywhere, by fingerprint: to check signatures, whether or not the commits count."""
        return dict(self._named)

    def aside(self, log: bytes, sequence: int, commit: bytes) -> str:
        """Why a commit does not count: ``not_enrolled`` or ``revoked``; empty if it counts."""
        return self.verdict(log, sequence, commit).aside

    def roles(self, log: bytes, sequence: int, commit: bytes) -> Roles:
        """What a commit's device might do when it signed it, by site or ``"*"``; nothing if it does not count."""
        return self.verdict(log, sequence, commit).roles

    def verdict(self, log: bytes, sequence: int, commit: bytes) -> Verdict:
        """Whether a commit counts, with which roles, and whose device signed it."""
        standing = self._standings.get(owner(log))
        return standing.verdict(log, sequence, commit) if standing else NOBODY

    def of_act(self, act: Act) -> Verdict:
        """The verdict on the commit an act stands in."""
        return self.verdict(act.log, act.sequence, act.commit)

    def once(self, act: Act) -> Verdict:
        """What an act's device was ever given, as if none of it had been taken back or cut off since."""
        standing = self._standings.get(act.author)
        return standing.once if standing else NOBODY

    def devices(self) -> list[Device]:
        """Every device that was ever enrolled with effect, seniors first, as it stands now."""
        found = (standing.device() for standing in self._standings.values())
        return sorted(found, key=lambda device: (device.rank, device.fingerprint))

    def device(self, fingerprint: bytes) -> Device | None:
        """One device as it stands now; None if it was never enrolled with effect."""
        standing = self._standings.get(fingerprint)
        return standing.device() if standing else None

    def laptops(self) -> list[Device]:
        """The devices that hold a copy of the ledger, also the revoked: all but the recovery code, which is paper."""
        return [device for device in self.devices() if device.rank > RECOVERY_RANK]

    def enrolled(self) -> list[Device]:
        """The laptops and servers that may write now."""
        return [device for device in self.laptops() if device.status == ENROLLED]

    def recipients(self, site: str, vault: str) -> list[Device]:
        """The enrolled devices that are given the keys of a class of the vault at a site."""
        return [
            device for device in self.enrolled() if device.box_key and may_open(vault, device.roles, site)
        ]

    def can_change(self, by: bytes, device: bytes) -> bool:
        """Whether what one device writes now about another's rights would have effect.

        Enrolling a device that nobody enrolled before takes the right alone; about itself a device may only give up.
        """
        standing = self._standings.get(by)
        if standing is None or not may(DEVICE, standing.now.roles):
            return False
        return device not in self._ranks or standing.rank < self._ranks[device]

    def unheeded(self) -> list[Unheeded]:
        """The acts about devices that have no effect, each with the reason, in order of log."""
        return sorted(
            self._unheeded, key=lambda one: (one.act.log, one.act.sequence, one.act.commit, one.act.entry)
        )

    # --- from acts to members ------------------------------------------------------------------------------

    def _begin(self, acts: Sequence[Act], genesis: bytes | None) -> list[tuple[Grant, int]]:
        """The first grants of the one genesis, each with its device's rank; none if it cannot be told which it is."""
        begun = []
        for act in acts:
            if act.kind == GENESIS and genesis in (None, act.commit):
                try:
                    begun.append((act, first_grants(act)))
                except Malformed as fault:
                    self._unheeded.append(Unheeded(act, str(fault)))
            elif act.kind == GENESIS:
                self._unheeded.append(Unheeded(act, "the ledger began before it"))
        if len(begun) > 1:
            self._unheeded += [
                Unheeded(act, "another entry claims to begin the ledger too") for act, _ in begun
            ]
            return []
        return [
            (grant, rank)
            for _, (root, recovery) in begun
            for grant, rank in ((root, ROOT_RANK), (recovery, RECOVERY_RANK))
            if grant
        ]

    def _grants(self, acts: Sequence[Act]) -> dict[bytes, list[Grant]]:
        """The grants that can be read, by author."""
        grants: dict[bytes, list[Grant]] = {}
        for act in acts:
            if act.kind == DEVICE:
                try:
                    grants.setdefault(act.author, []).append(read_grant(act))
                except Malformed as fault:
                    self._unheeded.append(Unheeded(act, str(fault)))
        return grants

    def _rank_by_rank(self, begun: Sequence[tuple[Grant, int]], grants: Mapping[bytes, list[Grant]]) -> None:
        """Settle the seniors first: what they may decides which of their grants count for those below them."""
        for grant, rank in begun:
            self._ranks[grant.device] = rank
            self._seniors[grant.device] = [Ruling(RECOVERY_RANK, grant)]
        rank, level = RECOVERY_RANK, set(self._ranks)
        while level:
            level = {device for device, held in self._ranks.items() if held == rank}
            for device in level:
                self._standings[device] = self._stand(device, rank, grants.get(device, ()))
            heeded = [one for device in level for one in self._heeded(rank, grants.get(device, ()))]
            for grant in heeded:
                self._seniors.setdefault(grant.device, []).append(Ruling(rank, grant))
                if grant.enrols:
                    self._ranks.setdefault(grant.device, rank + 1)
            rank += 1
            level = {device for device, held in self._ranks.items() if held >= rank}
        for author in grants.keys() - self._standings.keys():
            self._unheeded += [Unheeded(grant.act, "its device is not enrolled") for grant in grants[author]]

    def _stand(self, device: bytes, rank: int, written: Sequence[Grant]) -> Standing:
        """A device's standing; what it gives up counts if its seniors let it write at all."""
        seniors = self._seniors[device]
        given = Standing(rank, seniors, (), self._chain)
        own = [grant for grant in written if grant.own_change]
        heeded = [one for one in own if not given.verdict(*one.act.tip).aside]
        for grant in own:
            if aside := given.verdict(*grant.act.tip).aside:
                self._unheeded.append(Unheeded(grant.act, f"its commit does not count: {aside}"))
        return Standing(rank, seniors, heeded, self._chain)

    def _heeded(self, rank: int, written: Sequence[Grant]) -> list[Grant]:
        """Of what a device wrote about others, what has effect."""
        heeded = []
        for grant in written:
            if grant.own_change:
                continue
            if why := self._why_not(grant, rank):
                self._unheeded.append(Unheeded(grant.act, why))
            else:
                heeded.append(grant)
        return heeded

    def _why_not(self, grant: Grant, rank: int) -> str:
        verdict = self.of_act(grant.act)
        if verdict.aside:
            return f"its commit does not count: {verdict.aside}"
        if not may(DEVICE, verdict.roles):
            return f"its device did not hold the role {KEEPER} at every site"
        if self._ranks.get(grant.device, rank + 1) <= rank:
            return "the device it is about is not junior to the one that wrote it"
        return ""

    def _admissions(self, acts: Sequence[Act]) -> frozenset[bytes]:
        admitted = set()
        for act in acts:
            if act.kind != ADMISSION:
                continue
            try:
                commit = read_bytes(act.body, "commit", COMMIT_LENGTH)
            except Malformed as fault:
                self._unheeded.append(Unheeded(act, str(fault)))
                continue
            if may(ADMISSION, self.of_act(act).roles):
                admitted.add(commit)
            else:
                self._unheeded.append(
                    Unheeded(act, f"its device did not hold the role {KEEPER} at every site")
                )
        return frozenset(admitted)
