"""The invented site goes through every command; each speaks JSON with the name of its schema."""

from __future__ import annotations

import pytest

from waythrough.cli.app import COMMANDS


@pytest.mark.parametrize(
    "line",
    [
        ["board"],
        ["assess", "population"],
        ["assess", "survey"],
        ["assess", "waits"],
        ["assess", "outlook"],
        ["plan"],
        ["plan", "futures", "--futures", "200"],
        ["plan", "futures", "--futures", "200", "--planned"],
        ["doors"],
        ["movements"],
        ["movements", "closure"],
        ["verify"],
        ["log"],
        ["review", "conflicts"],
    ],
    ids=" ".join,
)
def test_a_command_speaks_words_and_json(wt, tirsa, line):
    spoken = wt(*line, "-C", tirsa)
    assert spoken.code == 0, spoken.err
    found = wt(*line, "-C", tirsa, "--json")
    assert found.code == 0, found.err
    assert found.json["schema"].startswith("waythrough/")
    for text in (spoken.out, found.out):
        assert "NaN" not in text
        assert "None" not in text


def test_every_command_is_tried_somewhere_here():
    tried = {"board", "assess", "plan", "doors", "verify", "log", "review"}
    tried |= {"demo", "init", "record", "import", "read", "check", "publish", "show", "doctor", "movements"}
    tried |= {"backup", "restore", "rebuild", "repair"}  # test_safekeeping.py
    tried |= {"passphrase", "unlock", "lock", "seal"}  # test_passphrase.py
    tried |= {"sync", "bundle", "device", "checkpoint", "serve"}  # test_two_laptops.py
    tried |= {"erase", "purge"}  # test_people.py
    assert set(COMMANDS) == tried


@pytest.mark.parametrize("command", COMMANDS)
def test_help_begins_with_what_it_is_for_and_shows_an_example(wt, command):
    helped = wt(command, "--help")
    assert helped.code == 0
    assert "waythrough " + command in helped.out


def test_a_new_site_from_nothing_to_a_board(wt, tmp_path):
    """The daily work by command line alone: a place, a party, a door, a request, its answer, what happened."""
    way = tmp_path / "valley.way"
    assert wt("init", way, "--person", "A. K.").code == 0

    def record(kind, *options):
        done = wt("record", kind, "-C", way, "--id", options[0], *options[1:])
        assert done.code == 0, done.err
        return done.out.strip()

    record("party", "party-a", "--names", "en=Hill Council", "--kind", "local_authority", "--rest-days", "6")
    record("organisation", "org-us", "--names", "en=Relief Desk", "--kind", "international_ngo")
    place = ["--precision", "published", "--basis", "survey"]
    record("place", "place-1", "--names", "en=Ford", "--kind", "site", "--lat", "1.5", "--lon", "2.5", *place)
    record(
        "site", "site-1", "--names", "en=Ford", "--place", "place-1", "--country", "XA", "--time-zone", "UTC"
    )
    record("zone", "zone-1", "--names", "en=Hills", "--said-to-be-held-by", "party-a", "--said-by", "party-a")
    record(
        "door", "door-1", "--names", "en=Road", "--party", "party-a", "--zone", "zone-1", "--purpose", "aid"
    )
    assert wt("board", "-C", way, "--json").json["doors"][0]["state"] == "not_asked"
    record(
        *("request", "request-1", "--site", "site-1", "--type", "aid_convoy", "--subject", "flour"),
        *("--asked-by", "org-us", "--asked-on", "2026-01-05", "--steps", "plan_approval:door-1:5"),
    )
    assert wt("board", "-C", way, "--json").json["doors"][0]["state"] == "no_answer"
    heard = ["--heard", "their letter 7", "--heard-from", "party-a", "--heard-on", "2026-01-20"]
    record(
        *("answer", "answer-1", "--request", "request-1", "--outcome", "granted", "--standing"),
        *("--on", "2026-01-20", "--speaker", "party-a", *heard),
    )
    board = wt("board", "-C", way, "--json").json["doors"][0]
    assert (board["state"], board["own_word"]) == ("open", True)
    assert "their letter 7" in wt("show", "answer-1", "-C", way).out
    assert wt("verify", "-C", way).code == 0


def test_the_same_key_writes_once(wt, tirsa):
    site = wt("log", "-C", tirsa, "--kind", "site", "--json").json["entries"][0]["record"]
    party = wt("log", "-C", tirsa, "--kind", "party", "--json").json["entries"][0]["record"]
    line = [
        *("record", "incident", "-C", tirsa, "--site", site, "--type", "other", "--on", "2021-05-01"),
        *("--speaker", party, "--what", "a store was emptied", "--key", "note 14", "--json"),
        *("--heard", "radio call", "--heard-from", party, "--heard-on", "2021-05-02"),
    ]
    assert wt(*line).json["entry"] == wt(*line).json["entry"]


def test_a_document_is_read_reviewed_and_becomes_claims(wt, tirsa, tmp_path):
    parties = wt("log", "-C", tirsa, "--kind", "party", "--json", "--limit", "100").json["entries"]
    outlet, other = parties[0], parties[1]
    name = other["body"]["names"]["en"]
    text = f"{name} said on 2 May 2021 that the convoy was denied entry. It said more than 500 people live there."
    (tmp_path / "news-2021-05-03.txt").write_text(text, encoding="utf-8")
    taken = wt("import", "news-2021-05-03.txt", "--outlet", outlet["record"], "-C", tirsa, "--json")
    assert taken.code == 0, taken.err
    document = taken.json["files"][0]["document"]
    again = wt("import", "news-2021-05-03.txt", "--outlet", outlet["record"], "-C", tirsa, "--json")
    assert again.json["files"][0] == {"file": "news-2021-05-03.txt", "document": document, "new": False}

    read = wt("read", document, "-C", tirsa, "--json")
    assert read.code == 5, read.err  # drafts wait for a person
    drafts = read.json["reading"]["claims"]
    assert drafts
    for draft in drafts:
        assert text[draft["span"]["start"] : draft["span"]["end"]] == draft["span"]["text"]

    before = len(wt("log", "-C", tirsa, "--kind", "claim", "--json", "--limit", "1000").json["entries"])
    assert wt("review", "--accept", drafts[0]["id"], "-C", tirsa).code == 0
    for draft in drafts[1:]:
        assert wt("review", "--discard", draft["id"], "--reason", "said twice", "-C", tirsa).code == 0
    claims = wt("log", "-C", tirsa, "--kind", "claim", "--json", "--limit", "1000").json["entries"]
    assert len(claims) == before + 1
    assert claims[0]["body"]["words"] == drafts[0]["span"]["text"]
    assert wt("review", "-C", tirsa, "--json").json["drafts"] == []
    edited = wt("review", "--edit", drafts[0]["id"], "--set", "words=other words", "-C", tirsa)
    assert edited.code in (3, 4)


def test_a_contested_record_is_shown_and_settled(wt, tirsa):
    from waythrough.actions.workspace import Workspace
    from waythrough.terms.entries import Draft

    with Workspace.open(tirsa) as ws:
        request = ws.known("request")[0]
        body = ws.ledger.head(request.record.id).entries[0].body
        for subject in ("rice", "beans"):
            ws.append(
                [Draft("request", request.record.id, {**body, "subject": subject}, (request.entry,))],
                "person-x",
            )
    rows = wt("review", "conflicts", "-C", tirsa, "--json").json["records"]
    assert [row["record"] for row in rows] == [request.record.id]
    keep = rows[0]["entries"][1]
    done = wt("review", "--settle", request.record.id, "--keep", keep, "--reason", "waybill", "-C", tirsa)
    assert done.code == 0, done.err
    assert wt("review", "conflicts", "-C", tirsa, "--json").json["records"] == []


def test_reports_are_published_by_those_who_may(wt, tirsa, tmp_path):
    done = wt(
        "publish", "-C", tirsa, "--out", tmp_path / "out", "--edition", "public", "--lang", "en,ar", "--json"
    )
    assert done.code == 0, done.err
    assert {f["language"] for f in done.json["files"]} == {"en", "ar"}
    page = (tmp_path / "out" / "report.public.en.html").read_text(encoding="utf-8")
    for loader in ("<script", "<link", "<iframe", "src=", "@import", "url("):
        assert loader not in page


def test_places_and_legs_come_in_by_table(wt, tirsa, tmp_path):
    zone = wt("log", "-C", tirsa, "--kind", "zone", "--json").json["entries"][0]["record"]
    places = "id,name_en,kind,lat,lon,precision,basis\nplace-x1,North mill,village,1.0,2.0,estimated,map\n"
    places += "place-x2,South mill,village,1.1,2.1,estimated,map\n"
    (tmp_path / "places.csv").write_text(places, encoding="utf-8")
    assert wt("import", "places.csv", "-C", tirsa).code == 0
    legs = f"id,start,end,zone,km,hours,basis\nleg-x1,place-x1,place-x2,{zone},14.5,0.5,estimated\n"
    (tmp_path / "legs.csv").write_text(legs, encoding="utf-8")
    done = wt("import", "legs.csv", "-C", tirsa)
    assert done.code == 0, done.err
    (tmp_path / "legs.csv").write_text(legs.replace("14.5", "15.5"), encoding="utf-8")
    assert "1 corrected" in wt("import", "legs.csv", "-C", tirsa).err


def test_requests_come_in_by_table(wt, tirsa, tmp_path):
    first = lambda kind: wt("log", "-C", tirsa, "--kind", kind, "--json").json["entries"][0]["record"]  # noqa: E731
    header = "id,site,type,subject,asked_by,asked_on,door,step,agreed_working_days\n"
    site, asker, door = first("site"), first("organisation"), first("door")
    row = f"request-x1,{site},aid_convoy,flour,{asker},2021-04-02,{door},plan_approval,7\n"
    (tmp_path / "requests.csv").write_text(header + row, encoding="utf-8")
    done = wt("import", "requests.csv", "-C", tirsa, "--dry-run")
    assert "Nothing was written" in done.err
    assert "1 new" in wt("import", "requests.csv", "-C", tirsa).err
    assert wt("show", "request-x1", "-C", tirsa).code == 0


def test_nothing_is_written_by_a_command_that_only_looks(wt, tirsa, fingerprint):
    before = fingerprint(tirsa)
    for line in (["board"], ["plan"], ["assess"], ["log"], ["verify"], ["review", "--list"]):
        wt(*line, "-C", tirsa)
    assert fingerprint(tirsa) == before


def test_a_withdrawn_consent_frees_the_seat_in_the_very_next_plan(wt, tirsa):
    """Typed in years later, the withdrawal still counts from the day it was said."""
    plan = wt("plan", "-C", tirsa, "--json").json["plan"]
    trip = plan["returns"][0]
    household = trip["seats"][0]["household"]
    shown = wt("show", household, "-C", tirsa, "--json").json
    adult = shown["standing"][0]["body"]["adults"][0]
    registrar = next(
        e["record"]
        for e in wt("log", "-C", tirsa, "--kind", "person", "--json").json["entries"]
        if "registrar" in e["body"]["roles"]
    )
    done = wt(
        *(
            "record",
            "consent",
            "-C",
            tirsa,
            "--household",
            household,
            "--adult",
            adult,
            "--purpose",
            "travel",
        ),
        *("--decision", "withdrawn", "--text-version", "text-1", "--by", registrar),
        *("--given-on", "2017-06-12", "--valid-from", "2017-06-12", "--valid-until", "2017-06-12"),
    )
    assert done.code == 0, done.err
    after = wt("plan", "-C", tirsa, "--json").json["plan"]
    seated = {seat["household"] for trip in after["returns"] for seat in trip["seats"]}
    assert household not in seated


def test_a_household_told_in_two_ways_gets_no_seat_until_it_is_settled(wt, tirsa):
    from datetime import date

    from waythrough.actions.workspace import Workspace
    from waythrough.terms.entries import Draft

    seated = wt("plan", "-C", tirsa, "--json").json["plan"]["returns"][0]["seats"][0]["household"]
    with Workspace.open(tirsa) as ws:
        head = ws.ledger.head(seated, as_of=date(2017, 6, 13)).entries[0]
        for size in (2, 3):
            body = {**head.body, "size": size}
            ws.append([Draft("household", seated, body, (head.id,), known_on=date(2017, 6, 12))], "person-x")
    after = wt("plan", "-C", tirsa, "--json").json["plan"]
    assert seated not in {seat["household"] for trip in after["returns"] for seat in trip["seats"]}
