"""A small kit for drawings made on the server: no script, no fonts, no outside file. Colours come from the page's CSS.

Drawings carry a title and a text alternative. Text in them uses isolate characters, as ``<bdi>`` does not exist there.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape


def num(value: float) -> str:
    """A coordinate with one decimal, short and the same on every machine."""
    return f"{value:.1f}".removesuffix(".0")


def tag(name: str, /, *children: str, **attributes: object) -> Markup:
    """One element. ``class_`` gives class; underscores become hyphens; floats are shortened; None leaves out."""
    parts = []
    for key, value in attributes.items():
        if value is None:
            continue
        text = num(value) if isinstance(value, float | int) else value
        parts.append(Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), text))
    body = Markup("").join(children)
    return Markup("<{0}{1}>{2}</{0}>").format(name, Markup("").join(parts), body)


def text(
    x: float, y: float, words: str, anchor: str = "start", rtl: bool = False, class_: str = ""
) -> Markup:
    """A line of text. In right-to-left text "start" is the right end, as the reader expects."""
    return tag(
        "text",
        escape(words),
        x=x,
        y=y,
        text_anchor=anchor,
        direction="rtl" if rtl else None,
        class_=class_ or None,
    )


def line(x1: float, y1: float, x2: float, y2: float, class_: str, **more: object) -> Markup:
    """A straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_, **more)


def path(points: Iterable[tuple[float, float]], class_: str, closed: bool = False) -> Markup:
    """A line through points, closed into an area or not."""
    steps = " L".join(f"{num(x)} {num(y)}" for x, y in points)
    return tag("path", d=f"M{steps}{'Z' if closed else ''}", class_=class_)


def glyph(state: str, x: float | None = None, y: float | None = None, size: float = 14) -> Markup:
    """The sign of a door's state: ● open, ◐ contested, ◔ waiting, ○ no answer, ✕ closed, ◌ lapsed or not asked.

    Drawn, not typed: fonts differ in these characters, and some lack them. Always shown beside its word.
    """
    ring = tag("circle", cx=8, cy=8, r=6, class_="ring")
    shapes = {
        "open": [tag("circle", cx=8, cy=8, r=7, class_="full")],
        "contested": [ring, tag("path", d="M8 2a6 6 0 0 1 0 12z", class_="full")],
        "waiting": [ring, tag("path", d="M8 8V2a6 6 0 0 1 6 6z", class_="full")],
        "no_answer": [ring],
        "closed": [tag("path", d="M3 3L13 13M13 3L3 13", class_="ring")],
        "lapsed": [tag("circle", cx=8, cy=8, r=6, class_="ring dotted")],
        "not_asked": [tag("circle", cx=8, cy=8, r=6, class_="ring dotted")],
        "no_door": [tag("path", d="M3 8H13", class_="ring")],
    }
    return tag(
        "svg",
        *shapes[state],
        x=x,
        y=y,
        width=size,
        height=size,
        viewBox="0 0 16 16",
        aria_hidden="true",
        class_=f"glyph s-{state}",
    )


def drawing(
    name: str, width: float, height: float, title: str, description: str, children: Iterable[str], class_: str
) -> Markup:
    """The whole drawing, with its title and its text alternative for readers who do not see it.

    ``name`` makes the ids of title and description; it must be used once in a page.
    """
    return tag(
        "svg",
        tag("title", escape(title), id=f"{name}-title"),
        tag("desc", escape(description), id=f"{name}-desc"),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {num(width)} {num(height)}",
        width=width,
        height=height,
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        class_=class_,
    )
