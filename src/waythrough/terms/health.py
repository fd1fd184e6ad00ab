"""What `doctor` says about the machine, the workspace and the keys."""

from __future__ import annotations

from dataclasses import dataclass

GOOD, WATCH, UNSAFE = "good", "watch", "unsafe"
"""Nothing to do; look into it soon; do not go on working before it is put right."""

RECORD_AT_RISK, PEOPLE_AT_RISK = 6, 7
"""Why something is unsafe, as the exit code `doctor` leaves with: entries could be lost, or people exposed."""


@dataclass(frozen=True)
class Remark:
    """One thing that was looked at: what was found and, unless it is good, what to do.

    ``topic`` names it in one word or two and does not change from version to version. ``risk`` is 0 unless ``state`` is
    “unsafe”; then it is RECORD_AT_RISK or PEOPLE_AT_RISK.
    """

    topic: str
    state: str
    found: str
    advice: str = ""
    risk: int = 0


def good(topic: str, found: str) -> Remark:
    """Nothing to do."""
    return Remark(topic, GOOD, found)


def watch(topic: str, found: str, advice: str) -> Remark:
    """To be looked into soon."""
    return Remark(topic, WATCH, found, advice)


def unsafe(topic: str, found: str, advice: str, risk: int) -> Remark:
    """To be put right before anybody goes on working."""
    return Remark(topic, UNSAFE, found, advice, risk)


def exit_code(remarks: list[Remark]) -> int:
    """0 where nothing is unsafe. People before the record: 7 where both are at risk."""
    return max((remark.risk for remark in remarks), default=0)
