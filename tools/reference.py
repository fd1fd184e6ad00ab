"""Writes the reference pages from the code, or with ``--check`` says which of them are stale.

Nothing here needs the network, a clock or the machine's name, so the same sources always give the same pages.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src/waythrough"
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools")]

import generated  # noqa: E402
import schemas  # noqa: E402

from waythrough.actions.tables import RECORD_KIND, TABLES, Declared, template  # noqa: E402
from waythrough.terms import access, codes, places, states, when  # noqa: E402
from waythrough.terms.kinds import KINDS, PERSONAL  # noqa: E402
from waythrough.terms.references import CODED, REFERENCES  # noqa: E402

WRITTEN = "*Written from the code by `make docs`.*"
PARTS = (when.Days, when.Window, when.WorkingWeek, places.AdminUnit, access.Step)
EXITS = {
    1: "Unexpected error",
    2: "Wrong usage",
    3: "Not found",
    4: "Input refused",
    5: "Needs a person’s review",
    6: "Integrity broken",
    7: "Refused for protection",
    8: "No plan",
    9: "Peer or network",
}


# --- records ---


def records() -> str:
    """One section per kind of record: what it is, and each field with type, what it names, and its meaning."""
    words = tomllib.loads((ROOT / "tools/field_words.toml").read_text(encoding="utf-8"))
    lines = ["# Records", "", WRITTEN, ""]
    lines += [
        "A record is never changed: a correction is a new revision that names the one it corrects. Days may be known",
        "only by month or year. Where a field has a default it may be left out. How records refer to one another is",
        "in the column “holds”: a kind of record, or a list of [codes](codes.md).",
        "",
    ]
    lines += [f"[{kind.replace('_', ' ')}](#{kind})" + " ·" * (kind != list(KINDS)[-1]) for kind in KINDS]
    for kind, record in KINDS.items():
        lines += ["", f'## <a id="{kind}"></a>{kind.replace("_", " ")}', "", _said(record), ""]
        if kind in PERSONAL:
            lines += ["About people’s choices: never in a public edition, never listed outside the role.", ""]
        lines += _fields(record, kind, words)
    lines += ["", "## Parts of records", ""]
    for part in PARTS:
        lines += [f"**{part.__name__}.** {_said(part)}", ""]
        lines += [
            f"`{field.name}`: {_type(field)}" + " ·" * (field is not _last(part)) for field in _of(part)
        ]
        lines += [""]
    return "\n".join(lines).rstrip() + "\n"


def _fields(record: type[Any], kind: str, words: dict[str, dict[str, str]]) -> list[str]:
    lines = ["| field | type | default | holds | meaning |", "|---|---|---|---|---|"]
    for field in _of(record):
        holds = ", ".join(_holds(kind, field.name)) or "–"
        row = (
            f"`{field.name}`",
            _type(field),
            _default(field),
            holds,
            meaning(record, kind, field.name, words),
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
    return lines


def meaning(record: type[Any], kind: str, field: str, words: dict[str, dict[str, str]]) -> str:
    """What a field means: our own words for this kind, else the docstring's sentence, else the shared words.

    Raises KeyError where nobody said; a page with an empty cell would look as if there were nothing to say.
    """
    if own := words.get(kind, {}).get(field):
        return own
    sentences = re.split(r"(?<=\.)\s+", _said(record))
    if said := [sentence for sentence in sentences if re.search(rf"(?<!\w)`{field}`", sentence)]:
        return " ".join(said)
    try:
        return words["shared"][field]
    except KeyError:
        raise KeyError(f"Say in tools/field_words.toml what {kind}.{field} means.") from None


def _holds(kind: str, field: str) -> Iterator[str]:
    """Links to the kinds of record or lists of codes a field holds, from the one table of references."""
    for path, kinds in REFERENCES.items():
        if re.fullmatch(rf"{kind}\.{field}\b.*", path):
            yield from (f"[{name}](#{name})" for name in kinds)
    for path, name in CODED.items():
        if re.fullmatch(rf"{kind}\.{field}\b.*", path):
            yield f"[{name}](codes.md#{name})"


def _of(record: type[Any]) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(record)


def _last(record: type[Any]) -> dataclasses.Field[Any]:
    return _of(record)[-1]


def _type(field: dataclasses.Field[Any]) -> str:
    written = str(field.type if isinstance(field.type, str) else field.type.__name__)
    return f"`{written.replace(' | None', '')}`" + (" or None" if written.endswith("| None") else "")


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default_factory is not dataclasses.MISSING:
        return f"`{field.default_factory()!r}`"
    return "–" if field.default is dataclasses.MISSING else f"`{field.default!r}`"


def _said(record: type[Any]) -> str:
    """The docstring in one paragraph, with single backticks."""
    return re.sub(r"\s+", " ", inspect.getdoc(record) or "").replace("``", "`")


# --- codes ---


def code_lists() -> str:
    """Every list with its owner, edition and words in four languages."""
    lines = ["# Code lists", "", WRITTEN, ""]
    lines += [
        "Lists of another owner keep its codes and say which edition; “not compared” means that nobody has held our",
        "copy against the owner’s document yet. The labels are ours.",
        "",
    ]
    lines += [f"[{name}](#{name})" + " ·" * (name != codes.names()[-1]) for name in codes.names()]
    for name in codes.names():
        found = codes.code_list(name)
        checked = "" if found.checked else " · **not compared with the owner’s document**"
        lines += ["", f'## <a id="{name}"></a>{name}', "", found.note, ""]
        lines += [f"Scheme `{found.scheme}` · edition {found.edition} · owner: {found.owner}{checked}", ""]
        rows = list(found.codes.values())
        extras = [key for key in dict.fromkeys(k for row in rows for k in row) if key not in _LABELS]
        lines += [
            "| " + " | ".join(["code", *_LABELS[1:], *extras]) + " |",
            "|---" * (len(_LABELS) + len(extras)) + "|",
        ]
        for row in rows:
            cells = [f"`{row['code']}`", *(row[language] for language in _LABELS[1:])]
            lines.append("| " + " | ".join([*cells, *(_cell(row.get(key)) for key in extras)]) + " |")
    return "\n".join(lines) + "\n"


_LABELS = ("code", "en", "ar", "fr", "ru")


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "–"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


# --- states ---


def state_diagrams() -> str:
    """What may follow what: a diagram and a table with the reasons, for each machine."""
    lines = ["# States", "", WRITTEN, ""]
    lines += [
        "A diagram guards one speaker’s own sequence and our own decisions. Accounts by different speakers do not",
        "follow one another: they stand side by side. States that may come and go alike share a box. A word that comes",
        "late is always taken; the drawings leave these moves out, the tables have them.",
    ]
    for machine in states.MACHINES:
        lines += ["", f"## {machine}", "", "```mermaid", "stateDiagram-v2", *_diagram(machine), "```", ""]
        lines += ["| after | may come | because |", "|---|---|---|"]
        for after, then, reason in _rows(machine):
            lines.append(f"| {_names(after)} | {_names(then)} | {reason} |")
    return "\n".join(lines) + "\n"


def _rows(machine: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], str]]:
    """The moves with states of the same next states and reason in one row."""
    nexts: dict[tuple[str, str], tuple[str, ...]] = {}
    for move in states.MACHINES[machine]:
        nexts[move.state, move.reason] = (*nexts.get((move.state, move.reason), ()), move.next)
    rows: dict[tuple[tuple[str, ...], str], tuple[str, ...]] = {}
    for (state, reason), then in nexts.items():
        rows[then, reason] = (*rows.get((then, reason), ()), state)
    yield from ((after, then, reason) for (then, reason), after in rows.items())


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" if name else "nothing yet" for name in names)


def _diagram(machine: str) -> Iterator[str]:
    moves = states.MACHINES[machine]
    label = codes.code_list(f"{machine}_state").label
    boxes: dict[Any, list[str]] = {}
    for state in states.states(machine):
        # Two states that are entered from and left for the same others, for the same reasons, are one box.
        entered = frozenset((move.state, move.reason) for move in moves if move.next == state)
        left = frozenset((move.next, move.reason) for move in moves if move.state == state)
        boxes.setdefault((entered, left), []).append(state)
    box = {state: members[0] for members in boxes.values() for state in members}
    for members in boxes.values():
        yield f'    state "{" / ".join(label(state) for state in members)}" as {members[0]}'
    arrows = [(box.get(move.state, "[*]"), box[move.next]) for move in moves if not move.late]
    yield from (f"    {start} --> {end}" for start, end in dict.fromkeys(arrows))
    ends = [state for state in states.states(machine) if not states.allowed(machine, state)]
    yield from (f"    {state} --> [*]" for state in dict.fromkeys(box[end] for end in ends))


# --- refusals ---


@dataclasses.dataclass(frozen=True)
class Refusal:
    """One class of refusal as its source says it; what it does not say itself it has from its parent."""

    name: str
    parent: str
    said: str
    values: dict[str, Any]


def refusals(folder: Path = SOURCE) -> dict[str, Refusal]:
    """Every subclass of Problem below ``folder``, by class name; read, not run, so that no room need be installed."""
    found: dict[str, Refusal] = {}
    classes = [node for path in sorted(folder.rglob("*.py")) for node in _classes(path)]
    known = {"Problem"}
    while new := [node for node in classes if node.name not in known and _parents(node) & known]:
        for node in new:
            known.add(node.name)
            parent = min(_parents(node) & known)
            found[node.name] = Refusal(node.name, parent, ast.get_docstring(node) or "", dict(_values(node)))
    return {name: dataclasses.replace(one, values=_inherited(one, found)) for name, one in found.items()}


def _classes(path: Path) -> list[ast.ClassDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


def _parents(node: ast.ClassDef) -> set[str]:
    return {base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in node.bases}


def _values(node: ast.ClassDef) -> Iterator[tuple[str, Any]]:
    for line in node.body:
        target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
        value = getattr(line, "value", None)
        if isinstance(target, ast.Name) and target.id in {"code", "message", "advice", "exit_code"}:
            inner = (
                value.args[0] if isinstance(value, ast.Call) else value
            )  # N_("…") marks words to translate
            yield target.id, ast.literal_eval(inner) if inner is not None else ""


def _inherited(one: Refusal, found: dict[str, Refusal]) -> dict[str, Any]:
    above = _inherited(found[one.parent], found) if one.parent in found else {"exit_code": 1, "advice": ""}
    return {**above, **one.values}


def problems() -> str:
    """Every refusal by exit code: its stable code, its sentence and its advice."""
    lines = ["# Refusals", "", WRITTEN, ""]
    lines += [
        "A refusal has a stable code, a sentence that says what was found, and what to do next. Words in braces are",
        "filled in. The exit code is what a script sees; 0 is success, 2 is wrong usage of a command.",
    ]
    every = refusals()
    for exit_code in sorted({one.values["exit_code"] for one in every.values()}):
        lines += ["", f"## Exit {exit_code}: {EXITS[exit_code]}"]
        these = [one for one in every.values() if one.values["exit_code"] == exit_code]
        for one in sorted(these, key=lambda one: (one.values["code"], one.name)):
            said = re.sub(r"\s+", " ", one.said.split("\n\n")[0]).replace("``", "`")
            lines += ["", f"### `{one.values['code']}`", ""] + ([said, ""] if said else [])
            lines += [f"> {one.values['message']}", ">", f"> {one.values['advice'] or '–'}", ""]
            lines += [f"`{one.name}`"]
    return "\n".join(lines) + "\n"


# --- tables ---


def tables() -> str:
    """Every CSV table of ``waythrough import``: its columns, what each may hold, and an example."""
    lines = ["# Tables to import", "", WRITTEN, ""]
    lines += [
        "`waythrough import FILE.csv` takes in these tables, each whole or not at all. The header says which table it",
        "is. Columns may stand in any order and optional ones may be left out; a column that is not listed here is",
        "refused. A comma, a semicolon or a tab divides the cells. The same file again changes nothing.",
        "`waythrough import --template TABLE` prints the header with an invented row. What a row names by its id",
        "must be recorded first; [the tutorial](../tutorial/own-site.md) has an order that works.",
        "",
        " · ".join(f"[{table}](#{table})" for table in TABLES),
    ]
    for table, columns in TABLES.items():
        kind = RECORD_KIND[table]
        lines += [
            "",
            f'## <a id="{table}"></a>{table}',
            "",
            f"Each row is a [{kind}](records.md#{kind}).",
            "",
        ]
        lines += [
            "| column | required | type | may hold | also called | meaning |",
            "|---|---|---|---|---|---|",
        ]
        lines += [_column(declared) for declared in columns]
        lines += ["", "```csv", *template(table).splitlines(), "```"]
    return "\n".join(lines) + "\n"


def _column(declared: Declared) -> str:
    column = declared.column
    holds = [f"a [{kind}](records.md#{kind})" for kind in declared.kinds]
    holds += [f"[{declared.codes}](codes.md#{declared.codes})"] if declared.codes else []
    if column.minimum is not None:
        top = f" to {column.maximum:g}" if column.maximum is not None else " or more"
        holds.append(f"{column.minimum:g}{top}")
    cells = (
        f"`{column.name}`",
        "yes" if column.required else "no",
        _CELLS.get(column.type, column.type),
        " or ".join(holds) or "–",
        ", ".join(f"`{alias}`" for alias in column.aliases) or "–",
        declared.meaning,
    )
    return "| " + " | ".join(cells) + " |"


_CELLS = {
    "int": "whole number",
    "date": "YYYY-MM-DD, YYYY-MM or YYYY, or two with a slash between",
}


PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/records.md": records,
    "docs/reference/codes.md": code_lists,
    "docs/reference/states.md": state_diagrams,
    "docs/reference/problems.md": problems,
    "docs/reference/tables.md": tables,
    "docs/reference/situation.schema.json": schemas.situation_schema,
    "docs/reference/plan.schema.json": schemas.plan_schema,
}


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write the pages that differ below ``root``; with --check write nothing, name them and return 1."""
    return generated.write(PAGES, arguments, root)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
