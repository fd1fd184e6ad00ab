"""The entries that enrol, change and revoke a device: written here and read here, nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from waythrough.ledger.acts import (
    ADMISSION,
    DEVICE,
    GENESIS,
    KEY_LENGTH,
    Act,
    Malformed,
    owner,
    read_bytes,
    read_roles,
    read_text,
    read_tips,
    write_tips,
)
from waythrough.ledger.keys import FINGERPRINT_LENGTH, fingerprint
from waythrough.ledger.parcels import Tip
from waythrough.terms.entries import Draft
from waythrough.terms.roles import EVERYWHERE, ROLES

Roles = Mapping[str, frozenset[str]]
"""Roles by site; those under ``"*"`` are held at every site."""

ENROLLED = "enrolled"
REVOKED = "revoked"


@dataclass(frozen=True)
class Grant:
    """What one entry says a device may do, from which of its commits on.

    It speaks about every commit of the device that ``after`` does not cover: about those its author had not seen.
    """

    act: Act
    device: bytes
    enrols: bool
    after: tuple[Tip, ...] = ()
    roles: Roles = field(default_factory=dict)
    public_key: bytes = b""
    box_key: str = ""
    name: str = ""
    person: str = ""

    @cached_property
    def begins(self) -> bool:
        """True for what the genesis entry gives; it gives way to any later word of a senior."""
        return self.act.kind == GENESIS

    @cached_property
    def own_change(self) -> bool:
        """True when a device speaks about itself."""
        return not self.begins and self.act.author == self.device

    @cached_property
    def cuts(self) -> tuple[Tip, ...]:
        """The commits up to which it says nothing. A device's word about itself holds only after it was given."""
        return (*self.after, self.act.tip) if self.own_change else self.after


@dataclass(frozen=True)
class Device:
    """One device as it stands now, for pages and for writing the next grant.

    ``rank`` is −1 for the recovery code, 0 for the device that began the ledger, and one more than that of the most
    senior device that enrolled it for every other. ``standing`` are the entries that the next grant corrects.
    ``contested`` is true where grants that nobody has settled say different things; the least of them holds.
    """

    fingerprint: bytes
    public_key: bytes
    box_key: str
    name: str
    person: str
    roles: Roles
    status: str
    rank: int
    contested: bool
    standing: tuple[str, ...]


def holds(roles: Roles, role: str, site: str) -> bool:
    """Whether these roles hold that one at a site, or at every site if the site is ``"*"``."""
    return role in roles.get(EVERYWHERE, ()) or role in roles.get(site, ())


def sites_of(roles: Roles, role: str) -> frozenset[str]:
    """The sites at which a role is held; ``"*"`` among them stands for all."""
    return frozenset(site for site, held in roles.items() if role in held)


def in_common(one: Roles, other: Roles) -> Roles:
    """What both hold, site by site."""
    everywhere = one.get(EVERYWHERE, frozenset()) & other.get(EVERYWHERE, frozenset())
    shared = {EVERYWHERE: everywhere}
    for site in (one.keys() | other.keys()) - {EVERYWHERE}:
        shared[site] = _at(one, site) & _at(other, site) - everywhere
    return {site: roles for site, roles in shared.items() if roles}


def _at(roles: Roles, site: str) -> frozenset[str]:
    return roles.get(EVERYWHERE, frozenset()) | roles.get(site, frozenset())


# --- reading -----------------------------------------------------------------------------------------------


def read_grant(act: Act) -> Grant:
    """The grant that an entry of kind ``ledger.device`` says.

    Of a revocation only the cut is read: it must be understood even where the rest of it is not.

    Raises
    ------
    Malformed
        It names no device, no status, or no commits after which it holds; or an enrolment lacks its key or roles.
    """
    kind, _, name = act.record.partition("/")
    if kind != DEVICE:
        raise Malformed("its record names no device")
    device = read_bytes({"record": name}, "record", FINGERPRINT_LENGTH)
    status = read_text(act.body, "status", needed=True)
    after = read_tips(act.body, "after")
    if status == REVOKED:
        return Grant(act, device, False, after)
    if status != ENROLLED:
        raise Malformed(f"its status is neither {ENROLLED} nor {REVOKED}")
    key = read_bytes(act.body, "public_key", KEY_LENGTH)
    if fingerprint(key) != device:
        raise Malformed("its key is not that of the device it is about")
    roles = read_roles(act.body, "roles")
    return Grant(act, device, True, after, roles, key, **_names(act.body))


def _names(body: Mapping[str, Any]) -> dict[str, str]:
    return {key: read_text(body, key) for key in ("box_key", "name", "person")}


def named_keys(act: Act) -> list[bytes]:
    """Every signing key an entry names, whether or not the entry has any effect."""
    found = []
    for key in ("public_key", "root_key", "recovery_key"):
        try:
            found.append(read_bytes(act.body, key, KEY_LENGTH))
        except Malformed:
            continue
    return found


def first_grants(act: Act) -> tuple[Grant, Grant | None]:
    """What the genesis entry gives: every role to the root key, and to the recovery key if there is one.

    Both are the same person's: a recovery code in the drawer is no second pair of eyes.

    Raises
    ------
    Malformed
        It names no root key, or was signed by another.
    """
    root = read_bytes(act.body, "root_key", KEY_LENGTH)
    if fingerprint(root) != owner(act.log) or act.sequence != 0:
        raise Malformed("it was not the first thing its root key signed")
    every = {EVERYWHERE: ROLES}
    box_key, name = read_text(act.body, "box_key"), read_text(act.body, "name")
    begun = Grant(act, fingerprint(root), True, (), every, root, box_key, name, act.person)
    if not act.body.get("recovery_key"):
        return begun, None
    recovery = read_bytes(act.body, "recovery_key", KEY_LENGTH)
    if recovery == root:
        raise Malformed("its recovery key is its root key")
    return begun, Grant(act, fingerprint(recovery), True, (), every, recovery, "", "", act.person)


# --- writing -----------------------------------------------------------------------------------------------


def enrol(
    public_key: bytes, *, name: str, person: str, roles: Mapping[str, Iterable[str]], box_key: str = ""
) -> Draft:
    """The first enrolment of a device: it counts for everything the device ever signed.

    Parameters
    ----------
    name
        What people call the device.
    person
        Whose it is. An approval counts only from another person's device, so write one person always alike.
    roles
        By site; under ``"*"`` for every site.
    box_key
        To whom bundles for this device are encrypted; empty if it receives none.
    """
    return _draft(public_key, box_key, name, person, roles, ENROLLED, (), ())


def change(
    device: Device,
    *,
    after: Sequence[Tip],
    roles: Mapping[str, Iterable[str]] | None = None,
    name: str | None = None,
    person: str | None = None,
    box_key: str | None = None,
) -> Draft:
    """Other roles or another name for a device, from its first commit on that is not among ``after``.

    It also settles what was contested, and takes a revoked device back. Tips of other devices' logs are left out.
    """
    return _draft(
        device.public_key,
        device.box_key if box_key is None else box_key,
        device.name if name is None else name,
        device.person if person is None else person,
        device.roles if roles is None else roles,
        ENROLLED,
        after,
        device.standing,
    )


def revoke(device: Device, *, after: Sequence[Tip]) -> Draft:
    """The cut: what the device signed up to ``after`` keeps counting, everything else it ever signed does not."""
    names = device.box_key, device.name, device.person
    return _draft(device.public_key, *names, {}, REVOKED, after, device.standing)


def admit(commit: bytes, why: str, *, by: bytes) -> Draft:
    """A keeper's word that a commit from a clock far ahead may count.

    Parameters
    ----------
    by
        The fingerprint of the admitting device: two keepers may admit one commit.
    """
    return Draft(
        ADMISSION, f"{ADMISSION}/{commit.hex()}/{by.hex()}", {"commit": commit.hex(), "why": why.strip()}
    )


def _draft(
    public_key: bytes,
    box_key: str,
    name: str,
    person: str,
    roles: Mapping[str, Iterable[str]],
    status: str,
    after: Sequence[Tip],
    corrects: Sequence[str],
) -> Draft:
    device = fingerprint(public_key)
    body = {
        "public_key": public_key.hex(),
        "box_key": box_key,
        "name": name,
        "person": person,
        "roles": {site: sorted(set(held)) for site, held in roles.items()},
        "status": status,
        "after": write_tips([tip for tip in after if owner(tip.log) == device]),
    }
    return Draft(DEVICE, f"{DEVICE}/{device.hex()}", body, tuple(corrects))
