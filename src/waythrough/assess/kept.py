"""What became of a party's yeses: how long they held, and how movements fared that set out with one.

Counts, and no judgement: a yes taken back says what happened, not why. Only the party's own word counts, for and
against; only movements through its doors alone, for of others nobody can say at whose door they were stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from waythrough.assess.accounts import CLOSES, OPENS, Told
from waythrough.assess.doors import Facts
from waythrough.assess.knocks import Knock
from waythrough.terms.estimates import Kept
from waythrough.terms.places import Door

WENT = frozenset({"facilitated", "partially_facilitated", "impeded_accomplished"})
"""Executions in which the movement was carried out, if only in part or against resistance."""
STOPPED = "impeded_not_accomplished"


def alone(put: Iterable[Knock]) -> frozenset[str]:
    """Requests that were put to one party only."""
    parties = Counter(knock.request for knock in put)
    return frozenset(request for request, count in parties.items() if count == 1)


def kept(party: str, doors: Iterable[Door], granted: Iterable[str], facts: Facts) -> Kept | None:
    """What the record tells of a party that holds these doors and said yes to these requests, put to it alone; None if
    it never said yes.
    """
    voices = facts.voices(party)
    open_days = ended_early = 0
    for door in doors:
        own = [t for t in facts.told.get(door.id, []) if t.speaker in voices]
        days: set[date] = set()
        for yes in own:
            if yes.account.says == OPENS:
                held, taken_back = _held(yes, own, facts)
                ended_early += taken_back and held > 0
                days |= {yes_from(yes) + timedelta(days=n) for n in range(held)}
        open_days += len(days)
    outcomes = [_outcome(request, facts) for request in granted]
    stopped = sum(outcome == STOPPED for outcome in outcomes)
    tried = stopped + sum(outcome in WENT for outcome in outcomes)
    return Kept(open_days, ended_early, tried, stopped) if open_days or tried else None


def yes_from(yes: Told) -> date:
    """The first day on which a yes opens a door."""
    window = yes.account.window
    return max(yes.account.on, window.first_day) if window else yes.account.on


def _held(yes: Told, own: Sequence[Told], facts: Facts) -> tuple[int, bool]:
    """For how many days a yes has held so far, and whether it was taken back before its end."""
    window = facts.term(yes).window
    end = min(window.last_day, facts.as_of) if window else facts.as_of
    first = yes_from(yes)
    over = [
        t.account.on
        for t in own
        if t.matter == yes.matter
        and t.account.says == CLOSES
        and first <= t.account.on <= end
        and t.age_key > yes.age_key
    ]
    last = min(over) - timedelta(days=1) if over else end
    return max(0, (last - first).days + 1), bool(over)


def _outcome(request: str, facts: Facts) -> str:
    """What is said to have become of a movement; nothing where accounts differ."""
    said = {done.outcome for done in facts.ends.get(request, [])}
    return said.pop() if len(said) == 1 else ""
