"""Reasons, methods and notes that other rooms write in English, said in the reader's language.

A room that computes says why it could not, in a fixed sentence. Those sentences are known here by their exact text or
their pattern, and shown as a sentence of the catalogue. A text nobody knows stays as it is, and the desk remembers it,
so that a test can list what a reader of another language would find untranslated.
"""

from __future__ import annotations

import re
from typing import Any

from waythrough.publish.desk import Desk
from waythrough.terms.problems import N_


def told(desk: Desk, text: Any) -> Any:
    """A text of another room in the desk's language. What is not a plain text is shown as it is."""
    if not isinstance(text, str):
        return text
    whole = _known(desk, text)
    if whole is not None:
        return whole
    parts = text.split("; ")
    if len(parts) > 1:
        known = [_known(desk, part) for part in parts]
        if all(one is not None for one in known):
            return desk.words.numbers.join(known)
    desk.untold.append(text)
    return desk.words.numbers.show(text)


def _known(desk: Desk, text: str) -> Any:
    for pattern, sentence in _SENTENCES:
        if match := pattern.fullmatch(text):
            fields = {key: _field(desk, key, value) for key, value in match.groupdict().items()}
            return desk.words.say(sentence, **fields)
    return None


def _field(desk: Desk, key: str, value: str) -> Any:
    return desk.name(value) if key == "party" else desk.words.numbers.number(int(value))


_SENTENCES = tuple(
    (re.compile(pattern), sentence)
    for pattern, sentence in (
        # why a share has no interval
        (r"sample size not published", N_("the sample size was not published")),
        (
            r"only a bound or a range was published, not a share",
            N_("only a bound or a range was published, not a share"),
        ),
        # why there is no usual wait
        (r"no request was put to this party", N_("no request was put to this party")),
        (r"no answer with a known wait yet", N_("no answer with a known wait yet")),
        (
            r"fewer than half of the requests have been answered",
            N_("fewer than half of the requests have been answered"),
        ),
        (
            r"the days of (?P<vague>\d+) of (?P<all>\d+) requests are not known closely enough",
            N_("the days of {vague} of {all} requests are not known closely enough"),
        ),
        (
            r"no request to any party has been decided yet",
            N_("no request to any party has been decided yet"),
        ),
        # why nobody can say how many people there are
        (
            r"no figure for the people at the site was known by this day",
            N_("no figure for the people at the site was known by this day"),
        ),
        (
            r"no figure known by this day has a vote: .*",
            N_("none of the figures known by this day counts; the table shows them"),
        ),
        # notes on the state of a door
        (
            r"The yes named no end; its end is computed from what became of the request, or from its age\.",
            N_("The yes named no end; its end is computed from what became of the request, or from its age."),
        ),
        (
            r"The working days of (?P<party>\S+) are not recorded, so none were counted\.",
            N_("The working days of {party} are not recorded, so none were counted."),
        ),
        (
            r"The rest days of (?P<party>\S+) are not recorded, so every day was counted as a working day\.",
            N_("The rest days of {party} are not recorded, so every day was counted as a working day."),
        ),
        # methods
        (
            r"weighted triangulation: inverse-variance mean of logarithms, one vote per speaker, Birge-widened",
            N_(
                "weighted triangulation: each speaker's newest figure counts once, surer figures count more, and the "
                "interval is widened where they disagree"
            ),
        ),
    )
)
