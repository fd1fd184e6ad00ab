"""Reading bytes that came from elsewhere, strictly: nothing is taken on trust, least of all a length or a count."""

from __future__ import annotations

import struct

_U16, _U32, _U64 = struct.Struct(">H"), struct.Struct(">I"), struct.Struct(">Q")


class Unreadable(Exception):
    """The bytes do not say what they should; ``found`` says what they say instead, and where."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


class Cursor:
    """A place in a string of bytes that only moves forward, and never past the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, length: int, what: str) -> bytes:
        """The next bytes."""
        end = self._at + length
        if end > len(self._data):
            left = len(self._data) - self._at
            raise Unreadable(
                f"{what} should have {length} bytes and only {left} are left (at byte {self._at})"
            )
        self._at, start = end, self._at
        return self._data[start:end]

    def small(self, what: str) -> int:
        """A number of two bytes."""
        value: int = _U16.unpack(self.take(2, what))[0]
        return value

    def number(self, what: str) -> int:
        """A number of four bytes."""
        value: int = _U32.unpack(self.take(4, what))[0]
        return value

    def large(self, what: str) -> int:
        """A number of eight bytes."""
        value: int = _U64.unpack(self.take(8, what))[0]
        return value

    def count(self, smallest: int, what: str) -> int:
        """How many things follow. A count that could not fit in what is left is refused before room is made."""
        count = self.number(f"the number of {what}")
        left = len(self._data) - self._at
        if count * smallest > left:
            raise Unreadable(
                f"{count} {what} are announced and only {left} bytes are left (at byte {self._at})"
            )
        return count

    def sized(self, what: str) -> bytes:
        """Bytes that say their own length first."""
        return self.take(self.number(f"the length of {what}"), what)

    def text(self, what: str) -> str:
        """Text that says its own length first, in UTF-8."""
        data = self.take(self.small(f"the length of {what}"), what)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            raise Unreadable(f"{what} is not text in UTF-8") from None

    @property
    def ended(self) -> bool:
        """Nothing is left."""
        return self._at == len(self._data)

    def end(self) -> None:
        """Nothing may follow."""
        if not self.ended:
            raise Unreadable(f"{len(self._data) - self._at} bytes follow after its end (at byte {self._at})")


def small(value: int) -> bytes:
    """Two bytes."""
    return _U16.pack(value)


def number(value: int) -> bytes:
    """Four bytes."""
    return _U32.pack(value)


def large(value: int) -> bytes:
    """Eight bytes."""
    return _U64.pack(value)


def sized(data: bytes) -> bytes:
    """Bytes after their own length."""
    return _U32.pack(len(data)) + data


def text(value: str) -> bytes:
    """Text after its own length."""
    data = value.encode("utf-8")
    return _U16.pack(len(data)) + data
