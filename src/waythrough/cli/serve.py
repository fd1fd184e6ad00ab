"""``waythrough serve --sync``: answer the laptops of this ledger over HTTP."""

from __future__ import annotations

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.problems import InputRefused


@click.command("serve", cls=Shared)
@click.option("--sync", is_flag=True, help="Answer the laptops that sync with this device.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8473, show_default=True, type=click.IntRange(0, 65535), help="The port.")
@pass_settings
def command(settings: Settings, sync: bool, host: str, port: int) -> None:
    """Answer the laptops of this ledger until interrupted. What is sent is sealed to each of them.

    Listen on this machine only, and let a web server in front of it speak https with the others.

    \b
    Example:
      waythrough serve --sync
    """
    from waythrough.actions.syncing import post_at
    from waythrough.ledger.serving import SyncApp, server

    if not sync:
        raise InputRefused(
            place="waythrough serve",
            found="nothing to serve",
            allowed="--sync",
            remedy="Say what to serve: waythrough serve --sync",
        )
    place = settings.place()
    with post_at(place) as post:  # refuses now, not at the first request, where the workspace cannot be used
        title = post.ledger.title
    with server(SyncApp(lambda: post_at(place)), host, port) as serving:
        settings.talk(f"Syncing “{title}” at http://{host}:{serving.server_port}/ until you press Ctrl-C.")
        serving.serve_forever()
