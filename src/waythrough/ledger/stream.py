"""Between a program that makes or takes pieces of bytes and a library that reads or writes a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self


class Outward:
    """Pieces, made one after the other, read like a file.

    The library that reads them words every error as its own; what really went wrong while a piece was made is kept and
    raised when the block ends.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")
        self._failed: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes; none at the end."""
        try:
            while not self._left:
                self._left = memoryview(next(self._pieces, b""))
                if not self._left:
                    return b""
        except BaseException as error:
            self._failed = error
            raise
        taken = self._left if size < 0 else self._left[:size]
        self._left = self._left[len(taken) :]
        return bytes(taken)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and self._failed is not None and error is not self._failed:
            raise self._failed from None


class Inward:
    """A file to write to that hands every piece on."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def write(self, data: bytes) -> int:
        """Hand these bytes on."""
        self._take(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""
