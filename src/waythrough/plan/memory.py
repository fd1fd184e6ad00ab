"""Memory the solver is done with, handed back to the machine."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Hand back what is free. The C library of Linux keeps it otherwise: after the prices of a country 130 MB that
    nothing of ours would use again. Elsewhere nothing is done.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
