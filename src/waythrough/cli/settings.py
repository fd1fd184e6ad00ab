"""What every command shares: which workspace, as of when, who acts, and how to answer."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from waythrough.terms.hidden import escaped, visible
from waythrough.terms.problems import InputRefused, NoWorkspace
from waythrough.terms.when import parse_day

if TYPE_CHECKING:
    from waythrough.actions.workspace import Workspace
    from waythrough.ledger.places import Place
    from waythrough.terms.parties import Person

SUFFIX = ".way"


@dataclass
class Settings:
    """The global options of one call, from wherever on the line they were given."""

    workspace: str | None = None
    as_of: str | None = None
    language: str | None = None
    json: bool = False
    plain: bool = False
    quiet: bool = False
    by: str | None = None
    site: str | None = None
    dry_run: bool = False
    no_input: bool = False
    opened: list[Any] = field(default_factory=list)

    # --- the workspace -------------------------------------------------------------------------------------

    def place(self) -> Place:
        """Where the workspace is: the file or the server's address that was named, or the only file in this folder."""
        from waythrough.ledger.places import find
        from waythrough.ledger.server import is_address

        self.may_ask()
        named = self._named()
        return find(named if named and is_address(named) else self.path())

    def path(self) -> Path:
        """The workspace file, for a command that needs one: the one named, or the only one in this folder."""
        from waythrough.ledger.server import is_address

        self.may_ask()
        named = self._named()
        if named and is_address(named):
            raise InputRefused(
                place="the workspace",
                found="the address of a server",
                allowed="a workspace file, with this command",
                remedy="Name a file with -C. Whoever runs the server looks after it with the server's own tools.",
            )
        folder = Path(named) if named else Path.cwd()
        if named and not folder.is_dir():
            return folder
        found = sorted(folder.glob(f"*{SUFFIX}"))
        if len(found) == 1:
            return found[0]
        if not found:
            raise NoWorkspace(path=folder / f"*{SUFFIX}")
        raise InputRefused(
            place=str(folder),
            found=", ".join(p.name for p in found),
            allowed="one workspace, or one named with -C",
            remedy=f"Name one: waythrough -C {found[0].name} …",
        )

    def _named(self) -> str | None:
        return self.workspace or os.environ.get("WAYTHROUGH_WORKSPACE")

    def open(self) -> Workspace:
        """Open the workspace as of the day asked for."""
        from waythrough.actions.opening import open_workspace

        return self._checked(open_workspace(self.place(), self.day()))

    def open_now(self) -> Workspace:
        """Open the workspace with everything known today, for writing: the past is not written to."""
        from waythrough.actions.workspace import Workspace

        if self.as_of is not None:
            raise InputRefused(
                place="--as-of",
                found=self.as_of,
                allowed="no --as-of with a command that writes",
                remedy="Say when the words were published with --heard-on or --source instead.",
            )
        ws = self._checked(Workspace.open(self.place()))
        ws.dry_run = self.dry_run
        return ws

    def open_to_act(self) -> Workspace:
        """Open the workspace to write what happens: as of today, an example as of the day it is practised on."""
        from waythrough.actions.opening import open_to_act

        ws = self._checked(open_to_act(self.place(), self.day()))
        ws.dry_run = self.dry_run
        if ws.practised:
            self.talk(f"This is an example: today is {ws.today()} here. Another day: --as-of DAY.")
        return ws

    def _checked(self, ws: Workspace) -> Workspace:
        """What was named on the line must exist, also where the command has no use for it."""
        self.opened.append(ws)
        ws.purpose = str(click.get_current_context().info_name)
        ws.reader = self.by or os.environ.get("WAYTHROUGH_PERSON") or ""
        if self.by:
            ws.person(self.by)
        if self.site:
            ws.site_named(self.site)
        return ws

    def day(self) -> date | None:
        """The --as-of day, or None when it was not given."""
        if self.as_of is None:
            return None
        return parse_day(self.as_of, "--as-of")

    def actor(self, ws: Workspace) -> Person:
        """Who is acting; said aloud when it was not named."""
        person = ws.person(self.by)
        if not self.by and not os.environ.get("WAYTHROUGH_PERSON"):
            self.talk(f"Acting as {person.name} ({person.id}). Another person: --by ID.")
        return person

    @property
    def tongue(self) -> str:
        """The language of sentences that a report also has: that of --lang, or English."""
        return self.language or "en"

    # --- asking --------------------------------------------------------------------------------------------

    def may_ask(self) -> None:
        """Let the ledger ask for the device's passphrase when it needs a key, if there is somebody to ask."""
        from waythrough.ledger import unlocking

        there = sys.stdin.isatty() and not self.no_input
        unlocking.ask_with((lambda: self.secret("Passphrase of this device")) if there else None)

    def secret(self, what: str, variable: str = "", twice: bool = False) -> str:
        """Something that does not show while it is typed: from a variable for scripts, or from the person.

        Raises
        ------
        InputRefused
            There is nobody to ask.
        """
        if variable and (found := os.environ.get(variable)):
            return found
        if self.no_input or not sys.stdin.isatty():
            raise InputRefused(
                place=what.lower(),
                found="nobody to ask",
                allowed=f"a terminal without --no-input, or the variable {variable}",
                remedy="It is never taken from the command line, where others on the machine could read it.",
            )
        return str(click.prompt(what, hide_input=True, confirmation_prompt=twice, err=True))

    # --- answering -----------------------------------------------------------------------------------------

    def talk(self, text: str = "") -> None:
        """A message for the person: to stderr, and not at all with --quiet."""
        if not self.quiet:
            click.echo(text, err=True)

    def unread(self, ws: Workspace) -> None:
        """Say what could not be read here, of all that this command has looked at."""
        from waythrough.actions.unread import sentences

        for line in sentences(ws):
            self.talk(line)

    def progress(self, text: str) -> None:
        """Where a long work stands: one line on a terminal, written over each time; an empty text ends it."""
        if sys.stderr.isatty() and not self.quiet:
            click.echo(f"\r\033[K{text}", err=True, nl=False)

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """Say what is being done; on a terminal, from the first second on, for how long."""
        from waythrough.cli.compiling import told

        self.talk(f"{text} …")
        done = threading.Event()

        def tell() -> None:
            began = time.monotonic()
            while not done.wait(1.0):
                self.progress(f"{text} … {time.monotonic() - began:.0f} s")

        teller = threading.Thread(target=tell, daemon=True)
        if sys.stderr.isatty() and not self.quiet:
            teller.start()
        try:
            with told(self._between):
                yield
        finally:
            done.set()
            if teller.ident is not None:
                teller.join()
                self.progress("")

    def _between(self, text: str) -> None:
        """A message on a line of its own, while progress is shown."""
        self.progress("")
        self.talk(text)

    def next(self, *commands: str) -> None:
        """Suggest what to do next."""
        self.talk("Next: " + "  or  ".join(commands))

    def emit(self, schema: str, data: Any) -> None:
        """Machine-readable data to stdout, with the name of its schema."""
        import json

        body = {"schema": f"waythrough/{schema}/1", **data} if isinstance(data, dict) else data
        click.echo(escaped(json.dumps(body, ensure_ascii=False, indent=2, sort_keys=False)))

    def table(self, columns: list[str], rows: list[list[str]]) -> None:
        """Rows to stdout: a drawn table on a terminal, tab-separated lines otherwise or with --plain.

        Cells hold words of others: what is unseen in them is written out, so that no row reads other than it is.
        """
        rows = [[visible(cell) for cell in row] for row in rows]
        if self.plain or not sys.stdout.isatty():
            for row in [columns, *rows]:
                click.echo("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
            return
        from rich import box
        from rich.console import Console
        from rich.table import Table

        drawn = Table(box=box.SIMPLE_HEAD)
        for column in columns:
            drawn.add_column(column, overflow="fold")
        for row in rows:
            drawn.add_row(*row)
        Console(no_color=bool(os.environ.get("NO_COLOR"))).print(drawn)


def pass_settings(function: Any) -> Any:
    """Give a command the settings of this call."""
    return click.make_pass_decorator(Settings, ensure=True)(function)
