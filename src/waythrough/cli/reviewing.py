"""``waythrough review``: a person decides on each draft; contested records are settled."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings

if TYPE_CHECKING:
    from waythrough.actions.reading import Pending
    from waythrough.actions.workspace import Workspace
    from waythrough.terms.parties import Person


@click.command("review", cls=Shared)
@click.argument("what", required=False, default="drafts", type=click.Choice(["drafts", "conflicts"]))
@click.option("--list", "only_list", is_flag=True, help="List what waits; decide nothing.")
@click.option("--accept", metavar="DRAFT", help="Accept one draft as it is.")
@click.option("--edit", metavar="DRAFT", help="Accept one draft with --set changes.")
@click.option("--set", "changes", multiple=True, metavar="FIELD=VALUE", help="A change for --edit.")
@click.option("--discard", metavar="DRAFT", help="Say that one draft is no claim.")
@click.option("--settle", metavar="RECORD", help="Settle a contested record.")
@click.option("--keep", metavar="ENTRY", help="The entry to keep, for --settle.")
@click.option("--reason", default="", help="Why, for --discard and --settle.")
@pass_settings
def command(
    settings: Settings,
    what: str,
    only_list: bool,
    accept: str | None,
    edit: str | None,
    changes: tuple[str, ...],
    discard: str | None,
    settle: str | None,
    keep: str | None,
    reason: str,
) -> None:
    """Accept, edit or discard draft claims, one at a time. There is no accept-all.

    \b
    Examples:
      waythrough review                                   one draft at a time
      waythrough review --edit c03 --set type=access_denied
      waythrough review --discard c07 --reason "subscription line"
      waythrough review conflicts
    """
    from waythrough.actions import reading as act
    from waythrough.actions.record import settle as write_settlement

    with settings.open_now() as ws:
        if what == "conflicts" and not settle:
            _conflicts(settings, ws)
            return
        if not (accept or edit or discard or settle):
            waiting = act.pending(ws)
            if only_list or settings.json or not sys.stdin.isatty():
                _list(settings, waiting)
                if waiting:
                    raise click.exceptions.Exit(5)
                return
            _one_by_one(settings, ws, waiting)
            return
        actor = settings.actor(ws)
        if settle:
            entry = write_settlement(ws, actor, settle, keep or "", reason)
        elif discard:
            entry = act.discard(ws, actor, discard, reason)
        else:
            entry = act.accept(ws, actor, accept or edit or "", _changes(changes) if edit else None)
    settings.talk(f"Recorded {entry.kind} {entry.record}.")
    settings.next("waythrough review", f"waythrough show {entry.record}")


def _changes(texts: tuple[str, ...]) -> dict[str, object]:
    found: dict[str, object] = {}
    for text in texts:
        name, _, value = text.partition("=")
        found[name] = (
            [part for part in value.split(",") if part] if name in ("agent", "target", "chain") else value
        )
    return found


def _list(settings: Settings, waiting: list[Pending]) -> None:
    if settings.json:
        settings.emit(
            "review",
            {"drafts": [{"id": p.id, "document": p.document, "draft": dict(p.draft)} for p in waiting]},
        )
        return
    rows = [
        [
            p.id.rpartition("#")[2],
            p.document,
            " > ".join(p.draft["source"]["chain"]),
            p.draft["modality"],
            p.draft["type"],
            p.draft["span"]["text"],
        ]
        for p in waiting
    ]
    settings.table(["draft", "document", "who says", "how", "what about", "exact words"], rows)
    settings.talk(f"{len(waiting)} drafts wait for a decision.")


def _conflicts(settings: Settings, ws: Workspace) -> None:
    heads = ws.ledger.contested()
    if settings.json:
        settings.emit(
            "conflicts",
            {
                "records": [
                    {"record": h.record, "kind": h.kind, "entries": [e.id for e in h.entries]} for h in heads
                ]
            },
        )
        return
    rows = [
        [
            h.record,
            h.kind,
            e.id[:12],
            e.author,
            str(e.at.date()),
            json.dumps(dict(e.body), ensure_ascii=False)[:160],
        ]
        for h in heads
        for e in h.entries
    ]
    settings.table(["record", "kind", "entry", "by", "on", "says"], rows)
    settings.talk(
        f"{len(heads)} contested records. Settle: waythrough review --settle RECORD --keep ENTRY --reason …"
    )


def _one_by_one(settings: Settings, ws: Workspace, waiting: list[Pending]) -> None:
    actor = settings.actor(ws)
    for number, item in enumerate(waiting, start=1):
        draft = item.draft
        settings.talk(
            f"\n[{number}/{len(waiting)}] {' > '.join(draft['source']['chain'])}  {draft['modality']}  {draft['type']}"
        )
        settings.talk(f"  “{draft['span']['text']}”")
        choice = click.prompt(
            "(a)ccept (e)dit (x) discard (s)kip (q)uit",
            type=click.Choice(["a", "e", "x", "s", "q"]),
            show_choices=False,
            err=True,
        )
        if choice == "q":
            return
        _decide(ws, actor, item, choice)


def _decide(ws: Workspace, actor: Person, item: Pending, choice: str) -> None:
    from waythrough.actions import reading as act

    if choice == "a":
        act.accept(ws, actor, item.id)
    elif choice == "x":
        act.discard(ws, actor, item.id, click.prompt("Why is this no claim?", err=True))
    elif choice == "e":
        changes = {}
        for name in ("type", "modality", "polarity"):
            given = click.prompt(name, default=str(item.draft[name]), err=True)
            if given != item.draft[name]:
                changes[name] = given
        act.accept(ws, actor, item.id, changes or None)
