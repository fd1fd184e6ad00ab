"""How often a party's window ends early, and it lets nothing pass in spite of its yes: what is assumed, and the record.

The assumption of the policy counts as one case: one window in as many open days, one movement in as many, as it says.
A party's own record is added to that case and soon outweighs it. An assumption of none is kept whatever the record.
"""

from __future__ import annotations

from collections.abc import Iterable

from waythrough.plan.futures.policy import Policy
from waythrough.terms.estimates import Kept
from waythrough.terms.futures import PartyRates
from waythrough.terms.situation import Situation


def rates(situation: Situation, parties: Iterable[str], policy: Policy) -> dict[str, PartyRates]:
    """The rates of each party, by its record where there is one."""
    party = {door.id: door.party for door in situation.doors}
    known = {party[o.door]: o.kept for o in situation.outlooks if o.kept is not None and o.door in party}
    return {name: of_record(name, known.get(name), policy) for name in parties}


def of_record(party: str, kept: Kept | None, policy: Policy) -> PartyRates:
    """The rates of a party with that record."""
    suspended, impeded = policy.suspended_per_1000_days, policy.impeded_percent
    if kept is None:
        return PartyRates(party, float(suspended), float(impeded))
    return PartyRates(
        party,
        1_000 * (1 + kept.ended_early) / (1_000 / suspended + kept.open_days) if suspended else 0.0,
        100 * (1 + kept.stopped) / (100 / impeded + kept.tried) if impeded else 0.0,
        kept.open_days,
        kept.ended_early,
        kept.tried,
        kept.stopped,
    )
