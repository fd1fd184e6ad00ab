"""The generated reference pages: fresh, whole, and noticed when stale."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from waythrough.terms import codes, problems, states
from waythrough.terms.kinds import KINDS

ROOT = Path(__file__).resolve().parents[2]


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools/reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["reference"] = module  # dataclasses look their own module up
    spec.loader.exec_module(module)
    return module


reference = load()
WORDS = tomllib.loads((ROOT / "tools/field_words.toml").read_text(encoding="utf-8"))


def test_pages_in_the_repository_are_fresh() -> None:
    assert reference.main(["--check"]) == 0


def test_check_as_a_command_exits_with_its_verdict() -> None:
    done = subprocess.run([sys.executable, "tools/reference.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_missing_and_altered_pages_are_named_and_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reference.main([], tmp_path) == 0
    assert reference.main(["--check"], tmp_path) == 0
    page = tmp_path / "docs/reference/codes.md"
    page.write_text(page.read_text(encoding="utf-8") + "one line more\n", encoding="utf-8")
    (tmp_path / "docs/reference/states.md").unlink()
    capsys.readouterr()
    assert reference.main(["--check"], tmp_path) == 1
    said = capsys.readouterr().err
    assert "docs/reference/codes.md" in said
    assert "docs/reference/states.md" in said
    assert "records.md" not in said
    assert not (tmp_path / "docs/reference/states.md").exists()
    assert page.read_text(encoding="utf-8").endswith("one line more\n")


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_record_has_a_meaning(kind: str) -> None:
    for field in dataclasses.fields(KINDS[kind]):
        assert reference.meaning(KINDS[kind], kind, field.name, WORDS).endswith((".", "…"))


def test_a_field_nobody_explained_is_refused() -> None:
    @dataclasses.dataclass(frozen=True)
    class Kettle:
        """It boils."""

        spout: str

    with pytest.raises(KeyError, match=r"kettle\.spout"):
        reference.meaning(Kettle, "kettle", "spout", WORDS)


def test_no_words_are_kept_for_fields_that_are_gone() -> None:
    fields = {kind: {field.name for field in dataclasses.fields(record)} for kind, record in KINDS.items()}
    everywhere = set().union(*fields.values())
    assert [name for name in WORDS["shared"] if name not in everywhere] == []
    for kind, words in WORDS.items():
        if kind != "shared":
            assert set(words) <= fields[kind], kind


def test_every_kind_every_list_and_every_machine_has_its_section() -> None:
    assert all(f'<a id="{kind}"></a>' in reference.records() for kind in KINDS)
    assert all(f'<a id="{name}"></a>' in reference.code_lists() for name in codes.names())
    assert all(f"\n## {machine}\n" in reference.state_diagrams() for machine in states.MACHINES)


def test_every_link_inside_the_pages_leads_somewhere() -> None:
    records, lists = reference.records(), reference.code_lists()
    for page, text in (("", records), ("", lists), ("codes.md", records)):
        target = lists if page else text
        for anchor in re.findall(rf"\({re.escape(page)}#(\w+)\)", text):
            assert f'<a id="{anchor}"></a>' in target, anchor


def test_every_table_row_has_as_many_cells_as_its_heading() -> None:
    for name, page in reference.PAGES.items():
        width = None
        for line in page().splitlines():
            cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else None
            if cells is not None and width is not None:
                assert cells == width, f"{name}: {line}"
            width = cells


@pytest.mark.parametrize("machine", states.MACHINES)
def test_every_state_is_in_one_box_and_an_arrow_leads_to_each(machine: str) -> None:
    drawn = list(reference._diagram(machine))
    boxes = [re.fullmatch(r'    state "(.+)" as (\w+)', line) for line in drawn]
    labels = [label for box in boxes if box for label in box[1].split(" / ")]
    found = codes.code_list(f"{machine}_state")
    assert sorted(labels) == sorted(found.label(state) for state in states.states(machine))
    ends = {
        end for line in drawn if (arrow := re.fullmatch(r"    (\S+) --> (\w+)", line)) for end in [arrow[2]]
    }
    assert ends == {box[2] for box in boxes if box}


def test_refusals_read_from_the_source_are_those_python_knows() -> None:
    read = reference.refusals(ROOT / "src/waythrough/terms")
    known = {
        name: value
        for name, value in vars(problems).items()
        if isinstance(value, type) and issubclass(value, problems.Problem) and value is not problems.Problem
    }
    assert set(known) <= set(read)
    for name, value in known.items():
        said = {key: getattr(value, key) for key in ("code", "message", "advice", "exit_code")}
        assert read[name].values == said, name


def test_every_refusal_has_a_code_of_its_own_and_a_known_exit() -> None:
    every = reference.refusals().values()
    given = [one.values["code"] for one in every]
    assert [code for code in given if given.count(code) > 1] == []
    assert {one.values["exit_code"] for one in every} <= set(reference.EXITS)


def test_a_refusal_without_its_own_exit_has_its_parents(tmp_path: Path) -> None:
    (tmp_path / "kettle.py").write_text(
        "class Cold(InputRefused):\n    code = 'kettle.cold'\n"
        "class InputRefused(Problem):\n    code = 'input.refused'\n    message = N_('No.')\n    exit_code = 4\n",
        encoding="utf-8",
    )
    read = reference.refusals(tmp_path)
    assert read["Cold"].values == {
        "code": "kettle.cold",
        "message": "No.",
        "exit_code": 4,
        "advice": "",
    }
