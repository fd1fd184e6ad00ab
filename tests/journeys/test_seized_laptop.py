"""A laptop is seized after a day's work, locked: nothing that was written about people can be found on it."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from waythrough.ledger import passphrase
from waythrough.ledger.devicefile import load
from waythrough.terms.problems import PassphraseWrong

PASSPHRASE = "four words nobody links"
SOURCES = Path(__file__).resolve().parents[2] / "src"
WHOLE = 500

PLANT = """
import json, sys
from waythrough.actions.workspace import Workspace
from waythrough.ledger import Ledger
from waythrough.terms.entries import Draft
from waythrough.terms.kinds import body_of
from waythrough.terms.parties import Person
from waythrough.terms.people import Identity

place, how = sys.argv[1:]
values = json.load(sys.stdin)
if how == "control":
    with Ledger.create(place, title="Control", author="p") as ledger:
        ledger.append([Draft("note", f"n-{n}", {"said": said}) for n, said in enumerate(values)], author="p")
else:
    with Workspace.open(place) as ws:
        home = ws.records("household")[0].id
        named, ours = values[:-100], values[-100:]
        drafts = []
        for n in range(0, len(named), 4):
            name, paper, phone, point = named[n : n + 4]
            one = Identity(f"id-{n}", home, names=(name,), papers=(paper,), phones=(phone,), place=point)
            drafts.append(Draft("identity", one.id, body_of(one)))
        for n, said in enumerate(ours):
            drafts.append(Draft("person", f"colleague-{n}", body_of(Person(f"colleague-{n}", said, ()))))
        ws.append(drafts, author=ws.person().id)
        print(home)
"""


def invented(count: int, seed: int) -> list[str]:
    """Names, papers, telephone numbers and points that occur nowhere else, in several scripts."""
    draw = random.Random(seed)
    letters = ["aeioulmnrst", "\u0627\u0644\u0645\u0631\u062d\u0628\u064a\u0646\u0648\u0633"]

    def word(alphabet: str) -> str:
        return "".join(draw.choices(alphabet, k=9))

    makers: list[Callable[[int], str]] = [
        lambda n: f"{word(letters[n % 2])} {word(letters[n % 2])}",
        lambda n: f"paper {draw.randrange(10**11):011}",
        lambda n: f"+999 {draw.randrange(10**9):09}",
        lambda n: f"{draw.uniform(-90, 90):.7f}, {draw.uniform(-180, 180):.7f}",
    ]
    return [makers[n % 4](n) for n in range(count)]


@dataclass
class Laptop:
    """A laptop of its own, each command a process of its own: its disk, its temporary files, its memory."""

    disk: Path
    memory: Path
    stick: Path
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for folder in ("desk", "home", "tmp"):
            (self.disk / folder).mkdir(parents=True)
        self.stick.mkdir()

    def __call__(self, *line: object, code: int | None = 0, give: str = "", **more: str) -> str:
        """What a command wrote, on screen and not on disk."""
        named = ["-m", "waythrough", *map(str, line)] if line[0] != "-c" else list(map(str, line))
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(SOURCES),
            "PYTHONFAULTHANDLER": "1",
            "HOME": str(self.disk / "home"),
            "TMPDIR": str(self.disk / "tmp"),
            "WAYTHROUGH_HOME": str(self.disk / "home" / "waythrough"),
            "XDG_RUNTIME_DIR": str(self.memory),
            **more,
        }
        done = subprocess.run(
            [sys.executable, *named],
            cwd=self.disk / "desk",
            env=environment,
            input=give,
            capture_output=True,
            text=True,
            check=False,
        )
        assert code in (None, done.returncode), done.stderr
        self.said.append(done.stderr)
        return done.stdout

    def found(self, values: list[str]) -> list[str]:
        """Which of these values occur in any file of the disk or the memory, in the ways text is kept there."""
        files = [file for root in (self.disk, self.memory) for file in root.rglob("*") if file.is_file()]
        everything = b"\n".join(file.read_bytes() for file in files)
        return [
            value
            for value in values
            if any(
                form in everything
                for form in (
                    value.encode(),
                    value.encode("utf-16-le"),
                    value.encode("unicode_escape"),
                    value.encode().hex().encode(),
                )
            )
        ]


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory, as a desktop session has one."""
    shared = Path("/dev/shm")  # noqa: S108 - the one place that is in memory on every Linux
    folder = shared / f"waythrough-test-{os.getpid()}-{time.monotonic_ns()}"
    folder.mkdir(mode=0o700)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def laptop(tmp_path: Path, memory: Path) -> Laptop:
    return Laptop(tmp_path / "disk", memory, tmp_path / "stick")


def a_day_of_work(laptop: Laptop, values: list[str]) -> None:
    """Every command that touches people's data, and mistakes that speak of it."""
    laptop("passphrase", "set", WAYTHROUGH_NEW_PASSPHRASE=PASSPHRASE)
    laptop("unlock", WAYTHROUGH_PASSPHRASE=PASSPHRASE)
    laptop("init", "tirsa.way", "--person", "A. K.", "--case", "tirsa")
    home = laptop("-c", PLANT, "tirsa.way", "vault", give=json.dumps(values)).strip()
    name, phone = values[0], values[2]
    (laptop.stick / "news-2017-06-10.txt").write_text(f"{name} said that {phone} was called.", "utf-8")
    (laptop.stick / "bad.csv").write_text(f"id,site,day\n{name},{phone},never\n", "utf-8")
    parties = json.loads(laptop("log", "--kind", "party", "--json"))["entries"]
    laptop("import", laptop.stick / "news-2017-06-10.txt", "--outlet", parties[0]["record"])
    laptop("import", laptop.stick / "bad.csv", "--as", "figures", code=4)
    by = ("--by", "p-registrar")
    laptop("record", "identity", "--household", "nobody", "--names", name, *by, code=4)
    laptop("record", "identity", "--household", home, "--names", name, "--phones", phone, *by)
    shown = laptop("show", home, "--names", "--why", "to call about the bus", *by)
    assert name in shown
    assert phone in shown
    for line in (["board"], ["assess", "population"], ["plan"], ["doors"], ["log"], ["show", home]):
        laptop(*line)
    laptop("publish", "--out", laptop.stick / "report")
    laptop("backup", "tirsa.wayback", WAYTHROUGH_BACKUP_PASSPHRASE="another four odd words")
    laptop("sync", laptop.stick)
    laptop("erase", home, "--reason", "asked", *by)
    laptop("rebuild")
    laptop("verify")
    laptop("doctor", code=None)  # what it thinks of this machine is not the question here


@pytest.mark.slow
def test_of_all_that_was_written_nothing_is_found_on_a_seized_locked_laptop(
    laptop: Laptop, tmp_path: Path, memory: Path, figures: Callable[..., None]
) -> None:
    values = invented(WHOLE, seed=35)
    a_day_of_work(laptop, values)
    laptop("lock")
    assert not [file for file in memory.rglob("*") if file.is_file()]
    laptop("verify", "--no-input", code=7)

    control = Laptop(tmp_path / "control", memory, tmp_path / "other stick")
    control("-c", PLANT, "plain.way", "control", give=json.dumps(values))
    found, found_in_control = laptop.found(values), control.found(values)

    file = load(laptop.disk / "home" / "waythrough")
    messages, spent = set(), []
    for said in ("", PASSPHRASE.upper(), PASSPHRASE[:-1]):
        start = time.perf_counter()
        with pytest.raises(PassphraseWrong) as refusal:
            passphrase.unwrap(file.locks["passphrase"], said, file.public)
        spent.append(time.perf_counter() - start)
        messages.add(refusal.value.sentence())

    figures(
        "seized locked laptop",
        planted=len(values),
        found=len(found),
        control_plain_file=len(found_in_control),
        messages_for_a_wrong_passphrase=len(messages),
        seconds_a_try=round(min(spent), 2),
    )
    assert found == []
    assert len(found_in_control) == WHOLE
    assert len(messages) == 1
    assert min(spent) >= 0.5
