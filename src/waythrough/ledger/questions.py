"""What a ledger can be asked: what stands as of a day, what was written, how far it goes, and whether it is sound."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime

from waythrough.ledger import lines, lists
from waythrough.ledger.bulk import many_values
from waythrough.ledger.clock import believed
from waythrough.ledger.frontier import Fork, forks, frontier, lacking
from waythrough.ledger.hashing import ID_LENGTH
from waythrough.ledger.lines import StoredLine
from waythrough.ledger.parcels import Parcel, Tip
from waythrough.ledger.store import Store
from waythrough.ledger.vault import Vault
from waythrough.ledger.verified import FROM_THE_START, Verified
from waythrough.ledger.verify import verify, verify_since
from waythrough.ledger.world import ASIDE
from waythrough.terms.entries import Entry, Head, Verification
from waythrough.terms.problems import AmbiguousId, InputRefused, NotFound

SHORTEST_PREFIX = 6
CANDIDATES_SHOWN = 10


class Questions:
    """The questions to one ledger. Bodies in the vault open where this device holds their key."""

    _store: Store
    _vault: Vault
    _clock: Callable[[], datetime]

    def heads(self, kind: str | None = None, *, as_of: date | None = None) -> list[Head]:
        """What stands for each record, as of a day or now.

        As of a day, an entry counts if it was known by then, and gives way to a correction only if that was known by
        then too: looking back never shows what nobody could have read.

        Parameters
        ----------
        kind
            One kind, or None for all but the ledger's own (``ledger.…``).

        Returns
        -------
        list of Head
            In the order of display of their oldest standing entry.
        """
        with many_values(), self._store.reading() as reader:
            return self._heads(reader.standing(kind, _day(as_of)))

    def head(self, record: str, *, as_of: date | None = None) -> Head | None:
        """What stands for one record as of a day or now; None if nothing was known of it."""
        with self._store.reading() as reader:
            return next(iter(self._heads(reader.standing_of(record, _day(as_of)))), None)

    def contested(self, *, as_of: date | None = None) -> list[Head]:
        """The records for which several entries stand and nobody has settled it."""
        with many_values(), self._store.reading() as reader:
            return self._heads(reader.contested(_day(as_of)))

    def history(self, record: str) -> list[Entry]:
        """Every revision of a record, oldest first; empty if there is no such record."""
        with self._store.reading() as reader:
            return self._vault.read(reader.lines_of_records([record]))

    def find(self, id_or_prefix: str) -> Entry | Head | None:
        """The entry with this id, the record with this id, or the one entry whose id begins so.

        Parameters
        ----------
        id_or_prefix
            A record id, or at least 6 hexadecimal digits of an entry id.

        Raises
        ------
        AmbiguousId
            Several entries begin so; the refusal lists them.
        """
        prefix = id_or_prefix.strip().lower()
        digits = not prefix.strip("0123456789abcdef") and SHORTEST_PREFIX <= len(prefix) <= 2 * ID_LENGTH
        with self._store.reading() as reader:
            found = reader.starting_with(prefix, CANDIDATES_SHOWN + 1) if digits else []
            if len(prefix) == 2 * ID_LENGTH and found:
                return self._vault.read(found)[0]
            if heads := self._heads(reader.standing_of(id_or_prefix, None)):
                return heads[0]
        if len(found) > 1:
            raise AmbiguousId(prefix=prefix, candidates=_candidates(found))
        return self._vault.read(found)[0] if found else None

    def log(self, *, limit: int = 50, before: str | None = None) -> list[Entry]:
        """What was written, newest first, one page at a time.

        Parameters
        ----------
        limit
            Entries on a page, at least 1.
        before
            Id of the last entry of the page before this one.

        Raises
        ------
        NotFound
            ``before`` is no entry of this ledger.
        InputRefused
            A page of no entries.
        """
        if limit < 1:
            raise InputRefused(
                place="a page of the log",
                found=limit,
                allowed="1 entry or more",
                remedy="Ask for at least one.",
            )
        with self._store.reading() as reader:
            start = reader.starting_with(before.lower(), 1) if before and lines.is_id(before.lower()) else []
            if before and not start:
                raise NotFound(what="entry", id=before, near="an entry id has 32 hexadecimal digits")
            return self._vault.read(reader.latest(limit, start[0] if start else None))

    def kinds(self, *, as_of: date | None = None) -> dict[str, int]:
        """How many entries stand of each kind, as of a day or now; the ledger's own (``ledger.…``) aside."""
        with self._store.reading() as reader:
            return reader.kinds(_day(as_of))

    def first_known(self) -> date | None:
        """The first day on which anything was known, the ledger's own entries aside; None if there is nothing."""
        with self._store.reading() as reader:
            days = reader.known_range()
        return days[0] if days else None

    def last_known(self) -> date | None:
        """The last day on which anything became known, the ledger's own entries aside; None if there is nothing."""
        with self._store.reading() as reader:
            days = reader.known_range()
        return days[1] if days else None

    def frontier(self) -> list[Tip]:
        """What this copy holds: the last commit of every branch of every log."""
        with self._store.reading() as reader:
            return frontier(reader)

    def parcels(self, beyond: Sequence[Tip] = ()) -> Iterator[Parcel]:
        """The commits another copy lacks, in the order they arrived here, so that each comes after those it needs.

        Parameters
        ----------
        beyond
            The other copy's `frontier`.
        """
        with self._store.reading() as reader:
            lacked = lacking(reader, beyond)
            yield from reader.parcels(lacked)

    def unknown(self, tips: Iterable[Tip]) -> list[Tip]:
        """Those of these commits that are not held here."""
        with self._store.reading() as reader:
            return [tip for tip in tips if tip.commit not in reader.ids_at(tip.log, tip.sequence)]

    def aside(self) -> dict[str, int]:
        """How many commits do not count, by the reason."""
        with self._store.reading() as reader:
            counts = {why: sum(1 for _ in reader.placed_aside(why)) for why in ASIDE}
        return {why: n for why, n in counts.items() if n}

    def forks(self) -> list[Fork]:
        """The proofs that a log was signed twice at one place: two headers with two good signatures."""
        with self._store.reading() as reader:
            return forks(reader)

    def verify(self) -> Verification:
        """Derive everything again from the signed bytes and compare; what differs is named with its place.

        It cannot see that the newest commits are missing altogether: what is left is then a whole, older ledger.
        """
        with many_values():
            return verify(self._store, believed(self._clock))

    def verify_since(self, since: Verified = FROM_THE_START) -> tuple[Verification, Verified]:
        """Verify what came since a state that was sound; without one, everything. Also gives the state there is now.

        `verified` says what this proves, and what only a full verification does.
        """
        with many_values():
            return verify_since(self._store, believed(self._clock), since)

    def in_force(self) -> dict[str, str]:
        """The database's name and version, and the settings on which safety rests, as they really are."""
        with self._store.reading() as reader:
            return reader.in_force()

    def _heads(self, standing: Sequence[StoredLine]) -> list[Head]:
        groups = lists.by_record(self._vault.read(standing))
        return [Head(record, group[0].kind, tuple(group)) for record, group in groups.items()]


def _day(as_of: date | None) -> date | None:
    """A day, or nothing. A datetime is a date to Python, but which day it means depends on a zone nobody stated."""
    if isinstance(as_of, datetime):
        raise InputRefused(
            place="as of", found=as_of, allowed="a day, without an hour", remedy="Name the day you mean."
        )
    return as_of


def _candidates(found: Sequence[StoredLine]) -> str:
    shown = [f"{line.id.hex()} ({lines.read(line).record})" for line in found[:CANDIDATES_SHOWN]]
    return ", ".join(shown + ["…"] * (len(found) > CANDIDATES_SHOWN))
