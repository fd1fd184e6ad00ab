"""Which role the ledger's own entries need, and which roles are given which keys of the vault."""

from __future__ import annotations

from collections.abc import Mapping

from waythrough.ledger.acts import ADMISSION, APPROVAL, DEVICE, ERASURE
from waythrough.ledger.grants import Roles, holds
from waythrough.terms.roles import (
    ACCESS,
    EVERYWHERE,
    HEAD,
    INFORMATION,
    KEEPER,
    MOVEMENT,
    PROTECTION,
    REGISTRAR,
    SITE,
)

RIGHTS: Mapping[str, str] = {
    DEVICE: KEEPER,
    ADMISSION: KEEPER,
    ERASURE: PROTECTION,
    APPROVAL: PROTECTION,
}
"""Kinds of the ledger's own entries that need a role. Every enrolled device may write the others."""

_PLANNERS = frozenset({REGISTRAR, PROTECTION, HEAD, MOVEMENT, ACCESS, SITE, INFORMATION})

OPENS: Mapping[str, frozenset[str]] = {
    "who": frozenset({REGISTRAR, PROTECTION}),
    "what": _PLANNERS,
    "text": _PLANNERS,
    "author": frozenset({HEAD, PROTECTION}),
}
"""Classes of the vault → the roles whose devices are given its keys. A keeper, as such, is given none."""


def may(kind: str, roles: Roles, site: str = EVERYWHERE) -> bool:
    """Whether a device that counts and has these roles may write an entry of this own kind about a site."""
    return kind not in RIGHTS or holds(roles, RIGHTS[kind], site)


def may_open(vault: str, roles: Roles, site: str) -> bool:
    """Whether a device with these roles is given the keys of a class of the vault at a site."""
    return any(holds(roles, role, site) for role in OPENS.get(vault, ()))
