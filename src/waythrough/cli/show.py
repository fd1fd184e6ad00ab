"""``waythrough show ID``: entry, source, words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body
from waythrough.terms.entries import OPEN, Entry
from waythrough.terms.hidden import visible
from waythrough.terms.sayings import Source

if TYPE_CHECKING:
    from waythrough.actions.show import Shown

NAMES_SHOWN = 40


@click.command("show", cls=Shared)
@click.argument("ident", metavar="ID")
@click.option("--names", is_flag=True, help="Who a household or adult is. It is recorded that you read it.")
@click.option("--reveal", is_flag=True, help="Who wrote an entry whose author is sealed; recorded as well.")
@click.option("--why", default="", help="The reason for --names or --reveal, in words without names.")
@pass_settings
def command(settings: Settings, ident: str, names: bool, reveal: bool, why: str) -> None:
    """Where a record or figure comes from: its entry, its source, its exact words.

    ID is a record id, an entry id, or its first six digits or more.

    \b
    Examples:
      waythrough show figure-pop-2019-03-24
      waythrough show hh-00017 --names --why "to call about tomorrow's bus"
    """
    if names or reveal:
        _on_record(settings, ident, reveal, why)
        return
    from waythrough.actions.show import show

    shown = show(settings.open(), ident)
    if settings.json:
        settings.emit("record", {**to_body(shown, full=True), "contested": shown.contested})
        return
    parts = [f"{shown.kind} {shown.record}", *_conflict(shown), *_words(shown)]
    parts.append(_source(shown.source) if shown.source else "No source: known by being recorded here.")
    parts += [_entry(entry) for entry in shown.standing]
    parts += _beside(shown)
    click.echo(visible("\n\n".join(parts)))


def _on_record(settings: Settings, ident: str, reveal: bool, why: str) -> None:
    """Names, or a sealed author: the reading itself is an entry, written before anything is shown."""
    from waythrough.actions.names import read_names, reveal_author

    with settings.open_now() as ws:
        actor = settings.actor(ws)
        if reveal:
            author = reveal_author(ws, actor, ident, why)
            found = [{"record": ident, "author": author}]
        else:
            found = [{"record": e.record, **e.body} for e in read_names(ws, actor, ident, why)]
    settings.talk("That you read this is in the ledger.")
    if settings.json:
        settings.emit("on-record", {"read": found})
        return
    for one in found:
        click.echo(visible("\n".join(f"{name}: {_plain(value)}" for name, value in one.items())))


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _conflict(shown: Shown) -> list[str]:
    """Two accounts side by side: where they differ, and the two ways to settle it."""
    if not shown.contested:
        return []
    lines = [f"CONTESTED: {len(shown.standing)} revisions stand, and nobody has settled it."]
    by = {entry.id: f"{entry.id[:12]}, by {entry.author} on {entry.at:%Y-%m-%d}" for entry in shown.standing}
    for difference in shown.differs:
        lines.append(f"  {difference.field}:")
        lines += [
            f"    {json.dumps(said, ensure_ascii=False)}  ({by[entry]})"
            for entry, said in difference.said.items()
        ]
    if not shown.differs:
        lines += [f"  {text}" for text in by.values()]
    keep = shown.standing[0].id[:12]
    lines.append(f"  Keep one:       waythrough review --settle {shown.record} --keep {keep} --reason …")
    lines.append(f"  Say it anew:    waythrough record correct {shown.record} FIELD=VALUE --source …")
    return ["\n".join(lines)]


def _words(shown: Shown) -> list[str]:
    parts = []
    if shown.passage:
        at = shown.passage
        parts.append(f"  …{at.before}[[{at.words}]]{at.after}…")
        parts.append(f"  characters {at.start} to {at.end} of document {at.document}")
    elif shown.words:
        parts.append(f"  “{shown.words}”")
    if shown.ours:
        parts.append(f"  In our words: {shown.ours}")
    if shown.taken:
        rows = [f"  {one.start}–{one.end}  {one.claim}  “{one.words}”" for one in shown.taken]
        parts.append("\n".join(["Claims taken from this text:", *rows]))
    return parts


def _beside(shown: Shown) -> list[str]:
    """What does not stand as of the day: an entry asked for by its id, other revisions, what names this record."""
    parts = []
    if shown.asked:
        parts.append("This entry does not stand now:\n" + _entry(shown.asked))
    if not shown.standing and not shown.asked:
        known = min(entry.known_on for entry in shown.history)
        parts.append(f"Not known as of {shown.as_of}: its words became known on {known}.")
    others = [entry for entry in shown.history if entry not in shown.standing and entry != shown.asked]
    if others:
        rows = [f"  {e.id[:12]}  {e.at:%Y-%m-%d %H:%M} by {e.author}" for e in others]
        parts.append("\n".join([f"{len(others)} earlier or later revisions:", *rows]))
    if shown.named_by:
        more = " …" if len(shown.named_by) > NAMES_SHOWN else ""
        parts.append("Named by: " + ", ".join(shown.named_by[:NAMES_SHOWN]) + more)
    return parts


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
    from waythrough.actions.log import remark

    said = remark(entry)
    body = json.dumps(dict(entry.body), ensure_ascii=False, indent=2) if entry.state == OPEN else ""
    return (
        f"Entry {entry.id}{f' ({said})' if said else ''}\n"
        f"  known on {entry.known_on}, recorded {entry.at:%Y-%m-%d %H:%M} UTC by {entry.author}"
        f" (log {entry.log[:12]}, commit {entry.sequence}, line {entry.index})"
        + (f"\n{body}" if body else "")
    )
