"""``waythrough import``: a document or a table."""

from __future__ import annotations

from pathlib import Path

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body
from waythrough.terms.problems import InputRefused
from waythrough.terms.when import Days


@click.command("import", cls=Shared)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--as",
    "kind",
    type=click.Choice(["document", "requests", "figures", "places", "legs"]),
    help="What it is.",
)
@click.option(
    "--template",
    metavar="TABLE",
    type=click.Choice(["requests", "figures", "places", "legs"]),
    help="Print a table's header with an invented example row, and stop: requests, figures, places or legs.",
)
@click.option(
    "--published", metavar="DAYS", help="When a document was published (default: a day in the file's name)."
)
@click.option("--outlet", metavar="PARTY", help="Who speaks in a document when nobody is quoted.")
@click.option("--title", help="A document's title (default: the file's name).")
@click.option("--language", "doc_language", default="en", show_default=True, help="A document's language.")
@click.option("--encoding", help="A text file's encoding, where it is not UTF-8.")
@pass_settings
def command(
    settings: Settings,
    paths: tuple[Path, ...],
    kind: str | None,
    template: str | None,
    published: str | None,
    outlet: str | None,
    title: str | None,
    doc_language: str,
    encoding: str | None,
) -> None:
    """Bring in text documents and CSV tables (requests, figures, places, legs).

    A table is taken whole or not at all; the same file again changes nothing. Claims of a document stay
    drafts until a person reviews them.

    \b
    Examples:
      waythrough import statement-2019-03-28.txt --outlet party-a
      waythrough import requests.csv figures.csv
      waythrough import --template legs > legs.csv
    """
    if template:
        _print_template(settings, template)
        return
    if not paths:
        raise click.UsageError("Missing argument 'PATHS...'. An empty table to fill: --template TABLE.")
    from waythrough.actions.importing import guess_kind, import_table
    from waythrough.actions.reading import import_document

    done: list[dict[str, object]] = []
    with settings.open_now() as ws:
        actor = settings.actor(ws)
        for path in paths:
            if not path.is_file():
                raise InputRefused(
                    place=str(path),
                    found="no such file",
                    allowed="a file",
                    remedy="Check the name and the folder.",
                )
            if (kind or ("document" if path.suffix.lower() == ".txt" else "")) == "document":
                ident, new = import_document(
                    ws,
                    actor,
                    path,
                    published=_published(path, published),
                    outlet=outlet,
                    title=title,
                    language=doc_language,
                    encoding=encoding,
                )
                done.append({"file": path.name, "document": ident, "new": new})
                if new and outlet is None:
                    settings.talk(
                        "No --outlet was named: whoever speaks unquoted stands as “publisher not named”."
                    )
                settings.talk(f"{path.name}: {'taken in as' if new else 'known already as'} {ident}.")
                settings.next(f"waythrough read {ident}")
            else:
                found = import_table(ws, actor, path, kind or guess_kind(path), dry_run=settings.dry_run)
                done.append({"file": path.name, **to_body(found, full=True)})
                settings.talk(
                    f"{path.name}: {found.same} rows the same, {found.corrected} corrected, {found.added} new."
                    + ("" if found.written else " Nothing was written (--dry-run).")
                )
    if settings.json:
        settings.emit("import", {"files": done})


def _print_template(settings: Settings, table: str) -> None:
    """The header and an example; it needs no workspace, so that one can prepare a table before there is one."""
    from waythrough.actions.tables import TABLES
    from waythrough.actions.tables import template as template_of

    if settings.json:
        columns = {declared.column.name: declared.example for declared in TABLES[table]}
        settings.emit("template", {"table": table, "example": columns})
        return
    click.echo(template_of(table), nl=False)
    settings.talk("The example row is invented: put yours in its place.")


def _published(path: Path, given: str | None) -> Days:
    """The day stated, or a day that stands in the file's name; never today by default."""
    import re

    if given:
        return Days.parse(given)
    if match := re.search(r"\d{4}-\d{2}-\d{2}", path.name):
        return Days.parse(match[0])
    raise InputRefused(
        place=path.name,
        found="no publication day",
        allowed="--published DAY, or a file name with a day in it",
        remedy="Add --published 2019-03-28; a month (2019-03) is enough.",
    )
