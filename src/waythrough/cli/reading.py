"""``waythrough read``: a document into draft claims."""

from __future__ import annotations

import json
from pathlib import Path

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.claims_json import reading_to_json


@click.command("read", cls=Shared)
@click.argument("document")
@click.option(
    "--reader",
    type=click.Choice(["auto", "rules", "bare"]),
    default="auto",
    show_default=True,
    help="Which reader.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the drafts as a waythrough-claims/0.1 file too."
)
@click.option("--no-queue", is_flag=True, help="Only show them; do not put them in the review queue.")
@pass_settings
def command(settings: Settings, document: str, reader: str, out: Path | None, no_queue: bool) -> None:
    """Read a document into draft claims: who says what about whom, at which exact words.

    DOCUMENT is the id `waythrough import` printed, or the file that was imported. Drafts wait for
    `waythrough review`; nothing is accepted by itself (exit code 5 when some wait).

    \b
    Example:
      waythrough read document-246ce89f
    """
    from waythrough.actions.reading import document_id as find
    from waythrough.actions.reading import propose, read_document

    with settings.open_now() as ws:
        ident = find(ws, document)
        proposed = read_document(ws, ident, reader)
        queued = 0 if no_queue else propose(ws, settings.actor(ws), ident, proposed)
    body = reading_to_json(proposed)
    if out:
        out.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
    if settings.json:
        settings.emit("reading", {"document": ident, "engine": proposed.engine, "reading": body})
    else:
        rows = [
            [c["id"], " > ".join(c["source"]["chain"]), c["modality"], c["type"], c["span"]["text"]]
            for c in body["claims"]
        ]
        settings.table(["draft", "who says", "how", "what about", "exact words"], rows)
    for notice in proposed.notices:
        settings.talk(f"Note: {notice.message}")
    settings.talk(f"{len(body['claims'])} draft claims by the reader {proposed.engine}.")
    if queued:
        settings.next("waythrough review")
        raise click.exceptions.Exit(5)
