"""The names a notebook asks for."""

from __future__ import annotations

import subprocess
import sys

import pytest

import waythrough.assess


@pytest.mark.parametrize("name", waythrough.assess.__all__)
def test_every_name_at_the_front_is_there_and_says_what_it_does(name: str) -> None:
    assert (getattr(waythrough.assess, name).__doc__ or "").strip()


def test_a_name_that_is_not_there_is_an_ordinary_attribute_error() -> None:
    with pytest.raises(AttributeError, match="goodwill"):
        waythrough.assess.goodwill  # noqa: B018


def test_importing_the_room_loads_no_numbers() -> None:
    code = "import sys, waythrough.assess; sys.exit('numpy' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}).returncode == 0
    )
