"""The command line: one command per action. Data on stdout, talk on stderr."""

from __future__ import annotations


def main() -> None:
    """Run the command line. Nothing heavy is imported until a command needs it."""
    from waythrough.cli.app import run

    run()
