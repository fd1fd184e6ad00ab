"""``waythrough show ID``: entry, source, words."""

from __future__ import annotations

import json

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body
from waythrough.terms.entries import Entry
from waythrough.terms.sayings import Source


@click.command("show", cls=Shared)
@click.argument("ident", metavar="ID")
@pass_settings
def command(settings: Settings, ident: str) -> None:
    """Where a record or figure comes from: its entry, its source, its exact words.

    ID is a record id, an entry id, or its first six digits or more.

    \b
    Example:
      waythrough show figure-pop-2019-03-24
    """
    from waythrough.actions.show import show

    shown = show(settings.open(), ident)
    if settings.json:
        settings.emit("record", {**to_body(shown, full=True), "contested": shown.contested})
        return
    click.echo(f"{shown.kind} {shown.record}")
    if shown.contested:
        click.echo(
            f"CONTESTED: {len(shown.standing)} revisions stand; settle with `waythrough review conflicts`."
        )
    if shown.words:
        click.echo(f"\n  “{shown.words}”")
    if shown.ours:
        click.echo(f"\n  In our words: {shown.ours}")
    click.echo("\n" + (_source(shown.source) if shown.source else "No source: known by being recorded here."))
    for entry in shown.standing:
        click.echo("\n" + _entry(entry))
    if not shown.standing:
        known = min(entry.known_on for entry in shown.history)
        click.echo(f"\nNot known as of {shown.as_of}: its words became known on {known}.")
    older = [entry for entry in shown.history if entry not in shown.standing]
    if older:
        click.echo(f"\n{len(older)} earlier or later revisions: " + ", ".join(e.id[:12] for e in older))
    if shown.named_by:
        click.echo(
            "\nNamed by: " + ", ".join(shown.named_by[:40]) + (" …" if len(shown.named_by) > 40 else "")
        )


def _source(source: Source) -> str:
    published = (
        f"{source.published.earliest}"
        if source.published.exact
        else (f"between {source.published.earliest} and {source.published.latest}")
    )
    about = " (day inferred)" if source.approximate else ""
    lines = [
        f"Source {source.id}: {source.title}",
        f"published {published}{about} by {source.publisher}",
        source.url,
    ]
    return "\n  ".join(line for line in lines if line)


def _entry(entry: Entry) -> str:
    body = json.dumps(dict(entry.body), ensure_ascii=False, indent=2)
    return (
        f"Entry {entry.id}\n  known on {entry.known_on}, recorded {entry.at:%Y-%m-%d %H:%M} UTC by {entry.author}"
        f" (log {entry.log[:12]}, commit {entry.sequence}, line {entry.index})\n{body}"
    )
