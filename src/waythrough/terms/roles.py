"""What a person or a device may be trusted with, as codes of the list `role`."""

from __future__ import annotations

HEAD = "head_of_office"
ACCESS = "access_officer"
MOVEMENT = "movement_officer"
SITE = "site_coordinator"
INFORMATION = "information_officer"
REGISTRAR = "registrar"
PROTECTION = "data_protection_officer"
VIEWER = "viewer"
KEEPER = "keeper"

ROLES = frozenset({HEAD, ACCESS, MOVEMENT, SITE, INFORMATION, REGISTRAR, PROTECTION, VIEWER, KEEPER})
"""Every role this version knows. A newer version's roles are carried and give no right here."""

EVERYWHERE = "*"
"""Stands for every site, where roles are given site by site."""
