"""Machine code of compiled loops, kept on disk, so that a later run needs no compiler.

The compiler takes two seconds and a hundred megabytes to load even when nothing is left to compile. What it made
once is therefore written down as object code and loaded by llvmlite alone, in a tenth of that. The code is called
the way numba's own functions call each other: a place for the result, one for an error, then every argument taken
apart. Whatever is not as expected here (arguments of another kind, a compiler that passes them in another way, a
file cut short) is left to the compiler.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib
import importlib.metadata
import inspect
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

OUTSIDE = frozenset({"exp", "log", "pow", "log1p", "expm1", "memcpy", "memmove", "memset"})
"""What the code may call of the C library; anything else is not kept."""
RESULTS: dict[str, Any] = {"none": ctypes.c_int64, "int64": ctypes.c_int64, "float64": ctypes.c_double}
NUMBERS: dict[str, Any] = {"i": ctypes.c_int64, "d": ctypes.c_double}
NOBODY_OWNS = "define linkonce_odr void @NRT_MemInfo_call_dtor(ptr %memory) {\n  ret void\n}\n"
"""The arrays are ours, and nobody frees them from within."""


class NotKept(Exception):
    """These arguments, or this code, must be left to the compiler."""


@dataclass(frozen=True)
class Code:
    """Object code of one function for arguments of one kind."""

    symbol: str
    result: str
    outside: list[str]
    sha256: str

    def written(self, code: bytes) -> bytes:
        """The file: what is known of the code in one line, then the code."""
        return json.dumps(asdict(self)).encode() + b"\n" + code

    @classmethod
    def read(cls, data: bytes) -> tuple[Code, bytes]:
        """What a file says, and its code.

        Raises
        ------
        NotKept
            The file is not one of ours, or not whole.
        """
        head, _, code = data.partition(b"\n")
        try:
            found = cls(**json.loads(head))
        except (ValueError, TypeError) as error:
            raise NotKept(str(error)) from error
        if hashlib.sha256(code).hexdigest() != found.sha256:
            raise NotKept("the code is not whole")
        return found, code


# --- arguments --------------------------------------------------------------------------------------------


def kind(value: Any) -> str:
    """What the compiler needs to know of an argument, in few letters."""
    if isinstance(value, np.ndarray):
        order = "C" if value.flags.c_contiguous else "F" if value.flags.f_contiguous else "A"
        return f"{value.dtype.str}{value.ndim}{order}{'' if value.flags.writeable else 'r'}"
    if isinstance(value, tuple):
        return f"{type(value).__name__}({' '.join(map(kind, value))})"
    if isinstance(value, (int, np.int64)) and not isinstance(value, bool):
        return "i"
    if isinstance(value, float):
        return "d"
    return f"?{type(value).__name__}"


def apart(value: Any) -> Iterator[Any]:
    """An argument as the code takes it: arrays as owner, parent, size, bytes of an element, place, lengths, strides.

    Raises
    ------
    NotKept
        An argument that cannot be taken apart here.
    """
    if isinstance(value, np.ndarray):
        yield from (ctypes.c_void_p(), ctypes.c_void_p())
        yield from map(ctypes.c_int64, (value.size, value.itemsize))
        yield ctypes.c_void_p(value.ctypes.data)
        yield from map(ctypes.c_int64, (*value.shape, *value.strides))
    elif isinstance(value, tuple):
        for each in value:
            yield from apart(each)
    elif kind(value) in NUMBERS:
        yield NUMBERS[kind(value)](value)
    else:
        raise NotKept(f"an argument of type {type(value).__name__}")


# --- making, keeping and loading --------------------------------------------------------------------------


class Loaded:
    """Machine code in memory, to be called with arguments of the kind it was made for."""

    def __init__(self, about: Code, code: bytes) -> None:
        llvm = _llvm()
        if missing := [name for name in about.outside if not llvm.address_of_symbol(name)]:
            raise NotKept(f"nothing here is called {missing[0]}")
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        self._address = self._engine.get_function_address(about.symbol)
        self._result, self._none = RESULTS[about.result], about.result == "none"

    def __call__(self, *args: Any) -> Any:
        given = [one for each in args for one in apart(each)]
        result, error = self._result(), ctypes.c_void_p()
        shape = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *map(type, given))
        status = shape(self._address)(ctypes.addressof(result), ctypes.addressof(error), *given)
        if status:
            raise RuntimeError(f"a compiled loop ended with {status}")
        return None if self._none else result.value


def made(compiled: Any, args: tuple[Any, ...]) -> tuple[Code, bytes]:
    """The object code of numba's function for such arguments.

    Raises
    ------
    NotKept
        It takes its arguments in another way than ours, gives another result, or calls what may not be there.
    """
    import numba

    llvm = _llvm()
    compiled.compile(tuple(numba.typeof(each) for each in args))
    one = next(iter(compiled.overloads.values()))
    module = llvm.parse_assembly(one.library.get_llvm_str())
    symbol, result = one.fndesc.llvm_func_name, str(one.fndesc.restype)
    taken = sum(1 for _ in module.get_function(symbol).arguments)
    if taken != 2 + sum(1 for each in args for _ in apart(each)) or result not in RESULTS:
        raise NotKept(f"{taken} arguments, a result of type {result}")
    module.link_in(llvm.parse_assembly(NOBODY_OWNS))
    calls = {one.name for one in module.functions if one.is_declaration and not one.name.startswith("llvm.")}
    if calls - OUTSIDE:
        raise NotKept(f"it calls {', '.join(sorted(calls - OUTSIDE))}")
    code = _machine().emit_object(module)
    return Code(symbol, result, sorted(calls), hashlib.sha256(code).hexdigest()), code


def place(functions: list[Any], args: tuple[Any, ...]) -> Path:
    """The file for a loop (first of ``functions``, then its helpers) with such arguments on this machine: its name
    changes with what they say, with the kinds of the arguments, the compiler and the processor.
    """
    llvm = _llvm()
    parts = [platform.machine(), sys.platform, str(sys.maxsize), platform.python_version()]
    parts += [importlib.metadata.version(name) for name in ("numba", "llvmlite")]
    parts += [llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()]
    parts += [text for function in functions for text in _says(function)]
    name = functions[0].__qualname__.rsplit(".", 1)[-1]
    key = hashlib.sha256("\0".join([*parts, *map(kind, args)]).encode()).hexdigest()
    return _folder() / f"{name}-{key[:32]}.loop"


def keep(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; where that is not possible, the next run compiles again."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(number, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        return


def _says(function: Any) -> Iterator[str]:
    """The text of a function, and the numbers and names it takes from around it."""
    yield inspect.getsource(function)
    around = function.__globals__
    for name in function.__code__.co_names:
        if isinstance(around.get(name), (int, float, str, tuple, np.integer)):
            yield f"{name}={around[name]!r}"


def _llvm() -> Any:
    """The compiler's lower half, which loads quickly. It says nothing of its types."""
    return importlib.import_module("llvmlite.binding")


def _machine() -> Any:
    llvm = _llvm()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    features = llvm.get_host_cpu_features().flatten()
    return target.create_target_machine(cpu=llvm.get_host_cpu_name(), features=features, opt=3, jit=True)


def _folder() -> Path:
    """Where numba is told to keep its own, or beside the loops where one may write, or in the user's cache folder."""
    if told := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(told)
    beside = Path(__file__).parent
    if os.access(beside, os.W_OK):
        return beside / "__pycache__"
    caches = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(caches) / "waythrough"
