"""The report in both editions and both languages: what it shows, and what it must never show."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from unit.publish.sample_record import figure
from waythrough.publish import report as reports
from waythrough.publish.by_day import open_days
from waythrough.publish.problems import FolderNotEmpty, NoSuchEdition, NotSafeToPublish
from waythrough.publish.report import compose, render, write
from waythrough.terms.board import Evacuation
from waythrough.terms.doing import Policy
from waythrough.terms.estimates import NotComputable
from waythrough.terms.planned import Blocker, EvacuationTrip, Gate, PlanStep
from waythrough.terms.situation import DoorNow, EvacuationNow, LegUse, RouteNow
from waythrough.terms.when import Days

BOTH = [(edition, language) for edition in ("internal", "public") for language in ("en", "ar")]
ISOLATES = re.compile("[\u2066-\u2069]")


class Reader(HTMLParser):
    """Gathers text, ids, links and tags, and notices tags that are not closed."""

    VOID = frozenset({"meta", "br", "link", "img", "hr", "input"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.ids, self.targets, self.tags, self.stack = [], [], [], [], []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.stack.append(tag)
        for key, value in attrs:
            self.attributes.append((key, value or ""))
            if key == "id":
                self.ids.append(value)
            if key == "href" and value.startswith("#"):
                self.targets.append(value[1:])

    def handle_endtag(self, tag) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data) -> None:
        if self.stack and self.stack[-1] != "style":
            self.text.append(data)


def text(html: str) -> str:
    """What a reader sees, with ordinary spaces and without isolates."""
    plain = re.sub(r"<(style|svg).*?</\1>", " ", html, flags=re.S)
    plain = re.sub(r"</?(bdi|q|span|strong|a)\b[^>]*>", "", plain)
    plain = ISOLATES.sub("", re.sub(r"<[^>]+>", " ", plain)).replace("\u202f", " ").replace("&#39;", "'")
    return re.sub(r"\s+", " ", plain)


@pytest.fixture(scope="module")
def pages(sample) -> dict[tuple[str, str], str]:
    return {both: render(sample.report(), *both) for both in BOTH}


@pytest.mark.parametrize("both", BOTH)
def test_the_page_stands_alone(pages, both) -> None:
    reader = Reader(pages[both])
    assert reader.stack == []
    assert not {"script", "img", "iframe", "link", "object", "form"} & set(reader.tags)
    assert not re.search(r"url\(|@import|@font-face|javascript:", pages[both])
    fetching = [value for key, value in reader.attributes if key in ("src", "srcset", "xlink:href", "data")]
    assert fetching == []
    assert len(pages[both].encode()) < 150_000


@pytest.mark.parametrize("both", BOTH)
def test_ids_are_used_once_and_every_link_inside_the_page_arrives(pages, both) -> None:
    reader = Reader(pages[both])
    assert len(reader.ids) == len(set(reader.ids))
    assert set(reader.targets) <= set(reader.ids)
    named = [one for key, value in reader.attributes if key == "aria-labelledby" for one in value.split()]
    assert set(named) <= set(reader.ids)


@pytest.mark.parametrize("both", BOTH)
def test_no_machine_word_reaches_the_reader(pages, both) -> None:
    seen = text(pages[both])
    assert not re.search(r"\b(NaN|nan|None|null|undefined|inf)\b", seen)
    assert not re.search(r"\{[a-z_]*\}", seen)
    assert "<bound" not in seen and "object at 0x" not in seen


@pytest.mark.parametrize("both", BOTH)
def test_language_and_direction_are_declared(pages, both) -> None:
    direction = "rtl" if both[1] == "ar" else "ltr"
    assert f'<html lang="{both[1]}" dir="{direction}">' in pages[both]


@pytest.mark.parametrize("edition", ["internal", "public"])
def test_arabic_says_that_it_is_not_reviewed_and_english_does_not(pages, edition) -> None:
    assert "لم تُراجَع الصياغة العربية بعد" in pages[edition, "ar"]
    assert "not yet reviewed" not in pages[edition, "en"]


def test_medical_evacuations_come_before_everything_else_and_never_in_public(sample) -> None:
    waits = (
        Evacuation("rq-9", "a patient who cannot wait", date(2031, 3, 18), 3, ("d-ring",), ()),
        Evacuation("rq-8", "another patient", date(2031, 3, 10), -5, (), ("d-plain",)),
    )
    page = text(render(sample.report(evacuations=waits), "internal", "en"))
    first = page.index("needed by 18 Mar 2031, 3 days left: a patient who cannot wait")
    assert first < page.index("The plan looks")
    assert "Ask first, before any other door:" in page
    assert "which has passed: another patient" in page
    public = text(render(sample.report(evacuations=waits), "public", "en"))
    assert "a patient who cannot wait" not in public
    assert "Medical evacuation, needed" not in public


@pytest.mark.parametrize("language", ["en", "ar", "fr", "ru"])
def test_the_plan_says_on_which_day_patients_leave_and_who_finds_none(sample, language) -> None:
    base = sample.report()
    use = LegUse("leg", "zone", 10.0, 1.0, 0, ("d-plain",))
    road = RouteNow("to clinic", "evacuation", base.site.id, "wh-quay", (use,), (use,), (), 1)
    stuck = {"evacuation": "mv-8", "site": base.site.id}
    gone = EvacuationTrip("mv-9", road.id, base.site.id, "wh-quay", 2, "ambulances", 1)
    plan = replace(
        base.plan,
        evacuations=(gone,),
        steps=(
            *base.plan.steps,
            PlanStep(2, "evacuation", 0, (Gate("patients_agree", base.site.id, {"people": "2"}),)),
        ),
        blockers=(
            Blocker("evacuation", "doors_shut", ("d-ring",), stuck),
            Blocker("evacuation", "no_vehicle_free", (), stuck),
        ),
    )
    waits = (
        Evacuation("mv-9", "two who cannot wait", date(2031, 3, 18), 3, (), ("d-plain",)),
        Evacuation("mv-8", "one more", date(2031, 3, 18), 3, ("d-ring",), ()),
    )
    known = (EvacuationNow("mv-9", base.site.id, 2),)
    now = replace(base.situation, routes=(road,), evacuations=known)
    ill = replace(base, plan=plan, evacuations=waits, situation=now)
    words = {
        "en": (
            "The plan takes it on",
            "1 medical evacuation cannot arrive in time.",
            "2 patients, or who speaks",
        ),
        "ar": ("تنقله الخطة في", "لا يمكن أن تصل عملية إجلاء طبي واحدة", "سُئل مريضان"),
        "fr": (
            "Le plan la fait partir le",
            "1 évacuation médicale ne peut pas arriver",
            "2 patients, ou qui parle",
        ),
        "ru": ("План отправляет её", "1 медицинская эвакуация не может прибыть", "2 пациентов или тех"),
    }
    internal = text(render(ill, "internal", language))
    assert all(sentence in internal for sentence in words[language])
    public = text(render(ill, "public", language))
    assert not any(sentence in public for sentence in words[language])


def test_what_keeps_patients_stays_with_the_team(sample) -> None:
    base = sample.report()
    stuck = Blocker("evacuation", "people_not_stated", (), {"evacuation": "mv-8", "site": base.site.id})
    ill = replace(base, plan=replace(base.plan, blockers=(stuck,)))
    assert "nobody wrote down how many people travel" in text(render(ill, "internal", "en"))
    assert "nobody wrote down how many people travel" not in text(render(ill, "public", "en"))


def test_gates_tell_who_sees_to_them_and_what_is_done_otherwise(sample) -> None:
    base = sample.report()
    step = base.plan.steps[0]
    gates = tuple(replace(gate, see_to="access_officer", otherwise="ask_again") for gate in step.gates)
    plan = replace(base.plan, steps=(replace(step, gates=gates), *base.plan.steps[1:]))
    page = text(render(replace(base, plan=plan), "internal", "en"))
    assert "Sees to it: access officer" in page
    assert "If not: it does not go, and the door is asked at again." in page


def test_the_first_page_counts_flagged_consents_and_names_who_approved_the_weights(sample) -> None:
    base = sample.report()
    policy = Policy("po-1", "p-1", Days.on(date(2031, 3, 1)))
    flagged = replace(base, plan=replace(base.plan, flagged_consents=7), policy=policy, approved_by="A. K.")
    page = text(render(flagged, "internal", "en"))
    assert "7 consents in the plan are flagged" in page
    assert "as A. K. approved on 1 Mar 2031" in page
    goods = tuple(replace(good, life_saving=False) for good in base.situation.goods)
    silent = replace(flagged, situation=replace(base.situation, goods=goods))
    assert "7 consents in the plan are flagged" in text(render(silent, "internal", "en"))
    assert "No table of weights is approved" in text(render(replace(base, policy=None), "internal", "en"))


def test_the_calendar_of_days_stays_with_the_team(sample) -> None:
    base = sample.report()
    opens = tuple(int(t in (1, 2, 4)) for t in range(base.plan.days))
    door = DoorNow("d-plain", "p-ministry", "open", opens)
    use = LegUse("leg", "zone", 10.0, 1.0, 0, (door.id,))
    home = replace(use, day_offset=1)
    road = RouteNow(base.plan.convoys[0].route, "aid", base.site.id, "wh-quay", (use,), (home,), (), 2)
    now = replace(base.situation, doors=(door,), routes=(road,))
    assert open_days(now, road) == {1}
    assert open_days(now, replace(road, out=(replace(use, doors=()),))) == frozenset()
    page = render(replace(base, situation=now), "internal", "en")
    assert "the whole road is open" in text(page)
    assert page.count('<td class="go">') == len({c.day for c in base.plan.convoys if c.route == road.id})
    assert page.count("<td>*</td>") == 1
    assert "A star: a trip that left then would end after the last day of the plan." in text(page)
    assert "gantt-title" not in render(replace(base, situation=now), "public", "en")


@pytest.mark.parametrize("language", ["fr", "ru"])
@pytest.mark.parametrize("edition", ["internal", "public"])
def test_french_and_russian_pages_stand_and_say_that_they_await_review(sample, edition, language) -> None:
    page = render(sample.report(), edition, language)
    assert f'<html lang="{language}" dir="ltr">' in page
    assert {"fr": "pas encore relue", "ru": "ещё не проверены"}[language] in page
    assert Reader(page).stack == []
    assert not re.search(r"\{[a-z_]*\}|\bNone\b", text(page))


@pytest.mark.parametrize("both", BOTH)
def test_the_notice_of_the_case_is_on_the_page(pages, both, sample) -> None:
    assert sample.report().banners[0][both[1]] in pages[both]


def test_the_first_page_says_what_to_ask_what_is_open_what_waits_and_the_gap(pages) -> None:
    first = text(pages["internal", "en"].split('id="now"')[1].split("</section>")[0])
    assert "Ask Ford Guard for this door: The ring, for aid." in first
    assert "94 000 more person-days above the life-saving threshold" in first
    assert "Chance of a yes: 22 % (9–41 %, 90 %), from 6 decided cases." in first
    assert "R1 across the plain (Ministry of Roads): until 16 Mar 2031 18:00 UTC+03:00" in first
    assert first.index("The ring, for returns (Ford Guard)") < first.index("R4 through the vale (Council")
    assert "proven within 2.0 % of the best possible plan" in first


def test_a_plan_that_does_nothing_says_what_blocks_it(sample) -> None:
    nothing = replace(sample.plan(), convoys=(), returns=(), steps=(), people_moved=0)
    seen = text(render(sample.report(plan=nothing)))
    assert "No vehicle can move with the doors that are open." in seen
    assert "aid going in: the fewest doors that would have to open: The ring, for aid (Ford Guard)." in seen
    assert "best possible plan" not in seen


def test_silence_is_shown_as_silence(pages) -> None:
    requests = text(pages["internal", "en"].split('id="requests"')[1].split("</section>")[0])
    assert "Council of the Upper Vale: no answer recorded." in requests
    assert "Ford Guard: no answer recorded." in requests
    assert "refus" not in requests


def test_a_door_with_a_guarantee_is_not_called_silent(sample) -> None:
    promise = replace(
        sample.GUARANTEES[0].record, id="g-2", giver="p-council", doors=("d-vale",), request="r-2"
    )
    guarantees = (*sample.GUARANTEES, replace(sample.GUARANTEES[0], record=promise))
    seen = text(render(sample.report(guarantees=guarantees)).split('id="requests"')[1].split("</section>")[0])
    assert "Council of the Upper Vale: no answer recorded." not in seen
    assert "Ford Guard: no answer recorded." in seen


def test_accounts_stand_in_the_order_of_the_alphabet(pages) -> None:
    topic = text(pages["internal", "en"].split('id="sayings"')[1].split("</article>")[0])
    assert topic.index("Ford Guard") < topic.index("Ministry of Roads")
    assert "differ" in topic


def test_topics_agree_differ_stand_alone_or_are_silent(sample) -> None:
    from waythrough.publish.stories import agreement

    first, second, third = sample.TOPICS
    assert [agreement(one) for one in sample.TOPICS] == ["differ", "only_one_source", "silent"]
    assert agreement(replace(first, stances={"c-1": "x", "c-2": "x"})) == "agree"
    assert agreement(replace(first, claims=(*first.claims, *second.claims))) == "differ"
    assert agreement(third) == "silent"


def test_a_quotation_is_at_most_twenty_five_words_and_chooses_its_own_direction(pages) -> None:
    quotes = re.findall(r'<q dir="auto">(.*?)</q>', pages["internal", "en"], flags=re.S)
    assert quotes
    assert max(len(re.sub(r"<[^>]+>", "", quote).split()) for quote in quotes) <= 26
    assert any(quote.endswith(" …") for quote in quotes)


def test_a_survey_without_its_sample_size_has_no_interval(pages) -> None:
    survey = text(pages["internal", "en"].split('id="survey"')[1].split("</section>")[0])
    assert "Not computable: the sample size was not published" in survey
    assert "62 %" in survey
    assert "91 % (87–94 %)" in survey


def test_every_reference_names_its_record_and_entry(pages) -> None:
    appendix = pages["internal", "en"].split('class="references"')[1]
    numbers = re.findall(r'<li id="ref-(\d+)"', appendix)
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
    assert "entry" in text(appendix)


# --- the public edition ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_public_edition_leaves_out_what_only_the_team_may_know(pages, sample, language) -> None:
    seen = pages["public", language]
    for section in ('id="doors"', 'class="next', 'class="days"', 'class="gates"'):
        assert section not in seen
    assert re.search(r"hh-\d|adult-\d", seen) is None
    assert "94\u202f000" not in seen
    words = {
        "en": ("Chance", "wish to leave", "Conditions", "Clinic 7"),
        "ar": ("احتمال", "العيادة 7", "الشروط"),
    }
    for word in words[language]:
        assert word not in seen
    numbers = reports.Words(language).numbers
    without_weeks = text(re.sub(r'<th role="rowheader".*?</th>', "", seen, flags=re.S))
    for day in {trip.day for trip in (*sample.plan().convoys, *sample.plan().returns)}:
        moving = sample.situation().day(day)
        assert numbers.date(moving).plain not in without_weeks


def test_a_coming_window_is_not_told_in_public_and_a_past_one_by_week(pages) -> None:
    seen = text(pages["public", "en"])
    assert "18:00 UTC" not in seen.split("Made on")[0]
    assert "For how long is not given here." in seen
    assert "The window was the weeks of 24 Feb 2031 to 3 Mar 2031." in seen
    assert "16 Mar 2031" not in seen
    assert "until 16 Mar 2031 18:00" in text(pages["internal", "en"])


def test_public_counts_below_ten_are_not_shown(pages) -> None:
    plan = text(pages["public", "en"].split('id="plan"')[1].split("</section>")[0])
    assert "not shown" in plan
    assert "fewer than 10: not shown" in text(pages["public", "en"].split('id="requests"')[1])
    assert "people: 6" in text(pages["internal", "en"])


def test_words_of_a_source_that_is_not_public_stay_inside(pages) -> None:
    assert "turned back" in pages["internal", "en"]
    assert "turned back" not in pages["public", "en"]
    assert "liaison" not in pages["public", "en"]


def test_a_household_named_in_a_subject_is_refused(sample) -> None:
    request = sample.REQUESTS[0]
    leaking = replace(request, record=replace(request.record, subject="Seats for hh-0003"))
    with pytest.raises(NotSafeToPublish):
        render(sample.report(requests=(leaking,)), "public")


def test_an_interval_from_few_interviews_is_not_public(sample) -> None:
    row = replace(sample.SURVEY[0], sample=12)
    page = compose(sample.report(survey=(row,)), "public")
    assert "87–94" not in text(page.html.split('id="survey"')[1].split("</section>")[0])
    assert any("interviews" in line for line in page.suppressed)


# --- gaps and refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize("both", BOTH)
def test_an_empty_report_still_reads(sample, both) -> None:
    empty = sample.report(
        **dict.fromkeys(
            ("parties", "organisations", "places", "zones", "legs", "doors", "routes", "destinations", "states",
             "requests", "invitations", "answers", "guarantees", "performances", "executions", "topics", "figures",
             "survey", "waits", "values", "outlooks", "sources", "gaps", "methods", "banners"),
            (),
        ),
        plan=None, situation=None, population=None, wishes=None, number=None, ledger="",
    )  # fmt: skip
    seen = text(render(empty, *both))
    assert not re.search(r"\b(None|nan)\b", seen)
    if both[1] == "en":
        assert "No door is open." in seen
        assert "There is no plan." in seen


def test_a_population_that_cannot_be_computed_says_why(sample) -> None:
    gap = NotComputable("population", "every figure is older than two years", sample.AS_OF)
    seen = text(render(sample.report(population=gap)))
    assert "How many people there are cannot be computed." in seen
    assert "every figure is older than two years" in seen


def test_an_unknown_edition_is_refused(sample) -> None:
    with pytest.raises(NoSuchEdition):
        render(sample.report(), "draft")


def test_writing_gives_each_file_with_its_hash_and_never_overwrites_an_issue(sample, tmp_path: Path) -> None:
    import hashlib

    files = write(sample.report(), tmp_path / "issue-14")
    assert [file.name for file in files] == [
        f"report.{edition}.{language}.html" for edition, language in BOTH
    ]
    for file in files:
        assert hashlib.sha256((tmp_path / "issue-14" / file.name).read_bytes()).hexdigest() == file.sha256
    assert write(sample.report(), tmp_path / "issue-14") == files
    with pytest.raises(FolderNotEmpty):
        write(sample.report(number=15), tmp_path / "issue-14")


def test_the_same_report_gives_the_same_bytes(sample) -> None:
    assert render(sample.report()) == render(sample.report())


# --- the look ----------------------------------------------------------------------------------------------


def test_the_style_knows_start_and_end_but_no_hands() -> None:
    css = (Path(reports.__file__).parent / "templates/report.css").read_text(encoding="utf-8")
    rules = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    assert re.findall(r"\b(left|right)\b", rules) == []
    assert "prefers-color-scheme: dark" in rules and "@media print" in rules


def test_no_template_sets_a_style_of_its_own() -> None:
    for path in (Path(reports.__file__).parent / "templates").glob("*.j2"):
        assert not re.search(r"style=|<script|\|\s*safe", path.read_text(encoding="utf-8")), path.name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_ink_stands_out_from_its_paper(scheme: str) -> None:
    css = (Path(reports.__file__).parent / "templates/report.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, flags=re.S)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[0 if scheme == "light" else 1]))
    inks = ("ink", "soft", "accent", "open", "contested", "waiting", "no-answer", "closed", "lapsed")
    for ink in inks:
        for paper in ("paper", "card"):
            assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    assert contrast(colours["note-ink"], colours["note"]) >= 4.5
    assert contrast(colours["accent"], colours["accent-soft"]) >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio."""

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    a, b = sorted((light(one), light(other)), reverse=True)
    return (a + 0.05) / (b + 0.05)


def test_a_figure_without_weight_stands_in_the_table_but_not_in_the_drawing(sample) -> None:
    old = figure("f-old", "p-guard", 99_000, 99_000, "2012")
    page = render(sample.report(figures=(*sample.FIGURES, old)))
    assert "99\u202f000" not in "".join(re.findall(r"<svg.*?</svg>", page, flags=re.S))
    assert "99 000" in text(page)


def test_a_publisher_we_know_is_shown_by_name(pages) -> None:
    assert "o-news" not in text(pages["internal", "en"])
    assert "Life at Stonewell · Vale Post" in text(pages["internal", "en"])
