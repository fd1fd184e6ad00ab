"""What a plan may weigh: a table that a named person approved, by need and by road. Never by who people are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from waythrough.actions.permissions import check_can
from waythrough.actions.workspace import Workspace
from waythrough.actions.writing import Told, write
from waythrough.terms.doing import Policy
from waythrough.terms.entries import Entry
from waythrough.terms.parties import Person
from waythrough.terms.problems import N_, InputRefused, Protected

BARRED = frozenset(
    {
        "affiliation", "belief", "citizenship", "clan", "confession", "creed", "ethnic_group", "ethnicity",
        "faction", "language", "loyalty", "name", "nationality", "opinion", "origin", "party", "political_opinion",
        "political_party", "race", "religion", "sect", "tribe", "village",
    }
)  # fmt: skip
"""What no weight and no risk may ever go by, in whatever spelling a policy tries it."""


class WeightBarred(Protected):
    """A policy that would weigh people by who they are, where they come from or whom they are said to stand with."""

    code = "policy.barred"
    message = N_(
        "{field} weighs by “{key}”: no plan ever weighs people by origin, ethnicity, belief or party."
    )
    advice = N_("Weigh by need (codes of the list “need”) and by zone of the road. Nothing was written.")


def record_policy(
    ws: Workspace, actor: Person, policy: Policy, told: Told = None, key: str | None = None
) -> Entry:
    """Write down a table of weights and risks that a person we know approved, on a day that has come.

    Raises
    ------
    WeightBarred
        It weighs people by who they are.
    InputRefused
        Nobody approved it, or its approval lies ahead.
    """
    check_can(actor, "record policy")
    for field, found in _weighed(policy):
        if _is_barred(ws, found):
            raise WeightBarred(field=field, key=found)
    if policy.approved_by not in ws.register("person"):
        raise InputRefused(
            place="policy.approved_by",
            found=repr(policy.approved_by),
            allowed="a recorded person: a table of weights has somebody who answers for it",
            remedy="Record the person, or name the one who approved it.",
        )
    if policy.approved_on.earliest > ws.clock().date():
        raise InputRefused(
            place="policy.approved_on",
            found=str(policy.approved_on.earliest),
            allowed="a day that has come",
            remedy="Write it down once it is approved.",
        )
    for least, weights in ((1, policy.need_weights), (0, policy.zone_risk)):
        for weighed, weight in weights.items():
            if weight < least:
                raise InputRefused(
                    place=f"policy, {weighed}",
                    found=str(weight),
                    allowed=f"a whole number from {least}",
                    remedy="Nobody counts for less than one, and no road for less than nothing.",
                )
    return write(ws, actor, policy, told, key=key)


def in_force(ws: Workspace) -> Policy | None:
    """The newest table that was approved by the workspace's day; None where there is none, and all weigh alike."""
    approved: list[Policy] = [
        policy
        for policy in ws.records("policy")
        if policy.approved_by and policy.approved_on.earliest <= ws.as_of
    ]
    return approved[-1] if approved else None


def _weighed(policy: Policy) -> Iterator[tuple[str, str]]:
    for key in policy.need_weights:
        yield "policy.need_weights", key
    for key in policy.zone_risk:
        yield "policy.zone_risk", key


def _is_barred(ws: Workspace, key: str) -> bool:
    """True for a barred word, alone or before a value (origin=…), and for the id of a party, place or household."""
    word = re.split(r"[=:./]", key.strip().lower().replace("-", "_").replace(" ", "_"))[0]
    return word in BARRED or any(key in ws.register(kind) for kind in ("party", "place", "household"))
