"""Before a site closes: each question of the checklist, with the newest finding of one of us."""

from __future__ import annotations

from waythrough.actions.workspace import Workspace
from waythrough.terms.codes import code_list
from waythrough.terms.doing import ClosureCheck
from waythrough.terms.when import Days


def checklist(ws: Workspace, site: str | None = None) -> list[ClosureCheck]:
    """Every question once, in the order of the list; one at which nobody looked is unknown and names nobody."""
    camp = ws.site_named(site)
    newest: dict[str, ClosureCheck] = {}
    for check in sorted(ws.records("closure_check"), key=lambda c: (c.on.latest, c.id)):
        if check.site == camp.id:
            newest[check.item] = check
    return [
        newest.get(item) or ClosureCheck("", camp.id, item, "unknown", Days.on(ws.as_of), "")
        for item in code_list("closure_check").codes
    ]
