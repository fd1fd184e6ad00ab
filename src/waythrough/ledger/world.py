"""What the ledger's own entries make of a set of commits: who may write, what is erased, what comes before what.

A pure function of the commits. Two copies that hold the same commits see the same world.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from waythrough.ledger import lines
from waythrough.ledger.acts import DEVICE, GENESIS, Act, Malformed, owner
from waythrough.ledger.clock import recorded_day
from waythrough.ledger.grants import REVOKED, named_keys, read_grant
from waythrough.ledger.header import header_hash, unpack
from waythrough.ledger.keys import fingerprint
from waythrough.ledger.lines import StoredLine
from waythrough.ledger.members import Members
from waythrough.ledger.orders import Erasures
from waythrough.ledger.parcels import Tip
from waythrough.ledger.standing import NOT_ENROLLED
from waythrough.ledger.store import Reader
from waythrough.terms.problems import LedgerBroken

AHEAD = "ahead"
"""Why a commit from a clock far ahead does not count, until that time has come or a keeper admits it."""

ASIDE = (NOT_ENROLLED, REVOKED, AHEAD)
"""Every reason why a commit may not count."""


class Chain:
    """Which commit of a log comes before which; asked by the rules for grants, which name the last commit they knew."""

    def __init__(
        self,
        ends: Mapping[bytes, int],
        forked: Mapping[bytes, Mapping[bytes, bytes]],
        held: Iterable[Tip],
    ) -> None:
        self._ends = ends
        self._held = frozenset(held)
        self._branches: dict[Tip, frozenset[bytes]] = {}
        self.forked = forked
        """Of each forked log, the commit before each commit."""

    @classmethod
    def read(cls, reader: Reader, tips: Iterable[Tip]) -> Chain:
        """The chains of a store; ``tips`` are the commits it will be asked about."""
        ends = reader.ends()
        forked = {end.log: _parents(reader, end.log) for end in ends if end.commits != end.sequence + 1}
        held = [tip for tip in tips if tip.commit in reader.ids_at(tip.log, tip.sequence)]
        return cls({end.log: end.sequence for end in ends}, forked, held)

    def covers(self, tip: Tip, log: bytes, sequence: int, commit: bytes) -> bool:
        """True when the commit is the tip, or comes before it in the same branch of the same log."""
        if tip.log != log or sequence > tip.sequence:
            return False
        if log in self.forked:
            return commit in self._branch(tip)
        # A tip beyond the end of what is held follows, as far as anybody here knows, what is held. Should it turn
        # out to stand on another branch, the log is forked then, and the question is asked again.
        return tip in self._held or tip.sequence > self._ends.get(log, -1)

    def _branch(self, tip: Tip) -> frozenset[bytes]:
        if tip not in self._branches:
            before, commit, branch = self.forked[tip.log], tip.commit, set()
            while commit in before:
                branch.add(commit)
                commit = before[commit]
            self._branches[tip] = frozenset(branch)
        return self._branches[tip]


@dataclass(frozen=True)
class World:
    """The ledger's own entries, understood."""

    genesis: bytes
    acts: tuple[Act, ...]
    tips: frozenset[Tip]
    chain: Chain
    members: Members
    erasures: Erasures

    @classmethod
    def read(cls, reader: Reader, up_to_ms: int) -> World:
        """The world of everything a store holds, seen at a time: commits set aside as ahead of it stay aside.

        Raises
        ------
        LedgerBroken
            An entry of the ledger's own cannot be read: it was altered.
        """
        try:
            return cls._read(reader, up_to_ms)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise LedgerBroken(what=f"an entry of the ledger's own cannot be read ({error})") from error

    @classmethod
    def _read(cls, reader: Reader, up_to_ms: int) -> World:
        placed = reader.own_lines()
        acts = tuple(act_of(commit, line) for commit, line in placed if lines.OWN_IN_META in line.meta)
        ahead = {commit for commit, line in placed if line.aside == AHEAD and line.physical_ms > up_to_ms}
        tips = frozenset(_tips(acts))
        chain = Chain.read(reader, tips)
        found = reader.genesis()
        genesis = header_hash(found[0].header) if found else b""
        members = Members.of(acts, chain, genesis=genesis, ahead=ahead)
        return cls(genesis, acts, tips, chain, members, Erasures.of(acts, members))

    def keys(self, more: Iterable[Act] = ()) -> dict[bytes, bytes]:
        """The keys whose signatures can be checked: those that a chain of devices, from the first one on, has named.

        Whether their commits count is another question. A key that only names itself is nobody's.
        """
        roots = [act for act in self.acts if act.kind == GENESIS and act.commit == self.genesis]
        known = {fingerprint(key): key for act in roots for key in named_keys(act)}
        waiting = [act for act in (*self.acts, *more) if act.kind == DEVICE]
        while waiting:
            heard = [act for act in waiting if owner(act.log) in known]
            if not heard:
                break
            known |= {fingerprint(key): key for act in heard for key in named_keys(act)}
            waiting = [act for act in waiting if owner(act.log) not in known]
        return known


def _tips(acts: Iterable[Act]) -> Iterator[Tip]:
    """The commits up to which grants say nothing, of which the chain must tell what came before them."""
    for act in acts:
        if act.kind == DEVICE:
            try:
                grant = read_grant(act)
            except Malformed:
                continue
            yield from grant.cuts


def act_of(commit: bytes, line: StoredLine) -> Act:
    """An own entry, with where it stands."""
    entry = lines.read(line)
    return Act(
        commit=commit,
        log=line.log,
        sequence=line.sequence,
        day=recorded_day(line.physical_ms),
        entry=entry.id,
        kind=entry.kind,
        record=entry.record,
        corrects=entry.corrects,
        body=entry.body,
        person=entry.author,
    )


def _parents(reader: Reader, log: bytes) -> dict[bytes, bytes]:
    return {header_hash(one.header): unpack(one.header).previous for one in reader.commits_of(log)}
