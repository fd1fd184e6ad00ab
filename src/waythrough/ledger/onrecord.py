"""Names, and authors who are kept sealed: opened only after it was written down who reads, whose, and why."""

from __future__ import annotations

from collections.abc import Sequence

from waythrough.ledger import lines
from waythrough.ledger.lines import OWN_KINDS, StoredLine
from waythrough.ledger.store import Reader
from waythrough.terms.entries import AUTHOR, Draft, Vaulted
from waythrough.terms.problems import Protected

READ = OWN_KINDS + "read"
WRITTEN_BY = OWN_KINDS + "author"
SEALED_AUTHOR = "sealed:"
"""Begins the name that stands in the place of an author who is kept sealed."""


def about(reader: Reader, subjects: Sequence[str], vault: str) -> list[StoredLine]:
    """The lines of a class of the vault about these subjects whose bodies are still here, oldest first."""
    found = [line for _, line in reader.bodies_about(subjects, [])]
    return sorted(line for line in found if (kept := lines.read(line).vaulted) and kept.vault == vault)


def reading(token: str, found: Sequence[StoredLine], vault: str, author: str, why: str) -> Draft:
    """The entry that says who reads what of whom, and why. It holds nothing of what is read.

    Raises
    ------
    Protected
        No reason is given.
    """
    if not why.strip():
        raise Protected(
            what="names and sealed authors are not shown without a reason",
            remedy="Say why with --why, in words without names: it is kept for good.",
        )
    subjects = sorted({kept.subject for line in found if (kept := lines.read(line).vaulted)})
    return Draft(
        READ, f"{READ}/{token}", {"subjects": subjects, "vault": vault, "why": why, "person": author}
    )


def written_by(alias: str, author: str, site: str) -> Draft:
    """The entry that says who is behind a sealed author; it lies in the vault, in a class of its own."""
    return Draft(
        WRITTEN_BY, f"{WRITTEN_BY}/{alias}", {"person": author}, vaulted=Vaulted(AUTHOR, alias, site)
    )
