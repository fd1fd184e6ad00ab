"""Inner loops over whole numbers: plain Python everywhere, compiled where numba is installed and it pays.

A kernel is a function over numpy arrays and numbers that uses nothing but loops and arithmetic, so that it gives
the same numbers either way. Compiling costs seconds the first time on a machine (the result is kept on disk,
beside the code or in the user's cache folder), so little work is done without it. numba is the extra ``fast``; its
wheels need no compiler. Before the first compiling of a process ``log`` says so, for whoever waits.
"""

from __future__ import annotations

import functools
import importlib.util
import logging
import types
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

log = logging.getLogger("waythrough.compiling")
P = ParamSpec("P")
R = TypeVar("R")

PAYS = 3_000_000
"""Inner steps from which compiling is worth its wait: about two seconds of plain Python."""


@functools.cache
def can_compile() -> bool:
    """True where numba is installed."""
    return importlib.util.find_spec("numba") is not None


class Kernel(Generic[P, R]):
    """A loop that can be compiled. Call it through ``sized``, or ``plain`` to stay in Python."""

    def __init__(self, plain: Callable[P, R], helpers: tuple[Helper, ...]) -> None:
        self.plain = plain
        self._helpers = helpers
        self.__doc__ = plain.__doc__

    @functools.cached_property
    def compiled(self) -> Callable[P, R]:
        """The compiled loop; compiles at its first call, or takes what an earlier run kept."""
        made: Callable[P, R] = _jitted(self.plain, self._helpers, cache=True)
        _ours.add(self.plain.__code__)
        _listen()
        return made

    def sized(self, steps: int) -> Callable[P, R]:
        """The loop as it is quicker for about so many inner steps. Both give the same numbers."""
        return self.compiled if steps >= PAYS and can_compile() else self.plain


_ours: set[types.CodeType] = set()
"""Loops whose compiling is told."""


@functools.cache
def _listen() -> None:
    """Hear of it when numba begins to compile, which it does not where it finds what an earlier run kept."""
    from numba.core import event

    class Compiling(event.Listener):
        def on_start(self, event: Any) -> None:
            if event.data["dispatcher"].py_func.__code__ in _ours:
                _say_once()

        def on_end(self, event: Any) -> None:
            """Nothing more to say."""

    event.register("numba:compile", Compiling())


@functools.cache
def _say_once() -> None:
    log.info("compiling loops that are not kept on this machine yet")


class Helper:
    """A small function that kernels call, compiled together with each of them."""

    def __init__(self, plain: Callable[..., Any], helpers: tuple[Helper, ...]) -> None:
        self.plain, self.helpers = plain, helpers
        self.__doc__ = plain.__doc__

    def __call__(self, *args: Any) -> Any:
        return self.plain(*args)

    @functools.cached_property
    def compiled(self) -> Any:
        """For use inside compiled kernels only, of which it becomes a part: handing all the arrays of a kernel over,
        call by call, would take longer than what most helpers do.
        """
        return _jitted(self.plain, self.helpers, cache=False, forceinline=True, no_cpython_wrapper=True)


def kernel(*helpers: Helper) -> Callable[[Callable[P, R]], Kernel[P, R]]:
    """Make a function a kernel; name the helpers it calls."""
    return lambda function: Kernel(function, helpers)


def helper(*helpers: Helper) -> Callable[[Callable[..., Any]], Helper]:
    """Make a function a helper of kernels; name the helpers it calls itself."""
    return lambda function: Helper(function, helpers)


def _jitted(function: Callable[..., Any], helpers: tuple[Helper, ...], **how: bool) -> Any:
    import numba

    # numba sees a function's globals as constants: here the helpers' names must mean their compiled form.
    inside = {one.plain.__name__: one.compiled for one in helpers}
    bound = types.FunctionType(
        function.__code__, {**function.__globals__, **inside}, function.__name__, function.__defaults__
    )
    bound.__module__, bound.__qualname__ = function.__module__, function.__qualname__
    # No kernel divides by nothing and none is called from C: numba need not be ready for either. Its stubs do not
    # know of the second.
    options: dict[str, Any] = {"error_model": "numpy", "no_cfunc_wrapper": True, **how}
    return numba.njit(bound, nogil=True, fastmath=False, **options)
