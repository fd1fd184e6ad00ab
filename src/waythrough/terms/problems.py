"""One catalogue of refusals: a stable code, a sentence that says what and which, and what to do next.

Every surface maps a refusal once: the command line takes ``exit_code``, a browser shows a kind page. Anything
else that escapes is a bug and may show a traceback.
"""

from __future__ import annotations

from typing import Any, ClassVar


def N_(text: str) -> str:
    """Mark words for translation here; they are translated when shown."""
    return text


class Problem(Exception):
    """A refusal a person can act on. Subclasses fix ``code``, ``message``, ``advice`` and ``exit_code``."""

    code: ClassVar[str] = "problem"
    message: ClassVar[str] = N_("Something was refused.")
    advice: ClassVar[str] = ""
    exit_code: ClassVar[int] = 1

    def __init__(self, **fields: Any) -> None:
        self.fields: dict[str, Any] = fields
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """What was found, and which."""
        return self.message.format(**self.fields)

    def remedy(self) -> str:
        """What to do next."""
        return self.advice.format(**self.fields)


# --- exit 3: not found -------------------------------------------------------------------------------------


class NotFound(Problem):
    code = "record.not-found"
    message = N_("There is no {what} “{id}” in this workspace.")
    advice = N_("List what there is with `waythrough log`, or check the spelling: {near}")
    exit_code = 3


class NoWorkspace(Problem):
    code = "workspace.not-found"
    message = N_("There is no workspace at {path}.")
    advice = N_("Make one with `waythrough init {path}`, or load the example with `waythrough demo`.")
    exit_code = 3


# --- exit 4: input refused ---------------------------------------------------------------------------------


class InputRefused(Problem):
    """Bad input: names file, row, column, what was found, what is allowed and what to do."""

    code = "input.refused"
    message = N_("{place}: found {found}. Allowed: {allowed}.")
    advice = N_("{remedy}")
    exit_code = 4


class NotAWorkspace(Problem):
    code = "workspace.not-a-workspace"
    message = N_("{path} is not a Waythrough workspace: {found}.")
    advice = N_("Name a .way file made by `waythrough init` or `waythrough demo`.")
    exit_code = 4


class WorkspaceExists(Problem):
    code = "workspace.exists"
    message = N_("{path} already exists.")
    advice = N_("Choose another name, or move the old file away first; nothing was overwritten.")
    exit_code = 4


class AsOfBeforeRecord(Problem):
    code = "as-of.before-first-record"
    message = N_("Nothing was known by {as_of}: the first record was published on {first}.")
    advice = N_("Choose a day on or after {first}.")
    exit_code = 4


# --- exit 6: integrity -------------------------------------------------------------------------------------


class LedgerBroken(Problem):
    code = "ledger.broken"
    message = N_("The ledger does not verify: {what}.")
    advice = N_(
        "Do not write to this file. Run `waythrough verify` for the whole list and go back to a backup."
    )
    exit_code = 6


# --- exit 7: refused for protection ------------------------------------------------------------------------


class Protected(Problem):
    code = "protection.refused"
    message = N_("Refused to protect people: {what}.")
    advice = N_("{remedy}")
    exit_code = 7


class NotYours(Problem):
    code = "permission.not-yours"
    message = N_("{person} ({roles}) may not {action}: this needs the role {needed}.")
    advice = N_("Ask someone with that role, or the head of office, to do it.")
    exit_code = 7


# --- exit 8: no plan ---------------------------------------------------------------------------------------


class NoPlan(Problem):
    code = "plan.none"
    message = N_("No plan could be computed: {what}.")
    advice = N_("{remedy}")
    exit_code = 8
