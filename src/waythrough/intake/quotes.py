"""Quoted stretches: what stands between quotation marks, also when a paragraph forgets to close them."""

from __future__ import annotations

import re


def quoted(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Start and end of the words inside each pair of quotation marks, in order.

    A quotation that is opened and not closed runs to the end of its paragraph, as printers do when it goes on in
    the next. Straight marks are paired off inside a paragraph; an odd one out is left alone.
    """
    found: list[tuple[int, int]] = []
    end = len(text) if end is None else end
    at = start
    while at < end:
        char = text[at]
        if char in "“«„":
            closing = {"“": "”", "«": "»", "„": "“"}[char]
            stop = re.search(r"\n\s*\n", text[at:end])
            limit = at + stop.start() if stop else end
            close = text.find(closing, at + 1, limit)
            found.append((at + 1, close if close >= 0 else limit))
            at = found[-1][1]
        elif char == '"':
            limit = text.find("\n", at + 1, end)
            close = text.find('"', at + 1, limit if limit >= 0 else end)
            if close >= 0:
                found.append((at + 1, close))
                at = close
        at += 1
    return found
