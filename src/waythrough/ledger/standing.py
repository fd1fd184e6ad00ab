"""What one device's commits are worth: by the grants about it, and where in its logs each of them begins to hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import NamedTuple

from waythrough.ledger.acts import Chain, same_name
from waythrough.ledger.grants import ENROLLED, REVOKED, Device, Grant, Roles, in_common
from waythrough.ledger.parcels import Tip

NOT_ENROLLED = "not_enrolled"


class Ruling(NamedTuple):
    """A grant that has effect, with the rank of the device that wrote it."""

    rank: int
    grant: Grant


@dataclass(frozen=True)
class Verdict:
    """What holds for one commit: why it does not count (empty if it does), its device's roles, and whose it is."""

    aside: str = NOT_ENROLLED
    roles: Roles = field(default_factory=dict)
    persons: frozenset[str] = frozenset()
    remaining: tuple[Grant, ...] = ()


NOBODY = Verdict()


class Standing:
    """The verdicts on one device's commits.

    The grants that speak about a commit are those whose ``after`` does not cover it. Of these, one that another of
    them corrects gives way, unless its author is senior to the other's. Roles are what all that remain have in
    common, and one revocation among them is enough. What a device says about itself never replaces a senior's word
    and never reaches back over its own log: it can only give up.
    """

    def __init__(self, rank: int, seniors: Sequence[Ruling], own: Sequence[Grant], chain: Chain) -> None:
        self.rank = rank
        self._chain = chain
        self._rulings = sorted(
            [*seniors, *(Ruling(rank, grant) for grant in own)], key=lambda ruling: ruling.grant.act.entry
        )
        self._cuts = _by_log(self._rulings)
        self._known: dict[frozenset[int], Verdict] = {}
        self.now = self._judge(frozenset())
        """The verdict on whatever the device signs next, as far as anyone has seen."""

    def verdict(self, log: bytes, sequence: int, commit: bytes) -> Verdict:
        """What holds for one commit of the device."""
        cuts = self._cuts.get(log)
        if cuts is None or sequence > cuts[0].tip.sequence:
            return self.now
        silent = set()
        for cut in cuts:
            if cut.tip.sequence < sequence:
                break
            if cut.ruling not in silent and self._chain.covers(cut.tip, log, sequence, commit):
                silent.add(cut.ruling)
        return self._judge(frozenset(silent))

    @cached_property
    def once(self) -> Verdict:
        """All that the device was ever given, as if nothing of it had been taken back."""
        given = [grant for _, grant in self._rulings if grant.enrols and not grant.own_change]
        sites = {site for grant in given for site in grant.roles}
        roles = {
            site: frozenset(role for grant in given for role in grant.roles.get(site, ())) for site in sites
        }
        return Verdict("", roles, _persons(given), tuple(given))

    def device(self) -> Device:
        """The device as it stands now."""
        remaining = self.now.remaining
        given = [grant for _, grant in self._rulings if grant.enrols and not grant.own_change]
        enrolments = [grant for grant in given if not grant.begins] or given
        corrected = {entry for grant in enrolments for entry in grant.act.corrects}
        named = [grant for grant in enrolments if grant.act.entry not in corrected]
        first = min(enrolments, key=lambda grant: grant.act.entry)
        return Device(
            fingerprint=first.device,
            public_key=first.public_key,
            box_key=self._box_key(named),
            name=" / ".join(sorted({grant.name for grant in named})),
            person=" / ".join(sorted({grant.person for grant in named})),
            roles=self.now.roles,
            status=self.now.aside or ENROLLED,
            rank=self.rank,
            contested=len({_said(grant) for grant in remaining if not grant.own_change}) > 1,
            standing=tuple(grant.act.entry for grant in remaining if not grant.begins),
        )

    def _box_key(self, named: Sequence[Grant]) -> str:
        """The box key that seniors gave; where they gave none (a ledger begun in format 1), the one it says itself.

        Two box keys that nobody settled: until somebody does, nothing is encrypted to either.
        """
        given = {grant.box_key for grant in named}
        if given == {""}:
            given = {grant.box_key for _, grant in self._rulings if grant.own_change and grant.enrols}
        return given.pop() if len(given) == 1 else ""

    def _judge(self, silent: frozenset[int]) -> Verdict:
        if silent not in self._known:
            self._known[silent] = _judge([one for n, one in enumerate(self._rulings) if n not in silent])
        return self._known[silent]


class _Cut(NamedTuple):
    """A ruling, by its number, and a commit up to which it says nothing."""

    tip: Tip
    ruling: int


def _by_log(rulings: Sequence[Ruling]) -> dict[bytes, list[_Cut]]:
    """The cuts in each log, the furthest first."""
    cuts: dict[bytes, list[_Cut]] = {}
    for n, (_, grant) in enumerate(rulings):
        for tip in grant.cuts:
            cuts.setdefault(tip.log, []).append(_Cut(tip, n))
    for found in cuts.values():
        found.sort(key=lambda cut: -cut.tip.sequence)
    return cuts


def _judge(speaking: Sequence[Ruling]) -> Verdict:
    remaining = tuple(_remaining(speaking))
    if all(grant.own_change for grant in remaining):
        return NOBODY
    if not all(grant.enrols for grant in remaining):
        return Verdict(REVOKED, remaining=remaining)
    given = [grant for grant in remaining if not grant.own_change]
    return Verdict("", reduce(in_common, [grant.roles for grant in remaining]), _persons(given), remaining)


def _persons(given: Sequence[Grant]) -> frozenset[str]:
    return frozenset(same_name(grant.person) for grant in given if grant.person.strip())


def _remaining(speaking: Sequence[Ruling]) -> list[Grant]:
    """The grants that no other replaces. What the genesis gave gives way to any later word of a senior."""
    later = [ruling for ruling in speaking if not (ruling.grant.own_change or ruling.grant.begins)]
    corrected: dict[str, int] = {}
    for rank, grant in later:
        for entry in grant.act.corrects:
            corrected[entry] = min(rank, corrected.get(entry, rank))
    return [
        grant
        for rank, grant in speaking
        if not (corrected.get(grant.act.entry, rank + 1) <= rank or (grant.begins and later))
    ]


def _said(grant: Grant) -> tuple[object, ...]:
    roles = tuple(sorted((site, tuple(sorted(held))) for site, held in grant.roles.items() if held))
    return grant.enrols, roles, same_name(grant.person), grant.box_key if grant.enrols else ""
