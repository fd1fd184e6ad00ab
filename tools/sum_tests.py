"""Adds up pytest's closing lines of several runs and prints one like them.

A run that stopped before its closing line (a crash, a broken environment) must not pass for a run without
tests, so a file without such a line is a failure, not a zero.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

CLOSING = re.compile(r"^(?:=+ )?(?P<counts>(?:\d+ [a-z]+(?:, )?)+|no tests ran) in (?P<seconds>[\d.]+)s\b.*$")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ORDER = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warnings", "errors")


def closing(text: str) -> tuple[dict[str, int], float] | None:
    """The counts and seconds of the last closing line in a run's output, or None if it has none."""
    for line in reversed(COLOUR.sub("", text).splitlines()):
        if match := CLOSING.match(line.strip()):
            found = re.findall(r"(\d+) ([a-z]+)", match["counts"])
            counts = {{"error": "errors", "warning": "warnings"}.get(word, word): int(n) for n, word in found}
            return counts, float(match["seconds"])
    return None


def total(texts: list[str]) -> str | None:
    """One closing line for all runs together, or None if one of them never closed or no test ran at all."""
    sums: dict[str, int] = {}
    seconds = 0.0
    for text in texts:
        end = closing(text)
        if end is None:
            return None
        for word, count in end[0].items():
            # A test left out of one run is run in the other: adding those up would mean nothing.
            if word != "deselected":
                sums[word] = sums.get(word, 0) + count
        seconds += end[1]
    if not sums.get("passed", 0) + sums.get("failed", 0) + sums.get("errors", 0):
        return None
    parts = ", ".join(f"{sums[word]} {word}" for word in ORDER if sums.get(word))
    return f"===== {parts} in {seconds:.2f}s ====="


def main(paths: list[str]) -> int:
    line = total([Path(path).read_text(encoding="utf-8", errors="replace") for path in paths])
    if line is None:
        print("A test run ended without its closing line, or ran no test.")
        return 1
    print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
