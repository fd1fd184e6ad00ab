"""Run a parser of foreign files in a limited child process, so that a hostile file can hurt only the child.

The child is a fresh interpreter in an empty temporary directory with limits on processor time, address
space, open files and written bytes (POSIX). It hands back plain values only: the parent rebuilds nothing
but values of this package, dates and built-in types, so even a child that was taken over cannot run code
in the parent. The network is not cut off. On Windows no processor or memory limit is enforced (only the
clock); ``LIMITS_ENFORCED`` says which.
"""

from __future__ import annotations

import importlib
import io
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from waythrough.terms.problems import N_, InputRefused, Problem

T = TypeVar("T")

LIMITS_ENFORCED = os.name == "posix"
"""False on Windows: there only the wall clock limits a child."""

_DATES = {"date", "datetime", "time", "timedelta", "timezone"}


class ParserStopped(InputRefused):
    """The child that read a file was stopped, or died."""

    code = "intake.parser-stopped"
    message = N_("{place}: {found}. Allowed: {allowed}.")


def run_limited(
    function: Callable[..., T],
    args: tuple[Any, ...] = (),
    kwargs: dict[str, Any] | None = None,
    *,
    cpu_s: int = 20,
    memory_mb: int = 700,
    wall_s: float | None = None,
) -> T:
    """What ``function(*args, **kwargs)`` returns, computed in a limited child.

    Parameters
    ----------
    function
        A public function of an importable module. Arguments and result must be plain values.
    cpu_s, memory_mb
        Limits on processor seconds and address space (mebibytes). Not enforced on Windows.
    wall_s
        Limit on the clock, seconds; three times ``cpu_s`` if not given.

    Raises
    ------
    ParserStopped
        The child passed a limit, or died. A ``Problem`` raised in the child is raised again here.
    """
    name = f"{function.__module__}:{function.__qualname__}"
    order = pickle.dumps((function.__module__, function.__qualname__, args, kwargs or {}, cpu_s, memory_mb))
    try:
        with tempfile.TemporaryDirectory(prefix="waythrough-") as empty:
            done = subprocess.run(
                [sys.executable, "-m", "waythrough.intake.child"],
                input=order, capture_output=True, cwd=empty, env=_environment(),
                timeout=wall_s or 3 * cpu_s, check=False,
            )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise _stopped(name, f"no result after {error.timeout:g} seconds") from error
    if done.returncode:
        raise _stopped(name, _cause(done.returncode, done.stderr))
    return _outcome(name, done.stdout)


def _environment() -> dict[str, str]:
    kept = {
        key: os.environ[key]
        for key in ("PATH", "SYSTEMROOT", "LANG", "TZ", "PYTHONTZPATH")
        if key in os.environ
    }
    here = [str(Path(part).absolute()) for part in sys.path]
    return {**kept, "PYTHONPATH": os.pathsep.join(here), "PYTHONUTF8": "1"}


def _cause(code: int, stderr: bytes) -> str:
    if code in (-24, -9, 137, 152):
        return "the parser passed its limit of processor time and was stopped"
    if b"MemoryError" in stderr:
        return "the parser passed its limit of memory and was stopped"
    last = stderr.decode("utf-8", "replace").strip().splitlines()
    return f"the parser died with code {code} ({last[-1][:200] if last else 'no message'})"


def _stopped(name: str, found: str) -> ParserStopped:
    return ParserStopped(
        place=name, found=found, allowed="a file that can be read within the limits",
        remedy="The file is damaged, too large or hostile. Do not open it unguarded; ask for another copy.",
    )  # fmt: skip


class _PlainUnpickler(pickle.Unpickler):
    """Rebuilds classes of this package and dates, never functions: see the module's first words."""

    def find_class(self, module: str, name: str) -> Any:
        if "." not in name:
            if module.split(".")[0] == "waythrough":
                found = getattr(importlib.import_module(module), name, None)
                if isinstance(found, type) and found.__module__.split(".")[0] == "waythrough":
                    return found
            if module == "datetime" and name in _DATES:
                return super().find_class(module, name)
            if (module, name) in (("builtins", "frozenset"), ("builtins", "set")):
                return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is not a plain value")


def _outcome(name: str, written: bytes) -> Any:
    try:
        kind, value = _PlainUnpickler(io.BytesIO(written)).load()
    except (
        pickle.UnpicklingError,
        EOFError,
        ValueError,
        AttributeError,
        ImportError,
        IndexError,
        TypeError,
    ) as error:
        raise _stopped(
            name, f"the parser handed back something that is not a plain value ({error})"
        ) from error
    if kind == "problem":
        problem_class, fields = value
        if not (isinstance(problem_class, type) and issubclass(problem_class, Problem)):
            raise _stopped(name, "the parser handed back something that is not a refusal")
        raise problem_class(**fields)
    return value


def _limit(cpu_s: int, memory_mb: int) -> None:
    if not LIMITS_ENFORCED:
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # the answer goes through a pipe, not a file


def _main() -> None:
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a parser that prints must not spoil the answer
    order = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by the parent, which trusts itself
    module, qualname, args, kwargs, cpu_s, memory_mb = order
    _limit(cpu_s, memory_mb)
    function: Any = importlib.import_module(module)
    for part in qualname.split("."):
        function = getattr(function, part)
    try:
        answer: tuple[str, Any] = ("value", function(*args, **kwargs))
    except Problem as problem:
        answer = ("problem", (type(problem), problem.fields))
    out.write(pickle.dumps(answer))
    out.flush()


if __name__ == "__main__":
    _main()
