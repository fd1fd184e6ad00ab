"""``waythrough rebuild``: make the lists again."""

from __future__ import annotations

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings


@click.command("rebuild", cls=Shared)
@pass_settings
def command(settings: Settings) -> None:
    """Throw the lists away and make them again from the entries, which are not touched. Then verify.

    \b
    Example:
      waythrough rebuild
    """
    from waythrough.cli.verify import report
    from waythrough.ledger import Ledger

    with Ledger.open(settings.place()) as ledger:
        settings.talk("Making the lists again …")
        ledger.rebuild()
        report(settings, ledger.verify(), "rebuilt")
