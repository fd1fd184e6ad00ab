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


class ServerOutOfReach(Problem):
    """A database server that does not answer, or does not let us in."""

    code = "workspace.server-out-of-reach"
    message = N_("The server of {path} cannot be used: {reason}")
    advice = N_(
        "Check host, port, database, user and network. A password belongs in ~/.pgpass or PGPASSWORD."
    )
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


class DriverMissing(Problem):
    """An address of a database server, and no driver to reach one."""

    code = "workspace.driver-missing"
    message = N_("A workspace on a PostgreSQL server needs a driver that is not installed.")
    advice = N_("Install it: pip install waythrough[pg]")
    exit_code = 4


class AsOfBeforeRecord(Problem):
    code = "as-of.before-first-record"
    message = N_("Nothing was known by {as_of}: the first record was published on {first}.")
    advice = N_("Choose a day on or after {first}.")
    exit_code = 4


class BodyRefused(Problem):
    """A body that JSON cannot say exactly."""

    code = "ledger.body-refused"
    message = N_("{place}: at {where} found {found}.")
    advice = N_(
        "Use text, whole numbers within ±9007199254740991, finite numbers, true, false, null, lists and objects "
        "with text keys. Write a day as “2019-03-28”; leave out a number nobody knows."
    )
    exit_code = 4


class DraftRefused(Problem):
    """A draft that lacks something, or says something that cannot be."""

    code = "ledger.draft-refused"
    message = N_("{place}: {found}.")
    advice = N_("{remedy}")
    exit_code = 4


class RecordExists(Problem):
    """A draft for a record that already stands, which does not say what it corrects."""

    code = "ledger.record-exists"
    message = N_(
        "{place}: the record {record} already stands, and the draft does not say which entry it corrects."
    )
    advice = N_("Name the entry it corrects: {standing}. If it is another account of the same thing, say so.")
    exit_code = 4


class CorrectsUnknown(Problem):
    """A draft that corrects an entry which the record does not have."""

    code = "ledger.corrects-unknown"
    message = N_("{place}: {entry} is not an entry of the record {record}.")
    advice = N_("Correct one of the entries of this record: {standing}.")
    exit_code = 4


class KeyReused(Problem):
    """An idempotency key that was used for something else."""

    code = "ledger.key-reused"
    message = N_("The idempotency key {key} was already used by {author} for something else, on {day}.")
    advice = N_(
        "Nothing was written. Use a new key for a new act; use the same key only to repeat the same one."
    )
    exit_code = 4


class BackupRefused(Problem):
    """A backup that cannot be made or restored: damaged, cut short, of a newer version, or open to nobody."""

    code = "backup.refused"
    message = N_("{place}: found {found}.")
    advice = N_("{remedy}")
    exit_code = 4


class BackupNotOpened(Problem):
    """Neither the passphrase nor the key given opens this backup."""

    code = "backup.not-opened"
    message = N_("{place} does not open: it takes {ways}, and what was given is not the right one.")
    advice = N_("Try again with the right one. Nothing was restored; nobody can open a backup without it.")
    exit_code = 7


class BundleRefused(Problem):
    """A bundle that cannot be read here: damaged, for others, from another ledger, or of a newer version."""

    code = "bundle.refused"
    message = N_("{place}: found {found}.")
    advice = N_("{remedy}")
    exit_code = 4


class BundleForOthers(BundleRefused):
    """A bundle that is sealed to other devices."""

    code = "bundle.for-others"
    message = N_("{place} is not sealed to this device.")
    advice = N_(
        "Ask a keeper whether this device is enrolled. If it is, its sender did not know that yet: ask for a new "
        "bundle."
    )


class PeerRefused(Problem):
    """The other side of a sync answered, and would not go on."""

    code = "sync.refused"
    message = N_("{peer} refused: {found}.")
    advice = N_("{remedy}")
    exit_code = 4


class AmbiguousId(Problem):
    """The beginning of an id that several entries share."""

    code = "ledger.ambiguous-id"
    message = N_("{prefix} could be any of these entries: {candidates}.")
    advice = N_("Give more digits of the id.")
    exit_code = 4


class NotWritten(Problem):
    """The store failed while writing; whether the last act was kept is not known."""

    code = "ledger.not-written"
    message = N_("The workspace {path} could not be read or written: {reason}.")
    advice = N_(
        "Look at free space, permissions and the disk. Then repeat the same command: "
        "with the same idempotency key nothing is written twice."
    )
    exit_code = 1


class CannotFollow(Problem):
    """A state that may not follow the one that stands; names what may."""

    code = "state.cannot-follow"
    message = N_("“{next}” cannot follow “{state}” for a {what}.")
    advice = N_("What may follow: {allowed}. If an earlier record is wrong, correct that one.")
    exit_code = 4


# --- exit 6: integrity -------------------------------------------------------------------------------------


class LedgerBroken(Problem):
    code = "ledger.broken"
    message = N_("The ledger does not verify: {what}.")
    advice = N_(
        "Do not write to this file. Run `waythrough verify` for the whole list and go back to a backup."
    )
    exit_code = 6


class BundleForged(BundleRefused):
    """A bundle in which something is not what its signatures say."""

    code = "bundle.forged"
    message = N_("{place}: found {found}.")
    exit_code = 6


class ParcelRefused(Problem):
    """A commit from elsewhere that is not what it says, or has no place here."""

    code = "sync.commit-refused"
    message = N_("What arrived was refused: {place}: {found}.")
    advice = N_(
        "Nothing of it was taken in and nothing here has changed. Ask the sender for a new copy; if it is refused "
        "again, ask the sender to run `waythrough verify`."
    )
    exit_code = 6


class ServerNotDurable(Problem):
    """A server set to be quick at the price of losing what it acknowledged."""

    code = "workspace.server-not-durable"
    message = N_(
        "The server of {path} runs with {setting} = {found}: a power cut could lose or spoil the ledger."
    )
    advice = N_("Ask whoever runs the server to set {setting} = on. Nothing was read or written.")
    exit_code = 6


class NotRepairable(LedgerBroken):
    """What a ledger rests on is damaged itself."""

    code = "ledger.not-repairable"
    message = N_("This ledger cannot be repaired: {found}.")
    advice = N_(
        "Nothing was changed. Restore a backup with `waythrough restore`, or take the ledger from another device with "
        "`waythrough sync`."
    )


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


class ActRefused(Problem):
    """An act about the ledger itself, by a device that may not do it."""

    code = "device.may-not"
    message = N_("This device may not do that: {why}.")
    advice = N_("Nothing was written. Ask the keeper of this ledger, or someone whose device has the role.")
    exit_code = 7


class DeviceNotEnrolled(Problem):
    """This device may read and verify a ledger, but its signature does not count there."""

    code = "device.not-enrolled"
    message = N_("This device ({device}) is not enrolled in the ledger “{title}”, so nothing was written.")
    advice = N_(
        "Reading and verifying work as before. To write, use an enrolled device ({enrolled}), or work in a "
        "workspace made on this one."
    )
    exit_code = 7


class DeviceKeyExposed(Problem):
    """Other users of this machine may read the device key."""

    code = "device.key-exposed"
    message = N_("Others on this machine may read the device key {path}.")
    advice = N_("Run `chmod 600 {path}`. If someone may have copied it, tell the keeper of your ledgers.")
    exit_code = 7


class DeviceKeyUnusable(Problem):
    """The device key cannot be used."""

    code = "device.key-unusable"
    message = N_("The device key {path} cannot be used: {found}.")
    advice = N_("Put the right file back from a backup, or set WAYTHROUGH_HOME to the folder that holds it.")
    exit_code = 7


class DeviceLocked(Problem):
    """The device has a passphrase, and there is nobody to ask for it."""

    code = "device.locked"
    message = N_("This device is locked: its keys are under a passphrase, and nobody could be asked for it.")
    advice = N_(
        "Run `waythrough unlock`, or leave out --no-input; a script may put the passphrase into WAYTHROUGH_PASSPHRASE."
    )
    exit_code = 7


class PassphraseWrong(Problem):
    """One message for whatever did not open: it tells nobody how close they came."""

    code = "device.passphrase-wrong"
    message = N_("That does not open this device's keys.")
    advice = N_(
        "Try again; if the passphrase is lost: `waythrough passphrase recover` with the recovery code."
    )
    exit_code = 7


class NowhereToUnlock(Problem):
    """The system gives no folder in memory to keep an open key in."""

    code = "device.nowhere-to-unlock"
    message = N_("This system gives no folder in memory (XDG_RUNTIME_DIR), and a key is not left on a disk.")
    advice = N_("Go on without unlocking: each command then asks for the passphrase.")
    exit_code = 7


class SealingMissing(Problem):
    """A sealed workspace needs a part that is not installed."""

    code = "workspace.sealing-missing"
    message = N_("A sealed workspace needs SQLCipher, which is not installed here.")
    advice = N_("Run: pip install waythrough[sealed]")
    exit_code = 7


class KeyringUnusable(Problem):
    """The file with the keys of a ledger's vault cannot be used."""

    code = "keyring.unusable"
    message = N_("The keyring {path} cannot be used: {found}.")
    advice = N_(
        "Put the right file back from its backup. Without it this device cannot read personal data; another device "
        "with the role can hand the keys over again at the next sync."
    )
    exit_code = 7


class SubjectErased(Problem):
    """Nothing is written about a subject after it was erased."""

    code = "vault.subject-erased"
    message = N_("The data of {subject} was erased, and nothing is written under that id again.")
    advice = N_("If the same people come back and ask for help, record them under a new id.")
    exit_code = 7


# --- exit 8: no plan ---------------------------------------------------------------------------------------


class NoPlan(Problem):
    code = "plan.none"
    message = N_("No plan could be computed: {what}.")
    advice = N_("{remedy}")
    exit_code = 8


# --- exit 9: peer or network unavailable ---------------------------------------------------------------------


class PeerUnreachable(Problem):
    """The other side of a sync cannot be reached, or stopped answering."""

    code = "sync.unreachable"
    message = N_("{peer} could not be reached: {found}.")
    advice = N_(
        "What had arrived is kept, whole commits only. Run the same command again when the connection is back; "
        "it goes on from there."
    )
    exit_code = 9
