"""What goes into the vault, and whose it is: decided here, once, for everything that is written.

The rule of each kind is in `terms.kinds.VAULT`. Here its subject, its site and the last day it may be kept are found:
for a household from its own words, for what speaks of a household from that household's entry, for words of a document
from the document.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from waythrough.ledger import Ledger
from waythrough.terms.doing import Policy
from waythrough.terms.entries import TEXT, Draft, Vaulted
from waythrough.terms.kinds import VAULT, record_of
from waythrough.terms.problems import InputRefused

_Coming = Mapping[str, Draft]


class Vaulting:
    """Places drafts in the vault as of the day they are written. One may serve many commits of one import."""

    def __init__(self, ledger: Ledger, today: date) -> None:
        self._ledger = ledger
        self._today = today
        self._sites: dict[str, str] = {}
        self._keep_until: date | None = None
        self._only_site: str | None = None

    def placed(self, drafts: Sequence[Draft]) -> list[Draft]:
        """The same drafts; those that belong to somebody say so."""
        if not any(draft.kind in VAULT for draft in drafts):
            return list(drafts)
        coming = {draft.record: draft for draft in drafts}
        return [self._placed(draft, coming) if draft.kind in VAULT else draft for draft in drafts]

    def _placed(self, draft: Draft, coming: _Coming) -> Draft:
        rule = VAULT[draft.kind]
        subject = self._subject(draft, coming)
        if not subject:
            return draft  # words heard elsewhere, of no document kept here
        if rule.vault == TEXT:
            return dataclasses.replace(draft, vaulted=Vaulted(TEXT, subject, self.only_site()))
        kept = Vaulted(rule.vault, subject, self._site(draft, coming), self._until())
        return dataclasses.replace(draft, vaulted=kept)

    def _subject(self, draft: Draft, coming: _Coming) -> str:
        for field in VAULT[draft.kind].subject:
            named = draft.record if field == "id" else str(draft.body.get(field) or "")
            if named:
                return self._subject_of_claim(named, coming) if field == "claim" else named
        return ""

    def _subject_of_claim(self, claim: str, coming: _Coming) -> str:
        if claim in coming:
            return self._subject(coming[claim], coming)
        head = self._ledger.head(claim)
        kept = head.entries[-1].vaulted if head else None
        return kept.subject if kept else ""

    def _site(self, draft: Draft, coming: _Coming) -> str:
        """The site of the household this is about."""
        home = draft.record if draft.kind == "household" else str(draft.body["household"])
        if draft.kind == "household":
            self._sites[home] = str(draft.body["site"])
        if home not in self._sites:
            self._sites[home] = self._site_of(home, coming)
        return self._sites[home]

    def _site_of(self, home: str, coming: _Coming) -> str:
        if home in coming:
            return str(coming[home].body["site"])
        head = self._ledger.head(home)
        if head is None:
            return ""
        entry = head.entries[-1]
        return entry.vaulted.site if entry.vaulted else str(entry.body.get("site", ""))

    def only_site(self) -> str:
        """The site of what is about none in particular, as a document is: the workspace's one, or all of several."""
        if self._only_site is None:
            sites = self._ledger.heads("site")
            self._only_site = sites[0].record if len(sites) == 1 else ""
        return self._only_site

    def _until(self) -> date:
        if self._keep_until is None:
            self._keep_until = self._today + timedelta(days=_keep_days(self._ledger))
        return self._keep_until


def _keep_days(ledger: Ledger) -> int:
    """How long personal data are kept: what the policy known last says, else the length we propose."""
    policies = [entry for head in ledger.heads("policy") for entry in head.entries]
    for entry in sorted(policies, key=lambda one: (one.known_on, one.at), reverse=True):
        try:
            return int(record_of(entry).keep_personal_days)
        except InputRefused:
            continue  # a newer version's policy that cannot be read here: the one before it
    return Policy.keep_personal_days
