"""Judge a plan against its situation, sharing no code with the planner and using the standard library only.

A solver can be wrong and still say "optimal". So every hard rule is derived here a second time, in slow and
plain loops over raw doors, consents and loads, and every total a plan states is counted again. Run it as a
program:

    waythrough-check SITUATION.json PLAN.json [--json]

It ends with 0 when every rule holds, with 6 (integrity broken) when one does not, with 4 when a file cannot
be read as what it should be, and with 2 when it was called wrongly.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from waythrough.plan.check import people, totals, trips
from waythrough.plan.check.facts import Facts
from waythrough.terms import planned, situation
from waythrough.terms.codec import from_body
from waythrough.terms.planned import Breach, Plan
from waythrough.terms.problems import InputRefused, Problem
from waythrough.terms.situation import Situation

BROKEN = 6
"""Exit code for a plan that breaks a rule: its integrity is broken."""


def check(situation: Situation, plan: Plan) -> list[Breach]:
    """Every hard rule the plan breaks, each with its stable name, where, and what was found; empty if it is
    sound.
    """
    rules = (*totals.RULES[:1], *trips.RULES, *people.RULES, *totals.RULES[1:])
    facts = Facts(situation, plan)
    return [Breach(rule, place, found) for part in rules for rule, place, found in part(facts)]


def main(arguments: Sequence[str] | None = None) -> int:
    """The program `waythrough-check`; gives the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in words
    files = [word for word in words if word != "--json"]
    if len(files) != 2 or any(word.startswith("-") for word in files):
        sys.stderr.write("Usage: waythrough-check SITUATION.json PLAN.json [--json]\n")
        return 0 if files in (["--help"], ["-h"]) else 2
    try:
        given = _read(Path(files[0]), Situation, situation.READABLE)
        plan = _read(Path(files[1]), Plan, planned.READABLE)
    except Problem as problem:
        sys.stderr.write(f"{problem.sentence()}\n{problem.remedy()}\n")
        return problem.exit_code
    breaches = check(given, plan)
    if as_json:
        body = {"schema": "waythrough/breaches/1", "breaches": [asdict(breach) for breach in breaches]}
        sys.stdout.write(json.dumps(body, ensure_ascii=False, indent=1) + "\n")
    else:
        for breach in breaches:
            sys.stdout.write(f"{breach.rule}  {breach.place}: {breach.found}\n")
        sys.stdout.write(f"{len(breaches)} rules broken.\n" if breaches else "Every rule holds.\n")
    return BROKEN if breaches else 0


def _read(path: Path, kind: type[Any], readable: Sequence[str]) -> Any:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise InputRefused(
            place=str(path),
            found=str(problem),
            allowed=f"a {readable[0]} file",
            remedy="Name the right file.",
        ) from None
    if not isinstance(body, dict) or body.get("schema") not in readable:
        raise InputRefused(
            place=str(path),
            found="another schema",
            allowed=" or ".join(readable),
            remedy="Name the right file.",
        )
    return from_body(kind, {**body, "schema": readable[0]}, str(path))
