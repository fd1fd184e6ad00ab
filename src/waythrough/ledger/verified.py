"""What was verified before, so that what came since can be checked quickly.

A quick check proves that every commit added since is signed, follows what was here then, and is in the lists; and that
no commit which was the last of its log then has gone: that is more than a full one sees, for a chain does not show its
own end. It proves nothing about what was verified before: whoever changes an old body in the file is seen by the next
full verification and not by this one.
"""

from __future__ import annotations

from typing import NamedTuple

from waythrough.ledger.acts import ADMISSION, DEVICE
from waythrough.ledger.parcels import Tip

DECIDING = frozenset({DEVICE, ADMISSION})
"""Kinds that can change what older commits are worth: where one came since, all is verified again."""


class Verified(NamedTuple):
    """A state that was found sound: how many commits and entries there were, and the last commit of each branch."""

    commits: int = 0
    entries: int = 0
    tips: tuple[Tip, ...] = ()


FROM_THE_START = Verified()
