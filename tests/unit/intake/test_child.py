"""A parser in a limited child: results and refusals come back, hostile ones do not."""

import os
import pickle
import time

import pytest

from waythrough.intake import child
from waythrough.intake.child import ParserStopped, run_limited
from waythrough.intake.guarded import load_text_guarded, read_table_guarded
from waythrough.intake.shapes import Column, Shape
from waythrough.intake.text import WrongEncoding
from waythrough.terms.claims import Span


def test_a_result_comes_back_whole():
    assert run_limited(Span.of, ("the road is open", 4, 8)) == Span(4, 8, "road")


def test_a_refusal_in_the_child_is_raised_here_with_its_fields():
    with pytest.raises(WrongEncoding) as refusal:
        load_text_guarded(b"\xff", name="bad.txt")
    assert "bad.txt, byte 0" in refusal.value.sentence()


def test_a_path_of_this_folder_is_found_from_the_childs_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note.txt").write_text("The bridge is closed.")
    assert load_text_guarded("note.txt").name == "note.txt"


def test_a_table_comes_back_whole():
    table = read_table_guarded(
        b"id,day\na,2019-04-02\n", Shape("days", (Column("id"), Column("day", "date")))
    )
    assert table.rows[0]["day"].exact


@pytest.mark.skipif(os.name != "posix", reason="limits are enforced on POSIX only")
def test_a_child_that_eats_memory_is_stopped():
    with pytest.raises(ParserStopped, match="memory"):
        run_limited(bytes, (900 << 20,), memory_mb=300)


@pytest.mark.skipif(os.name != "posix", reason="limits are enforced on POSIX only")
def test_a_child_that_only_computes_is_stopped():
    with pytest.raises(ParserStopped, match="processor time"):
        # A long wall: on a busy machine one second of processor time can take many of the clock.
        run_limited(pow, (7, 10**9), cpu_s=1, wall_s=60)


def test_a_child_that_sleeps_is_stopped_by_the_clock():
    with pytest.raises(ParserStopped, match=r"no result after 0\.5 seconds"):
        run_limited(time.sleep, (30,), wall_s=0.5)


def test_a_child_that_was_taken_over_cannot_run_code_here(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.system, (f"touch {tmp_path / 'owned'}",)

    with pytest.raises(ParserStopped, match="not a plain value"):
        child._outcome("parser", pickle.dumps(("value", Evil())))
    assert not (tmp_path / "owned").exists()


def test_a_function_of_this_package_is_no_plain_value_either():
    with pytest.raises(ParserStopped, match="not a plain value"):
        child._outcome("parser", pickle.dumps(("value", load_text_guarded)))
