"""Plain text in: exact words and a hash of the raw bytes out, or a refusal that says what to do.

Nothing is guessed and nothing is changed: no newline translation, no normalisation. A claim's offsets count
code points of exactly this text, so whoever has the same bytes can find the same words.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import unicodedata
from pathlib import Path

from waythrough.terms.claims import Notice, TextLayer
from waythrough.terms.problems import InputRefused

MAX_BYTES = 25_000_000
MAX_CHARACTERS = 400_000
MAX_PARAGRAPHS = 5_000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_KINDS = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP package (DOCX, XLSX, ODT or similar)"),
    (b"\xd0\xcf\x11\xe0", "an old Office file (DOC or XLS)"),
    (b"{\\rtf", "a rich-text file (RTF)"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"\x1f\x8b", "a gzip archive"),
)
_HTML = re.compile(rb"^\s*(<!doctype html|<html|<\?xml|<head|<body)", re.IGNORECASE)
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class EmptyFile(InputRefused):
    """Nothing to read."""

    code = "intake.empty"


class WrongEncoding(InputRefused):
    """The bytes are not in the encoding they should be."""

    code = "intake.encoding"


class WrongKind(InputRefused):
    """The file is of a kind this reader does not open."""

    code = "intake.kind"


class TooLarge(InputRefused):
    """A limit that protects the machine was passed."""

    code = "intake.too-large"


class NulInside(InputRefused):
    """A NUL character, which no text holds and much software cuts at."""

    code = "intake.nul"


class NotReadable(InputRefused):
    """The file could not be opened."""

    code = "intake.not-readable"


def load_text(
    source: Path | str | bytes, *, name: str | None = None, encoding: str | None = None
) -> TextLayer:
    """The exact words of a plain-text file.

    Parameters
    ----------
    source
        A path, or the bytes themselves.
    name
        What to call the file in refusals; the path's own name if not given.
    encoding
        The encoding a person has stated. Without it a byte-order mark decides, else UTF-8, strictly.

    Raises
    ------
    EmptyFile, WrongEncoding, WrongKind, TooLarge, NulInside, NotReadable
        Each names the file, what was found, where, and what to do.
    """
    raw = source if isinstance(source, bytes) else read_capped(Path(source), MAX_BYTES)
    called = name or ("(bytes)" if isinstance(source, bytes) else Path(source).name)
    _check_kind(raw, called)
    text, used = decode_exactly(raw, called, encoding)
    _check_text(text, called)
    return TextLayer(called, text, hashlib.sha256(raw).hexdigest(), used, _notices(text))


def read_capped(path: Path, limit: int) -> bytes:
    """The bytes of a file, refused when there are more than ``limit`` or it cannot be opened."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(limit + 1)
    except OSError as error:
        raise NotReadable(
            place=str(path), found=f"a file that does not open ({error.strerror})", allowed="a readable file",
            remedy="Check the name and the rights to read it.",
        ) from error  # fmt: skip
    if len(raw) > limit:
        raise TooLarge(
            place=path.name, found=f"more than {limit:,} bytes", allowed=f"at most {limit:,} bytes",
            remedy="Split the file, or bring in only the part that matters.",
        )  # fmt: skip
    return raw


def decode_exactly(raw: bytes, name: str, encoding: str | None = None) -> tuple[str, str]:
    """The text and the encoding used: the stated one, else the byte-order mark's, else UTF-8."""
    stripped, marked = _strip_bom(raw)
    used = encoding or marked or "utf-8"
    try:
        codec = codecs.lookup(used)
    except LookupError as error:
        raise WrongEncoding(
            place=name, found=f"the unknown encoding name {used!r}", allowed="a name such as utf-8 or cp1256",
            remedy="Name another encoding.",
        ) from error  # fmt: skip
    skipped = len(raw) - len(stripped)
    try:
        return codec.decode(stripped, "strict")[0], codec.name
    except UnicodeDecodeError as error:
        at = skipped + error.start
        raise WrongEncoding(
            place=f"{name}, byte {at} (line {raw.count(bytes([10]), 0, at) + 1})",
            found=f"the byte 0x{raw[at]:02x}, which is not {codec.name}",
            allowed="UTF-8, or an encoding you name",
            remedy="Save the file as UTF-8, or name its encoding (often cp1252, cp1256 or cp1251).",
        ) from error


def _strip_bom(raw: bytes) -> tuple[bytes, str | None]:
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return raw[len(mark) :], encoding
    return raw, None


def _check_kind(raw: bytes, name: str) -> None:
    if len(raw) > MAX_BYTES:
        raise TooLarge(
            place=name, found=f"{len(raw):,} bytes", allowed=f"at most {MAX_BYTES:,} bytes",
            remedy="Split the file, or bring in only the part that matters.",
        )  # fmt: skip
    for magic, kind in _OTHER_KINDS:
        if raw.startswith(magic):
            _refuse_kind(name, kind)
    if _HTML.match(raw[:1024].removeprefix(codecs.BOM_UTF8)):
        _refuse_kind(name, "an HTML or XML page")


def _refuse_kind(name: str, kind: str) -> None:
    raise WrongKind(
        place=name, found=kind, allowed="plain text (.txt); HTML, PDF and DOCX are not read yet",
        remedy="Open it, copy the words, and save them as plain text in UTF-8.",
    )  # fmt: skip


def _check_text(text: str, name: str) -> None:
    if not text.strip():
        raise EmptyFile(
            place=name, found="no words (empty, or only white space)", allowed="a file with text",
            remedy="Check that the right file was chosen.",
        )  # fmt: skip
    if (at := text.find("\0")) >= 0:
        raise NulInside(
            place=f"{name}, character {at}", found="a NUL character", allowed="text without NUL",
            remedy="The file may be UTF-16 without its mark, or damaged. Save it again as UTF-8.",
        )  # fmt: skip
    if len(text) > MAX_CHARACTERS:
        raise TooLarge(
            place=name, found=f"{len(text):,} characters", allowed=f"at most {MAX_CHARACTERS:,} characters",
            remedy="Split the document.",
        )  # fmt: skip
    if (count := len(paragraphs(text))) > MAX_PARAGRAPHS:
        raise TooLarge(
            place=name, found=f"{count:,} paragraphs", allowed=f"at most {MAX_PARAGRAPHS:,} paragraphs",
            remedy="Split the document.",
        )  # fmt: skip


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Start and end of each paragraph: lines between blank lines, without the white space at their edges."""
    found = []
    for match in re.finditer(r"\S(?:[^\r\n]|\r?\n(?![ \t]*\r?(?:\n|\Z)))*", text):
        end = match.start() + len(match.group().rstrip())
        found.append((match.start(), end))
    return found


def _notices(text: str) -> tuple[Notice, ...]:
    bidi = sum(c in _BIDI for c in text)
    invisible = sum(unicodedata.category(c) == "Cf" and c not in _BIDI for c in text)
    control = sum(unicodedata.category(c) == "Cc" and c not in "\t\n\r\f" for c in text)
    replaced = text.count("\ufffd")
    counted = (
        (
            "text.bidi-controls",
            bidi,
            "{n} characters that change the reading direction; the order shown may mislead.",
        ),
        ("text.invisible", invisible, "{n} invisible characters (zero width, soft hyphen or similar)."),
        ("text.control", control, "{n} control characters."),
        (
            "text.replacement",
            replaced,
            "{n} replacement characters: letters were already lost before this file was made.",
        ),
    )
    return tuple(Notice(code, sentence.format(n=n)) for code, n, sentence in counted if n)
