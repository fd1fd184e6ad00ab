"""Looked at by a real browser: no page is wider than the screen it is read on."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from waythrough.publish.content import Report
from waythrough.publish.report import render
from waythrough.terms.situation import DoorNow, LegUse, RouteNow

MEASURE = """<!doctype html><body style="margin:0">
<iframe id="f" style="border:0;width:{width}px;height:800px"></iframe>
<script>
const f = document.getElementById('f');
f.onload = () => {{ const d = f.contentDocument.documentElement;
  const all = (what) => [...f.contentDocument.querySelectorAll(what)], box = (e) => e.getBoundingClientRect();
  const wide = all('body *').filter(e => box(e).width > {width}).map(e => e.tagName + '.' + e.className);
  const low = all('.contents a').filter(e => box(e).height < 44).length;
  document.body.dataset.result = d.scrollWidth + '|' + d.clientWidth + '|' + low + '|' + wide.slice(0, 5).join(' '); }};
f.src = '{page}';
</script></body>"""


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [320, 360])
def test_a_narrow_page_does_not_overflow(sample, tool, tmp_path: Path, language: str, width: int) -> None:
    for edition in ("internal", "public"):
        page = tmp_path / f"{edition}.html"
        page.write_text(render(with_calendar(sample.report()), edition, language), encoding="utf-8")
        frame = tmp_path / "frame.html"
        frame.write_text(MEASURE.format(width=width, page=page.name), encoding="utf-8")
        scroll, client, low, wide = measured(tool("chromium"), frame, tmp_path / "profile")
        assert int(client) == width
        assert int(scroll) <= int(client), f"{edition} {language}: wider than {width} px: {wide}"
        assert low == "0"


def with_calendar(report: Report) -> Report:
    """The report with a road that is open on every day of its plan: its table of days is as wide as can be."""
    assert report.plan
    assert report.situation
    door = DoorNow("d-plain", "p-ministry", "open", (1,) * report.plan.days)
    use = LegUse("leg", "zone", 10.0, 1.0, 0, (door.id,))
    road = RouteNow(report.plan.convoys[0].route, "aid", report.site.id, "wh-quay", (use,), (use,), (), 2)
    found = replace(report, situation=replace(report.situation, doors=(door,), routes=(road,)))
    assert "gantt-title" in render(found, "internal", "en")
    return found


@pytest.mark.browser
def test_the_measure_notices_a_page_that_is_too_wide(tool, tmp_path: Path) -> None:
    (tmp_path / "wide.html").write_text('<div style="width:500px">x</div>', encoding="utf-8")
    frame = tmp_path / "frame.html"
    frame.write_text(MEASURE.format(width=360, page="wide.html"), encoding="utf-8")
    scroll, client, *_ = measured(tool("chromium"), frame, tmp_path / "profile")
    assert int(scroll) > int(client)


def measured(chromium: str, frame: Path, profile: Path) -> list[str]:
    """What the frame found: width of the content, width of the window, low targets, wide elements."""
    command = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files",
        f"--user-data-dir={profile}", "--window-size=1000,900", "--virtual-time-budget=5000", "--dump-dom",
        frame.as_uri(),
    ]  # fmt: skip
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    found = re.search(r'data-result="([^"]*)"', dom)
    assert found, dom[-500:]
    return found[1].split("|")
