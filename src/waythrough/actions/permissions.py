"""Who may do what: one truth table, asked in two voices.

The table says the least a small team needs. It names roles, never persons; a person holds several roles.
"""

from __future__ import annotations

from waythrough.terms.parties import Person
from waythrough.terms.problems import NotYours
from waythrough.terms.roles import ACCESS, HEAD, INFORMATION, MOVEMENT, PROTECTION, REGISTRAR, SITE

MAY: dict[str, frozenset[str]] = {
    "record request": frozenset({HEAD, ACCESS}),
    "record step": frozenset({HEAD, ACCESS}),
    "record answer": frozenset({HEAD, ACCESS, SITE}),
    "record execution": frozenset({HEAD, ACCESS, MOVEMENT, SITE}),
    "record guarantee": frozenset({HEAD, ACCESS}),
    "record performance": frozenset({HEAD, ACCESS, MOVEMENT, SITE}),
    "record notification": frozenset({HEAD, ACCESS}),
    "record invitation": frozenset({HEAD, ACCESS}),
    "record meeting": frozenset({HEAD, ACCESS, SITE}),
    # Consent is asked by those who register people, in private; not by those who plan the buses.
    "record consent": frozenset({REGISTRAR, PROTECTION}),
    "record household": frozenset({REGISTRAR, PROTECTION}),
    "record identity": frozenset({REGISTRAR, PROTECTION}),
    # Names are read one by one, for a reason that is written down before they are shown.
    "read names": frozenset({REGISTRAR, PROTECTION}),
    "erase": frozenset({PROTECTION}),
    # What is past its day goes, whoever is there to say so.
    "purge": frozenset({HEAD, SITE, INFORMATION, REGISTRAR, PROTECTION}),
    "reveal author": frozenset({HEAD, PROTECTION}),
    "record figure": frozenset({HEAD, INFORMATION, SITE}),
    "record incident": frozenset({HEAD, ACCESS, MOVEMENT, SITE, PROTECTION}),
    "record movement": frozenset({HEAD, MOVEMENT}),
    # Who is on which bus is for those who go through the manifest, and for nobody above them.
    "record boarding": frozenset({MOVEMENT, REGISTRAR, PROTECTION}),
    "see manifest": frozenset({MOVEMENT, REGISTRAR, PROTECTION}),
    "record closure_check": frozenset({HEAD, SITE, PROTECTION}),
    "record place": frozenset({HEAD, INFORMATION}),
    "record party": frozenset({HEAD, ACCESS, INFORMATION}),
    "record person": frozenset({HEAD}),
    "record source": frozenset({HEAD, ACCESS, INFORMATION, SITE}),
    "record stock": frozenset({HEAD, MOVEMENT, SITE, INFORMATION}),
    # A stop on a destination protects returnees: anyone who heard of harm may set it, few may lift it.
    "record protection_stop": frozenset({HEAD, ACCESS, MOVEMENT, SITE, INFORMATION, REGISTRAR, PROTECTION}),
    "lift stop": frozenset({HEAD, PROTECTION}),
    "settle conflict": frozenset({HEAD, ACCESS}),
    "import": frozenset({HEAD, INFORMATION}),
    "review claims": frozenset({HEAD, ACCESS, INFORMATION}),
    "record policy": frozenset({HEAD}),
    "make plan": frozenset({HEAD, ACCESS, MOVEMENT, INFORMATION}),
    "see inside": frozenset({HEAD, ACCESS, MOVEMENT, SITE, INFORMATION, REGISTRAR, PROTECTION}),
    "publish internal": frozenset({HEAD, ACCESS, MOVEMENT, INFORMATION}),
    "publish public": frozenset({HEAD, INFORMATION}),
}
"""Action → the roles that may do it."""


def can(person: Person, action: str) -> bool:
    """Whether one of the person's roles may do this. An action missing from the table is nobody's."""
    return bool(MAY.get(action, frozenset()) & set(person.roles))


def check_can(person: Person, action: str) -> None:
    """The same rule as a refusal, with the reason."""
    if not can(person, action):
        raise NotYours(
            person=person.name,
            roles=", ".join(person.roles) or "no role",
            action=action,
            needed=" or ".join(sorted(MAY.get(action, frozenset()))) or "that nobody holds",
        )
