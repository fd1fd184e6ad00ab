"""Translations: gathers the sentences, reads and writes ``.po`` files, compiles ``.mo`` files.

Run ``python -m waythrough.publish.catalogue`` after changing a sentence: it renews the template (``waythrough.pot``),
adds new sentences to each language as untranslated, drops the ones no longer said, and compiles. The program itself
reads only the compiled files, with the standard library.
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from jinja2 import Environment
from jinja2.ext import extract_from_ast

PUBLISH = Path(__file__).resolve().parent
LOCALE = PUBLISH.parent / "locale"
DOMAIN = "waythrough"
_SAYING = {"say": 1, "N_": 1, "count": 2}
"""Calls whose first words are for readers, and how many forms they give."""


@dataclass(frozen=True)
class Message:
    """One sentence: English, its plural if it has one, its translations, and whether they still await a look."""

    msgid: str
    plural: str = ""
    forms: tuple[str, ...] = ()
    fuzzy: bool = False

    @property
    def done(self) -> bool:
        """True when every form is translated and none awaits a look."""
        return bool(self.forms) and all(self.forms) and not self.fuzzy


def gather(folder: Path = PUBLISH) -> list[Message]:
    """Every sentence the room says, from its code and its templates, sorted."""
    found: dict[str, Message] = {}
    for path in sorted(folder.rglob("*.py")):
        if (
            path.name == "problems.py"
        ):  # refusals are spoken by the command line and the browser, in their own words
            continue
        for message in _in_code(path.read_text(encoding="utf-8")):
            found[message.msgid] = message
    environment = Environment(autoescape=True)
    for path in sorted(folder.rglob("*.j2")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for _, name, texts in extract_from_ast(tree, gettext_functions=tuple(_SAYING)):
            given = [text for text in (texts if isinstance(texts, tuple) else (texts,)) if text]
            message = Message(given[0], given[1] if name == "count" else "")
            found[message.msgid] = message
    return [found[key] for key in sorted(found)]


def _in_code(text: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        wanted = _SAYING.get(name, 0)
        texts = [arg.value for arg in node.args[:wanted] if isinstance(arg, ast.Constant)]
        if wanted and len(texts) == wanted and all(isinstance(text, str) for text in texts):
            yield Message(str(texts[0]), str(texts[1]) if wanted == 2 else "")


# --- .po ---------------------------------------------------------------------------------------------------


def read_po(path: Path) -> tuple[str, list[Message]]:
    """The header and the messages of a .po file. Comments other than the fuzzy flag are not kept."""
    messages = []
    for block in re.split(r"\n[ \t]*\n", path.read_text(encoding="utf-8")):
        fields: dict[str, str] = {}
        fuzzy, current = False, ""
        for line in block.splitlines():
            if line.startswith("#"):
                fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
            elif match := re.match(r'(msgid_plural|msgid|msgstr(?:\[\d\])?)\s+(".*")', line):
                current = match[1]
                fields[current] = _unquote(match[2])
            elif line.startswith('"'):
                fields[current] += _unquote(line)
        if "msgid" in fields:
            forms = tuple(fields[key] for key in sorted(fields) if key.startswith("msgstr"))
            messages.append(Message(fields["msgid"], fields.get("msgid_plural", ""), forms, fuzzy))
    header = next((message.forms[0] for message in messages if not message.msgid), "")
    return header, [message for message in messages if message.msgid]


def write_po(path: Path, header: str, messages: Iterable[Message]) -> None:
    """Write a .po file, in the order given."""
    lines = ['msgid ""', 'msgstr ""', *(_quote(line + "\n") for line in header.splitlines()), ""]
    for message in messages:
        lines += ["#, fuzzy"] if message.fuzzy else []
        lines.append(f"msgid {_quote(message.msgid)}")
        if message.plural:
            lines.append(f"msgid_plural {_quote(message.plural)}")
            lines += [f"msgstr[{n}] {_quote(form)}" for n, form in enumerate(message.forms)]
        else:
            lines.append(f"msgstr {_quote(message.forms[0] if message.forms else '')}")
        lines.append("")
    path.write_text("\n".join(lines), encoding="utf-8")


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: {"n": "\n"}.get(match[1], match[1]), text[1:-1])


# --- .mo ---------------------------------------------------------------------------------------------------


def compiled(header: str, messages: Iterable[Message]) -> bytes:
    """The bytes of a .mo file with every message that is done (GNU gettext manual, “The Format of GNU MO Files”)."""
    pairs = {"": header}
    for message in messages:
        if message.done:
            pairs["\0".join(filter(None, (message.msgid, message.plural)))] = "\0".join(message.forms)
    keys = sorted((key.encode(), value.encode()) for key, value in pairs.items())
    offset = 28 + 16 * len(keys)
    table: list[int] = []
    body = b""
    for column in (0, 1):
        for pair in keys:
            table += [len(pair[column]), offset + len(body)]
            body += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, 0)
    return head + struct.pack(f"<{len(table)}I", *table) + body


def languages(folder: Path = LOCALE) -> list[str]:
    """The languages with a .po file."""
    return sorted(path.parents[1].name for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def renew(folder: Path = LOCALE, said: list[Message] | None = None) -> None:
    """Bring the template, every .po and every .mo up to date with what the room says."""
    said = gather() if said is None else said
    write_po(folder / f"{DOMAIN}.pot", "Content-Type: text/plain; charset=UTF-8", said)
    for language in languages(folder):
        path = folder / language / "LC_MESSAGES" / f"{DOMAIN}.po"
        header, old = read_po(path)
        known = {message.msgid: message for message in old}
        now = [replace(known.get(one.msgid, one), plural=one.plural) for one in said]
        write_po(path, header, now)
        path.with_suffix(".mo").write_bytes(compiled(header, now))


if __name__ == "__main__":
    renew()
    for name in languages():
        _, entries = read_po(LOCALE / name / "LC_MESSAGES" / f"{DOMAIN}.po")
        sys.stdout.write(f"{name}: {sum(entry.done for entry in entries)} of {len(entries)} sentences\n")
