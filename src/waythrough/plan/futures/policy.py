"""The rule by which a future is played: what is asked, and how the team plans again as answers come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ASK_WAITING, ASK_SHUT = "waiting", "shut"
"""Who is asked: only where a request already waits; or, besides, today at every door that is not open."""


@dataclass(frozen=True)
class Policy:
    """What is assumed of the team and of doors that open. Everything here is said beside the figures.

    Every day the team sees which doors are open and sends what it can. Families go in the order of the rank
    they gave the destination, then of need, then of how soon their consents end, as long as vehicles,
    reception and registration last; a convoy leaves as soon as the spacing allows and something useful can
    be loaded, each good first getting an equal share of the space. Nobody knows what a party will answer
    later. A no stays a no.

    ``ask`` says at which doors an answer is awaited, ``ask_on`` at single doors on another day.
    ``together_percent`` is the share of futures in which one answer of a party, on one day, holds for all
    its doors. ``window_days`` is how long a yes holds where nothing is known of it. A window ends early at
    the rate ``suspended_per_1000_days``, and on ``impeded_percent`` of days a party lets nothing pass in
    spite of its yes, where the record of the party says nothing else (see `plan.futures.rates`); that shows when
    the first vehicle is at its road, which turns back. ``filled_percent`` of seats are filled, because families
    stay whole.
    """

    ask: str = ASK_SHUT
    ask_on: Mapping[str, int] = field(default_factory=dict)
    together_percent: int = 50
    window_days: int = 14
    suspended_per_1000_days: int = 5
    impeded_percent: int = 10
    filled_percent: int = 95
