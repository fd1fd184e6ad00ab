"""Judge a plan against its situation, sharing no code with the planner.

A solver can be wrong and still say "optimal". So every hard rule is derived here a second time, over raw
doors, consents and loads, every total a plan states is counted again, and the bound it proves is worked out
again from its prices. Up to a few hundred households that is done in slow and plain loops with the standard
library alone; above, seats and consents are looked at in columns, with numpy. Both find the same breaches.

Run it as a program:

    waythrough-check SITUATION.json PLAN.json [--json] [--slow]

It ends with 0 when every rule holds, with 6 (integrity broken) when one does not, with 4 when a file cannot
be read as what it should be, and with 2 when it was called wrongly. ``--slow`` asks for the plain loops
whatever the size.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from waythrough.plan import files
from waythrough.plan.check import certificate, people
from waythrough.plan.check.facts import Facts
from waythrough.plan.check.rules import run
from waythrough.terms.planned import Breach, Plan
from waythrough.terms.problems import Problem
from waythrough.terms.situation import Situation

BROKEN = 6
"""Exit code for a plan that breaks a rule: its integrity is broken."""
PLAIN_UP_TO = 500
"""Households up to which the plain loops are as quick as loading numpy."""


def check(situation: Situation, plan: Plan, *, slow: bool = False) -> list[Breach]:
    """Every hard rule the plan breaks, each with its stable name, where, and what was found; empty if it is
    sound. ``slow`` asks for the plain loops whatever the size.
    """
    if not slow and len(situation.households) > PLAIN_UP_TO:
        from waythrough.plan.check import fast

        if fast.fits(situation, plan):
            return fast.check(situation, plan)
    return run(Facts(situation, plan), people.RULES, certificate.bound)


def main(arguments: Sequence[str] | None = None) -> int:
    """The program `waythrough-check`; gives the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    named = [word for word in words if word not in ("--json", "--slow")]
    if len(named) != 2 or any(word.startswith("-") for word in named):
        sys.stderr.write("Usage: waythrough-check SITUATION.json PLAN.json [--json] [--slow]\n")
        return 0 if named in (["--help"], ["-h"]) else 2
    try:
        given, plan = files.load_situation(Path(named[0])), files.load_plan(Path(named[1]))
    except Problem as problem:
        sys.stderr.write(f"{problem.sentence()}\n{problem.remedy()}\n")
        return problem.exit_code
    breaches = check(given, plan, slow="--slow" in words)
    if "--json" in words:
        body = {"schema": "waythrough/breaches/1", "breaches": [asdict(breach) for breach in breaches]}
        sys.stdout.write(json.dumps(body, ensure_ascii=False, indent=1) + "\n")
    else:
        for breach in breaches:
            sys.stdout.write(f"{breach.rule}  {breach.place}: {breach.found}\n")
        sys.stdout.write(f"{len(breaches)} rules broken.\n" if breaches else "Every rule holds.\n")
    return BROKEN if breaches else 0
