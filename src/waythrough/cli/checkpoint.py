"""``waythrough checkpoint``: words by which two people find out whether they hold the same."""

from __future__ import annotations

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.problems import NotFound


@click.command("checkpoint", cls=Shared)
@click.option("--said", metavar="WORDS", help="Words somebody read to you: which checkpoint are they?")
@pass_settings
def command(settings: Settings, said: str | None) -> None:
    """The words of this ledger and of every device's newest checkpoint, to be read aloud.

    \b
    Examples:
      waythrough checkpoint
      waythrough checkpoint --said "zoo able able about above absent absorb abstract"
    """
    from waythrough.actions.syncing import attested
    from waythrough.ledger.joining import ledger_words
    from waythrough.ledger.words import heard

    ws = settings.open()
    found, named = attested(ws), ledger_words(ws.ledger)
    if said is not None:
        wanted = heard(said)
        if wanted == named:
            settings.talk("These are the words of this very ledger.")
            found = []
        else:
            found = [one for one in found if one.words == wanted]
            if not found:
                raise NotFound(
                    what="checkpoint with these words",
                    id=wanted,
                    near="sync first; if it does not come then, somebody between you holds commits back",
                )
    if settings.json:
        listed = [
            {
                "device": one.device,
                "person": one.person,
                "at": one.at.isoformat(),
                "words": one.words,
                "missing": list(one.missing),
            }
            for one in found
        ]
        settings.emit("checkpoints", {"ledger": named, "checkpoints": listed})
    else:
        click.echo(f"The ledger “{ws.ledger.title}”: {named}")
        for one in found:
            click.echo(f"{one.device}, {one.at:%Y-%m-%d %H:%M} UTC: {one.words}")
            for sentence in one.missing or ("all it attests is here",):
                click.echo(f"  {sentence}")
    if any(one.missing for one in found):
        raise click.exceptions.Exit(6)
